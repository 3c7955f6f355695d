package desk

import "accessdesk/ui/web"

// FactsPage asks for the facts that the chosen programs read.
type FactsPage struct {
	web.Problems
	Application, Reference string
	Saved                  string
	Programs               int
	Open                   int // still needed
	Revision               int
	Back                   string // row of the check page to return to
	Groups                 []group
}

// group is a part of the form under a heading.
type group struct {
	ID, Title, Text string
	Fields          []field
}
