package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"accessdesk/broker/doctor"
	"accessdesk/catalog"
	"accessdesk/catalog/upkeep"
	"accessdesk/catalog/upkeep/link"
	"accessdesk/cmd/accessdesk/configuration"
	"accessdesk/data"
)

// How the link check behaves: a few addresses in a run, which begins every minute at most, and a pause between two requests to one
// site. The whole catalog takes about an hour, once a week.
const (
	linksInRun = 8
	linkPause  = 5 * time.Second
)

// settings is what the configuration says of the listings.
func settings(c configuration.Catalog) upkeep.Settings {
	return upkeep.Settings{RecheckDays: c.RecheckDays, LinkCheck: c.LinkCheck, LinkHosts: c.LinkHosts}
}

// checkLinks asks the addresses of listings that are due. No transaction is open while one is asked.
func (b *parts) checkLinks(ctx context.Context, config link.Config, log *slog.Logger) error {
	var claimed []string
	err := b.db.Write(ctx, func(tx *data.Tx) error {
		snapshot, err := b.desk.Catalog.Snapshot(tx)
		if err != nil {
			return err
		}
		config.Hosts = settings(b.config.Catalog).Hosts(snapshot)
		claimed, err = upkeep.ClaimAddresses(tx, snapshot, config.Hosts, linksInRun)
		return err
	})
	if err != nil || len(claimed) == 0 {
		return err
	}
	config.Site = b.config.Server.PublicURL
	checker := link.New(config)
	var answers []link.Answer
	for _, address := range claimed {
		answer, err := checker.Ask(ctx, address)
		if err != nil { // out of time: what was learned is kept, the rest comes again
			log.Warn("link check stopped early", slog.Int("asked", len(answers)), slog.Any("error", err))
			break
		}
		answers = append(answers, answer)
	}
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
	defer cancel()
	return b.db.Write(keep, func(tx *data.Tx) error {
		return upkeep.KeepAnswers(tx, answers, catalog.DateOf(tx.Now.In(b.zone)))
	})
}

// linksFinding says whether the link check is on, for doctor.
func linksFinding(c configuration.Catalog) doctor.Finding {
	const area = "links"
	if !c.LinkCheck {
		return doctor.Finding{Area: area, Level: doctor.OK, Text: "Addresses of listings are not asked: [catalog] link_check is off."}
	}
	return doctor.Finding{Area: area, Level: doctor.OK, Text: fmt.Sprintf("Addresses of listings are asked about once a week; entries in [catalog] link_hosts: %d.", len(c.LinkHosts))}
}
