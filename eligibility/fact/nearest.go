package fact

import "unicode/utf8"

// Nearest gives the known word that needs the fewest edits to become word; the first of equals. "" only without known words.
func Nearest(word string, known []string) string {
	best, fewest := "", -1
	for _, candidate := range known {
		if edits := editDistance(word, candidate); fewest < 0 || edits < fewest {
			best, fewest = candidate, edits
		}
	}
	return best
}

// Near gives the known word that word was probably meant to be: the nearest, if it takes no more edits than a third of the
// word's letters, or one.
func Near(word string, known []string) (string, bool) {
	best := Nearest(word, known)
	return best, best != "" && editDistance(word, best) <= max(1, utf8.RuneCountInString(word)/3)
}

// editDistance counts insertions, deletions, replacements and swaps of neighbors (each letter moved once).
func editDistance(a, b string) int {
	from, to := []rune(a), []rune(b)
	const longest = 100 // ids are short; a long text is no typing mistake
	if len(from) > longest {
		from = from[:longest]
	}
	before, previous := make([]int, len(to)+1), make([]int, len(to)+1)
	for j := range previous {
		previous[j] = j
	}
	for i := 1; i <= len(from); i++ {
		current := make([]int, len(to)+1)
		current[0] = i
		for j := 1; j <= len(to); j++ {
			replace := previous[j-1]
			if from[i-1] != to[j-1] {
				replace++
			}
			current[j] = min(previous[j]+1, current[j-1]+1, replace)
			if i > 1 && j > 1 && from[i-1] == to[j-2] && from[i-2] == to[j-1] {
				current[j] = min(current[j], before[j-2]+1)
			}
		}
		before, previous = previous, current
	}
	return previous[len(to)]
}

// NearestFact gives the fact id that needs the fewest edits to become word.
func (v *Vocabulary) NearestFact(word string) ID {
	names := make([]string, len(v.facts))
	for i := range v.facts {
		names[i] = string(v.facts[i].ID)
	}
	return ID(Nearest(word, names))
}

// Allows reports whether value is one of an enum or set fact.
func (f *Fact) Allows(value string) bool {
	for i := range f.Values {
		if f.Values[i].Value == value {
			return true
		}
	}
	return false
}

// ValueNames lists the values of an enum or set fact in the order of the file.
func (f *Fact) ValueNames() []string {
	names := make([]string, len(f.Values))
	for i := range f.Values {
		names[i] = f.Values[i].Value
	}
	return names
}
