package hsds

import (
	"maps"
	"slices"

	"accessdesk/catalog"
	"accessdesk/catalog/exchange/hsds"
	"accessdesk/data"
	"accessdesk/ui/web"
)

// Profile says how this desk uses HSDS: what it adds, what it never says, and how its own words become those of HSDS.
type Profile struct {
	ID        string   `json:"id"` // address of the profile
	Name      string   `json:"name"`
	Extends   string   `json:"extends"` // address of the specification
	Version   string   `json:"version"`
	OpenAPI   string   `json:"openapi_url"` // describes every object, the extension too
	Identity  string   `json:"identifiers"`
	Language  string   `json:"languages"`
	Adds      []Said   `json:"adds"`
	Uses      []Said   `json:"uses"`
	Never     []Said   `json:"never"`
	Statuses  []Status `json:"statuses"`
	Unsaid    []Said   `json:"not_published"`
	Endpoints []Said   `json:"endpoints"`
}

// Said is a thing with what there is to say about it.
type Said struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// Status is a status of the desk with the one of HSDS.
type Status struct {
	Desk string      `json:"desk"`
	HSDS hsds.Status `json:"hsds"`
	When string      `json:"when"`
}

// Profile serves the profile. It is for those who build directories, and in English.
func (d *Directory) Profile(r *web.Request, _ *data.Tx) (web.Reply, error) {
	if _, err := read(r); err != nil {
		return web.Reply{}, err
	}
	reply, err := answer(profile(r.Site.Absolute("")))
	reply.Document.Plain = true
	return reply, err
}

func profile(base string) Profile {
	p := Profile{
		ID: base + profilePath, Name: "Cyber Access Desk profile of HSDS", Extends: "https://docs.openreferral.org/en/v3.1/", Version: hsds.Version, OpenAPI: base + openAPIPath,
		Identity: "Every id is a UUIDv5 in the namespace e453d07e-8b77-554d-b96f-2094adab9932 of \"kind:slug\", of parts \"kind:slug:key\". It is the same on every desk and in every export, and stays when texts change. A service of another desk with the same id is the same offering.",
		Language: "Texts are in the language of Accept-Language or ?lang=en|es, English otherwise; Content-Language says which. Ids, codes, dates and addresses are the same in both.",
		Adds: []Said{
			{"accessdesk", "The one member of a service that HSDS does not know. It holds the rules as CEL expressions with their facts and sources, the window, tiers, ways to apply, the questions of the form, the terms of access and the sources. Services in lists have it with full=true."},
		},
		Uses: []Said{
			{"service.url", "The provider's page, if somebody could open it; else the page on this desk."},
			{"service.eligibility_description", "The rules in words, one to a line. A service bears the facts that they ask about as attributes (link_type service_eligibility)."},
			{"service.fees_description", "\"No charge listed\" with the day on which somebody looked. Nobody promises that it stays so, so no amount is ever given."},
			{"service.assured_date", "The day on which a person last compared the listing with its sources."},
			{"service.last_modified", "The latest of: a new version, a confirmation, a notice or pause that began or ended, a window that opened or closed, a place that was taken or given up."},
			{"service.alert", "A notice about the provider, a pause with its reason, doubts about the listing, or what does its work now."},
			{"service.schedules", "The window in which requests are taken: the one that is open, or the next, or the last."},
			{"service.capacities", "The places of services that this desk decides, and of their tiers. Elsewhere only the provider knows how many are left."},
			{"service.languages", "The languages of this desk, for services applied for here. In which languages others answer nobody has told us."},
			{"service.metadata", "The versions of the listing and the days on which it was confirmed, in the name of who runs the desk."},
			{"attribute.link_type", "service_type (kind), intended_audience (sector), availability (status), cost, application (way), service_eligibility (capability), terms (safeguard), assurance (confidence)."},
		},
		Never: []Said{
			{"location, service_at_location, service_area", "No offering is bound to a place. The lists are there and empty."},
			{"program", "No offering is part of a larger program that the data names."},
			{"service.minimum_age, maximum_age, interpretation_services, accreditations, funding, accessibility", "Offerings are for organizations; nothing is known."},
			{"service.assurer_email, metadata.updated_by of a person", "Who keeps a listing stays inside."},
			{"service.wait_time, fees, licenses; organization.tax_id, tax_status", "Deprecated by HSDS."},
			{"cost_option.amount", "See service.fees_description."},
			{"organization.organization_identifiers", "The desk keeps none of providers."},
		},
	}
	for _, key := range slices.Sorted(maps.Keys(hsds.Unsaid)) {
		p.Unsaid = append(p.Unsaid, Said{key, hsds.Unsaid[key]})
	}
	for _, r := range resources {
		p.Endpoints = append(p.Endpoints, Said{Base + r.path, r.summary})
	}
	p.Statuses = []Status{
		{string(catalog.StatusOpen), hsds.Active, "within its window, with a place left or a waiting list"},
		{string(catalog.StatusOpen), hsds.TemporarilyClosed, "before its window or between two, during a pause, or full without a waiting list"},
		{string(catalog.StatusOpen), hsds.Inactive, "after its last window"},
		{string(catalog.StatusWaitingList), hsds.Active, "as open"},
		{string(catalog.StatusByInvitation), hsds.Active, "as open; the provider chooses whom it asks"},
		{string(catalog.StatusAnnounced), hsds.Inactive, "always"},
		{string(catalog.StatusUnverified), hsds.Inactive, "always: nobody could confirm that requests are taken"},
		{string(catalog.StatusLapsed), hsds.TemporarilyClosed, "always"},
		{string(catalog.StatusEnded), hsds.Defunct, "always; stays in the lists, so that directories learn of it"},
	}
	return p
}
