package hsds

import (
	"fmt"
	"strings"

	"accessdesk/catalog"
	"accessdesk/eligibility"
)

// eligibility says in words whom an offering is for: the titles of its criteria, one to a line, then what it is said to ask for. The
// sources of each stand in the extension.
func (r *Reading) eligibility(p *catalog.Published) string {
	var rules, stated []string
	for _, c := range p.Rules.Criteria() {
		line := "- " + c.Title.In(r.lang)
		if strings.HasPrefix(c.ID, eligibility.StatedPrefix) {
			stated = append(stated, line)
		} else {
			rules = append(rules, line)
		}
	}
	var parts []string
	if len(rules) > 0 {
		parts = append(parts, r.texts.T("hsds.all_of")+"\n"+strings.Join(rules, "\n"))
	}
	if len(stated) > 0 {
		parts = append(parts, r.texts.T("hsds.stated")+"\n"+strings.Join(stated, "\n"))
	}
	if !p.CriteriaPublished {
		parts = append(parts, r.texts.T("hsds.no_rules"))
	} else if len(parts) == 0 {
		parts = append(parts, r.texts.T("hsds.anybody"))
	}
	return paragraphs(parts...)
}

// application says in words how one applies: each way with its steps, and what the provider asks next.
func (r *Reading) application(p *catalog.Published) string {
	var parts []string
	for _, way := range p.Apply {
		head := r.texts.T("mode." + string(way.Mode))
		switch {
		case way.Mode == catalog.ModeInApp:
			head += ": " + r.page(p)
		case way.To != "":
			head += ": " + way.To
		}
		lines := []string{head}
		for i, step := range way.Steps {
			lines = append(lines, fmt.Sprintf("%d. %s", i+1, step.In(r.lang)))
		}
		if len(way.AsksNext) > 0 {
			lines = append(lines, r.texts.T("hsds.asks_next"))
			for _, next := range way.AsksNext {
				lines = append(lines, "- "+next.In(r.lang))
			}
		}
		parts = append(parts, strings.Join(lines, "\n"))
	}
	if p.MinutesToApply > 0 {
		parts = append(parts, r.texts.N("hsds.minutes", p.MinutesToApply))
	}
	if p.DaysToDecide > 0 {
		parts = append(parts, r.texts.N("hsds.days", p.DaysToDecide))
	}
	return paragraphs(parts...)
}

// alert says what a reader should know first: a notice of the provider's situation, a pause, that nobody could confirm the listing, or what
// does its work now.
func (r *Reading) alert(p *catalog.Published) string {
	var parts []string
	if notice, ok := r.Upkeep.Notice(p.Provider.Slug, r.Now); ok {
		text := notice.Text.In(r.lang)
		if notice.SourceURL != "" {
			text += " " + r.texts.T("hsds.notice_source", "Address", notice.SourceURL, "Date", notice.SourceOn.Time())
		}
		parts = append(parts, text)
	}
	zone := p.Window.Zone()
	if p.PausedAt(r.Now) && p.Status != catalog.StatusEnded {
		text := r.texts.T("hsds.paused", "Date", r.texts.DateIn(p.Pause.Since, zone))
		if !p.Pause.Until.IsZero() {
			text += " " + r.texts.T("hsds.paused_until", "Date", r.texts.DateIn(p.Pause.Until, zone))
		}
		parts = append(parts, strings.TrimSpace(text+" "+p.Pause.Reason.In(r.lang)))
	}
	switch p.Status {
	case catalog.StatusUnverified, catalog.StatusLapsed, catalog.StatusAnnounced:
		parts = append(parts, r.texts.T("world."+string(p.Status))+".")
	}
	var names []string
	for _, slug := range p.ReplacedBy {
		if other, ok := r.catalog.Find(slug); ok && other.Status != catalog.StatusEnded {
			names = append(names, other.Title.In(r.lang))
		}
	}
	if len(names) > 0 {
		parts = append(parts, r.texts.T("hsds.replaced", "Names", strings.Join(names, "; ")))
	}
	return paragraphs(parts...)
}

// windowText says when requests are taken.
func (r *Reading) windowText(w catalog.Window) string {
	zone := w.Zone()
	key, args := "hsds.window_from_to", []any{"From", r.texts.DateTime(w.Opens, zone), "To", r.texts.DateTime(w.Closes, zone)}
	switch {
	case w.Opens.IsZero():
		key, args = "hsds.window_to", args[2:]
	case w.Closes.IsZero():
		key, args = "hsds.window_from", args[:2]
	}
	text := r.texts.T(key, args...)
	if w.Recurring() {
		text += " " + r.texts.T("hsds.every_"+string(w.Every))
	}
	return text
}
