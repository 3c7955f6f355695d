package impact

import (
	"sync"
	"time"

	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/eligibility/registry"
)

// keptFor is how long a population stays in memory after somebody looked at it: long enough for a person who compares programs, short
// enough that a desk where nobody asks holds nothing.
const keptFor = 10 * time.Minute

// Keeper holds the population in memory while it is used. The zero Keeper is ready; it is safe for concurrent use.
type Keeper struct {
	mutex      sync.Mutex
	population *Population
	timer      *time.Timer
	uses       int // counts the uses, so that a timer that fires during one drops nothing
}

// Population gives the population of the live vintages as the transaction sees them. It reads it if it is not there, or if a
// vintage came or went; two requests do not read it twice.
func (k *Keeper) Population(tx *data.Tx, v *eligibility.Vocabulary) (*Population, error) {
	live, err := liveRegisters(tx)
	if err != nil {
		return nil, err
	}
	return k.keep(digest(live), func() (*Population, error) { return load(tx, v, live) })
}

// Registers lists the live vintages without reading the population.
func Registers(tx *data.Tx) ([]registry.Vintage, error) { return liveRegisters(tx) }

func (k *Keeper) keep(digest string, load func() (*Population, error)) (*Population, error) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if k.population == nil || k.population.digest != digest {
		k.population = nil // the old one need not stand beside the new one
		population, err := load()
		if err != nil {
			return nil, err
		}
		k.population = population
	}
	if k.timer != nil {
		k.timer.Stop()
	}
	k.uses++
	use := k.uses
	k.timer = time.AfterFunc(keptFor, func() { k.drop(use) })
	return k.population, nil
}

// drop forgets the population unless somebody used it after that use.
func (k *Keeper) drop(use int) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if k.uses == use {
		k.population = nil
	}
}
