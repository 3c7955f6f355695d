package feed_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/ui/feed"
	"accessdesk/ui/web"

	"github.com/gofiber/fiber/v2"
	"github.com/piprate/json-gold/ld"
)

// vocabulary are the classes and properties of schema.org that we use, with the classes that may have each property (release 29.3, read
// in the property lists). A subclass has what its class has.
var vocabulary = struct {
	above      map[string]string
	properties map[string][]string
}{
	above: map[string]string{"GovernmentService": "Service", "Service": "Thing", "Organization": "Thing", "GovernmentOrganization": "Organization", "BusinessAudience": "Audience",
		"Audience": "Thing", "ServiceChannel": "Thing", "ContactPoint": "Thing", "Offer": "Thing", "WebPage": "CreativeWork", "CreativeWork": "Thing", "Thing": ""},
	properties: map[string][]string{
		"name": {"Thing"}, "alternateName": {"Thing"}, "description": {"Thing"}, "url": {"Thing"}, "mainEntityOfPage": {"Thing"},
		"serviceType": {"Service"}, "category": {"Service", "Offer"}, "provider": {"Service", "CreativeWork"}, "broker": {"Service"}, "audience": {"Service"},
		"availableChannel": {"Service"}, "termsOfService": {"Service"}, "offers": {"Service"}, "audienceType": {"Audience"},
		"serviceUrl": {"ServiceChannel"}, "servicePhone": {"ServiceChannel"}, "availableLanguage": {"ServiceChannel", "ContactPoint"}, "processingTime": {"ServiceChannel"},
		"telephone": {"ContactPoint", "Organization"}, "availabilityStarts": {"Offer"}, "availabilityEnds": {"Offer"}, "inLanguage": {"CreativeWork"}, "lastReviewed": {"WebPage"},
	},
}

const schema = "https://schema.org/"

// local gives the context of schema.org without the network: names are words of the vocabulary, and the properties below hold addresses.
type local struct{}

func (local) LoadDocument(address string) (*ld.RemoteDocument, error) {
	if strings.TrimSuffix(address, "/") != "https://schema.org" {
		return nil, fmt.Errorf("nobody may ask for %s", address)
	}
	context := map[string]any{"@vocab": schema}
	for _, name := range []string{"url", "serviceUrl", "mainEntityOfPage"} {
		context[name] = map[string]any{"@id": schema + name, "@type": "@id"}
	}
	return &ld.RemoteDocument{DocumentURL: address, Document: map[string]any{"@context": context}}, nil
}

// linkedOf is what the page of a program says to machines.
func linkedOf(t testing.TB, p *catalog.Offering, lang string, change ...func(*web.Config)) string {
	t.Helper()
	var got string
	s := open(t, datatest.Open(t), []*catalog.Offering{p}, append(change, func(c *web.Config) { c.Zone = time.UTC })...)
	handler := s.site.Read(func(r *web.Request, tx *data.Tx) (web.Reply, error) {
		snapshot, err := r.Desk().Catalog.Snapshot(tx)
		if err != nil {
			return web.Reply{}, err
		}
		listings, err := r.Listings(tx)
		if err != nil {
			return web.Reply{}, err
		}
		found, _ := snapshot.Find(p.Slug)
		text, err := feed.Linked(r, listings, found, "No charge listed", tx.Now)
		got = string(text)
		return web.Reply{Document: &web.Document{Type: fiber.MIMETextPlain}}, err
	})
	if err := web.Register(s.app, []web.Route{{Method: fiber.MethodGet, Path: "/linked", Policy: web.Public, Cookieless: true, Handler: handler}}, nil); err != nil {
		t.Fatal(err)
	}
	if code := s.get("/linked", "Accept-Language", lang).Code; code != 200 {
		t.Fatalf("status %d", code)
	}
	return got
}

// expand reads a document as a processor of JSON-LD does, and holds every class and property to the vocabulary.
func expand(t testing.TB, text string) map[string]any {
	t.Helper()
	var document any
	if err := json.Unmarshal([]byte(text), &document); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	options := ld.NewJsonLdOptions(origin)
	options.DocumentLoader = local{}
	expanded, err := ld.NewJsonLdProcessor().Expand(document, options)
	if err != nil || len(expanded) != 1 {
		t.Fatalf("%v, %v", expanded, err)
	}
	root := expanded[0].(map[string]any)
	hold(t, root)
	return root
}

func hold(t testing.TB, node map[string]any) {
	t.Helper()
	types, _ := node["@type"].([]any)
	if len(types) != 1 {
		return // a text or an address
	}
	class := strings.TrimPrefix(types[0].(string), schema)
	if _, ok := vocabulary.above[class]; !ok {
		t.Errorf("%s is no class", class)
	}
	for name, values := range node {
		if strings.HasPrefix(name, "@") {
			continue
		}
		of := vocabulary.properties[strings.TrimPrefix(name, schema)]
		if !strings.HasPrefix(name, schema) || !slices.ContainsFunc(of, func(owner string) bool { return descends(class, owner) }) {
			t.Errorf("a %s has no %s", class, name)
		}
		for _, value := range values.([]any) {
			if inner, ok := value.(map[string]any); ok {
				hold(t, inner)
			}
		}
	}
}

func descends(class, owner string) bool {
	for ; class != ""; class = vocabulary.above[class] {
		if class == owner {
			return true
		}
	}
	return false
}

// at gives the texts, addresses and classes below a path of properties.
func at(node map[string]any, path ...string) (all []string) {
	if len(path) == 0 {
		for _, key := range []string{"@value", "@id"} {
			if value, ok := node[key].(string); ok {
				all = append(all, value)
			}
		}
		return all
	}
	if path[0] == "@type" {
		for _, class := range node["@type"].([]any) {
			all = append(all, strings.TrimPrefix(class.(string), schema))
		}
		return all
	}
	values, _ := node[schema+path[0]].([]any)
	for _, value := range values {
		all = append(all, at(value.(map[string]any), path[1:]...)...)
	}
	return all
}

func TestLinked(t *testing.T) {
	public := program("scan", func(o *catalog.Offering) {
		o.KnownAs, o.Sectors, o.DaysToDecide, o.Provider.Government = []string{"SCN"}, []string{"health", "electric"}, 14, true
		o.Window = catalog.Window{Opens: time.Date(2026, 3, 1, 5, 0, 0, 0, time.UTC), Closes: time.Date(2027, 3, 1, 5, 0, 0, 0, time.UTC), TimeZone: "America/New_York"}
		o.Apply = []catalog.ApplyRoute{{Mode: catalog.ModeEmail, To: "scan@example.org"}, {Mode: catalog.ModePhone, To: "1-555-0100"},
			{Mode: catalog.ModeWeb, To: "https://institute.example.org/form"}, {Mode: catalog.ModeWeb, To: "https://institute.example.org/unread"}, {Mode: catalog.ModeInApp}, {Mode: catalog.ModeInvitation}}
		o.Sources = []catalog.Source{{URL: "https://institute.example.org/form", Supports: "the form", ReadOn: "2026-11-01"}, {URL: "https://institute.example.org", Supports: "all", ReadOn: "2026-11-01"}}
		o.Terms.Safeguards = []catalog.Safeguard{"confidentiality"}
	})
	for _, c := range []struct {
		name string
		p    *catalog.Offering
		lang string
		gov  bool
		want map[string]string // by path
	}{
		{"of a government", public, "en", false, map[string]string{"@type": "GovernmentService", "name": "Scan scan", "alternateName": "SCN", "description": "Looks at <your> network & reports.",
			"url": origin + "/programs/scan?lang=en", "serviceType": "Scanning", "category": "scanning", "provider @type": "GovernmentOrganization", "provider name": "Example Institute",
			"provider url": "https://institute.example.org", "broker @type": "Organization", "broker name": "Example Council", "broker url": origin + "/",
			"audience audienceType": "Hospital or clinic|Electric utility", "availableChannel serviceUrl": "mailto:scan@example.org|https://institute.example.org/form|" + origin + "/programs/scan",
			"availableChannel servicePhone telephone": "1-555-0100", "availableChannel processingTime": "P14D|P14D|P14D|P14D", "availableChannel availableLanguage": "en|es",
			"termsOfService": origin + "/programs/scan#terms", "offers description": "No charge listed", "offers availabilityStarts": "2026-03-01T05:00:00Z", "offers availabilityEnds": "2027-03-01T05:00:00Z",
			"mainEntityOfPage": origin + "/programs/scan?lang=en", "mainEntityOfPage lastReviewed": "2026-11-01", "mainEntityOfPage inLanguage": "en"}},
		{"of a company", program("model", func(o *catalog.Offering) { forAnyone(o); o.Kind = catalog.KindModelAccess }), "es", true, map[string]string{"@type": "Service", "name": "Escaneo model",
			"description": "Mira su red y avisa: pequeño.", "serviceType": "Acceso a un modelo de IA", "provider @type": "Organization", "provider url": "", "broker @type": "GovernmentOrganization", "audience audienceType": "",
			"availableChannel serviceUrl": "", "termsOfService": "", "offers availabilityStarts": "", "mainEntityOfPage inLanguage": "es"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := linkedOf(t, c.p, c.lang, func(config *web.Config) { config.Brand.Government = c.gov })
			if strings.ContainsAny(text, "<>&") {
				t.Errorf("it can end its block: %s", text)
			}
			root := expand(t, text)
			if root["@id"] != origin+"/programs/"+c.p.Slug+"#program" {
				t.Errorf("id %v", root["@id"])
			}
			for path, want := range c.want {
				if got := strings.Join(at(root, strings.Fields(path)...), "|"); got != want {
					t.Errorf("%s: %q, want %q", path, got, want)
				}
			}
		})
	}
	if text := linkedOf(t, program("over", func(o *catalog.Offering) { o.Status = catalog.StatusEnded }), "en"); text != "" {
		t.Errorf("an ended program says %s", text)
	}
}

// TestLinkedOfTheVocabularyOnly shows that the test above sees a word that schema.org does not have, or has elsewhere.
func TestLinkedOfTheVocabularyOnly(t *testing.T) {
	for _, text := range []string{`{"@context":"https://schema.org","@type":"Service","price":0}`, `{"@context":"https://schema.org","@type":"Servise"}`,
		`{"@context":"https://schema.org","@type":"Service","offers":{"@type":"Offer","broker":"x"}}`} {
		seen := &counter{TB: t}
		expand(seen, text)
		if seen.errors != 1 {
			t.Errorf("%s: %d errors", text, seen.errors)
		}
	}
}

// counter counts the errors of a test that must fail.
type counter struct {
	testing.TB
	errors int
}

func (c *counter) Errorf(string, ...any) { c.errors++ }
