package layout

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

var rucaZIP = Source{Name: "ruca-zip", Publisher: "USDA Economic Research Service", Title: "Rural-Urban Commuting Area codes by ZIP code",
	parts: []part{{name: "the list of ZIP codes", needed: true, read: readRUCA, columns: []column{
		{name: "ZIPCode", older: []string{"ZIP_CODE", "ZIP Code"}},
		{name: "State", older: []string{"STATE"}},
		{name: "PrimaryRUCA", older: []string{"RUCA1"}},
		{name: "SecondaryRUCA", older: []string{"RUCA2"}, optional: true},
		{name: "POName", optional: true},
	}}}}

func readRUCA(r *reading, one *row) error {
	zip := strings.Trim(one.must("ZIPCode"), "'") // the release of 2010 wrote '00001'
	if one.err == nil && (len(zip) != 5 || strings.Trim(zip, "0123456789") != "") {
		one.problem("ZIPCode", "%q is not a ZIP code of 5 digits", shortened(zip))
	}
	code, known := one.whole("PrimaryRUCA")
	if one.err == nil && (!known || code < 1 || code > 10 && code != 99) {
		one.problem("PrimaryRUCA", "%q is not a code from 1 to 10 (or 99, not coded)", shortened(one.text("PrimaryRUCA")))
	}
	record := Record{ID: "zip:" + zip, Name: one.text("POName"), State: one.state("State"), Facts: map[string]any{}, Places: []Place{{ZIP, zip}},
		Words: words("secondary", one.text("SecondaryRUCA"))}
	if code != 99 {
		record.Facts["ruca_code"] = code
	}
	return r.keep(one, "ZIPCode", record)
}

var rucc = Source{Name: "rucc", Publisher: "USDA Economic Research Service", Title: "Rural-Urban Continuum Codes by county",
	parts: []part{{name: "the list of counties", needed: true, latin: true, read: readRUCC, done: giveRUCC, columns: []column{
		{name: "FIPS"}, {name: "State"}, {name: "County_Name", older: []string{"County Name"}}, {name: "Attribute"}, {name: "Value"},
	}}}}

// ruralRow is what the rows of one county come to: the file has one for each attribute.
type ruralRow struct{ record Record }

var ruccAttribute = regexp.MustCompile(`^RUCC_(\d{4})$`)

func readRUCC(r *reading, one *row) error {
	fips := one.digits("FIPS", 4, 5)
	if len(fips) == 4 {
		fips = "0" + fips // lost in the copies of spreadsheet programs
	}
	name, state, attribute := one.must("County_Name"), one.state("State"), one.must("Attribute")
	if one.err != nil {
		return one.err
	}
	c := r.counties[fips]
	if c == nil {
		c = &ruralRow{Record{ID: "county:" + fips, Name: name, State: state, File: one.index, Row: one.number, Facts: map[string]any{}, Words: map[string]string{},
			Places: []Place{{County, fips}, {CountyName, CountyKey(state, name)}}}}
		r.counties[fips] = c
	}
	if _, seen := c.record.Words[attribute]; seen {
		one.problem("Attribute", "county %s has %s twice", fips, shortened(attribute))
		return one.err
	}
	c.record.Words[attribute] = one.text("Value")
	year := ruccAttribute.FindStringSubmatch(attribute)
	if year == nil {
		return one.err
	}
	code, known := one.whole("Value")
	if one.err == nil && (!known || code < 1 || code > 9) {
		one.problem("Value", "%q is not a code from 1 to 9", shortened(one.text("Value")))
	}
	r.dated(year[1])
	c.record.Facts["rucc_code"], c.record.Row = code, one.number
	return one.err
}

func giveRUCC(r *reading) error {
	all := make([]Record, 0, len(r.counties))
	for _, c := range r.counties {
		all = append(all, c.record)
	}
	slices.SortFunc(all, func(a, b Record) int { return strings.Compare(a.ID, b.ID) })
	for _, record := range all {
		if err := r.give(record); err != nil {
			return err
		}
	}
	return nil
}

// placesOf are the ZIP code and the county of an address.
func placesOf(zip, state, county string) []Place {
	var places []Place
	if zip != "" {
		places = append(places, Place{ZIP, zip})
	}
	if state != "" && county != "" {
		places = append(places, Place{CountyName, CountyKey(state, county)})
	}
	return places
}

var countyKinds = []string{" CITY AND BOROUGH", " PLANNING REGION", " CENSUS AREA", " MUNICIPALITY", " MUNICIPIO", " COUNTY", " PARISH", " BOROUGH"}

// CountyKey writes a county so that registers which spell it differently agree: capitals without accents, dots and apostrophes, ST
// for SAINT, without the word for county and without blanks (DE KALB is DeKalb). CITY stays: in Virginia and Missouri a city and a county share a name.
func CountyKey(state, name string) string {
	var plain strings.Builder
	for _, c := range norm.NFD.String(strings.ToUpper(name)) {
		switch {
		case unicode.Is(unicode.Mn, c) || c == '.' || c == '\'' || c == '’' || c == '`':
		case c == '-':
			plain.WriteRune(' ')
		default:
			plain.WriteRune(c)
		}
	}
	key := strings.Join(strings.Fields(plain.String()), " ")
	for _, kind := range countyKinds {
		if short, found := strings.CutSuffix(key, kind); found {
			key = short
			break
		}
	}
	if rest, found := strings.CutPrefix(key, "SAINTE "); found {
		key = "STE " + rest
	}
	if rest, found := strings.CutPrefix(key, "SAINT "); found {
		key = "ST " + rest
	}
	return state + "|" + strings.ReplaceAll(key, " ", "")
}
