package desk

import (
	"strconv"
	"strings"
	"time"

	"accessdesk/ui/web"
)

// date makes the three inputs of a date, as the dates of the order in which they are said in the United States; text
// is YYYY-MM-DD or empty.
func (f *field) date(r *web.Request, text string) {
	f.Kind = fieldGroup
	month, day, year := "", "", ""
	if date, err := time.Parse(time.DateOnly, text); err == nil {
		month, day, year = strconv.Itoa(int(date.Month())), strconv.Itoa(date.Day()), strconv.Itoa(date.Year())
	}
	f.Parts = []part{
		{ID: f.ID, Label: r.L.T("desk.date_month"), Width: "m", Choices: months(r, month)},
		{ID: f.ID + "-day", Label: r.L.T("desk.date_day"), Value: day, Type: "text", Mode: "numeric", Width: "s"},
		{ID: f.ID + "-year", Label: r.L.T("desk.date_year"), Value: year, Type: "text", Mode: "numeric", Width: "s"},
	}
}

func months(r *web.Request, chosen string) []choice {
	all := []choice{{Text: r.L.T("desk.choose"), Checked: chosen == ""}}
	for month := time.January; month <= time.December; month++ {
		number := strconv.Itoa(int(month))
		all = append(all, choice{Value: number, Text: r.L.T("format.month_" + number), Checked: chosen == number})
	}
	return all
}

// postedDate reads the three inputs. An empty date is none; a date that does not exist is a problem.
func (f *field) postedDate(r *web.Request) (text, problem string) {
	month, day, year := r.Form(f.Parts[0].ID), r.Form(f.Parts[1].ID), r.Form(f.Parts[2].ID)
	f.Parts[0].Choices = months(r, month)
	f.Parts[1].Value, f.Parts[2].Value = day, year
	if month == "" && day == "" && year == "" {
		return "", ""
	}
	text = pad(year, 4) + "-" + pad(month, 2) + "-" + pad(day, 2)
	if _, err := time.Parse(time.DateOnly, text); err != nil {
		return "", r.L.T("desk.problem_date")
	}
	return text, ""
}

// pad puts zeros before a number, so that it has the given length.
func pad(digits string, length int) string {
	return strings.Repeat("0", max(0, length-len(digits))) + digits
}
