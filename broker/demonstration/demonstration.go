// Package demonstration furnishes the database of a demonstration: plainly fictional organizations, people in each role,
// cases and packets in each state, access in each state. Everything comes about through the same functions as in a real
// installation, at times before the making of the demonstration, so that the pages show a desk that has been at work for
// months. The mails of those days are queued like all others and written to the demonstration's mail folder.
package demonstration

import (
	"fmt"
	"slices"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/broker/followup"
	"accessdesk/broker/record"
	"accessdesk/data"
	"accessdesk/eligibility"
)

// The programs that are reviewed here; their offering files are in data/demo.
const (
	model = "demo-model-access"
	scan  = "demo-scanning"
	grant = "demo-grant"
)

// Role is somebody whom a visitor can sign in as.
type Role struct{ Name, Email string }

// The people with a sign-in link of their own.
const (
	ownerEmail         = "office@cedar-flats.example.org"
	editorEmail        = "operator@cedar-flats.example.org"
	signerEmail        = "board@cedar-flats.example.org"
	readerEmail        = "auditor@cedar-flats.example.org"
	managerEmail       = "programs@example-institute.example.org"
	colleagueEmail     = "reviews@example-institute.example.org"
	administratorEmail = "admin@example-institute.example.org"
	auditorEmail       = "audit@example-institute.example.org"
)

// Roles lists them, one for each role, in the order in which a newcomer meets them. The names are for the terminal.
func Roles() []Role {
	return []Role{
		{"applicant, owner at " + water.name, ownerEmail},
		{"applicant, signer there (in Spanish)", signerEmail},
		{"applicant, editor there", editorEmail},
		{"applicant, reader there", readerEmail},
		{"program manager", managerEmail},
		{"second program manager, who approves what the first one writes", colleagueEmail},
		{"administrator", administratorEmail},
		{"auditor", auditorEmail},
	}
}

// operator is an organization of the demonstration with what it says of itself.
type operator struct {
	name, email, lang string
	facts             eligibility.Profile
}

var (
	water = operator{"Cedar Flats Water District (fictional)", ownerEmail, "en", eligibility.Profile{
		"sector": eligibility.String("drinking_water"), "additional_sectors": eligibility.Set(), "state_or_territory": eligibility.String("NM"),
		"ownership_type": eligibility.String("government_local"), "population_served": eligibility.Int(4200), "has_ot": eligibility.Bool(true),
		"static_public_ips": eligibility.Bool(true), "authorised_targets_statement": eligibility.Bool(true),
		"legal_name": eligibility.String("Cedar Flats Water District (fictional)"), "site_address": eligibility.String("1 Example Road, Cedar Flats, NM"),
	}}
	cooperative = operator{"Harlow Creek Electric Cooperative (fictional)", "office@harlow-creek.example.org", "es", eligibility.Profile{
		"sector": eligibility.String("electric"), "additional_sectors": eligibility.Set(), "state_or_territory": eligibility.String("NM"),
		"ownership_type": eligibility.String("cooperative"), "mwh_sold_per_year": eligibility.Decimal(212_000), "meters": eligibility.Int(9_400),
		"authorised_targets_statement": eligibility.Bool(true), "has_ot": eligibility.Bool(true), "static_public_ips": eligibility.Bool(true),
	}}
	hospital = operator{"Mesa Blanca Critical Access Hospital (fictional)", "it@mesa-blanca.example.org", "en", eligibility.Profile{
		"sector": eligibility.String("health"), "additional_sectors": eligibility.Set(), "state_or_territory": eligibility.String("MT"),
		"ownership_type": eligibility.String("nonprofit"), "hospital_type": eligibility.String("cah"), "available_beds": eligibility.Int(25),
		"authorised_targets_statement": eligibility.Bool(true), "has_ot": eligibility.Bool(false), "static_public_ips": eligibility.Bool(true),
	}}
	county = operator{"Juniper Ridge County (fictional)", "clerk@juniper-ridge.example.org", "en", eligibility.Profile{
		"sector": eligibility.String("sltt_government"), "additional_sectors": eligibility.Set("wastewater"), "state_or_territory": eligibility.String("OH"),
		"ownership_type": eligibility.String("government_local"), "population_served": eligibility.Int(18_300),
		"authorised_targets_statement": eligibility.Bool(true), "has_ot": eligibility.Bool(true), "static_public_ips": eligibility.Bool(true),
	}}
	town = operator{"Town of Willow Bend Water Works (fictional)", "mayor@willow-bend.example.org", "en", eligibility.Profile{
		"sector": eligibility.String("drinking_water"), "additional_sectors": eligibility.Set("wastewater"), "state_or_territory": eligibility.String("KS"),
		"ownership_type": eligibility.String("government_local"), "population_served": eligibility.Int(900), "has_ot": eligibility.Bool(false),
		"static_public_ips": eligibility.Bool(true), "authorised_targets_statement": eligibility.Bool(true),
	}}
	sewer = operator{"Dry Fork Sewer Authority (fictional)", "office@dry-fork.example.org", "en", eligibility.Profile{
		"sector": eligibility.String("wastewater"), "additional_sectors": eligibility.Set(), "state_or_territory": eligibility.String("WV"),
		"ownership_type": eligibility.String("government_local"), "population_served": eligibility.Int(2_100), "has_ot": eligibility.Bool(false),
		"static_public_ips": eligibility.Bool(false), "authorised_targets_statement": eligibility.Bool(true),
	}}
)

// story is the demonstration while it is made.
type story struct {
	tx    *data.Tx
	desk  broker.Desk
	made  time.Time
	staff map[string]broker.Actor         // by address
	heads map[string]broker.Actor         // who founded an organization, by its name
	orgs  map[string]account.Organization // by name
	items map[string]broker.Item          // by the name that the story gives a case
	steps []moment
}

// moment is something that happens a number of days before the making.
type moment struct {
	days float64
	do   func() error
}

// on notes what happens.
func (s *story) on(days float64, do func() error) { s.steps = append(s.steps, moment{days, do}) }

// Furnish makes everything in the caller's transaction, whose Now is the making; it is put back at the end.
func Furnish(tx *data.Tx, d broker.Desk) error {
	s := &story{tx: tx, desk: d, made: tx.Now, staff: map[string]broker.Actor{}, heads: map[string]broker.Actor{},
		orgs: map[string]account.Organization{}, items: map[string]broker.Item{}}
	defer func() { tx.Now = s.made }()
	s.people()
	s.reviewed()
	s.packets()
	slices.SortStableFunc(s.steps, func(a, b moment) int {
		switch {
		case a.days > b.days:
			return -1
		case a.days < b.days:
			return 1
		}
		return 0
	})
	for _, m := range s.steps {
		tx.Now = s.made.Add(-time.Duration(m.days * float64(24*time.Hour))).Truncate(time.Millisecond)
		if err := m.do(); err != nil {
			return fmt.Errorf("demonstration, %.1f days ago: %w", m.days, err)
		}
	}
	tx.Now = s.made
	if err := s.checks(); err != nil {
		return fmt.Errorf("demonstration, counted checks: %w", err)
	}
	if err := broker.Work(tx, d); err != nil {
		return err
	}
	_, err := followup.Due(tx, d)
	return err
}

// people makes staff, organizations and the members of the water district.
func (s *story) people() {
	s.on(400, func() error {
		for email, role := range map[string]string{managerEmail: account.ProgramManager, colleagueEmail: account.ProgramManager,
			administratorEmail: account.Administrator, auditorEmail: account.Auditor} {
			p, _, err := account.AddPerson(s.tx, email, role, record.Seed)
			if err != nil {
				return err
			}
			s.staff[email] = broker.PersonActor(p)
		}
		for _, o := range []operator{water, cooperative, hospital, county, town, sewer} {
			p, err := account.AddApplicant(s.tx, o.email, o.lang, record.Seed)
			if err != nil {
				return err
			}
			s.heads[o.name] = broker.PersonActor(p)
			if s.orgs[o.name], err = account.CreateOrganization(s.tx, p, o.name); err != nil {
				return err
			}
		}
		return nil
	})
	s.on(300, func() error {
		for _, m := range []struct{ email, lang, role string }{
			{signerEmail, "es", account.Signer}, {editorEmail, "en", account.Editor}, {readerEmail, "en", account.Reader}} {
			p, err := account.AddApplicant(s.tx, m.email, m.lang, record.Seed)
			if err != nil {
				return err
			}
			if err := account.AddMember(s.tx, s.orgs[water.name].ID, p, m.role, s.heads[water.name].Person.ID); err != nil {
				return err
			}
		}
		return nil
	})
	s.on(3, func() error { // an invitation that nobody has accepted yet
		_, err := account.Invite(s.tx, s.desk.Mail, s.orgs[water.name].ID, s.heads[water.name].Person, "night.shift@cedar-flats.example.org", account.Reader, "es")
		return err
	})
}

// answers are full answers to the questions of a program.
func answers(slug string) broker.Answers {
	contact := []string{"Duty desk", "duty@example.org", "+1-555-0100"}
	switch slug {
	case scan:
		return broker.Answers{"ranges": {"192.0.2.0/24\n198.51.100.7"}, "scan_hours": {"night"}, "report_reader": contact, "permission": {"yes"}}
	case grant:
		return broker.Answers{"project": {"Keep copies of the billing data in another town."}, "items": {"backups"}, "amount": {"9500"},
			"finish_by": {"2027-05-01"}, "delivery": {"1 Example Road"}, "no_double": {"yes"}}
	}
	return broker.Answers{"first_task": {"Read a week of firewall logs and say what to look at first."}, "tasks": {"logs", "settings"}, "setup": {"own_staff"},
		"control_systems": {"The model runs on an office computer that does not reach the control network."}, "user_count": {"2"},
		"problem_contact": contact, "own_systems": {"yes"}, "accept_terms": {"yes"}}
}

// start begins an application of an operator for one program, with answers.
func (s *story) start(o operator, slug, name string, given broker.Answers) error {
	head := s.heads[o.name]
	a, err := broker.Start(s.tx, s.desk, head, s.orgs[o.name].ID, []string{slug}, o.facts)
	if err != nil {
		return err
	}
	if s.items[name], err = broker.SaveAnswers(s.tx, s.desk, head, a, slug, a.Items[0].Revision, given); err != nil {
		return err
	}
	return nil
}

// send begins and sends one.
func (s *story) send(o operator, slug, name string) func() error {
	return func() error {
		if err := s.start(o, slug, name, answers(slug)); err != nil {
			return err
		}
		return s.act(s.heads[o.name], name, broker.ActRequest{Act: broker.ActSubmit, Declared: broker.Declarations()})
	}
}

// act takes a step on a case of the story.
func (s *story) act(who broker.Actor, name string, r broker.ActRequest) error {
	item, err := broker.Act(s.tx, s.desk, who, s.items[name].ID, r)
	if err != nil {
		return fmt.Errorf("%s %s: %w", r.Act, name, err)
	}
	s.items[name] = item
	return nil
}

// by is a step of a member of staff, head one of whoever applied.
func (s *story) by(email, name string, r broker.ActRequest) func() error {
	return func() error { return s.act(s.staff[email], name, r) }
}

func (s *story) head(o operator, name string, r broker.ActRequest) func() error {
	return func() error { return s.act(s.heads[o.name], name, r) }
}
