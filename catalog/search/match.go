package search

import (
	"cmp"
	"errors"
	"math/bits"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	bleveindex "github.com/blevesearch/bleve_index_api"
)

// Way is how words were taken so that something was found.
type Way string

// The ways, in the order in which they are tried.
const (
	WayTyped    Way = ""         // as they were typed
	WayLanguage Way = "language" // in the other language
	WaySpelling Way = "spelling" // with typing mistakes
	WayMost     Way = "most"     // as many as any program has, which is not all
)

// What a place is worth. The bands order programs; within one, worth counts.
var (
	bands = map[place]uint8{inTitle: 3, inNames: 3, inSummary: 2, inDetails: 1, inTopic: 1}
	worth = map[place]int32{inTitle: 12, inNames: 10, inSummary: 5, inDetails: 3, inTopic: 2}
)

// found is which programs have the words.
type found struct {
	some    []int32 // by place in the snapshot, in order
	band    []uint8 // of each of them
	score   []int32
	way     Way
	instead []string // the words that were looked for, if some of those typed are taken for mistakes
}

// hits is where one word stands.
type hits struct {
	some  []int32 // the programs that have it, in no order
	band  []uint8
	score []int32
	word  string // as it was looked for
}

// From startLeast letters on a word is the beginning of others, and from slipOne one letter may be wrong, from slipTwo two; shorter
// ones mean too many things. Longer than slipMost is no word. startLeastUnknown holds for what is no word itself.
const (
	startLeast        = 4
	startLeastUnknown = 2
	slipOne           = 4
	slipTwo           = 8
	slipMost          = 30
)

// Of the words that begin with one so many count, in the order of the alphabet. Of those that are spelled like one so many are looked
// at, and the most frequent ones count.
const (
	startsMost = 60
	alikeMost  = 200
	likeMost   = 10
)

// match finds the programs that have the words.
func (x *index) match(typed []string, lang string, most bool) (*found, error) {
	var exact [2][]*hits
	for i, l := range both(lang) {
		var err error
		if exact[i], err = x.lookup(l, typed); err != nil {
			return nil, err
		}
		if f := x.all(exact[i]); f != nil {
			f.way = []Way{WayTyped, WayLanguage}[i]
			return f, nil
		}
	}
	var mended [2][]*hits
	for i, l := range both(lang) {
		var err error
		if mended[i], err = x.mend(l, exact[i]); err != nil {
			return nil, err
		}
		if f := x.all(mended[i]); f != nil {
			f.way, f.instead = WaySpelling, corrected(exact[i], mended[i])
			return f, nil
		}
	}
	for i := range mended {
		if f := x.most(mended[i]); most && f != nil {
			f.way, f.instead = WayMost, corrected(exact[i], mended[i])
			return f, nil
		}
	}
	return &found{}, nil
}

// corrected are the words that were looked for; nil if they are those that were typed.
func corrected(typed, mended []*hits) []string {
	var words []string
	same := true
	for i, h := range mended {
		words, same = append(words, h.word), same && h.word == typed[i].word
	}
	if same {
		return nil
	}
	return words
}

// lookup finds each word that says something.
func (x *index) lookup(l *language, typed []string) ([]*hits, error) {
	telling := slices.DeleteFunc(slices.Clone(typed), func(word string) bool { return l.empty[word] })
	if len(telling) == 0 {
		telling = typed
	}
	var all []*hits
	for _, word := range telling {
		h, err := x.exact(l, word)
		if err != nil {
			return nil, err
		}
		all = append(all, h)
	}
	return all, nil
}

// exact finds a word in all its forms, and what begins with it.
func (x *index) exact(l *language, word string) (*hits, error) {
	h := x.newHits(word)
	if err := x.add(h, l, l.stem(word), 2); err != nil {
		return nil, err
	}
	letters := utf8.RuneCountInString(word)
	if letters < startLeastUnknown || letters < startLeast && len(h.some) > 0 {
		return h, nil
	}
	seen := map[string]bool{l.stem(word): true}
	for _, other := range x.beginning(l, word, startsMost) {
		stem := l.stem(other)
		if seen[stem] {
			continue
		}
		seen[stem] = true
		if err := x.add(h, l, stem, 1); err != nil {
			return nil, err
		}
	}
	return h, nil
}

func (x *index) newHits(word string) *hits {
	count := len(x.snapshot.Offerings)
	return &hits{word: word, band: make([]uint8, count), score: make([]int32, count)}
}

// add counts a stem for a word.
func (x *index) add(h *hits, l *language, stem string, times int32) error {
	for _, at := range places {
		band, score := bands[at], worth[at]*times
		_, err := x.each(l.name, term(at, stem), func(program int32) {
			if h.band[program] == 0 {
				h.some = append(h.some, program)
			}
			h.band[program], h.score[program] = max(h.band[program], band), max(h.score[program], score)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// candidate is a word of the index.
type candidate struct {
	word   string
	number int // of programs that have it
}

// mend forgives typing mistakes in the words that are unknown.
func (x *index) mend(l *language, exact []*hits) ([]*hits, error) {
	all := slices.Clone(exact)
	for i, h := range exact {
		if len(h.some) > 0 {
			continue
		}
		like, err := x.like(l, h.word)
		if err != nil {
			return nil, err
		}
		if like != nil {
			all[i] = like
		}
	}
	return all, nil
}

// like finds the words that are spelled most like an unknown one; nil if there are none.
func (x *index) like(l *language, word string) (*hits, error) {
	letters := utf8.RuneCountInString(word)
	if letters < slipOne || letters > slipMost || strings.ContainsFunc(word, unicode.IsDigit) {
		return nil, nil
	}
	var candidates []candidate
	for wrong := 1; len(candidates) == 0 && (wrong == 1 || wrong == 2 && letters >= slipTwo); wrong++ { // two are slow to look for
		var err error
		if candidates, err = x.alike(l, word, wrong); err != nil {
			return nil, err
		}
	}
	if len(candidates) == 0 {
		return nil, nil
	}
	for i := range candidates {
		var err error
		if candidates[i].number, err = x.each(l.name, term(inText, candidates[i].word), nil); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(candidates, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.number, a.number), cmp.Compare(a.word, b.word))
	})
	h := x.newHits(candidates[0].word)
	for _, one := range candidates[:min(len(candidates), likeMost)] {
		if err := x.add(h, l, l.stem(one.word), 1); err != nil {
			return nil, err
		}
	}
	return h, nil
}

// rareness is what a word is worth that so many of all programs have: 1 for one that all have, and 1 more for each time that half
// of them have it.
func (x *index) rareness(h *hits) int32 {
	return int32(bits.Len(uint(len(x.snapshot.Offerings) / max(len(h.some), 1))))
}

// alike are the words with so many wrong letters at most.
func (x *index) alike(l *language, word string, wrong int) ([]candidate, error) {
	fuzzy, able := x.reader.(bleveindex.IndexReaderFuzzy)
	if !able {
		return nil, errors.New("the index cannot look for words that are spelled alike")
	}
	dictionary, err := fuzzy.FieldDictFuzzy(l.name, term(inText, word), wrong, string(inText))
	if err != nil {
		return nil, err
	}
	words, err := x.live(l, dictionary, alikeMost)
	all := make([]candidate, len(words))
	for i, like := range words {
		all[i].word = like
	}
	return all, err
}

// all are the programs that have every word; nil if there are none.
func (x *index) all(words []*hits) *found {
	for _, h := range words {
		if len(h.some) == 0 {
			return nil
		}
	}
	return x.having(words, len(words))
}

// most are the programs that have as many of the words as any has; nil if none has any.
func (x *index) most(words []*hits) *found {
	for least := len(words) - 1; least > 0; least-- {
		if f := x.having(words, least); f != nil {
			return f
		}
	}
	return nil
}

// having are the programs that have at least so many of the words; nil if there are none.
func (x *index) having(words []*hits, least int) *found {
	f := &found{}
	for _, program := range candidates(words, least) {
		has, band, score := 0, uint8(0), int32(0)
		for _, h := range words {
			if h.band[program] == 0 {
				continue
			}
			if has++; has == 1 || h.band[program] < band {
				band = h.band[program]
			}
			score += h.score[program] * x.rareness(h)
		}
		if has >= least {
			f.some, f.band, f.score = append(f.some, program), append(f.band, band), append(f.score, score)
		}
	}
	if len(f.some) == 0 {
		return nil
	}
	return f
}

// candidates are the programs that may have at least so many of the words, in order: where all are wanted, those with the rarest.
func candidates(words []*hits, least int) []int32 {
	var all []int32
	if least == len(words) {
		rarest := slices.MinFunc(words, func(a, b *hits) int { return cmp.Compare(len(a.some), len(b.some)) })
		all = slices.Clone(rarest.some)
	} else {
		for _, h := range words {
			all = append(all, h.some...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
