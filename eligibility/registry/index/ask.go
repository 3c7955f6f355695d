package index

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/search/query"
)

// wordsMost is how many words of a text count: the longest names of the registers have 14.
const wordsMost = 14

// What a match is worth against another: a word of the name more than a town, a town more than what all such operators are called.
const (
	worthNumber = 8
	worthName   = 4
	worthPair   = 3
	worthOther  = 2
	worthPlace  = 2
	worthSlip   = 1
	worthKind   = 0.5
)

// What a word must have: from slipOne letters one typing mistake is forgiven, from slipTwo two; less than startLeast letters are not
// taken for the beginning of a word.
const (
	slipOne    = 4
	slipTwo    = 8
	startLeast = 2
)

// asked is a text as it is looked for.
type asked struct {
	words  []string
	units  []unit
	number string
}

// unit is a word, or the words of the name of a state.
type unit struct {
	words []string
	state string // of several words, joined; else ""
	last  bool   // perhaps not typed to its end
	right bool   // taken as typed without mistakes
}

// read reads a text.
func read(text string) asked {
	a := asked{words: words(text), number: asIdentifier(text)}
	a.words = a.words[:min(len(a.words), wordsMost)]
	for i := 0; i < len(a.words); {
		u := unit{words: a.words[i : i+1]}
		for length := 3; length > 1; length-- {
			if i+length <= len(a.words) && statesOfTwoWords[strings.Join(a.words[i:i+length], "")] {
				u = unit{words: a.words[i : i+length], state: strings.Join(a.words[i:i+length], "")}
				break
			}
		}
		i += len(u.words)
		u.last = i == len(a.words)
		a.units = append(a.units, u)
	}
	return a
}

// After the strict steps, whoever has all of so many words is meant; others who are spelled alike are not looked for.
const (
	strict      = 2
	enoughWords = 3
)

// ask gives the ids that fit best. It asks in steps, from strict to forgiving, until there are enough.
func ask(x bleve.Index, text string, limit int) ([]string, error) {
	a := read(text)
	found := []string{}
	if len(a.units) == 0 {
		return found, nil
	}
	steps := []func() (query.Query, error){
		func() (query.Query, error) { return a.byNumber(), nil },
		func() (query.Query, error) { return a.byWholeName(), nil },
		func() (query.Query, error) { return a.byAllWords(unit.exact), nil },
		func() (query.Query, error) {
			if err := a.spell(x, bentMost); err != nil {
				return nil, err
			}
			joined, err := a.joinedWords(x)
			return query.NewDisjunctionQuery(append(joined, a.byAllWords(unit.forgiving))), err
		},
		func() (query.Query, error) {
			if len(found) > 0 { // nothing is missing
				return nil, nil
			}
			err := a.spell(x, 0)
			return a.byAllButOne(), err
		},
	}
	for i, step := range steps {
		if len(found) >= limit || i > strict && len(found) > 0 && len(a.units) >= enoughWords {
			break
		}
		q, err := step()
		if err != nil {
			return nil, err
		}
		if q == nil {
			continue
		}
		request := bleve.NewSearchRequestOptions(q, limit+len(found), 0, false)
		request.SortBy([]string{"-_score", "_id"})
		result, err := x.Search(request)
		if err != nil {
			return nil, err
		}
		for _, hit := range result.Hits {
			if !slices.Contains(found, hit.ID) && len(found) < limit {
				found = append(found, hit.ID)
			}
		}
	}
	return found, nil
}

// byNumber finds whose identifier the text is.
func (a asked) byNumber() query.Query {
	if a.number == "" {
		return nil
	}
	return term(inNumber, a.number, worthNumber)
}

// byWholeName finds whose whole name was typed; the words behind it are town or state.
func (a asked) byWholeName() query.Query {
	var ways []query.Query
	before := 0
	for i, u := range a.units {
		before += len(u.words)
		all := []query.Query{term(inWhole, strings.Join(a.words[:before], ""), worthName)}
		for _, place := range a.units[i+1:] {
			all = append(all, term(inPlace, place.name(), worthPlace))
		}
		ways = append(ways, all[0])
		if len(all) > 1 {
			ways[len(ways)-1] = query.NewConjunctionQuery(all)
		}
	}
	return query.NewDisjunctionQuery(ways)
}

// name is the unit as a place.
func (u unit) name() string { return strings.Join(u.words, "") }

// byAllWords wants each unit somewhere.
func (a asked) byAllWords(way func(unit, bool) query.Query) query.Query {
	var all []query.Query
	for _, u := range a.units {
		all = append(all, way(u, len(a.units) > 1))
	}
	return query.NewConjunctionQuery(all)
}

// missMost is up to how many units one may be missing: looking for most of many common words is slow, and longer texts are copied, so
// that they have no word too many.
const missMost = 8

// byAllButOne lets one unit be missing, if there are at least two.
func (a asked) byAllButOne() query.Query {
	if len(a.units) < 2 || len(a.units) > missMost {
		return nil
	}
	var all []query.Query
	for _, u := range a.units {
		all = append(all, u.forgiving(true))
	}
	q := query.NewDisjunctionQuery(all)
	q.SetMin(float64(len(all) - 1))
	return q
}

// exact finds a unit as it is written, its other writings, and what begins with it if it is the last one. several: there are others
// beside it, so that it may also be what all such operators are called.
func (u unit) exact(several bool) query.Query {
	if u.state != "" {
		var inWords []query.Query
		for _, word := range u.words {
			inWords = append(inWords, term(inName, word, worthName))
		}
		return query.NewDisjunctionQuery([]query.Query{term(inPlace, u.state, worthPlace), query.NewConjunctionQuery(inWords)})
	}
	return query.NewDisjunctionQuery(u.writings(several))
}

func (u unit) writings(several bool) []query.Query {
	word := u.words[0]
	ways := []query.Query{term(inName, word, worthName), term(inPair, word, worthPair), term(inPlace, word, worthPlace)}
	for _, other := range others[word] {
		ways = append(ways, term(inName, other, worthOther))
	}
	if state, ok := statesShortened[word]; ok {
		ways = append(ways, term(inPlace, state, worthPlace))
	}
	if several {
		ways = append(ways, term(inKind, word, worthKind))
	}
	if strings.ContainsFunc(word, unicode.IsDigit) {
		ways = append(ways, term(inNumber, word, worthNumber))
		if u.last && len(word) >= slipOne {
			ways = append(ways, beginning(inNumber, word, worthPlace))
		}
	}
	if u.last && len(word) >= startLeast {
		ways = append(ways, beginning(inName, word, worthSlip), beginning(inPlace, word, worthSlip))
	}
	return ways
}

// forgiving finds a unit as exact does, and with typing mistakes. Numbers are not bent.
func (u unit) forgiving(several bool) query.Query {
	word := u.words[0]
	if u.right || u.state != "" || len(word) < slipOne || strings.ContainsFunc(word, unicode.IsDigit) {
		return u.exact(several)
	}
	ways := append(u.writings(several), slip(inName, word, worthSlip), slip(inPlace, word, worthSlip))
	return query.NewDisjunctionQuery(ways)
}

// joinedWords finds names that write two words of the text as one ("health care", HEALTHCARE).
func (a asked) joinedWords(x bleve.Index) ([]query.Query, error) {
	var ways []query.Query
	for i := 1; i < len(a.units); i++ {
		left, right := a.units[i-1], a.units[i]
		joined := left.name() + right.name()
		names, err := namesWith(x, joined)
		if err != nil {
			return nil, err
		}
		if names == 0 || left.state+right.state != "" {
			continue
		}
		all := []query.Query{term(inName, joined, worthPair)}
		for j, u := range a.units {
			if j != i-1 && j != i {
				all = append(all, u.exact(true))
			}
		}
		ways = append(ways, query.NewConjunctionQuery(all))
	}
	return ways, nil
}

// In a text of more than bentMost units, a word that at least knownFrom names have is taken as typed right: looking for all that is
// spelled like each of many words takes long, and then the others tell who is meant. When one word may be missing, that goes for all texts.
const (
	bentMost  = 3
	knownFrom = 3
)

// spell marks the words that are right in a text of more than so many units.
func (a asked) spell(x bleve.Index, most int) error {
	if len(a.units) <= most {
		return nil
	}
	for i := range a.units {
		names, err := namesWith(x, a.units[i].words[0])
		if err != nil {
			return err
		}
		a.units[i].right = names >= knownFrom
	}
	return nil
}

// namesWith counts the names that have a word.
func namesWith(x bleve.Index, word string) (names uint64, err error) {
	inner, err := x.Advanced()
	if err != nil {
		return 0, err
	}
	reader, err := inner.Reader()
	if err != nil {
		return 0, err
	}
	defer reader.Close()
	entries, err := reader.TermFieldReader(context.Background(), []byte(word), inName, false, false, false)
	if err != nil {
		return 0, err
	}
	defer entries.Close()
	return entries.Count(), nil
}

func term(field, word string, worth float64) query.Query {
	q := query.NewTermQuery(word)
	q.SetField(field)
	q.SetBoost(worth)
	return q
}

func beginning(field, word string, worth float64) query.Query {
	q := query.NewPrefixQuery(word)
	q.SetField(field)
	q.SetBoost(worth)
	return q
}

func slip(field, word string, worth float64) query.Query {
	q := query.NewFuzzyQuery(word)
	q.SetField(field)
	q.SetBoost(worth)
	if len(word) >= slipTwo {
		q.SetFuzziness(2)
	}
	return q
}
