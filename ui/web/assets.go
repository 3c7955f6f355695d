package web

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"path"
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// assets are the static files, in memory, each under an address that holds a hash of its bytes: such an address
// never changes its meaning and may be cached for a year.
type assets struct {
	byAddress map[string]asset
	addresses map[string]string // "app.css" -> "/static/app.1a2b3c4d.css"
}

type asset struct {
	kind  string
	plain []byte
	gzip  func() []byte // nil where it saves nothing; packed when first asked for
	etag  string
}

func loadAssets(files fs.FS) (*assets, error) {
	a := &assets{byAddress: map[string]asset{}, addresses: map[string]string{}}
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
		a.addresses[name] = address
		a.byAddress[address] = asset{kind: mime.TypeByExtension(extension), plain: content, etag: `"` + hash + `"`,
			gzip: sync.OnceValue(func() []byte { return pack(content) })}
		return nil
	})
	return a, err
}

// pack gives a file gzipped as small as it gets, nil where that saves nothing.
func pack(content []byte) []byte {
	packed := fasthttp.AppendGzipBytesLevel(nil, content, fasthttp.CompressBestCompression)
	if len(packed) >= len(content) {
		return nil
	}
	return packed
}

// address gives the address of a static file for a page.
func (a *assets) address(name string) (string, error) {
	address, ok := a.addresses[name]
	if !ok {
		return "", fmt.Errorf("no static file %q", name)
	}
	return address, nil
}

// Static serves the static files. It reads no cookie.
func (s *Site) Static(c *fiber.Ctx) error {
	file, ok := s.assets.byAddress[c.Path()]
	if !ok {
		return fiber.ErrNotFound
	}
	c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	c.Set(fiber.HeaderETag, file.etag)
	c.Set(fiber.HeaderContentType, file.kind)
	c.Vary(fiber.HeaderAcceptEncoding)
	if c.Get(fiber.HeaderIfNoneMatch) == file.etag {
		return c.SendStatus(fiber.StatusNotModified)
	}
	if takesGzip(c) {
		if packed := file.gzip(); packed != nil {
			c.Set(fiber.HeaderContentEncoding, "gzip")
			return c.Send(packed)
		}
	}
	return c.Send(file.plain)
}

// Icon serves /favicon.ico's successor at its fixed address.
func (s *Site) Icon(c *fiber.Ctx) error {
	address, err := s.assets.address("favicon.svg")
	if err != nil {
		return fiber.ErrNotFound
	}
	file := s.assets.byAddress[address]
	c.Set(fiber.HeaderCacheControl, "public, max-age=86400")
	c.Set(fiber.HeaderContentType, file.kind)
	return c.Send(file.plain)
}
