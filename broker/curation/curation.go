// Package curation gives those who curate the catalog what stands in rooms above it: who the program managers are, and what is known of
// the organizations that use this desk. Every door to package publishing gets its desk here.
package curation

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/catalog"
	"accessdesk/catalog/publishing"
	"accessdesk/catalog/question"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/eligibility/registry/impact"
)

// Desk is the desk of package publishing. population gives the organizations of the loaded registers; nil leaves them out.
func Desk(d broker.Desk, population func(*data.Tx) (*impact.Population, error)) publishing.Desk {
	return publishing.Desk{Vocabulary: d.Vocabulary, Catalog: d.Catalog, Mail: d.Mail, Locales: d.Locales, Zone: d.Zone,
		Managers: Managers, Population: population,
		Profiles: func(tx *data.Tx, each func(string, eligibility.Profile)) error {
			return account.EachFacts(tx, d.Vocabulary, each)
		}}
}

// Managers lists the program managers who can sign in.
func Managers(tx *data.Tx) ([]publishing.Manager, error) {
	people, err := account.People(tx)
	if err != nil {
		return nil, fmt.Errorf("program managers: %w", err)
	}
	var all []publishing.Manager
	for _, p := range people {
		if p.StaffRole == account.ProgramManager && !p.Disabled {
			all = append(all, publishing.Manager{ID: p.ID, Email: p.Email, Name: p.Name, Lang: p.Lang})
		}
	}
	return all, nil
}

// Due publishes the drafts whose time has come. Whom they reach in the registers was counted when they were approved.
func Due(tx *data.Tx, d broker.Desk) error {
	_, err := publishing.Due(tx, Desk(d, nil))
	return err
}

// Renew offers the offering files that came with a newer program as drafts (publishing.Renew). The files are read only when they are not
// those that were compared last time. The log says of each file that is not ready what has to be mended before it can be published.
func Renew(ctx context.Context, db *data.DB, d broker.Desk, files fs.FS, log *slog.Logger) (count int, err error) {
	digest, err := digestOf(files)
	if err != nil {
		return 0, err
	}
	var read []*catalog.Offering
	var made []publishing.Draft
	var now time.Time
	err = db.Write(ctx, func(tx *data.Tx) (err error) {
		now = tx.Now
		made, err = publishing.Renew(tx, Desk(d, nil), digest, func() (_ []*catalog.Offering, err error) {
			read, err = catalog.ParseFiles(files)
			return read, err
		})
		return err
	})
	if err != nil {
		return 0, err
	}
	for _, draft := range made {
		if draft.State == catalog.StateDraft {
			tellUnready(log, d, read, draft, now)
		}
	}
	return len(made), nil
}

// tellUnready says what keeps a built-in file from being published.
func tellUnready(log *slog.Logger, d broker.Desk, read []*catalog.Offering, draft publishing.Draft, now time.Time) {
	if d.Zone != nil {
		now = now.In(d.Zone)
	}
	for _, o := range read {
		if o.Slug != draft.Slug {
			continue
		}
		for _, problem := range publishing.Problems(d.Vocabulary, o, now) {
			log.Warn("a built-in program is not ready to be published; it waits as a draft until a program manager mends it under Catalog",
				slog.String("program", o.Slug), slog.String("problem", problem.String()))
		}
	}
}

// FillBank gives a question bank that never held any question those that the published programs ask more than once.
func FillBank(ctx context.Context, db *data.DB, d broker.Desk) error {
	return db.Write(ctx, func(tx *data.Tx) error {
		live, err := d.Catalog.Snapshot(tx)
		if err == nil {
			_, err = question.Fill(tx, d.Vocabulary, live)
		}
		return err
	})
}

// digestOf is the SHA-256 over the names and texts of offering files.
func digestOf(files fs.FS) (string, error) {
	names, err := fs.Glob(files, "catalog/*.toml")
	if err != nil {
		return "", fmt.Errorf("built-in files: %w", err)
	}
	sum := sha256.New()
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return "", fmt.Errorf("built-in files: %w", err)
		}
		fmt.Fprintf(sum, "%s %d\n", name, len(text))
		sum.Write(text)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
