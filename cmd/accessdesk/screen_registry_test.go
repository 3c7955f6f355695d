package main

import (
	"cmp"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

// operators are the organizations of testdata/screen. Their facts were taken by hand from public registers, exact
// numbers; the files hold facts and ids only, no rows. Where id is empty the facts were chosen.
var operators = []struct {
	name      string // of the files
	id        string // in the register
	registers string // and their vintages
}{
	{"critical-access-hospital", "ccn:141317", "CMS hospitals 2026-02; CMS cost report 2021, year ended 2021-09-30 (551.11 FTE, rounded); RUCA 2020 by ZIP; RUCC 2023 by county"},
	{"rural-hospital-60-beds", "ccn:440081", "CMS hospitals 2026-02; CMS cost report 2021, year ended 2021-12-31; RUCA 2020 by ZIP; RUCC 2023 by county"},
	{"bank-under-1-billion", "fdic:28593", "FDIC institutions 2026-01, assets of 2025-09-30 (998,251 thousand); RUCA 2020 by ZIP"},
	{"bank-over-10-billion", "fdic:59052", "FDIC institutions 2026-01, assets of 2025-09-30 (10,106,680 thousand); RUCA 2020 by ZIP"},
	{"credit-union-low-income", "ncua:11273", "NCUA call report 2025-12-31; RUCA 2020 by ZIP; RUCC 2023 by county"},
	{"water-under-3300", "pwsid:GA2490000", "SDWIS 2025Q1 (population, owner, type: it wins over the next); EPA community water systems 2024-06 (connections); RUCA 2020 by its one ZIP; RUCC 2023 by its one county"},
	{"water-5000", "pwsid:GA0510109", "SDWIS 2025Q1; EPA community water systems 2024-06; RUCA 2020 by its two ZIPs, both 1; RUCC 2023 by its one county"},
	{"electric-municipal", "eia:13604", "EIA-861 2019 (customers stand for meters); RUCC 2023 by its one county"},
	{"electric-cooperative", "eia:10668", "EIA-861 2019; counties on both sides of RUCC 4, so no code"},
	{"electric-investor-under-4-million", "eia:12199", "EIA-861 2019, the sum of four states; counties on both sides of RUCC 4, so no code"},
	{"electric-investor-over-4-million", "eia:14232", "EIA-861 2019, the sum of three states, each under the line; counties on both sides of RUCC 4, so no code"},
	{"county", "", "chosen"},
	{"tribe", "", "chosen"},
}

// The numbers that were taken by hand must be those of the registers. The reading here is written for these few
// operators and shares nothing with the program.
func TestFactsAreThoseOfTheRegisters(t *testing.T) {
	folder := cmp.Or(os.Getenv("REGISTRY_DIR"), "../../../shared/registry")
	if _, err := os.Stat(filepath.Join(folder, "MAPPING.md")); err != nil {
		if os.Getenv("REQUIRE_REGISTRY") != "" {
			t.Fatalf("REQUIRE_REGISTRY is set and the registers are not there: %v (REGISTRY_DIR names their folder)", err)
		}
		t.Skipf("THE FACTS OF THE GOLDEN FILES WERE NOT COMPARED WITH THE REGISTERS: %v (REGISTRY_DIR names their folder)", err)
	}
	r := registers{t, folder}
	for _, operator := range operators {
		if operator.id == "" {
			continue
		}
		t.Run(operator.name, func(t *testing.T) {
			r := registers{t, r.folder}
			text, err := os.ReadFile("testdata/screen/" + operator.name + ".json")
			if err != nil {
				t.Fatal(err)
			}
			var got map[string]any
			if err := json.Unmarshal(text, &got); err != nil {
				t.Fatal(err)
			}
			kind, id, _ := strings.Cut(operator.id, ":")
			want := map[string]func(string) map[string]any{
				"ccn": r.hospital, "fdic": r.bank, "ncua": r.creditUnion, "pwsid": r.waterSystem, "eia": r.utility,
			}[kind](id)
			for name := range want {
				if !reflect.DeepEqual(got[name], want[name]) {
					t.Errorf("%s: the file says %v, the register %v (%s)", name, got[name], want[name], operator.registers)
				}
			}
			for name := range got {
				if _, known := want[name]; !known {
					t.Errorf("%s: the file says %v, the register nothing", name, got[name])
				}
			}
		})
	}
}

type registers struct {
	t      *testing.T
	folder string
}

// rows gives the rows of a register whose column, without blanks around it, has the value.
func (r registers) rows(name, column, value string) []map[string]string {
	r.t.Helper()
	file, err := os.Open(filepath.Join(r.folder, name))
	if err != nil {
		r.t.Fatal(err)
	}
	defer file.Close()
	var text io.Reader = file
	if strings.HasSuffix(name, ".gz") {
		if text, err = gzip.NewReader(file); err != nil {
			r.t.Fatal(err)
		}
	}
	reader := csv.NewReader(text)
	reader.LazyQuotes, reader.ReuseRecord, reader.FieldsPerRecord = true, true, -1
	if strings.HasPrefix(name, "epa-cws-populations") {
		reader.Comma = '\t'
	}
	head, err := reader.Read()
	if err != nil {
		r.t.Fatal(err)
	}
	var columns []string
	key := -1
	for i, title := range head {
		columns = append(columns, strings.TrimPrefix(title, "\ufeff"))
		if columns[i] == column {
			key = i
		}
	}
	if key < 0 {
		r.t.Fatalf("%s has no column %s", name, column)
	}
	var found []map[string]string
	for {
		record, err := reader.Read()
		if err == io.EOF {
			return found
		}
		if err != nil {
			r.t.Fatalf("%s: %v", name, err)
		}
		if strings.TrimSpace(record[key]) != value {
			continue
		}
		row := map[string]string{}
		for i := range min(len(columns), len(record)) {
			row[columns[i]] = strings.TrimSpace(record[i])
		}
		found = append(found, row)
	}
}

// row gives the one row that there must be.
func (r registers) row(name, column, value string) map[string]string {
	r.t.Helper()
	found := r.rows(name, column, value)
	if len(found) != 1 {
		r.t.Fatalf("%s: %d rows with %s %s, want 1", name, len(found), column, value)
	}
	return found[0]
}

func (r registers) number(text string) float64 {
	r.t.Helper()
	number, err := strconv.ParseFloat(text, 64)
	if err != nil {
		r.t.Fatal(err)
	}
	return number
}

// lowest adds a code of several places if all of them lie on the same side of 4: the lowest.
func lowest(facts map[string]any, fact string, codes []float64) {
	if len(codes) == 0 {
		return
	}
	least, most := codes[0], codes[0]
	for _, code := range codes {
		least, most = min(least, code), max(most, code)
	}
	if (least >= 4) == (most >= 4) {
		facts[fact] = least
	}
}

func (r registers) ruca(facts map[string]any, zips ...string) {
	r.t.Helper()
	var codes []float64
	for _, zip := range zips {
		codes = append(codes, r.number(r.row("usda-ruca-2020-zip.csv.gz", "ZIPCode", zip)["PrimaryRUCA"]))
	}
	lowest(facts, "ruca_code", codes)
}

// rucc looks counties up by STATE/NAME; the names of these operators' counties need no more than the word County.
func (r registers) rucc(facts map[string]any, counties ...string) {
	r.t.Helper()
	byName := map[string]float64{}
	for _, row := range r.rows("usda-rucc-2023.csv", "Attribute", "RUCC_2023") {
		byName[row["State"]+"/"+strings.ToUpper(strings.TrimSuffix(row["County_Name"], " County"))] = r.number(row["Value"])
	}
	var codes []float64
	for _, county := range counties {
		code, known := byName[strings.ToUpper(county)]
		if !known {
			r.t.Fatalf("no RUCC for %s", county)
		}
		codes = append(codes, code)
	}
	lowest(facts, "rucc_code", codes)
}

func (r registers) hospital(id string) map[string]any {
	r.t.Helper()
	row := r.row("cms-hospital-general-information-2026-02.csv.gz", "Facility ID", id)
	report := r.row("cms-hospital-cost-report-2021.csv.gz", "Provider CCN", strings.TrimLeft(id, "0"))
	facts := map[string]any{
		"ccn": id, "sector": "health", "state_or_territory": row["State"],
		"hospital_type":  map[string]string{"Critical Access Hospitals": "cah", "Acute Care Hospitals": "acute_pps"}[row["Hospital Type"]],
		"ownership_type": map[bool]string{true: "nonprofit"}[strings.HasPrefix(row["Hospital Ownership"], "Voluntary non-profit")],
		"available_beds": r.number(report["Number of Beds"]),
		"employees_fte":  math.Round(r.number(report["FTE - Employees on Payroll"])),
	}
	r.ruca(facts, row["ZIP Code"])
	r.rucc(facts, row["State"]+"/"+row["County/Parish"])
	return facts
}

func (r registers) bank(id string) map[string]any {
	r.t.Helper()
	row := r.row("fdic-institutions-2026-01.csv", "CERT", id)
	facts := map[string]any{
		"fdic_cert": id, "sector": "banking", "total_assets": r.number(row["ASSET"]) * 1000,
		"state_or_territory": map[string]string{"Michigan": "MI", "Colorado": "CO"}[row["STNAME"]],
		"primary_regulator":  map[string]string{"N": "OCC", "SM": "FRB", "NM": "FDIC"}[row["BKCLASS"]],
	}
	r.ruca(facts, row["ZIP"])
	return facts
}

func (r registers) creditUnion(id string) map[string]any {
	r.t.Helper()
	row := r.row("ncua-foicu-2025q4.csv", "CU_NUMBER", id)
	facts := map[string]any{
		"ncua_charter": id, "sector": "credit_union", "ownership_type": "cooperative", "state_or_territory": row["STATE"],
		"total_assets":          r.number(r.row("ncua-fs220-2025q4.csv.gz", "CU_NUMBER", id)["ACCT_010"]),
		"low_income_designated": row["LIMITED_INC"] == "1", "federally_insured_cu": row["CU_TYPE"] != "3", "is_mdi": row["IsMDI"] == "True",
	}
	r.ruca(facts, row["ZIP_CODE"][:5])
	county := row["STATE_CODE"] + strings.Repeat("0", 3-len(row["COUNTY_CODE"])) + row["COUNTY_CODE"]
	for _, county := range r.rows("usda-rucc-2023.csv", "FIPS", county) {
		if county["Attribute"] == "RUCC_2023" {
			facts["rucc_code"] = r.number(county["Value"])
		}
	}
	return facts
}

func (r registers) waterSystem(id string) map[string]any {
	r.t.Helper()
	row := r.row("sdwis-ga-2025q1-pub-water-systems.csv", "PWSID", id)
	if row["PWS_ACTIVITY_CODE"] != "A" {
		r.t.Fatalf("%s is not active", id)
	}
	facts := map[string]any{
		"pwsid": id, "sector": "drinking_water", "pws_type": strings.ToLower(row["PWS_TYPE_CODE"]),
		"state_or_territory":  row["PRIMACY_AGENCY_CODE"],
		"ownership_type":      map[string]string{"L": "government_local", "P": "other_private"}[row["OWNER_TYPE_CODE"]],
		"population_served":   r.number(row["POPULATION_SERVED_COUNT"]),
		"service_connections": r.number(r.row("epa-cws-populations.csv.gz", "PWSID", id)["Service_Connections_Count"]),
	}
	var zips, counties []string
	for _, area := range r.rows("epa-pws-zipcodes-v1.2.csv.gz", "PWSID", id) {
		zips = append(zips, area["Zip"])
	}
	for _, area := range r.rows("sdwis-ga-2025q1-geographic-areas.csv", "PWSID", id) {
		if area["AREA_TYPE_CODE"] == "CN" {
			counties = append(counties, "GA/"+area["COUNTY_SERVED"])
		}
	}
	r.ruca(facts, zips...)
	r.rucc(facts, counties...)
	return facts
}

func (r registers) utility(id string) map[string]any {
	r.t.Helper()
	facts := map[string]any{"eia_utility_id": id, "sector": "electric"}
	sales, customers, largest := 0.0, 0.0, 0.0
	for _, row := range r.rows("eia861-sales-ult-cust-2019.csv", "Utility Number", id) {
		if !strings.Contains("ABD", row["Part"]) {
			continue
		}
		sold := r.number(row["Total Sales Megawatthours"])
		sales, customers = sales+sold, customers+r.number(row["Total Customers Count"])
		if sold > largest {
			largest, facts["state_or_territory"] = sold, row["State"]
		}
		facts["ownership_type"] = map[string]string{"Cooperative": "cooperative", "Municipal": "government_local", "Investor Owned": "investor_owned"}[row["Ownership"]]
		facts["electric_ownership"] = map[string]string{"Cooperative": "cooperative", "Municipal": "municipal", "Investor Owned": "investor_owned"}[row["Ownership"]]
	}
	facts["mwh_sold_per_year"], facts["meters"] = sales, customers
	var counties []string
	for _, row := range r.rows("eia861-service-territory-2019.csv", "Utility Number", id) {
		counties = append(counties, row["State"]+"/"+row["County"])
	}
	r.rucc(facts, counties...)
	return facts
}
