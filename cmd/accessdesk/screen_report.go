package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"time"

	"accessdesk/catalog"
	"accessdesk/data/locale"
	"accessdesk/eligibility"
)

// screening is every program decided for one set of facts.
type screening struct {
	vocabulary *eligibility.Vocabulary
	programs   []*catalog.Published
	rules      []*eligibility.Ruleset
	facts      eligibility.Profile
	decisions  []eligibility.Decision
	reasons    [][]eligibility.Reason
	next       eligibility.Question
	open       int // questions that the check would still ask
	lang       string
	now        time.Time
}

func newScreening(v *eligibility.Vocabulary, programs []*catalog.Published, facts eligibility.Profile, lang string, now time.Time) *screening {
	s := &screening{vocabulary: v, programs: programs, facts: facts, lang: lang, now: now}
	for _, program := range programs {
		s.rules = append(s.rules, program.Rules)
	}
	s.decisions = eligibility.DecideAll(s.rules, facts)
	for i := range programs {
		s.reasons = append(s.reasons, eligibility.Explain(s.rules[i], s.decisions[i], lang))
	}
	asked := map[eligibility.FactID]bool{}
	for id, value := range facts {
		asked[id] = !value.IsBand() // a band that a rule cuts through is asked again
	}
	s.open = eligibility.Open(s.rules, facts, asked)
	s.next, _ = eligibility.NextQuestion(s.rules, facts, asked)
	return s
}

func (s *screening) group(at int) catalog.Group {
	return s.programs[at].GroupAt(s.decisions[at].Outcome, s.now)
}

// contradictions says where a fact that was given does not agree with what follows from the others.
func (s *screening) contradictions(l *locale.Localizer) []string {
	var found []string
	if len(s.decisions) == 0 {
		return nil
	}
	for _, c := range s.decisions[0].Contradictions {
		found = append(found, l.T("screen.contradiction", "Fact", string(c.Fact),
			"Given", s.vocabulary.Display(c.Fact, c.Given, s.lang), "Derived", s.vocabulary.Display(c.Fact, c.Derived, s.lang)))
	}
	return found
}

// alternatives are, for a program that does not fit, those of the same kind that look like a fit and are open.
func (s *screening) alternatives(at int) []*catalog.Published {
	var found []*catalog.Published
	if s.decisions[at].Outcome != eligibility.Ineligible {
		return nil
	}
	for i, other := range s.programs {
		if other.Kind == s.programs[at].Kind && s.group(i) == catalog.GroupLikely {
			found = append(found, other)
		}
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
		NextQuestion   *screenQuestion  `json:"next_question"` // null: nothing left to ask
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
	canonical, err := s.vocabulary.FormatFacts(s.facts)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(canonical)
	report := screenReport{CatalogVersion: catalogVersion, FactsHash: "sha256:" + hex.EncodeToString(sum[:]), Lang: s.lang,
		Decisions: make([]screenDecision, 0, len(s.programs))}
	for i, program := range s.programs {
		d := screenDecision{Offering: program.Slug, Status: program.Status, Outcome: s.decisions[i].Outcome, Criteria: []screenCriterion{},
			Missing: append([]eligibility.FactID{}, s.decisions[i].Missing...), Blocking: append([]string{}, s.decisions[i].Blocking...),
			Alternatives: []string{}}
		for _, r := range s.reasons[i] {
			d.Criteria = append(d.Criteria, screenCriterion{ID: r.ID, Result: r.Result, Title: r.Title, Reason: r.Sentence,
				Citation: r.Citation, Facts: append([]eligibility.FactID{}, r.Facts...), NeedsEvidence: r.NeedsEvidence})
		}
		for _, other := range s.alternatives(i) {
			d.Alternatives = append(d.Alternatives, other.Slug)
		}
		report.Decisions = append(report.Decisions, d)
	}
	if s.next.Fact != "" {
		report.NextQuestion = &screenQuestion{s.next.Fact, s.next.Settles}
	}
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(report)
}
