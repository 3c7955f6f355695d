package body_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"accessdesk/ui/api/body"
)

func TestParse(t *testing.T) {
	got, err := body.Parse([]byte(" {\"a\":[1,2.50,-3e2,null,true,\"x\\u00e1\"],\"b\":{}}\n"))
	want := map[string]any{"a": []any{json.Number("1"), json.Number("2.50"), json.Number("-3e2"), nil, true, "xá"}, "b": map[string]any{}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v %v", got, err)
	}
	deep := strings.Repeat("[", body.Depth) + strings.Repeat("]", body.Depth)
	if _, err := body.Parse([]byte(deep)); err != nil {
		t.Errorf("%d levels: %v", body.Depth, err)
	}
	for text, want := range map[string]string{
		"":                                      "body: #: syntax  line 1",
		"{":                                     "body: #: syntax  line 1",
		"{\n\"a\": nul}":                        "body: #: syntax  line 2",
		"{'a':1}":                               "body: #: syntax  line 1",
		`{"a":1,}`:                              "body: #: syntax  line 1",
		`{"a":01}`:                              "body: #: syntax  line 1",
		`{"a":NaN}`:                             "body: #: syntax  line 1",
		`{1:2}`:                                 "body: #: syntax  line 1",
		`[1 2]`:                                 "body: #: syntax  line 1",
		`{"a" 1}`:                               "body: #: syntax  line 1",
		"\xff":                                  "body: #: syntax  UTF-8",
		`{} {}`:                                 "body: #: trailing  ",
		`{}x`:                                   "body: #: trailing  ",
		`1 // one`:                              "body: #: trailing  ",
		`{"a":{"b/c":1,"b\u002fc":2}}`:          "body: #/a/b~1c: twice b/c ",
		`[{"ñ ":1,"ñ ":1}]`:                     "body: #/0/%C3%B1%20: twice ñ  ",
		"[" + deep + "]":                        "body: #" + strings.Repeat("/0", body.Depth) + ": deep  32",
		`{"n":` + strings.Repeat("1", 41) + `}`: "body: #/n: number  40",
	} {
		_, err := body.Parse([]byte(text))
		var problem *body.Problem
		if !errors.As(err, &problem) || err.Error() != want {
			t.Errorf("%q:\n got %v\nwant %s", text, err, want)
		}
	}
}

func TestObject(t *testing.T) {
	members, err := body.Object([]byte(`{"b":null,"a":"x"}`), "a", "b")
	if text, textErr := body.Text(members, "a"); err != nil || textErr != nil || text != "x" {
		t.Errorf("%v %v %v", members, err, textErr)
	}
	if text, err := body.Text(members, "b"); text != "" || err != nil {
		t.Errorf("null is %q, %v", text, err)
	}
	_, err = body.Object([]byte(`{"z":1,"a":2,"c":3}`), "a", "b")
	if err == nil || err.Error() != "body: #/c: unknown c a, b\nbody: #/z: unknown z a, b" {
		t.Errorf("%v", err)
	}
	if _, err = body.Object([]byte(`[]`), "a"); err == nil || err.Error() != "body: #: kind  an object" {
		t.Errorf("%v", err)
	}
	if _, err = body.Text(map[string]any{"a": true}, "a"); err == nil || err.Error() != "body: #/a: kind  a text" {
		t.Errorf("%v", err)
	}
}

// FuzzParse: what is taken is what a lenient reader takes too, and means the same.
func FuzzParse(f *testing.F) {
	for _, text := range []string{`{"a":[1,2.5e3,"x",null,true,{}]}`, `{"a":1,"a":2}`, `[[[[`, "\"\\ud800\"", `{"":{"~/":0}}`, `-0`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := body.Parse(text)
		if err != nil {
			var problem *body.Problem
			if !errors.As(err, &problem) || !strings.HasPrefix(problem.Pointer, "#") || problem.Code == "" {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		var lenient any
		if err := json.Unmarshal(text, &lenient); err != nil {
			if !strings.Contains(err.Error(), "cannot unmarshal number") {
				t.Fatalf("%q is taken, and is no JSON: %v", text, err)
			}
			return
		}
		again, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		var same any
		if err := json.Unmarshal(again, &same); err != nil || !reflect.DeepEqual(same, lenient) {
			t.Errorf("%q means %v, read as %s", text, lenient, again)
		}
	})
}
