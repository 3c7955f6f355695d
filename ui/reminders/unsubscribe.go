package reminders

import (
	"errors"
	"net/url"

	"accessdesk/data"
	"accessdesk/notify"
	"accessdesk/ui/web"
)

// StopPage is what the stop link of a mail opens. It looks the same for a link that is unknown or too old, except that it cannot
// name anything: whoever tries links learns nothing about an address.
type StopPage struct {
	Action  string // where the forms are sent: the link itself, in the language of the page
	Known   bool
	Kind    string // what the link stops, in words
	Stopped bool   // it is stopped now
	Done    bool   // by this request
	// Programs are those that the address follows, if the link stops the mails about them: its owner may choose among them
	// without an account.
	Programs []box
	Searches []box // likewise those that it saved
}

// Unsubscribe shows what the link stops and one button. Opening stops nothing: programs that look into mails open links too.
func Unsubscribe(r *web.Request, tx *data.Tx) (web.Reply, error) {
	page, _, err := lookStop(r, tx)
	return web.Reply{Page: "reminders/unsubscribe", Data: page}, err
}

// StopMails stops one kind of mail to one address, or starts it again ("again"); of the mails about programs and searches, those that
// stay ticked ("keep"). Mail programs post here by themselves (RFC 8058: no cookie, no redirect), people by the button. Doing it twice is
// doing it once.
func StopMails(r *web.Request, tx *data.Tx) (web.Reply, error) {
	page, link, err := lookStop(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	again := r.Has("again") || r.Has("keep")
	page.Done = page.Known || !again
	if !page.Known {
		return web.Reply{Page: "reminders/unsubscribe", Data: page}, nil
	}
	if err := notify.Choose(tx, link.Address, link.Kind, again); err != nil {
		return web.Reply{}, err
	}
	page.Stopped = !again
	if r.Has("keep") && link.Kind == notify.KindSaved {
		if err := keepPrograms(r, tx, link.Address, r.FormAll("program")); err != nil {
			return web.Reply{}, err
		}
		page.Programs, err = programBoxes(r, tx, link.Address)
	}
	if r.Has("keep") && link.Kind == notify.KindSearch {
		if err := keepSearches(tx, link.Address, r.FormAll("search")); err != nil {
			return web.Reply{}, err
		}
		page.Searches, err = searchBoxes(r, tx, link.Address)
	}
	return web.Reply{Page: "reminders/unsubscribe", Data: page}, err
}

// lookStop finds out about a stop link without changing anything.
func lookStop(r *web.Request, tx *data.Tx) (StopPage, notify.StopLink, error) {
	token := r.Query("token")
	page := StopPage{Action: "/unsubscribe?" + url.Values{"token": {token}, "lang": {r.Lang}}.Encode()}
	link, err := notify.FindStopLink(tx, token)
	if errors.Is(err, data.ErrNotFound) {
		return page, link, nil
	}
	if err != nil {
		return page, link, err
	}
	choice, err := notify.ChoiceOf(tx, link.Address, link.Kind)
	page.Known, page.Kind, page.Stopped = true, r.L.T("reminders.kind_"+string(link.Kind)), !choice.Wanted
	if err == nil && link.Kind == notify.KindSaved {
		page.Programs, err = programBoxes(r, tx, link.Address)
	}
	if err == nil && link.Kind == notify.KindSearch {
		page.Searches, err = searchBoxes(r, tx, link.Address)
	}
	return page, link, err
}
