package download

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode"

	"accessdesk/eligibility/registry/layout"
)

// Limits of an archive. The largest that is published, that of SDWIS, has about ten entries, of which the two that are read unpack to
// about 150 MB; the call reports of NCUA have about 25.
const (
	mostEntries    = 1000
	directoryBytes = 4 << 20 // read before the entries are known; ten times what 1000 long names take
	unpackedBytes  = 1 << 30 // of all entries that are read; a ZIP bomb ends here
	shownEntries   = 15      // names in a message
	nameLength     = 100     // characters
)

// tables are the endings of what an archive may hold for us.
var tables = []string{".csv", ".txt", ".xlsx", ".csv.gz"}

// errArchive is what is wrong with an archive; its text is for people.
type errArchive struct{ text string }

func (e errArchive) Error() string { return e.text }

func wrongArchive(format string, args ...any) error { return errArchive{fmt.Sprintf(format, args...)} }

// openable is a file in the folder, under the name that messages give it.
func openable(name, path string) layout.File {
	return layout.File{Name: name, Open: func() (io.ReadCloser, error) { return os.Open(path) }}
}

// unpack gives the files of a download: itself, or what is wanted of it if it is an archive.
func unpack(path, name string, wanted []string, place func() string) ([]layout.File, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	begins := make([]byte, 4)
	if _, err := io.ReadFull(file, begins); err != nil || string(begins) != "PK\x03\x04" {
		if len(wanted) > 0 {
			return nil, wrongArchive("is no ZIP archive. Leave out what stands after # in [registry.urls], or look what the publisher has there now")
		}
		return []layout.File{openable(name, path)}, nil // an empty file is one too: the layout says what it lacks
	}
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	entries, err := list(file, info.Size())
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(entries, func(e *zip.File) bool { return e.Name == "[Content_Types].xml" }) { // a workbook
		return []layout.File{openable(name, path)}, nil
	}
	chosen, err := choose(entries, wanted)
	if err != nil {
		return nil, err
	}
	var files []layout.File
	var declared uint64
	for _, e := range chosen {
		if declared += min(e.UncompressedSize64, unpackedBytes+1); declared > unpackedBytes { // before the disk is full
			return nil, tooLarge()
		}
	}
	left := int64(unpackedBytes)
	for _, e := range chosen {
		to := place()
		size, err := extract(e, to, left)
		if err != nil {
			return nil, err
		}
		left -= size
		files = append(files, openable(tidy(e.Name), to))
	}
	return files, nil
}

// list reads the directory of an archive.
func list(from io.ReaderAt, size int64) ([]*zip.File, error) {
	metered := &meter{from: from, left: directoryBytes}
	archive, err := zip.NewReader(metered, size)
	switch {
	case metered.left < 0 || err == nil && len(archive.File) > mostEntries:
		return nil, wrongArchive("the ZIP archive has more than %d entries: no publisher's has", mostEntries)
	case err != nil && !errors.Is(err, zip.ErrInsecurePath): // names are never used as paths
		return nil, wrongArchive("is no sound ZIP archive (%v). Try again; if that does not help, download it in a browser", err)
	}
	metered.left = -1
	metered.free = true
	return archive.File, nil
}

// meter ends the reading of a directory that is longer than any.
type meter struct {
	from io.ReaderAt
	left int64
	free bool
}

func (m *meter) ReadAt(p []byte, at int64) (int, error) {
	if m.free {
		return m.from.ReadAt(p, at)
	}
	if m.left -= int64(len(p)); m.left < 0 {
		return 0, errors.New("too long")
	}
	return m.from.ReadAt(p, at)
}

func tooLarge() error {
	return wrongArchive("the ZIP archive unpacks to more than %s: no publisher's does", megabytes(unpackedBytes))
}

// choose finds the entries that are wanted by their names without folders, or all tables.
func choose(entries []*zip.File, wanted []string) ([]*zip.File, error) {
	var chosen []*zip.File
	var names []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name, "/") {
			continue
		}
		name := strings.ToLower(tidy(e.Name))
		if len(names) < shownEntries {
			names = append(names, tidy(e.Name))
		}
		if len(wanted) == 0 && slices.ContainsFunc(tables, func(ending string) bool { return strings.HasSuffix(name, ending) }) {
			chosen = append(chosen, e)
		}
	}
	for _, want := range wanted {
		before := len(chosen)
		for _, e := range entries {
			if strings.EqualFold(tidy(e.Name), want) {
				chosen = append(chosen, e)
			}
		}
		if found := len(chosen) - before; found != 1 {
			return nil, wrongArchive("the ZIP archive has %d files named %q, and one was expected. It has: %s. Change what stands after # in [registry.urls]", found, tidy(want), strings.Join(names, ", "))
		}
	}
	if len(chosen) == 0 {
		return nil, wrongArchive("the ZIP archive holds no table (%s). It has: %s", strings.Join(tables, ", "), strings.Join(names, ", "))
	}
	return chosen, nil
}

// extract writes an entry to a path of ours.
func extract(e *zip.File, to string, left int64) (size int64, err error) {
	name := tidy(e.Name)
	switch {
	case e.Flags&1 != 0:
		return 0, wrongArchive("%s in the ZIP archive needs a password", name)
	case !e.Mode().IsRegular():
		return 0, wrongArchive("%s in the ZIP archive is no file", name)
	case e.UncompressedSize64 > uint64(left):
		return 0, tooLarge()
	}
	packed, err := e.Open()
	if err != nil {
		return 0, wrongArchive("%s in the ZIP archive cannot be opened (%v)", name, err)
	}
	defer packed.Close()
	file, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return 0, err
	}
	size, err = io.Copy(file, io.LimitReader(packed, left+1))
	if closing := file.Close(); closing != nil {
		return 0, closing
	}
	var disk *os.PathError
	switch {
	case errors.As(err, &disk):
		return 0, err
	case err != nil:
		return 0, wrongArchive("%s in the ZIP archive is damaged (%v). Try again", name, err)
	case size > left:
		return 0, tooLarge()
	}
	return size, nil
}

// tidy is a name from outside for messages: without folders and signs that a terminal obeys.
func tidy(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) {
			return -1
		}
		return c
	}, strings.ToValidUTF8(name, ""))
	if letters := []rune(name); len(letters) > nameLength {
		name = string(letters[:nameLength])
	}
	if name == "" {
		return "a file without a name"
	}
	return name
}
