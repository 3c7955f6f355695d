// Package screening decides every listed offering for one set of answers and says how each of them stands: its group on the
// results page, what would be nearest, what is still to be asked. The command `screen`, its JSON and the pages of the check all
// take their results from here, so that they cannot differ. It is pure: no database, no clock, no texts.
//
// # The check
//
// [New] decides. The order of questions and when the check is over are those of eligibility.Inquiry, where a program that
// anybody can simply take, or without published rules, weighs half, and one that nobody can have now nothing; what the check leaves is answered beside the
// results, one offering at a time. A [Nation] walks a whole population through it and counts the questions. The path of a check is found by replaying it: the questions that would be asked for the
// answers as they are now. A given answer that is not on the path and changes no result any more is idle: it is kept, shown
// apart, and counts again when the change is taken back. Skipping and "I'm not sure" make a fact unknown; they are never a no.
//
// # What the registers say
//
// Who picks an organization in the public registers has most questions answered by its record: [Check.TakeRecord]. Such values are
// facts like any other, known before the first question, and told apart by their evidence. They are never idle: nobody gave them, so
// nobody is told that they do not count.
//
// # Results
//
// Every listed offering stands in exactly one of the groups of catalog.GroupAt. Within a group the order is, of what fits and of
// what has no published rules: what can be started here first, then what the desk prepares, then what has to be asked about first; else the fewest open questions first, those that no answer settles
// last; the fewest unmet criteria first. Open questions are counted by the smallest set that settles the offering. The
// alternatives to an offering that does not fit are those of the same kind that look like a fit and are open, the nearest first.
package screening

import (
	"cmp"
	"slices"
	"time"

	"accessdesk/catalog"
	"accessdesk/eligibility"
)

// Program is how one offering stands for the answers.
type Program struct {
	*catalog.Published
	Decision eligibility.Decision
	Group    catalog.Group
	Seats    catalog.Places   // how its seats are taken, as far as the caller knows
	Step     catalog.NextStep // what can be done about it, whether or not it fits
}

// Check is every offering decided for one set of answers. It belongs to one request and is not safe for concurrent use.
type Check struct {
	Vocabulary *eligibility.Vocabulary
	Facts      eligibility.Profile
	Asked      map[eligibility.FactID]bool // what was put: answered, skipped or "I'm not sure"
	Programs   []Program                   // in the order given
	// Contradictions are given values that do not agree with what follows from others.
	Contradictions []eligibility.Contradiction
	// Shares says how often answers are given, for the choice of questions; nil: all are alike. Set it before anything is asked for.
	Shares *eligibility.Shares

	places   catalog.Counts // how the seats are taken, by slug
	now      time.Time
	settling map[string][]eligibility.FactID // by slug, see Settling; emptied by every answer
	rules    []*eligibility.Ruleset
	weight   map[string]float64   // by slug, see Program.weight
	path     []eligibility.FactID // nil until it is asked for
}

// New decides the programs for the facts. asked holds what was put, with or without an answer.
func New(v *eligibility.Vocabulary, programs []*catalog.Published, facts eligibility.Profile, asked map[eligibility.FactID]bool, now time.Time) *Check {
	c := &Check{Vocabulary: v, Facts: facts, Asked: asked, now: now, weight: map[string]float64{}}
	if c.Facts == nil {
		c.Facts = eligibility.Profile{}
	}
	if c.Asked == nil {
		c.Asked = map[eligibility.FactID]bool{}
	}
	for _, program := range programs {
		c.rules = append(c.rules, program.Rules)
		one := Program{Published: program, Step: program.NextStep(now, false)}
		c.Programs, c.weight[program.Slug] = append(c.Programs, one), one.weight()
	}
	c.decide()
	return c
}

// Seats says how the seats of the programs are taken. It changes what can be done about them and where they stand, and not
// which questions are asked: an answer counts whether or not somebody takes the last seat meanwhile.
func (c *Check) Seats(places catalog.Counts) {
	c.places = places
	for i := range c.Programs {
		program := &c.Programs[i]
		program.Seats = places[program.Slug]
		program.Step = program.NextStep(c.now, program.Seats.Full())
		program.Group = c.group(program.Published, program.Decision.Outcome)
	}
}

// group is where a program stands: one that fits and has neither a seat nor a waiting list is not open now.
func (c *Check) group(p *catalog.Published, outcome eligibility.Outcome) catalog.Group {
	group := p.GroupAt(outcome, c.now)
	if group == catalog.GroupLikely && p.NextStep(c.now, c.places[p.Slug].Full()).Hindrance == catalog.HinderedFull {
		return catalog.GroupNotOpen
	}
	return group
}

func (c *Check) decide() {
	c.path, c.Contradictions, c.settling = nil, nil, map[string][]eligibility.FactID{}
	for i, decision := range eligibility.DecideAll(c.rules, c.Facts) {
		program := &c.Programs[i]
		program.Decision = decision
		program.Group = c.group(program.Published, decision.Outcome)
		c.Contradictions = decision.Contradictions // the same for all
	}
}

// Answer keeps an answer and decides anew; an unknown value is "I'm not sure" or skipped. Who answers as the register does confirms
// it, and it stays the better evidence.
func (c *Check) Answer(id eligibility.FactID, value eligibility.Value) {
	if old := c.Facts[id]; recorded(old) && old.Equal(value) {
		value = old
	}
	c.keep(id, value)
	c.decide()
}

// AnswerSectors keeps what the operator runs, all from one page: the first is the main sector, the others the additional ones.
// No sectors: not sure.
func (c *Check) AnswerSectors(sectors []string) {
	var main, more eligibility.Value
	if len(sectors) > 0 {
		main, more = eligibility.String(sectors[0]), eligibility.Set(sectors[1:]...)
	}
	c.keep(eligibility.SectorFact, main)
	c.keep(eligibility.AdditionalSectorsFact, more)
	c.decide()
}

func (c *Check) keep(id eligibility.FactID, value eligibility.Value) {
	c.Asked[id] = true
	if value.Known() {
		c.Facts[id] = value
	} else {
		delete(c.Facts, id)
	}
}

// Forget takes back every answer.
func (c *Check) Forget() {
	c.Facts, c.Asked = eligibility.Profile{}, map[eligibility.FactID]bool{}
	c.decide()
}

// Next is the next question; false when the check is over.
func (c *Check) Next() (eligibility.Question, bool) {
	return c.inquiry(c.Facts, c.Asked).Next()
}

func (c *Check) inquiry(facts eligibility.Profile, asked map[eligibility.FactID]bool) eligibility.Inquiry {
	return eligibility.Inquiry{Rules: c.rules, Facts: facts, Asked: asked, Weight: c.weight, Shares: c.Shares}
}

// weight is how much it matters to the choice of questions that the program is decided. What anybody can simply take, nobody has
// to be asked for, so a question for its sake can wait for the results; so it can where no rules are published, since no answer
// makes more than "ask the provider" of it. For what nobody can have now it can wait all the more.
func (p Program) weight() float64 {
	switch {
	case p.Step.Dormant():
		return 0
	case p.SelfServe(), !p.CriteriaPublished:
		return 0.5
	}
	return 1
}

// Left counts the questions that the check still asks if no answer makes one of them needless.
func (c *Check) Left() int { return c.inquiry(c.Facts, c.Asked).Open() }

// Bands cuts the numbers of a fact at every threshold of the programs; false when the fact needs an exact number.
func (c *Check) Bands(id eligibility.FactID) ([]eligibility.Interval, bool) {
	return eligibility.Bands(c.rules, id)
}

// Sectors lists everything that the operator runs, the main sector first.
func (c *Check) Sectors() []string {
	var all []string
	if main, ok := c.Facts[eligibility.SectorFact].Text(); ok {
		all = append(all, main)
	}
	more, _ := c.Facts[eligibility.AdditionalSectorsFact].Items()
	return append(all, more...)
}

// Count is how many programs stand in a group.
func (c *Check) Count(group catalog.Group) int {
	count := 0
	for i := range c.Programs {
		if c.Programs[i].Group == group {
			count++
		}
	}
	return count
}

// Members lists the programs of a group in the order of the results page.
func (c *Check) Members(group catalog.Group) []Program {
	var members []Program
	for _, program := range c.Programs {
		if program.Group == group {
			members = append(members, program)
		}
	}
	slices.SortStableFunc(members, func(a, b Program) int { return cmp.Compare(c.rank(a), c.rank(b)) })
	return members
}

// unsettled ranks behind every number of open questions.
const unsettled = 1 << 10

// rank is the place of a program within its group, the first 0.
func (c *Check) rank(p Program) int {
	switch p.Group {
	case catalog.GroupOneMore:
		if !slices.ContainsFunc(p.Decision.Missing, c.MayAsk) {
			return unsettled
		}
		return len(c.Settling(p))
	case catalog.GroupNotNow:
		return len(p.Decision.Blocking)
	}
	switch p.Step.Step {
	case catalog.StepStart, catalog.StepWaitingList:
		return 0
	case catalog.StepPacket:
		return 1
	case catalog.StepAsk:
		return 2
	}
	return 3
}

// Settling is the smallest set of questions that settles a program whose answers do not decide it yet.
func (c *Check) Settling(p Program) []eligibility.FactID {
	facts, known := c.settling[p.Slug]
	if !known {
		facts = eligibility.Settling(p.Rules, p.Decision)
		c.settling[p.Slug] = facts
	}
	return facts
}

// MayAsk tells whether the check may put the question for a fact at all.
func (c *Check) MayAsk(id eligibility.FactID) bool {
	fact, known := c.Vocabulary.Fact(id)
	return known && fact.Ask == eligibility.AskCheck
}

// Outside tells whether the program is not for the operator's sectors at all.
func (p Program) Outside() bool {
	first := p.Decision.Criteria
	return len(first) > 0 && first[0].ID == eligibility.GateID && first[0].Result == eligibility.Unmet
}

// Waiting lists the programs that an answer to a question could still help to decide, were it not answered yet.
func (c *Check) Waiting(id eligibility.FactID) []Program {
	var programs []Program
	for i, decision := range eligibility.DecideAll(c.rules, c.without(id)) {
		if slices.Contains(decision.Missing, id) {
			programs = append(programs, c.Programs[i])
		}
	}
	return programs
}

func (c *Check) without(id eligibility.FactID) eligibility.Profile {
	facts := c.Facts.Clone()
	delete(facts, id)
	return facts
}

// Effect is where one answer would bring a program.
type Effect struct {
	Answer eligibility.Value
	Group  catalog.Group
}

// Effects says where each answer to one question would bring a program; nothing for questions without such answers.
func (c *Check) Effects(of Program, id eligibility.FactID) []Effect {
	var effects []Effect
	for _, after := range eligibility.Outcomes(of.Rules, c.Facts, id) {
		effects = append(effects, Effect{Answer: after.Answer, Group: c.group(of.Published, after.Outcome)})
	}
	return effects
}
