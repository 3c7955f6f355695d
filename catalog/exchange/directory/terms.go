package directory

import (
	"slices"
	"strings"
	"sync"

	"accessdesk/catalog"
	"accessdesk/catalog/exchange/hsds"
	"accessdesk/eligibility"
)

// The taxonomies of this program whose terms say something that an offering has a key for.
const (
	taxonomyKind       = "kind"
	taxonomySector     = "sector"
	taxonomyStatus     = "status"
	taxonomyCost       = "cost"
	taxonomyWay        = "way"
	taxonomySafeguard  = "safeguard"
	taxonomyConfidence = "confidence"
)

// sectors are the values of the fact sector.
var sectors = []string{"health", "banking", "credit_union", "electric", "drinking_water", "wastewater", "gas", "telecom", "sltt_government", "other"}

// term is a term by its taxonomy and code.
type term struct{ taxonomy, code string }

// ownTerms are the terms of this program by the ids that package hsds gives them. A term of another directory has another id.
var ownTerms = sync.OnceValue(func() map[string]term {
	all := map[string]term{}
	add := func(taxonomy string, codes []string) {
		for _, code := range codes {
			all[hsds.TermID(taxonomy, code)] = term{taxonomy, code}
		}
	}
	add(taxonomyKind, words(catalog.Kinds()))
	add(taxonomyStatus, words(catalog.Statuses()))
	add(taxonomyCost, words(catalog.Costs()))
	add(taxonomyWay, words(catalog.Modes()))
	add(taxonomySafeguard, words(catalog.Safeguards()))
	add(taxonomyConfidence, words(catalog.Confidences()))
	add(taxonomySector, append(slices.Clone(sectors), eligibility.AnySector, eligibility.CriticalInfrastructure))
	return all
})

func words[T ~string](values []T) []string {
	all := make([]string, len(values))
	for i, v := range values {
		all[i] = string(v)
	}
	return all
}

// terms are the codes of a service by taxonomy, in the order of the file.
type terms map[string][]string

func (t terms) one(taxonomy string) string {
	if codes := t[taxonomy]; len(codes) > 0 {
		return codes[0]
	}
	return ""
}

// readTerms finds our own terms among the attributes of the service.
func (m *mapper) readTerms() terms {
	found := terms{}
	for _, attribute := range m.list(m.object, "attributes") {
		id := m.text(attribute, "taxonomy_term_id")
		if inner := m.one(attribute, "taxonomy_term"); inner != nil && id == "" {
			id = m.text(inner, "id")
		}
		if known, ok := ownTerms()[strings.ToLower(id)]; ok && !slices.Contains(found[known.taxonomy], known.code) {
			found[known.taxonomy] = append(found[known.taxonomy], known.code)
		}
	}
	return found
}
