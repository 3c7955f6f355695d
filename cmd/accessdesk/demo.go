package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/broker/record"
	"accessdesk/data"
	"accessdesk/eligibility"
)

// The demonstration's own places, below the working folder like everything else that the program makes.
const (
	demoDatabase = "var/demo.db"
	demoMail     = "var/demo-mail"

	demoCheckpoints = "var/demo-checkpoints"
)

// demoAge is how long a demonstration is kept: its dates are relative to its making, and an old one tells stories of
// the past only.
const demoAge = 14 * 24 * time.Hour

// demoLink is a printed sign-in link.
type demoLink struct{ role, email, token string }

// demoLinks are the printed sign-in links of a demonstration. They are made at each start, live in memory only, and work
// as often as one likes while the process runs.
type demoLinks []demoLink

func newDemoLinks() demoLinks {
	links := demoLinks{
		{role: "applicant, " + demoWater, email: "office@cedar-flats.example.org"},
		{role: "program manager", email: "programs@example-institute.example.org"},
		{role: "auditor", email: "audit@example-institute.example.org"},
	}
	for i := range links {
		links[i].token, _ = data.NewToken()
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

// furnishDemo puts people and a case into a demonstration that has none yet.
func (b *parts) furnishDemo(ctx context.Context, links demoLinks) error {
	err := b.db.Write(ctx, func(tx *data.Tx) error {
		people, err := account.People(tx)
		if err != nil || len(people) > 0 {
			return err
		}
		return furnish(tx, b.desk, links)
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
	return errors.Join(os.RemoveAll(demoMail), os.RemoveAll(demoCheckpoints))
}

// The organizations of the demonstration are plainly fictional.
const (
	demoWater       = "Cedar Flats Water District (fictional)"
	demoCooperative = "Harlow Creek Electric Cooperative (fictional)"
)

// furnish makes people in each role, a water district that has not applied yet, and a cooperative whose application
// waits for review.
func furnish(tx *data.Tx, d broker.Desk, links demoLinks) error {
	roles := []string{"", account.ProgramManager, account.Auditor}
	for i, link := range links {
		if roles[i] == "" {
			continue
		}
		if _, _, err := account.AddPerson(tx, link.email, roles[i], record.Seed); err != nil {
			return err
		}
	}
	water, err := account.AddApplicant(tx, links[0].email, "en", record.Seed)
	if err != nil {
		return err
	}
	if _, err := account.CreateOrganization(tx, water, demoWater); err != nil {
		return err
	}
	cooperative, err := account.AddApplicant(tx, "office@harlow-creek.example.org", "es", record.Seed)
	if err != nil {
		return err
	}
	organization, err := account.CreateOrganization(tx, cooperative, demoCooperative)
	if err != nil {
		return err
	}
	return applyForModel(tx, d, broker.PersonActor(cooperative), organization)
}

// applyForModel sends the cooperative's application for the demo model access.
func applyForModel(tx *data.Tx, d broker.Desk, actor broker.Actor, organization account.Organization) error {
	const program = "demo-model-access"
	facts := eligibility.Profile{
		"sector": eligibility.String("electric"), "additional_sectors": eligibility.Set(), "state_or_territory": eligibility.String("NM"),
		"ownership_type": eligibility.String("cooperative"), "mwh_sold_per_year": eligibility.Decimal(212_000), "meters": eligibility.Int(9_400),
		"authorised_targets_statement": eligibility.Bool(true), "has_ot": eligibility.Bool(true),
	}
	a, err := broker.Start(tx, d, actor, organization.ID, []string{program}, facts)
	if err != nil {
		return err
	}
	_, err = broker.SaveAnswers(tx, d, actor, a, program, a.Items[0].Revision, broker.Answers{
		"first_task":      {"Leer los registros del cortafuegos de una semana y decir qué conviene revisar primero."},
		"tasks":           {"logs", "settings"},
		"setup":           {"own_staff"},
		"control_systems": {"El modelo corre en una computadora de oficina que no llega a la red de control."},
		"user_count":      {"2"},
		"problem_contact": {"Oficina de sistemas", "office@harlow-creek.example.org", "555-0100"},
		"own_systems":     {"yes"},
		"accept_terms":    {"yes"},
	})
	if err != nil {
		return err
	}
	if a, err = broker.FindApplication(tx, actor, a.ID); err != nil {
		return err
	}
	results, err := broker.Submit(tx, d, actor, a, broker.Declarations())
	if err != nil {
		return err
	}
	for _, result := range results {
		if result.Refusal != nil {
			return fmt.Errorf("send %s: %w", result.Item.Slug, result.Refusal)
		}
	}
	return nil
}
