package registry

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"accessdesk/broker/record"
	"accessdesk/data"
	"accessdesk/eligibility/registry/layout"
)

// chunk is how many rows one transaction takes: about 30 ms, in which the web app waits. pause lets a waiting writer go first; the
// busy handler of SQLite asks again after at most 100 ms, so that it meets a pause well within its 5 s.
const (
	chunk = 1000
	pause = 5 * time.Millisecond
)

// Import is what is to be loaded.
type Import struct {
	Source   layout.Source
	Files    []layout.File
	Vintage  string         // "": as the files say it, or their names, or the day
	Actor    string         // who loads: record.Console
	Progress func(rows int) // hears of rows that were read; may be nil
}

// Outcome is what a loading came to.
type Outcome struct {
	Vintage Vintage
	// Same: these very files were live already, and nothing was changed. Again: they were loaded before, and were made live again.
	Same, Again bool
	Files       []SourceFile
}

// Load reads the files of a release and makes them the live vintage. Errors of *layout.Error say what is wrong with a file;
// whatever goes wrong, the vintage that was live before stays so.
func Load(ctx context.Context, db *data.DB, i Import) (Outcome, error) {
	files, digest, err := digests(ctx, i.Files)
	if err != nil {
		return Outcome{}, err
	}
	if outcome, known, err := i.known(ctx, db, digest); known || err != nil {
		outcome.Files = files
		return outcome, err
	}
	l := &loading{db: db, of: i, files: files, digest: digest, id: data.NewID()}
	if err := l.begin(ctx); err != nil {
		return Outcome{}, err
	}
	outcome, err := l.run(ctx)
	if err != nil {
		return Outcome{}, errors.Join(err, l.giveUp(context.WithoutCancel(ctx)))
	}
	return outcome, CleanUp(ctx, db)
}

// digests reads every file once, for its SHA-256.
func digests(ctx context.Context, files []layout.File) ([]SourceFile, string, error) {
	var all []SourceFile
	var sums []string
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return nil, "", err
		}
		opened, err := f.Open()
		if err != nil {
			return nil, "", &layout.Error{File: f.Name, Text: fmt.Sprintf("cannot be opened: %v", err)}
		}
		sum := sha256.New()
		size, err := io.Copy(sum, opened)
		if err = errors.Join(err, opened.Close()); err != nil {
			return nil, "", &layout.Error{File: f.Name, Text: fmt.Sprintf("cannot be read: %v", err)}
		}
		one := SourceFile{Name: f.Name, SHA256: hex.EncodeToString(sum.Sum(nil)), Bytes: size}
		all = append(all, one)
		sums = append(sums, one.SHA256+"\n")
	}
	if len(all) == 1 {
		return all, all[0].SHA256, nil
	}
	slices.Sort(sums) // the order in which files are named does not matter
	sum := sha256.Sum256([]byte(strings.Join(sums, "")))
	return all, hex.EncodeToString(sum[:]), nil
}

// known tells whether these files were loaded before, and makes them live again if another vintage is.
func (i Import) known(ctx context.Context, db *data.DB, digest string) (outcome Outcome, known bool, err error) {
	var before Vintage
	err = db.Read(ctx, func(tx *data.Tx) (err error) {
		before, err = scanVintage(tx.Row(vintageColumns+`WHERE register = $1 AND sha256 = $2 AND layout = $3 AND state IN ('live', 'kept')
			ORDER BY begun_at DESC LIMIT 1`, i.Source.Name, digest, layout.Version))
		return err
	})
	if errors.Is(err, data.ErrNotFound) {
		return Outcome{}, false, nil
	}
	if err != nil || before.State == Live && (i.Vintage == "" || i.Vintage == before.Vintage) {
		return Outcome{Vintage: before, Same: true}, err == nil, err
	}
	if i.Vintage != "" {
		before.Vintage = i.Vintage
	}
	if err := compare(ctx, db, &before); err != nil {
		return Outcome{}, false, err
	}
	err = db.Write(ctx, func(tx *data.Tx) error {
		if before.State == Live { // only its name is new
			if _, err := tx.Exec(`UPDATE registry_vintage SET vintage = $1 WHERE id = $2 AND state = 'live'`, before.Vintage, before.ID); err != nil {
				return err
			}
			return record.Append(tx, record.Entry{Chain: record.Desk, Actor: i.Actor, Act: "registry_renamed", Detail: before.detail()})
		}
		return activate(tx, &before, "kept", i.Actor)
	})
	before.State = Live
	return Outcome{Vintage: before, Again: true}, true, err
}

// loading is a vintage whose rows are coming.
type loading struct {
	db     *data.DB
	of     Import
	files  []SourceFile
	digest string
	id     string

	records []layout.Record
	places  []placeOf
	next    int64 // number of the next record
	nextAt  int64 // number of the next place
}

type placeOf struct {
	id string
	layout.Place
}

// begin takes the register over from a loading that died or still runs.
func (l *loading) begin(ctx context.Context) error {
	return l.db.Write(ctx, func(tx *data.Tx) error {
		if _, err := tx.Exec(`UPDATE registry_vintage SET state = 'failed' WHERE register = $1 AND state = 'loading'`, l.of.Source.Name); err != nil {
			return err
		}
		_, err := tx.Exec(`INSERT INTO registry_vintage (id, register, vintage, publisher, sha256, layout, state, begun_at, touched_at, rows_read, rows_kept,
			rows_skipped, report, came, went, changed) VALUES ($1, $2, $3, $4, $5, $6, 'loading', $7, $8, 0, 0, 0, '{}', 0, 0, 0)`,
			l.id, l.of.Source.Name, l.of.Vintage, l.of.Source.Publisher, l.digest, layout.Version, data.Millis(tx.Now), data.Millis(tx.Now))
		return err
	})
}

// run reads the files, and makes the vintage live.
func (l *loading) run(ctx context.Context) (Outcome, error) {
	report, err := l.of.Source.Read(ctx, l.of.Files, layout.Sink{
		Record: func(r layout.Record) error {
			l.records = append(l.records, r)
			for _, p := range r.Places {
				l.places = append(l.places, placeOf{r.ID, p})
			}
			return l.flush(ctx, chunk)
		},
		Place: func(id string, p layout.Place) error {
			l.places = append(l.places, placeOf{id, p})
			return l.flush(ctx, chunk)
		},
	}, l.of.Progress)
	if err == nil {
		err = l.flush(ctx, 1)
	}
	if err != nil {
		return Outcome{}, err
	}
	v := Vintage{ID: l.id, Register: l.of.Source.Name, Publisher: l.of.Source.Publisher, SHA256: l.digest, State: Live,
		Vintage: l.vintage(report), Read: int64(report.Read), Kept: int64(report.Kept)}
	for _, c := range report.Skipped {
		v.Skipped += int64(c.Rows)
	}
	reasons, err := json.Marshal(Reasons{report.Skipped, report.Remarks})
	if err != nil {
		return Outcome{}, err
	}
	v.Report = string(reasons)
	if err := compare(ctx, l.db, &v); err != nil {
		return Outcome{}, err
	}
	for i := range l.files {
		l.files[i].Rows = int64(report.Rows[i])
	}
	err = l.db.Write(ctx, func(tx *data.Tx) error {
		v.Begun, v.Live = tx.Now, tx.Now
		return l.finish(tx, &v)
	})
	return Outcome{Vintage: v, Files: l.files}, err
}

// flush stores what was gathered, if that is enough for a transaction.
func (l *loading) flush(ctx context.Context, least int) error {
	if len(l.records)+len(l.places) < least {
		return nil
	}
	err := l.db.Write(ctx, func(tx *data.Tx) error {
		alive, err := tx.Exec(`UPDATE registry_vintage SET touched_at = $1 WHERE id = $2 AND state = 'loading'`, data.Millis(tx.Now), l.id)
		if err != nil {
			return err
		}
		if alive == 0 {
			return l.overtaken()
		}
		for i, r := range l.records {
			if err := l.insert(tx, l.next+int64(i), r); err != nil {
				return fmt.Errorf("store %s: %w", r.ID, err)
			}
		}
		for i, p := range l.places {
			if _, err := tx.Exec(`INSERT INTO registry_place (vintage_id, number, record_id, kind, code) VALUES ($1, $2, $3, $4, $5)`,
				l.id, l.nextAt+int64(i), p.id, p.Kind, p.Code); err != nil {
				return fmt.Errorf("store a place of %s: %w", p.id, err)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	l.next, l.nextAt = l.next+int64(len(l.records)), l.nextAt+int64(len(l.places))
	l.records, l.places = l.records[:0], l.places[:0]
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(pause):
		return nil
	}
}

func (l *loading) overtaken() error {
	return fmt.Errorf("%w: another import of %s took over", data.ErrConflict, l.of.Source.Name)
}

func (l *loading) insert(tx *data.Tx, number int64, r layout.Record) error {
	facts, err := json.Marshal(r.Facts)
	if err != nil {
		return err
	}
	words, err := json.Marshal(r.Words)
	if err != nil {
		return err
	}
	name := Searchable(r.Name)
	_, err = tx.Exec(`INSERT INTO registry_record (vintage_id, number, id, name, search_name, search_start, state, town, file_number, file_row, facts, words)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		l.id, number, r.ID, r.Name, name, start(name), r.State, r.Town, r.File+1, r.Row, string(facts), string(words))
	return err
}

var dateInName = regexp.MustCompile(`(?:^|[^0-9])((?:19|20)\d{2}(?:q[1-4]|(?:-\d{2}){1,2})?)(?:[^0-9]|$)`)

// vintage names a release: what the caller said, or the files, or their names, or else the beginning of the digest.
func (l *loading) vintage(report layout.Report) string {
	if l.of.Vintage != "" {
		return l.of.Vintage
	}
	if report.Vintage != "" {
		return report.Vintage
	}
	for _, f := range l.files {
		if found := dateInName.FindStringSubmatch(strings.ToLower(f.Name)); found != nil {
			return found[1]
		}
	}
	return "undated-" + l.digest[:8]
}

// finish writes what the loading came to and makes it live.
func (l *loading) finish(tx *data.Tx, v *Vintage) error {
	done, err := tx.Exec(`UPDATE registry_vintage SET vintage = $1, rows_read = $2, rows_kept = $3, rows_skipped = $4, report = $5
		WHERE id = $6 AND state = 'loading'`, v.Vintage, v.Read, v.Kept, v.Skipped, v.Report, l.id)
	if err != nil {
		return err
	}
	if done == 0 {
		return l.overtaken()
	}
	for i, f := range l.files {
		if _, err := tx.Exec(`INSERT INTO registry_file (vintage_id, number, name, sha256, bytes, row_count) VALUES ($1, $2, $3, $4, $5, $6)`,
			l.id, i+1, f.Name, f.SHA256, f.Bytes, f.Rows); err != nil {
			return err
		}
	}
	return activate(tx, v, Loading, l.of.Actor)
}

// activate is the door to being live: the vintage that was live is kept, and the record says so.
func activate(tx *data.Tx, v *Vintage, from, actor string) error {
	if _, err := tx.Exec(`UPDATE registry_vintage SET state = 'kept' WHERE register = $1 AND state = 'live'`, v.Register); err != nil {
		return err
	}
	done, err := tx.Exec(`UPDATE registry_vintage SET state = 'live', live_at = $1, vintage = $2, came = $3, went = $4, changed = $5 WHERE id = $6 AND state = $7`,
		data.Millis(tx.Now), v.Vintage, v.Came, v.Went, v.Changed, v.ID, from)
	if err != nil {
		return err
	}
	if done == 0 {
		return fmt.Errorf("%w: another import of %s took over", data.ErrConflict, v.Register)
	}
	return record.Append(tx, record.Entry{Chain: record.Desk, Actor: actor, Act: "registry_loaded", Detail: v.detail()})
}

func (v *Vintage) detail() map[string]any {
	return map[string]any{"register": v.Register, "vintage": v.Vintage, "sha256": v.SHA256, "read": v.Read, "kept": v.Kept, "skipped": v.Skipped,
		"came": v.Came, "went": v.Went, "changed": v.Changed}
}

// compare counts what came, went and changed against the live vintage.
func compare(ctx context.Context, db *data.DB, v *Vintage) error {
	return db.Read(ctx, func(tx *data.Tx) error {
		live, ok, err := liveVintage(tx, v.Register)
		if err != nil {
			return err
		}
		if !ok {
			v.Came = v.Kept
			return nil
		}
		const absent = `SELECT count(*) FROM registry_record a WHERE a.vintage_id = $1
			AND NOT EXISTS (SELECT 1 FROM registry_record b WHERE b.vintage_id = $2 AND b.id = a.id)`
		if err := tx.Row(absent, v.ID, live.ID).Scan(&v.Came); err != nil {
			return err
		}
		if err := tx.Row(absent, live.ID, v.ID).Scan(&v.Went); err != nil {
			return err
		}
		return tx.Row(`SELECT count(*) FROM registry_record a JOIN registry_record b ON b.vintage_id = $2 AND b.id = a.id
			WHERE a.vintage_id = $1 AND (a.name <> b.name OR a.state <> b.state OR a.town <> b.town OR a.facts <> b.facts)`, v.ID, live.ID).Scan(&v.Changed)
	})
}

// giveUp ends a loading that failed, and deletes its rows.
func (l *loading) giveUp(ctx context.Context) error {
	err := l.db.Write(ctx, func(tx *data.Tx) error {
		_, err := tx.Exec(`UPDATE registry_vintage SET state = 'failed' WHERE id = $1 AND state = 'loading'`, l.id)
		return err
	})
	return errors.Join(err, CleanUp(ctx, l.db))
}

// deadAfter is how long a loading may be silent. Between two transactions pass milliseconds, a second for a large workbook.
const deadAfter = 15 * time.Minute

// CleanUp deletes what loadings left behind that failed, or fell silent for a quarter of an hour, in short transactions.
func CleanUp(ctx context.Context, db *data.DB) error {
	var dead []string
	err := db.Write(ctx, func(tx *data.Tx) (err error) {
		if _, err := tx.Exec(`UPDATE registry_vintage SET state = 'failed' WHERE state = 'loading' AND touched_at < $1`, data.Millis(tx.Now.Add(-deadAfter))); err != nil {
			return err
		}
		dead, err = data.Rows(tx, data.Value[string], `SELECT id FROM registry_vintage WHERE state = 'failed' ORDER BY id`)
		return err
	})
	if err != nil {
		return err
	}
	for _, id := range dead {
		if err := remove(ctx, db, id); err != nil {
			return fmt.Errorf("delete the failed loading %s: %w", id, err)
		}
	}
	return nil
}

// remove deletes a failed vintage, a few rows in each transaction.
func remove(ctx context.Context, db *data.DB, id string) error {
	for more := true; more; {
		err := db.Write(ctx, func(tx *data.Tx) error {
			records, err := tx.Exec(`DELETE FROM registry_record WHERE vintage_id = $1 AND number < (SELECT min(number) FROM registry_record WHERE vintage_id = $2) + $3`, id, id, chunk)
			if err != nil {
				return err
			}
			places, err := tx.Exec(`DELETE FROM registry_place WHERE vintage_id = $1 AND number < (SELECT min(number) FROM registry_place WHERE vintage_id = $2) + $3`, id, id, chunk)
			if more = records+places > 0; more || err != nil {
				return err
			}
			if _, err := tx.Exec(`DELETE FROM registry_file WHERE vintage_id = $1`, id); err != nil {
				return err
			}
			_, err = tx.Exec(`DELETE FROM registry_vintage WHERE id = $1 AND state = 'failed'`, id)
			return err
		})
		if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
	return nil
}
