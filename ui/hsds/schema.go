package hsds

import (
	"reflect"
	"strings"

	"accessdesk/catalog/exchange/hsds"
	"accessdesk/ui/problem"
)

// schema is a JSON Schema (2020-12), as far as our objects need one.
type schema struct {
	Ref         string             `json:"$ref,omitempty"`
	Type        string             `json:"type,omitempty"`
	Format      string             `json:"format,omitempty"`
	Description string             `json:"description,omitempty"`
	Enum        []string           `json:"enum,omitempty"`
	Minimum     *int               `json:"minimum,omitempty"`
	Maximum     *int               `json:"maximum,omitempty"`
	Default     any                `json:"default,omitempty"`
	MaxLength   int                `json:"maxLength,omitempty"`
	Items       *schema            `json:"items,omitempty"`
	Properties  map[string]*schema `json:"properties,omitempty"`
	Required    []string           `json:"required,omitempty"`
	AllOf       []*schema          `json:"allOf,omitempty"`
	OneOf       []*schema          `json:"oneOf,omitempty"`
	// Closed objects have no other members than those named.
	Closed *bool `json:"additionalProperties,omitempty"`
}

func ref(name string) *schema { return &schema{Ref: "#/components/schemas/" + name} }

// described are the sentences on the types, for whoever reads the description.
var described = map[string]string{
	"Service": "An offering, as HSDS 3.1 has a service.", "Organization": "The provider of offerings, as HSDS 3.1 has an organization.",
	"Extension": "What this desk says of an offering beyond HSDS. The profile explains it.", "Minimal": "Only when an offering changed.",
	"Criterion": "A rule that a machine can apply: an expression in CEL (https://cel.dev) over the facts of /api/v1/facts.",
	"Attribute": "A term that a service bears.", "Taxonomy": "A list of terms.", "Term": "An entry of a taxonomy.",
	"Document": "A problem document (RFC 9457).", "About": "What this API is.",
}

// schemasOf makes the schemas of the types of these values and of all that they are made of, by the name of the type.
func schemasOf(values ...any) map[string]*schema {
	all := map[string]*schema{}
	for _, value := range values {
		objectSchema(reflect.TypeOf(value), all)
	}
	return all
}

// objectSchema adds the schema of a type to all.
func objectSchema(t reflect.Type, all map[string]*schema) {
	closed := false
	s := &schema{Type: "object", Description: described[t.Name()], Properties: map[string]*schema{}, Closed: &closed}
	all[t.Name()] = s
	for i := range t.NumField() {
		name, options, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name == "" {
			continue
		}
		s.Properties[name] = property(name, t.Field(i).Type, all)
		if name == "id" && named[t.Name()] {
			s.Properties[name].Format = ""
		}
		if !strings.Contains(options, "omit") {
			s.Required = append(s.Required, name)
		}
	}
}

// named are the types whose ids are names that the desk gives within an offering, and the profile, whose id is its address.
var named = map[string]bool{"Criterion": true, "Tier": true, "FormQuestion": true, "Profile": true}

var instants = reflect.TypeFor[hsds.Instant]()

// property is the schema of a member.
func property(name string, t reflect.Type, all map[string]*schema) *schema {
	switch {
	case t == instants:
		return &schema{Type: "string", Format: "date-time"}
	case t == reflect.TypeFor[hsds.Status]():
		return &schema{Type: "string", Enum: []string{string(hsds.Active), string(hsds.Inactive), string(hsds.Defunct), string(hsds.TemporarilyClosed)}}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return property(name, t.Elem(), all)
	case reflect.Slice:
		return &schema{Type: "array", Items: property(strings.TrimSuffix(name, "s"), t.Elem(), all)}
	case reflect.Struct:
		if all[t.Name()] == nil {
			objectSchema(t, all)
		}
		return ref(t.Name())
	case reflect.Bool:
		return &schema{Type: "boolean"}
	case reflect.Int:
		return &schema{Type: "integer"}
	case reflect.Float64:
		return &schema{Type: "number"}
	}
	return &schema{Type: "string", Format: formats[name]}
}

// formats are the formats of texts, by the names that HSDS gives them.
var formats = map[string]string{
	"id": "uuid", "organization_id": "uuid", "service_id": "uuid", "contact_id": "uuid", "link_id": "uuid", "taxonomy_term_id": "uuid", "taxonomy_id": "uuid",
	"resource_id": "uuid", "parent_id": "uuid", "url": "uri", "website": "uri", "uri": "uri", "page": "uri", "email": "email",
	"assured_date": "date", "valid_from": "date", "valid_to": "date", "dtstart": "date", "last_action_date": "date", "profile": "uri", "openapi_url": "uri",
}

// components are the schemas of everything that the interface says.
func components() map[string]*schema {
	all := schemasOf(hsds.Service{}, hsds.Organization{}, hsds.Taxonomy{}, hsds.Term{}, hsds.Minimal{}, About{}, problem.Document{}, Profile{})
	all["Problem"] = all["Document"]
	delete(all, "Document")
	zero := 0
	page := &schema{Type: "object", Description: "A page of a list.", Required: []string{"total_items", "total_pages", "page_number", "size", "first_page", "last_page", "empty", "contents"},
		Properties: map[string]*schema{"contents": {Type: "array"}}}
	for _, name := range []string{"total_items", "total_pages", "page_number", "size"} {
		page.Properties[name] = &schema{Type: "integer", Minimum: &zero}
	}
	for _, name := range []string{"first_page", "last_page", "empty"} {
		page.Properties[name] = &schema{Type: "boolean"}
	}
	all["Page"] = page
	return all
}

// pageOf is a page of objects of some kinds.
func pageOf(kinds ...string) *schema {
	items := ref(kinds[0])
	if len(kinds) > 1 {
		items = &schema{}
		for _, kind := range kinds {
			items.OneOf = append(items.OneOf, ref(kind))
		}
	}
	return &schema{AllOf: []*schema{ref("Page"), {Type: "object", Properties: map[string]*schema{"contents": {Type: "array", Items: items}}}}}
}
