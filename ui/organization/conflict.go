package organization

import (
	"slices"
	"time"

	"accessdesk/broker/account"
	"accessdesk/eligibility"
	"accessdesk/ui/form"
)

// conflict shows what was saved meanwhile beside what was posted. Days with their notes are one answer.
func (s *sheet) conflict(facts eligibility.Profile, days []account.Date, revision string) (form.Conflict, error) {
	page := form.Conflict{Address: s.r.Path(), Revision: revision}
	var fields []form.Field
	for i, fact := range s.asked {
		f := s.fields[i]
		if !s.onForm(f.Key) {
			continue
		}
		fields = append(fields, f)
		mine, readable := facts[fact.ID]
		switch {
		case !readable:
			page.Differ(s.r, f, form.SayFact(s.r, s.facts, fact.ID), f.Value)
		case !s.same(facts, fact.ID, mine):
			page.Differ(s.r, f, form.SayFact(s.r, s.facts, fact.ID), form.SayFact(s.r, facts, fact.ID))
		}
	}
	for i, f := range s.renewals {
		if !s.onForm(f.Day.Key) {
			continue
		}
		fields = append(fields, f.Day, f.Note)
		theirs, mine := s.stored[i].Date, account.Date{Kind: account.MembershipRenews, Subject: s.stored[i].Subject}
		if at := slices.IndexFunc(days, func(d account.Date) bool { return d.Subject == mine.Subject }); at >= 0 {
			mine = days[at]
		}
		if mine != theirs {
			page.Differ(s.r, f.Day, s.sayDay(theirs), s.sayDay(mine))
		}
	}
	page.Carry(s.r, fields)
	page.Mine = append(page.Mine, form.Hidden{Name: "organization", Value: s.organizationID})
	by, at := s.lastChange()
	if by == "" {
		return page, nil
	}
	page.When = s.r.L.DateTime(at, s.r.Site.Zone)
	return page, page.SavedBy(s.r, s.tx, by)
}

// same compares a posted fact with the stored one; all sectors are one answer.
func (s *sheet) same(posted eligibility.Profile, id eligibility.FactID, mine eligibility.Value) bool {
	if id == eligibility.SectorFact && !posted[eligibility.AdditionalSectorsFact].Equal(s.facts[eligibility.AdditionalSectorsFact]) {
		return false
	}
	return mine.Equal(s.facts[id])
}

// sayDay writes a day with its note for people.
func (s *sheet) sayDay(d account.Date) string {
	text := d.Day
	if day, err := time.Parse(time.DateOnly, d.Day); err == nil {
		text = s.r.L.Date(day)
	}
	return sentence(text, d.Note)
}

// lastChange tells who changed a fact of the topic last, and when; "" if it was no person.
func (s *sheet) lastChange() (by string, at time.Time) {
	for _, fact := range s.asked {
		for _, e := range s.history[fact.ID] {
			if e.From.After(at) {
				by, at = e.By, e.From
			}
		}
	}
	for _, d := range s.stored {
		if d.At.After(at) {
			by, at = d.By, d.At
		}
	}
	return by, at
}

// takeTheirs leaves alone what the person chose to keep as it was saved.
func (s *sheet) takeTheirs(facts eligibility.Profile, days []account.Date) []account.Date {
	for i, fact := range s.asked {
		if !form.TookTheirs(s.r, s.fields[i].ID) {
			continue
		}
		delete(facts, fact.ID)
		if fact.ID == eligibility.SectorFact {
			delete(facts, eligibility.AdditionalSectorsFact)
		}
	}
	return slices.DeleteFunc(days, func(d account.Date) bool { return form.TookTheirs(s.r, "d-"+d.Subject) })
}
