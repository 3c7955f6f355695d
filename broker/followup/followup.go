// Package followup reminds people of the packets that they sent: when a provider has not answered in time, with whom to call,
// and when a service that was set up elsewhere ends. It is the part of the schedule that packets need; the life cycle itself is
// that of package broker, whose door marks that no reply came.
//
// Each reminder is due once its day has come and it was not sent yet: a missed run is caught up, a second run sends nothing.
package followup

import (
	"errors"
	"fmt"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/broker/packet"
	"accessdesk/broker/record"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/notify"
)

// The days before the end of a service at which its people are reminded: renewalDays, or shortRenewalDays for one that does
// not last longer than renewalDays. One that ends within shortRenewalDays needs no reminder: it was reported just now.
const (
	renewalDays      = 30
	shortRenewalDays = 7
)

// Report counts what a run of Due did.
type Report struct{ Unanswered, Renewals int }

// Due marks the packets whose provider has not answered in time and tells their people whom to call, and reminds of services
// that end soon.
func Due(tx *data.Tx, d broker.Desk) (report Report, err error) {
	report.Unanswered, err = broker.NoReplies(tx, d, func(a broker.Application, i broker.Item, p *catalog.Published) error {
		return tellUnanswered(tx, d, a, i, p)
	})
	if err == nil {
		report.Renewals, err = remindOfEnds(tx, d)
	}
	if err != nil {
		return report, fmt.Errorf("follow up packets: %w", err)
	}
	return report, nil
}

// message is a mail about a packet, in the making.
type message struct {
	template, key string
	application   broker.Application
	item          broker.Item
	program       *catalog.Published
	// args gives what the template needs beside the usual, for a language.
	args func(lang string) map[string]any
}

// tell queues a mail to those of the organization whom account.Audience names, each in their language, and counts them.
func tell(tx *data.Tx, d broker.Desk, m message) (int, error) {
	people, err := account.Audience(tx, m.application.Organization.ID, m.template)
	if err != nil {
		return 0, err
	}
	for _, p := range people {
		args := m.args(p.Lang)
		args["Organization"], args["Reference"], args["Program"] = m.application.Organization.Name, m.application.Reference, m.program.Title.In(p.Lang)
		args["Link"] = "/applications/" + m.application.ID + "/p/" + m.item.Slug
		_, err := d.Mail.Enqueue(tx, notify.Message{To: p.Email, Lang: p.Lang, Template: m.template, Args: args,
			Key: m.key + ":" + p.ID, Chain: record.CaseChain(m.item.ID)})
		if err != nil {
			return 0, err
		}
	}
	return len(people), nil
}

// tellUnanswered says since when the provider has the request, and whom to call.
func tellUnanswered(tx *data.Tx, d broker.Desk, a broker.Application, i broker.Item, p *catalog.Published) error {
	_, err := tell(tx, d, message{template: "packet_no_reply", key: fmt.Sprintf("packet_no_reply:%s:%d", i.ID, i.Revision),
		application: a, item: i, program: p, args: func(lang string) map[string]any {
			args := map[string]any{"Sent": calendarDay(d, i.StageOn, lang)}
			prepared, ok := packet.Prepare(packet.Material{Vocabulary: d.Vocabulary, Locales: d.Locales, Lang: lang, Program: p, Route: i.Route})
			if ok {
				args["Call"] = prepared.Silence.Text
			}
			return args
		}})
	return err
}

// calendarDay writes a day, YYYY-MM-DD, for people.
func calendarDay(d broker.Desk, text, lang string) string {
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return text
	}
	return d.Locales.In(lang).Date(day)
}

// ending is a packet whose service ends on a known day.
type ending struct{ itemID, applicationID, slug, readyOn, endsOn string }

// remindOfEnds looks at everything that is in use and ends within renewalDays, and was not reminded of for that day.
func remindOfEnds(tx *data.Tx, d broker.Desk) (reminded int, err error) {
	today := tx.Now.Format(time.DateOnly)
	list, err := data.Rows(tx, func(s data.Scanner) (e ending, err error) {
		return e, s.Scan(&e.itemID, &e.applicationID, &e.slug, &e.readyOn, &e.endsOn)
	}, `SELECT i.id, i.application_id, i.slug, i.stage_on, i.ends_on FROM application_item i
		WHERE i.kind = 'packet' AND i.state = 'ready' AND i.ends_on >= $1 AND i.ends_on <= $2
		AND NOT EXISTS (SELECT 1 FROM packet_reminder r WHERE r.item_id = i.id AND r.ends_on = i.ends_on)
		ORDER BY i.ends_on, i.id`, today, tx.Now.AddDate(0, 0, renewalDays).Format(time.DateOnly))
	if err != nil {
		return 0, err
	}
	for _, e := range list {
		left, due := e.due(tx.Now)
		if !due {
			continue
		}
		sent, err := remind(tx, d, e, left)
		if err != nil {
			return reminded, fmt.Errorf("packet %s: %w", e.itemID, err)
		}
		if sent {
			reminded++
		}
	}
	return reminded, nil
}

// due tells whether the day of the reminder has come, and how many days are left.
func (e ending) due(now time.Time) (left int, due bool) {
	before, ends, ok := e.before()
	today := now.UTC().Truncate(24 * time.Hour)
	left = int(ends.Sub(today).Hours() / 24)
	return left, ok && left <= before
}

// before tells how many days before its end a service is reminded of; false for one that is too short.
func (e ending) before() (days int, ends time.Time, ok bool) {
	ready, err1 := time.Parse(time.DateOnly, e.readyOn)
	ends, err2 := time.Parse(time.DateOnly, e.endsOn)
	if errors.Join(err1, err2) != nil {
		return 0, ends, false // the door stores days only
	}
	switch lasts := int(ends.Sub(ready).Hours() / 24); {
	case lasts > renewalDays:
		return renewalDays, ends, true
	case lasts > shortRenewalDays:
		return shortRenewalDays, ends, true
	}
	return 0, ends, false
}

// remind queues the mails and marks the day. Without a recipient nothing is marked, so that the next run tries again.
func remind(tx *data.Tx, d broker.Desk, e ending, left int) (bool, error) {
	a, item, program, err := broker.FindPacket(tx, d, e.itemID)
	if err != nil {
		return false, err
	}
	people, err := tell(tx, d, message{template: "packet_renewal", key: "packet_renewal:" + e.itemID + ":" + e.endsOn,
		application: a, item: item, program: program, args: func(lang string) map[string]any {
			return map[string]any{"Ends": calendarDay(d, e.endsOn, lang), "Days": left}
		}})
	if err != nil || people == 0 {
		return false, err
	}
	_, err = tx.Exec("INSERT INTO packet_reminder (item_id, ends_on, queued_at) VALUES ($1, $2, $3)", e.itemID, e.endsOn, data.Millis(tx.Now))
	return true, err
}
