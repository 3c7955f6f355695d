package hsds

import (
	"accessdesk/catalog/exchange/hsds"
	"accessdesk/data"
	"accessdesk/ui/problem"
	"accessdesk/ui/web"
)

// Where the description and the profile stand.
const (
	openAPIPath = Base + "openapi.json"
	profilePath = Base + "profile"
)

// openAPI is an OpenAPI 3.1 description, as far as ours goes.
type openAPI struct {
	OpenAPI    string              `json:"openapi"`
	Info       info                `json:"info"`
	Dialect    string              `json:"jsonSchemaDialect"`
	Servers    []server            `json:"servers"`
	Tags       []tag               `json:"tags"`
	Paths      map[string]pathItem `json:"paths"`
	Components struct {
		Schemas    map[string]*schema   `json:"schemas"`
		Parameters map[string]parameter `json:"parameters"`
		Responses  map[string]response  `json:"responses"`
	} `json:"components"`
}

type info struct {
	Title       string  `json:"title"`
	Version     string  `json:"version"`
	Summary     string  `json:"summary"`
	Description string  `json:"description"`
	License     license `json:"license"`
}

type license struct {
	Name       string `json:"name"`
	Identifier string `json:"identifier"`
}

type server struct {
	URL string `json:"url"`
}

type tag struct {
	Name        string `json:"name"`
	Description string `json:"description"`
}

type pathItem struct {
	Get  *operation `json:"get,omitempty"`
	Post *operation `json:"post,omitempty"`
}

type operation struct {
	ID          string              `json:"operationId"`
	Summary     string              `json:"summary"`
	Description string              `json:"description"`
	Tags        []string            `json:"tags"`
	Parameters  []parameter         `json:"parameters,omitempty"`
	Body        *requestBody        `json:"requestBody,omitempty"`
	Responses   map[string]response `json:"responses"`
}

type parameter struct {
	Ref         string  `json:"$ref,omitempty"`
	Name        string  `json:"name,omitempty"`
	In          string  `json:"in,omitempty"`
	Required    bool    `json:"required,omitempty"`
	Description string  `json:"description,omitempty"`
	Schema      *schema `json:"schema,omitempty"`
}

type requestBody struct {
	Description string               `json:"description"`
	Content     map[string]mediaBody `json:"content"`
}

type response struct {
	Ref         string               `json:"$ref,omitempty"`
	Description string               `json:"description,omitempty"`
	Headers     map[string]header    `json:"headers,omitempty"`
	Content     map[string]mediaBody `json:"content,omitempty"`
}

type header struct {
	Description string  `json:"description"`
	Schema      *schema `json:"schema"`
}

type mediaBody struct {
	Schema *schema `json:"schema"`
}

func bounds(least, most int) *schema {
	return &schema{Type: "integer", Minimum: &least, Maximum: &most}
}

// parameters are the parameters of all lists, by their names.
func parameters() map[string]parameter {
	text, id, flag := &schema{Type: "string", MaxLength: searchMost}, &schema{Type: "string", Format: "uuid"}, &schema{Type: "boolean", Default: false}
	all := map[string]parameter{}
	add := func(name, description string, s *schema) {
		all[name] = parameter{Name: name, In: "query", Description: description, Schema: s}
	}
	add("search", "Words. Services are found as in the list of programs: by word stems, in the other language or with typing mistakes forgiven where nothing else is found; the first 100 characters and ten words count. Of other objects some word begins with each. Accents and capitals make no difference.", text)
	add("page", "Number of the page, from 1. Not with format=ndjson.", bounds(1, pageLast))
	add("per_page", "Items on a page: 50 unless given, at most 200; with minimal=true 10,000. Not with format=ndjson.", bounds(1, minimalMost))
	add("format", "json gives pages; ndjson streams all objects, one to a line.", &schema{Type: "string", Enum: []string{"json", "ndjson"}, Default: "json"})
	add("taxonomy_term_id", "Only what bears this term.", id)
	add("taxonomy_id", "Only what bears a term of this taxonomy; of terms, those of this taxonomy.", id)
	add("organization_id", "Only services of this organization.", id)
	add("modified_after", "Only what changed on or after this date or instant (RFC 3339).", &schema{Type: "string"})
	add("minimal", "Only id and modified_date. Not with full.", flag)
	add("full", "The whole objects, as /{id} gives them.", flag)
	add("full_service", "Organizations with everything about their services.", flag)
	add("parent_id", "Only terms that stand below this one.", id)
	add("top_only", "Only terms that stand below no other.", flag)
	add("postcode", "Taken and without effect: no service here is bound to a place.", text)
	add("proximity", "In meters. Taken and without effect: no service here is bound to a place.", bounds(0, 40_000_000))
	add("lang", "Language of the texts; else Accept-Language, else English.", &schema{Type: "string", Enum: web.Languages})
	all["id"] = parameter{Name: "id", In: "path", Required: true, Description: "The id of the object.", Schema: id}
	return all
}

// resource is a list with its objects.
type resource struct {
	path, object, noun string
	parameters         []string
	one                []string // parameters of a single object
	kinds              []string // of the items of a page
	summary            string
}

var resources = []resource{
	{"services", "Service", "service", serviceParameters, nil, []string{"Service", "Minimal"}, "The offerings of the catalog, also those that ended."},
	{"organizations", "Organization", "organization", providerParameters, []string{"full_service"}, []string{"Organization"}, "The providers of the offerings."},
	{"taxonomies", "Taxonomy", "taxonomy", paging, nil, []string{"Taxonomy"}, "The lists of terms that services bear."},
	{"taxonomy_terms", "Term", "taxonomy term", termParameters, nil, []string{"Term"}, "The terms of all taxonomies."},
	{"service_at_locations", "Service", "service at a location", placeParameters, nil, []string{"Service"}, "Always empty: no offering is given at a place."},
}

// describe makes the description of the interface.
func describe(base string) openAPI {
	d := openAPI{OpenAPI: "3.1.0", Dialect: "https://json-schema.org/draft/2020-12/schema", Servers: []server{{base + "/hsds"}},
		Info: info{Title: "Cyber Access Desk: HSDS", Version: hsds.Version, Summary: "Cybersecurity services for small operators, in the Human Services Data Specification 3.1.",
			Description: "Read " + base + profilePath + " for what this desk adds and what it never says. Everything is public and needs no key. Answers bear a strong ETag: ask again with If-None-Match.",
			License:     license{"Apache License 2.0", "Apache-2.0"}},
		Paths: map[string]pathItem{
			"/":        {Get: operationOf("getAPIMetaInformation", "The API itself", "about", ref("About"), nil)},
			"/profile": {Get: operationOf("getProfile", "The profile: what this desk adds to HSDS, and what it never says", "about", ref("Profile"), nil)},
		}}
	d.Tags = append(d.Tags, tag{"about", "The interface itself."})
	for _, r := range resources {
		d.Tags = append(d.Tags, tag{r.path, r.summary})
		list, search := listOf(r, "list_"+r.path), listOf(r, "search_"+r.path)
		search.Parameters, search.Body = []parameter{{Ref: "#/components/parameters/lang"}}, bodyOf(r)
		search.Description += " The answer is kept nowhere."
		search.Responses = map[string]response{"200": list.Responses["200"], "400": problemResponse, "413": problemResponse, "415": problemResponse, "429": problemResponse, "503": problemResponse}
		d.Paths["/"+r.path] = pathItem{Get: list, Post: search}
		one := operationOf("get_"+r.path, "One "+r.noun, r.path, ref(r.object), append([]string{"id"}, r.one...))
		one.Responses["404"] = problemResponse
		d.Paths["/"+r.path+"/{id}"] = pathItem{Get: one}
	}
	d.Components.Schemas, d.Components.Parameters = components(), parameters()
	d.Components.Responses = map[string]response{"Problem": {Description: "What is wrong, as a problem document.",
		Headers: map[string]header{"Retry-After": {"Seconds to wait, with 429 and 503.", &schema{Type: "string"}}},
		Content: map[string]mediaBody{problem.MediaType: {ref("Problem")}}}}
	return d
}

var problemResponse = response{Ref: "#/components/responses/Problem"}

// operationOf describes a question that is asked by GET.
func operationOf(id, summary, group string, body *schema, names []string) *operation {
	o := &operation{ID: id, Summary: summary, Description: summary + ".", Tags: []string{group}, Responses: map[string]response{
		"200": {Description: "The answer.", Headers: map[string]header{"ETag": {"Names these bytes.", &schema{Type: "string"}}}, Content: map[string]mediaBody{mediaType: {body}}},
		"304": {Description: "The bytes that If-None-Match names are those that hold."}, "400": problemResponse, "429": problemResponse, "503": problemResponse}}
	for _, name := range append(names, "lang") {
		o.Parameters = append(o.Parameters, parameter{Ref: "#/components/parameters/" + name})
	}
	return o
}

func listOf(r resource, id string) *operation {
	o := operationOf(id, r.summary[:len(r.summary)-1], r.path, pageOf(r.kinds...), append([]string{}, r.parameters...))
	o.Responses["200"].Content[lineType] = mediaBody{&schema{Type: "string", Description: "With format=ndjson: an object on each line."}}
	return o
}

// bodyOf is what the POST twin of a list takes: the parameters of the list.
func bodyOf(r resource) *requestBody {
	no := false
	s := &schema{Type: "object", Properties: map[string]*schema{}, Closed: &no}
	for name, p := range parameters() {
		for _, known := range r.parameters {
			if name == known {
				s.Properties[name] = p.Schema
			}
		}
	}
	return &requestBody{"The parameters of the list, for searches that should stand in no address.",
		map[string]mediaBody{mediaType: {s}, "application/x-www-form-urlencoded": {s}}}
}

// OpenAPI serves the description of the interface.
func (d *Directory) OpenAPI(r *web.Request, _ *data.Tx) (web.Reply, error) {
	if _, err := read(r); err != nil {
		return web.Reply{}, err
	}
	reply, err := answer(describe(r.Site.Absolute("")))
	reply.Document.Plain = true
	return reply, err
}
