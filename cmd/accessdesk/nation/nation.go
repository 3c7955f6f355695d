// Package nation is what the command simulate does: it walks every organization of the loaded registers through the check, and tells
// how many questions are asked up to the first full result, by sector, beside the goals of the design; for people, and as JSON for
// programs.
package nation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"accessdesk/broker/screening"
	"accessdesk/catalog"
	"accessdesk/cmd/accessdesk/register"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/eligibility/registry"
)

// Run is one run of the command.
type Run struct {
	Vocabulary *eligibility.Vocabulary
	BuiltIn    func(*eligibility.Vocabulary) (*catalog.Snapshot, error) // the catalog that the program ships, for a database without one
	Now        time.Time
	Every      int    // one of so many organizations is walked
	Sector     string // only this one; "": all
	Output     register.Output
}

// ErrMissed is the error of a run in which a goal was missed.
var ErrMissed = errors.New("a goal for the number of questions is missed")

// ErrEmpty is the error of a run without organizations.
var ErrEmpty = errors.New(`no organization is there to be walked: load a register first ("accessdesk registry import")`)

// ways are walked in this order.
var ways = []screening.Way{screening.FromRecord, screening.FromMemory, screening.Prefilled, screening.PrefilledMemory}

// result is one way with its counts; its JSON is what the command prints.
type result struct {
	Way    string `json:"way"`
	Goal   goal   `json:"goal"`
	Groups []line `json:"groups"`
}

type goal struct {
	Median int `json:"median"`
	P95    int `json:"p95"`
}

// line is one sector.
type line struct {
	Sector    string               `json:"sector"` // "all": all together
	Operators int                  `json:"operators"`
	Median    int                  `json:"median"`
	P95       int                  `json:"p95"`
	Decided   float64              `json:"decided"` // share of the programs
	Met       bool                 `json:"met"`     // the goal
	Longest   []eligibility.FactID `json:"longest"`
	LongestID string               `json:"longest_operator"`
}

// Simulate walks the organizations of a database and prints how it went. ErrMissed, after everything was printed, when a sector is
// asked more than the goal says.
func (r Run) Simulate(ctx context.Context, db *data.DB) error {
	var snapshot *catalog.Snapshot
	var nation *screening.Nation
	err := db.Read(ctx, func(tx *data.Tx) (err error) {
		if snapshot, err = r.catalog(tx); err == nil {
			nation, err = r.population(tx, snapshot)
		}
		return err
	})
	if err != nil {
		return err
	}
	operators, different := nation.Size()
	if operators == 0 {
		return ErrEmpty
	}
	var results []result
	missed := false
	for _, way := range ways {
		count, end := r.Output.Progress(fmt.Sprintf("of %d organizations walked %s", operators, way.Name))
		counts, err := nation.Walk(ctx, way, count)
		if end(); err != nil {
			return err
		}
		one := result{Way: way.Name, Goal: goal(way.Goal())}
		for _, c := range counts {
			met := c.Meets(way.Goal())
			missed = missed || !met
			one.Groups = append(one.Groups, line{c.Group, c.Operators, c.Median, c.P95, c.Decided, met, c.Longest, c.LongestID})
		}
		results = append(results, one)
	}
	if r.Output.JSON {
		err = r.printJSON(snapshot, operators, different, results)
	} else {
		r.print(r.Output.Out, len(snapshot.Listed()), operators, different, results)
	}
	if err == nil && missed {
		return ErrMissed
	}
	return err
}

// catalog is that of the database, or the built-in one.
func (r Run) catalog(tx *data.Tx) (*catalog.Snapshot, error) {
	snapshot, err := catalog.NewCache(r.Vocabulary).Snapshot(tx)
	if err != nil || len(snapshot.Offerings) > 0 {
		return snapshot, err
	}
	fmt.Fprintln(r.Output.Err, "this database has no programs yet: using the built-in catalog")
	return r.BuiltIn(r.Vocabulary)
}

// population reads the organizations of the live vintages.
func (r Run) population(tx *data.Tx, snapshot *catalog.Snapshot) (*screening.Nation, error) {
	nation := screening.NewNation(r.Vocabulary, snapshot.Listed(), r.Now)
	count, end := r.Output.Progress("organizations read")
	defer end()
	shares := eligibility.NewShareCounter(r.Vocabulary)
	seen := 0
	err := registry.Each(tx, r.Vocabulary, func(m registry.Member) error {
		shares.Add(m.Sector, m.Facts)
		if r.Sector != "" && m.Sector != r.Sector {
			return nil
		}
		if seen++; count != nil && seen%1000 == 0 {
			count(seen)
		}
		if (seen-1)%max(r.Every, 1) != 0 {
			return nil
		}
		return nation.Add(screening.Operator{ID: m.ID, Group: m.Sector, Facts: m.Facts})
	})
	nation.Shares = shares.Shares()
	return nation, err
}

// printJSON prints for programs.
func (r Run) printJSON(snapshot *catalog.Snapshot, operators, different int, results []result) error {
	encoder := json.NewEncoder(r.Output.Out)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(struct {
		Catalog   string   `json:"catalog_version"`
		Programs  int      `json:"programs"`
		Operators int      `json:"operators"`
		Different int      `json:"different"` // operators who answer differently
		Ways      []result `json:"ways"`
	}{snapshot.Hash, len(snapshot.Listed()), operators, different, results})
}

// print prints for people.
func (r Run) print(out io.Writer, programs, operators, different int, results []result) {
	fmt.Fprintf(out, "%d programs, %d organizations of the registers, %d of them give different answers.\n", programs, operators, different)
	for _, one := range results {
		fmt.Fprintf(out, "\nQuestions %s (goal: median at most %d, 95 of 100 at most %d)\n", one.Way, one.Goal.Median, one.Goal.P95)
		fmt.Fprintf(out, "  %-15s %13s %7s %9s %8s  %-6s %s\n", "sector", "organizations", "median", "95 of 100", "decided", "goal", "longest")
		for _, l := range one.Groups {
			verdict := "met"
			if !l.Met {
				verdict = "MISSED"
			}
			fmt.Fprintf(out, "  %-15s %13d %7d %9d %7.1f%%  %-6s %d (%s): %s\n", l.Sector, l.Operators, l.Median, l.P95, 100*l.Decided, verdict,
				len(l.Longest), l.LongestID, path(l.Longest))
		}
	}
}

func path(facts []eligibility.FactID) string {
	names := make([]string, len(facts))
	for i, id := range facts {
		names[i] = string(id)
	}
	return strings.Join(names, ", ")
}
