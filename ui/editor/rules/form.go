package rules

import (
	"slices"
	"strconv"
	"strings"

	"accessdesk/catalog"
	"accessdesk/eligibility"
	"accessdesk/eligibility/builder"
)

// Posted is a form as it was posted.
type Posted interface {
	Form(name string) string
	FormAll(name string) []string
}

// Limits on a form, above what an offering file and an expression of the longest kind can hold: nothing is cut off.
const (
	mostCriteria = 500
	mostRows     = 1_000 // of one group
)

// edited is one criterion in the form: its texts, and its rule as rows or as text.
type edited struct {
	catalog.Criterion
	tree   builder.Tree
	expert bool // the text is edited, and the tree is not there
}

// edits is what the page edits of an offering.
type edits struct {
	vocabulary *eligibility.Vocabulary
	sectors    []string
	citation   string
	published  bool
	criteria   []edited
}

// The names of the form. A field is named like its key in the offering file, with places from 0 behind dots.
const (
	listName  = "criteria"
	rowsName  = ".rows"
	countName = "n:" // before the name of a list: how many elements it has
)

func criterionKey(at int) string { return listName + "." + strconv.Itoa(at) }

// rowKey names a row or group; without a path the outermost group.
func rowKey(criterion int, path builder.Path) string {
	key := criterionKey(criterion) + rowsName
	for _, at := range path {
		key += "." + strconv.Itoa(at)
	}
	return key
}

// readKey finds criterion and path of a name of criterionKey or rowKey.
func readKey(key string) (criterion int, path builder.Path, ok bool) {
	rest, ok := strings.CutPrefix(key, listName+".")
	if !ok {
		return 0, nil, false
	}
	for i, part := range strings.Split(rest, ".") {
		if i == 1 {
			if "."+part != rowsName {
				return 0, nil, false
			}
			continue
		}
		at, err := strconv.Atoi(part)
		if err != nil || at < 0 || at >= max(mostRows, mostCriteria) {
			return 0, nil, false
		}
		if i == 0 {
			criterion = at
		} else {
			path = append(path, at)
		}
	}
	return criterion, path, true
}

// read takes what was posted. Of a criterion it keeps everything that was typed, also what cannot be used.
func read(v *eligibility.Vocabulary, posted Posted) edits {
	e := edits{vocabulary: v, citation: posted.Form("sectors_citation"), published: posted.Form("criteria_published") != ""}
	chosen := posted.FormAll("sectors")
	for _, sector := range sectorValues(v) {
		if slices.Contains(chosen, sector) {
			e.sectors = append(e.sectors, sector)
		}
	}
	for at := range count(posted, listName, mostCriteria) {
		e.criteria = append(e.criteria, e.readCriterion(posted, at))
	}
	return e
}

// sectorValues lists what a sector list may name: any, the critical ones together, and each kind.
func sectorValues(v *eligibility.Vocabulary) []string {
	return append([]string{eligibility.AnySector, eligibility.CriticalInfrastructure}, v.Sectors()...)
}

func count(posted Posted, name string, most int) int {
	n, err := strconv.Atoi(posted.Form(countName + name))
	if err != nil || n < 0 {
		return 0
	}
	return min(n, most)
}

func (e *edits) readCriterion(posted Posted, at int) edited {
	key := criterionKey(at)
	text := func(name string) catalog.Text {
		return catalog.Text{En: posted.Form(key + "." + name + ".en"), Es: posted.Form(key + "." + name + ".es")}
	}
	c := edited{Criterion: catalog.Criterion{ID: posted.Form(key + ".id"), Citation: posted.Form(key + ".citation"),
		Title: text("title"), Failure: text("failure"), Remedy: text("remedy")}}
	c.MinEvidence, _ = eligibility.ParseEvidence(posted.Form(key + ".min_evidence"))
	if c.expert = posted.Form(key+".view") == viewText; c.expert {
		c.Expr = posted.Form(key + ".expr")
		return c
	}
	c.tree = e.readGroup(posted, key+rowsName, builder.Deepest)
	return c
}

// viewText and viewRows are how a criterion is edited.
const (
	viewText = "text"
	viewRows = "rows"
)

func (e *edits) readGroup(posted Posted, key string, deep int) builder.Group {
	g := builder.Group{Any: posted.Form(key+".any") == "any"}
	for at := range count(posted, key, mostRows) {
		here := key + "." + strconv.Itoa(at)
		if deep > 0 && posted.Form(countName+here) != "" {
			inner := e.readGroup(posted, here, deep-1)
			g.Nodes = append(g.Nodes, builder.Node{Group: &inner})
			continue
		}
		g.Nodes = append(g.Nodes, builder.Node{Row: e.readRow(posted, here)})
	}
	return g
}

// readRow reads one row. When its fact was changed, what was chosen for the old one no longer counts.
func (e *edits) readRow(posted Posted, key string) builder.Row {
	row := builder.Row{Fact: eligibility.FactID(posted.Form(key + ".fact"))}
	shape, ok := builder.ShapeOf(e.vocabulary.Vocabulary, row.Fact)
	if !ok {
		return builder.Row{}
	}
	offered := offeredOperators(shape)
	row.Operator = builder.Operator(posted.Form(key + ".op"))
	same := eligibility.FactID(posted.Form(key+".was")) == row.Fact
	if !same || !slices.Contains(offered, row.Operator) {
		row.Operator = offered[0]
	}
	if !same || shape == builder.ShapeFlag {
		return row
	}
	switch {
	case shape == builder.ShapeNumber, shape == builder.ShapeDate:
		row.Values = []string{readValue(shape, posted.Form(key+".value"))}
		if row.Operator == builder.Between {
			row.Values = append(row.Values, readValue(shape, posted.Form(key+".last")))
			inOrder(row.Values)
		}
	case shape == builder.ShapeText, shape == builder.ShapeList:
		for line := range strings.Lines(posted.Form(key + ".value")) {
			if line = strings.TrimSpace(line); line != "" {
				row.Values = append(row.Values, line)
			}
		}
	default:
		chosen := posted.FormAll(key + ".value")
		for _, choice := range builder.Choices(e.vocabulary.Vocabulary, row.Fact) {
			if slices.Contains(chosen, choice.Value) {
				row.Values = append(row.Values, choice.Value)
			}
		}
	}
	return row
}

// inOrder puts the ends of a range in order.
func inOrder(ends []string) {
	low, errLow := strconv.ParseFloat(ends[0], 64)
	high, errHigh := strconv.ParseFloat(ends[1], 64)
	numbers := errLow == nil && errHigh == nil
	if numbers && low > high || !numbers && ends[0] != "" && ends[1] != "" && ends[0] > ends[1] {
		slices.Reverse(ends)
	}
}

// readValue brings a number into its one spelling; "$10,000" and "10000.0" are 10000. What is no number stays as it was typed.
func readValue(shape builder.Shape, typed string) string {
	if shape != builder.ShapeNumber {
		return typed
	}
	bare := strings.NewReplacer("$", "", ",", "", " ", "", "\u00a0", "").Replace(typed)
	number, err := strconv.ParseFloat(bare, 64)
	if err != nil || strings.ContainsAny(bare, "xXpP_nN") || number != number {
		return typed
	}
	if number == 0 {
		return "0"
	}
	return strconv.FormatFloat(number, 'f', -1, 64)
}

// offeredOperators are those of the page: one that takes several values also stands for the one that takes one.
func offeredOperators(shape builder.Shape) []builder.Operator {
	switch shape {
	case builder.ShapeChoice, builder.ShapeText:
		return []builder.Operator{builder.OneOf, builder.NoneOf}
	}
	return builder.Operators(shape)
}

// shownOperator is the one of the page that says what a row says.
func shownOperator(shape builder.Shape, o builder.Operator) builder.Operator {
	if shape != builder.ShapeChoice && shape != builder.ShapeText {
		return o
	}
	switch o {
	case builder.Is:
		return builder.OneOf
	case builder.IsNot:
		return builder.NoneOf
	}
	return o
}

// from takes the keys of the page out of an offering. texts says which criteria are edited as text, by place.
func from(v *eligibility.Vocabulary, o *catalog.Offering, texts []int) edits {
	e := edits{vocabulary: v, sectors: o.Sectors, citation: o.SectorsCitation, published: o.CriteriaPublished}
	for at, c := range o.Criteria {
		one := edited{Criterion: c}
		tree, simple := builder.ParseDraft(v.Vocabulary, c.Expr)
		if one.expert = !simple || slices.Contains(texts, at); !one.expert {
			one.tree = tree
		}
		e.criteria = append(e.criteria, one)
	}
	return e
}

// into puts the keys of the page into an offering. Criteria without a name get one, from their English title.
func (e *edits) into(o *catalog.Offering) {
	o.Sectors, o.SectorsCitation, o.CriteriaPublished = e.sectors, e.citation, e.published
	o.Criteria = nil
	taken := map[string]bool{eligibility.GateID: true}
	for i := range e.criteria {
		taken[e.criteria[i].ID] = true
	}
	for _, c := range e.criteria {
		if !c.expert {
			c.Expr = builder.Write(e.vocabulary.Vocabulary, c.tree)
		}
		if c.ID == "" && c.Title.En != "" {
			c.ID = named(c.Title.En, taken)
			taken[c.ID] = true
		}
		o.Criteria = append(o.Criteria, c.Criterion)
	}
}

// named makes a name from a title: its first words in lower case, joined by hyphens.
func named(title string, taken map[string]bool) string {
	const longest = 40
	words := strings.FieldsFunc(strings.ToLower(title), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	name := ""
	for _, word := range words {
		if name != "" && len(name)+1+len(word) > longest {
			break
		}
		name = strings.Trim(name+"-"+word[:min(len(word), longest)], "-")
	}
	if name == "" || strings.HasPrefix(name, eligibility.StatedPrefix) {
		name = "rule"
	}
	unique := name
	for n := 2; taken[unique]; n++ {
		unique = name + "-" + strconv.Itoa(n)
	}
	return unique
}

// texts lists the criteria that are edited as text.
func (e *edits) texts() []int {
	var all []int
	for i, c := range e.criteria {
		if c.expert {
			all = append(all, i)
		}
	}
	return all
}
