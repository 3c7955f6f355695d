// Command accessdesk is the Cyber Access Desk: it runs the web app, and the commands around it. This package wires
// the parts: configuration, keys, clock, schedule and commands. It is the only place that reads the clock.
//
// Exit status: 0 done, 1 failed, 2 wrong usage or input. Messages go to stderr, data to stdout.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	"accessdesk/cmd/accessdesk/configuration"
	"accessdesk/cmd/accessdesk/exchange"
	"accessdesk/data"

	"github.com/alecthomas/kong"
)

// program is a run of the command with everything that it takes from outside, so that a test can run it.
type program struct {
	in          io.Reader
	out, err    io.Writer
	environment []string
	now         func() time.Time
}

// commands is the command line. What is not built is not here.
type commands struct {
	Config string `help:"Configuration file (default: config.toml, if any)." placeholder:"FILE"`
	DB     string `name:"db" help:"Database: a SQLite file, or postgres://user:password@host/name." placeholder:"DSN"`

	Serve    serveCommand    `cmd:"" help:"Run the web app; the first start sets it up."`
	Screen   screenCommand   `cmd:"" help:"Decide which programs fit an operator, with reasons."`
	Catalog  catalogCommand  `cmd:"" help:"Check, export, import, publish, pause and retire programs."`
	Registry registryCommand `cmd:"" help:"Load the public registers, and look into them."`
	Impact   impactCommand   `cmd:"" help:"Tell whom a program reaches in the loaded registers, and who gains or loses by a change."`
	Simulate simulateCommand `cmd:"" help:"Walk the loaded registers through the check, and count the questions."`
	Remind   remindCommand   `cmd:"" help:"Work out and queue the reminders that are due."`
	User     userCommand     `cmd:"" help:"Add and list the people who run the desk."`
	Key      keyCommand      `cmd:"" help:"Make, list and end the keys of programs that use the interfaces."`
	Doctor   doctorCommand   `cmd:"" help:"Tell what is wrong with this installation, and how to mend it."`
	Verify   verifyCommand   `cmd:"" help:"Tell whether database and record are sound."`
	Backup   backupCommand   `cmd:"" help:"Copy everything to a file, while serve goes on."`
	Restore  restoreCommand  `cmd:"" help:"Bring a backup back into an empty place, and verify it."`
	Migrate  migrateCommand  `cmd:"" help:"Bring the database schema up to this program."`
	Conf     configCommand   `cmd:"" name:"config" help:"Check the configuration."`
	Version  versionCommand  `cmd:"" help:"Print the version."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	p := program{in: os.Stdin, out: os.Stdout, err: os.Stderr, environment: os.Environ(), now: time.Now}
	os.Exit(p.run(ctx, os.Args[1:]))
}

// exit is what kong's --help ends with; run turns it into a return.
type exit int

func (p *program) run(ctx context.Context, args []string) (status int) {
	defer func() {
		if ended, ok := recover().(exit); ok {
			status = int(ended)
		}
	}()
	var c commands
	parser, err := kong.New(&c, kong.Name("accessdesk"),
		kong.Description("Cyber Access Desk: finds the security help that fits a small operator, says why, and shows how to get it.\n\nTo look around: accessdesk serve --demo"),
		kong.UsageOnError(), kong.Writers(p.out, p.err), kong.Exit(func(code int) { panic(exit(code)) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		return p.failed(err)
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		return p.failed(usageError{fmt.Errorf("%w (%s)", err, whereHelpIs(err))})
	}
	parsed.BindTo(ctx, (*context.Context)(nil))
	return p.failed(parsed.Run(p, &c, p.exchange(&c)))
}

// whereHelpIs names the help that fits a command line that could not be read.
func whereHelpIs(err error) string {
	var unread *kong.ParseError
	if errors.As(err, &unread) {
		if command := unread.Context.Selected(); command != nil {
			return "accessdesk " + command.Path() + " --help says what it takes"
		}
	}
	return "accessdesk --help lists the commands"
}

// failed says an error and gives the exit status for it.
func (p *program) failed(err error) int {
	var misused usageError
	var wrong *exchange.Misuse
	switch {
	case err == nil:
		return 0
	case errors.As(err, &misused), errors.As(err, &wrong):
		fmt.Fprintf(p.err, "accessdesk: %v\n", err)
		return 2
	}
	fmt.Fprintf(p.err, "accessdesk: %v\n", err)
	return 1
}

// usageError is a mistake of the caller: exit 2.
type usageError struct{ err error }

func (e usageError) Error() string { return e.err.Error() }
func (e usageError) Unwrap() error { return e.err }

func misuse(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// configure reads the configuration and lays the --db flag over it.
func (p *program) configure(c *commands) (configuration.Configuration, error) {
	config, err := configuration.Load(c.Config, p.environment)
	if err != nil {
		return config, usageError{err}
	}
	if _, err := publishers(config).Registers(nil); err != nil {
		return config, misuse("configuration: [registry.urls] %w", err)
	}
	if c.DB != "" && c.DB != config.Database.DSN {
		config.Database.DSN = c.DB
		if !p.hasVariable(checkpointsVariable) {
			config.Database.Checkpoints = notesOf(c.DB, config.Database.Checkpoints)
		}
		if !p.hasVariable(indexVariable) {
			config.Registry.Index = indexOf(c.DB, config.Registry.Index)
		}
	}
	if config.Database.DSN == demoDatabase { // its notes must not stand among those of a real desk
		config.Database.Checkpoints, config.Registry.Index = demoCheckpoints, demoIndex
	}
	return config, nil
}

// These name the folders of the notes and of the index, whatever the database.
const (
	checkpointsVariable = configuration.EnvironmentPrefix + "DATABASE_CHECKPOINTS="
	indexVariable       = configuration.EnvironmentPrefix + "REGISTRY_INDEX="
)

// hasVariable tells whether the environment sets a variable; the name ends with "=".
func (p *program) hasVariable(name string) bool {
	return slices.ContainsFunc(p.environment, func(v string) bool { return strings.HasPrefix(v, name) })
}

// notesOf is where the notes of a database stand that is not the configured one: a drill must leave the notes of the desk alone.
func notesOf(dsn, configured string) string {
	if !data.IsPostgres(dsn) {
		return filepath.Join(filepath.Dir(dsn), "checkpoints")
	}
	return configured + "-" + nameOf(dsn)
}

// indexOf is where the index of a database stands that is not the configured one: each index removes what is not its own.
func indexOf(dsn, configured string) string {
	if !data.IsPostgres(dsn) {
		return dsn + "-index"
	}
	return configured + "-" + nameOf(dsn)
}

// nameOf is the name of a PostgreSQL database as a part of the name of a folder.
func nameOf(dsn string) string {
	if address, err := url.Parse(dsn); err == nil && len(address.Path) > 1 {
		return url.PathEscape(address.Path[1:])
	}
	return "other"
}

// openDatabase opens the configured database, which must exist and be up to date: only serve and migrate make one.
func (p *program) openDatabase(ctx context.Context, dsn string) (*data.DB, error) {
	if !data.IsPostgres(dsn) {
		if _, err := os.Stat(dsn); err != nil {
			return nil, misuse("there is no database %s: start \"accessdesk serve\" once, or name another with --db", dsn)
		}
	}
	db, err := data.Open(ctx, dsn, p.now)
	if err != nil {
		return nil, err
	}
	if err := db.Ready(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("%w: run \"accessdesk migrate\"", err), db.Close())
	}
	return db, nil
}

type versionCommand struct{}

// Run prints the version that the build recorded.
func (versionCommand) Run(p *program) error {
	fmt.Fprintf(p.out, "accessdesk %s\n", version())
	return nil
}

// version is the module version of a release build, else the commit that Go recorded, else "development".
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "development"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return "development at " + s.Value[:min(12, len(s.Value))]
		}
	}
	return "development"
}

type configCommand struct {
	Check configCheckCommand `cmd:"" help:"Tell whether the configuration is fine, and what it comes to."`
}

type configCheckCommand struct{}

// Run reads the configuration as serve would.
func (configCheckCommand) Run(p *program, c *commands) error {
	config, err := p.configure(c)
	if err != nil {
		return err
	}
	engine := "SQLite file " + config.Database.DSN
	if data.IsPostgres(config.Database.DSN) {
		engine = "PostgreSQL"
	}
	mail := "written to " + config.Mail.Spool + ", nothing is sent"
	if config.Mail.Delivery == "smtp" {
		mail = fmt.Sprintf("sent through %s:%d (%s)", config.Mail.Host, config.Mail.Port, config.Mail.TLS)
	}
	fmt.Fprintf(p.out, "The configuration is fine.\n  address   %s, listening on %s\n  database  %s\n  mail      %s\n  keys      %s\n",
		config.Server.PublicURL, config.Server.Listen, engine, mail, config.Keys.Folder)
	return nil
}

type migrateCommand struct{}

// Run migrates, and makes the database if there is none.
func (migrateCommand) Run(ctx context.Context, p *program, c *commands) error {
	config, err := p.configure(c)
	if err != nil {
		return err
	}
	db, err := data.Open(ctx, config.Database.DSN, p.now)
	if err != nil {
		return err
	}
	defer db.Close()
	applied, err := db.Migrate(ctx)
	for _, name := range applied {
		fmt.Fprintln(p.out, name)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(p.err, "%d migrations applied; the schema is up to date\n", len(applied))
	return nil
}
