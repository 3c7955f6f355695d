// Package shelf keeps answers that are the same for everybody who asks, as the bytes that are sent: within a number of bytes, as long as
// they are true, those that were asked for last.
package shelf

import (
	"bytes"
	"container/list"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"
)

// Key is what a shared page depends on beside the time.
type Key struct {
	Stamp   string // of the catalog
	Seats   string // what is known of seats: the slugs of the programs without a free one, or counts
	Lang    string
	Address string // path and normalized query: Request.Address, which is what handlers and templates see of it
}

// Mark names the bytes that a document made by the key between two turns of the catalog has.
func (k Key) Mark(turn string) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{k.Stamp, k.Seats, k.Lang, k.Address, turn}, "\x00")))
	return hex.EncodeToString(sum[:8])
}

// Page is a rendered page. What it says never changes.
type Page struct {
	Key         Key
	From, Until time.Time // when it is true; not at Until any more
	Plain       []byte
	Tag         []byte // names the bytes, as ETag
	PackedTag   []byte // names those of Packed
	With        any    // what whoever keeps it wants to remember with it

	packed  atomic.Pointer[[]byte]
	home    *Shelf // where it was put
	counted int    // bytes that it takes there, as counted last; of home's mutex
}

// overhead is what a page takes beside its bytes and its key, about, in bytes.
const overhead = 400

// NewPage makes a page of its bytes.
func NewPage(key Key, from, until time.Time, plain []byte) *Page {
	sum := sha256.Sum256(plain)
	return &Page{Key: key, From: from, Until: until, Plain: plain, Tag: fmt.Appendf(nil, `"%x"`, sum[:8]), PackedTag: fmt.Appendf(nil, `"%x-gzip"`, sum[:8])}
}

// TakesGzip tells whether an Accept-Encoding header takes gzip: it names it, and not with the weight 0 (RFC 9110, 12.4.2).
func TakesGzip(accept []byte) bool {
	at := bytes.Index(accept, []byte("gzip"))
	if at < 0 {
		return false
	}
	parameters, _, _ := bytes.Cut(accept[at:], []byte(","))
	_, weight, given := bytes.Cut(parameters, []byte("="))
	return !given || len(bytes.Trim(weight, "0. \t")) > 0
}

// Packed is the page gzipped. That is done when it is asked for first: programs often ask for a list once, and for plain bytes.
func (p *Page) Packed() []byte {
	if packed := p.packed.Load(); packed != nil {
		return *packed
	}
	packed := fasthttp.AppendGzipBytesLevel(nil, p.Plain, fasthttp.CompressDefaultCompression)
	if p.packed.CompareAndSwap(nil, &packed) && p.home != nil {
		p.home.recount(p)
	}
	return packed
}

func (p *Page) holdsAt(now time.Time) bool { return !now.Before(p.From) && now.Before(p.Until) }

// size is what the page takes.
func (p *Page) size() int {
	packed := 0
	if bytes := p.packed.Load(); bytes != nil {
		packed = len(*bytes)
	}
	return len(p.Plain) + packed + len(p.Key.Stamp) + len(p.Key.Seats) + len(p.Key.Lang) + len(p.Key.Address) + overhead
}

// Shelf keeps the pages that were asked for last, within a number of bytes. It is safe for concurrent use.
type Shelf struct {
	limit int

	mutex        sync.Mutex
	size         int
	hits, misses int64
	order        *list.List // of *Page, the one asked for last in front
	byKey        map[Key]*list.Element
}

// New makes an empty shelf with room for so many bytes.
func New(limit int) *Shelf {
	return &Shelf{limit: limit, order: list.New(), byKey: map[Key]*list.Element{}}
}

// Get gives the page if there is one that is true now, else nil.
func (s *Shelf) Get(key Key, now time.Time) *Page {
	page := s.Find(key, now)
	if page == nil {
		s.mutex.Lock()
		defer s.mutex.Unlock()
		s.misses++
	}
	return page
}

// Find is Get for a first look, after which the page is asked for again if it is not there: it counts no miss.
func (s *Shelf) Find(key Key, now time.Time) *Page {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if element, ok := s.byKey[key]; ok {
		page := element.Value.(*Page)
		if page.holdsAt(now) {
			s.hits++
			s.order.MoveToFront(element)
			return page
		}
		s.drop(element)
	}
	return nil
}

// Put keeps a page, in the place of one with the same key, and forgets those that nobody asked for longest. A page that
// would take more than a quarter of the room is not kept.
func (s *Shelf) Put(page *Page) {
	if page.size() > s.limit/4 {
		return
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if before, ok := s.byKey[page.Key]; ok {
		s.drop(before)
	}
	s.byKey[page.Key] = s.order.PushFront(page)
	page.home = s
	s.count(page)
}

// recount counts a page anew that has grown, if it still stands here.
func (s *Shelf) recount(page *Page) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if element, ok := s.byKey[page.Key]; ok && element.Value == page {
		s.count(page)
	}
}

// count counts what a page takes now, and makes room.
func (s *Shelf) count(page *Page) {
	s.size -= page.counted
	page.counted = page.size()
	s.size += page.counted
	for s.size > s.limit {
		s.drop(s.order.Back())
	}
}

func (s *Shelf) drop(element *list.Element) {
	page := s.order.Remove(element).(*Page)
	delete(s.byKey, page.Key)
	s.size, page.counted = s.size-page.counted, 0
}

// Counts tells how many pages stand here and their bytes, and how often one was there and was not since the start.
func (s *Shelf) Counts() (pages, bytes int, hits, misses int64) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return len(s.byKey), s.size, s.hits, s.misses
}
