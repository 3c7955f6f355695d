package interest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"accessdesk/catalog"
)

// view is what a notice says of a program, so that the next one can be about the difference.
type view struct {
	Listed bool              `json:"listed"`
	Open   bool              `json:"open"`
	Parts  map[string]string `json:"parts"` // by name of the part: the beginning of a hash of it
}

// The parts of a listing by which a change is told, in the order of a mail. Their names are reminders.part_NAME.
const (
	partRules  = "rules"
	partApply  = "apply"
	partWindow = "window"
	partCost   = "cost"
	partTerms  = "terms"
	partGives  = "gives"
)

func partNames() []string {
	return []string{partRules, partApply, partWindow, partCost, partTerms, partGives}
}

// viewOf looks at a program; nil is one that is not listed any more.
func viewOf(p *catalog.Published, now time.Time) view {
	if p == nil {
		return view{}
	}
	v := view{Listed: true, Open: p.OpenAt(now), Parts: map[string]string{}}
	for name, part := range map[string]catalog.Offering{
		partRules:  {Sectors: p.Sectors, Criteria: p.Criteria, CriteriaPublished: p.CriteriaPublished},
		partApply:  {Apply: p.Apply, Questions: p.Questions, Helper: p.Helper},
		partWindow: {Status: p.Status, Window: p.Window, Pause: p.Pause},
		partCost:   {Cost: p.Cost},
		partTerms:  {Terms: p.Terms, Tiers: p.Tiers},
		partGives:  {Kind: p.Kind, Title: p.Title, Summary: p.Summary, Details: p.Details},
	} {
		sum := sha256.Sum256(catalog.Canonical(&part)) // the one spelling: what is empty is left out, so that new keys change nothing
		v.Parts[name] = hex.EncodeToString(sum[:8])
	}
	return v
}

// text is how a view is stored; equal views have equal texts.
func (v view) text() string {
	text, err := json.Marshal(v)
	if err != nil { // strings and truth values always marshal
		panic(err)
	}
	return string(text)
}

func parseView(text string) (v view, err error) { return v, json.Unmarshal([]byte(text), &v) }

// changed lists the parts that are different from before, in the order of a mail. A part that was not looked at before is not.
func (v view) changed(before view) []string {
	return slices.DeleteFunc(partNames(), func(name string) bool {
		known, ok := before.Parts[name]
		return !ok || known == v.Parts[name]
	})
}
