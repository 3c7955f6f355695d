package directory

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"

	"accessdesk/catalog"
)

// What stands twice and says two things is told: to take one of them would lose the other in silence.

// lineOf is the line of a place in a text, from 1.
func lineOf(data []byte, offset int64) int {
	return 1 + bytes.Count(data[:min(offset, int64(len(data)))], []byte("\n"))
}

// level is an object or a list of JSON while it is read.
type level struct {
	path  string
	lines map[string]int // of the keys so far; nil for a list
	key   string         // whose value comes next
	named bool           // a key was read, its value not yet
	count int            // of the items so far
}

// next is the path of the value that comes next.
func (l *level) next() string {
	if l.lines != nil {
		l.named = false
		return l.path + "/" + pointerEscapes.Replace(l.key)
	}
	l.count++
	return l.path + "/" + strconv.Itoa(l.count-1)
}

// twice tells of the keys that an object of a JSON file has twice. The file has been read before: it is JSON.
func (r *reader) twice(data []byte) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var levels []*level
	line, counted := 1, int64(0) // counted on, so that a long file is read through once
	for {
		token, err := decoder.Token()
		if err != nil {
			return
		}
		if end, ok := token.(json.Delim); ok && (end == '}' || end == ']') {
			levels = levels[:len(levels)-1]
			continue
		}
		path := ""
		if len(levels) > 0 {
			top := levels[len(levels)-1]
			if top.lines != nil && !top.named {
				line, counted = line+bytes.Count(data[counted:decoder.InputOffset()], []byte("\n")), decoder.InputOffset()
				top.key, top.named = token.(string), true
				r.known(top, line)
				continue
			}
			path = top.next()
		}
		switch token {
		case json.Delim('{'):
			levels = append(levels, &level{path: path, lines: map[string]int{}})
		case json.Delim('['):
			levels = append(levels, &level{path: path})
		}
	}
}

// known notes a key of an object, and tells if the object has it already.
func (r *reader) known(l *level, line int) {
	first, doubled := l.lines[l.key]
	if !doubled {
		l.lines[l.key] = line
		return
	}
	if len(r.mistakes) < mostTold {
		r.mistakes = append(r.mistakes, &catalog.FileError{File: r.file, Line: line, Key: l.path + "/" + pointerEscapes.Replace(l.key),
			Problem: fmt.Sprintf("the key %q is in line %d of this object already; keep one", l.key, first)})
	}
}

// distinct leaves out a service that a list by location repeats word for word, and tells of two different ones of one id.
func (r *reader) distinct(services []service) []service {
	first := map[string]service{}
	return slices.DeleteFunc(services, func(s service) bool {
		id := s.id("id")
		other, doubled := first[id]
		switch {
		case id == "":
		case !doubled:
			first[id] = s
		case s.located && other.located && same(s.object, other.object):
			return true
		default:
			r.wrong(s.place("id"), "%q is also the id of the service in %s; give each its own, or keep one", id, other.place(""))
		}
		return false
	})
}

// id is the id that an object has under a key, "" if there is none. Some directories count instead of writing a UUID.
func (o *object) id(key string) string {
	switch v := o.fields[key].(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}

// same tells whether two values of a file say the same.
func same(a, b any) bool {
	switch a := a.(type) {
	case *object:
		b, ok := b.(*object)
		if !ok || len(a.fields) != len(b.fields) {
			return false
		}
		for key, value := range a.fields {
			if other, has := b.fields[key]; !has || !same(value, other) {
				return false
			}
		}
		return true
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, same)
	}
	return reflect.DeepEqual(a, b)
}
