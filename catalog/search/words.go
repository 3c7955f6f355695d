package search

import (
	"slices"
	"strings"
	"unicode"

	"accessdesk/catalog"
	"accessdesk/eligibility"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/analysis/lang/en"
	"github.com/blevesearch/bleve/v2/analysis/lang/es"
	"golang.org/x/text/unicode/norm"
)

// plain lowers letters and drops accents, so that "evaluacion" finds "evaluación".
func plain(text string) string {
	if isASCII(text) {
		return strings.ToLower(text)
	}
	var b strings.Builder
	for _, letter := range norm.NFKD.String(strings.ToLower(text)) {
		if !unicode.Is(unicode.Mn, letter) {
			b.WriteRune(letter)
		}
	}
	return b.String()
}

func isASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII })
}

// inWords are the words of a text in plain letters and digits: "Wi-Fi (RISC 2.0)" is wi, fi, risc, 2, 0. The s of "children's" is none.
func inWords(text string) []string {
	text = plain(text)
	for _, possessive := range []string{"'s", "’s"} {
		text = strings.ReplaceAll(text, possessive+" ", " ")
		text = strings.TrimSuffix(text, possessive)
	}
	return strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// joined are the words of a text that are written with a hyphen, without it: people type "wifi" and "email".
func joined(text string) []string {
	if !strings.Contains(text, "-") {
		return nil
	}
	var all []string
	for word := range strings.FieldsSeq(plain(text)) {
		word = strings.TrimFunc(word, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		whole := strings.ReplaceAll(word, "-", "")
		onlyLetters := !strings.ContainsFunc(whole, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		if whole != word && onlyLetters && strings.Count(word, "-") == 1 {
			all = append(all, whole)
		}
	}
	return all
}

// wordsOf are the words that somebody looks for, each once.
func wordsOf(typed string) []string {
	var all []string
	for _, word := range inWords(cut(typed)) {
		if !slices.Contains(all, word) && len(all) < wordsMost {
			all = append(all, word)
		}
	}
	return all
}

// language is how the words of a language are brought to their stems.
type language struct {
	name  string
	stems analysis.TokenFilter
	empty analysis.TokenMap // words that say nothing, in plain letters
	short func(string) string
}

// languages are those of the program; other is the one to try when one finds nothing.
var (
	english   = newLanguage("en", en.EnglishStopWords, en.NewEnglishStemmerFilter(), func(stem string) string { return stem })
	spanish   = newLanguage("es", es.SpanishStopWords, es.NewSpanishLightStemmerFilter(), shortSpanish)
	languages = []*language{english, spanish}
)

func newLanguage(name string, empty []byte, stems analysis.TokenFilter, short func(string) string) *language {
	l := &language{name: name, stems: stems, empty: analysis.NewTokenMap(), short: short}
	listed := analysis.NewTokenMap()
	if err := listed.LoadBytes(empty); err != nil {
		panic(err) // the list is part of the library
	}
	for word := range listed {
		l.empty.AddToken(plain(word))
	}
	return l
}

// both gives the language of a reader, and then the other one.
func both(lang string) []*language {
	if lang == spanish.name {
		return []*language{spanish, english}
	}
	return languages
}

// shortSpanish treats words of four letters as the stemmer treats longer ones, so that "agua" and "aguas", "día" and "días" meet.
func shortSpanish(stem string) string {
	if len(stem) != 4 {
		return stem
	}
	switch {
	case strings.ContainsRune("aeo", rune(stem[3])):
		return stem[:3]
	case stem[3] == 's' && strings.ContainsRune("aeo", rune(stem[2])):
		return stem[:3]
	}
	return stem
}

// stem is the part of a plain word that all its forms share.
func (l *language) stem(word string) string {
	stream := l.stems.Filter(analysis.TokenStream{{Term: []byte(word)}})
	return l.short(string(stream[0].Term))
}

// A place is where a word stands in a program. It is the first letter of the terms of the index.
type place byte

// The places. inTopic is the sectors, the kind and the cost in words. inText is any of them: its terms are the words as they are written, the others have stems.
const (
	inText    place = '0'
	inTitle   place = '1'
	inNames   place = '2'
	inSummary place = '3'
	inDetails place = '4'
	inTopic   place = '5'
)

var places = []place{inTitle, inNames, inSummary, inDetails, inTopic}

// sectorsNamed is up to how many sectors of a program its text includes: who is for nearly everybody is for nobody in particular.
const sectorsNamed = 4

// textAt is what a program says at a place.
func textAt(at place, o *catalog.Offering, lang string, v *eligibility.Vocabulary) string {
	switch at {
	case inTitle:
		return o.Title.In(lang)
	case inNames:
		return strings.Join(append([]string{o.Provider.Name, o.Slug, o.Provider.Slug}, o.KnownAs...), " ")
	case inSummary:
		return o.Summary.In(lang)
	case inDetails:
		parts := []string{o.Details.In(lang)}
		for _, criterion := range o.Criteria {
			parts = append(parts, criterion.Title.In(lang))
		}
		for _, requirement := range o.Requirements {
			parts = append(parts, requirement.Title.In(lang))
		}
		return strings.Join(parts, " ")
	case inTopic:
		return strings.Join(append(sectorLabels(o, lang, v), alsoCalled[lang][string(o.Kind)], alsoCalled[lang][string(o.Cost)]), " ")
	}
	return ""
}

// sectorLabels are the sectors of a program that is for few.
func sectorLabels(o *catalog.Offering, lang string, v *eligibility.Vocabulary) []string {
	fact, known := v.Fact(eligibility.SectorFact)
	if !known || len(o.Sectors) > sectorsNamed {
		return nil
	}
	var all []string
	for _, value := range fact.Values {
		if slices.Contains(o.Sectors, value.Value) {
			all = append(all, value.Label.In(lang))
		}
	}
	return all
}

// alsoCalled are the words by which people look for a kind of program, or for one that lists no charge. They are never shown: a page
// promises nobody that a program is free.
var alsoCalled = map[string]map[string]string{
	"en": {
		"assessment": "assessment review audit evaluation checkup", "scanning": "scan scanning vulnerability", "monitoring": "monitoring detection",
		"protective_dns": "DNS filter blocking", "domain": "domain website", "training": "training course class exercise", "tool": "software tool",
		"information_sharing": "alerts warnings threat information sharing", "incident_response": "incident response attack breach ransomware",
		"funding": "funding grant money", "workforce": "volunteers students staff", "ai_tool": "AI artificial intelligence",
		"model_access": "AI artificial intelligence model access", "guidance": "guidance guide checklist advice", "none_listed": "free no charge cost",
	},
	"es": {
		"assessment": "evaluación revisión auditoría diagnóstico", "scanning": "escaneo escanear vulnerabilidad", "monitoring": "monitoreo vigilancia detección",
		"protective_dns": "DNS filtro bloqueo", "domain": "dominio sitio web", "training": "capacitación curso clase entrenamiento ejercicio", "tool": "herramienta software",
		"information_sharing": "avisos alertas amenazas información compartida", "incident_response": "incidente respuesta ataque ransomware",
		"funding": "fondos subvención dinero subsidio financiamiento", "workforce": "voluntarios estudiantes personal", "ai_tool": "IA inteligencia artificial",
		"model_access": "IA inteligencia artificial modelo acceso", "guidance": "guía orientación lista consejos", "none_listed": "gratis gratuito sin costo",
	},
}
