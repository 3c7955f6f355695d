package hsds_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"accessdesk/catalog/exchange/hsds"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// description is the published OpenAPI document, as far as the tests look at it.
type description struct {
	OpenAPI string `json:"openapi"`
	Paths   map[string]map[string]struct {
		ID         string `json:"operationId"`
		Parameters []struct {
			Ref string `json:"$ref"`
		} `json:"parameters"`
		RequestBody struct {
			Content map[string]struct {
				Schema json.RawMessage `json:"schema"`
			} `json:"content"`
		} `json:"requestBody"`
		Responses map[string]struct {
			Content map[string]struct {
				Schema json.RawMessage `json:"schema"`
			} `json:"content"`
		} `json:"responses"`
	} `json:"paths"`
}

// describedAPI reads the document and compiles the schema at a place of it.
func describedAPI(t *testing.T, d *desk) (description, func(pointer string) *jsonschema.Schema) {
	t.Helper()
	text := d.get("/hsds/openapi.json").body
	tree, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	must(t, err)
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	must(t, compiler.AddResource("https://desk.example.org/hsds/openapi.json", tree))
	return parse[description](t, text), func(pointer string) *jsonschema.Schema {
		t.Helper()
		compiled, err := compiler.Compile("https://desk.example.org/hsds/openapi.json#" + pointer)
		must(t, err)
		return compiled
	}
}

// TestDescriptionIsWhole holds that every reference of the document leads to something in it, that nothing is there for nothing, and that no
// two operations share a name.
func TestDescriptionIsWhole(t *testing.T) {
	d := openDesk(t)
	text := d.get("/hsds/openapi.json").body
	document, _ := describedAPI(t, d)
	tree := parse[map[string]any](t, text)
	used := map[string]bool{}
	for _, match := range regexp.MustCompile(`"\$ref":"#/([^"]+)"`).FindAllStringSubmatch(text, -1) {
		used[match[1]] = true
		var node any = tree
		for step := range strings.SplitSeq(match[1], "/") {
			members, _ := node.(map[string]any)
			if node = members[step]; node == nil {
				t.Errorf("%s leads nowhere", match[1])
				break
			}
		}
	}
	for group, members := range tree["components"].(map[string]any) {
		for name := range members.(map[string]any) {
			if !used["components/"+group+"/"+name] {
				t.Errorf("nothing uses components/%s/%s", group, name)
			}
		}
	}
	ids := map[string]bool{}
	for path, methods := range document.Paths {
		for method, operation := range methods {
			if ids[operation.ID] || operation.ID == "" {
				t.Errorf("%s %s: the name %q stands twice", method, path, operation.ID)
			}
			ids[operation.ID] = true
		}
	}
	if document.OpenAPI != "3.1.0" || len(ids) != 17 {
		t.Errorf("OpenAPI %s with %d operations", document.OpenAPI, len(ids))
	}
}

// examples are right values of every parameter.
var examples = map[string]string{
	"search": "scan", "page": "1", "per_page": "10", "format": "json", "taxonomy_term_id": hsds.TermID("kind", "scanning"), "taxonomy_id": hsds.TaxonomyID("kind"),
	"organization_id": hsds.OrganizationID("cisa"), "modified_after": "2026-01-01", "minimal": "true", "full": "true", "full_service": "true",
	"parent_id": hsds.TermID("sector", "critical_infrastructure"), "top_only": "true", "postcode": "43001", "proximity": "1000", "lang": "es",
}

// TestEveryParameterIsDescribed holds that every operation takes the parameters that the document gives it, and no other one.
func TestEveryParameterIsDescribed(t *testing.T) {
	d := openDesk(t)
	document, _ := describedAPI(t, d)
	filled := strings.NewReplacer("services/{id}", "services/"+hsds.ServiceID("ms-isac"), "organizations/{id}", "organizations/"+hsds.OrganizationID("cisa"),
		"taxonomies/{id}", "taxonomies/"+hsds.TaxonomyID("kind"), "taxonomy_terms/{id}", "taxonomy_terms/"+hsds.TermID("kind", "tool"), "{id}", hsds.ServiceID("ms-isac"))
	for path, methods := range document.Paths {
		for method, operation := range methods {
			takes := []string{}
			for _, p := range operation.Parameters {
				takes = append(takes, p.Ref[strings.LastIndex(p.Ref, "/")+1:])
			}
			for _, content := range operation.RequestBody.Content {
				body := parse[struct{ Properties map[string]any }](t, string(content.Schema))
				takes = append(takes, slices.Collect(maps.Keys(body.Properties))...)
			}
			for name, value := range examples {
				want := 200
				if !slices.Contains(takes, name) {
					want = 400
				} else if strings.HasPrefix(path, "/service_at_locations/") {
					want = 404
				}
				address, body := "/hsds"+filled.Replace(path), ""
				if method == "get" || name == "lang" {
					address += "?" + name + "=" + url.QueryEscape(value)
				} else {
					body = name + "=" + url.QueryEscape(value)
				}
				got := d.ask(strings.ToUpper(method), address, body, "Content-Type", "application/x-www-form-urlencoded")
				if got.status != want {
					t.Errorf("%s %s with %s: %d, want %d", method, path, name, got.status, want)
				}
				if _, known := operation.Responses[fmt.Sprint(got.status)]; !known {
					t.Errorf("%s %s answers %d, which is not described", method, path, got.status)
				}
			}
		}
	}
}

// TestEveryAnswerIsDescribed holds that what is sent is what the document says, in every form of every list and object.
func TestEveryAnswerIsDescribed(t *testing.T) {
	d := openDesk(t)
	_, compile := describedAPI(t, d)
	check := func(schema *jsonschema.Schema, address, text string) {
		t.Helper()
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(text)))
		must(t, err)
		if err := schema.Validate(value); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
	problem := compile("/components/schemas/Problem")
	for _, path := range []string{"/", "/profile"} {
		at := strings.ReplaceAll(path, "/", "~1")
		check(compile("/paths/"+at+"/get/responses/200/content/application~1json/schema"), path, d.get("/hsds"+path).body)
	}
	for _, list := range lists {
		at := "/paths/~1" + list.path
		pages := compile(at + "/get/responses/200/content/application~1json/schema")
		one := compile(at + "~1{id}/get/responses/200/content/application~1json/schema")
		forms := []string{"per_page=200"}
		switch list.path {
		case "services":
			forms = append(forms, "per_page=200&full=true", "minimal=true", "search=nothing+of+this+kind")
		case "organizations":
			forms = append(forms, "full=true&per_page=200", "full_service=true&per_page=200")
		}
		for _, form := range forms {
			address := "/hsds/" + list.path + "?" + form
			text := d.get(address).body
			check(pages, address, text)
			for i, item := range parse[page](t, text).Contents {
				if i == 5 {
					break
				}
				address := "/hsds/" + list.path + "/" + id(t, item)
				check(one, address, d.get(address).body)
			}
		}
		check(problem, list.path, d.ask("GET", "/hsds/"+list.path+"?page=x&nonsense=1", "").body)
		check(problem, list.path, d.ask("GET", "/hsds/"+list.path+"/nonsense", "").body)
	}
}

// FuzzQuestion holds that no question breaks the directory: it is answered, or refused with a problem document.
func FuzzQuestion(f *testing.F) {
	for _, c := range wrongs {
		_, query, _ := strings.Cut(c.address, "?")
		f.Add(query, c.kind, c.body)
	}
	for name, value := range examples {
		f.Add(name+"="+value, "application/json", `{"`+name+`":"`+value+`"}`)
	}
	f.Add("page=1000000&per_page=200", "application/json", `{"page":1000000,"per_page":1.5e1,"search":"\u0000ñ"}`)
	d := openDesk(f)
	f.Fuzz(func(t *testing.T, query, kind, body string) {
		query = strings.Map(func(r rune) rune { // no such line reaches a handler
			if r <= ' ' || r >= 0x7f || r == '#' {
				return -1
			}
			return r
		}, query)
		kind = strings.Map(func(r rune) rune {
			if r < ' ' || r >= 0x7f {
				return -1
			}
			return r
		}, kind)
		asker := *d
		asker.t = t
		for _, method := range []string{"GET", "POST"} {
			got := asker.ask(method, "/hsds/taxonomy_terms?"+query, body, "Content-Type", kind)
			described := got.status == 200 || got.status >= 400 && got.status < 500 && strings.HasPrefix(got.header.Get("Content-Type"), "application/problem+json")
			if !described || got.status == 200 && !json.Valid([]byte(got.body)) && !strings.Contains(got.header.Get("Content-Type"), "ndjson") {
				t.Fatalf("%s ?%s %q: %d %.300s", method, query, body, got.status, got.body)
			}
		}
	})
}
