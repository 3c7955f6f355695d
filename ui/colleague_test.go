package ui_test

import (
	"net/http"
	"testing"

	"accessdesk/broker"
)

// TestStepsForThoseWhoMay: a page offers a step only to somebody whose role allows it, and tells the others whom to ask.
func TestStepsForThoseWhoMay(t *testing.T) {
	t.Parallel()
	w := openWorld(t)
	waits, draft := w.item(broker.NeedsInfo), "/applications/"+w.draft.ID
	// What can be done on a page: the link or form, and who may.
	steps := []struct {
		address, step string
		may           map[role]bool
	}{
		{waits, `form[action$="/answer"]`, map[role]bool{owner: true}},
		{waits, `main a[href$="/withdraw"]`, map[role]bool{owner: true}},
		{w.item(broker.InReview), `form[action$="/message"]`, map[role]bool{owner: true, editor: true}},
		{draft + "/org", `.acts button`, map[role]bool{owner: true, editor: true}},
		{draft + "/org", `fieldset[disabled]`, map[role]bool{reader: true}},
		{draft + "/p/" + modelProgram, `.acts button`, map[role]bool{owner: true, editor: true}},
		{draft + "/p/" + modelProgram, `fieldset[disabled]`, map[role]bool{reader: true}},
		{draft, `main a[href$="/withdraw"]`, map[role]bool{owner: true, editor: true}},
	}
	for _, as := range []role{owner, editor, reader} {
		v := w.visitor(t, as)
		for _, s := range steps {
			if found := v.Visit(s.address).Want(http.StatusOK).Find(s.step).Length() > 0; found != s.may[as] {
				t.Errorf("%s finds %s on %s: %t", as, s.step, s.address, found)
			}
		}
		if as == reader {
			v.Visit(draft + "/org").Says(w.desk.Locales.In("en").T("colleague.writes", "People", "editor@example.org, insider@example.org, Ana Example (owner@example.org)"))
		}
		if as != owner {
			bothLanguages(t, func(t *testing.T, lang string) {
				l := w.desk.Locales.In(lang)
				w.speaker(t, as, lang).Visit(waits).Says(l.T("colleague.answers", "People", "Ana Example (owner@example.org)"), "And who stands in for her?")
			})
		}
	}
}
