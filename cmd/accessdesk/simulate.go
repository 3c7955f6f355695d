package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"accessdesk/cmd/accessdesk/nation"
	"accessdesk/data"
	"accessdesk/eligibility"
)

type simulateCommand struct {
	Every  int    `default:"1" placeholder:"N" help:"Walk one of every N organizations."`
	Sector string `placeholder:"SECTOR" help:"Walk only organizations of this sector."`
	Check  bool   `help:"Fail (exit 1) when a goal is missed."`
	JSON   bool   `name:"json" help:"Print JSON for programs."`
}

// Help is printed below the flags by --help.
func (simulateCommand) Help() string {
	return `Uses the registers and the catalog of the database, or the built-in catalog if it has none yet. Each organization
takes the check four times: it says what its record says, and "I'm not sure" else; what its record does not say it
answers from memory, made up but always the same; and both again with its record known from the start. The goals: without
the record 7 questions at the median and 10 for 95 of 100, with it 3 and 6, in each sector.

With --json: catalog_version, programs, operators, different (operators who answer differently), and ways, a list of
  {"way", "goal": {"median", "p95"}, "groups": [{"sector" ("all" is the last), "operators", "median", "p95",
   "decided" (share of the programs, 0 to 1), "met", "longest": [fact ids], "longest_operator"}]}`
}

// Run walks the organizations of the loaded registers through the check.
func (s simulateCommand) Run(ctx context.Context, p *program, c *commands) error {
	vocabulary, err := eligibility.Standard()
	if err != nil {
		return err
	}
	if sectors := vocabulary.Sectors(); s.Sector != "" && !slices.Contains(sectors, s.Sector) {
		return misuse("there is no sector %q (there are: %s)", s.Sector, strings.Join(sectors, ", "))
	}
	if s.Every < 1 {
		return misuse("--every: a number from 1 on was expected")
	}
	return p.withDatabase(ctx, c, func(db *data.DB) error {
		err := nation.Run{Vocabulary: vocabulary, BuiltIn: builtIn, Now: p.now(), Every: s.Every, Sector: s.Sector, Output: p.output(s.JSON)}.Simulate(ctx, db)
		if errors.Is(err, nation.ErrMissed) && !s.Check {
			return nil // the table says so
		}
		return err
	})
}
