package organization

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"accessdesk/broker/account"
	"accessdesk/broker/proof"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/ui/form"
	"accessdesk/ui/web"
)

// TopicsPage lists the parts of the profile that can be changed.
type TopicsPage struct {
	Name   string
	Rename bool
	Topics []topicLine
}

// topicLine is a part of the profile in the list.
type topicLine struct {
	ID, Title, Text string
	Known, Asked    int
}

// Edit lists the parts of the profile.
func Edit(r *web.Request, tx *data.Tx) (web.Reply, error) {
	return about(r, tx, account.EditProfile, "/org", func(r *web.Request, tx *data.Tx, member account.Membership) (web.Reply, error) {
		p, err := openProfile(r, tx, member.Organization.ID)
		if err != nil {
			return web.Reply{}, err
		}
		page := TopicsPage{Name: member.Organization.Name, Rename: member.May(account.Manage)}
		for _, t := range topics {
			line := topicLine{ID: t.id, Title: r.L.T("account.topic_" + t.id), Text: r.L.T("account.topic_" + t.id + "_text")}
			for _, fact := range t.asked(p.v, p.facts) {
				line.Asked++
				if p.facts[fact.ID].Known() {
					line.Known++
				}
			}
			if line.Asked > 0 && (concerns(t.sectors, p.facts) || line.Known > 0) {
				page.Topics = append(page.Topics, line)
			}
		}
		return web.Reply{Page: "organization/edit", Data: page}, nil
	})
}

// TopicPage asks for the facts of one topic.
type TopicPage struct {
	web.Problems
	ID, Title, Text string
	Organization    string // id
	Revision        string
	Fields          []form.Field
	Renewals        []renewal
}

// renewal is the day on which a membership renews, and a note.
type renewal struct {
	Title     string
	Day, Note form.Field
}

// sheet is a topic while its form is read.
type sheet struct {
	profile
	topic          topic
	organizationID string
	asked          []eligibility.Fact
	fields         []form.Field
	stored         []account.Renewal // days of the memberships that are known, also those without a day yet
	renewals       []renewal
}

// openSheet makes the form of the topic that the address names.
func openSheet(r *web.Request, tx *data.Tx, member account.Membership) (*sheet, error) {
	t, ok := findTopic(r.Param("topic"))
	if !ok {
		return nil, data.ErrNotFound
	}
	p, err := openProfile(r, tx, member.Organization.ID)
	if err != nil {
		return nil, err
	}
	s := &sheet{profile: p, topic: t, organizationID: member.Organization.ID, asked: t.asked(p.v, p.facts)}
	for _, fact := range s.asked {
		s.fields = append(s.fields, form.NewFact(r, fact, p.facts))
	}
	if t.id == dates {
		err = s.openRenewals()
	}
	return s, err
}

// openRenewals makes the fields for the days on which the known memberships renew.
func (s *sheet) openRenewals() error {
	stored, err := account.Renewals(s.tx, s.organizationID)
	if err != nil {
		return err
	}
	joined, _ := s.facts[memberships].Items()
	for _, membership := range joined {
		d := account.Renewal{Date: account.Date{Kind: account.MembershipRenews, Subject: membership}}
		if at := slices.IndexFunc(stored, func(one account.Renewal) bool { return one.Subject == membership }); at >= 0 {
			d = stored[at]
		}
		s.stored = append(s.stored, d)
		name := s.membership(membership)
		s.renewals = append(s.renewals, renewal{Title: name,
			Day: form.NewDate(s.r, "d-"+membership, s.r.L.T("account.renews_on", "Membership", name), d.Day),
			Note: form.Field{ID: "n-" + membership, Key: "n-" + membership, Kind: form.Text, Type: "text", Value: d.Note,
				Label: s.r.L.T("account.renews_note", "Membership", name)}})
	}
	return nil
}

// Topic shows the form of one topic.
func Topic(r *web.Request, tx *data.Tx) (web.Reply, error) {
	return about(r, tx, account.EditProfile, "/org", func(r *web.Request, tx *data.Tx, member account.Membership) (web.Reply, error) {
		s, err := openSheet(r, tx, member)
		if err != nil {
			return web.Reply{}, err
		}
		return web.Reply{Page: "organization/topic", Data: s.page()}, nil
	})
}

func (s *sheet) page() TopicPage {
	return TopicPage{ID: s.topic.id, Title: s.r.L.T("account.topic_" + s.topic.id), Text: s.r.L.T("account.topic_" + s.topic.id + "_text"), Organization: s.organizationID,
		Revision: s.revision(), Fields: s.fields, Renewals: s.renewals}
}

// revision tells one state of the topic from another, whoever changed it and from which page.
func (s *sheet) revision() string {
	h := sha256.New()
	for _, fact := range s.asked {
		fmt.Fprintf(h, "%s=%s\n", fact.ID, s.facts[fact.ID])
		if fact.ID == eligibility.SectorFact {
			fmt.Fprintf(h, "%s=%s\n", eligibility.AdditionalSectorsFact, s.facts[eligibility.AdditionalSectorsFact])
		}
	}
	for _, d := range s.stored {
		fmt.Fprintf(h, "%s=%s %q\n", d.Subject, d.Day, d.Note)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// SaveTopic keeps what can be read and says at the field what cannot. What somebody else changed meanwhile is shown beside
// what was posted.
func SaveTopic(r *web.Request, tx *data.Tx) (web.Reply, error) {
	return about(r, tx, account.EditProfile, "/org", func(r *web.Request, tx *data.Tx, member account.Membership) (web.Reply, error) {
		s, err := openSheet(r, tx, member)
		if err != nil {
			return web.Reply{}, err
		}
		before := s.revision()
		facts, days, problems := s.read()
		if stale := r.Form("revision") != before; stale || form.Resolving(r) {
			page, err := s.conflict(facts, days, before)
			switch {
			case err != nil:
				return web.Reply{}, err
			case stale && len(page.Differences) > 0, !stale && page.Undecided(r):
				return page.Reply(), nil
			}
			days = s.takeTheirs(facts, days)
			problems = slices.DeleteFunc(problems, func(p web.Problem) bool {
				return form.TookTheirs(r, p.Field) || form.TookTheirs(r, "d-"+strings.TrimPrefix(p.Field, "n-"))
			})
		}
		if len(problems) > 0 {
			page := s.page()
			page.Problems = problems
			return unprocessable("organization/topic", page), nil
		}
		if err := s.save(facts, days); err != nil {
			return web.Reply{}, err
		}
		return web.Reply{Redirect: "/org#topic-" + s.topic.id, Flash: "account.saved"}, nil
	})
}

// read reads the posted form into the fields and gives what can be read.
func (s *sheet) read() (facts eligibility.Profile, days []account.Date, problems web.Problems) {
	facts = eligibility.Profile{}
	for i, fact := range s.asked {
		f := &s.fields[i]
		switch {
		case !s.onForm(f.Key):
		case fact.ID == eligibility.SectorFact:
			f.ReadSectors(s.r, s.facts, facts)
		default:
			value, ok := form.ReadFact(s.r, f, fact, s.facts[fact.ID])
			if !ok {
				problems = append(problems, web.Problem{Field: f.ID, Text: f.Problem})
				continue
			}
			facts[fact.ID] = value
		}
	}
	for i := range s.renewals {
		f := &s.renewals[i]
		if !s.onForm(f.Day.Key) {
			continue
		}
		text, ok := form.ReadDate(s.r, &f.Day)
		f.Note.Value = s.r.Form(f.Note.ID)
		d := account.Date{Kind: account.MembershipRenews, Subject: s.stored[i].Subject, Day: text, Note: f.Note.Value}
		refused, _ := s.r.Refused(account.CheckRenewal(s.v, d))
		f.Note.Problem = refused.At("note")
		if !ok {
			problems = append(problems, web.Problem{Field: f.Day.ID, Text: f.Day.Problem})
		}
		if f.Note.Problem != "" {
			problems = append(problems, web.Problem{Field: f.Note.ID, Text: f.Note.Problem})
		}
		if ok && f.Note.Problem == "" {
			days = append(days, d)
		}
	}
	return facts, days, problems
}

// onForm tells whether a field stood on the posted form. What did not stand there was not emptied.
func (s *sheet) onForm(key string) bool { return slices.Contains(s.r.FormAll("shown"), key) }

// save keeps what was read.
func (s *sheet) save(facts eligibility.Profile, days []account.Date) error {
	for id, value := range facts {
		facts[id] = value.From(eligibility.Stated, "profile")
	}
	if err := proof.SaveFacts(s.tx, s.v, s.organizationID, s.r.Person.ID, facts); err != nil {
		return err
	}
	for _, d := range days {
		if err := account.SaveRenewal(s.tx, s.v, s.organizationID, s.r.Person.ID, d); err != nil {
			return err
		}
	}
	return nil
}
