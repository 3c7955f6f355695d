// Package logline writes the log as lines of JSON, byte for byte as slog.JSONHandler does. Plain records, as each request leaves one, are
// put together with less work, and do not wait for the file: of the time that a kept page takes, its line in the log is an eighth
// otherwise (BenchmarkLine). Warnings and errors are written before Handle returns. All other records are left to slog.JSONHandler.
package logline

import (
	"context"
	"io"
	"log/slog"
	"strconv"
	"sync"
	"time"
)

// Handler is a slog.Handler.
type Handler struct {
	slog.Handler // for records that are not plain, and with attributes or groups before the record's own
	out          *queue
}

// New makes a handler that writes records of a level and above. Close it at the end.
func New(out io.Writer, level slog.Level) Handler {
	one := newQueue(out)
	return Handler{slog.NewJSONHandler(one, &slog.HandlerOptions{Level: level}), one}
}

// Close writes what was not written yet. The handler works on, without putting lines off.
func (h Handler) Close() error { return h.out.close() }

// lines are kept for the next records.
var lines = sync.Pool{New: func() any { return new(make([]byte, 0, 512)) }}

// Handle writes a record as a line, or leaves that to be done right after where it is less than a warning.
func (h Handler) Handle(ctx context.Context, record slog.Record) error {
	kept := lines.Get().(*[]byte)
	defer lines.Put(kept)
	line, plain := appendPlain((*kept)[:0], record)
	*kept = line
	if !plain {
		return h.Handler.Handle(ctx, record)
	}
	if record.Level < slog.LevelWarn {
		return h.out.later(line)
	}
	_, err := h.out.Write(line)
	return err
}

// appendPlain writes a record that has a time, texts that need no escapes, whole numbers, and fractions between 0.000001 and a
// million or 0; others not, and says so.
func appendPlain(line []byte, record slog.Record) ([]byte, bool) {
	if year := record.Time.Year(); record.Time.IsZero() || year < 1000 || year > 9999 || !isPlain(record.Message) {
		return line, false
	}
	line = append(line, `{"time":"`...)
	line = record.Time.AppendFormat(line, time.RFC3339Nano)
	line = append(line, `","level":"`...)
	line = append(line, record.Level.String()...)
	line = append(line, `","msg":"`...)
	line = append(line, record.Message...)
	line = append(line, '"')
	plain := true
	record.Attrs(func(a slog.Attr) bool {
		if plain = isPlain(a.Key); plain {
			line = append(append(append(line, `,"`...), a.Key...), `":`...)
			line, plain = appendValue(line, a.Value)
		}
		return plain
	})
	return append(line, "}\n"...), plain
}

func appendValue(line []byte, value slog.Value) ([]byte, bool) {
	switch value.Kind() {
	case slog.KindString:
		text := value.String()
		return append(append(append(line, '"'), text...), '"'), isPlain(text)
	case slog.KindInt64:
		return strconv.AppendInt(line, value.Int64(), 10), true
	case slog.KindFloat64:
		number := value.Float64()
		return strconv.AppendFloat(line, number, 'f', -1, 64), number == 0 || number >= 1e-6 && number < 1e6
	}
	return line, false
}

// isPlain tells whether a text stands in JSON as it is.
func isPlain(text string) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}
