package upkeep

import (
	"sync"
	"time"

	"accessdesk/catalog"
	"accessdesk/data"
)

// State is what pages show of the upkeep of the listings. It never changes and may be read by any number of goroutines.
type State struct {
	notices   map[string][]Notice     // by provider
	opened    map[string]Opened       // by address
	confirmed map[string]catalog.Date // by version: the last day on which somebody found it as listed
}

// keptOver is how long before now a notice that ended is still looked for: longer than any request lasts.
const keptOver = time.Hour

// Load reads the state as tx sees it.
func Load(tx *data.Tx) (*State, error) {
	s := &State{notices: map[string][]Notice{}, opened: map[string]Opened{}, confirmed: map[string]catalog.Date{}}
	notices, err := data.Rows(tx, scanNotice, "SELECT "+noticeColumns+" FROM provider_notice WHERE until_at IS NULL OR until_at > $1 ORDER BY from_at, id",
		data.Millis(tx.Now.Add(-keptOver)))
	if err != nil {
		return nil, wrap(err, "load notices")
	}
	for _, n := range notices {
		if !n.empty() {
			s.notices[n.Provider] = append(s.notices[n.Provider], n)
		}
	}
	_, err = data.Rows(tx, func(row data.Scanner) (none struct{}, err error) {
		var version string
		var on catalog.Date
		err = row.Scan(&version, &on)
		s.confirmed[version] = on
		return none, err
	}, "SELECT version_id, max(checked_on) FROM listing_check WHERE version_id IN (SELECT id FROM offering_version WHERE state = 'published') GROUP BY version_id")
	if err != nil {
		return nil, wrap(err, "load checks")
	}
	addresses, err := data.Rows(tx, scanAddress, "SELECT "+addressColumns+" FROM link_check WHERE reached_on <> '' OR gone_on <> ''")
	for _, a := range addresses {
		s.opened[a.URL] = Opened{a.ReachedOn, a.GoneOn}
	}
	return s, wrap(err, "load addresses")
}

// Opened is what pages say of an address: the last day on which it opened, and the day since when it counts as gone; "" for neither.
type Opened struct{ ReachedOn, GoneOn catalog.Date }

// Opened tells whether an address opened; the zero Opened if nobody knows.
func (s *State) Opened(address string) Opened { return s.opened[address] }

// Notice gives the notice that stands on the programs of a provider at now; false if there is none.
func (s *State) Notice(provider string, now time.Time) (Notice, bool) {
	for _, n := range s.notices[provider] {
		if n.InForce(now) {
			return n, true
		}
	}
	return Notice{}, false
}

// NextTurn is the next instant after now at which some notice begins or ends, that is, until when a page made now stays true; false
// if there is none.
func (s *State) NextTurn(now time.Time) (time.Time, bool) {
	var next time.Time
	for _, notices := range s.notices {
		for _, n := range notices {
			for _, turn := range []time.Time{n.From, n.Until} {
				if turn.After(now) && (next.IsZero() || turn.Before(next)) {
					next = turn
				}
			}
		}
	}
	return next, !next.IsZero()
}

// Cache keeps the state between requests. It is safe for concurrent use; the zero Cache is empty.
type Cache struct {
	mutex    sync.Mutex
	stamp    string // of the catalog's revision
	revision int64
	state    *State
}

// State gives the state as tx sees it, for the catalog as tx sees it: what was kept, unless the revision has moved.
func (c *Cache) State(tx *data.Tx, snapshot *catalog.Snapshot) (*State, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.state != nil && c.stamp == snapshot.Stamp && c.revision == snapshot.Revision {
		return c.state, nil
	}
	fresh, err := Load(tx)
	if err != nil {
		return nil, err
	}
	c.stamp, c.revision, c.state = snapshot.Stamp, snapshot.Revision, fresh
	return fresh, nil
}
