package search

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/catalog"
	"accessdesk/catalog/catalogtest"

	"pgregory.net/rapid"
)

// TestWordsFind is what people type and what it must find, in both languages: plural and singular, accents and none, names, numbers,
// the other language, mistakes, words too many. want stands among the first three, or among the ended ones.
func TestWordsFind(t *testing.T) {
	for _, c := range []struct {
		lang, typed, want string
		way               Way
		instead           string
	}{
		{"en", "scan", "cisa-vuln-scanning", WayTyped, ""},
		{"en", "SCANS", "cisa-vuln-scanning", WayTyped, ""},
		{"en", "scanning", "cisa-vuln-scanning", WayTyped, ""},
		{"en", "scaning", "cisa-vuln-scanning", WaySpelling, "scanning"},
		{"en", "vulnerabilty scan", "cisa-vuln-scanning", WaySpelling, "vulnerability scan"},
		{"en", "vulenrability", "cisa-vuln-scanning", WaySpelling, "vulnerability"}, // two neighbors swapped
		{"en", "CyHy", "cisa-vuln-scanning", WayTyped, ""},
		{"en", "cisa-vuln-scanning", "cisa-vuln-scanning", WayTyped, ""},
		{"en", "hospitals", "ms-rural-hospitals", WayTyped, ""},
		{"en", "hospital rural", "ms-rural-hospitals", WayTyped, ""},
		{"en", "drinking water", "srf-cyber", WayTyped, ""},
		{"en", "what is the drinking water for", "srf-cyber", WayTyped, ""},
		{"en", "free drinking water training", "circuit-rider", WayTyped, ""},
		{"en", "anthropic", "anthropic-cvp", WayTyped, ""},
		{"en", ".gov", "dotgov", WayTyped, ""},
		{"en", "FFIEC CAT", "ffiec-cat", WayTyped, ""},
		{"en", "assessment tool", "ffiec-cat", WayTyped, ""},
		{"en", "800 53", "", WayTyped, ""},
		{"en", "contraseñas", "appa-cyber", WayLanguage, ""},
		{"en", "wombat drinking water", "srf-cyber", WayMost, ""},
		{"en", "zzz", "", WayTyped, ""},
		{"en", "(!)", "", WayTyped, ""},
		{"es", "escaneo", "cisa-vuln-scanning", WayTyped, ""},
		{"es", "escaneos", "cisa-vuln-scanning", WayTyped, ""},
		{"es", "escaeno", "cisa-vuln-scanning", WaySpelling, "escaneo"},
		{"es", "agua potable", "srf-cyber", WayTyped, ""},
		{"es", "aguas potables", "srf-cyber", WayTyped, ""},
		{"es", "evaluacion", "awwa-tool", WayTyped, ""},
		{"es", "EVALUACIÓN", "awwa-tool", WayTyped, ""},
		{"es", "evaluaciones", "awwa-tool", WayTyped, ""},
		{"es", "contrasena", "appa-cyber", WayTyped, ""},
		{"es", "contraseñas", "appa-cyber", WayTyped, ""},
		{"es", "hospital", "ms-rural-hospitals", WayTyped, ""},
		{"es", "hospitales", "ms-rural-hospitals", WayTyped, ""},
		{"es", "bancos", "bank-exam-aids", WayTyped, ""},
		{"es", "weekly scanning", "cisa-vuln-scanning", WayLanguage, ""},
	} {
		t.Run(c.lang+" "+c.typed, func(t *testing.T) {
			r := ask(t, Query{Words: c.typed}, c.lang, Moment{})
			got := slugs(r.Programs)
			switch {
			case c.want == "" && c.typed != "800 53" && c.typed != "(!)" && len(got)+len(r.Ended) > 0:
				t.Errorf("finds %v", got)
			case c.want != "" && !slices.Contains(got[:min(3, len(got))], c.want) && !slices.Contains(slugs(r.Ended), c.want):
				t.Errorf("finds %v, and ended %v", got, slugs(r.Ended))
			}
			if r.Way != c.way || strings.Join(r.Instead, " ") != c.instead {
				t.Errorf("way %q instead of %q, want %q %q", r.Way, r.Instead, c.way, c.instead)
			}
		})
	}
}

// TestTitleBeforeSummaryBeforeDetails: the same word in other places, and among equals what is open.
func TestTitleBeforeSummaryBeforeDetails(t *testing.T) {
	offering := func(slug string, with func(*catalog.Offering)) *catalog.Offering {
		o := &catalog.Offering{Slug: slug, Kind: catalog.KindTool, Status: catalog.StatusOpen, Sectors: []string{"health"}}
		with(o)
		return o
	}
	text := func(words string) catalog.Text { return catalog.Text{En: words, Es: words} }
	s := snapshotOf(t, []*catalog.Offering{
		offering("a-details", func(o *catalog.Offering) { o.Details = text("the turbines") }),
		offering("b-summary", func(o *catalog.Offering) { o.Summary = text("turbine") }),
		offering("c-closed-title", func(o *catalog.Offering) { o.Title, o.Status = text("Turbine"), catalog.StatusLapsed }),
		offering("d-title", func(o *catalog.Offering) { o.Title = text("A turbine") }),
		offering("e-name", func(o *catalog.Offering) { o.KnownAs = []string{"TURBINE"} }),
		offering("f-provider", func(o *catalog.Offering) { o.Provider.Name = "Turbine Cooperative" }),
		offering("g-ended", func(o *catalog.Offering) { o.Title, o.Status = text("Turbine"), catalog.StatusEnded }),
		offering("h-hyphen", func(o *catalog.Offering) { o.Title = text("Wi-Fi") }),
	})
	c := New(catalogtest.Vocabulary())
	find := func(q Query) Result {
		r, err := c.Find(s, q, "en", Moment{Now: now})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	r := find(Query{Words: "turbines"})
	if got, want := slugs(r.Programs), []string{"d-title", "e-name", "f-provider", "c-closed-title", "b-summary", "a-details"}; !slices.Equal(got, want) {
		t.Errorf("order %v, want %v", got, want)
	}
	if got := slugs(r.Ended); !slices.Equal(got, []string{"g-ended"}) {
		t.Errorf("ended %v", got)
	}
	for _, typed := range []string{"wifi", "wi-fi", "Wi Fi"} {
		if got := slugs(find(Query{Words: typed}).Programs); !slices.Equal(got, []string{"h-hyphen"}) {
			t.Errorf("%q finds %v", typed, got)
		}
	}
	if got := slugs(find(Query{}).Programs); !slices.Equal(got, []string{"a-details", "b-summary", "d-title", "e-name", "f-provider", "h-hyphen", "c-closed-title"}) {
		t.Errorf("without words: %v", got)
	}
}

// forms are the words of a program in a language.
func forms(p *catalog.Published, l *language) []string {
	var all []string
	for _, at := range places {
		text := textAt(at, p.Offering, l.name, catalogtest.Vocabulary())
		all = append(append(all, inWords(text)...), joined(text)...)
	}
	return all
}

// TestHitsHaveTheWord: a word of the catalog finds every program that has it, and only programs with a form of it.
func TestHitsHaveTheWord(t *testing.T) {
	have := map[string]map[string][]string{}
	vocabulary := map[string][]string{}
	for _, l := range languages {
		have[l.name] = map[string][]string{}
		for _, p := range theCatalog().Offerings {
			have[l.name][p.Slug] = forms(p, l)
			vocabulary[l.name] = append(vocabulary[l.name], have[l.name][p.Slug]...)
		}
		slices.Sort(vocabulary[l.name])
		vocabulary[l.name] = slices.Compact(vocabulary[l.name])
	}
	rapid.Check(t, func(r *rapid.T) {
		l := rapid.SampledFrom(languages).Draw(r, "language")
		word := rapid.SampledFrom(vocabulary[l.name]).Draw(r, "word")
		result := ask(t, Query{Words: word}, l.name, Moment{})
		if result.Way != WayTyped {
			r.Fatalf("%q is a word of the catalog, and was taken %q", word, result.Way)
		}
		stems := map[string]bool{l.stem(word): true}
		for _, longer := range vocabulary[l.name] {
			if strings.HasPrefix(longer, word) {
				stems[l.stem(longer)] = true
			}
		}
		hit := map[string]bool{}
		for _, p := range slices.Concat(result.Programs, result.Ended) {
			hit[p.Slug] = true
			if !slices.ContainsFunc(have[l.name][p.Slug], func(w string) bool { return stems[l.stem(w)] }) {
				r.Fatalf("%q finds %s, which has no form of it", word, p.Slug)
			}
		}
		for slug, words := range have[l.name] {
			if slices.Contains(words, word) && !hit[slug] {
				r.Fatalf("%q does not find %s", word, slug)
			}
		}
	})
}

// TestFiltersAndWordsNarrow: with a word more, or a filter more, nothing new is found, unless the words are taken in another way.
func TestFiltersAndWordsNarrow(t *testing.T) {
	var vocabulary []string
	for _, p := range theCatalog().Offerings {
		vocabulary = append(vocabulary, forms(p, english)...)
	}
	rapid.Check(t, func(r *rapid.T) {
		q := drawQuery(r, vocabulary)
		at := Moment{Now: now.Add(time.Duration(rapid.IntRange(0, 400).Draw(r, "day")) * 24 * time.Hour), Fits: drawSlugs(r, "fits"), Places: drawPlaces(r)}
		wide := ask(t, q, "en", at)
		facet := rapid.SampledFrom(facets).Draw(r, "facet")
		if len(q.Chosen[facet]) == 0 {
			narrow := ask(t, q.Toggle(facet, rapid.SampledFrom(valuesOf(facet, shared().sectors)).Draw(r, "value")), "en", at)
			within(r, narrow, wide)
		}
		fits := q
		fits.Fits = true
		within(r, ask(t, fits, "en", at), wide)
		more := q
		more.Words = strings.TrimSpace(q.Words + " " + rapid.SampledFrom(vocabulary).Draw(r, "one more"))
		if narrow := ask(t, more, "en", at); narrow.Way == wide.Way && narrow.Way == WayTyped && !onlyEmpty(q.Words) {
			within(r, narrow, wide)
		}
	})
}

// onlyEmpty tells whether words say nothing, so that they count only while there are no others.
func onlyEmpty(typed string) bool {
	return !slices.ContainsFunc(wordsOf(typed), func(w string) bool { return !english.empty[w] })
}

func within(r *rapid.T, narrow, wide Result) {
	for _, pair := range [][2][]*catalog.Published{{narrow.Programs, wide.Programs}, {narrow.Ended, wide.Ended}} {
		for _, p := range pair[0] {
			if !slices.Contains(pair[1], p) {
				r.Fatalf("%s is found only with more asked for", p.Slug)
			}
		}
	}
}

// drawSlugs draws about half of the programs.
func drawSlugs(r *rapid.T, name string) map[string]bool {
	random := rand.New(rand.NewPCG(rapid.Uint64().Draw(r, name), 0))
	all := map[string]bool{}
	for _, p := range theCatalog().Offerings {
		all[p.Slug] = random.IntN(2) == 0
	}
	return all
}

// drawPlaces draws about half of the programs as full.
func drawPlaces(r *rapid.T) catalog.Counts {
	counts := catalog.Counts{}
	for slug, full := range drawSlugs(r, "full") {
		if full {
			counts[slug] = catalog.Places{Seats: catalog.Seats{All: 3, Taken: 3}}
		}
	}
	return counts
}

func drawQuery(r *rapid.T, vocabulary []string) Query {
	q := Query{Chosen: map[Facet][]string{}, Fits: rapid.IntRange(0, 4).Draw(r, "fit") == 0}
	q.Words = strings.Join(rapid.SliceOfN(rapid.SampledFrom(vocabulary), 0, 2).Draw(r, "words"), " ")
	for _, facet := range facets {
		for _, value := range valuesOf(facet, shared().sectors) {
			if rapid.IntRange(0, 9).Draw(r, "chosen") == 0 {
				q.Chosen[facet] = append(q.Chosen[facet], value)
			}
		}
	}
	return q
}

// TestMistakesOnlyWhereNothingElseHelps: a word that is there is never bent, and numbers and short words never are.
func TestMistakesOnlyWhereNothingElseHelps(t *testing.T) {
	if r := ask(t, Query{Words: "water"}, "en", Moment{}); r.Instead != nil || r.Way != WayTyped {
		t.Errorf("a word of the catalog is bent: %+v", r.Instead)
	}
	for _, typed := range []string{"wtr", "8oo54", "xq"} {
		if r := ask(t, Query{Words: typed}, "en", Moment{}); len(r.Programs)+len(r.Ended) > 0 {
			t.Errorf("%q finds %v", typed, slugs(r.Programs))
		}
	}
	if r := ask(t, Query{Words: "wombat drinking water"}, "en", Moment{AllWords: true}); len(r.Programs) != 0 || r.Way != WayTyped {
		t.Errorf("with all words wanted: %v", slugs(r.Programs))
	}
}
