package organization

import (
	"slices"
	"time"

	"accessdesk/broker/account"
	"accessdesk/broker/proof"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/ui/form"
	"accessdesk/ui/standing"
	"accessdesk/ui/web"
)

// ProfilePage is what is known of an organization.
type ProfilePage struct {
	Name, Role    string
	Edit, Rename  bool // what the reader may do
	Topics        []topicShown
	Open          []topicShown // about which nothing is known yet
	Dates         []dateShown
	Former        []string
	Differ        standing.Told // from the public record
	Record        string        // what the record is called, "" if there is none
	RecordPlace   string
	People        int
	Organizations int
}

// topicShown is a topic with what is known.
type topicShown struct {
	ID, Title string
	Rows      []factShown
	Left      int // facts that are asked and not known
}

// factShown is a fact with where it comes from and what it was before.
type factShown struct {
	ID, Label, Value, Said string
	Earlier                []earlier
}

// earlier is a former value.
type earlier struct{ Value, Said string }

// dateShown is a day to keep in mind.
type dateShown struct{ Text, Day, Note string }

// Profile shows what is known of the organization, with the source, the date and the history of each fact.
func Profile(r *web.Request, tx *data.Tx) (web.Reply, error) {
	return about(r, tx, account.Read, "/home", func(r *web.Request, tx *data.Tx, member account.Membership) (web.Reply, error) {
		p, err := openProfile(r, tx, member.Organization.ID)
		if err != nil {
			return web.Reply{}, err
		}
		page := ProfilePage{Name: member.Organization.Name, Role: roleName(r, member.Role), Edit: member.May(account.EditProfile),
			Rename: member.May(account.Manage), Organizations: len(r.Members)}
		for _, t := range topics {
			shown, err := p.show(t)
			switch {
			case err != nil:
				return web.Reply{}, err
			case len(shown.Rows) > 0:
				page.Topics = append(page.Topics, shown)
			case shown.Left > 0:
				page.Open = append(page.Open, shown)
			}
		}
		if err := page.addAside(p, member.Organization.ID); err != nil {
			return web.Reply{}, err
		}
		return web.Reply{Page: "organization/profile", Data: page}, nil
	})
}

// addAside adds what stands beside the facts: days, former names, how many people.
func (page *ProfilePage) addAside(p profile, organizationID string) error {
	all, err := account.Dates(p.tx, p.v, organizationID)
	if err != nil {
		return err
	}
	for _, d := range all {
		page.Dates = append(page.Dates, p.date(d))
	}
	former, err := account.FormerNames(p.tx, organizationID)
	if err != nil {
		return err
	}
	for _, n := range former {
		who, err := p.names.of(p.tx, n.By)
		if err != nil {
			return err
		}
		page.Former = append(page.Former, p.r.L.T("account.former_name", "Name", n.Name, "Date", day(p.r, n.Until), "Who", who))
	}
	now, err := proof.Of(p.tx, p.v, organizationID)
	if err == nil {
		page.Record, page.RecordPlace = now.Record.Name, standing.Place(now.Record.Town, now.Record.State)
		page.Differ, err = standing.Tell(p.r, p.tx, now, "/org/differences")
	}
	if err != nil {
		return err
	}
	members, err := account.Members(p.tx, organizationID)
	page.People = len(members)
	return err
}

// profile is what is known of an organization while a page is made.
type profile struct {
	r       *web.Request
	tx      *data.Tx
	v       *eligibility.Vocabulary
	facts   eligibility.Profile
	history map[eligibility.FactID][]account.Entry
	names   names
}

func openProfile(r *web.Request, tx *data.Tx, organizationID string) (p profile, err error) {
	p = profile{r: r, tx: tx, v: r.Desk().Vocabulary, names: newNames(r)}
	if p.facts, err = account.Facts(tx, p.v, organizationID); err == nil {
		p.history, err = account.FactHistory(tx, p.v, organizationID)
	}
	return p, err
}

// show gives a topic with what is known in it.
func (p profile) show(t topic) (topicShown, error) {
	shown := topicShown{ID: t.id, Title: p.r.L.T("account.topic_" + t.id)}
	for _, fact := range t.of(p.v, p.facts) {
		if len(p.history[fact.ID]) == 0 {
			shown.Left++
			continue
		}
		row, err := p.fact(fact)
		if err != nil {
			return shown, err
		}
		if !p.facts[fact.ID].Known() {
			shown.Left++
		}
		shown.Rows = append(shown.Rows, row)
	}
	if !concerns(t.sectors, p.facts) && len(shown.Rows) == 0 {
		shown.Left = 0
	}
	return shown, nil
}

// fact gives a fact with its source and its former values. All sectors are one answer, so the others stand among the
// former values of the main one.
func (p profile) fact(fact eligibility.Fact) (factShown, error) {
	row := factShown{ID: form.FactID(fact.ID), Label: fact.Label.In(p.r.Lang), Value: form.SayFact(p.r, p.facts, fact.ID)}
	if row.Value == "" {
		row.Value = p.r.L.T("account.not_known")
	}
	entries := p.history[fact.ID]
	if fact.ID == eligibility.SectorFact {
		entries = slices.Concat(entries, p.history[eligibility.AdditionalSectorsFact])
	}
	for _, e := range entries {
		said, err := p.said(e)
		if err != nil {
			return row, err
		}
		switch {
		case !e.Until.IsZero():
			row.Earlier = append(row.Earlier, earlier{Value: p.v.Display(e.Fact, e.Value, p.r.Lang), Said: p.r.L.T("account.until", "Said", said, "Date", day(p.r, e.Until))})
		case e.Fact == fact.ID:
			row.Said = said
		}
	}
	return row, nil
}

// sources are the words in which a value is stored as somebody's own answer; each has its text.
var sources = map[string]string{"check": "account.in_check", "application": "account.in_application", "profile": "account.in_profile", "": "account.in_profile"}

// said says where a value comes from.
func (p profile) said(e account.Entry) (string, error) {
	who, err := p.names.of(p.tx, e.By)
	if err != nil {
		return "", err
	}
	source := e.Value.Source
	if key, ours := sources[source]; ours {
		source = p.r.L.T(key)
	} else if e.Value.Evidence == eligibility.Register {
		source = p.r.L.Register(source, e.Value.AsOf)
	}
	key := "account.said_" + e.Value.Evidence.String()
	if !e.Value.Known() {
		key = "account.said_nothing"
	}
	return p.r.L.T(key, "Who", who, "Date", day(p.r, e.From), "Source", source), nil
}

// date says a day in words.
func (p profile) date(d account.Date) dateShown {
	shown := dateShown{Day: d.Day, Note: d.Note}
	if day, err := time.Parse(time.DateOnly, d.Day); err == nil {
		shown.Day = p.r.L.Date(day)
	}
	if d.Kind == account.MembershipRenews {
		shown.Text = p.r.L.T("account.date_membership", "Membership", p.membership(d.Subject))
	} else {
		shown.Text = p.r.L.T("account.date_" + string(d.Kind))
	}
	return shown
}

// membership gives the name of a membership.
func (p profile) membership(value string) string {
	fact, _ := p.v.Fact(memberships)
	return fact.ValueLabel(value).In(p.r.Lang)
}
