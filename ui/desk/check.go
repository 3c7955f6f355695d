package desk

import "accessdesk/ui/web"

// CheckPage shows everything once more before it is sent.
type CheckPage struct {
	web.Problems
	Application, Reference string
	Revision               int
	Gaps                   []gap
	Groups                 []answers
	Standing               []row
	Declarations           []field
	Count                  int // programs that it goes to
}

// gap is something that is still missing.
type gap struct{ Label, Text, Link string }

// answers is a part of the page under a heading.
type answers struct {
	ID, Title, Seen string
	Rows            []answered
}
