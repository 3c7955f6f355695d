// Package seat keeps the places of the programs that are decided here: who holds one, who waits for one, and who comes next.
//
// A place is taken by a case from its submit until it is declined, withdrawn or closed, and by the grant that it led to until that ends. A
// program without a number of seats has always one. With tiers a case takes a place of its tier and one of the program; each may run out.
//
// The two doors (broker.Act, access.Act) move places in the transaction of the act. What is left is never kept: it is counted in the
// transaction that wants to take one. Two submits at the same moment cannot both take the last one, because write transactions are
// serializable.
package seat

import (
	"database/sql"
	"fmt"
	"time"

	"accessdesk/catalog"
	"accessdesk/data"
)

// Take gives an item a place of a tier; one that it has, or waits for, moves there. Whether one is left is for the caller to see.
func Take(tx *data.Tx, itemID, slug, tier string) error {
	return put(tx, itemID, slug, tier, sql.NullInt64{})
}

// Wait puts an item at the end of the waiting list of a tier.
func Wait(tx *data.Tx, itemID, slug, tier string) error {
	return put(tx, itemID, slug, tier, sql.NullInt64{Int64: data.Millis(tx.Now), Valid: true})
}

func put(tx *data.Tx, itemID, slug, tier string, since sql.NullInt64) error {
	_, err := tx.Exec(`INSERT INTO seat (item_id, slug, tier, waiting_since) VALUES ($1, $2, $3, $4)
		ON CONFLICT (item_id) DO UPDATE SET tier = excluded.tier, waiting_since = excluded.waiting_since`, itemID, slug, tier, since)
	if err != nil {
		return wrap(err, itemID)
	}
	return moved(tx, itemID)
}

// moved notes when places of the program of an item were counted anew; nothing if the item has none.
func moved(tx *data.Tx, itemID string) error {
	_, err := tx.Exec(`INSERT INTO seat_move (slug, moved_at) SELECT slug, $1 FROM seat WHERE item_id = $2
		ON CONFLICT (slug) DO UPDATE SET moved_at = excluded.moved_at`, data.Millis(tx.Now), itemID)
	return wrap(err, itemID)
}

// Moves gives when a place of a program was taken, given up or waited for last, by slug; programs without such a moment are not there.
func Moves(tx *data.Tx) (map[string]time.Time, error) {
	type move struct {
		slug string
		at   int64
	}
	all, err := data.Rows(tx, func(s data.Scanner) (m move, err error) { return m, s.Scan(&m.slug, &m.at) }, "SELECT slug, moved_at FROM seat_move")
	if err != nil {
		return nil, fmt.Errorf("moves of seats: %w", err)
	}
	moves := make(map[string]time.Time, len(all))
	for _, m := range all {
		moves[m.slug] = data.FromMillis(m.at)
	}
	return moves, nil
}

// Free gives up the place of an item, or its place in the line. Nothing happens if it has none.
func Free(tx *data.Tx, itemID string) error {
	if err := moved(tx, itemID); err != nil {
		return err
	}
	_, err := tx.Exec("DELETE FROM seat WHERE item_id = $1", itemID)
	return wrap(err, itemID)
}

func wrap(err error, itemID string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("seat of %s: %w", itemID, err)
}

// Of counts the places of a program.
func Of(tx *data.Tx, program *catalog.Published) (catalog.Places, error) {
	p := empty(program)
	all, err := data.Rows(tx, scan, counting+" WHERE slug = $1 GROUP BY slug, tier", program.Slug)
	if err != nil {
		return p, fmt.Errorf("seats of %s: %w", program.Slug, err)
	}
	for _, h := range all {
		h.add(&p)
	}
	return p, nil
}

// All counts the places of those programs that are decided here.
func All(tx *data.Tx, programs []*catalog.Published) (catalog.Counts, error) {
	counts := catalog.Counts{}
	for _, p := range programs {
		if p.InApp() {
			counts[p.Slug] = empty(p)
		}
	}
	if len(counts) == 0 {
		return counts, nil
	}
	all, err := data.Rows(tx, scan, counting+" GROUP BY slug, tier")
	if err != nil {
		return nil, fmt.Errorf("seats: %w", err)
	}
	for _, h := range all {
		if p, ok := counts[h.slug]; ok {
			h.add(&p)
			counts[h.slug] = p
		}
	}
	return counts, nil
}

const counting = "SELECT slug, tier, count(*) - count(waiting_since), count(waiting_since) FROM seat"

// held is how many hold or wait for a place in a tier of a program; tier is empty for a program without tiers.
type held struct {
	slug, tier     string
	taken, waiting int
}

func scan(s data.Scanner) (h held, err error) {
	return h, s.Scan(&h.slug, &h.tier, &h.taken, &h.waiting)
}

// add counts what is held, and in its tier if the program still has it.
func (h held) add(p *catalog.Places) {
	p.Taken, p.Waiting = p.Taken+h.taken, p.Waiting+h.waiting
	if tier, ok := p.Tiers[h.tier]; ok {
		tier.Taken, tier.Waiting = h.taken, h.waiting
		p.Tiers[h.tier] = tier
	}
}

// empty are the places of a program before anybody has one.
func empty(program *catalog.Published) catalog.Places {
	p := catalog.Places{Seats: catalog.Seats{All: program.Window.Seats}}
	if len(program.Tiers) > 0 {
		p.Tiers = make(map[string]catalog.Seats, len(program.Tiers))
		for _, tier := range program.Tiers {
			p.Tiers[tier.ID] = catalog.Seats{All: tier.Seats}
		}
	}
	return p
}

// Place tells where an item stands on the waiting list of its program, or of its tier there, counted from 1; 0 if it does not wait.
func Place(tx *data.Tx, itemID string) (place int, err error) {
	err = tx.Row(`SELECT count(*) FROM seat i JOIN seat o ON o.slug = i.slug AND o.tier = i.tier
		AND (o.waiting_since < i.waiting_since OR o.waiting_since = i.waiting_since AND o.item_id <= i.item_id)
		WHERE i.item_id = $1`, itemID).Scan(&place)
	return place, wrap(err, itemID)
}

// Case is an item that waits for a place.
type Case struct{ ItemID, Slug, Tier string }

// line gives all that wait, the longest waiting first.
func line(tx *data.Tx) ([]Case, error) {
	return data.Rows(tx, func(s data.Scanner) (c Case, err error) { return c, s.Scan(&c.ItemID, &c.Slug, &c.Tier) },
		"SELECT item_id, slug, tier FROM seat WHERE waiting_since IS NOT NULL ORDER BY waiting_since, item_id")
}

// Next gives of each program that is live, as find knows it, the one who comes next: who waits longest among those for whom a place is free. A program that takes no
// requests, or keeps a list without a number of seats, places by hand.
func Next(tx *data.Tx, find func(slug string) (*catalog.Published, bool)) ([]Case, error) {
	waiting, err := line(tx)
	if err != nil {
		return nil, fmt.Errorf("waiting lists: %w", err)
	}
	var next []Case
	counted, served := catalog.Counts{}, map[string]bool{}
	for _, c := range waiting {
		live, ok := find(c.Slug)
		if !ok || served[c.Slug] || live.Status != catalog.StatusOpen || live.PausedAt(tx.Now) || !limited(live) {
			continue
		}
		places, known := counted[c.Slug]
		if !known {
			if places, err = Of(tx, live); err != nil {
				return nil, err
			}
			counted[c.Slug] = places
		}
		if places.FreeFor(c.Tier) {
			next, served[c.Slug] = append(next, c), true
		}
	}
	return next, nil
}

// limited tells whether a program, or one of its tiers, has a number of seats.
func limited(p *catalog.Published) bool {
	for _, tier := range p.Tiers {
		if tier.Seats > 0 {
			return true
		}
	}
	return p.Window.Seats > 0
}
