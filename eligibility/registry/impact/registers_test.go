package impact

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/BurntSushi/toml"

	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/data/seed"
	"accessdesk/eligibility"
	"accessdesk/eligibility/registry"
	"accessdesk/eligibility/registry/layout"
)

// loadRegisters loads official files into a database.
func loadRegisters(t testing.TB, d *datatest.Database, registers map[string][]string) {
	t.Helper()
	at := cmp.Or(os.Getenv("REGISTRY_DIR"), "../../../../shared/registry")
	if _, err := os.Stat(filepath.Join(at, "SOURCES.md")); err != nil {
		if os.Getenv("REQUIRE_REGISTRY") != "" {
			t.Fatalf("REQUIRE_REGISTRY is set and the registers are not there: %v (REGISTRY_DIR names their folder)", err)
		}
		t.Skipf("NOT TESTED WITH THE OFFICIAL FILES: %v (REGISTRY_DIR names their folder)", err)
	}
	for name, paths := range registers {
		source, ok := layout.Named(name)
		if !ok {
			t.Fatalf("no register %s", name)
		}
		var files []layout.File
		for _, path := range paths {
			path = filepath.Join(at, path)
			files = append(files, layout.File{Name: filepath.Base(path), Open: func() (io.ReadCloser, error) { return os.Open(path) }})
		}
		if _, err := registry.Load(context.Background(), d.DB, registry.Import{Source: source, Files: files, Actor: "console"}); err != nil {
			t.Fatal(err)
		}
	}
}

func populationOf(t testing.TB, d *datatest.Database) *Population {
	t.Helper()
	var p *Population
	d.Read(t, func(tx *data.Tx) (err error) { p, err = Load(tx, vocabulary()); return err })
	return p
}

// The counts of known-aggregates-sample.csv that say the same as an offering with one criterion.
func TestKnownAggregates(t *testing.T) {
	d := datatest.Open(t)
	loadRegisters(t, d, map[string][]string{
		"cms-hospitals": {"cms-hospital-general-information-2026-02.csv.gz"}, "fdic": {"fdic-institutions-2026-01.csv"},
		"ncua": {"ncua-foicu-2025q4.csv", "ncua-fs220-2025q4.csv.gz"}, "eia861": {"eia861-sales-ult-cust-2019.csv", "eia861-service-territory-2019.csv"},
	})
	p := populationOf(t, d)
	for _, c := range []struct {
		sector, expr string
		eligible     int
	}{
		{"health", "runs('health')", 5421}, {"banking", "total_assets < 10000000000", 4179}, {"credit_union", "runs('credit_union')", 4374},
		{"electric", "runs('electric')", 3179},
	} {
		if r := Run(p, compiled(t, c.sector, c.expr)); r.Eligible != c.eligible || r.Population() != 5421+4339+4374+3179 {
			t.Errorf("%s %s: %+v, want %d eligible", c.sector, c.expr, r.Counts, c.eligible)
		}
	}
	r := Run(p, compiled(t, "banking", "total_assets < 10000000000"))
	if sole := r.Criteria[0].Sole; sole < 5421 { // the sector alone keeps out those whose assets are small or not known
		t.Errorf("the sector alone keeps out %d", sole)
	}
}

// seedRules are the criteria of the built-in catalog.
func seedRules(b *testing.B) []*eligibility.Ruleset {
	b.Helper()
	names, err := fs.Glob(seed.Files, "catalog/*.toml")
	if err != nil || len(names) < 60 {
		b.Fatal(len(names), err)
	}
	var rules []*eligibility.Ruleset
	for _, name := range names {
		var o struct {
			Slug      string   `toml:"slug"`
			Sectors   []string `toml:"sectors"`
			Published bool     `toml:"criteria_published"`
			Criteria  []struct {
				ID   string `toml:"id"`
				Expr string `toml:"expr"`
			} `toml:"criteria"`
			Requirements []struct{} `toml:"requirements"`
		}
		if _, err := toml.DecodeFS(seed.Files, name, &o); err != nil {
			b.Fatal(err)
		}
		all := eligibility.Rules{Slug: o.Slug, Sectors: o.Sectors, Published: o.Published, Requirements: make([]eligibility.Requirement, len(o.Requirements))}
		for _, c := range o.Criteria {
			all.Criteria = append(all.Criteria, eligibility.Criterion{ID: c.ID, Expr: c.Expr})
		}
		one, err := vocabulary().Compile(all)
		if err != nil {
			b.Fatal(err)
		}
		rules = append(rules, one)
	}
	return rules
}

// nation is the organizations of the official files, repeated under other ids up to this number.
const nation = 75_000

func nationOf(b *testing.B) *Population {
	b.Helper()
	d := datatest.Open(b)
	loadRegisters(b, d, map[string][]string{
		"cms-hospitals": {"cms-hospital-general-information-2026-02.csv.gz"}, "fdic": {"fdic-institutions-2026-01.csv"},
		"ncua": {"ncua-foicu-2025q4.csv", "ncua-fs220-2025q4.csv.gz"}, "eia861": {"eia861-sales-ult-cust-2019.csv", "eia861-service-territory-2019.csv"},
		"epa-cws": {"epa-cws-populations.csv.gz", "epa-missing-cws-v3.csv", "epa-pws-zipcodes-v1.2.csv.gz"},
		"sdwis":   {"sdwis-ga-2025q1-pub-water-systems.csv", "sdwis-ga-2025q1-geographic-areas.csv"},
	})
	var all []Facts
	d.Read(b, func(tx *data.Tx) error {
		return registry.Each(tx, vocabulary(), func(m registry.Member) error {
			all = append(all, Facts{Member{ID: m.ID, Name: m.Name, Sector: m.Sector, State: m.State}, m.Facts})
			return nil
		})
	})
	for own, i := len(all), 0; len(all) < nation; i++ {
		again := all[i%own]
		again.ID = fmt.Sprintf("again-%d:%s", i/own, again.ID)
		all = append(all, again)
	}
	return gathered(all)
}

// BenchmarkImpactCatalog decides the whole catalog for 75,000 organizations on two cores. Goal: 1 s.
func BenchmarkImpactCatalog(b *testing.B) {
	p, rules := nationOf(b), seedRules(b)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	for b.Loop() {
		Survey(p, rules)
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/catalog")
	b.ReportMetric(float64(len(rules)), "offerings")
	b.ReportMetric(float64(p.Len()), "organizations")
}

// BenchmarkImpactOffering counts one offering with everything that its page says, one after the other of the catalog. Goal: 50 ms.
func BenchmarkImpactOffering(b *testing.B) {
	p, rules := nationOf(b), seedRules(b)
	at := 0
	for b.Loop() {
		Run(p, rules[at%len(rules)])
		at++
	}
}

// BenchmarkImpactCompare tells who gains and who loses. Goal: 50 ms.
func BenchmarkImpactCompare(b *testing.B) {
	p := nationOf(b)
	before, after := compiled(b, "electric", "meters <= 500"), compiled(b, "electric", "meters <= 5000")
	for b.Loop() {
		Compare(p, before, after)
	}
}

// BenchmarkLoad reads the population from the database.
func BenchmarkLoad(b *testing.B) {
	d := datatest.Open(b)
	loadRegisters(b, d, map[string][]string{"epa-cws": {"epa-cws-populations.csv.gz", "epa-missing-cws-v3.csv", "epa-pws-zipcodes-v1.2.csv.gz"}})
	for b.Loop() {
		populationOf(b, d)
	}
}
