// Package download fetches the files of the public registers from their publishers, and loads them as an import by hand does.
//
// # What is asked
//
// Only addresses that the configuration names, over https on the usual port, on hosts that stand on its list; the same holds for every
// address that a publisher redirects to, at most five times. No address in a private network is ever reached (package internet), no
// proxy of the environment is used. What a publisher said of a file the last time (ETag, Last-Modified) goes with the next request,
// so that a file that did not change is not sent again; it is used only while the vintage that came of it is the live one and this
// program reads files as it did then.
//
// # What is taken
//
// A file of at most so many bytes, and all files of a register together; what is declared is looked at first, what comes is counted.
// The time for a file is limited. A ZIP archive is opened, a workbook (which is one too) is not. Of an archive, the files that the
// address names after "#", or all tables in it; entries, and the bytes they unpack to, are limited. Names in an archive are for
// messages only: they never become the name of a file here.
//
// # What comes of it
//
// Files lie in a temporary folder until registry.Load has read them: all or nothing, and the same files again change nothing. One
// register's failure does not touch another. When each was tried, and why it failed, is kept (table registry_sync).
package download

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path"
	"strings"
	"time"

	"accessdesk/data/internet"
)

const (
	mostRedirects = 5
	headerBytes   = 64 << 10
	dialTime      = 30 * time.Second // to connect, for TLS, and for the first byte of an answer, if a file may take that long
	addressLength = 2000             // characters of an address
	agentName     = "AccessDeskRegistrySync"
)

// Limits are those of a sync.
type Limits struct {
	File  int64         // bytes of a file as it is sent
	Total int64         // bytes of all files of a register as they are sent
	Time  time.Duration // for a file, from dialing to its last byte
}

// Config is what a client must know.
type Config struct {
	Hosts  internet.Hosts
	Limits Limits
	// Site is the public address of the desk; requests carry it, so that a publisher can ask.
	Site string
	// Progress hears how many bytes of a register came so far; may be nil.
	Progress func(register string, bytes int64)

	// For tests: how to dial, and which certificates to trust. A dialer replaces the look at addresses.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	TLS  *tls.Config
}

// Client downloads.
type Client struct {
	config Config
	web    *http.Client
}

// New makes a client.
func New(c Config) *Client {
	first := min(dialTime, c.Limits.Time)
	dial := c.Dial
	if dial == nil {
		dial = (&net.Dialer{Timeout: first, Control: internet.OnlyPublic}).DialContext
	}
	transport := &http.Transport{DialContext: dial, TLSClientConfig: c.TLS, TLSHandshakeTimeout: first, ResponseHeaderTimeout: first,
		MaxResponseHeaderBytes: headerBytes, DisableKeepAlives: true, Proxy: nil, DisableCompression: true, ForceAttemptHTTP2: true}
	return &Client{config: c, web: &http.Client{Transport: transport, // the time is that of the context
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// Address is where a publisher has a file, and what is wanted of it if it is an archive.
type Address struct {
	text string
	// Entries are the names of the files in an archive; none: every table in it.
	Entries []string
}

// ParseAddress reads an address as the configuration has it: https, and after "#" the names of files in an archive, with commas between.
func ParseAddress(text string, hosts internet.Hosts) (Address, error) {
	bare, names, _ := strings.Cut(text, "#")
	at, err := url.Parse(bare)
	switch {
	case err != nil || at.Host == "" || at.User != nil || len(text) > addressLength:
		return Address{}, fmt.Errorf("%q is no address like https://www.example.gov/data/file.csv", Shown(text))
	case at.Scheme != "https":
		return Address{}, fmt.Errorf("%s is not https: what comes could have been changed on the way", Shown(text))
	case !hosts.Allows(bare):
		return Address{}, fmt.Errorf("%s is not on a listed host: add %q to [registry] hosts", Shown(text), at.Hostname())
	}
	a := Address{text: bare}
	for name := range strings.SplitSeq(names, ",") {
		if name, err = url.PathUnescape(strings.TrimSpace(name)); err != nil {
			return Address{}, fmt.Errorf("%s: what stands after # is no list of file names", Shown(text))
		}
		if name != "" {
			a.Entries = append(a.Entries, name)
		}
	}
	return a, nil
}

// String is host and path. What follows the question mark may be a key.
func (a Address) String() string { return Shown(a.text) }

// Shown is an address without what may be secret in it: host and path.
func Shown(text string) string {
	at, err := url.Parse(text)
	if err != nil {
		return "an address that cannot be read"
	}
	return at.Host + at.EscapedPath()
}

// Problem is why a file of a register could not be had, in words, with what to do.
type Problem struct {
	Register string
	Where    string // host and path
	Text     string
	err      error
}

// Error is "REGISTER, HOST/PATH: text".
func (p *Problem) Error() string { return p.Register + ", " + p.Where + ": " + p.Text }

// Unwrap is the cause; nil if there is no other.
func (p *Problem) Unwrap() error { return p.err }

// known is what a publisher said of a file that it sent.
type known struct{ tag, modified string }

// haul is the download of the files of one register.
type haul struct {
	*Client
	register string
	folder   string
	count    int   // of files in the folder
	came     int64 // bytes
}

// answer is what a publisher has at an address.
type answer struct {
	known
	unchanged bool
	path      string // of the file here
	name      string // what the publisher calls it
}

func (h *haul) problem(a Address, err error, format string, args ...any) error {
	return &Problem{Register: h.register, Where: a.String(), Text: fmt.Sprintf(format, args...), err: err}
}

// fetch asks for a file, and puts it into the folder unless it is as it was.
func (h *haul) fetch(ctx context.Context, a Address, before known) (answer, error) {
	within, cancel := context.WithTimeout(ctx, h.config.Limits.Time) // redirects together
	defer cancel()
	next := a.text
	for range mostRedirects + 1 {
		at, ok := h.config.Hosts.Parse(next)
		if !ok {
			return answer{}, h.problem(a, nil, "leads to %s, which is not https on a listed host. If the publisher moved, add its new host to [registry] hosts", Shown(next))
		}
		got, err := h.ask(within, at, before)
		if err != nil {
			return answer{}, h.unreached(ctx, a, err)
		}
		to, err := at.Parse(got.Header.Get("Location"))
		if got.StatusCode >= 300 && got.StatusCode < 400 && got.StatusCode != http.StatusNotModified && err == nil && got.Header.Get("Location") != "" {
			_ = got.Body.Close() // nothing of it is read
			next = to.String()
			continue
		}
		taken, err := h.take(within, a, at, got, before)
		if err = errors.Join(err, got.Body.Close()); err == nil {
			return taken, nil
		}
		var said *Problem
		if errors.As(err, &said) {
			return answer{}, said
		}
		return answer{}, h.unreached(ctx, a, err)
	}
	return answer{}, h.problem(a, nil, "leads to another address more than %d times. Open it in a browser and look where the file is", mostRedirects)
}

func (h *haul) ask(ctx context.Context, at *url.URL, before known) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("User-Agent", agentName+"/1.0 (+"+h.config.Site+")")
	request.Header.Set("Accept", "*/*")
	request.Header.Set("Accept-Encoding", "identity")
	if before.tag != "" {
		request.Header.Set("If-None-Match", before.tag)
	}
	if before.modified != "" {
		request.Header.Set("If-Modified-Since", before.modified)
	}
	return h.web.Do(request)
}

// take keeps what an answer brings.
func (h *haul) take(ctx context.Context, a Address, at *url.URL, got *http.Response, before known) (answer, error) {
	switch {
	case got.StatusCode == http.StatusNotModified && before != (known{}):
		return answer{known: before, unchanged: true}, nil
	case got.StatusCode == http.StatusNotFound || got.StatusCode == http.StatusGone:
		return answer{}, h.problem(a, nil, "is not there (%d). Look on the publisher's site where the file is now, and change [registry.urls]", got.StatusCode)
	case got.StatusCode == http.StatusUnauthorized || got.StatusCode == http.StatusForbidden || got.StatusCode == http.StatusTooManyRequests:
		return answer{}, h.problem(a, nil, "the publisher refused (%d). Download the file in a browser, and load it with registry import", got.StatusCode)
	case got.StatusCode != http.StatusOK:
		return answer{}, h.problem(a, nil, "the publisher answered with status %d. Try again later", got.StatusCode)
	case strings.HasPrefix(strings.ToLower(got.Header.Get("Content-Type")), "text/html"):
		return answer{}, h.problem(a, nil, "is a web page, not a file. Open it in a browser, and copy the address of the file itself")
	case got.ContentLength > h.config.Limits.File:
		return answer{}, h.problem(a, nil, "has %s, and %s are allowed. If that is right, raise [registry] file_mb", megabytes(got.ContentLength), megabytes(h.config.Limits.File))
	case h.came+max(got.ContentLength, 0) > h.config.Limits.Total:
		return answer{}, h.tooMuch(a)
	}
	file, err := os.OpenFile(h.place(), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return answer{}, err
	}
	most := min(h.config.Limits.File, h.config.Limits.Total-h.came)
	size, err := io.Copy(file, &counting{haul: h, from: io.LimitReader(got.Body, most+1)})
	// A server that sees us leave ends its answer properly, which may come before the connection is closed here: what then looks whole
	// is cut off.
	if err = errors.Join(err, file.Close(), ctx.Err()); err != nil {
		return answer{}, err
	}
	switch {
	case size > h.config.Limits.File:
		return answer{}, h.problem(a, nil, "has more than %s, which are allowed. If that is right, raise [registry] file_mb", megabytes(h.config.Limits.File))
	case size > most:
		return answer{}, h.tooMuch(a)
	}
	return answer{known: known{got.Header.Get("ETag"), got.Header.Get("Last-Modified")}, path: file.Name(), name: tidy(path.Base(at.Path))}, nil
}

func (h *haul) tooMuch(a Address) error {
	return h.problem(a, nil, "the files of %s have more than %s together, which are allowed. If that is right, raise [registry] total_mb", h.register, megabytes(h.config.Limits.Total))
}

// place is a new path in the folder. No name from outside is part of it.
func (h *haul) place() string {
	h.count++
	return fmt.Sprintf("%s/%03d", h.folder, h.count)
}

// unreached says why no answer, or not all of it, came.
func (h *haul) unreached(ctx context.Context, a Address, err error) error {
	var name *net.DNSError
	var wait net.Error
	var disk *os.PathError
	switch {
	case ctx.Err() != nil:
		return h.problem(a, ctx.Err(), "the download was stopped")
	case errors.As(err, &disk):
		return h.problem(a, err, "the file cannot be kept here: %v. Make room in the folder for temporary files (TMPDIR)", disk.Err)
	case errors.Is(err, internet.ErrPrivate):
		return h.problem(a, err, "leads into a private network, where nothing is asked. Check the address, and the name server of this machine")
	case errors.As(err, &name) && name.IsNotFound:
		return h.problem(a, err, "there is no such host. Check [registry.urls]")
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &wait) && wait.Timeout():
		return h.problem(a, err, "did not come within %s. Try again, or raise [registry] timeout_seconds", h.config.Limits.Time)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return h.problem(a, err, "the connection broke before the file was whole. Try again")
	}
	var secret *url.Error // its text holds the whole address
	if errors.As(err, &secret) {
		err = secret.Err
	}
	return h.problem(a, err, "no answer: %v. Try again later", err)
}

// counting tells the progress of what is read.
type counting struct {
	*haul
	from io.Reader
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	c.came += int64(n)
	if c.config.Progress != nil {
		c.config.Progress(c.register, c.came)
	}
	return n, err
}

// megabytes writes a size for people; small ones in bytes.
func megabytes(bytes int64) string {
	if bytes < 1<<20 {
		return fmt.Sprintf("%d bytes", bytes)
	}
	return fmt.Sprintf("%d MB", (bytes+1<<20-1)>>20)
}
