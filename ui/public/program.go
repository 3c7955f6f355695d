package public

import (
	"html/template"
	"strings"

	"accessdesk/broker/seat"
	"accessdesk/catalog"
	"accessdesk/catalog/status"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/ui/card"
	"accessdesk/ui/feed"
	"accessdesk/ui/web"
)

// ProgramPage is one program with its rules in plain words.
type ProgramPage struct {
	card.Card
	Details    []string
	Rules      []rule
	Stated     []rule // said to be asked for; the check cannot decide them
	Published  bool   // the provider publishes criteria
	Company    bool   // an AI program: the company decides
	Routes     []route
	Sources    []source
	Helper     catalog.Helper
	Decision   string // "about 14 days"
	Minutes    int
	Checked    string
	ReviewBy   string // day by which it is to be compared with its sources again, "" once that has passed
	Confidence string
	InApp      bool
	Way        card.Way
	Lasts      string // "180 days"
	Renewable  bool
	Safeguards []string
	Tiers      []tier
	// Site is the provider's own page, SiteLink the address if it may be a link, SiteGone since when it does not open.
	Site, SiteLink, SiteGone string
	HelperLink, HelperGone   string
	Words                    []card.Link // the definitions that the rules use
	Ordered                  bool        // the order itself announces the program
	KnownAs                  string      // other names, joined
	Linked                   template.JS // the same for machines
}

// tier is a level of access, of which an applicant chooses one.
type tier struct{ Title, Summary, Places, Lasts string }

// rule is a criterion in words.
type rule struct{ Title, Citation string }

// route is a way to apply.
type route struct {
	Mode, To  string // text of the mode, address or number
	Link      string // where To can be opened
	Gone      string // since when it cannot
	Unopened  bool   // a page that nobody opened: named, not linked
	Steps     []string
	Documents []string
	Subject   string   // of the e-mail that the provider expects
	Say       []string // what the e-mail or form asks for
}

// source is a page that supports the listing.
type source struct {
	URL      string
	Link     bool // only pages that somebody reached are links
	Supports string
	Read     string
	Primary  bool
}

// Program shows one program. An ended one stays readable for those who look for it.
func Program(r *web.Request, tx *data.Tx) (web.Reply, error) {
	snapshot, err := r.Desk().Catalog.Snapshot(tx)
	if err != nil {
		return web.Reply{}, err
	}
	offering, ok := snapshot.Find(r.Param("slug"))
	if !ok {
		return web.Reply{}, data.ErrNotFound
	}
	page, err := NewProgramPage(r, tx, snapshot, offering)
	if err != nil {
		return web.Reply{}, err
	}
	listings, err := r.Listings(tx)
	if err != nil {
		return web.Reply{}, err
	}
	page.Linked, err = feed.Linked(r, listings, offering, page.Cost, tx.Now)
	return web.Reply{Page: "public/program", Data: page}, err
}

// NewProgramPage is how a program looks, be it published or about to be.
func NewProgramPage(r *web.Request, tx *data.Tx, snapshot *catalog.Snapshot, offering *catalog.Published) (ProgramPage, error) {
	var err error
	var places catalog.Places
	if offering.InApp() {
		if places, err = seat.Of(tx, offering); err != nil {
			return ProgramPage{}, err
		}
	}
	listings, err := r.Listings(tx)
	if err != nil {
		return ProgramPage{}, err
	}
	next := offering.NextStep(tx.Now, places.Full())
	page := ProgramPage{
		Card: card.New(r, tx, listings, offering, places), Published: offering.CriteriaPublished, Company: offering.Company(),
		Helper: offering.Helper, Minutes: offering.MinutesToApply, Checked: listings.CheckedText(offering),
		Confidence: r.L.T("confidence." + string(offering.Confidence)), InApp: offering.InApp(),
		Way: card.NewWay(r, offering, next), Renewable: offering.Terms.Renewable, Site: offering.Provider.URL,
		SiteLink: listings.Link(offering.Offering, offering.Provider.URL), SiteGone: listings.GoneText(offering.Provider.URL),
		HelperLink: listings.Link(offering.Offering, offering.Helper.URL), HelperGone: listings.GoneText(offering.Helper.URL),
		Words: wordsOf(r, offering), Ordered: r.Site.Reference.Order.Announces(offering.Slug),
	}
	page.KnownAs, page.Replaced = strings.Join(offering.KnownAs, ", "), replacements(r, snapshot, offering)
	if offering.Terms.DurationDays > 0 {
		page.Lasts = r.L.Days(offering.Terms.DurationDays)
	}
	if text := offering.Details.In(r.Lang); text != "" {
		page.Details = strings.Split(strings.TrimSpace(text), "\n\n")
	}
	if offering.DaysToDecide > 0 {
		page.Decision = r.L.Days(offering.DaysToDecide)
	}
	// With no facts every criterion is unknown, which gives each title and citation, the sector gate first.
	for _, reason := range eligibility.Explain(offering.Rules, offering.Rules.Decide(nil), r.Lang) {
		if shown := (rule{reason.Title, reason.Citation}); strings.HasPrefix(reason.ID, eligibility.StatedPrefix) {
			page.Stated = append(page.Stated, shown)
		} else {
			page.Rules = append(page.Rules, shown)
		}
	}
	for _, way := range offering.Apply {
		if way.Mode != catalog.ModeInApp && way.Mode != catalog.ModeNone || len(way.Steps)+len(way.Documents) > 0 {
			page.Routes = append(page.Routes, newRoute(r, listings, offering, way))
		}
	}
	for _, safeguard := range offering.Terms.Safeguards {
		page.Safeguards = append(page.Safeguards, r.L.T("safeguard."+string(safeguard)))
	}
	for _, t := range offering.Tiers {
		shown := tier{Title: t.Title.In(r.Lang), Summary: t.Summary.In(r.Lang), Places: status.LeftIn(r.L, places, t.ID)}
		if days := offering.TermsFor(t.ID).DurationDays; days > 0 {
			shown.Lasts = r.L.T("window.lasts", "Days", r.L.Days(days))
		}
		page.Tiers = append(page.Tiers, shown)
	}
	for _, s := range offering.Sources {
		page.Sources = append(page.Sources, newSource(r, listings, offering, s))
	}
	if page.Stale == "" && offering.ReviewBy > listings.CheckedOn(offering) {
		page.ReviewBy = r.L.Date(offering.ReviewBy.Time())
	}
	return page, nil
}

// newSource names a source, as a link where somebody read it or the link check opened it since; what is gone is no link.
func newSource(r *web.Request, listings web.Listings, offering *catalog.Published, s catalog.Source) source {
	day := r.L.Date(s.ReadOn.Time())
	shown := source{URL: s.URL, Link: listings.Link(offering.Offering, s.URL) != "", Supports: s.Supports, Primary: s.Primary, Read: r.L.T("public.read_on", "Date", day)}
	opened := listings.Opened(s.URL)
	if !s.Reached() {
		shown.Supports, shown.Read = "", r.L.T("public.not_reached", "Date", day)
		if shown.Link && opened.ReachedOn != "" {
			shown.Read = r.L.T("upkeep.opens_unread", "Date", r.L.Date(opened.ReachedOn.Time()))
		}
	}
	if gone := listings.GoneText(s.URL); gone != "" {
		shown.Read += " · " + gone
	}
	return shown
}

func newRoute(r *web.Request, listings web.Listings, offering *catalog.Published, way catalog.ApplyRoute) route {
	shown := route{Mode: r.L.T("mode." + string(way.Mode)), To: way.To}
	switch {
	case way.Mode == catalog.ModeEmail:
		shown.Link = "mailto:" + way.To
	case way.Mode == catalog.ModePhone:
		shown.Link = "tel:" + way.To
	default:
		shown.Link, shown.Gone = listings.Link(offering.Offering, way.To), listings.GoneText(way.To)
		shown.Unopened = shown.Link == "" && shown.Gone == "" && strings.HasPrefix(way.To, "https://")
	}
	if way.Mode != catalog.ModeInApp {
		shown.Subject = way.Subject.In(r.Lang)
		for _, id := range way.Fields {
			if fact, ok := r.Desk().Vocabulary.Fact(eligibility.FactID(id)); ok {
				shown.Say = append(shown.Say, fact.Label.In(r.Lang))
			} else if question, ok := offering.Question(id); ok {
				shown.Say = append(shown.Say, question.Label.In(r.Lang))
			}
		}
	}
	for _, step := range way.Steps {
		shown.Steps = append(shown.Steps, step.In(r.Lang))
	}
	for _, document := range way.Documents {
		shown.Documents = append(shown.Documents, document.In(r.Lang))
	}
	return shown
}
