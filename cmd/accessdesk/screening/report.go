// Package screening is what the command screen says: which programs fit an operator, with what decided each of them and the question
// that would help most; for people at a terminal, and as JSON for programs.
package screening

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

// Screening is what screen prints: the check with these facts, in a language.
type Screening struct {
	*check.Check
	lang string
	now  time.Time
	// Upkeep is what a database knows beside the listings: notices, later checks. Empty for the built-in catalog.
	Upkeep *upkeep.State
}

// New decides the programs with these facts.
func New(v *eligibility.Vocabulary, programs []*catalog.Published, facts eligibility.Profile, lang string, now time.Time) *Screening {
	return &Screening{Check: check.New(v, programs, facts, nil, now), lang: lang, now: now, Upkeep: &upkeep.State{}}
}

// Disagreements says where a fact that was given does not agree with what follows from the others.
func (s *Screening) Disagreements(l *locale.Localizer) []string {
	var found []string
	for _, c := range s.Contradictions {
		found = append(found, l.T("screen.contradiction", "Fact", string(c.Fact),
			"Given", s.Vocabulary.Display(c.Fact, c.Given, s.lang), "Derived", s.Vocabulary.Display(c.Fact, c.Derived, s.lang)))
	}
	return found
}

// The JSON of screen --json.
type (
	report struct {
		CatalogVersion string     `json:"catalog_version"`
		FactsHash      string     `json:"facts_hash"`
		Lang           string     `json:"lang"`
		Decisions      []decision `json:"decisions"`
		NextQuestion   *question  `json:"next_question"` // null: the check is over
	}
	decision struct {
		Offering     string               `json:"offering"`
		Status       catalog.Status       `json:"status"`
		Outcome      eligibility.Outcome  `json:"outcome"`
		Criteria     []criterion          `json:"criteria"`
		Missing      []eligibility.FactID `json:"missing"`
		Blocking     []string             `json:"blocking"`
		Because      []eligibility.FactID `json:"because,omitempty"` // of a "no": the fewest answers that alone make it one
		Alternatives []string             `json:"alternatives"`
	}
	criterion struct {
		ID            string               `json:"id"`
		Result        eligibility.Result   `json:"result"`
		Title         string               `json:"title"`
		Reason        string               `json:"reason"`
		Citation      string               `json:"citation"`
		Facts         []eligibility.FactID `json:"facts"`
		NeedsEvidence bool                 `json:"needs_evidence"`
	}
	question struct {
		Fact    eligibility.FactID `json:"fact"`
		Settles int                `json:"settles"`
	}
)

// PrintJSON prints the decisions for programs; catalogVersion is the hash of the catalog.
func (s *Screening) PrintJSON(out io.Writer, catalogVersion string) error {
	canonical, err := s.Vocabulary.FormatFacts(s.Facts)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(canonical)
	whole := report{CatalogVersion: catalogVersion, FactsHash: "sha256:" + hex.EncodeToString(sum[:]), Lang: s.lang,
		Decisions: make([]decision, 0, len(s.Programs))}
	for _, program := range s.Programs {
		whole.Decisions = append(whole.Decisions, s.decision(program))
	}
	if next, more := s.Next(); more {
		whole.NextQuestion = &question{next.Fact, next.Settles}
	}
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(whole)
}

func (s *Screening) decision(program check.Program) decision {
	d := decision{Offering: program.Slug, Status: program.Status, Outcome: program.Decision.Outcome, Criteria: []criterion{},
		Missing: append([]eligibility.FactID{}, s.Settling(program)...), Blocking: append([]string{}, program.Decision.Blocking...),
		Because: eligibility.Blame(program.Rules, program.Decision), Alternatives: []string{}}
	for _, r := range eligibility.Explain(program.Rules, program.Decision, s.lang) {
		d.Criteria = append(d.Criteria, criterion{ID: r.ID, Result: r.Result, Title: r.Title, Reason: r.Sentence,
			Citation: r.Citation, Facts: append([]eligibility.FactID{}, r.Facts...), NeedsEvidence: r.NeedsEvidence})
	}
	for _, other := range s.Alternatives(program) {
		d.Alternatives = append(d.Alternatives, other.Slug)
	}
	return d
}
