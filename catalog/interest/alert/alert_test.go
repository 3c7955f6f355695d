package alert

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/catalog"
	"accessdesk/catalog/desktest"
	"accessdesk/catalog/interest"
	"accessdesk/catalog/search"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/notify"

	"pgregory.net/rapid"
)

const (
	model = "demo-model-access"
	scan  = "demo-scanning"
	grant = "demo-grant"
	ana   = "ana@example.org"

	aiAccess = "kind=model_access"
	scanning = "q=scans"
	openNow  = "provider=other&status=open"
)

// TestMain keeps the random walks short where everybody waits for them.
func TestMain(m *testing.M) { datatest.Main(m) }

// bench is a desk with the demo programs.
type bench struct {
	*desktest.Desk
	desk   Desk
	places catalog.Counts
}

func open(t testing.TB, db *datatest.Database) *bench {
	t.Helper()
	d := desktest.Open(t, db)
	b := &bench{Desk: d, places: catalog.Counts{}}
	b.desk = Desk{Vocabulary: d.Vocabulary, Catalog: d.Catalog, Search: search.New(d.Vocabulary), Mail: d.Mail, Locales: d.Locales,
		Places: func(*data.Tx, []*catalog.Published) (catalog.Counts, error) { return b.places, nil }}
	return b
}

func (b *bench) query(text string) search.Query { return b.desk.Search.ParseText(text) }

func (b *bench) save(t testing.TB, text, address, lang string) {
	t.Helper()
	b.Write(t, func(tx *data.Tx) error { return Save(tx, b.desk, b.query(text), address, lang) })
}

func (b *bench) ask(t testing.TB, text, address string) {
	t.Helper()
	b.Write(t, func(tx *data.Tx) error { return Ask(tx, b.desk, b.query(text), address, "en") })
}

func (b *bench) due(t testing.TB) (told int) {
	t.Helper()
	b.Write(t, func(tx *data.Tx) (err error) {
		told, err = Due(tx, b.desk)
		return err
	})
	return told
}

// run runs Due twice and gives the mails: the second run must bring none.
func (b *bench) run(t testing.TB) []notify.Mail {
	t.Helper()
	count := b.due(t)
	mails := b.Mails(t)
	if len(mails) != count {
		t.Errorf("%d told, %d mails", count, len(mails))
	}
	if again := b.due(t); again != 0 {
		t.Errorf("the second run tells %d", again)
	}
	return mails
}

func (b *bench) quiet(t testing.TB, when string) {
	t.Helper()
	if mails := b.run(t); len(mails) > 0 {
		t.Errorf("%s: %d mails: %s", when, len(mails), mails[0].Text)
	}
}

// one runs Due and wants one mail with all of these texts.
func (b *bench) one(t testing.TB, when string, texts ...string) notify.Mail {
	t.Helper()
	mails := b.run(t)
	if len(mails) != 1 {
		t.Fatalf("%s: %d mails", when, len(mails))
	}
	for _, text := range texts {
		if !strings.Contains(mails[0].Subject+"\n"+mails[0].Text, text) {
			t.Errorf("%s: no %q in\n%s\n%s", when, text, mails[0].Subject, mails[0].Text)
		}
	}
	return mails[0]
}

var link = regexp.MustCompile(`/follow\?token=([A-Za-z0-9_-]+)`)

func token(t testing.TB, m notify.Mail) string {
	t.Helper()
	found := link.FindStringSubmatch(m.Text)
	if found == nil {
		t.Fatalf("no link: %s", m.Text)
	}
	return found[1]
}

func (b *bench) confirm(t testing.TB, token string) (err error) {
	t.Helper()
	b.Write(t, func(tx *data.Tx) error {
		_, err = Confirm(tx, b.desk, token)
		return nil
	})
	return err
}

func (b *bench) saved(t testing.TB, address string) (questions []string) {
	t.Helper()
	b.Read(t, func(tx *data.Tx) error {
		all, err := Of(tx, address)
		for _, one := range all {
			questions = append(questions, one.Question)
		}
		return err
	})
	return questions
}

// TestNewMatchesAreMailed: nothing for what matched when the search was saved; a mail for what is published, begins to match or takes
// requests again; nothing for what is gone.
func TestNewMatchesAreMailed(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		b.save(t, aiAccess, ana, "en")
		b.quiet(t, "just saved")
		b.TakeOff(t, model)
		b.quiet(t, "nothing is left")
		b.Publish(t, model)
		m := b.one(t, "published again", "Matches your search: Defender model access (demo)", "(Open now)", "- AI model access", "https://desk.example.org/programs/demo-model-access?lang=en", "You get this email because you saved a search")
		if m.StopLink == "" || !strings.Contains(m.Text, "/unsubscribe?token=") {
			t.Error("no way to stop the mails")
		}
		b.Advance(Pause)
		b.Publish(t, model, `status = "open"`, `status = "lapsed"`)
		b.quiet(t, "closed")
		b.Publish(t, model)
		b.one(t, "reopened", "(Open now)")
		b.Advance(Pause)
		b.Publish(t, scan, `kind = "scanning"`, `kind = "model_access"`)
		b.one(t, "changed so that it matches", "/programs/demo-scanning?lang=en")
	})
}

// TestOneMailADay: what comes within a day waits, is told together, for all searches of an address and each program once; what is gone
// until then is not told.
func TestOneMailADay(t *testing.T) {
	b := open(t, datatest.Open(t))
	for _, slug := range []string{model, scan, grant} {
		b.TakeOff(t, slug)
	}
	b.save(t, aiAccess, ana, "en")
	b.Advance(time.Minute)
	b.save(t, "provider=other", ana, "es")
	b.Publish(t, model)
	b.one(t, "first", "Coincide con su búsqueda: ", "Lo que usted guardó:", "- Acceso a un modelo de IA", "- No es del gobierno")
	b.Advance(time.Hour)
	b.Publish(t, scan)
	b.quiet(t, "an hour later")
	b.Publish(t, grant)
	b.Advance(Pause - time.Hour - time.Minute)
	b.quiet(t, "a minute before the day is over")
	b.TakeOff(t, grant)
	b.quiet(t, "gone meanwhile")
	b.Advance(time.Minute)
	m := b.one(t, "a day later", "/programs/demo-scanning?lang=es")
	if strings.Contains(m.Text, "demo-grant") || strings.Contains(m.Text, "IA") {
		t.Errorf("more than what is new: %s", m.Text)
	}
	b.Publish(t, grant)
	b.quiet(t, "again within a day")
	b.Advance(Pause)
	b.one(t, "what came back", "/programs/demo-grant?lang=es")
}

// TestGoneWithinTheDayIsNewAgain: a program that is told, goes and comes again within the pause is told again.
func TestGoneWithinTheDayIsNewAgain(t *testing.T) {
	b := open(t, datatest.Open(t))
	b.TakeOff(t, model)
	b.save(t, aiAccess, ana, "en")
	b.Publish(t, model)
	b.one(t, "published")
	b.Advance(time.Hour)
	b.Publish(t, model, `status = "open"`, `status = "lapsed"`)
	b.quiet(t, "closed")
	b.Publish(t, model)
	b.quiet(t, "open within the pause")
	b.Advance(Pause)
	b.one(t, "after the pause")
}

// TestSeatsAndStatusCount: with the filter "Open now" a program newly matches when a seat is free again.
func TestSeatsAndStatusCount(t *testing.T) {
	b := open(t, datatest.Open(t))
	b.places[model] = catalog.Places{Seats: catalog.Seats{All: 3, Taken: 3}}
	b.save(t, openNow, ana, "en")
	b.quiet(t, "full")
	b.places[model] = catalog.Places{Seats: catalog.Seats{All: 3, Taken: 2}}
	b.one(t, "a seat is free", "demo-model-access", "(Open now)")
}

// TestWordsMatchWithoutGuessing: mistakes are forgiven as on the list, but all words must be in a program.
func TestWordsMatchWithoutGuessing(t *testing.T) {
	b := open(t, datatest.Open(t))
	b.TakeOff(t, scan)
	b.save(t, "q=wombat+scanning", "wombat@example.org", "en")
	b.save(t, "q=scaning", ana, "en")
	b.Publish(t, scan)
	m := b.one(t, "published", "“scaning”")
	if m.To != ana {
		t.Errorf("told %s", m.To)
	}
}

// TestConfirming: nothing is sent to an address that was typed before its owner confirms; links work once and for a while; what
// strangers ask tells them nothing.
func TestConfirming(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		b.TakeOff(t, model)
		b.ask(t, aiAccess, " Ana@Example.org ")
		mails := b.Mails(t)
		if len(mails) != 1 || mails[0].To != ana || !strings.Contains(mails[0].Text, "Search: AI model access") {
			t.Fatalf("%+v", mails)
		}
		b.Publish(t, model)
		b.quiet(t, "not confirmed")
		if len(b.saved(t, ana)) != 0 {
			t.Error("saved without being confirmed")
		}
		first := token(t, mails[0])
		if err := b.confirm(t, first); err != nil {
			t.Fatal(err)
		}
		if got := b.saved(t, "ANA@example.org"); !slices.Equal(got, []string{aiAccess}) {
			t.Errorf("saved %q", got)
		}
		if err := b.confirm(t, first); !errors.Is(err, data.ErrNotFound) {
			t.Errorf("the link works twice: %v", err)
		}
		b.quiet(t, "what matched at the confirmation is not new")
		b.ask(t, aiAccess, ana)
		b.ask(t, "fits=1&"+aiAccess, ana) // the same search
		if mails := b.Mails(t); len(mails) != 0 {
			t.Error("an address that has the search gets another link")
		}
		for range mailsInDay + 2 {
			b.ask(t, scanning, "ben@example.org")
		}
		if mails := b.Mails(t); len(mails) != mailsInDay {
			t.Errorf("%d links in a day", len(mails))
		} else {
			b.Advance(interest.ConfirmTime)
			b.due(t)
			if err := b.confirm(t, token(t, mails[2])); !errors.Is(err, data.ErrNotFound) {
				t.Errorf("an old link works: %v", err)
			}
		}
		b.Read(t, func(tx *data.Tx) error {
			var rows int
			err := tx.Row("SELECT count(*) FROM saved_search").Scan(&rows)
			if rows != 1 {
				t.Errorf("%d rows: what was never confirmed stays", rows)
			}
			return err
		})
	})
}

// TestRefusals: an address that is none, a search for nothing, and too many searches.
func TestRefusals(t *testing.T) {
	b := open(t, datatest.Open(t))
	try := func(do func(*data.Tx) error) (err error) {
		b.Write(t, func(tx *data.Tx) error {
			err = do(tx)
			return nil
		})
		return err
	}
	var refusal *data.Refusal
	if err := try(func(tx *data.Tx) error { return Ask(tx, b.desk, b.query(aiAccess), "ana", "en") }); !errors.As(err, &refusal) || refusal.Code != "invalid_email" {
		t.Errorf("no address: %v", err)
	}
	for _, nothing := range []string{"", "fits=1", "kind=martian"} {
		if err := try(func(tx *data.Tx) error { return Save(tx, b.desk, b.query(nothing), ana, "en") }); !errors.Is(err, data.ErrNotFound) {
			t.Errorf("%q: %v", nothing, err)
		}
	}
	for i := range Most {
		b.save(t, fmt.Sprintf("q=word%d", i), ana, "en")
	}
	b.save(t, "q=word3", ana, "es") // has it
	if err := try(func(tx *data.Tx) error { return Save(tx, b.desk, b.query("q=one+more"), ana, "en") }); !errors.As(err, &refusal) || refusal.Code != "too_many_searches" {
		t.Errorf("too many: %v", err)
	}
	b.ask(t, "q=one+more", ana)
	if mails := b.Mails(t); len(mails) != 0 {
		t.Error("a stranger learns by the mail that an address has room")
	}
}

// TestStrangersTakeNoRoom: what was asked for with an address and never confirmed keeps its owner from nothing, and the last search that an
// address may have can be confirmed by its link.
func TestStrangersTakeNoRoom(t *testing.T) {
	b := open(t, datatest.Open(t))
	for i := range Most - 1 {
		b.save(t, fmt.Sprintf("q=word%d", i), ana, "en")
	}
	b.Mails(t)
	b.ask(t, scanning, ana)
	mails := b.Mails(t)
	if len(mails) != 1 {
		t.Fatalf("%d links", len(mails))
	}
	b.save(t, "q=mine", ana, "en")
	b.Write(t, func(tx *data.Tx) error { return StopSame(tx, b.query("q=mine"), ana) })
	if err := b.confirm(t, token(t, mails[0])); err != nil {
		t.Errorf("the last search cannot be confirmed: %v", err)
	}
	if got := b.saved(t, ana); len(got) != Most {
		t.Errorf("%d searches", len(got))
	}
}

// TestPauseOutlivesTheSearch: who removes the search that a mail was about gets no second mail on that day.
func TestPauseOutlivesTheSearch(t *testing.T) {
	b := open(t, datatest.Open(t))
	b.TakeOff(t, model)
	b.TakeOff(t, scan)
	b.save(t, aiAccess, ana, "en")
	b.save(t, scanning, ana, "en")
	b.Publish(t, model)
	b.one(t, "published")
	b.Write(t, func(tx *data.Tx) error { return StopSame(tx, b.query(aiAccess), ana) })
	b.Advance(time.Hour)
	b.Publish(t, scan)
	b.quiet(t, "an hour later")
	b.Advance(Pause)
	b.one(t, "a day later", "demo-scanning")
}

// TestStopping: by search, by kind and back again.
func TestStopping(t *testing.T) {
	b := open(t, datatest.Open(t))
	b.TakeOff(t, model)
	b.save(t, aiAccess, ana, "en")
	b.save(t, "provider=other", ana, "en")
	b.Write(t, func(tx *data.Tx) error {
		all, err := Of(tx, ana)
		if err != nil {
			return err
		}
		if err := Stop(tx, all[1].ID, "ben@example.org"); err != nil { // not theirs
			return err
		}
		return StopSame(tx, b.query(aiAccess), ana)
	})
	if got := b.saved(t, ana); !slices.Equal(got, []string{"provider=other"}) {
		t.Fatalf("left: %q", got)
	}
	b.Write(t, func(tx *data.Tx) error { return notify.Choose(tx, ana, notify.KindSearch, false) })
	b.Publish(t, model)
	b.quiet(t, "switched off")
	b.save(t, "provider=other", ana, "en") // asks for them again
	b.quiet(t, "what was not wanted is not told later")
	b.TakeOff(t, scan)
	b.quiet(t, "gone")
	b.Publish(t, scan)
	b.one(t, "wanted again", "demo-scanning")
}

// TestMailsFollowTheMatches holds over random histories: no run sends twice, no address gets two mails in a day, and after each mail it
// knows what matches and is open.
func TestMailsFollowTheMatches(t *testing.T) {
	b := open(t, datatest.Open(t))
	states := map[string][]string{"open": {}, "lapsed": {`status = "open"`, `status = "lapsed"`}, "other": {`kind = "model_access"`, `kind = "guidance"`}, "gone": nil}
	round := 0
	rapid.Check(t, func(r *rapid.T) {
		round++
		address := fmt.Sprintf("walker%d@example.org", round)
		b.Publish(t, model)
		b.due(t)
		b.Mails(t)
		b.save(t, aiAccess, address, "en")
		known, last := "open", time.Time{} // what the address knows
		for range rapid.IntRange(1, 8).Draw(r, "steps") {
			now := rapid.SampledFrom([]string{"open", "lapsed", "other", "gone"}).Draw(r, "state")
			if now == "gone" {
				b.TakeOff(t, model)
			} else {
				b.Publish(t, model, states[now]...)
			}
			b.Advance(time.Duration(rapid.IntRange(1, 30).Draw(r, "hours")) * time.Hour)
			got := 0
			for range 2 {
				b.due(t)
				for _, m := range b.Mails(t) {
					if m.To == address {
						got++
					}
				}
			}
			matches := map[string]bool{"open": true, "lapsed": true}
			fresh := matches[now] && (!matches[known] || now == "open" && known != "open")
			paused := !last.IsZero() && b.Now().Sub(last) < Pause
			if want := fresh && !paused; (got == 1) != want || got > 1 {
				r.Fatalf("%s after %s, paused %v: %d mails", now, known, paused, got)
			}
			switch {
			case got == 1:
				known, last = now, b.Now()
			case !paused || !fresh:
				known = now
			case now == "lapsed" && known == "open":
				known = now
			}
		}
		b.Write(t, func(tx *data.Tx) error { return StopSame(tx, b.query(aiAccess), address) })
	})
}
