package public

import (
	"accessdesk/catalog"
	"accessdesk/catalog/reference"
	"accessdesk/data"
	"accessdesk/ui/card"
	"accessdesk/ui/web"
)

// OrderPage says what Executive Order 14409 asks, what is known of it, and what is not.
type OrderPage struct {
	Title, Lede                    string
	Checked, Until                 string
	Read, Unknown, Claims, Windows []string
	Asks                           []asked
	Dates                          []dated
	Steps                          []orderStep
	Sources                        []backing
}

// asked is one section of the order in plain words.
type asked struct{ Section, Text string }

// dated is a statement about a day.
type dated struct {
	Date    string
	known   // what happened or was due
	Sources []backing
}

// orderStep is something to do now.
type orderStep struct {
	Text  string
	Links []card.Link
}

// Order shows the page about the order.
func Order(r *web.Request, tx *data.Tx) (web.Reply, error) {
	snapshot, err := r.Desk().Catalog.Snapshot(tx)
	if err != nil {
		return web.Reply{}, err
	}
	o := r.Site.Reference.Order
	page := OrderPage{Title: o.Title.In(r.Lang), Lede: o.Lede.In(r.Lang), Checked: day(r, o.CheckedOn), Until: day(r, o.KnownUntil),
		Read: inLanguage(r, o.Read), Unknown: inLanguage(r, o.Unknown), Claims: inLanguage(r, o.Claims), Windows: inLanguage(r, o.Windows)}
	for _, ask := range o.Asks {
		page.Asks = append(page.Asks, asked{r.L.T("reference.order_section", "Section", ask.Section), ask.Text.In(r.Lang)})
	}
	for _, event := range o.Dates {
		shown := dated{Date: day(r, event.On), known: newKnown(r, event.Text, event.Sure)}
		for _, id := range event.Sources {
			if source, ok := o.Source(id); ok {
				shown.Sources = append(shown.Sources, newBacking(r, source))
			}
		}
		page.Dates = append(page.Dates, shown)
	}
	for _, step := range o.Steps {
		if shown := newOrderStep(r, step, snapshot); len(shown.Links) > 0 {
			page.Steps = append(page.Steps, shown)
		}
	}
	for _, source := range o.Sources {
		page.Sources = append(page.Sources, newBacking(r, source))
	}
	return web.Reply{Page: "public/order", Data: page}, nil
}

// newOrderStep leads to those programs of a step that are listed now.
func newOrderStep(r *web.Request, step reference.Step, snapshot *catalog.Snapshot) orderStep {
	shown := orderStep{Text: step.Text.In(r.Lang)}
	if step.Link != "" {
		shown.Links = append(shown.Links, card.Link{Link: step.Link, Text: step.Label.In(r.Lang)})
	}
	for _, program := range snapshot.Listed() {
		for _, slug := range step.Programs {
			if program.Slug == slug {
				shown.Links = append(shown.Links, card.ToProgram(r, program))
			}
		}
	}
	return shown
}

func inLanguage(r *web.Request, texts []reference.Text) []string {
	var all []string
	for _, text := range texts {
		all = append(all, text.In(r.Lang))
	}
	return all
}
