package notify

import (
	"bufio"
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"
)

// scriptedServer answers line by line what it is told, then closes; with no lines it accepts and says nothing.
func scriptedServer(t *testing.T, lines []string) (host string, port int) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() {
		close(done)
		listener.Close()
	})
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go script(conn, lines, done)
		}
	}()
	return "127.0.0.1", listener.Addr().(*net.TCPAddr).Port
}

func script(conn net.Conn, lines []string, done chan struct{}) {
	defer conn.Close()
	if lines == nil {
		<-done
		return
	}
	reader := bufio.NewReader(conn)
	for i, line := range lines {
		if i > 0 {
			end := "\r\n"
			if strings.HasPrefix(lines[i-1], "354") {
				end = "\r\n.\r\n"
			}
			if !readUntil(reader, end) {
				return
			}
		}
		if _, err := conn.Write([]byte(line + "\r\n")); err != nil {
			return
		}
	}
}

func readUntil(reader *bufio.Reader, end string) bool {
	var text strings.Builder
	for !strings.HasSuffix(text.String(), end) {
		b, err := reader.ReadByte()
		if err != nil {
			return false
		}
		text.WriteByte(b)
	}
	return true
}

func closedPort(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

func testMail() Mail {
	return Mail{ID: "0190-test", Template: "withdrawn", Lang: "en", MessageID: "0190-test@example.org", From: `"Desk" <desk@example.org>`,
		To: "a@example.org", ReplyTo: "help@example.org", Date: time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC),
		Composed: Composed{Subject: "Subject", Text: "Text\n", HTML: "<p>Text</p>\n"}}
}

func sendOne(t *testing.T, mailer *SMTP) *DeliveryError {
	t.Helper()
	err := mailer.Send(context.Background(), testMail())
	if closing := mailer.Close(); closing != nil {
		t.Errorf("close: %v", closing)
	}
	var failed *DeliveryError
	if err != nil && !errors.As(err, &failed) {
		t.Fatalf("error %T %v", err, err)
	}
	return failed
}

func TestTransportSecurity(t *testing.T) {
	plain, secure, implicit := startServer(t, serverOptions{}), startServer(t, serverOptions{starttls: true}), startServer(t, serverOptions{implicit: true})
	for _, c := range []struct {
		name   string
		server *mailServer
		tls    string
		trust  bool
		class  string
		secure bool
	}{
		{"STARTTLS missing", plain, TLSMandatory, true, "starttls_missing", false},
		{"default is mandatory", plain, "", true, "starttls_missing", false},
		{"STARTTLS", secure, TLSMandatory, true, "", true},
		{"STARTTLS, certificate not trusted", secure, TLSMandatory, false, "tls", false},
		{"opportunistic without TLS", plain, TLSOpportunistic, true, "", false},
		{"opportunistic with TLS", secure, TLSOpportunistic, true, "", true},
		{"implicit", implicit, TLSImplicit, true, "", true},
		{"implicit, certificate not trusted", implicit, TLSImplicit, false, "tls", false},
		{"implicit to a server without TLS", plain, TLSImplicit, true, "tls", false},
		{"none", plain, TLSNone, true, "", false},
	} {
		before := len(c.server.got())
		failed := sendOne(t, c.server.mailer(t, func(k *SMTPConfig) {
			k.TLS = c.tls
			if !c.trust {
				k.Roots = nil
			}
		}))
		messages := c.server.got()
		if c.class != "" {
			if failed == nil || failed.Class != c.class || failed.Final || !failed.Server || len(messages) != before {
				t.Errorf("%s: %v, %d messages", c.name, failed, len(messages)-before)
			}
			continue
		}
		if failed != nil || len(messages) != before+1 || messages[before].secure != c.secure {
			t.Errorf("%s: %v, %d messages", c.name, failed, len(messages)-before)
		}
	}
}

func TestAuthentication(t *testing.T) {
	account := serverOptions{starttls: true, user: "desk", password: "hunter2"}
	implicit := serverOptions{implicit: true, user: "desk", password: "hunter2"}
	for _, c := range []struct {
		name           string
		options        serverOptions
		tls            string
		user, password string
		class          string
	}{
		{"right", account, TLSMandatory, "desk", "hunter2", ""},
		{"right, implicit TLS", implicit, TLSImplicit, "desk", "hunter2", ""},
		{"wrong", account, TLSMandatory, "desk", "wrong", "auth"},
		{"none", account, TLSMandatory, "", "", "auth"},
		{"not offered", serverOptions{starttls: true}, TLSMandatory, "desk", "hunter2", "auth"},
	} {
		server := startServer(t, c.options)
		failed := sendOne(t, server.mailer(t, func(k *SMTPConfig) { k.TLS, k.Username, k.Password = c.tls, c.user, c.password }))
		if (failed == nil) != (c.class == "") || (failed != nil && (failed.Class != c.class || failed.Final || !failed.Server)) {
			t.Errorf("%s: %+v", c.name, failed)
		}
		if failed != nil && strings.Contains(failed.Error(), "hunter2") {
			t.Errorf("%s: the password stands in %q", c.name, failed)
		}
	}
}

func TestServerConfigurationIsChecked(t *testing.T) {
	for name, config := range map[string]SMTPConfig{
		"no host":                     {},
		"unknown TLS":                 {Host: "mail.example.org", TLS: "starttls"},
		"clear to another machine":    {Host: "mail.example.org", TLS: TLSNone},
		"chance to another machine":   {Host: "mail.example.org", TLS: TLSOpportunistic},
		"clear to another address":    {Host: "192.0.2.1", TLS: TLSNone},
		"name that begins like local": {Host: "localhost.example.org", TLS: TLSNone},
		"unknown authentication":      {Host: "mail.example.org", Username: "u", Auth: "digest"},
		"port out of range":           {Host: "mail.example.org", Port: 70_000},
	} {
		if _, err := NewSMTP(config); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	for _, config := range []SMTPConfig{
		{Host: "mail.example.org"}, {Host: "mail.example.org", TLS: TLSImplicit, Username: "u", Auth: AuthLogin},
		{Host: "localhost", TLS: TLSNone}, {Host: "::1", TLS: TLSOpportunistic}, {Host: "127.0.0.5", TLS: TLSNone},
	} {
		if _, err := NewSMTP(config); err != nil {
			t.Errorf("%+v: %v", config, err)
		}
	}
}

// TestHeaderValuesCannotBreakOut: even a mail that went around Enqueue cannot add a header.
func TestHeaderValuesCannotBreakOut(t *testing.T) {
	server := startServer(t, serverOptions{})
	mailer := server.mailer(t, nil)
	for name, change := range map[string]func(*Mail){
		"subject":    func(m *Mail) { m.Subject = "a\r\nBcc: b@example.org" },
		"line feed":  func(m *Mail) { m.Subject = "a\nBcc: b@example.org" },
		"to":         func(m *Mail) { m.To = "a@example.org\r\nBcc: b@example.org" },
		"from":       func(m *Mail) { m.From = "a@example.org\r\nBcc: b@example.org" },
		"reply":      func(m *Mail) { m.ReplyTo = "a@example.org\nBcc: b@example.org" },
		"message id": func(m *Mail) { m.MessageID = "a\r\nBcc: b@example.org" },
		"language":   func(m *Mail) { m.Lang = "en\r\nBcc: b@example.org" },
		"boundary":   func(m *Mail) { m.ID = "a\r\nb" },
	} {
		m := testMail()
		change(&m)
		var failed *DeliveryError
		if err := mailer.Send(context.Background(), m); !errors.As(err, &failed) || failed.Class != "invalid" || !failed.Final {
			t.Errorf("%s: %v", name, err)
		}
		if err := (Spool{Dir: t.TempDir()}).Send(context.Background(), m); err == nil {
			t.Errorf("%s: spooled", name)
		}
	}
	if server.dialed() != 0 {
		t.Errorf("%d connections for mails that cannot be sent", server.dialed())
	}
}

func TestDotsAndLongLinesSurvive(t *testing.T) {
	server := startServer(t, serverOptions{})
	m := testMail()
	m.Text = ".\n..two\n" + strings.Repeat("long ", 500) + "\nFrom here\nñ = €\n"
	if err := server.mailer(t, nil).Send(context.Background(), m); err != nil {
		t.Fatal(err)
	}
	if got := readParts(t, server.got()[0])["text/plain"]; got != strings.ReplaceAll(m.Text, "\n", "\r\n") {
		t.Errorf("text:\n%q", got)
	}
}

func TestCloseWithoutAConnection(t *testing.T) {
	mailer := startServer(t, serverOptions{}).mailer(t, nil)
	if err := mailer.Close(); err != nil {
		t.Error(err)
	}
}
