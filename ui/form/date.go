package form

import (
	"strconv"
	"strings"
	"time"

	"accessdesk/ui/web"
)

// A date is typed in three inputs. What is stored of a date that does not exist are its three numbers, so that nothing
// typed is lost: "2027-2-31", and "--5" for a lonely day.

// NewDate makes the field of a day that is no fact. text is YYYY-MM-DD, "" for none.
func NewDate(r *web.Request, id, label, text string) Field {
	f := Field{ID: id, Key: id, Label: label}
	f.rawDate(r, text)
	return f
}

// ReadDate reads the posted day into the field and gives it as YYYY-MM-DD, "" for none. ok is false for a day that does not
// exist; the field then says so.
func ReadDate(r *web.Request, f *Field) (text string, ok bool) {
	text, f.Problem = f.postedDate(r)
	return text, f.Problem == ""
}

// rawDate makes the inputs of a date in the order in which dates are said in the United States.
func (f *Field) rawDate(r *web.Request, text string) {
	year, rest, _ := strings.Cut(text, "-")
	month, day, _ := strings.Cut(rest, "-")
	month, day = strings.TrimLeft(month, "0"), strings.TrimLeft(day, "0")
	f.Kind = Group
	f.Parts = []Part{
		{ID: f.ID, Label: r.L.T("desk.date_month"), Width: "m", Choices: months(r, month)},
		{ID: f.ID + "-day", Label: r.L.T("desk.date_day"), Value: day, Type: "text", Mode: "numeric", Width: "s"},
		{ID: f.ID + "-year", Label: r.L.T("desk.date_year"), Value: year, Type: "text", Mode: "numeric", Width: "s"},
	}
}

func months(r *web.Request, chosen string) []Choice {
	all := []Choice{{Text: r.L.T("desk.choose"), Checked: chosen == ""}}
	for month := time.January; month <= time.December; month++ {
		number := strconv.Itoa(int(month))
		all = append(all, Choice{Value: number, Text: r.L.T("format.month_" + number), Checked: chosen == number})
	}
	return all
}

// rawDateText joins what was typed: YYYY-MM-DD for a date that exists, else the three texts as they are; "" if nothing
// was typed.
func rawDateText(month, day, year string) string {
	if month == "" && day == "" && year == "" {
		return ""
	}
	text := pad(year, 4) + "-" + pad(month, 2) + "-" + pad(day, 2)
	if _, err := time.Parse(time.DateOnly, text); err == nil {
		return text
	}
	return strings.Join([]string{year, month, day}, "-")
}

// postedDate reads the three inputs of a fact. An empty date is none; one that does not exist is a problem.
func (f *Field) postedDate(r *web.Request) (text, problem string) {
	text = rawDateText(r.Form(f.Parts[0].ID), r.Form(f.Parts[1].ID), r.Form(f.Parts[2].ID))
	f.rawDate(r, text)
	if _, err := time.Parse(time.DateOnly, text); text != "" && err != nil {
		return "", r.L.T("desk.problem_date")
	}
	return text, ""
}

// pad puts zeros before a number, so that it has the given length.
func pad(digits string, length int) string {
	return strings.Repeat("0", max(0, length-len(digits))) + digits
}
