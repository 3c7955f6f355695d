package publishing

import (
	"cmp"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"accessdesk/catalog"
	"accessdesk/catalog/check"
	"accessdesk/data"
)

// Break is a pause as somebody asks for it.
type Break struct {
	Reason catalog.Text // for everybody to read
	Until  time.Time    // when it is expected to end; zero: nobody says
}

// ReasonLength is the most characters of the reason of a pause in one language: two or three lines of a page.
const ReasonLength = 300

// Pause lets a published offering take nothing new, from now on. It is one person's act: it publishes the live version with nothing but the
// pause added, and tells the other program managers. An open draft is brought up to date: it has the pause too, and where it waited for review
// or for its time it is a draft again. Refusals: required and too_long at "reason_en" and "reason_es", date_past at "until", paused_already.
// *NotReady: the reason promises what nobody can promise.
func Pause(tx *data.Tx, d Desk, actor, slug string, b Break) (*catalog.Published, error) {
	manager, err := d.manager(tx, actor)
	if err != nil {
		return nil, err
	}
	live, err := d.Catalog.Live(tx, slug)
	if err != nil {
		return nil, err
	}
	b.Reason.En, b.Reason.Es = strings.TrimSpace(b.Reason.En), strings.TrimSpace(b.Reason.Es)
	if err := b.check(tx.Now, live); err != nil {
		return nil, err
	}
	paused := d.paused(tx.Now, live.Offering, b)
	if problems := newProblems(d, tx, live.Offering, paused); len(problems) > 0 {
		return nil, &NotReady{Problems: problems}
	}
	p, err := catalog.Publish(tx, d.Vocabulary, catalog.Release{Offering: paused, BasedOn: live.VersionID, WrittenBy: actor, ApprovedBy: actor, Actor: actor, Act: "pause"})
	if err != nil {
		return nil, err
	}
	if err := d.carry(tx, manager, p, b); err != nil {
		return nil, err
	}
	others, err := d.others(tx, actor)
	for _, m := range others {
		if err == nil {
			err = d.tell(tx, Draft{ID: p.VersionID, Slug: slug, Revision: p.Version, Body: string(catalog.Canonical(paused))}, []Manager{m}, "listing_paused", at(tx),
				map[string]any{"Manager": manager.Called(), "Message": in(b.Reason, m.Lang), "Link": "/staff/catalog/" + slug})
		}
	}
	return p, err
}

func (b Break) check(now time.Time, live *catalog.Published) error {
	var problems []error
	for _, one := range []struct{ field, text string }{{"reason_en", b.Reason.En}, {"reason_es", b.Reason.Es}} {
		used := utf8.RuneCountInString(one.text)
		switch {
		case used == 0:
			problems = append(problems, data.Refuse(one.field, "required"))
		case used > ReasonLength:
			problems = append(problems, data.Refuse(one.field, "too_long", "Max", ReasonLength, "Used", used))
		}
	}
	if !b.Until.IsZero() && !b.Until.After(now) {
		problems = append(problems, data.Refuse("until", "date_past"))
	}
	if live.PausedAt(now) {
		problems = append(problems, data.Refuse("", "paused_already"))
	}
	return errors.Join(problems...)
}

// paused is an offering with a pause that begins now.
func (d Desk) paused(now time.Time, o *catalog.Offering, b Break) *catalog.Offering {
	copied := *o
	copied.Pause = catalog.Pause{Since: now.Truncate(time.Second), Until: b.Until, Reason: b.Reason}
	if copied.Window.TimeZone == "" && d.Zone != nil {
		copied.Window.TimeZone = d.Zone.String()
	}
	copied.Window.TimeZone = cmp.Or(copied.Window.TimeZone, "UTC")
	return &copied
}

// newProblems lists what is wrong with an offering and was not wrong before. A review date that has passed stops no pause.
func newProblems(d Desk, tx *data.Tx, before, after *catalog.Offering) []check.Problem {
	known := map[string]bool{}
	for _, p := range check.Offering(d.Vocabulary, before, d.today(tx), false) {
		known[p.Key+p.Text] = true
	}
	var fresh []check.Problem
	for _, p := range check.Offering(d.Vocabulary, after, d.today(tx), false) {
		if !known[p.Key+p.Text] {
			fresh = append(fresh, p)
		}
	}
	return fresh
}

// carry brings the open draft of an offering up to a version that differs from the one before by a pause only.
func (d Desk) carry(tx *data.Tx, by Manager, p *catalog.Published, b Break) error {
	draft, err := OpenOf(tx, p.Slug)
	if errors.Is(err, data.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	o, err := draft.Offering()
	if err != nil {
		return err
	}
	if draft.Kind == KindRetirement {
		_, err := tx.Exec("UPDATE offering_draft SET based_on = $1 WHERE id = $2", p.VersionID, draft.ID)
		return wrap(err, "bring draft %s up to date", draft.ID)
	}
	draft.BasedOn = p.VersionID
	carried, err := draft.save(tx, draft.WrittenBy, d.paused(p.Pause.Since, o, b))
	if err != nil {
		return err
	}
	return carried.note(tx, by.ID, "draft_paused", nil)
}

// Reopen opens a draft of a paused offering without its pause. Refusal not_paused if there is none.
func Reopen(tx *data.Tx, d Desk, actor, slug string) (Draft, error) {
	draft, err := Begin(tx, d, actor, slug)
	if err != nil {
		return draft, err
	}
	o, err := draft.Offering()
	if err != nil {
		return draft, err
	}
	if o.Pause.Since.IsZero() {
		return draft, data.Refuse("", "not_paused")
	}
	o.Pause = catalog.Pause{}
	return Save(tx, d, draft.ID, draft.Revision, actor, o)
}
