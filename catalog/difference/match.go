package difference

import (
	"reflect"
	"slices"
	"strings"

	"accessdesk/catalog/tree"
)

// identity gives what names an element, "" if it has no such name.
type identity func(element reflect.Value) string

// whole names an element by all that it says, be it nothing.
func whole(element reflect.Value) string { return "=" + spelled(element) }

// by names an element by its values at some keys, such as "title.en"; all of them must be there.
func by(keys ...string) identity {
	return func(element reflect.Value) string {
		var parts []string
		for _, key := range keys {
			part := spelled(at(element, key))
			if part == "" {
				return ""
			}
			parts = append(parts, part)
		}
		return strings.Join(parts, "\x00")
	}
}

// at is the value of a key of a table.
func at(table reflect.Value, key string) reflect.Value {
	first, rest, more := strings.Cut(key, ".")
	field, has := tree.At(table, first)
	switch {
	case !has:
		return reflect.ValueOf("")
	case more:
		return at(field, rest)
	}
	return field
}

// kind says how the elements of a list are known again and what they are called.
type kind struct {
	known    [][]string // keys that name an element, the surest first
	named    bool       // the first of them is what people call it; else it is called by its place
	headline string     // key of the text that says most about it
	neighbor bool       // what is left over is compared with what stands in the same place between known neighbors
}

// kinds by the key of the list. A list of texts has nothing but its words, so a mended word must not look like a new text.
var kinds = map[string]kind{
	"apply":             {known: [][]string{{"mode", "to"}, {"mode"}}, named: true, headline: "to", neighbor: true},
	"criteria":          {known: [][]string{{"id"}, {"expr"}}, named: true, headline: "title"},
	"requirements":      {known: [][]string{{"title.en"}, {"title.es"}}, headline: "title", neighbor: true},
	"questions":         {known: [][]string{{"id"}, {"label.en"}}, named: true, headline: "label"},
	"questions.options": {known: [][]string{{"value"}, {"label.en"}}, named: true, headline: "label"},
	"tests":             {known: [][]string{{"name"}, {"facts"}}, named: true, headline: "outcome"},
	"sources":           {known: [][]string{{"url"}, {"supports"}}, named: true, headline: "supports"},
	"tiers":             {known: [][]string{{"id"}, {"title.en"}}, named: true, headline: "title"},
}

func kindOf(list string) kind {
	if k, ok := kinds[list]; ok {
		return k
	}
	return kind{known: [][]string{{"en"}, {"es"}}, neighbor: true} // a list of texts
}

func (k kind) match(before, after reflect.Value) pairs {
	identities := []identity{whole}
	for _, keys := range k.known {
		identities = append(identities, by(keys...))
	}
	p := matched(before, after, identities)
	if k.neighbor {
		p.neighbors()
	}
	return p
}

// name is what people call an element: the first word of its surest name.
func (k kind) name(element reflect.Value) string {
	if !k.named {
		return ""
	}
	return spelled(at(element, k.known[0][0]))
}

// pairs says for each element where its other self stands; -1: nowhere.
type pairs struct{ before, after []int }

// matched finds the pairs by one identity after the other. Of several with the same name the first goes with the first.
func matched(before, after reflect.Value, identities []identity) pairs {
	p := pairs{before: nowhere(after.Len()), after: nowhere(before.Len())}
	for _, identify := range identities {
		waiting := map[string][]int{}
		for i := range before.Len() {
			if name := identify(before.Index(i)); name != "" && p.after[i] < 0 {
				waiting[name] = append(waiting[name], i)
			}
		}
		for j := range after.Len() {
			if p.before[j] >= 0 {
				continue
			}
			name := identify(after.Index(j))
			if found := waiting[name]; len(found) > 0 {
				p.join(found[0], j)
				waiting[name] = found[1:]
			}
		}
	}
	return p
}

func nowhere(length int) []int { return slices.Repeat([]int{-1}, length) }

func (p pairs) join(before, after int) { p.before[after], p.after[before] = before, after }

// neighbors joins what is left over and follows the same known element.
func (p pairs) neighbors() {
	last := -1 // the former place of the element before
	for j := range p.before {
		if p.before[j] < 0 && last+1 < len(p.after) && p.after[last+1] < 0 {
			p.join(last+1, j)
		}
		if p.before[j] >= 0 {
			last = p.before[j]
		}
	}
}

// inOrder tells whether the elements that stayed stand in their former order.
func (p pairs) inOrder() bool {
	stayed := slices.DeleteFunc(slices.Clone(p.before), func(i int) bool { return i < 0 })
	return slices.IsSorted(stayed)
}
