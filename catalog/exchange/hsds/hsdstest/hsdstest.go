// Package hsdstest holds objects against the schemas of HSDS 3.1 as Open Referral publishes them. They are not part of this repository
// (their licence is another one); REGISTRY_DIR names the folder in which hsds-3.1-schema stands.
package hsdstest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// ExtensionKey is the one key of ours that an object may have.
const ExtensionKey = "accessdesk"

// Schemas are the schemas, compiled.
type Schemas struct {
	compiled map[string]*jsonschema.Schema
	raw      map[string]map[string]any
}

// places says where the schema of an object stands.
var places = map[string]string{
	"service": "service.json", "organization": "organization.json", "service_list": "service_list.json", "organization_list": "organization_list.json",
	"service_at_location": "service_at_location.json",
	"taxonomy_term":       "service.json#/properties/attributes/items/properties/taxonomy_term",
	"taxonomy":            "service.json#/properties/attributes/items/properties/taxonomy_term/properties/taxonomy_detail",
	"page":                "openapi.json#/components/schemas/Page",
}

// loaded are the schemas of a folder, for all tests of a program: compiling them takes a while.
var loaded sync.Map

// Load reads the schemas. Without them it skips the test, loudly, or fails it if REQUIRE_REGISTRY is set. up leads from the package of the
// test to the folder of the repository, like "../..".
func Load(t testing.TB, up string) *Schemas {
	t.Helper()
	folder := filepath.Join(cmp.Or(os.Getenv("REGISTRY_DIR"), filepath.Join(up, "../shared/registry")), "hsds-3.1-schema")
	if _, err := os.Stat(folder); err != nil {
		if os.Getenv("REQUIRE_REGISTRY") != "" {
			t.Fatalf("REQUIRE_REGISTRY is set and the HSDS schemas are not there: %v (REGISTRY_DIR names the folder above)", err)
		}
		t.Skipf("NOT TESTED AGAINST THE HSDS SCHEMAS: %v (REGISTRY_DIR names the folder above)", err)
	}
	one, _ := loaded.LoadOrStore(folder, sync.OnceValues(func() (*Schemas, error) { return read(folder) }))
	schemas, err := one.(func() (*Schemas, error))()
	if err != nil {
		t.Fatal(err)
	}
	return schemas
}

func read(folder string) (*Schemas, error) {
	s := &Schemas{compiled: map[string]*jsonschema.Schema{}, raw: map[string]map[string]any{}}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	files := map[string]any{}
	for _, place := range slices.Sorted(maps.Values(places)) {
		name, _, _ := strings.Cut(place, "#")
		if files[name] != nil {
			continue
		}
		text, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			return nil, err
		}
		tree, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		files[name] = tree
		if err := compiler.AddResource("https://hsds.example/"+name, tree); err != nil {
			return nil, err
		}
	}
	for kind, place := range places {
		compiled, err := compiler.Compile("https://hsds.example/" + place)
		if err != nil {
			return nil, fmt.Errorf("schema of %s: %w", kind, err)
		}
		s.compiled[kind] = compiled
		name, pointer, _ := strings.Cut(place, "#/")
		node := files[name].(map[string]any)
		for step := range strings.SplitSeq(pointer, "/") {
			if step != "" {
				node = node[step].(map[string]any)
			}
		}
		s.raw[kind] = node
	}
	return s, nil
}

// Check gives everything that is wrong with an object of a kind: what its schema refuses, a key that the schema does not know and that is
// not ours, and a key that the specification calls deprecated.
func (s *Schemas) Check(kind string, object []byte) []string {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(object))
	if err != nil {
		return []string{err.Error()}
	}
	var problems []string
	if err := s.compiled[kind].Validate(value); err != nil {
		problems = append(problems, err.Error())
	}
	return append(problems, strange("", s.raw[kind], value)...)
}

// strange lists the keys of a value that its schema does not know, or calls deprecated.
func strange(at string, schema map[string]any, value any) []string {
	var problems []string
	switch value := value.(type) {
	case []any:
		items, _ := schema["items"].(map[string]any)
		for i, one := range value {
			problems = append(problems, strange(fmt.Sprintf("%s/%d", at, i), items, one)...)
		}
	case map[string]any:
		properties, _ := schema["properties"].(map[string]any)
		for _, key := range slices.Sorted(maps.Keys(value)) {
			known, ok := properties[key].(map[string]any)
			description, _ := known["description"].(string)
			switch {
			case key == ExtensionKey:
			case !ok:
				problems = append(problems, fmt.Sprintf("%s/%s: no such key in the schema", at, key))
			case strings.HasPrefix(description, "DEPRECATED"):
				problems = append(problems, fmt.Sprintf("%s/%s: deprecated", at, key))
			default:
				problems = append(problems, strange(at+"/"+key, known, value[key])...)
			}
		}
	}
	return problems
}

// Encode writes an object for Check.
func Encode(t testing.TB, object any) []byte {
	t.Helper()
	text, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
