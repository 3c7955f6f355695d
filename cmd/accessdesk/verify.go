package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"accessdesk/broker/record/checkpoint"
	"accessdesk/data"
)

type verifyCommand struct {
	JSON bool `name:"json" help:"Print JSON for programs."`
}

// Help says what is looked at.
func (verifyCommand) Help() string {
	return `Reads the whole database and changes nothing; serve may go on meanwhile. It names damage of the database, and in the record of
acts the first entry of each chain that was changed, moved or taken out, chains that were cut off or are gone, and a database
that is older than its newest signed note ([database] checkpoints). Exit status 1 if anything does not fit.

To check against notes that are kept on another machine:

    ACCESSDESK_DATABASE_CHECKPOINTS=/mnt/copy accessdesk verify`
}

// Run verifies the configured database.
func (v verifyCommand) Run(ctx context.Context, p *program, c *commands) error {
	config, db, err := p.openConfigured(ctx, c)
	if err != nil {
		return err
	}
	defer db.Close()
	keys, err := checkpoint.ReadKeys(config.Keys.Folder)
	if err != nil {
		return err
	}
	return v.report(ctx, p, db, keys, config.Database.Checkpoints)
}

func (v verifyCommand) report(ctx context.Context, p *program, db *data.DB, keys checkpoint.Keys, notes string) error {
	report, err := checkpoint.Verify(ctx, db, keys, notes)
	if err != nil {
		return err
	}
	if v.JSON {
		encoder := json.NewEncoder(p.out)
		encoder.SetIndent("", "  ")
		err = encoder.Encode(report)
	} else {
		printReport(p.out, report)
	}
	if err == nil && !report.Sound {
		err = fmt.Errorf("%s found. Do not repair anything by hand; docs/operating.md says what to do", plural(len(report.Problems), "problem"))
	}
	return err
}

// printReport prints what was looked at and what was found.
func printReport(out io.Writer, r checkpoint.Report) {
	for _, problem := range r.Problems {
		fmt.Fprintf(out, "PROBLEM  %s\n", problem)
	}
	fmt.Fprintf(out, "Record: %s in %s. Notes: %d in the database, %d in the folder.\n",
		plural(int(r.Entries), "act"), plural(r.Chains, "chain"), r.Notes, r.Files)
	switch {
	case r.LastNote.IsZero():
		fmt.Fprintln(out, "There is no signed note yet: the acts are held by their chains only. serve signs one every hour and when it stops.")
	case r.After > 0:
		fmt.Fprintf(out, "Last signed note: %s. Held by their chains only since then: %s.\n",
			r.LastNote.Format("2006-01-02 15:04:05 MST"), plural(int(r.After), "act"))
	default:
		fmt.Fprintf(out, "Last signed note: %s. It covers every act.\n", r.LastNote.Format("2006-01-02 15:04:05 MST"))
	}
	if r.Sound {
		fmt.Fprintln(out, "Everything fits.")
	}
}
