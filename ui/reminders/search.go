package reminders

import (
	"slices"
	"strings"

	"accessdesk/broker/seat"
	"accessdesk/catalog/interest/alert"
	"accessdesk/catalog/search"
	"accessdesk/data"
	"accessdesk/ui/web"

	"github.com/gofiber/fiber/v2"
)

// alerts is what saving a search needs beside the transaction.
func alerts(r *web.Request) alert.Desk {
	d := r.Desk()
	return alert.Desk{Vocabulary: d.Vocabulary, Catalog: d.Catalog, Search: d.Search, Mail: d.Mail, Locales: d.Locales, Places: seat.All}
}

// SearchPage asks who wants to be told when a program newly matches a search.
type SearchPage struct {
	web.Problems
	Question string // the search as the fields of an address
	List     string // address of the list with the search
	Action   string // where the form is sent: the page with the search, so that its refusal can be read in the other language too
	Words    string // the same in words
	Email    string // as typed by somebody who is not signed in
	Saved    bool   // the signed-in person has it already
}

// NewSearch shows the form: an address for strangers, one button for who is signed in. A search that asks for nothing leads to the
// list.
func NewSearch(r *web.Request, tx *data.Tx) (web.Reply, error) {
	_, query, _ := strings.Cut(r.Address(), "?")
	asked := r.Desk().Search.ParseText(query)
	if asked.Fits = false; asked.Empty() {
		return web.Reply{Redirect: "/programs"}, nil
	}
	page, err := newSearchPage(r, tx, asked)
	return web.Reply{Page: "reminders/search", Data: page}, err
}

// SaveSearch begins the mails for who is signed in, or ends them ("stop"); for everybody else it mails a link that confirms the
// address. What a stranger sees next is the same for every address.
func SaveSearch(r *web.Request, tx *data.Tx) (web.Reply, error) {
	asked := r.Desk().Search.ParseText(r.Form("search"))
	if asked.Fits = false; asked.Empty() {
		return web.Reply{Redirect: "/programs"}, nil
	}
	page, err := newSearchPage(r, tx, asked)
	if err != nil {
		return web.Reply{}, err
	}
	back := web.Reply{Redirect: page.List, Flash: "search.save_saved"}
	switch {
	case r.SignedIn() && r.Has("stop"):
		back.Flash = "search.save_removed"
		return back, alert.StopSame(tx, asked, r.Person.Email)
	case r.SignedIn():
		err = alert.Save(tx, alerts(r), asked, r.Person.Email, r.Lang)
	default:
		back = web.Reply{Redirect: "/follow/sent"}
		if page.Email = r.Form("email"); page.Email == "" {
			page.Problems = web.Problems{{Field: "email", Text: r.L.T("reminders.follow_empty")}}
			return web.Reply{Status: fiber.StatusUnprocessableEntity, Page: "reminders/search", Data: page}, nil
		}
		err = alert.Ask(tx, alerts(r), asked, page.Email, r.Lang)
	}
	if problems, ok := r.Refused(err); ok {
		page.Problems = problems
		return web.Reply{Status: fiber.StatusUnprocessableEntity, Page: "reminders/search", Data: page}, nil
	}
	return back, err
}

func newSearchPage(r *web.Request, tx *data.Tx, asked search.Query) (SearchPage, error) {
	question := asked.Encode()
	page := SearchPage{Question: question, List: "/programs?" + question, Action: "/searches/new?" + question, Words: asked.Text(r.L, r.Desk().Vocabulary)}
	if !r.SignedIn() {
		return page, nil
	}
	var err error
	page.Saved, err = alert.Has(tx, asked, r.Person.Email)
	return page, err
}

// lookSearch finds out about a mailed link that may be one to save a search.
func lookSearch(r *web.Request, tx *data.Tx, token string) (ConfirmPage, error) {
	found, err := alert.Look(tx, token)
	if err != nil {
		return ConfirmPage{}, err
	}
	return ConfirmPage{Token: token, Search: true, Email: found.Address, Title: alerts(r).Words(found.Question, r.Lang)}, nil
}

// confirmSearch begins the mails about a search for the address that the link was mailed to.
func confirmSearch(r *web.Request, tx *data.Tx) (web.Reply, error) {
	confirmed, err := alert.Confirm(tx, alerts(r), r.Form("token"))
	if err != nil {
		return confirmReply(ConfirmPage{}, err)
	}
	return web.Reply{Redirect: "/programs?" + confirmed.Question, Flash: "search.save_saved"}, nil
}

// searchBoxes are tick boxes for the searches that an address saved.
func searchBoxes(r *web.Request, tx *data.Tx, address string) ([]box, error) {
	saved, err := alert.Of(tx, address)
	var all []box
	for _, one := range saved {
		all = append(all, box{ID: "search-" + one.ID, Value: one.ID, Text: alerts(r).Words(one.Question, r.Lang), Ticked: true})
	}
	return all, err
}

// keepSearches removes the saved searches that are not ticked any more.
func keepSearches(tx *data.Tx, address string, ticked []string) error {
	saved, err := alert.Of(tx, address)
	if err != nil {
		return err
	}
	for _, one := range saved {
		if !slices.Contains(ticked, one.ID) {
			if err := alert.Stop(tx, one.ID, address); err != nil {
				return err
			}
		}
	}
	return nil
}
