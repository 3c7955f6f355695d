package elsewhere

import (
	"strconv"

	"accessdesk/broker"
	"accessdesk/broker/paper"
	"accessdesk/data"
	"accessdesk/ui/web"
)

// revisionOf is the revision that the posted form was made from; -1, which nothing has, if it is none.
func revisionOf(r *web.Request) int64 {
	revision, err := strconv.ParseInt(r.Form("revision"), 10, 64)
	if err != nil || revision == 0 { // 0 would not be compared
		return -1
	}
	return revision
}

// SavePapers keeps which papers are gathered.
func SavePapers(r *web.Request, tx *data.Tx) (web.Reply, error) {
	f, err := open(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	shown := map[string]bool{}
	for _, d := range f.packet.Documents {
		shown[d.ID] = false
	}
	for _, id := range r.FormAll("paper") {
		if _, ok := shown[id]; ok {
			shown[id] = true
		}
	}
	if f.Item.Over() {
		return web.Reply{}, data.Refuse("", "already_sent")
	}
	err = paper.Save(tx, r.Person.ID, f.application.Organization.ID, f.Item.ID, shown)
	return web.Reply{Redirect: f.address() + "#papers", Flash: "packet.papers_saved"}, err
}

// ChooseWay makes the packet follow another way to apply.
func ChooseWay(r *web.Request, tx *data.Tx) (web.Reply, error) {
	f, err := open(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	route, err := strconv.Atoi(r.Form("way"))
	if err != nil {
		return web.Reply{}, data.Refuse("", "unknown_choice")
	}
	err = broker.ChooseRoute(tx, r.Desk(), r.Actor(), f.application, f.Slug, route)
	return web.Reply{Redirect: f.address(), Flash: "packet.way_chosen"}, err
}

// Back leads from the address of a form to the page that it stands on: a person who switches the language on the answer to
// a form comes by here.
func Back(r *web.Request, tx *data.Tx) (web.Reply, error) {
	f, err := open(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Redirect: f.address()}, nil
}
