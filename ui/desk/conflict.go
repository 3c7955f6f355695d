package desk

import (
	"accessdesk/broker/account"
	"accessdesk/data"
	"accessdesk/ui/form"
	"accessdesk/ui/web"
)

// ConflictPage shows two versions of a form side by side. Nothing is chosen beforehand: the person takes one of the
// two for each answer that differs.
type ConflictPage struct {
	web.Problems
	Address     string // of the form
	Who, When   string // who saved the other version, and when; empty: not known
	Self        bool   // this person did, in another window
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

// differ adds a field whose two versions are not the same.
func (p *ConflictPage) differ(r *web.Request, f form.Field, theirs, mine string) {
	taken := r.Form(takeID(f.ID))
	p.Differences = append(p.Differences, difference{ID: takeID(f.ID), Label: f.Label,
		Theirs: side{theirs, taken == takeTheirs}, Mine: side{mine, taken == takeMine}})
}

// carry takes the posted values of the fields along, so that "mine" can still be saved.
func (p *ConflictPage) carry(r *web.Request, fields []form.Field) {
	for _, f := range fields {
		p.Mine = append(p.Mine, hidden{"shown", f.Key})
		for _, name := range f.Names() {
			for _, value := range r.FormAll(name) {
				p.Mine = append(p.Mine, hidden{name, value})
			}
		}
	}
}

// undecided says at each difference that nothing was chosen yet, and tells whether there is one.
func (p *ConflictPage) undecided(r *web.Request) bool {
	for i, d := range p.Differences {
		if d.Theirs.Chosen || d.Mine.Chosen {
			continue
		}
		p.Differences[i].Problem = r.L.T("desk.problem_take", "Label", d.Label)
		p.Problems = append(p.Problems, web.Problem{Field: d.ID, Text: p.Differences[i].Problem})
	}
	return len(p.Problems) > 0
}

// reply is the conflict page.
func (p ConflictPage) reply() web.Reply {
	return web.Reply{Status: 409, Page: "desk/conflict", Data: p}
}

// resolving tells whether the form is a conflict page with its choices.
func resolving(r *web.Request) bool { return r.Has("resolve") }

// savedBy names who saved the other version: a colleague by name or address.
func (p *ConflictPage) savedBy(r *web.Request, tx *data.Tx, personID string) error {
	if p.Self = personID == r.Person.ID; p.Self {
		return nil
	}
	person, err := account.FindPerson(tx, personID)
	if isNotFound(err) {
		return nil
	}
	if p.Who = person.Name; p.Who == "" {
		p.Who = person.Email
	}
	return err
}
