package index

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/eligibility/registry"
)

// slips are what people type, and who must be among the first so many.
var slips = []struct {
	typed, id string
	among     int
}{
	{"141317", "ccn:141317", 1}, {"ccn:141317", "ccn:141317", 1}, {"CCN 14-1317", "ccn:141317", 1}, {"ccn number 141317", "ccn:141317", 1},
	{"010001", "ccn:010001", 1}, {"10001", "ccn:010001", 1}, {"GA0010000", "pwsid:GA0010000", 1}, {"pwsid ga0010000", "pwsid:GA0010000", 1},
	{"fdic cert 3579", "fdic:3579", 1}, {"ncua charter 5536", "ncua:5536", 1},
	{"st marys ks", "pwsid:KS2014914", 3}, {"Saint Mary's, Kansas", "pwsid:KS2014914", 3},
	{"massachusetts general hosptal", "ccn:220071", 1}, {"MASSACHUSETTS GENERAL", "ccn:220071", 3}, {"mass general hospital boston", "ccn:220071", 5},
	{"communty trust bnak pikeville", "fdic:2720", 1}, {"community trust pike", "fdic:2720", 3}, {"comunity tust bank ky", "fdic:2720", 3},
	{"navy federal credit union", "ncua:5536", 1}, {"navy fcu", "ncua:5536", 1}, {"nayv federal", "ncua:5536", 3},
	{"anacortes water department", "pwsid:WA5302200", 1}, {"city of anacortes", "pwsid:WA5302200", 1}, {"anacrotes wa", "pwsid:WA5302200", 1},
	{"mount dora fl", "eia:13033", 3}, {"mt. dora", "eia:13033", 4}, {"Mt Dora, Florida electric", "eia:13033", 1},
	{"onslow memorial hosp north carolina", "ccn:340042", 1}, {"san josé behavioral", "ccn:054154", 1}, {"SAN JOSE BEHAVIORAL HEALTH", "ccn:054154", 1},
	{"gibson comm hosp", "ccn:141317", 2}, {"hospital gibson city illinois", "ccn:141317", 1}, {"gibson city", "ccn:141317", 3},
	{"johnson county rural electric coop", "eia:9778", 1}, {"roughrider electric co-op", "eia:55959", 1},
	{"first national bank rotan", "fdic:34455", 1},
}

// Known operators are found by each kind of slip, and each record by its own name and id.
func TestNation(t *testing.T) {
	d := datatest.Open(t)
	nation(t, d.DB, long())
	x := opened(t, t.TempDir())
	if !refresh(t, x, d.DB) {
		t.Fatal("no index was built")
	}
	t.Run("slips", func(t *testing.T) {
		for _, slip := range slips {
			ids := idsOf(search(t, x, d.DB, slip.typed, 10))
			if at := slices.Index(ids, slip.id); at < 0 || at >= slip.among {
				t.Errorf("%q: %s must be among the first %d of %v", slip.typed, slip.id, slip.among, ids)
			}
		}
	})
	t.Run("each record", func(t *testing.T) { eachFound(t, x, d.DB) })
}

// eachFound holds that every record is among the first ten by its own name with state, and the first by its id (one in ten of them;
// without LONG_TESTS one record in fifteen). A record without a name has its id only. Where more than
// ten have the same name in a state, the town is added; where the register has no town, nobody could tell them apart.
func eachFound(t *testing.T, x *Index, db *data.DB) {
	var all []registry.Hit
	same := map[string]int{}
	key := func(h registry.Hit, town string) string {
		return strings.Join(words(h.Name), "") + "|" + h.State + "|" + town
	}
	err := db.Read(context.Background(), func(tx *data.Tx) error {
		return registry.Operators(tx, func(h registry.Hit) error {
			all = append(all, h)
			same[key(h, "")]++
			same[key(h, h.Town+".")]++
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	if least := 300; len(all) < least || long() && len(all) < 60_000 {
		t.Fatalf("only %d operators are loaded", len(all))
	}
	alike := 0
	for i, h := range all {
		if !long() && i%15 != 0 {
			continue
		}
		if i%10 == 0 {
			if ids := idsOf(search(t, x, db, h.ID, 10)); len(ids) == 0 || ids[0] != h.ID {
				t.Errorf("%s is not the first that its id finds: %v", h.ID, ids)
			}
		}
		if h.Name == "" {
			continue
		}
		typed := h.Name + " " + h.State
		if same[key(h, "")] > 10 {
			if typed = h.Name + " " + h.Town + " " + h.State; same[key(h, h.Town+".")] > 10 {
				alike++
				continue
			}
		}
		if ids := idsOf(search(t, x, db, typed, 10)); !slices.Contains(ids, h.ID) {
			t.Errorf("%q does not find %s but %v", typed, h.ID, ids)
		}
	}
	if alike*200 > len(all) {
		t.Errorf("%d of %d operators cannot be told apart by name, town and state", alike, len(all))
	}
	t.Logf("%d operators; %d of them share name, town and state with more than nine others", len(all), alike)
}

// BenchmarkSearch measures what a search takes over all registers, and over 75,000 operators: some with other ids again.
func BenchmarkSearch(b *testing.B) {
	d := datatest.Open(b)
	nation(b, d.DB, true)
	x := opened(b, b.TempDir())
	for _, total := range []int{0, 75_000} {
		var all []registry.Hit
		gather := func() {
			all = all[:0]
			err := d.DB.Read(context.Background(), func(tx *data.Tx) error {
				return registry.Operators(tx, func(h registry.Hit) error {
					if h.Name != "" {
						all = append(all, h)
					}
					return nil
				})
			})
			if err != nil {
				b.Fatal(err)
			}
		}
		gather()
		if total > 0 {
			var rows []string
			for i := 0; len(all)+len(rows) < total+4400; i++ { // the list of banks is replaced
				h := all[i*7%len(all)]
				rows = append(rows, bank(900_000+i, h.Name, cmpTown(h), "Texas"))
			}
			banks(b, d.DB, rows...)
			gather()
		}
		began := time.Now()
		refresh(b, x, d.DB)
		b.Logf("%d operators, built in %s", len(all), time.Since(began).Round(time.Millisecond))
		random := rand.New(rand.NewPCG(1, 2))
		for _, kind := range []string{"exact", "identifier", "prefix", "slip", "town", "broad"} {
			b.Run(fmt.Sprintf("%d/%s", len(all), kind), func(b *testing.B) { measure(b, x, d.DB, all, random, kind) })
		}
	}
}

func cmpTown(h registry.Hit) string {
	if h.Town != "" {
		return h.Town
	}
	return "Sampleton"
}

func measure(b *testing.B, x *Index, db *data.DB, all []registry.Hit, random *rand.Rand, kind string) {
	var took []time.Duration
	for b.Loop() {
		typed := typedAs(all[random.IntN(len(all))], random, kind)
		began := time.Now()
		search(b, x, db, typed, 10)
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms-median")
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "ms-p95")
	b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, "ms-worst")
}

// typedAs writes what somebody types who looks for an operator.
func typedAs(h registry.Hit, random *rand.Rand, kind string) string {
	name := []rune(h.Name)
	switch kind {
	case "identifier":
		return h.ID
	case "prefix":
		return string(name[:1+len(name)*3/5])
	case "slip":
		for range 2 {
			at := random.IntN(len(name))
			name[at] = 'e'
		}
		return string(name) + " " + h.State
	case "town":
		first, _, _ := strings.Cut(h.Name, " ")
		return first + " " + cmpTown(h) + " " + h.State
	case "broad":
		common := []string{"water", "hospital", "city of", "bank", "wa", "county", "water system tx", "first", "park", "no such organization anywhere"}
		return common[random.IntN(len(common))]
	}
	return h.Name + " " + h.State
}
