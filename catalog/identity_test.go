package catalog_test

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"accessdesk/catalog"
	"accessdesk/catalog/exchange/exchangetest"
)

func TestCanonicalReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := exchangetest.AnyOffering().Draw(t, "offering")
		text := catalog.Canonical(o)
		again, err := catalog.Parse("canonical.toml", text)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		stored, err := catalog.ParseStored("canonical", string(text))
		if err != nil {
			t.Fatalf("stored: %v\n%s", err, text)
		}
		for _, again := range []*catalog.Offering{again.Bare(), stored.Bare()} {
			again.Owner = o.Owner
			if !reflect.DeepEqual(again, o) {
				t.Fatalf("reads back as\n%+v\ninstead of\n%+v\n%s", again, o, text)
			}
		}
	})
}
