package layout

import (
	"maps"
	"slices"
	"strings"
)

var eia861 = Source{Name: "eia861", Publisher: "Energy Information Administration", Title: "Form EIA-861, annual electric power industry report", Operators: true,
	parts: []part{
		{name: "Sales_Ult_Cust", read: readSales, columns: []column{
			{name: "Data Year"}, {name: "Utility Number"}, {name: "Utility Name"}, {name: "Part"}, {name: "State"}, {name: "Ownership"},
			{name: "Total Sales Megawatthours"}, {name: "Total Customers Count"}, {name: "Short Form", optional: true},
		}},
		{name: "Short_Form", read: readShortForm, done: checkSales, columns: []column{
			{name: "Data Year"}, {name: "Utility Number"}, {name: "Utility Name"}, {name: "Ownership"}, {name: "State"},
			{name: "Total Sales (MWh)"}, {name: "Total Customers"},
		}},
		{name: "Utility_Data", read: readUtility, columns: []column{
			{name: "Data Year"}, {name: "Utility Number"}, {name: "Utility Name"}, {name: "State"}, {name: "Ownership Type"}, {name: "NERC Region"},
		}, done: giveUtilities},
		{name: "Service_Territory", read: readTerritory, columns: []column{
			{name: "Data Year"}, {name: "Utility Number"}, {name: "Utility Name"}, {name: "State"}, {name: "County"},
		}},
	}}

var electricOwners = map[string]string{"Cooperative": "cooperative", "Municipal": "municipal", "Political Subdivision": "political_subdivision",
	"State": "state", "Federal": "federal", "Investor Owned": "investor_owned"}

// ownersOfElectric is the general ownership for the electric one.
var ownersOfElectric = map[string]string{"cooperative": "cooperative", "municipal": "government_local", "political_subdivision": "government_local",
	"state": "government_state", "federal": "government_federal", "investor_owned": "investor_owned", "other": "other_private"}

// utility is what the rows of one utility come to.
type utility struct {
	record            Record
	ownership         string
	sales, customers  float64
	hasSales, hasUser bool
	states            map[string]float64 // sales by state
	largest           float64            // sales of the row that the state and the row number are taken from
	short             bool
}

// number is the number of a real utility; "" for the rows of withheld and adjusted figures, and for notes below the table.
func (r *reading) utilityNumber(one *row) (string, error) {
	if year := one.text("Data Year"); len(year) != 4 || strings.Trim(year, "0123456789") != "" {
		if one.text("Utility Number") == "" {
			return "", r.skip(one, "a note below the table")
		}
		one.problem("Data Year", "%q is not a year", shortened(year))
		return "", one.err
	}
	number := one.digits("Utility Number", 1, 6)
	switch number {
	case "88888":
		return "", r.skip(one, "withheld figures (88888)")
	case "99999":
		return "", r.skip(one, "adjustment of a state (99999)")
	}
	return number, one.err
}

func readSales(r *reading, one *row) error {
	number, err := r.utilityNumber(one)
	if err != nil || number == "" {
		return err
	}
	part := one.must("Part")
	one.oneOf("Part", part, "A", "B", "C", "D")
	r.dated(one.text("Data Year"))
	return r.addSales(one, number, part, "Total Sales Megawatthours", "Total Customers Count")
}

// readShortForm takes a utility that answered the short form only. Where the long table has it too, that one counts.
func readShortForm(r *reading, one *row) error {
	number, err := r.utilityNumber(one)
	if err != nil || number == "" {
		return err
	}
	if u := r.utilities[number]; u != nil && !u.short {
		return r.skip(one, "a short form of a utility of the main table")
	}
	if r.report.Vintage == "" {
		r.dated(one.text("Data Year"))
	}
	if err := r.addSales(one, number, "A", "Total Sales (MWh)", "Total Customers"); err != nil {
		return err
	}
	r.utilities[number].short = true
	return nil
}

// addSales adds a row to its utility. Part C is delivery of power that somebody else sold: it would count twice.
func (r *reading) addSales(one *row, number, part, salesColumn, usersColumn string) error {
	sales, hasSales := one.decimal(salesColumn, ".", "NA")
	users, hasUsers := one.decimal(usersColumn, ".", "NA")
	name, state, owner := one.must("Utility Name"), one.state("State"), one.text("Ownership")
	if one.err != nil {
		return one.err
	}
	if sales < 0 || users < 0 {
		column, value := salesColumn, sales
		if users < 0 {
			column, value = usersColumn, users
		}
		one.problem(column, "%v is negative: only adjustments (99999) may be", value)
		return one.err
	}
	u := r.utilities[number]
	if u == nil {
		u = &utility{record: Record{ID: "eia:" + number, Name: name, File: one.index, Row: one.number, Words: map[string]string{}}, ownership: owner,
			states: map[string]float64{}, largest: -1}
		r.utilities[number] = u
	}
	if u.ownership != owner {
		one.problem("Ownership", "%q, but row %d of utility %s says %q", owner, u.record.Row, number, u.ownership)
		return one.err
	}
	u.states[state] += sales
	if part == "C" {
		r.remark(one, "delivery only (Part C): not counted as sales")
		if u.largest < 0 && u.record.State == "" {
			u.record.State = state
		}
		return nil
	}
	u.sales, u.customers, u.hasSales, u.hasUser = u.sales+sales, u.customers+users, u.hasSales || hasSales, u.hasUser || hasUsers
	if sales > u.largest {
		u.largest, u.record.State, u.record.File, u.record.Row = sales, state, one.index, one.number
	}
	return nil
}

// checkSales refuses a release without a table of sales.
func checkSales(r *reading) error {
	if len(r.utilities) == 0 {
		return r.whole("Sales_Ult_Cust (or Short_Form) with a utility is needed beside the other tables: it says which utilities there are")
	}
	return nil
}

// readUtility adds the region of a utility that sells.
func readUtility(r *reading, one *row) error {
	number, err := r.utilityNumber(one)
	if err != nil || number == "" {
		return err
	}
	u := r.utilities[number]
	if u == nil {
		return r.skip(one, "a utility that sells to no customer")
	}
	if region := one.text("NERC Region"); region != "" && !strings.Contains(u.record.Words["nerc_region"], region) {
		u.record.Words["nerc_region"] = strings.TrimPrefix(u.record.Words["nerc_region"]+";"+region, ";")
	}
	return one.err
}

// giveUtilities gives what the rows came to, in the order of the numbers.
func giveUtilities(r *reading) error {
	for _, number := range slices.SortedFunc(maps.Keys(r.utilities), func(a, b string) int {
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	}) {
		u := r.utilities[number]
		owner, known := electricOwners[u.ownership]
		if !known {
			owner = "other"
		}
		facts := map[string]any{"sector": "electric", "eia_utility_id": number, "electric_ownership": owner, "ownership_type": ownersOfElectric[owner]}
		if u.ownership == "" {
			delete(facts, "electric_ownership")
			delete(facts, "ownership_type")
		}
		if u.hasSales {
			facts["mwh_sold_per_year"] = u.sales
		}
		if u.hasUser {
			facts["meters"] = int64(u.customers)
		}
		if u.record.State != "" {
			facts["state_or_territory"] = u.record.State
		}
		u.record.Facts = facts
		u.record.Words["ownership"] = u.ownership
		u.record.Words["states"] = strings.Join(slices.Sorted(maps.Keys(u.states)), ";")
		r.first[u.record.ID] = int32(u.record.Row)
		if err := r.give(u.record); err != nil {
			return err
		}
	}
	return nil
}

// readTerritory gives the counties that a utility serves.
func readTerritory(r *reading, one *row) error {
	number, err := r.utilityNumber(one)
	if err != nil || number == "" {
		return err
	}
	if _, known := r.first["eia:"+number]; !known {
		return r.skip(one, "a county of a utility that sells to no customer")
	}
	state, county := one.state("State"), one.text("County")
	if one.err != nil || state == "" || county == "" {
		return r.skip(one, "a county without a name or state")
	}
	return r.sink.Place("eia:"+number, Place{CountyName, CountyKey(state, county)})
}
