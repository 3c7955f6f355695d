package packet

import "accessdesk/catalog"

// Part says what a line of a phone script is.
type Part string

// The parts of a phone script.
const (
	Say   Part = "say"   // words to say
	Read  Part = "read"  // an answer to read out when they ask
	Ask   Part = "ask"   // a question to ask them
	Write Part = "write" // what to write down; for the reader only
)

// Line is one line of a phone script.
type Line struct {
	Part  Part
	Label Words // of an answer to read out
	Words
}

// Gist is what a reader needs to understand the line: nothing in their own language, the label alone where the answer is the
// same in both, else the whole.
func (l Line) Gist() string {
	switch {
	case l.Foreign():
		return labeled(l.Label.Read, l.Words.Read)
	case l.Label.Foreign():
		return line(l.Label.Read)
	}
	return ""
}

// Text is the line as it is said.
func (l Line) Text() string { return labeled(l.Label.Sent, l.Sent) }

// script writes what to say on the phone; nothing for a way to apply on which nobody calls.
func (w *writer) script(fields []Field) []Line {
	if w.way.Mode != catalog.ModePhone && w.way.Mode != catalog.ModeViaIntermediary {
		return nil
	}
	name := w.blank(w.say("your_name"))
	if own := line(w.Person.Name); own != "" {
		name = Words{own, own}
	}
	lines := []Line{
		{Part: Say, Words: w.say("call_hello", "Name", name, "Organization", w.organization())},
		{Part: Say, Words: w.say("call_about", "Program", w.title())},
	}
	for _, f := range fields {
		if f.Sent() && !f.Exposed {
			lines = append(lines, Line{Read, f.Label, f.Value})
		}
	}
	for _, key := range []string{"call_ask_takes", "call_ask_next", "call_ask_when"} {
		lines = append(lines, Line{Part: Ask, Words: w.say(key)})
	}
	for _, key := range []string{"call_write_who", "call_write_said"} {
		note := w.in.T("packet." + key)
		lines = append(lines, Line{Part: Write, Words: Words{note, note}})
	}
	return lines
}
