package desk

import "accessdesk/ui/web"

// StartPage shows for which programs an application is about to start.
type StartPage struct {
	web.Problems
	Organization string
	Programs     []chosen
	Left         []chosen // chosen, but cannot be applied for here now
	Facts        int      // answers of the check that are carried over
}

// chosen is a program that was ticked.
type chosen struct {
	Slug, Title, Provider, Closes string
	Open                          string // address of an application for it that is under way
}
