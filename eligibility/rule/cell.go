package rule

import (
	"math"
	"slices"

	"accessdesk/eligibility/fact"
)

// cell is what is known of one fact as the closures read it: 24 bytes without a pointer, so that a state is one dense vector that
// is copied and cleared at the speed of memory, and the facts of a whole nation fit into a few megabytes.
type cell struct {
	low, high float64 // number: the ends of its interval; set: low holds the mask as bits, see mask
	code      int32   // flag: its Truth; choice: place of the value in the list of the fact; text, items: place in store
	kind      kind
	open      ends
	place     uint16 // of the fact, for cells outside a vector
}

type kind uint8

const (
	kindNothing kind = iota
	kindFlag         // a yes or no
	kindNumber       // a number or an interval
	kindChoice       // one of the values of an enum
	kindChoices      // a set of such values
	kindText         // any other text
	kindItems        // any other set or list
)

// ends says which ends of an interval are left out.
type ends uint8

const (
	lowOpen ends = 1 << iota
	highOpen
)

// maskable is how many values an enum or set may have to be held as bits.
const maskable = 64

// store keeps what does not fit into a cell. A code below zero is one of a derived value, which the language keeps.
type store struct {
	texts []string
	items []fact.Value
}

func (c *cell) resolved() bool {
	return c.kind != kindNothing && (c.kind != kindNumber || c.low == c.high)
}

func (c *cell) mask() uint64 { return math.Float64bits(c.low) }

func (c *cell) interval() fact.Interval {
	return fact.Interval{Low: c.low, High: c.high, LowOpen: c.open&lowOpen != 0, HighOpen: c.open&highOpen != 0}
}

// pack writes a value as a cell; what does not fit goes into the store. The value stands within the limits of its fact already.
func (l *Language) pack(place int, value fact.Value, keep *store) cell {
	c := cell{place: uint16(place)}
	if yes, ok := value.Bool(); ok {
		c.kind, c.code = kindFlag, int32(truthOf(yes))
	} else if span, ok := value.Interval(); ok {
		c.kind, c.low, c.high = kindNumber, span.Low, span.High
		if span.LowOpen {
			c.open |= lowOpen
		}
		if span.HighOpen {
			c.open |= highOpen
		}
	} else if said, ok := value.Text(); ok {
		if at := l.choiceOf(place, said); at >= 0 {
			c.kind, c.code = kindChoice, int32(at)
		} else {
			c.kind, c.code = kindText, int32(len(keep.texts))
			keep.texts = append(keep.texts, said)
		}
	} else if many, ok := value.Items(); ok {
		if mask, fits := l.maskOf(place, many); fits {
			c.kind, c.low = kindChoices, math.Float64frombits(mask)
		} else {
			c.kind, c.code = kindItems, int32(len(keep.items))
			keep.items = append(keep.items, value)
		}
	}
	return c
}

// limited cuts a number to the limits of its fact: "500 or fewer people" is also 0 or more.
func (l *Language) limited(place int, value fact.Value) fact.Value {
	span, ok := value.Interval()
	if !ok {
		return value
	}
	known := l.facts.At(place)
	return value.Within(known.Canonical(span.Intersect(known.Limits())))
}

// choiceOf gives the place of a value in the list of an enum fact, -1 if it is none.
func (l *Language) choiceOf(place int, value string) int {
	if at, ok := l.choices[place][value]; ok {
		return at
	}
	return -1
}

// maskOf gives the bits of the items of a set fact; false for lists, and for values that the fact does not have.
func (l *Language) maskOf(place int, values []string) (mask uint64, ok bool) {
	if l.facts.At(place).Type != fact.TypeSet || len(l.facts.At(place).Values) > maskable {
		return 0, false
	}
	for _, value := range values {
		at := l.choiceOf(place, value)
		if at < 0 {
			return 0, false
		}
		mask |= 1 << at
	}
	return mask, true
}

// indexChoices notes the place of every value of the enum and set facts.
func (l *Language) indexChoices() {
	l.choices = make([]map[string]int, l.facts.Len())
	for place := range l.choices {
		known := l.facts.At(place)
		if known.Type != fact.TypeEnum && known.Type != fact.TypeSet {
			continue
		}
		l.choices[place] = map[string]int{}
		for at, value := range known.Values {
			l.choices[place][value.Value] = at
		}
	}
}

// textOf gives the text of a fact: of a choice its value.
func (s *State) textOf(place int) (string, bool) {
	c := &s.cells[place]
	switch c.kind {
	case kindChoice:
		return s.language.facts.At(place).Values[c.code].Value, true
	case kindText:
		if c.code < 0 {
			return s.language.fixed.texts[^c.code], true
		}
		return s.kept.texts[c.code], true
	}
	return "", false
}

// has reports whether the set or list of a fact holds an item.
func (s *State) has(place int, item string) bool {
	c := &s.cells[place]
	switch c.kind {
	case kindChoices:
		at := s.language.choiceOf(place, item)
		return at >= 0 && c.mask()>>at&1 != 0
	case kindItems:
		return s.itemsOf(c).Has(item)
	}
	return false
}

func (s *State) itemsOf(c *cell) fact.Value {
	if c.code < 0 {
		return s.language.fixed.items[^c.code]
	}
	return s.kept.items[c.code]
}

// listOf gives the items of a set or list.
func (s *State) listOf(place int) []string {
	c := &s.cells[place]
	if c.kind == kindItems {
		list, _ := s.itemsOf(c).Items()
		return list
	}
	list := []string{}
	for at, value := range s.language.facts.At(place).Values {
		if c.mask()>>at&1 != 0 {
			list = append(list, value.Value)
		}
	}
	slices.Sort(list) // as fact.Set has it
	return list
}

// agrees tells whether a given cell says what a derived one says, or a band around it.
func (s *State) agrees(place int, given, derived *cell) bool {
	if given.kind == kindNumber && derived.kind == kindNumber {
		return given.interval().Covers(derived.interval())
	}
	if given.kind != derived.kind {
		return false
	}
	switch given.kind {
	case kindText:
		said, _ := s.textOf(place)
		return said == s.language.fixed.texts[^derived.code]
	case kindItems:
		return s.itemsOf(given).Equal(s.language.fixed.items[^derived.code])
	case kindChoices:
		return given.mask() == derived.mask()
	}
	return given.code == derived.code
}
