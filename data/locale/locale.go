// Package locale holds every word the program itself says, in US English and US Spanish, and the way dates, numbers and
// amounts are written in each of the two.
//
// Message files. messages/AREA.en.toml and messages/AREA.es.toml, one pair per area of the product. Every key starts with the
// name of its area ("check.title"), so that two files can never define the same key. A message is a string, or a table
// with "one" and "other" when its words depend on a count. Placeholders are plain names: {{.Program}}. Nothing else may stand
// between the braces: a translator needs no programming.
//
// Plural forms are "one" (exactly 1) and "other" (all else) in both languages. {{.Count}} is the count, already written with
// thousands separators.
//
// Values. Strings are inserted as they are: the texts are plain text and whoever puts them into HTML escapes them. Integers
// are written with thousands separators; a year or a reference is therefore passed as a string. A time.Time is written as
// a calendar date in its own location.
//
// Nothing is silent. A missing key, a missing value or a count where none belongs gives the best text there is (for an
// unknown key the key itself) and is remembered in Missing; tests fail on it. Check compares the two languages.
package locale

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/pelletier/go-toml/v2"
	"golang.org/x/text/language"
)

// English and Spanish are the two languages, as used in lang attributes, cookies and stored rows. English is what an
// unknown language falls back to.
const (
	English = "en"
	Spanish = "es"
)

// missingLimit bounds the memory that a faulty page can fill; beyond it nothing new is learned from one more entry.
const missingLimit = 200

//go:embed messages/*.toml
var messageFiles embed.FS

// Languages lists the languages in the order in which a language switch shows them.
func Languages() []string { return []string{English, Spanish} }

// Supported says whether the program speaks a language, given as its two-letter code.
func Supported(lang string) bool { return slices.Contains(Languages(), lang) }

// Locales is the parsed set of messages. It never changes after Bundle and is safe for use by many requests at once.
type Locales struct {
	localizers map[string]*Localizer
	report     *report
}

// report collects what was asked for and not there.
type report struct {
	mu   sync.Mutex
	seen map[string]bool
}

func (r *report) add(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.seen) < missingLimit {
		r.seen[fmt.Sprintf(format, args...)] = true
	}
}

// Bundle parses the embedded message files. It fails on a file that cannot be read as messages, naming the file; what is
// merely incomplete (a key in one language only) is the business of Check. Call it once and share the result.
func Bundle() (*Locales, error) {
	return load(messageFiles, "messages")
}

func load(files fs.FS, dir string) (*Locales, error) {
	bundle := i18n.NewBundle(language.English)
	names, err := fs.Glob(files, dir+"/*.toml")
	if err != nil {
		return nil, fmt.Errorf("locale: list message files: %w", err)
	}
	entries := map[string]map[string]*entry{English: {}, Spanish: {}}
	for _, name := range names {
		if err := loadFile(bundle, files, name, entries); err != nil {
			return nil, fmt.Errorf("locale: %s: %w", name, err)
		}
	}
	report := &report{seen: map[string]bool{}}
	locales := &Locales{localizers: map[string]*Localizer{}, report: report}
	for _, lang := range Languages() {
		locales.localizers[lang] = &Localizer{
			lang: lang, entries: entries[lang], fallback: entries[English],
			engine: i18n.NewLocalizer(bundle, lang), report: report,
		}
	}
	return locales, nil
}

// loadFile parses one AREA.LANG.toml into our own index of keys, and those with plural forms into the bundle, which makes a template
// of each: for all of them that took 5 MB.
func loadFile(bundle *i18n.Bundle, files fs.FS, name string, entries map[string]map[string]*entry) error {
	base := strings.TrimSuffix(name[strings.LastIndexByte(name, '/')+1:], ".toml")
	area, lang, ok := strings.Cut(base, ".")
	if !ok || !Supported(lang) {
		return fmt.Errorf("the name must be AREA.en.toml or AREA.es.toml")
	}
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return err
	}
	parsed, err := i18n.ParseMessageFileBytes(text, name, map[string]i18n.UnmarshalFunc{"toml": toml.Unmarshal})
	if err != nil {
		return err
	}
	for _, message := range parsed.Messages {
		if !strings.HasPrefix(message.ID, area+".") {
			return fmt.Errorf("key %q must start with %q", message.ID, area+".")
		}
		entry, err := newEntry(message)
		if err != nil {
			return fmt.Errorf("key %q: %w", message.ID, err)
		}
		entries[lang][message.ID] = entry
		if entry.plural {
			if err := bundle.AddMessages(parsed.Tag, message); err != nil {
				return fmt.Errorf("key %q: %w", message.ID, err)
			}
		}
	}
	return nil
}

// In gives the localizer of a language; a language that is not spoken here gives English.
func (l *Locales) In(lang string) *Localizer {
	if localizer, ok := l.localizers[lang]; ok {
		return localizer
	}
	return l.localizers[English]
}

// Missing lists, sorted, what was asked for and not found since the start: keys, values, plural forms. Empty is the only good answer.
func (l *Locales) Missing() []string {
	l.report.mu.Lock()
	defer l.report.mu.Unlock()
	return slices.Sorted(maps.Keys(l.report.seen))
}

// Pseudo gives the same messages as a stress test for layouts: letters with accents, at least 30 percent longer, in
// brackets that show a text cut off. For tests only; nothing in the product offers it.
func (l *Locales) Pseudo() *Locales {
	pseudo := &Locales{localizers: map[string]*Localizer{}, report: l.report}
	for lang, localizer := range l.localizers {
		stretched := *localizer
		stretched.pseudo = true
		pseudo.localizers[lang] = &stretched
	}
	return pseudo
}
