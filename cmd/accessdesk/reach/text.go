package reach

import (
	"fmt"
	"io"
	"strings"

	"accessdesk/eligibility"
	"accessdesk/eligibility/registry/impact"
)

// barWidth is how many characters a bar has.
const barWidth = 24

// bar draws three shares in signs that differ without color: # eligible, ? unknown, . not eligible. Whoever is there at all gets one
// sign.
func bar(c impact.Counts) string {
	total := c.Population()
	if total == 0 {
		return strings.Repeat(" ", barWidth)
	}
	width := func(count int) int {
		if count == 0 {
			return 0
		}
		return max(1, (count*barWidth+total/2)/total)
	}
	eligible, unknown, ineligible := width(c.Eligible), width(c.Unknown), width(c.Ineligible)
	for eligible+unknown+ineligible != barWidth { // rounding is settled at the widest
		step := 1
		if eligible+unknown+ineligible > barWidth {
			step = -1
		}
		switch max(eligible, unknown, ineligible) {
		case ineligible:
			ineligible += step
		case unknown:
			unknown += step
		default:
			eligible += step
		}
	}
	return strings.Repeat("#", eligible) + strings.Repeat("?", unknown) + strings.Repeat(".", ineligible)
}

const barLegend = "# eligible   ? unknown: no published rules, or they ask what no register knows   . not eligible"

// line prints a name with its counts and bar.
func line(out io.Writer, width int, name string, c impact.Counts) {
	fmt.Fprintf(out, "  %-*s %9d %9d %9d %9d  %s\n", width, name, c.Population(), c.Eligible, c.Unknown, c.Ineligible, bar(c))
}

func head(out io.Writer, width int, name string) {
	fmt.Fprintf(out, "  %-*s %9s %9s %9s %9s\n", width, name, "all", "eligible", "unknown", "not")
}

// printTotals prints one line for each offering.
func printTotals(out io.Writer, totals []impact.Total) {
	width := len("program")
	for _, t := range totals {
		width = max(width, len(t.Offering))
	}
	head(out, width, "program")
	for _, t := range totals {
		line(out, width, t.Offering, t.Counts)
	}
	fmt.Fprintln(out, "\n"+barLegend)
}

// printReport prints one offering.
func printReport(out io.Writer, v *eligibility.Vocabulary, p *impact.Population, r impact.Report) {
	fmt.Fprintf(out, "%s: %d organizations of the registers\n", r.Offering, r.Population())
	var sources []string
	for _, one := range p.Registers {
		sources = append(sources, one.Register+" "+one.Vintage)
	}
	fmt.Fprintf(out, "%s\n\n%s\n\n", strings.Join(sources, ", "), barLegend)
	head(out, 16, "sector")
	for _, c := range r.Sectors {
		line(out, 16, c.Sector, c.Counts)
	}
	line(out, 16, "all", r.Counts)
	fmt.Fprintln(out)
	head(out, 16, "state")
	for _, c := range r.States {
		line(out, 16, stateName(c.State), c.Counts)
	}
	printCriteria(out, v, r)
}

// printCriteria prints what each criterion does, and what nobody knows.
func printCriteria(out io.Writer, v *eligibility.Vocabulary, r impact.Report) {
	width := len("criterion")
	for _, c := range r.Criteria {
		width = max(width, len(c.ID))
	}
	fmt.Fprintf(out, "\n  %-*s %9s %9s %9s\n", width, "criterion", "not met", "alone", "unknown")
	for _, c := range r.Criteria {
		fmt.Fprintf(out, "  %-*s %9d %9d %9d  %s\n", width, c.ID, c.Unmet, c.Sole, c.Unknown, c.Title.En)
	}
	fmt.Fprintln(out, "  alone: the only criterion that these organizations do not meet")
	if len(r.Missing) == 0 {
		return
	}
	fmt.Fprintf(out, "\n  %-34s %9s %9s\n", "not in the registers", "unknown", "alone")
	for _, f := range r.Missing {
		label := ""
		if fact, ok := v.Fact(f.Fact); ok {
			label = fact.Label.En
		}
		fmt.Fprintf(out, "  %-34s %9d %9d  %s\n", f.Fact, f.Organizations, f.Alone, label)
	}
	fmt.Fprintln(out, "  alone: nothing else that their open criteria read is missing")
}

// printChange prints who gains and who loses.
func printChange(out io.Writer, c impact.Change) {
	fmt.Fprintf(out, "\nWith the other criteria: %d eligible, %d unknown, %d not eligible\n", c.After.Eligible, c.After.Unknown, c.After.Ineligible)
	for _, k := range c.Kinds {
		fmt.Fprintf(out, "  %9d from %s to %s\n", k.Count, k.Before, k.After)
	}
	fmt.Fprintf(out, "%d gain (newly eligible), %d lose (no longer eligible)\n", len(c.Gained), len(c.Lost))
	if len(c.Places) > 0 {
		fmt.Fprintf(out, "\n  %-16s %9s %9s\n", "where", "gain", "lose")
	}
	for _, p := range c.Places {
		name := p.Sector
		if name == "" {
			name = stateName(p.State)
		}
		fmt.Fprintf(out, "  %-16s %9d %9d\n", name, p.Gained, p.Lost)
	}
	printTurns(out, "Gain", c.Gained)
	printTurns(out, "Lose", c.Lost)
}

// mostTurns is how many organizations are named; --json and --csv name all.
const mostTurns = 20

func printTurns(out io.Writer, title string, turns []impact.Turn) {
	if len(turns) == 0 {
		return
	}
	fmt.Fprintf(out, "\n%s\n", title)
	for _, t := range turns[:min(len(turns), mostTurns)] {
		fmt.Fprintf(out, "  %-18s %-2s %s (%s)\n", t.ID, t.State, t.Name, t.Before)
	}
	if more := len(turns) - mostTurns; more > 0 {
		fmt.Fprintf(out, "  and %d more: --csv and --json name all\n", more)
	}
}
