package eligibility

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"accessdesk/eligibility/share"

	"pgregory.net/rapid"
)

// drawShares draws how often answers are given in some sectors: also never, and not known.
func drawShares(t *rapid.T, v *Vocabulary) *Shares {
	var kept []StoredShare
	for _, sector := range []string{"electric", "health", "drinking_water"} {
		for _, f := range v.Facts() {
			if f.Ask != AskCheck || rapid.IntRange(0, 2).Draw(t, "known") == 0 {
				continue
			}
			one := Share{Organizations: share.Least, Values: map[string]int{}}
			names := f.ValueNames()
			if f.Type == TypeBool {
				names = []string{"true", "false"}
			}
			for _, name := range names {
				one.Values[name] = rapid.SampledFrom([]int{0, 0, 0, 1, 7, 1000}).Draw(t, "count")
			}
			if f.Type.Numeric() {
				one.Points = slices.Sorted(slices.Values(rapid.SliceOfN(rapid.Float64Range(0, 1e5), 0, 20).Draw(t, "points")))
			}
			text, err := json.Marshal(one)
			if err != nil {
				t.Fatal(err)
			}
			kept = append(kept, StoredShare{Sector: sector, Fact: f.ID, Share: string(text)})
		}
	}
	s, err := v.ReadShares(kept)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The shares of all answers that a question offers are 1 together, whatever was counted and wherever rules cut.
func TestSharesOfAllAnswersAreOne(t *testing.T) {
	v := vocabularyOf(t)
	rapid.Check(t, func(t *rapid.T) {
		rules, shares := drawRules(t), drawShares(t, v)
		for place := range v.Len() {
			f := v.At(place)
			possible := answers(rules, place)
			share, _ := shares.In("electric", f.ID)
			sum := 0.0
			for _, one := range share.Spread(f, possible) {
				if one < 0 || one > 1 {
					t.Fatalf("%s: a share of %v", f.ID, one)
				}
				sum += one
			}
			if len(possible) > 0 && math.Abs(sum-1) > 1e-9 {
				t.Fatalf("%s: the shares are %v together", f.ID, sum)
			}
		}
	})
}

func holds(answer Value, number float64) bool {
	span, known := answer.Interval()
	return known && span.Contains(number)
}

// The share of a band is that of the organizations in it, to the middle part of one point at each end.
func TestShareOfABandIsThatOfItsOrganizations(t *testing.T) {
	v := vocabularyOf(t)
	place, _ := v.Index("population_served")
	rapid.Check(t, func(t *rapid.T) {
		random := rand.New(rand.NewPCG(2, rapid.Uint64().Draw(t, "seed")))
		numbers := make([]int, rapid.IntRange(share.Least, 2000).Draw(t, "organizations"))
		for i := range numbers {
			numbers[i] = int(math.Pow(20000, random.Float64()))
		}
		counter := NewShareCounter(v)
		for _, number := range numbers {
			counter.Add("drinking_water", Profile{"population_served": Int(int64(number))})
		}
		given, known := counter.Shares().In("drinking_water", "population_served")
		if !known || given.Organizations != len(numbers) || len(given.Points) > share.MostPoints {
			t.Fatalf("%d organizations gave %d points of %d", len(numbers), len(given.Points), given.Organizations)
		}
		rules := []*Ruleset{compileOf(t, Rules{Slug: "a", Sectors: []string{AnySector}, Criteria: criteriaOf("population_served <= 500", "population_served > 3300", "population_served < 10001")})}
		bands := answers(rules, place)
		for i, got := range given.Spread(v.At(place), bands) {
			inside := 0
			for _, number := range numbers {
				if holds(bands[i], float64(number)) {
					inside++
				}
			}
			if want := float64(inside) / float64(len(numbers)); math.Abs(got-want) > 1.5/share.MostPoints {
				t.Fatalf("%v: share %v, counted %v", bands[i], got, want)
			}
		}
	})
}

// A number without bands is asked exactly: each sample stands for the numbers up to the next.
func TestSharesOfANumberThatIsAskedExactly(t *testing.T) {
	v := vocabularyOf(t)
	place, _ := v.Index("meters")
	possible := answers([]*Ruleset{rulesOf(t, "meters == 50 || meters > 90")}, place)
	spread := Share{Points: []float64{0, 0.5, 50, 50, 70, 91, 95, 1e12}}.Spread(v.At(place), possible)
	got := map[float64]float64{}
	for i, answer := range possible {
		if number, _ := answer.Number(); spread[i] > 0 {
			got[number] = spread[i]
		}
	}
	want := map[float64]float64{0: 2. / 8, 10: 3. / 8, 91: 2. / 8, 1e12: 1. / 8} // samples: powers of ten, and 89, 90, 91
	if !reflect.DeepEqual(got, want) {
		t.Errorf("shares by sample %v, want %v", got, want)
	}
}

// What is often answered in the operator's sector decides which question comes first, and whether it is worth asking.
func TestSharesChooseTheQuestion(t *testing.T) {
	v := vocabularyOf(t)
	counter := NewShareCounter(v)
	for i := range 100 {
		p := Profile{"uses_custom_code": Bool(i < 10), "has_ot": Bool(i < 90), "uses_microsoft_365": Bool(false), "meters": Int(int64(i))}
		counter.Add("electric", p)
		if i < share.Least-1 {
			counter.Add("gas", p)
		}
	}
	unpublished := func(expression string) *Ruleset {
		return compileOf(t, Rules{Slug: expression, Sectors: []string{AnySector}, Criteria: criteriaOf(expression)}) // only a "no" decides it
	}
	twice := func(expression string) []*Ruleset {
		return []*Ruleset{unpublished(expression), unpublished(expression)}
	}
	cases := []struct {
		name, facts string
		rules       []*Ruleset
		want        FactID
		settles     int
	}{
		{"rarely yes before often yes", `{"sector":"electric"}`, slices.Concat(twice("has_ot"), twice("uses_custom_code")), "uses_custom_code", 2},
		{"the sector is not counted: the fixed order", `{"sector":"health"}`, slices.Concat(twice("has_ot"), twice("uses_custom_code")), "has_ot", 2},
		{"too few organizations: the fixed order", `{"sector":"gas"}`, slices.Concat(twice("has_ot"), twice("uses_custom_code")), "has_ot", 2},
		{"an additional sector that is counted", `{"sector":"health","additional_sectors":["electric"]}`, slices.Concat(twice("has_ot"), twice("uses_custom_code")), "uses_custom_code", 2},
		{"a no is certain: one offering is enough", `{"sector":"electric"}`, []*Ruleset{unpublished("uses_microsoft_365")}, "uses_microsoft_365", 1},
		{"nobody gives the deciding answer", `{"sector":"electric"}`, twice("!uses_microsoft_365"), "", 0},
		{"nobody gives it, in the head of the order", `{"sector":"electric"}`, twice("meters <= 1000"), "meters", 2},
	}
	shares := counter.Shares()
	for _, c := range cases {
		got, _ := Inquiry{Rules: c.rules, Facts: factsOf(t, c.facts), Shares: shares}.Next()
		if got != (Question{Fact: c.want, Settles: c.settles}) {
			t.Errorf("%s: asks %+v, want %s", c.name, got, c.want)
		}
	}
}

// The same organizations give the same shares and the same questions, in whatever order they come and after they were kept.
func TestTheSameRegistersGiveTheSameQuestions(t *testing.T) {
	v := vocabularyOf(t)
	rapid.Check(t, func(t *rapid.T) {
		type organization struct {
			sector string
			facts  Profile
		}
		var organizations []organization
		for range rapid.IntRange(share.Least, 3*share.Least).Draw(t, "organizations") {
			o := organization{rapid.SampledFrom([]string{"electric", "health"}).Draw(t, "sector"), Profile{}}
			for _, id := range []FactID{"ownership_type", "has_ot", "population_served", "static_public_ips", "electric_ownership"} {
				f, _ := v.Fact(id)
				o.facts[id] = drawAnswer(t, f)
			}
			organizations = append(organizations, o)
		}
		count := func() *Shares {
			counter := NewShareCounter(v)
			for _, o := range organizations {
				counter.Add(o.sector, o.facts)
			}
			return counter.Shares()
		}
		first, err := count().Stored()
		if err != nil {
			t.Fatal(err)
		}
		order := rand.New(rand.NewPCG(1, rapid.Uint64().Draw(t, "order")))
		order.Shuffle(len(organizations), func(i, j int) { organizations[i], organizations[j] = organizations[j], organizations[i] })
		again, _ := count().Stored()
		if !slices.Equal(first, again) {
			t.Fatalf("in another order\n%v\nbefore\n%v", again, first)
		}
		kept, err := v.ReadShares(first)
		if err != nil {
			t.Fatal(err)
		}
		rules, said := drawRules(t), map[FactID]Value{SectorFact: String("electric")}
		path := func(shares *Shares) []FactID {
			return walkInquiry(t, Inquiry{Rules: rules, Shares: shares}, func(id FactID) Value {
				f, _ := v.Fact(id)
				if _, before := said[id]; !before {
					said[id] = drawAnswer(t, f)
				}
				return said[id]
			})
		}
		if counted, read := path(count()), path(kept); !slices.Equal(counted, read) {
			t.Fatalf("asked %v, and with what was kept %v", counted, read)
		}
	})
}

func TestSharesThatCannotBeRead(t *testing.T) {
	v := vocabularyOf(t)
	if _, err := v.ReadShares([]StoredShare{{Sector: "health", Fact: "has_ot", Share: "{"}}); err == nil {
		t.Error("half a share was read")
	}
	shares, err := v.ReadShares([]StoredShare{{Sector: "health", Fact: "no_such_fact", Share: `{"organizations":99}`}, {Sector: "health", Fact: "meters", Share: `{"organizations":99,"points":[2,1]}`}})
	if err == nil {
		err = shares.Each(func(sector string, id FactID, _ Share) error { return errors.New(sector + " has " + string(id)) })
	}
	if err != nil {
		t.Errorf("unknown facts or points in disorder: %v", err)
	}
}
