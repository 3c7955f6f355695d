package registry

import (
	"encoding/json"
	"fmt"
	"slices"

	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/eligibility/registry/layout"
)

// Member is one organization of the population: everything that the live vintages know.
type Member struct {
	ID     string
	Name   string
	Sector string
	State  string              // where its record stands; "" if the register does not say
	Facts  eligibility.Profile // with evidence and register; the caller may keep and change it
}

// Each calls act for every organization of the live vintages, in the order of ids, once each: what several registers say is put
// together as Find does, without the joins of places, whose codes no criterion reads. Records without a sector (a cost report of a
// hospital that is gone from the list) are no organizations of today and are left out. An error of act ends it.
func Each(tx *data.Tx, v *eligibility.Vocabulary, act func(Member) error) error {
	var group []stored
	reader := factReader{v, map[string]eligibility.Value{}}
	finish := func() error {
		if len(group) == 0 {
			return nil
		}
		m, err := reader.member(group)
		if group = group[:0]; err != nil || m.Sector == "" {
			return err
		}
		return act(m)
	}
	var names []any
	for _, name := range layout.Names() {
		if source, _ := layout.Named(name); source.Operators {
			names = append(names, name)
		}
	}
	current := ""
	_, err := data.Rows(tx, func(s data.Scanner) (struct{}, error) { // nothing is gathered: the rows go by
		var r stored
		var id string
		if err := s.Scan(&id, &r.register, &r.vintage, &r.name, &r.state, &r.facts); err != nil {
			return struct{}{}, err
		}
		var err error
		if id != current {
			err, current = finish(), id
		}
		r.id = id
		group = append(group, r)
		return struct{}{}, err
	}, `SELECT r.id, v.register, v.vintage, r.name, r.state, r.facts FROM registry_record r JOIN registry_vintage v ON v.id = r.vintage_id AND v.state = 'live'
		WHERE v.register IN (`+data.Placeholders(1, len(names))+`) ORDER BY r.id`, names...)
	if err == nil {
		err = finish()
	}
	if err != nil {
		return fmt.Errorf("population of the registers: %w", err)
	}
	return nil
}

// factReader reads the facts of one record after the other. Most words occur again and again (sectors, states, owners): what
// they mean is kept.
type factReader struct {
	vocabulary *eligibility.Vocabulary
	words      map[string]eligibility.Value // by fact and JSON text
}

// mostWords bounds what is kept; names and numbers of organizations occur once.
const mostWords = 2000

func (f factReader) value(id string, raw json.RawMessage) (eligibility.Value, error) {
	key := id + "=" + string(raw)
	value, known := f.words[key]
	if known {
		return value, nil
	}
	value, err := f.vocabulary.ParseValue(eligibility.FactID(id), raw)
	if err == nil && len(f.words) < mostWords && (raw[0] == '"' || raw[0] == 't' || raw[0] == 'f') {
		f.words[key] = value
	}
	return value, err
}

// member puts the records of one organization together.
func (f factReader) member(records []stored) (Member, error) {
	v := f.vocabulary
	slices.SortFunc(records, func(a, b stored) int { return rank(a.register) - rank(b.register) })
	m := Member{ID: records[0].id, Name: records[0].name, Facts: eligibility.Profile{}}
	for _, r := range records {
		if m.State == "" {
			m.State = r.state
		}
		var facts map[string]json.RawMessage
		if err := json.Unmarshal([]byte(r.facts), &facts); err != nil {
			return m, fmt.Errorf("%s says of %s: %w", r.register, m.ID, err)
		}
		for id, raw := range facts {
			if _, known := m.Facts[eligibility.FactID(id)]; known {
				continue
			}
			value, err := f.value(id, raw)
			if err != nil {
				return m, fmt.Errorf("%s says of %s: %w", r.register, m.ID, err)
			}
			if value.Known() {
				m.Facts[eligibility.FactID(id)] = value.From(eligibility.Register, r.register)
			}
		}
	}
	m.Sector, _ = m.Facts[eligibility.SectorFact].Text()
	addState(v, m.Facts, m.State, m.Facts[eligibility.SectorFact].Source)
	return m, nil
}

// addState adds the state where the record of an organization stands, if no column of a register names the fact itself: the number of
// a water system begins with it, a credit union has an address.
func addState(v *eligibility.Vocabulary, facts eligibility.Profile, state, register string) {
	const id = "state_or_territory"
	fact, known := v.Fact(id)
	if _, said := facts[id]; !said && known && register != "" && fact.Allows(state) {
		facts[id] = eligibility.String(state).From(eligibility.Register, register).On(facts[eligibility.SectorFact].AsOf)
	}
}
