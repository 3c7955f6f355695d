package main

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// query is one text that goes to the database, with what the code says of it.
type query struct {
	folder string
	pos    token.Pos
	text   string   // joined constants; data.Placeholders stands as $0
	wrong  ast.Expr // the part that is neither a constant nor data.Placeholders; nil if there is none
}

// queries lists the calls of Tx.Exec, Tx.Row and Rows of package data outside that package, which is the seam itself.
func (s *source) queries() []query {
	var all []query
	for _, folder := range s.folders() {
		p := s.packages[folder]
		if folder == "data" {
			continue
		}
		for _, file := range p.code {
			ast.Inspect(file.syntax, func(node ast.Node) bool {
				call, ok := node.(*ast.CallExpr)
				if !ok {
					return true
				}
				argument := p.queryArgument(call)
				if argument < 0 || argument >= len(call.Args) {
					return true
				}
				q := query{folder: folder, pos: call.Args[argument].Pos()}
				q.text, q.wrong = p.constantText(call.Args[argument])
				all = append(all, q)
				return true
			})
		}
	}
	return all
}

// queryArgument says which argument of a call is SQL; -1 for none. A method Exec or Row on something whose type is not
// known here is taken for a transaction, so that nothing slips through.
func (p *sourcePackage) queryArgument(call *ast.CallExpr) int {
	called := ast.Unparen(call.Fun)
	if indexed, ok := called.(*ast.IndexExpr); ok {
		called = indexed.X
	}
	selector, ok := called.(*ast.SelectorExpr)
	if !ok {
		return -1
	}
	return p.seam(selector)
}

// seam tells whether a selector is one of the doors to the database, and where it takes the SQL; -1 if not.
func (p *sourcePackage) seam(selector *ast.SelectorExpr) int {
	place := slices.Index([]string{"Exec", "Row", "Rows"}, selector.Sel.Name)
	if place < 0 {
		return -1
	}
	argument := []int{0, 0, 2}[place]
	found := p.info.Uses[selector.Sel]
	if found == nil {
		if library, _ := p.qualified(selector); library != "" || place == 2 {
			return -1
		}
		return argument
	}
	if found.Pkg() == nil || found.Pkg().Path() != modulePath+"/data" {
		return -1
	}
	return argument
}

// constantText joins the constants of an expression, and gives the first part that is none.
func (p *sourcePackage) constantText(e ast.Expr) (string, ast.Expr) {
	if known := p.info.Types[e].Value; known != nil && known.Kind() == constant.String {
		return constant.StringVal(known), nil
	}
	switch e := ast.Unparen(e).(type) {
	case *ast.BinaryExpr:
		left, wrong := p.constantText(e.X)
		if wrong != nil || e.Op != token.ADD {
			return "", e.X
		}
		right, wrong := p.constantText(e.Y)
		return left + right, wrong
	case *ast.CallExpr:
		if library, name := p.qualified(e.Fun); library == modulePath+"/data" && name == "Placeholders" {
			return "$0", nil
		}
	case *ast.Ident:
		if known, ok := p.info.Uses[e].(*types.Const); ok && known.Val().Kind() == constant.String {
			return constant.StringVal(known.Val()), nil
		}
	}
	return "", e
}

var (
	timeFunction = regexp.MustCompile(`(?i)\b(now|date|time|datetime|julianday|unixepoch|strftime|date_trunc|date_part|extract|age|timeofday|clock_timestamp|statement_timestamp|transaction_timestamp|to_timestamp)\s*\(|\bcurrent_(date|time|timestamp)\b|\blocaltime(stamp)?\b|\binterval\s+'`)
	oneEngine    = regexp.MustCompile(`(?i)\bILIKE\b|::|->|=\s*ANY\b|\bAUTOINCREMENT\b|\b(BIG|SMALL)?SERIAL\b|\bGLOB\b|\bROWID\b|\bLAST_INSERT_ROWID\b`)
	sqlText      = regexp.MustCompile(`'(?:[^']|'')*'`)
	sqlComment   = regexp.MustCompile(`--[^\n]*|(?s:/\*.*?\*/)`)
)

// bare is SQL without comments and without what stands in quotes.
func bare(text string) string {
	return sqlText.ReplaceAllString(sqlComment.ReplaceAllString(text, " "), "''")
}

// unportable says what in a text only one engine understands, or reads a clock that is not ours; "" if nothing.
func unportable(text string) string {
	text = bare(text)
	if found := timeFunction.FindString(text); found != "" {
		return fmt.Sprintf("%q asks the database for the time: pass data.Millis(tx.Now) as an argument", found)
	}
	if found := oneEngine.FindString(text); found != "" {
		return fmt.Sprintf("%q is not the same on SQLite and PostgreSQL: use what both have", found)
	}
	return ""
}

// queryRule wants SQL that is a constant, portable, and leaves the clock alone, and no other way to the database than data.
func queryRule(s *source) []finding {
	var found []finding
	for _, q := range s.queries() {
		if q.wrong != nil {
			found = append(found, s.at(q.wrong.Pos(), "this part of the query is no constant: pass it as an argument; only constants and data.Placeholders may be joined"))
			continue
		}
		if problem := unportable(q.text); problem != "" {
			found = append(found, s.at(q.pos, "%s", problem))
		}
	}
	for _, folder := range s.folders() {
		p := s.packages[folder]
		if within(folder, "data") {
			continue
		}
		for _, file := range p.code {
			found = append(found, s.sideDoors(p, file)...)
		}
	}
	return found
}

// sideDoors finds SQL that the list of queries would not see: database/sql opened by hand, a door of data kept in a
// variable.
func (s *source) sideDoors(p *sourcePackage, file *sourceFile) []finding {
	var found []finding
	called := map[ast.Expr]bool{}
	ast.Inspect(file.syntax, func(node ast.Node) bool {
		switch e := node.(type) {
		case *ast.CallExpr:
			called[ast.Unparen(e.Fun)] = true
			if indexed, ok := ast.Unparen(e.Fun).(*ast.IndexExpr); ok {
				called[indexed.X] = true
			}
		case *ast.SelectorExpr:
			if library, name := p.qualified(e); library == "database/sql" && (name == "Open" || name == "OpenDB") {
				found = append(found, s.at(e.Pos(), "sql.%s opens a database beside package data: use data.Open", name))
			}
			if p.seam(e) >= 0 && !called[e] {
				found = append(found, s.at(e.Pos(), "%s is kept for later, so that its SQL cannot be checked: call it where the SQL stands", e.Sel.Name))
			}
		}
		return true
	})
	return found
}

var (
	writtenBy    = regexp.MustCompile(`^--\s*written by:\s*(\S+)\s*$`)
	createTable  = regexp.MustCompile(`(?i)^\s*CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(\w+)\s*\(`)
	columnOfType = regexp.MustCompile(`(?i)(?:^|[(,])\s*(\w+)\s+(TEXT|BIGINT|BOOLEAN|DOUBLE\s+PRECISION|[A-Z]+)\b`)
	notAColumn   = regexp.MustCompile(`(?i)^(PRIMARY|FOREIGN|UNIQUE|CHECK|CONSTRAINT|NOT|REFERENCES|IN|AND|OR|CREATE)$`)
	innermost    = regexp.MustCompile(`\([^()]*\)`)
	portableType = regexp.MustCompile(`(?i)^(TEXT|BIGINT|BOOLEAN|DOUBLE\s+PRECISION)$`)
)

// readMigrations learns which package writes which table, and notes what breaks the rules of a migration.
func (s *source) readMigrations(t *testing.T) {
	names, err := fs.Glob(s.tree, "data/migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(s.tree, name)
		if err != nil {
			t.Fatal(err)
		}
		s.readMigration(name, string(text))
	}
}

func (s *source) readMigration(name, text string) {
	owner := ""
	wrong := func(line int, format string, args ...any) {
		s.findings = append(s.findings, finding{name, line, fmt.Sprintf(format, args...)})
	}
	inTable := false
	for i, line := range strings.Split(text, "\n") {
		if said := writtenBy.FindStringSubmatch(line); said != nil {
			owner = said[1]
			continue
		}
		if problem := unportable(line); problem != "" && !strings.HasSuffix(name, ".postgres.sql") && !strings.HasSuffix(name, ".sqlite.sql") {
			wrong(i+1, "%s", problem)
		}
		if made := createTable.FindStringSubmatch(line); made != nil {
			inTable = true
			switch _, known := s.packages[owner]; {
			case owner == "":
				wrong(i+1, `table %s has no owner: put "-- written by: PACKAGE" before it`, made[1])
			case !known:
				wrong(i+1, "table %s is written by %s, which is no package: name the folder of the package", made[1], owner)
			case s.tables[made[1]] != "" && s.tables[made[1]] != owner:
				wrong(i+1, "table %s is written by %s here and by %s in another migration: one table has one writer", made[1], owner, s.tables[made[1]])
			}
			s.tables[made[1]], owner = owner, ""
			line = line[strings.Index(line, "(")+1:]
		}
		if inTable {
			columns := bare(line)
			for inner := innermost.FindString(columns); inner != ""; inner = innermost.FindString(columns) {
				columns = strings.Replace(columns, inner, "", 1) // CHECK (...) holds no column
			}
			for _, column := range columnOfType.FindAllStringSubmatch(columns, -1) {
				if !notAColumn.MatchString(column[1]) && !portableType.MatchString(column[2]) {
					wrong(i+1, "column %s has type %s: use TEXT, BIGINT, BOOLEAN or DOUBLE PRECISION, which both engines have", column[1], column[2])
				}
			}
			inTable = !strings.HasSuffix(strings.TrimSpace(line), ";")
		}
	}
}

var (
	insertInto = regexp.MustCompile(`(?i)\bINTO\s+(\w+)`)
	deleteFrom = regexp.MustCompile(`(?i)\bDELETE\s+FROM\s+(\w+)`)
	updateOf   = regexp.MustCompile(`(?i)(\b(?:FOR|DO)\s+)?\bUPDATE\s+(\w+)`)
	readFrom   = regexp.MustCompile(`(?i)(\b(?:DELETE|DISTINCT)\s+)?\b(?:FROM|JOIN|USING)\s+(\w+(?:\s+(?:AS\s+)?\w+)?(?:\s*,\s*\w+(?:\s+(?:AS\s+)?\w+)?)*)`)
	named      = regexp.MustCompile(`(?i)(\w+)\s+AS\s*(?:NOT\s+)?(?:MATERIALIZED\s*)?\(`)
)

// touched lists the tables that a query writes and reads.
func touched(text string) (written, read []string) {
	text = strings.ToLower(bare(text))
	for _, m := range insertInto.FindAllStringSubmatch(text, -1) {
		written = append(written, m[1])
	}
	for _, m := range deleteFrom.FindAllStringSubmatch(text, -1) {
		written = append(written, m[1])
	}
	for _, m := range updateOf.FindAllStringSubmatch(text, -1) {
		if m[1] == "" {
			written = append(written, m[2])
		}
	}
	var within []string
	for _, m := range named.FindAllStringSubmatch(text, -1) {
		within = append(within, m[1])
	}
	for _, m := range readFrom.FindAllStringSubmatch(text, -1) {
		if strings.TrimSpace(m[1]) != "" {
			continue
		}
		for _, one := range strings.Split(m[2], ",") {
			if table := strings.Fields(one)[0]; !slices.Contains(within, table) && table != "select" {
				read = append(read, table)
			}
		}
	}
	return written, read
}

// tableRule holds that each table is written by one package, and read by it and those above it.
func tableRule(s *source) []finding {
	found := slices.Clone(s.findings)
	for _, q := range s.queries() {
		if q.wrong != nil {
			continue
		}
		written, read := touched(q.text)
		for _, table := range written {
			if owner := s.tables[table]; owner == "" {
				found = append(found, s.at(q.pos, "no migration makes the table %s: add one, with its writer", table))
			} else if owner != q.folder {
				found = append(found, s.at(q.pos, "table %s is written only by %s: call a function of that package", table, owner))
			}
		}
		for _, table := range read {
			if owner := s.tables[table]; owner == "" {
				found = append(found, s.at(q.pos, "no migration makes the table %s: add one, with its writer", table))
			} else if owner != q.folder && !slices.Contains(mayImport[q.folder], owner) {
				found = append(found, s.at(q.pos, "table %s belongs to %s, which %s may not know: pass the rows down from above", table, owner, q.folder))
			}
		}
	}
	return found
}

// act is a file of broker/record with one statement that breaks a rule.
func act(statement string) string {
	return "package record\n\nimport \"accessdesk/data\"\n\nfunc act(tx *data.Tx, word string) error {\n\t" + statement + "\n\treturn nil\n}\n"
}

const recordAct = "broker/record/act.go"

var sqlBreaches = []breach{
	{"queries", recordAct, act(`tx.Exec("DELETE FROM entry WHERE id = '" + word + "'")`), "no constant"},
	{"queries", recordAct, act("query := `DELETE FROM entry`\n\ttx.Exec(query)"), "no constant"},
	{"queries", recordAct, act("tx.Row(word)"), "no constant"},
	{"queries", recordAct, act("data.Rows(tx, scan, word)"), "no constant"},
	{"queries", recordAct, act("data.Rows[string](tx, scan, `SELECT id FROM entry ` + word)"), "no constant"},
	{"queries", recordAct, act("tx.Exec(`UPDATE entry SET at = unixepoch()`)"), "asks the database for the time"},
	{"queries", recordAct, act("tx.Exec(`UPDATE entry SET at = 1 WHERE at < CURRENT_TIMESTAMP`)"), "asks the database for the time"},
	{"queries", recordAct, act("tx.Row(`SELECT id FROM entry WHERE id ILIKE $1`, word)"), "not the same on"},
	{"queries", recordAct, act("tx.Row(`SELECT at::text FROM entry`)"), "not the same on"},
	{"queries", recordAct, act("later := tx.Exec\n\t_ = later"), "kept for later"},
	{"queries", recordAct, "package record\n\nimport \"database/sql\"\n\nvar db, _ = sql.Open(\"x\", \"y\")\n", "beside package data"},
	{"tables", recordAct, act("tx.Row(`SELECT id FROM nowhere`)"), "no migration makes the table nowhere"},
	{"tables", recordAct, act("tx.Row(`SELECT e.id FROM entry e JOIN item i ON i.entry_id = e.id`)"), "belongs to broker, which broker/record may not know"},
	{"tables", recordAct, act("tx.Row(`SELECT e.id FROM entry e, item i`)"), "belongs to broker, which broker/record may not know"},
	{"tables", recordAct, act("tx.Exec(`INSERT INTO item (id) VALUES ($1)`, word)"), "written only by broker"},
	{"tables", "broker/act.go", strings.Replace(act("tx.Exec(`UPDATE entry SET at = 1`)"), "package record", "package broker", 1), "written only by broker/record"},
	{"tables", "broker/act.go", strings.Replace(act("tx.Exec(`DELETE FROM entry WHERE at < $1`, 1)"), "package record", "package broker", 1), "written only by broker/record"},
	{"tables", "data/migrations/0003_more.sql", "CREATE TABLE more (id TEXT PRIMARY KEY);\n", "table more has no owner"},
	{"tables", "data/migrations/0003_more.sql", "-- written by: nobody\nCREATE TABLE more (id TEXT PRIMARY KEY);\n", "no package"},
	{"tables", "data/migrations/0003_more.sql", "-- written by: broker\nCREATE TABLE entry (id TEXT PRIMARY KEY);\n", "one table has one writer"},
	{"tables", "data/migrations/0003_more.sql", "-- written by: broker\nCREATE TABLE more (\n\tid TEXT PRIMARY KEY,\n\tat TIMESTAMP NOT NULL\n);\n", "column at has type TIMESTAMP"},
	{"tables", "data/migrations/0003_more.sql", "-- written by: broker\nCREATE TABLE more (id TEXT PRIMARY KEY, at BIGINT DEFAULT (unixepoch()));\n", "asks the database for the time"},
}
