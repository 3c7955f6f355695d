package catalog

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
	storedtoml "github.com/pelletier/go-toml/v2"

	"accessdesk/catalog/position"
)

// MaxFileSize is the largest offering file in bytes. The longest real one is a twentieth of it.
const MaxFileSize = 256 << 10

// FileError is a mistake in an offering file, at the place where it can be mended.
type FileError struct {
	File    string
	Line    int    // from 1
	Key     string // path of the key, "criteria[2].expr" counting from 1; "" for the whole file
	Problem string // what is wrong and how to mend it
}

// Error reads "FILE:LINE: KEY: what is wrong".
func (e *FileError) Error() string { return Located(e.File, e.Line, 0, e.Key, e.Problem) }

// Located is how problems of files are printed; the form is the one that editors make a link of. What is not known is
// left out.
func Located(file string, line, column int, key, problem string) string {
	var b strings.Builder
	if file != "" {
		b.WriteString(file + ":")
		if line > 0 {
			fmt.Fprintf(&b, "%d:", line)
		}
		if column > 0 {
			fmt.Fprintf(&b, "%d:", column)
		}
		b.WriteString(" ")
	}
	if key != "" {
		b.WriteString(key + ": ")
	}
	return b.String() + problem
}

// FileErrors are all mistakes of one file in the order of its lines. errors.As finds the first as a *FileError.
type FileErrors []*FileError

// Error has one line for each mistake.
func (e FileErrors) Error() string {
	lines := make([]string, len(e))
	for i, one := range e {
		lines[i] = one.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives the mistakes to errors.As and errors.Is.
func (e FileErrors) Unwrap() []error {
	all := make([]error, len(e))
	for i, one := range e {
		all[i] = one
	}
	return all
}

// Parse reads an offering file. name is used in messages only. It refuses, with FileErrors, what is not TOML,
// unknown keys, values of the wrong type and values outside a list, and collects all it can find in one pass.
// Whether the offering makes sense is for package check to say.
func Parse(name string, file []byte) (*Offering, error) {
	text, err := readable(name, file)
	if err != nil {
		return nil, err
	}
	places := position.Scan(text)
	if line := places.TooDeep(); line > 0 {
		return nil, FileErrors{{File: name, Line: line, Problem: fmt.Sprintf("tables and lists are nested more than %d deep", position.Deepest)}}
	}
	return parse(name, text, places)
}

// parse reads the text of an offering file.
func parse(name, text string, places *position.Index) (*Offering, error) {
	var tree map[string]any
	if _, err := toml.Decode(text, &tree); err != nil {
		return nil, FileErrors{syntaxError(name, err)}
	}
	return decode(name, tree, places)
}

// parseStored reads the text of a stored version. It is one that Canonical wrote, so nobody needs the line of a mistake,
// and a start reads the whole catalog: this library takes a fifth of the time of the other.
func parseStored(id, text string) (*Offering, error) {
	var tree map[string]any
	if err := storedtoml.Unmarshal([]byte(text), &tree); err != nil {
		return nil, FileErrors{{File: id, Problem: "not TOML: " + err.Error()}}
	}
	return decode(id, tree, nil)
}

// decode moves a parsed tree into an offering.
func decode(name string, tree map[string]any, places *position.Index) (*Offering, error) {
	o := &Offering{file: name, places: places}
	d := decoder{file: name, places: places}
	d.offering(tree, o)
	if len(d.mistakes) > 0 {
		slices.SortStableFunc(d.mistakes, func(a, b *FileError) int {
			return cmp.Or(cmp.Compare(a.Line, b.Line), strings.Compare(a.Key, b.Key))
		})
		return nil, d.mistakes
	}
	return o, nil
}

// readable gives the file as UTF-8 text with plain line ends.
func readable(name string, file []byte) (string, error) {
	text := strings.TrimPrefix(string(file), "\ufeff")
	switch {
	case len(file) > MaxFileSize:
		return "", FileErrors{{File: name, Line: 1, Problem: fmt.Sprintf("the file has %d bytes; the most is %d", len(file), MaxFileSize)}}
	case strings.HasPrefix(text, "\xff\xfe"), strings.HasPrefix(text, "\xfe\xff"):
		return "", FileErrors{{File: name, Line: 1, Problem: "the file is UTF-16; save it as UTF-8"}}
	}
	return strings.ReplaceAll(text, "\r\n", "\n"), nil
}

func syntaxError(name string, err error) *FileError {
	var bad toml.ParseError
	if !errors.As(err, &bad) {
		return &FileError{File: name, Line: 1, Problem: "not TOML: " + err.Error()}
	}
	return &FileError{File: name, Line: max(bad.Position.Line, 1), Key: bad.LastKey, Problem: "not TOML: " + bad.Message}
}

// ParseFiles reads all offering files catalog/*.toml of a tree (the embedded seed or demo), in the order of their
// names. All mistakes of all files are reported.
func ParseFiles(tree fs.FS) ([]*Offering, error) {
	names, err := fs.Glob(tree, "catalog/*.toml")
	if err != nil {
		return nil, fmt.Errorf("read catalog files: %w", err)
	}
	var all []*Offering
	var mistakes FileErrors
	for _, name := range names {
		file, err := fs.ReadFile(tree, name)
		if err != nil {
			return nil, fmt.Errorf("read catalog files: %w", err)
		}
		o, err := Parse(path.Base(name), file)
		var found FileErrors
		if errors.As(err, &found) {
			mistakes = append(mistakes, found...)
			continue
		}
		all = append(all, o)
	}
	if len(mistakes) > 0 {
		return nil, mistakes
	}
	return all, nil
}
