package staff

import (
	"strconv"
	"time"

	"accessdesk/broker/account"
	"accessdesk/catalog"
	"accessdesk/catalog/upkeep"
	"accessdesk/data"
	"accessdesk/ui/form"
	"accessdesk/ui/web"
)

// NoticePage is one notice on all programs of a provider: to write, to change, to end, or to read.
type NoticePage struct {
	web.Problems
	Provider, Name string // slug and name
	ID             string // "" for one that is not written yet
	Number         int    // edition that the form was made from
	Standing       pill
	Fields         []form.Field
	Over           bool
	Write, End     bool // what the person may do with it
	Programs       int  // on how many program pages it stands
	Shown          *web.Notice
	Editions       []editionRow
}

// editionRow is a notice as it was once.
type editionRow struct{ Act, When, Who, English, Spanish, Period, Source string }

// upkeepDesk is what the upkeep of the listings needs beside the transaction.
func upkeepDesk(r *web.Request) upkeep.Desk {
	d := r.Desk()
	return upkeep.Desk{Vocabulary: d.Vocabulary, Catalog: d.Catalog, Mail: d.Mail}
}

// NewNotice is the form for a notice.
func NewNotice(r *web.Request, tx *data.Tx) (web.Reply, error) {
	page, err := newNoticePage(r, tx, r.Param("slug"), upkeep.Notice{})
	return web.Reply{Page: "staff/notice", Data: page}, err
}

// WriteNotice puts a notice on the programs of a provider.
func WriteNotice(r *web.Request, tx *data.Tx) (web.Reply, error) {
	draft, problems := draftOf(r)
	page, err := newNoticePage(r, tx, r.Param("slug"), upkeep.Notice{})
	if err != nil {
		return web.Reply{}, err
	}
	_, err = upkeep.Write(tx, upkeepDesk(r), page.Provider, r.Person.ID, draft)
	if problems = andRefused(r, problems, err); len(problems) > 0 {
		return page.again(r, problems), nil
	}
	return web.Reply{Redirect: providerAddress(page.Provider), Flash: "upkeep.flash_notice_written"}, err
}

// Notice is a notice with its history.
func Notice(r *web.Request, tx *data.Tx) (web.Reply, error) {
	page, err := findNoticePage(r, tx)
	return web.Reply{Page: "staff/notice", Data: page}, err
}

// ChangeNotice changes a notice or, with the button "end", takes it off.
func ChangeNotice(r *web.Request, tx *data.Tx) (web.Reply, error) {
	page, err := findNoticePage(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	number, err := strconv.Atoi(r.Form("number"))
	if err != nil {
		return web.Reply{}, data.ErrConflict
	}
	done := web.Reply{Redirect: providerAddress(page.Provider), Flash: "upkeep.flash_notice_changed"}
	if r.Has("end") {
		done.Flash = "upkeep.flash_notice_ended"
		_, err := upkeep.EndNotice(tx, page.ID, number, r.Person.ID)
		return done, err
	}
	draft, problems := draftOf(r)
	before, err := upkeep.FindNotice(tx, page.ID)
	if err != nil {
		return web.Reply{}, err
	}
	draft.From, draft.Until = keepSeconds(draft.From, before.From), keepSeconds(draft.Until, before.Until)
	_, err = upkeep.Edit(tx, page.ID, number, r.Person.ID, draft)
	if problems = andRefused(r, problems, err); len(problems) > 0 {
		return page.again(r, problems), nil
	}
	return done, err
}

// andRefused adds to what cannot be read what was refused of the rest, so that everything is said at once. What was written all the
// same is taken back with the page.
func andRefused(r *web.Request, problems web.Problems, err error) web.Problems {
	refused, _ := r.Refused(err)
	for _, one := range refused {
		if problems.At(one.Field) == "" {
			problems = append(problems, one)
		}
	}
	return problems
}

// keepSeconds gives what was stored where the form, which knows whole minutes, says the same.
func keepSeconds(typed, stored time.Time) time.Time {
	if !typed.IsZero() && typed.Equal(stored.Truncate(time.Minute)) {
		return stored
	}
	return typed
}

func findNoticePage(r *web.Request, tx *data.Tx) (NoticePage, error) {
	n, err := upkeep.FindNotice(tx, r.Param("id"))
	if err != nil {
		return NoticePage{}, err
	}
	return newNoticePage(r, tx, n.Provider, n)
}

func newNoticePage(r *web.Request, tx *data.Tx, provider string, n upkeep.Notice) (NoticePage, error) {
	programs, err := programsOf(r, tx, provider)
	if err != nil {
		return NoticePage{}, err
	}
	page := NoticePage{Provider: provider, Name: programs[0].Provider.Name, ID: n.ID, Number: n.Number, Programs: len(programs)}
	page.Write = web.Manager.Allows(r.Person) && (n.ID == "" || !n.Over(tx.Now))
	page.End = page.Write && n.ID != ""
	page.Fields = noticeFields(r, n)
	if n.ID == "" {
		return page, nil
	}
	page.Standing, page.Over = noticePill(r, n, tx.Now), n.Over(tx.Now)
	editions, err := upkeep.Editions(tx, n.ID)
	if err != nil {
		return page, err
	}
	for _, e := range editions {
		who, err := staffName(r, tx, e.By)
		if err != nil {
			return page, err
		}
		row := editionRow{Act: r.L.T("upkeep.notice_act_" + e.Act), When: r.L.DateTime(e.At, r.Site.Zone), Who: who,
			English: e.Text.En, Spanish: e.Text.Es, Period: periodText(r, e.Notice), Source: e.SourceURL}
		page.Editions = append(page.Editions, row)
	}
	return page, nil
}

// programsOf lists the programs of a provider. data.ErrNotFound if there is none.
func programsOf(r *web.Request, tx *data.Tx, provider string) ([]*catalog.Published, error) {
	snapshot, err := r.Desk().Catalog.Snapshot(tx)
	if err != nil {
		return nil, err
	}
	var all []*catalog.Published
	for _, p := range snapshot.Offerings {
		if p.Provider.Slug == provider {
			all = append(all, p)
		}
	}
	if len(all) == 0 {
		return nil, data.ErrNotFound
	}
	return all, nil
}

// staffName is a person as staff see each other, by id.
func staffName(r *web.Request, tx *data.Tx, id string) (string, error) {
	if id == "" || id == r.Person.ID {
		return r.L.T("staff.you"), nil
	}
	p, err := account.FindPerson(tx, id)
	return nameOf(r, p), err
}

func periodText(r *web.Request, n upkeep.Notice) string {
	from := r.L.DateTime(n.From, r.Site.Zone)
	if n.Until.IsZero() {
		return r.L.T("upkeep.notice_open_end", "From", from)
	}
	return r.L.T("upkeep.notice_period", "From", from, "Until", r.L.DateTime(n.Until, r.Site.Zone))
}

// noticePill says whether a notice is shown.
func noticePill(r *web.Request, n upkeep.Notice, now time.Time) pill {
	switch {
	case n.InForce(now):
		return pill{"ask", r.L.T("upkeep.notice_shown")}
	case n.Over(now):
		return pill{"no", r.L.T("upkeep.notice_over")}
	}
	return pill{"soon", r.L.T("upkeep.notice_ahead")}
}

// The names of the fields of the form. The second part of an instant is the time of day.
const (
	fieldEnglish   = "text_en"
	fieldSpanish   = "text_es"
	fieldFrom      = "from"
	fieldUntil     = "until"
	fieldSource    = "source_url"
	fieldSourceDay = "source_on"
	timePart       = "-time"
)

func noticeFields(r *web.Request, n upkeep.Notice) []form.Field {
	zone := r.L.T("upkeep.notice_zone", "Zone", r.Site.Zone.String())
	instant := func(id string, at time.Time, hint string) form.Field {
		day, clock := "", ""
		if !at.IsZero() {
			day, clock = at.In(r.Site.Zone).Format(time.DateOnly), at.In(r.Site.Zone).Format("15:04")
		}
		return form.Field{ID: id, Kind: form.Group, Label: r.L.T("upkeep.notice_" + id), Hint: hint + " " + zone, Parts: []form.Part{
			{ID: id, Label: r.L.T("upkeep.day"), Type: "date", Value: day}, {ID: id + timePart, Label: r.L.T("upkeep.time"), Type: "text", Value: clock}}}
	}
	area := func(id, text string) form.Field {
		return form.Field{ID: id, Kind: form.Area, Label: r.L.T("upkeep.notice_" + id), Hint: r.L.T("upkeep.notice_hint", "Max", upkeep.NoticeLength), Value: text, Required: true}
	}
	return []form.Field{
		area(fieldEnglish, n.Text.En), area(fieldSpanish, n.Text.Es),
		instant(fieldFrom, n.From, r.L.T("upkeep.notice_from_hint")), instant(fieldUntil, n.Until, r.L.T("upkeep.notice_until_hint")),
		{ID: fieldSource, Label: r.L.T("upkeep.notice_source_url"), Hint: r.L.T("upkeep.notice_source_hint"), Type: "url", Mode: "url", Value: n.SourceURL},
		{ID: fieldSourceDay, Label: r.L.T("upkeep.notice_source_on"), Type: "date", Value: string(n.SourceOn)},
	}
}

// draftOf reads the form.
func draftOf(r *web.Request) (upkeep.Draft, web.Problems) {
	draft := upkeep.Draft{Text: catalog.Text{En: r.Form(fieldEnglish), Es: r.Form(fieldSpanish)}, SourceURL: r.Form(fieldSource)}
	var problems web.Problems
	read := func(field, fallback string) time.Time {
		day, clock := r.Form(field), r.Form(field+timePart)
		if day == "" && clock == "" {
			return time.Time{}
		}
		if clock == "" {
			clock = fallback
		}
		at, err := time.ParseInLocation("2006-01-02 15:04", day+" "+clock, r.Site.Zone)
		if err != nil {
			problems = append(problems, web.Problem{Field: field, Text: r.L.T("refusal.notice_instant")})
		}
		return at
	}
	draft.From, draft.Until = read(fieldFrom, "00:00"), read(fieldUntil, "00:00")
	if on := r.Form(fieldSourceDay); on != "" {
		if _, err := time.Parse(time.DateOnly, on); err != nil {
			problems = append(problems, web.Problem{Field: fieldSourceDay, Text: r.L.T("refusal.invalid_date")})
		}
		draft.SourceOn = catalog.Date(on)
	}
	return draft, problems
}

// again shows the form with the problems and everything that was typed.
func (p NoticePage) again(r *web.Request, problems web.Problems) web.Reply {
	p.Problems = problems
	for i := range p.Fields {
		f := &p.Fields[i]
		f.Value, f.Problem = r.Form(f.ID), problems.At(f.ID)
		for j := range f.Parts {
			f.Parts[j].Value = r.Form(f.Parts[j].ID)
		}
	}
	if number, err := strconv.Atoi(r.Form("number")); err == nil {
		p.Number = number // a form that is out of date stays so
	}
	return web.Reply{Status: 422, Page: "staff/notice", Data: p}
}

func providerAddress(slug string) string { return "/staff/listings/providers/" + slug }
