package doctor_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"accessdesk/broker/doctor"
	"accessdesk/broker/record"
	"accessdesk/broker/record/archive"
	"accessdesk/broker/record/checkpoint"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/notify"

	"github.com/emersion/go-smtp"
)

// desk is a whole installation in a folder, in use, with nothing wrong.
type desk struct {
	*datatest.Database
	in     doctor.Installation
	folder string
	keys   checkpoint.Keys
}

func newDesk(t *testing.T, db *datatest.Database) *desk {
	t.Helper()
	folder := t.TempDir()
	db.SetNow(time.Now())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ready\n") }))
	t.Cleanup(server.Close)
	d := &desk{Database: db, folder: folder, in: doctor.Installation{DSN: db.DSN, Keys: filepath.Join(folder, "keys"), Notes: filepath.Join(folder, "checkpoints"),
		Zone: "America/New_York", Listen: server.Listener.Addr().String(), Mail: notify.Spool{Dir: folder}, MailName: folder, Spooled: true,
		From: "desk@example.org", ReplyTo: "desk@example.org", Now: db.Now}}
	var err error
	if d.keys, err = checkpoint.MakeKeys(d.in.Keys); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"web.key", "mail.key"} {
		d.must(t, os.WriteFile(filepath.Join(d.in.Keys, name), []byte("secret"), 0o600))
	}
	d.act(t)
	_, err = checkpoint.Make(t.Context(), d.DB, d.keys, d.in.Notes)
	d.must(t, err)
	_, _, err = archive.Backup(t.Context(), archive.Source{DB: d.DB, Keys: d.keys}, folder)
	d.must(t, err)
	return d
}

func (d *desk) must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (d *desk) act(t *testing.T) {
	t.Helper()
	d.Write(t, func(tx *data.Tx) error {
		return record.Append(tx, record.Entry{Chain: record.Desk, Actor: record.Console, Act: "person_added"})
	})
}

func (d *desk) exec(t *testing.T, query string, args ...any) {
	t.Helper()
	d.Write(t, func(tx *data.Tx) error {
		_, err := tx.Exec(query, args...)
		return err
	})
}

// lines are the findings as a person reads them.
func lines(findings []doctor.Finding) string {
	var all []string
	for _, f := range findings {
		all = append(all, fmt.Sprintf("%s %s: %s | %s", f.Level, f.Area, f.Text, f.Mend))
	}
	return strings.Join(all, "\n")
}

func TestSoundInstallation(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		d := newDesk(t, db)
		findings := doctor.Examine(t.Context(), d.in)
		if !doctor.Healthy(findings) {
			t.Errorf("not healthy:\n%s", lines(findings))
		}
		got := lines(findings)
		for _, want := range []string{"ok keys: ", "can be written.", "ok outbox: No mail is late.", "ok record: The last signed note", "ok backup: The last backup is of ",
			"ok serve: ", "warning mail: Mail is written to "} {
			if !strings.Contains(got, want) {
				t.Errorf("%q is not among\n%s", want, got)
			}
		}
		for _, f := range findings {
			if (f.Level == doctor.OK) != (f.Mend == "") {
				t.Errorf("%s %q: mend it by %q", f.Level, f.Text, f.Mend)
			}
		}
	})
}

// harms are what can be wrong with an installation, and the finding that names it.
var harms = []struct {
	name string
	do   func(t *testing.T, d *desk)
	want string
}{
	{"keys are missing", func(t *testing.T, d *desk) { d.in.Keys += "-gone" }, "warning keys: There are no keys in "},
	{"a key is missing", func(t *testing.T, d *desk) { d.must(t, os.Remove(filepath.Join(d.in.Keys, "mail.key"))) }, "mail.key is missing."},
	{"others read a key", func(t *testing.T, d *desk) { d.must(t, os.Chmod(filepath.Join(d.in.Keys, "web.key"), 0o640)) }, "problem keys: "},
	{"others enter the folder", func(t *testing.T, d *desk) { d.must(t, os.Chmod(d.in.Keys, 0o755)) }, "warning keys: "},
	{"a key is another's", func(t *testing.T, d *desk) {
		if os.Getuid() != 0 {
			t.Skip("only root can give files away")
		}
		d.must(t, os.Chown(filepath.Join(d.in.Keys, "web.key"), 12345, 12345))
	}, "belongs to another user than its folder"},
	{"no database", func(t *testing.T, d *desk) { d.in.DSN += ".gone" }, "problem database: There is no database "},
	{"no server", func(t *testing.T, d *desk) { d.in.DSN = "postgres://nobody@127.0.0.1:1/none" }, "problem database: The database cannot be used: "},
	{"schema behind", func(t *testing.T, d *desk) {
		d.exec(t, `DELETE FROM schema_migration WHERE number = (SELECT max(number) FROM schema_migration)`)
	}, `then run "accessdesk migrate"`},
	{"schema newer", func(t *testing.T, d *desk) {
		d.exec(t, `INSERT INTO schema_migration (number, name, sha256, applied_at) VALUES (9999, 'later', '', 0)`)
	}, "Install the program that ran here last"},
	{"clock set back", func(t *testing.T, d *desk) {
		d.SetNow(time.Now().Add(time.Hour))
		d.act(t)
		d.SetNow(time.Now())
	}, "problem clock: The last act was done at "},
	{"clocks apart", func(t *testing.T, d *desk) { d.SetNow(time.Now().Add(time.Hour)) }, "problem clock: The clock here and that of the database are 1h0m"},
	{"no such zone", func(t *testing.T, d *desk) { d.in.Zone = "Mars/Olympus" }, "problem clock: The time zone Mars/Olympus is not known"},
	{"mail folder", func(t *testing.T, d *desk) {
		blocked := filepath.Join(d.folder, "blocked")
		d.must(t, os.WriteFile(blocked, nil, 0o600))
		d.in.Mail = notify.Spool{Dir: blocked}
	}, "problem mail: Mail cannot leave through "},
	{"mail server", func(t *testing.T, d *desk) {
		smtp, err := notify.NewSMTP(notify.SMTPConfig{Host: "127.0.0.1", Port: 1, TLS: notify.TLSNone})
		d.must(t, err)
		d.in.Mail, d.in.Spooled = smtp, false
	}, "connect (dial tcp 127.0.0.1:1"},
	{"mail is late", func(t *testing.T, d *desk) {
		d.mail(t, "queued", time.Now().Add(-time.Hour), "timeout")
	}, "problem outbox: Mails wait that should have left: 1, the oldest since "},
	{"mail was given up", func(t *testing.T, d *desk) {
		d.mail(t, "failed", time.Now().Add(-time.Hour), "refused_recipient 550")
	}, "warning outbox: Mails of the last 7 days that were given up: 1. The last failure was: refused_recipient 550."},
	{"no note for hours", func(t *testing.T, d *desk) {
		d.SetNow(time.Now().Add(3 * time.Hour))
		d.act(t)
	}, "warning record: Acts that no signed note covers: 2. The last note is of "}, // the backup, and this one
	{"notes are gone", func(t *testing.T, d *desk) { d.must(t, os.RemoveAll(d.in.Notes)) }, "warning record: There are no signed notes in "},
	{"no backup for days", func(t *testing.T, d *desk) { d.SetNow(time.Now().Add(72 * time.Hour)) }, "warning backup: The last backup is of "},
	{"serve is down", func(t *testing.T, d *desk) { d.in.Listen = "127.0.0.1:1" }, "warning serve: serve does not answer on 127.0.0.1:1."},
	{"another program answers", func(t *testing.T, d *desk) {
		other := httptest.NewServer(http.NotFoundHandler())
		t.Cleanup(other.Close)
		d.in.Listen = other.Listener.Addr().String()
	}, "problem serve: Who answers on "},
	{"a part of the caller", func(t *testing.T, d *desk) {
		d.in.Parts = []doctor.Part{{Area: "catalog", Mend: "Mend it.", Check: func(db *data.DB) error { return errors.New("two words") }}}
	}, "problem catalog: two words | Mend it."},
}

// mail puts a mail into the outbox as an act would have left it.
func (d *desk) mail(t *testing.T, state string, at time.Time, last string) {
	t.Helper()
	c, err := notify.NewComposer(notify.ComposerConfig{Brand: "Desk", PublicURL: "https://desk.example.org", From: d.in.From, ReplyTo: d.in.ReplyTo, SealKey: [32]byte{1}})
	d.must(t, err)
	template := notify.Templates()[0]
	d.Write(t, func(tx *data.Tx) error {
		_, err := c.Enqueue(tx, notify.Message{To: "a@example.org", Lang: "en", Template: template, Args: notify.Sample(template, "en"), Key: "late"})
		return err
	})
	d.exec(t, `UPDATE outbox SET state = $1, last_error = $2, queued_at = $3, due_at = $3`, state, last, data.Millis(at))
}

func TestHarmsAreNamed(t *testing.T) {
	for _, harm := range harms {
		t.Run(harm.name, func(t *testing.T) {
			d := newDesk(t, datatest.Open(t))
			harm.do(t, d)
			findings := doctor.Examine(t.Context(), d.in)
			got := lines(findings)
			if !strings.Contains(got, harm.want) {
				t.Errorf("%q is not among\n%s", harm.want, got)
			}
			if strings.HasPrefix(harm.want, "problem ") && doctor.Healthy(findings) {
				t.Errorf("called healthy:\n%s", got)
			}
		})
	}
}

// A record without any note is told, before serve has signed one.
func TestNewDesk(t *testing.T) {
	db := datatest.Open(t)
	in := doctor.Installation{DSN: db.DSN, Keys: t.TempDir() + "/keys", Notes: t.TempDir(), Zone: "UTC", Listen: "127.0.0.1:1", Now: time.Now}
	got := lines(doctor.Examine(t.Context(), in))
	for _, want := range []string{"ok record: Nothing was done yet", "warning backup: No backup was made yet."} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not among\n%s", want, got)
		}
	}
}

// inbox is a real mail server that keeps what it gets.
type inbox struct {
	mu   sync.Mutex
	got  []string
	deny bool
}

func (i *inbox) Mail(string, *smtp.MailOptions) error { return nil }
func (i *inbox) Rcpt(to string, _ *smtp.RcptOptions) error {
	if i.deny {
		return &smtp.SMTPError{Code: 550, Message: "no such person"}
	}
	return nil
}
func (i *inbox) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	i.mu.Lock()
	defer i.mu.Unlock()
	i.got = append(i.got, string(text))
	return err
}
func (i *inbox) Reset()        {}
func (i *inbox) Logout() error { return nil }

func TestCanary(t *testing.T) {
	box := &inbox{}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return box, nil }))
	server.Domain = "mail.example.org"
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })
	d := newDesk(t, datatest.Open(t))
	mailer, err := notify.NewSMTP(notify.SMTPConfig{Host: "127.0.0.1", Port: listener.Addr().(*net.TCPAddr).Port, TLS: notify.TLSNone})
	d.must(t, err)
	d.in.Mail, d.in.Spooled, d.in.MailName = mailer, false, "127.0.0.1"
	if got := lines(doctor.Examine(t.Context(), d.in)); !strings.Contains(got, "ok mail: 127.0.0.1 takes the connection") || len(box.got) != 0 {
		t.Errorf("without an address: %d mails\n%s", len(box.got), got)
	}
	d.in.Canary = "head@example.org"
	if got := lines(doctor.Examine(t.Context(), d.in)); !strings.Contains(got, "ok mail: The test mail to head@example.org was taken.") {
		t.Error(got)
	}
	if len(box.got) != 1 || !strings.Contains(box.got[0], "To: <head@example.org>") || !strings.Contains(box.got[0], "This is a test of the desk's mail") ||
		!strings.Contains(box.got[0], "From: <desk@example.org>") {
		t.Errorf("the server got %q", box.got)
	}
	box.deny = true
	if got := lines(doctor.Examine(t.Context(), d.in)); !strings.Contains(got, "problem mail: The test mail to head@example.org was not taken: refused_recipient 550") {
		t.Error(got)
	}
}
