package public_test

import (
	"strings"
	"testing"

	"accessdesk/catalog"
	"accessdesk/catalog/catalogtest"
	"accessdesk/catalog/upkeep"
	"accessdesk/data"
)

// TestOverdueListingsAreMarked holds that the public reads when a listing was not compared with its sources by its review day: on its page
// and on the list, from the day after on, until somebody compares it.
func TestOverdueListingsAreMarked(t *testing.T) {
	d := openDesk(t)
	const slug, path = "cisa-vuln-scanning", "/programs/cisa-vuln-scanning"
	offering := func() (found *catalog.Published) {
		d.Read(t, func(tx *data.Tx) error {
			snapshot, err := d.desk.Catalog.Snapshot(tx)
			found, _ = snapshot.Find(slug)
			return err
		})
		return found
	}()
	review := offering.ReviewBy.Time()
	for lang, texts := range map[string][3]string{
		"en": {"We have not compared this listing with its sources since November 22, 2026.", "Ask the provider before you rely on it.", "We plan to check it again by May 22, 2027."},
		"es": {"No hemos comparado esta ficha con sus fuentes desde el 22 de noviembre de 2026.", "Pregunte al proveedor antes de confiar en ella.", "Pensamos revisarla de nuevo a más tardar el 22 de mayo de 2027."},
	} {
		says := func(when string, marked bool) {
			t.Helper()
			b := d.browser(t, lang)
			page, list := b.get(path).text("main"), b.get("/programs?q=hygiene").text("main")
			for text, want := range map[string]bool{texts[0]: marked, texts[1]: marked, texts[2]: !marked} {
				if got := strings.Contains(page, text); got != want {
					t.Errorf("%s, %s: the page says %q: %t", when, lang, text, got)
				}
			}
			if got := strings.Contains(list, texts[0]); got != marked {
				t.Errorf("%s, %s: the list says so: %t", when, lang, got)
			}
		}
		d.SetNow(review.Add(23*60*60*1e9 + 59*60*1e9))
		says("on the review day", false)
		d.SetNow(review.AddDate(0, 0, 1))
		says("the day after", true)
	}
	d.Write(t, func(tx *data.Tx) error {
		return upkeep.Confirm(tx, upkeep.Desk{Vocabulary: catalogtest.Vocabulary(), Catalog: d.desk.Catalog, Mail: d.desk.Mail},
			upkeep.Checked{Slug: slug, VersionID: offering.VersionID, On: catalog.DateOf(tx.Now), By: data.NewID()}, catalog.DateOf(tx.Now))
	})
	if page := d.browser(t, "en").get(path).text("main"); strings.Contains(page, "We have not compared") || !strings.Contains(page, "We last checked this listing on May 23, 2027.") || strings.Contains(page, "We plan to check") {
		t.Errorf("after a comparison the page says %.200s", page[strings.Index(page, "Sources"):])
	}
}
