package ui_test

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"accessdesk/ui"
)

// TestDirectoryIsDescribed holds that the description of /hsds/ and the route table name the same addresses and methods.
func TestDirectoryIsDescribed(t *testing.T) {
	w := openWorld(t)
	got := w.visitor(t, stranger).Send(http.MethodGet, "/hsds/openapi.json", nil, nil)
	var document struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	if err := json.Unmarshal(need(io.ReadAll(got.Body))(t), &document); err != nil {
		t.Fatal(err)
	}
	var described, served []string
	for path, methods := range document.Paths {
		for method := range methods {
			described = append(described, strings.ToUpper(method)+" /hsds"+strings.ReplaceAll(path, "{id}", ":id"))
		}
	}
	for _, route := range ui.Routes(w.site) {
		// The description itself, and the first address as some write it, are left out.
		if strings.HasPrefix(route.Path, "/hsds/") && route.Path != "/hsds/openapi.json" {
			served = append(served, route.Method+" "+route.Path)
			if !route.Machine || !route.Cookieless || route.Limit == "" || route.Cached != (route.Method == http.MethodGet) {
				t.Errorf("%s %s is not like the others", route.Method, route.Path)
			}
		}
	}
	slices.Sort(described)
	slices.Sort(served)
	if !slices.Equal(described, served) || len(served) < 15 {
		t.Errorf("described\n%s\nserved\n%s", strings.Join(described, "\n"), strings.Join(served, "\n"))
	}
}
