package screening_test

import (
	"cmp"
	"compress/gzip"
	"encoding/csv"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"accessdesk/broker/screening"
	"accessdesk/eligibility"
)

// fromRegisters reads operators from the public registers, one of every `every` rows of each.
func fromRegisters(t *testing.T, every int) []screening.Operator {
	t.Helper()
	folder := cmp.Or(os.Getenv("REGISTRY_DIR"), "../../../shared/registry")
	if _, err := os.Stat(filepath.Join(folder, "MAPPING.md")); err != nil {
		if os.Getenv("REQUIRE_REGISTRY") != "" {
			t.Fatalf("REQUIRE_REGISTRY is set and the registers are not there: %v (REGISTRY_DIR names their folder)", err)
		}
		t.Skipf("NO OPERATOR OF THE REGISTERS WAS WALKED THROUGH THE CHECK: %v (REGISTRY_DIR names their folder)", err)
	}
	r := registers{t, folder, every}
	return slices.Concat(r.hospitals(), r.banks(), r.creditUnions(), r.waterSystems(), r.utilities())
}

type registers struct {
	t      *testing.T
	folder string
	every  int
}

// rows gives the rows of a register by column name.
func (r registers) rows(name string) []map[string]string {
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
	reader.LazyQuotes, reader.FieldsPerRecord = true, -1
	if strings.HasPrefix(name, "epa-cws-populations") {
		reader.Comma = '\t'
	}
	all, err := reader.ReadAll()
	if err != nil || len(all) < 100 {
		r.t.Fatalf("%s: %d rows (%v)", name, len(all), err)
	}
	rows := make([]map[string]string, 0, len(all)-1)
	for _, record := range all[1:] {
		row := map[string]string{}
		for i := range min(len(all[0]), len(record)) {
			row[strings.TrimPrefix(all[0][i], "\ufeff")] = strings.TrimSpace(record[i])
		}
		rows = append(rows, row)
	}
	return rows
}

// some takes one of every r.every.
func some[T any](r registers, all []T) []T {
	var taken []T
	for i := 0; i < len(all); i += r.every {
		taken = append(taken, all[i])
	}
	return taken
}

// put sets a fact to the word of a register through a table; a word that is not in it says nothing.
func put(facts eligibility.Profile, id eligibility.FactID, table map[string]string, word string) {
	if value, known := table[word]; known {
		facts[id] = eligibility.String(value)
	}
}

// number sets a fact to a number of a register; what is no number says nothing.
func number(facts eligibility.Profile, id eligibility.FactID, word string, factor float64) {
	if value, err := strconv.ParseFloat(word, 64); err == nil && value >= 0 {
		facts[id] = eligibility.Decimal(math.Round(value * factor))
	}
}

func runs(sector string) eligibility.Profile {
	return eligibility.Profile{eligibility.SectorFact: eligibility.String(sector), eligibility.AdditionalSectorsFact: eligibility.Set()}
}

// state sets the state if the vocabulary knows it.
func (r registers) state(facts eligibility.Profile, state string) {
	if fact, _ := vocabulary().Fact("state_or_territory"); fact.Allows(state) {
		facts["state_or_territory"] = eligibility.String(state)
	}
}

func (r registers) hospitals() []screening.Operator {
	beds := map[string]string{}
	for _, row := range r.rows("cms-hospital-cost-report-2021.csv.gz") {
		beds[strings.Repeat("0", max(0, 6-len(row["Provider CCN"])))+row["Provider CCN"]] = row["Number of Beds"]
	}
	types := map[string]string{"Critical Access Hospitals": "cah", "Rural Emergency Hospital": "reh", "Acute Care Hospitals": "acute_pps"}
	var all []screening.Operator
	for _, row := range some(r, r.rows("cms-hospital-general-information-2026-02.csv.gz")) {
		facts := runs("health")
		r.state(facts, row["State"])
		facts["hospital_type"] = eligibility.String(cmp.Or(types[row["Hospital Type"]], "other"))
		switch owner := row["Hospital Ownership"]; {
		case strings.HasPrefix(owner, "Voluntary non-profit"):
			facts["ownership_type"] = eligibility.String("nonprofit")
		default:
			put(facts, "ownership_type", map[string]string{"Proprietary": "investor_owned", "Physician": "investor_owned",
				"Government - Hospital District or Authority": "government_local", "Government - Local": "government_local",
				"Government - State": "government_state", "Government - Federal": "government_federal",
				"Veterans Health Administration": "government_federal", "Department of Defense": "government_federal",
				"Tribal": "government_tribal"}, owner)
		}
		number(facts, "available_beds", beds[row["Facility ID"]], 1)
		all = append(all, screening.Operator{Group: "hospital", Facts: facts})
	}
	return all
}

func (r registers) banks() []screening.Operator {
	codes := map[string]string{}
	fact, _ := vocabulary().Fact("state_or_territory")
	for _, value := range fact.Values {
		codes[value.Label.En] = value.Value
	}
	var all []screening.Operator
	for _, row := range some(r, r.rows("fdic-institutions-2026-01.csv")) {
		facts := runs("banking")
		r.state(facts, codes[row["STNAME"]])
		number(facts, "total_assets", row["ASSET"], 1000)
		put(facts, "primary_regulator", map[string]string{"N": "OCC", "SM": "FRB", "NM": "FDIC", "SB": "FDIC", "SI": "FDIC", "SL": "OCC"}, row["BKCLASS"])
		all = append(all, screening.Operator{Group: "bank", Facts: facts})
	}
	return all
}

func (r registers) creditUnions() []screening.Operator {
	assets := map[string]string{}
	for _, row := range r.rows("ncua-fs220-2025q4.csv.gz") {
		assets[row["CU_NUMBER"]] = row["ACCT_010"]
	}
	var all []screening.Operator
	for _, row := range some(r, r.rows("ncua-foicu-2025q4.csv")) {
		facts := runs("credit_union")
		r.state(facts, row["STATE"])
		facts["ownership_type"] = eligibility.String("cooperative")
		facts["low_income_designated"] = eligibility.Bool(row["LIMITED_INC"] == "1")
		facts["federally_insured_cu"] = eligibility.Bool(row["CU_TYPE"] != "3")
		facts["is_mdi"] = eligibility.Bool(row["IsMDI"] == "True")
		number(facts, "total_assets", assets[row["CU_NUMBER"]], 1)
		all = append(all, screening.Operator{Group: "credit union", Facts: facts})
	}
	return all
}

// waterSystems reads community systems of the whole country, and all kinds of one state with their owners.
func (r registers) waterSystems() []screening.Operator {
	byID := map[string]eligibility.Profile{}
	for _, row := range r.rows("epa-cws-populations.csv.gz") {
		facts := runs("drinking_water")
		if len(row["PWSID"]) > 2 {
			r.state(facts, row["PWSID"][:2])
		}
		number(facts, "population_served", row["Population_Served_Count"], 1)
		number(facts, "service_connections", row["Service_Connections_Count"], 1)
		facts["pws_type"] = eligibility.String("cws")
		byID[row["PWSID"]] = facts
	}
	owners := map[string]string{"F": "government_federal", "L": "government_local", "N": "government_tribal", "P": "other_private", "S": "government_state"}
	for _, row := range r.rows("sdwis-ga-2025q1-pub-water-systems.csv") {
		if row["PWS_ACTIVITY_CODE"] != "A" {
			continue
		}
		facts := byID[row["PWSID"]]
		if facts == nil {
			facts = runs("drinking_water")
			byID[row["PWSID"]] = facts
		}
		r.state(facts, row["PRIMACY_AGENCY_CODE"])
		put(facts, "ownership_type", owners, row["OWNER_TYPE_CODE"])
		facts["pws_type"] = eligibility.String(strings.ToLower(row["PWS_TYPE_CODE"]))
		number(facts, "population_served", row["POPULATION_SERVED_COUNT"], 1)
	}
	var all []screening.Operator
	for _, id := range some(r, slices.Sorted(maps.Keys(byID))) {
		all = append(all, screening.Operator{Group: "drinking water", Facts: byID[id]})
	}
	return all
}

func (r registers) utilities() []screening.Operator {
	type sums struct {
		row                       map[string]string // the one with the largest sales
		sales, customers, largest float64
	}
	byID := map[string]*sums{}
	for _, row := range r.rows("eia861-sales-ult-cust-2019.csv") {
		id := row["Utility Number"]
		if id == "88888" || id == "99999" || !strings.Contains("ABD", row["Part"]) {
			continue
		}
		sold, _ := strconv.ParseFloat(row["Total Sales Megawatthours"], 64)
		customers, _ := strconv.ParseFloat(row["Total Customers Count"], 64)
		u := byID[id]
		if u == nil {
			u = &sums{largest: -1}
			byID[id] = u
		}
		u.sales, u.customers = u.sales+sold, u.customers+customers
		if sold > u.largest {
			u.row, u.largest = row, sold
		}
	}
	electric := map[string]string{"Cooperative": "cooperative", "Municipal": "municipal", "Political Subdivision": "political_subdivision",
		"State": "state", "Federal": "federal", "Investor Owned": "investor_owned"}
	owner := map[string]string{"cooperative": "cooperative", "municipal": "government_local", "political_subdivision": "government_local",
		"state": "government_state", "federal": "government_federal", "investor_owned": "investor_owned", "other": "other_private"}
	var all []screening.Operator
	for _, id := range some(r, slices.Sorted(maps.Keys(byID))) {
		u, facts := byID[id], runs("electric")
		kind := cmp.Or(electric[u.row["Ownership"]], "other")
		facts["electric_ownership"], facts["ownership_type"] = eligibility.String(kind), eligibility.String(owner[kind])
		facts["mwh_sold_per_year"], facts["meters"] = eligibility.Decimal(u.sales), eligibility.Decimal(u.customers)
		r.state(facts, u.row["State"])
		all = append(all, screening.Operator{Group: "electric", Facts: facts})
	}
	return all
}
