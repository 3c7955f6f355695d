// Package elsewhere holds the pages of a program that is applied for elsewhere: the packet that the desk prepares, as a page,
// on paper and as a file, the stages that the applicant reports, and the papers that are gathered. Nothing here sends
// anything to a provider.
//
// While a packet is prepared its page leads with the steps and the message or the answers; once it was sent it leads with
// where it stands and what comes next, and the packet follows below, as it was when it was sent; "?as=today" shows it with the
// answers of today, for a provider who asks for more.
package elsewhere

import (
	"time"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/broker/packet"
	"accessdesk/broker/paper"
	"accessdesk/broker/progress"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/ui/web"
)

// pill is a status: a word with an icon and a color.
type pill struct{ Tone, Text string }

// file is everything that the desk knows of one packet.
type file struct {
	application broker.Application
	broker.Item
	program *catalog.Published
	facts   eligibility.Profile
	answers broker.Answers
	stages  []progress.Step
	papers  []string // gathered
	route   int
	member  account.Membership
	packet  packet.Packet // as it was sent; while it is prepared, or where the person asks for it, as it is today
	sent    *sent         // nil for one that is not sent
	checked string        // day on which somebody last compared the listing with its sources
	notice  *web.Notice   // of its provider, while it is undecided
	listing web.Listings
}

// sent is what a packet was when it was sent, and what changed since.
type sent struct {
	progress.Sent
	today   bool // the person looks at the packet with the answers of today
	changes []packet.Difference
}

// open finds the packet that the address names. data.ErrNotFound: not the person's, or no packet.
func open(r *web.Request, tx *data.Tx) (file, error) {
	a, err := broker.FindApplication(tx, r.Actor(), r.Param("id"))
	if err != nil {
		return file{}, err
	}
	item, ok := a.Item(r.Param("slug"))
	if !ok || !item.IsPacket() {
		return file{}, data.ErrNotFound
	}
	return load(r, tx, a, item)
}

func load(r *web.Request, tx *data.Tx, a broker.Application, item broker.Item) (f file, err error) {
	f = file{application: a, Item: item}
	if f.program, err = broker.Program(tx, r.Desk(), item); err != nil {
		return f, err
	}
	if f.facts, err = account.Facts(tx, r.Desk().Vocabulary, a.Organization.ID); err != nil {
		return f, err
	}
	if f.answers, err = broker.AnswersOf(tx, item.ID); err != nil {
		return f, err
	}
	if f.stages, err = progress.Steps(tx, item.ID); err != nil {
		return f, err
	}
	if f.papers, err = paper.Of(tx, item.ID); err != nil {
		return f, err
	}
	if f.member, err = account.MayActFor(tx, r.Person.ID, a.Organization.ID); err != nil {
		return f, err
	}
	listings, err := r.Listings(tx)
	if err != nil {
		return f, err
	}
	f.listing, f.checked = listings, listings.CheckedText(f.program)
	if !item.Over() {
		f.notice = listings.On(f.program)
	}
	r.About(a.Organization)
	f.route = RouteOf(f.program.Offering, item.Route)
	f.packet, _ = packet.Prepare(f.material(r)) // a program that lost every way to apply has an empty packet; its stages stay
	return f, f.asSent(r, tx)
}

// asSent puts the packet as it was sent in the place of the one that the answers of today would make, unless the person asks
// for that one.
func (f *file) asSent(r *web.Request, tx *data.Tx) error {
	kept, ok, err := progress.AsSent(tx, r.Desk().Vocabulary, f.Item.ID)
	if err != nil || !ok {
		return err
	}
	then := f.material(r)
	then.Organization, then.Person = kept.Organization, packet.Person{Name: kept.Step.By.Name, Email: kept.Step.By.Email}
	then.Facts, then.Answers, then.Answered = kept.Facts, kept.Answers, kept.Answered
	before, _ := packet.Prepare(then)
	f.sent = &sent{Sent: kept, today: r.Query("as") == "today", changes: packet.Differences(before, f.packet)}
	if kept.Organization != f.application.Organization.Name {
		f.sent.changes = append([]packet.Difference{{Label: r.L.T("progress.organization"), Before: kept.Organization,
			Now: f.application.Organization.Name}}, f.sent.changes...)
	}
	if !f.sent.today {
		f.packet = before
	}
	return nil
}

// frozen tells whether the packet is shown as it was sent: what is changed now does not show in it.
func (f file) frozen() bool { return f.sent != nil && !f.sent.today }

// RouteOf is the chosen way to apply, or the first for which there is a packet where the program changed since.
func RouteOf(o *catalog.Offering, chosen int) int {
	routes := packet.Routes(o)
	for _, route := range routes {
		if route == chosen {
			return chosen
		}
	}
	if len(routes) > 0 {
		return routes[0]
	}
	return 0
}

func (f file) material(r *web.Request) packet.Material {
	return packet.Material{
		Vocabulary: r.Desk().Vocabulary, Locales: r.Desk().Locales, Lang: r.Lang, Zone: r.Site.Zone,
		Program: f.program, Route: f.route, Organization: f.application.Organization.Name, Person: packet.Person{Name: r.Person.Name, Email: r.Person.Email},
		Facts: f.facts, Answers: f.answers, Answered: f.Item.Saved, Ticked: f.papers,
	}
}

// address is the page of the packet.
func (f file) address() string { return "/applications/" + f.application.ID + "/p/" + f.Slug }

// mode is how one applies on the chosen way.
func (f file) mode() catalog.Mode { return f.packet.Mode }

// day writes a calendar day, "" for one that is none.
func day(r *web.Request, text string) string {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return ""
	}
	return r.L.Date(at)
}

// StatePill says where a packet stands.
func StatePill(r *web.Request, state broker.State) pill {
	tone := "new"
	switch state {
	case broker.Preparing, broker.NoReply:
		tone = "ask"
	case broker.Approved, broker.SetUp, broker.ReadyToUse:
		tone = "ok"
	case broker.Refused, broker.Withdrawn:
		tone = "no"
	}
	return pill{tone, r.L.T("status.packet_" + string(state))}
}
