package web

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/catalog"
	"accessdesk/ui/web/shelf"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// A page holds until a window turns, and never over a quarter of an hour.
func TestTrueUntil(t *testing.T) {
	now := time.Date(2026, 11, 23, 15, 7, 30, 0, time.UTC)
	at := func(clock string) time.Time {
		day, err := time.Parse(time.DateTime, "2026-11-23 "+clock)
		if err != nil {
			t.Fatal(err)
		}
		return day
	}
	for _, c := range []struct {
		opens, closes string
		want          string
	}{
		{"", "", "15:15:00"}, {"15:07:31", "", "15:07:31"}, {"", "15:10:00", "15:10:00"}, {"15:07:30", "15:09:00", "15:09:00"},
		{"15:00:00", "16:00:00", "15:15:00"}, {"15:15:00", "", "15:15:00"}, {"15:14:59", "15:14:58", "15:14:58"},
	} {
		o := &catalog.Offering{}
		if c.opens != "" {
			o.Window.Opens = at(c.opens)
		}
		if c.closes != "" {
			o.Window.Closes = at(c.closes)
		}
		snapshot := &catalog.Snapshot{Offerings: []*catalog.Published{{Offering: o}}}
		if got := shelf.TrueUntil(now, snapshot); !got.Equal(at(c.want)) {
			t.Errorf("window %q to %q: until %v, want %s", c.opens, c.closes, got, c.want)
		}
	}
	// Midnight is a quarter of an hour everywhere.
	for _, name := range []string{"America/New_York", "America/St_Johns", "Asia/Kathmandu", "Pacific/Chatham", "Pacific/Apia"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		midnight := time.Date(2026, 11, 24, 0, 0, 0, 0, zone)
		if got := shelf.TrueUntil(midnight.Add(-time.Second), &catalog.Snapshot{}); !got.Equal(midnight) {
			t.Errorf("%s: a page made before midnight holds until %v", name, got.In(zone))
		}
	}
}

// FuzzAddress holds what the key of a shared page stands on: two requests with one Address show a handler the same values,
// and the order of the names does not matter.
func FuzzAddress(f *testing.F) {
	for _, query := range []string{"", "a=1&b=2", "b=2&a=1&a=3", "lang=es&q=x", "q=%zz&%71=y", "a&b=&=c&=", "q=a+b%20c", "q=á&q=%C3%A1", "a=1;b=2", "a[]=1&a[]=2", "LANG=es&lang=", "q=%26a%3D1", "q=\xff%ff", "#x", "a=1?b=2"} {
		f.Add("/programs", query, uint64(1))
	}
	app := fiber.New(fiber.Config{Immutable: true})
	ask := func(address string) *Request {
		var plain fasthttp.Request
		plain.SetRequestURI(address)
		var ctx fasthttp.RequestCtx
		ctx.Init(&plain, nil, nil)
		return &Request{c: app.AcquireCtx(&ctx)}
	}
	f.Fuzz(func(t *testing.T, path, query string, seed uint64) {
		path = "/" + strings.TrimLeft(strings.Map(func(r rune) rune {
			if r <= ' ' || r > '~' || r == '?' || r == '#' || r == '%' {
				return -1
			}
			return r
		}, path), "/")
		if strings.ContainsFunc(query, func(r rune) bool { return r <= ' ' || r == 0x7F }) { // no such line reaches a handler
			t.Skip()
		}
		first := ask(path + "?" + query)
		address := first.Address()
		again := ask(address)
		if got := again.Address(); got != address {
			t.Fatalf("%q becomes %q, and that becomes %q", path+"?"+query, address, got)
		}
		values := map[string][]string{}
		for name, value := range first.c.Request().URI().QueryArgs().All() {
			values[string(name)] = append(values[string(name)], string(value))
		}
		for name := range values {
			want := first.Query(name)
			if name == "lang" {
				want = ""
			}
			if got := again.Query(name); got != want {
				t.Fatalf("%q: %q is %q, and by the address %q it is %q", query, name, first.Query(name), address, got)
			}
		}
		for name := range again.c.Request().URI().QueryArgs().All() {
			if _, known := values[string(name)]; !known || string(name) == "lang" {
				t.Fatalf("%q: the address %q has %q", query, address, name)
			}
		}
		if shuffled := ask(path + "?" + mixed(values, seed)).Address(); shuffled != address {
			t.Fatalf("%v in two orders: %q and %q", values, address, shuffled)
		}
	})
}

// mixed writes the values with the names in another order.
func mixed(values map[string][]string, seed uint64) string {
	names := slices.Sorted(maps.Keys(values))
	rand.New(rand.NewPCG(seed, 0)).Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	var pairs []string
	for _, name := range names {
		for _, value := range values[name] {
			pairs = append(pairs, fmt.Sprintf("%s=%s", url.QueryEscape(name), url.QueryEscape(value)))
		}
	}
	return strings.Join(pairs, "&")
}
