package check

import (
	"errors"
	"io/fs"
	"path"
	"testing"

	"accessdesk/catalog"
	"accessdesk/data/demo"
	"accessdesk/data/seed"
)

// The catalogs that the program ships are read as strictly as anybody's.
func TestShippedFiles(t *testing.T) {
	for name, tree := range map[string]fs.FS{"seed": seed.Files, "demo": demo.Files} {
		t.Run(name, func(t *testing.T) {
			all, err := catalog.ParseFiles(tree)
			var mistakes catalog.FileErrors
			if errors.As(err, &mistakes) {
				for _, one := range mistakes {
					t.Errorf("%v", one)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, problem := range Catalog(vocabulary(t), all, today, true) {
				t.Errorf("%v", problem)
			}
			for _, o := range all {
				if o.File() != o.Slug+".toml" {
					t.Errorf("%s: the file of %q has to be named after it", o.File(), o.Slug)
				}
			}
		})
	}
}

// Seed and demo stand side by side in a demonstration.
func TestShippedSlugsDiffer(t *testing.T) {
	names := map[string]bool{}
	for _, tree := range []fs.FS{seed.Files, demo.Files} {
		files, err := fs.Glob(tree, "catalog/*.toml")
		if err != nil || len(files) == 0 {
			t.Fatalf("no files: %v", err)
		}
		for _, file := range files {
			if names[path.Base(file)] {
				t.Errorf("%s is shipped twice", file)
			}
			names[path.Base(file)] = true
		}
	}
}
