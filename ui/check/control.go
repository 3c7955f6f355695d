package check

import (
	"slices"
	"strconv"
	"strings"

	"accessdesk/eligibility"
	"accessdesk/ui/form"
	"accessdesk/ui/web"
)

// The values that a control posts beside those of the fact.
const (
	notSure     = "unsure"
	noneOfThese = "none"
)

// mostTiles is how many answers stand one below the other; a longer list (states) is a native select.
const mostTiles = 12

// controlKind says how a question is answered.
type controlKind string

// The kinds of control.
const (
	controlTiles  controlKind = "tiles"  // one of a few
	controlSelect controlKind = "select" // one of many
	controlTicks  controlKind = "ticks"  // several
	controlNumber controlKind = "number" // a number and nothing else
)

// control is the input of one question. An answer can always be "I'm not sure".
type control struct {
	Kind    controlKind
	Choices []choice
	Exact   bool   // tiles of bands: an exact number can be typed instead
	Typed   string // what stands in the number field
	Money   bool
	fact    eligibility.Fact
}

// choice is one answer that is offered.
type choice struct {
	ID, Value, Text string
	Checked         bool
	answer          eligibility.Value
}

// Unsure tells that the choice is "I'm not sure".
func (c choice) Unsure() bool { return c.Value == notSure }

// Alone tells that the choice excludes the others; it stands a little apart.
func (c choice) Alone() bool { return c.Value == notSure || c.Value == noneOfThese }

// IsNumber, IsTicks and IsSelect let templates ask without comparing words.
func (c control) IsNumber() bool { return c.Kind == controlNumber }

// IsTicks tells that several answers may be chosen.
func (c control) IsTicks() bool { return c.Kind == controlTicks }

// IsSelect tells that the answer is chosen from a native list.
func (c control) IsSelect() bool { return c.Kind == controlSelect }

// Unsure tells whether "I'm not sure" is chosen.
func (c control) Unsure() bool { return len(c.Choices) > 0 && c.Choices[len(c.Choices)-1].Checked }

// newControl makes the control of a fact, showing the answer as it stands. Facts of other types are never asked in
// the check; a test holds that.
func newControl(r *web.Request, v *visit, fact eligibility.Fact) control {
	c := control{fact: fact, Money: fact.Type == eligibility.TypeMoney}
	current := v.Facts[fact.ID]
	switch fact.Type {
	case eligibility.TypeBool:
		c.Kind = controlTiles
		c.add(r, v, "yes", eligibility.Bool(true), current)
		c.add(r, v, "no", eligibility.Bool(false), current)
	case eligibility.TypeEnum:
		c.Kind = controlTiles
		if len(fact.Values) > mostTiles {
			c.Kind = controlSelect
		}
		for _, value := range fact.Values {
			c.add(r, v, value.Value, eligibility.String(value.Value), current)
		}
	case eligibility.TypeSet:
		c.Kind = controlTicks
		for _, value := range fact.Values {
			c.Choices = append(c.Choices, choice{Value: value.Value, Text: value.Label.In(r.Lang), Checked: current.Has(value.Value)})
		}
		items, given := current.Items()
		c.Choices = append(c.Choices, choice{Value: noneOfThese, Text: r.L.T("check.none"), Checked: given && len(items) == 0})
	default:
		c.numbers(r, v, current)
	}
	skipped := v.Asked[fact.ID] && !current.Known()
	c.Choices = append(c.Choices, choice{Value: notSure, Text: r.L.T("check.not_sure"), Checked: skipped})
	c.identify()
	return c
}

func (c *control) add(r *web.Request, v *visit, value string, answer, current eligibility.Value) {
	text := v.Vocabulary.Display(c.fact.ID, answer, r.Lang)
	c.Choices = append(c.Choices, choice{Value: value, Text: text, Checked: current.Known() && answer.Equal(current), answer: answer})
}

// numbers offers the bands that the published rules cut, with a field for the exact number; without bands the field
// alone.
func (c *control) numbers(r *web.Request, v *visit, current eligibility.Value) {
	c.Kind = controlNumber
	if number, exact := current.Number(); exact {
		c.Typed = form.GroupDigits(strconv.FormatFloat(number, 'f', -1, 64))
	}
	bands, ok := v.Bands(c.fact.ID)
	if !ok {
		return
	}
	c.Kind, c.Exact = controlTiles, true
	for _, band := range bands {
		answer := eligibility.Between(band)
		value, err := v.Vocabulary.FormatValue(c.fact.ID, answer)
		if err != nil { // a band of the fact itself is always written
			continue
		}
		c.add(r, v, string(value), answer, current)
	}
}

// identify gives each input its id. The first one is "answer", where links of the error summary lead to.
func (c *control) identify() {
	for i := range c.Choices {
		c.Choices[i].ID = "answer"
		if i > 0 || c.Kind == controlNumber {
			c.Choices[i].ID = "answer-" + strconv.Itoa(i+1)
		}
	}
}

// read gives the posted answer; an unknown value is "not sure". A problem names its field; what was posted is kept in
// the control.
func (c *control) read(r *web.Request, v *visit) (eligibility.Value, *web.Problem) {
	posted := r.FormAll("answer")
	c.Typed = r.Form("exact")
	for i := range c.Choices {
		c.Choices[i].Checked = slices.Contains(posted, c.Choices[i].Value)
	}
	switch c.Kind {
	case controlTicks:
		return c.readTicks(r)
	case controlNumber:
		return c.readNumber(r, v)
	}
	chosen := slices.IndexFunc(c.Choices, func(choice choice) bool { return choice.Checked })
	if c.Exact && c.Typed != "" {
		return c.readExact(r, v, chosen)
	}
	if chosen < 0 {
		return eligibility.Value{}, &web.Problem{Field: "answer", Text: r.L.T("check.problem_choose")}
	}
	return c.Choices[chosen].answer, nil
}

// readTicks reads a set: some values, or "none of these" alone, or "I'm not sure" alone.
func (c *control) readTicks(r *web.Request) (eligibility.Value, *web.Problem) {
	var values []string
	alone := ""
	count := 0
	for _, choice := range c.Choices {
		if !choice.Checked {
			continue
		}
		count++
		if choice.Value == notSure || choice.Value == noneOfThese {
			alone = choice.Value
		} else {
			values = append(values, choice.Value)
		}
	}
	switch {
	case count == 0:
		return eligibility.Value{}, &web.Problem{Field: "answer", Text: r.L.T("check.problem_tick")}
	case alone != "" && count > 1:
		return eligibility.Value{}, &web.Problem{Field: "answer", Text: r.L.T("check.problem_alone")}
	case alone == notSure:
		return eligibility.Value{}, nil
	}
	return eligibility.Set(values...), nil
}

// readNumber reads the number field that stands alone beside "I'm not sure".
func (c *control) readNumber(r *web.Request, v *visit) (eligibility.Value, *web.Problem) {
	switch {
	case c.Typed == "" && c.Unsure():
		return eligibility.Value{}, nil
	case c.Typed == "":
		return eligibility.Value{}, &web.Problem{Field: "exact", Text: r.L.T("check.problem_number_empty")}
	case c.Unsure():
		return eligibility.Value{}, &web.Problem{Field: "exact", Text: r.L.T("check.problem_number_unsure")}
	}
	return c.parse(r, v)
}

// readExact reads the number typed beside bands. It must agree with the band that is chosen, if one is.
func (c *control) readExact(r *web.Request, v *visit, chosen int) (eligibility.Value, *web.Problem) {
	value, problem := c.parse(r, v)
	if problem != nil || chosen < 0 {
		return value, problem
	}
	number, _ := value.Number()
	if band, ok := c.Choices[chosen].answer.Interval(); ok && !band.Contains(number) {
		return eligibility.Value{}, &web.Problem{Field: "exact", Text: r.L.T("check.problem_number_band", "Choice", c.Choices[chosen].Text)}
	}
	return value, nil
}

// longestNumber is how many characters a typed number may have: more than any number the facts allow.
const longestNumber = 24

// parse reads a number as people write it in the United States: "3,300", "$1,250,000", "96.5".
func (c *control) parse(r *web.Request, v *visit) (eligibility.Value, *web.Problem) {
	wrong := &web.Problem{Field: "exact", Text: r.L.T("check.problem_number")}
	if !c.fact.Type.Whole() {
		wrong.Text = r.L.T("check.problem_decimal")
	}
	plain := strings.NewReplacer(",", "", " ", "", "$", "", "\u00a0", "").Replace(c.Typed)
	number, err := strconv.ParseFloat(plain, 64)
	if err != nil || len(plain) > longestNumber || strings.Trim(plain, "0123456789.") != "" {
		return eligibility.Value{}, wrong
	}
	value, err := v.Vocabulary.ParseValue(c.fact.ID, []byte(strconv.FormatFloat(number, 'f', -1, 64)))
	if err == nil {
		return value, nil
	}
	if c.fact.Max != nil && number > *c.fact.Max {
		wrong.Text = r.L.T("check.problem_number_high", "Most", form.GroupDigits(strconv.FormatFloat(*c.fact.Max, 'f', -1, 64)))
	}
	return eligibility.Value{}, wrong
}
