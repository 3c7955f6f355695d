package layout

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

var hospitals = Source{Name: "cms-hospitals", Publisher: "Centers for Medicare & Medicaid Services", Title: "Hospital General Information", Operators: true,
	parts: []part{{name: "Hospital General Information", needed: true, read: readHospital, columns: []column{
		{name: "Facility ID", older: []string{"Provider ID", "Provider Number", "CMS Certification Number (CCN)"}},
		{name: "Facility Name", older: []string{"Hospital Name"}},
		{name: "City/Town", older: []string{"City"}},
		{name: "State"},
		{name: "ZIP Code"},
		{name: "County/Parish", older: []string{"County Name", "County"}},
		{name: "Hospital Type"},
		{name: "Hospital Ownership"},
		{name: "Emergency Services", optional: true},
	}}}}

// hospitalTypes are the words of CMS that stand for a type of ours; every other one is "other".
var hospitalTypes = map[string]string{"Critical Access Hospitals": "cah", "Rural Emergency Hospital": "reh", "Acute Care Hospitals": "acute_pps"}

var hospitalOwners = map[string]string{
	"Voluntary non-profit - Private": "nonprofit", "Voluntary non-profit - Church": "nonprofit", "Voluntary non-profit - Other": "nonprofit",
	"Proprietary": "investor_owned", "Physician": "investor_owned",
	"Government - Hospital District or Authority": "government_local", "Government - Local": "government_local",
	"Government - State": "government_state", "Government - Federal": "government_federal",
	"Veterans Health Administration": "government_federal", "Department of Defense": "government_federal", "Tribal": "government_tribal",
}

func readHospital(r *reading, one *row) error {
	ccn := one.ccn("Facility ID", false)
	kind, owner := one.must("Hospital Type"), one.text("Hospital Ownership")
	record := Record{ID: "ccn:" + ccn, Name: one.must("Facility Name"), State: one.state("State"), Town: one.text("City/Town"),
		Facts: map[string]any{"sector": "health", "ccn": ccn, "hospital_type": "other"},
		Words: words("hospital_type", kind, "ownership", owner, "zip", one.zip("ZIP Code"), "county", one.text("County/Parish"),
			"emergency_services", one.text("Emergency Services"))}
	if known, ok := hospitalTypes[kind]; ok {
		record.Facts["hospital_type"] = known
	}
	switch known, ok := hospitalOwners[owner]; {
	case ok:
		record.Facts["ownership_type"] = known
	case owner != "" && owner != "Not Available":
		r.remark(one, fmt.Sprintf("ownership %q is not known to this program", owner))
	}
	if record.State != "" {
		record.Facts["state_or_territory"] = record.State
	}
	record.Places = placesOf(one.zip("ZIP Code"), record.State, one.text("County/Parish"))
	return r.keep(one, "Facility ID", record)
}

// ccn is a Medicare number: six characters, the first two digits. Some copies of the cost report lost leading zeros, which padded
// puts back; anywhere else a short number means that a spreadsheet program damaged the file.
func (r *row) ccn(column string, padded bool) string {
	value := strings.ToUpper(r.must(column))
	if r.err != nil {
		return ""
	}
	if padded && len(value) < 6 && strings.Trim(value, "0123456789") == "" {
		value = strings.Repeat("0", 6-len(value)) + value
	}
	switch {
	case len(value) == 5 && strings.Trim(value, "0123456789") == "":
		r.problem(column, "%q has lost its leading zero (a CCN has 6 characters): a spreadsheet program changed this file; use the original download", value)
	case len(value) != 6 || strings.Trim(value[:2], "0123456789") != "" || strings.Trim(value[2:], "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "":
		r.problem(column, "%q is not a CCN: 2 digits and 4 digits or letters were expected", shortened(value))
	}
	return value
}

// words makes the map of what the register says, without what it leaves empty.
func words(pairs ...string) map[string]string {
	all := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			all[pairs[i]] = pairs[i+1]
		}
	}
	return all
}

var costReport = Source{Name: "cms-cost-report", Publisher: "Centers for Medicare & Medicaid Services", Title: "Hospital Provider Cost Report (CMS-2552-10)", Operators: true,
	parts: []part{{name: "the cost report", needed: true, read: readCostReport, done: giveCostReports, columns: []column{
		{name: "Provider CCN"},
		{name: "Hospital Name"},
		{name: "City"},
		{name: "State Code"},
		{name: "Fiscal Year End Date"},
		{name: "Number of Beds"},
		{name: "FTE - Employees on Payroll"},
		{name: "Rural Versus Urban", older: []string{"Rural versus Urban"}, optional: true},
		{name: "CCN Facility Type", optional: true},
	}}}}

func readCostReport(r *reading, one *row) error {
	ccn := one.ccn("Provider CCN", true)
	end := one.day("Fiscal Year End Date")
	record := Record{ID: "ccn:" + ccn, Name: one.text("Hospital Name"), State: one.state("State Code"), Town: one.text("City"), File: one.index, Row: one.number,
		Facts: map[string]any{},
		Words: words("fiscal_year_end", end, "cms_rural_or_urban", one.text("Rural Versus Urban"), "facility_type", one.text("CCN Facility Type"))}
	if beds, known := one.whole("Number of Beds", "Not Available"); known {
		record.Facts["available_beds"] = beds
	}
	switch people, known := one.decimal("FTE - Employees on Payroll", "Not Available"); {
	case known && people < 0:
		one.problem("FTE - Employees on Payroll", "%v is negative: a number of 0 or more was expected", people)
	case known:
		record.Facts["employees_fte"] = int64(math.Round(people))
	}
	if one.err != nil {
		return one.err
	}
	before, seen := r.reports[ccn]
	switch {
	case seen && r.ends[ccn] == end:
		one.problem("Provider CCN", "%s stands in row %d already, with the same end of the fiscal year %s", ccn, before.Row, end)
		return one.err
	case seen && r.ends[ccn] > end:
		return r.skip(one, "an earlier report of the same hospital")
	case seen:
		count(r.skipped, one, "an earlier report of the same hospital")
	}
	r.reports[ccn], r.ends[ccn] = &record, end
	return nil
}

// giveCostReports gives the latest report of each hospital, in the order of the file.
func giveCostReports(r *reading) error {
	all := make([]*Record, 0, len(r.reports))
	for _, record := range r.reports {
		all = append(all, record)
	}
	slices.SortFunc(all, func(a, b *Record) int { return a.Row - b.Row })
	for _, record := range all {
		if err := r.give(*record); err != nil {
			return err
		}
	}
	return nil
}

// day reads a date as CMS, NCUA and EPA write it, and gives it as YYYY-MM-DD.
func (r *row) day(column string) string {
	text := r.must(column)
	if r.err != nil {
		return ""
	}
	date, _, _ := strings.Cut(text, " ")
	for _, layout := range []string{"1/2/2006", "2006-01-02", "01/02/2006"} {
		if day, err := time.Parse(layout, date); err == nil {
			return day.Format(time.DateOnly)
		}
	}
	r.problem(column, "%q is not a date like 12/31/2025", shortened(text))
	return ""
}
