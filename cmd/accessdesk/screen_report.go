package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"time"

	check "accessdesk/broker/screening"
	"accessdesk/catalog"
	"accessdesk/catalog/upkeep"
	"accessdesk/data/locale"
	"accessdesk/eligibility"
)

// screening is what screen prints: the check with these facts, in a language.
type screening struct {
	*check.Check
	lang string
	now  time.Time
	// upkeep is what a database knows beside the listings: notices, later checks. Empty for the built-in catalog.
	upkeep *upkeep.State
}

func newScreening(v *eligibility.Vocabulary, programs []*catalog.Published, facts eligibility.Profile, lang string, now time.Time) *screening {
	return &screening{Check: check.New(v, programs, facts, nil, now), lang: lang, now: now, upkeep: &upkeep.State{}}
}

// contradictions says where a fact that was given does not agree with what follows from the others.
func (s *screening) contradictions(l *locale.Localizer) []string {
	var found []string
	for _, c := range s.Contradictions {
		found = append(found, l.T("screen.contradiction", "Fact", string(c.Fact),
			"Given", s.Vocabulary.Display(c.Fact, c.Given, s.lang), "Derived", s.Vocabulary.Display(c.Fact, c.Derived, s.lang)))
	}
	return found
}

// The JSON of screen --json.
type (
	screenReport struct {
		CatalogVersion string           `json:"catalog_version"`
		FactsHash      string           `json:"facts_hash"`
		Lang           string           `json:"lang"`
		Decisions      []screenDecision `json:"decisions"`
		NextQuestion   *screenQuestion  `json:"next_question"` // null: the check is over
	}
	screenDecision struct {
		Offering     string               `json:"offering"`
		Status       catalog.Status       `json:"status"`
		Outcome      eligibility.Outcome  `json:"outcome"`
		Criteria     []screenCriterion    `json:"criteria"`
		Missing      []eligibility.FactID `json:"missing"`
		Blocking     []string             `json:"blocking"`
		Alternatives []string             `json:"alternatives"`
	}
	screenCriterion struct {
		ID            string               `json:"id"`
		Result        eligibility.Result   `json:"result"`
		Title         string               `json:"title"`
		Reason        string               `json:"reason"`
		Citation      string               `json:"citation"`
		Facts         []eligibility.FactID `json:"facts"`
		NeedsEvidence bool                 `json:"needs_evidence"`
	}
	screenQuestion struct {
		Fact    eligibility.FactID `json:"fact"`
		Settles int                `json:"settles"`
	}
)

func (s *screening) printJSON(out io.Writer, catalogVersion string) error {
	canonical, err := s.Vocabulary.FormatFacts(s.Facts)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(canonical)
	report := screenReport{CatalogVersion: catalogVersion, FactsHash: "sha256:" + hex.EncodeToString(sum[:]), Lang: s.lang,
		Decisions: make([]screenDecision, 0, len(s.Programs))}
	for _, program := range s.Programs {
		report.Decisions = append(report.Decisions, s.decision(program))
	}
	if next, more := s.Next(); more {
		report.NextQuestion = &screenQuestion{next.Fact, next.Settles}
	}
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(report)
}

func (s *screening) decision(program check.Program) screenDecision {
	d := screenDecision{Offering: program.Slug, Status: program.Status, Outcome: program.Decision.Outcome, Criteria: []screenCriterion{},
		Missing: append([]eligibility.FactID{}, program.Decision.Missing...), Blocking: append([]string{}, program.Decision.Blocking...),
		Alternatives: []string{}}
	for _, r := range eligibility.Explain(program.Rules, program.Decision, s.lang) {
		d.Criteria = append(d.Criteria, screenCriterion{ID: r.ID, Result: r.Result, Title: r.Title, Reason: r.Sentence,
			Citation: r.Citation, Facts: append([]eligibility.FactID{}, r.Facts...), NeedsEvidence: r.NeedsEvidence})
	}
	for _, other := range s.Alternatives(program) {
		d.Alternatives = append(d.Alternatives, other.Slug)
	}
	return d
}
