package reminders

import (
	"accessdesk/broker/agenda"
	"accessdesk/broker/reminder"
	"accessdesk/data"
	"accessdesk/ui/web"
)

// CalendarPage shows the private link of a calendar, the one time that it is shown.
type CalendarPage struct{ Address string }

// SaveCalendar makes the private link of the person's calendar, in place of any before it, or stops it. Sent twice, as when the page is
// loaded again, the form gives the same link.
func SaveCalendar(r *web.Request, tx *data.Tx) (web.Reply, error) {
	if r.Has("stop") {
		return web.Reply{Redirect: "/reminders", Flash: "feeds.calendar_stopped"}, agenda.Stop(tx, r.Person.ID)
	}
	token := r.Secret("calendar")
	if r.Form("repeat_key") == "" { // not our form
		token, _ = data.NewToken()
	}
	err := agenda.Make(tx, reminder.Desk{Desk: r.Desk(), Zone: r.Site.Zone}, r.Person, token)
	return web.Reply{Page: "reminders/calendar", Data: CalendarPage{r.Site.Absolute("/calendar/" + token + ".ics")}}, err
}

// ToReminders leads from the address of the form to its page.
func ToReminders(*web.Request, *data.Tx) (web.Reply, error) {
	return web.Reply{Redirect: "/reminders"}, nil
}
