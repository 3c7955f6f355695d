package data

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"strings"
	"time"

	"github.com/google/uuid"
)

// NewID makes the key of a new row: a UUIDv7 as text. It tells when it was made and is therefore never a secret,
// and never an order: rows are ordered by their times.
func NewID() string {
	id, err := uuid.NewV7()
	if err != nil { // the system has no randomness; nothing sensible can go on
		panic("data: no randomness: " + err.Error())
	}
	return id.String()
}

// tokenBytes is the size of a secret token: 256 bits.
const tokenBytes = 32

// NewToken makes a secret for a link or a cookie: 256 random bits as 52 lower-case letters and digits, and the
// hash under which it is stored.
func NewToken() (token, hash string) {
	secret := make([]byte, tokenBytes)
	rand.Read(secret) // never fails since Go 1.24
	token = strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret))
	return token, HashToken(token)
}

// HashToken is what is stored of a token: SHA-256 in hex. The tokens are random, so no salt is needed.
func HashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// Millis is how a time is stored: Unix milliseconds UTC; the zero time is 0.
func Millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// FromMillis is the reverse of Millis.
func FromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// namespace holds the ids that follow from names: UUIDv5 of the DNS name "accessdesk".
var namespace = uuid.NewSHA1(uuid.NameSpaceDNS, []byte("accessdesk"))

// NamedID gives the id that belongs to a name, such as "grant:ITEM": the same in every installation and each time it is
// asked for, so that a preview that is rolled back shows the id that will be stored. Like NewID it is no secret.
func NamedID(name string) string { return uuid.NewSHA1(namespace, []byte(name)).String() }
