package notify

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// mailServer is a real SMTP server on this machine whose answers a test decides, stage by stage.
type mailServer struct {
	host  string
	port  int
	roots *x509.CertPool

	mu          sync.Mutex
	answer      func(stage, recipient string) error // nil error: accept; errDrop, errHang: see below
	messages    []received
	connections int
	hang        chan struct{}
}

type received struct {
	from, to string
	raw      string
	message  *mail.Message
	secure   bool
}

var (
	errDrop = errors.New("close the connection without an answer")
	errHang = errors.New("never answer")
)

func reply(code int) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.NoEnhancedCode, Message: "answer with secret@example.org in it"}
}

// options of a mail server.
type serverOptions struct {
	starttls, implicit bool
	user, password     string
}

func startServer(t *testing.T, o serverOptions) *mailServer {
	t.Helper()
	s := &mailServer{host: "127.0.0.1", hang: make(chan struct{})}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.port = listener.Addr().(*net.TCPAddr).Port
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		if err := s.decide("greeting", "", c); err != nil {
			return nil, err
		}
		return &smtpSession{server: s, conn: c, o: o}, nil
	}))
	listener = counting{listener, s}
	server.Domain = "mail.example.test"
	server.MaxMessageBytes = 1 << 20
	server.ReadTimeout, server.WriteTimeout = 10*time.Second, 10*time.Second
	server.AllowInsecureAuth = true
	server.ErrorLog = log.New(io.Discard, "", 0)
	if o.starttls || o.implicit {
		certificate, roots := certificate(t)
		s.roots = roots
		config := &tls.Config{Certificates: []tls.Certificate{certificate}}
		if o.implicit {
			listener = tls.NewListener(listener, config)
		} else {
			server.TLSConfig = config
		}
	}
	go server.Serve(listener)
	t.Cleanup(func() {
		close(s.hang)
		server.Close()
	})
	return s
}

// counting counts the connections; the library makes a new session after STARTTLS, so sessions do not tell.
type counting struct {
	net.Listener
	server *mailServer
}

func (c counting) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	if err == nil {
		c.server.mu.Lock()
		c.server.connections++
		c.server.mu.Unlock()
	}
	return conn, err
}

func (s *mailServer) answers(f func(stage, recipient string) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = f
}

// at gives an answer at one stage and accepts everything else.
func at(stage string, err error) func(string, string) error {
	return func(now, _ string) error {
		if now == stage {
			return err
		}
		return nil
	}
}

func (s *mailServer) decide(stage, recipient string, c *smtp.Conn) error {
	s.mu.Lock()
	answer := s.answer
	s.mu.Unlock()
	if answer == nil {
		return nil
	}
	err := answer(stage, recipient)
	switch {
	case errors.Is(err, errDrop):
		c.Conn().Close()
	case errors.Is(err, errHang):
		<-s.hang
	}
	return err
}

func (s *mailServer) got() []received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]received(nil), s.messages...)
}

func (s *mailServer) dialed() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connections
}

// mailer gives an SMTP mailer for the server.
func (s *mailServer) mailer(t *testing.T, change func(*SMTPConfig)) *SMTP {
	t.Helper()
	config := SMTPConfig{Host: s.host, Port: s.port, TLS: TLSNone, Roots: s.roots, Hello: "desk.example.test",
		DialTimeout: 3 * time.Second, SendTimeout: 5 * time.Second}
	if change != nil {
		change(&config)
	}
	mailer, err := NewSMTP(config)
	if err != nil {
		t.Fatal(err)
	}
	return mailer
}

type smtpSession struct {
	server   *mailServer
	conn     *smtp.Conn
	o        serverOptions
	from, to string
	signedIn bool
}

func (s *smtpSession) AuthMechanisms() []string {
	if s.o.user == "" {
		return nil
	}
	return []string{sasl.Plain}
}

func (s *smtpSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != s.o.user || password != s.o.password {
			return smtp.ErrAuthFailed
		}
		s.signedIn = true
		return nil
	}), nil
}

func (s *smtpSession) Reset()        {}
func (s *smtpSession) Logout() error { return nil }

func (s *smtpSession) Mail(from string, _ *smtp.MailOptions) error {
	s.from = from
	if s.o.user != "" && !s.signedIn {
		return reply(530)
	}
	return s.server.decide("mail", "", s.conn)
}

func (s *smtpSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = to
	return s.server.decide("rcpt", to, s.conn)
}

func (s *smtpSession) Data(r io.Reader) error {
	if err := s.server.decide("data", s.to, s.conn); err != nil {
		return err
	}
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	message, err := mail.ReadMessage(strings.NewReader(string(raw)))
	if err != nil {
		return reply(554)
	}
	_, secure := s.conn.TLSConnectionState()
	if err := s.server.decide("end", s.to, s.conn); err != nil && !errors.Is(err, errDrop) && !errors.Is(err, errHang) {
		return err
	}
	s.server.mu.Lock()
	s.server.messages = append(s.server.messages, received{s.from, s.to, string(raw), message, secure})
	s.server.mu.Unlock()
	return s.server.decide("stored", s.to, s.conn)
}

// certificate makes a server certificate for 127.0.0.1 and the pool that trusts it.
func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail.example.test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		IPAddresses: []net.IP{net.ParseIP("127.0.0.1")},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}
