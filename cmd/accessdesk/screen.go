package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"accessdesk/catalog"
	"accessdesk/catalog/upkeep"
	"accessdesk/cmd/accessdesk/spelling"
	"accessdesk/data"
	"accessdesk/data/locale"
	"accessdesk/eligibility"
)

type screenCommand struct {
	Facts    string `required:"" placeholder:"FILE|-" help:"Facts about the operator as JSON: an object of fact id to value; - reads standard input."`
	Offering string `placeholder:"SLUG" help:"Decide only this program, whatever its status."`
	Lang     string `enum:"en,es" default:"en" placeholder:"en|es" help:"Language of titles and reasons (en)."`
	JSON     bool   `name:"json" help:"Print JSON for programs."`
}

// Help is printed below the flags by --help.
func (screenCommand) Help() string {
	return `Uses the built-in catalog; with --db or --config that of a database. Example:

  echo '{"sector": "drinking_water", "state_or_territory": "NM", "population_served": 5000}' |
    accessdesk screen --facts -

A fact that is left out is unknown. A number may be a band: {"over": 500, "max": 3300}.`
}

// factsLimit is the most that is read of a facts file, in bytes: hundreds of times a full set of facts.
const factsLimit = 1 << 20

// Run decides every listed program, or one, for the facts.
func (s screenCommand) Run(ctx context.Context, p *program, c *commands) error {
	vocabulary, err := eligibility.Standard()
	if err != nil {
		return err
	}
	facts, err := s.facts(p, vocabulary)
	if err != nil {
		return err
	}
	snapshot, state, err := s.snapshot(ctx, p, c, vocabulary)
	if err != nil {
		return err
	}
	programs := snapshot.Listed()
	if s.Offering != "" {
		one, ok := snapshot.Find(s.Offering)
		if !ok {
			return misuse("there is no program %q in this catalog%s", s.Offering, nearestSlug(s.Offering, snapshot))
		}
		programs = []*catalog.Published{one}
	}
	locales, err := locale.Bundle()
	if err != nil {
		return err
	}
	check := newScreening(vocabulary, programs, facts, s.Lang, p.now())
	check.upkeep = state
	for _, conflict := range check.contradictions(locales.In(s.Lang)) {
		fmt.Fprintln(p.err, conflict)
	}
	if s.JSON {
		return check.printJSON(p.out, snapshot.Hash)
	}
	return check.printText(p.out, locales.In(s.Lang))
}

// facts reads and checks the facts. What is wrong with them is the caller's mistake and names the fact.
func (s screenCommand) facts(p *program, v *eligibility.Vocabulary) (eligibility.Profile, error) {
	in := p.in
	if s.Facts != "-" {
		file, err := os.Open(s.Facts)
		if err != nil {
			return nil, misuse("%w", err)
		}
		defer file.Close()
		in = file
	}
	text, err := io.ReadAll(io.LimitReader(in, factsLimit+1))
	if err != nil {
		return nil, misuse("facts: %w", err)
	}
	if len(text) > factsLimit {
		return nil, misuse("facts: more than %d bytes", factsLimit)
	}
	facts, err := v.ParseFacts(text)
	if err != nil {
		return nil, usageError{err}
	}
	return facts, nil
}

// snapshot is the built-in catalog, or that of a database when the caller names one or a configuration.
func (s screenCommand) snapshot(ctx context.Context, p *program, c *commands, v *eligibility.Vocabulary) (*catalog.Snapshot, *upkeep.State, error) {
	if c.DB == "" && c.Config == "" {
		fmt.Fprintln(p.err, "using the built-in catalog (--db or --config uses a database)")
		offerings, err := seedOfferings(false)
		if err != nil {
			return nil, nil, err
		}
		snapshot, err := catalog.FromFiles(v, offerings)
		return snapshot, &upkeep.State{}, err
	}
	config, db, err := p.openConfigured(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	defer db.Close()
	name := config.Database.DSN
	if data.IsPostgres(name) {
		name = "PostgreSQL" // the address may hold a password
	}
	fmt.Fprintf(p.err, "using the catalog of the database %s\n", name)
	var snapshot *catalog.Snapshot
	var state *upkeep.State
	err = db.Read(ctx, func(tx *data.Tx) (err error) {
		if snapshot, err = catalog.NewCache(v).Snapshot(tx); err == nil {
			state, err = upkeep.Load(tx)
		}
		return err
	})
	if err == nil && len(snapshot.Offerings) == 0 {
		err = errors.New(`this database has no programs yet: start "accessdesk serve" once`)
	}
	return snapshot, state, err
}

// nearestSlug suggests a program, or names them all when none is near.
func nearestSlug(slug string, snapshot *catalog.Snapshot) string {
	var known []string
	for _, o := range snapshot.Offerings {
		known = append(known, o.Slug)
	}
	if nearest := spelling.Nearest(slug, known); nearest != "" {
		return fmt.Sprintf(". Did you mean %q?", nearest)
	}
	return ". It has: " + strings.Join(known, ", ")
}
