package desk

import (
	"errors"
	"regexp"
	"slices"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/broker/proof"
	"accessdesk/broker/questionnaire"
	"accessdesk/broker/seat"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/ui/elsewhere"
	"accessdesk/ui/web"
)

// dossier is an application with everything that its pages show.
type dossier struct {
	broker.Application
	facts  eligibility.Profile // of the organization, as they are now
	proof  proof.Standing      // what its public record says of them
	pieces []piece             // by item
	member account.Membership  // the person who looks
}

// piece is one program of an application.
type piece struct {
	broker.Item
	program  *catalog.Published
	answers  broker.Answers
	asked    []catalog.Question
	gaps     []broker.Gap
	decision eligibility.Decision
	changes  []broker.Change // in the program, since this draft was started
	notice   *web.Notice     // of its provider, while it is undecided
	places   catalog.Places  // that are left, of an unsent one with tiers
}

// openDossier loads the application that the address names.
func openDossier(r *web.Request, tx *data.Tx) (dossier, error) {
	a, err := broker.FindApplication(tx, r.Actor(), r.Param("id"))
	if err != nil {
		return dossier{}, err
	}
	r.About(a.Organization)
	return newDossier(r, tx, a)
}

// openToWrite loads the application for somebody who may change it.
func openToWrite(r *web.Request, tx *data.Tx) (dossier, error) {
	d, err := openDossier(r, tx)
	if err == nil {
		_, err = account.Need(tx, r.Person.ID, d.Organization.ID, account.Write)
	}
	return d, err
}

func newDossier(r *web.Request, tx *data.Tx, a broker.Application) (dossier, error) {
	d := dossier{Application: a}
	var err error
	if d.member, err = account.MayActFor(tx, r.Person.ID, a.Organization.ID); err != nil {
		return d, err
	}
	if d.proof, err = proof.Of(tx, r.Desk().Vocabulary, a.Organization.ID); err != nil {
		return d, err
	}
	d.facts = d.proof.Facts
	for _, item := range a.Items {
		p := piece{Item: item}
		if p.program, err = broker.Program(tx, r.Desk(), item); err != nil {
			return d, err
		}
		if p.answers, err = broker.AnswersOf(tx, item.ID); err != nil {
			return d, err
		}
		if p.changes, err = broker.DraftChanges(tx, r.Desk(), item); err != nil {
			return d, err
		}
		if p.State == broker.Draft && len(p.program.Tiers) > 0 {
			if p.places, err = seat.Of(tx, p.program); err != nil {
				return d, err
			}
		}
		p.asked = p.program.Asked(d.facts, p.answers)
		p.gaps = questionnaire.Gaps(p.program, d.facts, p.answers)
		p.decision = d.proof.Decide(p.program.Rules)
		if p.notice, err = r.NoticeOn(tx, p.program, p.Over()); err != nil {
			return d, err
		}
		d.pieces = append(d.pieces, p)
	}
	return d, nil
}

// piece finds the program that the address names.
func (d dossier) piece(slug string) (piece, error) {
	at := slices.IndexFunc(d.pieces, func(p piece) bool { return p.Slug == slug })
	if at < 0 {
		return piece{}, data.ErrNotFound
	}
	return d.pieces[at], nil
}

// drafts are the programs that are decided here and not sent yet.
func (d dossier) drafts() []piece {
	return d.only(func(p piece) bool { return p.State == broker.Draft })
}

// preparing are the packets that are not sent yet.
func (d dossier) preparing() []piece {
	return d.only(func(p piece) bool { return p.State == broker.Preparing })
}

// editable are the programs whose answers may change: providers may ask for more at any time.
func (d dossier) editable() []piece { return d.only(func(p piece) bool { return p.Editable() }) }

func (d dossier) only(keep func(piece) bool) []piece {
	return slices.DeleteFunc(slices.Clone(d.pieces), func(p piece) bool { return !keep(p) })
}

// need is a fact that the programs of an application read.
type need struct {
	eligibility.Fact
	contact bool     // a name, an address, an identifier: how to reach and to look up the organization
	open    bool     // not known, and somebody would like to know it
	readers []string // slugs of the programs that read it
}

// needs lists the facts that the given programs read, in the order of the vocabulary: those that are known, and those
// that would still settle something. Nothing else is asked.
func needs(v *eligibility.Vocabulary, facts eligibility.Profile, pieces []piece) []need {
	found := map[eligibility.FactID]*need{}
	for _, p := range pieces {
		complete := p.decision.Profile
		for _, criterion := range p.decision.Criteria {
			for _, id := range criterion.Facts {
				note(v, facts, complete, found, id, p.Slug, slices.Contains(p.decision.Missing, id))
			}
		}
		for _, id := range p.decision.Missing {
			note(v, facts, complete, found, id, p.Slug, true)
		}
		for _, id := range formFacts(v, p) {
			note(v, facts, complete, found, id, p.Slug, true)
		}
	}
	var all []need
	for _, fact := range v.Facts() {
		if n := found[fact.ID]; n != nil {
			all = append(all, *n)
		}
	}
	return all
}

// note adds a fact that a program reads. In place of a fact that was worked out stand the facts that it follows from.
func note(v *eligibility.Vocabulary, facts, complete eligibility.Profile, found map[eligibility.FactID]*need, id eligibility.FactID, slug string, wanted bool) {
	fact, ok := v.Fact(id)
	if !ok {
		return
	}
	_, given := facts[id]
	if !given && (fact.Ask == eligibility.AskNever || complete[id].Source == eligibility.SourceDerived) {
		for _, source := range sources(v, fact) {
			if facts[source].Known() {
				note(v, facts, complete, found, source, slug, false)
			}
		}
		return
	}
	if !given && (!wanted || !concerns(fact, facts)) || fact.ID == eligibility.AdditionalSectorsFact {
		return
	}
	n := found[id]
	if n == nil {
		n = &need{Fact: fact, contact: contactFact(fact)}
		found[id] = n
	}
	n.open = !given && (!identifier(fact) || n.open)
	if !slices.Contains(n.readers, slug) {
		n.readers = append(n.readers, slug)
	}
}

// concerns tells whether a fact is asked of the operator: some are only for operators that run a certain service.
func concerns(fact eligibility.Fact, facts eligibility.Profile) bool {
	main, known := facts[eligibility.SectorFact].Text()
	return len(fact.Sectors) == 0 || !known || slices.ContainsFunc(fact.Sectors, func(sector string) bool {
		return sector == main || facts[eligibility.AdditionalSectorsFact].Has(sector)
	})
}

// contactFact tells names, addresses and identifiers from what rules look at.
func contactFact(fact eligibility.Fact) bool {
	return slices.Contains([]eligibility.FactType{eligibility.TypeText, eligibility.TypeID, eligibility.TypeGeo, eligibility.TypeList}, fact.Type)
}

// identifier tells a number that somebody else gives out: "I don't have it yet" is a full answer.
func identifier(fact eligibility.Fact) bool { return fact.Type == eligibility.TypeID }

var word = regexp.MustCompile(`'[^']*'|"[^"]*"|[a-z_][a-z0-9_]*`)

// factsIn lists the facts that an expression names outside of quotation marks.
func factsIn(v *eligibility.Vocabulary, expression string) []eligibility.FactID {
	var ids []eligibility.FactID
	for _, name := range word.FindAllString(expression, -1) {
		if _, ok := v.Fact(eligibility.FactID(name)); ok {
			ids = append(ids, eligibility.FactID(name))
		}
	}
	return ids
}

// sources lists the facts that a derived fact follows from.
func sources(v *eligibility.Vocabulary, fact eligibility.Fact) []eligibility.FactID {
	var ids []eligibility.FactID
	for _, step := range fact.Derive {
		ids = append(ids, factsIn(v, step.When)...)
	}
	return ids
}

// formFacts lists the facts that the way to apply asks for, on this site or in the packet, and those on which a question
// depends.
func formFacts(v *eligibility.Vocabulary, p piece) []eligibility.FactID {
	var ids []eligibility.FactID
	for number, route := range p.program.Apply {
		if p.IsPacket() && number != elsewhere.RouteOf(p.program.Offering, p.Route) || !p.IsPacket() && route.Mode != catalog.ModeInApp {
			continue
		}
		for _, name := range route.Fields {
			if _, ok := v.Fact(eligibility.FactID(name)); ok {
				ids = append(ids, eligibility.FactID(name))
			}
		}
	}
	for _, question := range p.program.Questions {
		ids = append(ids, factsIn(v, question.When)...)
	}
	return ids
}

// refusalOf gives the refusal of an error, nil if it is none.
func refusalOf(err error) *data.Refusal {
	var refusal *data.Refusal
	if errors.As(err, &refusal) {
		return refusal
	}
	return nil
}
