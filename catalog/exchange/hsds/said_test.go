package hsds

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"accessdesk/catalog"
	"accessdesk/catalog/exchange/exchangetest"
	"accessdesk/catalog/exchange/hsds/hsdstest"
	"accessdesk/data/locale"
)

// usable makes the values of an offering that says something at every key into ones that can be published. A value that was emptied becomes
// another one where nothing cannot be published.
func usable(o *catalog.Offering) *catalog.Offering {
	if len(o.Sectors) == 0 {
		o.Sectors = []string{"gas"}
	} else {
		o.Sectors = []string{"electric", "health"}
	}
	address := func(at *string, number int) {
		if *at != "" {
			*at = fmt.Sprintf("https://example.org/%d", number)
		}
	}
	address(&o.Provider.URL, 1)
	for i := range o.Criteria {
		c := &o.Criteria[i]
		c.Expr = map[bool]string{true: "has_ot", false: []string{"is_us_based", "static_public_ips"}[i]}[c.Expr == ""]
		if c.ID == "" {
			c.ID = "emptied"
		}
	}
	for i := range o.Questions {
		if o.Questions[i].When != "" {
			o.Questions[i].When = "has_ot"
		}
	}
	for i := range o.Sources {
		address(&o.Sources[i].URL, 2+i)
	}
	return o
}

// everything that is said of an offering in both languages.
func said(t *testing.T, o *catalog.Offering) string {
	t.Helper()
	var b strings.Builder
	for _, lang := range locale.Languages() {
		r := reading(snapshotOf(o), lang)
		s := r.Service(r.catalog.Offerings[0])
		s.Desk.Hash = "" // is that of the whole text
		b.Write(hsdstest.Encode(t, s))
	}
	return b.String()
}

// TestEveryKeyIsSaid holds that every key of an offering file is said, in HSDS or in the extension, unless it stands on the written list of
// those that are not, with the reason; and that the list names no key that is said.
func TestEveryKeyIsSaid(t *testing.T) {
	full, keys, unsaid := said(t, usable(exchangetest.Full())), 0, map[string]bool{}
	name := regexp.MustCompile(`^\.([a-z_]+)`)
	exchangetest.EachKey(func(key string, without *catalog.Offering) {
		keys++
		top := name.FindStringSubmatch(key)[1]
		_, listed := Unsaid[top]
		same := said(t, usable(without)) == full
		switch {
		case same && !listed:
			t.Errorf("%s is neither said nor on the list of what is not", key)
		case !same && listed:
			t.Errorf("%s is said, although the list says that it is not", key)
		}
		if listed {
			unsaid[top] = true
		}
	})
	if keys < 100 || len(unsaid) != len(Unsaid) {
		t.Errorf("%d keys were looked at, and of the list %v", keys, unsaid)
	}
	for key, reason := range Unsaid {
		if len(reason) < 20 {
			t.Errorf("%s: no reason", key)
		}
	}
}

// TestFullOfferingIsHSDS holds that an offering with every key, tiers and pause too, is HSDS.
func TestFullOfferingIsHSDS(t *testing.T) {
	schemas := hsdstest.Load(t, "../../..")
	o := usable(exchangetest.Full())
	o.Apply[0].Mode, o.Apply[0].To = catalog.ModeEmail, "desk@example.org"
	o.Apply[1].Mode = catalog.ModePhone
	r := reading(snapshotOf(o), "es", func(m *Moment) {
		m.Seats = map[string]Seats{o.Slug: {All: 9, Left: 4, Tiers: map[string]Seats{o.Tiers[0].ID: {All: 2}}}}
	})
	s := r.Service(r.catalog.Offerings[0])
	for _, problem := range schemas.Check("service", hsdstest.Encode(t, s)) {
		t.Error(problem)
	}
	if len(s.Capacities) != 2 || s.Capacities[1].Available != 0 || s.Capacities[1].Maximum != 2 || s.Email == "" || len(s.Phones) == 0 || len(s.Schedules) != 1 {
		t.Errorf("%+v", s)
	}
}
