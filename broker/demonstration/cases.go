package demonstration

import (
	"errors"
	"fmt"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/access"
	"accessdesk/data"
)

// reviewed are the cases that are decided here, in each state, and the access that came of them, in each state.
func (s *story) reviewed() {
	ask := func(text string) broker.ActRequest { return broker.ActRequest{Act: broker.ActAsk, Message: text} }
	approve := broker.ActRequest{Act: broker.ActApprove}

	s.on(390, s.send(hospital, model, "ended")) // 180 days: over by now
	s.on(388, s.by(managerEmail, "ended", approve))
	s.on(170, s.send(hospital, model, "ending"))
	s.on(160, s.by(managerEmail, "ending", approve)) // ends in 20 days
	s.on(12, s.grantOf(hospital, "ending", access.ActRequest{Act: access.ActAskRenewal}))
	s.on(95, s.send(county, model, "revoked"))
	s.on(90, s.by(managerEmail, "revoked", approve))
	s.on(40, s.grantBy(managerEmail, "revoked", access.ActRequest{Act: access.ActRevoke, Reason: "The account was used by a firm that your application does not name."}))
	s.on(80, s.send(county, scan, "active"))
	s.on(74, s.by(colleagueEmail, "active", approve))
	s.on(60, s.send(town, scan, "suspended"))
	s.on(55, s.by(managerEmail, "suspended", approve))
	s.on(3, s.grantBy(managerEmail, "suspended", access.ActRequest{Act: access.ActSuspend, Reason: "The addresses changed owner. Scanning rests until you send the new ones."}))
	s.on(9, s.send(hospital, scan, "pending"))
	s.on(4, func() error {
		return s.act(s.staff[colleagueEmail], "pending", broker.ActRequest{Act: broker.ActApprove, Starts: s.made.AddDate(0, 0, 6)})
	})

	for i, o := range []operator{water, county, town} { // the three places of the grant program
		name := fmt.Sprintf("place %d", i)
		s.on(float64(50-i), s.send(o, grant, name))
		s.on(float64(42-i), s.by(colleagueEmail, name, approve))
	}
	s.on(5, s.send(sewer, grant, "waiting"))

	s.on(34, s.send(town, model, "declined"))
	s.on(28, s.by(managerEmail, "declined", broker.ActRequest{Act: broker.ActDecline, ReasonCode: "purpose", Message: "The task that you name needs no model."}))
	s.on(26, s.send(sewer, model, "withdrawn"))
	s.on(25, s.head(sewer, "withdrawn", broker.ActRequest{Act: broker.ActWithdraw}))
	s.on(23, s.send(town, model, "closed"))
	s.on(20, s.by(managerEmail, "closed", ask("Which computers would the model read from?")))
	s.on(6, func() error { return broker.Work(s.tx, s.desk) }) // nobody answered: closed

	s.on(2.2, s.send(cooperative, model, "submitted"))
	s.on(6.5, s.send(county, model, "in review"))
	s.on(5.5, s.by(managerEmail, "in review", broker.ActRequest{Act: broker.ActAssign}))
	s.on(5.4, s.by(managerEmail, "in review", broker.ActRequest{Act: broker.ActNote, Message: "An earlier access was revoked. Ask who looks after the account now."}))
	s.on(5.3, s.by(managerEmail, "in review", ask("Who looks after the account now?")))
	s.on(4.1, s.head(county, "in review", broker.ActRequest{Act: broker.ActAnswer, Message: "The county's own IT desk. The firm has left."}))
	s.on(8, s.send(water, scan, "needs info"))
	s.on(7, s.by(managerEmail, "needs info", ask("Which night of the week suits you best?")))

	s.on(1.1, func() error {
		return s.start(water, model, "draft", broker.Answers{"first_task": {"Read a week of firewall logs."}, "setup": {"own_staff"}})
	})
}

// grantBy is a step of a member of staff on the access that came of a case, grantOf one of its holder.
func (s *story) grantBy(email, name string, r access.ActRequest) func() error {
	return func() error { return s.actOnGrant(s.staff[email], name, r) }
}

func (s *story) grantOf(o operator, name string, r access.ActRequest) func() error {
	return func() error { return s.actOnGrant(s.heads[o.name], name, r) }
}

func (s *story) actOnGrant(who broker.Actor, name string, r access.ActRequest) error {
	g, err := access.OfItem(s.tx, s.items[name].ID)
	if err != nil {
		return err
	}
	_, err = broker.ActOnGrant(s.tx, s.desk, who, g.ID, r)
	return err
}

// stage is one reported step of a packet.
type stage struct {
	days      float64
	act, ends string // ends: a calendar day, "" none
	note      string
}

// packets are programs that are applied for elsewhere, in each stage. A program that takes no requests at the time, because
// its listing has changed since, is left out.
func (s *story) packets() {
	in := func(days int) string { return s.made.AddDate(0, 0, days).Format(time.DateOnly) }
	for slug, p := range map[string]struct {
		of     operator
		begun  float64
		stages []stage
	}{
		"cisa-csa":           {water, 2, nil},
		"cisa-vuln-scanning": {water, 6, []stage{{days: 5, act: broker.ActSend, note: "Sent from the office address."}}},
		"ms-isac":            {water, 40, []stage{{days: 38, act: broker.ActSend}}},
		"circuit-rider":      {water, 22, []stage{{days: 21, act: broker.ActSend}, {days: 15, act: broker.ActAcknowledge, note: "A person called back. They visit in spring."}}},
		"cisa-cpg":           {water, 120, []stage{{days: 119, act: broker.ActReady, ends: in(24), note: "Filled in with the operator on duty."}}},
		"ship":               {hospital, 50, []stage{{days: 48, act: broker.ActSend}, {days: 20, act: broker.ActAccept, note: "The state office said yes."}}},
		"ms-rural-hospitals": {hospital, 30, []stage{{days: 29, act: broker.ActSend}, {days: 12, act: broker.ActAccept}, {days: 9, act: broker.ActSetUp}}},
		"anthropic-cvp":      {hospital, 33, []stage{{days: 32, act: broker.ActSend}, {days: 25, act: broker.ActRefuse, note: "They ask for a person with more hours."}}},
		"cisa-scubagear":     {county, 16, []stage{{days: 15, act: broker.ActWithdraw}}},
	} {
		s.on(p.begun, func() error { return s.begin(p.of, slug) })
		for _, one := range p.stages {
			s.on(one.days, func() error {
				if _, begun := s.items[slug]; !begun {
					return nil
				}
				return s.act(s.heads[p.of.name], slug, broker.ActRequest{Act: one.act, Ends: one.ends, Message: one.note})
			})
		}
	}
}

// begin starts a packet if its program can be asked for now.
func (s *story) begin(o operator, slug string) error {
	a, err := broker.Start(s.tx, s.desk, s.heads[o.name], s.orgs[o.name].ID, []string{slug}, o.facts)
	var refusal *data.Refusal
	if errors.As(err, &refusal) && refusal.Code == "program_closed" {
		return nil
	}
	if err != nil {
		return fmt.Errorf("start %s: %w", slug, err)
	}
	s.items[slug] = a.Items[0]
	return nil
}
