package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"strings"

	"accessdesk/broker/doctor"
	"accessdesk/catalog"
	"accessdesk/cmd/accessdesk/configuration"
	"accessdesk/cmd/accessdesk/register"
	"accessdesk/data"
	"accessdesk/notify"
)

type doctorCommand struct {
	JSON   bool   `name:"json" help:"Print JSON for programs."`
	MailTo string `placeholder:"ADDRESS" help:"Send a test mail to this address."`
}

// Help says what is looked at.
func (doctorCommand) Help() string {
	return `Looks at configuration, keys, database, disk, clock, texts, catalog, mail, record and backups. Changes nothing; sends a mail only
with --mail-to. Exit status 1 if there is a problem; warnings do not count. Run it as the user who runs serve.`
}

// examined is what --json prints.
type examined struct {
	OK       bool             `json:"ok"`
	Findings []doctor.Finding `json:"findings"`
}

// Run examines the installation.
func (d doctorCommand) Run(ctx context.Context, p *program, c *commands) error {
	if d.MailTo != "" {
		if _, err := notify.Address(d.MailTo); err != nil {
			return misuse("--mail-to %q is not an email address", d.MailTo)
		}
	}
	findings := d.examine(ctx, p, c)
	var err error
	if d.JSON {
		encoder := json.NewEncoder(p.out)
		encoder.SetIndent("", "  ")
		err = encoder.Encode(examined{OK: doctor.Healthy(findings), Findings: findings})
	} else {
		printFindings(p.out, findings)
	}
	if err == nil && !doctor.Healthy(findings) {
		err = errors.New("there are problems")
	}
	return err
}

func (d doctorCommand) examine(ctx context.Context, p *program, c *commands) []doctor.Finding {
	const area = "configuration"
	config, err := p.configure(c)
	if err != nil {
		return []doctor.Finding{{Area: area, Level: doctor.Problem, Text: err.Error(), Mend: "config.example.toml documents every key. The rest was not looked at."}}
	}
	findings := warnings(config)
	if len(findings) == 0 {
		findings = []doctor.Finding{{Area: area, Level: doctor.OK, Text: "The desk is " + config.Server.PublicURL + "."}}
	}
	findings = append(findings, linksFinding(config.Catalog), securityFinding(config))
	b := &parts{config: config}
	mailer, err := b.mailer()
	mail, _ := mailer.(doctor.Mail)
	if err != nil {
		findings = append(findings, doctor.Finding{Area: "mail", Level: doctor.Problem, Text: err.Error(), Mend: "See [mail] in config.example.toml."})
	}
	in := doctor.Installation{DSN: config.Database.DSN, Keys: config.Keys.Folder, Notes: config.Database.Checkpoints, Zone: config.Brand.TimeZone,
		Listen: config.Server.Listen, Mail: mail, MailName: fmt.Sprintf("%s:%d", config.Mail.Host, config.Mail.Port), Spooled: config.Mail.Delivery == "spool",
		Canary: d.MailTo, From: config.Mail.From, ReplyTo: replyTo(config), Now: p.now,
		Parts: []doctor.Part{
			{Area: "texts", Fine: "Pages and mails are complete in both languages.", Mend: "Install the program anew.", Check: func(db *data.DB) error { return checkTexts(config, db) }},
			{Area: "catalog", Fine: "Every published program compiles.", Mend: `"accessdesk verify" tells whether the database is damaged.`, Check: func(db *data.DB) error { return checkCatalog(config, db) }},
			{Look: func(db *data.DB) []doctor.Finding { return register.Examine(ctx, db, publishers(config)) }},
		}}
	if in.Spooled {
		in.MailName = config.Mail.Spool
	}
	return append(findings, doctor.Examine(ctx, in)...)
}

// warnings are settings that are allowed, but seldom meant.
func warnings(c configuration.Configuration) (findings []doctor.Finding) {
	warn := func(text, mend string) {
		findings = append(findings, doctor.Finding{Area: "configuration", Level: doctor.Warning, Text: text, Mend: mend})
	}
	address, err := url.Parse(c.Server.PublicURL)
	if err != nil {
		return nil // checked when it was read
	}
	host, _, _ := net.SplitHostPort(c.Server.Listen)
	if address.Scheme == "http" {
		warn("The desk can be used on this machine only ("+c.Server.PublicURL+").", `Put a proxy with TLS before it and set [server] public_url = "https://..."; deploy/ has examples.`)
	} else if len(c.Server.TrustedProxies) == 0 || c.Server.ProxyHeader == "" {
		warn("No proxy is trusted, so all visitors seem to come from one address and share its limits.", `Set [server] trusted_proxies and proxy_header as deploy/ shows.`)
	}
	if !configuration.Loopback(host) {
		warn("serve listens on "+c.Server.Listen+", without TLS: anybody in the network reaches it past the proxy.", `Set [server] listen = "127.0.0.1:8080", unless the proxy runs on another machine.`)
	}
	if c.Brand.Operator == "" {
		warn("Pages and mails do not say who runs this desk.", "Set [brand] operator.")
	}
	if c.Mail.Delivery == "smtp" && strings.HasSuffix(c.Mail.From, ".localdomain") {
		warn("Mails come from "+c.Mail.From+", which most servers refuse.", "Set [mail] from to an address of your domain.")
	}
	return findings
}

// securityFinding says whether strangers learn to whom they report a weakness of the desk.
func securityFinding(c configuration.Configuration) doctor.Finding {
	if contacts := c.Security.Addresses(c.Mail.ReplyTo); len(contacts) > 0 {
		return doctor.Finding{Area: "security", Level: doctor.OK, Text: "Weaknesses of this desk are reported to " + strings.Join(contacts, ", ") + " (/.well-known/security.txt)."}
	}
	return doctor.Finding{Area: "security", Level: doctor.Warning, Mend: "Set [security] contacts, or [mail] reply_to.",
		Text: "Nobody learns to whom to report a weakness of this desk: there is no /.well-known/security.txt."}
}

// checkTexts builds every page and mail as serve does at its start, with keys that are good for this only.
func checkTexts(c configuration.Configuration, db *data.DB) error {
	b, err := assemble(c, db, secretKeys{web: [32]byte{1}, mail: [32]byte{1}})
	if err != nil {
		return err
	}
	if _, err := b.server(slog.New(slog.DiscardHandler), false, nil); err != nil {
		return err
	}
	if problems := b.locales.Check(); len(problems) > 0 {
		return errors.New(strings.Join(problems, "; "))
	}
	return nil
}

// checkCatalog compiles the published programs; without a database, those that the program brings.
func checkCatalog(c configuration.Configuration, db *data.DB) error {
	b, err := assemble(c, db, secretKeys{web: [32]byte{1}, mail: [32]byte{1}})
	if err != nil {
		return err
	}
	if db == nil {
		offerings, err := seedOfferings(false)
		if err == nil {
			_, err = catalog.FromFiles(b.desk.Vocabulary, offerings)
		}
		return err
	}
	return db.Read(context.Background(), func(tx *data.Tx) error {
		_, err := b.desk.Catalog.Snapshot(tx)
		return err
	})
}

// printFindings prints a line for each finding, and below it what to do.
func printFindings(out io.Writer, findings []doctor.Finding) {
	width := 0
	for _, f := range findings {
		width = max(width, len(f.Area))
	}
	for _, f := range findings {
		fmt.Fprintf(out, "%-8s %-*s  %s\n", cmp.Or(map[doctor.Level]string{doctor.Problem: "PROBLEM"}[f.Level], string(f.Level)), width, f.Area, f.Text)
		if f.Mend != "" {
			fmt.Fprintf(out, "%-8s %-*s  To mend: %s\n", "", width, "", f.Mend)
		}
	}
}
