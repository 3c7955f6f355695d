package logline

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// texts are such as need no escapes, mostly.
func texts(t *rapid.T, label string) string {
	if rapid.IntRange(0, 9).Draw(t, "plain "+label) > 0 {
		return rapid.StringMatching(`[a-z/:]{0,8}`).Draw(t, label)
	}
	return rapid.OneOf(rapid.StringMatching(`[ -~\x00-\x1f\x7f]{1,2}`), rapid.String(),
		rapid.SampledFrom([]string{`a "quoted" text`, `\`, "<a&b>", "\x7f", "\u2028", "año", "\xff", "line\nbreak"})).Draw(t, label)
}

// values are such as a request has, mostly.
func values(t *rapid.T) slog.Value {
	switch rapid.IntRange(0, 11).Draw(t, "kind") {
	case 0:
		return rapid.SampledFrom([]slog.Value{slog.BoolValue(true), slog.DurationValue(1500 * time.Millisecond), slog.GroupValue(), {},
			slog.GroupValue(slog.Int("status", 200)), slog.AnyValue(errors.New("no")), slog.TimeValue(time.Unix(1, 0)), slog.Uint64Value(1 << 63)}).Draw(t, "other")
	case 1, 2, 3:
		return slog.Float64Value(rapid.OneOf(rapid.Float64Range(0, 10), rapid.Float64(),
			rapid.SampledFrom([]float64{0, math.Copysign(0, -1), 1e-6, 9e-7, 1e6, 1e21, 1e22, 0.001, -12.5, math.MaxFloat64, math.SmallestNonzeroFloat64, math.Inf(1), math.NaN()})).Draw(t, "fraction"))
	case 4, 5, 6, 7:
		return slog.Int64Value(rapid.Int64().Draw(t, "number"))
	}
	return slog.StringValue(texts(t, "text"))
}

var clocks = rapid.OneOf(
	rapid.Map(rapid.Int64Range(0, 4e9), func(s int64) time.Time { return time.Unix(s, s%1e9).UTC() }),
	rapid.Map(rapid.Int64Range(-9e10, 4e11), func(s int64) time.Time { return time.Unix(s, 0).In(time.FixedZone("", -5*3600)) }),
	rapid.Just(time.Time{}),
)

// Any record is written as slog.JSONHandler writes it, byte for byte, with whatever was attached before.
func TestSameAsSlog(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		level := slog.Level(rapid.IntRange(-5, 9).Draw(t, "level"))
		record := slog.NewRecord(clocks.Draw(t, "time"), level, texts(t, "message"), 0)
		for range rapid.IntRange(0, 8).Draw(t, "attributes") {
			record.AddAttrs(slog.Attr{Key: texts(t, "key"), Value: values(t)})
		}
		var ours, theirs bytes.Buffer
		own := New(&ours, slog.LevelInfo)
		handlers := [2]slog.Handler{own, slog.NewJSONHandler(&theirs, nil)}
		with, group := rapid.Bool().Draw(t, "with"), rapid.Bool().Draw(t, "group")
		for i := range handlers {
			if with {
				handlers[i] = handlers[i].WithAttrs([]slog.Attr{slog.String("job", "mail")})
			}
			if group {
				handlers[i] = handlers[i].WithGroup("of")
			}
		}
		enabled := [2]bool{}
		for i, h := range handlers {
			enabled[i] = h.Enabled(context.Background(), level)
			if err := h.Handle(context.Background(), record); err != nil {
				t.Fatal(err)
			}
		}
		if err := own.Close(); err != nil {
			t.Fatal(err)
		}
		if enabled[0] != enabled[1] {
			t.Fatalf("level %s: enabled %t, want %t", level, enabled[0], enabled[1])
		}
		if ours.String() != theirs.String() {
			t.Fatalf("wrote\n%s, want\n%s", ours.String(), theirs.String())
		}
	})
}

// Each byte alone, as a message, a name and a text, each edge of a number and of a year: in records that are plain otherwise.
func TestEdgesSameAsSlog(t *testing.T) {
	var records []slog.Record
	add := func(at time.Time, message string, attr slog.Attr) {
		record := slog.NewRecord(at, slog.LevelInfo, message, 0)
		record.AddAttrs(slog.Int("status", 200), attr)
		records = append(records, record)
	}
	now := time.Date(2026, 11, 27, 20, 1, 2, 3000, time.UTC)
	for b := range 256 {
		text := string([]byte{'a', byte(b)})
		add(now, text, slog.Int("n", 1))
		add(now, "m", slog.String(text, "v"))
		add(now, "m", slog.String("k", text))
	}
	for _, number := range []float64{0, math.Copysign(0, -1), 1e-6, 9e-7, 999999.9, 1e6, 1e21, -12.5, 0.1 + 0.2, math.Inf(1), math.NaN()} {
		add(now, "m", slog.Float64("k", number))
	}
	for _, number := range []int64{0, -1, math.MinInt64, math.MaxInt64} {
		add(now, "m", slog.Int64("k", number))
	}
	for _, year := range []int{-1, 0, 1, 999, 1000, 9999, 10000} {
		add(time.Date(year, 1, 2, 3, 4, 5, 6, time.FixedZone("", -5*3600)), "m", slog.Int("k", 1))
	}
	for _, record := range records {
		var ours, theirs bytes.Buffer
		own := New(&ours, slog.LevelInfo)
		ourErr, theirErr := own.Handle(context.Background(), record), slog.NewJSONHandler(&theirs, nil).Handle(context.Background(), record)
		if err := own.Close(); err != nil {
			t.Fatal(err)
		}
		if ours.String() != theirs.String() || (ourErr == nil) != (theirErr == nil) {
			t.Errorf("wrote\n%q (%v), want\n%q (%v)", ours.String(), ourErr, theirs.String(), theirErr)
		}
	}
}

// The line of a request goes the short way, or nothing would be won.
func TestRequestIsPlain(t *testing.T) {
	if _, plain := appendPlain(nil, request()); !plain {
		t.Error("the line of a request is left to slog.JSONHandler")
	}
}

// Lines of many at once stand whole, and those of each in their order, whichever way they went.
func TestLinesStandWhole(t *testing.T) {
	var out bytes.Buffer // not safe for many at once by itself
	handler := New(&out, slog.LevelInfo)
	log := slog.New(handler)
	const each, times = 8, 200
	var all sync.WaitGroup
	for who := range each {
		all.Go(func() {
			for i := range times {
				switch i % 3 {
				case 0:
					log.Info("soon", "who", who, "i", i)
				case 1:
					log.Warn("now", "who", who, "i", i)
				default:
					log.Info("quoted \"", "who", who, "i", i)
				}
			}
		})
	}
	all.Wait()
	if err := handler.Close(); err != nil {
		t.Fatal(err)
	}
	next := [each]int{}
	for line := range strings.Lines(out.String()) {
		var got struct{ Who, I int }
		if err := json.Unmarshal([]byte(line), &got); err != nil {
			t.Fatalf("a line is %q: %v", line, err)
		}
		if got.I != next[got.Who] {
			t.Fatalf("after line %d of %d comes line %d", next[got.Who]-1, got.Who, got.I)
		}
		next[got.Who]++
	}
	for who, n := range next {
		if n != times {
			t.Errorf("%d has %d lines, want %d", who, n, times)
		}
	}
}

// A line is written without anything else happening, a warning before Handle returns, and after Close every line is.
func TestWhenLinesAreWritten(t *testing.T) {
	from, to := io.Pipe()
	log := slog.New(New(to, slog.LevelInfo))
	log.Info("alone")
	if line, err := bufio.NewReader(from).ReadString('\n'); err != nil || !strings.Contains(line, "alone") {
		t.Fatalf("read %q: %v", line, err)
	}

	var out bytes.Buffer
	handler := New(&out, slog.LevelInfo)
	log = slog.New(handler)
	log.Info("first")
	log.Warn("second")
	if got := out.String(); strings.Count(got, "\n") != 2 || strings.Index(got, "first") > strings.Index(got, "second") {
		t.Fatalf("after the warning the log is %q", got)
	}
	log.Info("third")
	for range 2 {
		if err := handler.Close(); err != nil || strings.Count(out.String(), "\n") != 3 {
			t.Fatalf("after the end the log is %q: %v", out.String(), err)
		}
	}
	if log.Info("fourth"); !strings.Contains(out.String(), "fourth") {
		t.Errorf("after the end a line is not written at once: %q", out.String())
	}
}

// A log that takes no lines for a while makes those who write them wait, once so many bytes stand in line. None is lost.
func TestSlowLog(t *testing.T) {
	out := &slow{open: make(chan struct{})}
	handler := New(out, slog.LevelInfo)
	log := slog.New(handler)
	line := strings.Repeat("a", 1000)
	log.Info(line) // may be on its way already
	waiting := func() int {
		handler.out.mutex.Lock()
		defer handler.out.mutex.Unlock()
		return len(handler.out.waiting)
	}
	for waiting() <= mostWaiting-2000 {
		log.Info(line) // does not wait
	}
	const more = 500
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range more {
			log.Info(line)
		}
	}()
	close(out.open)
	<-done
	if err := handler.Close(); err != nil {
		t.Fatal(err)
	}
	if out.most > mostWaiting+2000 || out.lines < more+60 {
		t.Errorf("%d lines, at most %d bytes in one piece, want %d and more, %d bytes", out.lines, out.most, more+60, mostWaiting)
	}
}

// slow takes nothing before it is open.
type slow struct {
	open        chan struct{}
	lines, most int
}

func (s *slow) Write(lines []byte) (int, error) {
	<-s.open
	s.lines, s.most = s.lines+bytes.Count(lines, []byte("\n")), max(s.most, len(lines))
	return len(lines), nil
}

// A warning that cannot be written is told.
func TestUnwritable(t *testing.T) {
	for _, text := range []string{"plain", "not\nplain"} {
		if err := New(broken{}, slog.LevelInfo).Handle(context.Background(), slog.NewRecord(time.Unix(1, 0), slog.LevelWarn, text, 0)); !errors.Is(err, io.ErrShortWrite) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

// request is a record as ui/web makes one for each request.
func request() slog.Record {
	record := slog.NewRecord(time.Now(), slog.LevelInfo, "request", 0)
	record.AddAttrs(slog.String("reference", "K7QF-2M9X-AB3D"), slog.String("method", "GET"), slog.String("route", "/programs/:slug"),
		slog.Int("status", 200), slog.Int("bytes", 12345), slog.Float64("milliseconds", 0.137))
	return record
}

// The two ways beside each other, into a file as when the desk runs.
func BenchmarkLine(b *testing.B) {
	for _, c := range []struct {
		name string
		make func(io.Writer) slog.Handler
	}{
		{"logline", func(w io.Writer) slog.Handler { return New(w, slog.LevelInfo) }},
		{"slog", func(w io.Writer) slog.Handler { return slog.NewJSONHandler(w, nil) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			file, err := os.Create(filepath.Join(b.TempDir(), "log"))
			if err != nil {
				b.Fatal(err)
			}
			defer file.Close()
			handler := c.make(file)
			b.ReportAllocs()
			for b.Loop() {
				_ = handler.Handle(context.Background(), request())
			}
		})
	}
}
