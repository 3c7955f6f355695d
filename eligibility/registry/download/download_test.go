package download

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/data/internet"
	"accessdesk/eligibility/registry"
	"accessdesk/eligibility/registry/layout"
)

// Two releases of a small register, and a credit union in the two files that its register takes.
const (
	header  = "CERT,NAME,CITY,STNAME,ZIP,ADDRESS,BKCLASS,CHARTER,ACTIVE,ASSET\n"
	banks   = header + "1,First Example Bank,Sampleton,Ohio,43001,1 Main St,NM,0,1,100\n2,Second Example Bank,Sampleton,Texas,75001,1 Main St,N,0,1,2500\n"
	banks2  = header + "1,First Example Bank,Sampleton,Ohio,43001,1 Main St,NM,0,1,300\n"
	zips    = "ZIPCode,State,ZIPCodeType,POName,PrimaryRUCA,SecondaryRUCA\n43001,OH,ZIP Code area,Sampleton,1,1\n"
	fileMB  = 1
	totalMB = 2
)

// console is the actor of what is done on the command line.
const console = "console"

// publisher is a server that answers for every name of the tests and notes what it was asked.
type publisher struct {
	*httptest.Server
	mu    sync.Mutex
	asked []string // "www.example.com/a", with "if" after it if the question was whether the file changed
}

func newPublisher(t *testing.T, answer http.HandlerFunc) *publisher {
	t.Helper()
	p := &publisher{}
	p.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked := r.Host + r.URL.Path
		if r.Header.Get("If-None-Match")+r.Header.Get("If-Modified-Since") != "" {
			asked += " if"
		}
		p.mu.Lock()
		p.asked = append(p.asked, asked)
		p.mu.Unlock()
		answer(w, r)
	}))
	p.Config.ErrorLog = nil
	p.StartTLS()
	t.Cleanup(p.Close)
	return p
}

func (p *publisher) log() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := strings.Join(p.asked, "; ")
	p.asked = nil
	return all
}

// config asks the publisher under the names that its certificate has: example.com and all below it.
func (p *publisher) config(change ...func(*Config)) Config {
	roots := x509.NewCertPool()
	roots.AddCert(p.Certificate())
	c := Config{Hosts: internet.Hosts{"www.example.com", "files.example.com"}, Site: "https://desk.example.org", TLS: &tls.Config{RootCAs: roots},
		Limits: Limits{File: fileMB << 20, Total: totalMB << 20, Time: 30 * time.Second},
		Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, p.Listener.Addr().String())
		}}
	for _, f := range change {
		f(&c)
	}
	return c
}

func (p *publisher) sync(t *testing.T, db *datatest.Database, name string, addresses []string, change ...func(*Config)) (Outcome, error) {
	t.Helper()
	config := p.config(change...)
	return syncWith(t, t.Context(), db, config, name, addresses...)
}

func syncWith(t *testing.T, ctx context.Context, db *datatest.Database, config Config, name string, addresses ...string) (Outcome, error) {
	t.Helper()
	t.Setenv("TMPDIR", t.TempDir())
	source, ok := layout.Named(name)
	if !ok {
		t.Fatalf("no register %s", name)
	}
	r := Register{Source: source}
	for _, text := range addresses {
		a, err := ParseAddress(text, config.Hosts)
		if err != nil {
			t.Fatal(err)
		}
		r.Addresses = append(r.Addresses, a)
	}
	db.Write(t, func(tx *data.Tx) error { return Begin(tx, name) })
	outcome, err := New(config).Sync(ctx, db.DB, r, console, nil)
	if left, readErr := os.ReadDir(os.TempDir()); readErr != nil || len(left) > 0 {
		t.Errorf("files are left behind: %v %v", left, readErr)
	}
	return outcome, err
}

// archive makes a ZIP of names and texts.
func archive(t testing.TB, files ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for i := 0; i < len(files); i += 2 {
		entry, err := w.Create(files[i])
		if err == nil {
			_, err = io.WriteString(entry, files[i+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func live(t *testing.T, db *datatest.Database, register string) (found registry.Vintage) {
	t.Helper()
	db.Read(t, func(tx *data.Tx) error {
		all, err := registry.Vintages(tx)
		for _, v := range all {
			if v.Register == register && v.State == registry.Live {
				found = v
			}
		}
		return err
	})
	return found
}

func stateOf(t *testing.T, db *datatest.Database, register string) (found State) {
	t.Helper()
	db.Read(t, func(tx *data.Tx) error {
		all, err := States(tx)
		for _, s := range all {
			if s.Register == register {
				found = s
			}
		}
		return err
	})
	return found
}

// TestSync downloads, asks whether the file changed, and loads the next release.
func TestSync(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		text, tag := banks, `"one"`
		p := newPublisher(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/moved.csv" {
				http.Redirect(w, r, "https://files.example.com/banks-2026-01.csv?key=secret", http.StatusFound)
				return
			}
			w.Header().Set("ETag", tag)
			if tag != "" && r.Header.Get("If-None-Match") == tag {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			_, _ = io.WriteString(w, text)
		})
		addresses := []string{"https://www.example.com/moved.csv"}
		outcome, err := p.sync(t, db, "fdic", addresses)
		if err != nil || outcome.Vintage.Kept != 2 || outcome.Vintage.Vintage != "2026-01" {
			t.Fatalf("%+v %v", outcome, err)
		}
		if got := p.log(); got != "www.example.com/moved.csv; files.example.com/banks-2026-01.csv" {
			t.Errorf("asked %s", got)
		}
		first := stateOf(t, db, "fdic")
		if first.Problem != "" || !first.Good.Equal(db.Now()) {
			t.Errorf("state %+v at %s", first, db.Now())
		}
		var acts int
		db.Read(t, func(tx *data.Tx) error {
			return tx.Row("SELECT count(*) FROM record_entry WHERE act = 'registry_loaded' AND actor = $1", console).Scan(&acts)
		})
		if acts != 1 {
			t.Errorf("%d entries in the record", acts)
		}

		db.Advance(time.Hour)
		outcome, err = p.sync(t, db, "fdic", addresses)
		if err != nil || !outcome.Unchanged {
			t.Fatalf("%+v %v", outcome, err)
		}
		if got := p.log(); got != "www.example.com/moved.csv if; files.example.com/banks-2026-01.csv if" {
			t.Errorf("asked %s", got)
		}
		if got := stateOf(t, db, "fdic"); !got.Good.Equal(db.Now()) {
			t.Errorf("state %+v at %s", got, db.Now())
		}

		text, tag = banks2, `"two"`
		outcome, err = p.sync(t, db, "fdic", addresses)
		if err != nil || outcome.Unchanged || outcome.Vintage.Went != 1 || outcome.Vintage.Changed != 1 {
			t.Fatalf("%+v %v", outcome, err)
		}

		// Somebody loads another file by hand: what the publisher said does not count any more.
		source, _ := layout.Named("fdic")
		_, err = registry.Load(t.Context(), db.DB, registry.Import{Source: source, Actor: console, Files: []layout.File{{Name: "banks-2026-01.csv",
			Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(banks)), nil }}}})
		if err != nil {
			t.Fatal(err)
		}
		p.log()
		outcome, err = p.sync(t, db, "fdic", addresses)
		if err != nil || !outcome.Again || strings.Contains(p.log(), " if") {
			t.Fatalf("%+v %v", outcome, err)
		}

		// A publisher that does not say whether a file changed sends it again, which changes nothing.
		tag = ""
		for range 2 {
			if outcome, err = p.sync(t, db, "fdic", []string{"https://www.example.com/banks.csv"}); err != nil || !outcome.Same {
				t.Fatalf("%+v %v", outcome, err)
			}
		}
	})
}

// TestSyncOfSeveralFiles holds that a release is loaded whole: one new file brings the others with it.
func TestSyncOfSeveralFiles(t *testing.T) {
	db := datatest.Open(t)
	changed := false
	systems := "PWSID,PWS_NAME,PWS_ACTIVITY_CODE,PWS_TYPE_CODE,OWNER_TYPE_CODE,POPULATION_SERVED_COUNT,SERVICE_CONNECTIONS_COUNT,PRIMACY_AGENCY_CODE,PRIMARY_SOURCE_CODE,CITY_NAME,ZIP_CODE,IS_GRANT_ELIGIBLE_IND,IS_WHOLESALER_IND,IS_SCHOOL_OR_DAYCARE_IND,PRIMACY_TYPE,STATE_CODE\n" +
		"GA0000001,EXAMPLE WATER,A,CWS,L,500,200,GA,GW,Sampleton,30001,N,N,N,State,GA\n"
	areas := "PWSID,AREA_TYPE_CODE,ANSI_ENTITY_CODE,COUNTY_SERVED,STATE_SERVED,TRIBAL_CODE,ZIP_CODE_SERVED,CITY_SERVED\nGA0000001,CN,001,Appling,,,,\n"
	p := newPublisher(t, func(w http.ResponseWriter, r *http.Request) {
		text := systems
		if r.URL.Path == "/areas.csv" {
			if text = areas; changed {
				text = strings.Replace(areas, "001,Appling", "003,Atkinson", 1)
			}
		}
		http.ServeContent(w, r, "", map[bool]time.Time{false: datatest.Start, true: datatest.Start.Add(time.Hour)}[changed && r.URL.Path == "/areas.csv"], strings.NewReader(text))
	})
	addresses := []string{"https://www.example.com/systems.csv", "https://www.example.com/areas.csv"}
	if outcome, err := p.sync(t, db, "sdwis", addresses); err != nil || outcome.Vintage.Kept != 1 {
		t.Fatalf("%+v %v", outcome, err)
	}
	p.log()
	if outcome, err := p.sync(t, db, "sdwis", addresses); err != nil || !outcome.Unchanged {
		t.Fatalf("%+v %v", outcome, err)
	}
	p.log()
	changed = true
	if outcome, err := p.sync(t, db, "sdwis", addresses); err != nil || outcome.Unchanged || len(outcome.Files) != 2 {
		t.Fatalf("%+v %v", outcome, err)
	}
	if got := p.log(); got != "www.example.com/systems.csv if; www.example.com/areas.csv if; www.example.com/systems.csv" {
		t.Errorf("asked %s", got)
	}
}

// TestSyncOfArchive takes what is wanted of a ZIP archive, whatever its names are; a workbook is no archive.
func TestSyncOfArchive(t *testing.T) {
	db := datatest.Open(t)
	evil := archive(t, "../../etc/Banks-2026-01.csv", banks, "/abs/Readme.txt", "Read me.", `..\..\more.csv`, "x", "folder/", "")
	p := newPublisher(t, func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(evil) })
	outcome, err := p.sync(t, db, "fdic", []string{"https://www.example.com/all.zip#banks-2026-01.csv"})
	if err != nil || outcome.Vintage.Kept != 2 || outcome.Files[0].Name != "Banks-2026-01.csv" {
		t.Fatalf("%+v %v", outcome, err)
	}
	evil = archive(t, "only.csv", banks2)
	if outcome, err = p.sync(t, db, "fdic", []string{"https://www.example.com/all.zip"}); err != nil || outcome.Vintage.Kept != 1 {
		t.Fatalf("%+v %v", outcome, err)
	}
	files, err := unpack(written(t, archive(t, "[Content_Types].xml", "x", "xl/workbook.xml", "x")), "book.xlsx", nil, func() string { t.Error("a workbook is unpacked"); return "" })
	if err != nil || len(files) != 1 || files[0].Name != "book.xlsx" {
		t.Errorf("%v %v", files, err)
	}
}

// TestSyncRefuses is everything that a publisher, or somebody in its place, can do wrong. Nothing changes, and the message names the
// register, host and path, what is wrong and what to do, and no secret.
func TestSyncRefuses(t *testing.T) {
	db := datatest.Open(t)
	bomb := archive(t, "bomb.csv", strings.Repeat("\x00", 64<<20))
	many := make([]string, 0, 2*(mostEntries+1))
	for i := range mostEntries + 1 {
		many = append(many, fmt.Sprintf("%d.csv", i), "")
	}
	broken := archive(t, "a.csv", banks)
	broken[40] ^= 0xff
	cases := map[string]struct {
		answer http.HandlerFunc
		want   string
		change func(*Config)
		entry  string
	}{
		"other host":    {redirect("https://evil.example.net/banks.csv?token=secret"), "leads to evil.example.net/banks.csv, which is not https on a listed host", nil, ""},
		"plain":         {redirect("http://www.example.com/banks.csv"), "leads to www.example.com/banks.csv, which is not https", nil, ""},
		"other port":    {redirect("https://www.example.com:8443/banks.csv"), "which is not https on a listed host", nil, ""},
		"inward":        {redirect("https://169.254.169.254/latest/meta-data/"), "leads to 169.254.169.254/latest/meta-data/", nil, ""},
		"loop":          {redirect("https://www.example.com/banks.csv?again"), "more than 5 times", nil, ""},
		"missing":       {status(404), "is not there (404)", nil, ""},
		"refused":       {status(403), "the publisher refused (403)", nil, ""},
		"down":          {status(503), "status 503", nil, ""},
		"not asked":     {status(304), "status 304", nil, ""},
		"declared long": {says("Content-Length", "9000000", ""), "has 9 MB, and 1 MB are allowed", nil, ""},
		"long":          {flood, "has more than 1 MB", nil, ""},
		"together":      {flood, "files of fdic have more than 2 MB together", func(c *Config) { c.Limits.File = 8 << 20 }, ""},
		"slow": {func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, header)
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}, "did not come within 50ms", func(c *Config) { c.Limits.Time = 50 * time.Millisecond }, ""},
		"silent":  {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "did not come within 50ms", func(c *Config) { c.Limits.Time = 50 * time.Millisecond }, ""},
		"cut off": {says("Content-Length", "5000", banks), "the connection broke before the file was whole", nil, ""},
		"cut off chunks": {func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, banks)
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}, "the connection broke", nil, ""},
		"web page":       {says("Content-Type", "text/html; charset=utf-8", "<p>Please sign in"), "is a web page", nil, ""},
		"hidden page":    {says("Content-Type", "text/csv", "<!doctype html><p>Please sign in"), "is a web page", nil, ""},
		"empty":          {says("Content-Type", "text/csv", ""), "is empty", nil, ""},
		"other register": {says("Content-Type", "text/csv", zips), "this is a file of ruca-zip, not of fdic. Nothing was changed", nil, ""},
		"wrong value":    {says("Content-Type", "text/csv", header+"1,First,Sampleton,Ohio,43001,1 Main St,NM,0,1,1O0\n"), `line 2, column "ASSET"`, nil, ""},
		"no such entry":  {sends(archive(t, "a.csv", banks, "b.csv", banks)), `0 files named "c.csv", and one was expected. It has: a.csv, b.csv`, nil, "#c.csv"},
		"twice":          {sends(archive(t, "a/a.csv", banks, "b/a.csv", banks)), `2 files named "a.csv"`, nil, "#a.csv"},
		"no archive":     {says("Content-Type", "text/csv", banks), "is no ZIP archive", nil, "#a.csv"},
		"no table":       {sends(archive(t, "a.pdf", "x")), "holds no table (.csv, .txt, .xlsx, .csv.gz). It has: a.pdf", nil, ""},
		"many entries":   {sends(archive(t, many...)), "more than 1000 entries", nil, ""},
		"bomb":           {sends(inflated(t, bomb)), "unpacks to more than 1024 MB", func(c *Config) { c.Limits.File = 2 << 20 }, ""},
		"damaged":        {sends(broken), "in the ZIP archive is damaged", nil, ""},
		"half archive":   {sends(archive(t, "a.csv", banks)[:80]), "is no sound ZIP archive", nil, ""},
		"inner archive":  {sends(archive(t, "a.csv", string(archive(t, "b.csv", banks)))), "is a ZIP archive or an Excel workbook", nil, ""},
		"password":       {sends(locked(t)), "needs a password", nil, ""},
		"link":           {sends(symlink(t)), "is no file", nil, ""},
	}
	_, err := newPublisher(t, says("Content-Type", "text/csv", banks)).sync(t, db, "fdic", []string{"https://www.example.com/good.csv"})
	if err != nil {
		t.Fatal(err)
	}
	before := live(t, db, "fdic")
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			p := newPublisher(t, c.answer)
			if c.change == nil {
				c.change = func(*Config) {}
			}
			_, err := p.sync(t, db, "fdic", []string{"https://www.example.com/banks.csv?api_key=secret" + c.entry}, c.change)
			if err == nil {
				t.Fatal("it was taken")
			}
			for _, want := range []string{"fdic, www.example.com/banks.csv: ", c.want} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got %q, want %q in it", err, want)
				}
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("a secret stands in %q", err)
			}
			if after := live(t, db, "fdic"); after != before {
				t.Errorf("the live vintage was %+v, is %+v", before, after)
			}
			if state := stateOf(t, db, "fdic"); state.Problem != err.Error() {
				t.Errorf("the problem %q is kept as %q", err, state.Problem)
			}
		})
	}
}

func redirect(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) }
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(code) }
}

func says(name, value, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(name, value)
		_, _ = io.WriteString(w, body)
	}
}

func sends(body []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(body) }
}

// flood sends without end and without saying how much.
func flood(w http.ResponseWriter, r *http.Request) {
	for r.Context().Err() == nil {
		if _, err := w.Write(make([]byte, 64<<10)); err != nil {
			return
		}
	}
}

// inflated is an archive with many entries that share one packed text, as ZIP bombs do: each unpacks to 64 MB.
func inflated(t *testing.T, small []byte) []byte {
	t.Helper()
	reader, err := zip.NewReader(bytes.NewReader(small), int64(len(small)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for i := range 17 {
		raw, err := reader.File[0].OpenRaw()
		if err != nil {
			t.Fatal(err)
		}
		of := reader.File[0].FileHeader
		of.Name = fmt.Sprintf("%d.csv", i)
		entry, err := w.CreateRaw(&of)
		if err == nil {
			_, err = io.Copy(entry, raw)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func locked(t *testing.T) []byte {
	t.Helper()
	return changed(t, func(h *zip.FileHeader) { h.Flags |= 1 })
}

func symlink(t *testing.T) []byte {
	t.Helper()
	return changed(t, func(h *zip.FileHeader) { h.SetMode(os.ModeSymlink | 0o777) })
}

func changed(t *testing.T, change func(*zip.FileHeader)) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	h := &zip.FileHeader{Name: "a.csv", CompressedSize64: 10, UncompressedSize64: 10}
	change(h)
	entry, err := w.CreateRaw(h)
	if err == nil {
		_, err = io.WriteString(entry, "/etc/paswd")
	}
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func written(t testing.TB, content []byte) string {
	t.Helper()
	file, err := os.CreateTemp(t.TempDir(), "")
	if err == nil {
		_, err = file.Write(content)
	}
	if err = errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
	return file.Name()
}

// TestBombThatLies holds that what is unpacked is counted, whatever an archive says of itself.
func TestBombThatLies(t *testing.T) {
	small := archive(t, "a.csv", strings.Repeat("x", 1<<20))
	reader, err := zip.NewReader(bytes.NewReader(small), int64(len(small)))
	if err != nil {
		t.Fatal(err)
	}
	entry := reader.File[0]
	entry.UncompressedSize64 = 10
	size, err := extract(entry, t.TempDir()+"/a", 1000)
	if err == nil || size > 1001 {
		t.Errorf("%d bytes, %v", size, err)
	}
	entry.UncompressedSize64 = 1 << 20
	if _, err = extract(entry, t.TempDir()+"/a", 1<<20-1); err == nil || !strings.Contains(err.Error(), "unpacks to more than") {
		t.Error(err)
	}
	if size, err = extract(entry, t.TempDir()+"/a", 1<<20); err != nil || size != 1<<20 {
		t.Errorf("%d bytes, %v", size, err)
	}
}

// TestPrivateAddress holds that no name leads into the network of the desk, with the dialer that the program uses.
func TestPrivateAddress(t *testing.T) {
	db := datatest.Open(t)
	p := newPublisher(t, func(http.ResponseWriter, *http.Request) { t.Error("it was asked") })
	_, err := p.sync(t, db, "fdic", []string{"https://localhost.localdomain/a.csv"}, func(c *Config) {
		c.Dial, c.Hosts = nil, internet.Hosts{"localhost.localdomain"}
	})
	if err == nil || !strings.Contains(err.Error(), "leads into a private network") && !strings.Contains(err.Error(), "there is no such host") {
		t.Error(err)
	}
	_, err = p.sync(t, db, "fdic", []string{"https://localhost/a.csv"}, func(c *Config) { c.Dial, c.Hosts = nil, internet.Hosts{"localhost"} })
	if err == nil || !strings.Contains(err.Error(), "leads into a private network") {
		t.Error(err)
	}
}

// TestStopped holds that a sync that is stopped, or killed, shows as such, and leaves the old vintage.
func TestStopped(t *testing.T) {
	db := datatest.Open(t)
	ctx, cancel := context.WithCancel(t.Context())
	p := newPublisher(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, header)
		w.(http.Flusher).Flush()
		cancel()
		<-r.Context().Done()
	})
	if _, err := syncWith(t, ctx, db, p.config(), "fdic", "https://www.example.com/a.csv"); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if got := stateOf(t, db, "fdic"); !strings.Contains(got.Problem, "the download was stopped") || !got.Good.IsZero() {
		t.Errorf("%+v", got)
	}
	db.Write(t, func(tx *data.Tx) error { return Begin(tx, "fdic") }) // and then the machine loses power
	if got := stateOf(t, db, "fdic"); got.Problem != unfinished || live(t, db, "fdic").ID != "" {
		t.Errorf("%+v", got)
	}
}

// TestClaim holds the schedule: once a week, after a failure the next day, and one of several servers.
func TestClaim(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		claim := func() (claimed bool) {
			t.Helper()
			db.Write(t, func(tx *data.Tx) (err error) { claimed, err = Claim(tx, "fdic"); return err })
			return claimed
		}
		good := func() {
			db.Write(t, func(tx *data.Tx) error {
				_, err := tx.Exec("UPDATE registry_sync SET problem = '' WHERE register = $1", "fdic")
				return err
			})
		}
		if !claim() || claim() {
			t.Error("the first time: one of two")
		}
		db.Advance(afterWrong - time.Second)
		if claim() {
			t.Error("the next try comes too early")
		}
		db.Advance(time.Second)
		if !claim() {
			t.Error("a killed sync is not tried again the next day")
		}
		good()
		db.Advance(Every - time.Second)
		if claim() {
			t.Error("the next week comes too early")
		}
		db.Advance(time.Second)
		if !claim() || claim() {
			t.Error("the next week: one of two")
		}
	})
}

// TestSweep removes what a killed sync left, after a day.
func TestSweep(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	old, err := os.MkdirTemp("", temporary)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(old)
	if err != nil {
		t.Fatal(err)
	}
	sweep(info.ModTime().Add(23 * time.Hour))
	if _, err := os.Stat(old); err != nil {
		t.Error("one that may be in use is removed")
	}
	sweep(info.ModTime().Add(25 * time.Hour))
	if _, err := os.Stat(old); !errors.Is(err, os.ErrNotExist) {
		t.Error("an old one stays")
	}
}

func TestParseAddress(t *testing.T) {
	hosts := internet.Hosts{"www.example.com"}
	for text, want := range map[string]string{
		"http://www.example.com/a.csv":               "is not https",
		"ftp://www.example.com/a.csv":                "is not https",
		"https://other.example.com/a.csv?key=secret": `other.example.com/a.csv is not on a listed host: add "other.example.com" to [registry] hosts`,
		"https://www.example.com:8443/a.csv":         "is not on a listed host",
		"https://user:secret@www.example.com/a.csv":  "is no address",
		"www.example.com/a.csv":                      "is no address",
		"":                                           "is no address",
		"https://www.example.com/a.zip#%zz":          "is no list of file names",
		"https://www.example.com/" + strings.Repeat("a", addressLength): "is no address",
	} {
		if _, err := ParseAddress(text, hosts); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	a, err := ParseAddress("https://www.example.com/a.zip?key=secret#FOICU.txt, FS%20220.txt,", hosts)
	if err != nil || a.String() != "www.example.com/a.zip" || strings.Join(a.Entries, "|") != "FOICU.txt|FS 220.txt" {
		t.Errorf("%+v %v", a, err)
	}
}

// FuzzArchive holds that no archive makes the reader panic, takes more than its limits, or writes outside of its folder.
func FuzzArchive(f *testing.F) {
	f.Add(archive(f, "a.csv", banks), "")
	f.Add(archive(f, "../a.csv", banks, "b.txt", "x"), "a.csv")
	f.Add([]byte("PK\x03\x04"), "")
	f.Add([]byte(banks), "")
	f.Fuzz(func(t *testing.T, content []byte, want string) {
		folder := t.TempDir()
		path := folder + "/in"
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		var wanted []string
		if want != "" {
			wanted = []string{want}
		}
		inside := folder + "/inside"
		if err := os.Mkdir(inside, 0o700); err != nil {
			t.Fatal(err)
		}
		count := 0
		files, err := unpack(path, "in", wanted, func() string { count++; return fmt.Sprintf("%s/%d", inside, count) })
		var wrong errArchive
		if err != nil && !errors.As(err, &wrong) {
			t.Fatalf("an error that is not for people: %v", err)
		}
		for _, one := range files {
			if one.Name == "" || one.Name != tidy(one.Name) {
				t.Errorf("the name %q", one.Name)
			}
			opened, err := one.Open()
			if err != nil {
				t.Fatal(err)
			}
			opened.Close()
		}
		if found, err := os.ReadDir(folder); err != nil || len(found) != 2 {
			t.Errorf("%v %v", found, err)
		}
		if found, err := os.ReadDir(inside); err != nil || len(found) > count {
			t.Errorf("%d files for %d places", len(found), count)
		}
	})
}

// FuzzParseAddress holds that only https addresses of listed hosts are taken, and that what a message shows of one has no query in it.
func FuzzParseAddress(f *testing.F) {
	for _, seed := range []string{"https://www.example.com/a.zip?key=secret#FOICU.txt,FS220.txt", "https://www.example.com#", "https://user@www.example.com/", "https://WWW.example.com./%00?#%41", "//www.example.com", "#"} {
		f.Add(seed)
	}
	hosts := internet.Hosts{"www.example.com", ".example.org"}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := ParseAddress(text, hosts)
		if err != nil {
			return
		}
		if !hosts.Allows(a.text) || strings.Contains(a.String(), "?") {
			t.Errorf("%q is taken as %q", text, a)
		}
		for _, name := range a.Entries {
			if strings.TrimSpace(name) == "" && !strings.Contains(text, "%") {
				t.Errorf("%q has an entry without a name", text)
			}
		}
	})
}
