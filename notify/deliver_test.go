package notify

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/data/golden"
)

// deliver runs a delivery and gives its result and log; no secret and no address may stand in the log.
func deliver(t *testing.T, db *datatest.Database, c *Composer, m Mailer) (Delivery, string) {
	t.Helper()
	var out bytes.Buffer
	got, err := Deliver(context.Background(), db.DB, c, m, slog.New(slog.NewJSONHandler(&out, nil)))
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{sampleToken, "QX7-9KP", "@example.org", "hunter2"} {
		if strings.Contains(out.String(), bad) {
			t.Errorf("the log holds %q:\n%s", bad, &out)
		}
	}
	return got, out.String()
}

func TestDeliveryBySMTP(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		server, c := startServer(t, serverOptions{starttls: true}), composer(t)
		mailer := server.mailer(t, func(k *SMTPConfig) { k.TLS = TLSMandatory })
		enqueue(t, db, c, signIn("k:1"))
		db.Advance(20 * time.Second)
		enqueue(t, db, c, plain("k:2", "second@example.org"), plain("k:3", "third@example.org"))
		db.Advance(40 * time.Second)
		got, _ := deliver(t, db, c, mailer)
		if got != (Delivery{Sent: 3}) {
			t.Errorf("delivery: %+v", got)
		}
		messages := server.got()
		if len(messages) != 3 || server.dialed() != 1 {
			t.Fatalf("%d messages over %d connections, want 3 over 1", len(messages), server.dialed())
		}
		checkSignIn(t, db, messages[0])
		for _, q := range append(sent(t, db, "case:1"), sent(t, db, "case:2")...) {
			if q.State != StateSent || !q.SentAt.Equal(db.Now()) || q.Attempts != 1 || q.LastError != "" {
				t.Errorf("%s: %+v", q.Key, q)
			}
		}
		everything, sealed := row(t, db, "k:1")
		if sealed != "" || strings.Contains(everything, sampleToken) {
			t.Errorf("the secret was not wiped: %q", sealed)
		}
		if list := sent(t, db, "case:1"); !strings.Contains(list[0].Text, "[private link]") {
			t.Errorf("listed text after delivery:\n%s", list[0].Text)
		}
		if again, _ := deliver(t, db, c, mailer); again != (Delivery{}) || len(server.got()) != 3 {
			t.Errorf("a second run did %+v", again)
		}
	})
}

// checkSignIn reads the delivered message as a mail program does.
func checkSignIn(t *testing.T, db *datatest.Database, m received) {
	t.Helper()
	q := sent(t, db, "case:1")[0]
	header := m.message.Header
	for name, want := range map[string]string{
		"From": `"Cyber Access Desk" <desk@example.org>`, "To": "<operator@example.org>", "Reply-To": "<help@example.org>",
		"Message-Id": "<" + q.ID + "@example.org>", "Auto-Submitted": "auto-generated", "Content-Language": "en",
		"Subject": "Your sign-in link (good for 15 minutes)", "Mime-Version": "1.0",
		"X-Mailer": "", "User-Agent": "", "Bcc": "", "List-Unsubscribe": "",
	} {
		if got := header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if date, err := header.Date(); err != nil || !date.Equal(q.QueuedAt) {
		t.Errorf("Date %v, %v, want %v", date, err, q.QueuedAt)
	}
	if m.from != "desk@example.org" || m.to != "operator@example.org" || !m.secure {
		t.Errorf("envelope %s to %s, TLS %v", m.from, m.to, m.secure)
	}
	parts := readParts(t, m)
	link := "https://desk.example.org/signin/link?token=" + sampleToken + "&a=1&lang=en"
	if text := parts["text/plain"]; !strings.Contains(text, "\r\n"+link+"\r\n") || !strings.Contains(text, "    QX7-9KP\r\n") {
		t.Errorf("text:\n%s", text)
	}
	escaped := strings.ReplaceAll(link, "&", "&amp;")
	if html := parts["text/html"]; !strings.Contains(html, `<a href="`+escaped+`"`) || strings.Count(html, escaped) != 2 || !strings.Contains(html, ">QX7-9KP<") {
		t.Errorf("html:\n%s", html)
	}
	for line := range strings.SplitSeq(m.raw, "\r\n") {
		if len(line) > 998 || strings.ContainsAny(line, "\r\n") {
			t.Errorf("line of %d bytes or with a bare line end: %q", len(line), line)
		}
		for _, b := range []byte(line) {
			if b > 126 {
				t.Fatalf("8-bit byte in %q", line)
			}
		}
	}
}

func readParts(t *testing.T, m received) map[string]string {
	t.Helper()
	kind, params, err := mime.ParseMediaType(m.message.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("content type %s, %v", kind, err)
	}
	parts := map[string]string{}
	body := m.raw[strings.Index(m.raw, "\r\n\r\n")+4:]
	reader := multipart.NewReader(strings.NewReader(body), params["boundary"])
	for {
		part, err := reader.NextRawPart()
		if err == io.EOF {
			return parts
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil {
			t.Fatal(err)
		}
		kind, params, _ := mime.ParseMediaType(part.Header.Get("Content-Type"))
		if !strings.EqualFold(params["charset"], "UTF-8") {
			t.Errorf("%s in %s", kind, params["charset"])
		}
		parts[kind] = string(text)
	}
}

func TestSpanishSubjectsAreEncoded(t *testing.T) {
	db, c, server := datatest.Open(t), composer(t), startServer(t, serverOptions{})
	m := plain("k", "a@example.org")
	m.Args["Program"] = "Evaluación de preparación cibernética rápida y más pequeña"
	enqueue(t, db, c, m)
	deliver(t, db, c, server.mailer(t, nil))
	header := server.got()[0].message.Header
	got, err := new(mime.WordDecoder).DecodeHeader(header.Get("Subject"))
	if err != nil || got != "Retirada: Evaluación de preparación cibernética rápida y má…" {
		t.Errorf("subject %q, %v", got, err)
	}
	if header.Get("Content-Language") != "es" {
		t.Errorf("language %s", header.Get("Content-Language"))
	}
}

// TestAnswersOfTheServer goes through what a mail server can say at each stage.
func TestAnswersOfTheServer(t *testing.T) {
	for _, c := range []struct {
		stage string
		err   error
		class string
		state State
		count Delivery // of two mails
	}{
		{"greeting", reply(421), "server_refused 421", StateQueued, Delivery{Retried: 1, Released: 1}},
		{"greeting", reply(554), "server_refused 554", StateQueued, Delivery{Retried: 1, Released: 1}},
		{"mail", reply(451), "deferred 451", StateQueued, Delivery{Retried: 2}},
		{"mail", reply(550), "refused_sender 550", StateFailed, Delivery{Failed: 2}},
		{"mail", reply(530), "auth 530", StateQueued, Delivery{Retried: 1, Released: 1}},
		{"mail", errDrop, "connection_lost", StateQueued, Delivery{Retried: 2}},
		{"rcpt", reply(450), "deferred 450", StateQueued, Delivery{Retried: 2}},
		{"rcpt", reply(550), "refused_recipient 550", StateFailed, Delivery{Failed: 2}},
		{"rcpt", errDrop, "connection_lost", StateQueued, Delivery{Retried: 2}},
		{"data", errDrop, "connection_lost", StateQueued, Delivery{Retried: 2}},
		{"end", reply(451), "deferred 451", StateQueued, Delivery{Retried: 2}},
		{"end", reply(552), "refused_content 552", StateFailed, Delivery{Failed: 2}},
		{"end", reply(554), "refused_content 554", StateFailed, Delivery{Failed: 2}},
		{"end", reply(421), "connection_lost 421", StateQueued, Delivery{Retried: 2}},
	} {
		t.Run(fmt.Sprint(c.stage, " ", c.class), func(t *testing.T) {
			db, composer, server := datatest.Open(t), composer(t), startServer(t, serverOptions{})
			server.answers(at(c.stage, c.err))
			enqueue(t, db, composer, signIn("k:1"))
			enqueue(t, db, composer, plain("k:2", "b@example.org"))
			got, log := deliver(t, db, composer, server.mailer(t, nil))
			if got != c.count {
				t.Errorf("delivery %+v, want %+v", got, c.count)
			}
			q := sent(t, db, "case:1")[0]
			if q.State != c.state || q.LastError != c.class || q.Attempts != 1 {
				t.Errorf("state %s, error %q, attempts %d", q.State, q.LastError, q.Attempts)
			}
			if c.state == StateQueued && !q.DueAt.Equal(db.Now().Add(time.Minute)) {
				t.Errorf("due %v", q.DueAt)
			}
			if _, sealed := row(t, db, "k:1"); (sealed == "") != (c.state == StateFailed) {
				t.Errorf("state %s with sealed value %q", c.state, sealed)
			}
			if !strings.Contains(log, c.class) {
				t.Errorf("log:\n%s", log)
			}
		})
	}
}

// TestOneRefusedAddressDoesNotStopTheRest also holds that a refusal keeps the connection.
func TestOneRefusedAddressDoesNotStopTheRest(t *testing.T) {
	db, c, server := datatest.Open(t), composer(t), startServer(t, serverOptions{})
	server.answers(func(stage, recipient string) error {
		if stage == "rcpt" && strings.HasPrefix(recipient, "gone") {
			return reply(550)
		}
		return nil
	})
	enqueue(t, db, c, plain("1", "a@example.org"), plain("2", "gone@example.org"), plain("3", "c@example.org"))
	if got, _ := deliver(t, db, c, server.mailer(t, nil)); got != (Delivery{Sent: 2, Failed: 1}) {
		t.Errorf("delivery %+v", got)
	}
	if server.dialed() != 1 || len(server.got()) != 2 {
		t.Errorf("%d messages over %d connections", len(server.got()), server.dialed())
	}
}

// TestServerThatLimitsMailsPerConnection holds that a closed connection is replaced at once, without a failed attempt.
func TestServerThatLimitsMailsPerConnection(t *testing.T) {
	db, c, server := datatest.Open(t), composer(t), startServer(t, serverOptions{})
	var mails atomic.Int64
	server.answers(func(stage, _ string) error {
		if stage != "mail" {
			return nil
		}
		if mails.Add(1)%2 == 0 {
			return errDrop
		}
		return nil
	})
	enqueue(t, db, c, plain("1", "a@example.org"), plain("2", "b@example.org"), plain("3", "c@example.org"))
	if got, _ := deliver(t, db, c, server.mailer(t, nil)); got != (Delivery{Sent: 3}) {
		t.Errorf("delivery %+v", got)
	}
	if server.dialed() != 3 {
		t.Errorf("%d connections", server.dialed())
	}
}

// TestStoredThenDropped is the duplicate trap: the server has the mail, we do not know it. The repeat must be the same mail.
func TestStoredThenDropped(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		c, server := composer(t), startServer(t, serverOptions{})
		server.answers(at("stored", errDrop))
		enqueue(t, db, c, signIn("k:1"))
		if got, _ := deliver(t, db, c, server.mailer(t, nil)); got != (Delivery{Retried: 1}) {
			t.Errorf("delivery %+v", got)
		}
		server.answers(nil)
		if got, _ := deliver(t, db, c, server.mailer(t, nil)); got != (Delivery{}) {
			t.Errorf("too early: %+v", got)
		}
		db.Advance(time.Minute)
		if got, _ := deliver(t, db, c, server.mailer(t, nil)); got != (Delivery{Sent: 1}) {
			t.Errorf("delivery %+v", got)
		}
		messages := server.got()
		if len(messages) != 2 || messages[0].raw != messages[1].raw {
			t.Fatalf("%d messages; the repeat must be the same bytes", len(messages))
		}
		if id := messages[0].message.Header.Get("Message-Id"); !strings.HasSuffix(id, "@example.org>") {
			t.Errorf("Message-ID %s", id)
		}
		if q := sent(t, db, "case:1")[0]; q.State != StateSent || q.Attempts != 2 {
			t.Errorf("%+v", q)
		}
	})
}

// TestAcceptedThenDropped: the server says yes and then breaks the connection. That is a sent mail.
func TestAcceptedThenDropped(t *testing.T) {
	db, c := datatest.Open(t), composer(t)
	host, port := scriptedServer(t, []string{"220 ready", "250 ok", "250 ok", "250 ok", "354 go", "250 taken"})
	mailer, err := NewSMTP(SMTPConfig{Host: host, Port: port, TLS: TLSNone})
	if err != nil {
		t.Fatal(err)
	}
	enqueue(t, db, c, plain("k:1", "a@example.org"))
	if got, _ := deliver(t, db, c, mailer); got != (Delivery{Sent: 1}) {
		t.Errorf("delivery %+v", got)
	}
}

func TestServerThatHangs(t *testing.T) {
	for _, stage := range []string{"mail", "data", "stored"} {
		db, c, server := datatest.Open(t), composer(t), startServer(t, serverOptions{})
		server.answers(at(stage, errHang))
		enqueue(t, db, c, plain("1", "a@example.org"), plain("2", "b@example.org"))
		mailer := server.mailer(t, func(k *SMTPConfig) { k.SendTimeout = 300 * time.Millisecond })
		begin := time.Now()
		got, _ := deliver(t, db, c, mailer)
		if got != (Delivery{Retried: 1, Released: 1}) {
			t.Errorf("%s: delivery %+v", stage, got)
		}
		if took := time.Since(begin); took > 3*time.Second {
			t.Errorf("%s: took %v", stage, took)
		}
		list := sent(t, db, "case:2")
		if list[0].LastError != "timeout" || list[1].LastError != "" || list[1].Attempts != 0 || !list[1].DueAt.Equal(db.Now()) {
			t.Errorf("%s: %+v", stage, list)
		}
	}
}

func TestGreetingThatNeverComes(t *testing.T) {
	db, c := datatest.Open(t), composer(t)
	host, port := scriptedServer(t, nil)
	mailer, err := NewSMTP(SMTPConfig{Host: host, Port: port, TLS: TLSNone, DialTimeout: 200 * time.Millisecond, SendTimeout: 20 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	enqueue(t, db, c, plain("1", "a@example.org"))
	begin := time.Now()
	deliver(t, db, c, mailer)
	if q := sent(t, db, "case:2")[0]; q.LastError != "timeout" || time.Since(begin) > 3*time.Second {
		t.Errorf("%+v after %v", q, time.Since(begin))
	}
}

func TestServerThatIsDownIsTriedOncePerRun(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		c := composer(t)
		mailer, err := NewSMTP(SMTPConfig{Host: "127.0.0.1", Port: closedPort(t), TLS: TLSNone})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 3 {
			enqueue(t, db, c, plain(fmt.Sprint(i), "a@example.org"))
			db.Advance(time.Second)
		}
		if got, _ := deliver(t, db, c, mailer); got != (Delivery{Retried: 1, Released: 2}) {
			t.Errorf("delivery %+v", got)
		}
		list := sent(t, db, "case:2")
		if list[0].LastError != "connect" || list[1].Attempts != 0 || list[2].State != StateQueued {
			t.Errorf("%+v", list)
		}
		server := startServer(t, serverOptions{})
		if got, _ := deliver(t, db, c, server.mailer(t, nil)); got != (Delivery{Sent: 2}) {
			t.Errorf("after the server came back: %+v", got)
		}
	})
}

// TestBackoff walks the whole table by the clock: every wait exact, then given up, the secret wiped.
func TestBackoff(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		c, server := composer(t), startServer(t, serverOptions{})
		server.answers(at("rcpt", reply(450)))
		enqueue(t, db, c, signIn("k:1"))
		waits := []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 4 * time.Hour, 12 * time.Hour, 24 * time.Hour}
		for i, wait := range waits {
			if got, _ := deliver(t, db, c, server.mailer(t, nil)); got != (Delivery{Retried: 1}) {
				t.Fatalf("attempt %d: %+v", i+1, got)
			}
			if q := sent(t, db, "case:1")[0]; q.Attempts != i+1 || !q.DueAt.Equal(db.Now().Add(wait)) {
				t.Fatalf("attempt %d: %+v", i+1, q)
			}
			db.Advance(wait - time.Millisecond)
			if got, _ := deliver(t, db, c, server.mailer(t, nil)); got != (Delivery{}) {
				t.Fatalf("attempt %d came early: %+v", i+2, got)
			}
			db.Advance(time.Millisecond)
		}
		if got, _ := deliver(t, db, c, server.mailer(t, nil)); got != (Delivery{Failed: 1}) {
			t.Errorf("last attempt: %+v", got)
		}
		db.Advance(1000 * time.Hour)
		if got, _ := deliver(t, db, c, server.mailer(t, nil)); got != (Delivery{}) {
			t.Errorf("after giving up: %+v", got)
		}
		q := sent(t, db, "case:1")[0]
		if _, sealed := row(t, db, "k:1"); q.State != StateFailed || q.Attempts != 8 || q.LastError != "deferred 450" || sealed != "" {
			t.Errorf("%+v, sealed %q", q, sealed)
		}
	})
}

// TestLeaseIsTakenOver: a process claims and dies. Nobody touches the mail until the lease is over, then it is sent.
func TestLeaseIsTakenOver(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		c, server := composer(t), startServer(t, serverOptions{})
		enqueue(t, db, c, plain("k:1", "a@example.org"))
		dead := &delivery{db: db.DB, composer: c, log: slog.New(slog.DiscardHandler)}
		batch, err := dead.claim(context.Background())
		if err != nil || len(batch) != 1 {
			t.Fatalf("claimed %d, %v", len(batch), err)
		}
		db.Advance(leaseTime - time.Millisecond)
		if got, _ := deliver(t, db, c, server.mailer(t, nil)); got != (Delivery{}) {
			t.Errorf("during the lease: %+v", got)
		}
		db.Advance(time.Millisecond)
		if got, _ := deliver(t, db, c, server.mailer(t, nil)); got != (Delivery{Sent: 1}) {
			t.Errorf("after the lease: %+v", got)
		}
		if q := sent(t, db, "case:2")[0]; q.State != StateSent || q.Attempts != 2 {
			t.Errorf("%+v", q)
		}
		// The dead process wakes up and reports a failure: too late, it holds nothing any more.
		if err := dead.mark(context.Background(), batch[0], &DeliveryError{Class: "timeout"}); err != nil {
			t.Error(err)
		}
		if err := dead.release(context.Background(), batch); err != nil || dead.count != (Delivery{}) {
			t.Errorf("%v, %+v", err, dead.count)
		}
		if q := sent(t, db, "case:2")[0]; q.State != StateSent {
			t.Errorf("%+v", q)
		}
	})
}

// TestLateReportOfALostLease: the mail is being sent by a second process when the first one, held up for longer than its lease,
// reports. Its word counts no more.
func TestLateReportOfALostLease(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		c, ctx := composer(t), context.Background()
		enqueue(t, db, c, plain("k:1", "a@example.org"))
		first := &delivery{db: db.DB, composer: c, log: slog.New(slog.DiscardHandler)}
		second := &delivery{db: db.DB, composer: c, log: slog.New(slog.DiscardHandler)}
		old, err := first.claim(ctx)
		if err != nil || len(old) != 1 {
			t.Fatalf("claimed %d, %v", len(old), err)
		}
		db.Advance(leaseTime)
		if held, err := second.claim(ctx); err != nil || len(held) != 1 {
			t.Fatalf("claimed %d, %v", len(held), err)
		}
		for _, outcome := range []*DeliveryError{nil, {Class: "timeout"}, {Class: "refused_recipient", Code: 550, Final: true}} {
			if err := first.mark(ctx, old[0], outcome); err != nil {
				t.Error(err)
			}
		}
		if err := first.release(ctx, old); err != nil || first.count != (Delivery{}) {
			t.Errorf("%v, %+v", err, first.count)
		}
		if q := sent(t, db, "case:2")[0]; q.State != StateSending || q.Attempts != 2 || q.LastError != "" {
			t.Errorf("%+v", q)
		}
	})
}

// TestMailThatKillsTheProcessIsGivenUp: attempts count from the claim, so that a crash in a loop ends.
func TestMailThatKillsTheProcessIsGivenUp(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		c := composer(t)
		enqueue(t, db, c, signIn("k:1"))
		for i := range maxAttempts {
			run := &delivery{db: db.DB, composer: c, log: slog.New(slog.DiscardHandler)}
			if batch, err := run.claim(context.Background()); err != nil || len(batch) != 1 {
				t.Fatalf("claim %d: %d, %v", i+1, len(batch), err)
			}
			db.Advance(leaseTime)
		}
		if got, _ := deliver(t, db, c, Spool{Dir: t.TempDir()}); got != (Delivery{Failed: 1}) {
			t.Errorf("delivery %+v", got)
		}
		q := sent(t, db, "case:1")[0]
		if _, sealed := row(t, db, "k:1"); q.State != StateFailed || q.LastError != "interrupted" || sealed != "" {
			t.Errorf("%+v, sealed %q", q, sealed)
		}
	})
}

// TestTwoDeliverersSendOnce runs two at the same time over more than one batch.
func TestTwoDeliverersSendOnce(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		c, server := composer(t), startServer(t, serverOptions{})
		const count = 3*batchSize + 7
		for i := range count {
			enqueue(t, db, c, plain(fmt.Sprint(i), fmt.Sprintf("a%d@example.org", i)))
		}
		var wait sync.WaitGroup
		var total [2]Delivery
		for i := range total {
			mailer := server.mailer(t, nil)
			wait.Go(func() {
				var err error
				total[i], err = Deliver(context.Background(), db.DB, c, mailer, slog.New(slog.DiscardHandler))
				if err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		seen := map[string]int{}
		for _, m := range server.got() {
			seen[m.message.Header.Get("Message-Id")]++
		}
		if len(seen) != count || len(server.got()) != count || total[0].Sent+total[1].Sent != count {
			t.Errorf("%d mails, %d messages, counts %+v", len(seen), len(server.got()), total)
		}
	})
}

// TestStopInTheMiddle: the program is being stopped while a mail is on its way. What was sent is marked, the rest is given back.
func TestStopInTheMiddle(t *testing.T) {
	db, c, server := datatest.Open(t), composer(t), startServer(t, serverOptions{})
	ctx, cancel := context.WithCancel(context.Background())
	server.answers(func(stage, recipient string) error {
		if stage == "rcpt" && recipient == "b@example.org" {
			cancel()
			return errHang
		}
		return nil
	})
	for i, to := range []string{"a@example.org", "b@example.org", "c@example.org"} {
		enqueue(t, db, c, plain(fmt.Sprint(i), to))
		db.Advance(time.Second)
	}
	got, err := Deliver(ctx, db.DB, c, server.mailer(t, nil), slog.New(slog.DiscardHandler))
	if err != nil || got != (Delivery{Sent: 1, Retried: 1, Released: 1}) {
		t.Errorf("%+v, %v", got, err)
	}
	list := sent(t, db, "case:2")
	if list[0].State != StateSent || list[1].LastError != "interrupted" || list[2].State != StateQueued || list[2].Attempts != 0 {
		t.Errorf("%+v", list)
	}
}

func TestLostKeyKeepsTheMail(t *testing.T) {
	db, c := datatest.Open(t), composer(t)
	enqueue(t, db, c, signIn("k:1"))
	config := testConfig(t)
	config.SealKey[5]++
	other, err := NewComposer(config)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if got, _ := deliver(t, db, other, Spool{Dir: dir}); got != (Delivery{Retried: 1}) {
		t.Errorf("delivery %+v", got)
	}
	if q := sent(t, db, "case:1")[0]; q.LastError != "seal" || q.State != StateQueued {
		t.Errorf("%+v", q)
	}
	db.Advance(time.Minute)
	if got, _ := deliver(t, db, c, Spool{Dir: dir}); got != (Delivery{Sent: 1}) {
		t.Errorf("with the right key again: %+v", got)
	}
}

func TestSpool(t *testing.T) {
	db, c := datatest.Open(t), composer(t)
	dir := filepath.Join(t.TempDir(), "mail", "new")
	enqueue(t, db, c, signIn("k:1"))
	if got, _ := deliver(t, db, c, Spool{Dir: dir}); got != (Delivery{Sent: 1}) {
		t.Fatalf("delivery %+v", got)
	}
	q := sent(t, db, "case:1")[0]
	names, err := os.ReadDir(dir)
	if err != nil || len(names) != 1 || names[0].Name() != "20261123T150000Z-sign_in-"+q.ID+".eml" {
		t.Fatalf("files %v, %v", names, err)
	}
	info, err := names[0].Info()
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if folder, err := os.Stat(dir); err != nil || folder.Mode().Perm() != 0o700 {
		t.Errorf("folder %v, %v", folder, err)
	}
	text, err := os.ReadFile(filepath.Join(dir, names[0].Name()))
	if err != nil {
		t.Fatal(err)
	}
	golden.Check(t, "testdata/sign_in.eml", strings.ReplaceAll(strings.ReplaceAll(string(text), q.ID, "OUTBOX-ID"), "\r\n", "\n"))
}

func TestSpoolThatCannotBeWritten(t *testing.T) {
	db, c := datatest.Open(t), composer(t)
	blocked := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	enqueue(t, db, c, plain("1", "a@example.org"), plain("2", "a@example.org"))
	if got, _ := deliver(t, db, c, Spool{Dir: blocked}); got != (Delivery{Retried: 1, Released: 1}) {
		t.Errorf("delivery %+v", got)
	}
	if list := sent(t, db, "case:2"); list[0].LastError != "spool" {
		t.Errorf("%+v", list)
	}
}

// TestNoTransactionWhileSending: while a server hangs, the database takes writes.
func TestNoTransactionWhileSending(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		c, server := composer(t), startServer(t, serverOptions{})
		reached := make(chan struct{})
		server.answers(func(stage, _ string) error {
			if stage == "rcpt" {
				close(reached)
				return errHang
			}
			return nil
		})
		enqueue(t, db, c, plain("1", "a@example.org"))
		mailer := server.mailer(t, func(k *SMTPConfig) { k.SendTimeout = time.Second })
		var wait sync.WaitGroup
		wait.Go(func() {
			if _, err := Deliver(context.Background(), db.DB, c, mailer, slog.New(slog.DiscardHandler)); err != nil {
				t.Error(err)
			}
		})
		<-reached
		ctx, cancel := context.WithTimeout(context.Background(), 500*time.Millisecond)
		defer cancel()
		if err := db.DB.Write(ctx, func(tx *data.Tx) error {
			_, err := c.Enqueue(tx, plain("2", "b@example.org"))
			return err
		}); err != nil {
			t.Errorf("a write during delivery: %v", err)
		}
		wait.Wait()
	})
}
