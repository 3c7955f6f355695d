package web

import (
	"context"
	"errors"
	"time"

	"accessdesk/broker/seat"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/ui/web/head"
	"accessdesk/ui/web/shelf"

	"github.com/gofiber/fiber/v2"
)

// A page is shared when it is the same for every stranger: its route is marked Cached, the request carries neither a
// session nor a message, and the handler looked at no cookie and set none. Such a page depends on the catalog, the
// language, the address, the time and how the seats are taken, and is kept as the bytes that are sent.
//
// The key holds the stamp of the catalog's revision and the seats, so a page is never older than the catalog or the last seat
// where this process changed them, and at most shelf.GroundHolds older where another process did. A page holds until the next instant at which some window opens or closes
// or a notice begins or ends, and at most until the next quarter of an hour: a day begins on one in every time zone, so a page may say what day it is.

// sharedLimit is how many bytes of shared pages are kept.
const sharedLimit = 8 << 20

// answersLimit is how many bytes of documents for programs are kept.
const answersLimit = 4 << 20

// SharedPages counts the pages that are the same for every stranger (see Route.Cached).
type SharedPages struct {
	Pages, Bytes int   // kept now
	Hits, Misses int64 // since the start: sent as they were kept, and made anew
}

// SharedPages tells how the pages for strangers are doing.
func (s *Site) SharedPages() SharedPages {
	pages, bytes, hits, misses := s.shared.Counts()
	return SharedPages{Pages: pages, Bytes: bytes, Hits: hits, Misses: misses}
}

// forStrangers tells whether a request may be answered with a shared page: it says nothing about who asks. A session
// cookie that is over or made up counts as one.
func (r *Request) forStrangers() bool {
	return r.cookie(sessionCookie) == "" && r.cookie(flashCookie) == ""
}

// sendKept sends the page that is kept for a stranger, if there is one and no look at the database is due; else it tells that nothing
// was sent. The request stays on the stack for that and little else is allocated: most requests end here while many ask.
func (s *Site) sendKept(c *fiber.Ctx, route Route) (sent bool, err error) {
	r := Request{Site: s, c: c, Lang: s.languageOf(c), cookieless: route.Cookieless, machine: route.Machine}
	if !r.forStrangers() || !route.Cookieless && c.Context().QueryArgs().Has("lang") {
		return false, nil
	}
	stamp, seats, ok := s.ground.Holds(c.Context().Time(), s.DB.Writes())
	if !ok {
		return false, nil
	}
	now := s.DB.Now()
	page := s.shelfOf(&r).Find(shelf.Key{Stamp: stamp, Seats: seats, Lang: r.Lang, Address: r.Address()}, now)
	if page == nil {
		return false, nil
	}
	return true, sendShared(&r, page, now)
}

// shelfOf is where answers to a request are kept.
func (s *Site) shelfOf(r *Request) *shelf.Shelf {
	if r.machine {
		return s.answers
	}
	return s.shared
}

// serveShared answers a request of a stranger to a route marked Cached.
func (s *Site) serveShared(r *Request, h Handler) error {
	var page *shelf.Page
	var reply Reply
	var key shelf.Key
	var now, until time.Time
	var turn string // names the time between two turns of the catalog
	pages := s.shelfOf(r)
	ctx, cancel := context.WithTimeout(r.c.UserContext(), s.Limits.Timeout)
	defer cancel()
	look := shelf.Look(time.Now(), s.DB.Writes())
	err := s.DB.Read(ctx, func(tx *data.Tx) error {
		snapshot, places, err := r.Catalog(tx)
		if err != nil {
			return err
		}
		r.snapshot, r.places = snapshot, places // what is read cannot change in this transaction
		key = shelf.Key{Stamp: snapshot.Stamp, Seats: places.Mark(), Lang: r.Lang, Address: r.Address()}
		s.ground.Keep(look, key.Stamp, key.Seats)
		now = tx.Now
		if page = pages.Get(key, now); page != nil {
			return nil
		}
		kept, err := s.upkeep.State(tx, snapshot)
		if err != nil {
			return err
		}
		until = shelf.TrueUntil(now, snapshot, kept)
		reply, err = h(r, tx)
		if reply.Document != nil && reply.Document.Stream != nil {
			turn = shelf.TurnOf(now, snapshot, kept)
		}
		if err == nil && (reply.Discard || reply.Status >= 400) {
			return errRollback
		}
		return err
	})
	if page != nil {
		return sendShared(r, page, now)
	}
	if err != nil && !errors.Is(err, errRollback) {
		return s.sendError(r, s.faultOf(r, err))
	}
	if reply.Document != nil && reply.Document.Stream != nil {
		reply.Document.Mark = key.Mark(turn + reply.Document.Mark)
		r.c.Set(fiber.HeaderCacheControl, shelf.Age(now, until))
		return s.send(r, reply)
	}
	whole := (reply.Page != "" || reply.Document != nil) && (reply.Status == 0 || reply.Status == fiber.StatusOK) && !reply.Discard
	if !whole || r.personal || len(r.cookies) > 0 {
		return s.send(r, reply)
	}
	plain, err := s.bytesOf(r, reply)
	if err != nil {
		return s.sendError(r, s.faultOf(r, err))
	}
	page = shelf.NewPage(key, now, until, plain)
	page.With = reply.Document
	pages.Put(page)
	return sendShared(r, page, now)
}

// Catalog is the catalog as the transaction sees it, with the places of the programs that are decided here.
func (r *Request) Catalog(tx *data.Tx) (*catalog.Snapshot, catalog.Counts, error) {
	if r.snapshot != nil {
		return r.snapshot, r.places, nil
	}
	snapshot, err := r.Desk().Catalog.Snapshot(tx)
	if err != nil {
		return nil, nil, err
	}
	places, err := seat.All(tx, snapshot.Listed())
	return snapshot, places, err
}

// bytesOf are the bytes of a reply that can be kept.
func (s *Site) bytesOf(r *Request, reply Reply) ([]byte, error) {
	if reply.Document != nil {
		return reply.Document.Body, nil
	}
	return s.render(r, reply)
}

// sendShared sends a shared page, or only that the browser has it already. Browsers may keep it and ask each time: their
// cookies and languages are part of the question, so that signing in or changing the language gives another answer.
func sendShared(r *Request, page *shelf.Page, now time.Time) error {
	c := r.c
	h := &c.Response().Header
	if document, ok := page.With.(*Document); ok && document != nil {
		r.documentHeaders(document)
		c.Set(fiber.HeaderCacheControl, shelf.Age(now, page.Until))
	} else {
		r.pageHeaders()
		h.SetCanonical(head.CacheControl, head.NoCache)
	}
	body, tag := page.Plain, page.Tag
	var packed bool
	if takesGzip(c) {
		if small := page.Packed(); len(small) < len(page.Plain) {
			body, tag, packed = small, page.PackedTag, true
		}
	}
	h.SetCanonical(head.Etag, tag)
	if notChanged(c) {
		return c.SendStatus(fiber.StatusNotModified)
	}
	if packed {
		h.SetContentEncodingBytes(head.Gzip)
	}
	return c.Status(fiber.StatusOK).Send(body) // not copied and not changed
}

// takesGzip tells whether the browser takes gzipped answers.
func takesGzip(c *fiber.Ctx) bool {
	return shelf.TakesGzip(c.Request().Header.Peek(fiber.HeaderAcceptEncoding))
}
