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
