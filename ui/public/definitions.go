package public

import (
	"strings"
	"time"

	"accessdesk/catalog"
	"accessdesk/catalog/reference"
	"accessdesk/data"
	"accessdesk/ui/card"
	"accessdesk/ui/web"
)

// DefinitionsPage explains the words that programs and laws use.
type DefinitionsPage struct {
	Sections []wordSection
}

// wordSection is a part of the page.
type wordSection struct {
	ID, Title, Intro string
	Words            []word
	Table            bool // the words stand side by side in a table as well
}

// word is one definition.
type word struct {
	ID, Title        string
	Paragraphs       []string
	Who, Says, Where string // its row of the table
	Cited            []string
	Limits           []known
	Facts            []string
	Programs         []card.Link
	Sources          []backing
	Checked          string
}

// known is a statement with how sure it is.
type known struct {
	Text, Sure  string
	Read, Doubt bool // marks: somebody read it; it could not be confirmed
}

// backing is a source of a statement.
type backing struct {
	Title, URL string
	Link       bool   // somebody read the page
	Note       string // whether it is a law, and when it was read
}

// Definitions shows all definitions with the programs that use them.
func Definitions(r *web.Request, tx *data.Tx) (web.Reply, error) {
	snapshot, err := r.Desk().Catalog.Snapshot(tx)
	if err != nil {
		return web.Reply{}, err
	}
	library := r.Site.Reference
	lines := make([]*reference.Lines, len(snapshot.Listed()))
	for at, program := range snapshot.Listed() {
		lines[at] = reference.LinesOf(program)
	}
	page := DefinitionsPage{}
	for _, section := range library.Sections {
		shown := wordSection{ID: section.ID, Title: section.Title.In(r.Lang), Intro: section.Intro.In(r.Lang)}
		for _, d := range library.Definitions {
			if d.Section == section.ID {
				shown.Words = append(shown.Words, newWord(r, d, snapshot.Listed(), lines))
				shown.Table = shown.Table || d.Row != nil
			}
		}
		page.Sections = append(page.Sections, shown)
	}
	return web.Reply{Page: "public/definitions", Data: page}, nil
}

func newWord(r *web.Request, d *reference.Definition, listed []*catalog.Published, lines []*reference.Lines) word {
	w := word{ID: d.ID, Title: d.Title.In(r.Lang), Paragraphs: strings.Split(strings.TrimSpace(d.Text.In(r.Lang)), "\n\n"),
		Checked: r.L.T("reference.checked", "Date", day(r, d.CheckedOn))}
	if d.Row != nil {
		w.Who, w.Says, w.Where = d.Row.Who.In(r.Lang), d.Row.Says.In(r.Lang), d.Row.Where.In(r.Lang)
	}
	for _, limit := range d.Limits {
		w.Limits = append(w.Limits, newKnown(r, limit.Text, limit.Sure))
	}
	for _, facet := range d.Facts {
		if fact, ok := r.Desk().Vocabulary.Fact(facet.ID); ok {
			w.Facts = append(w.Facts, fact.Label.In(r.Lang))
		}
	}
	for at, program := range listed {
		if d.UsedBy(lines[at]) {
			w.Programs = append(w.Programs, card.ToProgram(r, program))
		}
	}
	for _, source := range d.Sources {
		w.Cited = append(w.Cited, source.Title.In(r.Lang))
		w.Sources = append(w.Sources, newBacking(r, source))
	}
	return w
}

func newKnown(r *web.Request, text reference.Text, sure reference.Sure) known {
	return known{Text: text.In(r.Lang), Sure: r.L.T("reference.sure_" + string(sure)),
		Read: sure == reference.SureRead, Doubt: sure == reference.SureUnconfirmed}
}

func newBacking(r *web.Request, s reference.Source) backing {
	shown := backing{Title: s.Title.In(r.Lang), URL: s.URL, Link: s.Read}
	switch {
	case s.Read, s.Dated() && s.URL == "":
		shown.Note = r.L.T("reference.read_on", "Date", day(r, s.ReadOn))
	case s.Dated():
		shown.Note = r.L.T("reference.not_opened", "Date", day(r, s.ReadOn))
	default:
		shown.Note = r.L.T("reference.not_read")
	}
	if s.Primary {
		shown.Note = r.L.T("reference.primary") + " · " + shown.Note
	}
	return shown
}

// day writes a calendar day in the reader's language.
func day(r *web.Request, d reference.Day) string { return r.L.Date(d.AsTime(time.UTC)) }

// wordsOf lists the definitions that a program draws its lines by.
func wordsOf(r *web.Request, program *catalog.Published) []card.Link {
	var links []card.Link
	lines := reference.LinesOf(program)
	for _, d := range r.Site.Reference.Definitions {
		if d.UsedBy(lines) {
			links = append(links, card.ToDefinition(r, d))
		}
	}
	return links
}
