package upkeep

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/broker/record"
	"accessdesk/catalog"
	"accessdesk/catalog/desktest"
	"accessdesk/data"
	"accessdesk/data/datatest"
)

const (
	model    = "demo-model-access"
	scan     = "demo-scanning"
	provider = "example-institute"
	manager  = "01900000-0000-7000-8000-000000000001"
)

// TestMain keeps the random walks short where everybody waits for them.
func TestMain(m *testing.M) { datatest.Main(m) }

// bench is a desk with the demo programs.
type bench struct {
	*desktest.Desk
	desk  Desk
	cache Cache
}

func open(t testing.TB, db *datatest.Database) *bench {
	t.Helper()
	d := desktest.Open(t, db)
	return &bench{Desk: d, desk: Desk{Vocabulary: d.Vocabulary, Catalog: d.Catalog, Mail: d.Mail}}
}

// snapshot is the catalog now.
func (b *bench) snapshot(t testing.TB) (s *catalog.Snapshot) {
	t.Helper()
	b.Read(t, func(tx *data.Tx) (err error) {
		s, err = b.desk.Catalog.Snapshot(tx)
		return err
	})
	return s
}

// state is what pages see now, through the cache, which must say what a fresh reading says.
func (b *bench) state(t testing.TB) (s *State) {
	t.Helper()
	b.Read(t, func(tx *data.Tx) error {
		snapshot, err := b.desk.Catalog.Snapshot(tx)
		if err != nil {
			return err
		}
		s, err = b.cache.State(tx, snapshot)
		return err
	})
	return s
}

// refused runs an act that must be refused, and gives the refusals as "field:code".
func (b *bench) refused(t testing.TB, act func(tx *data.Tx) error) []string {
	t.Helper()
	var codes []string
	var walk func(error)
	walk = func(err error) {
		var refusal *data.Refusal
		if joined, ok := err.(interface{ Unwrap() []error }); ok {
			for _, one := range joined.Unwrap() {
				walk(one)
			}
		} else if errors.As(err, &refusal) {
			codes = append(codes, refusal.Field+":"+refusal.Code)
		} else {
			t.Fatalf("want a refusal, got %v", err)
		}
	}
	err := b.DB.Write(t.Context(), act)
	if err == nil {
		t.Fatal("want a refusal, got none")
	}
	walk(err)
	return codes
}

// acts lists the acts of a chain of the record.
func (b *bench) acts(t testing.TB, chain string) (acts []string) {
	t.Helper()
	b.Read(t, func(tx *data.Tx) (err error) {
		acts, err = data.Rows(tx, data.Value[string], "SELECT act FROM record_entry WHERE chain = $1 ORDER BY seq", chain)
		return err
	})
	return acts
}

// texts gives a notice in both languages.
func texts(en string) catalog.Text { return catalog.Text{En: en, Es: "Aviso: " + strings.ToLower(en)} }

func (b *bench) write(t testing.TB, draft Draft) (n Notice) {
	t.Helper()
	b.Write(t, func(tx *data.Tx) (err error) {
		n, err = Write(tx, b.desk, provider, manager, draft)
		return err
	})
	return n
}

func TestFixture(t *testing.T) {
	b := open(t, datatest.Open(t))
	for _, p := range b.snapshot(t).Offerings {
		if p.Provider.Slug != provider {
			t.Errorf("%s is of %s", p.Slug, p.Provider.Slug)
		}
	}
	if got := b.acts(t, record.OfferingChain(scan)); !slices.Equal(got, []string{"publish"}) {
		t.Errorf("acts %q", got)
	}
}

func hours(n int) time.Duration { return time.Duration(n) * time.Hour }
