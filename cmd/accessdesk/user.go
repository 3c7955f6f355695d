package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"accessdesk/broker/account"
	"accessdesk/broker/record"
	"accessdesk/cmd/accessdesk/configuration"
	"accessdesk/data"
	"accessdesk/data/locale"
)

type userCommand struct {
	Add  userAddCommand  `cmd:"" help:"Add a person who runs the desk, and print a sign-in link."`
	List userListCommand `cmd:"" help:"List the people who know the desk."`

	Disable userDisableCommand `cmd:"" help:"Close an account: the person is signed out and cannot sign in again."`
	Enable  userEnableCommand  `cmd:"" help:"Open a closed account again."`
	Owner   userOwnerCommand   `cmd:"" help:"Name the owner of an organization that has none who can sign in."`
}

type userAddCommand struct {
	Email string `arg:"" help:"Work email address."`
	Role  string `required:"" enum:"program_manager,administrator,auditor" placeholder:"ROLE" help:"program_manager curates programs and decides; administrator also manages people; auditor reads everything and changes nothing."`
}

// Run adds the person. The link is the only output, so that a script can pass it on.
func (u userAddCommand) Run(ctx context.Context, p *program, c *commands) error {
	config, db, err := p.openConfigured(ctx, c)
	if err != nil {
		return err
	}
	defer db.Close()
	var person account.Person
	var token string
	err = db.Write(ctx, func(tx *data.Tx) (err error) {
		person, token, err = account.AddPerson(tx, u.Email, u.Role, record.Console)
		return err
	})
	if err != nil {
		return readable(err)
	}
	zone, err := time.LoadLocation(config.Brand.TimeZone)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.err, "%s is now %s. The link works once, until %s:\n",
		person.Email, roleNames[u.Role], db.Now().Add(account.InvitationTime).In(zone).Format("January 2, 2006, 3:04 PM MST"))
	fmt.Fprintf(p.out, "%s/signin/link?token=%s\n", config.Server.PublicURL, url.QueryEscape(token))
	return nil
}

var roleNames = map[string]string{"program_manager": "a program manager", "administrator": "an administrator", "auditor": "an auditor"}

// readable gives a refusal the words in which a person may read it; it is a mistake of the caller, so exit 2.
func readable(err error) error {
	var refusal *data.Refusal
	if !errors.As(err, &refusal) {
		return err
	}
	locales, loadErr := locale.Bundle()
	if loadErr != nil {
		return errors.Join(err, loadErr)
	}
	return misuse("%s", locales.In(locale.English).Fill("refusal."+refusal.Code, refusal.Args))
}

// openConfigured reads the configuration and opens its database, which must exist.
func (p *program) openConfigured(ctx context.Context, c *commands) (configuration.Configuration, *data.DB, error) {
	config, err := p.configure(c)
	if err != nil {
		return config, nil, err
	}
	db, err := p.openDatabase(ctx, config.Database.DSN)
	return config, db, err
}

type userListCommand struct {
	JSON bool `name:"json" help:"Print JSON for programs."`
}

// listedPerson is a person as user list prints them.
type listedPerson struct {
	ID       string `json:"id"`
	Email    string `json:"email"`
	Name     string `json:"name"`
	Lang     string `json:"lang"`
	Role     string `json:"role"` // "" for people who only apply
	Disabled bool   `json:"disabled"`
}

// Run lists everybody, staff and applicants.
func (u userListCommand) Run(ctx context.Context, p *program, c *commands) error {
	_, db, err := p.openConfigured(ctx, c)
	if err != nil {
		return err
	}
	defer db.Close()
	listed := []listedPerson{}
	err = db.Read(ctx, func(tx *data.Tx) error {
		people, err := account.People(tx)
		for _, one := range people {
			listed = append(listed, listedPerson{one.ID, one.Email, one.Name, one.Lang, one.StaffRole, one.Disabled})
		}
		return err
	})
	if err != nil {
		return err
	}
	if u.JSON {
		encoder := json.NewEncoder(p.out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(listed)
	}
	if len(listed) == 0 {
		fmt.Fprintln(p.err, `Nobody yet. Add the first person with "accessdesk user add EMAIL --role administrator".`)
		return nil
	}
	printPeople(p.out, listed)
	return nil
}

// printPeople prints a table.
func printPeople(out io.Writer, people []listedPerson) {
	width := len("EMAIL")
	for _, one := range people {
		width = max(width, len(one.Email))
	}
	row := func(email, role, name string) {
		fmt.Fprintln(out, strings.TrimRight(fmt.Sprintf("%-*s  %-26s  %s", width, email, role, name), " "))
	}
	row("EMAIL", "ROLE", "NAME")
	for _, one := range people {
		role := cmp.Or(one.Role, "applicant")
		if one.Disabled {
			role += " (disabled)"
		}
		row(one.Email, role, one.Name)
	}
}
