package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/broker/account"
	"accessdesk/broker/account/key"
	"accessdesk/broker/record"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/data/demo"
	"accessdesk/ui"
	"accessdesk/ui/webtest"

	"github.com/gofiber/fiber/v2"
)

// The doors to publishing, each as people have it: pages with forms, /api/v1 with keys, the command line with files, and the files that
// come with a newer program. These tests go through them on a desk of their own.

// The program managers of these tests.
const ana, luis, olga = "ana@example.org", "luis@example.org", "olga@example.org"

// copied is the published program that they begin from.
const copied = "demo-scanning"

// doorDesk is a desk with the programs of the demonstration and three program managers, open at every door.
type doorDesk struct {
	*datatest.Database
	t        *testing.T
	parts    *parts
	app      *fiber.App
	log      *bytes.Buffer
	browsers map[string]*webtest.Visitor
	keys     map[string]string
}

func openDoors(t *testing.T, db *datatest.Database) *doorDesk {
	t.Helper()
	t.Chdir(t.TempDir())
	d := &doorDesk{Database: db, t: t, log: &bytes.Buffer{}, browsers: map[string]*webtest.Visitor{}, keys: map[string]string{}}
	config, err := d.program(nil, nil).configure(&commands{DB: db.DSN})
	must(t, err)
	d.parts, err = build(config, db.DB)
	must(t, err)
	offerings, err := catalog.ParseFiles(demo.Files)
	must(t, err)
	db.Write(t, func(tx *data.Tx) error {
		_, err := catalog.Import(tx, d.parts.desk.Vocabulary, offerings, record.Seed)
		return err
	})
	site, err := d.parts.site(slog.New(slog.NewTextHandler(d.log, nil)), false, demoLinks{})
	must(t, err)
	d.app, err = ui.New(site)
	must(t, err)
	for _, email := range []string{ana, luis, olga} {
		link := d.command(0, "user", "add", email, "--role", "program_manager").out
		v := webtest.New(t, d.app)
		v.Visit(strings.TrimPrefix(strings.TrimSpace(link), webtest.Origin)).Want(http.StatusOK).Form("/signin/link").Send().Want(http.StatusOK)
		d.browsers[email] = v
	}
	return d
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (d *doorDesk) program(out, said io.Writer) *program {
	return &program{in: strings.NewReader(""), out: out, err: said, now: d.Now}
}

// printed is what a command printed, to its output and to people.
type printed struct{ out, said string }

// command runs a command on the database of the desk.
func (d *doorDesk) command(status int, args ...string) printed {
	d.t.Helper()
	var out, said bytes.Buffer
	if got := d.program(&out, &said).run(d.t.Context(), append([]string{"--db", d.DSN}, args...)); got != status {
		d.t.Fatalf("%q: exit status %d, want %d\n%s%s", args, got, status, &out, &said)
	}
	return printed{out.String(), said.String()}
}

// page opens a page about a program in a language as somebody.
func (d *doorDesk) page(who, lang, slug, name string) *webtest.Page {
	d.t.Helper()
	v := d.browsers[who]
	v.Lang = lang
	return v.Visit("/staff/catalog/" + slug + name).Want(http.StatusOK)
}

// post sends an act by hand with what the first form of a page to that address holds, as a page that is too old or somebody with tools
// does.
func (d *doorDesk) post(who string, page *webtest.Page, action string, values map[string]string) *webtest.Page {
	d.t.Helper()
	form := page.Form(action)
	for name, value := range values {
		form.Values.Set(name, value)
	}
	response := d.browsers[who].Send(http.MethodPost, action, form.Values, nil)
	if response.StatusCode == http.StatusSeeOther || response.StatusCode == http.StatusFound {
		return d.browsers[who].Visit(response.Header.Get("Location")).Want(http.StatusOK)
	}
	return d.browsers[who].Read(response, action)
}

// answer is that of the interface for programs.
type answer struct {
	status int
	mark   string // ETag
	body   map[string]any
}

// ask sends a request with somebody's key.
func (d *doorDesk) ask(who, lang, method, path string, body any, headers ...string) answer {
	d.t.Helper()
	if d.keys[who] == "" {
		d.Write(d.t, func(tx *data.Tx) error {
			person, err := account.FindPersonByEmail(tx, who)
			if err != nil {
				return err
			}
			_, d.keys[who], err = key.Make(tx, person, key.Wish{Name: "Test", Scopes: []string{"catalog:write", "catalog:read"}, Expires: tx.Now.AddDate(0, 6, 0)}, record.Console)
			return err
		})
	}
	var text io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		must(d.t, err)
		text = bytes.NewReader(encoded)
	}
	request := httptest.NewRequest(method, "/api/v1"+path, text)
	request.Host = strings.TrimPrefix(webtest.Origin, "http://")
	request.Header.Set("Accept-Language", lang)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+d.keys[who])
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := d.app.Test(request, -1)
	must(d.t, err)
	a := answer{status: response.StatusCode, mark: response.Header.Get("ETag")}
	decoder := json.NewDecoder(response.Body)
	decoder.UseNumber()
	must(d.t, decoder.Decode(&a.body))
	return a
}

// want fails the test unless the answer has that status.
func (a answer) want(t testing.TB, status int) answer {
	t.Helper()
	if a.status != status {
		t.Fatalf("status %d, want %d: %v", a.status, status, a.body)
	}
	return a
}

// draft reads the open draft of a program at the interface.
func (d *doorDesk) draft(who, slug string) answer {
	d.t.Helper()
	return d.ask(who, "en", http.MethodGet, "/drafts/"+slug, nil).want(d.t, http.StatusOK)
}

// story is all that the desk keeps of a program, line by line: versions, drafts, record and mails, with people by their address and versions
// by their number. What is made up anew on every desk is left out: ids. So is how often somebody saved on the way, which is theirs.
func (d *doorDesk) story(slug string) []string {
	d.t.Helper()
	var lines []string
	names := map[string]string{}
	d.Read(d.t, func(tx *data.Tx) error {
		people, err := account.People(tx)
		for _, p := range people {
			names[p.ID] = p.Email
		}
		if err != nil {
			return err
		}
		versions, err := catalog.Versions(tx, slug)
		for _, v := range versions {
			names[v.ID] = fmt.Sprint("version ", v.Number)
		}
		if err != nil {
			return err
		}
		called := func(id string) string {
			if names[id] != "" {
				return names[id]
			}
			return id
		}
		for _, part := range []func(*data.Tx, string, func(string) string) ([]string, error){versionLines, draftLines, recordLines, mailLines} {
			some, err := part(tx, slug, called)
			if err != nil {
				return err
			}
			lines = append(lines, some...)
		}
		if mismatch := record.Check(tx, record.OfferingChain(slug)); mismatch != nil {
			d.t.Error(mismatch)
		}
		return nil
	})
	return lines
}

func versionLines(tx *data.Tx, slug string, called func(string) string) ([]string, error) {
	return data.Rows(tx, func(row data.Scanner) (line string, err error) {
		var number int
		var state, by, approved, why, body, owner string
		var published, retired int64
		err = row.Scan(&number, &state, &by, &approved, &why, &body, &owner, &published, &retired)
		return fmt.Sprintf("version %d %s by %s approved %s at %d until %d %q keeper %s\n%s", number, state, called(by), called(approved), published, retired, why, owner, body), err
	}, `SELECT number, state, created_by, coalesce(published_by, ''), retired_why, body, owner, coalesce(published_at, 0), coalesce(retired_at, 0)
		FROM offering_version WHERE slug = $1 ORDER BY number`, slug)
}

func draftLines(tx *data.Tx, slug string, called func(string) string) ([]string, error) {
	return data.Rows(tx, func(row data.Scanner) (line string, err error) {
		var kind, state, body, owner, note, reply, begun, written, sent, approved string
		var begunAt, sentAt, approvedAt, publishAt int64
		err = row.Scan(&kind, &state, &body, &owner, &note, &reply, &begun, &written, &sent, &approved, &begunAt, &sentAt, &approvedAt, &publishAt)
		return fmt.Sprintf("draft %s %s begun %d by %s written by %s sent %d by %s approved %d by %s for %d keeper %s says %q reply %q\n%s",
			kind, state, begunAt, called(begun), called(written), sentAt, called(sent), approvedAt, called(approved), publishAt, owner, note, reply, body), err
	}, `SELECT kind, state, body, owner, note, reply, begun_by, written_by, sent_by, approved_by, begun_at, coalesce(sent_at, 0), coalesce(approved_at, 0), coalesce(publish_at, 0)
		FROM offering_draft WHERE slug = $1 ORDER BY begun_at`, slug)
}

// ids are members of the detail of a record entry that every desk makes up anew, or that count the savings of a draft.
var ids = []string{"draft", "revision"}

func recordLines(tx *data.Tx, slug string, called func(string) string) ([]string, error) {
	entries, err := record.List(tx, record.OfferingChain(slug))
	var lines []string
	for _, entry := range entries {
		if entry.Act == "draft_saved" {
			continue
		}
		var detail map[string]any
		if err := json.Unmarshal([]byte(entry.Detail), &detail); err != nil {
			return nil, err
		}
		for name, value := range detail {
			if text, ok := value.(string); ok {
				detail[name] = called(text)
			}
			if slices.Contains(ids, name) {
				delete(detail, name)
			}
		}
		whole, err := json.Marshal(detail)
		if err != nil {
			return nil, err
		}
		lines = append(lines, fmt.Sprintf("record %s %s by %s %s", entry.At.Format(time.RFC3339), entry.Act, called(entry.Actor), whole))
	}
	return lines, err
}

// mailLines are the mails about drafts: they are part of what an act does.
func mailLines(tx *data.Tx, _ string, _ func(string) string) ([]string, error) {
	return data.Rows(tx, func(row data.Scanner) (line string, err error) {
		var template, to, lang, subject, text string
		err = row.Scan(&template, &to, &lang, &subject, &text)
		text, _, _ = strings.Cut(text, "private-stop-") // the address that stops them is each mail's own
		return fmt.Sprintf("mail %s to %s in %s: %s\n%s", template, to, lang, subject, text), err
	}, "SELECT template, recipient, lang, subject, body_text FROM outbox WHERE template LIKE 'listing%' ORDER BY queued_at, template, recipient")
}

// exported gives the offering file that "catalog export" writes of a published program.
func (d *doorDesk) exported(slug string) *catalog.Offering {
	d.t.Helper()
	must(d.t, os.RemoveAll("exported"))
	d.command(0, "catalog", "export", "--out", "exported", slug)
	text, err := os.ReadFile("exported/" + slug + ".toml")
	must(d.t, err)
	o, err := catalog.Parse(slug+".toml", text)
	must(d.t, err)
	return o
}

// write writes an offering file, keeper and all.
func (d *doorDesk) write(name string, o *catalog.Offering) {
	d.t.Helper()
	text := string(catalog.Canonical(o))
	if o.Owner != "" {
		head, rest, _ := strings.Cut(text, "\n\n[")
		text = head + fmt.Sprintf("\nowner = %q\n\n[", o.Owner) + rest
	}
	must(d.t, os.WriteFile(name, []byte(text), 0o600))
}

// public is what a stranger reads on the page of a program, and its status.
func (d *doorDesk) public(slug string) string {
	d.t.Helper()
	v := webtest.New(d.t, d.app)
	v.Lang = "en"
	page := v.Visit("/programs/" + url.PathEscape(slug))
	return fmt.Sprint(page.Status, " ", page.Find("main").Text())
}
