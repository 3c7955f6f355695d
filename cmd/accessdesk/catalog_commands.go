package main

import (
	"context"
	"fmt"

	"accessdesk/broker/curation"
	"accessdesk/broker/seat"
	"accessdesk/catalog"
	"accessdesk/catalog/publishing"
	"accessdesk/cmd/accessdesk/exchange"
	"accessdesk/cmd/accessdesk/release"
	"accessdesk/data"
	"accessdesk/eligibility/registry/impact"
)

type catalogCommand struct {
	Check    exchange.Check   `cmd:"" help:"Tell what is wrong in offering files, with line and key."`
	Export   exchange.Export  `cmd:"" help:"Write programs to files: for a spreadsheet, a directory, or to keep."`
	Import   exchange.Import  `cmd:"" help:"Read programs from such files, and show first what changes."`
	Submit   release.Submit   `cmd:"" help:"Send the draft of a program to a second person for review."`
	Approve  release.Approve  `cmd:"" help:"Publish a draft that somebody else wrote and sent."`
	SendBack release.SendBack `cmd:"" help:"Give a draft that waits for review back to its writer, with words."`
	Discard  release.Discard  `cmd:"" help:"End a draft; what is public stays."`
	Pause    release.Pause    `cmd:"" help:"Let a program take nothing new, at once, with a reason for everybody to read."`
	Reopen   release.Reopen   `cmd:"" help:"Open a draft that ends the pause of a program."`
	Retire   release.Retire   `cmd:"" help:"Open a draft that takes a program off the list."`
}

// exchange is what those commands take from outside.
func (p *program) exchange(c *commands) exchange.Desk {
	return exchange.Desk{Out: p.out, Err: p.err, Now: p.now, InDatabase: c.DB != "" || c.Config != "", BuiltIn: builtIn,
		Full: func(tx *data.Tx, programs []*catalog.Published) (map[string]bool, error) {
			counts, err := seat.All(tx, programs)
			return counts.Full(), err
		},
		Brand: func() (string, string, error) {
			config, err := p.configure(c)
			return config.Server.PublicURL, config.Brand.Operator, err
		},
		Open: func(ctx context.Context) (*data.DB, string, error) {
			config, db, err := p.openConfigured(ctx, c)
			if data.IsPostgres(config.Database.DSN) {
				return db, "PostgreSQL", err // the address may hold a password
			}
			return db, config.Database.DSN, err
		},
		Curate: func(db *data.DB) (publishing.Desk, error) {
			config, err := p.configure(c)
			if err != nil {
				return publishing.Desk{}, err
			}
			b, err := build(config, db)
			if err != nil {
				return publishing.Desk{}, err
			}
			return curation.Desk(b.desk, func(tx *data.Tx) (*impact.Population, error) { return impact.Load(tx, b.desk.Vocabulary) }), nil
		}}
}

// plural writes a count with its English noun.
func plural(count int, noun string) string {
	if count == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", count, noun)
}
