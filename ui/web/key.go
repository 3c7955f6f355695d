package web

import (
	"cmp"
	"context"
	"errors"
	"log/slog"

	"accessdesk/broker/account/key"
	"accessdesk/data"
	"accessdesk/ui/problem"
	"accessdesk/ui/web/replay"

	"github.com/gofiber/fiber/v2"
)

// repeatHeader names a request, so that it can be sent again without being done twice.
const repeatHeader = "Idempotency-Key"

// admitKey does what stands before the handler of a route that keys open: the key, its scope, the answer to the same request.
func (s *Site) admitKey(r *Request, tx *data.Tx, route Route, h Handler) (Reply, error) {
	k, person, err := s.door.Admit(tx, r.c.Get(fiber.HeaderAuthorization), r.c.IP(), callerNetwork(r.c.IP()), route.Policy.scope)
	if err != nil {
		return Reply{}, err
	}
	r.key, r.Person = k, person
	repeat := r.c.Get(repeatHeader)
	if repeat == "" || !unsafeMethod(r.c.Method()) {
		return h(r, tx)
	}
	if !replay.Fit(repeat) {
		return Reply{}, problem.New("bad_request", problem.Mistake{Code: "idempotency_key_shape", Args: map[string]any{"Max": replay.MaxKey}})
	}
	name, request := replay.Name(k.ID, r.c.Method(), r.Path(), repeat), r.c.Get(fiber.HeaderIfMatch)+"\x00"+string(r.Body())
	before, found, err := replay.Find(tx, name, request)
	switch {
	case errors.Is(err, replay.ErrOther):
		return Reply{}, problem.New("idempotency_key")
	case err != nil:
		return Reply{}, err
	case found:
		return replayed(before), nil
	}
	reply, err := h(r, tx)
	if err == nil && reply.Document != nil && reply.Status < 400 {
		err = replay.Keep(tx, name, request, replay.Answer{Status: cmp.Or(reply.Status, fiber.StatusOK), Mark: reply.Document.Mark,
			Location: reply.Document.Header[fiber.HeaderLocation], Body: reply.Document.Body})
	}
	return reply, err
}

// replayed is an answer that was given before. It says what it said then, in the language of then.
func replayed(a replay.Answer) Reply {
	header := map[string]string{"Idempotency-Replayed": "true"}
	if a.Location != "" {
		header[fiber.HeaderLocation] = a.Location
	}
	return Reply{Status: a.Status, Document: &Document{Type: fiber.MIMEApplicationJSON, Body: a.Body, Mark: a.Mark, Header: header, Plain: true}}
}

// noteKey keeps the day on which the key of a request was used, in a transaction of its own, since a request that reads cannot write.
// It writes once a day for each key; if it cannot, the answer goes out all the same.
func (s *Site) noteKey(ctx context.Context, r *Request) {
	if r.key.ID == "" || r.key.UsedToday(s.DB.Now()) {
		return
	}
	if err := s.DB.Write(ctx, func(tx *data.Tx) error { return key.Used(tx, r.key) }); err != nil {
		s.Log.Warn("use of a key not kept", slog.String("reference", r.Reference), slog.Any("error", err))
	}
}
