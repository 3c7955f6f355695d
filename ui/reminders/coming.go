package reminders

import (
	"slices"
	"strings"

	"accessdesk/broker/account"
	"accessdesk/broker/reminder"
	"accessdesk/data"
	"accessdesk/notify"
	"accessdesk/ui/web"
)

// comingFirst is how many coming mails stand open on the page: the choices below must not be far away.
const comingFirst = 5

// comingMail is a mail that time alone will bring.
type comingMail struct {
	Day, What, Link string
	To              string // who gets it, "" for nobody
	Why             string // why it comes
	Ask             bool   // nobody gets it, because nobody has asked for it
}

// coming lists what the clock will send to the organization that the person acts for, the next first. It is asked of the functions
// that send (reminder.ComingTo).
func coming(r *web.Request, tx *data.Tx) (organization string, all []comingMail, err error) {
	acting := r.Acting().Organization
	list, err := reminder.ComingTo(tx, reminder.Desk{Desk: r.Desk(), Zone: r.Site.Zone}, acting.ID, r.Person, r.Lang)
	for _, one := range list {
		shown := comingMail{Day: r.L.DateIn(one.At, r.Site.Zone), Link: one.Link, To: recipients(r, one.To), Why: r.L.T("coming.why_" + one.Template),
			What: r.L.T("coming.what_"+one.Template, "About", one.About, "Day", r.L.DateIn(one.Day, r.Site.Zone))}
		shown.Ask = shown.To == "" && notify.KindOf(one.Template).OptIn()
		all = append(all, shown)
	}
	return acting.Name, all, err
}

// recipients names people, the reader first.
func recipients(r *web.Request, to []account.Member) string {
	var names []string
	for _, m := range to {
		if m.ID == r.Person.ID {
			names = slices.Insert(names, 0, r.L.T("coming.you"))
		} else if m.Name != "" {
			names = append(names, m.Name)
		} else {
			names = append(names, m.Email)
		}
	}
	return strings.Join(names, ", ")
}
