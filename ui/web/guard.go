package web

import (
	"context"
	"log/slog"
	"net"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/limiter"
)

// contentPolicy allows this site's own style sheet and pictures and nothing else: no script, no inline style, no
// frame. Pages must work so.
const contentPolicy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Guard stands before every route: it gives the request its reference, sets the security headers, and writes the
// access log. The log holds the pattern of the route, never the address itself, so that no token, no answer and no
// id of a case gets into it.
func (s *Site) Guard(c *fiber.Ctx) error {
	start := time.Now()
	reference := newReference()
	c.Locals(referenceKey, reference)
	s.setHeaders(c, reference)
	err := c.Next()
	if err != nil { // the error page is part of the request
		err = s.HandleError(c, err)
	}
	s.logAccess(c, reference, start)
	return err
}

// logAccess writes the line of a request.
func (s *Site) logAccess(c *fiber.Ctx, reference string, start time.Time) {
	route := "-"
	if known, ok := routeOf(c); ok {
		route = known.Path
	}
	bytes := -1 // a stream is still to be written
	if !c.Response().IsBodyStream() {
		bytes = len(c.Response().Body())
	}
	if handler := s.Log.Handler(); handler.Enabled(context.Background(), slog.LevelInfo) { // Logger would also look for its caller, which the line has not
		line := slog.NewRecord(time.Now(), slog.LevelInfo, "request", 0)
		line.AddAttrs(slog.String("reference", reference), slog.String("method", c.Method()), slog.String("route", route),
			slog.Int("status", c.Response().StatusCode()), slog.Int("bytes", bytes),
			slog.Float64("milliseconds", float64(time.Since(start).Microseconds())/1000))
		_ = handler.Handle(context.Background(), line) // as Logger does: a log that cannot be written refuses nobody
	}
}

// safeguards are on every answer, written as they go over the wire.
var safeguards = [][2][]byte{
	{[]byte("Content-Security-Policy"), []byte(contentPolicy)},
	{[]byte("X-Content-Type-Options"), []byte("nosniff")},
	{[]byte("X-Frame-Options"), []byte("DENY")},
	{[]byte("Referrer-Policy"), []byte("same-origin")}, // never tells another site an address; our own origin check needs it
	{[]byte("Permissions-Policy"), []byte("camera=(), geolocation=(), microphone=(), payment=(), usb=()")},
	{[]byte("Cross-Origin-Opener-Policy"), []byte("same-origin")},
	{[]byte("Cross-Origin-Resource-Policy"), []byte("same-origin")},
}

func (s *Site) setHeaders(c *fiber.Ctx, reference string) {
	for _, h := range safeguards {
		c.Response().Header.SetCanonical(h[0], h[1])
	}
	c.Set("X-Request-Id", reference)
	if s.secure {
		c.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
	}
}

// Limiters makes the rate limits. They count by address of the caller (an IPv6 caller by its /64), in memory: a
// coarse fence against floods; what must be exact is counted in the database.
func (s *Site) Limiters() map[Limit]fiber.Handler {
	return map[Limit]fiber.Handler{
		SignInLimit:  s.limiter(s.Limits.SignIn, 10*time.Minute),
		CheckLimit:   s.limiter(s.Limits.Check, time.Minute),
		MachineLimit: s.limiter(s.Limits.Machine, time.Minute),
	}
}

func (s *Site) limiter(most int, in time.Duration) fiber.Handler {
	return limiter.New(limiter.Config{
		Max:          most,
		Expiration:   in,
		KeyGenerator: func(c *fiber.Ctx) string { return callerNetwork(c.IP()) },
		LimitReached: func(c *fiber.Ctx) error { return fiber.ErrTooManyRequests },
	})
}

func callerNetwork(address string) string {
	ip := net.ParseIP(address)
	if ip == nil {
		return address
	}
	if ip.To4() != nil {
		return ip.String()
	}
	return ip.Mask(net.CIDRMask(64, 128)).String()
}

// Clock is the time for what a page says about its own session. It comes from the same clock as the transactions.
func (s *Site) Clock() time.Time { return s.DB.Now() }
