package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"accessdesk/broker/record/archive"
	"accessdesk/broker/record/checkpoint"
	"accessdesk/data"
)

type backupCommand struct {
	Dest string `arg:"" name:"dest" help:"File that does not exist yet, or a folder: there it gets a name with the time."`
}

// Help says what a backup is and what it is not.
func (backupCommand) Help() string {
	return `Copies everything that the database holds at one moment, while serve goes on. The backup is a SQLite file, also if the desk
runs on PostgreSQL, with a manifest beside it (.json): keep both. Nothing is overwritten.

The keys of this installation ([keys] folder) are not in it. Keep a copy of them in another place.`
}

// Run makes the backup and prints its path.
func (b backupCommand) Run(ctx context.Context, p *program, c *commands) error {
	config, db, err := p.openConfigured(ctx, c)
	if err != nil {
		return err
	}
	defer db.Close()
	keys, err := checkpoint.ReadKeys(config.Keys.Folder)
	if err != nil {
		return err
	}
	path, m, err := archive.Backup(ctx, archive.Source{DB: db, Keys: keys, Program: version()}, b.Dest)
	if path == "" {
		return err
	}
	fmt.Fprintln(p.out, path)
	fmt.Fprintf(p.err, "%s and %s in the record, schema %d, %d KiB. The keys in %s are not in it: keep a copy of them elsewhere.\n",
		plural(int(rowsOf(m)), "row"), plural(int(m.Record.Entries), "act"), m.Schema, (m.Bytes+1023)/1024, config.Keys.Folder)
	return err
}

func rowsOf(m archive.Manifest) (rows int64) {
	for _, count := range m.Rows {
		rows += count
	}
	return rows
}

type restoreCommand struct {
	Src string `arg:"" name:"src" type:"existingfile" help:"Backup file; its manifest (.json) must stand beside it."`
}

// Help says where a backup may go.
func (restoreCommand) Help() string {
	return `Brings a backup back into the configured database, or the one of --db, which must not exist yet or be empty. Stop serve before.
A backup of either kind of database goes into either kind. An older one is brought up to this program. The act is written into
the record; then everything is verified.

What was done after the backup is not in it: decisions, revoked grants, people who were removed. Do it again.`
}

// Run restores, then verifies.
func (r restoreCommand) Run(ctx context.Context, p *program, c *commands) error {
	config, err := p.configure(c)
	if err != nil {
		return err
	}
	place := archive.Place{DSN: config.Database.DSN, Keys: config.Keys.Folder, Notes: config.Database.Checkpoints, Now: p.now}
	done, err := archive.Restore(ctx, r.Src, place)
	if err != nil {
		return err
	}
	for _, name := range done.Migrations {
		fmt.Fprintf(p.err, "brought up to this program: %s\n", name)
	}
	m := done.Manifest
	fmt.Fprintf(p.err, "Restored the backup of %s (%s, %s in the record).\n",
		m.Taken.UTC().Format(time.RFC1123), plural(int(rowsOf(m)), "row"), plural(int(m.Record.Entries), "act"))
	if done.SetAside > 0 {
		fmt.Fprintf(p.err, "Acts after the backup are lost: %s of later times were moved to %s.\n", plural(done.SetAside, "signed note"), done.SetAsideTo)
	}
	db, err := data.Open(ctx, config.Database.DSN, p.now)
	if err != nil {
		return err
	}
	defer db.Close()
	keys, err := checkpoint.ReadKeys(config.Keys.Folder)
	if err != nil {
		return err
	}
	if !keys.CanSign() {
		fmt.Fprintf(p.err, "The keys of the old installation are not in %s. If you have a copy, put it there before you start serve; otherwise new ones are made, and private links in mails that wait will not work.\n", config.Keys.Folder)
	}
	return errors.Join(db.Ready(ctx), verifyCommand{}.report(ctx, p, db, keys, config.Database.Checkpoints))
}
