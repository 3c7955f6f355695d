package layout

import (
	"errors"
	"maps"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

var anyID = regexp.MustCompile(`^(ccn:[0-9A-Z]{6}|fdic:\d{1,6}|ncua:\d{1,6}|pwsid:[A-Z0-9]{7,10}(, [A-Z0-9]{7,10})*|eia:\d{1,6}|zip:\d{5}|county:\d{5}|cve:CVE-\d{4}-\d{4,})$`)

// fuzz feeds one file of a release with anything: whatever comes, the reading ends, gives sound records only, each id once, and an
// error names a file.
func fuzz(f *testing.F, source, file string, more ...string) {
	f.Add([]byte(sound[source][file]))
	for _, content := range more {
		f.Add([]byte(content))
	}
	for _, b := range breakages {
		if b.source == source && b.file == file && b.old != "" && len(b.new) < 1000 {
			f.Add([]byte(strings.Replace(sound[source][file], b.old, b.new, 1)))
		}
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		contents := maps.Clone(sound[source])
		contents[file] = string(content)
		records, report, err := read(source, inMemory(contents))
		var ours *Error
		if err != nil && (!errors.As(err, &ours) || ours.File == "" || ours.Text == "") {
			t.Fatalf("the error is not one of ours: %#v", err)
		}
		seen := map[string]bool{}
		for _, r := range records {
			if !anyID.MatchString(r.ID) || seen[r.ID] {
				t.Fatalf("id %q (again: %v)", r.ID, seen[r.ID])
			}
			seen[r.ID] = true
			if !utf8.ValidString(r.Name+r.Town+r.State) || r.Row < 2 {
				t.Fatalf("record %+v", r)
			}
			for id, value := range r.Facts {
				if number, ok := value.(int64); ok && number < 0 {
					t.Fatalf("%s is %d", id, number)
				}
			}
		}
		if err == nil && report.Kept != len(records) {
			t.Fatalf("%d records, the report says %d", len(records), report.Kept)
		}
	})
}

func FuzzHospitals(f *testing.F)    { fuzz(f, "cms-hospitals", "hospitals.csv", packed("x", 0)) }
func FuzzCostReport(f *testing.F)   { fuzz(f, "cms-cost-report", "costs.csv") }
func FuzzBanks(f *testing.F)        { fuzz(f, "fdic", "banks.csv") }
func FuzzCreditUnions(f *testing.F) { fuzz(f, "ncua", "foicu.csv") }
func FuzzAccounts(f *testing.F)     { fuzz(f, "ncua", "fs220.csv") }
func FuzzWaterSystems(f *testing.F) { fuzz(f, "sdwis", "systems.csv") }
func FuzzWaterAreas(f *testing.F)   { fuzz(f, "sdwis", "areas.csv") }
func FuzzCommunity(f *testing.F)    { fuzz(f, "epa-cws", "systems.csv") }
func FuzzUnmapped(f *testing.F)     { fuzz(f, "epa-cws", "missing.csv") }
func FuzzWaterZIPs(f *testing.F)    { fuzz(f, "epa-cws", "zips.csv") }
func FuzzSales(f *testing.F) {
	fuzz(f, "eia861", "sales.csv", workbook("States", []any{"Data Year", "Utility Number", "Utility Name", "Part", "State", "Ownership",
		"Total Sales Megawatthours", "Total Customers Count"}, []any{2019, 34, "Town of Sampleton", "A", "SC", "Municipal", 5, 12}))
}
func FuzzTerritory(f *testing.F)       { fuzz(f, "eia861", "territory.csv") }
func FuzzRUCA(f *testing.F)            { fuzz(f, "ruca-zip", "ruca.csv") }
func FuzzRUCC(f *testing.F)            { fuzz(f, "rucc", "rucc.csv") }
func FuzzVulnerabilities(f *testing.F) { fuzz(f, "kev", "kev.csv", soundCatalog) }

// FuzzCountyKey: writing a key again changes nothing but the state in front.
func FuzzCountyKey(f *testing.F) {
	f.Add("Doña Ana County")
	f.Add("ST. JOHN'S-EXAMPLE Census Area")
	f.Fuzz(func(t *testing.T, name string) {
		_, once, _ := strings.Cut(CountyKey("NM", name), "|")
		if strings.ContainsAny(once, ".'’`-") {
			t.Errorf("%q became %q", name, once)
		}
	})
}
