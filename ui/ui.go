// Package ui is the server and the route table: one line per route, with the policy that opens it.
//
// The pages stand in ui/templates, the style sheet and the icon in ui/static; both are part of the binary. What a
// page does stands in one file per act in ui/public and ui/check (no account needed), ui/desk (applicants) and ui/staff; how a
// request becomes a transaction and a page is ui/web.
package ui

import (
	"embed"
	"fmt"
	"io/fs"
	"net"
	"time"

	"accessdesk/ui/web"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/recover"
)

//go:embed templates static
var files embed.FS

// Templates are the pages.
func Templates() fs.FS { return folder("templates") }

// Static are the files that browsers fetch.
func Static() fs.FS { return folder("static") }

func folder(name string) fs.FS {
	sub, err := fs.Sub(files, name)
	if err != nil { // the name is a constant that go:embed checked
		panic(err)
	}
	return sub
}

// Time limits of a connection: a slow sender must not hold a connection for ever.
const (
	readTimeout  = 15 * time.Second
	writeTimeout = 30 * time.Second
	idleTimeout  = 60 * time.Second
)

// writeBuffer holds the headers and the gzipped bytes of most pages, so that they leave in one piece. A connection has one while it is
// open, of so many bytes.
const writeBuffer = 8 << 10

// New makes the server: every route of the table behind the guard.
func New(site *web.Site) (*fiber.App, error) {
	app := fiber.New(fiber.Config{
		AppName:               "accessdesk",
		DisableStartupMessage: true,
		// Strings of a request are copies: they are kept in transactions that may be repeated.
		Immutable:               true,
		CaseSensitive:           true,
		StrictRouting:           true,
		BodyLimit:               site.Limits.Body,
		ReadTimeout:             readTimeout,
		WriteTimeout:            writeTimeout,
		IdleTimeout:             idleTimeout,
		WriteBufferSize:         writeBuffer,
		ErrorHandler:            site.HandleError,
		EnableTrustedProxyCheck: true,
		TrustedProxies:          site.Proxies,
		ProxyHeader:             site.ProxyHeader,
		EnableIPValidation:      true,
	})
	app.Use(site.Guard)
	app.Use(recover.New())
	if err := web.Register(app, Routes(site), site.Limiters()); err != nil {
		return nil, fmt.Errorf("routes: %w", err)
	}
	return app, nil
}

// Server is the web server as the command runs it, which knows nothing of Fiber.
type Server struct {
	app    *fiber.App
	silent silent
}

// NewServer makes the server of a site.
func NewServer(site *web.Site) (*Server, error) {
	app, err := New(site)
	if err != nil {
		return nil, err
	}
	return &Server{app: app}, nil
}

// Serve answers requests on the listener until Shutdown.
func (s *Server) Serve(listener net.Listener) error { return s.app.Listener(s.silent.listen(listener)) }

// Shutdown stops taking requests and waits until the running ones have ended, or the time is over.
func (s *Server) Shutdown(timeout time.Duration) error {
	s.silent.closeAll()
	return s.app.ShutdownWithTimeout(timeout)
}
