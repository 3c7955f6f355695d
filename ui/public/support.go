package public

import (
	"strings"

	"accessdesk/data"
	"accessdesk/ui/web"
)

// SupportPage is a page of prose: help, privacy, accessibility, how we decide, contact.
type SupportPage struct {
	Name   string // begins the keys of its texts: "prose.help_title", "prose.help_text"
	Blocks []block
}

// block is a piece of prose: a heading, a paragraph or a list.
type block struct {
	Heading, Text string
	Items         []string
}

// SupportPages are the names of the prose pages; the route table makes a page of each.
var SupportPages = []string{"help", "privacy", "accessibility", "how_we_decide", "contact"}

// Support makes the handler of one prose page.
func Support(name string) web.Handler {
	return func(r *web.Request, _ *data.Tx) (web.Reply, error) {
		text := r.L.T("prose."+name+"_text", "Brand", r.Site.Brand.Name, "Operator", r.Operator())
		return web.Reply{Page: "public/support", Data: SupportPage{Name: name, Blocks: prose(text)}}, nil
	}
}

// prose reads the one markup that our own long texts use: blocks stand between empty lines, "## " begins a heading, and
// a block whose lines all begin with "- " is a list.
func prose(text string) []block {
	var blocks []block
	for piece := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		heading, isHeading := strings.CutPrefix(piece, "## ")
		switch {
		case isHeading:
			blocks = append(blocks, block{Heading: heading})
		case strings.HasPrefix(piece, "- "):
			blocks = append(blocks, block{Items: strings.Split(strings.TrimPrefix(piece, "- "), "\n- ")})
		default:
			blocks = append(blocks, block{Text: strings.ReplaceAll(piece, "\n", " ")})
		}
	}
	return blocks
}

// UnderAttack tells who to call first.
func UnderAttack(*web.Request, *data.Tx) (web.Reply, error) {
	return web.Reply{Page: "public/under_attack"}, nil
}
