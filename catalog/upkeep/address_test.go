package upkeep

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/catalog"
	"accessdesk/catalog/upkeep/link"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/data/internet"
)

func (b *bench) claim(t testing.TB, hosts internet.Hosts, most int) (claimed []string) {
	t.Helper()
	b.Write(t, func(tx *data.Tx) error {
		snapshot, err := b.desk.Catalog.Snapshot(tx)
		if err != nil {
			return err
		}
		claimed, err = ClaimAddresses(tx, snapshot, hosts, most)
		return err
	})
	return claimed
}

func (b *bench) keepAnswers(t testing.TB, answers ...link.Answer) {
	t.Helper()
	b.Write(t, func(tx *data.Tx) error { return KeepAnswers(tx, answers, catalog.DateOf(tx.Now)) })
}

func (b *bench) known(t testing.TB, url string) (a Address) {
	t.Helper()
	b.Read(t, func(tx *data.Tx) (err error) {
		a, err = scanAddress(tx.Row("SELECT "+addressColumns+" FROM link_check WHERE url = $1", url))
		return err
	})
	return a
}

// TestClaim holds that only addresses of listings on sites that may be asked are handed out, each to one, and that what no listing
// names any more is forgotten.
func TestClaim(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		uses := Uses(b.snapshot(t))
		hosts := Listed(b.snapshot(t))
		if len(uses) < 2 || len(hosts) == 0 {
			t.Fatalf("the demo programs name %v at %v", uses, hosts)
		}
		if got := b.claim(t, nil, 100); len(got) > 0 {
			t.Errorf("without a list %q is asked", got)
		}
		if got := b.claim(t, internet.Hosts{"nothing.example.org"}, 100); len(got) > 0 {
			t.Errorf("%q is not on the list", got)
		}
		first := b.claim(t, hosts, 1)
		rest := b.claim(t, hosts, 100)
		all := slices.Concat(first, rest)
		slices.Sort(all)
		if len(first) != 1 || len(all) != len(uses) || len(slices.Compact(slices.Clone(all))) != len(uses) {
			t.Errorf("handed out %q, then %q, of %d", first, rest, len(uses))
		}
		if got := b.claim(t, hosts, 100); len(got) > 0 {
			t.Errorf("handed out twice: %q", got)
		}
		b.Advance(askLease)
		if got := b.claim(t, internet.Hosts{"nothing.example.org"}, 100); len(got) > 0 {
			t.Errorf("%q was taken off the list, but is asked", got)
		}
		if got := b.claim(t, hosts, 100); len(got) != len(uses) {
			t.Errorf("after the lease %q", got)
		}
		named := ""
		for _, one := range b.listing(t, scan).Sources {
			if len(uses[one.URL]) == 1 {
				named = one.URL
			}
		}
		if named == "" {
			t.Fatal("the demo program has no source of its own, and this test needs one")
		}
		b.publish(t, scan, named, "https://other.example.org/page")
		b.claim(t, hosts, 1)
		if err := b.DB.Read(t.Context(), func(tx *data.Tx) error {
			_, err := scanAddress(tx.Row("SELECT "+addressColumns+" FROM link_check WHERE url = $1", named))
			return err
		}); err == nil {
			t.Errorf("%s is still known", named)
		}
	})
}

// TestAnswersAreKept walks an address through everything that can be learned of it: what pages see, when it is asked again.
func TestAnswersAreKept(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		hosts := Listed(b.snapshot(t))
		address := b.claim(t, hosts, 1)[0]
		step := func(after time.Duration, problem link.Problem, status int, moved string) Address {
			t.Helper()
			b.Advance(after)
			b.keepAnswers(t, link.Answer{URL: address, Problem: problem, Status: status, MovedTo: moved})
			return b.known(t, address)
		}
		see := func(want Opened) {
			t.Helper()
			if got := b.state(t).Opened(address); got != want {
				t.Errorf("pages see %+v, want %+v", got, want)
			}
		}
		see(Opened{})
		b.keepAnswers(t, link.Answer{URL: "https://forgotten.example.org"}) // by a run that began before a listing changed
		revision := b.snapshot(t).Revision
		a := step(0, link.Slow, 0, "")
		if a.Failures != 1 || !a.FailedAt.Equal(b.Now()) || !a.due.Equal(b.Now().Add(askTomorrow)) || !a.Broken() {
			t.Errorf("slow: %+v", a)
		}
		if b.snapshot(t).Revision != revision {
			t.Error("pages turned although they show the same")
		}
		reached := catalog.DateOf(b.Now().Add(time.Hour))
		a = step(time.Hour, link.None, 200, "")
		if a.Failures != 0 || !a.FailedAt.IsZero() || a.ReachedOn != reached || !a.due.Equal(b.Now().Add(askAgain)) || a.Broken() {
			t.Errorf("reached: %+v", a)
		}
		see(Opened{ReachedOn: reached})
		if b.snapshot(t).Revision == revision {
			t.Error("pages did not turn")
		}
		step(time.Hour, link.Gone, 404, "")
		see(Opened{ReachedOn: reached}) // one bad day is none
		step(goneFor-time.Millisecond, link.Gone, 404, "")
		see(Opened{ReachedOn: reached})
		a = step(time.Millisecond, link.Gone, 404, "")
		gone := catalog.DateOf(b.Now())
		see(Opened{ReachedOn: reached, GoneOn: gone})
		if a.Failures != 3 || a.Status != 404 {
			t.Errorf("gone: %+v", a)
		}
		for n := 4; n < 8; n++ {
			a = step(24*time.Hour, link.Broken, 500, "")
			want := askTomorrow
			if n >= patience {
				want = askAgain
			}
			if a.Failures != n || !a.due.Equal(b.Now().Add(want)) || a.GoneOn != gone {
				t.Errorf("failure %d: %+v", n, a)
			}
		}
		a = step(24*time.Hour, link.None, 200, "https://new.example.org/")
		if a.GoneOn != "" || !a.Broken() || a.MovedTo == "" {
			t.Errorf("moved: %+v", a)
		}
		see(Opened{ReachedOn: catalog.DateOf(b.Now())})
		if a = step(time.Hour, link.None, 200, address+"/"); a.MovedTo != "" || a.Broken() {
			t.Errorf("a slash at the end is a move: %+v", a)
		}
		if a = step(time.Hour, link.Robots, 0, ""); a.Broken() || a.Failures != 0 || !a.due.Equal(b.Now().Add(askNextMonth)) {
			t.Errorf("robots: %+v", a)
		}
		if a = step(time.Hour, link.Elsewhere, 301, "https://other.example.net/"); !a.Broken() || a.Failures != 0 {
			t.Errorf("elsewhere: %+v", a)
		}
		for range 5 { // what only refuses programs never counts as gone
			a = step(24*time.Hour, link.Refused, 403, "")
		}
		if a.GoneOn != "" {
			t.Errorf("refused: %+v", a)
		}
		b.Read(t, func(tx *data.Tx) error {
			snapshot, err := b.desk.Catalog.Snapshot(tx)
			if err != nil {
				return err
			}
			broken, err := BrokenAddresses(tx, snapshot)
			if len(broken) != 1 || broken[0].URL != address || len(broken[0].Programs) == 0 {
				t.Errorf("broken: %+v", broken)
			}
			count, last, err2 := Asked(tx)
			if count != 1 || !last.Equal(b.Now()) || err2 != nil {
				t.Errorf("asked %d, last %s (%v)", count, last, err2)
			}
			return err
		})
	})
}

func TestSettings(t *testing.T) {
	b := open(t, datatest.Open(t))
	snapshot := b.snapshot(t)
	if got := (Settings{LinkHosts: []string{AllListed}}).Hosts(snapshot); got != nil {
		t.Errorf("the check is off, but may ask %v", got)
	}
	got := Settings{LinkCheck: true, LinkHosts: []string{AllListed, ".example.gov"}}.Hosts(snapshot)
	if want := append(slices.Clone(Listed(snapshot)), ".example.gov"); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if days := fmt.Sprint(Settings{}.Days(), Settings{RecheckDays: 7}.Days()); days != "30 7" {
		t.Errorf("days %s", days)
	}
	for address := range Uses(snapshot) {
		if !strings.HasPrefix(address, "https://") {
			t.Errorf("%q would be asked", address)
		}
	}
}

// TestGoneTakesTwoAnswersThatSayIt: one answer that nothing is there, after one that came too late, is not enough.
func TestGoneTakesTwoAnswersThatSayIt(t *testing.T) {
	now := time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)
	a := Address{URL: "https://a.example.org/x", ReachedOn: "2026-10-25"}
	a = a.after(link.Answer{URL: a.URL, Problem: link.Slow}, now, "2026-11-01")
	a = a.after(link.Answer{URL: a.URL, Problem: link.Gone, Status: 404}, now.Add(24*time.Hour), "2026-11-02")
	if a.GoneOn != "" {
		t.Errorf("one 404 after a slow answer counts as gone on %s", a.GoneOn)
	}
}

// TestGoneEndsWithARedirect: an address that leads on is there again.
func TestGoneEndsWithARedirect(t *testing.T) {
	now := time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)
	a := Address{URL: "https://a.example.org/x", ReachedOn: "2026-10-25", GoneOn: "2026-10-28", Failures: 2, FailedAt: now.Add(-72 * time.Hour), Problem: link.Gone}
	a = a.after(link.Answer{URL: a.URL, Problem: link.Elsewhere, Status: 301}, now, "2026-11-01")
	if a.GoneOn != "" {
		t.Errorf("the address answers with a redirect and is still gone since %s", a.GoneOn)
	}
}
