package index

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"accessdesk/data"
	"accessdesk/eligibility/registry"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/custom"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/keyword"
	"github.com/blevesearch/bleve/v2/analysis/tokenizer/whitespace"
	"github.com/blevesearch/bleve/v2/mapping"
)

// The fields of an operator.
const (
	inNumber = "number" // the identifier in its forms
	inWhole  = "whole"  // the name without blanks
	inName   = "name"   // the words of the name
	inPair   = "pair"   // each two neighbors of the name, joined
	inPlace  = "place"  // town, state code, state name
	inKind   = "kind"   // what people call such operators
)

// batch is how many operators are held in memory while building; mergeMost how many parts are joined at once.
const (
	batch     = 300
	mergeMost = 10
)

// building is the beginning of the name of a folder where an index is being built: building-DIGEST-MILLISECONDS-RANDOM.
const building = "building-"

// A build is young for youngFor: nobody begins the same one beside it. After deadAfter its process is gone, and its folder is removed.
const (
	youngFor  = 2 * time.Minute
	deadAfter = time.Hour
)

// Refresh makes the index fit the live vintages: it opens the one that stands, or builds it, and removes those of other vintages. It
// tells whether it built one. An error says why an index had to be given up, or could not be built; the database answers then.
func (x *Index) Refresh(ctx context.Context, db *data.DB, progress func(operators int)) (built bool, err error) {
	var digest string
	var now time.Time
	err = db.Read(ctx, func(tx *data.Tx) error {
		vintages, err := registry.LiveVintages(tx)
		digest, now = digestOf(vintages), tx.Now
		return err
	})
	if err != nil {
		return false, err
	}
	given := x.giveUp()
	if digest != "" && !x.ready(digest) {
		if young, err := x.tidy(digest, now, false); young || err != nil {
			return false, errors.Join(given, err)
		}
		if digest, err = x.build(ctx, db, progress); err != nil || digest == "" {
			return false, errors.Join(given, err)
		}
		if built = true; !x.ready(digest) {
			return built, errors.Join(given, x.giveUp())
		}
	}
	_, err = x.tidy(digest, now, true)
	return built, errors.Join(given, err)
}

// giveUp removes an index that is of no use, and says why.
func (x *Index) giveUp() error {
	x.guard.Lock()
	defer x.guard.Unlock()
	why := x.why
	if x.broken != "" {
		why = errors.Join(why, x.discard(x.broken))
	}
	x.broken, x.why = "", nil
	return why
}

// tidy removes what dead builds left behind, and with others the indexes of other vintages. young tells whether somebody is just
// building this one.
func (x *Index) tidy(digest string, now time.Time, others bool) (young bool, err error) {
	entries, err := os.ReadDir(x.folder)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	for _, entry := range entries {
		name := entry.Name()
		begun, of, isBuild := buildOf(name)
		age := now.Sub(begun)
		switch {
		case isBuild && age > -deadAfter && age < deadAfter:
			young = young || of == digest && age > -youngFor && age < youngFor
		case isBuild, others && name != digest && len(name) == len(digestOf([]string{""})):
			if isBuild {
				err = errors.Join(err, os.RemoveAll(filepath.Join(x.folder, name)))
			} else {
				err = errors.Join(err, x.discard(name))
			}
		}
	}
	return young, err
}

// discard removes an index. It is moved aside first, as a build of long ago, so that whoever opens it at this moment finds all of it
// or none: half of it would look like a damaged one.
func (x *Index) discard(digest string) error {
	aside, err := os.MkdirTemp(x.folder, building+digest+"-0-*")
	if err == nil {
		err = os.Rename(x.place(digest), filepath.Join(aside, digest))
		err = errors.Join(err, os.RemoveAll(aside))
	}
	if errors.Is(err, fs.ErrNotExist) { // somebody else was faster
		return nil
	}
	return err
}

// buildOf reads the name of a folder of a build.
func buildOf(name string) (begun time.Time, digest string, ok bool) {
	parts := strings.Split(name, "-")
	if len(parts) != 4 || parts[0]+"-" != building {
		return time.Time{}, "", false
	}
	millis, err := strconv.ParseInt(parts[2], 10, 64)
	return data.FromMillis(millis), parts[1], err == nil
}

// build makes the index of what is live, in one transaction, and puts it in place.
func (x *Index) build(ctx context.Context, db *data.DB, progress func(int)) (digest string, err error) {
	if err := os.MkdirAll(x.folder, 0o700); err != nil {
		return "", fmt.Errorf("folder of the index ([registry] index): %w", err)
	}
	var work string
	count := 0
	err = db.Read(ctx, func(tx *data.Tx) error {
		vintages, err := registry.LiveVintages(tx)
		if err != nil || len(vintages) == 0 {
			return err
		}
		digest = digestOf(vintages)
		if work, err = os.MkdirTemp(x.folder, fmt.Sprintf("%s%s-%d-*", building, digest, data.Millis(tx.Now))); err != nil {
			return err
		}
		count, err = fill(ctx, tx, work, progress)
		return err
	})
	if work != "" {
		defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	}
	if err != nil || count == 0 {
		return "", err
	}
	made := filepath.Join(work, "index")
	err = filepath.WalkDir(made, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		return data.Sync(path)
	})
	if err != nil {
		return "", err
	}
	if err := os.Rename(made, x.place(digest)); err != nil {
		if _, other := os.Stat(x.place(digest)); other != nil {
			return "", err
		} // another process was faster
	}
	return digest, nil
}

// fill writes all operators into a new index, and tells how many there are.
func fill(ctx context.Context, tx *data.Tx, work string, progress func(int)) (count int, err error) {
	fields, err := fieldsOfIndex()
	if err != nil {
		return 0, err
	}
	builder, err := bleve.NewBuilder(filepath.Join(work, "index"), fields, map[string]any{"buildPathPrefix": work, "batchSize": batch, "mergeMax": mergeMost})
	if err != nil {
		return 0, err
	}
	err = registry.Operators(tx, func(hit registry.Hit) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if count++; progress != nil && count%batch == 0 {
			progress(count)
		}
		return builder.Index(hit.ID, entryOf(hit))
	})
	if err != nil || count == 0 { // the folder goes with all that is in it; without entries a builder cannot be closed
		return 0, err
	}
	return count, builder.Close()
}

// entryOf is what is indexed of an operator.
func entryOf(hit registry.Hit) map[string]any {
	name := words(hit.Name)
	state := strings.ToLower(hit.State)
	return map[string]any{
		inNumber: identifiers(hit.ID), inWhole: strings.Join(name, ""), inName: strings.Join(name, " "), inPair: pairs(name),
		inPlace: strings.Join(append(words(hit.Town), state, stateNames[state]), " "), inKind: nounsOfRegister[hit.Register],
	}
}

// fieldsOfIndex says how the fields are indexed: words between blanks, nothing stored.
func fieldsOfIndex() (mapping.IndexMapping, error) {
	all := bleve.NewIndexMapping()
	if err := all.AddCustomAnalyzer("words", map[string]any{"type": custom.Name, "tokenizer": whitespace.Name}); err != nil {
		return nil, err
	}
	operator := bleve.NewDocumentStaticMapping()
	for _, name := range []string{inNumber, inWhole, inName, inPair, inPlace, inKind} {
		field := bleve.NewTextFieldMapping()
		field.Analyzer = "words"
		if name == inWhole {
			field.Analyzer = keyword.Name
		}
		field.Store, field.IncludeInAll, field.IncludeTermVectors, field.DocValues = false, false, false, false
		operator.AddFieldMappingsAt(name, field)
	}
	all.DefaultMapping = operator
	all.StoreDynamic, all.IndexDynamic, all.DocValuesDynamic = false, false, false
	return all, nil
}
