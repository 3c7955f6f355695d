// Bare is the least that a Fiber server can do: it fetches some pages of a running desk when it starts, and from then on sends the same
// bytes with the same headers, gzipped to whoever takes that, or says that they have not changed. It asks nothing and writes nothing.
// .ci/pages measures the desk against it.
//
// It is built as a file of the module of the desk, and so with the same Fiber: go build .ci/bare/main.go
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// answer is what the desk sent.
type answer struct {
	headers [][2]string
	mark    string // ETag
	body    []byte
}

func main() {
	if len(os.Args) < 4 {
		fail(fmt.Errorf("usage: bare ADDRESS DESK PATH..., for example bare 127.0.0.1:8081 http://127.0.0.1:8080 /programs"))
	}
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	for _, path := range os.Args[3:] {
		plain, packed := fetch(os.Args[2]+path, ""), fetch(os.Args[2]+path, "gzip")
		app.Get(path, func(c *fiber.Ctx) error {
			page := plain
			if strings.Contains(c.Get(fiber.HeaderAcceptEncoding), "gzip") {
				page = packed
			}
			for _, header := range page.headers {
				c.Set(header[0], header[1])
			}
			if c.Get(fiber.HeaderIfNoneMatch) == page.mark {
				return c.SendStatus(fiber.StatusNotModified)
			}
			return c.Send(page.body)
		})
	}
	fail(app.Listen(os.Args[1]))
}

// fetch asks the desk for a page. Date and Content-Length are left out, since every server writes its own.
func fetch(address, encoding string) (a answer) {
	request, err := http.NewRequest(http.MethodGet, address, nil)
	fail(err)
	if encoding != "" {
		request.Header.Set("Accept-Encoding", encoding)
	}
	client := http.Client{Transport: &http.Transport{DisableCompression: true}} // the bytes as they are sent
	response, err := client.Do(request)
	fail(err)
	defer response.Body.Close()
	a.body, err = io.ReadAll(response.Body)
	fail(err)
	if got := response.Header.Get("Content-Encoding"); response.StatusCode != http.StatusOK || got != encoding {
		fail(fmt.Errorf("%s: status %d, encoding %q, want 200 and %q", address, response.StatusCode, got, encoding))
	}
	a.mark = response.Header.Get("ETag")
	for name, values := range response.Header {
		if name != "Date" && name != "Content-Length" {
			a.headers = append(a.headers, [2]string{name, values[0]})
		}
	}
	return a
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bare:", err)
		os.Exit(1)
	}
}
