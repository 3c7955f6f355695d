package sheet

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"accessdesk/catalog"
	"accessdesk/catalog/tree"
	"accessdesk/data/spreadsheet"
	"accessdesk/eligibility"
)

// The two words of a yes-or-no column.
const yes, no = "yes", "no"

// spell writes a value as the text of a cell, before it is neutralized. zone is where instants are shown.
func spell(v reflect.Value, zone *time.Location) string {
	if !catalog.Says(v) {
		return ""
	}
	switch value := catalog.Plain(v).(type) {
	case time.Time:
		return instant(value, zone)
	case bool:
		if value {
			return yes
		}
		return no
	case []any:
		lines := make([]string, len(value))
		for i, word := range value {
			lines[i] = line(word.(string))
		}
		return strings.Join(lines, "\n")
	case tree.Table: // the answers of an example, as facts.go says
		lines := make([]string, len(value))
		for i, fact := range value {
			lines[i] = fact.String()
		}
		return strings.Join(lines, "\n")
	default:
		return fmt.Sprint(value)
	}
}

// instant writes an instant as the clock on the wall shows it there, with its distance from UTC. Zones that once were seconds
// away from UTC cannot be written so.
func instant(at time.Time, zone *time.Location) string {
	local := at.In(zone)
	if _, offset := local.Zone(); offset%60 != 0 {
		local = at.UTC()
	}
	return local.Format(time.RFC3339Nano)
}

// One word of a list stands on one line. A word that has lines of its own is written with a backslash and n, and one that
// nobody would see with another sign before it.
var lineEscapes, lineReads = strings.NewReplacer(`\`, `\\`, "\n", `\n`), strings.NewReplacer(`\\`, `\`, `\n`, "\n")

const unseen = `\-`

func line(word string) string {
	if strings.TrimSpace(word) == "" {
		return unseen + lineEscapes.Replace(word)
	}
	return lineEscapes.Replace(word)
}

func wordOf(line string) string { return lineReads.Replace(strings.TrimPrefix(line, unseen)) }

// neutral gives the text that stands in the file: one that would be a formula, or one of our comments, gets an apostrophe before it.
func neutral(text string) string {
	if comment(text) {
		return "'" + text
	}
	return spreadsheet.Cell(text)
}

// plain takes that apostrophe away again. One that is not followed by a sign was typed by a person and stays.
func plain(cell string) string {
	if text, marked := strings.CutPrefix(cell, "'"); marked && comment(text) {
		return text
	}
	return spreadsheet.Text(cell)
}

// content says what a cell of a workbook holds.
type content byte

// The contents. Cells of CSV are all written.
const (
	written content = iota // a text
	number
	flag
	failure // an error value such as #N/A
	formula
)

// cell is a cell as it was read.
type cell struct {
	text    string // with its apostrophe
	content content
}

// take puts a cell into a value. The problem says what was expected and what is there; "" if it fits.
func (c cell) take(to reflect.Value, epoch1904 bool) (problem string) {
	text := plain(c.text)
	switch {
	case c.content == failure:
		return fmt.Sprintf("the cell shows the error %s; put the value itself there", short(text))
	case c.content == flag:
		text = map[string]string{"1": yes, "0": no}[text]
	}
	switch {
	case to.Type() == timeType:
		return takeInstant(c, text, to)
	case to.Type() == dateType:
		return takeDate(c, text, to, epoch1904)
	case to.Type() == evidenceType:
		evidence, ok := eligibility.ParseEvidence(text)
		if !ok {
			return notOne(text, allowed(evidenceType))
		}
		to.Set(reflect.ValueOf(evidence))
		return ""
	case to.Type() == factsType:
		return takeFacts(text, to)
	}
	switch to.Kind() {
	case reflect.Bool:
		return takeFlag(text, to)
	case reflect.Int:
		return takeNumber(text, to)
	case reflect.Slice:
		return takeLines(text, to)
	}
	return takeText(text, to)
}

func takeText(text string, to reflect.Value) string {
	switch {
	case !utf8.ValidString(text):
		return "the text is not UTF-8; save the file as \"CSV UTF-8\""
	case strings.ContainsFunc(text, catalog.ForbiddenControl):
		return "the text holds a control character; only line breaks and tabs are allowed"
	}
	if values := allowed(to.Type()); values != nil && text != "" {
		text = strings.TrimSpace(text)
		for _, value := range values {
			if value == text {
				to.SetString(text)
				return ""
			}
		}
		return notOne(text, values)
	}
	to.SetString(text)
	return ""
}

func takeFlag(text string, to reflect.Value) string {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case yes, "true":
		to.SetBool(true)
	case no, "false", "":
		to.SetBool(false)
	default:
		return fmt.Sprintf("expected yes or no, found %s", short(text))
	}
	return ""
}

func takeNumber(text string, to reflect.Value) string {
	text = strings.TrimSpace(text)
	if text == "" {
		return ""
	}
	count, err := strconv.ParseUint(text, 10, 64)
	if err != nil || count > catalog.LargestNumber {
		return fmt.Sprintf("expected a whole number from 0 to %d, such as 14, found %s", catalog.LargestNumber, short(text))
	}
	to.SetInt(int64(count))
	return ""
}

func takeDate(c cell, text string, to reflect.Value, epoch1904 bool) string {
	text = strings.TrimSpace(text)
	if c.content == number {
		if days, err := strconv.ParseFloat(text, 64); err == nil && days >= 1 && days < 150_000 { // 150,000 days: the year 2310
			if day, err := excelize.ExcelDateToTime(days, epoch1904); err == nil {
				to.SetString(string(catalog.DateOf(day)))
				return ""
			}
		}
	}
	day, err := time.Parse(time.DateOnly, text)
	switch {
	case text == "":
		return ""
	case err != nil:
		return fmt.Sprintf("expected a day such as 2026-11-22, found %s", short(text))
	}
	to.SetString(string(catalog.DateOf(day)))
	return ""
}

func takeInstant(c cell, text string, to reflect.Value) string {
	text = strings.TrimSpace(text)
	at, err := time.Parse(time.RFC3339Nano, text)
	switch {
	case text == "":
		return ""
	case c.content == number:
		return "a date of the spreadsheet says nothing about the time zone; write it as text, such as 2026-12-01T08:00:00-05:00"
	case err != nil:
		return fmt.Sprintf("expected a day and time with its distance from UTC, such as 2026-12-01T08:00:00-05:00, found %s", short(text))
	}
	to.Set(reflect.ValueOf(at.UTC()))
	return ""
}

func takeLines(text string, to reflect.Value) string {
	if text == "" {
		return ""
	}
	lines := strings.Split(text, "\n")
	list := reflect.MakeSlice(to.Type(), len(lines), len(lines))
	for i, one := range lines {
		if strings.TrimSpace(one) == "" {
			return fmt.Sprintf("line %d of the cell is empty; write one word on each line, and none more", i+1)
		}
		if problem := takeText(wordOf(one), list.Index(i)); problem != "" {
			if len(lines) > 1 {
				return fmt.Sprintf("line %d of the cell: %s", i+1, problem)
			}
			return problem
		}
	}
	to.Set(list)
	return ""
}

// notOne says that a word is not one of a list, and which is the nearest.
func notOne(text string, values []string) string {
	problem := fmt.Sprintf("%s is not one of %s", short(text), strings.Join(values, ", "))
	if near, ok := eligibility.Near(text, values); ok {
		problem += fmt.Sprintf("; did you mean %q?", near)
	}
	return problem
}

// short quotes what was found, cut to what one reads at a glance.
func short(text string) string {
	const most = 60
	if letters := []rune(text); len(letters) > most {
		text = string(letters[:most]) + "…"
	}
	return strconv.Quote(text)
}
