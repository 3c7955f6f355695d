package web_test

import (
	"strings"
	"testing"

	"accessdesk/data"
	"accessdesk/ui/web"
)

// A file is kept, never shown: no browser opens it as a page of the site, whatever stands in it or in its name.
func TestFileIsKept(t *testing.T) {
	name := "packet \"x\"\r\nSet-Cookie: a=b/../.txt"
	b := newBench(t, plan{routes: func(s *web.Site) []web.Route {
		return []web.Route{get("/file", web.Public, s.Read(func(*web.Request, *data.Tx) (web.Reply, error) {
			return web.Reply{File: &web.File{Name: name, Type: "text/plain; charset=utf-8", Body: []byte("<script>alert(1)</script> ñ")}}, nil
		}))}
	}})
	response := b.visitor().Send("GET", "/file", nil, nil)
	body := b.want(response, 200)
	if body != "<script>alert(1)</script> ñ" {
		t.Errorf("body %q", body)
	}
	for header, want := range map[string]string{"Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store",
		"Content-Disposition": `attachment; filename="packet--x---Set-Cookie--a-b-..-.txt"`, "Content-Language": "en"} {
		if got := response.Header.Get(header); got != want {
			t.Errorf("%s is %q, want %q", header, got, want)
		}
	}
	if len(response.Cookies()) > 0 || strings.Contains(response.Header.Get("Content-Disposition"), "\n") {
		t.Errorf("headers %v", response.Header)
	}
}
