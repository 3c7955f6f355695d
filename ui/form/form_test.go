package form

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"accessdesk/data/locale"
	"accessdesk/eligibility"
	"accessdesk/ui/web"

	"pgregory.net/rapid"
)

func request(t testing.TB, lang string) *web.Request {
	t.Helper()
	locales, err := locale.Bundle()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, missing := range locales.Missing() {
			t.Errorf("missing text: %s", missing)
		}
	})
	vocabulary, err := eligibility.Standard()
	if err != nil {
		t.Fatal(err)
	}
	site := &web.Site{}
	site.Desk.Vocabulary = vocabulary
	return &web.Request{Site: site, Lang: lang, L: locales.In(lang)}
}

func TestPlainNumber(t *testing.T) {
	for _, c := range []struct {
		typed    string
		decimals bool
		want     string
		ok       bool
	}{
		{"3300", false, "3300", true}, {"3,300", false, "3300", true}, {"$1,250,000", false, "1250000", true}, {" 4 200 ", false, "4200", true},
		{"0007", false, "7", true}, {"0", false, "0", true}, {"000", false, "0", true}, {"96.5", true, "96.5", true}, {"00.50", true, "0.50", true},
		{"96.5", false, "", false}, {"96.", true, "", false}, {".5", true, "", false}, {"", false, "", false}, {"-3", false, "", false}, {"1e5", false, "", false},
		{"three", false, "", false}, {"1.2.3", true, "", false}, {"٣", false, "", false}, {strings.Repeat("9", 25), false, "", false},
	} {
		if got, ok := plainNumber(c.typed, c.decimals); got != c.want || ok != c.ok {
			t.Errorf("plainNumber(%q, %t) = %q, %t; want %q, %t", c.typed, c.decimals, got, ok, c.want, c.ok)
		}
	}
}

// FuzzPlainNumber: what is taken for a number is one, and writing it out with separators reads back as the same.
func FuzzPlainNumber(f *testing.F) {
	for _, seed := range []string{"3,300", "$12.50", "1e9", "--5", "0x10", "1_000", "∞", "9.9.9"} {
		f.Add(seed, true)
		f.Add(seed, false)
	}
	f.Fuzz(func(t *testing.T, typed string, decimals bool) {
		plain, ok := plainNumber(typed, decimals)
		if !ok {
			return
		}
		if _, err := strconv.ParseFloat(plain, 64); err != nil || strings.Trim(plain, "0123456789.") != "" {
			t.Fatalf("%q was taken for the number %q", typed, plain)
		}
		if !decimals && strings.Contains(plain, ".") {
			t.Fatalf("%q: %q is not whole", typed, plain)
		}
		if again, ok := plainNumber(GroupDigits(plain), decimals); ok && again != plain {
			t.Fatalf("%q: %q with separators reads %q", typed, plain, again)
		}
	})
}

func TestGroupedDigits(t *testing.T) {
	for number, want := range map[string]string{"1": "1", "999": "999", "1000": "1,000", "1234567": "1,234,567", "3999999.5": "3,999,999.5", "-1000": "-1,000"} {
		if got := GroupDigits(number); got != want {
			t.Errorf("GroupDigits(%s) = %s, want %s", number, got, want)
		}
	}
}

// TestDates: a date that exists is stored as such, and the three inputs show what was typed, whether it exists or not.
func TestDates(t *testing.T) {
	r := request(t, "en")
	rapid.Check(t, func(t *rapid.T) {
		month := rapid.SampledFrom([]string{"", "1", "2", "4", "12"}).Draw(t, "month")
		day := rapid.SampledFrom([]string{"", "1", "9", "28", "29", "30", "31", "32", "x"}).Draw(t, "day")
		year := rapid.SampledFrom([]string{"", "2024", "2027", "27"}).Draw(t, "year")
		text := rawDateText(month, day, year)
		if month+day+year == "" {
			if text != "" {
				t.Fatalf("nothing typed gives %q", text)
			}
			return
		}
		date, err := time.Parse(time.DateOnly, text)
		if err == nil && (fmt.Sprint(int(date.Month())) != month || fmt.Sprint(date.Day()) != day) {
			t.Fatalf("%s/%s/%s became %s", month, day, year, text)
		}
		f := Field{ID: "q-from"}
		f.rawDate(r, text)
		shown := slices.IndexFunc(f.Parts[0].Choices, func(c Choice) bool { return c.Checked })
		if f.Parts[0].Choices[shown].Value != month || f.Parts[1].Value != day || err != nil && f.Parts[2].Value != year {
			t.Fatalf("%q/%q/%q (%q) is shown as %q/%q/%q", month, day, year, text, f.Parts[0].Choices[shown].Value, f.Parts[1].Value, f.Parts[2].Value)
		}
	})
}

// TestEveryFactHasAField walks the vocabulary in both languages: each fact that is ever asked has a label, an input and,
// where there is a choice, ids of its own; numbers are never asked in bands.
func TestEveryFactHasAField(t *testing.T) {
	for _, lang := range []string{"en", "es"} {
		r := request(t, lang)
		for _, fact := range r.Desk().Vocabulary.Facts() {
			if fact.Ask == eligibility.AskNever || fact.ID == eligibility.AdditionalSectorsFact {
				continue
			}
			f := NewFact(r, fact, nil)
			if f.Label == "" || f.ID != FactID(fact.ID) || f.Key != string(fact.ID) {
				t.Errorf("%s %s: %+v", lang, fact.ID, f)
			}
			if fact.Type.Numeric() && (f.Kind != Text || f.Mode == "") {
				t.Errorf("%s: a number is typed, not %s", fact.ID, f.Kind)
			}
			if fact.Type == eligibility.TypeList && f.Kind != Area {
				t.Errorf("%s: a list needs several lines", fact.ID)
			}
			seen := map[string]bool{}
			for _, c := range f.Choices {
				if c.Text == "" || seen[c.ID] || seen[c.Value] {
					t.Errorf("%s %s: choice %+v", lang, fact.ID, c)
				}
				seen[c.ID], seen[c.Value] = true, true
			}
			if (f.IsRadios() || f.IsTicks() || f.IsSelect()) != (len(f.Choices) > 0) || len(f.Choices) > 0 && f.Choices[0].ID != f.ID {
				t.Errorf("%s: the choices do not fit the kind %s", fact.ID, f.Kind)
			}
		}
	}
}

// TestFactsShowWhatIsKnown: a value of each type stands in its field.
func TestFactsShowWhatIsKnown(t *testing.T) {
	r := request(t, "en")
	profile := eligibility.Profile{
		"population_served": eligibility.Int(4200), "total_assets": eligibility.Between(eligibility.Below(1_000_000_000)), "avg_los_hours": eligibility.Decimal(96.5),
		"mfa_in_place": eligibility.String("some"), "state_or_territory": eligibility.String("NM"), "memberships": eligibility.Set(),
		"sam_expires_on": eligibility.String("2027-02-05"), "ip_ranges": eligibility.List("192.0.2.0/24", "192.0.2.1"), "has_ot": eligibility.Bool(false),
		"sector": eligibility.String("electric"), "additional_sectors": eligibility.Set("gas"),
	}
	chosen := func(f Field) string {
		var values []string
		for _, c := range f.Choices {
			if c.Checked {
				values = append(values, c.Value)
			}
		}
		return strings.Join(values, " ")
	}
	for id, want := range map[eligibility.FactID]string{"population_served": "4,200", "avg_los_hours": "96.5", "mfa_in_place": "some", "state_or_territory": "NM",
		"memberships": "none", "ip_ranges": "192.0.2.0/24\n192.0.2.1", "has_ot": "no", "sector": "electric gas", "total_assets": ""} {
		fact, _ := r.Desk().Vocabulary.Fact(id)
		f := NewFact(r, fact, profile)
		if got := f.Value + chosen(f); got != want {
			t.Errorf("%s shows %q, want %q", id, got, want)
		}
		if id == "total_assets" && !strings.Contains(f.Note, "Less than $1,000,000,000") {
			t.Errorf("the band is not said: %q", f.Note)
		}
	}
	if got := SayFact(r, profile, "sector"); got != "Electric utility and Natural gas utility" {
		t.Errorf("sectors: %q", got)
	}
	if got := SayFact(r, profile, "ein"); got != "" {
		t.Errorf("an unknown fact: %q", got)
	}
}
