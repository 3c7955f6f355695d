package form

import (
	"errors"

	"accessdesk/broker/account"
	"accessdesk/data"
	"accessdesk/ui/web"
)

// Conflict shows two versions of a form side by side. Nothing is chosen beforehand: the person takes one of the
// two for each answer that differs.
type Conflict struct {
	web.Problems
	Address     string // of the form
	Who, When   string // who saved the other version, and when; empty: not known
	Self        bool   // this person did, in another window
	Revision    string // of the stored version, to save on top of it on purpose
	Back        string
	Mine        []Hidden // what this person wrote, carried along
	Differences []Difference
}

// Hidden is a value that a form carries along.
type Hidden struct{ Name, Value string }

// Difference is one answer that stands differently in the two versions.
type Difference struct {
	ID, Label, Problem string
	Theirs, Mine       Side
}

// Side is one version of an answer.
type Side struct {
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

// Differ adds a field whose two versions are not the same.
func (p *Conflict) Differ(r *web.Request, f Field, theirs, mine string) {
	taken := r.Form(takeID(f.ID))
	p.Differences = append(p.Differences, Difference{ID: takeID(f.ID), Label: f.Label,
		Theirs: Side{theirs, taken == takeTheirs}, Mine: Side{mine, taken == takeMine}})
}

// Carry takes the posted values of the fields along, so that "mine" can still be saved.
func (p *Conflict) Carry(r *web.Request, fields []Field) {
	for _, f := range fields {
		p.Mine = append(p.Mine, Hidden{"shown", f.Key})
		for _, name := range f.Names() {
			for _, value := range r.FormAll(name) {
				p.Mine = append(p.Mine, Hidden{name, value})
			}
		}
	}
}

// Undecided says at each difference that nothing was chosen yet, and tells whether there is one.
func (p *Conflict) Undecided(r *web.Request) bool {
	for i, d := range p.Differences {
		if d.Theirs.Chosen || d.Mine.Chosen {
			continue
		}
		p.Differences[i].Problem = r.L.T("desk.problem_take", "Label", d.Label)
		p.Problems = append(p.Problems, web.Problem{Field: d.ID, Text: p.Differences[i].Problem})
	}
	return len(p.Problems) > 0
}

// TookTheirs tells whether the person chose to keep an answer as it was saved.
func TookTheirs(r *web.Request, fieldID string) bool { return r.Form(takeID(fieldID)) == takeTheirs }

// Reply is the conflict page.
func (p Conflict) Reply() web.Reply {
	return web.Reply{Status: 409, Page: "desk/conflict", Data: p}
}

// Resolving tells whether the form is a conflict page with its choices.
func Resolving(r *web.Request) bool { return r.Has("resolve") }

// SavedBy names who saved the other version: a colleague by name or address.
func (p *Conflict) SavedBy(r *web.Request, tx *data.Tx, personID string) error {
	if p.Self = personID == r.Person.ID; p.Self {
		return nil
	}
	person, err := account.FindPerson(tx, personID)
	if errors.Is(err, data.ErrNotFound) {
		return nil
	}
	if p.Who = person.Name; p.Who == "" {
		p.Who = person.Email
	}
	return err
}
