package desk

import "accessdesk/ui/web"

// StatusPage tells where one program of an application stands.
type StatusPage struct {
	web.Problems
	Application, Reference, Organization string
	Slug, Title, Provider                string
	Pill                                 pill
	Revision                             int
	Ask                                  *asked // a question waits for an answer
	Reply                                field
	Decision                             *decided
	Next                                 string // who acts next and by when
	Steps                                []step
	Messages                             []message
	Answers, Facts                       []answered
	Withdraw                             string
}

// asked is the reviewer's question that waits.
type asked struct{ Text, When, By string }

// decided is how it ended.
type decided struct {
	Approved            bool
	Title, Text, Change string
	Grant               string // id of the grant
	Again               bool   // a link to the program's rules helps
}

// step is one stage of the timeline.
type step struct {
	Title, When, Text string
	Done, Now         bool
}

// message is what was said.
type message struct {
	Mine            bool
	Who, When, Text string
}

// answered is an answer as lists show it.
type answered struct{ ID, Label, Value, Note, Change string }
