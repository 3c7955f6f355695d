// Package screening is what the command screen says to people at a terminal: which programs fit an operator, with what decided each
// of them and the question that would help most. What it prints for programs is broker/screening/report.
package screening

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	check "accessdesk/broker/screening"
	"accessdesk/catalog"
	"accessdesk/catalog/status"
	"accessdesk/catalog/upkeep"
	"accessdesk/data/locale"
	"accessdesk/eligibility"
)

// Screening is what screen prints: the check with these facts, in a language.
type Screening struct {
	*check.Check
	lang string
	now  time.Time
	// Upkeep is what a database knows beside the listings: notices, later checks. Empty for the built-in catalog.
	Upkeep *upkeep.State
}

// New decides the programs with these facts.
func New(v *eligibility.Vocabulary, programs []*catalog.Published, facts eligibility.Profile, lang string, now time.Time) *Screening {
	return &Screening{Check: check.New(v, programs, facts, nil, now), lang: lang, now: now, Upkeep: &upkeep.State{}}
}

// Disagreements says where a fact that was given does not agree with what follows from the others.
func (s *Screening) Disagreements(l *locale.Localizer) []string {
	var found []string
	for _, c := range s.Contradictions {
		found = append(found, l.T("screen.contradiction", "Fact", string(c.Fact),
			"Given", s.Vocabulary.Display(c.Fact, c.Given, s.lang), "Derived", s.Vocabulary.Display(c.Fact, c.Derived, s.lang)))
	}
	return found
}

// The page of screen for people, made for a terminal of 80 columns: the groups of the results page in its order, each
// program with what decided it, and at the end the question that would help most, with the answers as facts.

const (
	textWidth   = 80
	mostAnswers = 12 // answers of the next question that are spelled out
)

// groupTexts are the heading of each group, as on the results page, and what stands below it here.
var groupTexts = map[catalog.Group]struct{ heading, text string }{
	catalog.GroupLikely:  {"results.group_likely", "screen.likely"},
	catalog.GroupOneMore: {"results.group_one_more", "screen.one_more"},
	catalog.GroupNotOpen: {"results.group_not_open", "screen.not_open"},
	catalog.GroupNotNow:  {"results.group_not_now", "screen.not_now"},
	catalog.GroupNoRules: {"results.group_no_rules", "screen.no_rules"},
}

// page writes lines and remembers the first error.
type page struct {
	out io.Writer
	err error
}

// line writes one line without blanks at its end.
func (w *page) line(text string) {
	if w.err == nil {
		_, w.err = fmt.Fprintln(w.out, strings.TrimRight(text, " "))
	}
}

// wrap writes a text in lines of the terminal's width; first begins the first line, the others are indented as far.
func (w *page) wrap(first, text string) {
	indent := strings.Repeat(" ", utf8.RuneCountInString(first))
	line, empty := first, true
	for _, word := range strings.Fields(text) {
		if !empty && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > textWidth {
			w.line(line)
			line, empty = indent, true
		}
		if !empty {
			line += " "
		}
		line, empty = line+word, false
	}
	w.line(line)
}

// heading writes a title with a rule below it.
func (w *page) heading(title string) {
	w.line("")
	w.line(title)
	w.line(strings.Repeat("─", utf8.RuneCountInString(title)))
}

// PrintText prints for a person who reads a language.
func (s *Screening) PrintText(out io.Writer, l *locale.Localizer) error {
	w := &page{out: out}
	w.line(l.N("results.title", s.Count(catalog.GroupLikely), "Total", len(s.Programs)))
	w.wrap("", l.T("screen.answers_for", "Who", s.who(l))+" "+l.T("results.checked", "Date", l.Date(s.now)))
	w.line("")
	w.wrap("", l.T("results.note_title")+". "+l.T("results.note_text"))
	for _, group := range catalog.Groups() {
		members := s.Members(group)
		if len(members) == 0 {
			continue
		}
		w.heading(l.T(groupTexts[group].heading) + " · " + l.N("results.count", len(members)))
		w.wrap("", l.T(groupTexts[group].text))
		for _, program := range members {
			s.program(w, l, program)
		}
	}
	s.question(w, l)
	return w.err
}

// who names what the operator runs and where.
func (s *Screening) who(l *locale.Localizer) string {
	var names []string
	for _, sector := range s.Sectors() {
		names = append(names, l.T("results.who_"+sector))
	}
	who := l.T("results.who_unknown")
	if last := len(names) - 1; last == 0 {
		who = names[0]
	} else if last > 0 {
		who = l.T("results.who_and", "First", strings.Join(names[:last], ", "), "Last", names[last])
	}
	if state, given := s.Facts["state_or_territory"]; given {
		who = l.T("results.who_in", "Who", who, "Place", s.Vocabulary.Display("state_or_territory", state, s.lang))
	}
	return who
}

// marks of the criteria.
var marks = map[eligibility.Result]string{eligibility.Met: "✓", eligibility.Unmet: "✗", eligibility.Unknown: "?"}

// program writes one program with its reasons. Under "not now" only the rules that are not met count, and of the sector
// list only what it needs: own answer and remedy would be the same for every program.
func (s *Screening) program(w *page, l *locale.Localizer, program check.Program) {
	out := program.Group == catalog.GroupNotNow
	w.line("")
	w.wrap("  ", program.Title.In(s.lang)+" ["+program.Slug+"]")
	w.wrap("  ", program.Provider.Name+" · "+l.T("kind."+string(program.Kind)))
	if !out {
		w.wrap("  ", s.cost(l, program.Published)+" · "+s.requests(l, program.Published))
	}
	if notice, ok := s.Upkeep.Notice(program.Provider.Slug, s.now); ok && !out {
		w.wrap("    ! ", l.T("upkeep.notice_short", "Provider", program.Provider.Name)+" "+notice.Text.In(s.lang))
	}
	for _, reason := range eligibility.Explain(program.Rules, program.Decision, s.lang) {
		switch {
		case out && reason.Result != eligibility.Unmet:
		case out && reason.ID == eligibility.GateID:
			w.wrap("    "+marks[reason.Result]+" ", reason.Need)
		default:
			w.wrap("    "+marks[reason.Result]+" ", reason.Sentence)
		}
	}
	if missing := s.Settling(program); program.Group == catalog.GroupOneMore && len(missing) > 0 {
		names := make([]string, len(missing))
		for i, id := range missing {
			names[i] = string(id)
		}
		w.wrap("    ", l.T("screen.missing", "Facts", strings.Join(names, ", ")))
	}
	if program.Company() && !out {
		w.wrap("    ", l.T("results.company"))
	}
	if out && !program.Outside() {
		if different := eligibility.DifferentSentence(program.Rules, program.Decision, s.lang); different != "" {
			w.wrap("    ", different)
		}
	}
	if near := s.Alternatives(program); len(near) > 0 {
		w.wrap("    → ", l.T("results.nearest")+" "+near[0].Title.In(s.lang)+" ["+near[0].Slug+"]")
	}
}

func (s *Screening) cost(l *locale.Localizer, program *catalog.Published) string {
	if program.Cost == catalog.CostNoneListed {
		return l.T("cost.none_listed", "Date", l.Date(s.Upkeep.CheckedOn(program).Time()))
	}
	return l.T("cost." + string(program.Cost))
}

// requests says whether the provider takes requests now, and until or from when.
func (s *Screening) requests(l *locale.Localizer, program *catalog.Published) string {
	return status.Of(l, program.Offering, s.now, catalog.Places{}).Line()
}

// question writes the next question of the check and its answers as they are written in the facts.
func (s *Screening) question(w *page, l *locale.Localizer) {
	next, more := s.Next()
	if !more {
		w.heading(l.T("screen.settled"))
		w.wrap("", l.T("screen.settled_text"))
		return
	}
	fact, _ := s.Vocabulary.Fact(next.Fact)
	question, help := fact.Wording(s.Facts)
	w.heading(l.T("screen.next"))
	w.wrap("", question.In(s.lang)+" "+help.In(s.lang))
	w.wrap("", l.N("screen.settles", next.Settles)+" "+l.N("results.open_text", s.Left()))
	w.line("")
	w.wrap("", l.T("screen.add"))
	answers, rest := s.answers(fact)
	var lines []string
	width := 0
	for _, answer := range answers {
		text, err := s.Vocabulary.FormatValue(fact.ID, answer)
		if err != nil && w.err == nil {
			w.err = err
		}
		lines = append(lines, fmt.Sprintf("%q: %s", fact.ID, text))
		width = max(width, utf8.RuneCountInString(lines[len(lines)-1]))
	}
	for i, answer := range answers {
		w.line(fmt.Sprintf("    %-*s  %s", width, lines[i], s.Vocabulary.Display(fact.ID, answer, s.lang)))
	}
	if rest > 0 {
		w.line("    " + l.N("screen.more", rest))
	}
}

// answers lists answers to a question, and how many more there are.
func (s *Screening) answers(fact eligibility.Fact) (shown []eligibility.Value, more int) {
	switch {
	case fact.Type == eligibility.TypeBool:
		return []eligibility.Value{eligibility.Bool(true), eligibility.Bool(false)}, 0
	case fact.Type.Numeric():
		bands, _ := s.Bands(fact.ID)
		for _, band := range bands {
			shown = append(shown, eligibility.Between(band))
		}
	case fact.Type == eligibility.TypeSet:
		shown = append(shown, eligibility.Set())
		for _, value := range fact.Values {
			shown = append(shown, eligibility.Set(value.Value))
		}
	default:
		for _, value := range fact.Values {
			shown = append(shown, eligibility.String(value.Value))
		}
	}
	if len(shown) > mostAnswers {
		more = len(shown) - mostAnswers + 1
		shown = shown[:mostAnswers-1]
	}
	return shown, more
}
