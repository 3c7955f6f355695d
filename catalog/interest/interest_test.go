package interest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/catalog"
	"accessdesk/catalog/desktest"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/notify"

	"pgregory.net/rapid"
)

const (
	model = "demo-model-access"
	scan  = "demo-scanning"
	ana   = "ana@example.org"
)

// TestMain keeps the random walks short where everybody waits for them.
func TestMain(m *testing.M) { datatest.Main(m) }

// bench is a desk with the demo programs.
type bench struct {
	*desktest.Desk
	desk Desk
}

func open(t testing.TB, db *datatest.Database) *bench {
	t.Helper()
	d := desktest.Open(t, db)
	return &bench{d, Desk{Vocabulary: d.Vocabulary, Catalog: d.Catalog, Mail: d.Mail, Locales: d.Locales}}
}

func (b *bench) follow(t testing.TB, slug, address, lang string) {
	t.Helper()
	b.Write(t, func(tx *data.Tx) error { return Follow(tx, b.desk, slug, address, lang) })
}

func (b *bench) ask(t testing.TB, slug, address string) {
	t.Helper()
	b.Write(t, func(tx *data.Tx) error { return Ask(tx, b.desk, slug, address, "en") })
}

func (b *bench) due(t testing.TB) (told int) {
	t.Helper()
	b.Write(t, func(tx *data.Tx) (err error) {
		told, err = Due(tx, b.desk)
		return err
	})
	return told
}

// told runs Due and gives the mails of the run as "template recipient".
func (b *bench) told(t testing.TB) []string {
	t.Helper()
	count := b.due(t)
	var all []string
	for _, m := range b.Mails(t) {
		all = append(all, m.Template+" "+m.To)
	}
	if len(all) != count {
		t.Errorf("%d told, mails %q", count, all)
	}
	return all
}

func (b *bench) want(t testing.TB, what string, want ...string) {
	t.Helper()
	if got := b.told(t); !slices.Equal(got, want) {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
	if again := b.told(t); len(again) > 0 {
		t.Errorf("%s: the second run sends %q", what, again)
	}
}

func token(t testing.TB, m notify.Mail) string {
	t.Helper()
	_, rest, ok := strings.Cut(m.Text, "/follow?token=")
	token, _, more := strings.Cut(rest, "&lang=")
	if m.Template != "saved_confirm" || !ok || !more {
		t.Fatalf("no link to follow in %s:\n%s", m.Template, m.Text)
	}
	return token
}

func TestDoubleOptIn(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		b.ask(t, model, " Ana@Example.org ")
		list := b.Mails(t)
		if len(list) != 1 || list[0].To != ana || list[0].StopLink != "" || !strings.Contains(list[0].Text, "Somebody asked us to tell this address") {
			t.Fatalf("mails %+v", list)
		}
		b.Publish(t, model, `duration_days = `, `duration_days = 1`)
		b.want(t, "not confirmed yet")
		b.Read(t, func(tx *data.Tx) error {
			for _, wrong := range []string{"", "x", token(t, list[0])[1:], data.HashToken(token(t, list[0]))} {
				if _, err := Look(tx, wrong); !errors.Is(err, data.ErrNotFound) {
					t.Errorf("%q finds something: %v", wrong, err)
				}
			}
			found, err := Look(tx, token(t, list[0]))
			if err != nil || found.Slug != model || found.Address != ana {
				t.Errorf("found %+v, %v", found, err)
			}
			if follows, err := Follows(tx, model, ana); err != nil || follows {
				t.Errorf("follows before confirming: %v", err)
			}
			return nil
		})
		b.Write(t, func(tx *data.Tx) error {
			_, err := Confirm(tx, b.desk, token(t, list[0]))
			return err
		})
		b.want(t, "what changed before the confirmation")
		b.Write(t, func(tx *data.Tx) error {
			if _, err := Confirm(tx, b.desk, token(t, list[0])); !errors.Is(err, data.ErrNotFound) {
				t.Errorf("the link works twice: %v", err)
			}
			followed, err := Of(tx, b.desk, "ANA@example.org")
			if err != nil || len(followed) != 1 || followed[0].Slug != model || followed[0].Title.En == "" {
				t.Errorf("follows %+v, %v", followed, err)
			}
			return nil
		})
		b.Publish(t, model)
		b.want(t, "after confirming", "saved_changed "+ana)
	})
}

// TestConfirmTime: the link works until its time is over, then the address is forgotten.
func TestConfirmTime(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		b.ask(t, model, ana)
		link := token(t, b.Mails(t)[0])
		rows := func() (count int) {
			b.Read(t, func(tx *data.Tx) error { return tx.Row("SELECT count(*) FROM saved_interest").Scan(&count) })
			return count
		}
		look := func() (err error) {
			b.Read(t, func(tx *data.Tx) error {
				_, err = Look(tx, link)
				return nil
			})
			return err
		}
		b.Advance(ConfirmTime - time.Millisecond)
		b.due(t)
		if err := look(); err != nil || rows() != 1 {
			t.Errorf("just in time: %v, %d rows", err, rows())
		}
		b.Advance(time.Millisecond)
		if err := look(); !errors.Is(err, data.ErrNotFound) {
			t.Errorf("too late: %v", err)
		}
		if b.due(t); rows() != 0 {
			t.Error("an address that never confirmed is kept")
		}
	})
}

// TestAskAnswersAlike: whoever asks gets the same answer, while an address gets few mails, and none for what it follows already.
func TestAskAnswersAlike(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		for range 5 {
			b.ask(t, model, ana)
		}
		b.ask(t, scan, ana)
		list := b.Mails(t)
		if len(list) != mailsInDay {
			t.Errorf("%d mails to one address in a day", len(list))
		}
		b.Advance(24 * time.Hour)
		b.ask(t, model, ana)
		fresh := b.Mails(t)
		if len(fresh) != 1 {
			t.Fatalf("%d mails on the next day", len(fresh))
		}
		b.Read(t, func(tx *data.Tx) error {
			if _, err := Look(tx, token(t, list[0])); !errors.Is(err, data.ErrNotFound) {
				t.Errorf("an older link still works: %v", err)
			}
			return nil
		})
		b.Write(t, func(tx *data.Tx) error {
			_, err := Confirm(tx, b.desk, token(t, fresh[0]))
			return err
		})
		b.ask(t, model, ana)
		if again := b.Mails(t); len(again) != 0 {
			t.Errorf("an address that follows already got %d mails", len(again))
		}
		b.Write(t, func(tx *data.Tx) error { return notify.Choose(tx, ana, notify.KindSaved, false) })
		b.ask(t, model, ana) // the way back for somebody without an account
		back := b.Mails(t)
		if len(back) != 1 {
			t.Fatalf("%d mails to an address that had stopped them", len(back))
		}
		b.Write(t, func(tx *data.Tx) error {
			if _, err := Confirm(tx, b.desk, token(t, back[0])); err != nil {
				return err
			}
			choice, err := notify.ChoiceOf(tx, ana, notify.KindSaved)
			if !choice.Wanted {
				t.Error("confirming did not take the stop back")
			}
			return err
		})
		err := b.DB.Write(context.Background(), func(tx *data.Tx) error { return Ask(tx, b.desk, "nothing", ana, "en") })
		if !errors.Is(err, data.ErrNotFound) {
			t.Errorf("an unknown program: %v", err)
		}
		err = b.DB.Write(context.Background(), func(tx *data.Tx) error { return Ask(tx, b.desk, model, "ana at example", "en") })
		var refusal *data.Refusal
		if !errors.As(err, &refusal) || refusal.Field != "email" {
			t.Errorf("not an address: %v", err)
		}
	})
}

const window = "\n[window]\nopens = 2026-12-01T14:00:00Z\ncloses = 2026-12-11T22:00:00Z\ntime_zone = \"America/New_York\"\n"

// TestWindowTurns: a program opens and closes by the clock, without anybody touching the catalog; at the second, once, and caught up.
func TestWindowTurns(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		b.Publish(t, model, "\n[provider]", window+"\n[provider]")
		b.follow(t, model, ana, "es")
		opens, closes := time.Date(2026, 12, 1, 14, 0, 0, 0, time.UTC), time.Date(2026, 12, 11, 22, 0, 0, 0, time.UTC)
		b.SetNow(opens.Add(-time.Second))
		b.want(t, "a second before it opens")
		b.SetNow(opens)
		if got := b.due(t); got != 1 {
			t.Errorf("%d told when it opens", got)
		}
		m := b.Mails(t)[0]
		if m.Template != "saved_opened" || m.Lang != "es" || !strings.Contains(m.Text, "Abierto hasta el 11 de diciembre de 2026") || strings.Contains(m.Text, "También") || m.StopLink == "" {
			t.Errorf("%s:\n%s", m.Template, m.Text)
		}
		b.want(t, "again")
		b.SetNow(closes.Add(-time.Second))
		b.want(t, "a second before it closes")
		b.SetNow(closes)
		if b.due(t) != 1 {
			t.Error("not told when it closes")
		}
		if m := b.Mails(t)[0]; m.Template != "saved_closed" || !strings.Contains(m.Text, "Cerró el 11 de diciembre de 2026") {
			t.Errorf("%s:\n%s", m.Template, m.Text)
		}
		b.want(t, "after it closed")
	})
}

// TestMissedRun: what opened and closed while nobody ran is no news; what is different at the end is told once.
func TestMissedRun(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		b.Publish(t, model, "\n[provider]", window+"\n[provider]")
		b.Publish(t, scan, "\n[provider]", window+"\n[provider]")
		b.follow(t, model, ana, "en")
		b.SetNow(time.Date(2026, 12, 5, 0, 0, 0, 0, time.UTC))
		b.follow(t, scan, "ben@example.org", "en") // sees it open
		b.SetNow(time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC))
		b.want(t, "three months later", "saved_closed ben@example.org")
	})
}

// TestIntakesAndBreaks: each opening and closing of a recurring window is told, the beginning and the end of a break, and a break that is
// announced.
func TestIntakesAndBreaks(t *testing.T) {
	const monthly = "\n[window]\nopens = 2026-12-01T09:00:00-05:00\ncloses = 2026-12-11T17:00:00-05:00\ntime_zone = \"America/New_York\"\nevery = \"month\"\n"
	const pause = "\n[pause]\nsince = 2027-02-05T12:00:00-05:00\nuntil = 2027-03-03T00:00:00-05:00\nreason = { en = \"A flood.\", es = \"Una inundación.\" }\n"
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		b.Publish(t, model, "\n[provider]", monthly+"\n[provider]")
		b.follow(t, model, ana, "en")
		told := func(at, template string, says ...string) {
			t.Helper()
			moment, err := time.Parse(time.RFC3339, at)
			if err != nil {
				t.Fatal(err)
			}
			b.SetNow(moment.Add(-time.Second))
			b.want(t, "a second before "+at)
			b.SetNow(moment)
			if got := b.due(t); got != 1 {
				t.Fatalf("%s: %d told", at, got)
			}
			m := b.Mails(t)[0]
			for _, text := range says {
				if m.Template != template || !strings.Contains(m.Text, text) {
					t.Errorf("%s: %s, without %q:\n%s", at, m.Template, text, m.Text)
				}
			}
		}
		told("2026-12-01T09:00:00-05:00", "saved_opened", "Open until December 11, 2026, 5:00 p.m. EST")
		told("2026-12-11T17:00:00-05:00", "saved_closed", "Closed, opens again January 1, 2027")
		told("2027-01-01T09:00:00-05:00", "saved_opened", "Open until January 11, 2027, 5:00 p.m. EST")
		told("2027-01-11T17:00:00-05:00", "saved_closed", "Closed, opens again February 1, 2027")
		told("2027-02-01T09:00:00-05:00", "saved_opened", "Open until February 11, 2027")
		b.Advance(48 * time.Hour)
		b.Publish(t, model, "\n[provider]", monthly+pause+"\n[provider]")
		b.want(t, "a break is announced", "saved_changed "+ana)
		told("2027-02-05T12:00:00-05:00", "saved_closed", "Paused since February 5, 2027, expected back March 3, 2027. A flood")
		b.SetNow(time.Date(2027, 3, 4, 12, 0, 0, 0, time.UTC))
		b.want(t, "the day on which it was expected back, and the opening of a window in the break")
		b.Publish(t, model, "\n[provider]", monthly+"\n[provider]")
		b.want(t, "the break is over", "saved_opened "+ana)
	})
}

func TestStatusAndListing(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		b.follow(t, model, ana, "en")
		b.follow(t, scan, "ben@example.org", "en")
		b.want(t, "nothing changed")
		b.Publish(t, model, `status = "open"`, `status = "lapsed"`)
		if b.due(t) != 1 {
			t.Error("a pause was not told")
		}
		if m := b.Mails(t)[0]; m.Template != "saved_closed" || m.To != ana || !strings.Contains(m.Text, "Status: Paused") {
			t.Errorf("%s to %s:\n%s", m.Template, m.To, m.Text)
		}
		b.Publish(t, model)
		b.desk.Places = func(*data.Tx, []*catalog.Published) (catalog.Counts, error) {
			return catalog.Counts{model: {Seats: catalog.Seats{All: 3, Taken: 3, Waiting: 2}}}, nil
		}
		if b.due(t) != 1 {
			t.Error("that it is open again was not told")
		}
		if m := b.Mails(t)[0]; m.Template != "saved_full" || !strings.Contains(m.Text, "Status: Full, without a waiting list") || strings.Contains(m.Text, "takes requests") {
			t.Errorf("%s:\n%s", m.Template, m.Text)
		}
		b.desk.Places = nil
		b.TakeOff(t, model)
		if b.due(t) != 1 {
			t.Error("the end of the listing was not told")
		}
		if m := b.Mails(t)[0]; m.Template != "saved_gone" || !strings.Contains(m.Text, "Defender model access") || !strings.Contains(m.Text, "https://desk.example.org/programs?lang=en") {
			t.Errorf("%s:\n%s", m.Template, m.Text)
		}
		b.Read(t, func(tx *data.Tx) error {
			followed, err := Of(tx, b.desk, ana)
			if err != nil || len(followed) != 1 || followed[0].Title.En == "" {
				t.Errorf("follows %+v, %v", followed, err)
			}
			return nil
		})
		b.Publish(t, model)
		b.want(t, "listed again", "saved_opened "+ana)
	})
}

// TestChanges: each part of a listing is told by its name, what is not the program itself is not told, and at most once a day.
func TestChanges(t *testing.T) {
	for name, c := range map[string]struct {
		edits []string
		says  string
	}{
		"rules":    {[]string{`sectors = [`, `sectors = ["gas", `}, "- who can get it\n"},
		"terms":    {[]string{`duration_days = `, `duration_days = 1`}, "- the terms\n"},
		"cost":     {[]string{`cost = "none_listed"`, `cost = "fee"`}, "- what it costs\n"},
		"gives":    {[]string{"[title]\nen = \"", "[title]\nen = \"New: "}, "- what it gives\n"},
		"checked":  {[]string{`checked_on = 2026-11-22`, `checked_on = 2026-11-20`, `minutes_to_apply = 15`, `minutes_to_apply = 20`}, ""},
		"decision": {[]string{`confidence = "seen"`, `confidence = "partly"`, `days_to_decide = 10`, `days_to_decide = 12`}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := open(t, datatest.Open(t))
			b.follow(t, model, ana, "en")
			b.Publish(t, model, c.edits...)
			if c.says == "" {
				b.want(t, name)
				return
			}
			if b.due(t) != 1 {
				t.Fatal("not told")
			}
			if m := b.Mails(t)[0]; m.Template != "saved_changed" || !strings.Contains(m.Text, c.says) || strings.Count(m.Text, "\n- ") != 1 {
				t.Errorf("%s:\n%s", m.Template, m.Text)
			}
		})
	}
}

func TestChangePause(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		b.follow(t, model, ana, "en")
		b.Publish(t, model, `duration_days = `, `duration_days = 1`)
		b.want(t, "the first change", "saved_changed "+ana)
		noticed := b.Now()
		b.Advance(time.Hour)
		b.Publish(t, model, `duration_days = `, `duration_days = 2`)
		b.want(t, "another one within the day")
		b.Publish(t, model, `duration_days = `, `duration_days = 3`, `cost = "none_listed"`, `cost = "fee"`)
		b.SetNow(noticed.Add(ChangePause - time.Second))
		b.want(t, "a second before the day is over")
		b.SetNow(noticed.Add(ChangePause))
		b.want(t, "both together", "saved_changed "+ana)
		b.Advance(time.Hour)
		b.Publish(t, model, `duration_days = `, `duration_days = 3`, `cost = "none_listed"`, `cost = "fee"`, `status = "open"`, `status = "lapsed"`)
		b.want(t, "that it closed is told at once", "saved_closed "+ana)
		b.Publish(t, model, `duration_days = `, `duration_days = 3`, `cost = "none_listed"`, `cost = "fee"`)
		b.want(t, "and that it opened", "saved_opened "+ana)
		b.Advance(time.Hour)
		b.Publish(t, model)
		b.Publish(t, model, `duration_days = `, `duration_days = 3`, `cost = "none_listed"`, `cost = "fee"`)
		b.Advance(ChangePause)
		b.want(t, "a change that was taken back")
	})
}

// TestUnwantedNotices: who switched the mails off is told nothing, and nothing of it later.
func TestUnwantedNotices(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		b.follow(t, model, ana, "en")
		b.follow(t, model, "ben@example.org", "es")
		b.Write(t, func(tx *data.Tx) error { return notify.Choose(tx, ana, notify.KindSaved, false) })
		b.Publish(t, model, `status = "open"`, `status = "lapsed"`)
		b.want(t, "one of two", "saved_closed ben@example.org")
		b.Write(t, func(tx *data.Tx) error { return notify.Choose(tx, ana, notify.KindSaved, true) })
		b.want(t, "switched on again")
		b.Write(t, func(tx *data.Tx) error { return Stop(tx, model, "BEN@example.org") })
		b.Publish(t, model)
		b.want(t, "one has stopped following", "saved_opened "+ana)
	})
}

func TestFollowingTwice(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		b.follow(t, model, ana, "en")
		b.Publish(t, model, `status = "open"`, `status = "lapsed"`)
		b.follow(t, model, "Ana@example.org", "es") // nothing that was not told yet is forgotten
		if b.due(t) != 1 {
			t.Fatal("following again swallowed the notice")
		}
		if m := b.Mails(t)[0]; m.Lang != "es" {
			t.Errorf("language %s", m.Lang)
		}
	})
}

// TestNoticesFollowThePosition holds over random histories: after a run each follower's last notice fits what the program is, no run
// sends twice, and a program that is as it was told sends nothing.
func TestNoticesFollowThePosition(t *testing.T) {
	b := open(t, datatest.Open(t))
	states := map[string][]string{"open": nil, "lapsed": {`status = "open"`, `status = "lapsed"`}, "waiting": {`status = "open"`, `status = "waiting_list"`},
		"longer": {`duration_days = `, `duration_days = 1`}}
	names := []string{"open", "lapsed", "waiting", "longer"}
	round := 0
	rapid.Check(t, func(r *rapid.T) {
		round++
		address := fmt.Sprintf("walker%d@example.org", round)
		b.Publish(t, model)
		b.due(t)
		b.Mails(t)
		b.follow(t, model, address, "en")
		told := "open"
		for range rapid.IntRange(1, 6).Draw(r, "steps") {
			now := told
			for range rapid.IntRange(0, 2).Draw(r, "edits") {
				now = rapid.SampledFrom(names).Draw(r, "state")
				b.Publish(t, model, states[now]...)
			}
			b.Advance(ChangePause)
			opened := func(state string) bool { return state == "open" || state == "longer" }
			want := ""
			switch {
			case opened(now) && !opened(told):
				want = "saved_opened"
			case !opened(now) && opened(told):
				want = "saved_closed"
			case now != told:
				want = "saved_changed"
			}
			b.due(t)
			var got []string
			for _, m := range b.Mails(t) {
				if m.To == address {
					got = append(got, m.Template)
				}
			}
			if strings.Join(got, " ") != want {
				r.Fatalf("from %s to %s: %q, want %q", told, now, got, want)
			}
			if b.due(t) != 0 {
				r.Fatalf("from %s to %s: a second run sends again", told, now)
			}
			told = now
		}
		b.Write(t, func(tx *data.Tx) error { return Stop(tx, model, address) })
	})
}
