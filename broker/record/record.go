// Package record keeps the append-only record of every act: who did what, when, in which order. An act writes its
// entry in the transaction that changes the rows, so that neither exists without the other.
//
// # Chains
//
// Entries stand in chains, so that acts on different things do not wait for each other: "case:ITEMID" (one item of
// an application with its grant), "offering:SLUG", "organization:ID", and "desk" for everything else (people, roles,
// settings). In a chain the entries are numbered 1, 2, 3, ... without a gap. The table refuses a second entry with
// the same number, so of two racing appends one wins; the other transaction fails or is repeated. Triggers refuse
// every UPDATE and DELETE.
//
// # What must not be in it
//
// A detail holds ids, codes, states, names of facts and counts. It never holds an answer, a message, a token, or
// personal data beyond ids: entries cannot be taken back, and people who may read the record need not be allowed to
// read the case. An actor is the id of a person, or console, seed or system where nobody is signed in; never an
// e-mail address.
//
// # What is hashed, exactly
//
// All texts are UTF-8, all digests are SHA-256, written as 64 lower-case hexadecimal digits. A list of fields is
// encoded as netstrings: for each field the number of its bytes in decimal, a colon, the bytes, a comma; nothing
// before, between or after. The list ["ab", ""] is "2:ab,0:,". H(...) is the digest of the encoded list.
//
//	detail_hash = H("accessdesk record detail 1", salt, detail)
//	hash        = H("accessdesk record entry 1", chain, seq, at, actor, act, previous, detail_hash)
//
// seq and at are decimal without sign, leading zeros or separators; at is in Unix milliseconds UTC. previous is the
// hash of the entry before it in the chain, and 64 zeros for the first one. salt is 64 hexadecimal digits of
// randomness, detail a JSON object; both enter as the text that is stored. Because an entry is tied to its detail
// through a salted digest only, a chain can be verified by somebody who is not shown the details, and who cannot
// guess them from the digests.
//
// # What a chain proves
//
// Check finds an entry that was changed, put in, taken out or moved, unless every later entry of the chain was
// computed again, and it cannot miss entries cut off at the end or a chain that is gone as a whole: for these a
// copy of the last hash must be kept elsewhere. Package checkpoint keeps such copies.
package record

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"accessdesk/data"
)

// Desk is the chain for acts that belong to no case, offering or organization.
const Desk = "desk"

// Actors that are not a person: the command line, the import of the built-in catalog, and the program itself.
const (
	Console = "console"
	Seed    = "seed"
	System  = "system"
)

// CaseChain, OfferingChain and OrganizationChain name the chain of one thing.
func CaseChain(itemID string) string { return "case:" + itemID }

// OfferingChain names the chain of an offering, whatever its version.
func OfferingChain(slug string) string { return "offering:" + slug }

// OrganizationChain names the chain of an organization: its members, its facts.
func OrganizationChain(id string) string { return "organization:" + id }

// Entry is one act as its author reports it; number, time, salt and hashes are added by Append.
type Entry struct {
	// Chain is Desk, or what CaseChain, OfferingChain or OrganizationChain give.
	Chain string
	// Actor is the id of a person, or Console, Seed or System. At most 64 letters, digits and hyphens.
	Actor string
	// Act is a fixed word of the program like "submit" or "role_changed": at most 64 lower-case letters, digits,
	// underscores, hyphens and points.
	Act string
	// Detail becomes a JSON object: a map or a struct; nil is {}. See "What must not be in it".
	Detail any
}

// genesis stands for the hash before the first entry.
const genesis = "0000000000000000000000000000000000000000000000000000000000000000"

var (
	chainPattern = regexp.MustCompile(`^(desk|(case|offering|organization):[A-Za-z0-9][A-Za-z0-9._-]{0,99})$`)
	actorPattern = regexp.MustCompile(`^[A-Za-z0-9-]{1,64}$`)
	actPattern   = regexp.MustCompile(`^[a-z0-9][a-z0-9_.-]{0,63}$`)
)

// Append adds an entry at the end of its chain, dated tx.Now. data.ErrConflict if somebody else appended to the same
// chain at the same time; an entry that breaks the rules of Entry is a mistake of the program and a plain error.
func Append(tx *data.Tx, e Entry) error {
	detail, err := e.check()
	if err != nil {
		return fmt.Errorf("record %s to %s: %w", e.Act, e.Chain, err)
	}
	s := Stored{Chain: e.Chain, Seq: 1, At: tx.Now, Actor: e.Actor, Act: e.Act, Previous: genesis, Detail: detail}
	var last int64
	err = tx.Row(`SELECT seq, hash FROM record_entry WHERE chain = $1 ORDER BY seq DESC LIMIT 1`, e.Chain).
		Scan(&last, &s.Previous)
	if err != nil && !errors.Is(err, data.ErrNotFound) {
		return fmt.Errorf("record %s to %s: %w", e.Act, e.Chain, err)
	}
	s.Seq = last + 1
	s.Salt = newSalt()
	s.DetailHash = s.detailHash()
	s.Hash = s.hash()
	_, err = tx.Exec(`INSERT INTO record_entry (chain, seq, at, actor, act, previous, detail_hash, hash, salt, detail)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		s.Chain, s.Seq, data.Millis(s.At), s.Actor, s.Act, s.Previous, s.DetailHash, s.Hash, s.Salt, s.Detail)
	if err != nil {
		return fmt.Errorf("record %s to %s: %w", e.Act, e.Chain, err)
	}
	return nil
}

// check holds the rules of Entry and gives the detail as it is stored.
func (e Entry) check() (detail string, err error) {
	switch {
	case !chainPattern.MatchString(e.Chain):
		return "", fmt.Errorf("%q is not the name of a chain", e.Chain)
	case !actorPattern.MatchString(e.Actor):
		return "", fmt.Errorf("%q is not an actor", e.Actor)
	case !actPattern.MatchString(e.Act):
		return "", fmt.Errorf("%q is not the word for an act", e.Act)
	case e.Detail == nil:
		return "{}", nil
	}
	text, err := json.Marshal(e.Detail)
	if err != nil {
		return "", fmt.Errorf("detail: %w", err)
	}
	if text[0] != '{' {
		return "", fmt.Errorf("the detail must be a JSON object, not %s", text)
	}
	return string(text), nil
}

func newSalt() string {
	salt := make([]byte, 32)
	_, _ = rand.Read(salt) // never fails: crypto/rand ends the program instead
	return hex.EncodeToString(salt)
}

// digest is H of the package comment.
func digest(fields ...string) string {
	var list strings.Builder
	for _, field := range fields {
		list.WriteString(strconv.Itoa(len(field)))
		list.WriteByte(':')
		list.WriteString(field)
		list.WriteByte(',')
	}
	sum := sha256.Sum256([]byte(list.String()))
	return hex.EncodeToString(sum[:])
}
