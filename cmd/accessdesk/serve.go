package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"runtime/debug"
	"sync"
	"syscall"
	"time"

	"accessdesk/catalog/reference"
	"accessdesk/catalog/upkeep/link"
	"accessdesk/cmd/accessdesk/configuration"
	"accessdesk/cmd/accessdesk/heap"
	"accessdesk/cmd/accessdesk/logline"
	"accessdesk/cmd/accessdesk/register"
	"accessdesk/data"
	"accessdesk/eligibility/registry"
	"accessdesk/notify"
	"accessdesk/ui"
	"accessdesk/ui/web"

	"github.com/robfig/cron/v3"
)

type serveCommand struct {
	Demo   bool   `help:"Demonstration: var/demo.db, a made-up provider, no mail is sent."`
	Listen string `help:"Address and port to listen on (127.0.0.1:8080)." placeholder:"ADDR"`

	ready func(address string) // told the address when the server answers; for tests
}

// shutdownTime is how long running requests may finish after a signal.
const shutdownTime = 10 * time.Second

// Run serves until it is told to stop.
func (s serveCommand) Run(ctx context.Context, p *program, c *commands) error {
	config, err := s.configure(p, c)
	if err != nil {
		return err
	}
	heap.Start(p.environment)
	lines := s.lines(p)
	defer lines.Close()
	log := slog.New(lines)
	listener, err := net.Listen("tcp", config.Server.Listen)
	if err != nil {
		return unheard(config.Server.Listen, err)
	}
	defer listener.Close()
	b, server, links, err := s.open(ctx, p, config, log)
	if err != nil {
		return err
	}
	defer b.db.Close()
	defer b.desk.Registers.Close()
	mailer, err := b.mailer()
	if err != nil {
		return err
	}
	defer mailer.Close()
	schedule := b.schedule(ctx, mailer, log)
	schedule.Start()
	heap.Run(ctx, p.environment)
	s.greet(p, b, links)
	// The end, in this order: no new requests and the running ones finished; the schedule with its deliveries; a checkpoint over
	// what they did; the mail connection and the database (deferred above).
	err = s.listen(ctx, server, listener)
	<-schedule.Stop().Done()
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
	defer cancel()
	return errors.Join(err, b.checkpoint(closing))
}

// unheard says why nobody can be listened to on an address, and how to mend it.
func unheard(address string, err error) error {
	switch _, _, unread := net.SplitHostPort(address); {
	case unread != nil:
		return misuse("listen on %q: an address and a port are needed, like 127.0.0.1:8080, or :8080 for every address", address)
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("listen on %s: something listens there already (is another desk running? --listen names another port)", address)
	}
	return fmt.Errorf("listen on %s: %w (--listen or [server] listen must name an address of this machine)", address, err)
}

// configure applies the flags. The demonstration has its own database and mail folder, so that it can never touch a
// real one.
func (s serveCommand) configure(p *program, c *commands) (configuration.Configuration, error) {
	config, err := p.configure(c)
	if err != nil {
		return config, err
	}
	if s.Listen != "" {
		if config.Server.PublicURL == configuration.DefaultPublicURL(config.Server.Listen) {
			config.Server.PublicURL = configuration.DefaultPublicURL(s.Listen)
		}
		config.Server.Listen = s.Listen
	}
	if !s.Demo {
		return config, nil
	}
	if config.Database.DSN != configuration.Defaults().Database.DSN {
		return config, misuse("--demo has its own database, var/demo.db: leave out --db and [database] dsn")
	}
	config.Database.DSN, config.Database.Checkpoints, config.Registry.Index = demoDatabase, demoCheckpoints, demoIndex
	config.Mail.Delivery, config.Mail.Spool = "spool", demoMail
	config.Catalog.LinkCheck = false // nothing of a demonstration goes out
	if config.Brand.Operator == "" {
		config.Brand.Operator = demoOperator
	}
	return config, nil
}

// lines are the log, as lines of JSON to stderr. The demonstration keeps quiet about plain requests, so that its sign-in links
// stay in sight.
func (s serveCommand) lines(p *program) logline.Handler {
	level := slog.LevelInfo
	if s.Demo {
		level = slog.LevelWarn
	}
	return logline.New(p.err, level)
}

// open builds everything that serves.
func (s serveCommand) open(ctx context.Context, p *program, config configuration.Configuration, log *slog.Logger) (*parts, *ui.Server, demoLinks, error) {
	var links demoLinks
	if s.Demo {
		if err := p.dropOldDemo(ctx); err != nil {
			return nil, nil, nil, err
		}
		links = newDemoLinks()
	}
	b, err := p.openDesk(ctx, config)
	if err != nil {
		return nil, nil, nil, err
	}
	// The pages and the catalog know nothing of each other: each has a core.
	var server *ui.Server
	var making sync.WaitGroup
	var pagesErr error
	making.Go(func() { server, pagesErr = b.server(log, s.Demo, links) })
	err = b.fillCatalog(ctx, s.Demo)
	if err == nil && s.Demo {
		err = b.furnishDemo(ctx)
	}
	making.Wait()
	if err := errors.Join(err, pagesErr); err != nil {
		return nil, nil, nil, errors.Join(err, b.db.Close())
	}
	return b, server, links, nil
}

// openDesk opens or makes the database and migrates it.
func (p *program) openDesk(ctx context.Context, config configuration.Configuration) (*parts, error) {
	db, err := data.Open(ctx, config.Database.DSN, p.now)
	if err != nil {
		return nil, err
	}
	if _, err := db.Migrate(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	b, err := build(config, db)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return b, nil
}

// server makes the web server.
func (b *parts) server(log *slog.Logger, demo bool, links demoLinks) (*ui.Server, error) {
	site, err := b.site(log, demo, links)
	if err != nil {
		return nil, err
	}
	return ui.NewServer(site)
}

// site makes what the web server serves.
func (b *parts) site(log *slog.Logger, demo bool, links demoLinks) (*web.Site, error) {
	config := b.config
	contacts := make([]web.Contact, 0, len(config.Brand.Contacts))
	for _, k := range config.Brand.Contacts {
		contacts = append(contacts, web.Contact{Name: k.Name, Does: web.Text{En: k.En, Es: k.Es}, Phone: k.Phone, URL: k.URL})
	}
	library, err := reference.Standard(b.desk.Vocabulary)
	if err != nil {
		return nil, err
	}
	return web.New(b.db, b.desk, b.locales, web.Config{
		PublicURL: config.Server.PublicURL,
		Brand: web.Brand{Name: config.Brand.Name, Tagline: web.Text{En: config.Brand.TaglineEn, Es: config.Brand.TaglineEs},
			Operator: config.Brand.Operator, Government: config.Brand.Government, ReplyTo: config.Mail.ReplyTo},
		Contacts: contacts, Security: web.Security{Contacts: config.Security.Addresses(config.Mail.ReplyTo), Policy: config.Security.Policy}, Zone: b.zone,
		Limits: web.Limits{Body: config.Limits.BodyKB << 10, SignIn: config.Limits.SignIn, Check: config.Limits.Check, Machine: config.Limits.Machine,
			Timeout: time.Duration(config.Limits.TimeoutSeconds) * time.Second},
		Upkeep:  settings(config.Catalog),
		Proxies: config.Server.TrustedProxies, ProxyHeader: config.Server.ProxyHeader,
		Key: b.keys.web, Demo: demo, DemoLinks: links.tokens(), Log: log, Templates: ui.Templates(), Static: ui.Static(), Reference: library,
	})
}

// schedule is what runs by itself. The ticks only wake up; what is due is claimed from the database, so a missed tick
// loses nothing and two programs do nothing twice. SkipIfStillRunning stands outside Recover: the other way round a
// panic would keep the job's token and it would never run again (measured with cron 3.0.1).
func (b *parts) schedule(ctx context.Context, mailer notify.Mailer, log *slog.Logger) *cron.Cron {
	logger := cronLogger{log}
	c := cron.New(cron.WithLocation(time.UTC), cron.WithLogger(logger),
		cron.WithChain(cron.SkipIfStillRunning(cron.DiscardLogger), cron.Recover(logger)))
	job := func(name string, every time.Duration, run func(context.Context) error) {
		c.Schedule(cron.Every(every), cron.FuncJob(func() {
			ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
			defer cancel()
			if err := run(ctx); err != nil && !errors.Is(err, context.Canceled) {
				log.Error("job failed", slog.String("job", name), slog.Any("error", err))
			}
		}))
	}
	job("work", time.Minute, func(ctx context.Context) error { return b.work(ctx, log) })
	// People wait for a sign-in link, so mail leaves within seconds.
	job("deliver", 3*time.Second, func(ctx context.Context) error { return b.deliver(ctx, mailer, log) })
	job("checkpoint", time.Hour, b.checkpoint)
	job("prune", time.Hour, b.prune)
	job("index", time.Minute, func(ctx context.Context) error { return b.refreshIndex(ctx, log) })
	job("registers", time.Hour, func(ctx context.Context) error { return registry.CleanUp(ctx, b.db) })
	job("shares", time.Minute, func(ctx context.Context) error { return registry.CountShares(ctx, b.db, b.desk.Vocabulary) })
	if b.config.Registry.Sync { // one register at a time, so that each has all of a job's time
		job("sync", 10*time.Minute, func(ctx context.Context) error { return register.SyncDue(ctx, b.db, publishers(b.config), log) })
	}
	if b.config.Catalog.LinkCheck {
		job("links", time.Minute, func(ctx context.Context) error { return b.checkLinks(ctx, link.Config{Pause: linkPause}, log) })
	}
	return c
}

// prune removes what is over: sessions, keys of repeated forms, stop links.
func (b *parts) prune(ctx context.Context) error {
	return b.db.Write(ctx, func(tx *data.Tx) error {
		if err := web.Prune(tx); err != nil {
			return err
		}
		return notify.Prune(tx)
	})
}

// refreshIndex makes the index of the registers fit what is loaded: usually it does already.
func (b *parts) refreshIndex(ctx context.Context, log *slog.Logger) error {
	built, err := b.desk.Registers.Refresh(ctx, b.db, nil)
	if built {
		debug.FreeOSMemory() // building left garbage
		log.Info("the index of the registers was built")
	}
	return err
}

// cronLogger passes cron's errors (a panic in a job) on; its chatter about every tick is left out.
type cronLogger struct{ log *slog.Logger }

func (cronLogger) Info(string, ...any) {}

func (l cronLogger) Error(err error, message string, details ...any) {
	l.log.Error(message, append([]any{slog.Any("error", err)}, details...)...)
}

func (s serveCommand) listen(ctx context.Context, server *ui.Server, listener net.Listener) error {
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	if s.ready != nil {
		s.ready(listener.Addr().String())
	}
	debug.FreeOSMemory() // compiling rules and templates left garbage that running does not need
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	if err := server.Shutdown(shutdownTime); err != nil {
		return fmt.Errorf("shut down: %w", err)
	}
	return <-done
}

func (s serveCommand) greet(p *program, b *parts, links demoLinks) {
	fmt.Fprintf(p.out, "%s is ready: %s\n", b.config.Brand.Name, b.config.Server.PublicURL)
	if b.config.Mail.Delivery == "spool" {
		fmt.Fprintf(p.out, "Mail is written to %s%c and not sent.\n", b.config.Mail.Spool, os.PathSeparator)
	}
	links.print(p.out, b.config.Server.PublicURL)
	fmt.Fprintln(p.out, "Stop with Ctrl-C.")
}
