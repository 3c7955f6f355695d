package registry

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/eligibility"
	"accessdesk/eligibility/registry/layout"
)

// long tells whether there is time for whole national files.
func long() bool { return os.Getenv("LONG_TESTS") != "" }

// table reads a small CSV file of the folder as maps.
func table(t testing.TB, name string) []map[string]string {
	t.Helper()
	file, err := os.Open(filepath.Join(folder(t), name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	all, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, values := range all[1:] {
		row := map[string]string{}
		for i, title := range all[0] {
			row[title] = values[i]
		}
		rows = append(rows, row)
	}
	return rows
}

// sampled gives an official file with some of its rows only, made in memory.
func sampled(t testing.TB, name string, keep func(line []byte) bool) layout.File {
	t.Helper()
	opened, err := official(t, name)[0].Open()
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	var from io.Reader = opened
	if strings.HasSuffix(name, ".gz") {
		if from, err = gzip.NewReader(opened); err != nil {
			t.Fatal(err)
		}
	}
	content, err := io.ReadAll(from)
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(content, []byte("\n"))
	kept := bytes.Clone(lines[0])
	for _, line := range lines[1:] {
		if keep(line) {
			kept = append(kept, line...)
		}
	}
	return text(strings.TrimSuffix(name, ".gz"), string(kept))
}

// nation loads every register. Without LONG_TESTS the EPA files are cut down to the known answers, and the ZIP codes to those that occur.
func nation(t testing.TB, d *datatest.Database) {
	t.Helper()
	load(t, d, "cms-hospitals", official(t, "cms-hospital-general-information-2025.csv.gz")...)
	releases := map[string][]string{
		"cms-hospitals":   {"cms-hospital-general-information-2026-02.csv.gz"},
		"cms-cost-report": {"cms-hospital-cost-report-2021.csv.gz"},
		"fdic":            {"fdic-institutions-2026-01.csv"},
		"ncua":            {"ncua-foicu-2025q4.csv", "ncua-fs220-2025q4.csv.gz"},
		"sdwis":           {"sdwis-ga-2025q1-pub-water-systems.csv", "sdwis-ga-2025q1-geographic-areas.csv"},
		"eia861":          {"eia861-sales-ult-cust-2019.csv", "eia861-service-territory-2019.csv"},
		"rucc":            {"usda-rucc-2023.csv"},
	}
	for _, name := range layout.Names() {
		if files, ok := releases[name]; ok {
			load(t, d, name, official(t, files...)...)
		}
	}
	water := []string{"epa-cws-populations.csv.gz", "epa-pws-zipcodes-v1.2.csv.gz"}
	const codes = "usda-ruca-2020-zip.csv.gz"
	if long() {
		load(t, d, "epa-cws", official(t, water...)...)
		load(t, d, "ruca-zip", official(t, codes)...)
		return
	}
	var ids [][]byte
	for _, row := range table(t, "known-answers-sample.csv") {
		if row["sector"] == "water" {
			ids = append(ids, []byte(row["id"]))
		}
	}
	known := func(line []byte) bool {
		return slices.ContainsFunc(ids, func(id []byte) bool { return bytes.HasPrefix(line, id) })
	}
	load(t, d, "epa-cws", sampled(t, water[0], known), sampled(t, water[1], known))
	occurs := map[string]bool{}
	d.Read(t, func(tx *data.Tx) error {
		zips, err := data.Rows(tx, data.Value[string], `SELECT DISTINCT code FROM registry_place WHERE kind = 'zip'`)
		for _, zip := range zips {
			occurs[zip] = true
		}
		return err
	})
	load(t, d, "ruca-zip", sampled(t, codes, func(line []byte) bool { return occurs[string(line[:min(len(line), 5)])] }))
}

func TestKnownAnswersAndAggregates(t *testing.T) {
	answers, aggregates := table(t, "known-answers-sample.csv"), table(t, "known-aggregates-sample.csv")
	test := func(t *testing.T, d *datatest.Database) {
		nation(t, d)
		t.Run("answers", func(t *testing.T) {
			for _, row := range answers {
				t.Run(row["sector"]+" "+row["id"], func(t *testing.T) { answer(t, d, row) })
			}
		})
		t.Run("aggregates", func(t *testing.T) {
			for _, row := range aggregates {
				t.Run(row["sector"]+" "+row["rule"], func(t *testing.T) { aggregate(t, d, row) })
			}
		})
		t.Run("population", func(t *testing.T) { population(t, d) })
	}
	if long() {
		datatest.Each(t, test)
		return
	}
	test(t, datatest.Open(t))
}

var idKinds = map[string]string{"CCN": "ccn:", "FDIC_CERT": "fdic:", "NCUA_CU_NUMBER": "ncua:", "PWSID": "pwsid:", "EIA_UTILITY_NUMBER": "eia:"}

// answer compares an operator with a row of the known answers, which use the words of the registers: see MAPPING.md.
func answer(t *testing.T, d *datatest.Database, row map[string]string) {
	o := find(t, d, idKinds[row["id_type"]]+row["id"])
	words := o.Sources[0].Words
	facts := map[string]string{}
	for id, known := range o.Facts {
		facts[id] = strings.Trim(string(known.Value), `"`)
		if known.Evidence != "register" || known.Source == "" || known.Vintage == "" {
			t.Errorf("%s has no proof: %+v", id, known)
		}
	}
	compare := func(column, got string) {
		if want := row[column]; want != "" && got != want {
			t.Errorf("%s: got %q, want %q", column, got, want)
		}
	}
	state := o.State
	if states := words["states"]; states != "" {
		state = states
	}
	compare("name", o.Name)
	compare("state", state)
	compare("hospital_type", words["hospital_type"])
	compare("is_critical_access_hospital", fmt.Sprint(facts["hospital_type"] == "cah"))
	compare("beds", facts["available_beds"])
	compare("total_assets_usd", facts["total_assets"])
	compare("population_served", facts["population_served"])
	compare("annual_mwh", facts["mwh_sold_per_year"])
	compare("low_income_designated_cu", facts["low_income_designated"])
	compare("zip", words["zip"]+onlyArea(o, "ruca-zip", words["zip"]))
	compare("county_fips", onlyArea(o, "rucc", ""))
	if row["sector"] == "electric" {
		compare("customers", facts["meters"])
	}
	if row["sector"] == "water" {
		compare("customers", facts["service_connections"])
	}
	compare("ownership", map[string]string{"hospital": words["ownership"], "bank": words["class"], "credit_union": "CU_TYPE " + words["type"],
		"water": words["owner"], "electric": words["ownership"]}[row["sector"]])
	for _, join := range []struct{ register, fact, areas, rural, by string }{
		{"ruca-zip", "ruca_code", "areas_zip", "areas_zip_rural", "rural_by_ruca"}, {"rucc", "rucc_code", "areas_county", "areas_county_rural", "rural_by_rucc"},
	} {
		if row[join.areas] == "" {
			continue
		}
		count, rural := areas(o, join.register)
		compare(join.areas, fmt.Sprint(count))
		compare(join.rural, fmt.Sprint(rural))
		verdict := "mixed"
		if code, known := facts[join.fact]; known {
			verdict = map[bool]string{true: "yes", false: "no"}[code == "10" || code >= "4"]
		}
		compare(join.by, verdict)
	}
	v, err := eligibility.Standard()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Profile(v); err != nil {
		t.Error(err)
	}
}

func areas(o Operator, register string) (count, rural int) {
	for _, s := range o.Sources {
		if s.Register == register {
			for _, a := range s.Areas {
				count++
				if a.Code >= 4 {
					rural++
				}
			}
		}
	}
	return count, rural
}

// onlyArea is the one place of an operator in a table; "" if there are several, or another source has it.
func onlyArea(o Operator, register, had string) string {
	for _, s := range o.Sources {
		if s.Register == register && len(s.Areas) == 1 && had == "" {
			return s.Areas[0].Place
		}
	}
	return ""
}

// liveRecords are the records of a register, by name of the table in the SQL of the known aggregates.
const liveRecords = `SELECT r.id, r.name, r.facts, r.words FROM registry_record r JOIN registry_vintage v ON v.id = r.vintage_id WHERE v.state = 'live' AND v.register = $1`

// one is a record with its facts read.
type one struct {
	id    string
	facts map[string]any
	words map[string]string
}

func all(t *testing.T, d *datatest.Database, register string) []one {
	var found []one
	d.Read(t, func(tx *data.Tx) (err error) {
		found, err = data.Rows(tx, func(s data.Scanner) (one, error) {
			var o one
			var name, facts, words string
			if err := s.Scan(&o.id, &name, &facts, &words); err != nil {
				return o, err
			}
			if err := json.Unmarshal([]byte(facts), &o.facts); err != nil {
				return o, err
			}
			return o, json.Unmarshal([]byte(words), &o.words)
		}, liveRecords, register)
		return err
	})
	return found
}

func where(records []one, holds func(one) bool) int {
	count := 0
	for _, r := range records {
		if holds(r) {
			count++
		}
	}
	return count
}

// joinCount counts live records of a register by how many codes of a table on the rural side they have, in SQL.
const ruralJoinCount = `SELECT p.record_id FROM registry_place p JOIN registry_vintage own ON own.id = p.vintage_id AND own.state = 'live' AND own.register = $1
	JOIN registry_place q ON q.kind = p.kind AND q.code = p.code JOIN registry_vintage v ON v.id = q.vintage_id AND v.state = 'live' AND v.register = $2
	JOIN registry_record r ON r.vintage_id = q.vintage_id AND r.id = q.record_id WHERE r.facts IN ('{"ruca_code":4}', '{"ruca_code":5}', '{"ruca_code":6}',
	'{"ruca_code":7}', '{"ruca_code":8}', '{"ruca_code":9}', '{"ruca_code":10}', '{"rucc_code":4}', '{"rucc_code":5}', '{"rucc_code":6}', '{"rucc_code":7}',
	'{"rucc_code":8}', '{"rucc_code":9}') GROUP BY p.record_id`

// rural lists the records of a register that a table calls rural.
func rural(t *testing.T, d *datatest.Database, register, table string) map[string]bool {
	ids := map[string]bool{}
	d.Read(t, func(tx *data.Tx) error {
		found, err := data.Rows(tx, data.Value[string], ruralJoinCount, register, table)
		for _, id := range found {
			ids[id] = true
		}
		return err
	})
	return ids
}

// aggregate counts over the stored rows what the rule says. A rule that is not known here fails: the sample grew.
func aggregate(t *testing.T, d *datatest.Database, row map[string]string) {
	number := func(r one, fact string) (float64, bool) { n, ok := r.facts[fact].(float64); return n, ok }
	var got int
	switch rule := row["sector"] + ": " + row["rule"]; {
	case rule == "hospital: all facilities":
		got = len(all(t, d, "cms-hospitals"))
	case rule == "hospital: rural by RUCA ZIP (4-10)":
		got = len(rural(t, d, "cms-hospitals", "ruca-zip"))
	case strings.HasPrefix(rule, "hospital: re-import 2025 -> 2026-02: facilities removed"):
		live, _ := status(t, d, "cms-hospitals")
		got = int(live.Went)
	case strings.HasPrefix(rule, "bank: ASSET < 10,000,000 thousand USD"):
		got = where(all(t, d, "fdic"), func(r one) bool { n, ok := number(r, "total_assets"); return ok && n < 10_000_000_000 })
	case rule == "credit_union: all":
		got = len(all(t, d, "ncua"))
	case strings.HasPrefix(rule, "credit_union: low-income designated and nonmetro county"):
		nonmetro := rural(t, d, "ncua", "rucc")
		got = where(all(t, d, "ncua"), func(r one) bool { return r.facts["low_income_designated"] == true && nonmetro[r.id] })
	case strings.HasPrefix(rule, "water: population served > 3,300"):
		if !long() {
			t.Skip("NOT COUNTED without LONG_TESTS: it needs the whole EPA file")
		}
		got = where(all(t, d, "epa-cws"), func(r one) bool { n, ok := number(r, "population_served"); return ok && n > 3300 })
	case strings.HasPrefix(rule, "electric: distinct utilities"):
		got = len(all(t, d, "eia861"))
	case strings.HasPrefix(rule, "electric: Municipal + Cooperative"):
		got = where(all(t, d, "eia861"), func(r one) bool {
			n, _ := number(r, "mwh_sold_per_year")
			owner := r.words["ownership"]
			return slices.Contains([]string{"Municipal", "Cooperative", "Political Subdivision", "State"}, owner) || owner == "Investor Owned" && n > 0 && n < 4_000_000
		})
	default:
		t.Fatalf("no count for this rule: %s", row["sql"])
	}
	if want := row["count"]; fmt.Sprint(got) != want {
		t.Errorf("got %d, want %s", got, want)
	}
}

// status gives the live vintage of a register.
func status(t *testing.T, d *datatest.Database, register string) (v Vintage, ok bool) {
	d.Read(t, func(tx *data.Tx) (err error) { v, ok, err = liveVintage(tx, register); return err })
	return v, ok
}
