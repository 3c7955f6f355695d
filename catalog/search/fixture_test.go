package search

import (
	"embed"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"accessdesk/catalog"
	"accessdesk/catalog/catalogtest"
	"accessdesk/data/datatest"
	"accessdesk/data/demo"
	"accessdesk/data/seed"
)

// TestMain keeps the random walks short where everybody waits for them.
func TestMain(m *testing.M) { datatest.Main(m) }

var now = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

// shipped are the offerings of the program, parsed once. They must not be changed.
var shipped = sync.OnceValue(func() []*catalog.Offering {
	var all []*catalog.Offering
	for _, files := range []embed.FS{seed.Files, demo.Files} {
		some, err := catalog.ParseFiles(files)
		if err != nil {
			panic(err)
		}
		all = append(all, some...)
	}
	return all
})

func snapshotOf(t testing.TB, offerings []*catalog.Offering) *catalog.Snapshot {
	t.Helper()
	s, err := catalog.FromFiles(catalogtest.Vocabulary(), offerings)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// theCatalog is the snapshot of what is shipped.
var theCatalog = sync.OnceValue(func() *catalog.Snapshot {
	s, err := catalog.FromFiles(catalogtest.Vocabulary(), shipped())
	if err != nil {
		panic(err)
	}
	return s
})

// shared answers over what is shipped; all tests share its cache, as requests do.
var shared = sync.OnceValue(func() *Cache { return New(catalogtest.Vocabulary()) })

func ask(t testing.TB, q Query, lang string, at Moment) Result {
	t.Helper()
	if at.Now.IsZero() {
		at.Now = now
	}
	r, err := shared().Find(theCatalog(), q, lang, at)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func slugs(programs []*catalog.Published) []string {
	all := []string{}
	for _, p := range programs {
		all = append(all, p.Slug)
	}
	return all
}

// made are invented offerings of the size of real ones: 86 words in each language, some of which nearly all have and some one. Their
// rules, kinds, sectors and windows are those of what is shipped.
func made(count int) []*catalog.Offering {
	random := rand.New(rand.NewPCG(1, 2))
	syllables := strings.Fields("ba ce di fo gu ha je ki lo mu na pe qui ro su ta ve wi xo yu bra cle dri flo gru pla sche tri vla zon")
	word := func() string { // the lower its number, the more often it comes
		number := int(1 / (random.Float64() + 0.00005))
		var b strings.Builder
		for range 3 {
			b.WriteString(syllables[number%len(syllables)])
			number = number/len(syllables) + number*7
		}
		return b.String()
	}
	text := func(words int) catalog.Text {
		one := func() string {
			all := make([]string, words)
			for i := range all {
				all[i] = word()
			}
			return strings.Join(all, " ")
		}
		return catalog.Text{En: one(), Es: one()}
	}
	real := shipped()
	all := make([]*catalog.Offering, count)
	for i := range all {
		copied := *real[i%len(real)]
		copied.Slug = fmt.Sprintf("%s-%d", copied.Slug, i)
		copied.ReplacedBy = nil
		copied.Title, copied.Summary, copied.Details = text(6), text(20), text(60)
		copied.KnownAs = []string{"rareword" + letters(i)}
		all[i] = &copied
	}
	return all
}

// letters writes a number up to 9,999 in four letters and an x, so that no such word is the beginning of another or has its stem.
func letters(n int) string {
	text := []byte("bbbbx")
	for i := 3; i >= 0; i-- {
		text[i] = "bcdfgkmnpr"[n%10]
		n /= 10
	}
	return string(text)
}
