package desk

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/data"
	"accessdesk/ui/web"
)

// ConflictPage shows two versions of a form side by side. Nothing is chosen beforehand: the person takes one of the
// two for each answer that differs.
type ConflictPage struct {
	web.Problems
	Address     string // of the form
	Who, When   string // who saved the other version
	Revision    int64
	Back        string
	Mine        []hidden // what this person wrote, carried along
	Differences []difference
}

// hidden is a value that a form carries along.
type hidden struct{ Name, Value string }

// difference is one answer that stands differently in the two versions.
type difference struct {
	ID, Label, Problem string
	Theirs, Mine       side
}

// side is one version of an answer.
type side struct {
	Text   string
	Chosen bool
}

// The two versions, as the radio buttons post them.
const (
	takeTheirs = "theirs"
	takeMine   = "mine"
)

// takeID is the name of the radio buttons for a field.
func takeID(fieldID string) string { return "take-" + fieldID }

// newConflict begins the page. Who saved the other version may be this person, in another window.
func newConflict(r *web.Request, by account.Person, revision int64) ConflictPage {
	page := ConflictPage{Address: r.Path(), Who: r.L.T("desk.someone"), Revision: revision, Back: rowName(r.Form("back"))}
	if by.ID == r.Person.ID {
		page.Who = r.L.T("desk.you")
	} else if by.Email != "" {
		page.Who = by.Email
	}
	return page
}

// differ adds a field if its two versions are not the same.
func (p *ConflictPage) differ(r *web.Request, id, label, theirs, mine string) {
	if theirs == mine {
		return
	}
	taken := r.Form(takeID(id))
	one := difference{ID: takeID(id), Label: label, Theirs: side{theirs, taken == takeTheirs}, Mine: side{mine, taken == takeMine}}
	p.Differences = append(p.Differences, one)
}

// carry takes the posted values of the fields along, so that "mine" can still be saved.
func (p *ConflictPage) carry(posted url.Values) {
	for _, name := range slices.Sorted(mapsKeys(posted)) {
		for _, value := range posted[name] {
			p.Mine = append(p.Mine, hidden{name, value})
		}
	}
}

// unchosen lists the differences of a conflict page that was sent without a choice, as problems.
func (p *ConflictPage) unchosen(r *web.Request) bool {
	for i, d := range p.Differences {
		if d.Theirs.Chosen || d.Mine.Chosen {
			continue
		}
		p.Differences[i].Problem = r.L.T("desk.problem_take", "Label", d.Label)
		p.Problems = append(p.Problems, web.Problem{Field: d.ID, Text: p.Differences[i].Problem})
	}
	return len(p.Problems) > 0
}

// resolving tells whether the form is a conflict page with choices.
func resolving(r *web.Request) bool { return r.Has("resolve") }
