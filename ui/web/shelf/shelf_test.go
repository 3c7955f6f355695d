package shelf

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/valyala/fasthttp"
	"pgregory.net/rapid"
)

// The pages that are kept are those of a list that does the same in the plainest way, and never more than the room.
func TestShelfKeepsWhatWasAskedForLast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(4*overhead, 40*overhead).Draw(t, "limit")
		pages := New(limit)
		chance := rand.NewChaCha8([32]byte{1})
		var model []*Page // the one asked for last in front
		take := func(key Key) *Page {
			at := slices.IndexFunc(model, func(p *Page) bool { return p.Key == key })
			if at < 0 {
				return nil
			}
			page := model[at]
			model = slices.Delete(model, at, at+1)
			return page
		}
		give := func(page *Page) {
			model = slices.Insert(model, 0, page)
		}
		size := func() (all int) {
			for _, page := range model {
				all += page.size()
			}
			return all
		}
		shorten := func() {
			for size() > limit {
				take(model[len(model)-1].Key)
			}
		}
		start := time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)
		var hits, misses int64
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				page := &Page{Key: anyKey(t), From: start.Add(anyMinutes(t, "from")), Plain: make([]byte, rapid.IntRange(0, limit/3).Draw(t, "plain"))}
				chance.Read(page.Plain) // bytes that stay as many when they are gzipped
				page.Until = page.From.Add(anyMinutes(t, "until"))
				pages.Put(page)
				if page.size() > limit/4 {
					return
				}
				take(page.Key)
				give(page)
				shorten()
			},
			"pack": func(t *rapid.T) {
				for _, page := range model {
					if page.Key == anyKey(t) {
						unpacked, err := fasthttp.AppendGunzipBytes(nil, page.Packed())
						if err != nil || !bytes.Equal(unpacked, page.Plain) {
							t.Fatalf("unpacked it is %d bytes, want %d: %v", len(unpacked), len(page.Plain), err)
						}
						shorten()
						return
					}
				}
			},
			"get": func(t *rapid.T) {
				key, now := anyKey(t), start.Add(anyMinutes(t, "now"))
				got, want := pages.Get(key, now), take(key)
				if want != nil && (now.Before(want.From) || !now.Before(want.Until)) {
					want = nil
				}
				if want != nil {
					give(want)
					hits++
				} else {
					misses++
				}
				if got != want {
					t.Fatalf("get %v at %v: %v, want %v", key, now, got, want)
				}
			},
			"": func(t *rapid.T) {
				var kept []*Page
				for element := pages.order.Front(); element != nil; element = element.Next() {
					kept = append(kept, element.Value.(*Page))
				}
				if !slices.Equal(kept, model) || pages.size != size() || size() > limit || len(pages.byKey) != len(model) {
					t.Fatalf("kept %d pages of %d bytes, want %d of %d, at most %d", len(kept), pages.size, len(model), size(), limit)
				}
				if pages.hits != hits || pages.misses != misses {
					t.Fatalf("counted %d hits and %d misses, want %d and %d", pages.hits, pages.misses, hits, misses)
				}
			},
		})
	})
}

func anyKey(t *rapid.T) Key {
	return Key{Stamp: rapid.SampledFrom([]string{"", "1"}).Draw(t, "stamp"), Lang: rapid.SampledFrom([]string{"en", "es"}).Draw(t, "lang"),
		Address: rapid.SampledFrom([]string{"/", "/a", "/b", "/c?x=1"}).Draw(t, "address")}
}

func anyMinutes(t *rapid.T, name string) time.Duration {
	return time.Duration(rapid.IntRange(0, 20).Draw(t, name)) * time.Minute
}
