// Package exchange is what the commands catalog check, export and import do: tell what is wrong in files, write a catalog to files, and
// read one from files after showing what that changes.
package exchange

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"accessdesk/catalog"
	"accessdesk/catalog/exchange/bundle"
	"accessdesk/catalog/exchange/hsds"
	"accessdesk/catalog/publishing"
	"accessdesk/catalog/upkeep"
	"accessdesk/data"
	"accessdesk/data/locale"
	"accessdesk/eligibility"
)

// Desk is what the commands take from outside.
type Desk struct {
	Out, Err io.Writer
	Now      func() time.Time
	// InDatabase tells whether the caller named a database or a configuration; else the catalog is the built-in one.
	InDatabase bool
	BuiltIn    func(*eligibility.Vocabulary) (*catalog.Snapshot, error)
	// Open opens the configured database, and gives the name under which people know it.
	Open func(context.Context) (db *data.DB, name string, err error)
	// Curate is the door to publishing over that database.
	Curate func(*data.DB) (publishing.Desk, error)
	// Brand is the address of the desk and who runs it, as directories are told.
	Brand func() (address, operator string, err error)
	// Full finds the programs of which every place is taken.
	Full func(*data.Tx, []*catalog.Published) (map[string]bool, error)
}

// Misuse is an input or a use that is wrong: the caller's mistake, not the program's.
type Misuse struct{ Err error }

// Error is that of the mistake.
func (m *Misuse) Error() string { return m.Err.Error() }

// Unwrap gives the mistake itself.
func (m *Misuse) Unwrap() error { return m.Err }

// Misused says what the caller did wrong.
func Misused(format string, args ...any) error { return &Misuse{fmt.Errorf(format, args...)} }

// Write does something in the configured database, through the door to publishing.
func (d Desk) Write(ctx context.Context, do func(*data.Tx, publishing.Desk) error) error {
	db, _, err := d.Open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	curate, err := d.Curate(db)
	if err != nil {
		return err
	}
	return db.Write(ctx, func(tx *data.Tx) error { return do(tx, curate) })
}

// Manager finds the program manager by the address that a flag gives.
func Manager(tx *data.Tx, d publishing.Desk, flag, email string) (id string, err error) {
	all, err := d.Managers(tx)
	if err != nil {
		return "", err
	}
	for _, m := range all {
		if strings.EqualFold(m.Email, strings.TrimSpace(email)) {
			return m.ID, nil
		}
	}
	return "", Misused("%s %s is no program manager who can sign in (accessdesk user list shows who is)", flag, email)
}

// Refused gives what package publishing refuses about a program the words in which a person at a command line may read it.
func Refused(texts *locale.Locales, slug string, err error) error {
	var unready *publishing.NotReady
	var mistaken *Misuse
	switch refusals := data.Refusals(err); {
	case errors.As(err, &mistaken):
		return err
	case len(refusals) > 0:
		var said []string
		for _, refusal := range refusals {
			text := texts.In(locale.English).Fill("refusal."+refusal.Code, refusal.Args)
			if refusal.Field != "" {
				text = refusal.Field + ": " + text
			}
			said = append(said, text)
		}
		return Misused("%s: %s; nothing was changed", slug, strings.Join(said, "; "))
	case errors.As(err, &unready):
		said := plural(len(unready.Problems), "thing") + " to mend before this can be published; nothing was changed"
		for _, problem := range unready.Problems {
			said += "\n  " + problem.String()
		}
		return Misused("%s: %s", slug, said)
	case errors.Is(err, data.ErrConflict):
		return Misused("%s: somebody changed this meanwhile. Look at it again, then repeat the command; nothing was changed", slug)
	}
	return fmt.Errorf("%s: %w", slug, err)
}

// source is a published catalog, with what is known around it.
type source struct {
	snapshot *catalog.Snapshot
	upkeep   *upkeep.State
	changes  hsds.Changes
	full     map[string]bool
}

// load reads the published catalog: that of the database if the caller names one, else the built-in one. It says which.
func (d Desk) load(ctx context.Context, v *eligibility.Vocabulary) (*source, error) {
	if !d.InDatabase {
		fmt.Fprintln(d.Err, "using the built-in catalog (--db or --config uses a database)")
		snapshot, err := d.BuiltIn(v)
		return &source{snapshot: snapshot, upkeep: &upkeep.State{}}, err
	}
	db, name, err := d.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	fmt.Fprintf(d.Err, "using the catalog of the database %s\n", name)
	s := &source{}
	err = db.Read(ctx, func(tx *data.Tx) (err error) {
		if s.snapshot, err = catalog.NewCache(v).Snapshot(tx); err != nil {
			return err
		}
		if s.upkeep, err = upkeep.Load(tx); err != nil {
			return err
		}
		if s.changes, err = hsds.LoadChanges(tx); err != nil {
			return err
		}
		s.full, err = d.Full(tx, s.snapshot.Listed())
		return err
	})
	return s, err
}

// Nearest suggests the slug that was probably meant.
func Nearest(slug string, snapshot *catalog.Snapshot) string {
	var known []string
	for _, o := range snapshot.Offerings {
		known = append(known, o.Slug)
	}
	if near, ok := eligibility.Near(slug, known); ok {
		return fmt.Sprintf(". Did you mean %q?", near)
	}
	return ""
}

// english is the language of what commands print.
func english() (*locale.Localizer, error) {
	locales, err := locale.Bundle()
	if err != nil {
		return nil, err
	}
	return locales.In(locale.English), nil
}

// readable are the ends of names of files that hold a catalog; a folder may hold others.
var readable = []string{".toml", ".csv", ".xlsx", ".json", ".zip"}

// readFiles reads files, and of folders the files in them.
func readFiles(names []string) ([]bundle.File, error) {
	var files []bundle.File
	for _, name := range names {
		info, err := os.Stat(name)
		if err != nil {
			return nil, Misused("%w", err)
		}
		inside := []string{name}
		if info.IsDir() {
			if inside, err = filesOf(name); err != nil {
				return nil, err
			}
		}
		for _, name := range inside {
			data, err := readFile(name)
			if err != nil {
				return nil, err
			}
			files = append(files, bundle.File{Name: name, Data: data})
		}
	}
	return files, nil
}

func filesOf(folder string) ([]string, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, Misused("%w", err)
	}
	var names []string
	for _, entry := range entries {
		if entry.Type().IsRegular() && slices.Contains(readable, strings.ToLower(filepath.Ext(entry.Name()))) && entry.Name() != "datapackage.json" {
			names = append(names, filepath.Join(folder, entry.Name()))
		}
	}
	if len(names) == 0 {
		return nil, Misused("the folder %s holds no file of a catalog (%s)", folder, strings.Join(readable, ", "))
	}
	return names, nil
}

// readFile reads a file; one that is too large only so far that this shows.
func readFile(name string) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, Misused("%w", err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, bundle.MostBytes+1))
	if err != nil {
		return nil, Misused("%w", err)
	}
	return data, nil
}

// plural writes a count with its English noun.
func plural(count int, noun string) string {
	if count == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", count, noun)
}
