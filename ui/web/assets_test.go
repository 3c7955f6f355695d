package web_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"accessdesk/data/datatest"
	"accessdesk/ui/web"
)

func TestStaticFiles(t *testing.T) {
	b := newBench(t, plan{pages: map[string]string{"pages/page.html": `{{define "title"}}x{{end}}{{define "main"}}` +
		`<a id="css" href="{{asset "app.css"}}"></a><a id="svg" href="{{asset "favicon.svg"}}"></a><a id="js" href="{{asset "pictures/a.b.js"}}"></a>{{end}}`}})
	home := b.visitor().Visit("/")
	for _, c := range []struct{ id, name, begin, end, kind string }{
		{"css", "app.css", "/static/app.", ".css", "text/css; charset=utf-8"},
		{"svg", "favicon.svg", "/static/favicon.", ".svg", "image/svg+xml"},
		{"js", "pictures/a.b.js", "/static/pictures/a.b.", ".js", "text/javascript; charset=utf-8"},
	} {
		address := home.Find("#"+c.id).AttrOr("href", "")
		hash := strings.TrimSuffix(strings.TrimPrefix(address, c.begin), c.end)
		if len(hash) != 8 || strings.ContainsAny(hash, "./") {
			t.Fatalf("%s has the address %s", c.name, address)
		}
		content := staticFiles()[c.name].Data
		plain := b.static("GET", address, nil, 200, content)
		if kind := plain.Header.Get("Content-Type"); kind != c.kind {
			t.Errorf("%s is %q", c.name, kind)
		}
		b.static("HEAD", address, nil, 200, nil)
		b.static("GET", address+"?v=2", nil, 200, content)
		b.static("GET", address, map[string]string{"Accept-Encoding": "br, deflate"}, 200, content)
		packed := b.static("GET", address, map[string]string{"Accept-Encoding": "br, gzip"}, 200, content)
		if encoded := packed.Header.Get("Content-Encoding") == "gzip"; encoded != (len(content) > 1000) {
			t.Errorf("%s: gzip %v", c.name, encoded)
		}
		etag := plain.Header.Get("ETag")
		if etag != `"`+hash+`"` {
			t.Errorf("%s: ETag %s", c.name, etag)
		}
		b.static("GET", address, map[string]string{"If-None-Match": etag}, 304, nil)
		b.static("GET", address, map[string]string{"If-None-Match": etag, "Accept-Encoding": "gzip"}, 304, nil)
		b.static("GET", address, map[string]string{"If-None-Match": `"00000000"`}, 200, content)
		// Somebody's cookies change nothing.
		known := b.static("GET", address, map[string]string{"Cookie": "lang=es; session=x; flash=x.y; browser=z", "Accept-Language": "es"}, 200, content)
		if known.Header.Get("Content-Language") != "" {
			t.Errorf("%s has a language: %v", c.name, known.Header)
		}
	}
}

// static fetches a file and looks at what every such answer has.
func (b *bench) static(verb, address string, headers map[string]string, status int, content []byte) *http.Response {
	b.t.Helper()
	response := b.send(verb, "127.0.0.1:8080", address, headers, "")
	var body io.Reader = response.Body
	if response.Header.Get("Content-Encoding") == "gzip" {
		unpacked, err := gzip.NewReader(response.Body)
		must(b.t, err)
		body = unpacked
	}
	got, err := io.ReadAll(body)
	must(b.t, err)
	if response.StatusCode != status || !bytes.Equal(got, content) {
		b.t.Errorf("%s %s: status %d, %d bytes, want %d, %d bytes", verb, address, response.StatusCode, len(got), status, len(content))
	}
	if response.Header.Get("Cache-Control") != "public, max-age=31536000, immutable" || response.Header.Get("Vary") != "Accept-Encoding" || len(response.Cookies()) > 0 ||
		response.Header.Get("ETag") == "" {
		b.t.Errorf("%s %s: headers %v", verb, address, response.Header)
	}
	return response
}

func TestUnknownStaticFiles(t *testing.T) {
	b := newBench(t, plan{})
	address := b.visitor().Visit("/").Find("link").AttrOr("href", "")
	hash := strings.Split(address, ".")[1]
	for _, path := range []string{"/static/", "/static/app.css", "/static/app.00000000.css", "/static/app." + hash + ".js", "/static/favicon." + hash + ".svg", "/static/pictures",
		"/static/pictures/", "/static/../static/app." + hash + ".css", "/static//app." + hash + ".css", "/static/%2e%2e/go.mod", "/static/../../../../etc/passwd",
		"/static/APP." + hash + ".css", "/static", "/static/app." + hash + ".css/", "/static/app." + hash + ".css%00"} {
		response := b.send("GET", "127.0.0.1:8080", path, map[string]string{"Cookie": "flash=x.y; session=z"}, "")
		b.want(response, 404)
		if response.Header.Get("Cache-Control") != "no-store" || response.Header.Get("ETag") != "" || len(response.Cookies()) > 0 {
			t.Errorf("%s: headers %v", path, response.Header)
		}
	}
	b.want(b.send("POST", "127.0.0.1:8080", address, nil, "a=b"), 405)
}

// The address of a file changes with its content, and only then.
func TestAddressesFollowContent(t *testing.T) {
	address := func(content string) string {
		b := newBench(t, plan{config: func(c *web.Config) {
			c.Static = fstest.MapFS{"app.css": {Data: []byte(content)}}
		}})
		return b.visitor().Visit("/").Find("link").AttrOr("href", "")
	}
	first, again, changed := address("a"), address("a"), address("b")
	if first != again || first == changed {
		t.Errorf("addresses %s, %s and %s", first, again, changed)
	}
}

func TestIcon(t *testing.T) {
	b := newBench(t, plan{})
	response := b.send("GET", "127.0.0.1:8080", "/favicon.svg", map[string]string{"Cookie": "lang=es"}, "")
	if body := b.want(response, 200); body != string(staticFiles()["favicon.svg"].Data) || response.Header.Get("Content-Type") != "image/svg+xml" ||
		response.Header.Get("Cache-Control") != "public, max-age=86400" || len(response.Cookies()) > 0 {
		t.Errorf("%s, headers %v", body, response.Header)
	}
	without := newBench(t, plan{config: func(c *web.Config) { c.Static = fstest.MapFS{"app.css": {Data: []byte("a")}} }})
	without.want(without.send("GET", "127.0.0.1:8080", "/favicon.svg", nil, ""), 404)
}

// unreadable is a folder whose files cannot be read.
type unreadable struct{ fstest.MapFS }

func (unreadable) ReadFile(name string) ([]byte, error) {
	return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrPermission}
}

func TestStaticFilesFailTheStart(t *testing.T) {
	_, err := newSite(datatest.Open(t), func(c *web.Config) { c.Static = unreadable{staticFiles()} })
	if err == nil || !strings.Contains(err.Error(), "static files") || !errors.Is(err, fs.ErrPermission) {
		t.Errorf("error %v", err)
	}
}
