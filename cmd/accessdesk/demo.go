package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"accessdesk/broker/account"
	"accessdesk/broker/demonstration"
	"accessdesk/data"
)

// The demonstration's own places, below the working folder like everything else that the program makes.
const (
	demoDatabase = "var/demo.db"
	demoMail     = "var/demo-mail"

	demoCheckpoints = "var/demo-checkpoints"
	demoIndex       = "var/demo-index"
)

// demoOperator runs the demonstration where the configuration names nobody: the provider of its made-up programs.
const demoOperator = "Example Institute (fictional)"

// demoAge is how long a demonstration is kept: its dates are relative to its making, and an old one tells stories of
// the past only.
const demoAge = 14 * 24 * time.Hour

// demoLink is a printed sign-in link.
type demoLink struct{ role, email, token string }

// demoLinks are the printed sign-in links of a demonstration. They are made at each start, live in memory only, and work
// as often as one likes while the process runs.
type demoLinks []demoLink

func newDemoLinks() demoLinks {
	var links demoLinks
	for _, r := range demonstration.Roles() {
		token, _ := data.NewToken()
		links = append(links, demoLink{role: r.Name, email: r.Email, token: token})
	}
	return links
}

// tokens is the links as the web side takes them.
func (l demoLinks) tokens() map[string]string {
	if len(l) == 0 {
		return nil
	}
	tokens := map[string]string{}
	for _, link := range l {
		tokens[link.token] = link.email
	}
	return tokens
}

func (l demoLinks) print(w io.Writer, address string) {
	if len(l) == 0 {
		return
	}
	fmt.Fprintln(w, "\nThis is a demonstration with a made-up provider and made-up organizations. Sign in as:")
	for _, link := range l {
		fmt.Fprintf(w, "  %s\n    %s/signin/link?token=%s\n", link.role, address, link.token)
	}
	fmt.Fprintln(w, "The links work on this machine, as often as you like, until you stop the program.")
	fmt.Fprintln(w)
}

// furnishDemo puts people, cases and packets into a demonstration that has none yet.
func (b *parts) furnishDemo(ctx context.Context) error {
	err := b.db.Write(ctx, func(tx *data.Tx) error {
		people, err := account.People(tx)
		if err != nil || len(people) > 0 {
			return err
		}
		return demonstration.Furnish(tx, b.desk)
	})
	if err != nil {
		return fmt.Errorf("make the demonstration: %w", err)
	}
	return nil
}

// dropOldDemo removes a demonstration that is older than 14 days, and says so.
func (p *program) dropOldDemo(ctx context.Context) error {
	if _, err := os.Stat(demoDatabase); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	db, err := data.Open(ctx, demoDatabase, p.now)
	if err != nil {
		return err
	}
	made, err := db.Made(ctx)
	if err := errors.Join(err, db.Close()); err != nil {
		return fmt.Errorf("%s: %w (delete it to begin anew)", demoDatabase, err)
	}
	if p.now().Sub(made) < demoAge {
		return nil
	}
	files, err := filepath.Glob(demoDatabase + "*")
	if err != nil {
		return err
	}
	for _, file := range files {
		if err := os.Remove(file); err != nil {
			return err
		}
	}
	fmt.Fprintf(p.err, "The demonstration was more than 14 days old, so it was made anew.\n")
	return errors.Join(os.RemoveAll(demoMail), os.RemoveAll(demoCheckpoints), os.RemoveAll(demoIndex))
}
