package doctor

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"accessdesk/broker/record/archive"
	"accessdesk/broker/record/checkpoint"
	"accessdesk/data"
	"accessdesk/notify"
)

func (e *examination) mail() {
	const area = "mail"
	if e.in.Mail == nil {
		return // the configuration says why
	}
	mend := "Check [mail] host, port, tls, username and password with your mail provider."
	if e.in.Spooled {
		mend = "May this user write to that folder?"
	}
	if err := e.in.Mail.Probe(e.ctx); err != nil {
		e.add(problem(area, fmt.Sprintf("Mail cannot leave through %s: %s", e.in.MailName, reason(err)), mend))
		return
	}
	if e.in.Spooled {
		e.add(warning(area, fmt.Sprintf("Mail is written to %s and not sent.", e.in.MailName), `For a real desk set [mail] delivery = "smtp" and host, then run this again with --mail-to.`))
	} else {
		e.add(fine(area, fmt.Sprintf("%s takes the connection and the sign-in.", e.in.MailName)))
	}
	if e.in.Canary == "" {
		return
	}
	if err := e.in.Mail.Send(e.ctx, e.canary()); err != nil {
		e.add(problem(area, fmt.Sprintf("The test mail to %s was not taken: %s", e.in.Canary, reason(err)), "May the account send as "+e.in.From+"? [mail] from"))
		return
	}
	e.add(fine(area, fmt.Sprintf("The test mail to %s was taken. Look whether it arrives, and not among the spam.", e.in.Canary)))
}

// reason says why a mail did not leave: the class that the outbox shows, and what the server or the system said. The reader runs
// the desk and may see it.
func reason(err error) string {
	var failed *notify.DeliveryError
	if errors.As(err, &failed) && failed.Err != nil {
		return fmt.Sprintf("%s (%v)", failed, failed.Err)
	}
	return err.Error()
}

// canary is a mail like those of the desk, in both languages, that asks for nothing.
func (e *examination) canary() notify.Mail {
	id := data.NewID()
	const text = "This is a test of the desk's mail. You need do nothing.\n\nEsta es una prueba del correo del servicio. No tiene que hacer nada.\n"
	return notify.Mail{ID: id, Template: "doctor", Lang: "en", MessageID: id + "@" + e.in.From[strings.LastIndexByte(e.in.From, '@')+1:],
		From: e.in.From, To: e.in.Canary, ReplyTo: e.in.ReplyTo, Date: e.in.Now(),
		Composed: notify.Composed{Subject: "Test of the desk's mail / Prueba del correo", Text: text,
			HTML: "<!doctype html><html lang=\"en\"><title>Test</title><p>" + strings.ReplaceAll(strings.TrimSpace(text), "\n\n", "</p><p lang=\"es\">") + "</p></html>"}}
}

// How late work may be: mail leaves within seconds while serve runs, notes are signed every hour.
const (
	mailLate   = 15 * time.Minute
	givenUpFor = 7 * 24 * time.Hour
	noteLate   = 2 * time.Hour
	backupLate = 48 * time.Hour
)

func (e *examination) outbox() {
	const area = "outbox"
	if e.db == nil {
		return
	}
	now := e.in.Now()
	var waiting notify.Backlog
	err := e.db.Read(e.ctx, func(tx *data.Tx) (err error) {
		waiting, err = notify.Waiting(tx, now.Add(-mailLate), now.Add(-givenUpFor))
		return err
	})
	if err != nil {
		e.add(problem(area, err.Error(), `"accessdesk verify" tells whether the database is damaged.`))
		return
	}
	last := ""
	if waiting.LastError != "" {
		last = " The last failure was: " + waiting.LastError + "."
	}
	if waiting.Overdue > 0 {
		e.add(problem(area, fmt.Sprintf("Mails wait that should have left: %d, the oldest since %s.%s", waiting.Overdue, waiting.Oldest.Format(time.RFC1123), last),
			"serve sends them: is it running, and does it reach the mail server?"))
	}
	if waiting.GivenUp > 0 {
		e.add(warning(area, fmt.Sprintf("Mails of the last 7 days that were given up: %d.%s", waiting.GivenUp, last), "Their cases show them. Reach these people in another way, and correct their addresses."))
	}
	if waiting.Overdue == 0 && waiting.GivenUp == 0 {
		e.add(fine(area, "No mail is late."))
	}
}

func (e *examination) newestAct() (newest time.Time, err error) {
	err = e.db.Read(e.ctx, func(tx *data.Tx) (err error) {
		_, newest, err = checkpoint.Uncovered(tx)
		return err
	})
	return newest, err
}

// record looks whether what is done gets signed. Whether it fits is for verify to say.
func (e *examination) record() {
	const area = "record"
	if e.db == nil {
		return
	}
	var uncovered int64
	var note checkpoint.Note
	err := e.db.Read(e.ctx, func(tx *data.Tx) (err error) {
		if uncovered, _, err = checkpoint.Uncovered(tx); err == nil {
			note, err = checkpoint.Newest(tx)
		}
		return err
	})
	if err != nil && !errors.Is(err, data.ErrNotFound) {
		e.add(problem(area, err.Error(), `"accessdesk verify" tells whether the database is damaged.`))
		return
	}
	const mend = `serve signs a note every hour: is it running, and may it write there? Its log says "job failed" with the reason.`
	since := e.in.Now().Sub(note.At)
	switch {
	case note.At.IsZero() && uncovered > 0:
		e.add(warning(area, "No note over the record was signed yet.", mend))
		return
	case uncovered > 0 && since > noteLate:
		e.add(warning(area, fmt.Sprintf("Acts that no signed note covers: %d. The last note is of %s.", uncovered, note.At.Format(time.RFC1123)), mend))
	case note.At.IsZero():
		e.add(fine(area, "Nothing was done yet that a note could cover."))
		return
	default:
		e.add(fine(area, fmt.Sprintf("The last signed note over the record is of %s.", note.At.Format(time.RFC1123))))
	}
	if files, err := filepath.Glob(filepath.Join(e.in.Notes, "*.note")); err != nil || len(files) == 0 {
		e.add(warning(area, fmt.Sprintf("There are no signed notes in %s: nobody could tell if an older database was put in place.", e.in.Notes), "The next note is written there if the folder can be written. Keep a copy of it on another machine."))
	} else if _, err := os.ReadFile(files[len(files)-1]); err != nil {
		e.add(problem(area, fmt.Sprintf("A signed note cannot be read: %v", err), "Run this command as the user who runs serve."))
	}
}

func (e *examination) backup() {
	const area = "backup"
	if e.db == nil {
		return
	}
	var last time.Time
	err := e.db.Read(e.ctx, func(tx *data.Tx) (err error) {
		last, err = archive.Last(tx)
		return err
	})
	const mend = `"accessdesk backup DEST" makes one while serve goes on; deploy/accessdesk-backup.timer does it every night. Copy it to another machine.`
	switch {
	case errors.Is(err, data.ErrNotFound):
		e.add(warning(area, "No backup was made yet.", mend))
	case err != nil:
		e.add(problem(area, err.Error(), `"accessdesk verify" tells whether the database is damaged.`))
	case e.in.Now().Sub(last) > backupLate:
		e.add(warning(area, fmt.Sprintf("The last backup is of %s.", last.Format(time.RFC1123)), mend))
	default:
		e.add(fine(area, fmt.Sprintf("The last backup is of %s. Is a copy of it, and of the keys, on another machine?", last.Format(time.RFC1123))))
	}
}
