package wording

import (
	"fmt"
	"testing"
)

func TestCheck(t *testing.T) {
	tests := []struct{ lang, text, want string }{
		{"en", "An engineer visits you.", ""},
		{"en", "We guarantee a visit.", `[3 guarantee ` + promise + `]`},
		{"en", "Guaranteed.", `[0 Guaranteed ` + promise + `]`},
		{"en", "You will qualify.", `[0 You will qualify ` + promise + `]`},
		{"en", "You will receive a report each week.", ""},
		{"en", "Members are pre-approved.", `[12 pre-approved ` + promise + `]`},
		{"en", "You are entitled to it.", `[8 entitled ` + right + `]`},
		{"en", "You have a right to it.", `[4 have a right to ` + right + `]`},
		{"en", "The office is on the right.", ""},
		{"en", "It is (free).", `[7 free ` + undated + `]`},
		{"en", "Free scans", `[0 Free ` + undated + `]`},
		{"en", "It was free on November 22, 2026.", ""},
		{"en", "Call the toll-free line.", ""},
		{"en", "A free-form text; freedom.", ""},
		{"en", "At no cost.", `[3 no cost ` + undated + `]`},
		{"en", "No charge listed on November 22, 2026.", ""},
		{"en", "Access to covered frontier models.", `[10 covered frontier models ` + designation + `]`},
		{"en", "Become a verified operator.", `[9 verified operator ` + approval + `]`},
		{"en", "This permits you to use the model.", `[5 permits you to ` + license + `]`},
		{"en", "It is a license to test.", `[8 license to test ` + license + `]`},
		{"en", "Cheaper licenses for hospitals.", ""},
		{"en", "An official US government program.", `[3 official US government ` + official + `]`},
		{"en", "The CISA-approved tool.", `[4 CISA-approved ` + official + `]`},
		{"en", "It bears the federal seal.", `[13 federal seal ` + official + `]`},
		{"en", "The government names the senior official.", ""},
		{"en", "Hurry!", `[5 ! ` + loud + `]`},
		{"en", "Please note the date.", `[0 Please note ` + loud + `]`},
		{"en", "A programme for organisations.", `[2 programme ` + british + `]`},
		{"en", "A program for organizations that are authorized.", ""},
		{"es", "Una persona de ingeniería le visita.", ""},
		{"es", "Se garantiza la visita.", `[3 garantiza ` + promise + `]`},
		{"es", "Es una garantía.", `[7 garantía ` + promise + `]`},
		{"es", "Su solicitud será aprobada.", `[13 será aprobada ` + promise + `]`},
		{"es", "Usted tiene derecho a una visita.", `[6 tiene derecho ` + right + `]`},
		{"es", "Ley de derecho público.", ""},
		{"es", "Es gratuita.", `[3 gratuita ` + undatedEs + `]`},
		{"es", "Sin costo.", `[0 Sin costo ` + undatedEs + `]`},
		{"es", "Sin costo publicado al 22 de noviembre de 2026.", ""},
		{"es", "Un modelo de frontera cubierto.", `[3 modelo de frontera cubierto ` + designation + `]`},
		{"es", "Es operadora verificada.", `[3 operadora verificada ` + approval + `]`},
		{"es", "Es una licencia para usar el modelo.", `[7 licencia para usar ` + license + `]`},
		{"es", "Licencias más baratas.", ""},
		{"es", "Es el sitio oficial del gobierno.", `[6 sitio oficial del gobierno ` + official + `]`},
		{"es", "Una herramienta avalada por el gobierno.", `[16 avalada por el gobierno ` + official + `]`},
		{"es", "¡Apresúrese!", `[0 ¡ ` + loud + `]`},
		{"es", "Tenga en cuenta la fecha.", `[0 Tenga en cuenta ` + loud + `]`},
		{"es", "Aplique al programa.", `[0 Aplique al programa ` + applying + `]`},
		{"es", "Esta regla se aplica a los hospitales.", ""},
		{"es", "Solicite entrar al programa.", ""},
	}
	for _, test := range tests {
		got := ""
		for _, find := range Check(test.lang, test.text) {
			got += fmt.Sprintf("[%d %s %s]", find.Offset, find.Words, find.Reason)
		}
		if got != test.want {
			t.Errorf("%s %q: got %s, want %s", test.lang, test.text, got, test.want)
		}
	}
}

// TestCodes holds that every reason has a word by which callers find its text.
func TestCodes(t *testing.T) {
	for _, r := range append(english, spanish...) {
		if (Find{Reason: r.reason}).Code() == "" {
			t.Errorf("the reason %q has no code", r.reason)
		}
	}
}
