// Package notify knows one thing: mails that must reach somebody after a transaction has been committed.
//
// # Queue
//
// A domain package calls Composer.Enqueue in the transaction of its act. The mail is rendered at once, in the reader's
// language, as text and HTML, and stored in the table outbox; what Compose shows as a preview is what is stored. A Key names the
// occasion ("grant_ends_soon:GRANT:30"): the same key is queued once, whoever asks and however often.
//
// # Secrets
//
// A sign-in or resume link is a key to somebody's data and must not lie in a database or a backup. Such values are taken out of the
// text (a marker stands there), sealed with AES-256-GCM under ComposerConfig.SealKey, bound to table, column and row, opened
// in memory at delivery only, and wiped when the mail has been sent or given up. Previews, listings and dry runs show
// "[private link]".
//
// # Choice
//
// Each template declares what it is about (Kind). What is needed cannot be switched off; every other kind can, for each address:
// on a page, or by the stop link of the mail itself, which mail programs offer as a button of their own (RFC 8058, headers
// List-Unsubscribe and List-Unsubscribe-Post). Some kinds nobody gets before asking for them. An address that a mail server
// refused for good (5xx at RCPT) gets needed mails only, until a server takes one of them. Both are looked up when a mail is
// queued and again right before it is sent. A stop link holds a token of its own that is stored hashed and sealed like other secrets; it
// stops one kind for one address, whoever opens it, and can do nothing else.
//
// # Delivery
//
// Deliver claims what is due by a guarded UPDATE (two processes may run it at once), sends with no transaction open, and marks each
// mail. States:
//
//	queued  -claim->   sending                        attempts + 1, lease until due_at
//	sending -ok->      sent
//	sending -4xx, no connection, timeout->  queued    due again after 1m 5m 15m 1h 4h 12h 24h, then failed
//	sending -5xx->     failed                         the server refused this mail for good
//	sending -not wanted any more-> stopped            see Choice
//	sending -lease over->  claimed again              the process died between claim and mark
//
// Delivery is therefore at least once. A repeat carries the same Message-ID, made from the outbox id, so that a mail server and
// a reader's program can tell a repeat from a second mail.
//
// # Headers
//
// No header value ever holds CR or LF: recipients are validated, single-line arguments with control characters are refused.
//
// Mailer is the only interface of the program: SMTP delivers, Spool writes complete .eml files for a program without a mail server.
package notify

import (
	"crypto/cipher"
	"errors"
	"fmt"
	"io/fs"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"time"

	"accessdesk/data/locale"
)

// Message asks for one mail. Which Args a template takes is documented in templates.go; a missing, unknown or ill-typed one is
// refused, so that no mail goes out with a hole in it.
type Message struct {
	To       string         // one address, without a display name
	Lang     string         // "en" or "es": the reader's language; anything else is read as English
	Template string         // one of Templates
	Args     map[string]any // string, []string, time.Time, int, PrivateLink
	Key      string         // unique name of the occasion; needed by Enqueue, not by Compose
	Chain    string         // record chain that the mail belongs to, "case:ID"; may be empty
}

// PrivateLink is a URL that contains a secret. It is never stored or shown in the clear.
type PrivateLink string

// Composed is a mail as people may see it: private links and codes read "[private link]" and "[private code]".
type Composed struct {
	Subject string
	Text    string
	HTML    string
}

// ComposerConfig is what a Composer must know of the site.
type ComposerConfig struct {
	Locales    *locale.Locales // nil: the embedded messages
	Brand      string          // name of the site
	Operator   string          // who runs it; may be empty
	Government bool            // true drops the line "It is not a government site"
	PublicURL  string          // https://desk.example.org; every link in a mail begins with it
	From       string          // sender: "Name <address>" or an address
	ReplyTo    string          // address that a person reads
	Zone       *time.Location  // zone in which times are written; nil: UTC
	SealKey    [32]byte        // AES-256 key for private links; kept outside the database
}

// Composer renders mails. It is made once at start, never changes and is safe for concurrent use.
type Composer struct {
	config  ComposerConfig
	from    mail.Address
	replyTo string
	aead    cipher.AEAD
	locales *locale.Locales
	voices  map[string]*voice // by language
}

// NewComposer checks the configuration and parses every template.
func NewComposer(config ComposerConfig) (*Composer, error) {
	c, err := newComposer(config, templateFiles)
	if err != nil {
		return nil, fmt.Errorf("notify: %w", err)
	}
	return c, nil
}

func newComposer(config ComposerConfig, files fs.FS) (*Composer, error) {
	c := &Composer{config: config, voices: map[string]*voice{}}
	if c.config.Zone == nil {
		c.config.Zone = time.UTC
	}
	if err := c.checkConfig(); err != nil {
		return nil, err
	}
	var err error
	if c.aead, err = newSeal(config.SealKey); err != nil {
		return nil, err
	}
	locales := config.Locales
	if locales == nil {
		if locales, err = locale.Bundle(); err != nil {
			return nil, err
		}
	}
	for _, lang := range locale.Languages() {
		if c.voices[lang], err = newVoice(files, locales.In(lang), c.config.Zone); err != nil {
			return nil, err
		}
	}
	c.locales = locales
	for name, s := range specs {
		if s.about != KindNeeded && !s.about.Optional() {
			return nil, fmt.Errorf("mail %s: its spec in templates.go must say what it is about (KindNeeded, or an optional kind)", name)
		}
	}
	return c, nil
}

// Rehearse renders every template in every language with its samples, as the tests do and whoever looks for what is wrong
// with an installation. It takes longer than all the rest of a Composer, and the templates are part of the program, so
// the start does without.
func (c *Composer) Rehearse() error {
	before := c.locales.Missing()
	for _, name := range Templates() {
		for _, lang := range locale.Languages() {
			if _, err := c.Compose(Message{Lang: lang, Template: name, Args: Sample(name, lang)}); err != nil {
				return err
			}
		}
	}
	for _, missing := range c.locales.Missing() {
		if !slices.Contains(before, missing) {
			return fmt.Errorf("mail texts: %s", missing)
		}
	}
	return nil
}

func (c *Composer) checkConfig() error {
	if err := singleLine(c.config.Brand); err != nil || strings.TrimSpace(c.config.Brand) == "" {
		return fmt.Errorf("the brand must be one line of text")
	}
	if err := singleLine(c.config.Operator); err != nil {
		return fmt.Errorf("the operator must be one line of text")
	}
	base, err := url.Parse(c.config.PublicURL)
	if err != nil || (base.Scheme != "https" && base.Scheme != "http") || base.Host == "" || base.RawQuery != "" || base.Fragment != "" || base.User != nil {
		return fmt.Errorf("the public URL must look like https://desk.example.org")
	}
	c.config.PublicURL = strings.TrimRight(c.config.PublicURL, "/")
	from, err := mail.ParseAddress(c.config.From)
	if err != nil || singleLine(c.config.From) != nil {
		return fmt.Errorf("the sender must be an address or \"Name <address>\"")
	}
	if from.Address, err = address(from.Address, true); err != nil {
		return fmt.Errorf("the sender's address is not valid")
	}
	c.from = *from
	if c.replyTo, err = address(c.config.ReplyTo, true); err != nil {
		return fmt.Errorf("the reply address is not valid")
	}
	if c.config.SealKey == [32]byte{} {
		return errors.New("the key for private links is empty")
	}
	return nil
}

// Compose renders a mail without queuing it: the preview. Private links are not in the result.
func (c *Composer) Compose(m Message) (Composed, error) {
	r, err := c.render(m, previewID)
	if err != nil {
		return Composed{}, fmt.Errorf("compose mail %s: %w", m.Template, err)
	}
	return shown(previewID, c.voice(m.Lang).speak.Lang(), r.Composed), nil
}

// voice gives the templates in a language, English for one that is not spoken here.
func (c *Composer) voice(lang string) *voice {
	if v, ok := c.voices[lang]; ok {
		return v
	}
	return c.voices[locale.English]
}
