package report

import (
	"html/template"
	"net/url"
	"strconv"

	"accessdesk/broker/report"
	"accessdesk/catalog"
	"accessdesk/eligibility"
	"accessdesk/ui/web"
)

// Section is one question with its answer: chart, table and sheet.
type Section struct {
	Name               string // of the sheet, and in the address
	Title, Text, Limit string // what is counted, and what it cannot tell
	Note               string // why there is nothing to see, "" if there is
	Chart              template.HTML
	Key                []string // words for filled and hollow bars, or for square, disc and diamond
	Dots               bool
	Head               []string
	Rows               [][]cell
	Sheet              string // address
}

// cell is a cell as the page and as the sheet write it.
type cell struct{ Text, plain string }

type builder struct {
	r         *web.Request
	snapshot  *catalog.Snapshot
	report    report.Report
	filter    report.Filter
	registers string
	busy      bool
}

// sections makes all of them, in the order of the page.
func (b builder) sections(query url.Values) []Section {
	all := []Section{b.funnel(), b.questions(), b.rules(), b.places("sectors", b.report.Sectors, b.sector),
		b.places("states", b.report.States, b.state), b.languages(), b.programs()}
	for i := range all {
		s := &all[i]
		s.Title, s.Text, s.Limit = b.say(s.Name, "title"), b.say(s.Name, "text"), b.say(s.Name, "limit")
		s.Sheet = "/staff/reports/" + s.Name + ".csv"
		if len(query) > 0 {
			s.Sheet += "?" + query.Encode()
		}
		if s.Note == "" && s.Chart == "" {
			s.Note = b.r.L.T("report.nothing")
		}
	}
	return all
}

func (b builder) say(section, what string) string { return b.r.L.T("report." + section + "_" + what) }

func (b builder) heads(names ...string) []string {
	all := make([]string, 0, len(names))
	for _, name := range names {
		all = append(all, b.r.L.T("report.col_"+name))
	}
	return all
}

func text(s string) cell { return cell{s, s} }

func (b builder) number(n int) cell { return cell{b.r.L.Number(int64(n)), strconv.Itoa(n)} }

func (b builder) figure(f report.Figure) cell {
	if f.Few() {
		return text(b.r.L.T("report.under"))
	}
	return b.number(f.Number())
}

func (b builder) share(f, of report.Figure) cell {
	percent, shown := f.Share(of)
	if !shown {
		return text(b.r.L.T("report.under"))
	}
	return cell{b.r.L.T("report.percent", "Share", percent), strconv.Itoa(percent)}
}

// part is a figure in thousandths of another one, for a bar.
func part(f report.Figure, of int) int { return 1000 * f.Number() / max(of, 1) }

func (b builder) programName(slug string) string {
	if p, ok := b.snapshot.Find(slug); ok {
		return p.Title.In(b.r.Lang)
	}
	return slug
}

func (b builder) criterion(slug, id string) string {
	if p, ok := b.snapshot.Find(slug); ok {
		for _, c := range p.Criteria {
			if c.ID == id {
				return c.Title.In(b.r.Lang)
			}
		}
	}
	return b.r.L.T("report.gone_rule", "ID", id)
}

func (b builder) sector(name string) string {
	return b.r.Desk().Vocabulary.Display(eligibility.SectorFact, eligibility.String(name), b.r.Lang)
}

func (b builder) state(name string) string {
	return b.r.Desk().Vocabulary.Display("state_or_territory", eligibility.String(name), b.r.Lang)
}

func (b builder) question(id eligibility.FactID) string {
	if fact, ok := b.r.Desk().Vocabulary.Fact(id); ok {
		return fact.Label.In(b.r.Lang)
	}
	return string(id)
}

// before names, for each step, the one that it is a share of.
var before = map[string]string{"finished": "started", "fits": "finished", "sent": "begun", "decided": "sent"}

func (b builder) funnel() Section {
	s := Section{Name: "funnel", Head: b.heads("step", "count", "share_before")}
	figures := map[string]report.Figure{}
	most := 0
	for _, step := range b.report.Steps {
		figures[step.Name] = step.Count
		most = max(most, step.Count.Number())
	}
	var rows []row
	for _, step := range b.report.Steps {
		count, share := b.figure(step.Count), text("")
		name, value := b.r.L.T("report.step_"+step.Name), count.Text
		if of, known := before[step.Name]; known {
			share = b.share(step.Count, figures[of])
			if _, shown := step.Count.Share(figures[of]); shown {
				value = b.r.L.T("report.count_share", "Count", count.Text, "Share", share.Text)
			}
		}
		s.Rows = append(s.Rows, []cell{text(name), count, share})
		rows = append(rows, row{label: name, value: value, first: part(step.Count, most)})
	}
	if most > 0 {
		s.Chart = chart(b.say("funnel", "title"), rows)
	}
	return s
}

func (b builder) questions() Section {
	s := Section{Name: "questions", Head: b.heads("question", "put", "answered", "unsure", "left", "unsure_share", "left_share"),
		Key: []string{b.r.L.T("report.key_left"), b.r.L.T("report.key_unsure")}}
	var rows []row
	for _, q := range b.report.Questions {
		name := b.question(q.Fact)
		left, unsure := b.share(q.Left, q.Put), b.share(q.Unsure, q.Put)
		s.Rows = append(s.Rows, []cell{text(name), b.figure(q.Put), b.figure(q.Answered), b.figure(q.Unsure), b.figure(q.Left), unsure, left})
		if !q.Put.Few() && (!q.Left.Few() || !q.Unsure.Few()) {
			rows = append(rows, row{label: name, value: b.r.L.T("report.left_unsure", "Left", left.Text, "Unsure", unsure.Text),
				first: part(q.Left, q.Put.Number()), second: part(q.Unsure, q.Put.Number())})
		}
	}
	s.Chart = chart(b.say("questions", "title"), stretched(rows))
	return s
}

// stretched makes the longest bar as long as bars can be.
func stretched(rows []row) []row {
	longest := 1
	for _, r := range rows {
		if r.apart {
			longest = max(longest, r.first, r.second)
		} else {
			longest = max(longest, r.first+r.second)
		}
	}
	for i := range rows {
		rows[i].first, rows[i].second = rows[i].first*1000/longest, rows[i].second*1000/longest
	}
	return rows
}

func (b builder) rules() Section {
	s := Section{Name: "rules", Head: b.heads("program", "rule", "ruled_out", "failed", "sole", "several", "failed_share"),
		Key: []string{b.r.L.T("report.key_sole"), b.r.L.T("report.key_several")}}
	var rows []row
	for _, rule := range b.report.Rules {
		title, program, share := b.criterion(rule.Slug, rule.Criterion), b.programName(rule.Slug), b.share(rule.Failed, rule.RuledOut)
		s.Rows = append(s.Rows, []cell{text(program), text(title), b.figure(rule.RuledOut), b.figure(rule.Failed), b.figure(rule.Sole), b.figure(rule.Several), share})
		if rule.Failed.Few() {
			continue
		}
		value := b.r.L.T("report.failed", "Count", b.figure(rule.Failed).Text, "Share", share.Text)
		rows = append(rows, row{label: title, more: program, value: value, first: part(rule.Sole, 1000), second: part(rule.Several, 1000)})
	}
	s.Chart = chart(b.say("rules", "title"), stretched(rows))
	return s
}

// mostPlaces is how many places a chart shows: those that the desk reaches least.
const mostPlaces = 8

func (b builder) places(name string, places report.Places, word func(string) string) Section {
	s := Section{Name: name, Dots: true, Head: b.heads(name, "known", "known_share", "checks", "checks_share", "organizations", "organizations_share"),
		Key: []string{b.r.L.T("report.col_known"), b.r.L.T("report.col_checks"), b.r.L.T("report.col_organizations")}}
	switch {
	case b.busy:
		s.Note = b.r.L.T("report.busy")
		return s
	case b.registers == "":
		s.Note = b.r.L.T("report.no_register")
		return s
	}
	longest := 1
	percent := func(f, of report.Figure) int {
		share, shown := f.Share(of)
		if !shown {
			return -1
		}
		longest = max(longest, share)
		return share
	}
	var rows []row
	for _, p := range places.Rows {
		known := places.KnownShare(p)
		longest = max(longest, known)
		knownShare := cell{b.r.L.T("report.percent", "Share", known), strconv.Itoa(known)}
		checks, organizations := b.share(p.Checks, places.All.Checks), b.share(p.Organizations, places.All.Organizations)
		s.Rows = append(s.Rows, []cell{text(word(p.Name)), b.number(p.Known), knownShare, b.figure(p.Checks), checks, b.figure(p.Organizations), organizations})
		if len(rows) < mostPlaces {
			short := func(f, of report.Figure) string {
				if _, shown := f.Share(of); !shown {
					return b.r.L.T("report.under_short")
				}
				return b.share(f, of).Text
			}
			rows = append(rows, row{label: word(p.Name), dots: []int{known, percent(p.Checks, places.All.Checks), percent(p.Organizations, places.All.Organizations)},
				value: b.r.L.T("report.three", "Known", knownShare.Text, "Checks", short(p.Checks, places.All.Checks),
					"Organizations", short(p.Organizations, places.All.Organizations))})
		}
	}
	for _, one := range rows {
		for i := range one.dots {
			if one.dots[i] > 0 {
				one.dots[i] = one.dots[i] * 1000 / longest
			}
		}
	}
	if !places.All.Checks.Few() || !places.All.Organizations.Few() {
		s.Chart = chart(b.say(name, "title"), rows)
	}
	return s
}

func (b builder) languages() Section {
	s := Section{Name: "languages", Head: b.heads("language", "started", "finished", "left_check", "finished_share")}
	var rows []row
	for _, l := range b.report.Languages {
		name, share := b.r.L.T("report.language_"+l.Lang), b.share(l.Finished, l.Started)
		s.Rows = append(s.Rows, []cell{text(name), b.figure(l.Started), b.figure(l.Finished), b.figure(l.Left), share})
		if l.Started.Few() {
			continue
		}
		finished, shown := l.Finished.Share(l.Started)
		value := share.Text
		if shown {
			value = b.r.L.T("report.share_of", "Share", share.Text, "Count", b.figure(l.Started).Text)
		}
		rows = append(rows, row{label: name, value: value, first: 10 * finished})
	}
	s.Chart = chart(b.say("languages", "title"), rows)
	return s
}

func (b builder) programs() Section {
	s := Section{Name: "programs", Head: b.heads("program", "fits", "open", "out", "begun", "sent", "decided"),
		Key: []string{b.r.L.T("report.key_begun"), b.r.L.T("report.key_fits")}}
	var rows []row
	for _, p := range b.report.Programs {
		name := b.programName(p.Slug)
		begun, fits := b.figure(p.Begun), b.figure(p.Fits)
		s.Rows = append(s.Rows, []cell{text(name), fits, b.figure(p.Open), b.figure(p.Out), begun, b.figure(p.Sent), b.figure(p.Ended)})
		if live, listed := b.snapshot.Find(p.Slug); p.Begun.Few() && p.Fits.Few() || listed && live.SelfServe() {
			continue
		}
		rows = append(rows, row{label: name, first: p.Begun.Number(), second: p.Fits.Number(), apart: true,
			value: b.r.L.T("report.begun_fits", "Begun", begun.Text, "Fits", fits.Text)})
	}
	s.Chart = chart(b.say("programs", "title"), stretched(rows))
	return s
}
