// Package body reads the JSON that programs send, strictly: one value, valid UTF-8, no name twice in an object, no more than Depth levels,
// numbers of a bounded length, no byte after the value. Where a lenient reader would guess, two readers could guess differently.
//
// What is wrong is told with its place as a JSON pointer in a URI fragment ("#/facts/sector"), as RFC 9457 recommends.
package body

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Depth is how deep objects and lists may be nested.
const Depth = 32

// numberLength is the most characters of a number: any that a program means is shorter.
const numberLength = 40

// Problem is what is wrong with a body, and where.
type Problem struct {
	Pointer string // "#" for the whole body
	Code    string // twice, deep, number, unknown, kind, syntax, trailing
	Name    string // of the member that stands twice or is unknown
	Want    string // what would be right: "an object", the known names, the place of a mistake of syntax
}

// Error is for logs.
func (p *Problem) Error() string {
	return fmt.Sprintf("body: %s: %s %s %s", p.Pointer, p.Code, p.Name, p.Want)
}

// Problems are all that is wrong with the members of a body.
type Problems []*Problem

// Error is for logs.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, one := range p {
		lines[i] = one.Error()
	}
	return strings.Join(lines, "\n")
}

// Pointer makes the place of a value from the names and numbers that lead to it.
func Pointer(steps ...any) string {
	var b strings.Builder
	b.WriteByte('#')
	for _, step := range steps {
		b.WriteByte('/')
		b.WriteString(escape(fmt.Sprint(step)))
	}
	return b.String()
}

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

// escape writes a step of a pointer so that it may stand in a fragment (RFC 6901, section 6).
func escape(step string) string {
	var b strings.Builder
	for _, c := range []byte(pointerEscapes.Replace(step)) {
		if c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || strings.IndexByte("-._~!$&'()*+,;=:@", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// Parse reads a body: map[string]any, []any, string, json.Number, bool or nil. The error is a *Problem.
func Parse(text []byte) (any, error) {
	if !utf8.Valid(text) {
		return nil, &Problem{Pointer: "#", Code: "syntax", Want: "UTF-8"}
	}
	r := reader{text: text, tokens: json.NewDecoder(bytes.NewReader(text))}
	r.tokens.UseNumber()
	value, err := r.value("#", 0)
	if err != nil {
		return nil, err
	}
	if _, err := r.tokens.Token(); !errors.Is(err, io.EOF) {
		return nil, &Problem{Pointer: "#", Code: "trailing"}
	}
	return value, nil
}

type reader struct {
	text   []byte
	tokens *json.Decoder
}

func (r reader) syntax(err error) error {
	at := r.tokens.InputOffset()
	var wrong *json.SyntaxError
	if errors.As(err, &wrong) {
		at = wrong.Offset
	}
	before := r.text[:min(int(at), len(r.text))]
	return &Problem{Pointer: "#", Code: "syntax", Want: "line " + strconv.Itoa(1+bytes.Count(before, []byte{'\n'}))}
}

func (r reader) value(pointer string, depth int) (any, error) {
	token, err := r.tokens.Token()
	if err != nil {
		return nil, r.syntax(err)
	}
	switch token := token.(type) {
	case json.Delim:
		if depth == Depth {
			return nil, &Problem{Pointer: pointer, Code: "deep", Want: strconv.Itoa(Depth)}
		}
		if token == '{' {
			return r.object(pointer, depth+1)
		}
		return r.list(pointer, depth+1)
	case json.Number:
		if len(token) > numberLength {
			return nil, &Problem{Pointer: pointer, Code: "number", Want: strconv.Itoa(numberLength)}
		}
	}
	return token, nil
}

func (r reader) object(pointer string, depth int) (any, error) {
	members := map[string]any{}
	for r.tokens.More() {
		token, err := r.tokens.Token()
		if err != nil {
			return nil, r.syntax(err)
		}
		name, ok := token.(string)
		if !ok {
			return nil, r.syntax(nil)
		}
		at := pointer + "/" + escape(name)
		if _, twice := members[name]; twice {
			return nil, &Problem{Pointer: at, Code: "twice", Name: name}
		}
		if members[name], err = r.value(at, depth); err != nil {
			return nil, err
		}
	}
	if _, err := r.tokens.Token(); err != nil {
		return nil, r.syntax(err)
	}
	return members, nil
}

func (r reader) list(pointer string, depth int) (any, error) {
	items := []any{}
	for r.tokens.More() {
		item, err := r.value(pointer+"/"+strconv.Itoa(len(items)), depth)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	if _, err := r.tokens.Token(); err != nil {
		return nil, r.syntax(err)
	}
	return items, nil
}

// Object reads a body that is an object with none but the given members. The error is a *Problem or Problems.
func Object(text []byte, known ...string) (map[string]any, error) {
	value, err := Parse(text)
	if err != nil {
		return nil, err
	}
	members, ok := value.(map[string]any)
	if !ok {
		return nil, &Problem{Pointer: "#", Code: "kind", Want: "an object"}
	}
	var wrong Problems
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if !slices.Contains(known, name) {
			wrong = append(wrong, &Problem{Pointer: Pointer(name), Code: "unknown", Name: name, Want: strings.Join(known, ", ")})
		}
	}
	if len(wrong) > 0 {
		return nil, wrong
	}
	return members, nil
}

// Text gives a member that is a text; "" if it is absent or null.
func Text(members map[string]any, name string) (string, error) {
	switch value := members[name].(type) {
	case nil:
		return "", nil
	case string:
		return value, nil
	}
	return "", &Problem{Pointer: Pointer(name), Code: "kind", Want: "a text"}
}
