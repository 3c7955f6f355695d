package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"accessdesk/catalog"
	"accessdesk/eligibility"
	"accessdesk/ui/api"
	"accessdesk/ui/problem"
)

// contract is the description as tests use it: the schemas of answers take no member that they do not name.
type contract struct {
	whole  map[string]any
	strict *jsonschema.Compiler
	loose  *jsonschema.Compiler

	mutex   sync.Mutex
	schemas map[string]*jsonschema.Schema
}

const contractURL = "https://desk.example.org/openapi.json"

var description = sync.OnceValue(func() *contract {
	c := &contract{schemas: map[string]*jsonschema.Schema{}}
	for _, strict := range []bool{true, false} {
		document, err := jsonschema.UnmarshalJSON(bytes.NewReader(api.Description()))
		if err != nil {
			panic(err)
		}
		compiler := jsonschema.NewCompiler()
		compiler.AssertFormat()
		if c.whole = document.(map[string]any); strict {
			closeObjects(document)
			c.strict = compiler
		} else {
			c.loose = compiler
		}
		if err := compiler.AddResource(contractURL, document); err != nil {
			panic(err)
		}
	}
	return c
})

// closeObjects lets objects with named members have no others.
func closeObjects(value any) {
	switch value := value.(type) {
	case map[string]any:
		if _, named := value["properties"].(map[string]any); named && value["type"] == "object" {
			value["additionalProperties"] = false
		}
		for _, inner := range value {
			closeObjects(inner)
		}
	case []any:
		for _, inner := range value {
			closeObjects(inner)
		}
	}
}

// check validates a value against the schema at a place of the description.
func (c *contract) check(pointer string, strict bool, text []byte) error {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	name := fmt.Sprint(pointer, strict)
	schema, ok := c.schemas[name]
	if !ok {
		compiler := c.loose
		if strict {
			compiler = c.strict
		}
		var err error
		if schema, err = compiler.Compile(contractURL + pointer); err != nil {
			return err
		}
		c.schemas[name] = schema
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return err
	}
	return schema.Validate(value)
}

// at gives what stands at a place, following a reference.
func (c *contract) at(steps ...string) (any, string) {
	pointer := "#"
	var value any = c.whole
	for _, step := range steps {
		inside, _ := value.(map[string]any)
		value = inside[step]
		pointer += "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(step)
		if to, ok := value.(map[string]any); ok {
			if reference, ok := to["$ref"].(string); ok && len(to) == 1 {
				pointer = reference
				value, _ = c.at(strings.Split(strings.TrimPrefix(reference, "#/"), "/")...)
			}
		}
	}
	return value, pointer
}

// pathOf finds the path of the description for an address.
func (c *contract) pathOf(address string) (string, bool) {
	address, _, _ = strings.Cut(address, "?")
	asked := strings.Split(address, "/")
	paths := c.whole["paths"].(map[string]any)
	for _, path := range slices.Sorted(maps.Keys(paths)) { // "{" sorts behind letters: the plainer path first
		parts := strings.Split(path, "/")
		fits := len(parts) == len(asked)
		for i := range parts {
			fits = fits && (parts[i] == asked[i] || strings.HasPrefix(parts[i], "{"))
		}
		if fits {
			return path, true
		}
	}
	return "", false
}

// described fails the test unless the description knows the answer: its status, its media type, its headers, its body.
func (d *desk) described(method, path string, a answer) {
	d.t.Helper()
	c := description()
	kind := a.Header.Get("Content-Type")
	template, known := c.pathOf(api.Base + path)
	operation, _ := c.at("paths", template, strings.ToLower(method))
	if !known || operation == nil || method == "OPTIONS" { // no route, or one for browsers
		if len(a.body) > 0 {
			if err := c.check("#/components/schemas/Problem", true, a.body); err != nil || kind != problem.MediaType {
				d.t.Errorf("%s %s: %v\n%s", method, path, err, a.body)
			}
		}
		return
	}
	status := fmt.Sprint(a.StatusCode)
	response, pointer := c.at("paths", template, strings.ToLower(method), "responses", status)
	if response == nil {
		d.t.Errorf("%s %s answers %s, which is not described: %s", method, path, status, a.body)
		return
	}
	fields := response.(map[string]any)
	if headers, ok := fields["headers"].(map[string]any); ok {
		for name := range headers {
			if optional := name == "Link" || name == "Location" && a.Header.Get("Idempotency-Replayed") != ""; a.Header.Get(name) == "" && !optional {
				d.t.Errorf("%s %s: %s has no header %s", method, path, status, name)
			}
		}
	}
	content, _ := fields["content"].(map[string]any)
	if (content == nil) != (len(a.body) == 0) || content != nil && content[kind] == nil {
		d.t.Errorf("%s %s: %s with %q, which is not described", method, path, status, kind)
		return
	}
	if content != nil {
		if err := c.check(pointer+"/content/"+strings.ReplaceAll(kind, "/", "~1")+"/schema", true, a.body); err != nil {
			d.t.Errorf("%s %s: %v\n%.600s", method, path, err, a.body)
		}
	}
}

// walk goes through everything in a value.
func walk(value any, place string, visit func(place string, value any)) {
	visit(place, value)
	switch value := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			walk(value[name], place+"/"+strings.NewReplacer("~", "~0", "/", "~1").Replace(name), visit)
		}
	case []any:
		for i, inner := range value {
			walk(inner, fmt.Sprint(place, "/", i), visit)
		}
	}
}

// operations calls visit for each operation of the description.
func (c *contract) operations(visit func(path, method string, operation map[string]any)) {
	for path, item := range c.whole["paths"].(map[string]any) {
		for method, operation := range item.(map[string]any) {
			if method != "parameters" {
				visit(path, method, operation.(map[string]any))
			}
		}
	}
}

// TestLint holds what linters of OpenAPI look for: names that are unique, everything explained, nothing unused, examples that are true,
// errors that are declared. The structure itself is checked by .ci/openapi against the schema of OpenAPI 3.1.
func TestLint(t *testing.T) {
	c := description()
	ids, tags, declared := map[string]bool{}, map[any]bool{}, map[any]bool{}
	for _, tag := range c.whole["tags"].([]any) {
		declared[tag.(map[string]any)["name"]] = true
	}
	c.operations(func(path, method string, operation map[string]any) {
		where := method + " " + path
		id, _ := operation["operationId"].(string)
		if id == "" || ids[id] {
			t.Errorf("%s: operationId %q is missing or stands twice", where, id)
		}
		ids[id] = true
		for _, field := range []string{"summary", "description", "security", "tags"} {
			if text, isText := operation[field].(string); operation[field] == nil || isText && text == "" {
				t.Errorf("%s has no %s", where, field)
			}
		}
		for _, tag := range operation["tags"].([]any) {
			tags[tag] = true
			if !declared[tag] {
				t.Errorf("%s: tag %v is not declared", where, tag)
			}
		}
		responses := operation["responses"].(map[string]any)
		needed := []string{"429", "503"}
		if strings.HasPrefix(path, api.Base) {
			needed = append(needed, "400")
		}
		if len(operation["security"].([]any)) > 0 {
			needed = append(needed, "401", "403")
		}
		if strings.HasSuffix(path, "z") { // health
			needed = nil
		}
		for _, status := range needed {
			if responses[status] == nil {
				t.Errorf("%s declares no %s", where, status)
			}
		}
		for name := range strings.SplitSeq(path, "{") {
			name, _, inPath := strings.Cut(name, "}")
			if inPath && !c.parameterOf(path, name) {
				t.Errorf("%s does not declare %s", where, name)
			}
		}
	})
	for tag := range declared {
		if !tags[tag] {
			t.Errorf("no operation has tag %v", tag)
		}
	}
	c.checkReferences(t)
	c.checkExamples(t)
}

func (c *contract) parameterOf(path, name string) bool {
	item, _ := c.at("paths", path)
	for _, one := range item.(map[string]any)["parameters"].([]any) {
		parameter := one.(map[string]any)
		if reference, ok := parameter["$ref"].(string); ok {
			value, _ := c.at(strings.Split(strings.TrimPrefix(reference, "#/"), "/")...)
			parameter = value.(map[string]any)
		}
		if parameter["name"] == name && parameter["in"] == "path" && parameter["required"] == true {
			return true
		}
	}
	return false
}

// checkReferences holds that every reference leads somewhere, that every component is used, and that parameters and responses are explained.
func (c *contract) checkReferences(t *testing.T) {
	used := map[string]bool{}
	walk(c.whole, "#", func(place string, value any) {
		inside, ok := value.(map[string]any)
		if !ok {
			return
		}
		if reference, ok := inside["$ref"].(string); ok {
			used[reference] = true
			if to, _ := c.at(strings.Split(strings.TrimPrefix(reference, "#/"), "/")...); to == nil {
				t.Errorf("%s leads to %s, which is not there", place, reference)
			}
		}
		_, isReference := inside["$ref"]
		parts := strings.Split(place, "/")
		last := parts[max(len(parts)-2, 0)]
		if explained := slices.Contains([]string{"parameters", "responses", "headers"}, last) && !isReference; explained && inside["description"] == nil && !strings.Contains(place, "/schema") {
			t.Errorf("%s has no description", place)
		}
	})
	for _, kind := range []string{"parameters", "headers", "responses", "schemas"} {
		for name := range c.whole["components"].(map[string]any)[kind].(map[string]any) {
			if !used["#/components/"+kind+"/"+name] {
				t.Errorf("component %s %s is not used", kind, name)
			}
		}
	}
}

// checkExamples holds that every example is what its schema says.
func (c *contract) checkExamples(t *testing.T) {
	count := 0
	walk(c.whole, "#", func(place string, value any) {
		inside, ok := value.(map[string]any)
		if !ok || inside["example"] == nil || inside["schema"] == nil {
			return
		}
		count++
		text, err := json.Marshal(inside["example"])
		must(t, err)
		if err := c.check(place+"/schema", true, text); err != nil {
			t.Errorf("example of %s: %v", place, err)
		}
	})
	if count < 10 {
		t.Errorf("only %d examples", count)
	}
}

// TestRoutesAreDescribed holds that the tests' routes are those that are described.
func TestRoutesAreDescribed(t *testing.T) {
	d := open(t)
	routed := map[string]bool{}
	for _, route := range routes(d.site) {
		routed[strings.ToLower(route.Method)+" "+braces(route.Path)] = true
	}
	described := map[string]bool{}
	description().operations(func(path, method string, operation map[string]any) {
		if strings.HasPrefix(path, api.Base) {
			described[method+" "+path] = true
		}
	})
	if !maps.Equal(routed, described) {
		t.Errorf("routes %v\ndescribed %v", slices.Sorted(maps.Keys(routed)), slices.Sorted(maps.Keys(described)))
	}
}

// braces writes the parameters of a route as OpenAPI does.
func braces(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if name, ok := strings.CutPrefix(part, ":"); ok {
			parts[i] = "{" + name + "}"
		}
	}
	return strings.Join(parts, "/")
}

// TestServed: what is served is the description.
func TestServed(t *testing.T) {
	d := open(t)
	if a := d.ask("GET", "/openapi.json", "").want(200); !bytes.Equal(a.body, api.Description()) || a.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("%d bytes, %v", len(a.body), a.Header)
	}
}

// TestOfferingFileIsDescribed holds that the schema of an offering has the keys of the offering file, each with its type: a key that
// package catalog learns has to be described.
func TestOfferingFileIsDescribed(t *testing.T) {
	schema, _ := description().at("components", "schemas", "OfferingFile")
	compare(t, "offering", reflect.TypeFor[catalog.Offering](), schema.(map[string]any))
}

func compare(t *testing.T, place string, as reflect.Type, schema map[string]any) {
	t.Helper()
	if reference, ok := schema["$ref"].(string); ok {
		to, _ := description().at(strings.Split(strings.TrimPrefix(reference, "#/"), "/")...)
		schema = to.(map[string]any)
	}
	want := map[reflect.Kind]string{reflect.String: "string", reflect.Bool: "boolean", reflect.Int: "integer", reflect.Slice: "array", reflect.Struct: "object", reflect.Map: "object"}[as.Kind()]
	if as == reflect.TypeFor[time.Time]() || as == reflect.TypeFor[eligibility.Evidence]() {
		want = "string"
	}
	if schema["type"] != want {
		t.Errorf("%s is described as %v, it is %s", place, schema["type"], want)
		return
	}
	switch {
	case as.Kind() == reflect.Slice:
		compare(t, place+"[]", as.Elem(), schema["items"].(map[string]any))
	case as.Kind() == reflect.Struct && want == "object":
		properties := maps.Clone(schema["properties"].(map[string]any))
		for i := range as.NumField() {
			name := as.Field(i).Tag.Get("toml")
			if name == "" {
				name = strings.ToLower(as.Field(i).Name) // the two languages of a text
			}
			if !as.Field(i).IsExported() {
				continue
			}
			inner, ok := properties[name].(map[string]any)
			if !ok {
				t.Errorf("%s.%s is not described", place, name)
				continue
			}
			compare(t, place+"."+name, as.Field(i).Type, inner)
			delete(properties, name)
		}
		for name := range properties {
			t.Errorf("%s.%s is described, and there is no such key", place, name)
		}
	}
}

// TestKindsAreDescribed holds that the lists of values are those of the catalog.
func TestKindsAreDescribed(t *testing.T) {
	for _, c := range []struct {
		place []string
		want  []string
	}{
		{[]string{"components", "schemas", "OfferingItem", "properties", "kind"}, words(catalog.Kinds())},
		{[]string{"components", "schemas", "OfferingItem", "properties", "status"}, words(catalog.Statuses())},
		{[]string{"components", "schemas", "OfferingItem", "properties", "cost"}, words(catalog.Costs())},
		{[]string{"components", "schemas", "OfferingItem", "properties", "confidence"}, words(catalog.Confidences())},
		{[]string{"components", "schemas", "OfferingFile", "properties", "kind"}, words(catalog.Kinds())},
		{[]string{"components", "schemas", "OfferingFile", "properties", "window", "properties", "every"}, words(catalog.Periods())},
	} {
		value, _ := description().at(c.place...)
		var got []string
		for _, one := range value.(map[string]any)["enum"].([]any) {
			got = append(got, one.(string))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%v: %v, want %v", c.place, got, c.want)
		}
	}
}

func words[T ~string](all []T) (texts []string) {
	for _, one := range all {
		texts = append(texts, string(one))
	}
	return texts
}
