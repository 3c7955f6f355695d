// Package catalog holds the offerings: what a program gives, to whom, since when, how one asks for it, and where
// each statement comes from.
//
// An offering is written as one TOML file. Parse reads such a file and refuses what it does not know, each time
// with line, key and how to mend it; package check reads an offering as a careful colleague would (both languages,
// cited criteria that compile, tests that stand on both sides of each threshold, a way to apply) and reports all it
// finds; Canonical writes the one spelling that is hashed and stored.
//
// In the database an offering is a slug with numbered versions. A version never changes once it is written, so
// that a case decided on version 3 can be read with version 3 for ever; publishing moves which version is live.
// Each write moves the catalog's revision, and Cache reloads when it has moved. Snapshot is the catalog as one
// value: the published offerings in slug order with their compiled rules, and the hash over them that results
// quote as catalog_version.
//
// Status is the world's (does the provider take requests?), State is editing's (draft, published, retired).
// Whether an offering is open now is derived from Status and Window and never stored. What an operator can do about it
// now (start here, join a waiting list, prepare a packet, or nothing and why) is NextStep, and nothing else decides it.
package catalog

import (
	"time"

	"accessdesk/catalog/position"
	"accessdesk/eligibility"
)

// Text is a sentence or paragraph in both languages of the product.
type Text = eligibility.Text

// Offering is the offering file. The fields stand in the order in which the canonical file has its keys; a zero
// value means that the key is absent.
type Offering struct {
	Slug              string     `toml:"slug"`        // stable name in addresses and records: lower-case words joined by hyphens
	Kind              Kind       `toml:"kind"`        // what the operator gets
	Status            Status     `toml:"status"`      // the world's, as last seen on CheckedOn
	KnownAs           []string   `toml:"known_as"`    // other or former names by which people look for it; names have no language
	ReplacedBy        []string   `toml:"replaced_by"` // slugs of offerings that do its work now, the nearest first
	Sectors           []string   `toml:"sectors"`     // the sector gate: sector values, "critical_infrastructure", or "any" alone
	SectorsCitation   string     `toml:"sectors_citation"`
	CriteriaPublished bool       `toml:"criteria_published"` // false: the provider publishes no rules, so nobody is called eligible
	Confidence        Confidence `toml:"confidence"`         // how well the sources support the listing
	CheckedOn         Date       `toml:"checked_on"`         // last day a person compared the listing with its sources
	ReviewBy          Date       `toml:"review_by"`          // day by which that has to happen again
	Owner             string     `toml:"owner"`              // address of the keeper; internal, never part of the canonical text
	Cost              Cost       `toml:"cost"`
	MinutesToApply    int        `toml:"minutes_to_apply"` // minutes of work for the applicant; 0: not stated
	DaysToDecide      int        `toml:"days_to_decide"`   // days until the provider usually answers; 0: not stated
	Helper            Helper     `toml:"helper"`

	Provider Provider `toml:"provider"`
	Title    Text     `toml:"title"`
	Summary  Text     `toml:"summary"` // one sentence
	Details  Text     `toml:"details"` // plain paragraphs, separated by empty lines; may be absent

	Window       Window        `toml:"window"` // absent: rolling
	Pause        Pause         `toml:"pause"`  // absent: none
	Tiers        []Tier        `toml:"tiers"`  // levels of access, of which an applicant chooses one; absent: there is one
	Apply        []ApplyRoute  `toml:"apply"`  // ways to apply; the first is the usual one
	Criteria     []Criterion   `toml:"criteria"`
	Requirements []Requirement `toml:"requirements"`
	Questions    []Question    `toml:"questions"` // the offering's own form
	Terms        Terms         `toml:"terms"`     // what a grant given here is bound to
	Tests        []Test        `toml:"tests"`
	Sources      []Source      `toml:"sources"`

	file   string          // name of the file that it was parsed from, "" if none
	places *position.Index // where the keys stand in that file
}

// File is the name of the file that the offering was parsed from, "" if none.
func (o *Offering) File() string { return o.file }

// Places tells where the keys stand in that file; nil, which knows no place, if there is none.
func (o *Offering) Places() *position.Index { return o.places }

// Helper is someone an operator can call before applying.
type Helper struct {
	Name  string `toml:"name"`
	Phone string `toml:"phone"`
	URL   string `toml:"url"`
}

// Provider is the organization that gives the service and, for most offerings, decides.
type Provider struct {
	Slug       string `toml:"slug"`
	Name       string `toml:"name"`
	Government bool   `toml:"government"`
	URL        string `toml:"url"`
}

// Window is when applications are taken. A zero Window is a rolling offering. With Every it is a recurring intake: Opens and Closes
// are those of the first time, and At gives those that matter at a moment.
type Window struct {
	Opens       time.Time `toml:"opens"`     // UTC; zero: has always been open
	Closes      time.Time `toml:"closes"`    // UTC, the first instant at which it is closed; zero: no end
	TimeZone    string    `toml:"time_zone"` // IANA name in which the instants are shown
	Seats       int       `toml:"seats"`     // 0: not limited. A seat is taken until the access ends, also beyond an intake
	WaitingList bool      `toml:"waiting_list"`
	Every       Period    `toml:"every"` // how often it opens again; absent: never
}

// Pause is a break in which the provider takes nothing, although the offering goes on. PausedAt says how it begins and ends.
type Pause struct {
	Since  time.Time `toml:"since"`  // UTC; may lie ahead
	Until  time.Time `toml:"until"`  // UTC, when it is expected to end; zero: nobody says
	Reason Text      `toml:"reason"` // one sentence for applicants
}

// Tier is a level of access that an offering gives.
type Tier struct {
	ID           string `toml:"id"`
	Title        Text   `toml:"title"`
	Summary      Text   `toml:"summary"`       // one sentence
	Seats        int    `toml:"seats"`         // 0: not limited by itself; those of the window count all tiers together
	DurationDays int    `toml:"duration_days"` // how long a grant of it lasts; 0: as the terms say
}

// ApplyRoute is one way to apply.
type ApplyRoute struct {
	Mode             Mode     `toml:"mode"`
	To               string   `toml:"to"`        // address, number or page, as the mode needs it
	Subject          Text     `toml:"subject"`   // of the prepared e-mail
	Fields           []string `toml:"fields"`    // facts and own questions of the packet, in this order
	Documents        []Text   `toml:"documents"` // what to gather
	Steps            []Text   `toml:"steps"`
	AsksNext         []Text   `toml:"asks_next"`           // what the provider asks after the first request, as far as a source says
	NoReplyAfterDays int      `toml:"no_reply_after_days"` // days of silence after which the desk reminds; 0: its own number of days
}

// Criterion is one sentence that an applicant can understand, with the expression that decides it.
type Criterion struct {
	ID          string               `toml:"id"`
	Expr        string               `toml:"expr"`
	Citation    string               `toml:"citation"` // where the provider says so
	MinEvidence eligibility.Evidence `toml:"min_evidence"`
	Title       Text                 `toml:"title"`
	Failure     Text                 `toml:"failure"` // said when it is not met
	Remedy      Text                 `toml:"remedy"`  // what would change it; may be absent
}

// Requirement is what the offering is said to ask for and the check cannot decide: nobody read it in the provider's own text, or no
// fact stands for it. It is shown with an unknown result.
type Requirement struct {
	Title    Text   `toml:"title"`    // short, without final stop
	Citation string `toml:"citation"` // what the statement rests on
}

// Question is one field of the offering's own form.
type Question struct {
	ID       string       `toml:"id"`
	Type     QuestionType `toml:"type"`
	Required bool         `toml:"required"`
	Label    Text         `toml:"label"`
	Help     Text         `toml:"help"`
	When     string       `toml:"when"`    // condition on facts and earlier answers; empty: always asked
	Options  []Option     `toml:"options"` // for choice and several
	Bank     string       `toml:"bank"`    // id of the question of the bank that it was copied from; empty: it is the offering's own
	Min      int          `toml:"min"`     // least number, dollars, characters or choices; 0: no limit. Package answer says which type takes which limit
	Max      int          `toml:"max"`     // greatest number, dollars, characters, choices or networks; 0: no limit
	Earliest Date         `toml:"earliest"`
	Latest   Date         `toml:"latest"`
	Pattern  Pattern      `toml:"pattern"` // the shape of a line of text; empty: any
}

// Option is one answer that a choice or several question offers.
type Option struct {
	Value string `toml:"value"`
	Label Text   `toml:"label"`
}

// Terms is what a grant given by the desk is bound to.
type Terms struct {
	DurationDays int         `toml:"duration_days"`
	Renewable    bool        `toml:"renewable"`
	Approvals    []string    `toml:"approvals"` // roles that must all approve
	Safeguards   []Safeguard `toml:"safeguards"`
	NamedUsers   int         `toml:"named_users"`  // most people of the holder who may be named; 0: not stated
	RenewalDays  int         `toml:"renewal_days"` // days before the end from which renewal may be asked for; 0: not stated
	AccessSteps  []Text      `toml:"access_steps"` // what the holder does once access is given, in order
}

// Test is a worked example that has to come out as stated before the offering may be published.
type Test struct {
	Name    string         `toml:"name"`
	Facts   map[string]any `toml:"facts"` // string, int64, float64, bool, []any of these, or a band as map[string]any of numbers
	Outcome TestOutcome    `toml:"outcome"`
}

// Source is a page that supports what the listing says.
type Source struct {
	URL      string `toml:"url"`
	Supports string `toml:"supports"` // what it was read for
	Primary  bool   `toml:"primary"`  // the provider's own page, a law or a rule
	ReadOn   Date   `toml:"read_on"`
}
