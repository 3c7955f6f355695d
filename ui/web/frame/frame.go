// Package frame parses the pages of the site: every page a copy of the one layout, in one set of templates for each language.
package frame

import (
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"path"
	"strings"
	texttemplate "text/template"
	"text/template/parse"
)

// frame is the template of the layout that every page fills in, by defining "title", "main" and, if it likes, "after".
const frame = "page"

// Parse parses the layout and every page once and makes one set of templates for each language: the language
// of T, date and the others is bound to the set, so that nothing is shared between requests in different languages. It gives the names of
// the pages and the sets by language.
//
// In a set, a page stands under its name ("public/home") and is a copy of the frame alone. What the page defines stands
// beside it as "public/home:main", and the copy refers to that; icons, header and footer are there once. (A copy of the
// whole layout for every page took a third of the start and 8 MB.)
func Parse(files fs.FS, languages []string, functions func(lang string) template.FuncMap) (names []string, pages map[string]*template.Template, err error) {
	checked := functions(languages[0]) // the names are what parsing checks
	layout, err := texttemplate.New("layout").Funcs(checked).ParseFS(files, "layout/*.html")
	if err != nil {
		return nil, nil, err
	}
	b := binder{trees: definitions(layout)}
	if b.frame = b.trees[frame]; b.frame == nil {
		return nil, nil, fmt.Errorf("layout does not define %q", frame)
	}
	delete(b.trees, frame) // only its copies are shown
	b.layout = maps.Clone(b.trees)
	err = fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) != ".html" || strings.HasPrefix(name, "layout/") {
			return err
		}
		page, err := texttemplate.New(name).Funcs(checked).ParseFS(files, name)
		if err == nil {
			err = b.bind(strings.TrimSuffix(name, ".html"), definitions(page))
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	pages = map[string]*template.Template{}
	for i, lang := range languages {
		if pages[lang], err = b.set(functions(lang), i == len(languages)-1); err != nil {
			return nil, nil, err
		}
	}
	return b.pages, pages, nil
}

// definitions gives what the files of a set define.
func definitions(set *texttemplate.Template) map[string]*parse.Tree {
	all := map[string]*parse.Tree{}
	for _, t := range set.Templates() {
		if path.Ext(t.Name()) != ".html" { // the file around the definitions: empty lines
			all[t.Name()] = t.Tree
		}
	}
	return all
}

// binder puts pages and layout into one set of names.
type binder struct {
	frame  *parse.Tree
	layout map[string]*parse.Tree
	trees  map[string]*parse.Tree // layout and pages
	pages  []string
}

// bind adds a page.
func (b *binder) bind(page string, own map[string]*parse.Tree) error {
	for _, needed := range []string{"title", "main"} {
		if own[needed] == nil {
			return fmt.Errorf("the page does not define %q", needed)
		}
	}
	names := map[string]string{}
	for name := range own {
		names[name] = page + ":" + name
	}
	whole := b.frame.Copy()
	used := rename(whole.Root, names)
	for name, tree := range own {
		if name == frame || b.layout[name] != nil && !used[name] {
			return fmt.Errorf("the page defines %q, which is a part of the layout", name)
		}
		for name := range rename(tree.Root, names) {
			used[name] = true
		}
		b.trees[names[name]] = tree
	}
	for name := range used {
		if own[name] == nil && b.layout[name] == nil {
			return fmt.Errorf("neither the page nor the layout defines %q", name)
		}
	}
	b.trees[page] = whole
	b.pages = append(b.pages, page)
	return nil
}

// rename changes the names of the templates that a template calls, and gives the names that it called before.
func rename(list *parse.ListNode, names map[string]string) map[string]bool {
	called := map[string]bool{}
	var walk func(*parse.ListNode)
	branch := func(n *parse.BranchNode) {
		walk(n.List)
		walk(n.ElseList)
	}
	walk = func(list *parse.ListNode) {
		if list == nil {
			return
		}
		for _, node := range list.Nodes {
			switch node := node.(type) {
			case *parse.IfNode:
				branch(&node.BranchNode)
			case *parse.RangeNode:
				branch(&node.BranchNode)
			case *parse.WithNode:
				branch(&node.BranchNode)
			case *parse.TemplateNode:
				called[node.Name] = true
				if name, ok := names[node.Name]; ok {
					node.Name = name
				}
			}
		}
	}
	walk(list)
	return called
}

// set makes the set of one language. Escaping changes trees, so each set has its own; the last one may have the originals.
func (b *binder) set(functions template.FuncMap, last bool) (*template.Template, error) {
	set := template.New("pages").Funcs(functions)
	for name, tree := range b.trees {
		if !last {
			tree = tree.Copy()
		}
		if _, err := set.AddParseTree(name, tree); err != nil {
			return nil, err
		}
	}
	return set, nil
}
