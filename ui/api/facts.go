package api

import (
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/ui/web"
)

// vocabulary is every fact that can be known of an operator.
type vocabulary struct {
	Facts []fact `json:"facts"`
}

// fact is one of them; its texts are in both languages.
type fact struct {
	ID        eligibility.FactID `json:"id"`
	Type      string             `json:"type"`
	Unit      string             `json:"unit,omitempty"`
	Label     text               `json:"label"`
	Question  *text              `json:"question,omitempty"` // absent: it is never asked, but follows from others or from registers
	Help      *text              `json:"help,omitempty"`
	Why       *text              `json:"why,omitempty"`
	Variants  []variant          `json:"variants,omitempty"`  // other wordings of the question, by sector
	Values    []option           `json:"values,omitempty"`    // of enum and set
	Min       *float64           `json:"min,omitempty"`       // of numbers
	Max       *float64           `json:"max,omitempty"`       // of numbers
	Pattern   string             `json:"pattern,omitempty"`   // of id and geo: a regular expression for the whole text
	Sectors   []string           `json:"sectors,omitempty"`   // asked only of operators that run one of these
	Registers []string           `json:"registers,omitempty"` // public registers that know it
	Cite      string             `json:"cite,omitempty"`      // where the definition comes from
}

type text struct {
	En string `json:"en"`
	Es string `json:"es"`
}

type variant struct {
	Sector   string `json:"sector"`
	Question text   `json:"question"`
	Help     *text  `json:"help,omitempty"`
}

type option struct {
	Value string `json:"value"`
	Label text   `json:"label"`
}

// Facts lists the facts in the order of the vocabulary.
func Facts(r *web.Request, _ *data.Tx) (web.Reply, error) {
	if err := parameters(r).err(); err != nil {
		return web.Reply{}, err
	}
	all := vocabulary{Facts: []fact{}}
	for _, f := range r.Desk().Vocabulary.Facts() {
		one := fact{ID: f.ID, Type: string(f.Type), Unit: f.Unit, Label: text(f.Label), Question: given(f.Question), Help: given(f.Help), Why: given(f.Why),
			Min: f.Min, Max: f.Max, Pattern: f.Pattern, Sectors: f.Sectors, Registers: f.Register, Cite: f.Cite}
		for _, v := range f.Variants {
			one.Variants = append(one.Variants, variant{v.Sector, text(v.Question), given(v.Help)})
		}
		for _, v := range f.Values {
			one.Values = append(one.Values, option{v.Value, text(v.Label)})
		}
		all.Facts = append(all.Facts, one)
	}
	reply, err := answer(all)
	if err == nil {
		reply.Document.Plain = true
	}
	return reply, err
}

func given(t eligibility.Text) *text {
	if t.Empty() {
		return nil
	}
	both := text(t)
	return &both
}
