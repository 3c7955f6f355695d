package account

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"accessdesk/broker/record"
	"accessdesk/data"
	"accessdesk/eligibility"
)

// Facts gives what is known of an organization now, with evidence, source and the day of the source, or, where nobody
// said that, the day on which it was stated (no day for a register whose edition is not known). A stored value that the vocabulary does not
// accept any more is unknown, so that it is asked again.
func Facts(tx *data.Tx, v *eligibility.Vocabulary, organizationID string) (eligibility.Profile, error) {
	type stored struct {
		fact, value, evidence, source, asOf string
		stated                              int64
	}
	rows, err := data.Rows(tx, func(s data.Scanner) (f stored, err error) {
		return f, s.Scan(&f.fact, &f.value, &f.evidence, &f.source, &f.asOf, &f.stated)
	}, `SELECT fact, value, evidence, source, as_of, stated_at FROM organization_fact
		WHERE organization_id = $1 AND superseded_at IS NULL AND value <> ''`, organizationID)
	if err != nil {
		return nil, fmt.Errorf("facts of organization %s: %w", organizationID, err)
	}
	profile := eligibility.Profile{}
	for _, f := range rows {
		id := eligibility.FactID(f.fact)
		value, err := v.ParseValue(id, []byte(f.value))
		var unfit *eligibility.FactError
		if errors.As(err, &unfit) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("facts of organization %s: %w", organizationID, err)
		}
		evidence, _ := eligibility.ParseEvidence(f.evidence)  // an unknown word is the weakest evidence
		if f.asOf == "" && evidence != eligibility.Register { // an edition is never guessed
			f.asOf = data.FromMillis(f.stated).Format(time.DateOnly)
		}
		profile[id] = value.From(evidence, f.source).On(f.asOf)
	}
	return profile, nil
}

// SaveFacts stores values, stated by actor at tx.Now. A new value supersedes the old one, which is kept; a value that is
// not known says that the fact is unknown again. What would change nothing is not stored: a value that is there with the
// same or better evidence, and what was derived from other facts. Facts that the profile does not mention are left alone.
// The record gets the names of the changed facts, never their values.
func SaveFacts(tx *data.Tx, v *eligibility.Vocabulary, organizationID, actor string, p eligibility.Profile) error {
	return saveFacts(tx, v, organizationID, actor, p, supersedes)
}

// RestateFacts stores values like SaveFacts, also where they are backed more weakly than what is stored: a register turned out to
// speak of somebody else, or of another day, and the word of the organization stands in its place.
func RestateFacts(tx *data.Tx, v *eligibility.Vocabulary, organizationID, actor string, p eligibility.Profile) error {
	return saveFacts(tx, v, organizationID, actor, p, func(value, stored eligibility.Value) bool {
		return !value.Equal(stored) || value.Evidence != stored.Evidence || value.Source != stored.Source
	})
}

func saveFacts(tx *data.Tx, v *eligibility.Vocabulary, organizationID, actor string, p eligibility.Profile, says func(value, stored eligibility.Value) bool) error {
	before, err := Facts(tx, v, organizationID)
	if err != nil {
		return err
	}
	var changed []string
	for _, id := range slices.Sorted(maps.Keys(p)) {
		value, text, err := storable(v, id, p[id])
		if err == nil && !says(value, before[id]) {
			continue
		}
		if err == nil {
			err = saveFact(tx, organizationID, actor, id, value, text)
		}
		if err != nil {
			return fmt.Errorf("save fact %s of organization %s: %w", id, organizationID, err)
		}
		changed = append(changed, string(id))
	}
	if len(changed) == 0 {
		return nil
	}
	return record.Append(tx, record.Entry{Chain: record.OrganizationChain(organizationID), Actor: actor, Act: "facts_changed",
		Detail: map[string]any{"facts": changed}})
}

// supersedes tells whether a value says anything that is not stored already. The same value from another source counts
// or of a later day counts only where the source is more than somebody's word.
func supersedes(value, stored eligibility.Value) bool {
	switch {
	case value.Known() && value.Source == eligibility.SourceDerived:
		return false
	case value.Known() != stored.Known():
		return true
	case !value.Known():
		return false
	case !value.Equal(stored) || value.Evidence > stored.Evidence:
		return true
	}
	return value.Evidence == stored.Evidence && value.Evidence > eligibility.Stated && (value.Source != stored.Source || value.AsOf > stored.AsOf)
}

// storable gives a value as it will come back, so that it can be compared with what is stored ("over 3,300 people" is "3,301
// or more"), and its text, "" for one that is not known.
func storable(v *eligibility.Vocabulary, id eligibility.FactID, value eligibility.Value) (eligibility.Value, string, error) {
	if !value.Known() {
		return value, "", nil
	}
	text, err := v.FormatValue(id, value)
	if err != nil {
		return value, "", err
	}
	stored, err := v.ParseValue(id, text)
	return stored.From(value.Evidence, value.Source).On(value.AsOf), string(text), err
}

func saveFact(tx *data.Tx, organizationID, actor string, id eligibility.FactID, value eligibility.Value, text string) error {
	_, err := tx.Exec("UPDATE organization_fact SET superseded_at = $3 WHERE organization_id = $1 AND fact = $2 AND superseded_at IS NULL",
		organizationID, string(id), data.Millis(tx.Now))
	if err != nil {
		return err
	}
	asOf := value.AsOf
	if value.Evidence == eligibility.Stated {
		asOf = "" // somebody's word is of the day on which they gave it
	}
	_, err = tx.Exec(`INSERT INTO organization_fact (id, organization_id, fact, value, evidence, source, as_of, stated_at, stated_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		data.NewID(), organizationID, string(id), text, value.Evidence.String(), value.Source, asOf, data.Millis(tx.Now), actor)
	return err
}

// EachFacts hands over the profile of every organization of which something is known, in no order.
func EachFacts(tx *data.Tx, v *eligibility.Vocabulary, each func(organizationID string, facts eligibility.Profile)) error {
	ids, err := data.Rows(tx, func(s data.Scanner) (id string, err error) { return id, s.Scan(&id) },
		"SELECT DISTINCT organization_id FROM organization_fact WHERE superseded_at IS NULL AND value <> ''")
	if err != nil {
		return fmt.Errorf("organizations with facts: %w", err)
	}
	for _, id := range ids {
		facts, err := Facts(tx, v, id)
		if err != nil {
			return err
		}
		each(id, facts)
	}
	return nil
}
