// Package reach is what the command impact prints: whom an offering reaches in the loaded registers, and who gains and who loses by
// another text of its criteria; for people, as JSON for programs and as CSV for spreadsheets.
package reach

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"accessdesk/catalog"
	"accessdesk/cmd/accessdesk/register"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/eligibility/registry/impact"
)

// Run is one run of the command.
type Run struct {
	Vocabulary *eligibility.Vocabulary
	BuiltIn    func(*eligibility.Vocabulary) (*catalog.Snapshot, error) // the catalog that the program ships, for a database without one
	Now        func() time.Time                                         // for the time that it takes
	CSV        string                                                   // file for the sheet, "-" for the output, "" for none
	Output     register.Output
}

// ErrEmpty is the error of a run without organizations.
var ErrEmpty = errors.New(`no organization is there to be counted: load a register first ("accessdesk registry import")`)

// UnknownOffering is the error for a slug that the catalog does not have.
type UnknownOffering struct {
	Slug     string
	Snapshot *catalog.Snapshot
}

// Error names the slug.
func (e UnknownOffering) Error() string {
	return fmt.Sprintf("there is no program %q in this catalog", e.Slug)
}

// Compile compiles the criteria of an offering file. A mistake names file, line and column.
func Compile(v *eligibility.Vocabulary, o *catalog.Offering) (*eligibility.Ruleset, error) {
	rules, err := v.Compile(o.UncompiledRules())
	var wrong *eligibility.CompileError
	if !errors.As(err, &wrong) {
		return rules, err
	}
	key, line, column := "sectors", o.Places().Line("sectors"), 0
	for i, c := range o.Criteria {
		if c.ID == wrong.Criterion {
			key = fmt.Sprintf("criteria[%d].expr", i+1)
			line, column = o.Places().Line(key), 0
			if wrong.Line > 0 {
				line, column = o.Places().Within(key, wrong.Line, wrong.Column)
			}
		}
	}
	return nil, errors.New(catalog.Located(o.File(), line, column, key, "does not compile: "+wrong.Message))
}

// read gives catalog and population of a database.
func (r Run) read(ctx context.Context, db *data.DB) (snapshot *catalog.Snapshot, population *impact.Population, err error) {
	err = db.Read(ctx, func(tx *data.Tx) error {
		if snapshot, err = catalog.NewCache(r.Vocabulary).Snapshot(tx); err != nil {
			return err
		}
		population, err = impact.Load(tx, r.Vocabulary)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	if population.Len() == 0 {
		return nil, nil, ErrEmpty
	}
	if len(snapshot.Offerings) == 0 {
		fmt.Fprintln(r.Output.Err, "this database has no programs yet: using the built-in catalog")
		snapshot, err = r.BuiltIn(r.Vocabulary)
	}
	return snapshot, population, err
}

// All prints one line for each listed offering.
func (r Run) All(ctx context.Context, db *data.DB) error {
	snapshot, population, err := r.read(ctx, db)
	if err != nil {
		return err
	}
	var rules []*eligibility.Ruleset
	for _, program := range snapshot.Listed() {
		rules = append(rules, program.Rules)
	}
	begun := r.Now()
	totals := impact.Survey(population, rules)
	took := r.Now().Sub(begun)
	fmt.Fprintf(r.Output.Err, "%d programs, %d organizations: decided in %.2f s\n", len(totals), population.Len(), took.Seconds())
	if r.Output.JSON {
		lines := make([]lineJSON, 0, len(totals))
		for _, t := range totals {
			lines = append(lines, lineJSON{t.Offering, t.Population(), t.Counts})
		}
		return r.json(lines)
	}
	printTotals(r.Output.Out, totals)
	return nil
}

// lineJSON is one offering of the whole catalog.
type lineJSON struct {
	Offering   string `json:"offering"`
	Population int    `json:"population"`
	impact.Counts
}

// One prints one offering, and if changed is not nil what those criteria would change.
func (r Run) One(ctx context.Context, db *data.DB, slug string, changed *eligibility.Ruleset) error {
	snapshot, population, err := r.read(ctx, db)
	if err != nil {
		return err
	}
	program, ok := snapshot.Find(slug)
	if !ok {
		return UnknownOffering{slug, snapshot}
	}
	report := impact.Run(population, program.Rules)
	var change *impact.Change
	if changed != nil {
		c := impact.Compare(population, program.Rules, changed)
		change = &c
	}
	if r.CSV != "" {
		if err := r.sheet(report, change); err != nil || r.CSV == "-" {
			return err
		}
	}
	if r.Output.JSON {
		return r.json(newReportJSON(report, change))
	}
	printReport(r.Output.Out, r.Vocabulary, population, report)
	if change != nil {
		printChange(r.Output.Out, *change)
	}
	return nil
}

// sheet writes the CSV: who gains and loses if criteria are compared, else the counts.
func (r Run) sheet(report impact.Report, change *impact.Change) error {
	write := report.WriteSheet
	if change != nil {
		write = change.WriteSheet
	}
	if r.CSV == "-" {
		return write(r.Output.Out)
	}
	file, err := os.Create(r.CSV)
	if err != nil {
		return err
	}
	return errors.Join(write(file), file.Close())
}

func (r Run) json(value any) error {
	encoder := json.NewEncoder(r.Output.Out)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}

// reportJSON is the contract of impact --json.
type reportJSON struct {
	Offering   string `json:"offering"`
	Population int    `json:"population"`
	impact.Counts
	BySector      map[string]placeJSON `json:"by_sector"`
	ByState       map[string]placeJSON `json:"by_state"` // "unknown": no register says the state
	BySoleBlocker map[string]int       `json:"by_sole_blocker"`
	Missing       []factJSON           `json:"missing"`
	Gained        []string             `json:"gained"`
	Lost          []string             `json:"lost"`
	Turns         []turnJSON           `json:"turns"`
}

type placeJSON struct {
	Population int `json:"population"`
	impact.Counts
}

type factJSON struct {
	Fact          eligibility.FactID `json:"fact"`
	Organizations int                `json:"organizations"`
	Alone         int                `json:"alone"`
}

type turnJSON struct {
	Before        eligibility.Outcome `json:"before"`
	After         eligibility.Outcome `json:"after"`
	Organizations int                 `json:"organizations"`
}

func newReportJSON(report impact.Report, change *impact.Change) reportJSON {
	j := reportJSON{Offering: report.Offering, Population: report.Population(), Counts: report.Counts, BySector: map[string]placeJSON{}, ByState: map[string]placeJSON{},
		BySoleBlocker: map[string]int{}, Missing: []factJSON{}, Gained: []string{}, Lost: []string{}, Turns: []turnJSON{}}
	for _, c := range report.Sectors {
		j.BySector[c.Sector] = placeJSON{c.Population(), c.Counts}
	}
	for _, c := range report.States {
		j.ByState[stateName(c.State)] = placeJSON{c.Population(), c.Counts}
	}
	for _, c := range report.Criteria {
		if c.Sole > 0 {
			j.BySoleBlocker[c.ID] = c.Sole
		}
	}
	for _, f := range report.Missing {
		j.Missing = append(j.Missing, factJSON(f))
	}
	if change != nil {
		j.Gained, j.Lost = impact.IDs(change.Gained), impact.IDs(change.Lost)
		for _, k := range change.Kinds {
			j.Turns = append(j.Turns, turnJSON{k.Before, k.After, k.Count})
		}
	}
	return j
}

func stateName(state string) string {
	if state == "" {
		return "unknown"
	}
	return state
}
