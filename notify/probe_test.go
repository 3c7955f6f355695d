package notify

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"accessdesk/data"
	"accessdesk/data/datatest"
)

// A probe goes as far as the sign-in and sends nothing; afterwards mails leave as ever.
func TestProbe(t *testing.T) {
	for _, c := range []struct {
		name     string
		options  serverOptions
		password string
		class    string
	}{
		{"right", serverOptions{starttls: true, user: "desk", password: "hunter2"}, "hunter2", ""},
		{"wrong password", serverOptions{starttls: true, user: "desk", password: "hunter2"}, "wrong", "auth"},
		{"no TLS", serverOptions{user: "desk", password: "hunter2"}, "hunter2", "starttls_missing"},
	} {
		server := startServer(t, c.options)
		mailer := server.mailer(t, func(k *SMTPConfig) { k.TLS, k.Username, k.Password = TLSMandatory, "desk", c.password })
		err := mailer.Probe(t.Context())
		var failed *DeliveryError
		if errors.As(err, &failed); (err == nil) != (c.class == "") || err != nil && (failed == nil || failed.Class != c.class) {
			t.Errorf("%s: %v", c.name, err)
		}
		if len(server.got()) != 0 {
			t.Errorf("%s: the probe sent something", c.name)
		}
		if err == nil && (sendOne(t, mailer) != nil || len(server.got()) != 1) {
			t.Errorf("%s: no mail leaves after the probe", c.name)
		}
	}
	spool := Spool{Dir: filepath.Join(t.TempDir(), "mail")}
	if err := spool.Probe(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(spool.Dir); err == nil {
		t.Error("the probe made the folder")
	}
	if err := os.Mkdir(spool.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := spool.Probe(t.Context()); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(spool.Dir); err != nil || len(left) != 0 {
		t.Errorf("the probe left %v, %v", left, err)
	}
	blocked := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := (Spool{Dir: blocked}).Probe(t.Context()); err == nil {
		t.Error("a file serves as a folder")
	}
}

func TestWaitingTellsWhatIsLate(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		c := composer(t)
		first := db.Now()
		enqueue(t, db, c, plain("k:1", "a@example.org"), plain("k:2", "b@example.org"), plain("k:3", "c@example.org"), plain("k:4", "d@example.org"))
		for key, change := range map[string]string{"k:1": "state = 'sent'", "k:2": "state = 'failed', last_error = 'refused_recipient 550'", "k:3": "state = 'sending'"} {
			db.Write(t, func(tx *data.Tx) error {
				_, err := tx.Exec("UPDATE outbox SET "+change+" WHERE unique_key = $1", key)
				return err
			})
		}
		db.Advance(time.Hour)
		enqueue(t, db, c, plain("k:5", "e@example.org"))
		waiting := func(overdue, since time.Time) (b Backlog) {
			db.Read(t, func(tx *data.Tx) (err error) {
				b, err = Waiting(tx, overdue, since)
				return err
			})
			return b
		}
		got := waiting(db.Now(), first)
		if got.Overdue != 2 || !got.Oldest.Equal(first) || got.GivenUp != 1 || !strings.HasPrefix(got.LastError, "refused_recipient") {
			t.Errorf("%+v", got)
		}
		if got := waiting(first, db.Now()); got != (Backlog{}) {
			t.Errorf("of nothing: %+v", got)
		}
	})
}
