package ui_test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"accessdesk/data/datatest"
	"accessdesk/ui"
	"accessdesk/ui/api"
	"accessdesk/ui/webtest"
)

var routeParameter = regexp.MustCompile(`:([a-z]+)`)

// TestEveryInterfaceIsDescribed holds that the two OpenAPI descriptions, that of /hsds and that of everything else, name every route for
// programs and no other, each once.
func TestEveryInterfaceIsDescribed(t *testing.T) {
	w := openSite(t, datatest.Open(t))
	routed := map[string]bool{}
	for _, route := range ui.Routes(w.site) {
		if route.Machine || route.Path == "/healthz" || route.Path == "/readyz" {
			routed[strings.ToLower(route.Method)+" "+routeParameter.ReplaceAllString(route.Path, "{$1}")] = true
		}
	}
	got := webtest.New(t, w.app).Send(http.MethodGet, "/hsds/openapi.json", nil, nil)
	described := map[string]int{}
	for _, document := range [][]byte{api.Description(), need(io.ReadAll(got.Body))(t)} {
		var description struct {
			Servers []struct{ URL string }
			Paths   map[string]map[string]any
		}
		if err := json.Unmarshal(document, &description); err != nil || len(description.Servers) != 1 {
			t.Fatal(err, description.Servers)
		}
		base := strings.TrimSuffix(need(url.Parse(description.Servers[0].URL))(t).Path, "/")
		for path, item := range description.Paths {
			for method := range item {
				if method != "parameters" {
					described[method+" "+base+path]++
				}
			}
		}
	}
	for _, route := range slices.Sorted(maps.Keys(routed)) {
		if routed[route+"/"] { // the same without its slash
			continue
		}
		if described[route] != 1 {
			t.Errorf("%s is described %d times", route, described[route])
		}
	}
	for _, route := range slices.Sorted(maps.Keys(described)) {
		if !routed[route] {
			t.Errorf("%s is described, and there is no such route", route)
		}
	}
}
