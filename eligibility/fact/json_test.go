package fact

import (
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParseFacts(t *testing.T) {
	got := factsOf(t, `{
		"static_public_ips": true, "has_ot": false, "available_beds": 25, "total_assets": 1250000000, "mwh_sold_per_year": 3999999.5,
		"hospital_type": "cah", "memberships": ["ms_isac", "awwa", "awwa"], "insider_risk_controls": [], "sam_expires_on": "2027-01-31",
		"pwsid": "GA0010000", "legal_name": "Cedar Flats Water District", "named_users": ["b", "a"], "uses_microsoft_365": null,
		"population_served": {"over": 500, "max": 3300}, "avg_los_hours": {"min": 24, "below": 96}, "employees_fte": {"min": 7, "max": 7}}`)
	want := Profile{
		"static_public_ips": Bool(true), "has_ot": Bool(false), "available_beds": Int(25), "total_assets": Int(1_250_000_000),
		"mwh_sold_per_year": Decimal(3999999.5), "hospital_type": String("cah"), "memberships": Set("awwa", "ms_isac"),
		"insider_risk_controls": Set(), "sam_expires_on": String("2027-01-31"), "pwsid": String("GA0010000"),
		"legal_name": String("Cedar Flats Water District"), "named_users": List("b", "a"),
		"population_served": Between(Range(501, 3300)), "avg_los_hours": Between(Interval{Low: 24, High: 96, HighOpen: true}),
		"employees_fte": Int(7),
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	text, err := vocabularyOf(t).FormatFacts(got)
	if err != nil {
		t.Fatal(err)
	}
	const canonical = `{"available_beds":25,"avg_los_hours":{"min":24,"below":96},"employees_fte":7,"has_ot":false,"hospital_type":"cah",` +
		`"insider_risk_controls":[],"legal_name":"Cedar Flats Water District","memberships":["awwa","ms_isac"],"mwh_sold_per_year":3999999.5,` +
		`"named_users":["b","a"],"population_served":{"min":501,"max":3300},"pwsid":"GA0010000","sam_expires_on":"2027-01-31",` +
		`"static_public_ips":true,"total_assets":1250000000}`
	if string(text) != canonical {
		t.Errorf("got  %s\nwant %s", text, canonical)
	}
}

func TestParseFactsRefuses(t *testing.T) {
	cases := []struct {
		json    string
		fact    ID
		nearest ID
		message string // must be part of the error
	}{
		{`{"availble_beds": 25}`, "availble_beds", "available_beds", "nearest known"},
		{`{"population": 25}`, "population", "", "nearest known"},
		{`{"has_ot": "yes"}`, "has_ot", "", "true or false"},
		{`{"has_ot": 1}`, "has_ot", "", "true or false"},
		{`{"available_beds": "25"}`, "available_beds", "", "whole number"},
		{`{"available_beds": 25.5}`, "available_beds", "", "whole number"},
		{`{"available_beds": -1}`, "available_beds", "", "from 0"},
		{`{"available_beds": 1e300}`, "available_beds", "", "whole number"},
		{`{"total_assets": 9007199254740992}`, "total_assets", "", "whole US dollars"},
		{`{"available_beds": true}`, "available_beds", "", "whole number"},
		{`{"available_beds": {}}`, "available_beds", "", "band"},
		{`{"available_beds": {"Min": 3}}`, "available_beds", "", "band"},
		{`{"available_beds": {"min": "3"}}`, "available_beds", "", "band"},
		{`{"available_beds": {"min": 9, "max": 3}}`, "available_beds", "", "band"},
		{`{"available_beds": {"over": 3, "below": 4}}`, "available_beds", "", "band"},
		{`{"available_beds": {"max": -5}}`, "available_beds", "", "band"},
		{`{"total_assets": 12.5}`, "total_assets", "", "whole US dollars"},
		{`{"loan_to_asset_ratio": 101}`, "loan_to_asset_ratio", "", "up to 100"},
		{`{"mwh_sold_per_year": 1e400}`, "mwh_sold_per_year", "", "a number"},
		{`{"hospital_type": "CAH"}`, "hospital_type", "", `"cah"`},
		{`{"hospital_type": ["cah"]}`, "hospital_type", "", `"cah"`},
		{`{"state_or_territory": "Texas"}`, "state_or_territory", "", "56 in all"},
		{`{"memberships": "awwa"}`, "memberships", "", "array"},
		{`{"memberships": ["awwb"]}`, "memberships", "", "array"},
		{`{"memberships": [null]}`, "memberships", "", "array"},
		{`{"named_users": [""]}`, "named_users", "", "array"},
		{`{"sam_expires_on": "31.01.2027"}`, "sam_expires_on", "", "2026-11-22"},
		{`{"sam_expires_on": "2027-02-30"}`, "sam_expires_on", "", "2026-11-22"},
		{`{"pwsid": "GA001"}`, "pwsid", "", "form"},
		{`{"legal_name": ""}`, "legal_name", "", "1 to 4000"},
		{`{"has_ot": true, "has_ot": true}`, "has_ot", "", "twice"},
		{`[]`, "", "", "object"},
		{``, "", "", "object"},
		{"{\n\"has_ot\": tru}", "", "", "line 2"},
		{`{"has_ot": true} {}`, "", "", "object"},
		{`{"has_ot": true`, "", "", "object"},
		{`null`, "", "", "object"},
	}
	for _, c := range cases {
		p, err := vocabularyOf(t).ParseFacts([]byte(c.json))
		var problem *Error
		if !errors.As(err, &problem) {
			t.Errorf("%s: got %v, %v; want a Error", c.json, p, err)
			continue
		}
		if problem.Fact != c.fact || !strings.Contains(err.Error(), c.message) || c.nearest != "" && problem.Nearest != c.nearest {
			t.Errorf("%s: %v (fact %q, nearest %q)", c.json, err, problem.Fact, problem.Nearest)
		}
	}
	for _, garbage := range []string{"0x1p4", "1_0", "+5", "NaN", " ", "{"} {
		if value, err := vocabularyOf(t).ParseValue("available_beds", []byte(garbage)); err == nil {
			t.Errorf("ParseValue(%q) = %v", garbage, value)
		}
	}
}

func TestValuesThatSayNothingAreUnknown(t *testing.T) {
	for name, value := range map[string]Value{
		"zero": {}, "no bounds": Between(Everything()), "no number inside": Between(Range(3, 1)), "not a number": Decimal(math.NaN()), "infinite": Decimal(math.Inf(1)),
		"one end left out of a point": Between(Interval{Low: 1, High: 1, LowOpen: true}),
	} {
		if value.Known() {
			t.Errorf("%s: %v is known", name, value)
		}
	}
	if got := Int(-5).Within(AtLeast(0)); !got.Equal(Int(-5)) || !Bool(true).Within(Exactly(1)).Equal(Bool(true)) {
		t.Errorf("a value outside became %v", got)
	}
	if got := Between(AtMost(500)).Within(AtLeast(0)); !got.Equal(Between(Range(0, 500))) {
		t.Errorf("cut to %v", got)
	}
	number, exact := Int(7).Number()
	if band := Between(Range(1, 2)); number != 7 || !exact || !band.IsBand() || Int(7).IsBand() || Bool(true).IsBand() {
		t.Error("numbers and bands are mixed up")
	}
	for _, name := range []string{"stated", "document", "register", "verified", ""} {
		evidence, ok := ParseEvidence(name)
		if !ok || name != "" && evidence.String() != name {
			t.Errorf("evidence %q: %v", name, evidence)
		}
	}
	if _, ok := ParseEvidence("hearsay"); ok || Evidence(9).String() != "stated" {
		t.Error("unknown evidence")
	}
}

func TestFormatFactsRefuses(t *testing.T) {
	for id, value := range map[ID]Value{
		"no_such_fact": Bool(true), "has_ot": Int(1), "available_beds": Decimal(2.5), "hospital_type": String("clinic"), "memberships": Set("x"),
	} {
		text, err := vocabularyOf(t).FormatFacts(Profile{id: value})
		var problem *Error
		if !errors.As(err, &problem) || problem.Fact != id {
			t.Errorf("%s %v: %s, %v", id, value, text, err)
		}
	}
	text, err := vocabularyOf(t).FormatFacts(Profile{"mwh_sold_per_year": Decimal(math.NaN()), "has_ot": Value{}})
	if err != nil || string(text) != `{"has_ot":null,"mwh_sold_per_year":null}` {
		t.Errorf("unknown values: %s, %v", text, err)
	}
}

// drawValue draws any value that a fact can have, bands included if wanted.
func drawValue(t *rapid.T, f Fact, bands bool) Value {
	switch f.Type {
	case TypeBool:
		return Bool(rapid.Bool().Draw(t, "flag"))
	case TypeInt, TypeMoney, TypeDecimal:
		return drawNumber(t, f, bands)
	case TypeEnum:
		return String(rapid.SampledFrom(f.ValueNames()).Draw(t, "value"))
	case TypeSet:
		return Set(rapid.SliceOfN(rapid.SampledFrom(f.ValueNames()), 0, 4).Draw(t, "items")...)
	case TypeList:
		return List(rapid.SliceOfN(rapid.StringN(1, 8, -1), 0, 3).Draw(t, "items")...)
	case TypeDate:
		return String(rapid.SampledFrom([]string{"2025-12-31", "2026-11-22", "2027-02-28"}).Draw(t, "date"))
	}
	return String(rapid.StringN(1, 12, -1).Draw(t, "text"))
}

func drawNumber(t *rapid.T, f Fact, bands bool) Value {
	limits := f.Limits()
	low, high := max(limits.Low, -50), min(limits.High, 200)
	draw := func(name string) float64 {
		if f.Type.Whole() {
			return float64(rapid.IntRange(int(low), int(high)).Draw(t, name))
		}
		return float64(rapid.IntRange(int(low)*4, int(high)*4).Draw(t, name)) / 4
	}
	if !bands || rapid.IntRange(0, 2).Draw(t, "exact") == 0 {
		return Decimal(draw("number"))
	}
	a, b := draw("a"), draw("b")
	span := Interval{Low: min(a, b), High: max(a, b), LowOpen: rapid.Bool().Draw(t, "open"), HighOpen: rapid.Bool().Draw(t, "below")}
	switch rapid.IntRange(0, 3).Draw(t, "bounds") {
	case 0:
		span.Low = math.Inf(-1)
	case 1:
		span.High = math.Inf(1)
	}
	span = f.Canonical(span)
	if span.Empty() || !f.Holds(span) {
		return Decimal(a)
	}
	return Between(span)
}

// drawProfile draws values for some of the given facts.
func drawProfile(t *rapid.T, v *Vocabulary, ids []ID, bands bool) Profile {
	p := Profile{}
	for _, id := range ids {
		f, _ := v.Fact(id)
		if f.Pattern != "" || !rapid.Bool().Draw(t, string(id)) {
			continue
		}
		p[id] = drawValue(t, f, bands)
	}
	return p
}

func TestFactsRoundTrip(t *testing.T) {
	v := vocabularyOf(t)
	var ids []ID
	for _, f := range v.Facts() {
		ids = append(ids, f.ID)
	}
	rapid.Check(t, func(t *rapid.T) {
		p := drawProfile(t, v, ids, true)
		text, err := v.FormatFacts(p)
		if err != nil {
			t.Fatal(err)
		}
		if !json.Valid(text) {
			t.Fatalf("no JSON: %s", text)
		}
		back, err := v.ParseFacts(text)
		if err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		if len(back) != len(p) {
			t.Fatalf("%v became %v by way of %s", p, back, text)
		}
		for id := range p {
			if !back[id].Equal(p[id]) {
				t.Fatalf("%s: %v became %v by way of %s", id, p[id], back[id], text)
			}
		}
		again, err := v.FormatFacts(back)
		if err != nil || string(again) != string(text) {
			t.Fatalf("not canonical: %s, then %s (%v)", text, again, err)
		}
	})
}

func FuzzParseFacts(f *testing.F) {
	f.Add([]byte(`{"available_beds":{"over":2,"max":9},"hospital_type":"cah","memberships":["awwa"]}`))
	f.Add([]byte(`{"mwh_sold_per_year":-0.0,"legal_name":"\ud800","static_public_ips":null}`))
	f.Add([]byte(`{"avg_los_hours":{"min":1e-320,"below":1e300}}`))
	v, err := standard()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := v.ParseFacts(text)
		if err != nil {
			var problem *Error
			if !errors.As(err, &problem) || problem.Expected == "" {
				t.Fatalf("error %v is no Error", err)
			}
			return
		}
		canonical, err := v.FormatFacts(p)
		if err != nil {
			t.Fatalf("read but not written: %v", err)
		}
		back, err := v.ParseFacts(canonical)
		if err != nil {
			t.Fatalf("%s: %v", canonical, err)
		}
		again, err := v.FormatFacts(back)
		if err != nil || string(again) != string(canonical) {
			t.Fatalf("%s then %s (%v)", canonical, again, err)
		}
	})
}
