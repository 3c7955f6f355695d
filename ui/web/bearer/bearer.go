// Package bearer opens the routes of programs that bring a key ("Authorization: Bearer accessdesk_key_..."), and slows down whoever
// guesses: wrong keys are counted by network in memory, a coarse fence, since a key cannot be guessed anyway. What a key opens is
// broker/account/key's to say.
package bearer

import (
	"errors"
	"strconv"
	"strings"
	"sync"
	"time"

	"accessdesk/broker/account"
	"accessdesk/broker/account/key"
	"accessdesk/data"
	"accessdesk/ui/problem"
)

// span is the time in which wrong keys are counted.
const span = 10 * time.Minute

// networksMost bounds the memory of the counts: beyond it those that are over are forgotten, and, if there are none, all.
const networksMost = 10_000

// Door lets keys in.
type Door struct {
	most int // wrong keys of one network in a span

	mutex  sync.Mutex
	counts map[string]count // by network
}

type count struct {
	wrong int
	until time.Time
}

// NewDoor makes a door that takes so many wrong keys of one network in 10 minutes.
func NewDoor(most int) *Door { return &Door{most: most, counts: map[string]count{}} }

// Admit gives the key and the person for the Authorization header of a request from an address, which lies in a network. A *problem.Fault
// if they may not in: unauthorized, forbidden (the scope is missing), too_many.
func (d *Door) Admit(tx *data.Tx, header, address, network string, scope key.Scope) (key.Key, account.Person, error) {
	if wait := d.wait(network, tx.Now); wait > 0 {
		fault := problem.New("too_many")
		fault.Header = map[string]string{"Retry-After": strconv.Itoa(int((wait + time.Second - 1) / time.Second))}
		return key.Key{}, account.Person{}, fault
	}
	text, given := Token(header)
	if !given {
		return key.Key{}, account.Person{}, refuse("unauthorized", "")
	}
	k, person, err := key.Open(tx, text, address)
	switch {
	case errors.Is(err, key.ErrNoKey):
		d.countWrong(network, tx.Now)
		return key.Key{}, account.Person{}, refuse("unauthorized", `, error="invalid_token"`)
	case err != nil:
		return key.Key{}, account.Person{}, err
	case !k.May(scope):
		return key.Key{}, account.Person{}, refuse("forbidden", `, error="insufficient_scope", scope="`+string(scope)+`"`)
	}
	return k, person, nil
}

// Token reads the key from an Authorization header.
func Token(header string) (string, bool) {
	scheme, token, found := strings.Cut(header, " ")
	return strings.TrimSpace(token), found && strings.EqualFold(scheme, "Bearer")
}

func refuse(code, more string) *problem.Fault {
	fault := problem.New(code)
	fault.Header = map[string]string{"WWW-Authenticate": `Bearer realm="accessdesk"` + more}
	return fault
}

// wait is how long a network has to wait.
func (d *Door) wait(network string, now time.Time) time.Duration {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	c := d.counts[network]
	if c.wrong < d.most || !now.Before(c.until) {
		return 0
	}
	return c.until.Sub(now)
}

func (d *Door) countWrong(network string, now time.Time) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if len(d.counts) >= networksMost {
		for name, c := range d.counts {
			if !now.Before(c.until) {
				delete(d.counts, name)
			}
		}
		if len(d.counts) >= networksMost {
			clear(d.counts)
		}
	}
	c := d.counts[network]
	if !now.Before(c.until) {
		c = count{until: now.Add(span)}
	}
	c.wrong++
	d.counts[network] = c
}
