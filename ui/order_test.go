package ui_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// TestProgramsInOrder: the lists of programs that staff pick from are in the order of the alphabet, in each language.
func TestProgramsInOrder(t *testing.T) {
	t.Parallel()
	w := openWorld(t)
	v := w.visitor(t, manager)
	fold := strings.NewReplacer("á", "a", "é", "e", "í", "i", "ó", "o", "ú", "u", "ü", "u", "ñ", "n~")
	for _, lang := range []string{"en", "es"} {
		v.SetCookie("lang", lang)
		for address, rows := range map[string]string{"/staff/catalog": `table a[href^="/staff/catalog/"]`, "/staff/catalog/new": `select option:not([value^="template:"])`} {
			var titles []string
			v.Visit(address).Want(http.StatusOK).Find(rows).Each(func(_ int, s *goquery.Selection) {
				titles = append(titles, strings.TrimSpace(s.Text()))
			})
			order := func(a, b string) int {
				return strings.Compare(fold.Replace(strings.ToLower(a)), fold.Replace(strings.ToLower(b)))
			}
			if len(titles) < 10 || !slices.IsSortedFunc(titles, order) {
				t.Errorf("%s in %s: %d programs, want them in the order of the alphabet:\n%s", address, lang, len(titles), strings.Join(titles, "\n"))
			}
		}
	}
}
