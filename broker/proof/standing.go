package proof

import (
	"errors"
	"fmt"
	"time"

	"accessdesk/broker/account"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/eligibility/registry"
)

// Standing is how an organization stands to its record in the public registers.
type Standing struct {
	Facts eligibility.Profile // what the organization says of itself
	Named bool                // it said which record is its own, or that there is none
	Tie   Tie
	// Record is what the live editions say; its ID is "" where no record was named and where no edition has it any more.
	Record      registry.Operator
	Differences []Difference

	said eligibility.Profile
}

// Difference is a fact of which an organization says something else than its record.
type Difference struct {
	registry.Difference
	Source registry.Source // the row that says so
	Kept   *Kept           // nil: nobody has looked at it yet
}

// Kept is the answer to a difference: what was said stands.
type Kept struct {
	Explanation string // "" for none
	At          time.Time
	By          string // an actor of the record
}

// Of tells how an organization stands now.
func Of(tx *data.Tx, v *eligibility.Vocabulary, organizationID string) (Standing, error) {
	var s Standing
	var err error
	if s.Facts, err = account.Facts(tx, v, organizationID); err != nil {
		return s, err
	}
	if s.Tie, s.Named, err = current(tx, organizationID); err != nil {
		return s, fmt.Errorf("record of organization %s: %w", organizationID, err)
	}
	if !s.Named || s.Tie.Record == NotListed {
		return s, nil
	}
	s.Record, err = registry.Find(tx, s.Tie.Record)
	if errors.Is(err, data.ErrNotFound) {
		s.Record = registry.Operator{}
		return s, nil
	}
	if err == nil {
		s.said, err = s.Record.Profile(v)
	}
	if err == nil {
		err = s.compare(tx, v, organizationID)
	}
	if err != nil {
		return s, fmt.Errorf("record of organization %s: %w", organizationID, err)
	}
	return s, nil
}

// compare finds the differences, each with the row of the register and with what was answered.
func (s *Standing) compare(tx *data.Tx, v *eligibility.Vocabulary, organizationID string) error {
	words := eligibility.Profile{} // what an older edition said is compared like anybody's word
	for id, value := range s.Facts {
		words[id] = value.From(eligibility.Stated, value.Source)
	}
	for _, d := range s.Record.Differences(v, words) {
		d.Stated, d.Register = s.Facts[d.Fact], s.said[d.Fact]
		one := Difference{Difference: d}
		one.Source, _ = s.Row(d.Register)
		stated, registered, err := one.texts(v)
		if err == nil {
			one.Kept, err = keptAnswer(tx, organizationID, d.Fact, stated, registered)
		}
		if err != nil {
			return err
		}
		s.Differences = append(s.Differences, one)
	}
	return nil
}

// texts gives both values as they are stored.
func (d Difference) texts(v *eligibility.Vocabulary) (stated, registered string, err error) {
	one, err := v.FormatValue(d.Fact, d.Stated)
	if err != nil {
		return "", "", err
	}
	other, err := v.FormatValue(d.Fact, d.Register)
	return string(one), string(other), err
}

// Open lists the differences that nobody has answered yet.
func (s Standing) Open() []Difference {
	var open []Difference
	for _, d := range s.Differences {
		if d.Kept == nil {
			open = append(open, d)
		}
	}
	return open
}

// Backed is what a decision rests on: the facts, each answer that the record says too backed by it.
func (s Standing) Backed() eligibility.Profile { return backed(s.Facts, s.said) }

// Decide decides a program for the organization.
func (s Standing) Decide(rules *eligibility.Ruleset) eligibility.Decision {
	return decide(rules, s.Backed(), disputed(s.Differences))
}

func disputed(differences []Difference) (facts []eligibility.FactID) {
	for _, d := range differences {
		facts = append(facts, d.Fact)
	}
	return facts
}
