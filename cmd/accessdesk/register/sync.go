package register

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"accessdesk/broker/doctor"
	"accessdesk/broker/record"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/eligibility/registry/download"
	"accessdesk/eligibility/registry/layout"
)

// Publishers is what the configuration says of downloads.
type Publishers struct {
	download.Config
	URLs      map[string][]string // by register
	Scheduled bool                // serve asks once a week
}

// Registers reads the addresses, those of some registers or of all, in the order of the command's help. Its errors are mistakes of
// whoever wrote the configuration, or the command.
func (p Publishers) Registers(names []string) ([]download.Register, error) {
	for _, name := range slices.Concat(names, slices.Sorted(maps.Keys(p.URLs))) {
		if _, err := Check(name, ""); err != nil {
			return nil, err
		}
	}
	for _, name := range names {
		if len(p.URLs[name]) == 0 {
			return nil, fmt.Errorf("no address of %s is configured: add it to [registry.urls]", name)
		}
	}
	var all []download.Register
	for _, source := range layout.Sources() {
		if len(p.URLs[source.Name]) == 0 || len(names) > 0 && !slices.Contains(names, source.Name) {
			continue
		}
		r := download.Register{Source: source}
		for _, text := range p.URLs[source.Name] {
			address, err := download.ParseAddress(text, p.Hosts)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", source.Name, err)
			}
			r.Addresses = append(r.Addresses, address)
		}
		all = append(all, r)
	}
	return all, nil
}

// noneConfigured is said where there is nothing to sync.
const noneConfigured = "No register has an address: [registry.urls] in the configuration names none. config.example.toml says where publishers have their files."

// plannedSync is what sync --dry-run --json prints of a register.
type plannedSync struct {
	Register  string   `json:"register"`
	Addresses []string `json:"addresses"` // host and path
	Tried     string   `json:"tried_at,omitempty"`
	Good      string   `json:"good_at,omitempty"`
	Problem   string   `json:"problem,omitempty"`
}

// Plan says what a sync would ask, and asks nothing.
func Plan(ctx context.Context, db *data.DB, p Publishers, registers []download.Register, o Output) error {
	states, err := syncStates(ctx, db)
	if err != nil {
		return err
	}
	all := []plannedSync{}
	for _, r := range registers {
		one := plannedSync{Register: r.Source.Name, Problem: states[r.Source.Name].Problem, Addresses: []string{}}
		for _, a := range r.Addresses {
			one.Addresses = append(one.Addresses, a.String())
		}
		one.Tried, one.Good = instant(states[r.Source.Name].Tried), instant(states[r.Source.Name].Good)
		all = append(all, one)
	}
	if o.JSON {
		return printJSON(o.Out, all)
	}
	if len(all) == 0 {
		fmt.Fprintln(o.Err, noneConfigured)
	}
	for _, one := range all {
		fmt.Fprintln(o.Out, one.Register)
		for _, address := range one.Addresses {
			fmt.Fprintf(o.Out, "  https://%s\n", address)
		}
		if one.Good != "" {
			fmt.Fprintf(o.Out, "  last good sync: %s\n", one.Good)
		}
		if one.Problem != "" {
			fmt.Fprintf(o.Out, "  last try: %s\n", one.Problem)
		}
	}
	if len(all) > 0 {
		fmt.Fprintf(o.Out, "Of each file at most %d MB are taken, of each register %d MB, within %s for a file.\n", p.Limits.File>>20, p.Limits.Total>>20, p.Limits.Time)
	}
	return nil
}

func syncStates(ctx context.Context, db *data.DB) (map[string]download.State, error) {
	byName := map[string]download.State{}
	err := db.Read(ctx, func(tx *data.Tx) error {
		states, err := download.States(tx)
		for _, s := range states {
			byName[s.Register] = s
		}
		return err
	})
	return byName, err
}

// instant writes a time for programs; "" if it never was.
func instant(t time.Time) string {
	if t.UnixMilli() <= 0 {
		return ""
	}
	return t.Format(time.RFC3339)
}

// syncedRegister is what sync --json prints of a register. Outcome: loaded, again (an older vintage is the live one again), same (these
// files are loaded already), unchanged (the publisher said so) or failed.
type syncedRegister struct {
	Register string         `json:"register"`
	Outcome  string         `json:"outcome"`
	Problem  string         `json:"problem,omitempty"`
	Vintage  *vintageStatus `json:"vintage,omitempty"`
}

// Sync downloads registers one after the other, and says of each what it came to. The error tells how many failed.
func Sync(ctx context.Context, db *data.DB, p Publishers, registers []download.Register, o Output) error {
	if len(registers) == 0 && !o.JSON {
		fmt.Fprintln(o.Err, noneConfigured)
	}
	p.Progress = o.bytesProgress()
	client := download.New(p.Config)
	all, failed, fresh := []syncedRegister{}, 0, false
	for _, r := range registers {
		one := syncedRegister{Register: r.Source.Name}
		err := db.Write(ctx, func(tx *data.Tx) error { return download.Begin(tx, r.Source.Name) })
		var outcome download.Outcome
		if err == nil {
			outcome, err = client.Sync(ctx, db, r, record.Console, o.progress("rows read"))
		}
		o.endProgress()
		if err != nil {
			failed++
			one.Outcome, one.Problem = "failed", err.Error()
			fmt.Fprintf(o.Err, "%v\n", err)
		} else if one.Outcome = outcomeOf(outcome); !outcome.Unchanged {
			vintage := statusOf(outcome.Vintage, outcome.Files)
			one.Vintage, fresh = &vintage, fresh || !outcome.Same
		}
		if err := o.tell(r, outcome, one); err != nil {
			return err
		}
		all = append(all, one)
		if ctx.Err() != nil {
			break
		}
	}
	if o.JSON {
		if err := printJSON(o.Out, all); err != nil {
			return err
		}
	}
	if fresh {
		if err := countShares(ctx, db); err != nil {
			return err
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d registers could not be synced", failed, len(registers))
	}
	return nil
}

func outcomeOf(o download.Outcome) string {
	switch {
	case o.Unchanged:
		return "unchanged"
	case o.Same:
		return "same"
	case o.Again:
		return "again"
	}
	return "loaded"
}

// tell says the outcome to people.
func (o Output) tell(r download.Register, outcome download.Outcome, one syncedRegister) error {
	switch {
	case o.JSON || one.Outcome == "failed":
		return nil
	case outcome.Unchanged:
		fmt.Fprintf(o.Err, "%s is as it was when it was last downloaded; nothing was changed.\n", r.Source.Name)
		return nil
	}
	return printOutcome(o.Err, r.Source, outcome.Outcome)
}

// bytesProgress counts what comes on a terminal; nil elsewhere.
func (o Output) bytesProgress() func(string, int64) {
	terminal := o.terminal()
	if terminal == nil {
		return nil
	}
	shown := int64(-1)
	return func(register string, bytes int64) {
		if bytes>>20 != shown {
			shown = bytes >> 20
			fmt.Fprintf(terminal, "\r%s: %d MB received", register, shown)
		}
	}
}

// SyncDue downloads the one register that is due first by the schedule, if any is. What fails is logged, and tried again the next day.
func SyncDue(ctx context.Context, db *data.DB, p Publishers, log *slog.Logger) error {
	registers, err := p.Registers(nil)
	if err != nil {
		return err
	}
	for _, r := range registers {
		var claimed bool
		if err := db.Write(ctx, func(tx *data.Tx) (err error) { claimed, err = download.Claim(tx, r.Source.Name); return err }); err != nil {
			return err
		}
		if !claimed {
			continue
		}
		outcome, err := download.New(p.Config).Sync(ctx, db, r, record.System, nil)
		if err != nil {
			log.Warn("register not synced", slog.String("register", r.Source.Name), slog.Any("error", err))
			return nil
		}
		log.Info("register synced", slog.String("register", r.Source.Name), slog.String("outcome", outcomeOf(outcome)), slog.String("vintage", outcome.Vintage.Vintage))
		return nil
	}
	return nil
}

// staleAfter is how long a scheduled register may go without a good sync: four tries of a week.
const staleAfter = 4 * download.Every

// Examine tells doctor of syncs that failed or are long past. db is nil if there is no usable database.
func Examine(ctx context.Context, db *data.DB, p Publishers) []doctor.Finding {
	const area = "registers"
	registers, err := p.Registers(nil)
	if err != nil || db == nil {
		return nil // said elsewhere
	}
	if len(registers) == 0 {
		return []doctor.Finding{{Area: area, Level: doctor.OK, Text: "No register is downloaded: [registry.urls] names no address."}}
	}
	var now time.Time
	states, err := syncStates(ctx, db)
	if err = errors.Join(err, db.Read(ctx, func(tx *data.Tx) error { now = tx.Now; return nil })); err != nil {
		return []doctor.Finding{{Area: area, Level: doctor.Problem, Text: err.Error(), Mend: `Run "accessdesk migrate".`}}
	}
	var findings []doctor.Finding
	warn := func(name, text string) {
		findings = append(findings, doctor.Finding{Area: area, Level: doctor.Warning, Text: text, Mend: fmt.Sprintf(`Run "accessdesk registry sync %s" and read what it says.`, name)})
	}
	for _, r := range registers {
		name := r.Source.Name
		state, tried := states[name]
		switch {
		case state.Problem != "":
			warn(name, fmt.Sprintf("The sync of %s failed on %s: %s", name, state.Tried.Format(time.DateOnly), strings.TrimPrefix(state.Problem, name+", ")))
		case (!tried || state.Good.IsZero()) && p.Scheduled:
			warn(name, name+" was never synced.")
		case p.Scheduled && now.Sub(state.Good) > staleAfter:
			warn(name, fmt.Sprintf("%s was last synced on %s.", name, state.Good.Format(time.DateOnly)))
		}
	}
	if len(findings) == 0 {
		text := fmt.Sprintf("Registers with addresses: %d; no sync of them failed.", len(registers))
		return []doctor.Finding{{Area: area, Level: doctor.OK, Text: text}}
	}
	return findings
}

// nearRegister suggests a register.
func nearRegister(source string) string {
	if near, ok := eligibility.Near(source, layout.Names()); ok {
		return fmt.Sprintf("; did you mean %s?", near)
	}
	return ""
}
