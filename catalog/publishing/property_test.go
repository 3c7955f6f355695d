package publishing

import (
	"errors"
	"fmt"
	"testing"

	"accessdesk/broker/record"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/data/datatest"

	"pgregory.net/rapid"
)

// TestAnyOrder lets three managers and a stranger do anything in any order, and holds after each step: one version at most is live and no
// version ever changes; nobody published alone but a pause; what is live passed every check; the record verifies.
func TestAnyOrder(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		bodies := map[string]string{} // of versions, by id
		acts := 0
		// A short walk may by chance publish nothing, 1 in 25 did: it goes on until it did. One that can not is found after ten.
		for range 10 {
			rapid.Check(t, func(r *rapid.T) {
				for range rapid.IntRange(8, 25).Draw(r, "steps") {
					b.randomStep(t, r)
					b.holds(t, r, bodies)
					acts++
				}
			})
			if t.Failed() || len(bodies) >= 3 {
				break
			}
		}
		if !t.Failed() && len(bodies) < 3 {
			t.Errorf("only %d versions in %d steps: the walk publishes nothing", len(bodies), acts)
		}
	})
}

func (b *bench) randomStep(t *testing.T, r *rapid.T) {
	actor := rapid.SampledFrom([]string{ana, ana, luis, luis, olga, guest}).Draw(r, "actor")
	what := rapid.SampledFrom([]string{"edit", "edit", "break", "submit", "submit", "approve", "approve", "approve", "send_back", "discard", "retire", "pause", "reopen", "return", "wait", "due", "forward", "forward", "forward"}).Draw(r, "what")
	b.Advance(hours(rapid.IntRange(0, 3).Draw(r, "hours")))
	err := b.DB.Write(t.Context(), func(tx *data.Tx) error { return b.step(t, tx, r, actor, what) })
	var refusal *data.Refusal
	var missing *NotReady
	if err != nil && !errors.As(err, &refusal) && !errors.As(err, &missing) && !errors.Is(err, data.ErrNotFound) {
		t.Fatalf("%s: %v", what, err)
	}
}

func (b *bench) step(t *testing.T, tx *data.Tx, r *rapid.T, actor, what string) error {
	open, err := OpenOf(tx, scan)
	if err != nil && !errors.Is(err, data.ErrNotFound) {
		return err
	}
	switch what {
	case "edit", "break":
		d, err := Begin(tx, b.desk, actor, scan)
		if err != nil || d.Kind == KindRetirement {
			return err
		}
		o := d.MustOffering(t)
		o.MinutesToApply = rapid.IntRange(1, 90).Draw(r, "minutes")
		if what == "break" {
			o.Title.Es = ""
		} else {
			o.Title.Es = "Escaneo de direcciones (demo)"
		}
		_, err = Save(tx, b.desk, d.ID, d.Revision, actor, o)
		return err
	case "retire":
		_, err = BeginRetirement(tx, b.desk, actor, scan)
	case "pause":
		_, err = Pause(tx, b.desk, actor, scan, Break{Reason: catalog.Text{En: "A short break.", Es: "Un descanso corto."}})
	case "reopen":
		_, err = Reopen(tx, b.desk, actor, scan)
	case "return": // an offering that left the list comes back
		for _, o := range files(t) {
			if o.Slug == scan {
				_, err = New(tx, b.desk, actor, o)
			}
		}
	case "forward": // whoever may does what comes next
		r := Request{DraftID: open.ID, Revision: open.Revision, Act: ActSubmit, Actor: ana}
		if open.State == catalog.StateInReview {
			r.Act = ActApprove
			for _, other := range []string{ana, luis, olga} {
				if other != open.WrittenBy && other != open.SentBy {
					r.Actor = other
				}
			}
		}
		_, err = Do(tx, b.desk, r)
	case "due":
		_, err = Due(tx, b.desk)
	case "wait":
		_, err = Do(tx, b.desk, Request{DraftID: open.ID, Revision: open.Revision, Act: ActSubmit, Actor: actor, At: tx.Now.Add(hours(5))})
	default:
		_, err = Do(tx, b.desk, Request{DraftID: open.ID, Revision: open.Revision, Act: Act(what), Actor: actor, Words: "Look again."})
	}
	return err
}

func (b *bench) holds(t *testing.T, r *rapid.T, bodies map[string]string) {
	b.Read(t, func(tx *data.Tx) error {
		type row struct{ id, state, body, written, approved string }
		rows, err := data.Rows(tx, func(s data.Scanner) (v row, err error) {
			return v, s.Scan(&v.id, &v.state, &v.body, &v.written, &v.approved)
		},
			"SELECT id, state, body, created_by, published_by FROM offering_version WHERE slug = $1 ORDER BY number", scan)
		live := 0
		for _, v := range rows {
			if before, known := bodies[v.id]; known && before != v.body {
				r.Fatalf("version %s changed", v.id)
			}
			o, parsed := catalog.Parse("", []byte(v.body))
			err = errors.Join(err, parsed)
			if _, known := bodies[v.id]; !known && v.written == v.approved && v.written != record.Seed && (parsed != nil || o.Pause.Since.IsZero()) {
				r.Fatalf("%s published alone", v.written)
			}
			if v.state == "published" {
				live++
				if problems := newProblems(b.desk, tx, &catalog.Offering{}, o); parsed == nil && len(problems) > 0 {
					r.Fatalf("live with problems: %v", problems)
				}
			}
			bodies[v.id] = v.body
		}
		if live > 1 {
			r.Fatalf("%d versions are live", live)
		}
		if mismatch := record.Check(tx, record.OfferingChain(scan)); mismatch != nil {
			r.Fatal(mismatch)
		}
		return errors.Join(err, b.openDraftHolds(tx))
	})
}

// openDraftHolds looks at the open draft: what waits for review or its time has passed the checks and was sent by somebody.
func (b *bench) openDraftHolds(tx *data.Tx) error {
	d, err := OpenOf(tx, scan)
	switch {
	case errors.Is(err, data.ErrNotFound):
		return nil
	case err != nil:
		return err
	case d.State != catalog.StateDraft && (d.SentBy == "" || d.Sent.IsZero()):
		return fmt.Errorf("in review, but nobody sent it: %+v", d)
	case d.State == catalog.StateScheduled && (d.ApproveBy == "" || d.ApproveBy == d.WrittenBy || d.ApproveBy == d.SentBy):
		return fmt.Errorf("scheduled, but no second person approved it: %+v", d)
	}
	return nil
}
