package proof

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/eligibility/registry"
)

// frozen is a Standing as it is stored with an item. The facts themselves stand in the item.
type frozen struct {
	Record      string            `json:"record"` // "" where the organization said that no register lists it
	Name        string            `json:"name,omitempty"`
	Town        string            `json:"town,omitempty"`
	State       string            `json:"state,omitempty"`
	Found       bool              `json:"found"` // a live edition had the record
	Tied        time.Time         `json:"tied"`
	TiedBy      string            `json:"tied_by"`
	Sources     []registry.Source `json:"sources,omitempty"`
	Says        json.RawMessage   `json:"says,omitempty"` // facts as FormatProfile writes them
	Differences []frozenPair      `json:"differences,omitempty"`
}

type frozenPair struct {
	Fact        eligibility.FactID `json:"fact"`
	Kept        bool               `json:"kept"`
	Explanation string             `json:"explanation,omitempty"`
	At          time.Time          `json:"at,omitzero"`
	By          string             `json:"by,omitempty"`
}

// Freeze keeps with an item how its organization stands now, for the reviewer, and gives what the record of the case has to
// say of it: the record, and the digest of what was kept. Nothing where the organization never spoke of a record.
func (s Standing) Freeze(tx *data.Tx, v *eligibility.Vocabulary, itemID string) (seal map[string]any, err error) {
	if !s.Named {
		return nil, nil
	}
	f := frozen{Record: s.Tie.Record, Tied: s.Tie.Since, TiedBy: s.Tie.By, Found: s.Record.ID != "", Name: s.Record.Name, Town: s.Record.Town,
		State: s.Record.State, Sources: s.Record.Sources}
	for _, d := range s.Differences {
		one := frozenPair{Fact: d.Fact, Kept: d.Kept != nil}
		if d.Kept != nil {
			one.Explanation, one.At, one.By = d.Kept.Explanation, d.Kept.At, d.Kept.By
		}
		f.Differences = append(f.Differences, one)
	}
	if f.Says, err = v.FormatProfile(s.said); err != nil {
		return nil, fmt.Errorf("keep what the registers say with %s: %w", itemID, err)
	}
	text, err := json.Marshal(f)
	if err == nil {
		_, err = tx.Exec("INSERT INTO item_register (item_id, said, kept_at) VALUES ($1, $2, $3)", itemID, string(text), data.Millis(tx.Now))
	}
	if err != nil {
		return nil, fmt.Errorf("keep what the registers say with %s: %w", itemID, err)
	}
	sum := sha256.Sum256(text)
	return map[string]any{"record": s.Tie.Record, "register_sha256": hex.EncodeToString(sum[:])}, nil
}

// Frozen gives what Freeze kept with an item, beside the facts that were sent with it. An item of an organization that named no
// record has the facts alone.
func Frozen(tx *data.Tx, v *eligibility.Vocabulary, itemID string, facts eligibility.Profile) (Standing, error) {
	s := Standing{Facts: facts}
	var text string
	err := tx.Row("SELECT said FROM item_register WHERE item_id = $1", itemID).Scan(&text)
	if errors.Is(err, data.ErrNotFound) {
		return s, nil
	}
	var f frozen
	if err == nil {
		err = json.Unmarshal([]byte(text), &f)
	}
	if err == nil && len(f.Says) > 0 {
		s.said, err = v.ParseProfile(f.Says)
	}
	if err != nil {
		return s, fmt.Errorf("what the registers said of %s: %w", itemID, err)
	}
	s.Named, s.Tie = true, Tie{Record: f.Record, By: f.TiedBy, Since: f.Tied}
	if f.Found {
		s.Record = registry.Operator{ID: f.Record, Name: f.Name, Town: f.Town, State: f.State, Sources: f.Sources}
	}
	for _, one := range f.Differences {
		d := Difference{Difference: registry.Difference{Fact: one.Fact, Stated: facts[one.Fact], Register: s.said[one.Fact]}}
		d.Source, _ = s.Row(d.Register)
		if one.Kept {
			d.Kept = &Kept{Explanation: one.Explanation, At: one.At, By: one.By}
		}
		s.Differences = append(s.Differences, d)
	}
	return s, nil
}

// Row gives the row of the register that a value was read from; ok is false where the record has no such row.
func (s Standing) Row(value eligibility.Value) (registry.Source, bool) {
	at := slices.IndexFunc(s.Record.Sources, func(source registry.Source) bool { return source.Register == value.Source })
	if at < 0 || value.Evidence != eligibility.Register {
		return registry.Source{}, false
	}
	return s.Record.Sources[at], true
}

// Says gives what the record says of a fact.
func (s Standing) Says(id eligibility.FactID) (eligibility.Value, bool) {
	value, known := s.said[id]
	return value, known
}

// Disputes tells whether the record says something else of a fact than the organization.
func (s Standing) Disputes(id eligibility.FactID) bool {
	return slices.ContainsFunc(s.Differences, func(d Difference) bool { return d.Fact == id })
}
