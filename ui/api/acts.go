package api

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"accessdesk/catalog/publishing"
	"accessdesk/data"
	"accessdesk/ui/api/body"
	"accessdesk/ui/curate"
	"accessdesk/ui/web"
)

// Clone opens the draft of a new offering with the text of one that is live. It changes nothing that stands, so it needs no If-Match.
func Clone(r *web.Request, tx *data.Tx) (web.Reply, error) {
	if err := parameters(r).err(); err != nil {
		return web.Reply{}, err
	}
	members, err := membersOf(r, "slug")
	if err != nil {
		return web.Reply{}, err
	}
	slug, err := body.Text(members, "slug")
	if err != nil {
		return web.Reply{}, wrongBody(err)
	}
	made, err := publishing.Clone(tx, curate.Desk(r), r.Person.ID, r.Param("slug"), slug)
	if err != nil {
		return web.Reply{}, faultOf(r, err)
	}
	return opened(r, tx, made)
}

// Begin gives the handler that opens a draft of a live offering with one change in it: publishing.Reopen, publishing.BeginRetirement.
// If-Match names the versions that the caller read. The draft then goes its way to a second person, as every draft does.
func Begin(begin func(*data.Tx, publishing.Desk, string, string) (publishing.Draft, error)) web.Handler {
	return func(r *web.Request, tx *data.Tx) (web.Reply, error) {
		if err := parameters(r).err(); err != nil {
			return web.Reply{}, err
		}
		slug := r.Param("slug")
		if err := unmoved(r, func() (web.Reply, error) { return versionsAnswer(r, tx, slug) }); err != nil {
			return web.Reply{}, err
		}
		if _, err := membersOf(r); err != nil {
			return web.Reply{}, err
		}
		_, err := publishing.OpenOf(tx, slug)
		fresh := errors.Is(err, data.ErrNotFound)
		if err != nil && !fresh {
			return web.Reply{}, err
		}
		begun, err := begin(tx, curate.Desk(r), r.Person.ID, slug)
		if err != nil {
			return web.Reply{}, faultOf(r, err)
		}
		if fresh {
			return opened(r, tx, begun)
		}
		return draftAnswer(r, tx, begun)
	}
}

// Pause lets an offering take nothing new, at once: one person's act, as on the pages. The answer is its versions afterwards.
func Pause(r *web.Request, tx *data.Tx) (web.Reply, error) {
	if err := parameters(r).err(); err != nil {
		return web.Reply{}, err
	}
	slug := r.Param("slug")
	if err := unmoved(r, func() (web.Reply, error) { return versionsAnswer(r, tx, slug) }); err != nil {
		return web.Reply{}, err
	}
	b, err := breakOf(r)
	if err != nil {
		return web.Reply{}, err
	}
	if _, err := publishing.Pause(tx, curate.Desk(r), r.Person.ID, slug, b); err != nil {
		return web.Reply{}, faultOf(r, placed(err))
	}
	return versionsAnswer(r, tx, slug)
}

// breakOf reads a pause: {"reason": {"en": ..., "es": ...}, "until": ...}.
func breakOf(r *web.Request) (b publishing.Break, err error) {
	members, err := membersOf(r, "reason", "until")
	if err != nil {
		return b, err
	}
	if b.Until, err = instantOf(members, "until"); err != nil {
		return b, err
	}
	switch reason := members["reason"].(type) {
	case nil:
	case map[string]any:
		for _, lang := range slices.Sorted(maps.Keys(reason)) {
			text, isText := reason[lang].(string)
			switch {
			case lang != "en" && lang != "es":
				return b, wrongBody(&body.Problem{Pointer: body.Pointer("reason", lang), Code: "unknown", Name: lang, Want: "en, es"})
			case !isText && reason[lang] != nil:
				return b, wrongBody(&body.Problem{Pointer: body.Pointer("reason", lang), Code: "kind", Want: "a text"})
			case lang == "en":
				b.Reason.En = text
			default:
				b.Reason.Es = text
			}
		}
	default:
		return b, wrongBody(&body.Problem{Pointer: body.Pointer("reason"), Code: "kind", Want: "an object"})
	}
	return b, nil
}

// placed puts what is wrong with a pause at its place in the body, where package publishing speaks of fields and of the offering.
func placed(err error) error {
	var unready *publishing.NotReady
	if errors.As(err, &unready) {
		moved := slices.Clone(unready.Problems)
		for i := range moved {
			moved[i].Key = strings.TrimPrefix(moved[i].Key, "pause.")
		}
		return &publishing.NotReady{Problems: moved}
	}
	switch err := err.(type) {
	case *data.Refusal:
		moved := *err
		if lang, ok := strings.CutPrefix(err.Field, "reason_"); ok {
			moved.Field = "reason/" + lang
		}
		return &moved
	case interface{ Unwrap() []error }:
		var all []error
		for _, one := range err.Unwrap() {
			all = append(all, placed(one))
		}
		return errors.Join(all...)
	}
	return err
}

// opened is the answer to a request that opened a draft.
func opened(r *web.Request, tx *data.Tx, d publishing.Draft) (web.Reply, error) {
	reply, err := draftAnswer(r, tx, d)
	if err == nil {
		reply.Status, reply.Document.Header = 201, map[string]string{"Location": r.Site.Absolute(Base + "/drafts/" + d.Slug)}
	}
	return reply, err
}

// membersOf reads the body of an act, which may be empty.
func membersOf(r *web.Request, known ...string) (map[string]any, error) {
	if len(r.Body()) == 0 {
		return map[string]any{}, nil
	}
	return object(r, wordsMost, known...)
}

// instantOf reads a member that is an instant; the zero time if it is absent or null.
func instantOf(members map[string]any, name string) (time.Time, error) {
	text, err := body.Text(members, name)
	if err != nil || text == "" {
		return time.Time{}, wrongBody(err)
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		err = &body.Problem{Pointer: body.Pointer(name), Code: "kind", Want: "2026-12-01T08:00:00-05:00"}
	}
	return at, wrongBody(err)
}
