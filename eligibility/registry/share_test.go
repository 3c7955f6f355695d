package registry

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/eligibility"
)

// banks is a release of banks: so many in each state.
func banks(name string, count map[string]int) string {
	var b strings.Builder
	b.WriteString("CERT,NAME,CITY,STNAME,ZIP,ADDRESS,BKCLASS,CHARTER,ACTIVE,ASSET\n")
	cert := 0
	for _, state := range []string{"Ohio", "Texas"} {
		for range count[state] {
			cert++
			fmt.Fprintf(&b, "%d,%s Bank %d,Sampleton,%s,43001,1 Main St,NM,0,1,%d\n", cert, name, cert, state, 100*cert)
		}
	}
	return b.String()
}

// Shares are counted once for each set of live vintages, and counted anew when another one becomes live, also one from before, or
// when they are missing.
func TestSharesFollowTheLiveVintages(t *testing.T) {
	datatest.Each(t, func(t *testing.T, d *datatest.Database) {
		v, err := eligibility.Standard()
		if err != nil {
			t.Fatal(err)
		}
		cache := NewShareCache(v)
		states := func(c *ShareCache) (counted map[string]int) {
			t.Helper()
			d.Read(t, func(tx *data.Tx) error {
				shares, err := c.Shares(tx)
				share, _ := shares.In("banking", "state_or_territory")
				counted = share.Values
				return err
			})
			return counted
		}
		count := func() {
			t.Helper()
			if err := CountShares(context.Background(), d.DB, v); err != nil {
				t.Fatal(err)
			}
		}
		check := func(when string, want map[string]int) {
			t.Helper()
			for name, c := range map[string]*ShareCache{"the cache": cache, "a fresh one": NewShareCache(v)} {
				if got := states(c); !reflect.DeepEqual(got, want) {
					t.Errorf("%s: %s says %v, want %v", when, name, got, want)
				}
			}
		}
		older, newer := text("banks-2025.csv", banks("Older", map[string]int{"Ohio": 40, "Texas": 10})), text("banks-2026.csv", banks("Newer", map[string]int{"Ohio": 5, "Texas": 60}))
		count()
		check("without registers", nil)
		load(t, d, "fdic", older)
		check("before it is counted", nil)
		count()
		check("counted", map[string]int{"OH": 40, "TX": 10})
		load(t, d, "fdic", newer)
		check("those of before, until it is counted", map[string]int{"OH": 40, "TX": 10})
		count()
		check("a newer release", map[string]int{"OH": 5, "TX": 60})
		load(t, d, "fdic", older)
		count()
		check("live again", map[string]int{"OH": 40, "TX": 10})

		// A table of places is no register of organizations: nothing is counted anew.
		load(t, d, "ruca-zip", text("ruca.csv", "ZIPCode,State,ZIPCodeType,POName,PrimaryRUCA,SecondaryRUCA\r\n00001,AK,ZIP Code Area,N Sampleton,10,10\r\n"))
		d.Write(t, func(tx *data.Tx) error {
			_, err := tx.Exec(`UPDATE registry_share SET share = $1 WHERE fact = 'state_or_territory'`, `{"organizations":30,"values":{"AK":30}}`)
			return err
		})
		count()
		if got := states(NewShareCache(v)); got["AK"] != 30 {
			t.Errorf("counted anew: %v", got)
		}
		// A database from before the shares has none.
		d.Write(t, func(tx *data.Tx) error {
			_, err := tx.Exec(`DELETE FROM registry_share`)
			return err
		})
		check("missing", nil)
		count()
		check("counted anew", map[string]int{"OH": 40, "TX": 10})
		if got := states(nil); got != nil {
			t.Errorf("no cache says %v", got)
		}
		// Vintages that were replaced while somebody counted them are not kept.
		d.Write(t, func(tx *data.Tx) error { return keepShares(tx, "others", nil) })
		check("counted too late", map[string]int{"OH": 40, "TX": 10})
	})
}
