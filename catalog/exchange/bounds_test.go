package exchange

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"accessdesk/catalog/exchange/bundle"
	"accessdesk/catalog/exchange/sheet"
)

// padded is an empty workbook with that many bytes in it that no sheet uses.
func padded(t testing.TB, size int) []byte {
	t.Helper()
	book, err := sheet.Workbook(localizer(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(book), int64(len(book)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range z.File {
		if err := w.Copy(f); err != nil {
			t.Fatal(err)
		}
	}
	nothing, err := w.Create("xl/media/nothing.bin")
	if err == nil {
		_, err = io.CopyN(nothing, &thin{rand.NewChaCha8([32]byte{})}, int64(size))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// thin gives bytes that pack well, but not suspiciously well: one of 64 is random.
type thin struct{ random io.Reader }

func (r *thin) Read(p []byte) (int, error) {
	clear(p)
	_, err := io.ReadFull(r.random, p[:len(p)/64])
	return len(p), err
}

// TestWorkbooksInAZIPShareItsLimit: many workbooks in a small ZIP do not each unpack as much as one may.
func TestWorkbooksInAZIPShareItsLimit(t *testing.T) {
	inner := padded(t, 30<<20)
	var files []bundle.File
	for i := range 3 {
		files = append(files, bundle.File{Name: fmt.Sprintf("b%d.xlsx", i), Data: inner})
	}
	for count, refused := range map[int]bool{2: false, 3: true} {
		outer, err := bundle.Zip(files[:count])
		if err != nil {
			t.Fatal(err)
		}
		_, err = Read([]bundle.File{{Name: "a.zip", Data: outer}})
		if strings.Contains(fmt.Sprint(err), "grows more than") {
			t.Fatal(err)
		}
		if got := strings.Contains(fmt.Sprint(err), "unpacked, the workbooks have more than 64 MB"); got != refused {
			t.Errorf("%d workbooks, %d kB: %.300v", count, len(outer)>>10, err)
		}
	}
}

// TestManySmallValuesAreRefused: objects take far more memory than their two signs in a file.
func TestManySmallValuesAreRefused(t *testing.T) {
	text := `[{"text": "` + strings.Repeat("{},", 1_000_000) + `"}`
	if _, err := Read([]bundle.File{{Name: "a.json", Data: []byte(text + strings.Repeat(",{}", 500_001) + "]")}}); !strings.Contains(fmt.Sprint(err), "more than 1000000 values") {
		t.Errorf("%.300v", err)
	}
	if _, err := Read([]bundle.File{{Name: "a.json", Data: []byte(text + "]")}}); strings.Contains(fmt.Sprint(err), "values") {
		t.Errorf("signs within a text count: %.300v", err)
	}
}

// TestBlankLinesCount: the place of a mistake is the row in which a spreadsheet shows it, behind empty lines too.
func TestBlankLinesCount(t *testing.T) {
	files, err := Write(localizer(t), CSV, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, end := range []string{"\r\n", "\n"} {
		for i, f := range files {
			if f.Name != "offerings.csv" {
				continue
			}
			first, _, _ := bytes.Cut(f.Data, []byte("\r\n"))
			blanks := end + end + `"","x"` + strings.Repeat(",", bytes.Count(first, []byte(","))-1) + end
			changed := append(append([]byte{}, f.Data...), blanks...)
			rows := bytes.Count(changed[:len(changed)-len(end)], []byte("\n")) + 1
			all := append([]bundle.File{}, files...)
			all[i].Data = changed
			_, err = Read(all)
			if want := fmt.Sprintf("offerings!B%d:", rows); !strings.Contains(fmt.Sprint(err), want) {
				t.Errorf("not at %s: %v", want, err)
			}
		}
	}
}

// TestBrokenTablesAreTold: in the tabular form a table that is no list and a row that is no object are mistakes, and nothing is read.
func TestBrokenTablesAreTold(t *testing.T) {
	for data, want := range map[string]string{
		`{"services.csv": [{"id": "1", "name": "X", "status": "active"}, "garbage", 7]}`:            "expected an object",
		`{"services.csv": [{"id": "1", "name": "X", "status": "active"}], "phones.csv": "garbage"}`: "expected a list",
	} {
		read, err := Read([]bundle.File{{Name: "a.json", Data: []byte(data)}})
		if len(read) > 0 || !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("%s: %d read, %v", data, len(read), err)
		}
	}
}
