package exchange

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"accessdesk/catalog"
	formats "accessdesk/catalog/exchange"
	"accessdesk/catalog/exchange/bundle"
	"accessdesk/catalog/exchange/hsds"
	"accessdesk/data/locale"
	"accessdesk/eligibility"
)

// Export is the command that writes a catalog to files.
type Export struct {
	Format string   `enum:"toml,csv,xlsx,hsds" default:"toml" placeholder:"toml|csv|xlsx|hsds" help:"Offering files (toml), tables for a spreadsheet (csv, xlsx), or services of Open Referral HSDS 3.1 (hsds)."`
	Out    string   `placeholder:"FILE|DIR" help:"Where to: a folder for toml and csv, or a file; .zip packs them. Without it, to the output."`
	Lang   string   `enum:"en,es" default:"en" placeholder:"en|es" help:"Language of what explains the tables, and of services (en)."`
	Slugs  []string `arg:"" optional:"" name:"slug" help:"Only these programs; none: all that are published."`
}

// Help tells what comes back.
func (Export) Help() string {
	return `What is exported in any of the formats, "catalog import" reads back to the same. Examples:

  accessdesk catalog export --out catalog/
  accessdesk catalog export --db desk.db --format xlsx --out catalog.xlsx
  accessdesk catalog export cisa-cpg > cisa-cpg.toml`
}

// Run exports.
func (e Export) Run(ctx context.Context, d Desk) error {
	vocabulary, err := eligibility.Standard()
	if err != nil {
		return err
	}
	s, err := d.load(ctx, vocabulary)
	if err != nil {
		return err
	}
	chosen, err := e.choose(s.snapshot)
	if err != nil {
		return err
	}
	files, err := e.files(d, vocabulary, s, chosen)
	if err != nil {
		return err
	}
	where, err := e.write(d, files)
	if err != nil {
		return err
	}
	fmt.Fprintf(d.Err, "%s written%s\n", plural(len(chosen), "program"), where)
	return nil
}

// choose finds the programs that were asked for, in the order of their slugs.
func (e Export) choose(snapshot *catalog.Snapshot) ([]*catalog.Published, error) {
	wanted := map[string]bool{}
	for _, slug := range e.Slugs {
		if _, ok := snapshot.Find(slug); !ok {
			return nil, Misused("there is no program %q in this catalog%s", slug, Nearest(slug, snapshot))
		}
		wanted[slug] = true
	}
	var chosen []*catalog.Published
	for _, p := range snapshot.Offerings {
		if len(wanted) == 0 || wanted[p.Slug] {
			chosen = append(chosen, p)
		}
	}
	if len(chosen) == 0 {
		return nil, errors.New(`this catalog has no programs: start "accessdesk serve" once`)
	}
	return chosen, nil
}

func (e Export) files(d Desk, v *eligibility.Vocabulary, s *source, chosen []*catalog.Published) ([]bundle.File, error) {
	locales, err := locale.Bundle()
	if err != nil {
		return nil, err
	}
	if formats.Format(e.Format) == formats.HSDS {
		file, err := e.services(d, v, locales.In(e.Lang), s, chosen)
		return []bundle.File{file}, err
	}
	var offerings []*catalog.Offering
	for _, p := range chosen {
		offerings = append(offerings, p.Offering)
	}
	return formats.Write(locales.In(e.Lang), formats.Format(e.Format), offerings)
}

// services writes programs as the interface of the desk for directories would, with their whole offering.
func (e Export) services(d Desk, v *eligibility.Vocabulary, texts *locale.Localizer, s *source, chosen []*catalog.Published) (bundle.File, error) {
	address, operator, err := d.Brand()
	if err != nil {
		return bundle.File{}, err
	}
	seats := map[string]hsds.Seats{}
	for slug := range s.full {
		seats[slug] = hsds.Seats{Full: true}
	}
	reading := hsds.NewIndex(s.snapshot, v, texts).At(hsds.Moment{Now: d.Now(), Upkeep: s.upkeep, Changes: s.changes, Seats: seats, Base: address,
		Operator: cmp.Or(operator, texts.T("layout.unnamed_operator"))})
	var services []formats.Service
	for _, p := range chosen {
		services = append(services, formats.Service{Service: reading.Service(p), Offering: p.Offering})
	}
	return formats.WriteServices(services)
}

// endings are what the names of files of a format end with.
var endings = map[string]string{"toml": ".toml", "csv": ".csv", "xlsx": ".xlsx", "hsds": ".json"}

// toFolder tells whether --out names a folder, or refuses a name that would hide what is in the file.
func (e Export) toFolder(files int) (bool, error) {
	several := e.Format == "toml" || e.Format == "csv"
	info, err := os.Stat(e.Out)
	ending := strings.ToLower(filepath.Ext(e.Out))
	switch folder := err == nil && info.IsDir() || strings.HasSuffix(e.Out, string(filepath.Separator)); {
	case e.Out == "", ending == ".zip" && !folder:
		return false, nil
	case folder && !several:
		return false, Misused("--out %s is a folder, and %s is one file: name it, like --out %s", e.Out, e.Format, filepath.Join(e.Out, "catalog"+endings[e.Format]))
	case folder, several && ending == "":
		return true, nil
	}
	for format, own := range endings {
		if own == ending && format != e.Format {
			return false, Misused("--out %s does not fit --format %s: add --format %s, or name a file that ends with %s", e.Out, e.Format, format, endings[e.Format])
		}
	}
	if files > 1 {
		return false, Misused("--out %s is one file, and this is %s: name a folder, or a file that ends with .zip", e.Out, plural(files, "file"))
	}
	return false, nil
}

// write puts the files where they are wanted, and says where that is.
func (e Export) write(d Desk, files []bundle.File) (where string, err error) {
	folder, err := e.toFolder(len(files))
	if err != nil {
		return "", err
	}
	if folder {
		return " to the folder " + e.Out, writeFolder(e.Out, files)
	}
	single := len(files) == 1 && !strings.EqualFold(filepath.Ext(e.Out), ".zip")
	content := files[0].Data
	if !single {
		if content, err = bundle.Zip(files); err != nil {
			return "", err
		}
	}
	if e.Out != "" {
		return " to " + e.Out, os.WriteFile(e.Out, content, 0o644)
	}
	if binary := !single || e.Format == "xlsx"; binary && terminal(d.Out) {
		return "", Misused("the output would be a binary file; name one with --out")
	}
	_, err = d.Out.Write(content)
	return "", err
}

// writeFolder writes files into a folder, which is made if need be. What else is in it stays.
func writeFolder(folder string, files []bundle.File) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(folder, f.Name), f.Data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// terminal tells whether somebody would see the bytes.
func terminal(out io.Writer) bool {
	file, ok := out.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
