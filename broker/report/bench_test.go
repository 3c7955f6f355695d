package report

import (
	"context"
	"testing"

	"accessdesk/broker"
	"accessdesk/broker/record"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/data/seed"
	"accessdesk/eligibility"
)

// BenchmarkCount counts a batch of finished checks over all programs of the seed. "locked" is the part of it during which others wait to write.
func BenchmarkCount(b *testing.B) {
	for _, engine := range []string{data.SQLite, data.Postgres} {
		b.Run(engine, func(b *testing.B) {
			db := map[string]func(testing.TB) *datatest.Database{data.SQLite: datatest.Open, data.Postgres: datatest.OpenPostgres}[engine](b)
			d := open(b, db)
			offerings, err := catalog.ParseFiles(seed.Files)
			if err != nil {
				b.Fatal(err)
			}
			db.Write(b, func(tx *data.Tx) error {
				_, err := catalog.Import(tx, d.Vocabulary, offerings, record.Seed)
				return err
			})
			var locked float64
			for b.Loop() {
				b.StopTimer()
				db.Write(b, func(tx *data.Tx) error {
					first := visitor{desk: d, lang: "en"}
					if err := first.answer(tx, "sector", eligibility.String("drinking_water")); err != nil {
						return err
					}
					if err := first.finish(tx); err != nil {
						return err
					}
					done, err := broker.LoadScreening(tx, d.Vocabulary, first.token)
					for range batch - 2 {
						if err == nil {
							_, err = broker.SaveScreening(tx, d.Vocabulary, broker.Screening{Lang: "es", Facts: done.Facts, Asked: done.Asked})
						}
					}
					return err
				})
				db.Advance(broker.CountTime)
				b.StartTimer()
				var found []over
				db.Read(b, func(tx *data.Tx) (err error) { found, err = due(tx, d); return err })
				before := b.Elapsed()
				if err := db.DB.Write(context.Background(), func(tx *data.Tx) error { return settle(tx, d, found) }); err != nil {
					b.Fatal(err)
				}
				locked += float64((b.Elapsed() - before).Milliseconds())
				if len(found) != batch-1 {
					b.Fatalf("%d checks", len(found))
				}
			}
			b.ReportMetric(locked/float64(b.N), "ms-locked/op")
		})
	}
}
