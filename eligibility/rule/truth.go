package rule

import (
	"math/bits"

	"accessdesk/eligibility/fact"
)

// Truth is a Kleene truth value. The order makes "and" the minimum and "or" the maximum.
type Truth int8

// The three truth values.
const (
	False Truth = iota
	Unknown
	True
)

func truthOf(flag bool) Truth {
	if flag {
		return True
	}
	return False
}

// Set is a set of facts, by their places in the vocabulary.
type Set [fact.MaxFacts / 64]uint64

// Add puts a fact into the set.
func (s *Set) Add(place int) { s[place/64] |= 1 << (place % 64) }

func (s *Set) remove(place int) { s[place/64] &^= 1 << (place % 64) }

// Has reports whether a fact is in the set.
func (s *Set) Has(place int) bool { return s[place/64]&(1<<(place%64)) != 0 }

// Empty reports that nothing is in the set.
func (s *Set) Empty() bool { return *s == Set{} }

// Merge adds all facts of other.
func (s *Set) Merge(other Set) {
	for i := range s {
		s[i] |= other[i]
	}
}

// List gives the places in ascending order, which is the order of the file.
func (s *Set) List() []int {
	var places []int
	for i, word := range s {
		for ; word != 0; word &= word - 1 {
			places = append(places, i*64+bits.TrailingZeros64(word))
		}
	}
	return places
}

// Trail says why an evaluation ended as it did: the facts that decided it, or those that keep it unknown.
type Trail struct {
	Decisive Set
	Pending  Set
}
