package staff

import (
	"slices"
	"strings"
	"time"

	"accessdesk/catalog"
	"accessdesk/catalog/upkeep"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/notify"
	"accessdesk/ui/web"
)

// ReportPage is one report of an error in a listing, with what the listing said.
type ReportPage struct {
	web.Problems
	ID, Slug, Title, Provider, ProviderSlug string
	Wrong, Text, When, Reporter, Language   string
	Address                                 string // where an answer goes, "" for none
	Answerable                              bool
	Pill                                    pill
	TakenBy                                 string
	Changed                                 string // the listing has another version now
	Said                                    listingText
	Steps                                   []reportStep
	Mails                                   []mailRow
	Take, Decide                            bool
	Revision                                int64
	Acts                                    []choice
	Message, Note                           string
}

// reportStep is what was done about a report.
type reportStep struct{ Act, When, Who, Message, Note string }

// listingText is what a version of a listing says, in short, so that it can be compared with its sources.
type listingText struct {
	Version, Summary, Status, Cost, Checked string
	Rules, Routes                           []string
	RulesPage                               string // where the rules stand, if not here
	Sources                                 []sourceRow
	SourcesPage                             string // where further ones stand, if not here
}

// sourceRow is a source with what is known of its address.
type sourceRow struct {
	URL, Link, Supports, Read, Opens string
	primary                          bool
}

// short leaves out what stands on the page of the program: a provider has many. The sources are then the provider's own pages and
// the law, where there are any.
func (t listingText) short(slug string) listingText {
	t.Summary, t.Rules, t.RulesPage = "", nil, "/programs/"+slug+"#rules"
	if own := slices.DeleteFunc(slices.Clone(t.Sources), func(s sourceRow) bool { return !s.primary }); len(own) > 0 && len(own) < len(t.Sources) {
		t.Sources, t.SourcesPage = own, "/programs/"+slug+"#sources"
	}
	return t
}

// Report shows a report.
func Report(r *web.Request, tx *data.Tx) (web.Reply, error) {
	page, err := newReportPage(r, tx)
	return web.Reply{Page: "staff/report", Data: page}, err
}

// ActOnReport takes a report, or answers or closes it: first it shows the mail that would go out, then it does it.
func ActOnReport(r *web.Request, tx *data.Tx) (web.Reply, error) {
	id := r.Param("id")
	request := upkeep.ActRequest{Act: r.Form("act"), Message: r.Form("message"), Note: r.Form("note"), Revision: revision(r)}
	page, err := newReportPage(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	if r.Form("step") == stepEdit {
		return page.again(r, nil), nil
	}
	mark, err := notify.Begin(tx)
	if err != nil {
		return web.Reply{}, err
	}
	_, err = upkeep.ActOnReport(tx, upkeepDesk(r), id, r.Person.ID, request)
	if problems, refused := r.Refused(err); refused {
		return page.again(r, problems), nil
	}
	if err != nil || r.Form("step") == stepConfirm || request.Act == upkeep.ActTake {
		flash := "upkeep.flash_report_closed"
		if request.Act == upkeep.ActTake || request.Act == upkeep.ActAnswer {
			flash = "upkeep.flash_report_" + request.Act
		}
		return web.Reply{Redirect: reportAddress(id), Flash: flash}, err
	}
	preview := PreviewPage{Address: reportAddress(id), Back: reportAddress(id), BackText: page.Title, Program: page.Title, Title: r.L.T("upkeep.do_" + request.Act),
		Reference: r.L.T("upkeep.report_heading")}
	for _, name := range []string{"act", "message", "note", "revision"} {
		preview.Typed = append(preview.Typed, hidden{name, r.Form(name)})
	}
	queued, err := notify.Since(tx, mark)
	for _, q := range queued {
		preview.add(r, q)
	}
	return web.Reply{Page: "staff/preview", Data: preview, Discard: true}, err
}

// again shows the report with the problems, if there are any, and everything that was typed.
func (p ReportPage) again(r *web.Request, problems web.Problems) web.Reply {
	p.Problems, p.Message, p.Note = problems, r.Form("message"), r.Form("note")
	choose(p.Acts, r.Form("act"))
	status := 200
	if len(problems) > 0 {
		status = 422
	}
	return web.Reply{Status: status, Page: "staff/report", Data: p, Discard: true}
}

func reportAddress(id string) string { return "/staff/listings/reports/" + id }

func newReportPage(r *web.Request, tx *data.Tx) (ReportPage, error) {
	reported, err := upkeep.FindReport(tx, r.Param("id"))
	if err != nil {
		return ReportPage{}, err
	}
	then, err := upkeep.Version(tx, upkeepDesk(r), reported.VersionID)
	if err != nil {
		return ReportPage{}, err
	}
	page := ReportPage{ID: reported.ID, Slug: reported.Slug, Title: then.Title.In(r.Lang), Provider: then.Provider.Name, ProviderSlug: then.Provider.Slug,
		Wrong: r.L.T("upkeep.wrong_" + string(reported.Wrong)), Text: reported.Text, When: r.L.DateTime(reported.At, r.Site.Zone),
		Language: r.L.T("staff.lang_" + knownLanguage(reported.Lang)), Address: reported.Address, Answerable: reported.Answerable(),
		Pill: reportPill(r, reported), Revision: reported.Revision, Decide: web.Manager.Allows(r.Person) && reported.State != upkeep.ReportClosed}
	page.Take = page.Decide && reported.TakenBy != r.Person.ID
	for _, act := range reported.Acts() {
		page.Acts = append(page.Acts, choice{act, r.L.T("upkeep.do_" + act), false})
	}
	page.Reporter = r.L.T("upkeep.reporter_public")
	if reported.By != "" {
		if page.Reporter, err = staffName(r, tx, reported.By); err != nil {
			return page, err
		}
	}
	if reported.TakenBy != "" {
		if page.TakenBy, err = staffName(r, tx, reported.TakenBy); err != nil {
			return page, err
		}
	}
	listings, err := r.Listings(tx)
	if err != nil {
		return page, err
	}
	page.Said = newListingText(r, listings, then)
	return page, page.addHistory(r, tx, reported)
}

// addHistory tells what was done, which mails went out, and whether the listing has changed since.
func (p *ReportPage) addHistory(r *web.Request, tx *data.Tx, reported upkeep.Reported) error {
	snapshot, err := r.Desk().Catalog.Snapshot(tx)
	if err != nil {
		return err
	}
	switch live, ok := snapshot.Find(reported.Slug); {
	case !ok:
		p.Changed = r.L.T("upkeep.report_unlisted")
	case live.VersionID != reported.VersionID:
		p.Changed = r.L.T("upkeep.report_changed", "Version", live.Version)
	}
	steps, err := upkeep.Steps(tx, reported.ID)
	if err != nil {
		return err
	}
	for _, step := range steps {
		who, err := staffName(r, tx, step.By)
		if err != nil {
			return err
		}
		p.Steps = append(p.Steps, reportStep{r.L.T("upkeep.did_" + step.Act), r.L.DateTime(step.At, r.Site.Zone), who, step.Message, step.Note})
	}
	mails, err := notify.Sent(tx, upkeep.MailChain(reported.ID))
	for _, m := range mails {
		p.Mails = append(p.Mails, newMailRow(r, m))
	}
	return err
}

// newListingText says what a version of a listing says.
func newListingText(r *web.Request, listings web.Listings, p *catalog.Published) listingText {
	said := listingText{Version: r.L.T("upkeep.version", "Version", p.Version), Summary: p.Summary.In(r.Lang), Status: r.L.T("world." + string(p.Status)),
		Cost: r.L.T("cost."+string(p.Cost), "Date", r.L.Date(p.CheckedOn.Time())), Checked: r.L.Date(p.CheckedOn.Time())}
	for _, reason := range eligibility.Explain(p.Rules, p.Rules.Decide(nil), r.Lang) {
		said.Rules = append(said.Rules, reason.Title)
	}
	for _, way := range p.Apply {
		said.Routes = append(said.Routes, strings.TrimSuffix(r.L.T("mode."+string(way.Mode))+": "+way.To, ": "))
	}
	for _, s := range p.Sources {
		row := sourceRow{URL: s.URL, Supports: s.Supports, Read: r.L.Date(s.ReadOn.Time()), Opens: listings.OpensText(s.URL), primary: s.Primary}
		if strings.HasPrefix(s.URL, "https://") {
			row.Link = s.URL
		}
		said.Sources = append(said.Sources, row)
	}
	return said
}

// reportPill says where a report stands.
func reportPill(r *web.Request, reported upkeep.Reported) pill {
	switch reported.State {
	case upkeep.ReportOpen:
		return pill{"new", r.L.T("upkeep.report_open")}
	case upkeep.ReportTaken:
		return pill{"work", r.L.T("upkeep.report_taken")}
	}
	if reported.Outcome == upkeep.ActFixed {
		return pill{"ok", r.L.T("upkeep.did_fixed")}
	}
	return pill{"no", r.L.T("upkeep.did_" + reported.Outcome)}
}

// reportRow is a report in the queue.
type reportRow struct {
	ID, Title, Wrong, Age, TakenBy string
	Pill                           pill
}

// reportRows lists reports by program, the program with the oldest one first.
func reportRows(r *web.Request, tx *data.Tx, reports []upkeep.Reported) ([]reportRow, error) {
	first := map[string]time.Time{}
	for _, one := range reports {
		if at, ok := first[one.Slug]; !ok || one.At.Before(at) {
			first[one.Slug] = one.At
		}
	}
	reports = slices.Clone(reports)
	slices.SortStableFunc(reports, func(a, b upkeep.Reported) int {
		if a.Slug == b.Slug {
			return a.At.Compare(b.At)
		}
		if by := first[a.Slug].Compare(first[b.Slug]); by != 0 {
			return by
		}
		return strings.Compare(a.Slug, b.Slug)
	})
	var rows []reportRow
	for _, one := range reports {
		title, err := upkeep.Title(tx, upkeepDesk(r), one.VersionID)
		if err != nil {
			return nil, err
		}
		row := reportRow{ID: one.ID, Title: title.In(r.Lang), Wrong: r.L.T("upkeep.wrong_" + string(one.Wrong)), Age: r.L.N("staff.waiting_days", days(tx.Now.Sub(one.At))),
			TakenBy: r.L.T("staff.nobody"), Pill: reportPill(r, one)}
		if one.TakenBy != "" {
			if row.TakenBy, err = staffName(r, tx, one.TakenBy); err != nil {
				return nil, err
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}
