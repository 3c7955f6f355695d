// Package register is what the commands around the public registers say: how a loading went, what is loaded, what the registers
// know of one operator; for people, and as JSON for programs.
package register

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"accessdesk/broker/record"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/eligibility/registry"
	"accessdesk/eligibility/registry/layout"
)

// Output is where a command writes: data to Out, messages to Err.
type Output struct {
	Out, Err io.Writer
	JSON     bool // data for programs
}

// Check reads what a caller wants to load, before a database is opened. Its errors are mistakes of the caller.
func Check(source, vintage string) (layout.Source, error) {
	known, ok := layout.Named(source)
	if !ok {
		return known, fmt.Errorf("there is no register %q%s (there are: %s)", source, nearRegister(source), strings.Join(layout.Names(), ", "))
	}
	if len(vintage) > vintageLength || strings.ContainsFunc(vintage, func(c rune) bool { return c < ' ' }) {
		return known, fmt.Errorf("--vintage: a name of at most %d characters was expected", vintageLength)
	}
	return known, nil
}

// Load loads files, and says what that came to. An error of *layout.Error is a mistake in the files.
func Load(ctx context.Context, db *data.DB, source layout.Source, paths []string, vintage string, o Output) error {
	outcome, err := registry.Load(ctx, db, registry.Import{Source: source, Files: openable(paths), Vintage: vintage, Actor: record.Console, Progress: o.progress("rows read")})
	o.endProgress()
	var wrong *layout.Error
	if errors.As(err, &wrong) {
		return fmt.Errorf("%w. Nothing was changed", wrong)
	}
	if err != nil {
		return err
	}
	if err := countShares(ctx, db); err != nil {
		return err
	}
	if o.JSON {
		return printJSON(o.Out, statusOf(outcome.Vintage, outcome.Files))
	}
	return printOutcome(o.Err, source, outcome)
}

// countShares counts the answers anew that the check weighs its questions with.
func countShares(ctx context.Context, db *data.DB) error {
	vocabulary, err := eligibility.Standard()
	if err == nil {
		err = registry.CountShares(ctx, db, vocabulary)
	}
	if err != nil {
		return fmt.Errorf("%w (the register is loaded; serve counts again within a minute)", err)
	}
	return nil
}

// vintageLength is the most characters of a name that a person gives to a release.
const vintageLength = 40

func openable(paths []string) []layout.File {
	var files []layout.File
	for _, path := range paths {
		files = append(files, layout.File{Name: filepath.Base(path), Open: func() (io.ReadCloser, error) { return openFile(path) }})
	}
	return files
}

// openFile opens a file, and says of a folder that it is one.
func openFile(path string) (io.ReadCloser, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, errors.New("it is a folder: name the files in it")
	}
	return os.Open(path)
}

// terminal gives the terminal that messages go to; nil if they go elsewhere.
func (o Output) terminal() io.Writer {
	file, ok := o.Err.(*os.File)
	if !ok {
		return nil
	}
	if info, err := file.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return nil
	}
	return file
}

// progress counts on a terminal; nil elsewhere.
func (o Output) progress(what string) func(int) {
	terminal := o.terminal()
	if terminal == nil {
		return nil
	}
	return func(count int) { fmt.Fprintf(terminal, "\r%d %s", count, what) }
}

// endProgress wipes the line of the count.
func (o Output) endProgress() {
	if terminal := o.terminal(); terminal != nil {
		fmt.Fprint(terminal, "\r\x1b[K")
	}
}

// printOutcome tells what a loading came to.
func printOutcome(out io.Writer, source layout.Source, o registry.Outcome) error {
	v := o.Vintage
	switch {
	case o.Same:
		fmt.Fprintf(out, "%s %s is loaded already; nothing was changed.\n", source.Name, v.Vintage)
		return nil
	case o.Again:
		fmt.Fprintf(out, "%s %s was loaded before; it is the live one again.\n", source.Name, v.Vintage)
	default:
		fmt.Fprintf(out, "%s %s is loaded: %d rows read, %d records kept, %s skipped.\n", source.Name, v.Vintage, v.Read, v.Kept, rows(int(v.Skipped)))
	}
	fmt.Fprintf(out, "Against the release before: %d came, %d went, %d changed.\n", v.Came, v.Went, v.Changed)
	var reasons registry.Reasons
	if err := json.Unmarshal([]byte(v.Report), &reasons); err != nil {
		return err
	}
	printCounts(out, "Skipped", reasons.Skipped)
	printCounts(out, "Note", reasons.Remarks)
	return nil
}

func printCounts(out io.Writer, title string, counts []layout.Count) {
	for _, c := range counts {
		fmt.Fprintf(out, "  %s: %s (%s, first at %s)\n", title, c.Reason, rows(c.Rows), c.First)
	}
}

func printJSON(out io.Writer, value any) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}

// rows counts in words.
func rows(count int) string {
	if count == 1 {
		return "1 row"
	}
	return fmt.Sprintf("%d rows", count)
}
