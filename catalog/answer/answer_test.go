package answer

import (
	"strings"
	"testing"

	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/data/locale"

	"pgregory.net/rapid"
)

var abc = []catalog.Option{{Value: "a"}, {Value: "b"}, {Value: "c"}}

// judged is a table of every type with its limits: what is judged, and what a reader is told in both languages; "" for nothing.
var judged = []struct {
	name   string
	q      catalog.Question
	values []string
	code   string
	en, es string
}{
	{"none, not needed", catalog.Question{Type: catalog.QuestionText}, nil, "", "", ""},
	{"spaces, not needed", catalog.Question{Type: catalog.QuestionText, Min: 5}, []string{"  "}, "", "", ""},
	{"none, needed", catalog.Question{Type: catalog.QuestionText, Required: true}, nil, "required", "Enter an answer", "Escriba una respuesta"},
	{"not accepted", catalog.Question{Type: catalog.QuestionStatement, Required: true}, nil, "tick_box", "Tick the box to go on", "Marque la casilla para continuar"},
	{"accepted", catalog.Question{Type: catalog.QuestionStatement, Required: true}, []string{"yes"}, "", "", ""},

	{"text of 3", catalog.Question{Type: catalog.QuestionText, Min: 3, Max: 5}, []string{"ñáé"}, "", "", ""},
	{"text of 2", catalog.Question{Type: catalog.QuestionText, Min: 3}, []string{"ñá"}, "too_short", "Use at least 3 characters", "Use al menos 3 caracteres"},
	{"text of 6", catalog.Question{Type: catalog.QuestionText, Max: 5}, []string{"ñáéíóú"}, "too_long", "Use 5 characters or fewer. You have used 6", "Use 5 caracteres o menos. Ha usado 6"},
	{"long text of 6", catalog.Question{Type: catalog.QuestionLongText, Max: 5}, []string{"ñáéíóú"}, "too_long", "Use 5 characters or fewer. You have used 6", "Use 5 caracteres o menos. Ha usado 6"},
	{"email", catalog.Question{Type: catalog.QuestionText, Pattern: catalog.PatternEmail}, []string{"name@example.org"}, "", "", ""},
	{"no email", catalog.Question{Type: catalog.QuestionText, Pattern: catalog.PatternEmail}, []string{"name@"}, "invalid_email", "Enter an email address like name@example.org", "Escriba un correo como nombre@example.org"},
	{"web", catalog.Question{Type: catalog.QuestionText, Pattern: catalog.PatternWeb}, []string{"https://example.org/page?x=1"}, "", "", ""},
	{"no web", catalog.Question{Type: catalog.QuestionText, Pattern: catalog.PatternWeb}, []string{"javascript:alert(1)"}, "invalid_web", "Enter the whole web address, like https://example.org/page", "Escriba la dirección web completa, como https://example.org/page"},
	{"phone", catalog.Question{Type: catalog.QuestionText, Pattern: catalog.PatternPhone}, []string{"(555) 010-0100 ext. 12"}, "", "", ""},
	{"phone abroad", catalog.Question{Type: catalog.QuestionText, Pattern: catalog.PatternPhone}, []string{"+52 55 5555 0100"}, "", "", ""},
	{"no phone", catalog.Question{Type: catalog.QuestionText, Pattern: catalog.PatternPhone}, []string{"call me"}, "invalid_phone", "Enter a phone number with its area code, like (555) 010-0100", "Escriba un número de teléfono con su código de área, como (555) 010-0100"},
	{"UEI", catalog.Question{Type: catalog.QuestionText, Pattern: catalog.PatternUEI}, []string{"abcdef123456"}, "", "", ""},
	{"no UEI", catalog.Question{Type: catalog.QuestionText, Pattern: catalog.PatternUEI}, []string{"OBCDEF123456"}, "invalid_uei", "Enter the 12 letters and digits of the SAM.gov number (UEI)", "Escriba las 12 letras y cifras del número de SAM.gov (UEI)"},

	{"choice", catalog.Question{Type: catalog.QuestionChoice, Options: abc}, []string{"b"}, "", "", ""},
	{"no choice", catalog.Question{Type: catalog.QuestionChoice, Options: abc}, []string{"d"}, "unknown_choice", "Choose one of the answers in the list", "Elija una de las respuestas de la lista"},
	{"two of three", catalog.Question{Type: catalog.QuestionSeveral, Options: abc, Min: 2, Max: 2}, []string{"c", "a"}, "", "", ""},
	{"the same twice", catalog.Question{Type: catalog.QuestionSeveral, Options: abc, Min: 2}, []string{"a", "a"}, "choices_few", "Choose at least 2 answers", "Elija al menos 2 respuestas"},
	{"all three", catalog.Question{Type: catalog.QuestionSeveral, Options: abc, Max: 2}, []string{"a", "b", "c"}, "choices_many", "Choose 2 answers at most", "Elija 2 respuestas como máximo"},
	{"choice out of list", catalog.Question{Type: catalog.QuestionSeveral, Options: abc}, []string{"a", "x"}, "unknown_choice", "Choose one of the answers in the list", "Elija una de las respuestas de la lista"},

	{"number", catalog.Question{Type: catalog.QuestionNumber, Min: 10, Max: 3300}, []string{"3,300"}, "", "", ""},
	{"number low", catalog.Question{Type: catalog.QuestionNumber, Min: 1000}, []string{"999"}, "number_low", "Enter a number that is 1,000 or more", "Escriba un número de 1,000 o más"},
	{"number high", catalog.Question{Type: catalog.QuestionNumber, Max: 3300}, []string{"3301"}, "number_high", "Enter a number that is 3,300 or less", "Escriba un número de 3,300 o menos"},
	{"no number", catalog.Question{Type: catalog.QuestionNumber}, []string{"-3"}, "invalid_number", "Enter a whole number, like 3,300", "Escriba un número entero, como 3,300"},
	{"money", catalog.Question{Type: catalog.QuestionMoney, Min: 1, Max: 1_000_000}, []string{"$1,000,000"}, "", "", ""},
	{"money low", catalog.Question{Type: catalog.QuestionMoney, Min: 500}, []string{"0"}, "money_low", "Enter $500 or more", "Escriba $500 o más"},
	{"money high", catalog.Question{Type: catalog.QuestionMoney, Max: 1_000_000}, []string{"$1,000,001"}, "money_high", "Enter $1,000,000 or less", "Escriba $1,000,000 o menos"},
	{"number of many digits", catalog.Question{Type: catalog.QuestionNumber, Max: 5}, []string{"99999999999999999999"}, "invalid_number", "Enter a whole number, like 3,300", "Escriba un número entero, como 3,300"},

	{"day", catalog.Question{Type: catalog.QuestionDate, Earliest: "2026-01-01", Latest: "2026-12-31"}, []string{"2026-12-31"}, "", "", ""},
	{"no day", catalog.Question{Type: catalog.QuestionDate}, []string{"2027-2-31"}, "invalid_date", "Enter a date like December 18, 2026", "Escriba una fecha como 18 de diciembre de 2026"},
	{"day too early", catalog.Question{Type: catalog.QuestionDate, Earliest: "2026-01-01"}, []string{"2025-12-31"}, "day_early", "Enter a day that is not before January 1, 2026", "Escriba un día que no sea anterior al 1 de enero de 2026"},
	{"day too late", catalog.Question{Type: catalog.QuestionDate, Latest: "2026-12-31"}, []string{"2027-01-01"}, "day_late", "Enter a day that is not after December 31, 2026", "Escriba un día que no sea posterior al 31 de diciembre de 2026"},

	{"contact", catalog.Question{Type: catalog.QuestionContact}, []string{"Ana", "ana@example.org", ""}, "", "", ""},
	{"contact without name", catalog.Question{Type: catalog.QuestionContact}, []string{"", "ana@example.org", ""}, "invalid_contact", "Enter a name and an email address like name@example.org", "Escriba un nombre y un correo como nombre@example.org"},
	{"networks", catalog.Question{Type: catalog.QuestionCIDRList, Max: 2}, []string{"192.0.2.0/24\r\n2001:db8::1"}, "", "", ""},
	{"too many networks", catalog.Question{Type: catalog.QuestionCIDRList, Max: 1}, []string{"192.0.2.0/24, 192.0.2.9"}, "networks_many", "Enter 1 network at most", "Escriba 1 red como máximo"},
	{"no network", catalog.Question{Type: catalog.QuestionCIDRList}, []string{"192.0.2.0/33"}, "invalid_network", "Enter addresses like 192.0.2.10 or 192.0.2.0/24. We could not read 192.0.2.0/33", "Escriba direcciones como 192.0.2.10 o 192.0.2.0/24. No pudimos leer 192.0.2.0/33"},
	{"address", catalog.Question{Type: catalog.QuestionAddress, Required: true}, []string{"1 Example Street", "", "", ""}, "", "", ""},
	{"file", catalog.Question{Type: catalog.QuestionFile}, []string{"plan.pdf"}, "", "", ""},
}

// says is the text of a refusal, as ui/web has it for forms.
func says(l *locale.Localizer, refusal *data.Refusal) string {
	if count, ok := refusal.Args["Count"].(int); ok {
		return l.N("refusal."+refusal.Code, count)
	}
	return l.Fill("refusal."+refusal.Code, refusal.Args)
}

func TestCheck(t *testing.T) {
	locales, err := locale.Bundle()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[catalog.QuestionType]bool{}
	for _, c := range judged {
		c.q.ID = "q"
		seen[c.q.Type] = true
		refusal := Check(c.q, c.values)
		if refusal == nil {
			if c.code != "" {
				t.Errorf("%s: nothing is wrong, want %s", c.name, c.code)
			}
			continue
		}
		en, es := says(locales.In("en"), refusal), says(locales.In("es"), refusal)
		if refusal.Field != "q" || refusal.Code != c.code || en != c.en || es != c.es {
			t.Errorf("%s: %s at %q\n%s\n%s", c.name, refusal.Code, refusal.Field, en, es)
		}
	}
	for _, kind := range catalog.QuestionTypes() {
		if !seen[kind] {
			t.Errorf("no answer to a question of type %s is judged", kind)
		}
	}
	if missing := locales.Missing(); len(missing) > 0 {
		t.Errorf("missing texts: %v", missing)
	}
}

// FuzzCheck: whatever is typed is judged without harm, and a text that passes is within the limits of its question.
func FuzzCheck(f *testing.F) {
	for _, c := range judged {
		f.Add(string(c.q.Type), string(c.q.Pattern), strings.Join(c.values, "|"), c.q.Min, c.q.Max)
	}
	f.Fuzz(func(t *testing.T, kind, pattern, values string, least, most int) {
		q := catalog.Question{ID: "q", Type: catalog.QuestionType(kind), Pattern: catalog.Pattern(pattern), Options: abc, Min: least, Max: most}
		given := strings.Split(values, "|")
		if Check(q, given) == nil && q.Type == catalog.QuestionText && strings.TrimSpace(given[0]) != "" {
			if used := len([]rune(strings.TrimSpace(given[0]))); least > 0 && used < least || most > 0 && used > most {
				t.Errorf("%q passes as a text of %d to %d characters", given[0], least, most)
			}
		}
	})
}

// A question without limits takes what it took before there were any.
func TestNoLimits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := catalog.Question{ID: "q", Type: rapid.SampledFrom([]catalog.QuestionType{catalog.QuestionText, catalog.QuestionLongText}).Draw(t, "type")}
		if refusal := Check(q, []string{rapid.String().Draw(t, "text")}); refusal != nil {
			t.Fatalf("refused: %v", refusal)
		}
	})
}

func TestLimitsOf(t *testing.T) {
	for _, kind := range catalog.QuestionTypes() {
		for _, limit := range LimitsOf(kind) {
			q := catalog.Question{Type: kind}
			if Has(q, limit) {
				t.Errorf("%s has %s before it is given", kind, limit)
			}
			q.Min, q.Max, q.Earliest, q.Latest, q.Pattern = 1, 1, "2026-01-01", "2026-01-01", catalog.PatternEmail
			if !Has(q, limit) {
				t.Errorf("%s does not have %s", kind, limit)
			}
		}
	}
}
