package layout

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

var datedVintage = regexp.MustCompile(`^(\d{4})(?:q([1-4])|-(\d{2})(?:-(\d{2}))?)?$`)

// LastDay is the last day (YYYY-MM-DD) of the time that a vintage is named after: a day, a month (2026-02), a quarter (2025q4) or a
// year. A release tells how things stood at the end of its time at the latest. "" where the name is of no time.
func LastDay(vintage string) string {
	found := datedVintage.FindStringSubmatch(strings.ToLower(vintage))
	if found == nil {
		return ""
	}
	number := func(at int) int {
		n, _ := strconv.Atoi(found[at]) // digits only, or nothing
		return n
	}
	year, quarter, month := number(1), number(2), number(3)
	switch {
	case found[4] != "":
		day := fmt.Sprintf("%s-%s-%s", found[1], found[3], found[4])
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			return ""
		}
		return day
	case quarter > 0:
		month = 3 * quarter
	case found[3] == "":
		month = 12
	}
	if month < 1 || month > 12 {
		return ""
	}
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}
