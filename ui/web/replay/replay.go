// Package replay remembers what was answered to a request with an Idempotency-Key, so that a program that lost the answer can ask again
// without doing anything twice. An answer is remembered in the transaction of the act itself; refusals are not, since nothing was done.
package replay

import (
	"errors"
	"fmt"
	"time"

	"accessdesk/data"
)

// keptFor is how long a program can ask again.
const keptFor = 24 * time.Hour

// MaxKey is the most characters of an Idempotency-Key.
const MaxKey = 255

// ErrOther is the error of a key that was used for another request.
var ErrOther = errors.New("the idempotency key was used for another request")

// Answer is what was sent.
type Answer struct {
	Status   int
	Mark     string // ETag, without quotes
	Location string
	Body     []byte // UTF-8
}

// Name makes the name under which an answer is kept: who asked, where, and with which key.
func Name(caller, method, address, key string) string {
	return data.HashToken(caller + "\x00" + method + "\x00" + address + "\x00" + key)
}

// Fit tells whether a text can be an Idempotency-Key: printable ASCII.
func Fit(key string) bool {
	for _, c := range []byte(key) {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return key != "" && len(key) <= MaxKey
}

// Find gives the answer that is kept under a name; false if there is none. ErrOther if it was the answer to another request.
func Find(tx *data.Tx, name, request string) (Answer, bool, error) {
	var a Answer
	var before, body string
	err := tx.Row("SELECT request_hash, status, mark, location, body FROM api_answer WHERE key_hash = $1 AND created_at > $2", name, data.Millis(tx.Now.Add(-keptFor))).
		Scan(&before, &a.Status, &a.Mark, &a.Location, &body)
	switch {
	case errors.Is(err, data.ErrNotFound):
		return Answer{}, false, nil
	case err != nil:
		return Answer{}, false, fmt.Errorf("find answer: %w", err)
	case before != data.HashToken(request):
		return Answer{}, false, ErrOther
	}
	a.Body = []byte(body)
	return a, true, nil
}

// Keep keeps an answer, and forgets those that are too old.
func Keep(tx *data.Tx, name, request string, a Answer) error {
	if _, err := tx.Exec("DELETE FROM api_answer WHERE created_at <= $1", data.Millis(tx.Now.Add(-keptFor))); err != nil {
		return fmt.Errorf("forget answers: %w", err)
	}
	_, err := tx.Exec("INSERT INTO api_answer (key_hash, request_hash, status, mark, location, body, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		name, data.HashToken(request), a.Status, a.Mark, a.Location, string(a.Body), data.Millis(tx.Now))
	if err != nil {
		return fmt.Errorf("keep answer: %w", err)
	}
	return nil
}
