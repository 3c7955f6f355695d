// Package share says how often each answer to a question is given, counted over the organizations of the public registers.
package share

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"

	"accessdesk/eligibility/fact"
)

// Shares says how often each answer to a question is given, by sector: counted over the organizations of the public registers. The
// zero Shares, and nil, know nothing: all answers count alike. It does not change once it is made.
type Shares struct {
	of map[string]map[fact.ID]Share
}

// Share is how the answers to one question are spread over the organizations of a sector whose records say the fact.
type Share struct {
	Organizations int            `json:"organizations"`
	Values        map[string]int `json:"values,omitempty"` // organizations by value: of an enum, or "true" and "false"
	// Points are numbers so that equally many organizations lie around each, in ascending order: the share of any band is that of
	// the points in it, wherever rules cut.
	Points []float64 `json:"points,omitempty"`
}

const (
	// MostPoints is how many numbers a share keeps at most.
	MostPoints = 256 // a band is known to half a percent; 2 KB in memory
	// Least is the fewest organizations whose records are taken to speak for a sector. Thirty is our own choice.
	Least = 30
)

// In gives the share of a fact in a sector; false if the registers say too little.
func (s *Shares) In(sector string, id fact.ID) (Share, bool) {
	if s == nil {
		return Share{}, false
	}
	share, known := s.of[sector][id]
	return share, known
}

// Each calls act for every share, by sector and fact.
func (s *Shares) Each(act func(sector string, id fact.ID, share Share) error) error {
	if s == nil {
		return nil
	}
	for _, sector := range slices.Sorted(maps.Keys(s.of)) {
		for _, id := range slices.Sorted(maps.Keys(s.of[sector])) {
			if err := act(sector, id, s.of[sector][id]); err != nil {
				return err
			}
		}
	}
	return nil
}

// Counter counts answers of organizations, one after the other.
type Counter struct {
	vocabulary *fact.Vocabulary
	counted    map[string]map[fact.ID]*answersCounted
}

type answersCounted struct {
	values  map[string]int
	numbers []float64
}

// NewCounter makes a counter that has counted nobody.
func NewCounter(v *fact.Vocabulary) *Counter {
	return &Counter{vocabulary: v, counted: map[string]map[fact.ID]*answersCounted{}}
}

// Add counts what is known of an organization. Only facts that the check asks for one by one are counted: yes and no, one of several
// values, exact numbers.
func (c *Counter) Add(sector string, p fact.Profile) {
	facts := c.counted[sector]
	if facts == nil {
		facts = map[fact.ID]*answersCounted{}
		c.counted[sector] = facts
	}
	for id, value := range p {
		place, found := c.vocabulary.Index(id)
		if !found || id == fact.Sector {
			continue
		}
		known := c.vocabulary.At(place)
		if known.Ask != fact.AskCheck {
			continue
		}
		name, named := shareName(known, value)
		number, exact := value.Number()
		if !named && !exact {
			continue
		}
		one := facts[id]
		if one == nil {
			one = &answersCounted{values: map[string]int{}}
			facts[id] = one
		}
		if named {
			one.values[name]++
		} else {
			one.numbers = append(one.numbers, number)
		}
	}
}

// shareName is the name under which a value is counted; false for numbers, and for what is not counted.
func shareName(f *fact.Fact, value fact.Value) (string, bool) {
	switch f.Type {
	case fact.TypeBool:
		flag, known := value.Bool()
		return fmt.Sprint(flag), known
	case fact.TypeEnum:
		return value.Text()
	}
	return "", false
}

// Shares gives what was counted.
func (c *Counter) Shares() *Shares {
	s := &Shares{of: map[string]map[fact.ID]Share{}}
	for sector, facts := range c.counted {
		for id, one := range facts {
			share := Share{Values: one.values, Points: points(one.numbers), Organizations: len(one.numbers)}
			for _, count := range one.values {
				share.Organizations += count
			}
			s.add(sector, id, share)
		}
	}
	return s
}

func (s *Shares) add(sector string, id fact.ID, share Share) {
	if share.Organizations < Least {
		return
	}
	if s.of[sector] == nil {
		s.of[sector] = map[fact.ID]Share{}
	}
	s.of[sector][id] = share
}

// points takes at most MostPoints numbers, each from the middle of an equal part of all.
func points(numbers []float64) []float64 {
	sorted := slices.Sorted(slices.Values(numbers))
	if len(sorted) <= MostPoints {
		return sorted
	}
	taken := make([]float64, MostPoints)
	for i := range taken {
		taken[i] = sorted[(2*i+1)*len(sorted)/(2*MostPoints)]
	}
	return taken
}

// Stored is one share as it is kept; Share is its JSON.
type Stored struct {
	Sector string
	Fact   fact.ID
	Share  string
}

// Stored gives the shares as they are kept, by sector and fact.
func (s *Shares) Stored() ([]Stored, error) {
	var all []Stored
	err := s.Each(func(sector string, id fact.ID, share Share) error {
		text, err := json.Marshal(share)
		all = append(all, Stored{sector, id, string(text)})
		return err
	})
	return all, err
}

// Read reads what Stored gave. Facts that are not in the vocabulary any more are left out.
func Read(v *fact.Vocabulary, stored []Stored) (*Shares, error) {
	s := &Shares{of: map[string]map[fact.ID]Share{}}
	for _, one := range stored {
		var share Share
		if err := json.Unmarshal([]byte(one.Share), &share); err != nil {
			return nil, fmt.Errorf("share of %s in %s: %w", one.Fact, one.Sector, err)
		}
		if _, known := v.Index(one.Fact); known && slices.IsSorted(share.Points) {
			s.add(one.Sector, one.Fact, share)
		}
	}
	return s, nil
}

// Spread gives for each possible answer to a question the share of those who give it; together they are 1. Without shares, or if
// none of the counted answers is possible, all are alike.
func (s Share) Spread(f *fact.Fact, possible []fact.Value) []float64 {
	counts, sum := make([]float64, len(possible)), 0.0
	for i, answer := range possible {
		if name, named := shareName(f, answer); named {
			counts[i] = float64(s.Values[name])
		}
		sum += counts[i]
	}
	if f.Type.Numeric() {
		sum = s.spreadPoints(possible, counts)
	}
	for i := range counts {
		if sum == 0 {
			counts[i] = 1 / float64(len(possible))
		} else {
			counts[i] /= sum
		}
	}
	return counts
}

// spreadPoints counts the points in each band. Of samples, which are points themselves and ascend, each stands for the numbers up
// to the next one; the first also for those below it.
func (s Share) spreadPoints(possible []fact.Value, counts []float64) (sum float64) {
	for _, point := range s.Points {
		at := slices.IndexFunc(possible, func(answer fact.Value) bool { return holds(answer, point) })
		if at < 0 {
			after, _ := slices.BinarySearchFunc(possible, point, func(answer fact.Value, point float64) int {
				span, _ := answer.Interval()
				return cmp.Compare(span.Low, math.Nextafter(point, math.Inf(1)))
			})
			at = max(0, after-1)
		}
		counts[at]++
		sum++
	}
	return sum
}

func holds(answer fact.Value, number float64) bool {
	span, known := answer.Interval()
	return known && span.Contains(number)
}
