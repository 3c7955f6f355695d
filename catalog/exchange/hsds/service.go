package hsds

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"accessdesk/catalog"
)

// Service gives an offering with everything that belongs to it.
func (r *Reading) Service(p *catalog.Published) Service {
	s := r.Brief(p)
	s.Organization = nil
	if of := r.byProvider[p.Provider.Slug]; of != nil {
		whole := r.organization(of)
		s.Organization = &whole
	}
	s.AdditionalURLs, s.Phones, s.Schedules = r.urls(p, s.URL), r.phones(p), r.schedules(p)
	s.Languages, s.CostOptions, s.RequiredDocuments = r.languages(p), r.costOptions(p), r.documents(p)
	s.Contacts, s.Capacities, s.Attributes, s.Metadata = r.contacts(p), r.capacities(p), r.attributes(p), r.metadata(p)
	s.Desk = r.extension(p)
	return s
}

// Brief gives an offering with what it has one of, as lists show it.
func (r *Reading) Brief(p *catalog.Published) Service {
	s := Service{
		ID: ServiceID(p.Slug), OrganizationID: OrganizationID(p.Provider.Slug), Name: p.Title.In(r.lang), AlternateName: strings.Join(p.KnownAs, ", "),
		Description: paragraphs(p.Summary.In(r.lang), p.Details.In(r.lang)), URL: r.url(p), Email: email(p), Status: r.status(p),
		ApplicationProcess: r.application(p), FeesDescription: r.cost(p), EligibilityDescription: r.eligibility(p),
		AssuredDate: string(r.Upkeep.CheckedOn(p)), Alert: r.alert(p), LastModified: Instant{r.modified(p)},
	}
	if of := r.byProvider[p.Provider.Slug]; of != nil {
		whole := r.organization(of)
		whole.AdditionalWebsites, whole.Attributes = nil, nil
		s.Organization = &whole
	}
	return s
}

// Minimal gives only when an offering changed.
func (r *Reading) Minimal(p *catalog.Published) Minimal {
	return Minimal{ServiceID(p.Slug), Instant{r.modified(p)}}
}

// paragraphs joins the texts that are there, with an empty line between.
func paragraphs(texts ...string) string {
	var all []string
	for _, text := range texts {
		if text = strings.TrimSpace(text); text != "" {
			all = append(all, text)
		}
	}
	return strings.Join(all, "\n\n")
}

// status is the word of HSDS: see the comment of the package.
func (r *Reading) status(p *catalog.Published) Status {
	switch p.Status {
	case catalog.StatusEnded:
		return Defunct
	case catalog.StatusLapsed:
		return TemporarilyClosed
	case catalog.StatusAnnounced, catalog.StatusUnverified:
		return Inactive
	}
	switch {
	case p.PausedAt(r.Now):
		return TemporarilyClosed
	case !p.Window.Contains(r.Now):
		if r.Now.Before(p.Window.At(r.Now).Opens) {
			return TemporarilyClosed
		}
		return Inactive
	case p.Status != catalog.StatusByInvitation && p.NextStep(r.Now, r.places(p).Full).Hindrance == catalog.HinderedFull:
		return TemporarilyClosed
	}
	return Active
}

// places are the places of an offering, as far as the caller knows.
func (r *Reading) places(p *catalog.Published) Seats { return r.Seats[p.Slug] }

// opens gives an address that a reader may follow: one that somebody read or that the link check opened, and that is not gone. "" for any
// other.
func (r *Reading) opens(p *catalog.Published, address string) string {
	opened := r.Upkeep.Opened(address)
	if !strings.HasPrefix(address, "https://") || opened.GoneOn != "" || opened.ReachedOn == "" && !p.Read(address) {
		return ""
	}
	return address
}

// url is the provider's page about the offering: where one applies, else its first primary source, else the page on this desk.
func (r *Reading) url(p *catalog.Published) string {
	for _, way := range p.Apply {
		if address := r.opens(p, way.To); address != "" && (way.Mode == catalog.ModeWeb || way.Mode == catalog.ModeDownload) {
			return address
		}
	}
	for _, source := range p.Sources {
		if address := r.opens(p, source.URL); address != "" && source.Primary {
			return address
		}
	}
	return r.page(p)
}

// urls are the other addresses: the page on this desk, ways to apply, who helps, and the sources.
func (r *Reading) urls(p *catalog.Published, besides string) []URL {
	var all []URL
	seen := map[string]bool{besides: true}
	add := func(label, address string) {
		if address != "" && !seen[address] {
			seen[address] = true
			all = append(all, URL{ID: ID("url", p.Slug, address), Label: label, URL: address, ServiceID: ServiceID(p.Slug)})
		}
	}
	add(r.texts.T("hsds.url_desk"), r.page(p))
	for _, way := range p.Apply {
		add(r.texts.T("mode."+string(way.Mode)), r.opens(p, way.To))
	}
	add(p.Helper.Name, r.opens(p, p.Helper.URL))
	for _, source := range p.Sources {
		add(r.texts.T("hsds.url_source", "Supports", source.Supports), r.opens(p, source.URL))
	}
	return all
}

// email is the mailbox that takes requests.
func email(p *catalog.Published) string {
	for _, way := range p.Apply {
		if way.Mode == catalog.ModeEmail && !strings.ContainsAny(way.To, " <>,;") {
			return way.To
		}
	}
	return ""
}

func (r *Reading) phones(p *catalog.Published) []Phone {
	var all []Phone
	for _, way := range p.Apply {
		id := ID("phone", p.Slug, way.To)
		if way.Mode == catalog.ModePhone && way.To != "" && !slices.ContainsFunc(all, func(known Phone) bool { return known.ID == id }) {
			all = append(all, Phone{ID: id, ServiceID: ServiceID(p.Slug), Number: way.To, Type: "voice", Description: r.texts.T("hsds.phone_apply")})
		}
	}
	return all
}

// contacts is who helps an operator before it applies.
func (r *Reading) contacts(p *catalog.Published) []Contact {
	if p.Helper.Name == "" {
		return nil
	}
	contact := Contact{ID: ID("contact", p.Slug, "helper"), ServiceID: ServiceID(p.Slug), Name: p.Helper.Name}
	if p.Helper.Phone != "" {
		contact.Phones = []Phone{{ID: ID("phone", p.Slug, "helper", p.Helper.Phone), ContactID: contact.ID, Number: p.Helper.Phone, Type: "voice"}}
	}
	return []Contact{contact}
}

// schedules is the window that is open now, or the next one, or the last that closed.
func (r *Reading) schedules(p *catalog.Published) []Schedule {
	w := p.Window.At(r.Now)
	if w.Rolling() {
		return nil
	}
	zone := w.Zone()
	first := w.Opens
	if first.IsZero() {
		first = w.Closes
	}
	_, offset := first.In(zone).Zone()
	hours := float64(offset) / 3600
	s := Schedule{ID: ID("schedule", p.Slug, "window"), ServiceID: ServiceID(p.Slug), Timezone: &hours, Description: r.windowText(w)}
	const clock = "15:04Z07:00"
	if !w.Opens.IsZero() {
		s.ValidFrom, s.OpensAt = w.Opens.In(zone).Format(time.DateOnly), w.Opens.In(zone).Format(clock)
	}
	if !w.Closes.IsZero() {
		s.ValidTo, s.ClosesAt = w.Closes.Add(-time.Second).In(zone).Format(time.DateOnly), w.Closes.In(zone).Format(clock)
	}
	if w.Recurring() { // HSDS has weeks and months
		s.DTStart, s.Freq, s.Interval = s.ValidFrom, "MONTHLY", months[w.Every]
	}
	return []Schedule{s}
}

// months are the lengths of the periods.
var months = map[catalog.Period]int{catalog.PeriodMonth: 1, catalog.PeriodQuarter: 3, catalog.PeriodYear: 12}

// languages are those of this desk, for what is applied for here. In which languages others answer nobody has told us.
func (r *Reading) languages(p *catalog.Published) []Language {
	if !p.InApp() {
		return nil
	}
	var all []Language
	for _, code := range []string{"en", "es"} {
		all = append(all, Language{ID: ID("language", p.Slug, code), ServiceID: ServiceID(p.Slug), Name: r.texts.T("hsds.language_" + code), Code: code,
			Note: r.texts.T("hsds.language_note")})
	}
	return all
}

func (r *Reading) costOptions(p *catalog.Published) []CostOption {
	return []CostOption{{ID: ID("cost_option", p.Slug, "cost"), ServiceID: ServiceID(p.Slug), ValidFrom: string(r.Upkeep.CheckedOn(p)), Option: r.cost(p)}}
}

// cost is what the operator pays. Nobody promises that it stays so: the day on which somebody looked stands with it.
func (r *Reading) cost(p *catalog.Published) string {
	if p.Cost == "" {
		return ""
	}
	return r.texts.Fill("cost."+string(p.Cost), map[string]any{"Date": r.Upkeep.CheckedOn(p).Time()})
}

func (r *Reading) documents(p *catalog.Published) []RequiredDocument {
	var all []RequiredDocument
	for _, way := range p.Apply {
		for _, document := range way.Documents {
			id := ID("required_document", p.Slug, cmp.Or(document.En, document.Es))
			if !slices.ContainsFunc(all, func(known RequiredDocument) bool { return known.ID == id }) {
				all = append(all, RequiredDocument{ID: id, ServiceID: ServiceID(p.Slug), Document: document.In(r.lang)})
			}
		}
	}
	return all
}

// capacities are the places of an offering that is decided here, and of each of its tiers. How many are left elsewhere only the provider
// knows, so nothing is said.
func (r *Reading) capacities(p *catalog.Published) []Capacity {
	places, known := r.Seats[p.Slug]
	if !known {
		return nil
	}
	var all []Capacity
	add := func(key, description string, s Seats) {
		if s.All > 0 {
			all = append(all, Capacity{ID: ID("service_capacity", p.Slug, key), ServiceID: ServiceID(p.Slug), Available: s.Left, Maximum: s.All,
				Unit: Unit{ID("unit", "seat"), r.texts.T("hsds.unit_seat")}, Description: description, Updated: Instant{r.Counted()}})
		}
	}
	add("seats", r.texts.T("hsds.seats"), places)
	for _, tier := range p.Tiers {
		add("tier-"+tier.ID, tier.Title.In(r.lang), places.Tiers[tier.ID])
	}
	return all
}

// Counted is the moment as of which seats are counted: the minute of the reading.
func (r *Reading) Counted() time.Time { return r.Now.Truncate(time.Minute) }

// organization gives a provider without its offerings.
func (r *Reading) organization(of *provider) Organization {
	o := Organization{ID: of.id, Name: of.Name, Description: r.describe(of)}
	if of.Government {
		o.LegalStatus = r.texts.T("hsds.government")
	}
	for _, site := range of.sites {
		switch {
		case !strings.HasPrefix(site, "https://") && !strings.HasPrefix(site, "http://") || r.Upkeep.Opened(site).GoneOn != "":
		case o.Website == "":
			o.Website = site
		default:
			o.AdditionalWebsites = append(o.AdditionalWebsites, URL{ID: ID("url", of.Slug, site), URL: site, OrganizationID: of.id})
		}
	}
	return o
}

// describe says what an organization is, as far as the desk knows.
func (r *Reading) describe(of *provider) string {
	if of.Government {
		return r.texts.N("hsds.government_gives", len(of.gives))
	}
	return r.texts.N("hsds.gives", len(of.gives))
}

// Organization gives a provider with its offerings: their ids, names and statuses or, with full, everything about them.
func (r *Reading) Organization(id string, full bool) (Organization, bool) {
	for _, of := range r.providers {
		if of.id == id {
			return r.organizationWith(of, full), true
		}
	}
	return Organization{}, false
}

func (r *Reading) organizationWith(of *provider, full bool) Organization {
	o := r.organization(of)
	for _, p := range of.gives {
		s := Service{ID: ServiceID(p.Slug), OrganizationID: of.id, Name: p.Title.In(r.lang), Status: r.status(p), LastModified: Instant{r.modified(p)}}
		if full {
			s = r.Service(p)
			s.Organization = nil
		}
		o.Services = append(o.Services, s)
	}
	return o
}

// Find gives the offering with the id of a service.
func (r *Reading) Find(id string) (*catalog.Published, bool) {
	p, ok := r.services[id]
	return p, ok
}
