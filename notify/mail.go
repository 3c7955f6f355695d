package notify

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// Mail is a mail ready to leave: secrets opened, headers settled.
type Mail struct {
	ID        string // outbox id
	Template  string
	Lang      string
	MessageID string // without angle brackets; the same for every attempt
	From      string // "Name <address>" or an address
	To        string
	ReplyTo   string
	Date      time.Time // when it was queued
	StopLink  string    // where an optional mail is stopped, in one click (RFC 8058); "" for a needed one
	Composed            // with the real links
}

// Mailer hands mails on. It is an interface because there are two real ones, SMTP and Spool.
type Mailer interface {
	// Send hands over one mail and returns when the other side has taken responsibility for it. Its error is a *DeliveryError;
	// any other error counts as one that may pass.
	Send(ctx context.Context, m Mail) error
	// Close ends what Send keeps open for the next mail. Send may be called again afterwards.
	Close() error
}

// DeliveryError is why a mail was not handed over.
type DeliveryError struct {
	Class  string // short and free of addresses: "timeout", "refused_recipient"
	Code   int    // SMTP reply code, 0 if there was none
	Final  bool   // the same mail will never be taken; do not try again
	Server bool   // nothing can be sent now, not only this mail
	Err    error  // detail; may hold addresses and belongs into no log or table
}

// Error gives class and code, which are safe to store and log.
func (e *DeliveryError) Error() string {
	if e.Code == 0 {
		return e.Class
	}
	return fmt.Sprintf("%s %d", e.Class, e.Code)
}

// Unwrap gives the detail.
func (e *DeliveryError) Unwrap() error { return e.Err }

// message builds the RFC 5322 message, the same for SMTP and for the spool. No default User-Agent: it would tell the library and
// its version to every reader.
func message(m Mail) (*gomail.Msg, error) {
	for _, value := range []string{m.From, m.To, m.ReplyTo, m.Subject, m.MessageID, m.Lang, m.ID, m.StopLink} {
		if err := singleLine(value); err != nil {
			return nil, fmt.Errorf("header value: %w", err)
		}
	}
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent(), gomail.WithCharset(gomail.CharsetUTF8),
		gomail.WithEncoding(gomail.EncodingQP), gomail.WithBoundary("part-"+m.ID))
	if err := msg.From(m.From); err != nil {
		return nil, err
	}
	if err := msg.To(m.To); err != nil {
		return nil, err
	}
	if err := msg.ReplyTo(m.ReplyTo); err != nil {
		return nil, err
	}
	msg.Subject(m.Subject)
	msg.SetMessageIDWithValue(m.MessageID)
	msg.SetDateWithValue(m.Date.UTC())
	// RFC 3834: tells vacation programs not to answer.
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetGenHeader("Content-Language", m.Lang)
	if m.StopLink != "" {
		msg.SetGenHeader(gomail.HeaderListUnsubscribe, "<"+m.StopLink+">")
		msg.SetGenHeader(gomail.HeaderListUnsubscribePost, "List-Unsubscribe=One-Click")
	}
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	return msg, nil
}

// write puts the complete message, as it would go over the wire, into w.
func write(w io.Writer, m Mail) error {
	msg, err := message(m)
	if err != nil {
		return err
	}
	_, err = msg.WriteTo(w)
	return err
}

// domain is what stands behind the @ of an address.
func domain(address string) string {
	return address[strings.LastIndexByte(address, '@')+1:]
}
