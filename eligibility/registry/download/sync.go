package download

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"accessdesk/data"
	"accessdesk/eligibility/registry"
	"accessdesk/eligibility/registry/layout"
)

// How often the schedule asks: publishers renew their files each month to each year. What failed is tried again the next day.
const (
	Every      = 7 * 24 * time.Hour
	afterWrong = 24 * time.Hour
)

// Register is a register with the addresses of all its files.
type Register struct {
	Source    layout.Source
	Addresses []Address
}

// Outcome is what a sync of one register came to.
type Outcome struct {
	registry.Outcome
	// Unchanged: the publisher said that nothing is new; nothing was sent or loaded.
	Unchanged bool
}

// unfinished is the problem of a register from the beginning of a sync to its end, so that a killed one shows.
const unfinished = "the last try did not come to its end"

// Claim begins a sync of a register if it is due by the schedule, so that of several servers one does it.
func Claim(tx *data.Tx, register string) (bool, error) {
	if _, err := tx.Exec(`INSERT INTO registry_sync (register, tried_at, problem) VALUES ($1, 0, '') ON CONFLICT (register) DO NOTHING`, register); err != nil {
		return false, err
	}
	claimed, err := tx.Exec(`UPDATE registry_sync SET tried_at = $1, problem = $2 WHERE register = $3 AND (problem = '' AND tried_at <= $4 OR problem <> '' AND tried_at <= $5)`,
		data.Millis(tx.Now), unfinished, register, data.Millis(tx.Now.Add(-Every)), data.Millis(tx.Now.Add(-afterWrong)))
	return claimed > 0, err
}

// Begin begins a sync that somebody asked for.
func Begin(tx *data.Tx, register string) error {
	_, err := tx.Exec(`INSERT INTO registry_sync (register, tried_at, problem) VALUES ($1, $2, $3)
		ON CONFLICT (register) DO UPDATE SET tried_at = excluded.tried_at, problem = excluded.problem`, register, data.Millis(tx.Now), unfinished)
	return err
}

// Sync downloads the files of a register that was begun or claimed, and loads them. actor is who the record names; rows hears how
// many rows were read, and may be nil.
func (c *Client) Sync(ctx context.Context, db *data.DB, r Register, actor string, rows func(int)) (Outcome, error) {
	outcome, err := c.sync(ctx, db, r, actor, rows)
	problem := ""
	if err != nil {
		problem = err.Error()
	}
	return outcome, errors.Join(err, db.Write(context.WithoutCancel(ctx), func(tx *data.Tx) error {
		if problem != "" {
			_, err := tx.Exec(`UPDATE registry_sync SET problem = $1 WHERE register = $2`, problem, r.Source.Name)
			return err
		}
		_, err := tx.Exec(`UPDATE registry_sync SET problem = '', good_at = $1 WHERE register = $2`, data.Millis(tx.Now), r.Source.Name)
		return err
	}))
}

func (c *Client) sync(ctx context.Context, db *data.DB, r Register, actor string, rows func(int)) (Outcome, error) {
	var now time.Time
	var before []known
	err := db.Read(ctx, func(tx *data.Tx) (err error) {
		now = tx.Now
		before, err = heard(tx, r)
		return err
	})
	if err != nil {
		return Outcome{}, err
	}
	sweep(now)
	folder, err := os.MkdirTemp("", temporary)
	if err != nil {
		return Outcome{}, err
	}
	defer os.RemoveAll(folder)
	h := &haul{Client: c, register: r.Source.Name, folder: folder}
	answers, unchanged, err := h.fetchAll(ctx, r, before)
	if err != nil || unchanged {
		return Outcome{Unchanged: unchanged}, err
	}
	files, err := h.files(r, answers)
	if err != nil {
		return Outcome{}, err
	}
	loaded, err := registry.Load(ctx, db, registry.Import{Source: r.Source, Files: files, Actor: actor, Progress: rows})
	if err != nil {
		return Outcome{}, h.notLoaded(r, err)
	}
	return Outcome{Outcome: loaded}, db.Write(ctx, func(tx *data.Tx) error { return remember(tx, r, answers, loaded.Vintage.ID) })
}

// fetchAll asks for every file. A release is loaded whole, so that if one file is new the others are asked for again.
func (h *haul) fetchAll(ctx context.Context, r Register, before []known) (answers []answer, unchanged bool, err error) {
	unchanged = true
	for i, a := range r.Addresses {
		one, err := h.fetch(ctx, a, before[i])
		if err != nil {
			return nil, false, err
		}
		unchanged = unchanged && one.unchanged
		answers = append(answers, one)
	}
	if unchanged {
		return answers, true, nil
	}
	for i, a := range r.Addresses {
		if answers[i].unchanged {
			if answers[i], err = h.fetch(ctx, a, known{}); err != nil {
				return nil, false, err
			}
		}
	}
	return answers, false, nil
}

// files unpacks what came.
func (h *haul) files(r Register, answers []answer) (all []layout.File, err error) {
	for i, one := range answers {
		files, err := unpack(one.path, one.name, r.Addresses[i].Entries, h.place)
		var wrong errArchive
		if errors.As(err, &wrong) {
			return nil, h.problem(r.Addresses[i], err, "%s", wrong.text)
		}
		if err != nil {
			return nil, h.problem(r.Addresses[i], err, "cannot be kept here: %v. Make room in the folder for temporary files (TMPDIR)", err)
		}
		all = append(all, files...)
	}
	return all, nil
}

// notLoaded says which addresses brought files that are not what they should be.
func (h *haul) notLoaded(r Register, err error) error {
	var wrong *layout.Error
	if !errors.As(err, &wrong) {
		return err
	}
	var where []string
	for _, a := range r.Addresses {
		where = append(where, a.String())
	}
	return &Problem{Register: h.register, Where: strings.Join(where, ", "), err: err, Text: wrong.Error() +
		". Nothing was changed. Check [registry.urls]: each address must be that of the file itself, and name after # which files of an archive are meant"}
}

// temporary begins the name of the folder.
const temporary = "accessdesk-sync-"

// sweep removes the folders of syncs that were killed more than a day ago.
func sweep(now time.Time) {
	old, err := filepath.Glob(filepath.Join(os.TempDir(), temporary+"*"))
	if err != nil {
		return // the pattern is ours
	}
	for _, folder := range old {
		if info, err := os.Lstat(folder); err == nil && info.IsDir() && info.ModTime().Before(now.Add(-24*time.Hour)) {
			_ = os.RemoveAll(folder) // somebody else's: they will
		}
	}
}

// key is how an address stands in the database: it may hold a secret.
func (a Address) key() string {
	sum := sha256.Sum256([]byte(a.text + "#" + strings.Join(a.Entries, ",")))
	return hex.EncodeToString(sum[:])
}

// heard gives what the publisher said of each file, where it still counts.
func heard(tx *data.Tx, r Register) ([]known, error) {
	all := make([]known, len(r.Addresses))
	var of int64
	if err := tx.Row(`SELECT count(*) FROM registry_download WHERE register = $1`, r.Source.Name).Scan(&of); err != nil || of != int64(len(all)) {
		return all, err // other files were asked for
	}
	for i, a := range r.Addresses {
		err := tx.Row(`SELECT d.tag, d.modified FROM registry_download d JOIN registry_vintage v ON v.id = d.vintage_id AND v.state = 'live' AND v.layout = $1
			WHERE d.register = $2 AND d.address = $3`, layout.Version, r.Source.Name, a.key()).Scan(&all[i].tag, &all[i].modified)
		if errors.Is(err, data.ErrNotFound) {
			return make([]known, len(all)), nil
		}
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// remember keeps what the publisher said.
func remember(tx *data.Tx, r Register, answers []answer, vintage string) error {
	if _, err := tx.Exec(`DELETE FROM registry_download WHERE register = $1`, r.Source.Name); err != nil {
		return err
	}
	for i, a := range r.Addresses {
		_, err := tx.Exec(`INSERT INTO registry_download (register, address, tag, modified, vintage_id) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (register, address) DO NOTHING`,
			r.Source.Name, a.key(), answers[i].tag, answers[i].modified, vintage)
		if err != nil {
			return err
		}
	}
	return nil
}

// State is how the last sync of a register went.
type State struct {
	Register string
	Tried    time.Time
	Good     time.Time // when it was last found to be up to date; zero: never
	Problem  string    // of the last try; "" if it went well
}

// States lists the registers that were ever synced, by name.
func States(tx *data.Tx) ([]State, error) {
	return data.Rows(tx, func(s data.Scanner) (State, error) {
		var one State
		var tried int64
		var good *int64
		err := s.Scan(&one.Register, &tried, &good, &one.Problem)
		one.Tried = time.UnixMilli(tried).UTC()
		if good != nil {
			one.Good = time.UnixMilli(*good).UTC()
		}
		return one, err
	}, `SELECT register, tried_at, good_at, problem FROM registry_sync ORDER BY register`)
}
