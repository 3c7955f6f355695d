package exchange

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"accessdesk/catalog"
	"accessdesk/catalog/difference"
	formats "accessdesk/catalog/exchange"
	"accessdesk/catalog/publishing"
	"accessdesk/data"
	"accessdesk/eligibility"
)

// Import is the command that reads a catalog from files.
type Import struct {
	DryRun     bool     `help:"Only show what would change."`
	By         string   `placeholder:"EMAIL" help:"The program manager who writes the drafts."`
	Publish    bool     `help:"Publish at once, with the approval of a second program manager."`
	ApprovedBy string   `placeholder:"EMAIL" help:"That second program manager."`
	Files      []string `arg:"" name:"file" help:"Offering files, workbooks, CSV tables, HSDS data, ZIPs or folders of these. The CSV tables of one command are one catalog."`
}

// Help tells what is read and what happens.
func (Import) Help() string {
	return `Reads TOML, CSV, XLSX and HSDS by what the files hold, and prints what they change against what is published. Nothing is
changed if anything is wrong. Then each program becomes a draft; --publish takes it all the way. Examples:

  accessdesk catalog import catalog.xlsx --dry-run --db desk.db
  accessdesk catalog import catalog.xlsx --db desk.db --by ana@example.org
  accessdesk catalog import catalog/ --db desk.db --publish --by ana@example.org --approved-by sam@example.org`
}

// Run imports.
func (i Import) Run(ctx context.Context, d Desk) error {
	if err := i.use(); err != nil {
		return err
	}
	vocabulary, err := eligibility.Standard()
	if err != nil {
		return err
	}
	entries, err := i.read(d)
	if err != nil {
		return err
	}
	d.InDatabase = d.InDatabase || !i.DryRun
	s, err := d.load(ctx, vocabulary)
	if err != nil {
		return err
	}
	texts, err := english()
	if err != nil {
		return err
	}
	run := importing{Import: i, desk: d, snapshot: s.snapshot, reader: difference.Reader{Locale: texts, Vocabulary: vocabulary}, today: d.Now()}
	changed, err := run.show(entries)
	if err != nil || i.DryRun {
		return err
	}
	return run.save(ctx, changed)
}

// use refuses flags that do not go together.
func (i Import) use() error {
	switch {
	case i.Publish && i.ApprovedBy == "", i.ApprovedBy != "" && !i.Publish:
		return Misused("--publish and --approved-by go together: nothing is published by one person alone")
	case i.Publish && strings.EqualFold(strings.TrimSpace(i.By), strings.TrimSpace(i.ApprovedBy)):
		return Misused("--by and --approved-by name the same person, %s: nothing is published by one person alone. Name another program manager with --approved-by", i.By)
	case !i.DryRun && i.By == "":
		return Misused("say who imports with --by EMAIL, a program manager; or only look with --dry-run")
	}
	return nil
}

// read reads the files. All that is wrong with them is printed.
func (i Import) read(d Desk) ([]*formats.Entry, error) {
	files, err := readFiles(i.Files)
	if err != nil {
		return nil, err
	}
	entries, err := formats.Read(files)
	var mistakes catalog.FileErrors
	if errors.As(err, &mistakes) {
		for _, mistake := range mistakes {
			fmt.Fprintln(d.Out, mistake)
		}
		return nil, Misused("%s in what was given; nothing was changed", plural(len(mistakes), "mistake"))
	}
	return entries, err
}

// importing is a run that has read its files.
type importing struct {
	Import
	desk     Desk
	snapshot *catalog.Snapshot
	reader   difference.Reader
	today    time.Time
}

// show prints what every program changes, and gives those that change anything.
func (r importing) show(entries []*formats.Entry) (changed []*formats.Entry, err error) {
	var same, blocked int
	for _, e := range entries {
		live, known := r.snapshot.Find(e.Offering.Slug)
		switch {
		case known && e.Foreign:
			blocked++
			fmt.Fprintln(r.desk.Out, catalog.Located(e.File, 0, 0, e.Place("slug"), fmt.Sprintf(
				"%q is a program of this catalog already, and data of others do not replace it; rename the service in the file, or take it out", e.Offering.Slug)))
			continue
		case known && e.Offering.Owner == "":
			e.Offering.Owner = live.Owner // the keeper is no part of what is told to others
		}
		var before *catalog.Offering
		if known {
			before = live.Offering
		}
		changes := difference.Between(before, e.Offering)
		if len(changes) == 0 {
			same++
			continue
		}
		changed = append(changed, e)
		r.showOne(e, known, changes)
		if missing := r.missing(e); missing > 0 && r.Publish {
			blocked++
		}
	}
	fmt.Fprintf(r.desk.Err, "%s read: %d as they are published, %d to change\n", plural(len(entries), "program"), same, len(changed))
	switch {
	case blocked > 0:
		return nil, Misused("%s cannot be imported so; nothing was changed", plural(blocked, "program"))
	case r.DryRun:
		fmt.Fprintln(r.desk.Err, "nothing was changed")
	}
	return changed, nil
}

// showOne prints the difference of one program, section by section.
func (r importing) showOne(e *formats.Entry, known bool, changes []difference.Change) {
	if !known {
		fmt.Fprintf(r.desk.Out, "%s: new (%s)\n", e.Offering.Slug, e.Offering.Title.En)
		return
	}
	fmt.Fprintf(r.desk.Out, "%s: %s\n", e.Offering.Slug, plural(len(changes), "change"))
	section := ""
	for _, c := range changes {
		words := c.In(r.reader)
		if words.Section != section {
			section = words.Section
			fmt.Fprintf(r.desk.Out, "  %s\n", section)
		}
		fmt.Fprintf(r.desk.Out, "    %s\n", words.Sentence)
	}
}

// missing prints what keeps a program from being published, and gives how much that is.
func (r importing) missing(e *formats.Entry) int {
	if e.Foreign {
		fmt.Fprintf(r.desk.Out, "  a person has to\n")
		for _, need := range e.Needs {
			fmt.Fprintf(r.desk.Out, "    %s: %s\n", need.Key, need.In(r.reader.Locale))
		}
		return len(e.Needs)
	}
	for _, need := range e.Needs {
		fmt.Fprintf(r.desk.Out, "  %s: %s\n", need.Key, need.In(r.reader.Locale))
	}
	problems := e.Problems(r.reader.Vocabulary, r.today, true)
	if len(problems) > 0 {
		fmt.Fprintf(r.desk.Out, "  before it can be published\n")
	}
	for _, problem := range problems {
		fmt.Fprintf(r.desk.Out, "    %s\n", problem)
	}
	return len(problems)
}

// save stores all changed programs in one transaction: either all or none.
func (r importing) save(ctx context.Context, changed []*formats.Entry) error {
	if len(changed) == 0 {
		fmt.Fprintln(r.desk.Err, "nothing was changed")
		return nil
	}
	err := r.desk.Write(ctx, func(tx *data.Tx, curate publishing.Desk) error {
		writer, err := Manager(tx, curate, "--by", r.By)
		if err != nil {
			return err
		}
		approver := ""
		if r.Publish {
			if approver, err = Manager(tx, curate, "--approved-by", r.ApprovedBy); err != nil {
				return err
			}
		}
		for _, e := range changed {
			if r.Publish {
				_, err = publishing.Publish(tx, curate, writer, approver, e.Offering)
			} else {
				_, err = publishing.Take(tx, curate, writer, e.Offering)
			}
			if err != nil {
				return Refused(curate.Locales, e.Offering.Slug, err)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	done := "saved as a draft"
	if r.Publish {
		done = "published"
	}
	for _, e := range changed {
		fmt.Fprintf(r.desk.Out, "%s: %s\n", e.Offering.Slug, done)
	}
	return nil
}
