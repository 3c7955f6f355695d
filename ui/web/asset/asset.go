// Package asset holds the static files in memory, each under an address that holds a hash of its bytes: such an address never changes
// its meaning and may be cached for a year.
package asset

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"path"
	"strings"
	"sync"

	"github.com/valyala/fasthttp"
)

// Set is all static files.
type Set struct {
	byAddress map[string]File
	addresses map[string]string // "app.css" -> "/static/app.1a2b3c4d.css"
}

// File is one static file. It never changes.
type File struct {
	Kind  string // media type
	Plain []byte
	Gzip  func() []byte // nil where it saves nothing; packed when first asked for
	ETag  string
}

// Load reads every file of a tree.
func Load(files fs.FS) (*Set, error) {
	s := &Set{byAddress: map[string]File{}, addresses: map[string]string{}}
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(content)
		hash := hex.EncodeToString(sum[:4])
		extension := path.Ext(name)
		address := "/static/" + strings.TrimSuffix(name, extension) + "." + hash + extension
		s.addresses[name] = address
		s.byAddress[address] = File{Kind: mime.TypeByExtension(extension), Plain: content, ETag: `"` + hash + `"`,
			Gzip: sync.OnceValue(func() []byte { return pack(content) })}
		return nil
	})
	return s, err
}

// pack gives a file gzipped as small as it gets, nil where that saves nothing.
func pack(content []byte) []byte {
	packed := fasthttp.AppendGzipBytesLevel(nil, content, fasthttp.CompressBestCompression)
	if len(packed) >= len(content) {
		return nil
	}
	return packed
}

// Address gives the address of a static file for a page.
func (s *Set) Address(name string) (string, error) {
	address, ok := s.addresses[name]
	if !ok {
		return "", fmt.Errorf("no static file %q", name)
	}
	return address, nil
}

// Find gives the file at an address.
func (s *Set) Find(address string) (File, bool) {
	file, ok := s.byAddress[address]
	return file, ok
}
