package difference

import (
	"reflect"
	"strconv"
	"strings"

	"accessdesk/catalog"
	"accessdesk/catalog/tree"
)

// Place names the thing at a path of an offering as changes name it: `Rule "small", source` for "criteria[2].citation". The
// language at the end of a path is left out. "" for the whole, for a table, and for a path that leads nowhere.
func Place(r Reader, o *catalog.Offering, path string) string {
	var around []element
	here, key := reflect.ValueOf(o).Elem(), ""
	for step := range strings.SplitSeq(path, ".") {
		name, place, isElement := strings.Cut(strings.TrimSuffix(step, "]"), "[")
		if here.Type() == factsType {
			key += "." + name
			break
		}
		if here.Kind() != reflect.Struct || here.Type() == textType { // what follows is a language
			break
		}
		value, has := tree.At(here, name)
		if !has {
			return ""
		}
		here, key = value, strings.TrimPrefix(key+"."+name, ".")
		if !isElement {
			continue
		}
		n, err := strconv.Atoi(place)
		if err != nil || here.Kind() != reflect.Slice || n < 1 || n > here.Len() {
			return ""
		}
		if here = here.Index(n - 1); here.Kind() == reflect.Struct { // a list of words is named as a whole
			around = append(around, element{list: key, name: kindOf(key).name(here), place: n})
		}
	}
	isFact := strings.HasPrefix(key, "tests.facts.")
	if key == "" || !isFact && !r.Locale.Has("difference.field_"+strings.ReplaceAll(key, ".", "_")) { // a table, such as the window, has no name
		return ""
	}
	return Change{Key: key, around: around}.what(r)
}
