package check

import (
	"slices"
	"strings"

	"accessdesk/broker/screening"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/ui/card"
	"accessdesk/ui/web"
)

// ResultsPage is every listed program, grouped by how it stands for the answers, with the reasons.
type ResultsPage struct {
	Likely, OneMore, NotOpen, NotNow, NoRules []result
	Take                                      []result // of the likely ones, what anybody can simply take and use
	Quiet                                     []result // of those without rules, what nobody can ask for now
	Elsewhere                                 []result // of those that do not fit, the ones for other kinds of organizations
	Fits                                      int      // likely ones, with those to take
	Total                                     int
	Given                                     int    // answers that are known
	Who                                       string // "a drinking water system in New Mexico"
	Checked                                   string
	Next                                      string // next open question, "" if none is left
	More                                      int
	Named                                     []named
	Pickable                                  bool // something can be applied for on this site
	Answers                                   []answered
	Recorded                                  int // of the answers, those that public records give
	Differs                                   []differs
	Idle                                      []answered
	Catalog                                   string // catalog_version, for the print version
}

// result is one program on the results page.
type result struct {
	card.Card
	Way       card.Way
	Version   int
	Decision  string // "10 days"
	Minutes   int
	Reasons   []reason
	Compare   []comparison
	Short     string // first line of a folded "no"
	Company   bool   // "You can ask; the company decides"
	Ask       *inline
	Missing   []answered // open questions, with the page that asks each
	Notes     []string   // why no answer settles it, or what the application asks
	Effort    int        // open questions
	May       int        // fewest of them after which it can look like a fit; 0 = all of them, or none
	Near      []card.Other
	Different string // of a "no" that rests on several answers: what would have to be different
	Citations []string
	Stated    []string // what it is said to ask for and the check cannot decide
}

// reason is a criterion as a line with an icon.
type reason struct {
	Met  bool
	Gate bool // the sector list
	Text string
	Note string // evidence that will be needed
}

// comparison is one unmet criterion: own answer, need, change.
type comparison struct{ Answer, Need, Change, Citation string }

// inline is a question that is answered on the results page itself.
type inline struct {
	ID, Fact, Question, Hint string
	Choices                  []choice // few enough for buttons; empty: the link leads to the question's page
	Link                     string
	Effects                  []effect
}

// effect is what some answers would lead to.
type effect struct{ Answers, Result string }

// Results shows how the programs stand for this browser's answers.
func Results(r *web.Request, tx *data.Tx) (web.Reply, error) {
	return results(r, tx, "public/results")
}

// PrintResults is the same on one page to print or keep: all answers, all reasons, the versions of the rules.
func PrintResults(r *web.Request, tx *data.Tx) (web.Reply, error) {
	return results(r, tx, "public/results_print")
}

func results(r *web.Request, tx *data.Tx, page string) (web.Reply, error) {
	v, ok, err := loadVisit(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	if !ok {
		return over(), nil
	}
	snapshot, err := r.Desk().Catalog.Snapshot(tx)
	if err != nil {
		return web.Reply{}, err
	}
	listings, err := r.Listings(tx)
	if err != nil {
		return web.Reply{}, err
	}
	shown := newResultsPage(r, tx, v, listings)
	shown.Catalog = snapshot.Hash
	if shown.Differs, err = v.ownDifferences(r, tx); err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Page: page, Data: shown}, nil
}

func newResultsPage(r *web.Request, tx *data.Tx, v *visit, listings web.Listings) ResultsPage {
	page := ResultsPage{
		Total: len(v.Programs), Who: v.who(r), Checked: r.L.DateIn(tx.Now, r.Site.Zone),
		More: v.Left(), Named: v.named(r), Answers: v.answers(r), Idle: v.idleAnswers(r),
	}
	for _, answer := range page.Answers {
		if answer.Source != "" {
			page.Recorded++
		} else if answer.Given {
			page.Given++
		}
	}
	if page.More > 0 {
		page.Next = v.next()
	}
	for group, list := range map[catalog.Group]*[]result{
		catalog.GroupLikely: &page.Likely, catalog.GroupOneMore: &page.OneMore, catalog.GroupNotOpen: &page.NotOpen,
		catalog.GroupNotNow: &page.NotNow, catalog.GroupNoRules: &page.NoRules,
	} {
		for _, program := range v.Members(group) {
			place := list
			switch {
			case program.Outside():
				place = &page.Elsewhere
			case group == catalog.GroupLikely && program.SelfServe():
				place = &page.Take
			case group == catalog.GroupNoRules && program.Step.Step == catalog.StepNone:
				place = &page.Quiet
			}
			*place = append(*place, v.result(r, tx, program, listings))
		}
	}
	page.Fits = v.Count(catalog.GroupLikely)
	askOnce(page.OneMore)
	for _, shown := range slices.Concat(page.Likely, page.NotOpen) {
		page.Pickable = page.Pickable || shown.Way.Pick != ""
	}
	return page
}

// mostForms is how many questions are answered on the results page itself; the others have their own pages.
const mostForms = 3

// askOnce leaves the form of a question to the first program that needs it, and forms to the questions that most programs wait for;
// the others lead to the question's page. That they are for the operator's sector goes without saying there.
func askOnce(programs []result) {
	var order []string
	waiting := map[string]int{}
	for i := range programs {
		programs[i].Reasons = slices.DeleteFunc(programs[i].Reasons, func(r reason) bool { return r.Gate })
		if ask := programs[i].Ask; ask != nil {
			if waiting[ask.Fact] == 0 {
				order = append(order, ask.Fact)
			}
			waiting[ask.Fact]++
		}
	}
	slices.SortStableFunc(order, func(a, b string) int { return waiting[b] - waiting[a] })
	free := map[string]bool{}
	for _, fact := range order[:min(mostForms, len(order))] {
		free[fact] = true
	}
	for i := range programs {
		if ask := programs[i].Ask; ask != nil {
			if !free[ask.Fact] {
				programs[i].Ask = nil
			}
			free[ask.Fact] = false
		}
	}
}

// mostNear is how many of the nearest programs that fit are named beside one that does not.
const mostNear = 3

// result explains how one program stands.
func (v *visit) result(r *web.Request, tx *data.Tx, program screening.Program, listings web.Listings) result {
	decision := program.Decision
	shown := result{
		Card: card.New(r, tx, listings, program.Published, program.Seats), Way: card.NewWay(r, program.Published, program.Step), Version: program.Version,
		Minutes: program.MinutesToApply, Company: program.Company(), Effort: len(v.Settling(program)),
	}
	if !program.Outside() { // those are only named
		others := v.Alternatives(program)
		for _, other := range others[:min(mostNear, len(others))] {
			shown.Near = append(shown.Near, card.Other{Slug: other.Slug, Title: other.Title.In(r.Lang)})
		}
		shown.Different = eligibility.DifferentSentence(program.Rules, decision, r.Lang)
	}
	if program.DaysToDecide > 0 {
		shown.Decision = r.L.Days(program.DaysToDecide)
	}
	for _, explained := range eligibility.Explain(program.Rules, decision, r.Lang) {
		if explained.Citation != "" && !slices.Contains(shown.Citations, explained.Citation) {
			shown.Citations = append(shown.Citations, explained.Citation)
		}
		switch explained.Result {
		case eligibility.Met:
			text := explained.Title
			if explained.ID == eligibility.GateID { // its title lists every sector; the sentence names the operator's
				text = explained.Sentence
			}
			shown.Reasons = append(shown.Reasons, reason{Met: true, Gate: explained.ID == eligibility.GateID,
				Text: strings.TrimSuffix(text, "."), Note: explained.Evidence})
		case eligibility.Unmet:
			shown.Reasons = append(shown.Reasons, reason{Text: explained.Need})
			shown.Compare = append(shown.Compare, comparison{Answer: ownAnswer(explained), Need: explained.Need, Change: explained.Change, Citation: explained.Citation})
		}
		if strings.HasPrefix(explained.ID, eligibility.StatedPrefix) {
			shown.Stated = append(shown.Stated, explained.Title)
			continue
		}
		if explained.Result == eligibility.Unknown && len(explained.Missing) == 0 {
			shown.Notes = append(shown.Notes, explained.Sentence)
		}
	}
	if len(shown.Compare) > 0 {
		shown.Short = shown.Compare[0].Need
	}
	if decision.Outcome == eligibility.Unknown {
		v.ask(r, program, &shown)
	}
	return shown
}

// ownAnswer names the answers that decided a criterion: the value alone where there is one.
func ownAnswer(explained eligibility.Reason) string {
	if len(explained.Answers) == 1 {
		return explained.Answers[0].Value
	}
	parts := make([]string, 0, len(explained.Answers))
	for _, answer := range explained.Answers {
		parts = append(parts, answer.Label+": "+answer.Value)
	}
	return strings.Join(parts, "; ")
}

// ask adds what is still open: one question to answer at once, several as links, and what only the application or the
// provider can tell.
func (v *visit) ask(r *web.Request, program screening.Program, shown *result) {
	var applies, never []string
	missing := v.Settling(program)
	for _, id := range missing {
		fact, _ := v.Vocabulary.Fact(id)
		switch fact.Ask {
		case eligibility.AskCheck:
			row := v.row(r, id)
			question, _ := fact.Wording(v.Facts)
			row.Label, row.Change = question.In(r.Lang), row.Change+"?from=results"
			shown.Missing = append(shown.Missing, row)
		case eligibility.AskApplication:
			applies = append(applies, fact.Label.In(r.Lang))
		default:
			never = append(never, fact.Label.In(r.Lang))
		}
	}
	if len(applies) > 0 {
		shown.Notes = append(shown.Notes, r.L.T("results.asked_later", "Facts", strings.Join(applies, "; ")))
	}
	if len(never) > 0 {
		shown.Notes = append(shown.Notes, r.L.T("results.asked_never", "Facts", strings.Join(never, "; ")))
	}
	if len(shown.Missing) == 1 && len(missing) == 1 {
		shown.Ask = v.inline(r, program, missing[0])
	}
	if way, found := eligibility.Shortest(program.Rules, program.Decision, eligibility.Eligible); len(missing) > 1 && found && len(way) < len(missing) {
		shown.May = len(way)
	}
}

// mostButtons is how many answers stand side by side as buttons.
const mostButtons = 6

// inline makes the form that asks the one open question on the results page.
func (v *visit) inline(r *web.Request, program screening.Program, id eligibility.FactID) *inline {
	fact, _ := v.Vocabulary.Fact(id)
	question, help := fact.Wording(v.Facts)
	form := &inline{ID: "ask-" + program.Slug, Fact: string(id), Question: question.In(r.Lang), Hint: help.In(r.Lang),
		Link: questionAddress(id), Effects: v.effects(r, program, id)}
	if c := newControl(r, v, fact); c.Kind == controlTiles && len(c.Choices) <= mostButtons+1 && id != eligibility.SectorFact {
		form.Choices = c.Choices
	}
	return form
}

// effects says what each answer to the one open question would make of the program.
func (v *visit) effects(r *web.Request, program screening.Program, id eligibility.FactID) []effect {
	var groups []effect
	counts := map[string][]string{}
	for _, after := range v.Effects(program, id) {
		text := r.L.T(effectKey(after.Group))
		if counts[text] == nil {
			groups = append(groups, effect{Result: text})
		}
		counts[text] = append(counts[text], v.Vocabulary.Display(id, after.Answer, r.Lang))
	}
	if len(groups) < 2 {
		return nil
	}
	for i := range groups {
		groups[i].Answers = strings.Join(counts[groups[i].Result], ", ")
	}
	slices.SortStableFunc(groups, func(a, b effect) int { // a long list comes last, as "any other answer"
		return len(counts[a.Result])/mostButtons - len(counts[b.Result])/mostButtons
	})
	if last := &groups[len(groups)-1]; len(counts[last.Result]) > mostButtons {
		last.Answers = r.L.T("results.other_answers")
	}
	return groups
}

func effectKey(group catalog.Group) string {
	switch group {
	case catalog.GroupLikely:
		return "results.effect_fit"
	case catalog.GroupNotOpen:
		return "results.effect_later"
	case catalog.GroupNotNow:
		return "results.effect_no"
	}
	return "results.effect_open"
}

// who says for whom the check was made: everything the operator runs, and where.
func (v *visit) who(r *web.Request) string {
	names := make([]string, 0, 3)
	for _, sector := range v.Sectors() {
		names = append(names, r.L.T("results.who_"+sector))
	}
	if len(names) == 0 {
		names = append(names, r.L.T("results.who_unknown"))
	}
	who := names[0]
	if last := len(names) - 1; last > 0 {
		who = r.L.T("results.who_and", "First", strings.Join(names[:last], ", "), "Last", names[last])
	}
	state, given := v.Facts["state_or_territory"]
	if !given {
		return who
	}
	return r.L.T("results.who_in", "Who", who, "Place", v.Vocabulary.Display("state_or_territory", state, r.Lang))
}
