package ui_test

import (
	"bytes"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"accessdesk/ui"
	"accessdesk/ui/web"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// The benchmarks measure pages through the real router, on the catalog of the tests, without a network. bytes/page is what
// a browser gets.
func benchmarkPage(b *testing.B, address string, status int, headers func(*world) map[string]string) {
	w := openWorld(b, whole)
	handler := quiet(b, w).Handler()
	var request fasthttp.Request
	request.SetRequestURI(address)
	request.Header.SetHost(strings.TrimPrefix(w.base, "http://"))
	request.Header.Set(fiber.HeaderAcceptEncoding, "gzip")
	for name, value := range headers(w) {
		request.Header.Set(name, value)
	}
	ask := func(ctx *fasthttp.RequestCtx) {
		ctx.Init(&request, nil, nil)
		handler(ctx)
		if got := ctx.Response.StatusCode(); got != status {
			b.Fatalf("status %d, want %d\n%s", got, status, ctx.Response.Body())
		}
	}
	var ctx fasthttp.RequestCtx
	ask(&ctx)
	if tag := string(ctx.Response.Header.Peek(fiber.HeaderETag)); tag != "" && status == http.StatusNotModified {
		request.Header.Set(fiber.HeaderIfNoneMatch, tag)
	}
	b.ReportAllocs()
	for b.Loop() {
		var ctx fasthttp.RequestCtx
		ask(&ctx)
	}
	b.ReportMetric(float64(len(ctx.Response.Body())), "bytes/page")
}

// quiet is the site of a world without a log, which would only grow.
func quiet(b *testing.B, w *world) *fiber.App {
	config := w.site.Config
	config.Log = slog.New(slog.DiscardHandler)
	return need(ui.New(need(web.New(w.DB, w.desk, w.site.Locales, config))(b)))(b)
}

func nothingMore(*world) map[string]string { return nil }

// withCheck is a stranger whose check is under way.
func withCheck(w *world) map[string]string { return map[string]string{"Cookie": "check=" + w.check} }

// overSession has a session that is over, so the page is made each time, as a stranger's.
func overSession(*world) map[string]string { return map[string]string{"Cookie": "session=over"} }

// BenchmarkCachedPage is the list of programs, kept for strangers.
func BenchmarkCachedPage(b *testing.B) { benchmarkPage(b, "/programs", http.StatusOK, nothingMore) }

// BenchmarkNotModified is the list of programs for a browser that has it.
func BenchmarkNotModified(b *testing.B) {
	benchmarkPage(b, "/programs", http.StatusNotModified, func(*world) map[string]string { return map[string]string{"If-None-Match": "*"} })
}

// BenchmarkUncachedPage is the list of programs, made each time.
func BenchmarkUncachedPage(b *testing.B) { benchmarkPage(b, "/programs", http.StatusOK, overSession) }

// BenchmarkProgramPage is one program with its rules, made each time.
func BenchmarkProgramPage(b *testing.B) {
	benchmarkPage(b, "/programs/"+modelProgram, http.StatusOK, overSession)
}

// BenchmarkQuestionPage is one question of the check, with the standing of every program beside it.
func BenchmarkQuestionPage(b *testing.B) {
	benchmarkPage(b, "/check/q/population_served", http.StatusOK, withCheck)
}

// BenchmarkResultsPage is the results of a check, with every reason.
func BenchmarkResultsPage(b *testing.B) {
	benchmarkPage(b, "/check/results", http.StatusOK, withCheck)
}

// BenchmarkLoopback reads the list of programs over the loopback with several clients at once, which share the machine with
// the server: from the desk, and from a Fiber server that does nothing but send the same bytes. The second is the limit.
func BenchmarkLoopback(b *testing.B) {
	w := openWorld(b, whole)
	desk := quiet(b, w)
	var request fasthttp.RequestCtx
	request.Request.SetRequestURI("/programs")
	request.Request.Header.SetHost("127.0.0.1")
	request.Request.Header.Set(fiber.HeaderAcceptEncoding, "gzip")
	desk.Handler()(&request)
	page := bytes.Clone(request.Response.Body())
	bare := fiber.New(fiber.Config{DisableStartupMessage: true})
	bare.Get("/programs", func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderContentEncoding, "gzip")
		c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
		return c.Send(page)
	})
	for name, app := range map[string]*fiber.App{"desk": desk, "bare": bare} {
		listener := need(net.Listen("tcp", "127.0.0.1:0"))(b)
		go func() { _ = app.Listener(listener) }()
		b.Cleanup(func() { _ = app.ShutdownWithTimeout(5 * time.Second) })
		b.Run(name, func(b *testing.B) {
			client := fasthttp.Client{MaxConnsPerHost: 64}
			defer client.CloseIdleConnections()
			b.SetParallelism(8)
			b.RunParallel(func(each *testing.PB) {
				var request fasthttp.Request
				var response fasthttp.Response
				request.SetRequestURI("http://" + listener.Addr().String() + "/programs")
				request.Header.Set(fiber.HeaderAcceptEncoding, "gzip")
				for each.Next() {
					if err := client.Do(&request, &response); err != nil || response.StatusCode() != http.StatusOK || len(response.Body()) != len(page) {
						b.Errorf("status %d, %d bytes, %v", response.StatusCode(), len(response.Body()), err)
						return
					}
				}
			})
		})
	}
}
