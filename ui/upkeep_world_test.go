package ui_test

import (
	"testing"

	"accessdesk/catalog"
	"accessdesk/catalog/upkeep"
	"accessdesk/data"
)

// upkept is what staff and readers say about the listings of the world.
type upkept struct {
	notice, over, ahead upkeep.Notice // on CISA: shown now; ended early; on the made-up provider: not shown yet
}

// upkeeping is what the upkeep of the listings needs.
func (w *world) upkeeping() upkeep.Desk {
	return upkeep.Desk{Vocabulary: w.desk.Vocabulary, Catalog: w.desk.Catalog, Mail: w.desk.Mail}
}

// keepUp lets staff and readers say something about listings.
func (w *world) keepUp(t testing.TB) {
	t.Helper()
	text := catalog.Text{En: "New requests wait longer than usual. You can send yours all the same.",
		Es: "Las solicitudes nuevas esperan más de lo normal. Puede mandar la suya de todos modos."}
	actor := w.people[manager].ID
	w.Write(t, func(tx *data.Tx) (err error) {
		u := &w.upkeep
		if u.over, err = upkeep.Write(tx, w.upkeeping(), "cisa", actor, upkeep.Draft{Text: text, From: tx.Now.Add(-9 * wholeDay)}); err != nil {
			return err
		}
		if u.over, err = upkeep.EndNotice(tx, u.over.ID, 1, actor); err != nil {
			return err
		}
		if u.notice, err = upkeep.Write(tx, w.upkeeping(), "cisa", actor, upkeep.Draft{Text: text, Until: tx.Now.Add(30 * wholeDay),
			SourceURL: "https://www.cisa.gov/news", SourceOn: "2026-11-20"}); err != nil {
			return err
		}
		u.ahead, err = upkeep.Write(tx, w.upkeeping(), "example-institute", actor, upkeep.Draft{Text: text, From: tx.Now.Add(400 * wholeDay)})
		return err
	})
}
