package report

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/broker/record"
	"accessdesk/broker/screening"
	"accessdesk/catalog"
	"accessdesk/catalog/catalogtest"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/data/demo"
	"accessdesk/data/locale"
	"accessdesk/eligibility"
	"accessdesk/eligibility/registry/impact"
	"accessdesk/notify"
)

func open(t testing.TB, db *datatest.Database) broker.Desk {
	t.Helper()
	locales, err := locale.Bundle()
	if err != nil {
		t.Fatal(err)
	}
	mail, err := notify.NewComposer(notify.ComposerConfig{Locales: locales, Brand: "Cyber Access Desk", Operator: "Example Institute",
		PublicURL: "https://desk.example.org", From: "desk@example.org", ReplyTo: "help@example.org", SealKey: [32]byte{1}})
	if err != nil {
		t.Fatal(err)
	}
	offerings, err := catalog.ParseFiles(demo.Files)
	if err != nil {
		t.Fatal(err)
	}
	v := catalogtest.Vocabulary()
	db.Write(t, func(tx *data.Tx) error {
		_, err := catalog.Import(tx, v, offerings, record.Seed)
		return err
	})
	return broker.Desk{Vocabulary: v, Catalog: catalog.NewCache(v), Mail: mail, Locales: locales}
}

// visitor is one browser that takes the check.
type visitor struct {
	desk  broker.Desk
	token string
	lang  string
}

// answer is one post of the check, as the pages do it. Facts that are not given are skipped.
func (o *visitor) answer(tx *data.Tx, id eligibility.FactID, value eligibility.Value) error {
	var stored broker.Screening
	var err error
	if o.token != "" {
		if stored, err = broker.LoadScreening(tx, o.desk.Vocabulary, o.token); err != nil {
			return err
		}
	}
	c, err := checkOf(tx, o.desk, stored)
	if err != nil {
		return err
	}
	if sector, ok := value.Text(); ok && id == eligibility.SectorFact {
		c.AnswerSectors([]string{sector})
	} else {
		c.Answer(id, value)
	}
	saved, err := broker.SaveScreening(tx, o.desk.Vocabulary, broker.Screening{Token: o.token, Lang: o.lang, Facts: c.Facts, Asked: c.Asked})
	if err == nil {
		o.token = saved.Token
	}
	return err
}

func checkOf(tx *data.Tx, d broker.Desk, stored broker.Screening) (*screening.Check, error) {
	snapshot, err := d.Catalog.Snapshot(tx)
	if err != nil {
		return nil, err
	}
	return screening.New(d.Vocabulary, snapshot.Listed(), stored.Facts, stored.Asked, tx.Now), nil
}

// finish skips whatever is still asked.
func (o *visitor) finish(tx *data.Tx) error {
	for {
		stored, err := broker.LoadScreening(tx, o.desk.Vocabulary, o.token)
		if err != nil {
			return err
		}
		c, err := checkOf(tx, o.desk, stored)
		if err != nil {
			return err
		}
		next, more := c.Next()
		if !more {
			return nil
		}
		if err := o.answer(tx, next.Fact, eligibility.Value{}); err != nil {
			return err
		}
	}
}

// stored gives all counts as lines "month measure subject part sector lang: n".
func stored(t testing.TB, db *datatest.Database) map[string]int {
	t.Helper()
	all := map[string]int{}
	db.Read(t, func(tx *data.Tx) error {
		_, err := data.Rows(tx, func(s data.Scanner) (_ int, err error) {
			var month, measure, subject, part, sector, lang string
			var n int
			err = s.Scan(&month, &measure, &subject, &part, &sector, &lang, &n)
			all[strings.Join([]string{month, measure, subject, part, sector, lang}, " ")] = n
			return 0, err
		}, "SELECT month, measure, subject, part, sector, lang, tally FROM report_count WHERE measure <> 'began'")
		return err
	})
	return all
}

func count(t testing.TB, db *datatest.Database, d broker.Desk) {
	t.Helper()
	if err := Count(context.Background(), db.DB, d, 25); err != nil {
		t.Fatal(err)
	}
}

// A check is counted once, as it stands at the end: going back, changing an answer, counting again, coming back by the mailed link and
// going on afterwards count for nothing. Deleted answers are not counted.
func TestEachCheckCountsOnce(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		d := open(t, db)
		begun := visitor{desk: d, lang: "en"}
		left, gone := visitor{desk: d, lang: "es"}, visitor{desk: d, lang: "en"}
		db.Write(t, func(tx *data.Tx) error {
			for _, sector := range []string{"banking", "electric", "electric"} { // back and forth
				if err := begun.answer(tx, "sector", eligibility.String(sector)); err != nil {
					return err
				}
			}
			for _, state := range []eligibility.Value{{}, eligibility.String("VT"), eligibility.String("NM")} {
				if err := begun.answer(tx, "state_or_territory", state); err != nil {
					return err
				}
			}
			if err := left.answer(tx, "sector", eligibility.String("drinking_water")); err != nil {
				return err
			}
			if err := gone.answer(tx, "sector", eligibility.String("health")); err != nil {
				return err
			}
			if _, err := broker.SaveScreening(tx, d.Vocabulary, broker.Screening{Token: gone.token, Lang: "en"}); err != nil {
				return err
			}
			return begun.finish(tx)
		})
		count(t, db, d)
		if early := stored(t, db); len(early) > 0 {
			t.Fatalf("counted while people still answer: %v", early)
		}
		var resumed broker.Screening
		db.Write(t, func(tx *data.Tx) error {
			mailed, err := broker.MailScreening(tx, d, begun.token, "visitor@example.org", "en", false)
			if err != nil || !mailed {
				return fmt.Errorf("mailed %v: %w", mailed, err)
			}
			if resumed, err = broker.LoadScreening(tx, d.Vocabulary, begun.token); err != nil {
				return err
			}
			resumed.Token = "" // as recheck.ResumeCheck brings it into another browser
			resumed, err = broker.SaveScreening(tx, d.Vocabulary, resumed)
			return err
		})
		db.Advance(broker.CountTime)
		count(t, db, d)
		want := stored(t, db)
		for line, n := range map[string]int{
			"2026-11 check  started electric en": 1, "2026-11 check  finished electric en": 1, "2026-11 question sector answered electric en": 1,
			"2026-11 question ownership_type unsure electric en": 1, "2026-11 place NM  electric ": 1,
			"2026-11 check  started drinking_water es": 1, "2026-11 question sector answered drinking_water es": 1,
		} {
			if want[line] != n {
				t.Errorf("%s is %d, want %d", line, want[line], n)
			}
		}
		lefts := 0
		for line, n := range want {
			if n != 1 || strings.Contains(line, "health") || strings.Contains(line, "VT") || strings.Contains(line, "banking") {
				t.Errorf("%s is %d", line, n)
			}
			if strings.Contains(line, " left ") {
				lefts++
			}
		}
		if lefts != 1 {
			t.Errorf("%d questions lost somebody, want 1: %v", lefts, slices.Sorted(maps.Keys(want)))
		}
		db.Write(t, func(tx *data.Tx) error { // both go on after they were counted
			for _, o := range []visitor{begun, left} {
				if err := o.answer(tx, "state_or_territory", eligibility.String("VT")); err != nil {
					return err
				}
			}
			again := visitor{desk: d, lang: "en", token: resumed.Token}
			return again.answer(tx, "state_or_territory", eligibility.String("VT"))
		})
		db.Advance(broker.CountTime)
		count(t, db, d)
		if got := stored(t, db); !maps.Equal(got, want) {
			t.Errorf("counted again: %v, before %v", got, want)
		}
	})
}

// A check that is not counted in time is deleted, not kept; one whose answers cannot be read is passed over.
func TestUncountedChecksAreDeleted(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		d := open(t, db)
		late, unread := visitor{desk: d, lang: "en"}, visitor{desk: d, lang: "en"}
		db.Write(t, func(tx *data.Tx) error {
			if err := unread.answer(tx, "sector", eligibility.String("electric")); err != nil {
				return err
			}
			return late.answer(tx, "sector", eligibility.String("electric"))
		})
		db.Write(t, func(tx *data.Tx) error {
			_, err := tx.Exec(`UPDATE screening SET facts = '{"no_such_fact":{}}' WHERE token_hash = $1`, data.HashToken(unread.token))
			return err
		})
		db.Advance(broker.ScreeningTime)
		db.Write(t, func(tx *data.Tx) error {
			_, err := broker.Due(tx, d)
			return err
		})
		count(t, db, d)
		if got := stored(t, db); len(got) > 0 {
			t.Errorf("%v", got)
		}
		var rows int
		db.Read(t, func(tx *data.Tx) error { return tx.Row("SELECT count(*) FROM screening").Scan(&rows) })
		if rows != 0 {
			t.Errorf("%d checks are left", rows)
		}
	})
}

// Eight browsers answer while two programs count again and again: nobody is refused, every check is counted once.
func TestCountingBesideAnswers(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		d := open(t, db)
		const clients, each, before = 8, 12, 3 * batch
		for range before {
			o := visitor{desk: d, lang: "en"}
			db.Write(t, func(tx *data.Tx) error { return o.answer(tx, "sector", eligibility.String("banking")) })
		}
		db.Advance(broker.CountTime)
		var done atomic.Bool
		var answering, counting sync.WaitGroup
		for range 2 {
			counting.Go(func() {
				for !done.Load() {
					if err := Count(t.Context(), db.DB, d, 25); err != nil {
						t.Error(err)
					}
				}
			})
		}
		for n := range clients {
			answering.Go(func() {
				for i := range each {
					o := visitor{desk: d, lang: []string{"en", "es"}[n%2]}
					for _, id := range []eligibility.FactID{"sector", "state_or_territory"} {
						value := map[eligibility.FactID]string{"sector": "electric", "state_or_territory": "NM"}[id]
						before := o.token
						err := db.DB.Write(t.Context(), func(tx *data.Tx) error {
							o.token = before
							return o.answer(tx, id, eligibility.String(value))
						})
						if err != nil {
							t.Errorf("client %d, check %d: %v", n, i, err)
							return
						}
					}
				}
			})
		}
		answering.Wait()
		done.Store(true)
		counting.Wait()
		db.Advance(broker.CountTime)
		count(t, db, d)
		got := stored(t, db)
		for line, n := range map[string]int{"2026-11 check  started banking en": before, "2026-11 check  started electric en": clients * each / 2,
			"2026-11 check  started electric es": clients * each / 2, "2026-11 place NM  electric ": clients * each} {
			if got[line] != n {
				t.Errorf("%s: %d, want %d", line, got[line], n)
			}
		}
	})
}

func TestPrune(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		d := open(t, db)
		one := Counts{key{measureCheck, "", partStarted, "electric", "en"}: 1}
		db.Write(t, func(tx *data.Tx) error {
			for _, month := range []string{"2024-09", "2024-10", "2024-11", "2026-11"} {
				if err := Store(tx, month, one); err != nil {
					return err
				}
			}
			if err := Begin(tx, d); err != nil {
				return err
			}
			return Begin(tx, d)
		})
		count(t, db, d)
		got := slices.Sorted(maps.Keys(stored(t, db)))
		if len(got) != 3 || !strings.HasPrefix(got[0], "2024-10") {
			t.Errorf("kept %v", got)
		}
		db.Read(t, func(tx *data.Tx) error {
			day, began, err := Began(tx, d)
			if !began || day.Format(time.DateOnly) != "2026-11-23" {
				t.Errorf("counting began %v %v", day, began)
			}
			return err
		})
	})
}

// The report of counts and requests that were laid by hand.
func TestRead(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		d := open(t, db)
		lay(t, db, d)
		from := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
		read := func(f Filter) (r Report) {
			f.From, f.To = from, from.AddDate(0, 1, 0)
			db.Read(t, func(tx *data.Tx) (err error) {
				r, err = Read(tx, d, population(t, d.Vocabulary), f)
				return err
			})
			return r
		}
		all := read(Filter{})
		if got, want := fmt.Sprint(all.Steps), "[{started {205}} {finished {105}} {begun {5}} {sent {0}} {decided {0}}]"; got != want {
			t.Errorf("steps %s, want %s", got, want)
		}
		if got, want := fmt.Sprint(all.Questions), "[{population_served {100} {60} {0} {40}} {sector {200} {200} {0} {0}}]"; got != want {
			t.Errorf("questions %s, want %s", got, want)
		}
		if got, want := fmt.Sprint(all.Rules), "[{demo-grant size {50} {45} {30} {15}} {demo-grant owner {50} {10} {10} {0}}]"; got != want {
			t.Errorf("rules %s, want %s", got, want)
		}
		if got, want := fmt.Sprint(all.Languages), "[{en {155} {85} {70}} {es {55} {20} {35}}]"; got != want {
			t.Errorf("languages %s, want %s", got, want)
		}
		if got, want := fmt.Sprint(all.Sectors), "{[{drinking_water 8 {55} {0}} {electric 2 {105} {5}}] { 10 {160} {5}}}"; got != want {
			t.Errorf("sectors %s, want %s", got, want)
		}
		if got, want := fmt.Sprint(all.States), "{[{VT 9 {60} {0}} {GU 0 {0} {0}} {NM 0 {0} {5}} {ME 1 {40} {0}}] { 10 {100} {5}}}"; got != want {
			t.Errorf("states %s, want %s", got, want)
		}
		if got, want := fmt.Sprint(all.Programs), "[{demo-grant {20} {0} {50} {0} {0} {0}} {demo-scanning {0} {0} {0} {0} {0} {0}} {demo-model-access {0} {0} {0} {5} {0} {0}}]"; got != want {
			t.Errorf("programs %s, want %s", got, want)
		}
		if got := read(Filter{Sector: "electric", Lang: "es"}); fmt.Sprint(got.Steps) != "[{started {55}} {finished {20}} {begun {0}} {sent {0}} {decided {0}}]" {
			t.Errorf("electric in Spanish: %v", got.Steps)
		}
		if got := read(Filter{Program: "demo-model-access"}); fmt.Sprint(got.Steps) != "[{started {205}} {finished {105}} {fits {0}} {begun {5}} {sent {0}} {decided {0}}]" || len(got.Rules) > 0 {
			t.Errorf("one program: %v, %v", got.Steps, got.Rules)
		}
		for name, f := range map[string]Filter{"another program": {Program: "demo-scanning"}, "another language": {Lang: "es"}} {
			if got := read(f); !got.Sectors.All.Organizations.Few() || !got.States.All.Organizations.Few() {
				t.Errorf("%s: nobody asked for it, but %v and %v organizations did", name, got.Sectors.All.Organizations, got.States.All.Organizations)
			}
		}
		if got := read(Filter{Program: "demo-model-access", Lang: "en"}); got.Sectors.All.Organizations.Number() != 5 || got.States.All.Organizations.Number() != 5 {
			t.Errorf("the program and language that they asked in: %v, %v", got.Sectors.All, got.States.All)
		}
		from = time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
		if got := read(Filter{}); !got.Empty || !got.Steps[0].Count.Few() {
			t.Errorf("a month before: %+v", got)
		}
	})
}

// lay stores counts of one month, and six organizations that each began a request.
func lay(t *testing.T, db *datatest.Database, d broker.Desk) {
	t.Helper()
	db.Write(t, func(tx *data.Tx) error {
		err := Store(tx, "2026-11", Counts{
			{measureCheck, "", partStarted, "drinking_water", "en"}: 54, {measureCheck, "", partFinished, "drinking_water", "en"}: 36,
			{measureCheck, "", partStarted, "electric", "en"}: 50, {measureCheck, "", partStarted, "electric", "es"}: 54,
			{measureCheck, "", partStarted, "banking", "en"}: 48, {measureCheck, "", partFinished, "banking", "en"}: 48, {measureCheck, "", partFinished, "electric", "es"}: 20,
			{measureQuestion, "sector", partAnswered, "electric", "en"}: 201, {measureQuestion, "sector", partLeft, "electric", "en"}: 4,
			{measureQuestion, "population_served", partAnswered, "electric", "en"}: 60, {measureQuestion, "population_served", partLeft, "electric", "en"}: 40,
			{measureProgram, "demo-grant", "ineligible", "electric", "en"}: 51, {measureProgram, "demo-grant", "eligible", "electric", "en"}: 19,
			{measureSole, "demo-grant", "size", "electric", "en"}: 31, {measureSeveral, "demo-grant", "size", "electric", "en"}: 13,
			{measureSole, "demo-grant", "owner", "electric", "en"}: 9, {measureSeveral, "demo-grant", "owner", "electric", "en"}: 3,
			{measurePlace, "VT", "", "electric", ""}: 61, {measurePlace, "ME", "", "electric", ""}: 41, {measurePlace, "GU", "", "electric", ""}: 3,
			{measurePlace, "TX", "", "banking", ""}: 40,
		})
		if err != nil {
			return err
		}
		for i := range 6 {
			p, err := account.AddApplicant(tx, fmt.Sprintf("office%d@example.org", i), "en", record.Seed)
			if err != nil {
				return err
			}
			o, err := account.CreateOrganization(tx, p, fmt.Sprintf("Example Cooperative %d", i))
			if err != nil {
				return err
			}
			facts := eligibility.Profile{"sector": eligibility.String("electric"), "state_or_territory": eligibility.String("NM")}
			if _, err := broker.Start(tx, d, broker.PersonActor(p), o.ID, []string{"demo-model-access"}, facts); err != nil {
				return err
			}
		}
		return nil
	})
}

func population(t testing.TB, v *eligibility.Vocabulary) *impact.Population {
	t.Helper()
	at := 0
	return impact.Gather(v, func() (impact.Facts, bool) {
		if at == 10 {
			return impact.Facts{}, false
		}
		at++
		m := impact.Member{ID: fmt.Sprint(at), Sector: "drinking_water", State: "VT"}
		if at > 8 {
			m.Sector = "electric"
		}
		if at == 10 {
			m.State = "ME"
		}
		return impact.Facts{Member: m, Facts: eligibility.Profile{}}, true
	})
}
