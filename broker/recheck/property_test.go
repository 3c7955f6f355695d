package recheck

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/broker/account"
	"accessdesk/data"
	"accessdesk/data/datatest"

	"pgregory.net/rapid"
)

// town is an organization as the model of the property sees it.
type town struct {
	person  account.Person
	org     account.Organization
	people  int64
	asks    bool
	known   bool                 // it was decided once since it asks
	fits    map[string]bool      // by program, as last seen
	goneFor map[string]time.Time // when it was first seen not to fit any more
}

// see compares what fits now with what fitted, and gives what has to be told.
func (w *town) see(now time.Time, fits map[string]bool, own bool) (news []string) {
	if !w.asks {
		w.known, w.fits, w.goneFor = false, nil, nil
		return nil
	}
	first := !w.known
	if first {
		w.known, w.fits, w.goneFor = true, map[string]bool{}, map[string]time.Time{}
	}
	for _, slug := range []string{grant, other} {
		gone, left := w.goneFor[slug]
		switch {
		case fits[slug] && !w.fits[slug]:
			if !first && !own && (!left || now.Sub(gone) > 30*24*time.Hour) {
				news = append(news, slug)
			}
		case !fits[slug] && w.fits[slug]:
			w.goneFor[slug] = now
		}
		w.fits[slug] = fits[slug]
	}
	return news
}

// TestMailsGoWhenAProgramBeginsToFit: over any changes of rules, statuses, answers and wishes, and any time between them, a mail goes
// exactly to those who ask and for whom a program begins to fit, and names exactly those programs.
func TestMailsGoWhenAProgramBeginsToFit(t *testing.T) {
	told := 0
	rapid.Check(t, func(rt *rapid.T) {
		b := open(t, datatest.Open(t))
		limits := map[string]int64{grant: 5_000}
		var towns []*town
		for i := range 4 {
			w := &town{person: b.person(t, fmt.Sprint("p", i), rapid.SampledFrom([]string{"en", "es"}).Draw(rt, "language")), people: int64(3_000 + 4_000*i)}
			w.org = b.system(t, w.person, w.people)
			towns = append(towns, w)
		}
		for range rapid.IntRange(5, 25).Draw(rt, "steps") {
			own := (*town)(nil)
			w, slug := rapid.SampledFrom(towns).Draw(rt, "town"), rapid.SampledFrom([]string{grant, other}).Draw(rt, "program")
			switch rapid.SampledFrom([]string{"rule", "rule", "rule", "close", "retire", "wish", "wish", "answer", "wait"}).Draw(rt, "act") {
			case "rule":
				limits[slug] = int64(rapid.SampledFrom([]int{2_000, 4_000, 8_000, 12_000, 20_000}).Draw(rt, "limit"))
				b.publish(t, slug, "<= 25000", fmt.Sprint("<= ", limits[slug]))
			case "close":
				limits[slug] = 0
				b.publish(t, slug, `status = "open"`, `status = "lapsed"`)
			case "retire":
				limits[slug] = 0
				b.TakeOff(t, slug)
			case "wish":
				w.asks = !w.asks
				b.choose(t, w.person, w.asks)
			case "answer":
				own, w.people = w, int64(rapid.SampledFrom([]int{1_000, 6_000, 10_000, 30_000}).Draw(rt, "people"))
				b.Write(t, func(tx *data.Tx) error { return b.say(tx, w.org, w.people) })
			case "wait":
				b.Advance(time.Duration(rapid.IntRange(1, 40).Draw(rt, "days")) * 24 * time.Hour)
			}
			b.Advance(time.Minute)
			b.run(t)
			var want, got []string
			for _, w := range towns {
				fits := map[string]bool{}
				for slug, limit := range limits {
					fits[slug] = w.people <= limit
				}
				if news := w.see(b.Now(), fits, w == own); len(news) > 0 {
					want = append(want, w.person.Email+" "+strings.Join(news, " "))
				}
			}
			for _, m := range b.Mails(t) {
				line := m.To
				for _, slug := range []string{grant, other} {
					if strings.Contains(m.Text, "- Grant "+slug+"\n") || strings.Contains(m.Text, "- Fondos "+slug+"\n") {
						line += " " + slug
					}
				}
				got = append(got, line)
			}
			if !slices.Equal(got, want) {
				rt.Fatalf("mails %q, want %q", got, want)
			}
			told += len(got)
		}
	})
	if told == 0 {
		t.Error("nobody was ever told anything, so nothing was tested")
	}
}
