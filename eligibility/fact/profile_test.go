package fact

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestProfileText(t *testing.T) {
	v := vocabularyOf(t)
	p := Profile{
		"hospital_type":     String("cah").From(Register, "cms-hospitals").On("2026-02-01"),
		"available_beds":    Between(AtMost(49)).From(Document, "cost report"),
		"static_public_ips": Bool(true),
		"memberships":       Set().From(Verified, ""),
		"is_us_based":       Bool(true).From(Stated, SourceDerived),
		"has_ot":            {},
	}
	text, err := v.FormatProfile(p)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"available_beds":{"value":{"max":49},"evidence":"document","source":"cost report"},` +
		`"hospital_type":{"value":"cah","evidence":"register","source":"cms-hospitals","as_of":"2026-02-01"},` +
		`"is_us_based":{"value":true,"evidence":"stated","source":"derived"},` +
		`"memberships":{"value":[],"evidence":"verified"},"static_public_ips":{"value":true,"evidence":"stated"}}`
	if string(text) != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
	back, err := v.ParseProfile(text)
	if err != nil {
		t.Fatal(err)
	}
	delete(p, "has_ot") // unknown, so it stands nowhere
	if !reflect.DeepEqual(back, p) {
		t.Errorf("%v became %v", p, back)
	}
}

// What was frozen before profiles kept their evidence are facts as JSON: they are read as stated.
func TestProfileOfPlainFacts(t *testing.T) {
	v := vocabularyOf(t)
	const text = `{"available_beds":{"over":2,"max":9},"hospital_type":"cah","memberships":["awwa"],"uses_microsoft_365":null,
		"has_ot":{"value":null,"evidence":"register"}}`
	plain := Profile{"available_beds": Between(Range(3, 9)), "hospital_type": String("cah"), "memberships": Set("awwa")}
	got, err := v.ParseProfile([]byte(text))
	if err != nil || !reflect.DeepEqual(got, plain) {
		t.Errorf("got %v (%v), want %v", got, err, plain)
	}
}

func TestParseProfileRefuses(t *testing.T) {
	cases := []struct{ json, message string }{
		{`[]`, "one JSON object"},
		{`{"hospital_typ":{"value":"cah"}}`, `nearest known: "hospital_type"`},
		{`{"hospital_type":{"value":"kah"}}`, `expected one of "cah"`},
		{`{"hospital_type":{"evidence":"register"}}`, `expected one of "cah"`},
		{`{"hospital_type":{"value":"cah","evidence":"sworn"}}`, "(stated, document, register, verified)"},
		{`{"hospital_type":{"value":"cah","evidence":3}}`, "(stated, document, register, verified)"},
		{`{"hospital_type":{"value":"cah","origin":"x"}}`, `origin: "x"`},
		{`{"hospital_type":{"value":"cah","source":null}}`, "source: null"},
		{`{"hospital_type":{"value":"cah","source":"` + strings.Repeat("x", textLimit+1) + `"}}`, "a source of valid text"},
		{`{"hospital_type":{"value":"cah","as_of":"2026-02-30"}}`, "a day like 2026-11-22"},
		{`{"hospital_type":{"value":"cah"},"hospital_type":"cah"}`, "it stands twice"},
	}
	for _, c := range cases {
		_, err := vocabularyOf(t).ParseProfile([]byte(c.json))
		var problem *Error
		if !errors.As(err, &problem) || !strings.Contains(err.Error(), c.message) {
			t.Errorf("%s: got %v, want %q", c.json, err, c.message)
		}
	}
}

func TestFormatProfileRefuses(t *testing.T) {
	for name, p := range map[string]Profile{
		"unknown fact": {"beds": Int(1)}, "wrong value": {"available_beds": Int(-1)}, "evidence": {"available_beds": Int(1).From(9, "")},
		"source": {"available_beds": Int(1).From(Register, "\xff")}, "day": {"available_beds": Int(1).On("today")},
	} {
		var problem *Error
		if text, err := vocabularyOf(t).FormatProfile(p); !errors.As(err, &problem) {
			t.Errorf("%s: got %s (%v)", name, text, err)
		}
	}
}

func TestProfileRoundTrip(t *testing.T) {
	v := vocabularyOf(t)
	var ids []ID
	for _, f := range v.Facts() {
		ids = append(ids, f.ID)
	}
	rapid.Check(t, func(t *rapid.T) {
		p := drawProfile(t, v, ids, true)
		for id, value := range p {
			value = value.From(rapid.SampledFrom([]Evidence{Stated, Document, Register, Verified}).Draw(t, "evidence"),
				rapid.SampledFrom([]string{"", "check", SourceDerived, "cms-hospitals", "sworn \"statement\"\n"}).Draw(t, "source"))
			p[id] = value.On(rapid.SampledFrom([]string{"", "2026-11-22", "2024-02-29"}).Draw(t, "as of"))
		}
		text, err := v.FormatProfile(p)
		if err != nil {
			t.Fatal(err)
		}
		back, err := v.ParseProfile(text)
		if err != nil || len(back) != len(p) {
			t.Fatalf("%v became %v by way of %s (%v)", p, back, text, err)
		}
		for id, value := range p {
			got := back[id]
			if !got.Equal(value) || got.Evidence != value.Evidence || got.Source != value.Source || got.AsOf != value.AsOf {
				t.Fatalf("%s: %+v became %+v by way of %s", id, value, got, text)
			}
		}
		if again, err := v.FormatProfile(back); err != nil || string(again) != string(text) {
			t.Fatalf("not canonical: %s, then %s (%v)", text, again, err)
		}
		facts, err := v.FormatFacts(p)
		if err != nil {
			t.Fatal(err)
		}
		if plain, err := v.ParseProfile(facts); err != nil || len(plain) != len(p) {
			t.Fatalf("the facts as JSON are no profile: %s (%v)", facts, err)
		}
	})
}

func FuzzParseProfile(f *testing.F) {
	f.Add([]byte(`{"available_beds":{"value":{"over":2,"max":9},"evidence":"register","source":"x","as_of":"2026-11-22"}}`))
	f.Add([]byte(`{"available_beds":{"over":2,"max":9},"hospital_type":"cah","legal_name":{"value":"\ud800"}}`))
	f.Add([]byte(`{"memberships":{"value":["awwa"],"value":[],"evidence":""}}`))
	v, err := standard()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := v.ParseProfile(text)
		if err != nil {
			var problem *Error
			if !errors.As(err, &problem) || problem.Expected == "" {
				t.Fatalf("error %v is no Error", err)
			}
			return
		}
		canonical, err := v.FormatProfile(p)
		if err != nil {
			t.Fatalf("read but not written: %v", err)
		}
		back, err := v.ParseProfile(canonical)
		if err != nil {
			t.Fatalf("%s: %v", canonical, err)
		}
		again, err := v.FormatProfile(back)
		if err != nil || string(again) != string(canonical) || len(back) != len(p) {
			t.Fatalf("%s then %s (%v)", canonical, again, err)
		}
	})
}
