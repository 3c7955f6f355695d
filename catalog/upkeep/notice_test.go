package upkeep

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/broker/record"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/data/datatest"

	"pgregory.net/rapid"
)

// TestNoticeLife walks a notice from writing to its end: what pages see, the history, the record, the revision.
func TestNoticeLife(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		before := b.snapshot(t).Revision
		if _, ok := b.state(t).Notice(provider, b.Now()); ok {
			t.Fatal("a notice that nobody wrote")
		}
		n := b.write(t, Draft{Text: texts("It answers late."), SourceURL: "https://example.org/news", SourceOn: "2026-11-20"})
		if b.snapshot(t).Revision == before {
			t.Error("the revision did not move: kept pages would not show the notice")
		}
		got, ok := b.state(t).Notice(provider, b.Now())
		if !ok || got != n || got.Text.Es != "Aviso: it answers late." || got.SourceOn != "2026-11-20" || !got.From.Equal(b.Now()) {
			t.Fatalf("%v %+v, want %+v", ok, got, n)
		}
		b.Advance(time.Hour)
		draft := n.Draft
		draft.Text.En, draft.Until = "It answers within a month.", b.Now().Add(hours(2))
		b.Write(t, func(tx *data.Tx) (err error) {
			n, err = Edit(tx, n.ID, 1, manager, draft)
			return err
		})
		if got, _ := b.state(t).Notice(provider, b.Now()); got.Text.En != draft.Text.En || got.Number != 2 {
			t.Errorf("after the change: %+v", got)
		}
		if err := b.DB.Write(t.Context(), func(tx *data.Tx) error {
			_, err := Edit(tx, n.ID, 1, manager, draft)
			return err
		}); !errors.Is(err, data.ErrConflict) {
			t.Errorf("a change of the edition before: %v", err)
		}
		b.Advance(time.Hour)
		for range 2 { // ending twice is ending once
			b.Write(t, func(tx *data.Tx) error {
				_, err := EndNotice(tx, n.ID, 2, manager)
				return err
			})
		}
		if _, ok := b.state(t).Notice(provider, b.Now()); ok {
			t.Error("shown after its end")
		}
		if got := b.refused(t, func(tx *data.Tx) error {
			_, err := Edit(tx, n.ID, 3, manager, draft)
			return err
		}); !slices.Equal(got, []string{":notice_over"}) {
			t.Errorf("change of what is over: %q", got)
		}
		b.Read(t, func(tx *data.Tx) error {
			editions, err := Editions(tx, n.ID)
			var acts []string
			for _, e := range editions {
				acts = append(acts, e.Act+" "+e.Text.En)
			}
			want := []string{"end It answers within a month.", "edit It answers within a month.", "write It answers late."}
			if !slices.Equal(acts, want) || editions[0].By != manager {
				t.Errorf("history %q", acts)
			}
			return err
		})
		if got := b.acts(t, record.Desk); !slices.Equal(got, []string{"notice_written", "notice_changed", "notice_ended"}) {
			t.Errorf("record %q", got)
		}
	})
}

func TestNoticeRefusals(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		now := b.Now()
		b.write(t, Draft{Text: texts("It answers late."), From: now.Add(hours(10)), Until: now.Add(hours(20))})
		fine := texts("It answers late.")
		for name, c := range map[string]struct {
			draft Draft
			want  string
		}{
			"no text":            {Draft{}, "text_en:notice_text text_es:notice_text"},
			"one language":       {Draft{Text: fineBut(fine.En, "")}, "text_es:notice_text"},
			"too long":           {Draft{Text: fineBut(strings.Repeat("ñ", NoticeLength+1), fine.Es)}, "text_en:too_long"},
			"promise":            {Draft{Text: fineBut("It guarantees help.", fine.Es)}, "text_en:notice_promise"},
			"price without date": {Draft{Text: fineBut(fine.En, "Es gratuito.")}, "text_es:notice_undated"},
			"loud":               {Draft{Text: fineBut("Act now!", fine.Es)}, "text_en:notice_loud"},
			"until before from":  {Draft{Text: fine, From: now.Add(hours(2)), Until: now.Add(hours(2))}, "until:notice_until"},
			"past":               {Draft{Text: fine, From: now.Add(hours(-2)), Until: now}, "until:notice_past"},
			"overlaps":           {Draft{Text: fine, From: now, Until: now.Add(hours(10)).Add(time.Millisecond)}, "from:notice_two"},
			"overlaps, no end":   {Draft{Text: fine, From: now}, "from:notice_two"},
			"inside":             {Draft{Text: fine, From: now.Add(hours(12)), Until: now.Add(hours(13))}, "from:notice_two"},
			"http":               {Draft{Text: fine, From: now.Add(hours(20)), SourceURL: "http://example.org", SourceOn: "2026-11-20"}, "source_url:notice_source"},
			"no address":         {Draft{Text: fine, From: now.Add(hours(20)), SourceOn: "2026-11-20"}, "source_url:notice_source"},
			"script":             {Draft{Text: fine, From: now.Add(hours(20)), SourceURL: "javascript:alert(1)", SourceOn: "2026-11-20"}, "source_url:notice_source"},
			"no day":             {Draft{Text: fine, From: now.Add(hours(20)), SourceURL: "https://example.org"}, "source_on:notice_source_day"},
			"a day ahead":        {Draft{Text: fine, From: now.Add(hours(20)), SourceURL: "https://example.org", SourceOn: "2027-11-20"}, "source_on:notice_source_day"},
		} {
			if c.draft.From.IsZero() {
				c.draft.From = now.Add(hours(20))
			}
			got := b.refused(t, func(tx *data.Tx) error {
				_, err := Write(tx, b.desk, provider, manager, c.draft)
				return err
			})
			if strings.Join(got, " ") != c.want {
				t.Errorf("%s: %q, want %q", name, got, c.want)
			}
		}
		// Right before and right after it there is room, and a notice of nobody's.
		b.write(t, Draft{Text: fine, From: now, Until: now.Add(hours(10))})
		b.write(t, Draft{Text: fine, From: now.Add(hours(20))})
		if err := b.DB.Write(t.Context(), func(tx *data.Tx) error {
			_, err := Write(tx, b.desk, "no-such-provider", manager, Draft{Text: fine})
			return err
		}); !errors.Is(err, data.ErrNotFound) {
			t.Errorf("a provider that does not exist: %v", err)
		}
		if got := len(b.acts(t, record.Desk)); got != 3 {
			t.Errorf("%d entries: what was refused left a trace", got)
		}
	})
}

func fineBut(en, es string) catalog.Text { return catalog.Text{En: en, Es: es} }

// TestNoticeShows writes, changes and ends notices at random and holds that one shows exactly from its from on and before its until,
// that never two do, and that a kept page turns at each of these instants.
func TestNoticeShows(t *testing.T) {
	b := open(t, datatest.Open(t))
	rapid.Check(t, func(r *rapid.T) {
		b.Write(t, func(tx *data.Tx) error {
			for _, table := range []func() (int64, error){
				func() (int64, error) { return tx.Exec("DELETE FROM provider_notice_edition") },
				func() (int64, error) { return tx.Exec("DELETE FROM provider_notice") },
			} {
				if _, err := table(); err != nil {
					return err
				}
			}
			_, err := tx.Exec("UPDATE catalog_revision SET revision = revision + 1, stamp = $1 WHERE id = 1", data.NewID())
			return err
		})
		model := map[string]Notice{} // what must be, by id
		for range rapid.IntRange(1, 12).Draw(r, "steps") {
			b.Advance(time.Duration(rapid.IntRange(1, 240).Draw(r, "minutes")) * time.Minute)
			now := b.Now()
			draft := Draft{Text: texts("It answers late."), From: now.Add(time.Duration(rapid.IntRange(-3, 12).Draw(r, "from")) * time.Hour)}
			if length := rapid.IntRange(0, 9).Draw(r, "length"); length > 0 {
				draft.Until = draft.From.Add(time.Duration(length) * time.Hour)
			}
			ids := make([]string, 0, len(model))
			for id := range model {
				ids = append(ids, id)
			}
			slices.Sort(ids)
			var n Notice
			act := rapid.IntRange(0, 2).Draw(r, "act")
			err := b.DB.Write(t.Context(), func(tx *data.Tx) (err error) {
				switch {
				case act == 0 || len(ids) == 0:
					n, err = Write(tx, b.desk, provider, manager, draft)
				case act == 1:
					one := model[rapid.SampledFrom(ids).Draw(r, "edit")]
					n, err = Edit(tx, one.ID, one.Number, manager, draft)
				default:
					one := model[rapid.SampledFrom(ids).Draw(r, "end")]
					n, err = EndNotice(tx, one.ID, one.Number, manager)
				}
				return err
			})
			var refusal *data.Refusal
			switch {
			case err == nil:
				model[n.ID] = n
			case !errors.As(err, &refusal):
				r.Fatal(err)
			}
			b.sameAsModel(t, r, model)
		}
	})
}

func (b *bench) sameAsModel(t *testing.T, r *rapid.T, model map[string]Notice) {
	t.Helper()
	state := b.state(t)
	instants := []time.Time{b.Now()}
	for _, n := range model {
		for _, edge := range []time.Time{n.From, n.Until} {
			if edge.After(b.Now()) {
				instants = append(instants, edge.Add(-time.Millisecond), edge, edge.Add(time.Millisecond))
			}
		}
	}
	for _, at := range instants {
		if at.Before(b.Now()) {
			continue
		}
		var want []string
		next := time.Time{}
		for _, n := range model {
			if !at.Before(n.From) && (n.Until.IsZero() || at.Before(n.Until)) {
				want = append(want, n.ID)
			}
			if !n.Until.IsZero() && !n.From.Before(n.Until) {
				continue // ended before it began: it turns nothing
			}
			for _, edge := range []time.Time{n.From, n.Until} {
				if edge.After(at) && (next.IsZero() || edge.Before(next)) {
					next = edge
				}
			}
		}
		got, shown := state.Notice(provider, at)
		if len(want) > 1 || shown != (len(want) == 1) || shown && got.ID != want[0] {
			r.Fatalf("at %s: shown %v %s, want %v", at, shown, got.ID, want)
		}
		if turn, _ := state.NextTurn(at); !turn.Equal(next) {
			r.Fatalf("at %s the page turns at %s, want %s", at, turn, next)
		}
	}
}
