package notify

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"accessdesk/data"
	"accessdesk/data/datatest"
)

// reminder is an optional mail.
func reminder(key, to string) Message {
	return Message{To: to, Lang: "es", Template: "draft_unfinished", Key: key, Chain: "case:3", Args: samples("draft_unfinished", "es", true)}
}

func queue(t *testing.T, db *datatest.Database, c *Composer, m Message) (queued bool) {
	t.Helper()
	db.Write(t, func(tx *data.Tx) (err error) {
		queued, err = c.Enqueue(tx, m)
		return err
	})
	return queued
}

func choose(t *testing.T, db *datatest.Database, address string, kind Kind, wanted bool) {
	t.Helper()
	db.Write(t, func(tx *data.Tx) error { return Choose(tx, address, kind, wanted) })
}

func choice(t *testing.T, db *datatest.Database, address string, kind Kind) (found Choice) {
	t.Helper()
	db.Read(t, func(tx *data.Tx) (err error) {
		found, err = ChoiceOf(tx, address, kind)
		return err
	})
	return found
}

func rowsOf(t *testing.T, db *datatest.Database, query string) (count int) {
	t.Helper()
	db.Read(t, func(tx *data.Tx) error { return tx.Row(query).Scan(&count) })
	return count
}

const (
	outboxRows = "SELECT count(*) FROM outbox"
	linkRows   = "SELECT count(*) FROM stop_link"
)

func TestChoiceIsAskedWhenQueuing(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		c := composer(t)
		if got := choice(t, db, "a@example.org", KindDraft); got != (Choice{Wanted: true}) {
			t.Errorf("default %+v", got)
		}
		db.Advance(time.Hour)
		choose(t, db, "A@Example.org", KindDraft, false)
		if got := choice(t, db, "a@example.org", KindDraft); got != (Choice{false, db.Now()}) {
			t.Errorf("after choosing: %+v", got)
		}
		chosen := db.Now()
		db.Advance(time.Hour)
		choose(t, db, "a@example.org", KindDraft, false)
		if got := choice(t, db, "a@example.org", KindDraft); !got.Since.Equal(chosen) {
			t.Errorf("choosing the same again moved the time to %v", got.Since)
		}
		if queue(t, db, c, reminder("1", "a@example.org")) || queue(t, db, c, reminder("2", "a@EXAMPLE.org")) {
			t.Error("a reminder that is not wanted was queued")
		}
		if !queue(t, db, c, plain("3", "a@example.org")) || !queue(t, db, c, reminder("4", "b@example.org")) {
			t.Error("a needed mail, or one to another address, was not queued")
		}
		if rowsOf(t, db, outboxRows) != 2 || rowsOf(t, db, linkRows) != 1 {
			t.Errorf("%d mails, %d stop links", rowsOf(t, db, outboxRows), rowsOf(t, db, linkRows))
		}
		choose(t, db, "a@example.org", KindDraft, true)
		if !queue(t, db, c, reminder("1", "a@example.org")) {
			t.Error("a reminder that is wanted again was not queued")
		}
	})
}

func TestNeededMailsCannotBeSwitchedOff(t *testing.T) {
	db := datatest.Open(t)
	for _, kind := range []Kind{KindNeeded, "", "nothing"} {
		err := db.DB.Write(context.Background(), func(tx *data.Tx) error { return Choose(tx, "a@example.org", kind, false) })
		if err == nil {
			t.Errorf("kind %q was switched off", kind)
		}
		if kind.Optional() || kind.OptIn() {
			t.Errorf("kind %q is optional", kind)
		}
	}
	if got := choice(t, db, "a@example.org", KindNeeded); !got.Wanted {
		t.Error("needed mails are not wanted")
	}
	needed := []string{"sign_in", "resume", "submitted", "question_asked", "approved", "declined", "grant_started", "grant_ends_soon", "grant_ended", "grant_revoked"}
	for _, template := range needed {
		if specs[template].about != KindNeeded {
			t.Errorf("%s is about %q", template, specs[template].about)
		}
	}
}

// TestEveryOptionalKindIsComplete holds that a kind that the program knows has its closing words, and that every mail has a kind.
func TestEveryOptionalKindIsComplete(t *testing.T) {
	c := composer(t)
	for _, template := range Templates() {
		about := specs[template].about
		if about != KindNeeded && !about.Optional() {
			t.Errorf("%s is about %q", template, about)
		}
	}
	for _, lang := range []string{"en", "es"} {
		for _, kind := range Kinds() {
			if _, err := c.voice(lang).sentence("stop_" + string(kind)); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestChoiceIsAskedAgainWhenSending(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		c, server := composer(t), startServer(t, serverOptions{})
		enqueue(t, db, c, reminder("1", "a@example.org"), reminder("2", "b@example.org"), plain("3", "a@example.org"))
		choose(t, db, "a@example.org", KindDraft, false)
		db.Advance(time.Second)
		if got, _ := deliver(t, db, c, server.mailer(t, nil)); got != (Delivery{Sent: 2, Stopped: 1}) {
			t.Errorf("delivery %+v", got)
		}
		for _, m := range server.got() {
			if m.to == "a@example.org" && m.message.Header.Get("List-Unsubscribe") != "" {
				t.Error("the stopped mail was sent")
			}
		}
		list := sent(t, db, "case:3")
		if list[0].State != StateStopped || list[0].LastError != "not_wanted" || !list[0].DueAt.Equal(db.Now()) || !list[0].SentAt.IsZero() {
			t.Errorf("%+v", list[0])
		}
		if _, sealed := row(t, db, "1"); sealed != "" {
			t.Error("the secret of the stopped mail was not wiped")
		}
		choose(t, db, "a@example.org", KindDraft, true)
		if got, _ := deliver(t, db, c, server.mailer(t, nil)); got != (Delivery{}) {
			t.Errorf("a stopped mail came back: %+v", got)
		}
	})
}

// TestRefusedAddressGetsNeededMailsOnly: 5xx at RCPT, and only that, stops optional mails, those in the queue too, until a server takes a
// mail to the address again.
func TestRefusedAddressGetsNeededMailsOnly(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		c, server := composer(t), startServer(t, serverOptions{})
		returned := func() (since time.Time) {
			db.Read(t, func(tx *data.Tx) (err error) {
				since, err = Returned(tx, "GONE@example.org")
				return err
			})
			return since
		}
		for i, harmless := range []struct {
			stage string
			code  int
		}{{"rcpt", 450}, {"end", 554}, {"mail", 550}} {
			server.answers(at(harmless.stage, reply(harmless.code)))
			enqueue(t, db, c, plain("harmless "+string(rune('1'+i)), "gone@example.org"))
			deliver(t, db, c, server.mailer(t, nil))
			if !returned().IsZero() {
				t.Errorf("%d at %s counts as a returned mail", harmless.code, harmless.stage)
			}
		}
		db.Advance(100 * time.Hour)
		server.answers(nil)
		deliver(t, db, c, server.mailer(t, nil)) // what waited after 450
		server.answers(at("rcpt", reply(550)))
		enqueue(t, db, c, plain("1", "gone@example.org"))
		db.Advance(time.Second)
		enqueue(t, db, c, reminder("2", "Gone@example.org"))
		if got, _ := deliver(t, db, c, server.mailer(t, nil)); got != (Delivery{Failed: 1, Stopped: 1}) {
			t.Errorf("delivery %+v", got)
		}
		if !returned().Equal(db.Now()) {
			t.Errorf("returned since %v", returned())
		}
		if queue(t, db, c, reminder("3", "gone@example.org")) {
			t.Error("an optional mail to a refused address was queued")
		}
		if got := sent(t, db, "case:3"); got[0].LastError != "address_returned" {
			t.Errorf("%+v", got)
		}
		server.answers(nil)
		enqueue(t, db, c, Message{To: "gone@example.org", Lang: "en", Template: "sign_in", Key: "4", Args: signIn("").Args})
		if got, _ := deliver(t, db, c, server.mailer(t, nil)); got != (Delivery{Sent: 1}) || !returned().IsZero() {
			t.Errorf("delivery %+v, returned since %v", got, returned())
		}
		if !queue(t, db, c, reminder("5", "gone@example.org")) {
			t.Error("the address works again and gets no optional mail")
		}
	})
}

func TestRetry(t *testing.T) {
	db, c, server := datatest.Open(t), composer(t), startServer(t, serverOptions{})
	server.answers(at("rcpt", reply(550)))
	enqueue(t, db, c, plain("1", "gone@example.org"))
	deliver(t, db, c, server.mailer(t, nil))
	db.Write(t, func(tx *data.Tx) error { return Retry(tx, "Gone@example.org") })
	if !queue(t, db, c, reminder("2", "gone@example.org")) {
		t.Error("nothing is sent after the retry")
	}
}

// stopAddress reads the headers of RFC 8058 and gives the address in them.
func stopAddress(t *testing.T, m received) string {
	t.Helper()
	if got := m.message.Header.Get("List-Unsubscribe-Post"); got != "List-Unsubscribe=One-Click" {
		t.Errorf("List-Unsubscribe-Post: %q", got)
	}
	address, opening := strings.CutPrefix(m.message.Header.Get("List-Unsubscribe"), "<")
	address, closing := strings.CutSuffix(address, ">")
	if !opening || !closing || !strings.HasPrefix(address, "https://desk.example.org/unsubscribe?token=") {
		t.Fatalf("List-Unsubscribe: %q", m.message.Header.Get("List-Unsubscribe"))
	}
	return address
}

func TestStopLink(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		c, server := composer(t), startServer(t, serverOptions{})
		made := db.Now()
		enqueue(t, db, c, reminder("1", "Box@example.org"), reminder("2", "b@example.org"), plain("3", "c@example.org"))
		if queue(t, db, c, reminder("1", "box@example.org")) || rowsOf(t, db, linkRows) != 2 {
			t.Errorf("%d stop links for two mails", rowsOf(t, db, linkRows))
		}
		everything, sealed := row(t, db, "1")
		if sealed == "" || !strings.Contains(sent(t, db, "case:3")[0].Text, "[enlace privado]") {
			t.Errorf("the stop link is not sealed:\n%s", everything)
		}
		server.answers(at("stored", errDrop)) // taken, but we do not know it
		deliver(t, db, c, server.mailer(t, nil))
		server.answers(nil)
		db.Advance(time.Minute)
		deliver(t, db, c, server.mailer(t, nil))
		first := map[string]string{}
		for _, m := range server.got() {
			if m.to == "c@example.org" {
				if m.message.Header.Get("List-Unsubscribe")+m.message.Header.Get("List-Unsubscribe-Post") != "" {
					t.Error("a needed mail can be switched off")
				}
				continue
			}
			address := stopAddress(t, m)
			if before, again := first[m.to]; again && before != address {
				t.Error("the repeat of a mail has another stop link")
			}
			first[m.to] = address
			parts := readParts(t, m)
			if !strings.Contains(parts["text/plain"], "\r\n"+address+"\r\n") || !strings.Contains(parts["text/html"], `href="`+strings.ReplaceAll(address, "&", "&amp;")+`"`) {
				t.Errorf("the stop link is not in both forms:\n%s", parts["text/plain"])
			}
		}
		if len(first) != 2 || first["Box@example.org"] == first["b@example.org"] {
			t.Fatalf("stop links %v", first)
		}
		parsed, err := url.Parse(first["Box@example.org"])
		if err != nil || parsed.Query().Get("lang") != "es" {
			t.Errorf("%s, %v", parsed, err)
		}
		checkStopToken(t, db, made, parsed.Query().Get("token"))
	})
}

func checkStopToken(t *testing.T, db *datatest.Database, made time.Time, token string) {
	t.Helper()
	find := func(token string) (found StopLink, err error) {
		db.Read(t, func(tx *data.Tx) error {
			found, err = FindStopLink(tx, token)
			return nil
		})
		return found, err
	}
	if everything, _ := row(t, db, "1"); strings.Contains(everything, token) {
		t.Error("the token stands in the outbox")
	}
	if got, err := find(token); err != nil || got != (StopLink{"box@example.org", KindDraft}) {
		t.Errorf("%+v, %v", got, err)
	}
	for _, wrong := range []string{"", token[1:], data.HashToken(token), strings.ToUpper(token)} {
		if got, err := find(wrong); !errors.Is(err, data.ErrNotFound) {
			t.Errorf("%q finds %+v, %v", wrong, got, err)
		}
	}
	db.SetNow(made.Add(stopLinkTime - time.Millisecond))
	db.Write(t, Prune)
	if _, err := find(token); err != nil {
		t.Errorf("the link stopped working early: %v", err)
	}
	db.Advance(time.Millisecond)
	if _, err := find(token); !errors.Is(err, data.ErrNotFound) {
		t.Errorf("the link works too long: %v", err)
	}
	db.Write(t, Prune)
	if rows := rowsOf(t, db, linkRows); rows != 0 {
		t.Errorf("%d links are left", rows)
	}
}

func TestRevokedStopLinks(t *testing.T) {
	db, c := datatest.Open(t), composer(t)
	enqueue(t, db, c, reminder("1", "Box@example.org"), reminder("2", "b@example.org"))
	db.Write(t, func(tx *data.Tx) error { return RevokeStopLinks(tx, "BOX@example.org") })
	if rows := rowsOf(t, db, linkRows); rows != 1 {
		t.Errorf("%d links, want that of the other address", rows)
	}
}

func TestFailedMailsAreCounted(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		c, server := composer(t), startServer(t, serverOptions{})
		server.answers(at("rcpt", reply(550)))
		enqueue(t, db, c, plain("1", "a@example.org"), plain("2", "b@example.org"))
		db.Advance(time.Hour)
		failed := db.Now()
		deliver(t, db, c, server.mailer(t, nil))
		for since, want := range map[time.Time]int{failed: 0, failed.Add(-time.Millisecond): 2} {
			db.Read(t, func(tx *data.Tx) error {
				if got, err := Failed(tx, since); err != nil || got != want {
					t.Errorf("%d failed since %v, %v, want %d", got, since, err, want)
				}
				return nil
			})
		}
	})
}
