package packet

import (
	"strconv"
	"strings"

	"accessdesk/catalog"
	"accessdesk/data/locale"
)

// Heading is what stands at the top of the text of a packet.
type Heading struct {
	Program, Provider, Organization, Reference, Status string
	Made                                               string // "Prepared on November 3, 2026", or when it was sent
	Since                                              Since
}

// Since is what changed after a packet was sent; the zero Since is that of one that is not sent.
type Since struct {
	Title   string
	Changes []string
}

// Text writes a packet as plain text, to keep, print or copy from.
func (p Packet) Text(h Heading, l *locale.Localizer) string {
	var b book
	b.title(line(h.Program))
	for _, one := range []string{h.Provider, h.Organization, h.Reference, h.Status, h.Made} {
		if one != "" {
			b.row(line(one))
		}
	}
	if len(h.Since.Changes) > 0 {
		b.heading(h.Since.Title)
		for _, one := range h.Since.Changes {
			b.row("- " + strings.ReplaceAll(one, "\n", "\n  "))
		}
	}
	b.heading(l.T("packet.steps"))
	for i, step := range p.Steps {
		b.row(strconv.Itoa(i+1) + ". " + step)
	}
	if p.Address != "" {
		b.gap()
		b.row(l.T("packet.page") + " " + p.Address)
	}
	p.writeMessage(&b, l)
	p.writeScript(&b, l)
	if p.Sheet() {
		p.writeFields(&b, l, l.T("packet.sheet"), p.Fields)
	} else {
		p.writeFields(&b, l, l.T("packet.missing"), p.Gaps())
	}
	p.writeRest(&b, l)
	return b.String()
}

func (p Packet) writeMessage(b *book, l *locale.Localizer) {
	if p.Message == nil {
		return
	}
	b.heading(l.T("packet.message"))
	to := p.Message.To
	if to == "" {
		to = l.T("packet.message_to_find")
	}
	b.row(l.T("packet.to") + " " + to)
	b.row(l.T("packet.subject") + " " + p.Message.Subject.Sent)
	b.gap()
	b.row(p.Message.Body.Sent)
	if p.Message.Body.Foreign() {
		b.heading(l.T("packet.message_read"))
		b.row(l.T("packet.subject") + " " + p.Message.Subject.Read)
		b.gap()
		b.row(p.Message.Body.Read)
	}
}

func (p Packet) writeScript(b *book, l *locale.Localizer) {
	if len(p.Script) == 0 {
		return
	}
	b.heading(l.T("packet.script"))
	last := Part("")
	for _, one := range p.Script {
		if one.Part != last {
			b.gap()
			b.row(l.T("packet.part_" + string(one.Part)))
			last = one.Part
		}
		b.row("- " + strings.ReplaceAll(one.Text(), "\n", "\n  "))
		if gist := one.Gist(); gist != "" {
			b.row("  (" + strings.ReplaceAll(gist, "\n", "\n  ") + ")")
		}
	}
}

func (p Packet) writeFields(b *book, l *locale.Localizer, title string, fields []Field) {
	if len(fields) == 0 {
		return
	}
	b.heading(title)
	for i, f := range fields {
		if i > 0 {
			b.gap()
		}
		b.row(strings.TrimSpace(labeled(f.Label.Read, "")))
		if f.Label.Foreign() {
			b.row("  (" + f.Label.Sent + ")")
		}
		switch {
		case f.State == Missing || f.State == Withheld:
			b.row("  " + Blank)
		case f.State == Known:
			b.row("  " + strings.ReplaceAll(f.Value.Sent, "\n", "\n  "))
			if f.Value.Foreign() {
				b.row("  (" + strings.ReplaceAll(f.Value.Read, "\n", "\n  ") + ")")
			}
		}
		for _, note := range []string{f.Source, f.Note} {
			if note != "" {
				b.row("  [" + note + "]")
			}
		}
	}
}

func (p Packet) writeRest(b *book, l *locale.Localizer) {
	if len(p.Documents) > 0 {
		b.heading(l.T("packet.documents"))
		for _, d := range p.Documents {
			box := "[ ] "
			if d.Ticked {
				box = "[x] "
			}
			b.row(box + d.Text)
		}
	}
	if len(p.Next) > 0 || p.Mode != catalog.ModeDownload {
		b.heading(l.T("packet.next"))
	}
	if len(p.Next) == 0 && p.Mode != catalog.ModeDownload {
		b.row(l.T("packet.next_unknown"))
	}
	for _, one := range p.Next {
		b.row("- " + one)
	}
	b.heading(l.T("packet.contacts"))
	for _, c := range p.Contacts {
		b.row("- " + c.Name + " (" + c.For + ")")
		for _, way := range []string{c.Phone, c.Email, c.URL} {
			if way != "" {
				b.row("  " + way)
			}
		}
	}
	if p.Silence.Text != "" {
		b.gap()
		b.row(p.Silence.Text)
	}
	b.heading(l.T("packet.keep_out_title"))
	b.row(l.T("packet.keep_out"))
}

// book writes plain text in paragraphs.
type book struct{ strings.Builder }

func (b *book) title(text string) {
	b.row(text)
	b.row(strings.Repeat("=", len([]rune(text))))
}

func (b *book) heading(text string) {
	b.gap()
	b.row(text)
	b.row(strings.Repeat("-", len([]rune(text))))
}

func (b *book) gap()            { b.WriteString("\n") }
func (b *book) row(text string) { b.WriteString(text + "\n") }
