package desk

// ApplicationPage is the task list of an application: each task once, whatever the number of programs.
type ApplicationPage struct {
	ID, Reference, Organization string
	Saved                       string
	Draft                       bool // something is not sent yet
	Drafts                      int  // programs that are not sent yet
	Done, Total                 int
	Tasks                       []row
	Next                        *row // the first task that is not done
	Programs                    []program
}

// program is a program of an application.
type program struct {
	row
	Provider string
	Warning  string // closes soon, closed, or no longer a fit
	Withdraw string // address of the confirm page, "" if it cannot be withdrawn
}
