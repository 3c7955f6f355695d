package public

import (
	"accessdesk/catalog/upkeep"
	"accessdesk/data"
	"accessdesk/ui/form"
	"accessdesk/ui/web"

	"github.com/gofiber/fiber/v2"
)

// ReportPage asks what is wrong with a listing.
type ReportPage struct {
	web.Problems
	Slug, Title string
	Fields      []form.Field
}

// The fields of a report, in the order of the form.
var reportFields = []string{"wrong", "text", "email"}

// AskReport shows the form. Nobody needs an account for it.
func AskReport(r *web.Request, tx *data.Tx) (web.Reply, error) {
	page, err := newReportPage(r, tx)
	return web.Reply{Page: "public/report", Data: page}, err
}

// SaveReport keeps the report for those who look after the listings.
func SaveReport(r *web.Request, tx *data.Tx) (web.Reply, error) {
	page, err := newReportPage(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	words := upkeep.Words{Slug: page.Slug, Wrong: upkeep.Wrong(r.Form("wrong")), Text: r.Form("text"), Address: r.Form("email"), Lang: r.Lang}
	if r.Person.StaffRole != "" {
		words.By = r.Person.ID
	}
	_, err = upkeep.Report(tx, upkeep.Desk{Vocabulary: r.Desk().Vocabulary, Catalog: r.Desk().Catalog, Mail: r.Desk().Mail}, words)
	if problems, refused := r.Refused(err); refused {
		page.Problems = problems
		for i := range page.Fields {
			page.Fields[i].Problem = problems.At(reportFields[i])
		}
		return web.Reply{Status: fiber.StatusUnprocessableEntity, Page: "public/report", Data: page}, nil
	}
	return web.Reply{Redirect: "/programs/" + page.Slug + "/report/sent"}, err
}

// ReportSent tells what happens with a report.
func ReportSent(r *web.Request, tx *data.Tx) (web.Reply, error) {
	page, err := newReportPage(r, tx)
	return web.Reply{Page: "public/report_sent", Data: page}, err
}

func newReportPage(r *web.Request, tx *data.Tx) (ReportPage, error) {
	program, err := r.Desk().Catalog.Live(tx, r.Param("slug"))
	if err != nil {
		return ReportPage{}, err
	}
	page := ReportPage{Slug: program.Slug, Title: program.Title.In(r.Lang)}
	wrong := form.Field{ID: "wrong", Kind: form.Radios, Label: r.L.T("upkeep.wrong")}
	for _, one := range upkeep.Wrongs() {
		wrong.Offer(string(one), r.L.T("upkeep.wrong_"+string(one)), r.Form("wrong") == string(one))
	}
	page.Fields = []form.Field{wrong,
		{ID: "text", Kind: form.Area, Label: r.L.T("upkeep.report_text"), Hint: r.L.T("upkeep.report_text_hint", "Max", upkeep.ReportLength), Value: r.Form("text")},
		{ID: "email", Label: r.L.T("upkeep.report_email"), Hint: r.L.T("upkeep.report_email_hint"), Type: "email", Fill: "email", Value: r.Form("email")}}
	return page, nil
}
