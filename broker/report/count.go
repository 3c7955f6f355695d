package report

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/screening"
	"accessdesk/data"
	"accessdesk/eligibility"
)

// batch is how many checks are counted in one transaction: few enough that nobody who answers a question waits for it.
const batch = 100

// Counts are counts of one month.
type Counts map[key]int64

type key struct{ measure, subject, part, sector, lang string }

// Tally counts one check as it stands. One in which nothing was answered, as after its answers were deleted, counts for nothing.
func Tally(c *screening.Check, lang string) Counts {
	counts := Counts{}
	if len(c.Facts)+len(c.Asked) == 0 {
		return counts
	}
	sector, _ := c.Facts[eligibility.SectorFact].Text()
	count := func(measure, subject, part string) { counts[key{measure, subject, part, sector, lang}]++ }
	count(measureCheck, "", partStarted)
	for _, id := range c.Path() {
		count(measureQuestion, string(id), map[bool]string{true: partAnswered, false: partUnsure}[c.Facts[id].Known()])
	}
	if state, known := c.Facts[stateFact].Text(); known {
		counts[key{measurePlace, state, "", sector, ""}]++
	}
	if next, more := c.Next(); more {
		count(measureQuestion, string(next.Fact), partLeft)
		return counts
	}
	count(measureCheck, "", partFinished)
	for _, program := range c.Programs {
		if program.Outside() {
			continue
		}
		count(measureProgram, program.Slug, string(program.Decision.Outcome))
		measure := measureSole
		if len(program.Decision.Blocking) > 1 {
			measure = measureSeveral
		}
		for _, criterion := range program.Decision.Blocking {
			count(measure, program.Slug, criterion)
		}
	}
	return counts
}

// Add adds other counts, so many times.
func (c Counts) Add(other Counts, times int64) {
	for k, n := range other {
		if times > 0 {
			c[k] += n * times
		}
	}
}

// Store adds counts to those of a month (YYYY-MM). The rows are written in one order, so that two programs that count do not wait for each
// other in a circle.
func Store(tx *data.Tx, month string, counts Counts) error {
	for _, k := range slices.SortedFunc(maps.Keys(counts), func(a, b key) int {
		return cmp.Or(cmp.Compare(a.measure, b.measure), cmp.Compare(a.subject, b.subject), cmp.Compare(a.part, b.part),
			cmp.Compare(a.sector, b.sector), cmp.Compare(a.lang, b.lang))
	}) {
		_, err := tx.Exec(`INSERT INTO report_count (month, measure, subject, part, sector, lang, tally) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (month, measure, subject, part, sector, lang) DO UPDATE SET tally = report_count.tally + $7`,
			month, k.measure, k.subject, k.part, k.sector, k.lang, counts[k])
		if err != nil {
			return fmt.Errorf("store counts: %w", err)
		}
	}
	return nil
}

// over is a check that is to be counted.
type over struct {
	hash   string
	at     int64
	month  string
	counts Counts
}

// Count counts the checks whose time has come, a few in a transaction, and deletes counts from more than so many months before this one.
// Deciding happens before anything is locked.
func Count(ctx context.Context, db *data.DB, d broker.Desk, keep int) error {
	for {
		var found []over
		var began, old bool
		err := db.Read(ctx, func(tx *data.Tx) (err error) {
			if _, began, err = Began(tx, d); err != nil {
				return err
			}
			if old, err = stale(tx, oldest(tx, d, keep)); err != nil {
				return err
			}
			found, err = due(tx, d)
			return err
		})
		if err != nil || began && !old && len(found) == 0 {
			return err
		}
		err = db.Write(ctx, func(tx *data.Tx) error {
			if err := prune(tx, oldest(tx, d, keep)); err != nil {
				return err
			}
			return settle(tx, d, found)
		})
		if err != nil {
			return err
		}
		if len(found) < batch {
			return nil
		}
	}
}

// due decides the checks that are to be counted by now.
func due(tx *data.Tx, d broker.Desk) ([]over, error) {
	found, err := data.Rows(tx, func(s data.Scanner) (o over, err error) {
		err = s.Scan(&o.hash, &o.at)
		return o, err
	}, "SELECT token_hash, count_at FROM screening WHERE count_at <= $1 ORDER BY count_at, token_hash LIMIT $2", data.Millis(tx.Now), batch)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	snapshot, err := d.Catalog.Snapshot(tx)
	if err != nil {
		return nil, err
	}
	shares, err := d.Shares.Shares(tx)
	if err != nil {
		return nil, err
	}
	for i := range found {
		o := &found[i]
		last := data.FromMillis(o.at).Add(-broker.CountTime)
		o.month = MonthOf(d, last)
		stored, err := broker.ScreeningOf(tx, d.Vocabulary, o.hash)
		if errors.Is(err, data.ErrNotFound) { // over, or stored with a vocabulary that is gone: there is nothing to count
			continue
		}
		if err != nil {
			return nil, err
		}
		c := screening.New(d.Vocabulary, snapshot.Listed(), stored.Facts, stored.Asked, last.Truncate(time.Millisecond))
		c.Shares = shares
		o.counts = Tally(c, stored.Lang)
	}
	return found, nil
}

// settle keeps the counts of those that are still as they were when they were decided.
func settle(tx *data.Tx, d broker.Desk, found []over) error {
	if err := Begin(tx, d); err != nil {
		return err
	}
	months := map[string]Counts{}
	for _, o := range found {
		counted, err := broker.CountScreening(tx, o.hash, o.at)
		if err != nil {
			return err
		}
		if months[o.month] == nil {
			months[o.month] = Counts{}
		}
		if counted {
			months[o.month].Add(o.counts, 1)
		}
	}
	for _, month := range slices.Sorted(maps.Keys(months)) {
		if err := Store(tx, month, months[month]); err != nil {
			return err
		}
	}
	return nil
}
