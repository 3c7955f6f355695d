package ui_test

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"accessdesk/ui"
	"accessdesk/ui/web"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// The benchmarks measure pages through the real router, on the catalog of the tests, without a network. bytes/page is what
// a browser gets.
func benchmarkPage(b *testing.B, address string, status int, headers func(*world) map[string]string) {
	w := openWorld(b)
	config := w.site.Config
	config.Log = slog.New(slog.DiscardHandler)
	site := need(web.New(w.DB, w.desk, w.site.Locales, config))(b)
	handler := need(ui.New(site))(b).Handler()
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
