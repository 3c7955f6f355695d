package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"
)

// source is the program as the architecture test reads it: every package, parsed and type-checked. Libraries are not
// loaded; what comes from them has no type here, which is enough to know our own names.
type source struct {
	tree     fs.FS
	fset     *token.FileSet
	packages map[string]*sourcePackage // by folder, "broker/access"
	tables   map[string]string         // table -> folder of the package that its migration names
	findings []finding                 // mistakes met while reading
}

type sourcePackage struct {
	folder string
	code   []*sourceFile
	tests  []*sourceFile
	types  *types.Package
	info   *types.Info
}

type sourceFile struct {
	name   string // path from the root of the repository
	syntax *ast.File
}

// finding is one breach of a rule, with how to mend it.
type finding struct {
	file string
	line int
	text string
}

func (f finding) String() string { return fmt.Sprintf("%s:%d: %s", f.file, f.line, f.text) }

const modulePath = "accessdesk"

// readSource reads all Go files and migrations of a tree. Hidden folders, test data and what a program has written are
// left out.
func readSource(t *testing.T, tree fs.FS) *source {
	t.Helper()
	s := &source{tree: tree, fset: token.NewFileSet(), packages: map[string]*sourcePackage{}, tables: map[string]string{}}
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := path.Base(name)
		if entry.IsDir() {
			if name != "." && (strings.HasPrefix(base, ".") || slices.Contains([]string{"testdata", "node_modules", "var"}, base)) {
				return fs.SkipDir
			}
			return nil
		}
		if strings.HasSuffix(base, ".go") {
			return s.parse(name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range slices.Sorted(maps.Keys(s.packages)) {
		s.check(folder)
	}
	s.readMigrations(t)
	return s
}

func (s *source) parse(name string) error {
	text, err := fs.ReadFile(s.tree, name)
	if err != nil {
		return err
	}
	syntax, err := parser.ParseFile(s.fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	folder := path.Dir(name)
	p := s.packages[folder]
	if p == nil {
		p = &sourcePackage{folder: folder}
		s.packages[folder] = p
	}
	file := &sourceFile{name: name, syntax: syntax}
	if strings.HasSuffix(name, "_test.go") {
		p.tests = append(p.tests, file)
	} else {
		p.code = append(p.code, file)
	}
	return nil
}

// check type-checks the code of a package, after what it imports of ours. Complaints are ignored: the compiler has its
// own, and names of libraries are unknown here.
func (s *source) check(folder string) *types.Package {
	p := s.packages[folder]
	if p == nil {
		return nil
	}
	if p.types != nil {
		return p.types
	}
	p.types = types.NewPackage(path.Join(modulePath, folder), path.Base(folder)) // stands in while an import cycle is read
	p.info = &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}}
	files := make([]*ast.File, 0, len(p.code))
	for _, file := range p.code {
		files = append(files, file.syntax)
	}
	config := types.Config{Importer: ownImporter{s}, Error: func(error) {}, FakeImportC: true}
	checked, _ := config.Check(path.Join(modulePath, folder), s.fset, files, p.info)
	p.types = checked
	return checked
}

// ownImporter loads our packages and invents empty ones for libraries.
type ownImporter struct{ source *source }

func (i ownImporter) Import(name string) (*types.Package, error) {
	if folder, ours := strings.CutPrefix(name, modulePath+"/"); ours {
		if p := i.source.check(folder); p != nil {
			return p, nil
		}
	}
	empty := types.NewPackage(name, path.Base(name))
	empty.MarkComplete()
	return empty, nil
}

// imports calls f for each import of a file.
func (f *sourceFile) imports(do func(spec *ast.ImportSpec, name string)) {
	for _, spec := range f.syntax.Imports {
		do(spec, strings.Trim(spec.Path.Value, `"`))
	}
}

// at makes a finding at a place in the code.
func (s *source) at(pos token.Pos, format string, args ...any) finding {
	place := s.fset.Position(pos)
	return finding{place.Filename, place.Line, fmt.Sprintf(format, args...)}
}

func (s *source) lines(node ast.Node) int {
	return s.fset.Position(node.End()).Line - s.fset.Position(node.Pos()).Line + 1
}

// folders lists the packages in order.
func (s *source) folders() []string { return slices.Sorted(maps.Keys(s.packages)) }

// qualified gives the import path and name of a selector on a package, like "time", "Now".
func (p *sourcePackage) qualified(e ast.Expr) (library, name string) {
	selector, ok := e.(*ast.SelectorExpr)
	if !ok {
		return "", ""
	}
	qualifier, ok := selector.X.(*ast.Ident)
	if !ok {
		return "", ""
	}
	if imported, ok := p.info.Uses[qualifier].(*types.PkgName); ok {
		return imported.Imported().Path(), selector.Sel.Name
	}
	return "", ""
}
