package reference

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"accessdesk/eligibility"
)

// decode parses a file and refuses keys that the shape does not have, with the line.
func decode(name string, text []byte, into any) error {
	err := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields().Decode(into)
	var foreign *toml.StrictMissingError
	if errors.As(err, &foreign) {
		line, _ := foreign.Errors[0].Position()
		return fmt.Errorf("%s:%d: unknown key %s", name, line, strings.Join(foreign.Errors[0].Key(), "."))
	}
	var broken *toml.DecodeError
	if errors.As(err, &broken) {
		line, _ := broken.Position()
		return fmt.Errorf("%s:%d: %w", name, line, err)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// reader checks a parsed file and keeps the first thing to mend.
type reader struct {
	vocabulary *eligibility.Vocabulary
	ids        map[string]bool // anchors so far
	first      error
}

func (r *reader) refuse(where, format string, args ...any) {
	if r.first == nil {
		r.first = fmt.Errorf("%s: %s", where, fmt.Sprintf(format, args...))
	}
}

// problem is the first thing to mend, with the name of the file.
func (r *reader) problem(file string) error {
	if r.first == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", file, r.first)
}

var anchorShape = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// anchor wants a name that can stand in an address, once.
func (r *reader) anchor(where, id string) {
	if !anchorShape.MatchString(id) {
		r.refuse(where, "the id %q must be lower-case words joined by hyphens", id)
	}
	if r.ids[id] {
		r.refuse(where, "the id %q stands twice", id)
	}
	r.ids[id] = true
}

// text wants both languages.
func (r *reader) text(where string, t Text) {
	if strings.TrimSpace(t.En) == "" {
		r.refuse(where, `the text in "en" is missing`)
	}
	if strings.TrimSpace(t.Es) == "" {
		r.refuse(where, `the text in "es" is missing`)
	}
}

// perhaps wants both languages or none.
func (r *reader) perhaps(where string, t Text) {
	if !t.Empty() {
		r.text(where, t)
	}
}

func (r *reader) sure(where string, s Sure) {
	if !slices.Contains(Sures(), s) {
		r.refuse(where, "sure = %q is not one of %v", s, Sures())
	}
}

func (r *reader) sector(where, sector string) {
	if !slices.Contains(r.vocabulary.Sectors(), sector) {
		r.refuse(where, "unknown sector %q", sector)
	}
}

// facet wants a fact of the vocabulary, and values of it.
func (r *reader) facet(where string, facet Facet) {
	fact, ok := r.vocabulary.Fact(facet.ID)
	if !ok {
		r.refuse(where, "unknown fact %q; the nearest is %q", facet.ID, r.vocabulary.NearestFact(string(facet.ID)))
		return
	}
	for _, value := range facet.Values {
		if !slices.Contains(fact.ValueNames(), value) {
			r.refuse(where, "fact %s has no value %q", facet.ID, value)
		}
	}
}

// source wants a title, an address that can be one, and a day for what was read.
func (r *reader) source(where string, s Source) {
	r.text(where+".title", s.Title)
	switch {
	case s.URL != "" && !strings.HasPrefix(s.URL, "https://") && !strings.HasPrefix(s.URL, "http://"):
		r.refuse(where, "%q is no web address", s.URL)
	case s.Read && s.URL == "":
		r.refuse(where, "it was read, but has no url to show")
	case s.Read && !s.Dated():
		r.refuse(where, "it was read, but read_on does not say when")
	}
}
