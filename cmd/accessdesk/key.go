package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"accessdesk/broker/account/key"
	"accessdesk/cmd/accessdesk/keyring"
	"accessdesk/data"
)

type keyCommand struct {
	Add    keyAddCommand    `cmd:"" help:"Make a key for a program that works in the name of a program manager, and print it."`
	List   keyListCommand   `cmd:"" help:"List the keys, without their secrets."`
	Revoke keyRevokeCommand `cmd:"" help:"End a key at once."`
}

type (
	keyAddCommand    struct{ keyring.Add }
	keyListCommand   struct{ keyring.List }
	keyRevokeCommand struct{ keyring.Revoke }
)

// Run makes the key.
func (k keyAddCommand) Run(ctx context.Context, p *program, c *commands) error {
	config, db, err := p.openConfigured(ctx, c)
	if err != nil {
		return err
	}
	defer db.Close()
	zone, err := time.LoadLocation(config.Brand.TimeZone)
	if err != nil {
		return err
	}
	last, err := k.LastDay(zone)
	if err != nil {
		return usageError{err}
	}
	var made key.Key
	var text string
	err = db.Write(ctx, func(tx *data.Tx) error {
		person, err := personAt(tx, k.Email)
		if err == nil {
			made, text, err = k.Make(tx, person, last)
		}
		return err
	})
	if err == nil {
		k.Print(p.out, p.err, made, text, last)
	}
	return readable(err)
}

// Run lists the keys.
func (k keyListCommand) Run(ctx context.Context, p *program, c *commands) error {
	config, db, err := p.openConfigured(ctx, c)
	if err != nil {
		return err
	}
	defer db.Close()
	var keys []keyring.Listed
	err = db.Read(ctx, func(tx *data.Tx) (err error) {
		keys, err = k.Read(tx)
		return err
	})
	if err != nil {
		return err
	}
	return k.Print(p.out, p.err, keys, config.Brand.TimeZone)
}

// Run ends the key.
func (k keyRevokeCommand) Run(ctx context.Context, p *program, c *commands) error {
	_, db, err := p.openConfigured(ctx, c)
	if err != nil {
		return err
	}
	defer db.Close()
	var ended key.Key
	err = db.Write(ctx, func(tx *data.Tx) (err error) {
		ended, err = k.End(tx)
		return err
	})
	if errors.Is(err, data.ErrNotFound) {
		return misuse("there is no key %q; \"accessdesk key list\" shows all", k.ID)
	}
	if err == nil {
		fmt.Fprintf(p.err, "The key %q does not work any more.\n", ended.Name)
	}
	return err
}
