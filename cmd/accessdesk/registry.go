package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"accessdesk/cmd/accessdesk/configuration"
	"accessdesk/cmd/accessdesk/register"
	"accessdesk/data"
	"accessdesk/eligibility/registry/download"
	"accessdesk/eligibility/registry/index"
	"accessdesk/eligibility/registry/layout"
)

type registryCommand struct {
	Import registryImportCommand `cmd:"" help:"Load a release of a public register."`
	Sync   registrySyncCommand   `cmd:"" help:"Download the registers from their publishers, and load what is new."`
	Status registryStatusCommand `cmd:"" help:"List what is loaded."`
	Show   registryShowCommand   `cmd:"" help:"Show what the registers say of one operator, as facts with their source."`
	Search registrySearchCommand `cmd:"" help:"Find operators by identifier, name, town or state."`
}

type registryImportCommand struct {
	Source  string   `arg:"" help:"Which register: cms-hospitals, cms-cost-report, fdic, ncua, sdwis, epa-cws, eia861, ruca-zip, rucc or kev."`
	Files   []string `arg:"" name:"file" help:"Its files as published, also compressed (.gz). All files of a release together."`
	Vintage string   `placeholder:"NAME" help:"What to call the release, like 2026-02 (as the files or their names say)."`
	JSON    bool     `name:"json" help:"Print JSON for programs."`
}

// Help tells what is loaded how.
func (registryImportCommand) Help() string {
	return `All or nothing: a file that is not what it should be changes nothing, and the message names file, line and column. The
release that was live before is kept. The same files again change nothing. serve may run meanwhile.

  accessdesk registry import ncua FOICU.txt FS220.txt
  accessdesk registry import eia861 Sales_Ult_Cust_2019.xlsx Service_Territory_2019.xlsx
  accessdesk registry import epa-cws CWS_Populations.csv Missing_CWS.csv PWS_ZipCodes.csv`
}

// Run loads the files.
func (r registryImportCommand) Run(ctx context.Context, p *program, c *commands) error {
	source, err := register.Check(r.Source, r.Vintage)
	if err != nil {
		return usageError{err}
	}
	if err := p.makeDatabase(ctx, c); err != nil {
		return err
	}
	return p.withRegisters(ctx, c, func(db *data.DB, x *index.Index) error {
		err := register.Load(ctx, db, source, r.Files, r.Vintage, p.output(r.JSON))
		var wrong *layout.Error
		if errors.As(err, &wrong) {
			return usageError{err}
		}
		if err != nil {
			return err
		}
		register.MakeIndex(ctx, db, x, p.output(r.JSON))
		return nil
	})
}

// makeDatabase makes the configured SQLite database if there is none: registers may come before the first start of serve.
func (p *program) makeDatabase(ctx context.Context, c *commands) error {
	config, err := p.configure(c)
	if err != nil || data.IsPostgres(config.Database.DSN) {
		return err
	}
	if _, err := os.Stat(config.Database.DSN); !errors.Is(err, os.ErrNotExist) {
		return nil // whatever else is wrong with it is said when it is opened
	}
	db, err := data.Open(ctx, config.Database.DSN, p.now)
	if err != nil {
		return err
	}
	_, err = db.Migrate(ctx)
	fmt.Fprintf(p.err, "made the database %s\n", config.Database.DSN)
	return errors.Join(err, db.Close())
}

// withDatabase opens the configured database for an act.
func (p *program) withDatabase(ctx context.Context, c *commands, act func(*data.DB) error) error {
	_, db, err := p.openConfigured(ctx, c)
	if err != nil {
		return err
	}
	defer db.Close()
	return act(db)
}

// withRegisters opens the configured database and the index of its registers for an act.
func (p *program) withRegisters(ctx context.Context, c *commands, act func(*data.DB, *index.Index) error) error {
	config, db, err := p.openConfigured(ctx, c)
	if err != nil {
		return err
	}
	defer db.Close()
	x, err := index.Open(config.Registry.Index)
	if err != nil {
		return err
	}
	defer x.Close()
	return act(db, x)
}

func (p *program) output(json bool) register.Output {
	return register.Output{Out: p.out, Err: p.err, JSON: json}
}

type registrySyncCommand struct {
	Sources []string `arg:"" optional:"" name:"source" help:"Which registers; none: all that [registry.urls] names."`
	DryRun  bool     `help:"Say what would be asked, and ask nothing."`
	JSON    bool     `name:"json" help:"Print JSON for programs."`
}

// Help tells where addresses come from.
func (registrySyncCommand) Help() string {
	return `Asks the addresses of [registry.urls] in the configuration, on the hosts that it lists, and loads what comes as "registry import" does.
A file that did not change is not sent again. A register that fails does not keep the others; the exit status is then 1.`
}

// Run syncs.
func (r registrySyncCommand) Run(ctx context.Context, p *program, c *commands) error {
	config, err := p.configure(c)
	if err != nil {
		return err
	}
	registers, err := publishers(config).Registers(r.Sources)
	if err != nil {
		return usageError{err}
	}
	if !r.DryRun {
		if err := p.makeDatabase(ctx, c); err != nil {
			return err
		}
	}
	return p.withRegisters(ctx, c, func(db *data.DB, x *index.Index) error {
		if r.DryRun {
			return register.Plan(ctx, db, publishers(config), registers, p.output(r.JSON))
		}
		err := register.Sync(ctx, db, publishers(config), registers, p.output(r.JSON))
		register.MakeIndex(ctx, db, x, p.output(r.JSON)) // of what came, even if a register failed
		return err
	})
}

// publishers is what the configuration says of downloads.
func publishers(c configuration.Configuration) register.Publishers {
	r := c.Registry
	return register.Publishers{URLs: r.URLs, Scheduled: r.Sync, Config: download.Config{Hosts: r.Hosts, Site: c.Server.PublicURL,
		Limits: download.Limits{File: int64(r.FileMB) << 20, Total: int64(r.TotalMB) << 20, Time: time.Duration(r.TimeoutSeconds) * time.Second}}}
}

type registryStatusCommand struct {
	JSON bool `name:"json" help:"Print JSON for programs."`
}

// Run lists the vintages.
func (r registryStatusCommand) Run(ctx context.Context, p *program, c *commands) error {
	return p.withDatabase(ctx, c, func(db *data.DB) error { return register.Status(ctx, db, p.output(r.JSON)) })
}

type registryShowCommand struct {
	ID   string `arg:"" help:"Like ccn:141317, fdic:12345, ncua:123, pwsid:GA0010000 or eia:12345."`
	JSON bool   `name:"json" help:"Print JSON for programs."`
}

// Run shows one operator.
func (r registryShowCommand) Run(ctx context.Context, p *program, c *commands) error {
	return p.withDatabase(ctx, c, func(db *data.DB) error {
		err := register.Show(ctx, db, r.ID, p.output(r.JSON))
		if errors.Is(err, data.ErrNotFound) {
			return misuse("no loaded register has %q (registry search finds ids, registry status lists what is loaded)", r.ID)
		}
		return err
	})
}

type registrySearchCommand struct {
	Text string `arg:"" help:"An identifier, or words of name, town and state; small typing mistakes do not matter."`
	JSON bool   `name:"json" help:"Print JSON for programs."`
}

// Run searches.
func (r registrySearchCommand) Run(ctx context.Context, p *program, c *commands) error {
	return p.withRegisters(ctx, c, func(db *data.DB, x *index.Index) error { return register.Search(ctx, db, x, r.Text, p.output(r.JSON)) })
}
