package proof

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"accessdesk/broker/account"
	"accessdesk/broker/record"
	"accessdesk/catalog/catalogtest"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/eligibility"
	"accessdesk/eligibility/registry"
	"accessdesk/eligibility/registry/layout"
)

// The hospital of the tests has 25 beds in its cost report, in row 3; the clinic next door is another record.
const (
	hospital = "ccn:999901"
	clinic   = "ccn:999902"
)

// bench is a desk with an organization and two register releases.
type bench struct {
	*datatest.Database
	org    account.Organization
	person account.Person
}

func each(t *testing.T, test func(*testing.T, *bench)) {
	t.Helper()
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := &bench{Database: db}
		b.Write(t, func(tx *data.Tx) (err error) {
			if b.person, err = account.AddApplicant(tx, "owner@example.org", "en", record.Console); err == nil {
				b.org, err = account.CreateOrganization(tx, b.person, "Example Valley Hospital")
			}
			return err
		})
		b.hospitals(t)
		b.beds(t, "2026-02", 25)
		test(t, b)
	})
}

func (b *bench) load(t testing.TB, register, name, content string) {
	t.Helper()
	source, _ := layout.Named(register)
	file := layout.File{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil }}
	if _, err := registry.Load(context.Background(), b.DB, registry.Import{Source: source, Files: []layout.File{file}, Actor: record.Console}); err != nil {
		t.Fatal(err)
	}
}

func (b *bench) hospitals(t testing.TB) {
	t.Helper()
	b.load(t, "cms-hospitals", "hospitals-2026-02.csv", "Facility ID,Facility Name,City/Town,State,ZIP Code,County/Parish,Hospital Type,Hospital Ownership\n"+
		"999901,EXAMPLE VALLEY HOSPITAL,SAMPLETON,IL,60000,EXAMPLE,Critical Access Hospitals,Government - Local\n"+
		"999902,EXAMPLE CLINIC,SAMPLETON,IL,60000,EXAMPLE,Acute Care Hospitals,Proprietary\n")
}

// beds loads an edition of the cost report in which the hospital has so many beds.
func (b *bench) beds(t testing.TB, vintage string, number int) {
	t.Helper()
	b.load(t, "cms-cost-report", "costs-"+vintage+".csv", "Provider CCN,Hospital Name,City,State Code,Fiscal Year End Date,Number of Beds,FTE - Employees on Payroll\n"+
		"999902,EXAMPLE CLINIC,SAMPLETON,IL,12/31/2025,90,300\n"+
		fmt.Sprintf("999901,EXAMPLE VALLEY HOSPITAL,SAMPLETON,IL,12/31/2025,%d,110.4\n", number))
}

func (b *bench) state(t testing.TB, p eligibility.Profile) {
	t.Helper()
	b.Write(t, func(tx *data.Tx) error { return SaveFacts(tx, catalogtest.Vocabulary(), b.org.ID, b.person.ID, p) })
}

func (b *bench) tie(t testing.TB, id string) {
	t.Helper()
	b.Advance(1000_000_000)
	b.Write(t, func(tx *data.Tx) error { return TieTo(tx, catalogtest.Vocabulary(), b.org.ID, b.person.ID, id) })
}

func (b *bench) answer(t testing.TB, choices ...Choice) {
	t.Helper()
	b.Advance(1000_000_000)
	b.Write(t, func(tx *data.Tx) error { return Answer(tx, catalogtest.Vocabulary(), b.org.ID, b.person.ID, choices) })
}

func (b *bench) standing(t testing.TB) (s Standing) {
	t.Helper()
	b.Read(t, func(tx *data.Tx) (err error) {
		s, err = Of(tx, catalogtest.Vocabulary(), b.org.ID)
		return err
	})
	return s
}

// acts lists what the record of the organization says, without the facts.
func (b *bench) acts(t testing.TB) (acts []string) {
	t.Helper()
	b.Read(t, func(tx *data.Tx) error {
		entries, err := record.List(tx, record.OrganizationChain(b.org.ID))
		for _, e := range entries {
			if e.Act != "organization_created" && e.Act != "facts_changed" {
				acts = append(acts, fmt.Sprint(e.Act, " ", e.Detail))
			}
		}
		return err
	})
	return acts
}

func beds(number int64) eligibility.Profile {
	return eligibility.Profile{"available_beds": eligibility.Int(number).From(eligibility.Stated, "profile")}
}

// seen is the mark of a difference as a page shows it.
func seen(t testing.TB, d Difference) string {
	t.Helper()
	mark, err := d.Seen(catalogtest.Vocabulary())
	if err != nil {
		t.Fatal(err)
	}
	return mark
}

// is compares a value with its evidence, source and day.
func is(t testing.TB, what string, got eligibility.Value, want string) {
	t.Helper()
	if said := strings.TrimSpace(fmt.Sprint(got, " ", got.Evidence, " ", got.Source, " ", got.AsOf)); said != want {
		t.Errorf("%s: %q, want %q", what, said, want)
	}
}

// A record brings in what nobody said, backs what was said alike, and leaves what was said otherwise.
func TestARecordIsTied(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.state(t, eligibility.Profile{"available_beds": eligibility.Int(45), "hospital_type": eligibility.String("cah"),
			"employees_fte": eligibility.Between(eligibility.Over(100).Intersect(eligibility.AtMost(200)))})
		if s := b.standing(t); s.Named || len(s.Differences) != 0 {
			t.Errorf("before: %+v", s)
		}
		b.tie(t, hospital)
		s := b.standing(t)
		is(t, "stated otherwise", s.Facts["available_beds"], "45 stated  2026-11-23")
		is(t, "stated alike", s.Facts["hospital_type"], `"cah" register cms-hospitals 2026-02-28`)
		is(t, "stated as a band", s.Facts["employees_fte"], "110 register cms-cost-report 2026-02-28")
		is(t, "not stated", s.Facts["state_or_territory"], `"IL" register cms-hospitals 2026-02-28`)
		if len(s.Differences) != 1 || s.Differences[0].Fact != "available_beds" || s.Differences[0].Source.Row != 3 || s.Differences[0].Source.Vintage != "2026-02" {
			t.Fatalf("differences: %+v", s.Differences)
		}
		is(t, "the record", s.Differences[0].Register, "25 register cms-cost-report 2026-02-28")
		b.state(t, beds(25))
		is(t, "said alike later", b.standing(t).Facts["available_beds"], "25 register cms-cost-report 2026-02-28")
		if len(b.standing(t).Differences) != 0 {
			t.Error("a difference is left")
		}
		if got, want := b.acts(t), []string{`record_tied {"before":"","record":"ccn:999901"}`}; !slices.Equal(got, want) {
			t.Errorf("record: %s", got)
		}
	})
}

// Another record, or none, takes back what only the first one said. What the organization said itself comes back as its word.
func TestAnotherRecord(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.state(t, eligibility.Profile{"hospital_type": eligibility.String("cah").From(eligibility.Stated, "check"), "available_beds": eligibility.Int(45)})
		b.tie(t, hospital)
		b.tie(t, hospital) // again: nothing is new
		b.answer(t, Choice{Fact: "available_beds", Seen: seen(t, b.standing(t).Differences[0]), Take: true})
		is(t, "taken", b.standing(t).Facts["available_beds"], "25 register cms-cost-report 2026-02-28")
		b.tie(t, clinic)
		s := b.standing(t)
		is(t, "of the new record", s.Facts["available_beds"], "90 register cms-cost-report 2026-02-28")
		is(t, "of the new record", s.Facts["ccn"], `"999902" register cms-hospitals 2026-02-28`)
		is(t, "own word", s.Facts["hospital_type"], `"cah" stated check 2026-11-23`)
		b.tie(t, NotListed)
		s = b.standing(t)
		is(t, "own word without a record", s.Facts["hospital_type"], `"cah" stated check 2026-11-23`)
		for _, id := range []eligibility.FactID{"available_beds", "ccn", "state_or_territory", "ownership_type"} {
			if s.Facts[id].Known() {
				t.Errorf("%s is still %v", id, s.Facts[id])
			}
		}
		if !s.Named || s.Tie.Record != NotListed || s.Record.ID != "" || len(s.Differences) != 0 {
			t.Errorf("not listed: %+v", s)
		}
		b.Read(t, func(tx *data.Tx) error {
			ties, err := Ties(tx, b.org.ID)
			var all []string
			for _, one := range ties {
				all = append(all, fmt.Sprintf("%s %t %t", one.Record, one.By == b.person.ID, one.Until.IsZero()))
			}
			if want := []string{" true true", clinic + " true false", hospital + " true false"}; !slices.Equal(all, want) {
				t.Errorf("history: %q, want %q", all, want)
			}
			return err
		})
		acts := b.acts(t)
		if len(acts) != 4 || !strings.HasPrefix(acts[3], `record_not_listed {"before":"ccn:999902"}`) {
			t.Errorf("record: %q", acts)
		}
	})
}

// A record that no register has, and an entry of a table of places, are refused; nothing changes.
func TestUnknownRecords(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.load(t, "kev", "kev-2026-01-01.csv", "cveID,vendorProject,product,vulnerabilityName,dateAdded,shortDescription,requiredAction,dueDate,knownRansomwareCampaignUse,notes,cwes\n"+
			"CVE-2025-0001,Example,Example,Example,2025-01-01,Example,Example,2025-02-01,Unknown,,\n")
		for _, id := range []string{"ccn:111111", "cve:CVE-2025-0001", "ccn:999901' OR 1=1", "nonsense"} {
			err := b.DB.Write(t.Context(), func(tx *data.Tx) error { return TieTo(tx, catalogtest.Vocabulary(), b.org.ID, b.person.ID, id) })
			var refusal *data.Refusal
			if !errors.As(err, &refusal) || refusal.Field != "record" || refusal.Code != "record_unknown" {
				t.Errorf("%s: %v", id, err)
			}
		}
		if s := b.standing(t); s.Named || len(b.acts(t)) != 0 {
			t.Errorf("after the refusals: %+v", s)
		}
	})
}

// What is kept holds for these two values. Another answer and another edition are asked about anew.
func TestKeptAnswers(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.state(t, beds(45))
		b.tie(t, hospital)
		open := b.standing(t).Open()
		b.answer(t, Choice{Fact: "available_beds", Seen: seen(t, open[0]), Explanation: "  We opened a wing in June.\n"})
		s := b.standing(t)
		if len(s.Open()) != 0 || len(s.Differences) != 1 || s.Differences[0].Kept == nil || s.Differences[0].Kept.Explanation != "We opened a wing in June." ||
			s.Differences[0].Kept.By != b.person.ID || !s.Differences[0].Kept.At.Equal(b.Now()) {
			t.Fatalf("kept: %+v", s.Differences)
		}
		is(t, "what is kept", s.Facts["available_beds"], "45 stated profile 2026-11-23")
		b.state(t, beds(46))
		if len(b.standing(t).Open()) != 1 {
			t.Error("another answer is not asked about")
		}
		b.state(t, beds(45))
		if len(b.standing(t).Open()) != 0 {
			t.Error("the explained answer is asked about again")
		}
		b.beds(t, "2026-05", 20)
		open = b.standing(t).Open()
		if len(open) != 1 || open[0].Source.Vintage != "2026-05" {
			t.Fatalf("the new edition: %+v", open)
		}
		b.answer(t, Choice{Fact: "available_beds", Seen: seen(t, open[0]), Take: true})
		is(t, "taken", b.standing(t).Facts["available_beds"], "20 register cms-cost-report 2026-05-31")
		b.beds(t, "2026-08", 21)
		open = b.standing(t).Open()
		if len(open) != 1 || open[0].Stated.Evidence != eligibility.Register {
			t.Fatalf("what an older edition said: %+v", open)
		}
		b.answer(t, Choice{Fact: "available_beds", Seen: seen(t, open[0])})
		is(t, "kept against the edition", b.standing(t).Facts["available_beds"], "20 stated profile 2026-11-23")
		want := []string{"record_tied", `answer_kept {"explained":true,"fact":"available_beds","record":"ccn:999901","register":"cms-cost-report","vintage":"2026-02"}`,
			"record_value_taken", `answer_kept {"explained":false,`}
		for i, act := range b.acts(t) {
			if i >= len(want) || !strings.HasPrefix(act, want[i]) {
				t.Errorf("act %d: %s", i, act)
			}
			if strings.Contains(act, "wing") || strings.Contains(act, "45") {
				t.Errorf("the record holds a value or a text: %s", act)
			}
		}
	})
}

// A form that was made for other values changes nothing; an explanation has a limit.
func TestStaleAndLongAnswers(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.state(t, beds(45))
		b.tie(t, hospital)
		mark := seen(t, b.standing(t).Differences[0])
		try := func(c Choice) error {
			return b.DB.Write(t.Context(), func(tx *data.Tx) error {
				return Answer(tx, catalogtest.Vocabulary(), b.org.ID, b.person.ID, []Choice{c})
			})
		}
		for code, text := range map[string]string{"too_long": strings.Repeat("é", ExplanationLimit+1), "invalid_text": "a\x00b"} {
			var refusal *data.Refusal
			if err := try(Choice{Fact: "available_beds", Seen: mark, Explanation: text}); !errors.As(err, &refusal) || refusal.Code != code || refusal.Field != "explanation-available_beds" {
				t.Errorf("%s: %v", code, err)
			}
		}
		b.beds(t, "2026-05", 20)
		if err := try(Choice{Fact: "available_beds", Seen: mark}); !errors.Is(err, data.ErrConflict) {
			t.Errorf("a choice for the edition before: %v", err)
		}
		if err := try(Choice{Fact: "total_assets", Seen: mark, Take: true}); !errors.Is(err, data.ErrConflict) {
			t.Errorf("a choice about a fact that does not differ: %v", err)
		}
		if len(b.standing(t).Open()) != 1 || len(b.acts(t)) != 1 {
			t.Error("a refused answer left something behind")
		}
		if err := try(Choice{Fact: "available_beds", Seen: seen(t, b.standing(t).Differences[0]), Explanation: strings.Repeat("é", ExplanationLimit)}); err != nil {
			t.Errorf("a text of the full length: %v", err)
		}
	})
}

// A record that no edition has any more backs nothing and disputes nothing; saving goes on.
func TestRecordThatWent(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.state(t, beds(45))
		b.tie(t, clinic)
		b.load(t, "cms-hospitals", "hospitals-2026-05.csv", "Facility ID,Facility Name,City/Town,State,ZIP Code,County/Parish,Hospital Type,Hospital Ownership\n"+
			"999901,EXAMPLE VALLEY HOSPITAL,SAMPLETON,IL,60000,EXAMPLE,Critical Access Hospitals,Government - Local\n")
		b.load(t, "cms-cost-report", "costs-2026-05.csv", "Provider CCN,Hospital Name,City,State Code,Fiscal Year End Date,Number of Beds,FTE - Employees on Payroll\n"+
			"999901,EXAMPLE VALLEY HOSPITAL,SAMPLETON,IL,12/31/2025,25,110.4\n")
		s := b.standing(t)
		if !s.Named || s.Record.ID != "" || len(s.Differences) != 0 {
			t.Errorf("a record that went: %+v", s)
		}
		b.state(t, beds(46))
		is(t, "saved", b.standing(t).Facts["available_beds"], "46 stated profile 2026-11-23")
	})
}

// What is frozen reads the same after everything it was made from has changed.
func TestFrozenStanding(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.state(t, beds(45))
		b.tie(t, hospital)
		b.answer(t, Choice{Fact: "available_beds", Seen: seen(t, b.standing(t).Differences[0]), Explanation: "We opened a wing."})
		item := b.item(t)
		before := b.standing(t)
		var seal map[string]any
		b.Write(t, func(tx *data.Tx) (err error) {
			seal, err = before.Freeze(tx, catalogtest.Vocabulary(), item)
			return err
		})
		if digest, _ := seal["register_sha256"].(string); len(digest) != 64 || seal["record"] != hospital {
			t.Errorf("seal %v", seal)
		}
		b.beds(t, "2026-05", 20)
		b.tie(t, NotListed)
		var after Standing
		b.Read(t, func(tx *data.Tx) (err error) {
			after, err = Frozen(tx, catalogtest.Vocabulary(), item, before.Backed())
			return err
		})
		if after.Tie.Record != hospital || after.Record.Name != "EXAMPLE VALLEY HOSPITAL" || len(after.Record.Sources) != len(before.Record.Sources) || !after.Disputes("available_beds") {
			t.Errorf("frozen: %+v", after)
		}
		d := after.Differences[0]
		is(t, "stated", d.Stated, "45 stated profile 2026-11-23")
		is(t, "register", d.Register, "25 register cms-cost-report 2026-02-28")
		if d.Kept == nil || d.Kept.Explanation != "We opened a wing." || d.Kept.By != b.person.ID || d.Source.Row != 3 || len(d.Source.SHA256) != 64 {
			t.Errorf("difference: %+v %+v", d, d.Kept)
		}
	})
}

// item is the id of an application item, which Freeze hangs its row on.
func (b *bench) item(t testing.TB) string {
	t.Helper()
	application, item := data.NewID(), data.NewID()
	b.Write(t, func(tx *data.Tx) error {
		_, err := tx.Exec(`INSERT INTO application (id, reference, organization_id, created_by, created_at, saved_at, saved_by, revision)
			VALUES ($1, 'CAD-TEST22', $2, $3, $4, $4, $3, 1)`, application, b.org.ID, b.person.ID, data.Millis(tx.Now))
		if err == nil {
			_, err = tx.Exec(`INSERT INTO application_item (id, application_id, slug, version_id, kind, state, revision, created_at, changed_at, saved_by,
				submitted_by, assigned_to, decided_by, reason_code, reason_text, facts, declared, version_changed, rules_met, rules_all)
				VALUES ($1, $2, 'example', '', 'in_app', 'draft', 1, $3, $3, '', '', '', '', '', '', '', '', $4, 0, 0)`, item, application, data.Millis(tx.Now), false)
		}
		return err
	})
	return item
}
