package position

import (
	"regexp"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
)

func TestScanOfUnusualFiles(t *testing.T) {
	text := "# first [x]\n" +
		"title.en = \"a # b\" # c\n" + // 2
		"title . \"es\" = 'd'\n" + // 3
		"a = [ # four\n" + // 4
		"  1, # one\n" + // 5
		"  [ '[', ']' ],\n" + // 6
		"  { b = [\n" + // 7
		"\"\"\"\nx \\\" \"\" \\\n   y\"\"\"\"\" ], c = 2 },\n" + // 8 to 10
		"]\n" + // 11
		"[[ t . u ]] # twelve\n" + // 12
		"v = 2026-01-01 08:00:00Z\n" + // 13
		"[[t.u]]\n" + // 14
		"v = +1_0\n" + // 15
		"[t.u.w]\n" + // 16
		"x = inf"
	s := Scan(text)
	for path, line := range map[string]int{
		"title": 2, "title.en": 2, "title.es": 3, "a": 4, "a[1]": 5, "a[2]": 6, "a[2][2]": 6, "a[3]": 7, "a[3].b": 7,
		"a[3].b[1]": 8, "a[3].c": 10, "t.u": 12, "t.u[1]": 12, "t.u[1].v": 13, "t.u[2]": 14, "t.u[2].v": 15,
		"t.u[2].w": 16, "t.u[2].w.x": 17,
	} {
		if got, ok := s.keys[path]; !ok || got.line != line {
			t.Errorf("%s: line %d (known: %v), want %d", path, got.line, ok, line)
		}
	}
}

func TestWithin(t *testing.T) {
	text := strings.Join([]string{
		`a = "héllo wörld"`,
		`b = "x \" \u0041 z"`,
		`c = """`,
		`one`,
		`two three"""`,
		`d = """one \`,
		`   two"""`,
		`e = 'no \n escape'`,
		`f = "one\ntwo"`,
		`g = 5`,
	}, "\n") + "\n"
	s := Scan(text)
	tests := []struct {
		path         string
		line, column int // within the value
		want         string
	}{
		{"a", 1, 1, `héllo`},
		{"a", 1, 7, `wörld`},
		{"b", 1, 3, `\" `},
		{"b", 1, 5, `\u0041`},
		{"b", 1, 7, `z"`},
		{"c", 1, 1, "one\ntwo"},
		{"c", 2, 5, "three"},
		{"d", 1, 5, "two"},
		{"e", 1, 6, " escape"},
		{"f", 2, 1, "two"},
		{"f", 9, 9, `"`}, // beyond the value: its end
	}
	for _, test := range tests {
		line, column := s.Within(test.path, test.line, test.column)
		lines := strings.Split(text, "\n")
		rest := string([]rune(lines[line-1])[column-1:]) + "\n" + strings.Join(lines[line:], "\n")
		if !strings.HasPrefix(rest, test.want) {
			t.Errorf("%s %d:%d: got %d:%d, which is %.12q, want %q", test.path, test.line, test.column, line, column, rest, test.want)
		}
	}
	if line, column := s.Within("missing", 1, 1); line != 1 || column != 0 {
		t.Errorf("missing: %d:%d", line, column)
	}
	if !s.Has("a") || s.Has("missing") {
		t.Error("Has")
	}
	if line, _ := Scan("a =").Within("a", 1, 1); line != 1 {
		t.Errorf("no value: line %d", line)
	}
	var none *Index
	if line, column := none.Within("a", 1, 1); line != 0 || column != 0 {
		t.Errorf("no source: %d:%d", line, column)
	}
}

// FuzzScan: whatever TOML the library reads, the scanner knows a place for each of its keys and elements.
func FuzzScan(f *testing.F) {
	f.Add("a = 1\n[[t]]\nb = { c = [{ d = \"x\" }] }\n[t.e]\nf = false")
	f.Add("a.b.c = [[1, 2], { x = '''\ny''' }] # end")
	f.Add("[[a]]\n[[a.b]]\n[a.b.c]\nd = \"\"\"\\\n  x\\u0041\"\"\"\"\n[[a]]\n[a.b]\nc = { d.e = 1, d.f = [] }")
	f.Add("a = [ # x\n1, 1979-05-27 07:32:00, 07:32:00, inf, 0x1F, # y\n 'z', # ]\n]")
	f.Fuzz(func(t *testing.T, text string) {
		var tree map[string]any
		if Scan(text).TooDeep() > 0 {
			return
		}
		if _, err := toml.Decode(text, &tree); err != nil {
			return
		}
		s, lines := Scan(text), strings.Count(text, "\n")+1
		walk("", tree, func(path string) {
			p, ok := s.keys[path]
			if !ok {
				t.Fatalf("no place for %q in\n%s", path, text)
			}
			if p.line < 1 || p.line > lines || p.value > len(text) {
				t.Fatalf("%q stands at line %d of %d, offset %d", path, p.line, lines, p.value)
			}
			s.Within(path, 1, 1)
			s.Within(path, 3, 7)
		})
	})
}

var bare = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// walk calls visit for each path of a tree whose keys are all bare.
func walk(path string, value any, visit func(string)) {
	var items []any
	switch value := value.(type) {
	case map[string]any:
		for name, inner := range value {
			if bare.MatchString(name) {
				visit(Join(path, name))
				walk(Join(path, name), inner, visit)
			}
		}
	case []any:
		items = value
	case []map[string]any:
		for _, table := range value {
			items = append(items, table)
		}
	}
	for i, item := range items {
		visit(Element(path, i+1))
		walk(Element(path, i+1), item, visit)
	}
}
