package rule

import "accessdesk/eligibility/fact"

// StateWithout completes a profile as State does; blocked facts stay unknown, whether they are given or would follow from others.
func (l *Language) StateWithout(p fact.Profile, blocked Set) *State { return l.newState(p, blocked) }

// Remove takes a fact out of the set.
func (s *Set) Remove(place int) { s[place/64] &^= 1 << (place % 64) }

// Meets reports whether the two sets have a fact in common.
func (s *Set) Meets(other Set) bool {
	for i := range s {
		if s[i]&other[i] != 0 {
			return true
		}
	}
	return false
}

// Subsets visits the Subsets of one size in the order of the items, until visit says no. The slice it gives is used again.
func Subsets(items []int, size int, visit func(some []int) bool) {
	some := make([]int, 0, size)
	var choose func(from int) bool
	choose = func(from int) bool {
		if len(some) == size {
			return visit(some)
		}
		for at := from; at <= len(items)-(size-len(some)); at++ {
			some = append(some, items[at])
			if !choose(at + 1) {
				return false
			}
			some = some[:len(some)-1]
		}
		return true
	}
	choose(0)
}

// SetOf puts lists of facts into one set.
func SetOf(lists ...[]int) Set {
	var all Set
	for _, list := range lists {
		for _, place := range list {
			all.Add(place)
		}
	}
	return all
}
