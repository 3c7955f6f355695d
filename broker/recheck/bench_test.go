package recheck

import (
	"context"
	"fmt"
	"testing"
	"time"

	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/data/seed"
)

// BenchmarkFiveThousand decides 5,000 organizations again after a change of the whole seed catalog, as Run does, and tells the whole time
// and the longest transaction that kept others from writing.
func BenchmarkFiveThousand(b *testing.B) {
	const organizations = 5_000
	d := open(b, datatest.Open(b))
	offerings, err := catalog.ParseFiles(seed.Files)
	if err != nil {
		b.Fatal(err)
	}
	for i := range organizations {
		p := d.person(b, fmt.Sprint("p", i), "en")
		d.system(b, p, int64(500+7*i))
		d.choose(b, p, true)
	}
	d.Write(b, func(tx *data.Tx) error {
		for _, o := range offerings {
			_, err := tx.Exec("INSERT INTO offering (slug, created_at) VALUES ($1, $2)", o.Slug, data.Millis(tx.Now))
			if err == nil {
				_, err = tx.Exec(`INSERT INTO offering_version (id, slug, number, state, body, owner, created_at, created_by, published_at, published_by)
					VALUES ($1, $2, 1, 'published', $3, '', $4, 'console', $4, 'console')`, data.NewID(), o.Slug, string(catalog.Canonical(o)), data.Millis(tx.Now))
			}
			if err != nil {
				return err
			}
		}
		return catalog.MoveRevision(tx)
	})
	d.run(b) // the first decision
	limit, ctx := 0, context.Background()
	for b.Loop() {
		limit++
		d.publish(b, grant, "<= 25000", fmt.Sprint("<= ", 5_000+limit*10_000))
		decided, mails, longest, writing := 0, 0, time.Duration(0), time.Duration(0)
		for {
			var batch Batch
			if err := d.DB.Read(ctx, func(tx *data.Tx) (err error) { batch, err = Look(tx, d.desk, batchSize); return err }); err != nil {
				b.Fatal(err)
			}
			if batch.Empty() {
				break
			}
			var kept Report
			begun := time.Now()
			if err := d.DB.Write(ctx, func(tx *data.Tx) (err error) { kept, err = batch.Keep(tx, d.desk); return err }); err != nil {
				b.Fatal(err)
			}
			took := time.Since(begun)
			writing, longest = writing+took, max(longest, took)
			decided, mails = decided+kept.Decided, mails+kept.Mails
		}
		if decided != organizations {
			b.Fatalf("%d organizations were decided", decided)
		}
		b.ReportMetric(float64(mails), "mails")
		b.ReportMetric(float64(writing.Milliseconds()), "ms-writing")
		b.ReportMetric(float64(longest.Microseconds())/1000, "ms-longest-write")
	}
}
