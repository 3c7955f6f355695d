package packet

import (
	"slices"
	"strings"
	"testing"

	"accessdesk/data/locale"
)

func TestRiskOf(t *testing.T) {
	for text, want := range map[string]Risk{
		"":                                    NoRisk,
		"We watch our network day and night":  NoRisk,
		"password: Summer2026":                RiskPassword,
		"The router password is Summer2026":   RiskPassword,
		"Password:\n\nSummer2026":             RiskPassword,
		"PIN=4711":                            RiskPassword,
		"contraseña: verano":                  RiskPassword,
		"La contraseña es Verano_2026":        RiskPassword,
		"https://admin:hunter2@example.org/":  RiskPassword,
		"user\u202e password:\u200b hunter22": RiskPassword,
		"Password policy: none":               NoRisk,
		"Passwords: we change them yearly":    NoRisk,
		"Our password is kept by the clerk":   NoRisk,
		"Password manager for all staff":      NoRisk,
		"https://example.org/a:b@c":           NoRisk,
		"-----BEGIN RSA PRIVATE KEY-----":     RiskKey,
		"-----BEGIN PUBLIC KEY-----":          NoRisk,
		"AKIA" + strings.Repeat("A", 16):      RiskKey,
		"ghp_" + strings.Repeat("a", 36):      RiskKey,
		"sk-" + strings.Repeat("a", 30):       RiskKey,
		"eyJhbGciOiJI.eyJzdWIiOiIx.abc":       RiskKey,
		"The pump answers at 192.168.4.20":    RiskNetwork,
		"10.0.0.0/8 behind the firewall":      RiskNetwork,
		"fd12:3456:789a::1":                   RiskNetwork,
		"Our address is 203.0.113.7":          NoRisk,
		"Version 10.2.3 of the program":       NoRisk,
		"We still have CVE-2021-44228 open":   RiskWeakness,
	} {
		if got := RiskOf(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// A list that asks for addresses may hold internal ones; a password stays out of every field.
func TestListsOfAddresses(t *testing.T) {
	s := open(t)
	program := s.invented(t, strings.Replace(invitation, "[[criteria]]", `[[questions]]
id = "ranges"
type = "cidr_list"
label = { en = "Which addresses?", es = "¿Qué direcciones?" }
[[questions]]
id = "story"
type = "long_text"
label = { en = "What happened?", es = "¿Qué pasó?" }
[[criteria]]`, 1))
	program.Apply[0].Fields = []string{"ranges", "story"}
	m := s.material(program, "en")
	m.Answers = map[string][]string{"ranges": {"10.0.0.0/24\n203.0.113.0/24"}, "story": {"It began at 10.0.0.7"}}
	p := prepare(t, m)
	if p.Fields[0].State != Known || p.Fields[1].State != Withheld || p.Fields[1].Risk != RiskNetwork {
		t.Errorf("fields %+v", p.Fields)
	}
	if strings.Contains(p.Message.Body.Sent, "10.0.0") {
		t.Errorf("an address went out:\n%s", p.Message.Body.Sent)
	}
}

// Our own texts are calm, there is one for each risk, and blanks can be found.
func TestOwnTexts(t *testing.T) {
	locales, err := locale.Bundle() // of its own: asking for a text without its values is remembered
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range []string{"en", "es"} {
		l := locales.In(lang)
		for _, key := range l.Keys() {
			if !strings.HasPrefix(key, "packet.") {
				continue
			}
			if text := l.T(key); strings.ContainsAny(text, "!¡") {
				t.Errorf("%s %s is loud: %q", lang, key, text)
			}
		}
		for _, risk := range Risks() {
			if !l.Has("packet.risk_" + string(risk)) {
				t.Errorf("%s: no text for the risk %s", lang, risk)
			}
		}
		if !strings.HasPrefix(l.T("packet.blank", "What", "x"), Blank) {
			t.Errorf("%s: the blank does not begin with %s", lang, Blank)
		}
	}
}

// No step or document of the catalog asks for a password or a map of the network without saying to leave it out.
func TestShippedTextsAskForNoSecrets(t *testing.T) {
	s := open(t)
	secret := []string{"password", "network map", "network detail", "contraseña", "mapa de red", "mapas de red", "detalles de red"}
	out := []string{"no password", "no network", "leave out", "sin contraseña", "no incluya", "sin detalles", "ni mapas", "not a password", "no es una contraseña"}
	contains := func(words []string, text string) bool {
		return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(strings.ToLower(text), word) })
	}
	for _, program := range s.catalog.Offerings {
		for _, way := range Routes(program.Offering) {
			for _, lang := range []string{"en", "es"} {
				m := s.material(program, lang)
				m.Route = way
				p := prepare(t, m)
				texts := slices.Concat(p.Steps, p.Next)
				for _, d := range p.Documents {
					texts = append(texts, d.Text)
				}
				for _, text := range texts {
					if contains(secret, text) && !contains(out, text) {
						t.Errorf("%s: %q", program.Slug, text)
					}
				}
			}
		}
	}
}

func FuzzRiskOf(f *testing.F) {
	for _, seed := range []string{"", "password: x", "10.0.0.1", "eyJ.eyJ.", "PIN is \xff", "a://b:c@"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if risk := RiskOf(text); risk != NoRisk && !slices.Contains(Risks(), risk) {
			t.Errorf("%q", risk)
		}
		if RiskOf("before\n"+text+"\n\npassword: Summer2026") == NoRisk {
			t.Error("a password slipped through behind another text")
		}
	})
}

func FuzzClean(f *testing.F) {
	for _, seed := range []string{"", "a\r\nb", "\u202eabc", "a@b.example", "mailto:x", "https://example.org/?a=b", "+1 (555) 010-0"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		clean := lines(text)
		if lines(clean) != clean {
			t.Errorf("%q cleaned twice is %q", clean, lines(clean))
		}
		if one := line(text); strings.ContainsAny(one, "\r\n") || line(one) != one {
			t.Errorf("line %q", one)
		}
		if address := mailAddress(text); address != "" && (mailAddress(address) != address || strings.ContainsAny(address, "\r\n ,;?&")) {
			t.Errorf("address %q", address)
		}
		if page := pageAddress(text); page != "" && !strings.HasPrefix(page, "http") {
			t.Errorf("page %q", page)
		}
		if number := phoneNumber(text); number != "" && strings.ContainsAny(number, "\r\n;:") {
			t.Errorf("number %q", number)
		}
	})
}
