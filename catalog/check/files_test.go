package check

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/BurntSushi/toml"

	"accessdesk/catalog"
	"accessdesk/catalog/wording"
	"accessdesk/data/demo"
	"accessdesk/data/seed"
	"accessdesk/eligibility"
)

// shipped is the day as of which the files that the program ships were last compared with their sources.
var shipped = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// The catalogs that the program ships are read as strictly as anybody's.
func TestShippedFiles(t *testing.T) {
	for name, tree := range map[string]fs.FS{"seed": seed.Files, "demo": demo.Files} {
		t.Run(name, func(t *testing.T) {
			all, err := catalog.ParseFiles(tree)
			var mistakes catalog.FileErrors
			if errors.As(err, &mistakes) {
				for _, one := range mistakes {
					t.Errorf("%v", one)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, problem := range Catalog(vocabulary(t), all, shipped, true) {
				t.Errorf("%v", problem)
			}
			for _, o := range all {
				if o.File() != o.Slug+".toml" {
					t.Errorf("%s: the file of %q has to be named after it", o.File(), o.Slug)
				}
			}
		})
	}
}

// Seed and demo stand side by side in a demonstration.
func TestShippedSlugsDiffer(t *testing.T) {
	names := map[string]bool{}
	for _, tree := range []fs.FS{seed.Files, demo.Files} {
		files, err := fs.Glob(tree, "catalog/*.toml")
		if err != nil || len(files) == 0 {
			t.Fatalf("no files: %v", err)
		}
		for _, file := range files {
			if names[path.Base(file)] {
				t.Errorf("%s is shipped twice", file)
			}
			names[path.Base(file)] = true
		}
	}
}

// shippedOfferings are all offerings that the program ships.
func shippedOfferings(t *testing.T) []*catalog.Offering {
	t.Helper()
	var all []*catalog.Offering
	for _, tree := range []fs.FS{seed.Files, demo.Files} {
		some, err := catalog.ParseFiles(tree)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, some...)
	}
	return all
}

// What replaces an offering has to be there.
func TestShippedReplacements(t *testing.T) {
	all := shippedOfferings(t)
	for _, o := range all {
		for _, slug := range o.ReplacedBy {
			if !slices.ContainsFunc(all, func(other *catalog.Offering) bool { return other.Slug == slug && other.Status != catalog.StatusEnded }) {
				t.Errorf("%s is replaced by %q, which nobody can have", o.File(), slug)
			}
		}
	}
}

// Summaries, criteria and the reasons that an operator is given are read without effort, in both languages. The sentences about
// what is missing quote labels and answers, which are names; without them they are in TestReadingLevelOfSentences.
func TestReadingLevel(t *testing.T) {
	read := map[catalog.Text]bool{}
	level := func(where string, text catalog.Text) {
		if !text.Empty() && !read[text] {
			read[text] = true
			readable(t, where, text)
		}
	}
	for _, o := range shippedOfferings(t) {
		level(o.File()+": summary", o.Summary)
		for _, c := range o.Criteria {
			level(o.File()+": title of "+c.ID, c.Title)
			level(o.File()+": failure of "+c.ID, c.Failure)
			level(o.File()+": remedy of "+c.ID, c.Remedy)
		}
		for _, r := range o.Requirements {
			level(o.File()+": requirement", r.Title)
		}
		rules, err := vocabulary(t).Compile(o.UncompiledRules())
		if err != nil {
			t.Fatalf("%s: %v", o.File(), err)
		}
		for _, test := range o.Tests {
			for id, reason := range settledReasons(t, rules, test) {
				level(o.File()+": reason of "+id+" in "+test.Name, reason)
			}
		}
	}
}

func readable(t *testing.T, where string, text catalog.Text) {
	t.Helper()
	if grade := wording.Grade(text.En); grade > wording.HardestGrade {
		t.Errorf("%s: grade %.1f, at most %.0f: %s", where, grade, wording.HardestGrade, text.En)
	}
	if ease := wording.Ease(text.Es); ease < wording.LeastEase {
		t.Errorf("%s: ease %.1f, at least %.0f: %s", where, ease, wording.LeastEase, text.Es)
	}
}

// settledReasons gives what an operator is told about each criterion that the facts of a test decide, by its id.
func settledReasons(t *testing.T, rules *eligibility.Ruleset, test catalog.Test) map[string]catalog.Text {
	t.Helper()
	c := checker{vocabulary: vocabulary(t)}
	profile, ok := c.profile("facts", test.Facts)
	if !ok {
		t.Fatalf("%s: %v", test.Name, c.problems)
	}
	decision, all := rules.Decide(profile), map[string]catalog.Text{}
	spanish := eligibility.Explain(rules, decision, "es")
	for i, reason := range eligibility.Explain(rules, decision, "en") {
		if reason.Result != eligibility.Unknown {
			all[reason.ID] = catalog.Text{En: reason.Sentence, Es: spanish[i].Sentence}
		}
	}
	return all
}

// The sentences that explain decisions, with something short for what they quote.
func TestReadingLevelOfSentences(t *testing.T) {
	text, err := os.ReadFile("../../eligibility/reasons.toml")
	if err != nil {
		t.Fatal(err)
	}
	var sentences map[string]map[string]any
	if _, err := toml.Decode(string(text), &sentences); err != nil {
		t.Fatal(err)
	}
	quoted, count := regexp.MustCompile(`\{\w+\}`), 0
	for group, keys := range sentences {
		for key, value := range keys {
			pair, ok := value.(map[string]any)
			if !ok {
				continue
			}
			en, es := fmt.Sprint(pair["en"]), fmt.Sprint(pair["es"])
			if !strings.HasSuffix(en, ".") {
				continue
			}
			count++
			readable(t, group+"."+key, catalog.Text{En: quoted.ReplaceAllString(en, "this"), Es: quoted.ReplaceAllString(es, "esto")})
		}
	}
	if count < 20 {
		t.Errorf("only %d sentences read", count)
	}
}
