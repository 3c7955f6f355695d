// Package report is a screening as JSON for programs: the one shape that the command screen --json prints and that
// POST /api/v1/screen answers, so that a script can go from one to the other. It is pure, like the check that it tells of.
package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"accessdesk/broker/screening"
	"accessdesk/catalog"
	"accessdesk/eligibility"
)

// Report is what a screening comes to.
type Report struct {
	CatalogVersion string     `json:"catalog_version"` // the hash of the catalog that was decided
	FactsHash      string     `json:"facts_hash"`      // over the facts in their canonical form
	Lang           string     `json:"lang"`            // of titles and reasons
	Decisions      []Decision `json:"decisions"`
	NextQuestion   *Question  `json:"next_question"` // null: the check is over
}

// Decision is how one offering stands.
type Decision struct {
	Offering     string               `json:"offering"`
	Status       catalog.Status       `json:"status"`
	Outcome      eligibility.Outcome  `json:"outcome"`
	Criteria     []Criterion          `json:"criteria"` // the sector gate first
	Missing      []eligibility.FactID `json:"missing"`
	Blocking     []string             `json:"blocking"`
	Because      []eligibility.FactID `json:"because,omitempty"` // of a "no": the fewest answers that alone make it one
	Alternatives []string             `json:"alternatives"`
}

// Criterion is one rule of an offering and how it came out.
type Criterion struct {
	ID            string               `json:"id"`
	Result        eligibility.Result   `json:"result"`
	Title         string               `json:"title"`
	Reason        string               `json:"reason"`
	Citation      string               `json:"citation"`
	Facts         []eligibility.FactID `json:"facts"`
	NeedsEvidence bool                 `json:"needs_evidence"`
}

// Question is the fact that would help most, and how many offerings at least one answer to it decides.
type Question struct {
	Fact    eligibility.FactID `json:"fact"`
	Settles int                `json:"settles"`
}

// Of tells of a check; catalogVersion is the hash of the catalog that it decided.
func Of(c *screening.Check, catalogVersion, lang string) (Report, error) {
	canonical, err := c.Vocabulary.FormatFacts(c.Facts)
	if err != nil {
		return Report{}, err
	}
	sum := sha256.Sum256(canonical)
	whole := Report{CatalogVersion: catalogVersion, FactsHash: "sha256:" + hex.EncodeToString(sum[:]), Lang: lang,
		Decisions: make([]Decision, 0, len(c.Programs))}
	for _, program := range c.Programs {
		whole.Decisions = append(whole.Decisions, decisionOf(c, program, lang))
	}
	if next, more := c.Next(); more {
		whole.NextQuestion = &Question{next.Fact, next.Settles}
	}
	return whole, nil
}

func decisionOf(c *screening.Check, program screening.Program, lang string) Decision {
	d := Decision{Offering: program.Slug, Status: program.Status, Outcome: program.Decision.Outcome, Criteria: []Criterion{},
		Missing: append([]eligibility.FactID{}, c.Settling(program)...), Blocking: append([]string{}, program.Decision.Blocking...),
		Because: eligibility.Blame(program.Rules, program.Decision), Alternatives: []string{}}
	for _, r := range eligibility.Explain(program.Rules, program.Decision, lang) {
		d.Criteria = append(d.Criteria, Criterion{ID: r.ID, Result: r.Result, Title: r.Title, Reason: r.Sentence,
			Citation: r.Citation, Facts: append([]eligibility.FactID{}, r.Facts...), NeedsEvidence: r.NeedsEvidence})
	}
	for _, other := range c.Alternatives(program) {
		d.Alternatives = append(d.Alternatives, other.Slug)
	}
	return d
}

// JSON writes the report as the command and the interface send it: indented, with a line end.
func (r Report) JSON() ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(r)
	return text.Bytes(), err
}
