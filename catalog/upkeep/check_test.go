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
	"accessdesk/data/demo"
)

func (b *bench) listing(t testing.TB, slug string) *catalog.Published {
	t.Helper()
	p, ok := b.snapshot(t).Find(slug)
	if !ok {
		t.Fatalf("no %s", slug)
	}
	return p
}

func (b *bench) confirm(t testing.TB, slug string, on catalog.Date) {
	t.Helper()
	version := b.listing(t, slug).VersionID
	b.Write(t, func(tx *data.Tx) error {
		return Confirm(tx, b.desk, Checked{Slug: slug, VersionID: version, On: on, By: manager}, catalog.DateOf(tx.Now))
	})
}

// publish replaces the live version by its demo file after an edit, as publishing does.
func (b *bench) publish(t testing.TB, slug, before, after string) {
	t.Helper()
	file, err := demo.Files.ReadFile("catalog/" + slug + ".toml")
	if err != nil || !strings.Contains(string(file), before) {
		t.Fatalf("the file of %s has no %q (%v)", slug, before, err)
	}
	o, err := catalog.Parse(slug+".toml", []byte(strings.Replace(string(file), before, after, 1)))
	if err != nil {
		t.Fatal(err)
	}
	b.Write(t, func(tx *data.Tx) error {
		if _, err := tx.Exec("UPDATE offering_version SET state = 'retired' WHERE slug = $1 AND state = 'published'", slug); err != nil {
			return err
		}
		_, err := tx.Exec(`INSERT INTO offering_version (id, slug, number, state, body, owner, created_at, created_by, published_at, published_by)
			VALUES ($1, $2, 2, 'published', $3, '', $4, 'console', $4, 'console')`, data.NewID(), slug, string(catalog.Canonical(o)), data.Millis(tx.Now))
		if err != nil {
			return err
		}
		return catalog.MoveRevision(tx)
	})
}

// TestConfirm holds that the day of a confirmation is shown for the version that was looked at, and that a new version starts again from
// its file.
func TestConfirm(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		file := b.listing(t, scan).CheckedOn
		b.SetNow(file.Time().Add(40*24*time.Hour + 12*time.Hour))
		today := catalog.DateOf(b.Now())
		if got := b.state(t).CheckedOn(b.listing(t, scan)); got != file {
			t.Fatalf("before: %s, want that of the file, %s", got, file)
		}
		before := b.snapshot(t).Revision
		b.confirm(t, scan, today)
		b.confirm(t, scan, today) // the same again is none
		b.confirm(t, scan, catalog.DateOf(b.Now().AddDate(0, 0, -3)))
		if got := b.state(t).CheckedOn(b.listing(t, scan)); got != today || b.snapshot(t).Revision != before+2 {
			t.Errorf("after: %s, revision %d; want %s, %d", got, b.snapshot(t).Revision, today, before+2)
		}
		if got := b.state(t).CheckedOn(b.listing(t, model)); got != b.listing(t, model).CheckedOn {
			t.Errorf("another program is said to be looked at on %s", got)
		}
		if got := b.acts(t, record.OfferingChain(scan)); !slices.Equal(got, []string{"publish", "listing_confirmed", "listing_confirmed"}) {
			t.Errorf("record %q", got)
		}
		version := b.listing(t, scan).VersionID
		for name, c := range map[string]struct {
			on   catalog.Date
			note string
			want string
		}{
			"tomorrow":        {catalog.DateOf(b.Now().AddDate(0, 0, 1)), "", "day:check_ahead"},
			"before the file": {catalog.DateOf(file.Time().AddDate(0, 0, -1)), "", "day:check_before"},
			"no day":          {"soon", "", "day:invalid_date"},
			"long note":       {today, strings.Repeat("n", noteLength+1), "note:too_long"},
		} {
			got := b.refused(t, func(tx *data.Tx) error {
				return Confirm(tx, b.desk, Checked{Slug: scan, VersionID: version, On: c.on, Note: c.note, By: manager}, today)
			})
			if strings.Join(got, " ") != c.want {
				t.Errorf("%s: %q, want %q", name, got, c.want)
			}
		}
		b.publish(t, scan, "minutes_to_apply = ", "minutes_to_apply = 1")
		if got := b.state(t).CheckedOn(b.listing(t, scan)); got != file {
			t.Errorf("a new version: %s, want that of its file, %s", got, file)
		}
		if err := b.DB.Write(t.Context(), func(tx *data.Tx) error {
			return Confirm(tx, b.desk, Checked{Slug: scan, VersionID: version, On: today, By: manager}, today)
		}); !errors.Is(err, data.ErrConflict) {
			t.Errorf("confirming the version before: %v", err)
		}
	})
}

func TestDueOn(t *testing.T) {
	for _, c := range []struct{ last, reviewBy, want catalog.Date }{
		{"2026-11-01", "", "2026-12-01"},
		{"2026-11-01", "2027-05-01", "2026-12-01"},
		{"2026-11-01", "2026-11-20", "2026-11-21"}, // the file's day comes first
		{"2026-11-01", "2026-11-01", "2026-11-02"},
		{"2026-11-20", "2026-11-19", "2026-12-20"}, // looked at since
		{"2026-01-31", "", "2026-03-02"},
	} {
		if got := dueOn(c.last, c.reviewBy, 30); got != c.want {
			t.Errorf("last %s, review by %q: due %s, want %s", c.last, c.reviewBy, got, c.want)
		}
	}
}

// TestQueue holds the order of the providers, and that only listed programs count.
func TestQueue(t *testing.T) {
	at := func(slug, provider string, status catalog.Status, checked catalog.Date) *catalog.Offering {
		return &catalog.Offering{Slug: slug, Status: status, CheckedOn: checked, Sectors: []string{"health"}, Provider: catalog.Provider{Slug: provider, Name: "The " + provider}}
	}
	b := open(t, datatest.Open(t))
	offerings := []*catalog.Offering{at("a", "one", catalog.StatusOpen, "2026-11-10"), at("b", "two", catalog.StatusOpen, "2026-10-01"), at("c", "one", catalog.StatusOpen, "2026-10-02"),
		at("d", "three", catalog.StatusEnded, "2020-01-01"), at("e", "three", catalog.StatusLapsed, "2026-11-11")}
	snapshot, err := catalog.FromFiles(b.desk.Vocabulary, offerings)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, turn := range Queue(snapshot, &State{}, 30) {
		got = append(got, turn.Provider.Slug+" "+string(turn.Oldest)+" "+string(turn.DueOn))
	}
	want := []string{"two 2026-10-01 2026-10-31", "one 2026-10-02 2026-11-01", "three 2026-11-11 2026-12-11"}
	if !slices.Equal(got, want) {
		t.Errorf("queue %q, want %q", got, want)
	}
}
