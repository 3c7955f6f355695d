// Package wording knows the words that public texts of the desk keep clear of, in US English and US Spanish: promises
// that only a provider can keep, rights that nobody gave, prices without a date, designations, loud or hurried speech,
// British spelling. It reads texts; what to do about a find is for the caller.
package wording

import (
	"regexp"
	"slices"
	"strings"
)

// Find is one manner of speaking to mend.
type Find struct {
	Offset int    // in bytes, where the words begin
	Words  string // as they stand in the text
	Reason string // why, and what to write instead: a predicate that follows the words, "is not US spelling"
}

// Code names the reason, for callers that say it in the reader's language: promise, right, undated, designation, license, official, loud, spelling,
// approval or applying.
func (f Find) Code() string { return codes[f.Reason] }

var codes = map[string]string{promise: "promise", right: "right", undated: "undated", undatedEs: "undated", designation: "designation",
	loud: "loud", british: "spelling", approval: "approval", applying: "applying", license: "license", official: "official"}

// rule is a manner of speaking to keep clear of.
type rule struct {
	pattern *regexp.Regexp
	// dated: allowed in a text that names the year, as in "No charge listed on November 22, 2026".
	dated  bool
	reason string
}

const (
	promise     = "promises what only the provider can decide; say what the provider does"
	right       = "speaks of a right; a result here gives none. Say what the program offers"
	undated     = "is true only on a day; write \"No charge listed on\" with the date"
	undatedEs   = "is true only on a day; write \"Sin costo publicado al\" with the date"
	designation = "reads as a designation by the government; name the model access without it"
	loud        = "is not the calm voice of the desk; leave it out"
	british     = "is not US spelling"
	approval    = "says more than \"approved by\" somebody \"for\" something; write who approves what"
	license     = "reads as a license or permit; nothing here is one. Say what the provider allows, and that it decides"
	official    = "speaks for the government; this is not a government site, and nobody there approved it. Name the office and what it says"
	applying    = "is not how one applies in Spanish; use solicitar"
)

var english = []rule{
	{regexp.MustCompile(`(?i)\bguarant\w*`), false, promise},
	{regexp.MustCompile(`(?i)\byou (will|shall) (be approved|qualify)\b`), false, promise},
	{regexp.MustCompile(`(?i)\b(pre-?approved|automatically approved|automatic approval)\b`), false, promise},
	{regexp.MustCompile(`(?i)\bentitl\w*`), false, right},
	{regexp.MustCompile(`(?i)\b(has|have) (a|the) (legal )?right to\b`), false, right},
	{regexp.MustCompile(`(?i)(^|[^\w-])free($|[^\w-])`), true, undated},
	{regexp.MustCompile(`(?i)\b(no|without) (charge|cost)\b`), true, undated},
	{regexp.MustCompile(`(?i)\bcovered (frontier )?models?\b`), false, designation},
	{regexp.MustCompile(`(?i)\b(verified|certified|approved) operator\b`), false, approval},
	{regexp.MustCompile(`(?i)\b(licens|permit|authoriz|clear)(es|ed|s)? you to\b`), false, license},
	{regexp.MustCompile(`(?i)\b(license|permit|clearance) to (use|build|buy|run|test|operate)\b`), false, license},
	{regexp.MustCompile(`(?i)\bofficial (us |u\.s\. |federal )?government\b|\b(government|official|federal) seal\b`), false, official},
	{regexp.MustCompile(`(?i)\b(government|federally|cisa|fbi)[- ](approved|certified|endorsed)\b|\bendorsed by (the )?(us |federal )?government\b`), false, official},
	{regexp.MustCompile(`!`), false, loud},
	{regexp.MustCompile(`(?i)\b(please note|act now|hurry|don't miss|limited time)\b`), false, loud},
	{regexp.MustCompile(`(?i)\b(programmes?|organisations?|authoris\w*|catalogues?|centres?|licence\w*|defence)\b`), false, british},
}

var spanish = []rule{
	{regexp.MustCompile(`(?i)\bgarant\p{L}*`), false, promise},
	{regexp.MustCompile(`(?i)\b(será aprobad[oa]|aprobación automática)`), false, promise},
	{regexp.MustCompile(`(?i)\b(tiene|tienen|tendrá|da|dan) derecho\b`), false, right},
	{regexp.MustCompile(`(?i)\b(gratis|gratuit[oa]s?|gratuitamente)\b`), true, undatedEs},
	{regexp.MustCompile(`(?i)\bsin (costo|coste|cargo)\b`), true, undatedEs},
	{regexp.MustCompile(`(?i)\bmodelos? (de frontera )?cubiertos?\b`), false, designation},
	{regexp.MustCompile(`(?i)\boperador(a)? (verificad|certificad|aprobad)[oa]\b`), false, approval},
	{regexp.MustCompile(`(?i)\b(licencia|permiso|autorización) para (usar|crear|comprar|operar)\b`), false, license},
	{regexp.MustCompile(`(?i)\b(sitio|página|portal) oficial del gobierno\b|\bsello (oficial|del gobierno)\b`), false, official},
	{regexp.MustCompile(`(?i)\b(aprobad|certificad|avalad)[oa]s? por el gobierno\b`), false, official},
	{regexp.MustCompile(`[¡!]`), false, loud},
	{regexp.MustCompile(`(?i)\b(tenga en cuenta|apresúrese|no se pierda|tiempo limitado)`), false, loud},
	{regexp.MustCompile(`(?i)\bapli(c|qu)\p{L}* (al|a este|a un|para el|para este|para un) programa`), false, applying},
}

var aYear = regexp.MustCompile(`\b20\d\d\b`)

// Check reads a text in "es" (any other language is read as English) and gives what to mend, each reason once.
func Check(lang, text string) []Find {
	rules := english
	if lang == "es" {
		rules = spanish
	}
	dated := aYear.MatchString(text)
	var finds []Find
	for _, r := range rules {
		at := r.pattern.FindStringIndex(text)
		said := slices.ContainsFunc(finds, func(f Find) bool { return f.Reason == r.reason })
		if at == nil || r.dated && dated || said {
			continue
		}
		words := text[at[0]:at[1]]
		start := at[0] + len(words) - len(strings.TrimLeft(words, around))
		finds = append(finds, Find{Offset: start, Words: strings.Trim(words, around), Reason: r.reason})
	}
	return finds
}

// around is what a pattern may take along from beside the words.
const around = " \t\n.,;:?()\"'"
