package hsds

import (
	"cmp"
	"slices"
	"strings"

	"accessdesk/catalog"
	"accessdesk/eligibility"
)

// The taxonomies. Their codes and those of their terms are the words of the offering file.
const (
	taxonomyKind       = "kind"
	taxonomySector     = "sector"
	taxonomyStatus     = "status"
	taxonomyCost       = "cost"
	taxonomyWay        = "way"
	taxonomyCapability = "capability"
	taxonomySafeguard  = "safeguard"
	taxonomyConfidence = "confidence"
)

// taxonomyVersion is the version of the lists of terms. A term is never renamed or taken away; the number counts what was added.
const taxonomyVersion = "1"

// criticalSector stands above the sectors that it counts.
const criticalSector = eligibility.CriticalInfrastructure

// TaxonomyID is the id of a taxonomy by its code.
func TaxonomyID(code string) string { return ID("taxonomy", code) }

// TermID is the id of a term.
func TermID(taxonomy, code string) string { return ID("taxonomy_term", taxonomy, code) }

// classify makes the taxonomies and their terms.
func (x *Index) classify() {
	x.termByCode, x.termByID = map[string]*Term{}, map[string]*Term{}
	lists := []struct {
		code  string
		terms []string
	}{
		{taxonomyKind, words(catalog.Kinds())}, {taxonomySector, x.sectorCodes()}, {taxonomyStatus, words(catalog.Statuses())},
		{taxonomyCost, words(catalog.Costs())}, {taxonomyWay, words(catalog.Modes())}, {taxonomyCapability, x.factCodes()},
		{taxonomySafeguard, words(catalog.Safeguards())}, {taxonomyConfidence, words(catalog.Confidences())},
	}
	for _, list := range lists {
		x.taxonomies = append(x.taxonomies, Taxonomy{ID: TaxonomyID(list.code), Name: x.texts.T("hsds.taxonomy_" + list.code),
			Description: x.texts.T("hsds.taxonomy_" + list.code + "_text"), Version: taxonomyVersion})
	}
	for i, list := range lists {
		detail := &x.taxonomies[i]
		for _, code := range list.terms {
			name, description := x.termTexts(list.code, code)
			x.terms = append(x.terms, Term{ID: TermID(list.code, code), Code: code, Name: name, Description: description, ParentID: x.parent(list.code, code),
				Taxonomy: detail.Name, Detail: detail, Language: x.lang, TaxonomyID: detail.ID})
		}
	}
	at := 0
	for _, list := range lists {
		for _, code := range list.terms {
			term := &x.terms[at]
			x.termByCode[list.code+":"+code], x.termByID[term.ID] = term, term
			at++
		}
	}
}

func words[T ~string](all []T) []string {
	texts := make([]string, len(all))
	for i, one := range all {
		texts[i] = string(one)
	}
	return texts
}

// sectorCodes are what a list of sectors may hold.
func (x *Index) sectorCodes() []string {
	fact, _ := x.vocabulary.Fact(eligibility.FactID(taxonomySector))
	codes := []string{eligibility.AnySector, criticalSector}
	for _, value := range fact.Values {
		codes = append(codes, value.Value)
	}
	return codes
}

func (x *Index) factCodes() []string {
	var codes []string
	for _, fact := range x.vocabulary.Facts() {
		codes = append(codes, string(fact.ID))
	}
	return codes
}

// parent is the id of the term above a sector that counts as critical infrastructure.
func (x *Index) parent(taxonomy, code string) string {
	if taxonomy == taxonomySector && code != criticalSector && eligibility.Serves([]string{criticalSector}, code) {
		return TermID(taxonomySector, criticalSector)
	}
	return ""
}

// termTexts are the name and the description of a term.
func (x *Index) termTexts(taxonomy, code string) (name, description string) {
	switch taxonomy {
	case taxonomySector:
		fact, _ := x.vocabulary.Fact(eligibility.FactID(taxonomySector))
		if code == eligibility.AnySector || code == criticalSector {
			return x.texts.T("hsds.sector_" + code), x.texts.T("hsds.sector_" + code + "_text")
		}
		name = fact.ValueLabel(code).In(x.lang)
		return name, x.texts.T("hsds.sector_text", "Sector", name)
	case taxonomyCapability:
		fact, _ := x.vocabulary.Fact(eligibility.FactID(code))
		name = fact.Label.In(x.lang)
		if description = fact.Question.In(x.lang); description == "" {
			description = name
		}
		return name, description
	case taxonomyStatus:
		if code == string(catalog.StatusOpen) { // the word of the pages speaks of closing dates too
			return x.texts.T("hsds.open"), x.texts.T("hsds.status_" + code)
		}
		return x.texts.T("world." + code), x.texts.T("hsds.status_" + code)
	case taxonomyCost:
		return x.texts.T("hsds.cost_" + code), x.texts.T("hsds.cost_" + code + "_text")
	case taxonomyConfidence:
		return x.texts.T("hsds.confidence_" + code), x.texts.T("confidence." + code)
	case taxonomyWay:
		return x.texts.T("mode." + code), x.texts.T("hsds.way_" + code)
	}
	return x.texts.T(taxonomy + "." + code), x.texts.T("hsds." + taxonomy + "_" + code)
}

// linkTypes say what the terms of a taxonomy tell about a service.
var linkTypes = map[string]string{
	taxonomyKind: "service_type", taxonomySector: "intended_audience", taxonomyStatus: "availability", taxonomyCost: "cost", taxonomyWay: "application",
	taxonomyCapability: "service_eligibility", taxonomySafeguard: "terms", taxonomyConfidence: "assurance",
}

// borne is a term that an offering bears. The label of a rule's term is what the rule wants; others have none.
type borne struct {
	*Term
	taxonomy, label string
}

// termsOf are the terms of an offering, each once, in the order of the taxonomies.
func (x *Index) termsOf(p *catalog.Published) []borne {
	var all []borne
	add := func(taxonomy, code, label string) {
		term, ok := x.termByCode[taxonomy+":"+code]
		if ok && !slices.ContainsFunc(all, func(known borne) bool { return known.Term == term }) {
			all = append(all, borne{term, taxonomy, label})
		}
	}
	add(taxonomyKind, string(p.Kind), "")
	for _, sector := range p.Sectors {
		add(taxonomySector, sector, "")
	}
	add(taxonomyStatus, string(p.Status), "")
	add(taxonomyCost, string(p.Cost), "")
	for _, way := range p.Apply {
		add(taxonomyWay, string(way.Mode), "")
	}
	for _, c := range p.Criteria {
		for _, fact := range x.reads[p.Slug+":"+c.ID] {
			add(taxonomyCapability, fact, strings.TrimSuffix(c.Title.In(x.lang), "."))
		}
	}
	for _, safeguard := range p.Terms.Safeguards {
		add(taxonomySafeguard, string(safeguard), "")
	}
	add(taxonomyConfidence, string(p.Confidence), "")
	return all
}

// attributes are the terms of an offering as HSDS hangs them on it.
func (r *Reading) attributes(p *catalog.Published) []Attribute {
	terms := r.borne[p.Slug]
	all := make([]Attribute, len(terms))
	for i, t := range terms {
		label := cmp.Or(t.label, t.Name)
		if t.taxonomy == taxonomyCost {
			label = r.cost(p)
		}
		all[i] = Attribute{ID: ID("attribute", p.Slug, t.taxonomy, t.Code), LinkID: ServiceID(p.Slug), TaxonomyTermID: t.ID,
			LinkType: linkTypes[t.taxonomy], LinkEntity: "service", Term: t.Term, Label: label}
	}
	return all
}

// Taxonomies lists the taxonomies.
func (x *Index) Taxonomies() []Taxonomy { return x.taxonomies }

// Taxonomy finds a taxonomy by its id.
func (x *Index) Taxonomy(id string) (Taxonomy, bool) {
	for _, t := range x.taxonomies {
		if t.ID == id {
			return t, true
		}
	}
	return Taxonomy{}, false
}

// Term finds a term by its id.
func (x *Index) Term(id string) (Term, bool) {
	t, ok := x.termByID[id]
	if !ok {
		return Term{}, false
	}
	return *t, true
}
