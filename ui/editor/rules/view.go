package rules

import (
	"slices"
	"strconv"
	"strings"

	"accessdesk/catalog"
	"accessdesk/catalog/check"
	"accessdesk/data/locale"
	"accessdesk/eligibility"
	"accessdesk/eligibility/builder"
	"accessdesk/ui/editor/part"
	"accessdesk/ui/form"
)

// Form is the page's own matter: the fields of the sector list, and the rules.
type Form struct {
	Sectors, Citation, Published form.Field
	Wanting                      []string // what is missing, of no single field
	Findings                     []string // what was noticed of all rules together and of the program's questions
	Criteria                     []criterionView
	Add                          string
}

// criterionView is one rule.
type criterionView struct {
	Key, ID, Number, Name  string
	Notes                  []string // what is missing
	Findings               []string // what was noticed of the rule as a whole
	Title, Failure, Remedy *part.Pair
	Citation, Evidence     form.Field
	Open                   bool        // something is missing in the texts
	Text                   *form.Field // nil: rows
	Expert                 bool        // rows cannot show the text, and it is no mistake either
	Rows                   *groupView
	En, Es                 string // the rule in words; "" when it is not complete
	Out                    string // how many organizations it keeps out
	Up, Down, Remove       string // values of buttons; "" for none
	ToText, ToRows         string
}

// groupView is a group with its rows.
type groupView struct {
	Key, Title string
	Any        bool
	Choose     bool // two rows or more, so that "all" and "any" differ
	Nodes      []nodeView
	Notes      []string
	Add, Group string // values of buttons; no group below the deepest
	acts
}

// nodeView is a row or a group.
type nodeView struct {
	Row   *rowView
	Group *groupView
}

type acts struct{ Up, Down, Remove string }

// rowView is one row.
type rowView struct {
	Key, Title  string
	Fact        form.Field
	Topics      []topicView
	Was         string
	Operator    *form.Field // nil: nothing is asked about yet
	Value, Last *form.Field
	Open        bool // a long list of values stands open
	Many        bool // a long list
	Chosen      int
	Names       string // of the chosen values, when they are few
	Show        string
	Notes       []string
	acts
}

type topicView struct {
	Name    string
	Choices []form.Choice
}

// viewer makes the form from what is edited.
type viewer struct {
	l          *locale.Localizer
	vocabulary *eligibility.Vocabulary
	offering   *catalog.Offering
	edits      edits
	notes      map[string][]string // by the name of the field: what package check misses
	findings   []builder.Finding
	gaps       []check.Gap
	topics     []builder.Topic
}

func (v *viewer) lang() string { return v.l.Lang() }

// newForm makes the form of an offering. texts says which rules are edited as text.
func newForm(l *locale.Localizer, vocabulary *eligibility.Vocabulary, o *catalog.Offering, texts []int, notes map[string][]string) Form {
	v := &viewer{l: l, vocabulary: vocabulary, offering: o, edits: from(vocabulary, o, texts), notes: notes,
		topics: builder.Topics(vocabulary.Vocabulary), gaps: check.Untested(vocabulary, o)}
	v.findings = builder.Analyze(vocabulary, o.UncompiledRules(), conditions(o))
	f := Form{Add: actNew, Wanting: v.notes[listName]}
	v.head(&f)
	for _, found := range v.findings {
		if found.Criterion == "" {
			f.Findings = append(f.Findings, found.Text.In(v.lang()))
		}
	}
	for at := range v.edits.criteria {
		f.Criteria = append(f.Criteria, v.criterion(at))
	}
	return f
}

// conditions are those of the program's own questions.
func conditions(o *catalog.Offering) []builder.Condition {
	var all []builder.Condition
	for at, q := range o.Questions {
		exprs, reads, impossible := o.ConditionParts(at)
		label := q.Label
		if label.Empty() {
			label = eligibility.Text{En: q.ID, Es: q.ID}
		}
		all = append(all, builder.Condition{Question: q.ID, Label: label, Exprs: exprs, Reads: reads, Impossible: impossible})
	}
	return all
}

// field makes a field with what is missing of it.
func (v *viewer) field(id, label, hint, value string) form.Field {
	return form.Field{ID: id, Kind: form.Text, Label: label, Hint: hint, Value: value, Needed: strings.Join(v.notes[id], " ")}
}

// head makes the fields that stand before the rules.
func (v *viewer) head(f *Form) {
	f.Sectors = v.field("sectors", v.l.T("builder.sectors"), v.l.T("builder.sectors_hint"), "")
	f.Sectors.Kind = form.Ticks
	for _, sector := range sectorValues(v.vocabulary) {
		name := ""
		switch sector {
		case eligibility.AnySector:
			name = v.l.T("builder.sector_any")
		default:
			name = sectorName(v.vocabulary, sector, v.lang())
		}
		f.Sectors.Offer(sector, name, slices.Contains(v.edits.sectors, sector))
	}
	f.Citation = v.field("sectors_citation", v.l.T("builder.sectors_citation"), v.l.T("builder.sectors_citation_hint"), v.edits.citation)
	f.Published = v.field("criteria_published", v.l.T("builder.published"), v.l.T("builder.published_hint"), "")
	f.Published.Kind = form.Statement
	if v.edits.published {
		f.Published.Value = form.Yes
	}
}

func sectorName(v *eligibility.Vocabulary, sector, lang string) string {
	for _, choice := range builder.Choices(v.Vocabulary, builder.Runs) {
		if choice.Value == sector {
			return choice.Label.In(lang)
		}
	}
	return sector
}

func (v *viewer) criterion(at int) criterionView {
	c := v.edits.criteria[at]
	key := criterionKey(at)
	view := criterionView{Key: key, ID: c.ID, Number: v.l.T("builder.rule", "Number", at+1), Notes: v.notes[key], Remove: actRemove + " " + key}
	view.Name = criterionName(c.Criterion, v.lang(), view.Number)
	if at > 0 {
		view.Up = actUp + " " + key
	}
	if at < len(v.edits.criteria)-1 {
		view.Down = actDown + " " + key
	}
	view.Title, view.Failure, view.Remedy = v.pair(key, "title", c.Title, form.Text), v.pair(key, "failure", c.Failure, form.Area), v.pair(key, "remedy", c.Remedy, form.Area)
	view.Citation = v.field(key+".citation", v.l.T("builder.citation"), v.l.T("builder.citation_hint"), c.Citation)
	view.Evidence = v.evidence(key, c.MinEvidence)
	view.Open = v.textsMissing(key, c)
	v.noticed(&view, c)
	if c.expert {
		v.text(&view, at, c)
		return view
	}
	view.ToText = actText + " " + key
	view.Rows = v.group(at, nil, &c.tree, c)
	if usable(v.vocabulary, c.tree) {
		view.En, view.Es = builder.Sentence(v.vocabulary.Vocabulary, c.tree, "en"), builder.Sentence(v.vocabulary.Vocabulary, c.tree, "es")
	}
	return view
}

// textsMissing tells whether something is still missing in the texts of a rule.
func (v *viewer) textsMissing(key string, c edited) bool {
	missing := c.Title.En == "" || c.Title.Es == ""
	for _, name := range []string{"title", "failure", "remedy", "citation"} {
		for _, lang := range []string{"", ".en", ".es"} {
			missing = missing || len(v.notes[key+"."+name+lang]) > 0
		}
	}
	return missing
}

// usable tells whether every row is filled in.
func usable(v *eligibility.Vocabulary, t builder.Tree) bool {
	fine := true
	builder.Rows(t, func(_ builder.Path, r builder.Row) { fine = fine && builder.FlawOf(v.Vocabulary, r) == "" })
	return fine
}

// noticed puts findings about a rule as a whole, and the numbers that no example tests, at the rule.
func (v *viewer) noticed(view *criterionView, c edited) {
	for _, found := range v.findings {
		if found.Criterion == c.ID && c.ID != "" && (len(found.Path) == 0 || c.expert) {
			view.Findings = append(view.Findings, found.Text.In(v.lang()))
		}
	}
	for _, gap := range v.gaps {
		if gap.Criterion != c.ID {
			continue
		}
		var lacking []string
		for _, value := range gap.Lacking {
			lacking = append(lacking, v.vocabulary.Display(gap.Fact, value, v.lang()))
		}
		known, _ := v.vocabulary.Fact(gap.Fact)
		view.Findings = append(view.Findings, v.l.T("builder.untested", "Fact", known.Label.In(v.lang()),
			"Number", v.vocabulary.Display(gap.Fact, eligibility.Decimal(gap.Value), v.lang()), "Lacking", v.vocabulary.Join(v.lang(), "or", lacking)))
	}
}

func (v *viewer) pair(key, name string, text catalog.Text, kind form.Kind) *part.Pair {
	id := key + "." + name
	side := func(lang, value string) form.Field {
		f := v.field(id+"."+lang, v.l.T("builder.in_"+lang), "", value)
		f.Kind = kind
		return f
	}
	return &part.Pair{ID: id, Label: v.l.T("builder." + name), Hint: v.l.T("builder." + name + "_hint"), Notes: v.notes[id], En: side("en", text.En), Es: side("es", text.Es)}
}

func (v *viewer) evidence(key string, chosen eligibility.Evidence) form.Field {
	f := v.field(key+".min_evidence", v.l.T("builder.evidence"), v.l.T("builder.evidence_hint"), "")
	f.Kind = form.Select
	for _, grade := range []eligibility.Evidence{eligibility.Stated, eligibility.Document, eligibility.Register, eligibility.Verified} {
		f.Offer(grade.String(), v.l.T("builder.evidence_"+grade.String()), grade == chosen)
	}
	return f
}

// text makes the field of a rule that is edited as text, with its mistake.
func (v *viewer) text(view *criterionView, at int, c edited) {
	key := criterionKey(at)
	_, simple := builder.ParseDraft(v.vocabulary.Vocabulary, c.Expr)
	f := form.Field{ID: key + ".expr", Kind: form.Area, Label: v.l.T("builder.text"), Hint: v.l.T("builder.text_hint"), Value: c.Expr}
	_, err := v.vocabulary.Compile(eligibility.Rules{Slug: v.offering.Slug, Sectors: []string{eligibility.AnySector},
		Criteria: []eligibility.Criterion{{ID: "expression", Expr: c.Expr}}})
	if err != nil {
		f.Needed = builder.Mistake(err, v.lang()) // it is saved, and only stands in the way of publishing
	}
	view.Text = &f
	view.ToRows = actRows + " " + key
	view.Expert = !simple && err == nil
}

// group makes a group of rows.
func (v *viewer) group(at int, path builder.Path, g *builder.Group, c edited) *groupView {
	key := rowKey(at, path)
	view := &groupView{Key: key, Any: g.Any, Choose: len(g.Nodes) > 1, Add: actAdd + " " + key, acts: v.acts(at, path), Title: v.l.T("builder.group", "Number", numberOf(path)),
		Notes: v.found(c, path)}
	if len(path) == 0 {
		view.Title = ""
		view.Notes = nil
	}
	if len(path) < builder.Deepest {
		view.Group = actGroup + " " + key
	}
	for i := range g.Nodes {
		here := append(slices.Clone(path), i)
		if inner := g.Nodes[i].Group; inner != nil {
			view.Nodes = append(view.Nodes, nodeView{Group: v.group(at, here, inner, c)})
		} else {
			view.Nodes = append(view.Nodes, nodeView{Row: v.row(at, here, g.Nodes[i].Row, c)})
		}
	}
	return view
}

// acts are the buttons of a row or an inner group. One that stands first or last can still leave its group.
func (v *viewer) acts(at int, path builder.Path) acts {
	if len(path) == 0 {
		return acts{}
	}
	key := rowKey(at, path)
	a := acts{Remove: actRemove + " " + key}
	parent, _ := find(&v.edits.criteria[at].tree, path[:len(path)-1])
	if path[len(path)-1] > 0 || len(path) > 1 {
		a.Up = actUp + " " + key
	}
	if path[len(path)-1] < len(parent.Nodes)-1 || len(path) > 1 {
		a.Down = actDown + " " + key
	}
	return a
}

// numberOf names a place for people: "2.1".
func numberOf(path builder.Path) string {
	var parts []string
	for _, at := range path {
		parts = append(parts, strconv.Itoa(at+1))
	}
	return strings.Join(parts, ".")
}

// found lists what was noticed of one row or group.
func (v *viewer) found(c edited, path builder.Path) []string {
	var texts []string
	for _, found := range v.findings {
		if c.ID != "" && found.Criterion == c.ID && len(path) > 0 && slices.Equal(found.Path, path) {
			texts = append(texts, found.Text.In(v.lang()))
		}
	}
	return texts
}

// manyValues is the number of values from which a list of them is folded away.
const manyValues = 4

// fewNames is up to how many chosen values are named on a list that is folded away.
const fewNames = 5

func (v *viewer) row(at int, path builder.Path, r builder.Row, c edited) *rowView {
	key := rowKey(at, path)
	view := &rowView{Key: key, Was: string(r.Fact), Show: actShow + " " + key, acts: v.acts(at, path), Title: v.l.T("builder.row", "Number", numberOf(path)), Notes: v.found(c, path)}
	view.Fact = form.Field{ID: key + ".fact", Kind: form.Select, Label: v.l.T("builder.fact")}
	v.offerFacts(view, r.Fact)
	flaw := builder.FlawOf(v.vocabulary.Vocabulary, r)
	if flaw == builder.FlawNoFact {
		view.Fact.Needed = builder.FlawText(flaw, v.lang())
		return view
	}
	shape, _ := builder.ShapeOf(v.vocabulary.Vocabulary, r.Fact)
	operator := form.Field{ID: key + ".op", Kind: form.Select, Label: v.l.T("builder.operator")}
	for _, offered := range offeredOperators(shape) {
		operator.Offer(string(offered), builder.OperatorName(shape, offered, v.lang()), offered == shownOperator(shape, r.Operator))
	}
	view.Operator = &operator
	if shape != builder.ShapeFlag {
		v.values(view, shape, r, flaw)
	}
	return view
}

// offerFacts lists the facts by topic. One that stands under no topic and is used already stays chosen.
func (v *viewer) offerFacts(view *rowView, chosen eligibility.FactID) {
	known := chosen == ""
	for _, topic := range v.topics {
		one := topicView{Name: topic.Name.In(v.lang())}
		for _, id := range topic.Facts {
			known = known || id == chosen
			one.Choices = append(one.Choices, form.Choice{Value: string(id), Text: builder.FactName(v.vocabulary.Vocabulary, id, v.lang()), Checked: id == chosen})
		}
		view.Topics = append(view.Topics, one)
	}
	if !known {
		view.Topics = append(view.Topics, topicView{Name: v.l.T("builder.other_facts"),
			Choices: []form.Choice{{Value: string(chosen), Text: builder.FactName(v.vocabulary.Vocabulary, chosen, v.lang()), Checked: true}}})
	}
}

// values makes the inputs that fit the fact.
func (v *viewer) values(view *rowView, shape builder.Shape, r builder.Row, flaw builder.Flaw) {
	value := form.Field{ID: view.Key + ".value", Kind: form.Text, Label: v.l.T("builder.value")}
	if flaw != "" {
		value.Needed = builder.FlawText(flaw, v.lang())
	}
	known, _ := v.vocabulary.Fact(r.Fact)
	at := func(place int) string {
		if place >= len(r.Values) {
			return ""
		}
		return r.Values[place]
	}
	switch shape {
	case builder.ShapeNumber:
		value.Mode, value.Value, value.Width = "decimal", separated(at(0)), "w-m"
		if value.Money = known.Type == eligibility.TypeMoney; value.Money {
			value.Unit = "$"
		} else if known.Unit != "" {
			value.Unit = v.vocabulary.Say(v.lang(), "unit."+known.Unit+".many")
		}
	case builder.ShapeDate:
		value.Type, value.Value = "date", at(0)
	case builder.ShapeChoice, builder.ShapeSet:
		value.Kind, value.Label = form.Ticks, v.l.T("builder.values")
		choices := builder.Choices(v.vocabulary.Vocabulary, r.Fact)
		for _, choice := range choices {
			value.Offer(choice.Value, choice.Label.In(v.lang()), slices.Contains(r.Values, choice.Value))
		}
		view.Many, view.Open, view.Chosen = len(choices) > manyValues, len(r.Values) == 0, len(r.Values)
		if flaw == "" && len(r.Values) <= fewNames {
			view.Names = v.names(r.Values, choices)
		}
	default:
		value.Kind, value.Value, value.Label = form.Area, strings.Join(r.Values, "\n"), v.l.T("builder.lines")
	}
	if r.Operator == builder.Between {
		last := value
		last.ID, last.Label, last.Needed, last.Problem = view.Key+".last", v.l.T("builder.last"), "", ""
		if last.Value = at(1); shape == builder.ShapeNumber {
			last.Value = separated(at(1))
		}
		value.Label = v.l.T("builder.first")
		if flaw == builder.FlawNoValue && at(0) != "" {
			last.Needed, value.Needed = value.Needed, ""
		}
		view.Last = &last
	}
	view.Value = &value
}

// names joins the names of values.
func (v *viewer) names(values []string, choices []eligibility.EnumValue) string {
	var all []string
	for _, choice := range choices {
		if slices.Contains(values, choice.Value) {
			all = append(all, choice.Label.In(v.lang()))
		}
	}
	return strings.Join(all, "; ")
}

// separated writes a number with separators of thousands; anything else stays as it is.
func separated(number string) string {
	whole, fraction, point := strings.Cut(number, ".")
	digits := strings.TrimPrefix(whole, "-")
	if digits == "" || strings.Trim(digits+fraction, "0123456789") != "" {
		return number
	}
	var text strings.Builder
	for i, digit := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			text.WriteByte(',')
		}
		text.WriteRune(digit)
	}
	out := text.String()
	if whole != digits {
		out = "-" + out
	}
	if point {
		out += "." + fraction
	}
	return out
}
