package layout

import (
	"fmt"
	"regexp"
	"strings"
)

var sdwis = Source{Name: "sdwis", Publisher: "Environmental Protection Agency", Title: "Safe Drinking Water Information System", Operators: true,
	parts: []part{
		{name: "SDWA_PUB_WATER_SYSTEMS", needed: true, many: true, read: readSystem, columns: []column{
			{name: "PWSID"}, {name: "PWS_NAME"}, {name: "PWS_ACTIVITY_CODE"}, {name: "PWS_TYPE_CODE"}, {name: "OWNER_TYPE_CODE"},
			{name: "POPULATION_SERVED_COUNT"}, {name: "SUBMISSIONYEARQUARTER", optional: true}, {name: "SERVICE_CONNECTIONS_COUNT", optional: true},
			{name: "CITY_NAME", optional: true}, {name: "STATE_CODE", optional: true}, {name: "PRIMARY_SOURCE_CODE", optional: true},
			{name: "IS_WHOLESALER_IND", optional: true}, {name: "IS_GRANT_ELIGIBLE_IND", optional: true},
		}},
		{name: "SDWA_GEOGRAPHIC_AREAS", many: true, read: readArea, columns: []column{{name: "PWSID"}, {name: "AREA_TYPE_CODE"}, {name: "ANSI_ENTITY_CODE"}}},
	}}

var (
	systemTypes  = map[string]string{"CWS": "cws", "NTNCWS": "ntncws", "TNCWS": "tncws"}
	systemOwners = map[string]string{"F": "government_federal", "L": "government_local", "N": "government_tribal", "P": "other_private", "S": "government_state"}
	activities   = map[string]string{"I": "inactive", "N": "changed from public to non-public", "M": "merged with another system", "P": "potential future system"}
)

func readSystem(r *reading, one *row) error {
	id := one.pwsid("PWSID")
	kind, activity, owner := one.must("PWS_TYPE_CODE"), one.must("PWS_ACTIVITY_CODE"), one.text("OWNER_TYPE_CODE")
	one.oneOf("PWS_TYPE_CODE", kind, "CWS", "NTNCWS", "TNCWS", "NP")
	if one.err != nil {
		return one.err
	}
	r.dated(one.text("SUBMISSIONYEARQUARTER"))
	if activity != "A" {
		reason, known := activities[activity]
		if !known {
			one.problem("PWS_ACTIVITY_CODE", "%q is none of A, I, N, M, P", shortened(activity))
			return one.err
		}
		return r.skip(one, "not active: "+reason)
	}
	if kind == "NP" {
		return r.skip(one, "not a public system")
	}
	record := Record{ID: "pwsid:" + id, Name: one.must("PWS_NAME"), State: one.state("STATE_CODE"), Town: one.text("CITY_NAME"),
		Facts: map[string]any{"sector": "drinking_water", "pwsid": id, "pws_type": systemTypes[kind]},
		Words: words("owner", owner, "primary_source", one.text("PRIMARY_SOURCE_CODE"), "connections", one.text("SERVICE_CONNECTIONS_COUNT"),
			"wholesaler", one.text("IS_WHOLESALER_IND"), "grant_eligible", one.text("IS_GRANT_ELIGIBLE_IND"))}
	if record.State == "" {
		record.State = stateOfSystem(id)
	}
	if known, ok := systemOwners[owner]; ok {
		record.Facts["ownership_type"] = known
	} else if owner != "" && owner != "M" {
		r.remark(one, fmt.Sprintf("owner %q is not known to this program", shortened(owner)))
	}
	if people, known := one.whole("POPULATION_SERVED_COUNT"); known {
		record.Facts["population_served"] = people
	}
	if connections, known := one.whole("SERVICE_CONNECTIONS_COUNT"); known {
		record.Facts["service_connections"] = connections
	}
	return r.keep(one, "PWSID", record)
}

// pwsid is the number of a water system: nine characters, a state or an EPA region first.
func (r *row) pwsid(column string) string {
	value := strings.ToUpper(r.must(column))
	if r.err != nil {
		return ""
	}
	if len(value) != 9 || strings.Trim(value, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		r.problem(column, "%q is not a PWSID: 9 letters and digits were expected", shortened(value))
	}
	return value
}

// systemNumber is what the fact pwsid takes.
var systemNumber = regexp.MustCompile(`^[A-Z0-9]{7}[0-9]{2}$`)

var areaIDs = regexp.MustCompile(`^[A-Z0-9]{7,10}(, [A-Z0-9]{7,10})*$`)

// areaID is the number of an area in the EPA list. Most are a PWSID; some states number areas of their own (KYDOP01), and 21 areas
// of Florida belong to several systems and list them.
func (r *row) areaID(column string) string {
	value := strings.ToUpper(r.must(column))
	if r.err == nil && !areaIDs.MatchString(value) {
		r.problem(column, "%q is not a PWSID: 9 letters and digits were expected", shortened(value))
	}
	return value
}

// stateOfSystem is the state that a PWSID begins with; "" where it begins with an EPA region or a tribe.
func stateOfSystem(pwsid string) string {
	if _, ok := stateByCode[pwsid[:2]]; ok {
		return pwsid[:2]
	}
	return ""
}

// readArea gives the counties that a system serves. The code is that of the county inside the state of the PWSID.
func readArea(r *reading, one *row) error {
	id := one.pwsid("PWSID")
	kind := one.must("AREA_TYPE_CODE")
	if one.err != nil {
		return one.err
	}
	if kind != "CN" {
		return r.skip(one, "an area that is no county")
	}
	if _, known := r.first["pwsid:"+id]; !known {
		return r.skip(one, "an area of a system that is not active or not in the list")
	}
	state, known := stateByCode[stateOfSystem(id)]
	code := one.text("ANSI_ENTITY_CODE")
	if !known || code == "" {
		return r.skip(one, "a county without a code")
	}
	one.digits("ANSI_ENTITY_CODE", 1, 3)
	if one.err != nil {
		return one.err
	}
	return r.sink.Place("pwsid:"+id, Place{County, state.fips + fmt.Sprintf("%03s", code)})
}

var epaSystems = Source{Name: "epa-cws", Publisher: "Environmental Protection Agency", Title: "Community water systems and their service areas", Operators: true,
	parts: []part{
		{name: "CWS_Populations", comma: '\t', tolerant: true, needed: true, read: readMappedSystem, columns: []column{
			{name: "PWSID"}, {name: "PWS_Name"}, {name: "Primacy_Agency"}, {name: "Population_Served_Count"}, {name: "Service_Connections_Count"},
			{name: "Service_Area_Type", optional: true},
		}},
		{name: "the systems without a mapped area (Missing_CWS)", latin: true, read: readUnmappedSystem, columns: []column{
			{name: "PWS ID"}, {name: "PWS Name"}, {name: "Primacy Agency"}, {name: "Population Served Count"}, {name: "Service Connections Count"},
		}},
		{name: "PWS_ZipCodes", read: readSystemZIP, columns: []column{{name: "PWSID"}, {name: "Zip"}}},
	}}

func readMappedSystem(r *reading, one *row) error {
	return r.communitySystem(one, "PWSID", "PWS_Name", "Primacy_Agency", "Population_Served_Count", "Service_Connections_Count")
}

func readUnmappedSystem(r *reading, one *row) error {
	id := one.areaID("PWS ID")
	if before, seen := r.first["pwsid:"+id]; seen && before > 0 && one.err == nil {
		return r.skip(one, "a system of the main list")
	}
	return r.communitySystem(one, "PWS ID", "PWS Name", "Primacy Agency", "Population Served Count", "Service Connections Count")
}

// communitySystem reads a community water system. The columns are those of either list.
func (r *reading) communitySystem(one *row, idColumn, name, agency, people, connections string) error {
	id := one.areaID(idColumn)
	if one.err != nil {
		return one.err
	}
	if strings.Contains(id, ",") {
		r.remark(one, "one area of several systems, without name and population")
	}
	record := Record{ID: "pwsid:" + id, Name: one.text(name), State: stateOfSystem(id),
		Facts: map[string]any{"sector": "drinking_water", "pws_type": "cws"},
		Words: words("agency", one.text(agency), "area_type", one.text("Service_Area_Type"))}
	if systemNumber.MatchString(id) { // the number of an area is nobody's PWSID
		record.Facts["pwsid"] = id
	}
	if number, known := one.whole(people, "NA"); known {
		record.Facts["population_served"] = number
	}
	if number, known := one.whole(connections, "NA"); known {
		record.Facts["service_connections"] = number
	}
	if record.Name == "NA" {
		record.Name = ""
	}
	if record.State == "" { // a tribe's system under a state's agency
		record.State = stateByName[strings.ToUpper(one.text(agency))]
	}
	return r.keep(one, idColumn, record)
}

func readSystemZIP(r *reading, one *row) error {
	id := one.pwsid("PWSID")
	zip := one.zip("Zip")
	if one.err != nil {
		return one.err
	}
	if zip == "" && one.text("Zip") == "NA" {
		return r.skip(one, "a system without a ZIP code")
	}
	if zip == "" {
		one.problem("Zip", "%q is not a ZIP code of 5 digits", shortened(one.text("Zip")))
		return one.err
	}
	if _, known := r.first["pwsid:"+id]; !known {
		return r.skip(one, "a ZIP code of a system that is not in the list")
	}
	return r.sink.Place("pwsid:"+id, Place{ZIP, zip})
}
