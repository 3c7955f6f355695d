package ui_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"accessdesk/broker"
	"accessdesk/data"
	"accessdesk/notify"

	"github.com/emersion/go-smtp"
)

// The disk is full: every form is answered with a page that says so and when to try again, nothing is half done,
// reading goes on, and everything works again when there is room.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	w := openWorld(t)
	w.log.expectErrors()
	w.visitor(t, owner)
	w.visitor(t, manager) // both are signed in before the disk is full
	pragma := func(text string) (value int64) {
		t.Helper()
		w.Write(t, func(tx *data.Tx) error { return tx.Row(text).Scan(&value) })
		return value
	}
	unlimited := pragma("PRAGMA max_page_count")
	if now := pragma("PRAGMA page_count"); pragma(fmt.Sprintf("PRAGMA max_page_count = %d", now)) != now {
		t.Fatal("the size of the database could not be limited")
	}
	full := w.fill(t)
	bothLanguages(t, func(t *testing.T, lang string) {
		v := w.speaker(t, stranger, lang)
		before := w.rows(t)
		got := v.Send(http.MethodPost, "/signin", full, nil)
		if after := got.Header.Get("Retry-After"); after != "30" {
			t.Errorf("Retry-After is %q", after)
		}
		w.wantErrorPage(t, got, http.StatusServiceUnavailable, lang, "unavailable")
		long := strings.Repeat("The words of an applicant. ", 140)
		applicant := w.speaker(t, owner, lang)
		form := applicant.Visit(w.item(broker.Draft)).Want(http.StatusOK).Form(w.item(broker.Draft)).Set("q-first_task", long)
		page := w.wantErrorPage(t, applicant.Send(form.Method, form.Action, form.Values, nil), http.StatusServiceUnavailable, lang, "unavailable")
		if !strings.Contains(page.Find(".kept").Text(), strings.TrimSpace(long)) {
			t.Error("what was typed is not on the page")
		}
		w.unchanged(t, before, "forms on a full disk")
		for _, address := range []string{"/", "/check/results", w.item(broker.Draft), "/readyz"} {
			applicant.Visit(address).Want(http.StatusOK)
		}
		w.speaker(t, manager, lang).Visit(w.caseOf(broker.InReview)).Want(http.StatusOK)
		if said := applicant.Visit("/readyz").Body; said != "ready to read, nothing can be stored\n" {
			t.Errorf("/readyz says %q", said)
		}
	})
	pragma(fmt.Sprintf("PRAGMA max_page_count = %d", unlimited))
	w.visitor(t, stranger).Visit("/signin").Form("/signin").Set("email", "late@example.org").Send().Want(http.StatusOK).At("/signin/code")
	if said := w.visitor(t, stranger).Visit("/readyz").Body; said != "ready\n" {
		t.Errorf("with room again, /readyz says %q", said)
	}
	var sound string
	w.Read(t, func(tx *data.Tx) error { return tx.Row("PRAGMA integrity_check").Scan(&sound) })
	if sound != "ok" {
		t.Errorf("the database is not sound: %s", sound)
	}
}

// fill asks for sign-in links until there is no room for another one.
func (w *world) fill(t *testing.T) url.Values {
	t.Helper()
	for n := range 500 {
		form := url.Values{"email": {fmt.Sprintf("person%d@example.org", n)}}
		if w.visitor(t, stranger).Send(http.MethodPost, "/signin", form, nil).StatusCode == http.StatusServiceUnavailable {
			return form
		}
	}
	t.Fatal("the disk did not get full")
	return nil
}

// The mail server is down: the act is done all the same, its mails wait, and leave when the server is back.
func TestMailServerDown(t *testing.T) {
	t.Parallel()
	w := openWorld(t)
	applicant, staff := w.visitor(t, owner), w.visitor(t, manager)
	w.deliver(t) // what is queued already
	listener := need(net.Listen("tcp", "127.0.0.1:0"))(t)
	port := listener.Addr().(*net.TCPAddr).Port
	if err := listener.Close(); err != nil { // nobody listens there now
		t.Fatal(err)
	}
	mailer := need(notify.NewSMTP(notify.SMTPConfig{Host: "127.0.0.1", Port: port, TLS: notify.TLSNone, DialTimeout: 2 * time.Second, SendTimeout: 5 * time.Second}))(t)
	deliver := func() notify.Delivery {
		t.Helper()
		return need(notify.Deliver(context.Background(), w.DB, w.desk.Mail, mailer, slog.New(slog.DiscardHandler)))(t)
	}
	address := w.caseOf(broker.InReview)
	staff.Visit(address).Form(address+"/decision").Set("act", broker.ActAsk).Set("message", "Which firewall is it?").Send().Want(http.StatusOK).
		Form(address + "/decision").Press("Confirm and send").Want(http.StatusOK).Says("Which firewall is it?")
	applicant.Visit(w.item(broker.InReview)).Want(http.StatusOK).Says("Which firewall is it?")
	for range 2 { // at once, and when the first wait is over
		if count := deliver(); count.Sent != 0 || count.Failed != 0 || count.Retried == 0 {
			t.Errorf("without a mail server: %+v", count)
		}
		w.Advance(5 * time.Minute)
	}
	waiting := w.waiting(t)
	if waiting != 1 { // the owner: only who may answer is asked
		t.Errorf("%d mails wait, want 1", waiting)
	}
	staff.Visit(address).Want(http.StatusOK) // the case says how its mails stand
	server := startMailServer(t, port)
	w.Advance(15 * time.Minute)
	if count := deliver(); count.Sent != waiting || w.waiting(t) != 0 {
		t.Errorf("with the mail server back: %+v, %d still wait", count, w.waiting(t))
	}
	if text := server.mail(owner.email()); !strings.Contains(text, "Which firewall is it?") {
		t.Errorf("%s got %q", owner.email(), text)
	}
	if count := deliver(); count.Sent != 0 {
		t.Errorf("sent again: %+v", count)
	}
}

// waiting counts the mails that are queued.
func (w *world) waiting(t *testing.T) (count int) {
	t.Helper()
	w.Read(t, func(tx *data.Tx) error {
		return tx.Row("SELECT count(*) FROM outbox WHERE state = 'queued' AND template = 'question_asked'").Scan(&count)
	})
	return count
}

// mailServer is a real mail server on this machine that keeps what it gets.
type mailServer struct {
	mu    sync.Mutex
	mails map[string]string // by recipient
}

func startMailServer(t *testing.T, port int) *mailServer {
	t.Helper()
	s := &mailServer{mails: map[string]string{}}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &mailSession{server: s}, nil }))
	server.Domain = "mail.example.test"
	listener := need(net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port)))(t)
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })
	return s
}

func (s *mailServer) mail(to string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mails[to]
}

type mailSession struct {
	server *mailServer
	to     []string
}

func (s *mailSession) Mail(string, *smtp.MailOptions) error { return nil }

func (s *mailSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = append(s.to, to)
	return nil
}

func (s *mailSession) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	for _, to := range s.to {
		s.server.mails[to] = string(text)
	}
	return err
}

func (s *mailSession) Reset()        { s.to = nil }
func (s *mailSession) Logout() error { return nil }
