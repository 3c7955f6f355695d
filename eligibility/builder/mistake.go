package builder

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"accessdesk/eligibility"
	"accessdesk/eligibility/fact"
	"accessdesk/eligibility/rule"
)

// Mistake says in the reader's language what is wrong with the text of a rule, and where. err is what Compile gave; one that has no
// code is said as it is.
func Mistake(err error, lang string) string {
	var place *eligibility.CompileError
	if !errors.As(err, &place) || place.Code == "" {
		return eligibility.CompileMessage(err)
	}
	args := []any{}
	for i := 0; i+1 < len(place.Args); i += 2 {
		name, value := place.Args[i], place.Args[i+1]
		switch {
		case name == "piece":
			args = append(args, name, "“"+value+"”")
		case slices.Contains([]string{"type", "left", "right"}, name):
			args = append(args, name, typeName(value))
		default:
			args = append(args, name, value)
		}
	}
	code := place.Code
	if code == rule.CodeCall && !slices.Contains(place.Args, "sign") {
		args = append(args, "sign", ".")
	}
	said := words("mistake_"+string(code), args...).In(lang)
	if place.Line == 0 {
		return capital(said)
	}
	return words("mistake_place", "line", strconv.Itoa(place.Line), "column", strconv.Itoa(place.Column), "mistake", said).In(lang)
}

// typeName names a type of the rule language.
func typeName(name string) fact.Text {
	name = strings.Trim(name, "()")
	switch {
	case name == "bool":
		return words("type_bool")
	case name == "int" || name == "uint" || name == "double":
		return words("type_number")
	case name == "string":
		return words("type_text")
	case strings.HasPrefix(name, "list"):
		return words("type_list")
	}
	return words("type_other")
}

func capital(text string) string {
	if text == "" {
		return ""
	}
	runes := []rune(text)
	return strings.ToUpper(string(runes[0])) + string(runes[1:])
}
