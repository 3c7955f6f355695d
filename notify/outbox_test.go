package notify

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"accessdesk/data"
	"accessdesk/data/datatest"
)

const sampleToken = "4k7q2wtokenthatmustnotbestored9z"

func signIn(key string) Message {
	return Message{To: "operator@example.org", Lang: "en", Template: "sign_in", Key: key, Chain: "case:1",
		Args: map[string]any{"Link": PrivateLink("/signin/link?token=" + sampleToken + "&a=1"), "Code": "QX7-9KP"}}
}

func plain(key, to string) Message {
	return Message{To: to, Lang: "es", Template: "withdrawn", Key: key, Chain: "case:2", Args: samples("withdrawn", "es", true)}
}

func enqueue(t *testing.T, db *datatest.Database, c *Composer, messages ...Message) {
	t.Helper()
	db.Write(t, func(tx *data.Tx) error {
		for _, m := range messages {
			if queued, err := c.Enqueue(tx, m); err != nil || !queued {
				t.Errorf("%s: queued %v, %v", m.Key, queued, err)
			}
		}
		return nil
	})
}

func sent(t *testing.T, db *datatest.Database, chain string) []Queued {
	t.Helper()
	var list []Queued
	db.Read(t, func(tx *data.Tx) error {
		var err error
		list, err = Sent(tx, chain)
		return err
	})
	return list
}

// row is what the table holds of a mail, as text.
func row(t *testing.T, db *datatest.Database, key string) (everything, sealed string) {
	t.Helper()
	db.Read(t, func(tx *data.Tx) error {
		var all [9]string
		err := tx.Row(`SELECT id, unique_key, chain, recipient, subject, body_text, body_html, sealed, last_error FROM outbox WHERE unique_key = $1`, key).
			Scan(&all[0], &all[1], &all[2], &all[3], &all[4], &all[5], &all[6], &all[7], &all[8])
		everything, sealed = strings.Join(all[:], "\n"), all[7]
		return err
	})
	return everything, sealed
}

func TestEnqueueStoresWhatThePreviewShows(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		c := composer(t)
		m := signIn("sign_in:1")
		preview := compose(t, c, m.Lang, m.Template, m.Args)
		apart := plain("without a case", "b@example.org")
		apart.Chain = ""
		enqueue(t, db, c, m, apart)
		list := sent(t, db, "case:1")
		if len(list) != 1 {
			t.Fatalf("%d mails", len(list))
		}
		q := list[0]
		if q.Composed != preview {
			t.Errorf("stored mail differs from the preview:\n%s\n%s", q.Text, preview.Text)
		}
		if q.State != StateQueued || q.To != m.To || q.Lang != "en" || q.Template != "sign_in" || q.Key != m.Key || q.Attempts != 0 ||
			!q.QueuedAt.Equal(datatest.Start) || !q.DueAt.Equal(datatest.Start) || !q.SentAt.IsZero() || q.LastError != "" {
			t.Errorf("queued: %+v", q)
		}
		if other := sent(t, db, "case:3"); len(other) != 0 {
			t.Errorf("another case has %d mails", len(other))
		}
		if none := sent(t, db, ""); len(none) != 0 {
			t.Errorf("no case has %d mails", len(none))
		}
	})
}

func TestSameKeyIsQueuedOnce(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		c := composer(t)
		enqueue(t, db, c, plain("k:1", "a@example.org"))
		for range 2 {
			db.Write(t, func(tx *data.Tx) error {
				queued, err := c.Enqueue(tx, plain("k:1", "b@example.org"))
				if queued || err != nil {
					t.Errorf("queued %v, %v", queued, err)
				}
				return err
			})
		}
		if list := sent(t, db, "case:2"); len(list) != 1 || list[0].To != "a@example.org" {
			t.Errorf("mails: %+v", list)
		}
	})
}

func TestEnqueueRefuses(t *testing.T) {
	db, c := datatest.Open(t), composer(t)
	for name, change := range map[string]func(*Message){
		"no key":              func(m *Message) { m.Key = " " },
		"key of two lines":    func(m *Message) { m.Key = "a\nb" },
		"chain of two lines":  func(m *Message) { m.Chain = "a\r\nb" },
		"recipient injection": func(m *Message) { m.To = "a@example.org\r\nBcc: b@example.org" },
		"two recipients":      func(m *Message) { m.To = "a@example.org,b@example.org" },
		"no recipient":        func(m *Message) { m.To = "" },
		"subject injection":   func(m *Message) { m.Args["Program"] = "x\r\nBcc: b@example.org" },
	} {
		m := plain("k", "a@example.org")
		change(&m)
		err := db.DB.Write(context.Background(), func(tx *data.Tx) error {
			queued, err := c.Enqueue(tx, m)
			if queued {
				t.Errorf("%s: queued", name)
			}
			return err
		})
		if err == nil {
			t.Errorf("%s: accepted", name)
		}
		var refusal *data.Refusal
		if strings.Contains(name, "recipient") != errors.As(err, &refusal) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	if list := sent(t, db, "case:2"); len(list) != 0 {
		t.Errorf("mails: %+v", list)
	}
}

func TestRollbackQueuesNothing(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		c, wanted := composer(t), errors.New("the act failed")
		err := db.DB.Write(context.Background(), func(tx *data.Tx) error {
			if _, err := c.Enqueue(tx, plain("k:1", "a@example.org")); err != nil {
				t.Error(err)
			}
			return wanted
		})
		if !errors.Is(err, wanted) {
			t.Errorf("error %v", err)
		}
		if list := sent(t, db, "case:2"); len(list) != 0 {
			t.Errorf("mails: %+v", list)
		}
	})
}

func TestRehearseListsAndKeepsNothing(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		c := composer(t)
		enqueue(t, db, c, plain("before", "a@example.org"))
		act := func(tx *data.Tx) error {
			for _, m := range []Message{plain("before", "a@example.org"), plain("z", "b@example.org"), signIn("a")} {
				if _, err := c.Enqueue(tx, m); err != nil {
					return err
				}
			}
			return nil
		}
		for range 2 {
			got, err := Rehearse(context.Background(), db.DB, act)
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != 2 || got[0].Key != "z" || got[1].Key != "a" || got[1].To != "operator@example.org" {
				t.Fatalf("rehearsed: %+v", got)
			}
			if strings.Contains(got[1].Text+got[1].HTML, sampleToken) || !strings.Contains(got[1].Text, "[private link]") {
				t.Errorf("text:\n%s", got[1].Text)
			}
		}
		if list := sent(t, db, "case:1"); len(list) != 0 {
			t.Errorf("the rehearsal queued %+v", list)
		}
		wanted := errors.New("no")
		if got, err := Rehearse(context.Background(), db.DB, func(*data.Tx) error { return wanted }); !errors.Is(err, wanted) || got != nil {
			t.Errorf("got %v, %v", got, err)
		}
	})
}

func TestSecretsAreSealedAtRest(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		c := composer(t)
		enqueue(t, db, c, signIn("k:1"), signIn("k:2"), plain("k:3", "a@example.org"))
		for _, key := range []string{"k:1", "k:2"} {
			everything, sealed := row(t, db, key)
			for _, secret := range []string{sampleToken, "QX7-9KP"} {
				if strings.Contains(everything, secret) {
					t.Errorf("%s holds %q:\n%s", key, secret, everything)
				}
			}
			if sealed == "" {
				t.Errorf("%s: nothing is sealed", key)
			}
		}
		if _, sealed := row(t, db, "k:3"); sealed != "" {
			t.Errorf("a mail without a secret has %q", sealed)
		}
		for _, path := range []string{db.DSN, db.DSN + "-wal"} {
			file, err := os.ReadFile(path)
			if err == nil && bytes.Contains(file, []byte(sampleToken)) {
				t.Errorf("the token stands in %s", path)
			}
		}
	})
}

func TestSealOpensOnlyInItsPlace(t *testing.T) {
	c := composer(t)
	box, err := c.seal("id-1", map[string]string{"link": "https://desk.example.org/x"})
	if err != nil {
		t.Fatal(err)
	}
	if again, err := c.seal("id-1", map[string]string{"link": "https://desk.example.org/x"}); err != nil || again == box {
		t.Errorf("the same value sealed twice must look different: %v", err)
	}
	if got, err := c.unseal("id-1", box); err != nil || got["link"] != "https://desk.example.org/x" {
		t.Errorf("got %v, %v", got, err)
	}
	config := testConfig(t)
	config.SealKey[0]++
	other, err := NewComposer(config)
	if err != nil {
		t.Fatal(err)
	}
	flipped := []byte(box)
	flipped[10] ^= 1
	for name, try := range map[string]func() (map[string]string, error){
		"another row": func() (map[string]string, error) { return c.unseal("id-2", box) },
		"another key": func() (map[string]string, error) { return other.unseal("id-1", box) },
		"changed":     func() (map[string]string, error) { return c.unseal("id-1", string(flipped)) },
		"cut":         func() (map[string]string, error) { return c.unseal("id-1", box[:8]) },
		"not base64":  func() (map[string]string, error) { return c.unseal("id-1", "%%%") },
	} {
		if got, err := try(); err == nil || got != nil || strings.Contains(err.Error(), "desk.example.org") {
			t.Errorf("%s: opened: %v, %v", name, got, err)
		}
	}
}

func TestMailsOfACaseAreInOrder(t *testing.T) {
	db, c := datatest.Open(t), composer(t)
	for _, key := range []string{"c", "a", "b"} {
		enqueue(t, db, c, plain(key, "a@example.org"))
		db.Advance(time.Minute)
	}
	var keys []string
	for _, q := range sent(t, db, "case:2") {
		keys = append(keys, q.Key)
	}
	if strings.Join(keys, "") != "cab" {
		t.Errorf("order %q", keys)
	}
}
