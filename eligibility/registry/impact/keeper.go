package impact

import (
	"context"
	"runtime/debug"
	"sync"
	"time"

	"accessdesk/data"
	"accessdesk/eligibility"
)

// keptFor is how long a population stays in memory after somebody looked at it: long enough for a person who compares programs, short
// enough that a desk where nobody asks holds nothing.
const keptFor = 10 * time.Minute

// patience is how long a request waits while the population is read. Reading takes about a second on two free cores.
const patience = 5 * time.Second

// Keeper holds the population in memory while it is used. The zero Keeper is ready; it is safe for concurrent use.
type Keeper struct {
	mutex      sync.Mutex
	population *Population
	reading    *reading // nil: nobody reads
	timer      *time.Timer
	uses       int // counts the uses, so that a timer that fires during one drops nothing
}

// reading is a population that is being read.
type reading struct {
	digest     string
	done       chan struct{} // closed when the rest is there
	population *Population
	err        error
}

// Population gives the population of the live vintages as the transaction sees them. If it is not there, or if a vintage came or
// went, it is read in a transaction of its own, once for all who wait; that goes on when a request is over. data.ErrBusy says that
// it takes longer: the caller may come again.
func (k *Keeper) Population(tx *data.Tx, db *data.DB, v *eligibility.Vocabulary) (*Population, error) {
	live, err := liveRegisters(tx)
	if err != nil {
		return nil, err
	}
	return k.keep(digest(live), func() (p *Population, err error) {
		err = db.Read(context.Background(), func(tx *data.Tx) error { p, err = Load(tx, v); return err })
		debug.FreeOSMemory() // reading leaves several times what is kept, and the desk is to stay small
		return p, err
	})
}

func (k *Keeper) keep(digest string, load func() (*Population, error)) (*Population, error) {
	k.mutex.Lock()
	if k.population != nil && k.population.digest == digest {
		defer k.mutex.Unlock()
		k.used()
		return k.population, nil
	}
	if k.reading == nil || k.reading.digest != digest {
		k.population = nil // the old one need not stand beside the new one
		k.reading = &reading{digest: digest, done: make(chan struct{})}
		go k.read(k.reading, load)
	}
	r := k.reading
	k.mutex.Unlock()
	select {
	case <-r.done:
		return r.population, r.err
	case <-time.After(patience):
		return nil, data.ErrBusy
	}
}

// read reads a population and keeps it.
func (k *Keeper) read(r *reading, load func() (*Population, error)) {
	r.population, r.err = load()
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if k.reading == r {
		k.reading = nil
		if r.err == nil {
			k.population = r.population
			k.used()
		}
	}
	close(r.done)
}

// used begins the time without use anew. The mutex is held.
func (k *Keeper) used() {
	if k.timer != nil {
		k.timer.Stop()
	}
	k.uses++
	use := k.uses
	k.timer = time.AfterFunc(keptFor, func() { k.drop(use) })
}

// drop forgets the population unless somebody used it after that use.
func (k *Keeper) drop(use int) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if k.uses == use {
		k.population = nil
	}
}
