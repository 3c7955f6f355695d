package desk

import "accessdesk/ui/web"

// QuestionsPage asks the questions of one program.
type QuestionsPage struct {
	web.Problems
	Application, Reference string
	Slug, Title, Provider  string
	Closes, Saved          string
	Open                   int // still needed
	Shown                  int // questions that the last answers brought up
	Revision               int
	Back                   string // row of the check page to return to
	Fields                 []field
}
