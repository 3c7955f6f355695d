package ui_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/access"
	"accessdesk/broker/account"
	"accessdesk/broker/agenda"
	"accessdesk/broker/recheck"
	"accessdesk/broker/reminder"
	"accessdesk/catalog/interest"
	"accessdesk/catalog/interest/alert"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/eligibility"
	"accessdesk/eligibility/registry"
	"accessdesk/eligibility/registry/registrytest"
)

const wholeDay = 24 * time.Hour

// furnish lets everything happen that the pages can show, by the domain functions, over the last 200 days.
func (w *world) furnish(t testing.TB) {
	t.Helper()
	w.SetNow(datatest.Start.Add(-200 * wholeDay))
	w.settle(t)
	w.organize(t)
	over := w.send(t, owner, w.org, modelProgram)
	w.must(t, manager, over, broker.ActRequest{Act: broker.ActApprove})
	w.SetNow(datatest.Start.Add(-160 * wholeDay))
	w.work(t) // the first access ends, the reminders are queued
	w.cases[broker.Closed] = w.must(t, manager, w.send(t, owner, w.org, scanProgram), broker.ActRequest{Act: broker.ActAsk, Message: "Which night suits you?"})
	soon := w.send(t, owner, w.org, modelProgram)
	w.must(t, manager, soon, broker.ActRequest{Act: broker.ActApprove})
	w.asked, w.refused = w.granted(t, modelProgram), w.granted(t, modelProgram)
	w.SetNow(datatest.Start.Add(-20 * wholeDay))
	w.lapsed = w.invite(t, "never@example.org", account.Signer)
	w.SetNow(datatest.Start.Add(-12 * wholeDay))
	w.work(t) // the question was not answered: closed
	w.cases[broker.Closed] = w.find(t, w.cases[broker.Closed].ID)
	w.cases[broker.Submitted] = w.send(t, owner, w.sister, modelProgram) // late by now
	w.SetNow(datatest.Start.Add(-2 * time.Hour))
	w.work(t)
	w.decide(t)
	w.SetNow(datatest.Start)
	w.work(t)
	w.Read(t, func(tx *data.Tx) (err error) {
		if w.grants[access.Ended], err = access.OfItem(tx, over.ID); err == nil {
			w.ending, err = access.OfItem(tx, soon.ID)
		}
		return err
	})
	w.draft = w.begin(t, owner, w.org, modelProgram, scanProgram)
	w.save(t, owner, w.draft, modelProgram, broker.Answers{"first_task": {"Read the logs of the billing computer."}, "setup": {"own_staff"}})
	w.draft = w.reload(t, owner, w.draft)
	w.cases[broker.Draft] = w.draft.Items[0]
	w.registers(t)
	w.abroad(t)
	w.links(t)
	w.prepare(t)
	w.keepUp(t)
	w.curate(t)
	w.register(t)
	w.takeChecks(t)
	w.invited = w.invite(t, newcomer.email(), account.Editor)
	w.invitation = strings.TrimSuffix(w.mailed(t, newcomer.email(), "invitation"), "&lang=en")
}

// settle makes the people and the two organizations.
func (w *world) settle(t testing.TB) {
	t.Helper()
	staff := map[role]string{manager: account.ProgramManager, insider: account.ProgramManager, administrator: account.Administrator, auditor: account.Auditor}
	w.Write(t, func(tx *data.Tx) error {
		for _, r := range everyRole[1:] {
			var p account.Person
			var err error
			if staff[r] == "" {
				p, err = account.AddApplicant(tx, r.email(), "en", "console")
			} else {
				p, _, err = account.AddPerson(tx, r.email(), staff[r], "console")
			}
			if err != nil {
				return err
			}
			w.people[r] = p
		}
		for name, made := range map[string]*account.Organization{"Cedar Flats Water Users": &w.org,
			"Cedar Flats Sewer Authority": &w.sister, "Juniper Ridge Electric Cooperative": &w.other} {
			founder := owner
			if made == &w.other {
				founder = outsider
			}
			var err error
			if *made, err = account.CreateOrganization(tx, w.people[founder], name); err != nil {
				return err
			}
		}
		return w.join(tx)
	})
}

// join makes the other members of the first organization and its sister. Everybody acts for the first one.
func (w *world) join(tx *data.Tx) error {
	for r, as := range map[role]string{editor: account.Editor, reader: account.Reader, insider: account.Editor} {
		for _, o := range []account.Organization{w.sister, w.org} {
			if err := account.AddMember(tx, o.ID, w.people[r], as, "console"); err != nil {
				return err
			}
		}
		if err := account.ChooseOrganization(tx, w.people[r].ID, w.org.ID); err != nil {
			return err
		}
	}
	_, err := tx.Exec("UPDATE membership SET chosen_at = chosen_at - 1 WHERE organization_id = $1", w.sister.ID)
	return err
}

// organize lets the first organization have a history: a former name, facts that changed, days, people with names.
func (w *world) organize(t testing.TB) {
	t.Helper()
	say := func(as role, facts eligibility.Profile) {
		w.Advance(wholeDay)
		w.Write(t, func(tx *data.Tx) error {
			return account.SaveFacts(tx, w.desk.Vocabulary, w.org.ID, w.people[as].ID, facts)
		})
	}
	w.Write(t, func(tx *data.Tx) error {
		if err := account.SetProfile(tx, w.people[owner].ID, "Ana Example", "en"); err != nil {
			return err
		}
		return account.Rename(tx, w.org.ID, w.people[owner].ID, w.org.Name, "Cedar Flats Water District")
	})
	w.org.Name = "Cedar Flats Water District"
	say(editor, eligibility.Profile{"population_served": eligibility.Between(eligibility.Range(3301, 10000)).From(eligibility.Stated, "check"), "memberships": eligibility.Set("awwa", "waterisac").From(eligibility.Stated, "profile")})
	say(owner, eligibility.Profile{"population_served": eligibility.Int(4100).From(eligibility.Register, "sdwis 2025"), "sam_expires_on": eligibility.String("2027-02-05").From(eligibility.Stated, "profile")})
	w.Write(t, func(tx *data.Tx) error {
		return account.SaveRenewal(tx, w.desk.Vocabulary, w.org.ID, w.people[owner].ID, account.Date{Subject: "waterisac", Day: "2026-03-01", Note: "Ask the board in January."})
	})
}

// invite invites an address to the first organization.
func (w *world) invite(t testing.TB, email, as string) (i account.Invitation) {
	t.Helper()
	w.Write(t, func(tx *data.Tx) (err error) {
		i, err = account.Invite(tx, w.desk.Mail, w.org.ID, w.people[owner], email, as, "en")
		return err
	})
	return i
}

// decide makes the cases of the first organization and its sister that were decided or wait, and the grants. An
// organization has one undecided case for a program, so the decided ones come first.
func (w *world) decide(t testing.TB) {
	t.Helper()
	w.cases[broker.Declined] = w.must(t, manager, w.send(t, owner, w.org, modelProgram),
		broker.ActRequest{Act: broker.ActDecline, ReasonCode: "other", Message: "The task that you name needs no model."})
	w.cases[broker.Withdrawn] = w.must(t, owner, w.send(t, owner, w.org, modelProgram), broker.ActRequest{Act: broker.ActWithdraw})
	approved := w.must(t, manager, w.send(t, owner, w.org, modelProgram), broker.ActRequest{Act: broker.ActApprove})
	later := w.must(t, manager, w.send(t, owner, w.org, scanProgram), broker.ActRequest{Act: broker.ActApprove, Starts: datatest.Start.Add(10 * wholeDay)})
	gone := w.must(t, manager, w.send(t, owner, w.org, modelProgram), broker.ActRequest{Act: broker.ActApprove})
	w.cases[broker.Approved] = approved
	w.onGrants(t)
	w.Write(t, func(tx *data.Tx) (err error) {
		for state, item := range map[access.State]broker.Item{access.Active: approved, access.Pending: later, access.Revoked: gone} {
			if w.grants[state], err = access.OfItem(tx, item.ID); err != nil {
				return err
			}
		}
		return nil
	})
	w.onGrant(t, manager, w.grants[access.Revoked], access.ActRequest{Act: access.ActRevoke, Reason: "The account was shared with people outside of the organization."})
	for _, name := range []string{"Night operator", "Day operator"} {
		w.onGrant(t, owner, w.grants[access.Active], access.ActRequest{Act: access.ActNamePerson, Name: name, Email: strings.ToLower(name[:3]) + "@example.org"})
	}
	w.cases[broker.InReview] = w.must(t, manager, w.send(t, owner, w.sister, scanProgram), broker.ActRequest{Act: broker.ActAssign})
	asked := w.must(t, manager, w.send(t, owner, w.org, grantProgram), broker.ActRequest{Act: broker.ActAsk, Message: "Who reads the logs on weekends?"})
	asked = w.must(t, owner, asked, broker.ActRequest{Act: broker.ActAnswer, Message: "The operator on duty.\n\nHer shift ends at eight."})
	w.cases[broker.NeedsInfo] = w.must(t, manager, asked, broker.ActRequest{Act: broker.ActAsk, Message: "And who stands in for her?"})
	for range 2 { // the sister has the other two places of the grant program, and asks for one more
		w.must(t, manager, w.send(t, owner, w.sister, grantProgram), broker.ActRequest{Act: broker.ActApprove})
	}
	w.cases[broker.Waitlisted] = w.send(t, owner, w.sister, grantProgram)
}

// granted gives a grant of the first organization that begins now.
func (w *world) granted(t testing.TB, slug string) (g access.Grant) {
	t.Helper()
	approved := w.must(t, manager, w.send(t, owner, w.org, slug), broker.ActRequest{Act: broker.ActApprove})
	w.Read(t, func(tx *data.Tx) (err error) {
		g, err = access.OfItem(tx, approved.ID)
		return err
	})
	return g
}

// onGrant takes an act on a grant that has to succeed.
func (w *world) onGrant(t testing.TB, as role, g access.Grant, r access.ActRequest) (next access.Grant) {
	t.Helper()
	w.Write(t, func(tx *data.Tx) (err error) {
		next, err = broker.ActOnGrant(tx, w.desk, broker.PersonActor(w.people[as]), g.ID, r)
		return err
	})
	return next
}

// onGrants brings grants into the states that acts of people lead to.
func (w *world) onGrants(t testing.TB) {
	t.Helper()
	w.grants[access.Suspended] = w.onGrant(t, manager, w.granted(t, modelProgram), access.ActRequest{Act: access.ActSuspend,
		Reason: "The provider saw sign-ins from a place that you did not name."})
	w.givenUp = w.onGrant(t, owner, w.granted(t, modelProgram), access.ActRequest{Act: access.ActGiveUp})
	w.asked = w.onGrant(t, owner, w.asked, access.ActRequest{Act: access.ActAskRenewal})
	w.onGrant(t, owner, w.refused, access.ActRequest{Act: access.ActAskRenewal})
	w.refused = w.onGrant(t, manager, w.refused, access.ActRequest{Act: access.ActRefuseRenewal, Reason: "The program has no places left."})
}

// abroad makes the cases of the other organization.
func (w *world) abroad(t testing.TB) {
	t.Helper()
	approved := w.must(t, manager, w.send(t, outsider, w.other, scanProgram), broker.ActRequest{Act: broker.ActApprove})
	w.Read(t, func(tx *data.Tx) (err error) {
		w.theirGrant, err = access.OfItem(tx, approved.ID)
		return err
	})
	w.theirs[broker.Approved] = approved
	w.theirs[broker.NeedsInfo] = w.must(t, manager, w.send(t, outsider, w.other, scanProgram), broker.ActRequest{Act: broker.ActAsk, Message: "How many people?"})
	w.theirs[broker.Draft] = w.begin(t, outsider, w.other, modelProgram).Items[0]
}

// links makes the check of a browser without an account, its mailed link, and an open sign-in link.
func (w *world) links(t testing.TB) {
	t.Helper()
	registrytest.Load(t, w.DB)
	nonce, browser := data.NewToken()
	w.nonce = nonce
	w.Write(t, func(tx *data.Tx) error {
		s := broker.Screening{Lang: "en", Asked: map[eligibility.FactID]bool{"static_public_ips": true, "has_ot": true}, Facts: eligibility.Profile{
			"sector": eligibility.String("drinking_water"), "additional_sectors": eligibility.Set("wastewater"),
			"state_or_territory": eligibility.String("NM"), "ownership_type": eligibility.String("government_local"), "population_served": eligibility.Int(4200)}}
		for id := range s.Facts {
			s.Asked[id] = true
		}
		// The picked record says 4,900 people, and what else was not answered.
		record, err := registry.Find(tx, registrytest.Water)
		if err != nil {
			return err
		}
		facts, err := record.Profile(w.desk.Vocabulary)
		if err != nil {
			return err
		}
		s.Operator = record.ID
		for _, id := range []eligibility.FactID{"service_connections", "pwsid", "pws_type"} {
			s.Facts[id] = facts[id]
		}
		s, err = broker.SaveScreening(tx, w.desk.Vocabulary, s)
		if err != nil {
			return err
		}
		w.check = s.Token
		if err := recheck.MailCheck(tx, w.desk, s.Token, "visitor@example.org", "en", true); err != nil {
			return err
		}
		if err := account.AskSignIn(tx, w.desk.Mail, account.Request{Email: "visitor@example.org", Lang: "en", Browser: browser}); err != nil {
			return err
		}
		if err := interest.Follow(tx, w.interests(), modelProgram, owner.email(), "en"); err != nil {
			return err
		}
		if err := alert.Save(tx, w.alerts(), w.site.Desk.Search.ParseText("kind=model_access"), owner.email(), "en"); err != nil {
			return err
		}
		return interest.Ask(tx, w.interests(), modelProgram, "visitor@example.org", "en")
	})
	w.resume = strings.TrimSuffix(w.mailed(t, "visitor@example.org", "resume"), "&lang=en")
	w.signin = strings.TrimSuffix(w.mailed(t, "visitor@example.org", "sign_in"), "&lang=en")
	w.stop = w.stopLink(t, editor.email())
	w.Write(t, func(tx *data.Tx) error {
		return agenda.Make(tx, reminder.Desk{Desk: w.desk, Zone: w.site.Zone}, w.people[owner], "calendar-of-the-owner")
	})
	w.calendar = "/calendar/calendar-of-the-owner.ics"
	w.follow = strings.TrimSuffix(w.mailed(t, "visitor@example.org", "saved_confirm"), "&lang=en")
}

// interests is what following a program needs.
func (w *world) interests() interest.Desk {
	return interest.Desk{Vocabulary: w.desk.Vocabulary, Catalog: w.desk.Catalog, Mail: w.desk.Mail, Locales: w.desk.Locales}
}

// fittingFacts are facts with which the demo programs fit.
func fittingFacts(as role) eligibility.Profile {
	facts := eligibility.Profile{
		"sector": eligibility.String("drinking_water"), "state_or_territory": eligibility.String("NM"),
		"ownership_type": eligibility.String("government_local"), "population_served": eligibility.Int(4200),
		"authorised_targets_statement": eligibility.Bool(true), "static_public_ips": eligibility.Bool(true), "has_ot": eligibility.Bool(false),
	}
	if as == outsider {
		facts["sector"], facts["ownership_type"], facts["mwh_sold_per_year"] = eligibility.String("electric"), eligibility.String("cooperative"), eligibility.Decimal(212_000)
		delete(facts, "population_served")
	}
	return facts
}

// fullAnswers answers every question that is asked with fittingFacts.
func fullAnswers(slug string) broker.Answers {
	contact := []string{"Duty desk", "duty@example.org", "+1-555-0100"}
	if slug == scanProgram {
		return broker.Answers{"ranges": {"192.0.2.0/24\n198.51.100.7"}, "scan_hours": {"night"}, "report_reader": contact, "permission": {"yes"}}
	}
	if slug == grantProgram {
		return broker.Answers{"project": {"Keep copies of the billing data in another town."}, "items": {"backups"}, "amount": {"9500"},
			"finish_by": {"2027-05-01"}, "no_double": {"yes"}}
	}
	return broker.Answers{"first_task": {"Read the logs of the billing computer."}, "tasks": {"logs", "fixes"}, "setup": {"own_staff"},
		"user_count": {"3"}, "problem_contact": contact, "own_systems": {"yes"}, "accept_terms": {"yes"}}
}

// begin starts an application.
func (w *world) begin(t testing.TB, as role, o account.Organization, slugs ...string) (a broker.Application) {
	t.Helper()
	w.Write(t, func(tx *data.Tx) (err error) {
		a, err = broker.Start(tx, w.desk, broker.PersonActor(w.people[as]), o.ID, slugs, fittingFacts(as))
		return err
	})
	return a
}

func (w *world) save(t testing.TB, as role, a broker.Application, slug string, answers broker.Answers) {
	t.Helper()
	item, _ := a.Item(slug)
	w.Write(t, func(tx *data.Tx) error {
		_, err := broker.SaveAnswers(tx, w.desk, broker.PersonActor(w.people[as]), a, slug, item.Revision, answers)
		return err
	})
}

func (w *world) reload(t testing.TB, as role, a broker.Application) (fresh broker.Application) {
	t.Helper()
	w.Read(t, func(tx *data.Tx) (err error) {
		fresh, err = broker.FindApplication(tx, broker.PersonActor(w.people[as]), a.ID)
		return err
	})
	return fresh
}

// send starts an application, answers everything and sends it.
func (w *world) send(t testing.TB, as role, o account.Organization, slug string) broker.Item {
	t.Helper()
	a := w.begin(t, as, o, slug)
	w.save(t, as, a, slug, fullAnswers(slug))
	a = w.reload(t, as, a)
	w.Write(t, func(tx *data.Tx) error {
		results, err := broker.Submit(tx, w.desk, broker.PersonActor(w.people[as]), a, broker.Declarations())
		for _, result := range results {
			if result.Refusal != nil {
				return result.Refusal
			}
		}
		return err
	})
	return w.reload(t, as, a).Items[0]
}

// find reads an item as it is now.
func (w *world) find(t testing.TB, id string) (item broker.Item) {
	t.Helper()
	w.Read(t, func(tx *data.Tx) error {
		c, err := broker.FindCase(tx, w.desk, broker.PersonActor(w.people[manager]), id)
		item = c.Item
		return err
	})
	return item
}

// must takes a step on an item that has to succeed.
func (w *world) must(t testing.TB, as role, item broker.Item, r broker.ActRequest) (next broker.Item) {
	t.Helper()
	w.Write(t, func(tx *data.Tx) (err error) {
		next, err = broker.Act(tx, w.desk, broker.PersonActor(w.people[as]), item.ID, r)
		return err
	})
	return next
}

// work does what is due, as the schedule does.
func (w *world) work(t testing.TB) {
	t.Helper()
	w.Write(t, func(tx *data.Tx) error { return broker.Work(tx, w.desk) })
}

// TestWorld holds that the world is what the other tests think it is.
func TestWorld(t *testing.T) {
	w := openWorld(t)
	for _, state := range broker.States() {
		if got := w.cases[state].State; got != state {
			t.Errorf("the case for %s is %q", state, got)
		}
	}
	w.Read(t, func(tx *data.Tx) error {
		for _, state := range access.States() {
			if g, err := access.Find(tx, w.grants[state].ID); err != nil || g.State != state {
				t.Errorf("the grant for %s is %q (%v)", state, g.State, err)
			}
		}
		return nil
	})
	if w.ending.State != access.Active || w.ending.Ends.Sub(w.Now()) > 30*wholeDay {
		t.Errorf("the grant that ends soon is %s until %s", w.ending.State, w.ending.Ends)
	}
	for _, as := range everyRole[1:] {
		home := "/home"
		if w.people[as].StaffRole != "" {
			home = "/staff/review"
		}
		w.visitor(t, as).Visit("/signin").Want(http.StatusOK).At(home)
	}
	w.visitor(t, stranger).Visit("/check/answers").Want(http.StatusOK).Says("4,200", "New Mexico")
}
