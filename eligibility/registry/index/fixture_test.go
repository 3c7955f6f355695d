package index

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"accessdesk/broker/record"
	"accessdesk/data"
	"accessdesk/eligibility/registry"
	"accessdesk/eligibility/registry/layout"
)

// long tells whether there is time for whole national files.
func long() bool { return os.Getenv("LONG_TESTS") != "" }

const banksHead = "CERT,NAME,CITY,STNAME,ZIP,ADDRESS,BKCLASS,CHARTER,ACTIVE,INSDATE,REGAGENT,ASSET,DEP\n"

// bank is a row of the list of banks.
func bank(cert int, name, town, state string) string {
	name, town = strings.ReplaceAll(name, `"`, ""), strings.ReplaceAll(town, `"`, "")
	return fmt.Sprintf("%d,\"%s\",\"%s\",%s,43001,1 Main St,NM,0,1,1/1/1934,,100,90\n", cert, name, town, state)
}

func text(name, content string) layout.File {
	return layout.File{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil }}
}

func load(t testing.TB, db *data.DB, name string, files ...layout.File) {
	t.Helper()
	source, ok := layout.Named(name)
	if !ok {
		t.Fatalf("no register %s", name)
	}
	if _, err := registry.Load(context.Background(), db, registry.Import{Source: source, Files: files, Actor: record.Console}); err != nil {
		t.Fatalf("load %s: %v", name, err)
	}
}

// banks makes these rows the live list of banks.
func banks(t testing.TB, db *data.DB, rows ...string) {
	t.Helper()
	load(t, db, "fdic", text("banks-2026-01.csv", banksHead+strings.Join(rows, "")))
}

// opened is an index below a folder of the test.
func opened(t testing.TB, folder string) *Index {
	t.Helper()
	x, err := Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
	return x
}

func refresh(t testing.TB, x *Index, db *data.DB) bool {
	t.Helper()
	built, err := x.Refresh(context.Background(), db, nil)
	if err != nil {
		t.Fatal(err)
	}
	return built
}

func search(t testing.TB, x *Index, db *data.DB, text string, limit int) []registry.Hit {
	t.Helper()
	var hits []registry.Hit
	if err := db.Read(context.Background(), func(tx *data.Tx) (err error) { hits, err = x.Search(tx, text, limit); return err }); err != nil {
		t.Fatalf("search %q: %v", text, err)
	}
	return hits
}

func idsOf(hits []registry.Hit) []string {
	ids := []string{}
	for _, h := range hits {
		ids = append(ids, h.ID)
	}
	return ids
}

// official is a file of the folder with the official files, with the rows to keep; all of them with LONG_TESTS.
func official(t testing.TB, name string, whole bool, keep ...string) layout.File {
	t.Helper()
	at := cmp.Or(os.Getenv("REGISTRY_DIR"), "../../../../shared/registry")
	content, err := os.ReadFile(filepath.Join(at, name))
	if err != nil {
		if os.Getenv("REQUIRE_REGISTRY") != "" {
			t.Fatalf("REQUIRE_REGISTRY is set and the registers are not there: %v (REGISTRY_DIR names their folder)", err)
		}
		t.Skipf("NOT TESTED WITH THE OFFICIAL FILES: %v (REGISTRY_DIR names their folder)", err)
	}
	if strings.HasSuffix(name, ".gz") {
		from, err := gzip.NewReader(bytes.NewReader(content))
		if err != nil {
			t.Fatal(err)
		}
		if content, err = io.ReadAll(from); err != nil {
			t.Fatal(err)
		}
	}
	if whole {
		return text(strings.TrimSuffix(name, ".gz"), string(content))
	}
	lines := strings.SplitAfter(string(content), "\n")
	kept := lines[:1:1]
	for _, line := range lines[1:] {
		id, _, _ := strings.Cut(strings.NewReplacer(`"`, "", "\t", ",").Replace(line), ",")
		sum := fnv.New32()
		fmt.Fprint(sum, id)
		if sum.Sum32()%40 == 0 || containsAny(line, keep) {
			kept = append(kept, line)
		}
	}
	return text(strings.TrimSuffix(name, ".gz"), strings.Join(kept, ""))
}

func containsAny(line string, keep []string) bool {
	for _, k := range keep {
		if strings.Contains(line, k) {
			return true
		}
	}
	return false
}

// nation loads the registers of operators: whole, or one row in forty and those that the table of slips asks for.
func nation(t testing.TB, db *data.DB, whole bool) {
	t.Helper()
	load(t, db, "cms-hospitals", official(t, "cms-hospital-general-information-2026-02.csv.gz", whole, "141317", "010001", "450379", "220071", "171354", "054154", "ONSLOW"))
	load(t, db, "cms-cost-report", official(t, "cms-hospital-cost-report-2021.csv.gz", whole))
	load(t, db, "fdic", official(t, "fdic-institutions-2026-01.csv", whole, "Mount Dora", "First National Bank,Rotan", "Pikeville"))
	load(t, db, "ncua", official(t, "ncua-foicu-2025q4.csv", whole, "\n5536,", "NAVY FEDERAL"), official(t, "ncua-fs220-2025q4.csv.gz", whole, "5536,"))
	load(t, db, "epa-cws", official(t, "epa-cws-populations.csv.gz", whole, "WA5302200", "KS2014914", "FL3350858"), official(t, "epa-pws-zipcodes-v1.2.csv.gz", whole, "WA5302200"))
	load(t, db, "sdwis", official(t, "sdwis-ga-2025q1-pub-water-systems.csv", true), official(t, "sdwis-ga-2025q1-geographic-areas.csv", true))
	load(t, db, "eia861", official(t, "eia861-sales-ult-cust-2019.csv", true), official(t, "eia861-service-territory-2019.csv", true))
}
