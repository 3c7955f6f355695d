package elsewhere

import (
	"errors"
	"slices"
	"strings"

	"accessdesk/broker"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/ui/form"
	"accessdesk/ui/web"
)

// StagePage asks on which day something happened.
type StagePage struct {
	web.Problems
	Base, Action, Title, Program, Provider string
	Lede, Button                           string
	Revision                               int64
	Fields                                 []form.Field
}

// The fields of the form. Dates are fields of a question's type, in three inputs.
const (
	onField   = "on"
	endsField = "ends"
	noteField = "note"
)

// AskStage asks when something happened, with today filled in. Who may report it is checked when it is reported.
func AskStage(r *web.Request, tx *data.Tx) (web.Reply, error) {
	f, err := open(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	act := r.Query("act")
	if !f.known(act) || !f.allows(act) {
		return web.Reply{Redirect: f.address()}, nil
	}
	page := f.stagePage(r, act, broker.Today(tx, r.Desk(), f.facts), f.EndsOn, "")
	return web.Reply{Page: "desk/packet_stage", Data: page}, nil
}

// known tells whether there is a button of that name.
func (f file) known(act string) bool {
	return slices.Contains(reports(), act)
}

// ReportStage keeps what happened. What cannot be right is said at its field, and everything typed stays.
func ReportStage(r *web.Request, tx *data.Tx) (web.Reply, error) {
	f, err := open(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	act := r.Query("act")
	if !f.known(act) {
		return web.Reply{}, data.ErrNotFound
	}
	on, ends, note := postedDay(r, onField), postedDay(r, endsField), r.Form(noteField)
	request := broker.ActRequest{Act: f.stageAct(act), Revision: revisionOf(r), On: on, Ends: ends, Message: note}
	switch {
	case on == "":
		err = data.Refuse(onField, "required")
	case needsNote(act) && strings.TrimSpace(note) == "":
		err = data.Refuse(noteField, "required")
	default:
		_, err = broker.Act(tx, r.Desk(), r.Actor(), f.Item.ID, request)
	}
	var refusal *data.Refusal
	if errors.As(err, &refusal) && refusal.Field != "" {
		page := f.stagePage(r, act, on, ends, note)
		page.refuse(r, act, refusal)
		return web.Reply{Status: 422, Page: "desk/packet_stage", Data: page}, nil
	}
	return web.Reply{Redirect: f.address(), Flash: "packet.noted"}, err
}

// needsNote tells whether a report says nothing without a note.
func needsNote(act string) bool { return act == asked || act == broker.ActNote }

// dayQuestion makes a question for a day.
func dayQuestion(r *web.Request, id, label, help string, required bool) catalog.Question {
	text := func(key string) catalog.Text {
		if key == "" {
			return catalog.Text{}
		}
		return catalog.Text{En: r.L.T(key), Es: r.L.T(key)} // shown in the language of the request only
	}
	return catalog.Question{ID: id, Type: catalog.QuestionDate, Required: required, Label: text(label), Help: text(help)}
}

// postedDay reads a day from its three inputs: "" for none, else what was typed.
func postedDay(r *web.Request, id string) string {
	q := dayQuestion(r, id, "", "", false)
	return strings.Join(form.Posted(r, form.NewQuestion(r, q, nil), q), "")
}

func (f file) stagePage(r *web.Request, act, on, ends, note string) StagePage {
	wording := f.wording(act)
	page := StagePage{Base: f.address(), Action: f.address() + "/stage?act=" + act, Revision: f.Item.Revision,
		Title: r.L.T("packet.ask_" + wording), Button: r.L.T("packet.save_stage"),
		Program: f.program.Title.In(r.Lang), Provider: f.program.Provider.Name}
	if r.L.Has("packet.lede_" + wording) {
		page.Lede = r.L.T("packet.lede_" + wording)
	}
	page.Fields = append(page.Fields, form.NewQuestion(r, dayQuestion(r, onField, "packet.on", "", true), values(on)))
	if act == broker.ActAccept || act == broker.ActSetUp || act == broker.ActReady {
		page.Fields = append(page.Fields, form.NewQuestion(r, dayQuestion(r, endsField, "packet.ends", "packet.ends_hint", false), values(ends)))
	}
	label := "packet.note"
	if r.L.Has("packet.note_" + act) {
		label = "packet.note_" + act
	}
	return page.with(form.Field{ID: noteField, Key: noteField, Kind: form.Area, Width: "low", Label: r.L.T(label), Hint: r.L.T("packet.note_hint"),
		Required: needsNote(act), Value: note})
}

func (p StagePage) with(f form.Field) StagePage {
	p.Fields = append(p.Fields, f)
	return p
}

func values(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}

// refuse puts the problem at its field.
func (p *StagePage) refuse(r *web.Request, act string, refusal *data.Refusal) {
	text := r.RefusalText(refusal)
	field := refusal.Field
	switch {
	case refusal.Code == "required" && field == onField:
		text = r.L.T("packet.problem_on")
	case refusal.Code == "required" && field == noteField:
		text = r.L.T("packet.problem_" + act)
	}
	if field == onField || field == endsField {
		field = form.QuestionID(field)
	}
	for i := range p.Fields {
		if p.Fields[i].ID == field {
			p.Fields[i].Problem = text
		}
	}
	p.Problems = web.Problems{{Field: field, Text: text}}
}

// Undo takes the person's own last step back.
func Undo(r *web.Request, tx *data.Tx) (web.Reply, error) {
	f, err := open(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	_, err = broker.Act(tx, r.Desk(), r.Actor(), f.Item.ID, broker.ActRequest{Act: broker.ActUndo, Revision: revisionOf(r)})
	return web.Reply{Redirect: f.address(), Flash: "packet.undone"}, err
}
