package eligibility

import (
	_ "embed"
	"slices"

	"accessdesk/eligibility/fact"
	"accessdesk/eligibility/rule"
)

//go:embed facts.toml
var factsFile []byte

//go:embed reasons.toml
var reasonsFile []byte

// Vocabulary holds the facts, the sentences of the program, and the rules that were compiled over them. Make it once with
// Standard and share it. Fact, Facts, ParseFacts, FormatFacts and Display are those of the embedded fact.Vocabulary.
type Vocabulary struct {
	*fact.Vocabulary
	language   *rule.Language
	order      []int      // places of facts in the order of questions
	inputs     []rule.Set // by place: the fact and all that it may follow from
	sector     int        // place of the fact sector
	additional int        // place of the fact additional_sectors
}

// Standard is the vocabulary of the product: the embedded facts.toml and reasons.toml, parsed and checked. Call it once.
func Standard() (*Vocabulary, error) { return load(factsFile, reasonsFile) }

func load(factsTOML, reasonsTOML []byte) (*Vocabulary, error) {
	facts, err := fact.Load(factsTOML, reasonsTOML)
	if err != nil {
		return nil, err
	}
	v := &Vocabulary{Vocabulary: facts}
	if v.language, err = rule.New(facts); err != nil {
		return nil, err
	}
	v.sector, _ = facts.Index(SectorFact)
	v.additional, _ = facts.Index(AdditionalSectorsFact)
	v.orderQuestions()
	v.inputs = make([]rule.Set, facts.Len())
	for place := range v.inputs {
		v.addInputs(place, &v.inputs[place])
	}
	return v, nil
}

// Language is the language of criteria over the facts, for who looks through expressions without deciding anybody's case.
func (v *Vocabulary) Language() *rule.Language { return v.language }

// addInputs adds a fact and all that it may follow from to a set. Derivations have no circles.
func (v *Vocabulary) addInputs(place int, inputs *rule.Set) {
	inputs.Add(place)
	if place == v.additional {
		inputs.Add(v.sector)
	}
	for _, condition := range v.language.Steps(place) {
		for _, input := range condition.Facts() {
			v.addInputs(input, inputs)
		}
	}
}

// Complete adds the derived facts to a copy of p, with Source SourceDerived and the evidence of the weakest fact they follow
// from, and the empty additional_sectors once the sector is known. Values in p that were derived before are worked out anew.
func (v *Vocabulary) Complete(p Profile) (Profile, []Contradiction) {
	s := v.language.State(p)
	return s.Profile(), s.Contradictions()
}

// firstQuestions is the fixed head of the order of questions: what kind, where, whose, how large, who looks after computers.
var firstQuestions = []FactID{
	SectorFact, AdditionalSectorsFact, "state_or_territory", "ownership_type", "population_served", "hospital_type",
	"available_beds", "total_assets", "mwh_sold_per_year", "meters", "has_it_staff",
}

// orderQuestions fixes the order of questions: the head, then the rest by effort and place in the file.
func (v *Vocabulary) orderQuestions() {
	head := func(at int) int {
		if place := slices.Index(firstQuestions, v.At(at).ID); place >= 0 {
			return place
		}
		return len(firstQuestions) + v.At(at).Effort.Rank()
	}
	for at := range v.Len() {
		v.order = append(v.order, at)
	}
	slices.SortStableFunc(v.order, func(a, b int) int { return head(a) - head(b) })
}

// inOrder lists facts in the order of questions.
func (v *Vocabulary) inOrder(facts rule.Set) []int {
	var ordered []int
	for _, place := range v.order {
		if facts.Has(place) {
			ordered = append(ordered, place)
		}
	}
	return ordered
}
