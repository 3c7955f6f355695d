package staff

import (
	"slices"
	"strings"
	"time"

	"accessdesk/broker"
	"accessdesk/catalog"
	"accessdesk/catalog/status"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/notify"
	"accessdesk/ui/standing"
	"accessdesk/ui/web"
)

// CasePage is one case with everything a decision rests on.
type CasePage struct {
	web.Problems
	ID, Organization, Program, Reference, Due, RulesMet, Changed string
	Pill                                                         pill
	Rules                                                        []ruleRow
	Record                                                       *recordShown
	Differ                                                       []standing.Said
	Answers                                                      []answerRow
	Messages                                                     []messageRow
	History                                                      []eventRow
	Mails                                                        []mailRow
	Grant, Decision, Language                                    string
	Own, Assign, Decide, Approve, Decline, Notes                 bool
	Revision                                                     int64
	Acts, Reasons, Reviewers, Tiers                              []choice
	Message, Start, Note, Seats, Place                           string
	Days                                                         string
}

type ruleRow struct {
	Result, Title, Verdict, Sentence, Citation string
	NeedsEvidence                              bool
	Demand                                     string // the evidence that the rule asks for, and whether the registers give it
	Facts                                      []factRow
}

type factRow struct {
	Label, Value, Evidence, Source string
	Row                            *standing.Row  // of the register that says so
	Differs                        *standing.Said // what the register says instead
}

type answerRow struct{ Label, Value string }

type messageRow struct {
	Who, When, Text  string
	FromStaff, Among bool // from staff; among staff only
}

type mailRow struct{ Subject, To, Language, State, When, Text string }

// Case shows a case.
func Case(r *web.Request, tx *data.Tx) (web.Reply, error) {
	page, err := newCasePage(r, tx)
	return web.Reply{Page: "staff/case", Data: page}, err
}

func newCasePage(r *web.Request, tx *data.Tx) (CasePage, error) {
	c, err := broker.FindCase(tx, r.Desk(), r.Actor(), r.Param("id"))
	if err != nil {
		return CasePage{}, err
	}
	page := CasePage{
		ID: c.ID, Organization: c.Application.Organization.Name, Program: c.Program.TitleOf(c.Tier, r.Lang), Reference: c.Application.Reference,
		Due: dueText(r, c.Item, tx.Now), Pill: itemPill(r, c.Item, tx.Now), Own: c.Own, Revision: c.Revision,
		RulesMet: r.L.T("staff.rules_met", "Met", c.RulesMet, "All", c.RulesAll),
		Answers:  answerRows(r, c.Program, c.Facts, c.Answers), History: eventRows(r, c.Events), Mails: mailRows(r, c),
		Language: r.L.T("staff.lang_" + knownLanguage(c.Language)), Days: r.L.Number(int64(c.Program.TermsFor(c.Tier).DurationDays)),
		Decision: decisionText(r, c), Reasons: choices(r, "broker.reason_", broker.ReasonCodes(), ""),
	}
	for _, act := range deciding {
		if c.Allows(act) {
			page.Acts = append(page.Acts, choice{act, actText(r, act), false})
		}
	}
	if c.VersionChanged {
		page.Changed = r.L.T("staff.version_changed")
	}
	if c.Grant != nil {
		page.Grant = c.Grant.ID
	}
	for _, m := range c.Messages {
		page.Messages = append(page.Messages, messageRow{Who: nameOf(r, m.By), When: r.L.DateTime(m.At, r.Site.Zone), Text: m.Text, FromStaff: m.Kind == broker.ActAsk || m.Kind == broker.ActReply, Among: m.Kind == broker.ActNote})
	}
	decidable := web.Manager.Allows(r.Person) && !c.Own
	page.Decide, page.Assign, page.Notes = decidable && len(page.Acts) > 0, decidable && c.Allows(broker.ActAssign), decidable && c.Allows(broker.ActNote)
	page.Approve, page.Decline = c.Allows(broker.ActApprove), c.Allows(broker.ActDecline)
	if err := page.addProof(r, tx, c); err != nil {
		return page, err
	}
	return page, page.addPlaces(r, tx, c)
}

// actText is what a choice of the decision form says: what will be done, where the history says what was done.
func actText(r *web.Request, act string) string {
	if act == broker.ActPlace || act == broker.ActReply {
		return r.L.T("staff.do_" + act)
	}
	return r.L.T("staff.act_" + act)
}

// addPlaces names who could take the case, how many seats are left, and the place on the waiting list.
func (p *CasePage) addPlaces(r *web.Request, tx *data.Tx, c broker.Case) error {
	if p.Assign {
		reviewers, err := broker.Reviewers(tx, c.Application.Organization.ID)
		if err != nil {
			return err
		}
		for _, person := range reviewers {
			p.Reviewers = append(p.Reviewers, choice{person.ID, nameOf(r, person), person.ID == c.AssignedTo || c.AssignedTo == "" && person.ID == r.Person.ID})
		}
	}
	for _, tier := range c.Program.Tiers {
		text := tier.Title.In(r.Lang)
		if left := status.Left(r.L, c.Places.Tiers[tier.ID]); left != "" {
			text += ": " + left
		}
		p.Tiers = append(p.Tiers, choice{tier.ID, text, tier.ID == c.Tier})
	}
	if c.Place > 0 {
		p.Place = r.L.T("staff.place", "Place", c.Place)
	}
	if c.Places.All > 0 && !c.Over() {
		p.Seats = r.L.T("staff.seats", "Left", c.Places.Left(), "All", c.Places.All)
	}
	return nil
}

func knownLanguage(lang string) string {
	if slices.Contains(web.Languages, lang) {
		return lang
	}
	return web.Languages[0]
}

func ruleRows(r *web.Request, c broker.Case, differ map[eligibility.FactID]standing.Said) []ruleRow {
	var rows []ruleRow
	demands := map[string]eligibility.Evidence{}
	for _, criterion := range c.Program.Rules.Criteria() {
		demands[criterion.ID] = criterion.MinEvidence
	}
	for _, reason := range eligibility.Explain(c.Program.Rules, c.Decision, r.Lang) {
		row := ruleRow{Result: string(reason.Result), Title: reason.Title, Verdict: r.L.T("staff.verdict_" + string(reason.Result)),
			Sentence: reason.Sentence, Citation: reason.Citation, NeedsEvidence: reason.NeedsEvidence}
		row.Demand = demandText(r, c, demands[reason.ID], reason)
		for _, id := range reason.Facts {
			value, known := c.Decision.Profile[id]
			fact, ok := r.Desk().Vocabulary.Fact(id)
			if !known || !ok {
				continue
			}
			row.Facts = append(row.Facts, proven(r, c, differ, factRow{Label: fact.Label.In(r.Lang), Value: r.Desk().Vocabulary.Display(id, value, r.Lang),
				Evidence: r.L.T("staff.evidence_" + value.Evidence.String()), Source: sourceOf(r, value)}, id, value))
		}
		rows = append(rows, row)
	}
	return rows
}

// sourceOf names the register that a value was read from, or the day on which it was said or shown.
func sourceOf(r *web.Request, value eligibility.Value) string {
	if value.Evidence == eligibility.Register && value.Source != eligibility.SourceDerived {
		return r.L.Register(value.Source, value.AsOf)
	}
	day, err := time.Parse(time.DateOnly, value.AsOf)
	if err != nil || value.Source == eligibility.SourceDerived {
		return ""
	}
	return r.L.Date(day)
}

// answerRows gives the questions that were asked with their answers in words.
func answerRows(r *web.Request, program *catalog.Published, facts eligibility.Profile, answers broker.Answers) []answerRow {
	var rows []answerRow
	for _, q := range program.Asked(facts, answers) {
		rows = append(rows, answerRow{q.Label.In(r.Lang), answerText(r, q, answers[q.ID])})
	}
	return rows
}

func answerText(r *web.Request, q catalog.Question, values []string) string {
	var words []string
	for _, value := range values {
		if at := slices.IndexFunc(q.Options, func(o catalog.Option) bool { return o.Value == value }); at >= 0 {
			value = q.Options[at].Label.In(r.Lang)
		}
		if day, err := time.Parse(time.DateOnly, value); err == nil && q.Type == catalog.QuestionDate {
			value = r.L.Date(day)
		}
		if value != "" {
			words = append(words, value)
		}
	}
	if q.Type == catalog.QuestionStatement && len(words) > 0 {
		return r.L.T("staff.statement_accepted")
	}
	return strings.Join(words, "\n")
}

func mailRows(r *web.Request, c broker.Case) []mailRow {
	var rows []mailRow
	for _, m := range c.Mails {
		rows = append(rows, newMailRow(r, m))
	}
	return rows
}

func newMailRow(r *web.Request, m notify.Queued) mailRow {
	return mailRow{Subject: m.Subject, To: m.To, Language: r.L.T("staff.lang_" + knownLanguage(m.Lang)),
		State: r.L.T("staff.mail_" + string(m.State)), When: r.L.DateTime(m.QueuedAt, r.Site.Zone), Text: m.Text}
}

// decisionText says how a decided case ended, "" for one that is open.
func decisionText(r *web.Request, c broker.Case) string {
	date := r.L.DateIn(c.Decided, r.Site.Zone)
	switch c.State {
	case broker.Approved:
		return r.L.T("staff.decided_approved", "Date", date)
	case broker.Declined:
		text := r.L.T("staff.decided_declined", "Date", date, "Reason", r.L.T("broker.reason_"+c.ReasonCode))
		if c.ReasonText != "" {
			text += "\n\n" + c.ReasonText
		}
		return text
	case broker.Withdrawn:
		return r.L.T("staff.decided_withdrawn", "Date", date)
	}
	return ""
}
