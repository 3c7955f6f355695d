// Package packet prepares what a person needs to apply for a program somewhere else: the steps in order, the message or
// the answers in the order in which the provider asks, what to say on the phone, the papers to gather, what comes next and
// whom to call. It sends nothing; a person does.
//
// Prepare is a function over what is known: the program and its way to apply, the facts with their sources, the answers.
// It reads no clock and no table.
//
// # Two languages
//
// The provider reads English, the person reads their own language. What goes to the provider is a Words: Sent is what
// goes out, Read is the same for the person. Where both are the same nothing is shown twice.
//
// # Nothing is invented
//
// What is not known is a Gap: it stands as "________ (to fill in: ...)" wherever the provider will look for it. An optional
// question without an answer, and a fact that does not concern the operator, are left out.
//
// # Nothing slips in
//
// People's words are text and nothing else: control characters and those that reorder a line are taken out, a subject is one
// line, an address is an address or it is left empty. An answer that looks like a password, a key, a map of the network or an
// open weakness is held back (see Risk) and stands as a Gap that says so.
package packet

import (
	"slices"
	"time"

	"accessdesk/catalog"
	"accessdesk/data/locale"
	"accessdesk/eligibility"
)

// NoReplyDays is after how many days of silence a person is reminded when the way to apply names no number.
const NoReplyDays = 14

// Blank is where somebody has to write; the texts packet.blank begin with it.
const Blank = "________"

// ProviderLanguage is the language of everything that goes to a provider.
const ProviderLanguage = locale.English

// Material is what a packet is made from.
type Material struct {
	Vocabulary *eligibility.Vocabulary
	Locales    *locale.Locales
	Lang       string         // the reader's language
	Zone       *time.Location // in which dates are said; nil is UTC

	Program      *catalog.Published
	Route        int    // which of Program.Apply
	Organization string // as the desk knows it; not necessarily the legal name
	Person       Person // who will send it

	Facts    eligibility.Profile
	Answers  map[string][]string // to the questions of the program, by id
	Answered time.Time           // when they were saved last
	Ticked   []string            // ids of the documents that are gathered
}

// Person is who writes to the provider.
type Person struct{ Name, Email string }

// Words is a text for the provider, and the same for the reader.
type Words struct{ Sent, Read string }

// Foreign tells whether the reader would want the text in their own language too.
func (w Words) Foreign() bool { return w.Sent != w.Read }

// Packet is everything for one way to apply.
type Packet struct {
	Mode      catalog.Mode
	Address   string // page to open, for web, download and the like; "" if there is none
	Steps     []string
	Fields    []Field  // in the order of the provider
	Message   *Message // nil: nothing is written
	Script    []Line   // what to say; none: nobody is called
	Documents []Document
	Next      []string // what the provider asks next, as far as it is known
	Contacts  []Contact
	Silence   Silence
}

// Document is a paper to gather.
type Document struct {
	ID     string // stays the same while its text does, wherever it stands
	Text   string
	Ticked bool
}

// Contact is somebody to turn to.
type Contact struct {
	Name  string
	For   string // what for, a short phrase
	Phone string
	Email string
	URL   string
}

// Silence is what to do when the provider does not answer.
type Silence struct {
	Days int
	Text string
}

// Possible tells whether there is a packet for a way to apply: for all but those reviewed here and those that do not exist.
func Possible(r catalog.ApplyRoute) bool {
	return r.Mode != catalog.ModeInApp && r.Mode != catalog.ModeNone
}

// Routes lists the ways to apply for which there is a packet, by their place in Apply.
func Routes(o *catalog.Offering) []int {
	var routes []int
	for i, r := range o.Apply {
		if Possible(r) {
			routes = append(routes, i)
		}
	}
	return routes
}

// SilentAfter is after how many days without an answer on a way to apply a person is reminded.
func SilentAfter(r catalog.ApplyRoute) int {
	if r.NoReplyAfterDays > 0 {
		return r.NoReplyAfterDays
	}
	return NoReplyDays
}

// Prepare makes the packet. ok is false when the program has no such way to apply.
func Prepare(m Material) (p Packet, ok bool) {
	if m.Route < 0 || m.Route >= len(m.Program.Apply) || !Possible(m.Program.Apply[m.Route]) {
		return Packet{}, false
	}
	w := newWriter(m, m.Program.Apply[m.Route])
	p = Packet{Mode: w.way.Mode, Address: pageAddress(w.way.To), Fields: w.fields()}
	p.Message = w.message(p.Fields)
	p.Script = w.script(p.Fields)
	p.Steps = w.steps(len(p.Gaps()))
	p.Documents = w.documents()
	p.Next = w.next()
	p.Contacts = w.contacts()
	p.Silence = w.silence(p.Contacts)
	return p, true
}

// Gaps are the fields that somebody still has to fill in.
func (p Packet) Gaps() []Field {
	return slices.DeleteFunc(slices.Clone(p.Fields), func(f Field) bool { return f.State != Missing && f.State != Withheld })
}

// Sheet tells whether the answers are copied one by one into a form of the provider, rather than sent in a message or read
// out on the phone.
func (p Packet) Sheet() bool {
	return p.Mode == catalog.ModeWeb || p.Message == nil && len(p.Script) == 0
}

// writer makes the parts of a packet for one way to apply.
type writer struct {
	Material
	way   catalog.ApplyRoute
	facts eligibility.Profile // with what follows from them
	out   *locale.Localizer   // the provider's language
	in    *locale.Localizer   // the reader's
}

func newWriter(m Material, way catalog.ApplyRoute) *writer {
	if m.Zone == nil {
		m.Zone = time.UTC
	}
	w := &writer{Material: m, way: way, out: m.Locales.In(ProviderLanguage), in: m.Locales.In(m.Lang)}
	w.facts, _ = m.Vocabulary.Complete(m.Facts)
	return w
}

// say gives one of our own texts in both languages. Texts among args are Words, or the same in both.
func (w *writer) say(key string, args ...any) Words {
	sent, read := slices.Clone(args), slices.Clone(args)
	for i, arg := range args {
		if words, ok := arg.(Words); ok {
			sent[i], read[i] = words.Sent, words.Read
		}
	}
	return Words{w.out.T("packet."+key, sent...), w.in.T("packet."+key, read...)}
}

// text gives a text of the catalog in both languages.
func (w *writer) text(t catalog.Text) Words {
	return Words{lines(t.In(ProviderLanguage)), lines(t.In(w.in.Lang()))}
}

// blank is the place that somebody has to fill in.
func (w *writer) blank(what Words) Words { return w.say("blank", "What", what) }

// open tells whether the provider is known to take requests.
func (w *writer) open() bool { return w.Program.Status == catalog.StatusOpen }
