package register

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"

	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/eligibility/registry"
	"accessdesk/eligibility/registry/index"
)

// shownOperator is what registry show --json prints.
type shownOperator struct {
	ID      string                    `json:"id"`
	Sector  string                    `json:"sector"`
	Name    string                    `json:"name"`
	State   string                    `json:"state"`
	Town    string                    `json:"town,omitempty"`
	Sources []registry.Source         `json:"sources"`
	Facts   map[string]registry.Known `json:"facts"`
	Confirm []eligibility.FactID      `json:"confirm"` // numbers near a line of a program: the person is asked whether they still hold
}

// Show prints one operator. data.ErrNotFound if no register has it.
func Show(ctx context.Context, db *data.DB, id string, o Output) error {
	vocabulary, err := eligibility.Standard()
	if err != nil {
		return err
	}
	var shown shownOperator
	err = db.Read(ctx, func(tx *data.Tx) error {
		operator, err := registry.Find(tx, id)
		if err != nil {
			return err
		}
		snapshot, err := catalog.NewCache(vocabulary).Snapshot(tx)
		if err != nil {
			return err
		}
		shown, err = show(vocabulary, operator, snapshot.Listed())
		return err
	})
	if err != nil {
		return err
	}
	if o.JSON {
		return printJSON(o.Out, shown)
	}
	printOperator(o.Out, vocabulary, shown)
	return nil
}

// show adds the derived facts and the numbers to confirm.
func show(v *eligibility.Vocabulary, o registry.Operator, programs []*catalog.Published) (shownOperator, error) {
	shown := shownOperator{ID: o.ID, Sector: o.Sector, Name: o.Name, State: o.State, Town: o.Town, Sources: o.Sources, Facts: o.Facts, Confirm: []eligibility.FactID{}}
	profile, err := o.Profile(v)
	if err != nil {
		return shown, err
	}
	complete, _ := v.Complete(profile)
	for id, value := range complete {
		_, known := o.Facts[string(id)]
		if known || value.Source != eligibility.SourceDerived || id == eligibility.AdditionalSectorsFact { // no register says that there is none
			continue
		}
		text, err := v.FormatValue(id, value)
		if err != nil {
			return shown, err
		}
		shown.Facts[string(id)] = registry.Known{Value: text, Evidence: value.Evidence.String(), Source: eligibility.SourceDerived}
	}
	var rules []*eligibility.Ruleset
	for _, program := range programs {
		rules = append(rules, program.Rules)
	}
	shown.Confirm = append(shown.Confirm, eligibility.ToConfirm(rules, complete)...)
	return shown, nil
}

// printOperator prints for people.
func printOperator(out io.Writer, v *eligibility.Vocabulary, o shownOperator) {
	fmt.Fprintf(out, "%s  %s\n", o.ID, o.Name)
	if place := joined(o.Town, o.State); place != "" {
		fmt.Fprintf(out, "%s\n", place)
	}
	fmt.Fprintln(out, "\nFacts")
	for _, id := range slices.Sorted(maps.Keys(o.Facts)) {
		known := o.Facts[id]
		fmt.Fprintf(out, "  %-30s %-24s %s\n", id, display(v, id, known.Value), joined(joined(known.Source, known.Vintage), known.Note))
	}
	for _, id := range o.Confirm {
		fmt.Fprintf(out, "  %s is near a line of a program: ask whether the number still holds\n", id)
	}
	fmt.Fprintln(out, "\nSources")
	for _, s := range o.Sources {
		fmt.Fprintf(out, "  %s %s: %s, row %d\n    sha256 %s\n", s.Register, s.Vintage, s.File, s.Row, s.SHA256)
		for _, area := range s.Areas {
			fmt.Fprintf(out, "    %s: code %d\n", area.Place, area.Code)
		}
		for _, word := range slices.Sorted(maps.Keys(s.Words)) {
			fmt.Fprintf(out, "    %s: %s\n", word, s.Words[word])
		}
	}
}

// joined joins what is not empty.
func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + ", " + b
}

// display writes a value in words where the vocabulary has the fact.
func display(v *eligibility.Vocabulary, id string, raw json.RawMessage) string {
	value, err := v.ParseValue(eligibility.FactID(id), raw)
	if err != nil {
		return string(raw)
	}
	return v.Display(eligibility.FactID(id), value, "en")
}

// Search prints whom a text finds. Nothing found is an answer, not an error.
func Search(ctx context.Context, db *data.DB, x *index.Index, text string, o Output) error {
	var hits []registry.Hit
	err := db.Read(ctx, func(tx *data.Tx) (err error) { hits, err = x.Search(tx, text, registry.SearchLimit); return err })
	if err != nil {
		return err
	}
	if o.JSON {
		return printJSON(o.Out, hits)
	}
	if len(hits) == 0 {
		fmt.Fprintln(o.Err, "Nothing was found. registry status lists what is loaded.")
	}
	for _, h := range hits {
		fmt.Fprintf(o.Out, "%-20s %-50s %s\n", h.ID, h.Name, joined(h.Town, h.State))
	}
	return nil
}
