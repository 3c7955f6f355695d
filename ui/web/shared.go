package web

import (
	"container/list"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"accessdesk/broker"
	"accessdesk/data"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// A page is shared when it is the same for every stranger: its route is marked Cached, the request carries neither a
// session nor a message, and the handler looked at no cookie and set none. Such a page depends on the catalog, the
// language, the address, the time and which programs have no free seat, and is kept as the bytes that are sent.
//
// The key holds the stamp of the catalog's revision and the full programs as this request's transaction sees them, so a page is
// never older than the catalog or the last seat, whichever process changed it. A page holds until the next instant at which some window opens or closes
// or a notice begins or ends, and at most until the next quarter of an hour: a day begins on one in every time zone, so a page may say what day it is.

// pageKey is what a shared page depends on beside the time.
type pageKey struct {
	stamp   string // of the catalog
	full    string // slugs of the programs without a free seat
	lang    string
	address string // path and normalized query: Request.Address, which is what handlers and templates see of it
}

// sharedPage is a rendered page. It never changes.
type sharedPage struct {
	key         pageKey
	from, until time.Time // when it is true; not at until any more
	plain, gzip []byte
	mark        string // names the bytes, for ETag
}

// sharedLimit is how many bytes of shared pages are kept.
const sharedLimit = 8 << 20

// sharedOverhead is what a page takes beside its bytes and its key, about, in bytes.
const sharedOverhead = 400

// calendarTurn is how long a page can be true at most. Whole quarters of an hour: see above.
const calendarTurn = 15 * time.Minute

func newSharedPage(key pageKey, from, until time.Time, plain []byte) *sharedPage {
	sum := sha256.Sum256(plain)
	return &sharedPage{key: key, from: from, until: until, plain: plain, mark: hex.EncodeToString(sum[:8]),
		gzip: fasthttp.AppendGzipBytesLevel(nil, plain, fasthttp.CompressDefaultCompression)}
}

func (p *sharedPage) holdsAt(now time.Time) bool { return !now.Before(p.from) && now.Before(p.until) }

// size is what the page takes.
func (p *sharedPage) size() int {
	return len(p.plain) + len(p.gzip) + len(p.key.stamp) + len(p.key.full) + len(p.key.lang) + len(p.key.address) + sharedOverhead
}

// trueUntil tells how long a page holds that is made now.
func trueUntil(now time.Time, all ...interface {
	NextTurn(time.Time) (time.Time, bool)
}) time.Time {
	until := now.Truncate(calendarTurn).Add(calendarTurn)
	for _, one := range all {
		if turn, ok := one.NextTurn(now); ok && turn.Before(until) {
			until = turn
		}
	}
	return until
}

// sharedPages keeps the pages that were asked for last, within a number of bytes. It is safe for concurrent use.
type sharedPages struct {
	limit int

	mutex        sync.Mutex
	size         int
	hits, misses int64
	order        *list.List // of *sharedPage, the one asked for last in front
	byKey        map[pageKey]*list.Element
}

// SharedPages counts the pages that are the same for every stranger (see Route.Cached).
type SharedPages struct {
	Pages, Bytes int   // kept now
	Hits, Misses int64 // since the start: sent as they were kept, and made anew
}

// SharedPages tells how the pages for strangers are doing.
func (s *Site) SharedPages() SharedPages {
	s.shared.mutex.Lock()
	defer s.shared.mutex.Unlock()
	return SharedPages{Pages: len(s.shared.byKey), Bytes: s.shared.size, Hits: s.shared.hits, Misses: s.shared.misses}
}

func newSharedPages(limit int) *sharedPages {
	return &sharedPages{limit: limit, order: list.New(), byKey: map[pageKey]*list.Element{}}
}

// get gives the page if there is one that is true now, else nil.
func (s *sharedPages) get(key pageKey, now time.Time) *sharedPage {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if element, ok := s.byKey[key]; ok {
		page := element.Value.(*sharedPage)
		if page.holdsAt(now) {
			s.hits++
			s.order.MoveToFront(element)
			return page
		}
		s.drop(element)
	}
	s.misses++
	return nil
}

// put keeps a page, in the place of one with the same key, and forgets those that nobody asked for longest. A page that
// would take more than a quarter of the room is not kept.
func (s *sharedPages) put(page *sharedPage) {
	if page.size() > s.limit/4 {
		return
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if before, ok := s.byKey[page.key]; ok {
		s.drop(before)
	}
	s.byKey[page.key] = s.order.PushFront(page)
	s.size += page.size()
	for s.size > s.limit {
		s.drop(s.order.Back())
	}
}

func (s *sharedPages) drop(element *list.Element) {
	page := s.order.Remove(element).(*sharedPage)
	delete(s.byKey, page.key)
	s.size -= page.size()
}

// forStrangers tells whether a request may be answered with a shared page: it says nothing about who asks. A session
// cookie that is over or made up counts as one.
func (r *Request) forStrangers() bool {
	return r.cookie(sessionCookie) == "" && r.cookie(flashCookie) == ""
}

// serveShared answers a request of a stranger to a route marked Cached.
func (s *Site) serveShared(ctx context.Context, r *Request, h Handler) error {
	var page *sharedPage
	var reply Reply
	var key pageKey
	var from, until time.Time
	err := s.DB.Read(ctx, func(tx *data.Tx) error {
		snapshot, err := s.Desk.Catalog.Snapshot(tx)
		if err != nil {
			return err
		}
		full, err := broker.FullPrograms(tx, snapshot.Listed())
		if err != nil {
			return err
		}
		key = pageKey{stamp: snapshot.Stamp, full: strings.Join(slices.Sorted(maps.Keys(full)), " "), lang: r.Lang, address: r.Address()}
		if page = s.shared.get(key, tx.Now); page != nil {
			return nil
		}
		kept, err := s.upkeep.State(tx, snapshot)
		if err != nil {
			return err
		}
		from, until = tx.Now, trueUntil(tx.Now, snapshot, kept)
		reply, err = h(r, tx)
		if err == nil && (reply.Discard || reply.Status >= 400) {
			return errRollback
		}
		return err
	})
	if page != nil {
		return sendShared(r, page)
	}
	if err != nil && !errors.Is(err, errRollback) {
		return s.sendError(r, s.faultOf(r, err))
	}
	whole := reply.Page != "" && (reply.Status == 0 || reply.Status == fiber.StatusOK) && !reply.Discard
	if !whole || r.personal || len(r.cookies) > 0 {
		return s.send(r, reply)
	}
	plain, err := s.render(r, reply)
	if err != nil {
		return s.sendError(r, s.faultOf(r, err))
	}
	page = newSharedPage(key, from, until, plain)
	s.shared.put(page)
	return sendShared(r, page)
}

// sendShared sends a shared page, or only that the browser has it already. Browsers may keep it and ask each time: their
// cookies and languages are part of the question, so that signing in or changing the language gives another answer.
func sendShared(r *Request, page *sharedPage) error {
	c := r.c
	r.pageHeaders()
	c.Set(fiber.HeaderCacheControl, "no-cache")
	body, mark := page.plain, page.mark
	packed := takesGzip(c) && len(page.gzip) < len(page.plain)
	if packed {
		body, mark = page.gzip, page.mark+"-gzip"
	}
	c.Set(fiber.HeaderETag, `"`+mark+`"`)
	if c.Get(fiber.HeaderIfNoneMatch) != "" && c.Fresh() {
		return c.SendStatus(fiber.StatusNotModified)
	}
	if packed {
		c.Set(fiber.HeaderContentEncoding, "gzip")
	}
	return c.Status(fiber.StatusOK).Send(body) // not copied and not changed
}

// takesGzip tells whether the browser takes gzipped answers.
func takesGzip(c *fiber.Ctx) bool {
	return strings.Contains(c.Get(fiber.HeaderAcceptEncoding), "gzip")
}
