// Package key keeps the keys by which programs use the interfaces of the desk in the name of a person.
//
// # What a key is
//
// A key belongs to one person, has a name that says what it is for, the scopes that it opens, a last day (at most MaxLife away), and
// the networks from which it may be used (none named: any). It is shown once, when it is made. The text reads
//
//	accessdesk_key_HANDLE SECRET CHECK       without blanks: [a-z2-7]{10}, [a-z2-7]{52}, [a-z2-7]{7}
//
// so that scanners for leaked secrets find it: Pattern matches every key and hardly anything else, and CHECK, a CRC-32 of what stands
// before it, tells a key from a text that only looks like one. The handle names the key in lists. Of the secret, 256 random bits, only
// the SHA-256 is stored.
//
// # When it opens
//
// Open compares in constant time, also where there is no such handle. A key opens while it is neither revoked nor expired, its caller
// comes from one of its networks, and its person is what they were when the key was made: an account that was closed, also one that was
// opened again, and a changed role end every key of that person. What is wrong is never told to the caller; ErrNoKey is all there is.
//
// # Record
//
// Making and revoking stand in the chain desk with the key's id, person and scopes; neither handle nor secret nor network does.
package key

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"accessdesk/broker/account"
	"accessdesk/broker/record"
	"accessdesk/data"
)

// Scope is one thing that a key opens.
type Scope string

// The scopes. Both are for people who curate the catalog.
const (
	ReadCatalog  Scope = "catalog:read"  // read drafts and former versions
	WriteCatalog Scope = "catalog:write" // write drafts, and take them through review to publishing
)

// Scopes lists all scopes.
func Scopes() []Scope { return []Scope{ReadCatalog, WriteCatalog} }

// MaxLife is how long a key can work at most: a key that nobody remembers ends by itself.
const MaxLife = 366 * 24 * time.Hour

// Bounds of what a person says about a key.
const (
	maxName     = 80 // characters
	maxNetworks = 20
)

// ErrNoKey is the one answer to a key that does not open, whatever the reason.
var ErrNoKey = errors.New("no such key")

// Key is a key as lists show it; its secret is known only to whoever made it.
type Key struct {
	ID       string
	Handle   string // public part, by which people tell their keys apart
	PersonID string
	Name     string
	Scopes   []Scope
	Networks []netip.Prefix // from which it may be used; none: any
	MadeAt   time.Time
	Expires  time.Time // the first instant at which it does not work
	UsedOn   string    // YYYY-MM-DD in UTC, "" if it was never used
	Revoked  time.Time // zero: it was not

	hash       string
	generation int64
}

// Wish is what whoever makes a key says.
type Wish struct {
	Name     string
	Scopes   []string
	Networks []string // "192.0.2.0/24", "2001:db8::/32" or single addresses
	Expires  time.Time
}

const prefix = "accessdesk_key_"

// Lengths of the parts of a key, in characters.
const (
	handleLength = 10 // 50 bits
	secretLength = 52 // 260 bits; data.NewToken gives 256 of them
	checkLength  = 7  // CRC-32
)

// Pattern finds keys in texts.
const Pattern = `accessdesk_key_[a-z2-7]{69}`

var wholeKey = regexp.MustCompile(`^` + Pattern + `$`)

var encoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// check is the last part of a key.
func check(before string) string {
	return encoding.EncodeToString(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(before))))
}

// split gives the parts of a key; false for what cannot be one.
func split(text string) (handle, secret string, ok bool) {
	if !wholeKey.MatchString(text) || check(text[:len(text)-checkLength]) != text[len(text)-checkLength:] {
		return "", "", false
	}
	rest := text[len(prefix):]
	return rest[:handleLength], rest[handleLength : handleLength+secretLength], true
}

// Make makes a key for a program manager and gives its text, which is not kept. Refusals: key_person (field email), key_name (field name),
// unknown_choice (field scope), key_expiry (field expires), key_network (field network).
func Make(tx *data.Tx, p account.Person, w Wish, actor string) (Key, string, error) {
	k := Key{ID: data.NewID(), PersonID: p.ID, Name: strings.TrimSpace(w.Name), MadeAt: tx.Now, Expires: w.Expires.UTC().Truncate(time.Millisecond)}
	if p.Disabled || p.StaffRole != account.ProgramManager {
		return Key{}, "", data.Refuse("email", "key_person")
	}
	if err := k.take(tx, w); err != nil {
		return Key{}, "", err
	}
	generation, err := account.Generation(tx, p.ID)
	if err != nil {
		return Key{}, "", err
	}
	random := make([]byte, 7)
	rand.Read(random)
	k.Handle = encoding.EncodeToString(random)[:handleLength]
	secret, hash := data.NewToken()
	before := prefix + k.Handle + secret
	_, err = tx.Exec(`INSERT INTO api_key (id, handle, secret_hash, person_id, generation, name, scopes, networks, made_at, expires_at, used_on)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`, k.ID, k.Handle, hash, k.PersonID, generation, k.Name,
		joined(k.Scopes), joined(texts(k.Networks)), data.Millis(k.MadeAt), data.Millis(k.Expires), "")
	if err != nil {
		return Key{}, "", fmt.Errorf("make key: %w", err)
	}
	err = record.Append(tx, record.Entry{Chain: record.Desk, Actor: actor, Act: "key_made",
		Detail: map[string]any{"key": k.ID, "person": k.PersonID, "scopes": k.Scopes, "expires": k.Expires.Format(time.RFC3339)}})
	return k, before + check(before), err
}

// take checks a wish and takes it over.
func (k *Key) take(tx *data.Tx, w Wish) error {
	if k.Name == "" || utf8.RuneCountInString(k.Name) > maxName || strings.ContainsFunc(k.Name, func(r rune) bool { return r < ' ' || r == utf8.RuneError }) {
		return data.Refuse("name", "key_name", "Max", maxName)
	}
	for _, scope := range w.Scopes {
		if !slices.Contains(Scopes(), Scope(scope)) {
			return data.Refuse("scope", "unknown_choice")
		}
		k.Scopes = append(k.Scopes, Scope(scope))
	}
	slices.Sort(k.Scopes)
	if k.Scopes = slices.Compact(k.Scopes); len(k.Scopes) == 0 {
		return data.Refuse("scope", "unknown_choice")
	}
	if !k.Expires.After(tx.Now) || k.Expires.Sub(tx.Now) > MaxLife {
		return data.Refuse("expires", "key_expiry", "Days", int(MaxLife.Hours()/24))
	}
	if len(w.Networks) > maxNetworks {
		return data.Refuse("network", "key_network", "Network", fmt.Sprint(len(w.Networks)))
	}
	for _, text := range w.Networks {
		network, ok := parseNetwork(text)
		if !ok {
			return data.Refuse("network", "key_network", "Network", text)
		}
		k.Networks = append(k.Networks, network)
	}
	return nil
}

// parseNetwork reads a network or one address.
func parseNetwork(text string) (netip.Prefix, bool) {
	if address, err := netip.ParseAddr(text); err == nil && address.Zone() == "" {
		address = address.Unmap()
		return netip.PrefixFrom(address, address.BitLen()), true
	}
	network, err := netip.ParsePrefix(text)
	if err != nil || network.Addr().Is4In6() {
		return netip.Prefix{}, false
	}
	return network.Masked(), true
}

func joined[T ~string](words []T) string {
	all := make([]string, len(words))
	for i, word := range words {
		all[i] = string(word)
	}
	return strings.Join(all, " ")
}

func texts(networks []netip.Prefix) []string {
	all := make([]string, len(networks))
	for i, network := range networks {
		all[i] = network.String()
	}
	return all
}

const columns = "id, handle, secret_hash, person_id, generation, name, scopes, networks, made_at, expires_at, used_on, revoked_at"

func scan(s data.Scanner) (k Key, err error) {
	var scopes, networks string
	var made, expires int64
	var revoked *int64
	err = s.Scan(&k.ID, &k.Handle, &k.hash, &k.PersonID, &k.generation, &k.Name, &scopes, &networks, &made, &expires, &k.UsedOn, &revoked)
	k.MadeAt, k.Expires = data.FromMillis(made), data.FromMillis(expires)
	if revoked != nil {
		k.Revoked = data.FromMillis(*revoked)
	}
	for word := range strings.FieldsSeq(scopes) {
		k.Scopes = append(k.Scopes, Scope(word))
	}
	for word := range strings.FieldsSeq(networks) {
		if network, ok := parseNetwork(word); ok && err == nil {
			k.Networks = append(k.Networks, network)
		} else if err == nil {
			err = fmt.Errorf("key %s: %q is no network", k.ID, word)
		}
	}
	return k, err
}

// Open gives the key and its person for the text that a caller sends from an address. ErrNoKey if it does not open.
func Open(tx *data.Tx, text, caller string) (Key, account.Person, error) {
	handle, secret, ok := split(text)
	if !ok {
		return Key{}, account.Person{}, ErrNoKey
	}
	k, err := scan(tx.Row("SELECT "+columns+" FROM api_key WHERE handle = $1", handle))
	unknown := errors.Is(err, data.ErrNotFound)
	if err != nil && !unknown {
		return Key{}, account.Person{}, fmt.Errorf("open key: %w", err)
	}
	same := subtle.ConstantTimeCompare([]byte(data.HashToken(secret)), []byte(k.hash)) == 1
	if unknown || !same || !k.Works(tx.Now) || !k.from(caller) {
		return Key{}, account.Person{}, ErrNoKey
	}
	p, err := account.FindPerson(tx, k.PersonID)
	if err != nil {
		return Key{}, account.Person{}, err
	}
	generation, err := account.Generation(tx, p.ID)
	if err != nil {
		return Key{}, account.Person{}, err
	}
	if p.Disabled || p.StaffRole != account.ProgramManager || generation != k.generation {
		return Key{}, account.Person{}, ErrNoKey
	}
	return k, p, nil
}

// Works tells whether the key is neither revoked nor expired.
func (k Key) Works(now time.Time) bool { return k.Revoked.IsZero() && now.Before(k.Expires) }

// May tells whether the key opens a scope. Who may write may read.
func (k Key) May(scope Scope) bool {
	return slices.Contains(k.Scopes, scope) || scope == ReadCatalog && slices.Contains(k.Scopes, WriteCatalog)
}

// from tells whether an address lies in a network of the key.
func (k Key) from(caller string) bool {
	if len(k.Networks) == 0 {
		return true
	}
	address, err := netip.ParseAddr(caller)
	return err == nil && slices.ContainsFunc(k.Networks, func(n netip.Prefix) bool { return n.Contains(address.Unmap().WithZone("")) })
}

// UsedToday tells whether Used has nothing to write.
func (k Key) UsedToday(now time.Time) bool { return k.UsedOn == now.Format(time.DateOnly) }

// Used keeps the day on which a key was used.
func Used(tx *data.Tx, k Key) error {
	if k.UsedToday(tx.Now) {
		return nil
	}
	_, err := tx.Exec("UPDATE api_key SET used_on = $2 WHERE id = $1 AND used_on < $2", k.ID, tx.Now.Format(time.DateOnly))
	if err != nil {
		return fmt.Errorf("use of key %s: %w", k.ID, err)
	}
	return nil
}

// All lists every key, the newest first.
func All(tx *data.Tx) ([]Key, error) {
	all, err := data.Rows(tx, scan, "SELECT "+columns+" FROM api_key ORDER BY made_at DESC, handle")
	if err != nil {
		return nil, fmt.Errorf("list keys: %w", err)
	}
	return all, nil
}

// Revoke ends a key, named by its id or its handle, at once. data.ErrNotFound if there is none; nothing happens to one that was revoked
// before.
func Revoke(tx *data.Tx, name, actor string) (Key, error) {
	k, err := scan(tx.Row("SELECT "+columns+" FROM api_key WHERE id = $1 OR handle = $1", name))
	if err != nil {
		return Key{}, fmt.Errorf("revoke key: %w", err)
	}
	if !k.Revoked.IsZero() {
		return k, nil
	}
	rows, err := tx.Exec("UPDATE api_key SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL", k.ID, data.Millis(tx.Now))
	if err == nil && rows == 0 {
		err = data.ErrConflict
	}
	if err != nil {
		return Key{}, fmt.Errorf("revoke key %s: %w", k.ID, err)
	}
	k.Revoked = tx.Now
	return k, record.Append(tx, record.Entry{Chain: record.Desk, Actor: actor, Act: "key_revoked",
		Detail: map[string]any{"key": k.ID, "person": k.PersonID}})
}
