package layout

import (
	"fmt"
	"strings"
)

var fdic = Source{Name: "fdic", Publisher: "Federal Deposit Insurance Corporation", Title: "BankFind institutions", Operators: true,
	parts: []part{{name: "the list of institutions", needed: true, read: readBank, columns: []column{
		{name: "CERT"},
		{name: "NAME"},
		{name: "CITY"},
		{name: "STNAME"},
		{name: "ZIP"},
		{name: "BKCLASS"},
		{name: "ACTIVE"},
		{name: "ASSET"},
	}}}}

// bankRegulators tells who examines a bank, by its class.
var bankRegulators = map[string]string{"N": "OCC", "SL": "OCC", "SM": "FRB", "NM": "FDIC", "SB": "FDIC", "SI": "FDIC"}

func readBank(r *reading, one *row) error {
	cert := one.digits("CERT", 1, 6)
	class := one.must("BKCLASS")
	switch active := one.must("ACTIVE"); {
	case one.err != nil:
		return one.err
	case active == "0":
		return r.skip(one, "not active")
	case active != "1":
		one.problem("ACTIVE", "%q is neither 1 nor 0", shortened(active))
		return one.err
	}
	if _, seen := r.first["fdic:"+cert]; seen && cert == "0" {
		return r.skip(one, "a further institution with certificate 0, which is no key")
	}
	record := Record{ID: "fdic:" + cert, Name: one.must("NAME"), State: stateByName[strings.ToUpper(one.text("STNAME"))], Town: one.text("CITY"),
		Facts: map[string]any{"sector": "banking", "fdic_cert": cert}, Words: words("class", class, "zip", one.zip("ZIP"), "state_name", one.text("STNAME"))}
	if thousands, known := one.whole("ASSET"); known {
		record.Facts["total_assets"] = thousands * 1000
	}
	if regulator, known := bankRegulators[class]; known {
		record.Facts["primary_regulator"] = regulator
	}
	if record.State != "" {
		record.Facts["state_or_territory"] = record.State
	} else {
		r.remark(one, fmt.Sprintf("STNAME %q is no state or territory of the US", one.text("STNAME")))
	}
	record.Places = placesOf(one.zip("ZIP"), "", "")
	return r.keep(one, "CERT", record)
}

var ncua = Source{Name: "ncua", Publisher: "National Credit Union Administration", Title: "5300 call report", Operators: true,
	parts: []part{
		{name: "FS220", needed: true, read: readAccounts, columns: []column{{name: "CU_NUMBER"}, {name: "CYCLE_DATE"}, {name: "ACCT_010"}, {name: "ACCT_083", optional: true}}},
		{name: "FOICU", needed: true, read: readCreditUnion, columns: []column{
			{name: "CU_NUMBER"}, {name: "CYCLE_DATE"}, {name: "CU_NAME"}, {name: "CITY"}, {name: "STATE"}, {name: "STATE_CODE"}, {name: "COUNTY_CODE"},
			{name: "ZIP_CODE"}, {name: "CU_TYPE"}, {name: "LIMITED_INC"}, {name: "IsMDI"}, {name: "Peer_Group", optional: true},
		}},
	}}

// readAccounts keeps what FS220 says until FOICU names the credit union. There are fewer than 5,000.
func readAccounts(r *reading, one *row) error {
	charter := one.digits("CU_NUMBER", 1, 6)
	assets, known := one.whole("ACCT_010")
	if _, seen := r.banks[charter]; seen {
		one.problem("CU_NUMBER", "charter %s stands in this file already", charter)
	}
	if one.err != nil {
		return one.err
	}
	if !known {
		assets = -1
	}
	r.banks[charter] = assets
	r.dated(quarter(one.day("CYCLE_DATE")))
	return nil
}

// quarter writes a day as the release of a call report: 2025q4.
func quarter(day string) string {
	if len(day) != len("2025-12-31") {
		return ""
	}
	month := int(day[5]-'0')*10 + int(day[6]-'0')
	return fmt.Sprintf("%sq%d", day[:4], (month+2)/3)
}

func readCreditUnion(r *reading, one *row) error {
	charter := one.digits("CU_NUMBER", 1, 6)
	cycle := quarter(one.day("CYCLE_DATE"))
	kind, lowIncome, minority := one.must("CU_TYPE"), one.must("LIMITED_INC"), one.must("IsMDI")
	one.oneOf("CU_TYPE", kind, "1", "2", "3")
	one.oneOf("LIMITED_INC", lowIncome, "0", "1")
	one.oneOf("IsMDI", strings.ToLower(minority), "true", "false", "1", "0")
	if one.err == nil && cycle != r.report.Vintage {
		one.problem("CYCLE_DATE", "FOICU is of %s and FS220 of %s: give the files of one release", cycle, r.report.Vintage)
	}
	record := Record{ID: "ncua:" + charter, Name: one.must("CU_NAME"), State: one.state("STATE"), Town: one.text("CITY"),
		Facts: map[string]any{"sector": "credit_union", "ownership_type": "cooperative", "ncua_charter": charter, "federally_insured_cu": kind != "3",
			"low_income_designated": lowIncome == "1", "is_mdi": strings.EqualFold(minority, "true") || minority == "1"},
		Words: words("type", kind, "zip", one.zip("ZIP_CODE"), "peer_group", one.text("Peer_Group"))}
	switch assets, known := r.banks[charter]; {
	case !known:
		r.remark(one, "no row in FS220: total assets are not known")
	case assets >= 0:
		record.Facts["total_assets"] = assets
	}
	record.Places = placesOf(one.zip("ZIP_CODE"), "", "")
	state, hasState := one.whole("STATE_CODE")
	county, hasCounty := one.whole("COUNTY_CODE")
	if hasState && hasCounty && state > 0 && county > 0 && state < 100 && county < 1000 {
		record.Places = append(record.Places, Place{County, fmt.Sprintf("%02d%03d", state, county)})
	}
	return r.keep(one, "CU_NUMBER", record)
}

// oneOf holds a value to a list.
func (r *row) oneOf(column, value string, allowed ...string) {
	for _, a := range allowed {
		if value == a {
			return
		}
	}
	r.problem(column, "%q is none of %s", shortened(value), strings.Join(allowed, ", "))
}
