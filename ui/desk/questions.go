package desk

import (
	"maps"
	"slices"
	"strings"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/broker/questionnaire"
	"accessdesk/catalog"
	"accessdesk/catalog/status"
	"accessdesk/data"
	"accessdesk/ui/elsewhere"
	"accessdesk/ui/form"
	"accessdesk/ui/web"
)

// QuestionsPage asks the questions of one program.
type QuestionsPage struct {
	web.Problems
	Application, Reference string
	Slug, Title, Provider  string
	Closes, Saved          string
	Open                   int  // still needed
	Told                   bool // the page leads with what is needed; saving goes on from here
	More                   bool // the last answers brought up more questions
	Notice                 *web.Notice
	Changes                []string // in the program since the draft was started
	Revision               int64
	Back                   string // row of the check page to return to
	Writers                string // who can change it, for a reader who cannot
	Fields                 []form.Field
}

// Item is one program of an application: its questions while it is a draft, where it stands afterwards; a packet has a page
// of its own.
func Item(r *web.Request, tx *data.Tx) (web.Reply, error) {
	d, err := openDossier(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	p, err := d.piece(r.Param("slug"))
	if err != nil {
		return web.Reply{}, err
	}
	if p.IsPacket() {
		return elsewhere.Show(r, tx)
	}
	if p.State != broker.Draft {
		page, err := newStatusPage(r, tx)
		return web.Reply{Page: "desk/status", Data: page}, err
	}
	page := newQuestionsPage(r, tx, d, p)
	page.Back, page.Told, page.More = rowName(r.Query("back")), r.Query("told") != "", r.Query("more") != ""
	page.Writers, err = colleagues(r, tx, d.Organization.ID, account.Write)
	return web.Reply{Page: "desk/questions", Data: page}, err
}

// SaveAnswers keeps the answers as they are, complete or not.
func SaveAnswers(r *web.Request, tx *data.Tx) (web.Reply, error) {
	d, err := openToWrite(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	p, err := d.piece(r.Param("slug"))
	if err != nil {
		return web.Reply{}, err
	}
	if !p.Editable() {
		return web.Reply{}, data.Refuse("", "already_sent")
	}
	answers := p.posted(r)
	if revisionOf(r) != p.Revision {
		page, err := p.conflict(r, tx, answers)
		if err != nil || len(page.Differences) > 0 {
			return page.Reply(), err
		}
		return p.next(r, d), nil // the two versions say the same
	}
	if form.Resolving(r) {
		page, err := p.conflict(r, tx, answers)
		if err != nil || page.Undecided(r) {
			return page.Reply(), err
		}
		p.takeTheirs(r, answers)
	}
	_, err = broker.SaveAnswers(tx, r.Desk(), r.Actor(), d.Application, p.Slug, p.Revision, answers)
	if problems, refused := r.Refused(err); refused && problems[0].Field != "" {
		p.answers, p.asked, p.gaps = answers, p.program.Asked(d.facts, answers), questionnaire.Gaps(p.program, d.facts, answers)
		page := newQuestionsPage(r, tx, d, p)
		page.refuse(problems)
		page.Back = rowName(r.Form("back"))
		return web.Reply{Status: 422, Page: "desk/questions", Data: page}, nil
	}
	if err != nil {
		return web.Reply{}, err
	}
	p.answers = answers
	return p.next(r, d), nil
}

// posted lays what was posted over what is stored: a question that was not on the form keeps its answer.
func (p piece) posted(r *web.Request) broker.Answers {
	answers := maps.Clone(p.answers)
	for _, q := range p.program.Questions {
		if onForm(r, q.ID) {
			answers[q.ID] = form.Posted(r, form.NewQuestion(r, q, nil), q)
		}
	}
	return answers
}

// next leads on: away, back to the row of the check page, once to what is still needed, then to the task list.
func (p piece) next(r *web.Request, d dossier) web.Reply {
	gaps := questionnaire.Gaps(p.program, d.facts, p.answers)
	more := slices.ContainsFunc(p.program.Asked(d.facts, p.answers), func(q catalog.Question) bool { return !onForm(r, q.ID) })
	switch back := rowName(r.Form("back")); {
	case r.Has("leave"):
		return web.Reply{Redirect: "/home", Flash: "desk.saved_leave"}
	case p.IsPacket():
		return web.Reply{Redirect: elsewhere.Answers(p.Item), Flash: "packet.saved"}
	case more:
		return web.Reply{Redirect: itemAddress(p.Item) + "?more=1"}
	case back != "":
		return web.Reply{Redirect: backToRow(d.ID, back), Flash: "desk.saved"}
	case len(gaps) > 0 && !r.Has("told"):
		return web.Reply{Redirect: itemAddress(p.Item) + "?told=1"}
	case len(gaps) > 0:
		return web.Reply{Redirect: "/applications/" + d.ID, Flash: "desk.saved"}
	}
	return web.Reply{Redirect: "/applications/" + d.ID, Flash: "desk.saved_done"}
}

// conflict shows what was saved meanwhile beside what was posted.
func (p piece) conflict(r *web.Request, tx *data.Tx, posted broker.Answers) (form.Conflict, error) {
	page := form.Conflict{Address: r.Path(), Revision: revisionText(p.Revision), Back: rowName(r.Form("back")), When: moment(r, p.Saved)}
	if err := page.SavedBy(r, tx, p.SavedBy); err != nil {
		return page, err
	}
	var fields []form.Field
	for _, q := range p.program.Questions {
		if !onForm(r, q.ID) {
			continue
		}
		f := form.NewQuestion(r, q, nil)
		fields = append(fields, f)
		if !slices.Equal(posted[q.ID], p.answers[q.ID]) {
			page.Differ(r, f, form.SayAnswer(r, q, p.answers[q.ID]), form.SayAnswer(r, q, posted[q.ID]))
		}
	}
	page.Carry(r, fields)
	return page, nil
}

// takeTheirs puts back what the person chose to keep as it was saved.
func (p piece) takeTheirs(r *web.Request, answers broker.Answers) {
	for _, q := range p.program.Questions {
		if form.TookTheirs(r, form.QuestionID(q.ID)) {
			answers[q.ID] = p.answers[q.ID]
		}
	}
}

// sayPlaces says beside each tier how many places are left, of a program that is decided here.
func (p piece) sayPlaces(r *web.Request, f form.Field) {
	for i, one := range f.Choices {
		if left := status.LeftIn(r.L, p.places, one.Value); left != "" {
			f.Choices[i].Text = strings.TrimSuffix(one.Text, ".") + ". " + left + "."
		}
	}
}

func newQuestionsPage(r *web.Request, tx *data.Tx, d dossier, p piece) QuestionsPage {
	page := QuestionsPage{Application: d.ID, Reference: d.Reference, Slug: p.Slug, Title: p.program.Title.In(r.Lang), Provider: p.program.Provider.Name,
		Closes: status.Deadline(r.L, p.program.Offering, tx.Now), Saved: savedText(r, tx, p.Saved), Changes: changeTexts(r, p.changes), Revision: p.Revision, Notice: p.notice}
	for _, q := range p.asked {
		f := form.NewQuestion(r, q, p.answers[q.ID])
		if q.ID == catalog.TierQuestion {
			p.sayPlaces(r, f)
		}
		if !p.Saved.IsZero() {
			f.Needed = neededText(r, p.gaps, q.ID)
		}
		if f.Needed != "" {
			page.Open++
		}
		page.Fields = append(page.Fields, f)
	}
	return page
}

// neededText says softly what is missing or wrong in an answer, "" if it is fine.
func neededText(r *web.Request, gaps []broker.Gap, question string) string {
	at := slices.IndexFunc(gaps, func(g broker.Gap) bool { return g.Question.ID == question })
	if at < 0 {
		return ""
	}
	if gaps[at].Refusal.Code == "required" || gaps[at].Refusal.Code == "tick_box" {
		return r.L.T("desk.needed")
	}
	return r.RefusalText(gaps[at].Refusal)
}

// refuse puts problems of answers that cannot be stored at their fields.
func (p *QuestionsPage) refuse(problems web.Problems) {
	for _, problem := range problems {
		problem.Field = form.QuestionID(problem.Field)
		at := slices.IndexFunc(p.Fields, func(f form.Field) bool { return f.ID == problem.Field })
		if at >= 0 {
			p.Fields[at].Problem, p.Fields[at].Needed = problem.Text, ""
		}
		p.Problems = append(p.Problems, problem)
	}
}
