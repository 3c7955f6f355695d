package part

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"accessdesk/catalog"
	"accessdesk/catalog/tree"
	"accessdesk/ui/form"
)

// mostRead is how many elements of a list that is too long come back in the form.
const mostRead = 4 * MostElements

// Reading is what a posted form says.
type Reading struct {
	Offering *catalog.Offering
	Problems map[string]string // by field: the code of what cannot be read, a text of refusal.CODE
	Order    []string          // the fields of Problems, from top to bottom
	Half     bool              // the form does not say how many elements a list has: it did not come as a whole
}

// Read gives the offering with the parts that were posted in place of its own. Lists have as many elements as the form says; more than
// MostElements are a problem. What cannot be read stays as it was in the offering.
func Read(o *catalog.Offering, parts []string, posted Posted) Reading {
	copied := *o
	r := Reading{Offering: &copied, Problems: map[string]string{}}
	if slices.Contains(parts, "window") {
		copied.Window.TimeZone = strings.TrimSpace(posted.Form("window.time_zone"))
	}
	root := reflect.ValueOf(&copied).Elem()
	for _, name := range parts {
		if field, ok := tree.At(root, name); ok {
			r.read(name, field, posted)
		}
	}
	return r
}

func (r *Reading) refuse(field, code string) {
	r.Problems[field] = code
	r.Order = append(r.Order, field)
}

func (r *Reading) read(path string, v reflect.Value, posted Posted) {
	switch {
	case v.Type() == timeType:
		r.readInstant(path, v, posted)
	case v.Kind() == reflect.Struct:
		r.readTable(path, v, posted)
	case v.Kind() == reflect.Slice && simpleList(path):
		setTexts(v, readSeveral(path, posted))
	case v.Kind() == reflect.Slice:
		r.readList(path, v, posted)
	case v.Kind() == reflect.Bool:
		v.SetBool(posted.Form(path) == form.Yes)
	case v.Kind() == reflect.Int:
		r.readNumber(path, v, posted)
	case v.Kind() == reflect.String:
		r.readText(path, v, posted)
	}
}

// readText reads a plain text, or one of a closed list of values.
func (r *Reading) readText(path string, v reflect.Value, posted Posted) {
	text := tidy(posted.Form(path))
	if _, ok := closedTypes[v.Type()]; ok && text != "" && !slices.Contains(catalog.Values(v.Type()), text) {
		r.refuse(path, "unknown_choice")
		return
	}
	if v.Type() == dateType && text != "" {
		if _, err := time.Parse(time.DateOnly, text); err != nil {
			r.refuse(path, "invalid_date")
			return
		}
	}
	v.SetString(text)
}

// readTable reads the keys of a table; a text is one with the keys en and es.
func (r *Reading) readTable(path string, v reflect.Value, posted Posted) {
	if v.Type() == textType {
		v.Set(reflect.ValueOf(catalog.Text{En: tidy(posted.Form(path + ".en")), Es: tidy(posted.Form(path + ".es"))}))
		return
	}
	for name, field := range tree.Keys(v) {
		r.read(path+"."+name, field, posted)
	}
}

// readList makes a new list, so that the one of the offering that was given stays as it is.
func (r *Reading) readList(path string, v reflect.Value, posted Posted) {
	if !posted.Has("n:" + path) {
		r.Half = true
		return
	}
	count, err := strconv.Atoi(posted.Form("n:" + path))
	if err != nil || count < 0 {
		count = 0
	}
	if count > MostElements {
		r.refuse(path, "list_long")
		count = min(count, mostRead) // so that what is too much comes back too
	}
	list := reflect.MakeSlice(v.Type(), count, count)
	reflect.Copy(list, v) // keeps what cannot be read
	for i := range count {
		r.read(path+"."+strconv.Itoa(i), list.Index(i), posted)
	}
	v.Set(list)
}

func readSeveral(path string, posted Posted) []string {
	var values []string
	if list, ticks := tickLists[Key(path)]; ticks {
		chosen := posted.FormAll(path)
		for _, value := range list.values {
			if slices.Contains(chosen, value) {
				values = append(values, value)
			}
		}
		return values
	}
	for line := range strings.Lines(posted.Form(path)) {
		if line = strings.TrimSpace(line); line != "" {
			values = append(values, line)
		}
	}
	return values
}

// setTexts sets a list of texts, whatever their type is called.
func setTexts(v reflect.Value, values []string) {
	list := reflect.MakeSlice(v.Type(), len(values), len(values))
	for i, value := range values {
		list.Index(i).SetString(value)
	}
	if len(values) == 0 {
		list = reflect.Zero(v.Type())
	}
	v.Set(list)
}

// greatest is the largest number that a field takes.
const greatest = catalog.LargestNumber

func (r *Reading) readNumber(path string, v reflect.Value, posted Posted) {
	text := strings.ReplaceAll(strings.TrimSpace(posted.Form(path)), ",", "")
	if text == "" {
		v.SetInt(0)
		return
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > greatest {
		r.refuse(path, "invalid_number")
		return
	}
	v.SetInt(int64(n))
}

func (r *Reading) readInstant(path string, v reflect.Value, posted Posted) {
	day, hour := strings.TrimSpace(posted.Form(path)), strings.TrimSpace(posted.Form(path+clock))
	if day == "" && hour == "" {
		v.Set(reflect.ValueOf(time.Time{}))
		return
	}
	if hour == "" {
		hour = "00:00"
	}
	before := v.Interface().(time.Time)
	zone := r.Offering.Window.Zone()
	at, err := time.ParseInLocation("2006-01-02 15:04", day+" "+hour, zone)
	switch {
	case err != nil || at.Year() < 2000 || at.Year() > 2200:
		r.refuse(path, "notice_instant")
	case before.IsZero() || before.In(zone).Format("2006-01-02 15:04") != day+" "+hour: // seconds that the form does not show are kept
		v.Set(reflect.ValueOf(at.UTC()))
	}
}

// tidy takes spaces off the ends and writes line ends in one way.
func tidy(text string) string {
	return strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
}

// Do does what the value of a button says to a list of the offering: "add PATH", "up PATH.3", "down PATH.3", "remove PATH.3". It gives the
// id of the element, or the list, to return to; "" if the words mean nothing here. The lists of the offering are made anew.
func Do(o *catalog.Offering, parts []string, words string) (*catalog.Offering, string) {
	verb, path, _ := strings.Cut(words, " ")
	copied := *o
	steps := strings.Split(path, ".")
	if !slices.Contains(parts, steps[0]) {
		return o, ""
	}
	at := -1
	if verb != "add" {
		n, err := strconv.Atoi(steps[len(steps)-1])
		if err != nil {
			return o, ""
		}
		at, steps = n, steps[:len(steps)-1]
	}
	list, ok := walk(reflect.ValueOf(&copied).Elem(), steps)
	listPath := strings.Join(steps, ".")
	if !ok || list.Kind() != reflect.Slice || simpleList(listPath) {
		return o, ""
	}
	anchor, ok := change(list, verb, at)
	if !ok {
		return o, ""
	}
	if anchor < 0 {
		return &copied, listPath
	}
	return &copied, fmt.Sprintf("%s.%d", listPath, anchor)
}

// walk finds a value by the steps of its path; lists on the way are made anew, so that the original stays as it is.
func walk(v reflect.Value, steps []string) (reflect.Value, bool) {
	for _, step := range steps {
		switch v.Kind() {
		case reflect.Struct:
			member, ok := tree.At(v, step)
			if !ok {
				return v, false
			}
			v = member
		case reflect.Slice:
			n, err := strconv.Atoi(step)
			if err != nil || n < 0 || n >= v.Len() {
				return v, false
			}
			v = v.Index(n)
		default:
			return v, false
		}
		if v.Kind() == reflect.Slice {
			fresh := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
			reflect.Copy(fresh, v)
			v.Set(fresh)
		}
	}
	return v, true
}

// change does one act on a list and gives the place of the element to return to, -1 for the list itself.
func change(list reflect.Value, verb string, at int) (int, bool) {
	n := list.Len()
	if verb == "add" {
		if n >= MostElements {
			return -1, false
		}
		list.Set(reflect.Append(list, reflect.Zero(list.Type().Elem())))
		return n, true
	}
	if at < 0 || at >= n {
		return -1, false
	}
	to := map[string]int{"up": at - 1, "down": at + 1}[verb]
	switch {
	case verb == "remove":
		list.Set(reflect.AppendSlice(list.Slice(0, at), list.Slice(at+1, n)))
		return min(at, n-2), true
	case verb != "up" && verb != "down" || to < 0 || to >= n:
		return -1, false
	}
	reflect.Swapper(list.Interface())(at, to)
	return to, true
}
