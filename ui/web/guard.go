package web

import (
	"context"
	"log/slog"
	"net"
	"time"

	"accessdesk/ui/web/head"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/limiter"
)

// Guard stands before every route: it gives the request its reference, sets the security headers, and writes the
// access log. The log holds the pattern of the route, never the address itself, so that no token, no answer and no
// id of a case gets into it.
func (s *Site) Guard(c *fiber.Ctx) error {
	start := c.Context().Time()
	reference := head.NewReference()
	c.Locals(referenceKey, reference)
	s.head.Begin(&c.Response().Header, reference)
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
		now := time.Now()
		line := slog.NewRecord(now, slog.LevelInfo, "request", 0)
		line.AddAttrs(slog.String("reference", reference), slog.String("method", c.Method()), slog.String("route", route),
			slog.Int("status", c.Response().StatusCode()), slog.Int("bytes", bytes),
			slog.Float64("milliseconds", float64(now.Sub(start).Microseconds())/1000))
		_ = handler.Handle(context.Background(), line) // as Logger does: a log that cannot be written refuses nobody
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
