package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	check "accessdesk/broker/screening"
	"accessdesk/broker/screening/report"
	"accessdesk/catalog"
	"accessdesk/catalog/upkeep"
	"accessdesk/cmd/accessdesk/screening"
	"accessdesk/cmd/accessdesk/spelling"
	"accessdesk/data"
	"accessdesk/data/locale"
	"accessdesk/eligibility"
	"accessdesk/eligibility/registry"
)

type screenCommand struct {
	Facts    string `placeholder:"FILE|-" help:"Facts about the operator as JSON: an object of fact id to value; - reads standard input."`
	Operator string `placeholder:"ID" help:"Take the facts of a register record, such as ccn:141317; what --facts says goes before it."`
	Offering string `placeholder:"SLUG" help:"Decide only this program, whatever its status."`
	Lang     string `enum:"en,es" default:"en" placeholder:"en|es" help:"Language of titles and reasons (en)."`
	JSON     bool   `name:"json" help:"Print JSON for programs."`
}

// Help is printed below the flags by --help.
func (screenCommand) Help() string {
	return `Uses the built-in catalog; with --db or --config that of a database. Example:

  echo '{"sector": "drinking_water", "state_or_territory": "NM", "population_served": 5000}' |
    accessdesk screen --facts -

A fact that is left out is unknown. A number may be a band: {"over": 500, "max": 3300}. With a register loaded
(accessdesk registry import), an operator is named by its id:

  accessdesk screen --operator pwsid:GA0510109 --db desk.db`
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
	snapshot, state, recorded, err := s.snapshot(ctx, p, c, vocabulary)
	if err != nil {
		return err
	}
	s.join(p, vocabulary, facts, recorded)
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
	screened := screening.New(vocabulary, programs, facts, s.Lang, p.now())
	screened.Upkeep = state
	for _, conflict := range screened.Disagreements(locales.In(s.Lang)) {
		fmt.Fprintln(p.err, conflict)
	}
	if !s.JSON {
		return screened.PrintText(p.out, locales.In(s.Lang))
	}
	whole, err := report.Of(screened.Check, snapshot.Hash, s.Lang)
	if err != nil {
		return err
	}
	text, err := whole.JSON()
	if err != nil {
		return err
	}
	_, err = p.out.Write(text)
	return err
}

// facts reads and checks the facts. What is wrong with them is the caller's mistake and names the fact.
func (s screenCommand) facts(p *program, v *eligibility.Vocabulary) (eligibility.Profile, error) {
	in := p.in
	switch {
	case s.Facts == "" && s.Operator == "":
		return nil, misuse("missing flags: --facts=FILE|- or --operator=ID")
	case s.Facts == "":
		return eligibility.Profile{}, nil
	case s.Facts != "-":
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
func (s screenCommand) snapshot(ctx context.Context, p *program, c *commands, v *eligibility.Vocabulary) (snapshot *catalog.Snapshot,
	state *upkeep.State, recorded eligibility.Profile, err error) {
	if c.DB == "" && c.Config == "" && s.Operator == "" {
		fmt.Fprintln(p.err, "using the built-in catalog (--db or --config uses a database)")
		snapshot, err = builtIn(v)
		return snapshot, &upkeep.State{}, nil, err
	}
	config, db, err := p.openConfigured(ctx, c)
	if err != nil {
		return nil, nil, nil, err
	}
	defer db.Close()
	name := config.Database.DSN
	if data.IsPostgres(name) {
		name = "PostgreSQL" // the address may hold a password
	}
	err = db.Read(ctx, func(tx *data.Tx) (err error) {
		if snapshot, err = catalog.NewCache(v).Snapshot(tx); err != nil {
			return err
		}
		if state, err = upkeep.Load(tx); err == nil && s.Operator != "" {
			recorded, err = s.record(tx, v)
		}
		return err
	})
	switch {
	case err != nil:
		return nil, nil, nil, err
	case len(snapshot.Offerings) > 0:
		fmt.Fprintf(p.err, "using the catalog of the database %s\n", name)
	case s.Operator == "":
		fmt.Fprintf(p.err, "using the catalog of the database %s\n", name)
		return nil, nil, nil, errors.New(`this database has no programs yet: start "accessdesk serve" once`)
	default: // a database that holds registers only
		fmt.Fprintf(p.err, "using the registers of the database %s, which has no programs yet, and the built-in catalog\n", name)
		snapshot, err = builtIn(v)
	}
	return snapshot, state, recorded, err
}

// join adds what the registers say to the facts, and tells where they differ.
func (s screenCommand) join(p *program, v *eligibility.Vocabulary, facts, recorded eligibility.Profile) {
	for _, d := range check.Join(v, facts, recorded) {
		fmt.Fprintf(p.err, "%s: the facts say %s, the register %s says %s; the facts count\n", d.Fact,
			v.Display(d.Fact, d.Stated, s.Lang), d.Recorded.Source, v.Display(d.Fact, d.Recorded, s.Lang))
	}
}

// builtIn is the catalog that the program ships.
func builtIn(v *eligibility.Vocabulary) (*catalog.Snapshot, error) {
	offerings, err := seedOfferings(false)
	if err != nil {
		return nil, err
	}
	return catalog.FromFiles(v, offerings)
}

// record gives what the registers say of the operator.
func (s screenCommand) record(tx *data.Tx, v *eligibility.Vocabulary) (eligibility.Profile, error) {
	operator, err := registry.Find(tx, s.Operator)
	if errors.Is(err, data.ErrNotFound) {
		return nil, misuse("no loaded register has %q (registry search finds ids, registry status lists what is loaded)", s.Operator)
	}
	if err != nil {
		return nil, err
	}
	return operator.Profile(v)
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
