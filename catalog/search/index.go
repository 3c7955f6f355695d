package search

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"

	"accessdesk/catalog"
	"accessdesk/eligibility"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/custom"
	"github.com/blevesearch/bleve/v2/analysis/tokenizer/whitespace"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/mapping"
	bleveindex "github.com/blevesearch/bleve_index_api"
)

// index is the words of one snapshot in both languages: a field for each language, whose terms are a place and a word.
type index struct {
	snapshot *catalog.Snapshot
	held     map[string]string // slug to hash of what is indexed
	inner    bleve.Index
	reader   bleveindex.IndexReader
	at       []int32             // by number in the index: place in snapshot.Offerings, -1 for what was taken out
	written  map[string][]string // by language: the words that some program has, as they are written, in order
	parts    int                 // times that something was added
}

// partsMost is how many parts an index may have: each search asks all, and one without a file never joins them.
const partsMost = 12

// newIndex indexes a snapshot.
func newIndex(s *catalog.Snapshot, v *eligibility.Vocabulary) (*index, error) {
	fields, err := fieldsOfIndex()
	if err != nil {
		return nil, err
	}
	// Not NewMemOnly, which is another and much slower kind of index. The readers of terms are kept and used again, few of them.
	inner, err := bleve.NewUsing("", fields, scorch.Name, scorch.Name, map[string]any{"fieldTFRCacheThreshold": 8})
	if err != nil {
		return nil, err
	}
	x := &index{inner: inner, held: map[string]string{}}
	if err := x.follow(s, v); err != nil {
		return nil, errors.Join(err, x.close())
	}
	return x, nil
}

// mayFollow tells whether it is better to bring the index to a snapshot than to make a new one.
func (x *index) mayFollow(s *catalog.Snapshot) bool {
	changed := 0
	for _, p := range s.Offerings {
		if x.held[p.Slug] != p.Hash {
			changed++
		}
	}
	return x.parts < partsMost && changed <= len(s.Offerings)/4
}

// A batch is what is made of words at once: at least batchLeast programs, so that small catalogs take little memory while they are
// indexed (about 150 kB for each program of a batch), and of a large one a batchesMost-th.
const (
	batchLeast  = 20
	batchesMost = 4
)

// follow indexes what differs in a snapshot.
func (x *index) follow(s *catalog.Snapshot, v *eligibility.Vocabulary) error {
	most := max(batchLeast, (len(s.Offerings)+batchesMost-1)/batchesMost)
	batch := x.inner.NewBatch()
	build := builder{vocabulary: v, stems: map[string]string{}}
	for slug := range x.held {
		if _, stays := s.Find(slug); !stays {
			batch.Delete(slug)
			delete(x.held, slug)
		}
	}
	for _, p := range s.Offerings {
		if x.held[p.Slug] == p.Hash {
			continue
		}
		if err := batch.Index(p.Slug, build.entry(p.Offering)); err != nil {
			return err
		}
		x.held[p.Slug] = p.Hash
		if batch.Size() >= most {
			if err := x.put(batch); err != nil {
				return err
			}
			batch = x.inner.NewBatch()
		}
	}
	if err := x.put(batch); err != nil {
		return err
	}
	return x.read(s)
}

// put adds a batch as a part of the index.
func (x *index) put(batch *bleve.Batch) error {
	if batch.Size() == 0 {
		return nil
	}
	x.parts++
	return x.inner.Batch(batch)
}

// read takes the index as it is now, and learns which program has which number in it.
func (x *index) read(s *catalog.Snapshot) (err error) {
	inner, err := x.inner.Advanced()
	if err != nil {
		return err
	}
	next, err := inner.Reader()
	if err != nil {
		return err
	}
	if x.reader != nil {
		if err := x.reader.Close(); err != nil {
			return errors.Join(err, next.Close())
		}
	}
	x.reader, x.snapshot, x.at = next, s, nil
	if err := x.readWords(); err != nil {
		return err
	}
	all, err := next.DocIDReaderAll()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, all.Close()) }()
	for {
		id, err := all.Next()
		if err != nil || id == nil {
			return err
		}
		slug, err := next.ExternalID(id)
		if err != nil {
			return err
		}
		place, known := slices.BinarySearchFunc(s.Offerings, slug, func(p *catalog.Published, slug string) int { return strings.Compare(p.Slug, slug) })
		number := int(id.Value())
		for len(x.at) <= number {
			x.at = append(x.at, -1)
		}
		if known {
			x.at[number] = int32(place)
		}
	}
}

// readWords lists the words that programs have: to find the beginnings of words, a list in memory is faster than the index. Its lists know
// the words of programs that are not there any more, too; those are left out.
func (x *index) readWords() error {
	x.written = map[string][]string{}
	for _, l := range languages {
		dictionary, err := x.reader.FieldDictPrefix(l.name, []byte{byte(inText)})
		if err != nil {
			return err
		}
		all, err := x.live(l, dictionary, math.MaxInt)
		if err != nil {
			return err
		}
		x.written[l.name] = all
	}
	return nil
}

// live reads the words of a list that some program has, and closes it.
func (x *index) live(l *language, dictionary bleveindex.FieldDict, most int) (all []string, err error) {
	defer func() { err = errors.Join(err, dictionary.Close()) }()
	for {
		entry, err := dictionary.Next()
		if err != nil || entry == nil || len(all) >= most {
			return all, err
		}
		known, err := x.has(l.name, entry.Term)
		if err != nil {
			return nil, err
		}
		if known {
			all = append(all, strings.Clone(entry.Term[1:]))
		}
	}
}

// beginning gives the first words that begin with one.
func (x *index) beginning(l *language, word string, most int) []string {
	all := x.written[l.name]
	from, _ := slices.BinarySearch(all, word)
	to := from
	for to < len(all) && to-from < most && strings.HasPrefix(all[to], word) {
		to++
	}
	return all[from:to]
}

func (x *index) close() error {
	var err error
	if x.reader != nil {
		err = x.reader.Close()
	}
	return errors.Join(err, x.inner.Close())
}

// builder makes the terms of programs; the stem of each word is looked for once.
type builder struct {
	vocabulary *eligibility.Vocabulary
	stems      map[string]string // by language and word
}

// entry is what is indexed of a program.
func (b builder) entry(o *catalog.Offering) map[string]any {
	fields := map[string]any{}
	for _, l := range languages {
		terms := map[string]bool{}
		for _, at := range places {
			text := textAt(at, o, l.name, b.vocabulary)
			for _, word := range slices.Concat(inWords(text), joined(text)) {
				terms[term(inText, word)] = true
				terms[term(at, b.stem(l, word))] = true
			}
		}
		all := make([]string, 0, len(terms))
		for t := range terms {
			all = append(all, t)
		}
		fields[l.name] = strings.Join(all, " ")
	}
	return fields
}

func (b builder) stem(l *language, word string) string {
	key := l.name + word
	if known, ok := b.stems[key]; ok {
		return known
	}
	b.stems[key] = l.stem(word)
	return b.stems[key]
}

func term(at place, word string) string { return string(at) + word }

// fieldsOfIndex says how the fields are indexed: terms between blanks, nothing stored.
func fieldsOfIndex() (mapping.IndexMapping, error) {
	all := bleve.NewIndexMapping()
	if err := all.AddCustomAnalyzer("terms", map[string]any{"type": custom.Name, "tokenizer": whitespace.Name}); err != nil {
		return nil, err
	}
	program := bleve.NewDocumentStaticMapping()
	for _, l := range languages {
		field := bleve.NewTextFieldMapping()
		field.Analyzer = "terms"
		field.Store, field.IncludeInAll, field.IncludeTermVectors, field.DocValues, field.SkipFreqNorm = false, false, false, false, true
		program.AddFieldMappingsAt(l.name, field)
	}
	all.DefaultMapping = program
	all.StoreDynamic, all.IndexDynamic, all.DocValuesDynamic = false, false, false
	return all, nil
}

// each calls a function with the place in the snapshot of every program that has a term, and tells how many there are.
func (x *index) each(lang, term string, with func(program int32)) (count int, err error) {
	reader, err := x.reader.TermFieldReader(context.Background(), []byte(term), lang, false, false, false)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, reader.Close()) }()
	var room bleveindex.TermFieldDoc
	for {
		next, err := reader.Next(&room)
		if err != nil || next == nil {
			return count, err
		}
		count++
		if with != nil {
			with(x.at[next.ID.Value()])
		}
	}
}

// has tells whether any program has a term.
func (x *index) has(lang, term string) (bool, error) {
	reader, err := x.reader.TermFieldReader(context.Background(), []byte(term), lang, false, false, false)
	if err != nil {
		return false, err
	}
	return reader.Count() > 0, reader.Close()
}
