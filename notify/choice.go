package notify

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"accessdesk/data"
)

// Kind is what a mail is about, as far as its reader may choose. Each template declares one.
type Kind string

// The kinds of mail. KindNeeded is everything that somebody asked for or that a case cannot go on without: sign-in, invitations,
// questions, decisions, the beginning and end of access. It cannot be switched off. All others can, one by one.
const (
	KindNeeded     Kind = "needed"
	KindDraft      Kind = "draft"      // unfinished applications
	KindNoReply    Kind = "no_reply"   // a provider has not answered
	KindRenewal    Kind = "renewal"    // a service that was set up elsewhere ends
	KindSaved      Kind = "saved"      // a followed program opened, closed or changed
	KindSearch     Kind = "search"     // a program newly matches a saved search
	KindSAM        Kind = "sam"        // the registration in SAM.gov expires
	KindAWIA       Kind = "awia"       // a water system's plan is due
	KindMembership Kind = "membership" // a yearly membership ends
	KindStateCall  Kind = "state_call" // a state's call for applications closes
	KindCheckFits  Kind = "check_fits" // a program begins to fit a check whose link was mailed
	KindFits       Kind = "fits"       // a program begins to fit the organization
	KindDueSoon    Kind = "due_soon"   // staff: a case is due
	KindListing    Kind = "listing"    // staff: a draft of a listing waits, comes back, or goes live
	KindDigest     Kind = "digest"     // staff: once a day, what waits
)

// optionalKinds may be switched off, in the order in which pages show them; optInKinds are those that nobody gets before
// asking for them.
var (
	optionalKinds = []Kind{KindDraft, KindNoReply, KindRenewal, KindSaved, KindSearch, KindCheckFits, KindFits, KindSAM, KindAWIA, KindMembership, KindStateCall, KindDueSoon, KindListing, KindDigest}
	optInKinds    = []Kind{KindFits, KindSAM, KindAWIA, KindMembership, KindStateCall}
)

// Kinds lists the optional kinds of which there is a mail, in the order in which pages show them.
func Kinds() []Kind {
	used := map[Kind]bool{}
	for _, s := range specs {
		used[s.about] = true
	}
	return slices.DeleteFunc(slices.Clone(optionalKinds), func(k Kind) bool { return !used[k] })
}

// Optional tells whether a reader may switch the kind off.
func (k Kind) Optional() bool { return slices.Contains(optionalKinds, k) }

// OptIn tells whether nobody gets the kind before asking for it.
func (k Kind) OptIn() bool { return slices.Contains(optInKinds, k) }

// Choice is whether an address gets a kind of mail, and since when somebody chose so; a zero Since is the default.
type Choice struct {
	Wanted bool
	Since  time.Time
}

// addressKey is how an address is known in the tables of choices: whatever its spelling, it is one mailbox.
func addressKey(address string) string { return strings.ToLower(strings.TrimSpace(address)) }

// ChoiceOf gives the choice for one kind; what is needed is always wanted.
func ChoiceOf(tx *data.Tx, address string, kind Kind) (Choice, error) {
	choice := Choice{Wanted: !kind.OptIn()}
	if !kind.Optional() {
		return choice, nil
	}
	var since int64
	err := tx.Row("SELECT wanted, changed_at FROM mail_choice WHERE address = $1 AND kind = $2", addressKey(address), string(kind)).
		Scan(&choice.Wanted, &since)
	if errors.Is(err, data.ErrNotFound) {
		return choice, nil
	}
	if err != nil {
		return Choice{}, fmt.Errorf("choice of %s mails: %w", kind, err)
	}
	choice.Since = data.FromMillis(since)
	return choice, nil
}

// Choose keeps what somebody wants. Choosing what holds already changes nothing, not even Since.
func Choose(tx *data.Tx, address string, kind Kind, wanted bool) error {
	if !kind.Optional() {
		return fmt.Errorf("choose %s mails: this kind cannot be switched", kind)
	}
	now, err := ChoiceOf(tx, address, kind)
	if err != nil || now.Wanted == wanted {
		return err
	}
	_, err = tx.Exec(`INSERT INTO mail_choice (address, kind, wanted, changed_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (address, kind) DO UPDATE SET wanted = excluded.wanted, changed_at = excluded.changed_at`,
		addressKey(address), string(kind), wanted, data.Millis(tx.Now))
	if err != nil {
		return fmt.Errorf("choose %s mails: %w", kind, err)
	}
	return nil
}

// Returned tells since when mails to an address come back: a mail server refused the address for good. While it does, the
// address gets needed mails only. It ends by itself when a server takes one of them, and by Retry. Zero: mails arrive.
func Returned(tx *data.Tx, address string) (time.Time, error) {
	var since int64
	err := tx.Row("SELECT returned_at FROM mail_return WHERE address = $1", addressKey(address)).Scan(&since)
	if err != nil && !errors.Is(err, data.ErrNotFound) {
		return time.Time{}, fmt.Errorf("returned mails: %w", err)
	}
	return data.FromMillis(since), nil
}

// Retry forgets that mails to an address came back, because somebody says that they arrive again.
func Retry(tx *data.Tx, address string) error {
	if _, err := tx.Exec("DELETE FROM mail_return WHERE address = $1", addressKey(address)); err != nil {
		return fmt.Errorf("forget returned mails: %w", err)
	}
	return nil
}

func keepReturned(tx *data.Tx, address string, failed *DeliveryError) error {
	_, err := tx.Exec(`INSERT INTO mail_return (address, class, returned_at) VALUES ($1, $2, $3) ON CONFLICT (address) DO NOTHING`,
		addressKey(address), failed.Error(), data.Millis(tx.Now))
	return err
}

// Why a mail is not queued or not sent.
const (
	withheldChoice   = "not_wanted"
	withheldReturned = "address_returned"
)

// withheld tells why an address gets no mail of a kind now, "" if it does.
func withheld(tx *data.Tx, address string, kind Kind) (string, error) {
	if !kind.Optional() {
		return "", nil
	}
	choice, err := ChoiceOf(tx, address, kind)
	if err != nil {
		return "", err
	}
	if !choice.Wanted {
		return withheldChoice, nil
	}
	returned, err := Returned(tx, address)
	if err != nil || returned.IsZero() {
		return "", err
	}
	return withheldReturned, nil
}

// stopLinkTime is how long a stop link works. The next yearly reminder has come by then, with a link of its own; the law asks
// for 30 days (15 U.S.C. 7704(a)(3)(A)(ii)).
const stopLinkTime = 400 * 24 * time.Hour

// StopLink is what the link at the end of an optional mail stops: one kind of mail to one address.
type StopLink struct {
	Address string
	Kind    Kind
}

// FindStopLink gives what a token stops. data.ErrNotFound for one that is unknown, too old or revoked.
func FindStopLink(tx *data.Tx, token string) (StopLink, error) {
	var found StopLink
	err := tx.Row("SELECT address, kind FROM stop_link WHERE token_hash = $1 AND made_at > $2",
		data.HashToken(token), data.Millis(tx.Now.Add(-stopLinkTime))).Scan(&found.Address, &found.Kind)
	if err != nil {
		return StopLink{}, fmt.Errorf("find stop link: %w", err)
	}
	return found, nil
}

// RevokeStopLinks makes every stop link of an address useless: nobody who finds an old mail can change anything any more.
func RevokeStopLinks(tx *data.Tx, address string) error {
	if _, err := tx.Exec("DELETE FROM stop_link WHERE address = $1", addressKey(address)); err != nil {
		return fmt.Errorf("revoke stop links: %w", err)
	}
	return nil
}

func keepStopLink(tx *data.Tx, tokenHash, address string, kind Kind) error {
	_, err := tx.Exec("INSERT INTO stop_link (token_hash, address, kind, made_at) VALUES ($1, $2, $3, $4)",
		tokenHash, addressKey(address), string(kind), data.Millis(tx.Now))
	return err
}

// Prune removes stop links that are too old to work.
func Prune(tx *data.Tx) error {
	if _, err := tx.Exec("DELETE FROM stop_link WHERE made_at <= $1", data.Millis(tx.Now.Add(-stopLinkTime))); err != nil {
		return fmt.Errorf("prune stop links: %w", err)
	}
	return nil
}

// KindOf gives what a mail is about; what is no template is needed.
func KindOf(template string) Kind {
	if s, ok := specs[template]; ok {
		return s.about
	}
	return KindNeeded
}

// Wanted tells whether a mail would be queued for an address now: the same test that Enqueue makes.
func Wanted(tx *data.Tx, address, template string) (bool, error) {
	s, ok := specs[template]
	if !ok {
		return false, fmt.Errorf("no mail is called %q", template)
	}
	reason, err := withheld(tx, address, s.about)
	return err == nil && reason == "", err
}
