package packet

import (
	"net/url"
	"strings"
	"testing"
	"unicode"

	"accessdesk/catalog"
	"accessdesk/eligibility"

	"pgregory.net/rapid"
)

// opened reads a mailto link as a mail program does (RFC 6068): only percent signs decode, a plus is a plus.
func opened(t interface{ Fatalf(string, ...any) }, link string) (to, subject, body string) {
	rest, ok := strings.CutPrefix(link, "mailto:")
	if !ok || strings.ContainsFunc(link, func(r rune) bool { return r <= ' ' || r > '~' }) || strings.ContainsAny(link, `"<>+`) {
		t.Fatalf("no clean mailto link: %q", link)
	}
	to, query, _ := strings.Cut(rest, "?")
	parts := map[string]string{}
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		decoded, err := url.PathUnescape(value)
		if _, twice := parts[name]; err != nil || twice {
			t.Fatalf("%q: %v", pair, err)
		}
		parts[name] = decoded
	}
	if len(parts) != 2 {
		t.Fatalf("%d header fields in %q", len(parts), link)
	}
	return to, parts["subject"], parts["body"]
}

func TestMailto(t *testing.T) {
	s := open(t)
	p := prepare(t, s.material(s.program(t, "cisa-vuln-scanning"), "en"))
	to, subject, body := opened(t, p.Message.Mailto)
	if to != "vulnerability@cisa.dhs.gov" || subject != "Requesting Cyber Hygiene Services" {
		t.Errorf("to %q, subject %q", to, subject)
	}
	if strings.ReplaceAll(body, "\r\n", "\n") != p.Message.Body.Sent || strings.Count(body, "\n") != strings.Count(body, "\r\n") {
		t.Errorf("body %q", body)
	}
	if !strings.HasPrefix(p.Message.Mailto, "mailto:vulnerability@cisa.dhs.gov?subject=Requesting%20Cyber%20Hygiene%20Services&body=Hello%2C%0D%0A%0D%0A") {
		t.Errorf("link %q", p.Message.Mailto)
	}
}

// A text that is too long for a link is copied: the link brings the address and the subject.
func TestLongTextIsNotInTheLink(t *testing.T) {
	s := open(t)
	m := s.material(s.program(t, "cisa-vuln-scanning"), "en")
	m.Answers = map[string][]string{"heard_from": {strings.Repeat("Año. ", 300)}}
	p := prepare(t, m)
	if _, _, body := opened(t, p.Message.Mailto); !p.Message.Bodyless || body != "[Paste the prepared message here.]" {
		t.Errorf("bodyless %v, body %q", p.Message.Bodyless, body)
	}
	if !strings.Contains(p.Message.Body.Sent, strings.Repeat("Año. ", 200)) {
		t.Error("the text to copy was cut off")
	}
}

// hostile are the characters with which a text gets out of its place.
var hostile = []rune("\r\n\x00\x1b\u0085\u2028\u2029\u202e\u2066\u200b\ufeff\U000e0041&?=#%+\"<>'@,;: \tabcñ漢🙂{}$")

func hostileText(label string, t *rapid.T) string {
	return rapid.StringOfN(rapid.OneOf(rapid.SampledFrom(hostile), rapid.Rune()), 0, 400, -1).Draw(t, label)
}

// Whatever people and catalogs write: the subject stays one line, the address is one or none, the link opens to the same
// text and stays short, and nothing that reorders or hides text goes out.
func TestNothingGetsOutOfItsPlace(t *testing.T) {
	s := open(t)
	base := s.program(t, "cisa-vuln-scanning")
	rapid.Check(t, func(rt *rapid.T) {
		offering := *base.Offering
		offering.Title = catalog.Text{En: hostileText("title", rt), Es: hostileText("título", rt)}
		way := offering.Apply[0]
		way.To = rapid.OneOf(rapid.Just(way.To), rapid.Custom(func(t *rapid.T) string { return hostileText("to", t) })).Draw(rt, "to")
		way.Subject = catalog.Text{En: hostileText("subject", rt), Es: "x"}
		way.Mode = rapid.SampledFrom([]catalog.Mode{catalog.ModeEmail, catalog.ModePhone, catalog.ModeWeb, catalog.ModeViaIntermediary, catalog.ModeInvitation, catalog.ModeDownload}).Draw(rt, "mode")
		offering.Apply = []catalog.ApplyRoute{way}
		published := *base
		published.Offering = &offering
		m := s.material(&published, rapid.SampledFrom([]string{"en", "es"}).Draw(rt, "lang"))
		m.Organization, m.Person = hostileText("organization", rt), Person{hostileText("name", rt), hostileText("email", rt)}
		m.Answers = map[string][]string{"heard_from": {hostileText("answer", rt)}}
		m.Facts["technical_contact"] = eligibility.String(hostileText("contact", rt))
		p := prepare(t, m)
		for _, text := range everyText(p, s) {
			if strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' || unicode.Is(unicode.Cf, r) }) {
				rt.Fatalf("control characters in %q", text)
			}
		}
		if p.Message != nil {
			sound(rt, p.Message)
		}
	})
}

func sound(t *rapid.T, m *Message) {
	if strings.ContainsAny(m.Subject.Sent+m.To, "\r\n") || strings.ContainsAny(m.To, " ,;?&") || m.To != "" && strings.Count(m.To, "@") != 1 {
		t.Fatalf("to %q, subject %q", m.To, m.Subject.Sent)
	}
	if len(m.Mailto) > mailtoLimit {
		t.Fatalf("link of %d bytes", len(m.Mailto))
	}
	to, subject, body := opened(t, m.Mailto)
	if to != m.To || !strings.HasPrefix(m.Subject.Sent, strings.TrimSuffix(subject, "…")) {
		t.Fatalf("the link says %q and %q, the message %q and %q", to, subject, m.To, m.Subject.Sent)
	}
	if !m.Bodyless && strings.ReplaceAll(body, "\r\n", "\n") != m.Body.Sent {
		t.Fatalf("body of the link %q, of the message %q", body, m.Body.Sent)
	}
}

// everyText is every text of a packet, and its plain text.
func everyText(p Packet, s shipped) []string {
	all := append([]string{p.Address, p.Silence.Text, p.Text(Heading{}, s.locales.In("es"))}, p.Steps...)
	all = append(all, p.Next...)
	for _, f := range p.Fields {
		all = append(all, f.Label.Sent, f.Label.Read, f.Value.Sent, f.Value.Read, f.Source, f.Note)
	}
	for _, l := range p.Script {
		all = append(all, l.Text(), l.Gist())
	}
	for _, c := range p.Contacts {
		all = append(all, c.Name, c.For, c.Phone, c.Email, c.URL)
	}
	if m := p.Message; m != nil {
		all = append(all, m.To, m.Subject.Sent, m.Subject.Read, m.Body.Sent, m.Body.Read, m.Mailto)
	}
	return all
}

// A subject of letters that need nine characters in a link still fits.
func TestLongSubjectFits(t *testing.T) {
	s := open(t)
	program := s.invented(t, strings.Replace(invitation, "Interest in guided monitoring", strings.Repeat("漢字 ", 90), 1))
	p := prepare(t, s.material(program, "en"))
	if len(p.Message.Mailto) > mailtoLimit || !p.Message.Bodyless {
		t.Errorf("link of %d bytes, bodyless %v", len(p.Message.Mailto), p.Message.Bodyless)
	}
	if _, subject, _ := opened(t, p.Message.Mailto); !strings.HasPrefix(subject, "漢字 漢字") {
		t.Errorf("subject %q", subject)
	}
}

// Every answer that is known stands in the message word for word; every gap stands as a blank; nothing else is added.
func TestTheMessageHoldsTheAnswers(t *testing.T) {
	s := open(t)
	program := s.program(t, "appa-cyber")
	rapid.Check(t, func(rt *rapid.T) {
		m := s.material(program, "en")
		m.Facts = eligibility.Profile{}
		words := rapid.StringMatching(`[A-Za-z][A-Za-z0-9 ]{0,40}[a-z]`)
		for _, id := range []eligibility.FactID{"legal_name", "eia_utility_id", "authorised_official", "technical_contact"} {
			if rapid.Bool().Draw(rt, string(id)) {
				m.Facts[id] = eligibility.String(words.Draw(rt, "words"))
			}
		}
		if rapid.Bool().Draw(rt, "meters") {
			m.Facts["meters"] = eligibility.Int(rapid.Int64Range(0, 1_000_000).Draw(rt, "number"))
		}
		p := prepare(t, m)
		if blanks, gaps := strings.Count(p.Message.Body.Sent, Blank), len(p.Gaps()); blanks != gaps {
			rt.Fatalf("%d blanks for %d gaps:\n%s", blanks, gaps, p.Message.Body.Sent)
		}
		for _, f := range p.Fields {
			if f.State == Known && !strings.Contains(p.Message.Body.Sent, f.Value.Sent) {
				rt.Fatalf("%s: %q is not in\n%s", f.ID, f.Value.Sent, p.Message.Body.Sent)
			}
			if _, given := m.Facts[eligibility.FactID(f.ID)]; given != (f.State == Known) {
				rt.Fatalf("%s is %s", f.ID, f.State)
			}
		}
	})
}
