package ui_test

import (
	"testing"

	"accessdesk/catalog"
	"accessdesk/catalog/upkeep"
	"accessdesk/catalog/upkeep/link"
	"accessdesk/data"
)

// upkept is what staff and readers say about the listings of the world.
type upkept struct {
	notice, over, ahead upkeep.Notice // on CISA: shown now; ended early; on the made-up provider: not shown yet
	// reported is open, with an address; answered is taken and was answered; own is a manager's; settled is closed.
	reported, answered, own, settled string
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
	w.beTold(t)
	w.ask(t)
}

// beTold makes the reports.
func (w *world) beTold(t testing.TB) {
	t.Helper()
	actor := w.people[manager].ID
	w.Write(t, func(tx *data.Tx) error {
		u := &w.upkeep
		for _, one := range []struct {
			id    *string
			words upkeep.Words
			acts  []upkeep.ActRequest
		}{
			{&u.reported, upkeep.Words{Slug: emailProgram, Wrong: upkeep.WrongLink, Text: "The page says that it moved.\n\nThe new one is on the news page.", Address: "reader@example.org", Lang: "es"}, nil},
			{&u.answered, upkeep.Words{Slug: modelProgram, Wrong: upkeep.WrongWho, Address: "reader@example.org", Lang: "en"},
				[]upkeep.ActRequest{{Act: upkeep.ActAnswer, Message: "Which rule do you mean?", Note: "Ask the provider too."}}},
			{&u.own, upkeep.Words{Slug: emailProgram, Wrong: upkeep.WrongOther, Text: "The form has a new field.", Lang: "en", By: actor}, []upkeep.ActRequest{{Act: upkeep.ActTake}}},
			{&u.settled, upkeep.Words{Slug: scanProgram, Wrong: upkeep.WrongCost, Lang: "en"}, []upkeep.ActRequest{{Act: upkeep.ActNotError, Note: "Looked at twice."}}},
		} {
			id, err := upkeep.Report(tx, w.upkeeping(), one.words)
			if err != nil {
				return err
			}
			*one.id = id
			for n, act := range one.acts {
				act.Revision = int64(n + 1)
				if _, err := upkeep.ActOnReport(tx, w.upkeeping(), id, actor, act); err != nil {
					return err
				}
			}
		}
		snapshot, err := w.desk.Catalog.Snapshot(tx)
		if err != nil {
			return err
		}
		program, _ := snapshot.Find(emailProgram)
		day := max(catalog.DateOf(tx.Now), program.CheckedOn)
		return upkeep.Confirm(tx, w.upkeeping(), upkeep.Checked{Slug: emailProgram, VersionID: program.VersionID, On: day, Note: "Read all sources.", By: actor}, day)
	})
}

// ask lets the link check learn something of the addresses of CISA: one is gone, one has moved, one is slow, the others open.
func (w *world) ask(t testing.TB) {
	t.Helper()
	w.Write(t, func(tx *data.Tx) error {
		snapshot, err := w.desk.Catalog.Snapshot(tx)
		if err != nil {
			return err
		}
		claimed, err := upkeep.ClaimAddresses(tx, snapshot, upkeep.Listed(snapshot), 1000)
		if err != nil {
			return err
		}
		var answers []link.Answer
		for _, address := range claimed {
			answer := link.Answer{URL: address, Status: 200}
			switch {
			case address == goneAddress:
				answer = link.Answer{URL: address, Status: 404, Problem: link.Gone}
			case address == movedAddress:
				answer.MovedTo = address + "/new"
			case address == slowAddress:
				answer = link.Answer{URL: address, Problem: link.Slow}
			}
			answers = append(answers, answer)
		}
		if err := upkeep.KeepAnswers(tx, answers, catalog.DateOf(tx.Now)); err != nil {
			return err
		}
		_, err = tx.Exec("UPDATE link_check SET failed_at = $1 WHERE failures > 0", data.Millis(tx.Now.Add(-3*wholeDay)))
		if err == nil { // the second day on which it is not there
			err = upkeep.KeepAnswers(tx, []link.Answer{{URL: goneAddress, Status: 404, Problem: link.Gone}}, catalog.DateOf(tx.Now))
		}
		return err
	})
}

// goneAddress is a source of emailProgram that does not open any more; openAddress one that nobody had reached before the link check.
const (
	goneAddress  = "https://docs.cisecurity.org/en/latest/bp/public_asset_scanning.html"
	openAddress  = "https://www.cisa.gov/cyber-hygiene-services"
	movedAddress = "https://www.cisa.gov"
	slowAddress  = "https://ciberseguridad.ocs.pr.gov/cisa/en-us"
)
