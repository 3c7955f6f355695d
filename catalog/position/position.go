// Package position finds the line of each key of a TOML file, so that a problem found long after parsing can be shown
// where it is to be mended. The TOML library keeps one position for each key name, which is the last one where a table
// is repeated.
//
// A place is named by its path: "criteria[2].title.es" is the Spanish title of the second [[criteria]], however the
// file writes it: as a table of its own, an inline table or a dotted key. Elements count from 1, as people do.
//
// Scan takes any text and never fails; of a text that is not TOML the places mean nothing. A text that nests deeper
// than Deepest is scanned to that line only, and should be refused before it reaches a parser.
package position

import (
	"cmp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Index is where the keys of a file stand.
type Index struct {
	text string
	keys map[string]place // by path
	deep int
}

// place is where a key and its value begin.
type place struct {
	line  int // line of the key, from 1
	value int // offset of the value in the text; -1 for a table header
}

// Deepest is how many tables and lists may stand inside each other. Offering files use four. Without a limit a small
// file of nothing but brackets could make the TOML library work for hours.
const Deepest = 16

// Scan finds the places in text, which need not be TOML.
func Scan(text string) *Index {
	s := &scanner{text: text, line: 1, keys: map[string]place{}, counts: map[string]int{}}
	s.document()
	return &Index{text: text, keys: s.keys, deep: s.deep}
}

// Line gives the line of a path, from 1, or, if the file does not have it, of the nearest table around it; 0 for a nil
// Index.
func (x *Index) Line(path string) int {
	if x == nil {
		return 0
	}
	for path != "" {
		if p, ok := x.keys[path]; ok {
			return p.line
		}
		path = path[:max(strings.LastIndexByte(path, '.'), strings.LastIndexByte(path, '['), 0)]
	}
	return 1
}

// Has tells whether the file holds the path.
func (x *Index) Has(path string) bool {
	if x == nil {
		return false
	}
	_, ok := x.keys[path]
	return ok
}

// TooDeep is the line at which the text nests deeper than Deepest; 0 if it nowhere does.
func (x *Index) TooDeep() int { return x.deep }

// Within maps a position inside the text value at path (line and column from 1, column in characters) to the line
// and column in the file, past the quotes and escapes with which the value is written.
func (x *Index) Within(path string, line, column int) (fileLine, fileColumn int) {
	if x == nil {
		return 0, 0
	}
	p, ok := x.keys[path]
	if !ok || p.value < 0 || p.value >= len(x.text) || line < 1 {
		return x.Line(path), 0
	}
	at := locate(x.text, p.value, line, column)
	before := x.text[:at]
	lineStart := strings.LastIndexByte(before, '\n') + 1
	return strings.Count(before, "\n") + 1, utf8.RuneCountInString(before[lineStart:]) + 1
}

// locate walks the string literal at offset start until its value has reached line and column.
func locate(text string, start, line, column int) int {
	quote, at := literalStart(text, start)
	basic := strings.HasPrefix(quote, `"`)
	atLine, atColumn := 1, 1
	for at < len(text) && !strings.HasPrefix(text[at:], quote) {
		size, newline, silent := unit(text[at:], basic)
		if !silent && (atLine == line && atColumn >= column || atLine > line) {
			break
		}
		switch {
		case silent:
		case newline:
			atLine, atColumn = atLine+1, 1
		default:
			atColumn++
		}
		at += size
	}
	return min(at, len(text))
}

// literalStart gives the quote of the literal at start and where its content begins.
func literalStart(text string, start int) (quote string, content int) {
	for _, quote := range []string{`"""`, `'''`} {
		if strings.HasPrefix(text[start:], quote) {
			content := start + len(quote)
			if strings.HasPrefix(text[content:], "\n") { // a newline right after the quotes is not part of the value
				content++
			}
			return quote, content
		}
	}
	return text[start : start+1], start + 1
}

// unit measures the next character of a literal as it is written. silent means that it adds nothing to the value.
func unit(rest string, basic bool) (size int, newline, silent bool) {
	if rest[0] == '\n' {
		return 1, true, false
	}
	if rest[0] != '\\' || !basic || len(rest) < 2 {
		_, size := utf8.DecodeRuneInString(rest)
		return size, false, false
	}
	switch rest[1] {
	case 'n':
		return 2, true, false
	case 'x':
		return min(4, len(rest)), false, false
	case 'u':
		return min(6, len(rest)), false, false
	case 'U':
		return min(10, len(rest)), false, false
	case ' ', '\t', '\n': // the end of the line and the indent of the next one are left out of the value
		trimmed := strings.TrimLeft(rest[1:], " \t\n")
		return len(rest) - len(trimmed), false, true
	}
	_, escaped := utf8.DecodeRuneInString(rest[1:])
	return 1 + escaped, false, false
}

// scanner walks through a TOML text and notes where each key stands. It takes no care of what the values mean, never
// fails, and always moves on, so that a text that is not TOML gives useless positions and nothing worse.
type scanner struct {
	text   string
	at     int
	line   int
	keys   map[string]place
	counts map[string]int // elements so far of each array of tables
	depth  int            // tables and lists around the present place
	deep   int            // see Index.TooDeep
}

func (s *scanner) document() {
	table := ""
	for {
		s.blank()
		switch {
		case s.at >= len(s.text):
			return
		case s.text[s.at] == '[':
			table = s.header()
		default:
			s.pair(table)
		}
	}
}

// enter tells whether the scan may go levels deeper; else it ends.
func (s *scanner) enter(levels int) bool {
	if s.depth+levels > Deepest {
		s.deep, s.at = cmp.Or(s.deep, s.line), len(s.text)
		return false
	}
	s.depth += levels
	return true
}

// blank skips white space, newlines and comments.
func (s *scanner) blank() {
	for s.at < len(s.text) {
		switch s.text[s.at] {
		case '\n':
			s.line++
			s.at++
		case ' ', '\t', '\r':
			s.at++
		case '#':
			end := strings.IndexByte(s.text[s.at:], '\n')
			if end < 0 {
				end = len(s.text) - s.at
			}
			s.at += end
		default:
			return
		}
	}
}

// spaces skips white space within a line.
func (s *scanner) spaces() {
	for s.at < len(s.text) && strings.IndexByte(" \t\r", s.text[s.at]) >= 0 {
		s.at++
	}
}

func (s *scanner) next(c byte) bool {
	if s.at < len(s.text) && s.text[s.at] == c {
		s.at++
		return true
	}
	return false
}

// header reads [a.b] or [[a.b]] and gives the path of the table it opens.
func (s *scanner) header() string {
	line := s.line
	s.next('[')
	array := s.next('[')
	parts := s.key()
	s.depth = 0
	if !s.enter(len(parts)) {
		return ""
	}
	s.next(']')
	s.next(']')
	path := ""
	for i, part := range parts {
		path = Join(path, part)
		last := i == len(parts)-1
		if last && array {
			s.note(path, line, -1)
			s.counts[path]++
		}
		if count := s.counts[path]; count > 0 {
			path = Element(path, count)
		}
		s.note(path, line, -1)
	}
	return path
}

// pair reads one key = value of the table.
func (s *scanner) pair(table string) {
	line, path := s.line, table
	parts := s.key()
	if !s.enter(len(parts)) {
		return
	}
	defer func() { s.depth -= len(parts) }()
	for i, part := range parts {
		path = Join(path, part)
		if i < len(parts)-1 {
			s.note(path, line, -1)
		}
	}
	s.spaces()
	if !s.next('=') {
		s.at++ // not a pair: go on behind it
		return
	}
	s.spaces()
	s.note(path, line, s.at)
	s.value(path)
}

// key reads a dotted key.
func (s *scanner) key() []string {
	var parts []string
	for {
		s.spaces()
		start := s.at
		if s.at < len(s.text) && (s.text[s.at] == '"' || s.text[s.at] == '\'') {
			s.quoted()
			parts = append(parts, strings.Trim(s.text[start:s.at], `"'`))
		} else {
			for s.at < len(s.text) && strings.IndexByte(" \t\r\n.=[]{},#\"'", s.text[s.at]) < 0 {
				s.at++
			}
			parts = append(parts, s.text[start:s.at])
		}
		s.spaces()
		if !s.next('.') {
			return parts
		}
	}
}

// value skips one value and notes the keys and elements inside it.
func (s *scanner) value(path string) {
	if s.at >= len(s.text) {
		return
	}
	switch s.text[s.at] {
	case '"', '\'':
		s.quoted()
	case '[':
		s.array(path)
	case '{':
		s.inlineTable(path)
	default:
		for s.at < len(s.text) && strings.IndexByte(",]}\n#", s.text[s.at]) < 0 {
			s.at++
		}
	}
}

func (s *scanner) array(path string) {
	if !s.enter(1) {
		return
	}
	defer func() { s.depth-- }()
	s.next('[')
	for count := 1; ; count++ {
		s.blank()
		if s.at >= len(s.text) || s.next(']') {
			return
		}
		before := s.at
		s.note(Element(path, count), s.line, s.at)
		s.value(Element(path, count))
		s.blank()
		s.next(',')
		if s.at == before {
			s.at++
		}
	}
}

func (s *scanner) inlineTable(path string) {
	s.next('{')
	for {
		s.blank()
		if s.at >= len(s.text) || s.next('}') {
			return
		}
		before := s.at
		s.pair(path)
		s.blank()
		s.next(',')
		if s.at == before {
			s.at++
		}
	}
}

// quoted skips a string of any of the four kinds and counts its lines.
func (s *scanner) quoted() {
	quote, content := literalStart(s.text, s.at)
	s.line += strings.Count(s.text[s.at:content], "\n")
	s.at = content
	basic := strings.HasPrefix(quote, `"`)
	for s.at < len(s.text) && !strings.HasPrefix(s.text[s.at:], quote) {
		size, _, _ := unit(s.text[s.at:], basic)
		s.line += strings.Count(s.text[s.at:s.at+size], "\n")
		s.at += size
	}
	s.at = min(s.at+len(quote), len(s.text))
	for extra := 0; len(quote) == 3 && extra < 2 && s.next(quote[0]); extra++ { // """" ends with a quote of its own
	}
}

// note keeps the first place of a path.
func (s *scanner) note(path string, line, value int) {
	if _, ok := s.keys[path]; !ok {
		s.keys[path] = place{line: line, value: value}
	}
}

// Join adds a key to the path of a table; the root has the path "".
func Join(table, key string) string {
	if table == "" {
		return key
	}
	return table + "." + key
}

// Element is the path of one item of a list, counting from 1.
func Element(path string, number int) string { return path + "[" + strconv.Itoa(number) + "]" }
