package catalog

import "regexp"

// Kind is what an operator gets from an offering.
type Kind string

// The kinds of offering.
const (
	KindAssessment         Kind = "assessment"
	KindScanning           Kind = "scanning"
	KindMonitoring         Kind = "monitoring"
	KindProtectiveDNS      Kind = "protective_dns"
	KindDomain             Kind = "domain"
	KindTraining           Kind = "training"
	KindTool               Kind = "tool"
	KindInformationSharing Kind = "information_sharing"
	KindIncidentResponse   Kind = "incident_response"
	KindFunding            Kind = "funding"
	KindWorkforce          Kind = "workforce"
	KindAITool             Kind = "ai_tool"
	KindModelAccess        Kind = "model_access"
	KindGuidance           Kind = "guidance"
)

// Kinds lists all kinds in the order in which filters and lists show them.
func Kinds() []Kind {
	return []Kind{KindAssessment, KindScanning, KindMonitoring, KindProtectiveDNS, KindDomain, KindTraining, KindTool,
		KindInformationSharing, KindIncidentResponse, KindFunding, KindWorkforce, KindAITool, KindModelAccess, KindGuidance}
}

// Status is whether the provider takes requests, as last seen by a person on the offering's CheckedOn.
type Status string

// The statuses of an offering in the world.
const (
	StatusOpen         Status = "open"
	StatusByInvitation Status = "by_invitation"
	StatusWaitingList  Status = "waiting_list"
	StatusAnnounced    Status = "announced"
	StatusLapsed       Status = "lapsed"
	StatusEnded        Status = "ended"
	StatusUnverified   Status = "unverified"
)

// Statuses lists all statuses, the most useful to an applicant first.
func Statuses() []Status {
	return []Status{StatusOpen, StatusByInvitation, StatusWaitingList, StatusAnnounced, StatusLapsed, StatusEnded, StatusUnverified}
}

// Confidence says how well the sources support a listing: seen (the key facts were read in a source), partly (some
// read, the rest general knowledge), known (general knowledge only), uncertain (not to be relied on).
type Confidence string

// The grades of confidence, best first.
const (
	ConfidenceSeen      Confidence = "seen"
	ConfidencePartly    Confidence = "partly"
	ConfidenceKnown     Confidence = "known"
	ConfidenceUncertain Confidence = "uncertain"
)

// Confidences lists all grades, best first.
func Confidences() []Confidence {
	return []Confidence{ConfidenceSeen, ConfidencePartly, ConfidenceKnown, ConfidenceUncertain}
}

// Cost is what the operator pays, as far as the provider says.
type Cost string

// The kinds of cost. NoneListed reads "no charge listed on" with the day of CheckedOn: nobody promises that it stays so.
const (
	CostNoneListed  Cost = "none_listed"
	CostFee         Cost = "fee"
	CostMatch       Cost = "match"
	CostDiscount    Cost = "discount"
	CostAskProvider Cost = "ask_provider"
)

// Costs lists all kinds of cost.
func Costs() []Cost {
	return []Cost{CostNoneListed, CostFee, CostMatch, CostDiscount, CostAskProvider}
}

// Mode is how one applies on a route.
type Mode string

// The modes of applying. InApp is reviewed here; for the others but None the desk prepares a packet.
const (
	ModeInApp           Mode = "in_app"
	ModeWeb             Mode = "web"
	ModeEmail           Mode = "email"
	ModePhone           Mode = "phone"
	ModeDownload        Mode = "download"
	ModeViaIntermediary Mode = "via_intermediary"
	ModeInvitation      Mode = "invitation"
	ModeNone            Mode = "none"
)

// Modes lists all modes.
func Modes() []Mode {
	return []Mode{ModeInApp, ModeWeb, ModeEmail, ModePhone, ModeDownload, ModeViaIntermediary, ModeInvitation, ModeNone}
}

// QuestionType is the kind of field that asks a question.
type QuestionType string

// The types of question. Statement is a sentence to be accepted.
const (
	QuestionText      QuestionType = "text"
	QuestionLongText  QuestionType = "long_text"
	QuestionChoice    QuestionType = "choice"
	QuestionSeveral   QuestionType = "several"
	QuestionNumber    QuestionType = "number"
	QuestionMoney     QuestionType = "money"
	QuestionDate      QuestionType = "date"
	QuestionFile      QuestionType = "file"
	QuestionAddress   QuestionType = "address"
	QuestionContact   QuestionType = "contact"
	QuestionCIDRList  QuestionType = "cidr_list"
	QuestionStatement QuestionType = "statement"
)

// QuestionTypes lists all types of question.
func QuestionTypes() []QuestionType {
	return []QuestionType{QuestionText, QuestionLongText, QuestionChoice, QuestionSeveral, QuestionNumber, QuestionMoney,
		QuestionDate, QuestionFile, QuestionAddress, QuestionContact, QuestionCIDRList, QuestionStatement}
}

// Pattern is the shape that a line of text has to have.
type Pattern string

// The patterns of answers.
const (
	PatternEmail Pattern = "email"
	PatternWeb   Pattern = "web"   // a whole web address
	PatternPhone Pattern = "phone" // of the United States, or international with + before it
	PatternUEI   Pattern = "uei"   // the number that SAM.gov gives to an organization
)

// Patterns lists all patterns.
func Patterns() []Pattern { return []Pattern{PatternEmail, PatternWeb, PatternPhone, PatternUEI} }

// LargestNumber is the greatest number that an offering file holds, and so the greatest limit of an answer. It keeps days, minutes and
// seats within what makes sense and within any int.
const LargestNumber = 1_000_000_000

// Safeguard is a condition that a grant may carry.
type Safeguard string

// The safeguards.
const (
	SafeguardConfidentiality      Safeguard = "confidentiality"
	SafeguardCybersecurity        Safeguard = "cybersecurity"
	SafeguardInsiderRisk          Safeguard = "insider_risk"
	SafeguardIntellectualProperty Safeguard = "intellectual_property"
	SafeguardUseRestriction       Safeguard = "use_restriction"
	SafeguardNondisclosure        Safeguard = "nondisclosure"
)

// Safeguards lists all safeguards.
func Safeguards() []Safeguard {
	return []Safeguard{SafeguardConfidentiality, SafeguardCybersecurity, SafeguardInsiderRisk,
		SafeguardIntellectualProperty, SafeguardUseRestriction, SafeguardNondisclosure}
}

// TestOutcome is the outcome that a test of an offering file expects, spelled as in screen --json.
type TestOutcome string

// The outcomes a test may expect.
const (
	TestEligible   TestOutcome = "eligible"
	TestIneligible TestOutcome = "ineligible"
	TestUnknown    TestOutcome = "unknown"
)

// TestOutcomes lists the outcomes.
func TestOutcomes() []TestOutcome {
	return []TestOutcome{TestEligible, TestIneligible, TestUnknown}
}

// State is where a version stands in editing.
type State string

// The states of a draft (package publishing) and of the version that it becomes. Draft, in review and scheduled are open: they can still
// change. A stored version is published or retired.
const (
	StateDraft     State = "draft"     // somebody writes; not seen by the public
	StateInReview  State = "in_review" // waits for a second person
	StateScheduled State = "scheduled" // approved, goes live at its time
	StatePublished State = "published" // live; at most one version of an offering
	StateRetired   State = "retired"   // was live; cases that began on it keep it
	StateDiscarded State = "discarded" // a draft that became no version
)

// SlugLength is the most characters of a slug: slugs stand in addresses and record chains.
const SlugLength = 60

var slugPattern = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// SlugFits tells whether text has the shape of a slug: lower-case letters and digits in words joined by hyphens.
func SlugFits(text string) bool { return len(text) <= SlugLength && slugPattern.MatchString(text) }

// ApprovalProgramManager is the role whose approval the desk can honor; a file that asks for another is refused.
const ApprovalProgramManager = "program_manager"
