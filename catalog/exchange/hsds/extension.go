package hsds

import (
	"accessdesk/catalog"
	"accessdesk/eligibility"
)

// Unsaid are the keys of an offering file that are not published, with the reason. Every other key is said, in the objects of HSDS or in the
// extension; a test holds that.
var Unsaid = map[string]string{
	"owner": "The address of who keeps a listing is internal.",
	"tests": "The worked examples that hold the rules right are of use to editors only.",
}

// Extension is what the desk says of an offering beyond HSDS, under the one key "accessdesk" of a service. The profile describes it.
type Extension struct {
	Slug              string         `json:"slug"`
	Page              string         `json:"page"`    // address of the program page on this desk
	Version           int            `json:"version"` // of the listing
	Hash              string         `json:"hash"`    // of its canonical text
	Kind              string         `json:"kind"`
	Status            string         `json:"status"`    // as the desk has it: seven, where HSDS has four
	StatusNow         string         `json:"next_step"` // what an operator can do now, or why nothing
	Confidence        string         `json:"confidence"`
	ReviewBy          string         `json:"review_by,omitempty"`
	Cost              string         `json:"cost"`
	MinutesToApply    int            `json:"minutes_to_apply,omitempty"`
	DaysToDecide      int            `json:"days_to_decide,omitempty"`
	ReplacedBy        []string       `json:"replaced_by,omitempty"` // ids of services
	CriteriaPublished bool           `json:"criteria_published"`
	Sectors           []string       `json:"sectors"`
	SectorsCitation   string         `json:"sectors_citation,omitempty"`
	Criteria          []Criterion    `json:"criteria,omitempty"`
	Requirements      []Requirement  `json:"requirements,omitempty"`
	Window            *Window        `json:"window,omitempty"`
	Pause             *Pause         `json:"pause,omitempty"`
	Tiers             []Tier         `json:"tiers,omitempty"`
	Apply             []Route        `json:"apply,omitempty"`
	Helper            *Helper        `json:"helper,omitempty"`
	Questions         []FormQuestion `json:"questions,omitempty"`
	Terms             *GrantTerms    `json:"terms,omitempty"`
	Sources           []SourcePage   `json:"sources,omitempty"`
}

// Criterion is a rule that a machine can apply: a CEL expression over the facts of /api/v1/facts.
type Criterion struct {
	ID          string   `json:"id"`
	Expr        string   `json:"expr"`
	Facts       []string `json:"facts"`
	MinEvidence string   `json:"min_evidence"`
	Citation    string   `json:"citation"`
	Title       string   `json:"title"`
	Failure     string   `json:"failure"`
	Remedy      string   `json:"remedy,omitempty"`
}

// Requirement is a rule that no machine can apply.
type Requirement struct {
	Title    string `json:"title"`
	Citation string `json:"citation"`
}

// Window is when requests are taken, as the listing has it.
type Window struct {
	Opens       Instant `json:"opens,omitzero"`
	Closes      Instant `json:"closes,omitzero"`
	TimeZone    string  `json:"time_zone,omitempty"`
	Every       string  `json:"every,omitempty"`
	Seats       int     `json:"seats,omitempty"`
	WaitingList bool    `json:"waiting_list"`
}

// Pause is a break that the provider takes.
type Pause struct {
	Since  Instant `json:"since,omitzero"`
	Until  Instant `json:"until,omitzero"`
	Reason string  `json:"reason,omitempty"`
}

// Tier is a level of access.
type Tier struct {
	ID           string `json:"id"`
	Title        string `json:"title"`
	Summary      string `json:"summary,omitempty"`
	Seats        int    `json:"seats,omitempty"`
	DurationDays int    `json:"duration_days,omitempty"`
}

// Route is a way to apply.
type Route struct {
	Mode             string   `json:"mode"`
	To               string   `json:"to,omitempty"`
	Subject          string   `json:"subject,omitempty"`
	Fields           []string `json:"fields,omitempty"`
	Documents        []string `json:"documents,omitempty"`
	Steps            []string `json:"steps,omitempty"`
	AsksNext         []string `json:"asks_next,omitempty"`
	NoReplyAfterDays int      `json:"no_reply_after_days,omitempty"`
}

// Helper is whom an operator can ask before it applies, as the listing has it.
type Helper struct {
	Name  string `json:"name,omitempty"`
	Phone string `json:"phone,omitempty"`
	URL   string `json:"url,omitempty"`
}

// FormQuestion is a question that the offering asks beside the facts.
type FormQuestion struct {
	ID       string   `json:"id"`
	Type     string   `json:"type"`
	Required bool     `json:"required"`
	Label    string   `json:"label"`
	Help     string   `json:"help,omitempty"`
	When     string   `json:"when,omitempty"`
	Options  []Choice `json:"options,omitempty"`
	Bank     string   `json:"bank,omitempty"` // id in the question bank of the desk
	Min      int      `json:"min,omitempty"`
	Max      int      `json:"max,omitempty"`
	Earliest string   `json:"earliest,omitempty"`
	Latest   string   `json:"latest,omitempty"`
	Pattern  string   `json:"pattern,omitempty"`
}

// Choice is an answer that a question offers.
type Choice struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

// GrantTerms are what access given by the desk is bound to.
type GrantTerms struct {
	DurationDays int      `json:"duration_days,omitempty"`
	Renewable    bool     `json:"renewable"`
	RenewalDays  int      `json:"renewal_days,omitempty"`
	Approvals    []string `json:"approvals,omitempty"`
	NamedUsers   int      `json:"named_users,omitempty"`
	Safeguards   []string `json:"safeguards,omitempty"`
	AccessSteps  []string `json:"access_steps,omitempty"`
}

// SourcePage is a page that the listing rests on.
type SourcePage struct {
	URL      string `json:"url"`
	Supports string `json:"supports"`
	Primary  bool   `json:"primary"`
	ReadOn   string `json:"read_on,omitempty"`
	Reached  bool   `json:"reached"` // whether somebody could open it
}

func (r *Reading) extension(p *catalog.Published) *Extension {
	next := p.NextStep(r.Now, r.places(p).Full)
	e := &Extension{
		Slug: p.Slug, Page: r.page(p), Version: p.Version, Hash: p.Hash, Kind: string(p.Kind), Status: string(p.Status), StatusNow: string(next.Step),
		Confidence: string(p.Confidence), ReviewBy: string(p.ReviewBy), Cost: string(p.Cost), MinutesToApply: p.MinutesToApply, DaysToDecide: p.DaysToDecide,
		CriteriaPublished: p.CriteriaPublished, Sectors: p.Sectors, SectorsCitation: p.SectorsCitation,
		Window: window(p.Window), Terms: r.grantTerms(p.Terms),
	}
	if next.Hindrance != "" {
		e.StatusNow = string(next.Hindrance)
	}
	for _, slug := range p.ReplacedBy {
		e.ReplacedBy = append(e.ReplacedBy, ServiceID(slug))
	}
	for _, c := range p.Rules.Criteria() {
		if c.ID == eligibility.GateID || c.Expr == "" {
			continue
		}
		e.Criteria = append(e.Criteria, Criterion{ID: c.ID, Expr: c.Expr, Facts: r.reads[p.Slug+":"+c.ID], MinEvidence: c.MinEvidence.String(),
			Citation: c.Citation, Title: c.Title.In(r.lang), Failure: c.Failure.In(r.lang), Remedy: c.Remedy.In(r.lang)})
	}
	for _, requirement := range p.Requirements {
		e.Requirements = append(e.Requirements, Requirement{requirement.Title.In(r.lang), requirement.Citation})
	}
	if p.Helper != (catalog.Helper{}) {
		e.Helper = &Helper{p.Helper.Name, p.Helper.Phone, p.Helper.URL}
	}
	if p.Pause != (catalog.Pause{}) {
		e.Pause = &Pause{Instant{p.Pause.Since}, Instant{p.Pause.Until}, p.Pause.Reason.In(r.lang)}
	}
	for _, t := range p.Tiers {
		e.Tiers = append(e.Tiers, Tier{t.ID, t.Title.In(r.lang), t.Summary.In(r.lang), t.Seats, t.DurationDays})
	}
	for _, way := range p.Apply {
		e.Apply = append(e.Apply, Route{Mode: string(way.Mode), To: way.To, Subject: way.Subject.In(r.lang), Fields: way.Fields,
			Documents: r.all(way.Documents), Steps: r.all(way.Steps), AsksNext: r.all(way.AsksNext), NoReplyAfterDays: way.NoReplyAfterDays})
	}
	for _, q := range p.Questions {
		shown := FormQuestion{ID: q.ID, Type: string(q.Type), Required: q.Required, Label: q.Label.In(r.lang), Help: q.Help.In(r.lang), When: q.When,
			Bank: q.Bank, Min: q.Min, Max: q.Max, Earliest: string(q.Earliest), Latest: string(q.Latest), Pattern: string(q.Pattern)}
		for _, option := range q.Options {
			shown.Options = append(shown.Options, Choice{option.Value, option.Label.In(r.lang)})
		}
		e.Questions = append(e.Questions, shown)
	}
	for _, s := range p.Sources {
		e.Sources = append(e.Sources, SourcePage{s.URL, s.Supports, s.Primary, string(s.ReadOn), s.Reached()})
	}
	return e
}

func window(w catalog.Window) *Window {
	if w.Rolling() && w.Seats == 0 && !w.WaitingList && w.TimeZone == "" {
		return nil
	}
	return &Window{Opens: Instant{w.Opens}, Closes: Instant{w.Closes}, TimeZone: w.TimeZone, Every: string(w.Every), Seats: w.Seats, WaitingList: w.WaitingList}
}

func (r *Reading) grantTerms(t catalog.Terms) *GrantTerms {
	if t.DurationDays == 0 && len(t.Approvals)+len(t.Safeguards)+len(t.AccessSteps) == 0 && t.NamedUsers == 0 && t.RenewalDays == 0 && !t.Renewable {
		return nil
	}
	terms := &GrantTerms{DurationDays: t.DurationDays, Renewable: t.Renewable, RenewalDays: t.RenewalDays, Approvals: t.Approvals,
		NamedUsers: t.NamedUsers, AccessSteps: r.all(t.AccessSteps)}
	for _, s := range t.Safeguards {
		terms.Safeguards = append(terms.Safeguards, string(s))
	}
	return terms
}

// all gives texts in the language of the reading.
func (r *Reading) all(texts []catalog.Text) []string {
	var all []string
	for _, text := range texts {
		all = append(all, text.In(r.lang))
	}
	return all
}
