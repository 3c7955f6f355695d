package publishing

import (
	"errors"

	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/eligibility/registry/impact"
)

// Effect is whom a draft makes eligible, or not any more, compared with the live version.
type Effect struct {
	New        bool // there is no live version: everybody who is eligible gains
	Population int  // organizations of the loaded registers; 0: none is loaded
	Registers  impact.Change
	Profiles   int      // organizations that use this desk
	Gained     []string // ids of those that become eligible
	Lost       []string // ids of those that are eligible no longer
}

// EffectOf works out the effect of an open draft whose rules compile.
func EffectOf(tx *data.Tx, d Desk, draft Draft) (Effect, error) {
	o, err := draft.Offering()
	if err != nil {
		return Effect{}, err
	}
	return d.effect(tx, draft, o)
}

func (d Desk) effect(tx *data.Tx, draft Draft, o *catalog.Offering) (e Effect, err error) {
	after, err := d.Vocabulary.Compile(o.UncompiledRules())
	if err != nil {
		return e, wrap(err, "rules of draft %s", draft.ID)
	}
	var before *eligibility.Ruleset
	live, err := d.Catalog.Live(tx, draft.Slug)
	switch {
	case err == nil:
		before = live.Rules
	case errors.Is(err, data.ErrNotFound):
		e.New = true
	default:
		return e, err
	}
	if d.Population != nil {
		population, err := d.Population(tx)
		if err != nil {
			return e, wrap(err, "organizations of the registers")
		}
		e.Population = population.Len()
		e.Registers = compare(population, before, after)
	}
	if d.Profiles == nil {
		return e, nil
	}
	err = d.Profiles(tx, func(id string, facts eligibility.Profile) {
		e.Profiles++
		was := before != nil && before.Decide(facts).Outcome == eligibility.Eligible
		is := after.Decide(facts).Outcome == eligibility.Eligible
		switch {
		case is && !was:
			e.Gained = append(e.Gained, id)
		case was && !is:
			e.Lost = append(e.Lost, id)
		}
	})
	return e, wrap(err, "organizations that use the desk")
}

// compare tells who gains and loses; without rules before, everybody who is eligible gains.
func compare(p *impact.Population, before, after *eligibility.Ruleset) impact.Change {
	if before != nil {
		return impact.Compare(p, before, after)
	}
	report := impact.Run(p, after)
	return impact.Change{After: report.Counts}
}

// GainedInRegisters counts the organizations of the registers that become eligible.
func (e Effect) GainedInRegisters() int {
	if e.New {
		return e.Registers.After.Eligible
	}
	return len(e.Registers.Gained)
}

// Figures are the counts, as the record keeps them.
func (e Effect) Figures() map[string]any {
	figures := map[string]any{"profiles": e.Profiles, "profiles_gained": len(e.Gained), "profiles_lost": len(e.Lost)}
	if e.Population > 0 {
		figures["registers"], figures["registers_gained"], figures["registers_lost"] = e.Population, e.GainedInRegisters(), len(e.Registers.Lost)
	}
	return figures
}
