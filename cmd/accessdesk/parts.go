package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"sync"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/agenda"
	"accessdesk/broker/curation"
	"accessdesk/broker/followup"
	"accessdesk/broker/recheck"
	"accessdesk/broker/record"
	"accessdesk/broker/record/checkpoint"
	"accessdesk/broker/reminder"
	"accessdesk/broker/report"
	"accessdesk/broker/seat"
	"accessdesk/catalog"
	"accessdesk/catalog/interest"
	"accessdesk/catalog/interest/alert"
	"accessdesk/catalog/search"
	"accessdesk/catalog/upkeep"
	"accessdesk/cmd/accessdesk/configuration"
	"accessdesk/data"
	"accessdesk/data/demo"
	"accessdesk/data/locale"
	"accessdesk/data/seed"
	"accessdesk/eligibility"
	"accessdesk/eligibility/registry"
	"accessdesk/eligibility/registry/index"
	"accessdesk/notify"
)

// parts are the built parts of the program that commands with a database share.
type parts struct {
	config  configuration.Configuration
	keys    secretKeys
	zone    *time.Location
	db      *data.DB
	locales *locale.Locales
	desk    broker.Desk
}

// build makes the parts around an open database, with the keys of this installation.
func build(config configuration.Configuration, db *data.DB) (*parts, error) {
	keys, err := loadKeys(config.Keys.Folder)
	if err != nil {
		return nil, err
	}
	return assemble(config, db, keys)
}

func assemble(config configuration.Configuration, db *data.DB, keys secretKeys) (*parts, error) {
	b := &parts{config: config, db: db, keys: keys}
	var err error
	if b.zone, err = time.LoadLocation(config.Brand.TimeZone); err != nil {
		return nil, err
	}
	// The texts with the mails, and the vocabulary, know nothing of each other: each has a core.
	var composer *notify.Composer
	var composing sync.WaitGroup
	var composeErr error
	composing.Go(func() {
		if b.locales, composeErr = locale.Bundle(); composeErr != nil {
			return
		}
		composer, composeErr = notify.NewComposer(notify.ComposerConfig{
			Locales: b.locales, Brand: config.Brand.Name, Operator: config.Brand.Operator, Government: config.Brand.Government,
			PublicURL: config.Server.PublicURL, From: config.Mail.From, ReplyTo: replyTo(config), Zone: b.zone, SealKey: b.keys.mail,
		})
	})
	vocabulary, err := eligibility.Standard()
	composing.Wait()
	if err := errors.Join(err, composeErr); err != nil {
		return nil, err
	}
	registers, err := index.Open(config.Registry.Index)
	if err != nil {
		return nil, err
	}
	b.desk = broker.Desk{Vocabulary: vocabulary, Catalog: catalog.NewCache(vocabulary), Search: search.New(vocabulary), Registers: registers, Shares: registry.NewShareCache(vocabulary), Mail: composer, Locales: b.locales, Zone: b.zone}
	return b, nil
}

// replyTo is the address that a person reads: the sender's unless configured.
func replyTo(config configuration.Configuration) string {
	return cmp.Or(config.Mail.ReplyTo, config.Mail.From)
}

// mailer is how mails leave: into files, or through a mail server.
func (b *parts) mailer() (notify.Mailer, error) {
	mail := b.config.Mail
	if mail.Delivery == "spool" {
		return notify.Spool{Dir: mail.Spool}, nil
	}
	policy := map[string]string{"starttls": notify.TLSMandatory, "implicit": notify.TLSImplicit, "none": notify.TLSNone}[mail.TLS]
	return notify.NewSMTP(notify.SMTPConfig{Host: mail.Host, Port: mail.Port, TLS: policy, Username: mail.Username, Password: mail.Password})
}

// work does what is due: reminders first, so that the mails that they queue leave in the same run. Then stored profiles are decided
// again, a few at a time, and checks are counted.
func (b *parts) work(ctx context.Context, log *slog.Logger) error {
	if _, err := curation.Renew(ctx, b.db, b.desk, seed.Files, log); err != nil {
		return err
	}
	if err := b.db.Write(ctx, b.due); err != nil {
		return err
	}
	_, err := recheck.Run(ctx, b.db, b.desk)
	return errors.Join(err, report.Count(ctx, b.db, b.desk, b.config.Retention.ReportMonths))
}

// due does everything that is due at the time of a transaction: acts first, so that nobody is reminded of what is over.
func (b *parts) due(tx *data.Tx) error {
	if err := curation.Due(tx, b.desk); err != nil {
		return err
	}
	if err := broker.Work(tx, b.desk); err != nil {
		return err
	}
	if _, err := followup.Due(tx, b.desk); err != nil {
		return err
	}
	reminders := reminder.Desk{Desk: b.desk, Zone: b.zone}
	if _, err := reminder.Due(tx, reminders); err != nil {
		return err
	} else if err := agenda.Keep(tx, reminders); err != nil {
		return err
	}
	_, err := interest.Due(tx, interest.Desk{Vocabulary: b.desk.Vocabulary, Catalog: b.desk.Catalog, Mail: b.desk.Mail, Locales: b.desk.Locales, Places: seat.All})
	if err != nil {
		return err
	}
	if _, err := alert.Due(tx, alert.Desk{Vocabulary: b.desk.Vocabulary, Catalog: b.desk.Catalog, Search: b.desk.Search, Mail: b.desk.Mail, Locales: b.desk.Locales,
		Places: seat.All}); err != nil {
		return err
	}
	return upkeep.Due(tx)
}

// deliver sends what is queued.
func (b *parts) deliver(ctx context.Context, mailer notify.Mailer, log *slog.Logger) error {
	result, err := notify.Deliver(ctx, b.db, b.desk.Mail, mailer, log)
	if result.Failed > 0 {
		log.Warn("mails were given up", slog.Int("mails", result.Failed))
	}
	return err
}

// checkpoint signs what the record holds now.
func (b *parts) checkpoint(ctx context.Context) error {
	_, err := checkpoint.Make(ctx, b.db, b.keys.record, b.config.Database.Checkpoints)
	return err
}

// fillCatalog compiles the catalog, so that the first visitor does not wait for it, and imports the built-in files
// into an empty one: the seed, and the demo offerings if asked for.
func (b *parts) fillCatalog(ctx context.Context, withDemo bool) error {
	var known int
	compile := func(tx *data.Tx) error {
		snapshot, err := b.desk.Catalog.Snapshot(tx)
		if err == nil {
			known = len(snapshot.Offerings)
		}
		return err
	}
	if err := b.db.Read(ctx, compile); err != nil || known > 0 {
		return errors.Join(err, curation.FillBank(ctx, b.db, b.desk))
	}
	offerings, err := seedOfferings(withDemo)
	if err != nil {
		return err
	}
	err = b.db.Write(ctx, func(tx *data.Tx) error {
		_, err := catalog.Import(tx, b.desk.Vocabulary, offerings, record.Seed)
		return err
	})
	if err != nil {
		return err
	}
	return errors.Join(b.db.Read(ctx, compile), curation.FillBank(ctx, b.db, b.desk))
}

// seedOfferings parses the offering files that are part of the program.
func seedOfferings(withDemo bool) ([]*catalog.Offering, error) {
	trees := []fs.FS{seed.Files}
	if withDemo {
		trees = append(trees, demo.Files)
	}
	var all []*catalog.Offering
	for _, tree := range trees {
		offerings, err := catalog.ParseFiles(tree)
		if err != nil {
			return nil, fmt.Errorf("built-in catalog: %w", err)
		}
		all = append(all, offerings...)
	}
	if len(all) == 0 {
		return nil, errors.New("the built-in catalog is empty")
	}
	return all, nil
}
