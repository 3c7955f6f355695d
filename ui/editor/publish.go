package editor

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"accessdesk/broker/account"
	"accessdesk/catalog"
	"accessdesk/catalog/difference"
	"accessdesk/catalog/publishing"
	"accessdesk/data"
	"accessdesk/ui/curate"
	"accessdesk/ui/editor/part"
	"accessdesk/ui/form"
	"accessdesk/ui/web"
)

// PublishPage is where a draft is sent for review, and where a second person decides: what is missing, what is different, whom it reaches.
type PublishPage struct {
	Frame
	Wanting   []wanting
	Changes   []difference.Words
	New       bool
	Effect    *effect
	Rules     bool // the rules compile, so that the effect can be worked out
	Sender    string
	Sent      string
	Note      string
	Goes      string // when it goes live once approved
	Submit    bool   // the person may send it
	Approve   bool   // may approve it
	Own       bool   // may not, because they wrote or sent it
	SendBack  bool
	Discard   bool
	Fields    []form.Field
	BackField []form.Field
	Tests     int
}

// wanting is something that is missing, with where to mend it: the page, what on it, and the address of the field.
type wanting struct{ Text, Page, Place, Link string }

// effect is whom the draft makes eligible or not any more.
type effect struct {
	Registers, RegistersGained, RegistersLost int
	Profiles, Gained, Lost                    int
	GainedNames, LostNames                    []string
	InRegisters                               []string // some of those of the registers that lose
	MoreLost                                  int
	Eligible, Before                          int
}

// Publish shows the draft as it is about to go live.
func Publish(r *web.Request, tx *data.Tx) (web.Reply, error) {
	page, err := newPublishPage(r, tx, nil)
	return web.Reply{Page: "editor/publish", Data: page}, err
}

func newPublishPage(r *web.Request, tx *data.Tx, problems web.Problems) (page PublishPage, err error) {
	if page.Frame, err = NewFrame(r, tx, "publish"); err != nil {
		return page, err
	}
	if !page.HasDraft {
		return page, data.ErrNotFound
	}
	page.Frame.Problems = problems
	for _, p := range page.Frame.problems {
		at, place := pageOf(p.Key), ""
		if at != "examples" || strings.Contains(p.Key, ".") { // what is wrong with an example as a whole names it
			place = difference.Place(difference.Reader{Locale: r.L, Vocabulary: r.Desk().Vocabulary}, page.offering, p.Key)
		}
		page.Wanting = append(page.Wanting, wanting{p.In(r.L), r.L.T("edit.tab_" + at), place, Address(page.Slug, at) + "#" + part.FieldOf(p.Key)})
	}
	page.New, page.Tests = !page.Live, len(page.offering.Tests)
	if !page.Retirement {
		var before *catalog.Offering
		if page.Live {
			before = page.published.Offering
		}
		page.Changes = changes(r, before, page.offering)
		if page.Effect, err = newEffect(r, tx, page.draft); err != nil {
			return page, err
		}
	}
	page.Rules = page.Effect != nil
	page.acts(r)
	page.Note = page.draft.Note
	if !page.draft.Sent.IsZero() {
		page.Sent = r.L.DateTime(page.draft.Sent, r.Site.Zone)
	}
	if !page.draft.PublishAt.IsZero() {
		page.Goes = r.L.DateTime(page.draft.PublishAt, r.Site.Zone)
	}
	page.Sender, err = Who(r, tx, page.draft.SentBy)
	return page, err
}

// acts says what the person can do.
func (p *PublishPage) acts(r *web.Request) {
	d, manager := p.draft, web.Manager.Allows(r.Person)
	p.Own = d.State == catalog.StateInReview && manager && (d.WrittenBy == r.Person.ID || d.SentBy == r.Person.ID)
	p.Submit = manager && d.State == catalog.StateDraft && len(p.Frame.problems) == 0
	p.Approve = manager && d.State == catalog.StateInReview && !p.Own
	p.SendBack = manager && (p.Approve || d.State == catalog.StateScheduled)
	p.Discard = manager
	field := func(id string, kind form.Kind, kindOfInput string) form.Field {
		return form.Field{ID: id, Kind: kind, Type: kindOfInput, Label: r.L.T("edit.publish_" + id), Hint: r.L.T("edit.publish_" + id + "_hint"),
			Value: r.Form(id), Problem: p.Problems.At(id)}
	}
	at := form.Field{ID: "day", Kind: form.Group, Label: r.L.T("edit.publish_day"), Hint: r.L.T("edit.publish_day_hint", "Zone", r.Site.Zone.String()), Parts: []form.Part{
		{ID: "day", Label: r.L.T("edit.day"), Type: "date", Value: r.Form("day"), Problem: p.Problems.At("day")},
		{ID: "day.clock", Label: r.L.T("edit.clock"), Type: "text", Value: r.Form("day.clock")}}}
	p.Fields = []form.Field{field("words", form.Area, ""), at}
	p.BackField = []form.Field{field("words", form.Area, "")}
}

// newEffect works out whom the draft reaches; nil if its rules do not compile.
func newEffect(r *web.Request, tx *data.Tx, draft publishing.Draft) (*effect, error) {
	o, err := draft.Offering()
	if err != nil {
		return nil, err
	}
	if _, err := r.Desk().Vocabulary.Compile(o.UncompiledRules()); err != nil {
		return nil, nil // what is wrong with the rules stands in the list of what is missing
	}
	e, err := publishing.EffectOf(tx, curate.Desk(r), draft)
	if err != nil {
		return nil, err
	}
	shown := &effect{Registers: e.Population, RegistersGained: e.GainedInRegisters(), RegistersLost: len(e.Registers.Lost), Profiles: e.Profiles,
		Gained: len(e.Gained), Lost: len(e.Lost), Eligible: e.Registers.After.Eligible, Before: e.Registers.Before.Eligible}
	for i, turn := range e.Registers.Lost {
		if i == mostNamed {
			shown.MoreLost = len(e.Registers.Lost) - mostNamed
			break
		}
		shown.InRegisters = append(shown.InRegisters, turn.Name)
	}
	if shown.GainedNames, err = names(tx, e.Gained); err != nil {
		return nil, err
	}
	shown.LostNames, err = names(tx, e.Lost)
	return shown, err
}

// mostNamed is how many organizations are named; the counts are of all.
const mostNamed = 20

func names(tx *data.Tx, ids []string) ([]string, error) {
	var all []string
	for _, id := range ids[:min(len(ids), mostNamed)] {
		o, err := account.FindOrganization(tx, id)
		if err != nil {
			return nil, err
		}
		all = append(all, o.Name)
	}
	slices.SortFunc(all, strings.Compare)
	return all, nil
}

// Decide does what the person asks for with the draft: send it, approve it, send it back, discard it.
func Decide(r *web.Request, tx *data.Tx) (web.Reply, error) {
	f, err := NewFrame(r, tx, "publish")
	if err != nil {
		return web.Reply{}, err
	}
	revision, err := strconv.Atoi(r.Form("revision"))
	if err != nil || r.Form("draft") == "" {
		return web.Reply{}, data.ErrConflict
	}
	act := publishing.Act(r.Form("act"))
	if !slices.Contains([]publishing.Act{publishing.ActSubmit, publishing.ActApprove, publishing.ActSendBack, publishing.ActDiscard}, act) {
		return web.Reply{}, data.Refuse("", "act_state")
	}
	request := publishing.Request{DraftID: r.Form("draft"), Revision: revision, Act: act, Actor: r.Person.ID, Words: r.Form("words")}
	var problems web.Problems
	if request.At, err = goesLive(r); err != nil {
		problems = append(problems, web.Problem{Field: "day", Text: r.L.T("refusal.notice_instant")})
	}
	after, err := publishing.Do(tx, curate.Desk(r), request)
	refused, is := r.Refused(err)
	for i := range refused {
		if refused[i].Field == "publish_at" { // two fields of the form; the day is the first
			refused[i].Field = "day"
		}
	}
	var missing *publishing.NotReady
	if errors.As(err, &missing) {
		refused, is = web.Problems{{Text: r.L.N("edit.not_ready", len(missing.Problems))}}, true
	}
	if err != nil && !is {
		return web.Reply{}, err
	}
	if problems = append(problems, refused...); len(problems) > 0 {
		if !f.HasDraft {
			return againOverview(r, tx, problems)
		}
		page, err := newPublishPage(r, tx, problems)
		return web.Reply{Status: 422, Page: "editor/publish", Data: page}, err
	}
	if act == publishing.ActDiscard && !f.Live {
		return web.Reply{Redirect: "/staff/catalog", Flash: "edit.flash_discard"}, nil
	}
	return web.Reply{Redirect: Address(f.Slug, ""), Flash: "edit.flash_" + string(act) + scheduledWord(after)}, nil
}

func scheduledWord(d publishing.Draft) string {
	if d.State == catalog.StateScheduled {
		return "_scheduled"
	}
	return ""
}

// goesLive reads when a draft is to go live; zero: at once.
func goesLive(r *web.Request) (time.Time, error) {
	day, hour := strings.TrimSpace(r.Form("day")), strings.TrimSpace(r.Form("day.clock"))
	if day == "" && hour == "" {
		return time.Time{}, nil
	}
	if hour == "" {
		hour = "00:00"
	}
	return time.ParseInLocation("2006-01-02 15:04", day+" "+hour, r.Site.Zone)
}

func parseDay(day string, r *web.Request) (time.Time, error) {
	return time.ParseInLocation(time.DateOnly, strings.TrimSpace(day), r.Site.Zone)
}

// lastPart is the part of a key behind its last dot.
func lastPart(key string) string { return key[strings.LastIndexByte(key, '.')+1:] }
