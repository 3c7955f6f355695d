package recheck

import (
	"slices"
	"time"

	"accessdesk/data/locale"
)

// mostNamed is how many programs a mail names; the page behind its link has all.
const mostNamed = 20

// words are what a mail says of programs.
func words(l *locale.Localizer, fresh []entered, now time.Time) map[string]any {
	var lines []string
	for _, program := range fresh[:min(len(fresh), mostNamed)] {
		title := program.Title.In(l.Lang())
		if window := program.Window.At(now); !window.Closes.IsZero() {
			title = l.T("recheck.program_closes", "Program", title, "Date", l.DateIn(window.LastMoment(), window.Zone()))
		}
		lines = append(lines, title)
	}
	if more := len(fresh) - mostNamed; more > 0 {
		lines = append(lines, l.N("recheck.more", more))
	}
	name := fresh[0].Title.In(l.Lang())
	if len(fresh) > 1 {
		name = l.N("recheck.programs", len(fresh))
	}
	return map[string]any{"Program": name, "Programs": lines}
}

func without(fresh []entered, slugs []string) []entered {
	return slices.DeleteFunc(slices.Clone(fresh), func(e entered) bool { return slices.Contains(slugs, e.Slug) })
}
