package exchange

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"accessdesk/catalog"
	"accessdesk/catalog/exchange/bundle"
	"accessdesk/data/golden"
)

// A broken input and what is said of it. Inputs of text stand in testdata/broken, a folder each, written with -update from the edits
// below; workbooks and ZIPs are made when the test runs. What is said of all of them stands in testdata/broken.golden.txt.
type broken struct {
	name  string
	files func(t testing.TB) []bundle.File
	text  bool // kept in testdata
}

// tables is the example as CSV, with pieces of one file replaced; edits alternate old and new.
func tables(name, table string, edits ...string) broken {
	return broken{name, func(t testing.TB) []bundle.File {
		files := exported(t, CSV)
		at := slices.IndexFunc(files, func(f bundle.File) bool { return f.Name == table+".csv" })
		files[at].Data = []byte(replaced(t, string(files[at].Data), edits))
		return files
	}, true}
}

func replaced(t testing.TB, text string, edits []string) string {
	t.Helper()
	for i := 0; i < len(edits); i += 2 {
		if !strings.Contains(text, edits[i]) {
			t.Fatalf("%q is not in\n%s", edits[i], text)
		}
		text = strings.Replace(text, edits[i], edits[i+1], 1)
	}
	return text
}

func exported(t testing.TB, format Format) []bundle.File {
	t.Helper()
	files, err := Write(localizer(t), format, []*catalog.Offering{example(t)})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// one is a single file of text.
func one(name, file, text string) broken {
	return broken{name, func(testing.TB) []bundle.File { return []bundle.File{{Name: file, Data: []byte(text)}} }, true}
}

// offeringText is the example as TOML with pieces replaced.
func offeringText(name string, edits ...string) broken {
	return broken{name, func(t testing.TB) []bundle.File {
		files := exported(t, TOML)
		files[0].Data = []byte(replaced(t, string(files[0].Data), edits))
		return files
	}, true}
}

// workbook is the example as a workbook that was changed as in a spreadsheet program.
func workbook(name string, change func(t testing.TB, book *excelize.File) error) broken {
	return broken{name, func(t testing.TB) []bundle.File {
		book, err := excelize.OpenReader(bytes.NewReader(exported(t, XLSX)[0].Data))
		if err != nil {
			t.Fatal(err)
		}
		defer book.Close()
		if err := change(t, book); err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := book.Write(&b); err != nil {
			t.Fatal(err)
		}
		return []bundle.File{{Name: "catalog.xlsx", Data: b.Bytes()}}
	}, false}
}

// cellOf sets a cell of the example's workbook.
func cellOf(name, sheet, cell string, value any) broken {
	return workbook(name, func(_ testing.TB, book *excelize.File) error { return book.SetCellValue(sheet, cell, value) })
}

// packed is a ZIP with other parts than the example's workbook has: "" takes a part away.
func packed(name string, parts map[string]string) broken {
	return broken{name, func(t testing.TB) []bundle.File {
		files, err := bundle.Unzip(exported(t, XLSX)[0])
		if err != nil {
			t.Fatal(err)
		}
		for part, text := range parts {
			at := slices.IndexFunc(files, func(f bundle.File) bool { return f.Name == part })
			switch {
			case at < 0:
				files = append(files, bundle.File{Name: part, Data: []byte(text)})
			case text == "":
				files = slices.Delete(files, at, at+1)
			default:
				files[at].Data = []byte(text)
			}
		}
		slices.SortFunc(files, func(a, b bundle.File) int { return strings.Compare(a.Name, b.Name) })
		data, err := bundle.Zip(files)
		if err != nil {
			t.Fatal(err)
		}
		return []bundle.File{{Name: "catalog.xlsx", Data: data}}
	}, false}
}

// service is a service of HSDS with a key replaced.
func service(name, key, value string) broken {
	return one(name, "services.json", `{"contents": [{"name": "Sound", "status": "active"}, {"id": "2", "name": "Pump check", "status": "active", `+`"`+key+`": `+value+`}]}`)
}

func corpus() []broken {
	return slices.Concat(brokenTables(), brokenBooks(), brokenOfferings(), brokenServices(), brokenFiles())
}

func brokenTables() []broken {
	return []broken{
		tables("csv-unknown-heading", "criteria", `"expr"`, `"exprr"`),
		tables("csv-doubled-heading", "criteria", `"citation"`, `"expr"`),
		tables("csv-missing-column", "sources", `,"read_on"`, ``),
		tables("csv-no-headings", "sources", `"offering","url","supports","primary","read_on"`, `"a","b"`),
		tables("csv-formula", "criteria", `"small"`, `"=HYPERLINK(1)"`),
		tables("csv-quote-left-open", "apply", `"in_app"`, `"in_app`),
		tables("csv-bare-quote", "tests", `"on the line"`, `on "the" line`),
		tables("csv-unknown-program", "criteria", "\r\n\"pump-review\",\"small\"", "\r\n\"pump-reviews\",\"small\""),
		tables("csv-no-program", "criteria", "\r\n\"pump-review\",\"small\"", "\r\n\"\",\"small\""),
		tables("csv-unknown-route", "apply_steps", "\r\n\"pump-review\",\"1\"", "\r\n\"pump-review\",\"9\""),
		tables("csv-unknown-value", "offerings", `"open"`, `"opne"`),
		tables("csv-not-yes-or-no", "sources", `"yes"`, `"maybe"`),
		tables("csv-not-a-number", "offerings", `"20"`, `"twenty"`),
		tables("csv-number-with-comma", "offerings", `"20"`, `"1,200"`),
		tables("csv-number-below-zero", "offerings", `"20"`, `"'-3"`),
		tables("csv-not-a-day", "offerings", `"2026-11-20"`, `"11/20/2026"`),
		tables("csv-day-that-is-none", "offerings", `"2026-11-20"`, `"2026-02-30"`),
		tables("csv-instant-without-zone", "offerings", `"2026-12-01T08:00:00-05:00"`, `"2026-12-01 08:00"`),
		tables("csv-year-out-of-range", "offerings", `"2026-12-01T08:00:00-05:00"`, `"1926-12-01T08:00:00-05:00"`),
		tables("csv-empty-line-in-list", "offerings", "\"drinking_water\n", "\"drinking_water\n\n"),
		tables("csv-control-character", "criteria", `"small"`, "\"sm\x07all\""),
		tables("csv-not-utf-8", "offerings", `Revisi`, "Revisi\xf3"),
		tables("csv-unknown-safeguard", "offerings", "confidentiality\nnondisclosure", "confidentiality\nnondisclosur"),
		tables("csv-facts-are-no-facts", "tests", `population_served = 10000`, `population_served 10000`),
		tables("csv-more-than-facts", "tests", `population_served = 10000`, "population_served = 10000\n[title]\nen = \"\"x\"\""),
		tables("csv-unknown-outcome", "tests", `"eligible"`, `"eligable"`),
		tables("csv-cell-beside-the-table", "tests", `"eligible"`, `"eligible","note"`),
		{"csv-missing-table", func(t testing.TB) []bundle.File {
			return slices.DeleteFunc(exported(t, CSV), func(f bundle.File) bool { return f.Name == "tests.csv" })
		}, true},
		{"csv-table-twice", func(t testing.TB) []bundle.File {
			files := exported(t, CSV)
			return append(files, bundle.File{Name: "copy of tests.csv", Data: files[slices.IndexFunc(files, func(f bundle.File) bool { return f.Name == "tests.csv" })].Data})
		}, true},
		{"csv-program-twice", func(t testing.TB) []bundle.File {
			files := exported(t, CSV)
			lines := strings.SplitAfterN(string(files[0].Data), "\r\n", 3)
			files[0].Data = append(files[0].Data, lines[2]...)
			return files
		}, true},
		{"csv-list-too-long", func(t testing.TB) []bundle.File {
			files := exported(t, CSV)
			at := slices.IndexFunc(files, func(f bundle.File) bool { return f.Name == "sources.csv" })
			files[at].Data = append(files[at].Data, strings.Repeat("pump-review,https://example.org,x,no,\r\n", 1000)...)
			return files
		}, false},
		{"csv-utf-16", func(t testing.TB) []bundle.File {
			return []bundle.File{{Name: "offerings.csv", Data: []byte("\xff\xfe\"\x00s\x00")}}
		}, true},
	}
}

func brokenBooks() []broken {
	return []broken{
		workbook("xlsx-formula", func(_ testing.TB, book *excelize.File) error { return book.SetCellFormula("criteria", "C3", "1+1") }),
		workbook("xlsx-formula-in-an-empty-row", func(_ testing.TB, book *excelize.File) error { return book.SetCellFormula("tests", "B90", "NOW()") }),
		workbook("xlsx-formula-as-heading", func(_ testing.TB, book *excelize.File) error { return book.SetCellFormula("tests", "B1", "1+1") }),
		cellOf("xlsx-doubled-heading", "sources", "C1", "url"),
		cellOf("xlsx-unknown-heading", "sources", "C1", "suports"),
		cellOf("xlsx-not-a-number", "offerings", "N3", 20.5),
		cellOf("xlsx-flag-where-a-day-belongs", "offerings", "J3", true),
		cellOf("xlsx-unknown-value", "offerings", "B3", "asessment"),
		cellOf("xlsx-unknown-program", "sources", "A3", "pump-reviev"),
		cellOf("xlsx-cell-without-heading", "sources", "H3", "see me"),
		workbook("xlsx-day-as-instant", func(_ testing.TB, book *excelize.File) error {
			column, err := columnOf(book, "offerings", "window.opens")
			if err != nil {
				return err
			}
			return book.SetCellValue("offerings", column+"3", 46357)
		}),
		workbook("xlsx-missing-sheet", func(_ testing.TB, book *excelize.File) error { return book.DeleteSheet("tests") }),
		workbook("xlsx-unknown-sheet", func(_ testing.TB, book *excelize.File) error { _, err := book.NewSheet("criterias"); return err }),
		workbook("xlsx-row-taken-out", func(_ testing.TB, book *excelize.File) error { return book.RemoveRow("offerings", 3) }),
		workbook("xlsx-column-taken-out", func(_ testing.TB, book *excelize.File) error { return book.RemoveCol("criteria", "C") }),
		packed("xlsx-macros", map[string]string{"xl/vbaProject.bin": "x"}),
		packed("xlsx-links", map[string]string{"xl/externalLinks/externalLink1.xml": "<externalLink/>"}),
		packed("xlsx-connections", map[string]string{"xl/connections.xml": "<connections/>"}),
		packed("xlsx-embedded", map[string]string{"xl/embeddings/oleObject1.bin": "x"}),
		packed("xlsx-no-workbook", map[string]string{"xl/workbook.xml": "<workbook"}),
		packed("xlsx-sheet-damaged", map[string]string{"xl/worksheets/sheet1.xml": "<worksheet><sheetData><row r=\"1\"><c r=\"A1\""}),
		packed("xlsx-bomb", map[string]string{"xl/worksheets/sheet1.xml": "<worksheet>" + strings.Repeat(" ", 40<<20)}),
	}
}

func columnOf(book *excelize.File, sheet, heading string) (string, error) {
	rows, err := book.GetRows(sheet)
	if err != nil {
		return "", err
	}
	return excelize.ColumnNumberToName(slices.Index(rows[0], heading) + 1)
}

func brokenOfferings() []broken {
	return []broken{
		offeringText("toml-unknown-key", `kind =`, `kynd =`),
		offeringText("toml-syntax", `status = "open"`, `status = open"`),
		offeringText("toml-key-twice", `status = "open"`, "status = \"open\"\nstatus = \"open\""),
		offeringText("toml-wrong-kind-of-value", `criteria_published = true`, `criteria_published = "true"`),
		offeringText("toml-unknown-value", `status = "open"`, `status = "opened"`),
		offeringText("toml-day-in-quotes", `checked_on = 2026-11-20`, `checked_on = "2026-11-20"`),
		offeringText("toml-instant-without-zone", `opens = 2026-12-01T13:00:00Z`, `opens = 2026-12-01T13:00:00`),
		one("toml-too-deep", "deep.toml", "slug = "+strings.Repeat("[", 40)+strings.Repeat("]", 40)+"\n"),
		{"toml-slug-twice", func(t testing.TB) []bundle.File {
			files := exported(t, TOML)
			return append(files, bundle.File{Name: "twin.toml", Data: files[0].Data})
		}, true},
	}
}

func brokenServices() []broken {
	return []broken{
		one("hsds-not-json", "services.json", "{\"contents\": [\n{\"name\": \"x\",}\n]}"),
		one("hsds-more-after-the-end", "services.json", `{"name": "x", "status": "active"} {}`),
		one("hsds-too-deep", "services.json", `{"contents": `+strings.Repeat("[", 50)+strings.Repeat("]", 50)+`}`),
		one("hsds-no-service", "taxonomy.json", `{"id": "1", "name": "Kinds", "description": "Kinds of help"}`),
		one("hsds-empty-page", "services.json", `{"contents": [], "empty": true}`),
		one("hsds-contents-no-list", "services.json", `{"contents": {"name": "x"}}`),
		one("hsds-item-no-object", "services.json", `{"contents": ["x"]}`),
		one("hsds-service-without-name", "services.json", `{"contents": [{"id": "1", "status": "active"}]}`),
		one("hsds-name-empty", "services.json", `[{"name": " ", "status": "active"}]`),
		one("hsds-name-too-long", "services.json", `[{"name": "`+strings.Repeat("long ", 60)+`", "status": "active"}]`),
		one("hsds-unknown-status", "services.json", `[{"name": "x", "status": "sometimes"}]`),
		service("hsds-text-is-a-list", "description", `["x"]`),
		service("hsds-phones-no-list", "phones", `"+1-555-0100"`),
		service("hsds-phone-no-object", "phones", `[{"number": "+1-555-0100"}, "+1-555-0101"]`),
		service("hsds-organization-no-object", "organization", `"Example Institute"`),
		service("hsds-age-no-number", "minimum_age", `"twelve"`),
		service("hsds-text-too-long", "description", `"`+strings.Repeat("x", 20_001)+`"`),
		service("hsds-list-too-long", "phones", `[`+strings.TrimSuffix(strings.Repeat(`{},`, 201), ",")+`]`),
		service("hsds-own-offering-broken", "accessdesk_offering", `"slug = \"x\"\nkynd = \"tool\""`),
		service("hsds-own-offering-no-text", "accessdesk_offering", `{"slug": "x"}`),
		one("hsds-table-bare-quote", "services.csv", "id,name,status\n1,x \"y\" z,active\n"),
		one("hsds-table-more-cells", "services.csv", "id,name,status\n1,x,active,more\n"),
		one("hsds-table-no-services", "services.csv", "id,name,status,organization_id\n"),
		{"hsds-table-unknown-organization", func(testing.TB) []bundle.File {
			return []bundle.File{{Name: "services.csv", Data: []byte("id,name,status,organization_id\n1,x,active,7\n")},
				{Name: "organizations.csv", Data: []byte("id,name,description,organization_id\n8,Example Institute,Fictional,\n")}}
		}, true},
	}
}

func brokenFiles() []broken {
	return []broken{
		one("file-empty", "empty.toml", " \n"),
		one("file-pdf", "catalog.xlsx", "%PDF-1.7"),
		one("file-old-workbook", "catalog.xls", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
		one("file-html", "catalog.html", "<!doctype html>"),
		one("file-zip-cut-off", "catalog.zip", "PK\x03\x04\x14\x00"),
		{"file-zip-in-a-zip", func(t testing.TB) []bundle.File {
			inner, err := bundle.Zip([]bundle.File{{Name: "x.txt"}})
			if err != nil {
				t.Fatal(err)
			}
			outer, err := bundle.Zip([]bundle.File{{Name: "inner.xlsx", Data: inner}})
			if err != nil {
				t.Fatal(err)
			}
			return []bundle.File{{Name: "catalog.zip", Data: outer}}
		}, false},
		{"file-zip-of-pictures", func(t testing.TB) []bundle.File {
			data, err := bundle.Zip([]bundle.File{{Name: "a.png", Data: []byte("x")}})
			if err != nil {
				t.Fatal(err)
			}
			return []bundle.File{{Name: "pictures.zip", Data: data}}
		}, false},
		{"file-zip-with-too-many", func(t testing.TB) []bundle.File {
			var b bytes.Buffer
			z := zip.NewWriter(&b)
			for i := range 6001 {
				if _, err := z.Create(fmt.Sprintf("%d.toml", i)); err != nil {
					t.Fatal(err)
				}
			}
			if err := z.Close(); err != nil {
				t.Fatal(err)
			}
			return []bundle.File{{Name: "many.zip", Data: b.Bytes()}}
		}, false},
		{"file-too-large", func(testing.TB) []bundle.File {
			return []bundle.File{{Name: "large.toml", Data: bytes.Repeat([]byte("x"), bundle.MostBytes+1)}}
		}, false},
	}
}

// Every broken input is refused, with exactly these words at exactly these places, and nothing of it is read.
func TestBrokenInputs(t *testing.T) {
	all := corpus()
	if len(all) < 60 {
		t.Fatalf("only %d broken inputs", len(all))
	}
	var b strings.Builder
	for _, c := range all {
		files := c.files(t)
		if c.text {
			files = kept(t, c.name, files)
		}
		entries, err := Read(files)
		var mistakes catalog.FileErrors
		if entries != nil || !errors.As(err, &mistakes) || len(mistakes) == 0 {
			t.Errorf("%s is read: %d programs, %v", c.name, len(entries), err)
			continue
		}
		folder := filepath.Join("testdata", "broken", c.name)
		fmt.Fprintf(&b, "%s\n", c.name)
		for _, m := range mistakes {
			fmt.Fprintf(&b, "  %s\n", strings.NewReplacer(folder+"/", "", folder, "(folder)").Replace(m.Error()))
			if m.File == "" {
				t.Errorf("%s: a mistake without a file: %s", c.name, m.Problem)
			}
		}
	}
	golden.Check(t, "testdata/broken.golden.txt", b.String())
}

// kept writes the files of a case below testdata/broken with -update, and gives those that stand there.
func kept(t *testing.T, name string, files []bundle.File) []bundle.File {
	t.Helper()
	folder := filepath.Join("testdata", "broken", name)
	if golden.Updating() {
		if err := os.RemoveAll(folder); err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if err := os.WriteFile(filepath.Join(folder, f.Name), f.Data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != len(files) {
		t.Fatalf("%s holds %d of %d files (%v); run the test with -update", folder, len(entries), len(files), err)
	}
	var read []bundle.File
	for _, entry := range entries {
		data, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		read = append(read, bundle.File{Name: filepath.Join(folder, entry.Name()), Data: data})
	}
	return read
}

// FuzzRead gives anything as a file: it is refused with its name, or it holds offerings that can be stored.
func FuzzRead(f *testing.F) {
	for _, format := range []Format{TOML, CSV, XLSX} {
		for _, file := range exported(f, format) {
			f.Add(file.Name, file.Data)
		}
		data, err := bundle.Zip(exported(f, format))
		if err != nil {
			f.Fatal(err)
		}
		f.Add("catalog.zip", data)
	}
	f.Add("services.json", []byte(`{"contents": [{"name": "x", "status": "active"}]}`))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		entries, err := Read([]bundle.File{{Name: name, Data: data}})
		if err != nil {
			var mistakes catalog.FileErrors
			if !errors.As(err, &mistakes) || entries != nil {
				t.Fatalf("%d programs, %v", len(entries), err)
			}
			return
		}
		for _, e := range entries {
			text := catalog.Canonical(e.Offering)
			if back, err := catalog.Parse("back", text); err != nil || !bytes.Equal(catalog.Canonical(back), text) {
				t.Fatalf("cannot be stored: %v\n%s", err, text)
			}
		}
	})
}
