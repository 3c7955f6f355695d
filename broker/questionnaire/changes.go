package questionnaire

import (
	"reflect"
	"slices"

	"accessdesk/catalog"
)

// Change is one difference between two versions of a program that matters to somebody who is applying.
type Change struct {
	Kind  string       // one of ChangeKinds; its text is broker.changed_KIND
	ID    string       // of the question or rule, "" for the others
	Title catalog.Text // what people call the question or rule: as it is now, or as it was when it is gone
}

// ChangeKinds lists the kinds of Change.
func ChangeKinds() []string {
	return []string{"sectors", "rule_new", "rule_gone", "rule_edited", "question_new", "question_gone", "question_edited", "window", "tiers", "terms"}
}

// Changes compares two versions of a program: whom it is for, its rules, its questions, its window, its tiers and its terms. Wording that
// decides and asks nothing (summary, details, sources) is left out.
func Changes(before, after *catalog.Offering) []Change {
	var changes []Change
	if !slices.Equal(before.Sectors, after.Sectors) {
		changes = append(changes, Change{Kind: "sectors"})
	}
	rule := func(c catalog.Criterion) (string, catalog.Text) { return c.ID, c.Title }
	question := func(q catalog.Question) (string, catalog.Text) { return q.ID, q.Label }
	changes = append(changes, compare("rule", before.Criteria, after.Criteria, rule)...)
	changes = append(changes, compare("question", before.Questions, after.Questions, question)...)
	if !before.Window.Opens.Equal(after.Window.Opens) || !before.Window.Closes.Equal(after.Window.Closes) ||
		before.Window.Every != after.Window.Every {
		changes = append(changes, Change{Kind: "window"})
	}
	if !reflect.DeepEqual(before.Tiers, after.Tiers) {
		changes = append(changes, Change{Kind: "tiers"})
	}
	if !reflect.DeepEqual(before.Terms, after.Terms) {
		changes = append(changes, Change{Kind: "terms"})
	}
	return changes
}

// same tells whether two questions or rules ask the same. Where in the question bank a question comes from does not matter to who answers.
func same[T any](was, one T) bool {
	plain := func(v T) any {
		if q, ok := any(v).(catalog.Question); ok {
			q.Bank = ""
			return q
		}
		return v
	}
	return reflect.DeepEqual(plain(was), plain(one))
}

// compare finds what is new, edited or gone between two lists, in the order of the later one, the gone ones last.
func compare[T any](kind string, before, after []T, name func(T) (string, catalog.Text)) []Change {
	var changes []Change
	old := map[string]T{}
	for _, one := range before {
		id, _ := name(one)
		old[id] = one
	}
	for _, one := range after {
		id, title := name(one)
		was, known := old[id]
		delete(old, id)
		switch {
		case !known:
			changes = append(changes, Change{kind + "_new", id, title})
		case !same(was, one):
			changes = append(changes, Change{kind + "_edited", id, title})
		}
	}
	for _, one := range before {
		id, title := name(one)
		if _, gone := old[id]; gone {
			changes = append(changes, Change{kind + "_gone", id, title})
		}
	}
	return changes
}
