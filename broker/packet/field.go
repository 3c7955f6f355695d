package packet

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"accessdesk/catalog"
	"accessdesk/eligibility"
)

// State says what is known of a field.
type State string

// The states of a field.
const (
	Known     State = "known"
	Missing   State = "missing"   // somebody has to fill it in
	Withheld  State = "withheld"  // an answer is there, but must not be sent as it is
	Optional  State = "optional"  // not answered, and need not be
	Unrelated State = "unrelated" // asked of other kinds of operators only
)

// Field is one thing that the provider asks for.
type Field struct {
	ID       string // fact or question
	Question bool   // of the program's own form; else a fact of the organization
	State    State
	Label    Words
	Value    Words  // what is known; in the other states the blank to fill in
	Source   string // for the reader: where the value comes from, and since when
	Note     string // for the reader: what would be better, or why it is held back
	Own      bool   // somebody's own words, which nobody translates
	Risk     Risk
	Exposed  bool // about addresses and open doors: for the provider's own form only
}

// Sent tells whether the field stands in what goes to the provider, filled in or as a blank.
func (f Field) Sent() bool { return f.State != Optional && f.State != Unrelated }

// exposed are facts about addresses and open doors. They belong into the provider's own form, if it asks for them, and
// into no e-mail or phone call; so do the answers to questions for addresses.
var exposed = []eligibility.FactID{"ip_ranges", "ot_internet_exposed"}

// fields gives what the provider asks for, in its order.
func (w *writer) fields() []Field {
	asked := w.Program.Asked(w.facts, w.Answers)
	var fields []Field
	for _, id := range w.asks() {
		if q, ok := w.Program.Question(id); ok {
			if slices.ContainsFunc(asked, func(one catalog.Question) bool { return one.ID == id }) {
				fields = append(fields, w.answer(q))
			}
			continue
		}
		if fact, ok := w.Vocabulary.Fact(eligibility.FactID(id)); ok {
			fields = append(fields, w.fact(fact))
		}
	}
	return fields
}

// asks are the ids of what the provider asks for: which tier first, where it has tiers, then what the route names.
func (w *writer) asks() []string {
	if len(w.Program.Tiers) == 0 {
		return w.way.Fields
	}
	return append([]string{catalog.TierQuestion}, w.way.Fields...)
}

// fact is a field that asks for a fact.
func (w *writer) fact(fact eligibility.Fact) Field {
	f := Field{ID: string(fact.ID), State: Known, Label: w.text(fact.Label), Own: ownWords(fact.Type), Exposed: slices.Contains(exposed, fact.ID)}
	value := w.facts[fact.ID]
	if !value.Known() {
		f.State = Missing
		if !w.concerns(fact) {
			f.State = Unrelated
			f.Note = w.in.T("packet.unrelated")
		}
		f.Value = w.blank(f.Label)
		return f
	}
	f.Value = Words{w.sayFact(fact.ID, ProviderLanguage), w.sayFact(fact.ID, w.in.Lang())}
	f.Source = w.source(value)
	if value.IsBand() {
		f.Note = w.in.T("packet.rough")
	}
	if f.Own {
		w.holdBack(&f, fact.Type != eligibility.TypeList)
	}
	return f
}

// ownWords tells facts that people write from those that are chosen or counted.
func ownWords(t eligibility.FactType) bool {
	return t == eligibility.TypeText || t == eligibility.TypeGeo || t == eligibility.TypeList || t == eligibility.TypeID
}

// concerns tells whether a fact is asked of the operator: some are only for operators that run a certain service.
func (w *writer) concerns(fact eligibility.Fact) bool {
	main, known := w.facts[eligibility.SectorFact].Text()
	return len(fact.Sectors) == 0 || !known || slices.ContainsFunc(fact.Sectors, func(sector string) bool {
		return sector == main || w.facts[eligibility.AdditionalSectorsFact].Has(sector)
	})
}

// sayFact writes a fact, all sectors in one.
func (w *writer) sayFact(id eligibility.FactID, lang string) string {
	value := w.facts[id]
	if main, ok := value.Text(); ok && id == eligibility.SectorFact {
		more, _ := w.facts[eligibility.AdditionalSectorsFact].Items()
		id, value = eligibility.AdditionalSectorsFact, eligibility.Set(append([]string{main}, more...)...)
	}
	return lines(w.Vocabulary.Display(id, value, lang))
}

// source says where a fact comes from: "From your check, November 3, 2026".
func (w *writer) source(value eligibility.Value) string {
	key := "profile"
	switch {
	case value.Source == eligibility.SourceDerived:
		return w.in.T("packet.source_derived")
	case value.Source == "check", value.Source == "application":
		key = value.Source
	case value.Evidence == eligibility.Register:
		return w.in.T("packet.source_register", "Register", w.in.Register(value.Source, value.AsOf))
	case value.Evidence == eligibility.Document:
		key = "document"
	case value.Evidence == eligibility.Verified:
		key = "verified"
	}
	if day, err := time.Parse(time.DateOnly, value.AsOf); err == nil {
		return w.in.T("packet.source_"+key+"_on", "Date", w.in.Date(day))
	}
	return w.in.T("packet.source_" + key)
}

// answer is a field that asks a question of the program.
func (w *writer) answer(q catalog.Question) Field {
	f := Field{ID: q.ID, Question: true, State: Known, Label: w.text(q.Label), Exposed: q.Type == catalog.QuestionCIDRList}
	given := slices.DeleteFunc(slices.Clone(w.Answers[q.ID]), func(v string) bool { return strings.TrimSpace(v) == "" })
	if len(given) == 0 {
		f.State, f.Value = Missing, w.blank(f.Label)
		if !q.Required {
			f.State, f.Note = Optional, w.in.T("packet.optional")
		}
		return f
	}
	f.Value, f.Own = w.sayAnswer(q, given)
	if !w.Answered.IsZero() {
		f.Source = w.in.T("packet.source_answer_on", "Date", w.in.DateIn(w.Answered, w.Zone))
	} else {
		f.Source = w.in.T("packet.source_answer")
	}
	if f.Own {
		w.holdBack(&f, q.Type != catalog.QuestionCIDRList)
	}
	return f
}

// sayAnswer writes an answer. own: in the words of the person.
func (w *writer) sayAnswer(q catalog.Question, given []string) (words Words, own bool) {
	switch q.Type {
	case catalog.QuestionChoice, catalog.QuestionSeveral:
		var sent, read []string
		for _, option := range q.Options {
			if slices.Contains(given, option.Value) {
				label := w.text(option.Label)
				sent, read = append(sent, label.Sent), append(read, label.Read)
			}
		}
		return Words{strings.Join(sent, "\n"), strings.Join(read, "\n")}, false
	case catalog.QuestionStatement:
		return w.say("accepted"), false
	case catalog.QuestionDate:
		if date, err := time.Parse(time.DateOnly, given[0]); err == nil {
			return Words{w.out.Date(date), w.in.Date(date)}, false
		}
	case catalog.QuestionNumber, catalog.QuestionMoney:
		plain := strings.NewReplacer(",", "", "$", "", " ", "").Replace(given[0])
		if number, err := strconv.ParseInt(plain, 10, 64); err == nil {
			text := w.out.Number(number)
			if q.Type == catalog.QuestionMoney {
				text = w.out.Money(number)
			}
			return Words{text, text}, false // numbers are written alike in both languages
		}
	}
	text := lines(strings.Join(given, "\n"))
	return Words{text, text}, true
}

// holdBack takes an answer out that must not be sent. addresses: internal addresses count too; a list that asks for
// addresses is about nothing else.
func (w *writer) holdBack(f *Field, addresses bool) {
	f.Risk = RiskOf(f.Value.Sent)
	if f.Risk == RiskNetwork && !addresses {
		f.Risk = NoRisk
	}
	if f.Risk == NoRisk {
		return
	}
	f.State, f.Value = Withheld, w.blank(f.Label)
	f.Note = w.in.T("packet.risk_" + string(f.Risk))
}
