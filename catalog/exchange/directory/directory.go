// Package directory reads data of other directories, in the Human Services Data Specification of Open Referral (HSDS 3.0 and 3.1), as
// drafts of offerings.
//
// It reads JSON (a service, a list of services, a page of an API, an organization with its services, services at locations) and the
// tabular form (services.csv and the tables around it, in a folder, a ZIP, or one JSON file).
//
// HSDS describes services for people: no language but one, rules in prose, no source for a statement. So what comes out is a draft, never a
// listing, with a list of what needs a person (Need), each at its key: what is missing, and what was guessed. Nothing is invented: no
// criterion is made from prose, no day of checking is taken over, and where the words leave a doubt the draft says so.
//
// Data that this program wrote is different: a service has the whole offering beside it (OfferingKey), in the text of the offering
// file, and comes back as it was. Without that, the terms of this program's taxonomies (see package hsds) still tell kind, sectors,
// status, cost, ways to apply, safeguards and confidence.
package directory

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"accessdesk/catalog"
	"accessdesk/catalog/exchange/bundle"
	"accessdesk/catalog/position"
	"accessdesk/data/locale"
)

// OfferingKey is the key of a service under which this program writes the whole offering, in the text of the offering file. HSDS allows
// further keys.
const OfferingKey = "accessdesk_offering"

// Limits of what is read. The largest open directory has some 60,000 services and no catalog of this kind.
const (
	mostServices = 5000
	deepest      = 32        // levels of JSON; HSDS has nine
	mostText     = 20_000    // letters of a text
	mostItems    = 200       // of a list within a service
	mostTold     = 200       // mistakes
	mostValues   = 1_000_000 // of JSON: objects, lists and what they hold; 200 for each of the most services
)

// Draft is a service as a draft of an offering.
type Draft struct {
	Offering *catalog.Offering
	File     string
	Place    string // of the service in the file: "/contents/3", or "services!A4"
	Foreign  bool   // made of the data of others; our own has the whole offering beside it
	Needs    []Need // what needs a person, in the order of the keys of the offering
}

// Need is something that a person has to do before a draft can be published.
type Need struct {
	Key  string // of the offering, "title.es"
	Code string // of its text: exchange.need_CODE
	Args map[string]any
}

// In puts the need into words.
func (n Need) In(l *locale.Localizer) string { return l.Fill("exchange.need_"+n.Code, n.Args) }

// object is a thing of the file, with where its keys stand.
type object struct {
	fields map[string]any // string, json.Number, bool, nil, *object or []any of these
	place  func(key string) string
}

// Read reads a JSON file. Mistakes are catalog.FileErrors: the file, the place as a JSON pointer, what was expected.
func Read(f bundle.File) ([]*Draft, error) {
	root, line, err := parse(f)
	if err != nil {
		return nil, catalog.FileErrors{{File: f.Name, Line: line, Problem: err.Error()}}
	}
	r := &reader{file: f.Name, slugs: map[string]bool{}}
	if r.twice(f.Data); len(r.mistakes) > 0 {
		return nil, r.mistakes
	}
	if tables := r.tabular(root); tables != nil {
		return r.finish(r.join(tables))
	}
	return r.finish(r.services(root, "", nil))
}

// IsJSON tells whether a file can only be JSON.
func IsJSON(data []byte) bool {
	text := bytes.TrimLeft(bytes.TrimPrefix(data, []byte("\ufeff")), " \t\r\n")
	return bytes.HasPrefix(text, []byte("{")) || bytes.HasPrefix(text, []byte("[")) && json.Valid(text)
}

// parse reads JSON into objects that know their place; line is where it is broken.
func parse(f bundle.File) (root any, line int, err error) {
	data := bytes.TrimPrefix(f.Data, []byte("\ufeff"))
	if !utf8.Valid(data) {
		return nil, 0, errors.New("the file is not UTF-8; save it as UTF-8")
	}
	if err := bounded(data); err != nil {
		return nil, 0, err
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	lineAt := func(offset int64) int { return lineOf(data, offset) }
	if err := decoder.Decode(&root); err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			return nil, lineAt(syntax.Offset), fmt.Errorf("not JSON: %w", err)
		}
		return nil, lineAt(decoder.InputOffset()), fmt.Errorf("not JSON: %w", err)
	}
	end := decoder.InputOffset()
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, lineAt(end), errors.New("not JSON: there is more after its end")
	}
	return placed(root, ""), 0, nil
}

// bounded refuses JSON that nests deeper or holds more than it may, by its signs outside of texts, before anything is made of it.
func bounded(data []byte) error {
	level, values, text := 0, 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case text && c == '\\':
			i++
		case c == '"':
			text = !text
		case text:
		case c == '{', c == '[':
			if level++; level > deepest {
				return fmt.Errorf("objects and lists are nested more than %d deep", deepest)
			}
			values++
		case c == ',':
			values++
		case c == '}', c == ']':
			level--
		}
		if values > mostValues {
			return fmt.Errorf("the file has more than %d values", mostValues)
		}
	}
	return nil
}

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

func placed(value any, path string) any {
	switch v := value.(type) {
	case map[string]any:
		o := &object{fields: make(map[string]any, len(v)), place: func(key string) string {
			if key == "" {
				return path
			}
			return path + "/" + pointerEscapes.Replace(key)
		}}
		for key, inner := range v {
			o.fields[key] = placed(inner, o.place(key))
		}
		return o
	case []any:
		for i, item := range v {
			v[i] = placed(item, fmt.Sprintf("%s/%d", path, i))
		}
	}
	return value
}

// reader collects services and what is wrong.
type reader struct {
	file     string
	mistakes catalog.FileErrors
	slugs    map[string]bool // taken in this file
}

func (r *reader) wrong(place, format string, args ...any) {
	if len(r.mistakes) < mostTold {
		r.mistakes = append(r.mistakes, &catalog.FileError{File: r.file, Key: place, Problem: fmt.Sprintf(format, args...)})
	}
}

// service is a service with the organization that gives it, if that stands around it.
type service struct {
	*object
	organization *object
	located      bool // it stands at a location: lists by location have it once for each
}

// services finds the services in what was read.
func (r *reader) services(value any, path string, around *object) []service {
	switch v := value.(type) {
	case []any:
		var all []service
		for i, item := range v {
			all = append(all, r.services(item, fmt.Sprintf("%s/%d", path, i), around)...)
		}
		return all
	case *object:
		switch {
		case v.has("contents"):
			return r.inside(v, "contents", nil)
		case v.has("services"):
			return r.inside(v, "services", v)
		case v.has("service") && v.has("location"):
			found := r.services(v.fields["service"], v.place("service"), around)
			for i := range found {
				found[i].located = true
			}
			return found
		case v.isService():
			return []service{{object: v, organization: around}}
		}
		if around == nil && v.has("name") { // an organization without services, a taxonomy, a location
			return nil
		}
	}
	r.wrong(path, "expected a service with a name and a status, found %s", found(value))
	return nil
}

func (r *reader) inside(o *object, key string, around *object) []service {
	list, ok := o.fields[key].([]any)
	if !ok {
		r.wrong(o.place(key), "expected a list, found %s", found(o.fields[key]))
		return nil
	}
	return r.services(list, o.place(key), around)
}

func (o *object) has(key string) bool { return o.fields[key] != nil }

// isService tells a service from the other things that have a name: only it has a status or belongs to an organization.
func (o *object) isService() bool {
	return o.has("name") && slices.ContainsFunc([]string{"status", "organization", "organization_id", "application_process", "eligibility_description", OfferingKey}, o.has) && !o.has("location_type")
}

// found names the kind of a value as the writer of the file sees it.
func found(value any) string {
	switch v := value.(type) {
	case nil:
		return "nothing"
	case string:
		return "a text"
	case json.Number:
		return "a number"
	case bool:
		return "true or false"
	case []any:
		return "a list"
	case *object:
		keys := slices.Sorted(maps.Keys(v.fields))
		if len(keys) > 6 {
			keys = append(keys[:6:6], "and more")
		}
		return "an object with " + strings.Join(keys, ", ")
	}
	return "something else"
}

// finish makes drafts, or says what is wrong.
func (r *reader) finish(services []service) ([]*Draft, error) {
	if len(services) == 0 && len(r.mistakes) == 0 {
		r.wrong("", "there is no service in the file")
	}
	if len(services) > mostServices {
		r.wrong("", "the file holds %d services; the most is %d", len(services), mostServices)
		services = nil
	}
	var drafts []*Draft
	for _, s := range r.distinct(services) {
		if d := r.draft(s); d != nil {
			drafts = append(drafts, d)
		}
	}
	if len(r.mistakes) > 0 {
		return nil, r.mistakes
	}
	return drafts, nil
}

// draft makes the draft of a service.
func (r *reader) draft(s service) *Draft {
	before := len(r.mistakes)
	d := &Draft{File: r.file, Place: s.place("")}
	if whole := r.text(s.object, OfferingKey); whole != "" {
		d.Offering = r.whole(s, whole)
		if d.Offering == nil {
			return nil
		}
		d.compare(r, s)
		r.slugs[d.Offering.Slug] = true
		return d
	}
	m := mapper{reader: r, service: s, offering: &catalog.Offering{}}
	m.all()
	if len(r.mistakes) > before {
		return nil
	}
	if _, err := catalog.Parse(r.file, catalog.Canonical(m.offering)); err != nil {
		r.wrong(s.place(""), "the service cannot be a draft: %v", err)
		return nil
	}
	d.Offering, d.Foreign, d.Needs = m.offering, true, m.sorted()
	return d
}

// whole reads the offering that stands beside a service.
func (r *reader) whole(s service, text string) *catalog.Offering {
	o, err := catalog.Parse(r.file, []byte(text))
	var mistakes catalog.FileErrors
	switch {
	case errors.As(err, &mistakes):
		for _, m := range mistakes {
			r.wrong(s.place(OfferingKey), "line %d: %s", m.Line, strings.TrimPrefix(catalog.Located("", 0, 0, m.Key, m.Problem), ": "))
		}
		return nil
	case err != nil:
		r.wrong(s.place(OfferingKey), "%v", err)
		return nil
	}
	back, err := catalog.Parse("", catalog.Canonical(o)) // without the lines of a text that nobody sees
	if err != nil {
		r.wrong(s.place(OfferingKey), "%v", err)
		return nil
	}
	back.Owner = o.Owner
	return back
}

// compare says where the service and the offering beside it tell different things: somebody changed one of them.
func (d *Draft) compare(r *reader, s service) {
	name := r.text(s.object, "name")
	if name != d.Offering.Title.En && name != d.Offering.Title.Es {
		d.Needs = append(d.Needs, Need{Key: "title.en", Code: "differs", Args: map[string]any{"Other": name}})
	}
}

// text reads a text of an object; a number counts as one. Line ends and control characters are made plain.
func (r *reader) text(o *object, key string) string {
	switch v := o.fields[key].(type) {
	case nil:
		return ""
	case string:
		if utf8.RuneCountInString(v) > mostText && key != OfferingKey {
			r.wrong(o.place(key), "the text has more than %d letters", mostText)
			return ""
		}
		return clean(v)
	case json.Number:
		return v.String()
	default:
		r.wrong(o.place(key), "expected a text, found %s", found(v))
		return ""
	}
}

func clean(text string) string {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	text = strings.Map(func(letter rune) rune {
		if catalog.ForbiddenControl(letter) {
			return ' '
		}
		return letter
	}, text)
	return strings.TrimSpace(text)
}

// list reads a list of objects; there may be none.
func (r *reader) list(o *object, key string) []*object {
	value, ok := o.fields[key]
	if !ok || value == nil {
		return nil
	}
	items, ok := value.([]any)
	switch {
	case !ok:
		r.wrong(o.place(key), "expected a list, found %s", found(value))
		return nil
	case len(items) > mostItems:
		r.wrong(o.place(key), "the list has %d items; the most is %d", len(items), mostItems)
		return nil
	}
	var all []*object
	for i, item := range items {
		if inner, ok := item.(*object); ok {
			all = append(all, inner)
		} else {
			r.wrong(fmt.Sprintf("%s/%d", o.place(key), i), "expected an object, found %s", found(item))
		}
	}
	return all
}

// one reads an object within an object; there may be none.
func (r *reader) one(o *object, key string) *object {
	switch v := o.fields[key].(type) {
	case nil:
		return nil
	case *object:
		return v
	default:
		r.wrong(o.place(key), "expected an object, found %s", found(v))
		return nil
	}
}

// keyOf orders needs by the keys of the offering file.
func keyOf(need Need) string {
	first, _, _ := strings.Cut(need.Key, ".")
	first, _, _ = strings.Cut(first, "[")
	return first
}

func element(list string, at int, key string) string {
	return position.Join(position.Element(list, at+1), key)
}
