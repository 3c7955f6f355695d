package registry

import (
	"maps"
	"slices"
	"testing"

	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/eligibility"
)

// Each gives what Find gives, organization by organization, apart from the joined codes, and nobody twice.
func population(t *testing.T, d *datatest.Database) {
	v, err := eligibility.Standard()
	if err != nil {
		t.Fatal(err)
	}
	members := map[string]Member{}
	d.Read(t, func(tx *data.Tx) error {
		return Each(tx, v, func(m Member) error {
			if _, twice := members[m.ID]; twice {
				t.Errorf("%s comes twice", m.ID)
			}
			members[m.ID] = m
			return nil
		})
	})
	sectors := map[string]int{}
	for i, id := range slices.Sorted(maps.Keys(members)) {
		m := members[id]
		sectors[m.Sector]++
		if i%23 != 0 {
			continue
		}
		d.Read(t, func(tx *data.Tx) error {
			o, err := Find(tx, id)
			if err != nil {
				return err
			}
			want, err := o.Profile(v)
			if o.Name != m.Name || o.Sector != m.Sector || o.State != m.State || !sameProfile(want, m.Facts) {
				t.Errorf("%s: Find says %s %s %s %v, Each %s %s %s %v", id, o.Name, o.Sector, o.State, want, m.Name, m.Sector, m.State, m.Facts)
			}
			return err
		})
	}
	if sectors["health"] != 5421 || sectors["banking"] != 4339 || sectors["credit_union"] != 4374 || sectors["electric"] < 3000 || sectors["drinking_water"] < 2000 {
		t.Errorf("organizations by sector: %v", sectors)
	}
}

func sameProfile(a, b eligibility.Profile) bool {
	return maps.EqualFunc(a, b, func(x, y eligibility.Value) bool {
		return x.Equal(y) && x.Evidence == y.Evidence && x.Source == y.Source
	})
}
