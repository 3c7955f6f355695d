package main

import (
	"context"
	"errors"
	"fmt"

	"accessdesk/broker/account"
	"accessdesk/broker/record"
	"accessdesk/data"
	"accessdesk/notify"
)

type userDisableCommand struct {
	Email    string `arg:"" help:"Email address of the account."`
	NewOwner string `placeholder:"EMAIL" xor:"owner" help:"Who becomes the owner of the organization that has no other owner than this person."`
	Anyway   bool   `xor:"owner" help:"Close the account at once, also if organizations are left without an owner. Name one later with \"user owner\"."`
}

// Run closes the account. What would leave an organization that nobody can manage is refused, until a new owner is named or
// --anyway says that it must be done at once, for example because somebody else reads the person's mail.
func (u userDisableCommand) Run(ctx context.Context, p *program, c *commands) error {
	return p.changePeople(ctx, c, func(tx *data.Tx, mail *notify.Composer) (string, error) {
		person, err := personAt(tx, u.Email)
		if err != nil {
			return "", err
		}
		only, err := account.OnlyOwned(tx, person)
		if err != nil {
			return "", err
		}
		if len(only) > 0 && !u.Anyway && (u.NewOwner == "" || len(only) > 1) { // one new owner for several organizations is seldom right
			return "", misuse("%s is the only owner of %s:\n%sMake somebody else an owner there first. For a single organization, add --new-owner EMAIL. To close the account at once, add --anyway.",
				person.Email, plural(len(only), "organization"), listOrganizations(only))
		}
		if _, err := account.DisableOwner(tx, mail, person.ID, u.NewOwner, record.Console); err != nil {
			return "", err
		}
		said := fmt.Sprintf("The account of %s is closed.\n", person.Email)
		for _, o := range only {
			if u.NewOwner != "" {
				said += fmt.Sprintf("%s is now the owner of %s. They sign in with that address.\n", u.NewOwner, o.Name)
			} else {
				said += fmt.Sprintf("%s has no owner now. To name one:\n  accessdesk user owner EMAIL --organization %s\n", o.Name, o.ID)
			}
		}
		return said, nil
	})
}

func listOrganizations(all []account.Organization) (lines string) {
	for _, o := range all {
		lines += fmt.Sprintf("  %s (%s)\n", o.Name, o.ID)
	}
	return lines
}

type userEnableCommand struct {
	Email string `arg:"" help:"Email address of the account."`
}

// Run opens the account.
func (u userEnableCommand) Run(ctx context.Context, p *program, c *commands) error {
	return p.changePeople(ctx, c, func(tx *data.Tx, _ *notify.Composer) (string, error) {
		person, err := personAt(tx, u.Email)
		if err == nil {
			err = account.SetDisabled(tx, person.ID, false, record.Console)
		}
		return fmt.Sprintf("The account of %s is open.\n", person.Email), err
	})
}

type userOwnerCommand struct {
	Email        string `arg:"" help:"Email address of the new owner."`
	Organization string `required:"" placeholder:"ID" help:"The organization, as \"user disable\" prints it."`
}

// Run names the owner.
func (u userOwnerCommand) Run(ctx context.Context, p *program, c *commands) error {
	return p.changePeople(ctx, c, func(tx *data.Tx, mail *notify.Composer) (string, error) {
		o, err := account.FindOrganization(tx, u.Organization)
		if errors.Is(err, data.ErrNotFound) {
			err = misuse("no organization has the id %s", u.Organization)
		}
		if err == nil {
			_, err = account.AppointOwner(tx, mail, o.ID, u.Email, record.Console)
		}
		return fmt.Sprintf("%s is now the owner of %s. They sign in with that address.\n", u.Email, o.Name), err
	})
}

// changePeople runs a change of people in a transaction of the configured database, and prints what it says afterwards.
func (p *program) changePeople(ctx context.Context, c *commands, change func(*data.Tx, *notify.Composer) (string, error)) error {
	config, db, err := p.openConfigured(ctx, c)
	if err != nil {
		return err
	}
	defer db.Close()
	b, err := build(config, db)
	if err != nil {
		return err
	}
	var said string
	err = db.Write(ctx, func(tx *data.Tx) (err error) {
		said, err = change(tx, b.desk.Mail)
		return err
	})
	if err == nil {
		fmt.Fprint(p.err, said)
	}
	return readable(err)
}

// personAt finds the account with an address.
func personAt(tx *data.Tx, email string) (account.Person, error) {
	person, err := account.FindPersonByEmail(tx, email)
	if errors.Is(err, data.ErrNotFound) {
		err = misuse("no account has the address %s; \"accessdesk user list\" shows all", email)
	}
	return person, err
}
