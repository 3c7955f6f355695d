package broker

import (
	"reflect"
	"slices"

	"accessdesk/catalog"
	"accessdesk/data"
)

// Change is one difference between two versions of a program that matters to somebody who is applying.
type Change struct {
	Kind  string       // one of ChangeKinds; its text is broker.changed_KIND
	ID    string       // of the question or rule, "" for the others
	Title catalog.Text // what people call the question or rule: as it is now, or as it was when it is gone
}

// ChangeKinds lists the kinds of Change.
func ChangeKinds() []string {
	return []string{"sectors", "rule_new", "rule_gone", "rule_edited", "question_new", "question_gone", "question_edited", "window", "terms"}
}

// DraftChanges tells what is different since a draft was started, because the program has a newer version. Nothing for an item
// that was sent: it stays on its version.
func DraftChanges(tx *data.Tx, d Desk, item Item) ([]Change, error) {
	if item.State != Draft {
		return nil, nil
	}
	live, err := d.program(tx, item)
	if err != nil {
		return nil, wrap(err, "changes of %s", item.ID)
	}
	if live.VersionID == item.VersionID {
		return nil, nil
	}
	before, err := catalog.Version(tx, d.Vocabulary, item.VersionID)
	if err != nil {
		return nil, wrap(err, "changes of %s", item.ID)
	}
	return Changes(before.Offering, live.Offering), nil
}

// Changes compares two versions of a program: whom it is for, its rules, its questions, its window and its terms. Wording that
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
	if !before.Window.Opens.Equal(after.Window.Opens) || !before.Window.Closes.Equal(after.Window.Closes) {
		changes = append(changes, Change{Kind: "window"})
	}
	if !reflect.DeepEqual(before.Terms, after.Terms) {
		changes = append(changes, Change{Kind: "terms"})
	}
	return changes
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
		case !reflect.DeepEqual(was, one):
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
