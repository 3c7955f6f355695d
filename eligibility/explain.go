package eligibility

import (
	"slices"
	"strconv"
	"strings"

	"accessdesk/eligibility/rule"
)

// Answer is one thing the operator said (or a register says) that a criterion rests on.
type Answer struct {
	Fact  FactID
	Label string // name of the fact
	Value string // as Display writes it
}

// Effect says what some of the possible answers to a missing question would lead to.
type Effect struct {
	Fact     FactID // the question
	Result   Result
	Next     FactID   // with Unknown: the question that decides after these answers; "" if none does
	Answers  []string // labels of the answers in quotation marks
	Sentence string
}

// Reason explains the result of one criterion in one language.
type Reason struct {
	ID            string
	Result        Result
	Title         string   // of the criterion
	Sentence      string   // everything below in one paragraph: own answer, need and change; or what is missing
	Answers       []Answer // the answers that decided it, of an unmet one the fewest that do; empty while Unknown
	Need          string   // unmet: what the program needs
	Change        string   // unmet: what in the real world would change it
	Missing       []FactID // unknown: the fewest facts that would settle it, in the order of questions
	Effects       []Effect // unknown: with one to three missing facts, what their answers lead to
	Citation      string
	Facts         []FactID // that the rule reads
	NeedsEvidence bool
	Evidence      string // with NeedsEvidence: which evidence is needed for what
}

// Explain gives one Reason for each criterion of d, in its order, in "en" or "es". It uses the texts of the offering and of
// reasons.toml only; d must be a decision of r.
func Explain(r *Ruleset, d Decision, lang string) []Reason {
	e := &explainer{
		rules: r, vocabulary: r.vocabulary, lang: lang, completed: d.Profile,
		state: r.vocabulary.language.State(d.Profile),
	}
	reasons := make([]Reason, 0, len(r.criteria))
	for i := range r.criteria {
		if i < len(d.Criteria) {
			reasons = append(reasons, e.reason(&r.criteria[i], d.Criteria[i]))
		}
	}
	return reasons
}

// explainer holds what the reasons of one decision share.
type explainer struct {
	rules      *Ruleset
	vocabulary *Vocabulary
	lang       string
	completed  Profile
	state      *rule.State
	search     *search // nil until a "no" needs it
}

func (e *explainer) reason(c *compiled, result CriterionResult) Reason {
	reason := Reason{
		ID: c.ID, Result: result.Result, Title: c.Title.In(e.lang), Citation: c.Citation, Facts: result.Facts,
		NeedsEvidence: result.NeedsEvidence,
	}
	switch result.Result {
	case Met:
		s := e.state.For(c.MinEvidence)
		reason.Answers = e.answers(c, s.Roots(c.expression.Trace(s).Decisive))
		reason.Sentence = stopped(reason.Title)
		if c.ID == GateID {
			reason.Sentence = e.vocabulary.Say(e.lang, "gate.met", "sectors", e.vocabulary.Join(e.lang, "and", e.listed()))
		} else if !e.rules.Published {
			reason.Sentence = e.vocabulary.Say(e.lang, "stated.met", "title", strings.TrimSuffix(reason.Title, "."))
		}
		if result.NeedsEvidence {
			reason.Evidence = e.evidence(c)
			reason.Sentence = paragraph(reason.Sentence, reason.Evidence)
		}
	case Unmet:
		reason.Answers = e.answers(c, e.blame(c))
		reason.Need, reason.Change = c.Failure.In(e.lang), c.Remedy.In(e.lang)
		reason.Sentence = paragraph(e.answered(reason.Answers), reason.Need, reason.Change)
	default:
		e.unknown(c, &reason, result.Err)
	}
	return reason
}

// paragraph joins the sentences that are there.
func paragraph(sentences ...string) string {
	return strings.Join(slices.DeleteFunc(sentences, func(sentence string) bool { return sentence == "" }), " ")
}

// stopped ends a title with a full stop.
func stopped(title string) string {
	if title == "" || strings.HasSuffix(title, ".") {
		return title
	}
	return title + "."
}

// blame gives the facts of the smallest witness of an unmet criterion.
func (e *explainer) blame(c *compiled) rule.Set {
	if e.search == nil {
		e.search = newSearch(e.vocabulary, e.completed, e.state)
	}
	return e.search.blamed(c)
}

// answers lists the given facts that decided a criterion; all sectors that the operator runs are one answer.
func (e *explainer) answers(c *compiled, decisive rule.Set) []Answer {
	s := e.state.For(c.MinEvidence)
	sectors := decisive.Has(e.vocabulary.sector)
	var answers []Answer
	for _, fact := range decisive.List() {
		if fact == e.vocabulary.additional && sectors {
			continue
		}
		answer := Answer{Fact: e.vocabulary.At(fact).ID, Label: e.label(fact), Value: e.display(fact, s.Value(fact))}
		if fact == e.vocabulary.sector && decisive.Has(e.vocabulary.additional) {
			answer.Value = e.sectors(s)
		}
		answers = append(answers, answer)
	}
	return answers
}

// listed names those of the offering's sectors that the operator runs, in the order of the vocabulary.
func (e *explainer) listed() []string {
	var names []string
	for _, sector := range e.vocabulary.At(e.vocabulary.sector).Values {
		named := slices.Contains(e.rules.Sectors, sector.Value) ||
			rule.Critical(sector.Value) && slices.Contains(e.rules.Sectors, CriticalInfrastructure)
		if named && e.state.Runs(sector.Value) == rule.True {
			names = append(names, e.vocabulary.Say(e.lang, "sector."+sector.Value))
		}
	}
	return names
}

// sectors names everything the operator runs.
func (e *explainer) sectors(s *rule.State) string {
	var names []string
	main, known := s.Value(e.vocabulary.sector).Text()
	if known {
		names = append(names, e.display(e.vocabulary.sector, String(main)))
	}
	for _, known := range e.vocabulary.At(e.vocabulary.additional).Values {
		if s.Value(e.vocabulary.additional).Has(known.Value) && known.Value != main {
			names = append(names, known.Label.In(e.lang))
		}
	}
	return e.vocabulary.Join(e.lang, "and", names)
}

func (e *explainer) label(fact int) string { return e.vocabulary.At(fact).Label.In(e.lang) }

func (e *explainer) display(fact int, value Value) string {
	return e.vocabulary.Display(e.vocabulary.At(fact).ID, value, e.lang)
}

func (e *explainer) labels(facts []int) string {
	labels := make([]string, len(facts))
	for i, fact := range facts {
		labels[i] = e.label(fact)
	}
	return e.vocabulary.Join(e.lang, "and", labels)
}

// answered is the sentence "You answered ...".
func (e *explainer) answered(answers []Answer) string {
	switch len(answers) {
	case 0:
		return ""
	case 1:
		key := "answered.one"
		if at, _ := e.vocabulary.Index(answers[0].Fact); e.state.Value(at).Evidence >= Register {
			key = "answered.register"
		}
		return e.vocabulary.Say(e.lang, key, "label", answers[0].Label, "answer", answers[0].Value)
	}
	items := make([]string, len(answers))
	for i, answer := range answers {
		items[i] = e.vocabulary.Say(e.lang, "answered.item", "label", answer.Label, "answer", answer.Value)
	}
	return e.vocabulary.Say(e.lang, "answered.many", "answers", strings.Join(items, "; "))
}

// evidence says what has to be proven, and how.
func (e *explainer) evidence(c *compiled) string {
	weak := c.weak(e.state.For(c.MinEvidence))
	return e.vocabulary.Say(e.lang, "evidence."+c.MinEvidence.String(), "facts", e.labels(weak.List()))
}

// unknown explains what is missing. Every kind of missing fact has its sentence: asked in the check, in the application, nowhere.
func (e *explainer) unknown(c *compiled, reason *Reason, failure error) {
	if c.stated {
		reason.Sentence = e.vocabulary.Say(e.lang, "stated.unread", "title", strings.TrimSuffix(reason.Title, "."))
		return
	}
	check, application, never := e.missing(c)
	var sentences []string
	if conflict := e.contradiction(c); conflict != "" {
		sentences = append(sentences, conflict)
	}
	switch {
	case len(check) == 1:
		sentences = append(sentences, e.missingOne(check[0]))
	case len(check) > 1:
		sentences = append(sentences, e.vocabulary.Say(e.lang, "unknown.many", "count", strconv.Itoa(len(check)), "facts", e.labels(check)))
	}
	if len(application) > 0 {
		sentences = append(sentences, e.vocabulary.Say(e.lang, "unknown.application", "facts", e.labels(application)))
	}
	if len(never) > 0 {
		sentences = append(sentences, e.vocabulary.Say(e.lang, "unknown.never", "facts", e.labels(never)))
	}
	all := slices.Concat(check, application, never)
	if len(never) == 0 {
		switch len(all) {
		case 1:
			reason.Effects = e.effects(c, all[0])
		case 2, 3:
			reason.Effects = e.lead(c, all)
		}
		for _, effect := range reason.Effects {
			sentences = append(sentences, effect.Sentence)
		}
	}
	if len(sentences) == 0 {
		sentences = append(sentences, e.undecidable(failure))
	}
	reason.Missing = e.vocabulary.IDs(all)
	reason.Sentence = strings.Join(sentences, " ")
}

// missing sorts the fewest facts that would settle c by where they are asked.
func (e *explainer) missing(c *compiled) (check, application, never []int) {
	settling := (&open{rules: e.rules, given: e.completed, state: e.state}).of(c).settling()
	foreign := func(fact int) bool {
		return e.state.Value(e.vocabulary.sector).Known() && !e.vocabulary.concerns(e.state, fact)
	}
	for _, fact := range settling {
		switch ask := e.vocabulary.At(fact).Ask; {
		case ask == AskNever || foreign(fact):
			never = append(never, fact)
		case ask == AskApplication:
			application = append(application, fact)
		default:
			check = append(check, fact)
		}
	}
	return check, application, never
}

// missingOne asks for one answer; for a band that a rule cuts through it asks for a more exact number.
func (e *explainer) missingOne(fact int) string {
	if value := e.state.Value(fact); value.IsBand() {
		return e.vocabulary.Say(e.lang, "unknown.narrow", "fact", e.label(fact), "answer", e.display(fact, value))
	}
	return e.vocabulary.Say(e.lang, "unknown.one", "fact", e.label(fact))
}

// contradiction names a disputed fact on which c, which demands a register, depends.
func (e *explainer) contradiction(c *compiled) string {
	pending := c.expression.Trace(e.state.For(c.MinEvidence)).Pending
	for _, conflict := range e.state.Contradictions() {
		if fact, _ := e.vocabulary.Index(conflict.Fact); c.MinEvidence >= Register && pending.Has(fact) {
			return e.vocabulary.Say(e.lang, "unknown.contradiction", "fact", e.label(fact),
				"given", e.display(fact, conflict.Given), "derived", e.display(fact, conflict.Derived))
		}
	}
	return ""
}

// undecidable is said when no answer would settle it: sector "other" before a list of critical infrastructure, or a rule that the
// engine could not evaluate.
func (e *explainer) undecidable(failure error) string {
	if failure == nil && e.state.Runs(rule.OtherSector) == rule.True {
		return e.vocabulary.Say(e.lang, "unknown.sector_other", "answer", e.sectors(e.state))
	}
	return e.vocabulary.Say(e.lang, "unknown.error")
}
