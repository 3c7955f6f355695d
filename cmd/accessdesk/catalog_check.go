package main

import (
	"errors"
	"fmt"
	"os"

	"accessdesk/catalog"
	"accessdesk/catalog/check"
	"accessdesk/eligibility"
)

type catalogCommand struct {
	Check catalogCheckCommand `cmd:"" help:"Tell what is wrong in offering files, with line and key."`
}

type catalogCheckCommand struct {
	Strict bool     `help:"Refuse also a listing whose review date has passed."`
	Files  []string `arg:"" name:"file" help:"Offering files. Several are checked as one catalog: no two may have the same slug."`
}

// Run prints every problem of every file as FILE:LINE: KEY: TEXT, which editors make a link of, and says of the other
// files that they are fine. A file that cannot be read at all is wrong usage and ends the command before it prints.
func (c catalogCheckCommand) Run(p *program) error {
	vocabulary, err := eligibility.Standard()
	if err != nil {
		return err
	}
	problems := map[string][]string{}
	var offerings []*catalog.Offering
	for _, name := range c.Files {
		o, err := readOffering(name)
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
	for _, problem := range check.Catalog(vocabulary, offerings, p.now(), c.Strict) {
		problems[problem.File] = append(problems[problem.File], problem.String())
	}
	return c.report(p, problems)
}

func readOffering(name string) (*catalog.Offering, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, misuse("%w", err)
	}
	if info.IsDir() {
		return nil, misuse("%s is a folder: name its files, like %s/*.toml", name, name)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, misuse("%w", err)
	}
	return catalog.Parse(name, text)
}

// report prints the problems in the order of the command line and gives the exit status.
func (c catalogCheckCommand) report(p *program, problems map[string][]string) error {
	count := 0
	for _, name := range c.Files {
		if len(problems[name]) == 0 {
			fmt.Fprintf(p.err, "%s: fine\n", name)
		}
		for _, problem := range problems[name] {
			fmt.Fprintln(p.out, problem)
			count++
		}
	}
	if count == 0 {
		return nil
	}
	return fmt.Errorf("%s in %d of %s", plural(count, "problem"), len(problems), plural(len(c.Files), "file"))
}

// plural writes a count with its English noun.
func plural(count int, noun string) string {
	if count == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", count, noun)
}
