// Package impact tells whom a rule reaches in the loaded registers: how many organizations are eligible, not eligible or unknown, by
// sector and state, which criterion alone keeps how many out, what nobody can know from a register, and who would gain or lose by
// another rule.
//
// A [Population] is what the live vintages say, read once ([Load]) and kept small; [Run], [Survey] and [Compare] are pure functions
// over it. The registers know the sector, the state, the size and the owner, not who has a firewall: most programs therefore leave
// many organizations unknown, and whoever shows these figures has to say so.
package impact

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/eligibility/registry"
	"accessdesk/eligibility/registry/layout"
)

// stateFact is the fact that places an organization in a state.
const stateFact = "state_or_territory"

// Member is one organization of the population.
type Member struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Sector string `json:"sector"`
	State  string `json:"state"` // "" if no register says it
}

// Population is every organization of the live vintages. It does not change and is safe for concurrent use.
type Population struct {
	Registers []registry.Vintage // what it was read from; empty: no register is loaded

	vocabulary *eligibility.Vocabulary
	digest     string
	sectors    []string // by number
	states     []string // by number; among them "" where an organization without a state exists
	crowd      *eligibility.Crowd
	members    []row
	patterns   []pattern // by number
}

// pattern says which facts are known, given or derived: bits by their place in the vocabulary.
type pattern [4]uint64

// row is what is kept of a member beside its facts.
type row struct {
	id, name      string
	sector, state uint16
	pattern       uint32
}

// Len is the number of organizations.
func (p *Population) Len() int { return len(p.members) }

// Member gives one organization, by its place.
func (p *Population) Member(at int) Member {
	m := &p.members[at]
	return Member{ID: m.id, Name: m.name, Sector: p.sectors[m.sector], State: p.states[m.state]}
}

// Facts is an organization as it joins a population.
type Facts struct {
	Member
	Facts eligibility.Profile
}

// Gather makes a population of organizations that next gives one after the other until it gives false.
func Gather(v *eligibility.Vocabulary, next func() (Facts, bool)) *Population {
	b := builder{Population: &Population{vocabulary: v, crowd: v.NewCrowd()}, sectors: map[string]uint16{}, states: map[string]uint16{}, patterns: map[pattern]uint32{}}
	for {
		f, more := next()
		if !more {
			b.sort()
			return b.Population
		}
		b.add(f)
	}
}

type builder struct {
	*Population
	sectors, states map[string]uint16
	patterns        map[pattern]uint32
}

func (b *builder) add(f Facts) {
	b.crowd.Add(f.Facts)
	known := pattern(b.crowd.Known(b.crowd.Len() - 1))
	number, met := b.patterns[known]
	if !met {
		number = uint32(len(b.Population.patterns))
		b.patterns[known], b.Population.patterns = number, append(b.Population.patterns, known)
	}
	b.members = append(b.members, row{id: f.ID, name: f.Name, pattern: number,
		sector: numbered(b.sectors, &b.Population.sectors, f.Sector), state: numbered(b.states, &b.Population.states, f.State)})
}

// numbered gives the number of a name, a new one if it was not met before.
func numbered(numbers map[string]uint16, names *[]string, name string) uint16 {
	number, met := numbers[name]
	if !met {
		number = uint16(len(*names))
		numbers[name], *names = number, append(*names, name)
	}
	return number
}

// sort puts states and sectors in order, so that equal populations count alike whatever came first.
func (b *builder) sort() {
	sectors, states := ordered(b.Population.sectors), ordered(b.Population.states)
	for i := range b.members {
		m := &b.members[i]
		m.sector, m.state = sectors[m.sector], states[m.state]
	}
	slices.Sort(b.Population.sectors)
	slices.Sort(b.Population.states)
	b.members = slices.Clip(b.members)
}

// ordered gives for each place in names its place once they are sorted.
func ordered(names []string) []uint16 {
	sorted := slices.Sorted(slices.Values(names))
	places := make([]uint16, len(names))
	for i, name := range names {
		at, _ := slices.BinarySearch(sorted, name)
		places[i] = uint16(at)
	}
	return places
}

// Load reads the population that the live vintages know.
func Load(tx *data.Tx, v *eligibility.Vocabulary) (*Population, error) {
	live, err := liveRegisters(tx)
	if err != nil {
		return nil, err
	}
	return load(tx, v, live)
}

func load(tx *data.Tx, v *eligibility.Vocabulary, live []registry.Vintage) (*Population, error) {
	states := map[string]bool{}
	if fact, ok := v.Fact(stateFact); ok {
		for _, value := range fact.Values {
			states[value.Value] = true
		}
	}
	// Reading and placing have a core each.
	members, done := make(chan Facts, 256), make(chan *Population, 1)
	go func() {
		done <- Gather(v, func() (Facts, bool) { f, more := <-members; return f, more })
	}()
	err := registry.Each(tx, v, func(m registry.Member) error {
		members <- Facts{Member{ID: m.ID, Name: m.Name, Sector: m.Sector, State: stateOf(m, states)}, m.Facts}
		return nil
	})
	close(members)
	population := <-done
	if err != nil {
		return nil, err
	}
	population.Registers, population.digest = live, digest(live)
	return population, nil
}

// stateOf is the state in which an organization is counted: the fact; for a water system the two letters with which its number
// begins, since its record holds the address for letters; else that of the record. Systems of tribes have digits there.
func stateOf(m registry.Member, states map[string]bool) string {
	if state, ok := m.Facts[stateFact].Text(); ok {
		return state
	}
	if number, water := strings.CutPrefix(m.ID, "pwsid:"); water && len(number) > 2 && states[number[:2]] {
		return number[:2]
	}
	return m.State
}

// liveRegisters lists the live vintages of registers of organizations, in the order of their names.
func liveRegisters(tx *data.Tx) ([]registry.Vintage, error) {
	all, err := registry.Vintages(tx)
	if err != nil {
		return nil, fmt.Errorf("registers of the population: %w", err)
	}
	var live []registry.Vintage
	for _, one := range all {
		if one.State == registry.Live && ofOrganizations(one.Register) {
			live = append(live, one)
		}
	}
	slices.SortFunc(live, func(a, b registry.Vintage) int { return cmp.Compare(a.Register, b.Register) })
	return live, nil
}

// digest names what a population was read from.
func digest(live []registry.Vintage) string {
	hash := sha256.New()
	for _, one := range live {
		fmt.Fprintln(hash, one.ID, one.SHA256)
	}
	return hex.EncodeToString(hash.Sum(nil))
}

// ofOrganizations tells whether a register lists organizations, not ZIP codes or weaknesses.
func ofOrganizations(register string) bool {
	source, ok := layout.Named(register)
	return ok && source.Operators
}
