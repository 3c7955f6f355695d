package feed

import (
	"encoding/json"
	"fmt"
	"html/template"
	"strings"
	"time"

	"accessdesk/catalog"
	"accessdesk/eligibility"
	"accessdesk/ui/web"
)

// The words of schema.org that program pages use.
type (
	service struct {
		Context   string     `json:"@context"`
		Type      string     `json:"@type"`
		ID        string     `json:"@id"`
		Name      string     `json:"name"`
		Alternate []string   `json:"alternateName,omitempty"`
		About     string     `json:"description"`
		URL       string     `json:"url"`
		Kind      string     `json:"serviceType"`
		Category  string     `json:"category"`
		Provider  body       `json:"provider"`
		Broker    body       `json:"broker"`
		Audience  []audience `json:"audience,omitempty"`
		Channels  []channel  `json:"availableChannel,omitempty"`
		Terms     string     `json:"termsOfService,omitempty"`
		Offers    offer      `json:"offers"`
		Page      page       `json:"mainEntityOfPage"`
	}
	body struct {
		Type string `json:"@type"`
		Name string `json:"name"`
		URL  string `json:"url,omitempty"`
	}
	audience struct {
		Type string `json:"@type"`
		Who  string `json:"audienceType"`
	}
	channel struct {
		Type      string   `json:"@type"`
		URL       string   `json:"serviceUrl,omitempty"`
		Phone     *contact `json:"servicePhone,omitempty"`
		Languages []string `json:"availableLanguage,omitempty"`
		Takes     string   `json:"processingTime,omitempty"`
	}
	contact struct {
		Type  string `json:"@type"`
		Phone string `json:"telephone"`
	}
	offer struct {
		Type   string `json:"@type"`
		About  string `json:"description"`
		Opens  string `json:"availabilityStarts,omitempty"`
		Closes string `json:"availabilityEnds,omitempty"`
	}
	page struct {
		Type     string `json:"@type"`
		ID       string `json:"@id"`
		Lang     string `json:"inLanguage"`
		Reviewed string `json:"lastReviewed,omitempty"`
	}
)

// Linked is what the page of a program says to machines (JSON-LD, schema.org): "" for an ended one. cost is the cost as the page says
// it. It says nothing that no source says: no price, because "no charge listed" is not "free", and no area or jurisdiction, which
// the listings do not have. Address and phone of a way to apply are given where the page gives them as links.
func Linked(r *web.Request, listings web.Listings, p *catalog.Published, cost string, now time.Time) (template.JS, error) {
	if p.Status == catalog.StatusEnded {
		return "", nil
	}
	address, window := r.Site.Absolute("/programs/"+p.Slug), p.Window.At(now)
	s := service{
		Context: "https://schema.org", Type: "Service", ID: address + "#program", Name: p.Title.In(r.Lang), Alternate: p.KnownAs,
		About: oneLine(p.Summary.In(r.Lang)), URL: r.Site.Link("/programs/"+p.Slug, r.Lang), Kind: r.L.T("kind." + string(p.Kind)), Category: string(p.Kind),
		Provider: body{"Organization", p.Provider.Name, listings.Link(p.Offering, p.Provider.URL)},
		Broker:   body{"Organization", r.Operator(), r.Site.Absolute("/")},
		Offers:   offer{"Offer", cost, instant(window.Opens), instant(window.Closes)},
		Page:     page{"WebPage", r.Site.Link("/programs/"+p.Slug, r.Lang), r.Lang, string(listings.CheckedOn(p))},
	}
	if p.Provider.Government {
		s.Type, s.Provider.Type = "GovernmentService", "GovernmentOrganization"
	}
	if r.Site.Brand.Government {
		s.Broker.Type = "GovernmentOrganization"
	}
	for _, who := range audiences(r, p.Offering) {
		s.Audience = append(s.Audience, audience{"BusinessAudience", who})
	}
	for _, way := range p.Apply {
		if c, ok := channelOf(r, listings, p, way); ok {
			s.Channels = append(s.Channels, c)
		}
	}
	if len(p.Terms.Safeguards) > 0 {
		s.Terms = address + "#terms"
	}
	text, err := json.Marshal(s) // which writes <, > and & as \u003c and so on: nothing in it ends the block
	return template.JS(text), err
}

// audiences are the sectors that a program is for, in words; none for one that is for everyone.
func audiences(r *web.Request, o *catalog.Offering) (all []string) {
	if !o.Gated() {
		return nil
	}
	fact, _ := r.Desk().Vocabulary.Fact("sector")
	for _, sector := range fact.Values {
		if eligibility.Serves(o.Sectors, sector.Value) {
			all = append(all, sector.Label.In(r.Lang))
		}
	}
	return all
}

// channelOf is a way to apply; false for one that has no address, or none that a page links to.
func channelOf(r *web.Request, listings web.Listings, p *catalog.Published, way catalog.ApplyRoute) (channel, bool) {
	c := channel{Type: "ServiceChannel"}
	if p.DaysToDecide > 0 {
		c.Takes = fmt.Sprintf("P%dD", p.DaysToDecide)
	}
	switch way.Mode {
	case catalog.ModeInApp:
		c.URL, c.Languages = r.Site.Absolute("/programs/"+p.Slug), web.Languages
	case catalog.ModeEmail:
		c.URL = "mailto:" + way.To
	case catalog.ModePhone:
		c.Phone = &contact{"ContactPoint", way.To}
	default:
		c.URL = listings.Link(p.Offering, way.To)
	}
	return c, c.Phone != nil || strings.TrimPrefix(c.URL, "mailto:") != ""
}

// instant writes a time, "" if there is none.
func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return stamp(t)
}
