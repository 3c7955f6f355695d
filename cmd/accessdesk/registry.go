package main

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

type registryCommand struct {
	Import registryImportCommand `cmd:"" help:"Load a release of a public register."`
	Status registryStatusCommand `cmd:"" help:"List what is loaded."`
	Show   registryShowCommand   `cmd:"" help:"Show what the registers say of one operator, as facts with their source."`
	Search registrySearchCommand `cmd:"" help:"Find operators by identifier, or by the beginning of their name."`
}

type registryImportCommand struct {
	Source  string   `arg:"" help:"Which register: cms-hospitals, cms-cost-report, fdic, ncua, sdwis, epa-cws, eia861, ruca-zip, rucc or kev."`
	Files   []string `arg:"" name:"file" help:"Its files as published, also compressed (.gz). All files of a release together."`
	Vintage string   `placeholder:"NAME" help:"What to call the release, like 2026-02 (as the files or their names say)."`
	JSON    bool     `name:"json" help:"Print JSON for programs."`
}

// Help tells what is loaded how.
func (registryImportCommand) Help() string {
	return `All or nothing: a file that is not what it should be changes nothing, and the message names file, line and column. The
release that was live before is kept. The same files again change nothing. serve may run meanwhile.

  accessdesk registry import ncua FOICU.txt FS220.txt
  accessdesk registry import eia861 Sales_Ult_Cust_2019.xlsx Service_Territory_2019.xlsx
  accessdesk registry import epa-cws CWS_Populations.csv Missing_CWS.csv PWS_ZipCodes.csv`
}

// Run loads the files.
func (r registryImportCommand) Run(ctx context.Context, p *program, c *commands) error {
	source, known := layout.Named(r.Source)
	if !known {
		hint := ""
		if near, ok := eligibility.Near(r.Source, layout.Names()); ok {
			hint = fmt.Sprintf("; did you mean %s?", near)
		}
		return misuse("there is no register %q%s (there are: %s)", r.Source, hint, strings.Join(layout.Names(), ", "))
	}
	if len(r.Vintage) > vintageLength || strings.ContainsFunc(r.Vintage, func(c rune) bool { return c < ' ' }) {
		return misuse("--vintage: a name of at most %d characters was expected", vintageLength)
	}
	_, db, err := p.openConfigured(ctx, c)
	if err != nil {
		return err
	}
	defer db.Close()
	outcome, err := registry.Load(ctx, db, registry.Import{Source: source, Files: openable(r.Files), Vintage: r.Vintage, Actor: record.Console, Progress: p.progress("rows read")})
	p.endProgress()
	var wrong *layout.Error
	if errors.As(err, &wrong) {
		return misuse("%w. Nothing was changed", wrong)
	}
	if err != nil {
		return err
	}
	if r.JSON {
		return printJSON(p.out, statusOf(outcome.Vintage, outcome.Files))
	}
	return printOutcome(p.err, source, outcome)
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
func (p *program) terminal() io.Writer {
	file, ok := p.err.(*os.File)
	if !ok {
		return nil
	}
	if info, err := file.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return nil
	}
	return file
}

// progress counts on a terminal; nil elsewhere.
func (p *program) progress(what string) func(int) {
	terminal := p.terminal()
	if terminal == nil {
		return nil
	}
	return func(count int) { fmt.Fprintf(terminal, "\r%d %s", count, what) }
}

// endProgress wipes the line of the count.
func (p *program) endProgress() {
	if terminal := p.terminal(); terminal != nil {
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
		fmt.Fprintf(out, "%s %s is loaded: %d rows read, %d records kept, %d rows skipped.\n", source.Name, v.Vintage, v.Read, v.Kept, v.Skipped)
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
		fmt.Fprintf(out, "  %s: %s (%s, first at %s)\n", title, c.Reason, plural(c.Rows, "row"), c.First)
	}
}

func printJSON(out io.Writer, value any) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}

type registryStatusCommand struct {
	JSON bool `name:"json" help:"Print JSON for programs."`
}

// vintageStatus is a vintage as registry status --json prints it.
type vintageStatus struct {
	Register  string         `json:"register"`
	Vintage   string         `json:"vintage"`
	State     string         `json:"state"`
	Publisher string         `json:"publisher"`
	SHA256    string         `json:"sha256"`
	Begun     string         `json:"begun_at"`
	Live      string         `json:"live_at,omitempty"`
	Read      int64          `json:"rows_read"`
	Kept      int64          `json:"rows_kept"`
	Skipped   int64          `json:"rows_skipped"`
	Came      int64          `json:"came"`
	Went      int64          `json:"went"`
	Changed   int64          `json:"changed"`
	Files     []fileStatus   `json:"files"`
	Reasons   []layout.Count `json:"skipped"`
	Remarks   []layout.Count `json:"remarks"`
}

type fileStatus struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
	Bytes  int64  `json:"bytes"`
	Rows   int64  `json:"rows"`
}

func statusOf(v registry.Vintage, files []registry.SourceFile) vintageStatus {
	const instant = "2006-01-02T15:04:05Z07:00"
	s := vintageStatus{Register: v.Register, Vintage: v.Vintage, State: v.State, Publisher: v.Publisher, SHA256: v.SHA256, Begun: v.Begun.Format(instant),
		Read: v.Read, Kept: v.Kept, Skipped: v.Skipped, Came: v.Came, Went: v.Went, Changed: v.Changed,
		Files: []fileStatus{}, Reasons: []layout.Count{}, Remarks: []layout.Count{}}
	if !v.Live.IsZero() {
		s.Live = v.Live.Format(instant)
	}
	for _, f := range files {
		s.Files = append(s.Files, fileStatus(f))
	}
	var reasons registry.Reasons
	if err := json.Unmarshal([]byte(v.Report), &reasons); err == nil {
		s.Reasons, s.Remarks = append(s.Reasons, reasons.Skipped...), append(s.Remarks, reasons.Remarks...)
	}
	return s
}

// Run lists the vintages.
func (r registryStatusCommand) Run(ctx context.Context, p *program, c *commands) error {
	_, db, err := p.openConfigured(ctx, c)
	if err != nil {
		return err
	}
	defer db.Close()
	var all []vintageStatus
	err = db.Read(ctx, func(tx *data.Tx) error {
		all = []vintageStatus{}
		vintages, err := registry.Vintages(tx)
		if err != nil {
			return err
		}
		for _, v := range vintages {
			files, err := registry.Files(tx, v.ID)
			if err != nil {
				return err
			}
			all = append(all, statusOf(v, files))
		}
		return nil
	})
	if err != nil {
		return err
	}
	if r.JSON {
		return printJSON(p.out, all)
	}
	if len(all) == 0 {
		fmt.Fprintln(p.err, "No register is loaded. accessdesk registry import --help says how.")
	}
	for _, v := range all {
		fmt.Fprintf(p.out, "%-16s %-12s %-8s %7d kept %7d skipped  %s\n", v.Register, v.Vintage, v.State, v.Kept, v.Skipped, v.SHA256)
		for _, f := range v.Files {
			fmt.Fprintf(p.out, "  %s: %s, sha256 %s\n", f.Name, plural(int(f.Rows), "row"), f.SHA256)
		}
	}
	return nil
}
