// Package index finds an organization in the public registers by name, town or identifier, and forgives how it is typed.
//
// # On disk
//
// One index holds every operator of the live registers once. It stands in a folder named by a digest of the ids of the live
// vintages, below the folder of all indexes; so an index that fits the database is recognized by its name, and one of other vintages
// is never asked. It is built in a folder of its own and renamed when it is whole and on the disk: a kill leaves nothing half in
// place. It can be made again from the database at any time, and belongs in no backup.
//
// "registry import" builds it at its end. A running server looks at the live vintages with each search; when another process has
// built the index that fits them, it is opened at once. When there is none, Refresh builds it, which a job of the server calls
// every minute. Until then, and whenever an index is broken, the database answers: identifier, and beginning of the name.
//
// The index gives ids only. What is shown comes from the database, in the transaction of the caller.
//
// # What is found
//
// An identifier comes first: with its kind or without, with leading zeros or without. Then organizations whose whole name was
// typed, with or without town or state; then those that have every word in name, town or state, the last word also as the
// beginning of one; then the same with typing mistakes: one in words of four to seven letters, two in longer ones, a swap of
// neighbors counts as one. If nobody has every word, one may be missing. Case, accents, dots and apostrophes do not matter. Words
// that registers shorten (St, Hosp, Dist) and the words that a register leaves out ("credit union") are known, see words.go. Among
// equals the id decides.
//
// No text can make it fail: it is never read as a query language, and only its first 200 characters count.
package index

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"accessdesk/data"
	"accessdesk/eligibility/registry"

	"github.com/blevesearch/bleve/v2"
)

// format changes whenever the same operators would be indexed in another way, so that an older index is not asked.
const format = "2"

// Index finds organizations. It is safe for concurrent use; nil answers from the database.
type Index struct {
	folder string

	guard  sync.RWMutex
	open   bleve.Index // nil: none
	digest string      // of open
	broken string      // digest of an index that could not be opened or asked; "" if none
	why    error       // why it is broken, until Refresh has said it
}

// Open gives the index that stands, or will stand, below a folder. It reads nothing yet.
func Open(folder string) (*Index, error) {
	if folder == "" {
		return nil, errors.New("index of the registers: no folder is named")
	}
	return &Index{folder: folder}, nil
}

// Close lets go of the files. Whoever searches afterwards opens them again.
func (x *Index) Close() error {
	if x == nil {
		return nil
	}
	x.guard.Lock()
	defer x.guard.Unlock()
	return x.swap(nil, "")
}

// swap puts another index in place. The caller holds the guard.
func (x *Index) swap(next bleve.Index, digest string) error {
	last := x.open
	x.open, x.digest = next, digest
	if last == nil {
		return nil
	}
	return last.Close()
}

// textMost is how many characters of a text count.
const textMost = 200

// Search finds the organizations that fit a text best, at most limit of them, which is at most registry.SearchLimit.
func (x *Index) Search(tx *data.Tx, text string, limit int) ([]registry.Hit, error) {
	text, limit = cut(text), min(limit, registry.SearchLimit)
	if limit <= 0 || strings.TrimSpace(text) == "" {
		return []registry.Hit{}, nil
	}
	if x != nil {
		vintages, err := registry.LiveVintages(tx)
		if err != nil {
			return nil, err
		}
		if ids, ok := x.find(digestOf(vintages), text, limit); ok {
			return registry.Hits(tx, ids)
		}
	}
	hits, err := registry.Search(tx, text)
	return hits[:min(len(hits), limit)], err
}

// cut leaves the beginning of a text, without what no database takes.
func cut(text string) string {
	text = strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f {
			return ' '
		}
		return c
	}, strings.ToValidUTF8(text, " "))
	count := 0
	for at := range text {
		if count++; count > textMost {
			return text[:at]
		}
	}
	return text
}

// digestOf names the index of these vintages; "" if there are none.
func digestOf(vintages []string) string {
	if len(vintages) == 0 {
		return ""
	}
	sum := sha256.Sum256([]byte(format + "\n" + strings.Join(vintages, "\n")))
	return hex.EncodeToString(sum[:12])
}

// find asks the index of a digest; ok is false if it does not stand ready.
func (x *Index) find(digest, text string, limit int) (ids []string, ok bool) {
	if digest == "" || !x.ready(digest) {
		return nil, false
	}
	ids, ok, err := x.askOpen(digest, text, limit)
	if err != nil {
		x.breaks(digest, err)
	}
	return ids, ok && err == nil
}

// askOpen asks the open index, which nobody closes meanwhile; ok is false if another one came in between.
func (x *Index) askOpen(digest, text string, limit int) (ids []string, ok bool, err error) {
	x.guard.RLock()
	defer x.guard.RUnlock()
	if x.open == nil || x.digest != digest {
		return nil, false, nil
	}
	defer damaged(x.place(digest), &err)
	ids, err = ask(x.open, text, limit)
	return ids, true, err
}

// breaks remembers that an index is of no use; Refresh builds it anew.
func (x *Index) breaks(digest string, why error) {
	x.guard.Lock()
	defer x.guard.Unlock()
	x.broken, x.why = digest, why
	if x.digest == digest {
		x.why = errors.Join(why, x.swap(nil, ""))
	}
}

// ready tells whether the index of a digest is open, and opens it if it stands on the disk.
func (x *Index) ready(digest string) bool {
	x.guard.RLock()
	now, broken := x.digest == digest, x.broken == digest
	x.guard.RUnlock()
	if now || broken {
		return now
	}
	if _, err := os.Stat(x.place(digest)); err != nil {
		return false
	}
	x.guard.Lock()
	defer x.guard.Unlock()
	if x.digest == digest {
		return true
	}
	next, err := openFolder(x.place(digest))
	if _, gone := os.Stat(x.place(digest)); err != nil && errors.Is(gone, fs.ErrNotExist) {
		return false // it was removed meanwhile: the database has moved on to other vintages
	}
	if err != nil {
		x.broken, x.why = digest, err
		return false
	}
	if err := x.swap(next, digest); err != nil { // the last one; the next one serves
		x.why = err
	}
	return true
}

func (x *Index) place(digest string) string { return filepath.Join(x.folder, digest) }

// openFolder opens an index for reading, so that several processes may have it open.
func openFolder(folder string) (next bleve.Index, err error) {
	defer damaged(folder, &err)
	next, err = bleve.OpenUsing(folder, map[string]any{"read_only": true, "bolt_timeout": "2s"})
	if err != nil {
		return nil, fmt.Errorf("open the index %s: %w", folder, err)
	}
	return next, nil
}

// damaged makes an error of a panic: the library meets a damaged file so. It is deferred.
func damaged(folder string, err *error) {
	if met := recover(); met != nil {
		*err = fmt.Errorf("the index %s is damaged: %v", folder, met)
	}
}
