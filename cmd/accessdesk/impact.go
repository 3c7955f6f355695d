package main

import (
	"context"
	"errors"

	"accessdesk/catalog"
	"accessdesk/cmd/accessdesk/exchange"
	"accessdesk/cmd/accessdesk/reach"
	"accessdesk/data"
	"accessdesk/eligibility"
)

type impactCommand struct {
	Slug     string `arg:"" optional:"" help:"The program."`
	Criteria string `placeholder:"FILE" help:"An offering file: tell who gains and who loses with its criteria."`
	All      bool   `help:"One line for each program of the catalog."`
	CSV      string `name:"csv" placeholder:"FILE|-" help:"Write a sheet: everybody who gains or loses, or without --criteria the counts by sector and state."`
	JSON     bool   `name:"json" help:"Print JSON for programs."`
}

// Help tells what is counted.
func (impactCommand) Help() string {
	return `Decides every organization of the loaded registers. They know sector, state, size and owner of an organization, and little
else: what a program asks beyond that leaves the outcome unknown. gained: newly eligible; lost: no longer eligible.

  accessdesk impact cisa-vuln-scanning
  accessdesk impact cisa-vuln-scanning --criteria changed.toml --csv who.csv
  accessdesk impact --all`
}

// Run counts.
func (i impactCommand) Run(ctx context.Context, p *program, c *commands) error {
	switch {
	case i.All && (i.Slug != "" || i.Criteria != "" || i.CSV != ""):
		return misuse("--all stands alone or with --json")
	case !i.All && i.Slug == "":
		return misuse("expected a program, or --all")
	case i.CSV == "-" && i.JSON:
		return misuse("--csv - and --json both want the output: name a file for the sheet")
	}
	vocabulary, err := eligibility.Standard()
	if err != nil {
		return err
	}
	changed, err := i.changed(vocabulary)
	if err != nil {
		return err
	}
	return p.withDatabase(ctx, c, func(db *data.DB) error {
		run := reach.Run{Vocabulary: vocabulary, BuiltIn: builtIn, Now: p.now, CSV: i.CSV, Output: p.output(i.JSON)}
		if i.All {
			return run.All(ctx, db)
		}
		err := run.One(ctx, db, i.Slug, changed)
		var unknown reach.UnknownOffering
		if errors.As(err, &unknown) {
			return misuse("%w%s", err, nearestSlug(i.Slug, unknown.Snapshot))
		}
		return err
	})
}

// changed compiles the criteria to compare with; nil if there are none.
func (i impactCommand) changed(v *eligibility.Vocabulary) (*eligibility.Ruleset, error) {
	if i.Criteria == "" {
		return nil, nil
	}
	o, err := exchange.ReadOffering(i.Criteria)
	var mistakes catalog.FileErrors
	if errors.As(err, &mistakes) {
		return nil, usageError{err}
	}
	if err != nil {
		return nil, err
	}
	rules, err := reach.Compile(v, o)
	if err != nil {
		return nil, usageError{err}
	}
	return rules, nil
}
