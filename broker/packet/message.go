package packet

import (
	"net/url"
	"strings"

	"accessdesk/catalog"
)

// Limits of a prepared message.
const (
	subjectLimit = 200   // characters
	mailtoLimit  = 1_800 // bytes of the whole link: mail programs and browsers cut off from about 2,000 on
)

// Message is the prepared e-mail or letter.
type Message struct {
	To      string // "" when the person has to find the address first
	Subject Words
	Body    Words
	// Mailto opens it in a mail program. Bodyless: the link would be too long with the text, which has to be copied then.
	Mailto   string
	Bodyless bool
	// Own: somebody's own words stand in it, which nobody translates.
	Own bool
}

// message makes the message, nil for a way to apply on which nothing is written.
func (w *writer) message(fields []Field) *Message {
	to := mailAddress(w.way.To)
	if w.way.Mode != catalog.ModeEmail && to == "" && w.way.Subject.Empty() {
		return nil
	}
	m := &Message{To: to, Subject: w.subject(), Body: w.body(fields)}
	for _, f := range fields {
		m.Own = m.Own || f.Own && f.State == Known && !f.Exposed
	}
	m.Mailto = mailto(m.To, m.Subject.Sent, m.Body.Sent)
	if len(m.Mailto) > mailtoLimit {
		m.Mailto, m.Bodyless = mailto(m.To, m.Subject.Sent, w.out.T("packet.mail_paste")), true
	}
	for most := subjectLimit / 2; len(m.Mailto) > mailtoLimit && most > 0; most /= 2 { // letters of three bytes become nine
		m.Mailto = mailto(m.To, cut(m.Subject.Sent, most), w.out.T("packet.mail_paste"))
	}
	return m
}

func (w *writer) subject() Words {
	words := w.text(w.way.Subject)
	if w.way.Subject.Empty() {
		words = w.text(w.Program.Title)
	}
	return Words{cut(line(words.Sent), subjectLimit), cut(line(words.Read), subjectLimit)}
}

// body writes the message: who asks for what, the answers in the order of the provider, what we would like to hear.
func (w *writer) body(fields []Field) Words {
	opening := "mail_ask"
	switch {
	case w.way.Mode == catalog.ModeViaIntermediary:
		opening = "mail_help"
	case w.open() && w.way.Mode != catalog.ModeInvitation:
		opening = "mail_apply"
	}
	parts := []Words{w.say("mail_hello"), w.say(opening, "Organization", w.organization(), "Program", w.title())}
	if about := about(fields, w); len(about) > 0 {
		parts = append(parts, w.say("mail_about"), joined(about, "\n"))
	}
	return joined(append(parts, w.say("mail_next"), w.signature()), "\n\n")
}

// about is one line, or a line and a paragraph, for each answer.
func about(fields []Field, w *writer) []Words {
	var all []Words
	for _, f := range fields {
		switch {
		case !f.Sent():
		case f.Exposed:
			all = append(all, w.say("mail_exposed", "What", f.Label))
		default:
			all = append(all, Words{labeled(f.Label.Sent, f.Value.Sent), labeled(f.Label.Read, f.Value.Read)})
		}
	}
	return all
}

// labeled writes "Label: value". A longer text stands below, set in, so that its lines are not taken for the next answer.
func labeled(label, value string) string {
	label = line(label)
	if label == "" {
		return value
	}
	if !strings.HasSuffix(label, "?") {
		label += ":"
	}
	if !strings.Contains(value, "\n") {
		return label + " " + value
	}
	return label + "\n  " + strings.ReplaceAll(value, "\n", "\n  ")
}

// joined puts texts together in both languages.
func joined(all []Words, separator string) Words {
	var sent, read []string
	for _, one := range all {
		sent, read = append(sent, one.Sent), append(read, one.Read)
	}
	return Words{strings.Join(sent, separator), strings.Join(read, separator)}
}

// organization is the name as the desk knows it, which is for a greeting good enough.
func (w *writer) organization() Words {
	if name := line(w.Organization); name != "" {
		return Words{name, name}
	}
	return w.blank(w.say("your_organization"))
}

func (w *writer) title() Words {
	words := w.text(w.Program.Title)
	return Words{line(words.Sent), line(words.Read)}
}

// signature is who writes: the name, the organization, the address.
func (w *writer) signature() Words {
	name := w.blank(w.say("your_name"))
	if own := line(w.Person.Name); own != "" {
		name = Words{own, own}
	}
	parts := []Words{w.say("mail_thanks"), name, w.organization()}
	if email := mailAddress(w.Person.Email); email != "" {
		parts = append(parts, Words{email, email})
	}
	return joined(parts, "\n")
}

// mailto writes a link of RFC 6068: everything percent-encoded, lines end with CR LF, which stand encoded too.
func mailto(to, subject, body string) string {
	encode := func(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }
	return "mailto:" + strings.ReplaceAll(url.PathEscape(to), "%40", "@") + "?subject=" + encode(subject) +
		"&body=" + encode(strings.ReplaceAll(body, "\n", "\r\n"))
}
