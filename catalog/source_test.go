package catalog

import (
	"strings"
	"testing"
)

// Every value of the example carries its own line, found by looking for the text itself.
func TestSourceKnowsTheLineOfEachKey(t *testing.T) {
	o := parsed(t)
	tests := []struct{ path, text string }{
		{"slug", `slug = "pump-review"`},
		{"helper", `helper =`},
		{"helper.url", `helper =`},
		{"provider", `[provider]`},
		{"provider.url", `url = "https://example.org"` + "\n"},
		{"details.en", `en = """`},
		{"details.es", `es = """`},
		{"window.opens", `opens =`},
		{"apply", `[[apply]]`},
		{"apply[1]", `[[apply]]`},
		{"apply[1].subject.es", `subject =`},
		{"apply[1].fields[2]", `fields =`},
		{"apply[1].documents[1].en", `documents =`},
		{"apply[1].steps", `steps = [`},
		{"apply[1].steps[1].en", `{ en = "Send`},
		{"apply[1].steps[2]", `{ en = "Wait`},
		{"apply[2].mode", `mode = "in_app"`},
		{"criteria[1].id", `id = "small"`},
		{"criteria[2].id", `id = "long-stay"`},
		{"criteria[2].expr", `expr = '''`},
		{"criteria[2].citation", `citation = "Notice 7, section 3"`},
		{"questions[1].options[2].label.es", `{ value = "no"`},
		{"questions[2].when", `when =`},
		{"terms.safeguards[2]", `safeguards =`},
		{"tests[2].facts.meters", `facts = { sector = "drinking_water", population_served = 10001`},
		{"tests[6].facts.meters.max", `facts = { sector = "electric", meters = { over`},
		{"sources[1].read_on", `read_on =`},
		{"criteria[2].remedy.en", "[[criteria]]\nid = \"long-stay\""}, // absent: the table around it
		{"nothing", "# An invented offering"},
	}
	for _, test := range tests {
		if got, want := o.source.line(test.path), lineOf(t, test.text); got != want {
			t.Errorf("%s: line %d, want %d", test.path, got, want)
		}
	}
}

func TestSourceOfUnusualFiles(t *testing.T) {
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
	s := newSource("f", text)
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

func TestSourceWithin(t *testing.T) {
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
	s := newSource("f", text)
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
		line, column := s.within(test.path, test.line, test.column)
		lines := strings.Split(text, "\n")
		rest := string([]rune(lines[line-1])[column-1:]) + "\n" + strings.Join(lines[line:], "\n")
		if !strings.HasPrefix(rest, test.want) {
			t.Errorf("%s %d:%d: got %d:%d, which is %.12q, want %q", test.path, test.line, test.column, line, column, rest, test.want)
		}
	}
	if line, column := s.within("missing", 1, 1); line != 1 || column != 0 {
		t.Errorf("missing: %d:%d", line, column)
	}
	var none *source
	if line, column := none.within("a", 1, 1); line != 0 || column != 0 {
		t.Errorf("no source: %d:%d", line, column)
	}
}
