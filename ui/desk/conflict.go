package desk

import "accessdesk/ui/web"

// ConflictPage shows two versions of a form side by side.
type ConflictPage struct {
	web.Problems
	Address     string // of the form
	Who, When   string // who saved the other version
	Revision    int
	Back        string
	Mine        []hidden // what this person wrote, carried along
	Differences []difference
	At          map[string]string // problem by field
}

// hidden is a value that a form carries along.
type hidden struct{ Name, Value string }

// difference is one answer that stands differently in the two versions.
type difference struct {
	ID, Label    string
	Theirs, Mine side
}

// side is one version of an answer.
type side struct {
	Text   string
	Chosen bool
}
