package locale

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

func bundle(t *testing.T) *Locales {
	t.Helper()
	locales, err := Bundle()
	if err != nil {
		t.Fatal(err)
	}
	return locales
}

// TestMessagesAreComplete is the gate for every area's files: equal keys, equal placeholders, equal plural forms, no empty text.
func TestMessagesAreComplete(t *testing.T) {
	locales := bundle(t)
	for _, problem := range locales.Check() {
		t.Error(problem)
	}
	if keys := locales.In(English).Keys(); len(keys) < 40 {
		t.Errorf("only %d keys: the message files were not embedded", len(keys))
	}
}

// forbidden are words that the style guide keeps out of the product: false urgency, cheer, promises, an air of government,
// and in Spanish the false friend "aplicar" (for solicitar) and the informal "tú".
var forbidden = map[string][]*regexp.Regexp{
	English: compile(`please note`, `!`, `\bguarant`, `\burgent`, `\bhurry`, `\bact now\b`, `\boops\b`, `\bclick here\b`,
		`\bofficial (web)?site\b`, `\bverified operator`, `\bas soon as possible\b`),
	Spanish: compile(`tenga en cuenta`, `[!¡]`, `\bgarant`, `\burgente`, `\bhaga clic aquí`, `\bsitio (web )?oficial\b`,
		`\baplicar\b`, `\baplique\b`, `\baplicación(es)?\b`, `\b(tú|tu|tus|te|ti)\b`, `lo antes posible`, `\boperador verificado`),
}

func compile(patterns ...string) []*regexp.Regexp {
	var out []*regexp.Regexp
	for _, pattern := range patterns {
		out = append(out, regexp.MustCompile(`(?i)`+pattern))
	}
	return out
}

func TestNoForbiddenWords(t *testing.T) {
	locales := bundle(t)
	for _, lang := range Languages() {
		localizer := locales.In(lang)
		for _, key := range localizer.Keys() {
			e := localizer.entries[key]
			for _, pattern := range forbidden[lang] {
				if found := pattern.FindString(e.one + "\n" + e.other); found != "" {
					t.Errorf("%s %s: %q has no place in our texts", lang, key, found)
				}
			}
		}
	}
}

func TestTextsAndCounts(t *testing.T) {
	locales := bundle(t)
	en, es := locales.In("en"), locales.In("es")
	for _, c := range []struct{ got, want string }{
		{en.T("status.likely"), "Likely eligible"},
		{es.T("status.likely"), "Probablemente cumple los requisitos"},
		{en.T("refusal.too_long", "Max", 500, "Used", 1203), "Use 500 characters or fewer. You have used 1,203"},
		{es.Fill("refusal.too_long", map[string]any{"Max": int64(500), "Used": 1203}), "Use 500 caracteres o menos. Ha usado 1,203"},
		{en.T("refusal.number_range", "Min", "<b>", "Max", "{{.Max}}"), "Enter a number from <b> to {{.Max}}"},
		{en.N("status.n_more", 1), "Need 1 more answer"},
		{en.N("status.n_more", 0), "Need 0 more answers"},
		{es.N("status.n_more", 1), "Falta 1 respuesta"},
		{es.N("status.n_more", 1234), "Faltan 1,234 respuestas"},
		{es.N("status.n_more", 2_000_000), "Faltan 2,000,000 respuestas"},
		{locales.In("fr").T("status.draft"), "Draft"},
		{es.Lang(), "es"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
	if missing := locales.Missing(); len(missing) > 0 {
		t.Errorf("reported as missing: %q", missing)
	}
}

func TestNothingMissingIsSilent(t *testing.T) {
	locales := bundle(t)
	es := locales.In("es")
	for _, c := range []struct{ got, want, report string }{
		{es.T("status.nowhere"), "status.nowhere", "es status.nowhere: no such message"},
		{es.T("refusal.too_long", "Max", 500), "Use 500 caracteres o menos. Ha usado ", "es refusal.too_long: no value for Used"},
		{es.T("refusal.too_short", "Min"), "Use al menos  caracteres", "es refusal.too_short: values must alternate name and value"},
		{es.T("status.n_more"), "Faltan  respuestas", "es status.n_more: plural message and count must come together"},
		{es.N("status.draft", 2), "Borrador", "es status.draft: plural message and count must come together"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
		if !slices.Contains(locales.Missing(), c.report) {
			t.Errorf("%q is not in %q", c.report, locales.Missing())
		}
	}
}

func TestMissingIsBounded(t *testing.T) {
	locales := bundle(t)
	for i := range 3 * missingLimit {
		locales.In("en").T("status." + strings.Repeat("x", i))
	}
	if n := len(locales.Missing()); n != missingLimit {
		t.Errorf("%d entries, want %d", n, missingLimit)
	}
}

func TestSpanishFallsBackToEnglish(t *testing.T) {
	locales, err := load(fstest.MapFS{"m/a.en.toml": {Data: []byte(`a.x = "only {{.What}}"`)}}, "m")
	if err != nil {
		t.Fatal(err)
	}
	if got := locales.In("es").T("a.x", "What", "English"); got != "only English" {
		t.Errorf("got %q", got)
	}
	if locales.In("es").Has("a.x") || !locales.In("en").Has("a.x") {
		t.Error("Has must speak of one language")
	}
	if missing := locales.Missing(); !slices.Equal(missing, []string{"es a.x: no such message"}) {
		t.Errorf("missing: %q", missing)
	}
}

func TestDatesNumbersAndMoney(t *testing.T) {
	locales := bundle(t)
	en, es := locales.In("en"), locales.In("es")
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	saoPaulo, err := time.LoadLocation("America/Sao_Paulo")
	if err != nil {
		t.Fatal(err)
	}
	closing := time.Date(2026, 12, 18, 22, 0, 0, 0, time.UTC)
	night := time.Date(2026, 7, 2, 4, 5, 0, 0, time.UTC)
	for _, c := range []struct{ got, want string }{
		{en.Date(closing), "December 18, 2026"},
		{es.Date(closing), "18 de diciembre de 2026"},
		{en.DateTime(closing, newYork), "December 18, 2026, 5:00 p.m. EST"},
		{es.DateTime(closing, newYork), "18 de diciembre de 2026, 5:00 p. m. EST"},
		{en.DateTime(night, newYork), "July 2, 2026, 12:05 a.m. EDT"},
		{es.DateTime(night, time.UTC), "2 de julio de 2026, 4:05 a. m. UTC"},
		{en.DateTime(night, saoPaulo), "July 2, 2026, 1:05 a.m. UTC-03"},
		{en.Time(time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC), time.UTC), "12:00 p.m. UTC"},
		{en.DateIn(night, newYork), "July 2, 2026"},
		{en.DateIn(time.Date(2026, 3, 1, 3, 0, 0, 0, time.UTC), newYork), "February 28, 2026"},
		{en.Days(1), "1 day"}, {en.Days(30), "30 days"}, {es.Days(1), "1 día"}, {es.Days(0), "0 días"},
		{en.Number(0), "0"}, {en.Number(999), "999"}, {es.Number(3300), "3,300"}, {en.Number(-1234567), "-1,234,567"},
		{en.Number(-9223372036854775808), "-9,223,372,036,854,775,808"},
		{en.Money(1_000_000_000), "$1,000,000,000"}, {es.Money(3300), "$3,300"}, {en.Money(-5), "-$5"},
		{en.T("refusal.number_range", "Min", closing, "Max", 2.5), "Enter a number from December 18, 2026 to 2.5"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
	if missing := locales.Missing(); len(missing) > 0 {
		t.Errorf("reported as missing: %q", missing)
	}
}

func TestAlphabet(t *testing.T) {
	for lang, want := range map[string][]string{
		"en": {".gov", "Account", "área", "ñandu", "Next", "zebra"},
		"es": {".gov", "Account", "área", "Next", "ñandu", "zebra"},
	} {
		got := slices.Clone(want)
		slices.Reverse(got)
		slices.SortFunc(got, bundle(t).In(lang).Alphabet())
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", lang, got, want)
		}
	}
}

func TestEveryMonthHasAName(t *testing.T) {
	locales := bundle(t)
	for _, lang := range Languages() {
		seen := map[string]bool{}
		for month := time.January; month <= time.December; month++ {
			seen[locales.In(lang).Date(time.Date(2026, month, 1, 0, 0, 0, 0, time.UTC))] = true
		}
		if len(seen) != 12 {
			t.Errorf("%s: %d different dates", lang, len(seen))
		}
	}
	if missing := locales.Missing(); len(missing) > 0 {
		t.Errorf("reported as missing: %q", missing)
	}
}

func TestBundleRefusesBrokenFiles(t *testing.T) {
	for name, c := range map[string]struct{ file, text, want string }{
		"not toml":      {"m/a.en.toml", `a.x = `, "m/a.en.toml"},
		"language":      {"m/a.fr.toml", `a.x = "x"`, "AREA.en.toml"},
		"no language":   {"m/a.toml", `a.x = "x"`, "AREA.en.toml"},
		"foreign key":   {"m/a.en.toml", `b.x = "x"`, `"b.x" must start with "a."`},
		"form":          {"m/a.en.toml", "[a.x]\nmany = \"x\"\nother = \"y\"", "only the plural forms"},
		"pipeline":      {"m/a.en.toml", `a.x = "{{.Name | printf}}"`, "a.x"},
		"two fields":    {"m/a.en.toml", `a.x = "{{.A.B}}"`, "only {{.Name}}"},
		"condition":     {"m/a.en.toml", `a.x = "{{if .A}}b{{end}}"`, "only {{.Name}}"},
		"open brace":    {"m/a.en.toml", `a.x = "{{.A"`, "a.x"},
		"reserved word": {"m/a.en.toml", "[a.x]\nother = \"x\"\nlabel = \"y\"", "m/a.en.toml"},
	} {
		_, err := load(fstest.MapFS{c.file: {Data: []byte(c.text)}}, "m")
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q in it", name, err, c.want)
		}
	}
}

func TestCheckFindsDifferences(t *testing.T) {
	locales, err := load(fstest.MapFS{
		"m/a.en.toml": {Data: []byte("a.both = \"x {{.A}}\"\na.en = \"x\"\na.edge = \"x \"\na.empty = \"\"\n[a.n]\none = \"{{.Count}}\"\nother = \"{{.Count}}s\"")},
		"m/a.es.toml": {Data: []byte("a.both = \"x {{.B}}\"\na.es = \"x\"\na.edge = \"x\"\na.empty = \"x\"\na.n = \"{{.Count}}\"")},
	}, "m")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"a.both: placeholders differ: en [A], es [B]",
		"a.edge: space at the edge of the text in en",
		"a.empty: empty text in en",
		"a.en: no Spanish text",
		"a.n: plural forms in one language only",
		"a.n: placeholders differ: en [], es [Count]",
		"a.es: no English text",
	}
	if got := locales.Check(); !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

func TestPseudoIsLongerAndKeepsValues(t *testing.T) {
	locales := bundle(t)
	plain, pseudo := locales.In("en"), locales.Pseudo().In("en")
	for _, key := range []string{"status.likely", "status.done", "refusal.conflict"} {
		short, long := len([]rune(plain.T(key))), len([]rune(pseudo.T(key)))
		if long*10 < short*13 {
			t.Errorf("%s: %d runes became %d, less than 30 percent more", key, short, long)
		}
	}
	if got := pseudo.N("status.n_more", 2); !strings.HasPrefix(got, "[Ñééd 2 möré") {
		t.Errorf("got %q", got)
	}
	if got := plain.T("status.done"); got != "Done" {
		t.Errorf("the plain localizer changed: %q", got)
	}
}

func TestManyRequestsAtOnce(t *testing.T) {
	locales := bundle(t)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 200 {
				locales.In("es").N("status.n_more", 3)
				locales.In("en").T("refusal.too_short", "Min", 3)
				locales.In("en").T("status.nowhere")
				locales.Missing()
			}
		})
	}
	wait.Wait()
	if got := locales.Missing(); len(got) != 1 {
		t.Errorf("missing: %q", got)
	}
}

// The short way of filling in writes what a template of the library writes, for every message that has values and no plural.
func TestFilledIsWhatTheTemplateWrites(t *testing.T) {
	locales := bundle(t)
	compared := 0
	for _, lang := range []string{"en", "es"} {
		l := locales.In(lang)
		for key, e := range l.entries {
			if e.plural || len(e.placeholders) == 0 {
				continue
			}
			values := map[string]any{}
			for i, name := range e.placeholders {
				values[name] = []any{"<b>&\u00f1{{.X}}", 1234567, time.Date(2026, 12, 18, 0, 0, 0, 0, time.UTC), nil}[(i+len(key))%4]
			}
			whole := i18n.NewBundle(language.MustParse(lang))
			whole.MustAddMessages(language.MustParse(lang), &i18n.Message{ID: key, Other: e.other})
			want, err := i18n.NewLocalizer(whole, lang).Localize(&i18n.LocalizeConfig{MessageID: key, TemplateData: l.written(key, e, nil, values)})
			var args []any
			for name, value := range values {
				args = append(args, name, value)
			}
			if fill, text := l.Fill(key, values), l.T(key, args...); err != nil || fill != want || text != want {
				t.Errorf("%s %s: %q and %q, the template writes %q (%v)", lang, key, fill, text, want, err)
			}
			compared++
		}
	}
	if compared < 100 {
		t.Errorf("only %d messages were compared", compared)
	}
}

func BenchmarkPlainText(b *testing.B) {
	locales, err := Bundle()
	if err != nil {
		b.Fatal(err)
	}
	localizer := locales.In("es")
	for b.Loop() {
		localizer.T("status.likely")
	}
}

func BenchmarkTextWithValues(b *testing.B) {
	locales, err := Bundle()
	if err != nil {
		b.Fatal(err)
	}
	localizer := locales.In("es")
	for b.Loop() {
		localizer.T("refusal.too_long", "Max", 500, "Used", 1203)
	}
}
