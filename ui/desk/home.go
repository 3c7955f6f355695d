package desk

// HomePage is what needs the person now, and what is under way.
type HomePage struct {
	Organization string
	Fresh        bool // no application yet: two ways to begin
	ToDo         []toDo
	Sent         []row // with the reviewers
	Access       []row
	Decided      []row
}

// toDo is one thing that waits for the person.
type toDo struct {
	row
	Act   string // what the button says
	First bool   // the most pressing one
}
