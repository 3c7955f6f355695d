package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// The architecture of the program as a test. Each rule says which file and line breaks it and how to mend it. The rules
// for SQL stand in arch_sql_test.go. TestRulesSeeBreaches shows each rule a small program that breaks it.

// mayImport is the table of rooms and arrows: which of our packages a package may import. Lower rooms never know the
// upper ones. A new package gets its line here first.
var mayImport = map[string][]string{
	"data": {}, "data/locale": {}, "data/seed": {}, "data/demo": {}, "data/reference": {}, "data/internet": {}, "data/spreadsheet": {}, "data/datatest": {"data"}, "data/golden": {},
	"eligibility": {"eligibility/fact", "eligibility/rule", "eligibility/share"}, "eligibility/share": {"eligibility/fact"}, "eligibility/fact": {}, "eligibility/rule": {"eligibility/fact"},
	"eligibility/builder":  {"eligibility", "eligibility/fact", "eligibility/rule"}, // criteria as rows, and what cannot be meant by them
	"eligibility/registry": {"data", "eligibility", "broker/record", "eligibility/registry/layout"}, "eligibility/registry/layout": {}, "eligibility/registry/download": {"data", "data/internet", "eligibility/registry", "eligibility/registry/layout"}, "eligibility/registry/index": {"data", "eligibility/registry", "eligibility/registry/layout", "broker/record"},
	"eligibility/registry/impact":       {"data", "data/spreadsheet", "eligibility", "eligibility/registry", "eligibility/registry/layout"}, // whom rules reach; for the command, pages and a rule editor
	"eligibility/registry/registrytest": {"data", "broker/record", "eligibility/registry", "eligibility/registry/layout"},

	"notify":                   {"data", "data/locale"},
	"broker/record":            {"data"},
	"broker/record/checkpoint": {"data", "broker/record"},
	"broker/record/archive":    {"data", "broker/record", "broker/record/checkpoint"},
	"catalog":                  {"catalog/position", "catalog/tree", "catalog/wording", "data", "eligibility", "notify", "broker/record"},
	"catalog/position":         {},
	"catalog/tree":             {}, // keys with plain values, and their spelling in TOML
	"catalog/wording":          {},
	"catalog/check":            {"data", "data/locale", "catalog", "catalog/answer", "catalog/position", "catalog/wording", "eligibility", "eligibility/builder"},
	"catalog/answer":           {"catalog", "data"},
	"catalog/question":         {"catalog", "catalog/answer", "catalog/check", "catalog/publishing", "data", "data/locale", "eligibility", "broker/record"},
	"catalog/publishing":       {"catalog", "catalog/check", "data", "data/locale", "eligibility", "eligibility/registry", "eligibility/registry/impact", "notify", "broker/record"},
	"catalog/offeringjson":     {"catalog", "catalog/tree"},
	"catalog/catalogtest":      {"eligibility"},
	"catalog/desktest":         {"catalog", "catalog/catalogtest", "data", "data/datatest", "data/demo", "data/locale", "eligibility", "notify"},
	"catalog/exchange/hsds":    {"catalog", "catalog/upkeep", "data", "data/locale", "eligibility"},
	"catalog/difference":       {"catalog", "catalog/position", "catalog/tree", "data/locale", "eligibility"},
	"catalog/reference":        {"catalog", "catalog/wording", "data/reference", "eligibility"},
	"catalog/chronicle":        {"catalog", "data"},
	"catalog/status":           {"catalog", "data/locale"}, // says in words whether a program takes requests now
	"catalog/search":           {"catalog", "data/locale", "eligibility"},
	"catalog/interest":         {"catalog", "catalog/status", "data", "data/locale", "eligibility", "notify"},
	"catalog/interest/alert":   {"catalog", "catalog/interest", "catalog/search", "data", "data/locale", "eligibility", "notify"},
	"catalog/upkeep/link":      {"data/internet"},
	"catalog/upkeep":           {"catalog", "catalog/upkeep/link", "catalog/wording", "data", "data/internet", "eligibility", "notify", "broker/record"},
	"broker/account":           {"data", "eligibility", "notify", "broker/record"},
	"broker/account/key":       {"data", "broker/record", "broker/account"},
	"broker/proof":             {"data", "eligibility", "eligibility/registry", "eligibility/registry/layout", "broker/record", "broker/account"},
	"broker/access":            {"data", "eligibility", "catalog", "notify", "broker/record", "broker/account", "broker/seat"},
	"broker/seat":              {"data", "catalog"}, // keeps the places of the programs that are decided here
	"broker/packet":            {"data/locale", "eligibility", "catalog"},
	"broker/workflow":          {},
	"broker/screening":         {"eligibility", "catalog"},
	"broker/screening/report":  {"eligibility", "catalog", "broker/screening"},
	"broker/questionnaire":     {"catalog", "catalog/answer", "data", "eligibility"},
	"broker/paper":             {"data", "broker/record", "broker/account"},
	"broker/progress":          {"data", "eligibility", "broker/account", "broker/workflow", "broker/questionnaire"},
	"broker":                   {"data", "data/locale", "eligibility", "eligibility/registry", "eligibility/registry/layout", "eligibility/registry/index", "catalog", "catalog/search", "notify", "broker/record", "broker/account", "broker/proof", "broker/access", "broker/packet", "broker/workflow", "broker/questionnaire", "broker/progress", "broker/seat"},
	"broker/followup":          {"data", "eligibility", "catalog", "notify", "broker/record", "broker/account", "broker/packet", "broker"},
	"broker/reminder":          {"data", "catalog", "catalog/interest", "catalog/upkeep", "eligibility", "notify", "broker/record", "broker/account", "broker/access", "broker/followup", "broker"},
	"broker/agenda":            {"data", "data/locale", "eligibility", "catalog", "broker", "broker/account", "broker/reminder"},
	"broker/recheck":           {"data", "data/locale", "catalog", "catalog/interest", "eligibility", "eligibility/registry", "eligibility/registry/layout", "notify", "broker/account", "broker/proof", "broker/screening", "broker/seat", "broker"},
	"broker/report":            {"data", "eligibility", "eligibility/registry/impact", "catalog", "notify", "broker/record", "broker/account", "broker/screening", "broker/progress", "broker"},
	"broker/doctor":            {"data", "data/locale", "eligibility", "catalog", "notify", "broker/record", "broker/record/checkpoint", "broker/record/archive"},
	"broker/curation":          {"data", "eligibility", "eligibility/registry/impact", "catalog", "catalog/publishing", "catalog/question", "broker/account", "broker"},
	"broker/demonstration":     above(),
	"ui/problem":               {},
	"ui/web/frame":             {},
	"ui/web/asset":             {},
	"ui/web/bearer":            {"data", "broker/account", "broker/account/key", "ui/problem"},
	"ui/web/replay":            {"data"},
	"ui/web/head":              {},
	"ui/web/shelf":             {},
	"ui/web/tongue":            {},
	"ui/web":                   above("ui/problem", "ui/web/asset", "ui/web/bearer", "ui/web/frame", "ui/web/head", "ui/web/replay", "ui/web/shelf", "ui/web/tongue"),
	"ui/api":                   above("ui/curate", "ui/problem", "ui/web", "ui/card", "ui/api/body", "catalog/offeringjson"),
	"ui/api/body":              {},
	"ui/form":                  above("ui/web"),
	"ui/card":                  above("ui/web"),
	"ui/check":                 above("ui/web", "ui/form", "ui/card"),
	"ui/feed":                  above("ui/web"),
	"ui/public":                above("ui/web", "ui/form", "ui/card", "ui/check", "ui/feed"),
	"ui/standing":              above("ui/web"),
	"ui/grant":                 above("ui/web", "ui/form"),
	"ui/elsewhere":             above("ui/web", "ui/form"),
	"ui/desk":                  above("ui/web", "ui/form", "ui/grant", "ui/elsewhere", "ui/standing"),
	"ui/organization":          above("ui/web", "ui/form", "ui/card", "ui/standing"),
	"ui/staff":                 above("ui/web", "ui/form", "ui/standing"),
	"ui/curate":                above("ui/web"),
	"ui/editor/part":           above("ui/web", "ui/form"),
	"ui/editor/rules":          above("ui/web", "ui/form", "ui/card", "ui/check", "ui/public", "ui/curate", "ui/editor", "ui/editor/part"),
	"ui/bank":                  above("ui/web", "ui/form", "ui/editor", "ui/editor/part", "ui/curate"),
	"ui/editor":                above("ui/web", "ui/form", "ui/card", "ui/check", "ui/public", "ui/curate", "ui/editor/part"),
	"ui/reach":                 above("ui/web"),
	"ui/reminders":             above("ui/web"),
	"ui/report":                above("ui/web"),
	"ui/hsds":                  above("ui/problem", "ui/web", "ui/api/body"),
	"ui":                       above("ui/bank", "ui/editor", "ui/editor/rules", "ui/api", "ui/hsds", "ui/problem", "ui/web", "ui/form", "ui/card", "ui/check", "ui/feed", "ui/public", "ui/organization", "ui/grant", "ui/elsewhere", "ui/desk", "ui/reach", "ui/staff", "ui/reminders", "ui/report", "ui/standing"),
	"ui/webtest":               {}, "ui/browsertest": {}, "catalog/exchange/hsds/hsdstest": {},
	"cmd/accessdesk":               above("ui/web", "ui", "data/seed", "data/demo", "broker/record/checkpoint", "broker/record/archive", "broker/doctor", "broker/demonstration", "cmd/accessdesk/configuration", "cmd/accessdesk/exchange", "cmd/accessdesk/heap", "cmd/accessdesk/keyring", "cmd/accessdesk/logline", "cmd/accessdesk/nation", "cmd/accessdesk/reach", "cmd/accessdesk/register", "cmd/accessdesk/release", "cmd/accessdesk/screening", "cmd/accessdesk/spelling"),
	"cmd/accessdesk/configuration": {"cmd/accessdesk/spelling"}, "cmd/accessdesk/spelling": {}, "cmd/accessdesk/heap": {}, "cmd/accessdesk/logline": {},
	"cmd/accessdesk/keyring":   {"data", "broker/record", "broker/account", "broker/account/key"},
	"cmd/accessdesk/register":  {"data", "data/internet", "eligibility/registry/download", "broker/doctor", "eligibility", "eligibility/registry", "eligibility/registry/layout", "eligibility/registry/index", "catalog", "broker/record"},
	"cmd/accessdesk/reach":     {"data", "eligibility", "eligibility/registry/impact", "catalog", "cmd/accessdesk/register"},
	"cmd/accessdesk/screening": {"data/locale", "eligibility", "catalog", "catalog/status", "catalog/upkeep", "broker/screening"},
	"cmd/accessdesk/nation":    {"data", "eligibility", "eligibility/registry", "catalog", "broker/screening", "cmd/accessdesk/register"},

	"catalog/exchange":              {"catalog", "catalog/check", "catalog/exchange/bundle", "catalog/exchange/directory", "catalog/exchange/hsds", "catalog/exchange/sheet", "catalog/upkeep", "data/locale", "eligibility"},
	"catalog/exchange/bundle":       {"catalog"},
	"catalog/exchange/directory":    {"catalog", "catalog/exchange/bundle", "catalog/exchange/hsds", "catalog/position", "catalog/tree", "data/locale", "eligibility"},
	"catalog/exchange/sheet":        {"catalog", "catalog/exchange/bundle", "catalog/position", "catalog/tree", "data/locale", "data/spreadsheet", "eligibility"},
	"catalog/exchange/exchangetest": {"catalog", "catalog/tree", "eligibility"},
	"cmd/accessdesk/release":        {"data", "catalog", "catalog/publishing", "cmd/accessdesk/exchange"}, // the acts of program managers as commands
	"cmd/accessdesk/exchange":       {"data", "data/locale", "eligibility", "catalog", "catalog/check", "catalog/difference", "catalog/exchange", "catalog/exchange/bundle", "catalog/exchange/directory", "catalog/exchange/hsds", "catalog/publishing", "catalog/upkeep"},
}

// domain is everything below ui.
var domain = []string{
	"data", "data/internet", "data/locale", "data/spreadsheet", "eligibility", "eligibility/builder", "eligibility/registry", "eligibility/registry/download", "eligibility/registry/layout", "eligibility/registry/index", "eligibility/registry/impact", "catalog", "catalog/check", "catalog/difference", "catalog/exchange/hsds", "catalog/interest", "catalog/publishing", "catalog/reference", "catalog/status", "catalog/upkeep", "catalog/upkeep/link", "notify", "broker/record",
	"broker/account", "broker/account/key", "broker/proof", "broker/access", "broker/packet", "broker/screening", "broker/screening/report", "broker/workflow", "broker/questionnaire",
	"broker/paper", "broker/progress", "broker/seat", "broker", "broker/followup", "broker/reminder", "broker/recheck", "broker/report", "broker/curation",
	"catalog/exchange", "catalog/exchange/bundle", "catalog/exchange/directory", "catalog/exchange/sheet",
	"catalog/chronicle", "catalog/answer", "catalog/question", "catalog/tree",
	"catalog/search", "catalog/interest/alert",
	"broker/agenda",
}

func above(more ...string) []string { return append(slices.Clone(domain), more...) }

// forTests are packages that any test may use beside what its package may. Those that are made for tests stand in no
// other list, so that the program itself cannot use them.
var forTests = []string{"data", "data/locale", "data/seed", "data/demo", "data/datatest", "data/golden", "catalog/exchange/hsds/hsdstest", "catalog/catalogtest", "catalog/desktest", "catalog/exchange/exchangetest", "eligibility/registry/registrytest", "broker/demonstration", "ui/webtest", "ui/browsertest"}

// confined says where a library may appear: in these folders and below them, a library in several lines in any of theirs. Tests are free.
var confined = []struct{ what, library, folder string }{
	{"Fiber", "github.com/gofiber/", "ui"}, {"Fiber", "github.com/valyala/fasthttp", "ui"},
	{"SMTP", "github.com/wneessen/go-mail", "notify"}, {"SMTP", "github.com/emersion/", "notify"}, {"SMTP", "net/smtp", "notify"},
	{"CEL", "cel.dev/", "eligibility"}, {"CEL", "github.com/google/cel-go", "eligibility"},
	{"cron", "github.com/robfig/cron", "cmd"},
	{"a database driver", "github.com/mattn/go-sqlite3", "data"}, {"a database driver", "github.com/jackc/pgx", "data"},
	{"bleve", "github.com/blevesearch/", "eligibility/registry/index"}, {"bleve", "github.com/blevesearch/", "catalog/search"},
	{"a database driver", "modernc.org/sqlite", "data"}, {"a database driver", "github.com/lib/pq", "data"},
}

// The size budgets, in lines; tests are not counted.
const (
	functionMost    = 80
	functionUsual   = 60 // 95 of 100 functions are not longer
	fileMost        = 600
	packageMost     = 2500
	splitAtTheSeams = "; split it along a seam of its subject, do not raise the budget"
)

type rule struct {
	name  string
	apply func(*source) []finding
}

var rules = []rule{
	{"imports", importRule}, {"libraries", libraryRule}, {"clock", clockRule}, {"releases", releaseRule}, {"queries", queryRule},
	{"tables", tableRule}, {"sizes", sizeRule}, {"documentation", documentationRule},
}

func TestArchitecture(t *testing.T) {
	s := readSource(t, os.DirFS("../.."))
	if len(s.packages) < 10 || len(s.tables) < 5 || len(s.queries()) < 20 {
		t.Fatalf("only %d packages, %d tables and %d queries found: the test does not see the program", len(s.packages), len(s.tables), len(s.queries()))
	}
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			for _, f := range r.apply(s) {
				t.Errorf("%s: %s", r.name, f)
			}
		})
	}
}

// importRule holds the arrows between our packages.
func importRule(s *source) []finding {
	var found []finding
	for _, folder := range s.folders() {
		p := s.packages[folder]
		allowed, known := mayImport[folder]
		if !known {
			first := slices.Concat(p.code, p.tests)[0]
			found = append(found, finding{first.name, 1, fmt.Sprintf(
				"package %s has no line in mayImport of cmd/accessdesk/arch_test.go: move the code into the room where it belongs, or give the new room its line", folder)})
			continue
		}
		for _, file := range p.code {
			found = append(found, s.foreignImports(file, folder, allowed, nil)...)
		}
		for _, file := range p.tests {
			found = append(found, s.foreignImports(file, folder, allowed, append(slices.Clone(forTests), folder))...)
		}
	}
	return found
}

func (s *source) foreignImports(file *sourceFile, folder string, allowed, more []string) []finding {
	var found []finding
	file.imports(func(spec *ast.ImportSpec, name string) {
		imported, ours := strings.CutPrefix(name, modulePath+"/")
		if ours && !slices.Contains(allowed, imported) && !slices.Contains(more, imported) {
			found = append(found, s.at(spec.Pos(), "%s may not import %s (it may import: %s): move what is needed down, or pass it in from above",
				folder, imported, strings.Join(allowed, ", ")))
		}
	})
	return found
}

// libraryRule keeps each exchangeable library in one room.
func libraryRule(s *source) []finding {
	var found []finding
	for _, folder := range s.folders() {
		for _, file := range s.packages[folder].code {
			file.imports(func(spec *ast.ImportSpec, name string) {
				for _, c := range confined {
					if strings.HasPrefix(name, c.library) && !mayUse(folder, c.library) {
						found = append(found, s.at(spec.Pos(), "%s (%s) may be imported only in %s: ask that package for what you need", c.what, name, c.folder))
					}
				}
			})
		}
	}
	return found
}

// mayUse tells whether a folder lies in one of those where a library may appear.
func mayUse(folder, library string) bool {
	for _, c := range confined {
		if c.library == library && within(folder, c.folder) {
			return true
		}
	}
	return false
}

func within(folder, room string) bool { return folder == room || strings.HasPrefix(folder, room+"/") }

// clockRule lets only cmd read the clock. ui/web may measure durations with time.Now and time.Since.
func clockRule(s *source) []finding {
	var found []finding
	for _, folder := range s.folders() {
		p := s.packages[folder]
		if within(folder, "cmd") {
			continue
		}
		for _, file := range p.code {
			ast.Inspect(file.syntax, func(node ast.Node) bool {
				e, ok := node.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				library, name := p.qualified(e)
				reads := library == "time" && slices.Contains([]string{"Now", "Since", "Until"}, name)
				if reads && !(folder == "ui/web" && name != "Until") {
					found = append(found, s.at(e.Pos(), "time.%s reads the clock outside cmd: use tx.Now, or take the time as a parameter", name))
				}
				return true
			})
		}
	}
	return found
}

// releaseRule lets only package publishing put offerings before the public: it knows who may, and what has to be ready.
func releaseRule(s *source) []finding {
	var found []finding
	for _, folder := range s.folders() {
		p := s.packages[folder]
		if folder == "catalog/publishing" || folder == "catalog/desktest" { // which only tests may use
			continue
		}
		for _, file := range p.code {
			ast.Inspect(file.syntax, func(node ast.Node) bool {
				e, ok := node.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				if library, name := p.qualified(e); library == modulePath+"/catalog" && slices.Contains([]string{"Publish", "TakeOff"}, name) {
					found = append(found, s.at(e.Pos(), "catalog.%s goes past the second person: use package catalog/publishing", name))
				}
				return true
			})
		}
	}
	return found
}

// sizeRule holds the budgets.
func sizeRule(s *source) []finding {
	var found []finding
	var lengths []int
	longest := map[int]*ast.FuncDecl{}
	for _, folder := range s.folders() {
		p := s.packages[folder]
		total := 0
		for _, file := range p.code {
			count := s.fset.File(file.syntax.Pos()).LineCount()
			total += count
			if count > fileMost {
				found = append(found, finding{file.name, count, fmt.Sprintf("the file has %d lines, the most is %d%s", count, fileMost, splitAtTheSeams)})
			}
			for _, declared := range file.syntax.Decls {
				f, ok := declared.(*ast.FuncDecl)
				if !ok {
					continue
				}
				count := s.lines(f)
				lengths, longest[count] = append(lengths, count), f
				if count > functionMost {
					found = append(found, s.at(f.Pos(), "%s has %d lines, the most is %d%s", f.Name.Name, count, functionMost, splitAtTheSeams))
				}
			}
		}
		if total > packageMost {
			found = append(found, finding{p.code[0].name, 1, fmt.Sprintf("package %s has %d lines, the most is %d%s", folder, total, packageMost, splitAtTheSeams)})
		}
	}
	slices.Sort(lengths)
	if len(lengths) > 0 {
		if usual := lengths[(len(lengths)*95+99)/100-1]; usual > functionUsual {
			f := longest[usual]
			found = append(found, s.at(f.Pos(), "5 of 100 functions have %d lines or more (this is one), the most is %d%s", usual, functionUsual, splitAtTheSeams))
		}
	}
	return found
}

// documentationRule wants a comment for every package and every exported name.
func documentationRule(s *source) []finding {
	var found []finding
	for _, folder := range s.folders() {
		p := s.packages[folder]
		if len(p.code) == 0 {
			continue
		}
		if !slices.ContainsFunc(p.code, func(f *sourceFile) bool { return f.syntax.Doc != nil }) {
			found = append(found, finding{p.code[0].name, 1, "package " + folder + " has no package comment: say in a few sentences what it promises"})
		}
		for _, file := range p.code {
			for _, declared := range file.syntax.Decls {
				for _, name := range undocumented(declared) {
					found = append(found, s.at(name.Pos(), "%s is exported and has no comment: say why it is there, its unit, its limits", name.Name))
				}
			}
		}
	}
	return found
}

// undocumented lists the exported names of a declaration that no comment explains. The comment of a group counts for
// its constants and variables, not for its types.
func undocumented(declared ast.Decl) []*ast.Ident {
	var names []*ast.Ident
	switch d := declared.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && d.Doc == nil && (d.Recv == nil || receiver(d).IsExported()) {
			names = append(names, d.Name)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				if spec.Name.IsExported() && spec.Doc == nil && (d.Doc == nil || d.Lparen != token.NoPos) {
					names = append(names, spec.Name)
				}
			case *ast.ValueSpec:
				if spec.Doc != nil || spec.Comment != nil || d.Doc != nil {
					continue
				}
				for _, name := range spec.Names {
					if name.IsExported() {
						names = append(names, name)
					}
				}
			}
		}
	}
	return names
}

// receiver is the name of the type that a method belongs to.
func receiver(f *ast.FuncDecl) *ast.Ident {
	e := f.Recv.List[0].Type
	for {
		switch typed := e.(type) {
		case *ast.StarExpr:
			e = typed.X
		case *ast.IndexExpr:
			e = typed.X
		case *ast.IndexListExpr:
			e = typed.X
		case *ast.Ident:
			return typed
		default:
			return ast.NewIdent("_")
		}
	}
}

// lawful is a small program that breaks no rule.
var lawful = map[string]string{
	"data/data.go": `// Package data stores.
package data

// Tx is a transaction.
type Tx struct{}

// Exec runs a statement.
func (tx *Tx) Exec(query string, args ...any) (int64, error) { return 0, nil }

// Row asks for one row.
func (tx *Tx) Row(query string, args ...any) error { return nil }

// Rows asks for rows.
func Rows[T any](tx *Tx, scan func(any) (T, error), query string, args ...any) ([]T, error) { return nil, nil }

// Placeholders makes a list.
func Placeholders(first, count int) string { return "" }
`,
	"data/migrations/0001_low.sql":  "-- written by: broker/record\nCREATE TABLE entry (\n\tid TEXT PRIMARY KEY,\n\tat BIGINT NOT NULL\n);\n",
	"data/migrations/0002_high.sql": "-- written by: broker\nCREATE TABLE item (id TEXT PRIMARY KEY, entry_id TEXT REFERENCES entry (id), open BOOLEAN NOT NULL);\n",
	"broker/record/record.go": `// Package record keeps.
package record

import "accessdesk/data"

const entries = "SELECT id FROM entry WHERE id IN ("

// List reads, with a query joined from constants.
func List(tx *data.Tx, ids []any) error {
	if _, err := tx.Exec("INSERT INTO entry (id, at) VALUES ($1, $2) ON CONFLICT DO NOTHING", "a", 1); err != nil {
		return err
	}
	_, err := data.Rows(tx, scan, entries+data.Placeholders(1, len(ids))+") ORDER BY at", ids...)
	return err
}

func scan(any) (string, error) { return "", nil }
`,
	"broker/broker.go": `// Package broker carries.
package broker

import "accessdesk/data"

// Read may join a table of a lower package.
func Read(tx *data.Tx) error {
	return tx.Row("WITH late AS (SELECT id FROM entry) SELECT count(*) FROM item i JOIN late ON late.id = i.entry_id WHERE i.id IS DISTINCT FROM $1", "x")
}
`,
	"cmd/accessdesk/main.go": "// Command accessdesk reads the clock.\npackage main\n\nimport \"time\"\n\nvar started = time.Now()\n",
}

func TestRulesSeeBreaches(t *testing.T) {
	for _, c := range append(breaches, sqlBreaches...) {
		t.Run(c.rule+" "+c.want, func(t *testing.T) {
			tree := fstest.MapFS{}
			for name, text := range lawful {
				tree[name] = &fstest.MapFile{Data: []byte(text)}
			}
			before := sourceFindings(t, tree)
			if len(before) > 0 {
				t.Fatalf("the lawful program is refused: %v", before)
			}
			tree[c.file] = &fstest.MapFile{Data: []byte(c.text)}
			got := sourceFindings(t, tree)
			seen := slices.ContainsFunc(got, func(f string) bool {
				return strings.HasPrefix(f, c.rule+": "+c.file+":") && strings.Contains(f, c.want)
			})
			other := slices.ContainsFunc(got, func(f string) bool { return !strings.HasPrefix(f, c.rule+": ") })
			if !seen || other {
				t.Errorf("got %q, want findings of rule %s only, one of them in %s with %q", got, c.rule, c.file, c.want)
			}
			if !regexp.MustCompile(`:\d+: .+[:;] .+`).MatchString(strings.Join(got, "")) {
				t.Errorf("%q does not say the line, or not how to mend it", got)
			}
		})
	}
}

func sourceFindings(t *testing.T, tree fs.FS) []string {
	t.Helper()
	s := readSource(t, tree)
	var all []string
	for _, r := range rules {
		for _, f := range r.apply(s) {
			all = append(all, r.name+": "+f.String())
		}
	}
	return all
}

// breach is a file that, added to the lawful program, breaks one rule.
type breach struct{ rule, file, text, want string }

var breaches = []breach{
	{"imports", "helpers/helpers.go", "// Package helpers helps.\npackage helpers\n", "package helpers has no line"},
	{"imports", "broker/record/up.go", "package record\n\nimport _ \"accessdesk/broker\"\n", "broker/record may not import broker "},
	{"imports", "eligibility/leaf.go", "// Package eligibility decides.\npackage eligibility\n\nimport _ \"accessdesk/data\"\n", "eligibility may not import data"},
	{"imports", "data/up_test.go", "package data\n\nimport _ \"accessdesk/broker\"\n", "data may not import broker"},
	{"imports", "broker/real.go", "package broker\n\nimport _ \"accessdesk/data/datatest\"\n", "broker may not import data/datatest"},
	{"libraries", "broker/web.go", "package broker\n\nimport _ \"github.com/gofiber/fiber/v2\"\n", "Fiber"},
	{"libraries", "cmd/accessdesk/web.go", "package main\n\nimport _ \"github.com/gofiber/fiber/v2\"\n", "Fiber"},
	{"libraries", "broker/mail.go", "package broker\n\nimport _ \"net/smtp\"\n", "SMTP"},
	{"libraries", "broker/cel.go", "package broker\n\nimport _ \"cel.dev/cel-go/cel\"\n", "CEL"},
	{"libraries", "broker/cron.go", "package broker\n\nimport _ \"github.com/robfig/cron/v3\"\n", "cron"},
	{"libraries", "broker/pgx.go", "package broker\n\nimport _ \"github.com/jackc/pgx/v5\"\n", "a database driver"},
	{"releases", "broker/release.go", "package broker\n\nimport \"accessdesk/catalog\"\n\nvar now = catalog.Publish\n", "goes past the second person"},
	{"clock", "broker/clock.go", "package broker\n\nimport \"time\"\n\nvar now = time.Now\n", "time.Now reads the clock"},
	{"clock", "broker/clock.go", "package broker\n\nimport watch \"time\"\n\nvar age = watch.Since(watch.Time{})\n", "time.Since reads the clock"},
	{"clock", "ui/web/clock.go", "// Package web adapts.\npackage web\n\nimport \"time\"\n\nvar left, took = time.Until(time.Time{}), time.Since(time.Now())\n", "time.Until reads the clock"},
	{"sizes", "broker/long.go", "package broker\n\nfunc long() {\n" + strings.Repeat("\n", 79) + "}\n", "long has 81 lines"},
	{"sizes", "broker/file.go", "package broker\n" + strings.Repeat("\n", 600), "the file has 601 lines"},
	{"documentation", "notify/notify.go", "package notify\n", "no package comment"},
	{"documentation", "broker/names.go", "package broker\n\nfunc Act() {}\n", "Act is exported"},
	{"documentation", "broker/names.go", "package broker\n\n// Things.\ntype (\n\tThing int\n)\n", "Thing is exported"},
	{"documentation", "broker/names.go", "package broker\n\nconst Limit = 3\n", "Limit is exported"},
	{"documentation", "broker/names.go", "package broker\n\n// Thing is one.\ntype Thing[T any] int\n\nfunc (*Thing[T]) Do() {}\n", "Do is exported"},
}

// The budgets over many functions or files need more than one file to break.
func TestBudgetsOverMany(t *testing.T) {
	tree := fstest.MapFS{}
	for i := range 5 {
		text := "package broker\n" + strings.Repeat("\n", 499)
		if i == 0 {
			text = "// Package broker carries.\n" + text
		}
		tree[fmt.Sprintf("broker/part%d.go", i)] = &fstest.MapFile{Data: []byte(text)}
	}
	if got := strings.Join(sourceFindings(t, tree), "\n"); !strings.Contains(got, "package broker has 2501 lines") {
		t.Errorf("a package of 2,501 lines: got %q", got)
	}
	var text strings.Builder
	text.WriteString("// Package broker carries.\npackage broker\n")
	for i := range 5 {
		fmt.Fprintf(&text, "\nfunc part%d() {%s}\n", i, strings.Repeat("\n", 60+i))
	}
	tree = fstest.MapFS{path.Join("broker", "broker.go"): &fstest.MapFile{Data: []byte(text.String())}}
	if got := strings.Join(sourceFindings(t, tree), "\n"); !strings.Contains(got, "5 of 100 functions have 65 lines") {
		t.Errorf("functions that are usually too long: got %q", got)
	}
}
