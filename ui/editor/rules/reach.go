package rules

import (
	"errors"
	"strings"

	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/eligibility/registry/impact"
	"accessdesk/ui/web"
)

// reach is whom the rules reach in the loaded registers, beside the published ones.
type reach struct {
	State                         string // none: no register; busy: they are being read; rules: the rules do not compile; counted
	All                           int
	Eligible, Unknown, Ineligible int
	First, Second                 int // widths of the parts of the bar, of 1000
	Compared                      bool
	Gained, Lost                  turned
	Registers                     string

	criteria map[string]impact.CriterionCount
}

// turned is who gains or loses; a few are named.
type turned struct {
	Count int
	Names []string
	More  int
}

// mostNamed is how many organizations are named beside the rules; the page on which a draft is published has more.
const mostNamed = 10

func newReach(r *web.Request, tx *data.Tx, live *catalog.Published, shown *catalog.Offering) (reach, error) {
	population, err := r.Site.Nation.Population(tx, r.Site.DB, r.Desk().Vocabulary)
	switch {
	case errors.Is(err, data.ErrBusy):
		return reach{State: "busy"}, nil
	case err != nil:
		return reach{}, err
	case population.Len() == 0:
		return reach{State: "none"}, nil
	}
	rules, err := r.Desk().Vocabulary.Compile(shown.UncompiledRules())
	if err != nil {
		return reach{State: "rules"}, nil // which one and why stands at the rule
	}
	return counted(r, population, live, rules), nil
}

func counted(r *web.Request, population *impact.Population, live *catalog.Published, rules *eligibility.Ruleset) reach {
	report := impact.Run(population, rules)
	view := reach{State: "counted", All: report.Population(), Eligible: report.Eligible, Unknown: report.Unknown, Ineligible: report.Ineligible,
		criteria: map[string]impact.CriterionCount{}}
	all := max(view.All, 1)
	view.First, view.Second = 1000*view.Eligible/all, 1000*view.Unknown/all
	for _, c := range report.Criteria {
		view.criteria[c.ID] = c
	}
	var named []string
	for _, one := range population.Registers {
		named = append(named, r.L.Register(one.Register, one.Vintage))
	}
	view.Registers = strings.Join(named, "; ")
	if live != nil {
		change := impact.Compare(population, live.Rules, rules)
		view.Compared, view.Gained, view.Lost = true, newTurned(change.Gained), newTurned(change.Lost)
	}
	return view
}

func newTurned(turns []impact.Turn) turned {
	t := turned{Count: len(turns), More: max(0, len(turns)-mostNamed)}
	for _, one := range turns[:min(len(turns), mostNamed)] {
		t.Names = append(t.Names, one.Name)
	}
	return t
}

// outOf says how many organizations one rule keeps out; "" when that is not known.
func (v *reach) outOf(r *web.Request, id string) string {
	c, ok := v.criteria[id]
	if !ok {
		return ""
	}
	return r.L.T("builder.keeps_out", "Unmet", r.L.Number(int64(c.Unmet)), "Sole", r.L.Number(int64(c.Sole)), "Unknown", r.L.Number(int64(c.Unknown)))
}
