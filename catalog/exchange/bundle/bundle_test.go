package bundle

import (
	"archive/zip"
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"accessdesk/catalog"
)

func packed(t testing.TB, files ...File) File {
	t.Helper()
	data, err := Zip(files)
	if err != nil {
		t.Fatal(err)
	}
	return File{Name: "files.zip", Data: data}
}

func TestZipComesBackAndIsTheSameEachTime(t *testing.T) {
	files := []File{{"a.toml", []byte("a")}, {"folder/b.csv", bytes.Repeat([]byte("b,"), 10_000)}, {"empty.csv", nil}}
	first, second := packed(t, files...), packed(t, files...)
	if !bytes.Equal(first.Data, second.Data) || !IsZip(first.Data) {
		t.Error("the same files give different ZIPs")
	}
	back, err := Unzip(first)
	if err != nil || len(back) != len(files) {
		t.Fatalf("%d files (%v)", len(back), err)
	}
	for i, f := range files {
		if back[i].Name != f.Name || !bytes.Equal(back[i].Data, f.Data) {
			t.Errorf("%s came back as %s with %d bytes", f.Name, back[i].Name, len(back[i].Data))
		}
	}
}

func TestTracesOfOperatingSystemsAreLeftOut(t *testing.T) {
	back, err := Unzip(packed(t, File{Name: "__MACOSX/._a.toml"}, File{Name: ".DS_Store"}, File{Name: "x/.hidden.csv"}, File{Name: "a.toml"}))
	if err != nil || len(back) != 1 || back[0].Name != "a.toml" {
		t.Errorf("%v (%v)", back, err)
	}
}

// A ZIP that would grow beyond the limits is refused before it does, also when it lies about its sizes.
func TestBombsAreRefused(t *testing.T) {
	many := packed(t, slices.Repeat([]File{{Name: "a.toml"}}, mostEntries+1)...)
	large := stored(t, 2, 40<<20)
	lying := packed(t, File{Name: "a.toml", Data: bytes.Repeat([]byte("a"), 5000)})
	at := bytes.LastIndex(lying.Data, []byte("PK\x01\x02")) // the entry of the directory at the end
	copy(lying.Data[at+24:], []byte{10, 0, 0, 0})           // its uncompressed size
	for name, c := range map[string]struct {
		file File
		says string
	}{
		"too many": {many, "the most is 6000"}, "too large": {large, "more than 64 MB"},
		"too dense": {packed(t, File{Name: "a.xml", Data: make([]byte, 30<<20)}), "it grows more than 200 times"},
		"lying":     {lying, "cannot be unpacked"}, "no ZIP": {File{Name: "files.zip", Data: []byte("PK\x03\x04")}, "the ZIP is damaged"},
	} {
		files, err := Unzip(c.file)
		if err == nil || files != nil || !strings.Contains(err.Error(), c.says) || !strings.HasPrefix(err.Error(), "files.zip: ") {
			t.Errorf("%s: %d files, %v", name, len(files), err)
		}
	}
}

// stored is a ZIP whose files are not made smaller.
func stored(t testing.TB, count, length int) File {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := range count {
		entry, err := z.CreateHeader(&zip.FileHeader{Name: fmt.Sprintf("%d.toml", i), Method: zip.Store})
		if err == nil {
			_, err = entry.Write(make([]byte, length))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return File{Name: "files.zip", Data: b.Bytes()}
}

func FuzzUnzip(f *testing.F) {
	f.Add(packed(f, File{"a.toml", []byte("slug")}, File{"b/c.csv", []byte("x")}).Data)
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, data []byte) {
		files, err := Unzip(File{Name: "x.zip", Data: data})
		if err != nil {
			if _, ok := err.(catalog.FileErrors); !ok || files != nil {
				t.Fatalf("%d files, %v", len(files), err)
			}
			return
		}
		z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil || len(files) > len(z.File) {
			t.Fatalf("%d files of %d (%v)", len(files), len(z.File), err)
		}
		total := 0
		for _, file := range files {
			total += len(file.Data)
		}
		if total > MostUnpacked {
			t.Fatalf("%d bytes", total)
		}
		Names(data)
	})
}
