package api

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// writer writes JSON as encode does, in one pass: a list is asked for most and is the longest answer, and to look for its fields by
// reflection took longer than all the rest of it. TestListIsThatOfTheLibrary holds the two together.
type writer struct {
	text  []byte
	empty bool // nothing stands yet in what was begun last
}

func (w *writer) begin(bracket byte) {
	w.text = append(w.text, bracket)
	w.empty = true
}

func (w *writer) end(bracket byte) {
	w.text = append(w.text, bracket)
	w.empty = false
}

// next begins another part of what was begun last.
func (w *writer) next() {
	if !w.empty {
		w.text = append(w.text, ',')
	}
	w.empty = false
}

// name begins a field.
func (w *writer) name(name string) {
	w.next()
	w.text = append(w.text, '"')
	w.text = append(w.text, name...)
	w.text = append(w.text, `":`...)
}

func (w *writer) string(name, value string) {
	w.name(name)
	w.quote(value)
}

// filled writes a text that is left out when it is empty.
func (w *writer) filled(name, value string) {
	if value != "" {
		w.string(name, value)
	}
}

func (w *writer) number(name string, value int) {
	w.name(name)
	w.text = strconv.AppendInt(w.text, int64(value), 10)
}

func (w *writer) flag(name string, value bool) {
	w.name(name)
	w.text = strconv.AppendBool(w.text, value)
}

// instant writes a time that is left out when there is none.
func (w *writer) instant(name string, value *time.Time) {
	if value != nil {
		w.name(name)
		w.text = append(w.text, '"')
		w.text = value.AppendFormat(w.text, time.RFC3339Nano)
		w.text = append(w.text, '"')
	}
}

func (w *writer) texts(name string, all []string) {
	w.name(name)
	w.begin('[')
	for _, one := range all {
		w.next()
		w.quote(one)
	}
	w.end(']')
}

// quote writes a string. One that needs an escape is left to the library.
func (w *writer) quote(value string) {
	w.text = append(w.text, '"')
	at := len(w.text)
	w.text = append(w.text, value...)
	if escaped, wide := scan(w.text[at:]); escaped || wide && (!utf8.ValidString(value) || strings.ContainsAny(value, "\u2028\u2029")) {
		w.text = w.text[:at-1]
		w.escape(value)
		return
	}
	w.text = append(w.text, '"')
}

// A bit in each of eight bytes.
const (
	lows  = 0x0101010101010101
	highs = 0x8080808080808080
)

// scan tells whether a text has a byte that JSON wants escaped, and one that belongs to a wider character. It looks at eight bytes at
// once: of those below 128, taking n*lows away sets the high bit where a byte is less than n; and it borrows from the next byte only then.
func scan(text []byte) (escaped, wide bool) {
	var found, high uint64
	for ; len(text) >= 8; text = text[8:] {
		x := binary.LittleEndian.Uint64(text)
		quote, slash := x^('"'*lows), x^('\\'*lows)
		found |= (x-' '*lows)&^x | (quote-lows)&^quote | (slash-lows)&^slash
		high |= x
	}
	for _, c := range text {
		escaped = escaped || c < ' ' || c == '"' || c == '\\'
		high |= uint64(c)
	}
	return escaped || found&highs != 0, high&highs != 0
}

func (w *writer) escape(value string) {
	var quoted bytes.Buffer
	encoder := json.NewEncoder(&quoted)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil { // cannot be: every string is JSON
		panic(err)
	}
	w.text = append(w.text, bytes.TrimSuffix(quoted.Bytes(), []byte("\n"))...)
}

// perItem is what an offering takes beside its longest texts, in bytes, about.
const perItem = 650

// write writes a list.
func (l *list) write() []byte {
	offerings, room := l.Offerings, 200
	for i := range offerings {
		one := &offerings[i]
		room += perItem + len(one.Title) + len(one.Summary) + len(one.URL) + len(one.API) + len(one.StatusText) + len(one.CostText) + len(one.NextStep.Text)
	}
	w := writer{text: make([]byte, 0, room)}
	w.begin('{')
	w.string("catalog_version", l.CatalogVersion)
	w.number("total", l.Total)
	w.name("offerings")
	w.begin('[')
	for i := range offerings {
		w.item(&offerings[i])
	}
	w.end(']')
	w.filled("next_cursor", l.NextCursor)
	w.end('}')
	return append(w.text, '\n')
}

func (w *writer) item(i *item) {
	w.next()
	w.begin('{')
	w.string("slug", i.Slug)
	w.number("version", i.Version)
	w.string("hash", i.Hash)
	w.string("url", i.URL)
	w.string("api", i.API)
	w.string("title", i.Title)
	w.string("summary", i.Summary)
	w.name("provider")
	w.begin('{')
	w.string("slug", i.Provider.Slug)
	w.string("name", i.Provider.Name)
	w.flag("government", i.Provider.Government)
	w.filled("url", i.Provider.URL)
	w.end('}')
	w.string("kind", string(i.Kind))
	w.string("kind_text", i.KindText)
	w.string("status", string(i.Status))
	w.string("status_text", i.StatusText)
	w.flag("open", i.Open)
	w.nextStep(i.NextStep)
	w.window(i.Window)
	w.string("cost", string(i.Cost))
	w.string("cost_text", i.CostText)
	w.texts("sectors", i.Sectors)
	w.flag("criteria_published", i.Published)
	w.string("confidence", string(i.Confidence))
	w.string("checked_on", string(i.CheckedOn))
	w.filled("review_by", string(i.ReviewBy))
	if i.Notice != nil {
		w.name("notice")
		w.begin('{')
		w.string("text", i.Notice.Text)
		w.filled("source", i.Notice.Source)
		w.end('}')
	}
	w.end('}')
}

func (w *writer) nextStep(s step) {
	w.name("next_step")
	w.begin('{')
	w.string("step", string(s.Step))
	w.filled("hindrance", string(s.Hindrance))
	w.instant("watch", s.Watch)
	w.string("text", s.Text)
	w.end('}')
}

func (w *writer) window(of *window) {
	if of == nil {
		return
	}
	w.name("window")
	w.begin('{')
	w.instant("opens", of.Opens)
	w.instant("closes", of.Closes)
	w.filled("time_zone", of.TimeZone)
	if of.Seats != 0 {
		w.number("seats", of.Seats)
	}
	w.flag("waiting_list", of.WaitingList)
	w.end('}')
}
