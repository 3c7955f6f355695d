package notify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"slices"
	"strings"
	"sync"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// How the connection to a mail server is protected.
const (
	TLSMandatory     = "mandatory"     // STARTTLS, refused when the server has none; the default
	TLSImplicit      = "implicit"      // TLS from the first byte, port 465
	TLSOpportunistic = "opportunistic" // STARTTLS when offered; loopback only, since anybody on the way can hide the offer
	TLSNone          = "none"          // loopback only
)

// How the program proves itself to a mail server.
const (
	AuthPlain = "plain" // the default when there is a user name
	AuthLogin = "login"
	AuthCRAM  = "cram-md5"
	AuthSCRAM = "scram-sha-256"
)

// Deadlines where the configuration names none. A mail server on the same continent needs a tenth of them.
const (
	dialLimit  = 15 * time.Second
	sendLimit  = 45 * time.Second
	closeLimit = 5 * time.Second
)

// SMTPConfig says where and how mails are handed to a mail server.
type SMTPConfig struct {
	Host        string         // name that the server's certificate must carry
	Port        int            // 0: 587, implicit TLS 465, without mandatory TLS 25
	TLS         string         // "": TLSMandatory
	Username    string         // "": no authentication
	Password    string         // never logged
	Auth        string         // "": AuthPlain
	Hello       string         // name given in EHLO; "": the host's
	Roots       *x509.CertPool // nil: those of the system
	DialTimeout time.Duration  // connect, greeting, TLS and authentication together; 0: 15 s
	SendTimeout time.Duration  // one whole mail, connecting again included; 0: 45 s
}

// SMTP hands mails to a mail server over one connection that serves a whole batch. Every step has a deadline: a server that accepts
// and then says nothing costs one SendTimeout, not the program.
type SMTP struct {
	config  SMTPConfig
	options []gomail.Option

	mu   sync.Mutex
	open *session // nil: not connected
}

// session is one connection. The connection itself is kept beside the client, because the library does not close it when the
// greeting, TLS or authentication fails, and has no way to break off a command that hangs.
type session struct {
	client *gomail.Client
	conn   net.Conn
}

// NewSMTP checks the configuration; it does not connect.
func NewSMTP(config SMTPConfig) (*SMTP, error) {
	if config.DialTimeout == 0 {
		config.DialTimeout = dialLimit
	}
	if config.SendTimeout == 0 {
		config.SendTimeout = sendLimit
	}
	options, err := clientOptions(config)
	if err != nil {
		return nil, fmt.Errorf("mail server: %w", err)
	}
	if _, err := gomail.NewClient(config.Host, options...); err != nil {
		return nil, fmt.Errorf("mail server: %w", err)
	}
	return &SMTP{config: config, options: options}, nil
}

func clientOptions(config SMTPConfig) ([]gomail.Option, error) {
	options := []gomail.Option{
		// The library's own deadline is only a second net. At the same length it would race ours, and a hanging server would
		// sometimes look like a lost connection.
		gomail.WithTimeout(2 * (config.DialTimeout + config.SendTimeout)),
		gomail.WithoutNoop(), // a dead connection shows at MAIL just as well, one round trip earlier
		gomail.WithTLSConfig(tlsConfig(config)),
	}
	port := config.Port
	switch config.TLS {
	case "", TLSMandatory:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
		port = orDefault(port, 587)
	case TLSImplicit:
		options = append(options, gomail.WithSSL())
		port = orDefault(port, 465)
	case TLSOpportunistic, TLSNone:
		if !loopback(config.Host) {
			return nil, fmt.Errorf("tls = %q sends mails in the clear and is allowed to this machine only, not to %s", config.TLS, config.Host)
		}
		policy := gomail.NoTLS
		if config.TLS == TLSOpportunistic {
			policy = gomail.TLSOpportunistic
		}
		options = append(options, gomail.WithTLSPolicy(policy))
		port = orDefault(port, 25)
	default:
		return nil, fmt.Errorf("tls = %q: use %s, %s, %s or %s", config.TLS, TLSMandatory, TLSImplicit, TLSOpportunistic, TLSNone)
	}
	options = append(options, gomail.WithPort(port))
	if config.Hello != "" {
		options = append(options, gomail.WithHELO(config.Hello))
	}
	auth, err := authOptions(config)
	return append(options, auth...), err
}

func authOptions(config SMTPConfig) ([]gomail.Option, error) {
	if config.Username == "" {
		return nil, nil
	}
	kinds := map[string]gomail.SMTPAuthType{"": gomail.SMTPAuthPlain, AuthPlain: gomail.SMTPAuthPlain, AuthLogin: gomail.SMTPAuthLogin,
		AuthCRAM: gomail.SMTPAuthCramMD5, AuthSCRAM: gomail.SMTPAuthSCRAMSHA256}
	kind, ok := kinds[config.Auth]
	if !ok {
		return nil, fmt.Errorf("auth = %q: use %s, %s, %s or %s", config.Auth, AuthPlain, AuthLogin, AuthCRAM, AuthSCRAM)
	}
	return []gomail.Option{gomail.WithSMTPAuth(kind), gomail.WithUsername(config.Username), gomail.WithPassword(config.Password)}, nil
}

func orDefault(port, standard int) int {
	if port == 0 {
		return standard
	}
	return port
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

func tlsConfig(config SMTPConfig) *tls.Config {
	return &tls.Config{ServerName: config.Host, RootCAs: config.Roots, MinVersion: tls.VersionTLS12}
}

// Send hands over one mail. The connection stays open for the next one.
func (s *SMTP) Send(ctx context.Context, m Mail) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, s.config.SendTimeout)
	defer cancel()
	fresh := s.open == nil
	err := s.attempt(ctx, m)
	// A server that closes an idle connection, or takes only so many mails over one, is met again at once: nothing of this mail
	// has been taken yet.
	if !fresh && err != nil && err.reconnect && ctx.Err() == nil {
		err = s.attempt(ctx, m)
	}
	if err != nil {
		return err.delivery
	}
	return nil
}

// failure is a DeliveryError before it is known whether a new connection helps.
type failure struct {
	delivery  *DeliveryError
	reconnect bool
}

func (s *SMTP) attempt(ctx context.Context, m Mail) *failure {
	msg, err := message(m)
	if err != nil {
		return &failure{delivery: &DeliveryError{Class: "invalid", Final: true, Err: err}}
	}
	if s.open == nil {
		if err := s.dial(ctx); err != nil {
			return &failure{delivery: err}
		}
	}
	conn := s.open.conn
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	err = s.open.client.Send(msg)
	if msg.IsDelivered() { // an error after that is one of tidying up: the server has taken the mail
		if err != nil {
			s.drop()
		}
		return nil
	}
	if err == nil {
		err = errors.New("not delivered")
	}
	return s.classify(ctx, err)
}

// dial connects, greets, protects and authenticates within DialTimeout.
func (s *SMTP) dial(ctx context.Context) *DeliveryError {
	ctx, cancel := context.WithTimeout(ctx, s.config.DialTimeout)
	defer cancel()
	fresh := &session{}
	stop := func() bool { return true }
	connect := func(inner context.Context, network, address string) (net.Conn, error) {
		conn, err := s.connect(inner, network, address)
		if err == nil {
			fresh.conn = conn
			stop = context.AfterFunc(ctx, func() { conn.Close() })
		}
		return conn, err
	}
	var err error
	fresh.client, err = gomail.NewClient(s.config.Host, append(slices.Clone(s.options), gomail.WithDialContextFunc(connect))...)
	if err == nil {
		err = fresh.client.DialWithContext(ctx)
	}
	if err == nil && stop() {
		s.open = fresh
		return nil
	}
	if fresh.conn != nil {
		fresh.conn.Close()
	}
	if err == nil {
		err = context.Cause(ctx)
	}
	return dialError(ctx, err)
}

func (s *SMTP) connect(ctx context.Context, network, address string) (net.Conn, error) {
	if s.config.TLS == TLSImplicit {
		return (&tls.Dialer{Config: tlsConfig(s.config)}).DialContext(ctx, network, address)
	}
	return (&net.Dialer{}).DialContext(ctx, network, address)
}

// dialError names what stood in the way. None of it is the mail's fault: all of it may pass or be repaired.
func dialError(ctx context.Context, err error) *DeliveryError {
	d := &DeliveryError{Class: "connect", Server: true, Err: err}
	var reply *textproto.Error
	var verify *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var network net.Error
	switch {
	case ctx.Err() != nil:
		d.Class = interruption(ctx)
	case errors.As(err, &network) && network.Timeout():
		d.Class = "timeout"
	case errors.As(err, &reply):
		d.Class, d.Code = "server_refused", reply.Code
		if authCode(reply.Code) {
			d.Class = "auth"
		}
	case errors.As(err, &verify), errors.As(err, &record), errors.As(err, &alert):
		d.Class = "tls"
	case strings.Contains(err.Error(), "STARTTLS"): // the library has no error value for it
		d.Class = "starttls_missing"
	case strings.Contains(err.Error(), "AUTH"):
		d.Class = "auth"
	}
	return d
}

func (s *SMTP) drop() {
	if s.open != nil {
		s.open.conn.Close()
		s.open = nil
	}
}

func interruption(ctx context.Context) string {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return "timeout"
	}
	return "interrupted"
}

// authCode says whether a reply code is about authentication (RFC 4954 section 6): a fault of the configuration, not of the mail.
func authCode(code int) bool {
	return code == 530 || code == 534 || code == 535 || code == 538
}

// classify sorts what the library reports and decides whether the connection can serve another mail.
func (s *SMTP) classify(ctx context.Context, err error) *failure {
	if ctx.Err() != nil {
		s.drop()
		return &failure{delivery: &DeliveryError{Class: interruption(ctx), Server: true, Err: err}}
	}
	var sending *gomail.SendError
	if !errors.As(err, &sending) {
		s.drop()
		return &failure{delivery: &DeliveryError{Class: "connection_lost", Err: err}}
	}
	code := sending.ErrorCode()
	early := sending.Reason == gomail.ErrSMTPMailFrom || sending.Reason == gomail.ErrConnCheck
	if code == 0 || code == 421 {
		s.drop()
		return &failure{delivery: &DeliveryError{Class: "connection_lost", Code: code, Err: err}, reconnect: early}
	}
	if s.open.client.Reset() != nil {
		s.drop()
	}
	d := &DeliveryError{Class: "deferred", Code: code, Err: err}
	switch {
	case authCode(code):
		d.Class, d.Server = "auth", true
	case code >= 500:
		d.Class, d.Final = refusal(sending.Reason), true
	}
	return &failure{delivery: d}
}

// refusedRecipient is the class of a final refusal of the address itself, at RCPT: optional mails to it stop.
const refusedRecipient = "refused_recipient"

func refusal(reason gomail.SendErrReason) string {
	switch reason {
	case gomail.ErrSMTPMailFrom:
		return "refused_sender"
	case gomail.ErrSMTPRcptTo:
		return refusedRecipient
	default:
		return "refused_content"
	}
}

// Close says goodbye to the server, within 5 seconds.
func (s *SMTP) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeLimit)
	defer cancel()
	conn := s.open.conn
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	err := s.open.client.Close()
	s.drop()
	if err != nil {
		return fmt.Errorf("close the connection to the mail server: %w", err)
	}
	return nil
}
