package question

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"accessdesk/broker/record"
	"accessdesk/catalog"
	"accessdesk/catalog/answer"
	"accessdesk/catalog/catalogtest"
	"accessdesk/catalog/check"
	"accessdesk/catalog/publishing"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/data/demo"
	"accessdesk/data/locale"
	"accessdesk/data/seed"
	"accessdesk/eligibility"

	"pgregory.net/rapid"
)

const (
	ana   = "01900000-0000-7000-8000-00000000000a"
	luis  = "01900000-0000-7000-8000-00000000000b"
	guest = "01900000-0000-7000-8000-00000000000d" // is no program manager
)

func TestMain(m *testing.M) { datatest.Main(m) }

func desk() publishing.Desk {
	return publishing.Desk{Vocabulary: vocabulary, Catalog: catalog.NewCache(vocabulary), Managers: func(*data.Tx) ([]publishing.Manager, error) {
		return []publishing.Manager{{ID: ana, Email: "ana@example.org", Lang: "en"}, {ID: luis, Email: "luis@example.org", Lang: "es"}}, nil
	}}
}

var vocabulary *eligibility.Vocabulary = catalogtest.Vocabulary()

// hours is a question that is whole.
func hours() catalog.Question {
	return catalog.Question{ID: "work_hours", Type: catalog.QuestionSeveral, Min: 1, Max: 2,
		Label: catalog.Text{En: "When does someone work?", Es: "¿Cuándo trabaja alguien?"}, Help: catalog.Text{En: "Choose all that fit.", Es: "Elija todo lo que corresponda."},
		Options: []catalog.Option{{Value: "day", Label: catalog.Text{En: "By day", Es: "De día"}}, {Value: "night", Label: catalog.Text{En: "By night", Es: "De noche"}}}}
}

// try does an act; what it wrote is taken back if there is an error.
func try(t testing.TB, db *datatest.Database, act func(*data.Tx) (Question, error)) (q Question, err error) {
	t.Helper()
	err = db.DB.Write(t.Context(), func(tx *data.Tx) (err error) {
		q, err = act(tx)
		return err
	})
	return q, err
}

// code is "field:code" of a refusal; else the error as text.
func code(err error) string {
	var refusal *data.Refusal
	if errors.As(err, &refusal) {
		return refusal.Field + ":" + refusal.Code
	}
	if err == nil {
		return ""
	}
	return err.Error()
}

// Everything that happens to a question, with who may do it, what is kept of it, and the record.
func TestLife(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		d := desk()
		add := func(actor string, q catalog.Question) func(*data.Tx) (Question, error) {
			return func(tx *data.Tx) (Question, error) { return Add(tx, d, actor, q) }
		}
		if _, err := try(t, db, add(guest, hours())); code(err) != ":manager_only" {
			t.Errorf("a guest adds: %v", err)
		}
		whole := hours()
		whole.Required, whole.When, whole.Bank = true, "true", "elsewhere" // an offering's; not kept
		if q, err := try(t, db, add(ana, whole)); err != nil || q.Revision != 1 || !reflect.DeepEqual(q.Question, hours()) {
			t.Fatalf("added: %+v, %v", q, err)
		}
		reserved := hours()
		reserved.ID = "new"
		for _, q := range []catalog.Question{hours(), reserved} {
			if _, err := try(t, db, add(luis, q)); code(err) != "id:bank_taken" {
				t.Errorf("%s is added: %v", q.ID, err)
			}
		}
		changed := hours()
		changed.Label.En, changed.Type = "When do people work?", catalog.QuestionText // the kind of answer stays
		save := func(tx *data.Tx) (Question, error) { return Save(tx, d, luis, 1, changed) }
		if q, err := try(t, db, save); err != nil || q.Revision != 2 || q.Type != catalog.QuestionSeveral || q.Label.En != changed.Label.En {
			t.Fatalf("changed: %+v, %v", q, err)
		}
		var stale *Stale
		if _, err := try(t, db, save); !errors.As(err, &stale) || stale.Present.Label.En != changed.Label.En || !errors.Is(err, data.ErrConflict) {
			t.Errorf("saved from an old text: %v", err)
		}
		if q, err := try(t, db, func(tx *data.Tx) (Question, error) { return Save(tx, d, ana, 2, changed) }); err != nil || q.Revision != 2 {
			t.Errorf("saved as it stands: %+v, %v", q, err)
		}
		if _, err := try(t, db, func(tx *data.Tx) (Question, error) { return Reuse(tx, d, ana, "work_hours", 2) }); code(err) != ":bank_state" {
			t.Errorf("a question in use is taken into use: %v", err)
		}
		retired, err := try(t, db, func(tx *data.Tx) (Question, error) { return Retire(tx, d, ana, "work_hours", 2) })
		if err != nil || retired.InUse() || retired.RetiredBy != ana || retired.Revision != 3 {
			t.Fatalf("retired: %+v, %v", retired, err)
		}
		if _, err := retired.Copy(&catalog.Offering{}); code(err) != "bank:bank_retired" {
			t.Errorf("a retired question is copied: %v", err)
		}
		if _, err := try(t, db, func(tx *data.Tx) (Question, error) { return Retire(tx, d, ana, "work_hours", 3) }); code(err) != ":bank_state" {
			t.Errorf("retired twice: %v", err)
		}
		if q, err := try(t, db, func(tx *data.Tx) (Question, error) { return Reuse(tx, d, luis, "work_hours", 3) }); err != nil || !q.InUse() || q.RetiredBy != "" {
			t.Fatalf("in use again: %+v, %v", q, err)
		}
		db.Read(t, func(tx *data.Tx) error {
			history, err := History(tx, "work_hours")
			var told []string
			for _, one := range history {
				told = append(told, string(one.Act)+" "+one.By[len(one.By)-1:]+" "+one.Question.Label.En)
			}
			want := []string{"reused b When do people work?", "retired a When do people work?", "changed b When do people work?", "added a When does someone work?"}
			if err != nil || !slices.Equal(told, want) {
				t.Errorf("history: %q, %v", told, err)
			}
			entries, err := record.List(tx, record.Desk)
			var acts []string
			for _, e := range entries {
				acts = append(acts, e.Act+" "+e.Actor[len(e.Actor)-1:])
			}
			if err != nil || !slices.Equal(acts, []string{"question_added a", "question_changed b", "question_retired a", "question_reused b"}) {
				t.Errorf("record: %q, %v", acts, err)
			}
			return nil
		})
	})
}

// What cannot be kept, and where it is said.
func TestUnfit(t *testing.T) {
	locales, err := locale.Bundle()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		change func(*catalog.Question)
		key    string
		en, es string
	}{
		{"no id", func(q *catalog.Question) { q.ID = "" }, "id", "Fill this in", "Complete esto"},
		{"a fact", func(q *catalog.Question) { q.ID = "meters" }, "id", "This is asked once for all programs: meters", ""},
		{"long id", func(q *catalog.Question) { q.ID = strings.Repeat("a", 61) }, "id", "Use 60 characters or fewer. You have used 61", ""},
		{"long help", func(q *catalog.Question) { q.Help.Es = strings.Repeat("á", 1001) }, "help.es", "Use 1000 characters or fewer. You have used 1,001", ""},
		{"long option", func(q *catalog.Question) { q.Options[1].Label.En = strings.Repeat("á", 1001) }, "options[2].label.en", "Use 1000 characters", ""},
		{"many options", func(q *catalog.Question) { q.Options = make([]catalog.Option, 51) }, "options", "This is more than fits into one list", ""},
		{"no label", func(q *catalog.Question) { q.Label = catalog.Text{} }, "label", "Write this in both languages", ""},
		{"English only", func(q *catalog.Question) { q.Label.Es = "" }, "label.es", "The Spanish text is missing", "Falta el texto en español"},
		{"one option", func(q *catalog.Question) { q.Options = q.Options[:1] }, "options", "Give at least two answers", ""},
		{"same options", func(q *catalog.Question) { q.Options[1].Value = "day" }, "options[2].value", "This stands there twice: day", ""},
		{"too many asked for", func(q *catalog.Question) { q.Max = 3 }, "options", "There are only 2 answers to choose from, and 3 are asked for", "Solo hay 2 respuestas para elegir y se piden 3"},
		{"limits crossed", func(q *catalog.Question) { q.Min, q.Max = 2, 1 }, "max", "The most (1) is less than the least (2)", "El máximo (1) es menor que el mínimo (2)"},
		{"no days", func(q *catalog.Question) { q.Earliest = "2026-01-01" }, "earliest", "This kind of answer takes no such limit. Leave it empty", "Este tipo de respuesta no tiene ese límite"},
		{"no pattern", func(q *catalog.Question) { q.Pattern = catalog.PatternUEI }, "pattern", "This kind of answer takes no such limit", ""},
		{"days crossed", func(q *catalog.Question) {
			q.Type, q.Options, q.Min, q.Max, q.Earliest, q.Latest = catalog.QuestionDate, nil, 0, 0, "2026-02-01", "2026-01-01"
		}, "latest", "The latest day (January 1, 2026) comes before the earliest (February 1, 2026)", ""},
		{"long answers", func(q *catalog.Question) { q.Type, q.Options, q.Min, q.Max = catalog.QuestionText, nil, 0, 501 }, "max", "501 characters are more than an answer can have (500)", ""},
		{"many networks", func(q *catalog.Question) { q.Type, q.Options, q.Min, q.Max = catalog.QuestionCIDRList, nil, 0, 201 }, "max", "201 networks are more than", ""},
		{"a promise", func(q *catalog.Question) { q.Help.En = "Access is guaranteed." }, "help.en", "guarantee", ""},
	} {
		q := hours()
		c.change(&q)
		err := Check(vocabulary, q)
		var unfit *Unfit
		if !errors.As(err, &unfit) {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		found := false
		for _, p := range unfit.Problems {
			if p.Key == "questions[1]."+c.key && strings.Contains(p.In(locales.In("en")), c.en) && strings.Contains(p.In(locales.In("es")), c.es) {
				found = true
			}
		}
		if !found {
			for _, p := range unfit.Problems {
				t.Errorf("%s: %s: %s / %s", c.name, p.Key, p.In(locales.In("en")), p.In(locales.In("es")))
			}
		}
	}
	if err := Check(vocabulary, hours()); err != nil {
		t.Errorf("a whole question: %v", err)
	}
	for _, missing := range locales.Missing() {
		t.Errorf("missing text: %s", missing)
	}
}

// anyQuestion draws a question that is mostly whole, with limits that mostly fit its type.
var anyQuestion = rapid.Custom(func(t *rapid.T) catalog.Question {
	often := func(name string) bool { return rapid.IntRange(0, 9).Draw(t, name) > 0 }
	text := func(name string) (c catalog.Text) {
		c.En = rapid.SampledFrom([]string{"Your plan", "How many?", "=1+1\n\"x\""}).Draw(t, name)
		if often(name + " translated") {
			c.Es = rapid.SampledFrom([]string{"Su plan", "¿Cuántos?", "ñ\t"}).Draw(t, name+" es")
		}
		return c
	}
	q := catalog.Question{ID: rapid.SampledFrom([]string{"plan", "plan_2", "many", "tier", "use_case", "meters", "Bad"}).Draw(t, "id"), Type: rapid.SampledFrom(catalog.QuestionTypes()).Draw(t, "type"), Label: text("label")}
	if rapid.Bool().Draw(t, "helped") {
		q.Help = text("help")
	}
	if choosing := q.Type == catalog.QuestionChoice || q.Type == catalog.QuestionSeveral; choosing == often("options") {
		for i := range rapid.IntRange(1, 4).Draw(t, "how many") {
			q.Options = append(q.Options, catalog.Option{Value: string(rune('a' + i)), Label: text("option")})
		}
	}
	for _, limit := range answer.Limits() {
		if slices.Contains(answer.LimitsOf(q.Type), limit) != often("fits "+string(limit)) || rapid.Bool().Draw(t, "no "+string(limit)) {
			continue
		}
		switch limit {
		case answer.Min:
			q.Min = rapid.SampledFrom([]int{1, 2, 600}).Draw(t, "min")
		case answer.Max:
			q.Max = rapid.SampledFrom([]int{1, 2, 100, catalog.LargestNumber}).Draw(t, "max")
		case answer.Earliest:
			q.Earliest = rapid.SampledFrom([]catalog.Date{"2026-01-01", "2027-01-01"}).Draw(t, "earliest")
		case answer.Latest:
			q.Latest = rapid.SampledFrom([]catalog.Date{"2026-01-01", "2027-01-01"}).Draw(t, "latest")
		case answer.Pattern:
			q.Pattern = rapid.SampledFrom(catalog.Patterns()).Draw(t, "pattern")
		}
	}
	return q
})

// What the bank keeps can be published wherever it is added: the offering has no problem that it did not have before. And nothing of it is
// lost on the way through the file.
func TestCopyIsPublishable(t *testing.T) {
	offerings := demoOfferings(t)
	fit := 0
	rapid.Check(t, func(t *rapid.T) {
		q := Question{Question: anyQuestion.Draw(t, "question")}
		if Check(vocabulary, q.Question) != nil {
			return
		}
		o := *offerings[rapid.IntRange(0, len(offerings)-1).Draw(t, "offering")]
		if q.Type == catalog.QuestionFile && o.InApp() {
			return // an application takes no files; an offering elsewhere may name one
		}
		before := len(check.Offering(vocabulary, &o, catalog.Date("2026-11-22").Time(), false))
		fit++
		for range rapid.IntRange(1, 3).Draw(t, "times") {
			own, err := q.Copy(&o)
			if err != nil {
				t.Fatal(err)
			}
			if !q.Same(own) || own.Bank != q.ID {
				t.Fatalf("the copy differs: %+v", own)
			}
			o.Questions = append(slices.Clone(o.Questions), own)
		}
		if problems := check.Offering(vocabulary, &o, catalog.Date("2026-11-22").Time(), false); len(problems) != before {
			t.Fatalf("with a copy of %+v: %v", q.Question, problems)
		}
		again, err := catalog.Parse("", catalog.Canonical(&o))
		if err != nil || !reflect.DeepEqual(again.Questions, o.Questions) {
			t.Fatalf("read back: %+v, %v", again, err)
		}
	})
	if fit == 0 {
		t.Error("no question that was drawn is whole")
	}
	t.Logf("%d whole questions", fit)
}

func demoOfferings(t testing.TB) []*catalog.Offering {
	t.Helper()
	offerings, err := catalog.ParseFiles(demo.Files)
	if err != nil {
		t.Fatal(err)
	}
	return offerings
}

// Over takes the words of the bank and leaves what is the offering's.
func TestOver(t *testing.T) {
	q := Question{Question: hours()}
	own := catalog.Question{ID: "hours", Type: catalog.QuestionText, Required: true, When: "has_ot", Label: catalog.Text{En: "Hours", Es: "Horas"}, Max: 20}
	got := q.Over(own)
	want := hours()
	want.ID, want.Required, want.When, want.Bank = "hours", true, "has_ot", "work_hours"
	if !reflect.DeepEqual(got, want) || q.Same(own) || !q.Same(got) {
		t.Errorf("taken over: %+v", got)
	}
	got.Options[0].Value = "changed"
	if q.Options[0].Value != "day" {
		t.Error("the copy shares its options with the bank")
	}
}

// The bank is filled once, with what the seed asks in the same words more than once; then UsedBy finds those who ask it, in versions and
// drafts, also after their words have changed.
func TestFillAndUses(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		d := desk()
		offerings, err := catalog.ParseFiles(seed.Files)
		if err != nil {
			t.Fatal(err)
		}
		db.Write(t, func(tx *data.Tx) error {
			_, err := catalog.Import(tx, vocabulary, append(offerings, demoOfferings(t)...), record.Seed)
			return err
		})
		fill := func() (count int) {
			db.Write(t, func(tx *data.Tx) error {
				live, err := d.Catalog.Snapshot(tx)
				if err == nil {
					count, err = Fill(tx, vocabulary, live)
				}
				return err
			})
			return count
		}
		if first, second := fill(), fill(); first == 0 || second != 0 {
			t.Fatalf("filled with %d, then %d", first, second)
		}
		var uses map[string][]Use
		look := func(tx *data.Tx) error {
			live, err := d.Catalog.Snapshot(tx)
			if err == nil {
				uses, err = UsedBy(tx, live)
			}
			return err
		}
		db.Read(t, func(tx *data.Tx) error {
			all, err := All(tx)
			if err != nil {
				return err
			}
			if err := look(tx); err != nil {
				return err
			}
			for _, q := range all {
				if len(uses[q.ID]) < 2 {
					t.Errorf("%s is used by %d", q.ID, len(uses[q.ID]))
				}
				for _, u := range uses[q.ID] {
					if u.Linked || !u.Same || u.Version != 1 {
						t.Errorf("%s: %+v", q.ID, u)
					}
				}
			}
			return nil
		})
		q, err := try(t, db, func(tx *data.Tx) (Question, error) { return Add(tx, d, ana, hours()) })
		if err != nil {
			t.Fatal(err)
		}
		db.Write(t, func(tx *data.Tx) error {
			draft, err := publishing.Begin(tx, d, ana, "demo-scanning")
			if err != nil {
				return err
			}
			o, err := draft.Offering()
			if err != nil {
				return err
			}
			own, err := q.Copy(o)
			if err != nil {
				return err
			}
			other := own
			other.ID, other.Label.En = "other_hours", "Which hours?"
			o.Questions = append(o.Questions, own, other)
			if _, err = publishing.Save(tx, d, draft.ID, draft.Revision, ana, o); err != nil {
				return err
			}
			return look(tx)
		})
		got := uses["work_hours"]
		if len(got) != 2 || got[0].ID != "work_hours" || !got[0].Linked || !got[0].Same || got[0].Version != 0 || got[1].ID != "other_hours" || got[1].Same {
			t.Errorf("used by: %+v", got)
		}
	})
}

// TestFillLeavesOutTheReservedID: offerings may call a question "new"; the bank does without it, and is filled with the others.
func TestFillLeavesOutTheReservedID(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		d := desk()
		all := demoOfferings(t)
		q := hours()
		q.ID = "new"
		for _, o := range all[:2] {
			o.Questions = append(o.Questions, q)
		}
		db.Write(t, func(tx *data.Tx) error {
			_, err := catalog.Import(tx, vocabulary, all, record.Seed)
			return err
		})
		db.Write(t, func(tx *data.Tx) error {
			live, err := d.Catalog.Snapshot(tx)
			if err == nil {
				_, err = Fill(tx, vocabulary, live)
			}
			return err
		})
	})
}
