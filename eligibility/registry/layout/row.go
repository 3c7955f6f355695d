package layout

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// row gives the values of one row by the name of their column. The first problem is kept in err; what is read after it is
// empty, so that a row can be read without looking after each value.
type row struct {
	file    string
	inside  string // sheet or entry
	line    int
	number  int // as a spreadsheet shows it
	index   int // of the file
	part    *part
	places  map[string]int // column to place in values; absent if the file does not have it
	values  []string
	present int // columns of the header
	err     error
}

func (r *row) problem(column, format string, args ...any) {
	if r.err == nil {
		r.err = &Error{File: r.file, Inside: r.inside, Line: r.line, Column: column, Text: fmt.Sprintf(format, args...)}
	}
}

// text is a value without blanks around it; "" if the file has no such column.
func (r *row) text(column string) string {
	place, ok := r.places[column]
	if !ok || place >= len(r.values) || r.err != nil {
		return ""
	}
	value := strings.TrimSpace(r.values[place])
	if !utf8.ValidString(value) {
		decoded, ok := "", false
		if r.part.latin {
			decoded, ok = windows1252(value)
		}
		if !ok {
			r.problem(column, "%q is not UTF-8 text: the file was saved in another encoding; download it again", value)
			return ""
		}
		value = strings.TrimSpace(decoded)
	}
	for i := range len(value) {
		if value[i] < ' ' && value[i] != '\n' && value[i] != '\r' && value[i] != '\t' {
			r.problem(column, "%q holds a control character: the file is damaged or binary", value)
			return ""
		}
	}
	return value
}

// must is a value that may not be empty.
func (r *row) must(column string) string {
	value := r.text(column)
	if value == "" {
		r.problem(column, "is empty; a value is needed")
	}
	return value
}

// whole is a whole number that is not negative. What blanks lists, and the empty value, mean unknown. "25.0" and "1,234" are
// read, since spreadsheets write them.
func (r *row) whole(column string, blanks ...string) (number int64, known bool) {
	value, known := r.decimal(column, blanks...)
	if !known {
		return 0, false
	}
	if value < 0 || value != math.Trunc(value) {
		r.problem(column, "%q is not a whole number of 0 or more", r.text(column))
		return 0, false
	}
	return int64(value), true
}

// decimal is a number of any sign up to 10^15, where every cent is still exact.
func (r *row) decimal(column string, blanks ...string) (number float64, known bool) {
	text := r.text(column)
	if text == "" || r.err != nil {
		return 0, false
	}
	for _, blank := range blanks {
		if text == blank {
			return 0, false
		}
	}
	number, err := strconv.ParseFloat(strings.ReplaceAll(text, ",", ""), 64)
	if err != nil || math.IsNaN(number) || math.Abs(number) > 1e15 || strings.ContainsAny(text, "xXpP_") {
		expected := "a number"
		if len(blanks) > 0 {
			expected += ", or " + strings.Join(blanks, " or ") + " for unknown,"
		}
		r.problem(column, "%q is not a number: %s was expected", shortened(text), expected)
		return 0, false
	}
	return number, true
}

// digits is an id of so many digits, with its leading zeros.
func (r *row) digits(column string, least, most int) string {
	value := r.must(column)
	if r.err != nil {
		return ""
	}
	if len(value) < least || len(value) > most || strings.Trim(value, "0123456789") != "" {
		r.problem(column, "%q is not %s", shortened(value), countOfDigits(least, most))
		return ""
	}
	return value
}

func countOfDigits(least, most int) string {
	if least == most {
		return fmt.Sprintf("a number of %d digits", least)
	}
	if most == least+1 {
		return fmt.Sprintf("a number of %d or %d digits", least, most)
	}
	return fmt.Sprintf("a number of %d to %d digits", least, most)
}

// state is a postal code of a state or territory; foreign codes and "" give "".
func (r *row) state(column string) string {
	code := strings.ToUpper(r.text(column))
	if _, ok := stateByCode[code]; !ok {
		return ""
	}
	return code
}

// zip is the first five digits of a ZIP code; "" if there are not five.
func (r *row) zip(column string) string {
	digits, _, _ := strings.Cut(r.text(column), "-")
	if len(digits) == 9 || len(digits) == 10 { // ZIP+4 without hyphen, or with a blank
		digits = digits[:5]
	}
	if len(digits) != 5 || strings.Trim(digits, "0123456789") != "" {
		return ""
	}
	return digits
}

// shortened keeps a message readable.
func shortened(text string) string {
	const most = 60
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most]) + "…"
}

// place is where the row stands: FILE:LINE.
func (r *row) place() string {
	if r.line == 0 {
		return r.file + ", " + r.inside
	}
	return fmt.Sprintf("%s:%d", r.file, r.line)
}
