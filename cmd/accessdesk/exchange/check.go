package exchange

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"accessdesk/catalog"
	"accessdesk/catalog/check"
	formats "accessdesk/catalog/exchange"
	"accessdesk/eligibility"
)

// Check is the command that tells what is wrong in offering files.
type Check struct {
	Strict bool     `help:"Refuse also a listing whose review date has passed."`
	Files  []string `arg:"" name:"file" help:"Offering files, or any file that catalog import reads. Several are checked as one catalog: no two may have the same slug."`
}

// Run prints every problem of every file as FILE:LINE: KEY: TEXT, which editors make a link of, and says of the other
// files that they are fine. A file that cannot be read at all is wrong usage and ends the command before it prints.
func (c Check) Run(d Desk) error {
	vocabulary, err := eligibility.Standard()
	if err != nil {
		return err
	}
	problems := map[string][]string{}
	var offerings []*catalog.Offering
	var others []string
	for _, name := range c.Files {
		if extension := strings.ToLower(filepath.Ext(name)); extension != ".toml" && slices.Contains(readable, extension) {
			others = append(others, name)
			continue
		}
		o, err := ReadOffering(name)
		var mistakes catalog.FileErrors
		switch {
		case errors.As(err, &mistakes):
			for _, mistake := range mistakes {
				problems[name] = append(problems[name], mistake.Error())
			}
		case err != nil:
			return err
		default:
			offerings = append(offerings, o)
		}
	}
	if err := c.others(d, vocabulary, others, offerings, problems); err != nil {
		return err
	}
	for _, problem := range check.Catalog(vocabulary, offerings, d.Now(), c.Strict) {
		problems[problem.File] = append(problems[problem.File], problem.String())
	}
	return c.report(d, problems)
}

// others checks workbooks, tables and what else holds a catalog, beside the offering files; a problem is told for the file that was named.
func (c Check) others(d Desk, v *eligibility.Vocabulary, names []string, beside []*catalog.Offering, problems map[string][]string) error {
	if len(names) == 0 {
		return nil
	}
	files, err := readFiles(names)
	if err != nil {
		return err
	}
	add := func(mistakes catalog.FileErrors) {
		for _, mistake := range mistakes {
			of := names[0] // of a set of tables that lacks one, its first
			for _, name := range names {
				if mistake.File == name || strings.HasPrefix(mistake.File, name+"/") { // within a ZIP
					of = name
				}
			}
			problems[of] = append(problems[of], mistake.Error())
		}
	}
	entries, err := formats.Read(files)
	var mistakes catalog.FileErrors
	if errors.As(err, &mistakes) {
		add(mistakes)
		return nil
	}
	for _, e := range entries {
		add(e.Problems(v, d.Now(), c.Strict))
		twin := slices.IndexFunc(beside, func(o *catalog.Offering) bool { return o.Slug == e.Offering.Slug })
		if twin >= 0 {
			add(catalog.FileErrors{{File: e.File, Key: cmp.Or(e.Place("slug"), "slug"),
				Problem: fmt.Sprintf("%q is also the slug of %s; give each offering its own", e.Offering.Slug, beside[twin].File())}})
		}
	}
	return err
}

// ReadOffering reads an offering file. Mistakes in it are catalog.FileErrors; one that cannot be read is a *Misuse.
func ReadOffering(name string) (*catalog.Offering, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, Misused("%w", err)
	}
	if info.IsDir() {
		return nil, Misused("%s is a folder: name its files, like %s/*.toml", name, name)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, Misused("%w", err)
	}
	return catalog.Parse(name, text)
}

// report prints the problems in the order of the command line and gives the exit status.
func (c Check) report(d Desk, problems map[string][]string) error {
	count := 0
	for _, name := range c.Files {
		if len(problems[name]) == 0 {
			fmt.Fprintf(d.Err, "%s: fine\n", name)
		}
		for _, problem := range problems[name] {
			fmt.Fprintln(d.Out, problem)
			count++
		}
	}
	if count == 0 {
		return nil
	}
	return fmt.Errorf("%s in %d of %s", plural(count, "problem"), len(problems), plural(len(c.Files), "file"))
}
