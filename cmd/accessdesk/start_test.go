package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"accessdesk/broker/record"
	"accessdesk/catalog"
	"accessdesk/cmd/accessdesk/configuration"
	"accessdesk/data"
)

// The start of the program: how long it takes to build everything on a database that exists. The catalog is going to be
// three times as large as when these were written, so they measure that too.

// fullDesk makes a demonstration database in a folder of its own that holds every built-in offering that many times. The
// copies have other slugs and other texts of their rules, so that each of them has to be compiled.
func fullDesk(t testing.TB, times int) (*program, configuration.Configuration) {
	t.Helper()
	t.Chdir(t.TempDir())
	p := &program{in: strings.NewReader(""), out: io.Discard, err: io.Discard, now: time.Now}
	if err := os.MkdirAll("var", 0o700); err != nil {
		t.Fatal(err)
	}
	config, err := serveCommand{Demo: true}.configure(p, &commands{})
	if err != nil {
		t.Fatal(err)
	}
	offerings, err := seedOfferings(true)
	if err != nil {
		t.Fatal(err)
	}
	var all []*catalog.Offering
	for n := range times {
		for _, o := range offerings {
			all = append(all, retold(o, n))
		}
	}
	db, err := data.Open(t.Context(), demoDatabase, p.now)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	b, err := build(config, db)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Write(t.Context(), func(tx *data.Tx) error {
		_, err := catalog.Import(tx, b.desk.Vocabulary, all, record.Seed)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	first, _, _, err := serveCommand{Demo: true}.open(t.Context(), p, config, slog.New(slog.DiscardHandler)) // furnishes it
	if err != nil {
		t.Fatal(err)
	}
	defer first.db.Close()
	return p, config
}

// retold is a copy of an offering that means the same and reads differently; copy 0 is the offering itself.
func retold(o *catalog.Offering, n int) *catalog.Offering {
	if n == 0 {
		return o
	}
	c := *o
	c.Slug = fmt.Sprintf("%s-%d", o.Slug, n)
	c.Criteria = slices.Clone(o.Criteria)
	for i := range c.Criteria {
		c.Criteria[i].Expr = fmt.Sprintf("(%s)%s", c.Criteria[i].Expr, strings.Repeat(" ", n))
	}
	c.Questions = slices.Clone(o.Questions)
	for i := range c.Questions {
		if c.Questions[i].When != "" {
			c.Questions[i].When += strings.Repeat(" ", n)
		}
	}
	return &c
}

// benchmarkStart builds everything that serve builds, on a database that exists.
func benchmarkStart(b *testing.B, times int) {
	p, config := fullDesk(b, times)
	b.ReportAllocs()
	for b.Loop() {
		parts, _, _, err := serveCommand{Demo: true}.open(context.Background(), p, config, slog.New(slog.DiscardHandler))
		if err != nil {
			b.Fatal(err)
		}
		if err := parts.db.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkStart is what the program does itself, on the built-in catalog.
func BenchmarkStart(b *testing.B) { benchmarkStart(b, 1) }

// BenchmarkStartThreefold is BenchmarkStart with three times the offerings.
func BenchmarkStartThreefold(b *testing.B) { benchmarkStart(b, 3) }

// benchmarkServe starts the program itself until it says that it is ready: a new process, with nothing warm.
func benchmarkServe(b *testing.B, times int) {
	fullDesk(b, times)
	var cpu time.Duration
	for b.Loop() {
		command := exec.Command("accessdesk", "serve", "--demo", "--listen", "127.0.0.1:0")
		command.Stderr = os.Stderr
		out, err := command.StdoutPipe()
		if err != nil {
			b.Fatal(err)
		}
		if err := command.Start(); err != nil {
			b.Fatal(err)
		}
		if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || !strings.Contains(line, "is ready") {
			b.Fatalf("%q, %v", line, err)
		}
		b.StopTimer()
		_ = command.Process.Signal(syscall.SIGTERM)
		_ = command.Wait()
		cpu += command.ProcessState.UserTime() + command.ProcessState.SystemTime()
		b.StartTimer()
	}
	b.ReportMetric(float64(cpu.Milliseconds())/float64(b.N), "cpu-ms/op")
}

// BenchmarkServe is a start as people see it, on the built-in catalog. cpu-ms/op is what the process used, to its end:
// it says more than the time when other programs use the machine.
func BenchmarkServe(b *testing.B) { benchmarkServe(b, 1) }

// BenchmarkServeThreefold is BenchmarkServe with three times the offerings.
func BenchmarkServeThreefold(b *testing.B) { benchmarkServe(b, 3) }
