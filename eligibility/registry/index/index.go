// Package index finds an organization in the public registers by name, town or identifier.
//
// While no index of the live vintages stands ready, it answers from the database: identifier, and beginning of the name.
package index

import (
	"accessdesk/data"
	"accessdesk/eligibility/registry"
)

// Index finds organizations. It is safe for concurrent use; nil answers from the database.
type Index struct {
	folder string
}

// Open gives the index that stands, or will stand, in a folder. It reads nothing yet.
func Open(folder string) (*Index, error) { return &Index{folder: folder}, nil }

// Close lets go of the files.
func (x *Index) Close() error { return nil }

// Search finds the organizations that fit a text best, at most limit of them.
func (x *Index) Search(tx *data.Tx, text string, limit int) ([]registry.Hit, error) {
	hits, err := registry.Search(tx, text)
	return hits[:max(0, min(len(hits), limit))], err
}
