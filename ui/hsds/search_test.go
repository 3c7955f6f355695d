package hsds_test

import (
	"fmt"
	"net/url"
	"slices"
	"testing"

	"accessdesk/catalog/exchange/hsds"
	"accessdesk/catalog/search"
	"accessdesk/data"
)

// ids goes through the pages of a list of services, a few to a page.
func (d *desk) ids(query url.Values) []string {
	d.t.Helper()
	all := []string{}
	for number, last := 1, false; !last; number++ {
		query.Set("page", fmt.Sprint(number))
		p := d.list("/hsds/services?" + query.Encode())
		for _, item := range p.Contents {
			all = append(all, parse[hsds.Service](d.t, string(item)).ID)
		}
		if last = p.LastPage; last && p.TotalItems != len(all) {
			d.t.Errorf("%v: %d on the pages, %d in all", query, len(all), p.TotalItems)
		}
	}
	return all
}

// TestSearchFindsAsTheProgram holds that words find here what they find in the list of programs and in saved searches, on pages in the
// order of the slugs, and that a filter only takes away.
func TestSearchFindsAsTheProgram(t *testing.T) {
	d := openDesk(t)
	for _, c := range []struct {
		words, lang string
		some        bool
	}{
		{"VULNERABILITY scan", "en", true}, {"vulnerabilities scanned", "en", true}, {"vulnerabilty scaning", "en", true}, // stems, and slips
		{"escaneo", "es", true}, {"escaneos", "en", true}, {"water", "es", true}, // the other language
		{"ms-isac", "en", true}, {"a", "en", true}, {"?!", "en", true},
		{"zzyzx", "en", false}, {"water zzyzx", "en", false}, // all words, or nothing
	} {
		var want, ofOne []string
		d.Read(t, func(tx *data.Tx) error {
			snapshot, err := d.site.Desk.Catalog.Snapshot(tx)
			if err != nil {
				return err
			}
			found, err := d.site.Desk.Search.Find(snapshot, search.Query{Words: c.words}, c.lang, search.Moment{Now: tx.Now, AllWords: true})
			if err != nil {
				return err
			}
			for _, p := range snapshot.Offerings { // in slug order
				if slices.Contains(slices.Concat(found.Programs, found.Ended), p) {
					want = append(want, hsds.ServiceID(p.Slug))
					if p.Provider.Slug == "cisa" {
						ofOne = append(ofOne, hsds.ServiceID(p.Slug))
					}
				}
			}
			return nil
		})
		query := url.Values{"search": {c.words}, "lang": {c.lang}, "per_page": {"3"}}
		if got := d.ids(query); !slices.Equal(got, want) || (len(got) > 0) != c.some {
			t.Errorf("%q in %s: %d services %v, want %v", c.words, c.lang, len(got), got, want)
		}
		query.Set("organization_id", hsds.OrganizationID("cisa"))
		if got := d.ids(query); !slices.Equal(got, ofOne) {
			t.Errorf("%q of one organization: %v, want %v", c.words, got, ofOne)
		}
	}
}

// TestSearchMarks holds that each search has a mark of its own, by which it is answered with 304 and nothing else is.
func TestSearchMarks(t *testing.T) {
	d := openDesk(t)
	for _, format := range []string{"json", "ndjson"} {
		address := "/hsds/services?format=" + format + "&search="
		mark := d.get(address + "water").header.Get("ETag")
		if again := d.ask("GET", address+"water", "", "If-None-Match", mark); mark == "" || again.status != 304 || again.body != "" {
			t.Errorf("%s: mark %q, then %d with %d bytes", format, mark, again.status, len(again.body))
		}
		if other := d.ask("GET", address+"bank", "", "If-None-Match", mark); other.status != 200 || other.header.Get("ETag") == mark {
			t.Errorf("%s: another search answers the mark of the first with %d", format, other.status)
		}
	}
}
