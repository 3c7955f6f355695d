package public

import (
	"accessdesk/data"
	"accessdesk/ui/web"
)

// SupportPage is a page of prose: help, privacy, accessibility, how we decide, contact.
type SupportPage struct {
	Name string // begins the keys of its texts: "prose.help_title", "prose.help_text"
}

// SupportPages are the names of the prose pages; the route table makes a page of each.
var SupportPages = []string{"help", "privacy", "accessibility", "how_we_decide", "contact"}

// Support makes the handler of one prose page.
func Support(name string) web.Handler {
	return func(*web.Request, *data.Tx) (web.Reply, error) {
		return web.Reply{Page: "public/support", Data: SupportPage{Name: name}}, nil
	}
}

// UnderAttack tells who to call first.
func UnderAttack(*web.Request, *data.Tx) (web.Reply, error) {
	return web.Reply{Page: "public/under_attack"}, nil
}
