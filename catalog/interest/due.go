package interest

import (
	"database/sql"
	"time"

	"accessdesk/catalog"
	"accessdesk/catalog/status"
	"accessdesk/data"
	"accessdesk/notify"
)

// Due tells the addresses that follow a program what is different now, gives their number, and removes what was never confirmed.
func Due(tx *data.Tx, d Desk) (told int, err error) {
	if _, err := tx.Exec("DELETE FROM saved_interest WHERE confirmed_at IS NULL AND asked_at <= $1", data.Millis(tx.Now.Add(-ConfirmTime))); err != nil {
		return 0, wrap(err, "remove what was not confirmed")
	}
	type seen struct{ slug, text string }
	all, err := data.Rows(tx, func(s data.Scanner) (v seen, err error) { return v, s.Scan(&v.slug, &v.text) },
		"SELECT DISTINCT slug, seen FROM saved_interest WHERE confirmed_at IS NOT NULL ORDER BY slug, seen")
	if err != nil {
		return 0, wrap(err, "followed programs")
	}
	snapshot, err := d.Catalog.Snapshot(tx)
	if err != nil {
		return 0, err
	}
	for _, before := range all {
		program, _ := snapshot.Find(before.slug)
		now := viewOf(program, tx.Now)
		if now.text() == before.text {
			continue
		}
		notice, err := newNotice(d, program, before.slug, before.text, now)
		if err != nil {
			return told, wrap(err, "program %s", before.slug)
		}
		if program != nil && d.Places != nil {
			counts, err := d.Places(tx, []*catalog.Published{program})
			if err != nil {
				return told, wrap(err, "places of program %s", before.slug)
			}
			notice.places = counts[before.slug]
			if notice.template == "saved_opened" && notice.places.Full() {
				notice.template = "saved_full" // nothing is to be had yet: the mail must not say otherwise
			}
		}
		count, err := notice.tell(tx)
		if err != nil {
			return told, wrap(err, "tell of program %s", before.slug)
		}
		told += count
	}
	return told, nil
}

// notice is the difference between what was told of a program and what it is.
type notice struct {
	desk     Desk
	program  *catalog.Published // nil: not listed any more
	slug     string
	before   string // as stored
	now      view
	template string
	parts    []string
	places   catalog.Places
}

func newNotice(d Desk, program *catalog.Published, slug, before string, now view) (notice, error) {
	n := notice{desk: d, program: program, slug: slug, before: before, now: now}
	was, err := parseView(before)
	if err != nil {
		return n, err
	}
	n.parts = now.changed(was)
	switch {
	case was.Listed && !now.Listed:
		n.template = "saved_gone"
	case now.Open && !was.Open:
		n.template = "saved_opened"
	case was.Open && !now.Open:
		n.template = "saved_closed"
	case len(n.parts) > 0:
		n.template = "saved_changed"
	}
	return n, nil
}

// follower is an address that the notice is for.
type follower struct {
	Interest
	noticed time.Time
}

// tell queues the notice for those who were told the same before, and remembers what they are told now. Who switched these mails off
// is told nothing and remembered too.
func (n notice) tell(tx *data.Tx) (told int, err error) {
	followers, err := data.Rows(tx, func(s data.Scanner) (f follower, err error) {
		var noticed sql.NullInt64
		err = s.Scan(&f.ID, &f.Slug, &f.Address, &f.Lang, &noticed)
		f.noticed = data.FromMillis(noticed.Int64)
		return f, err
	}, "SELECT id, slug, address, lang, noticed_at FROM saved_interest WHERE slug = $1 AND seen = $2 AND confirmed_at IS NOT NULL ORDER BY address", n.slug, n.before)
	if err != nil {
		return 0, err
	}
	for _, f := range followers {
		if n.template == "saved_changed" && !f.noticed.IsZero() && tx.Now.Sub(f.noticed) < ChangePause {
			continue // later, with whatever else has changed by then
		}
		queued := false
		if n.template != "" {
			if queued, err = n.mail(tx, f); err != nil {
				return told, err
			}
		}
		noticed := f.noticed
		if queued {
			told, noticed = told+1, tx.Now
		}
		_, err := tx.Exec("UPDATE saved_interest SET seen = $1, noticed_at = $2 WHERE id = $3", n.now.text(), data.Millis(noticed), f.ID)
		if err != nil {
			return told, err
		}
	}
	return told, nil
}

func (n notice) mail(tx *data.Tx, f follower) (bool, error) {
	l := n.desk.Locales.In(f.Lang)
	title, err := n.desk.title(tx, n.slug)
	if err != nil {
		return false, err
	}
	args := map[string]any{"Link": "/programs", "Program": title.In(f.Lang)}
	if n.program != nil {
		args["Link"] = "/programs/" + n.slug
		var parts []string
		for _, name := range n.parts {
			if name != partWindow || n.template == "saved_changed" { // that it opened or closed is what the mail is about
				parts = append(parts, l.T("reminders.part_"+name))
			}
		}
		if len(parts) > 0 {
			args["Parts"] = parts
		}
		if n.template != "saved_changed" {
			args["Status"] = status.Of(l, n.program.Offering, tx.Now, n.places).Line()
		}
	}
	return n.desk.Mail.Enqueue(tx, notify.Message{To: f.Address, Lang: f.Lang, Template: n.template, Args: args,
		Key: n.template + ":" + f.ID + ":" + data.HashToken(n.before)[:16] + ":" + time.UnixMilli(data.Millis(tx.Now)).UTC().Format(time.RFC3339)})
}
