// Package bundle holds the files that a catalog travels in: a single one, or several in one ZIP. What comes in is
// opened within limits, so that a small file cannot become a large one (a ZIP bomb) and no name leads out of a folder.
package bundle

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"accessdesk/catalog"
)

// Limits of what comes in. The catalog of the product has 84 offerings: 0.5 MB of TOML, and a workbook of 0.2 MB.
const (
	MostBytes    = 16 << 20 // of one file, as it lies on a disk
	MostUnpacked = 64 << 20 // of all that a ZIP or workbook holds
	mostEntries  = 6000     // files in a ZIP: 5,000 offerings, and what else there is
	mostRatio    = 200      // times that an entry may grow; the XML of a workbook grows thirty times
	freeRatio    = 1 << 20  // bytes below which an entry may grow as it likes
)

// File is a file with its content.
type File struct {
	Name string // as people know it: a path, or a name within a ZIP
	Data []byte
}

// Zip packs files. The same files give the same bytes: no dates are kept.
func Zip(files []File) ([]byte, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		entry, err := z.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Deflate})
		if err == nil {
			_, err = entry.Write(f.Data)
		}
		if err != nil {
			return nil, fmt.Errorf("pack %s: %w", f.Name, err)
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("pack files: %w", err)
	}
	return b.Bytes(), nil
}

// IsZip tells whether a file is a ZIP, which a workbook is too.
func IsZip(data []byte) bool { return bytes.HasPrefix(data, []byte("PK\x03\x04")) }

// Names lists what a ZIP holds; nil if it cannot be read.
func Names(data []byte) []string {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil
	}
	var names []string
	for _, entry := range z.File[:min(len(z.File), mostEntries)] {
		names = append(names, entry.Name)
	}
	return names
}

// Unpacked is how many bytes a ZIP says it holds.
func Unpacked(data []byte) (size uint64) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return 0
	}
	for _, entry := range z.File {
		size += min(entry.UncompressedSize64, MostUnpacked+1)
	}
	return size
}

// Unzip opens a ZIP within the limits. Folders and the traces of operating systems (__MACOSX, names with a point at the
// start) are left out. Mistakes are catalog.FileErrors.
func Unzip(f File) ([]File, error) {
	z, err := zip.NewReader(bytes.NewReader(f.Data), int64(len(f.Data)))
	if err != nil {
		return nil, wrong(f, "the ZIP is damaged (%v); make it again", err)
	}
	if len(z.File) > mostEntries {
		return nil, wrong(f, "the ZIP holds %d files; the most is %d", len(z.File), mostEntries)
	}
	var files []File
	left := int64(MostUnpacked)
	for _, entry := range z.File {
		if skipped(entry.Name) {
			continue
		}
		data, err := unpack(entry, left)
		if err != nil {
			return nil, wrong(f, "%s in the ZIP: %v", entry.Name, err)
		}
		left -= int64(len(data))
		files = append(files, File{Name: entry.Name, Data: data})
	}
	return files, nil
}

func skipped(name string) bool {
	parts := strings.Split(strings.ReplaceAll(name, `\`, "/"), "/")
	return strings.HasSuffix(name, "/") || slices.Contains(parts, "__MACOSX") || strings.HasPrefix(path.Base(name), ".")
}

var errTooLarge = fmt.Errorf("unpacked, the files have more than %d MB", MostUnpacked>>20)

func unpack(entry *zip.File, left int64) ([]byte, error) {
	size, packed := entry.UncompressedSize64, entry.CompressedSize64
	if size > uint64(left) {
		return nil, errTooLarge
	}
	if size > freeRatio && size/mostRatio > packed {
		return nil, fmt.Errorf("it grows more than %d times when it is unpacked, as no real file does", mostRatio)
	}
	opened, err := entry.Open()
	if err != nil {
		return nil, fmt.Errorf("cannot be unpacked (%w)", err)
	}
	defer opened.Close()
	data, err := io.ReadAll(io.LimitReader(opened, int64(size)+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("cannot be unpacked (%w)", err)
	case uint64(len(data)) != size:
		return nil, errors.New("is not as long as the ZIP says")
	}
	return data, nil
}

func wrong(f File, format string, args ...any) error {
	return catalog.FileErrors{{File: f.Name, Problem: fmt.Sprintf(format, args...)}}
}
