package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"accessdesk/broker/account"
	"accessdesk/broker/record"
	"accessdesk/catalog"
	"accessdesk/catalog/publishing"
	"accessdesk/data"
)

// The two program managers of these tests; the first is that of draftedDesk.
const writer, approver = "office@cedarflats.example.org", "second@example.org"

// curatedDesk is a desk with a catalog and two program managers.
func curatedDesk(t *testing.T) {
	t.Helper()
	draftedDesk(t)
	db, _ := openDesk(t)
	defer db.Close()
	if err := db.Write(t.Context(), func(tx *data.Tx) error {
		_, _, err := account.AddPerson(tx, approver, account.ProgramManager, record.Console)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// catalogRun runs a catalog command on the desk and gives what it prints.
func catalogRun(t *testing.T, status int, args ...string) (out, said string) {
	t.Helper()
	p, printed, messages := session(t, "")
	p.now = func() time.Time { return goldenNow.AddDate(0, 0, 7) } // the built-in listings were checked a few days after goldenNow
	if got := p.run(t.Context(), append([]string{"catalog"}, args...)); got != status {
		t.Fatalf("%q: exit status %d, want %d\n%s%s", args, got, status, printed, messages)
	}
	return printed.String(), messages.String()
}

// stored is what the catalog of the desk holds: all versions, drafts and the revision.
func stored(t *testing.T) string {
	t.Helper()
	db, _ := openDesk(t)
	defer db.Close()
	var b strings.Builder
	err := db.Read(t.Context(), func(tx *data.Tx) error {
		rows, err := data.Rows(tx, func(row data.Scanner) (line string, err error) {
			var slug, state, body string
			var number int
			err = row.Scan(&slug, &number, &state, &body)
			return fmt.Sprint(slug, number, state, len(body)), err
		}, "SELECT slug, number, state, body FROM offering_version ORDER BY slug, number")
		b.WriteString(strings.Join(rows, "\n"))
		if err != nil {
			return err
		}
		drafts, err := data.Rows(tx, func(row data.Scanner) (line string, err error) {
			var id, state string
			var revision int
			err = row.Scan(&id, &state, &revision)
			return fmt.Sprint(id, state, revision), err
		}, "SELECT id, state, revision FROM offering_draft ORDER BY id")
		b.WriteString(strings.Join(drafts, "\n"))
		if err != nil {
			return err
		}
		var revision, entries int64
		if err := tx.Row("SELECT revision FROM catalog_revision WHERE id = 1").Scan(&revision); err != nil {
			return err
		}
		err = tx.Row("SELECT count(*) FROM record_entry").Scan(&entries)
		fmt.Fprint(&b, revision, entries)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func edit(t *testing.T, file string, pairs ...string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.NewReplacer(pairs...).Replace(string(text))
	if changed == string(text) {
		t.Fatalf("%s does not hold any of %q", file, pairs)
	}
	if err := os.WriteFile(file, []byte(changed), 0o644); err != nil {
		t.Fatal(err)
	}
}

// What is exported comes back as no change, from the built-in catalog and from that of a database, in each format.
func TestCatalogExportComesBack(t *testing.T) {
	curatedDesk(t)
	builtIn, database := []string{}, []string{"--db", "desk.db"}
	for _, c := range []struct {
		from       []string
		format, to string
	}{
		{builtIn, "toml", "offerings"}, {builtIn, "toml", "offerings.zip"}, {builtIn, "csv", "tables"}, {builtIn, "csv", "tables.zip"}, {builtIn, "xlsx", "catalog.xlsx"},
		{builtIn, "hsds", "services.json"}, {database, "toml", "live"}, {database, "xlsx", "live.xlsx"}, {database, "hsds", "live.json"},
	} {
		_, said := catalogRun(t, 0, append([]string{"export", "--format", c.format, "--out", c.to}, c.from...)...)
		if want := map[bool]string{true: "using the built-in catalog", false: "using the catalog of the database desk.db"}[len(c.from) == 0]; !strings.Contains(said, want) || !strings.Contains(said, "programs written to ") {
			t.Errorf("export says %q", said)
		}
		out, said := catalogRun(t, 0, append([]string{"import", c.to, "--dry-run"}, c.from...)...)
		if out != "" || !strings.Contains(said, ", 0 to change\nnothing was changed\n") {
			t.Errorf("%s from %s: %q %q", c.format, c.to, out, said)
		}
	}
	for _, file := range []string{"catalog.xlsx", "tables.zip"} {
		if out, said := catalogRun(t, 0, "check", "--strict", file); out != "" || said != file+": fine\n" {
			t.Errorf("check of %s says %q %q", file, out, said)
		}
	}
	catalogRun(t, 0, "export", "cisa-cpg", "--out", "again.toml")
	if out, said := catalogRun(t, 1, "check", "again.toml", "catalog.xlsx"); !strings.HasPrefix(out, `catalog.xlsx: offerings!A`) || strings.Count(out, "\n") != 1 ||
		!strings.Contains(out, `"cisa-cpg" is also the slug of again.toml; give each offering its own`) || !strings.Contains(said, "again.toml: fine\n") {
		t.Errorf("check of one slug in two formats says %q %q", out, said)
	}
	edit(t, "tables/criteria.csv", "us_based", "no_such_fact")
	tables, err := filepath.Glob("tables/*.csv")
	if err != nil {
		t.Fatal(err)
	}
	if out, said := catalogRun(t, 1, append([]string{"check"}, tables...)...); !strings.Contains(out, ": criteria!") || !strings.Contains(said, "tables/tests.csv: fine\n") {
		t.Errorf("check of a broken rule says %q %q", out, said)
	}
	text, _ := catalogRun(t, 0, "export", "cisa-cpg")
	if o, err := catalog.Parse("cisa-cpg.toml", []byte(text)); err != nil || o.Slug != "cisa-cpg" {
		t.Errorf("one program on the output: %v\n%s", err, text)
	}
	for _, act := range []string{"retire", "reopen", "pause --reason-en A. --reason-es B."} {
		args := append(strings.Fields(act), "cisa-cpgg", "--db", "desk.db", "--by", writer)
		if _, said := catalogRun(t, 2, args...); !strings.Contains(said, `there is no program "cisa-cpgg" that is published in this catalog. Did you mean "cisa-cpg"?`) {
			t.Errorf("%s with a slip in a slug: %q", act, said)
		}
	}
	_, said := catalogRun(t, 2, "export", "cisa-cpgg")
	if !strings.Contains(said, `there is no program "cisa-cpgg" in this catalog. Did you mean "cisa-cpg"?`) {
		t.Errorf("a slip in a slug: %q", said)
	}
}

// Where to write: a folder whatever its name, and never a file whose name hides what is in it.
func TestCatalogExportOut(t *testing.T) {
	draftedDesk(t)
	for _, folder := range []string{"2026.11", "books"} {
		if err := os.Mkdir(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		status     int
		args, says string
		file       string // that is there afterwards; with a minus: is not
	}{
		{0, "--out 2026.11", "written to the folder 2026.11", "2026.11/cisa-cpg.toml"},
		{0, "--out new.d/ cisa-cpg", "1 program written to the folder new.d/", "new.d/cisa-cpg.toml"},
		{0, "--out . cisa-cpg ncsr", "2 programs written to the folder .", "ncsr.toml"},
		{0, "--out one.toml cisa-cpg", "1 program written to one.toml", "one.toml"},
		{0, "--format csv --out folder.zip", "written to folder.zip", "folder.zip"},
		{2, "--out all.toml", "--out all.toml is one file, and this is 84 files: name a folder, or a file that ends with .zip", "-all.toml"},
		{2, "--format csv --out cpg.csv cisa-cpg", "--out cpg.csv is one file, and this is ", "-cpg.csv"},
		{2, "--out catalog.xlsx", "--out catalog.xlsx does not fit --format toml: add --format xlsx, or name a file that ends with .toml", "-catalog.xlsx"},
		{2, "--format xlsx --out services.JSON", "add --format hsds, or name a file that ends with .xlsx", "-services.JSON"},
		{2, "--format xlsx --out books", "--out books is a folder, and xlsx is one file: name it, like --out books/catalog.xlsx", "-books/catalog.xlsx"},
	} {
		_, said := catalogRun(t, c.status, append([]string{"export"}, strings.Fields(c.args)...)...)
		if !strings.Contains(said, c.says) {
			t.Errorf("%s says %q, not %q", c.args, said, c.says)
		}
		file, absent := strings.CutPrefix(c.file, "-")
		if _, err := os.Stat(file); absent != errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: %s: %v", c.args, file, err)
		}
	}
}

// The same way as on the pages: a difference first, then a draft, then a second person; and each refusal leaves everything as it was.
func TestCatalogImport(t *testing.T) {
	curatedDesk(t)
	catalogRun(t, 0, "export", "--db", "desk.db", "--out", "edited", "cisa-cpg", "ncsr")
	edit(t, "edited/cisa-cpg.toml", "[title]\nen = \"", "[title]\nen = \"New: ", "[title]\nes = \"", "[title]\nes = \"Nuevo: ")
	before := stored(t)
	for _, c := range []struct {
		status int
		args   string
		says   string
	}{
		{0, "import edited --dry-run", "nothing was changed"},
		{2, "import edited", "say who imports with --by EMAIL"},
		{2, "import edited --by nobody@example.org", "--by nobody@example.org is no program manager who can sign in"},
		{2, "import edited --publish --by " + writer, "nothing is published by one person alone"},
		{2, "import edited --publish --by " + writer + " --approved-by " + writer, "--by and --approved-by name the same person, " + writer},
		{2, "import nowhere.toml --dry-run", "nowhere.toml"},
	} {
		out, said := catalogRun(t, c.status, append(strings.Fields(c.args), "--db", "desk.db")...)
		if !strings.Contains(said, c.says) {
			t.Errorf("%s says %q, not %q", c.args, said, c.says)
		}
		if c.status == 0 && !strings.Contains(out, "cisa-cpg: 1 change\n  Text\n    Title (English) now reads \"New: ") || strings.Contains(out, "ncsr") {
			t.Errorf("%s prints\n%s", c.args, out)
		}
		if stored(t) != before {
			t.Fatalf("%s changed something", c.args)
		}
	}

	out, _ := catalogRun(t, 0, "import", "edited", "--db", "desk.db", "--by", strings.ToUpper(writer))
	if !strings.HasSuffix(out, "cisa-cpg: saved as a draft\n") {
		t.Errorf("import prints\n%s", out)
	}
	draft := openDraft(t, "cisa-cpg")
	if !strings.Contains(draft.Body, `en = "New: `) || draft.State != catalog.StateDraft {
		t.Errorf("the draft is %s:\n%s", draft.State, draft.Body)
	}
	before = stored(t)
	_, said := catalogRun(t, 2, "import", "edited", "--db", "desk.db", "--by", approver)
	if !strings.Contains(said, "cisa-cpg: ") || !strings.Contains(said, "nothing was changed") || stored(t) != before {
		t.Errorf("somebody else's draft: %q", said)
	}
	catalogRun(t, 0, "import", "edited", "--db", "desk.db", "--publish", "--by", writer, "--approved-by", approver)
	catalogRun(t, 0, "export", "--db", "desk.db", "--out", "live", "cisa-cpg")
	was, _ := os.ReadFile("edited/cisa-cpg.toml")
	is, err := os.ReadFile("live/cisa-cpg.toml")
	if err != nil || string(was) != string(is) {
		t.Errorf("published is (%v)\n%s\ninstead of\n%s", err, is, was)
	}
	_, said = catalogRun(t, 0, "import", "edited", "--db", "desk.db", "--publish", "--by", writer, "--approved-by", approver)
	if !strings.HasSuffix(said, "2 programs read: 2 as they are published, 0 to change\nnothing was changed\n") {
		t.Errorf("a second time: %q", said)
	}
}

// What is not ready is a draft, but is not published: all of the command or nothing.
func TestCatalogImportOfWhatIsNotReady(t *testing.T) {
	curatedDesk(t)
	catalogRun(t, 0, "export", "--db", "desk.db", "--format", "csv", "--out", "tables")
	edit(t, "tables/offerings.csv", "Cybersecurity Performance Goals self-check", "Goals")
	edit(t, "tables/criteria.csv", `"us-based"`, `"us-based-2"`, "us_based", "no_such_fact")
	before := stored(t)
	publish := []string{"--publish", "--by", writer, "--approved-by", approver}
	out, said := catalogRun(t, 2, append([]string{"import", "tables", "--db", "desk.db"}, publish...)...)
	if !strings.Contains(said, "cannot be imported so; nothing was changed") || !strings.Contains(out, "before it can be published\n    tables/offerings.csv: criteria!") || stored(t) != before {
		t.Errorf("%q\n%s", said, out)
	}
	if _, said := catalogRun(t, 0, "import", "tables", "--db", "desk.db", "--by", writer); !strings.Contains(said, " to change") || stored(t) == before {
		t.Errorf("as drafts: %q", said)
	}
}

// Data of others become drafts, never changes of a program that is there.
func TestCatalogImportOfOtherDirectories(t *testing.T) {
	curatedDesk(t)
	service := `{"id": "1", "name": "%s", "status": "active", "description": "A course for operators.", "url": "https://example.org/course"}`
	for name, title := range map[string]string{"new.json": "Pump Course", "taken.json": "cisa cpg"} {
		if err := os.WriteFile(name, fmt.Appendf(nil, service, title), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	before := stored(t)
	out, said := catalogRun(t, 2, "import", "taken.json", "new.json", "--db", "desk.db", "--by", writer)
	if !strings.Contains(out, `taken.json: "cisa-cpg" is a program of this catalog already`) || !strings.Contains(said, "nothing was changed") || stored(t) != before {
		t.Errorf("%q\n%s", said, out)
	}
	out, _ = catalogRun(t, 0, "import", "new.json", "--db", "desk.db", "--by", writer)
	if !strings.Contains(out, "pump-course: new (Pump Course)\n  a person has to\n") || !strings.Contains(out, "    kind: training is a guess, from the word \"course\". Confirm it.\n") ||
		!strings.Contains(out, "    title.es: Write it in Spanish.\n") {
		t.Errorf("import prints\n%s", out)
	}
	if draft := openDraft(t, "pump-course"); draft.BasedOn != "" || !strings.Contains(draft.Body, `kind = "training"`) {
		t.Errorf("the draft is\n%s", draft.Body)
	}
	before = stored(t)
	catalogRun(t, 2, "import", "new.json", "--db", "desk.db", "--publish", "--by", writer, "--approved-by", approver)
	if stored(t) != before {
		t.Error("a draft of others was published")
	}
}

// Every broken file of the corpus is refused at the command line with exit status 2, and nothing changes.
func TestCatalogImportRefusesTheCorpus(t *testing.T) {
	corpus, err := filepath.Abs("../../catalog/exchange/testdata/broken")
	if err != nil {
		t.Fatal(err)
	}
	cases, err := os.ReadDir(corpus)
	if err != nil || len(cases) < 40 {
		t.Fatalf("%d broken inputs (%v)", len(cases), err)
	}
	curatedDesk(t)
	before := stored(t)
	for _, c := range cases {
		files, err := filepath.Glob(filepath.Join(corpus, c.Name(), "*"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files (%v)", c.Name(), len(files), err)
		}
		p, out, said := session(t, "")
		status := p.run(t.Context(), append([]string{"catalog", "import", "--db", "desk.db", "--by", writer}, files...))
		if status != 2 || out.Len() == 0 || !strings.Contains(said.String(), "nothing was changed") {
			t.Errorf("%s: exit status %d\n%s%s", c.Name(), status, out, said)
		}
	}
	if stored(t) != before {
		t.Error("something was changed")
	}
}

func openDraft(t *testing.T, slug string) (draft publishing.Draft) {
	t.Helper()
	db, _ := openDesk(t)
	defer db.Close()
	err := db.Read(t.Context(), func(tx *data.Tx) (err error) {
		draft, err = publishing.OpenOf(tx, slug)
		return err
	})
	if err != nil && !errors.Is(err, data.ErrNotFound) {
		t.Fatal(err)
	}
	return draft
}

// The commands that the guide shows do what it says, one after the other.
func TestCommandsOfTheGuide(t *testing.T) {
	guide, err := os.ReadFile("../../docs/catalog.md")
	if err != nil {
		t.Fatal(err)
	}
	sources, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(guide), "\n## 11. Move programs in and out\n")
	section, _, _ = strings.Cut(section, "\n## 12. ")
	curatedDesk(t)
	ran := 0
	for line := range strings.Lines(section) {
		command, found := strings.CutPrefix(line, "accessdesk catalog ")
		if !found {
			continue
		}
		if strings.Contains(command, " offerings --db ") { // something has to change, else there is nothing to publish
			edit(t, "offerings/ncsr.toml", "[title]\nen = \"", "[title]\nen = \"New: ")
		}
		out, said := catalogRun(t, 0, strings.Fields(command)...)
		if strings.Contains(command, "--publish") && !strings.HasSuffix(out, "ncsr: published\n") {
			t.Errorf("%s: %s%s", line, out, said)
		}
		ran++
	}
	if ran != 8 {
		t.Errorf("%d commands ran, want 8", ran)
	}
	for _, message := range []string{`there is no column "exprr"; did you mean "expr"?`, `expected yes or no, found "maybe"`,
		`expected a day such as 2026-11-22, found "11/20/2026"`, `the program pump-review has no row "9" in the table apply; it has 1, 2`, `the table tests is missing`} {
		corpus, err := os.ReadFile(filepath.Join(sources, "catalog/exchange/testdata/broken.golden.txt"))
		if err != nil || !strings.Contains(string(corpus), message) || !strings.Contains(section, message) {
			t.Errorf("%q is not what the guide or the program says (%v)", message, err)
		}
	}
}
