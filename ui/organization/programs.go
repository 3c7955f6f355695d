package organization

import (
	"cmp"
	"strings"

	"accessdesk/broker/account"
	"accessdesk/broker/recheck"
	"accessdesk/broker/screening"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/notify"
	"accessdesk/ui/card"
	"accessdesk/ui/web"
)

// ProgramsPage is what seems to fit an organization, by what is on file for it.
type ProgramsPage struct {
	Name    string
	Checked string // the day
	Likely  []fitting
	OneMore []fitting // answers are missing
	Edit    bool      // the reader may give them
	Told    bool      // the reader gets a mail when a program begins to fit
}

// fitting is a program with what speaks for it, or what is missing.
type fitting struct {
	card.Card
	Reasons []string
	Missing []string
}

// Programs shows what seems to fit the organization. It is what the mail "You now seem to fit" goes by, so that both say the same.
func Programs(r *web.Request, tx *data.Tx) (web.Reply, error) {
	id := cmp.Or(r.Query("organization"), r.Acting().Organization.ID)
	if id == "" {
		return web.Reply{Redirect: "/org/new"}, nil
	}
	member, err := account.MayActFor(tx, r.Person.ID, id)
	if err != nil {
		return web.Reply{}, err
	}
	r.About(member.Organization)
	check, err := recheck.Decide(tx, r.Desk(), id)
	if err != nil {
		return web.Reply{}, err
	}
	listings, err := r.Listings(tx)
	if err != nil {
		return web.Reply{}, err
	}
	page := ProgramsPage{Name: member.Organization.Name, Checked: day(r, tx.Now), Edit: member.May(account.EditProfile)}
	for _, program := range check.Members(catalog.GroupLikely) {
		page.Likely = append(page.Likely, newFitting(r, tx, listings, program))
	}
	for _, program := range check.Members(catalog.GroupOneMore) {
		page.OneMore = append(page.OneMore, newFitting(r, tx, listings, program))
	}
	choice, err := notify.ChoiceOf(tx, r.Person.Email, notify.KindFits)
	page.Told = choice.Wanted
	return web.Reply{Page: "organization/programs", Data: page}, err
}

func newFitting(r *web.Request, tx *data.Tx, listings web.Listings, program screening.Program) fitting {
	shown := fitting{Card: card.New(r, tx, listings, program.Published, program.Seats)}
	for _, explained := range eligibility.Explain(program.Rules, program.Decision, r.Lang) {
		if explained.Result != eligibility.Met {
			continue
		}
		text := explained.Title
		if explained.ID == eligibility.GateID { // its title lists every sector; the sentence names the operator's
			text = explained.Sentence
		}
		shown.Reasons = append(shown.Reasons, strings.TrimSuffix(text, "."))
	}
	for _, id := range program.Decision.Missing {
		if fact, known := r.Desk().Vocabulary.Fact(id); known {
			shown.Missing = append(shown.Missing, fact.Label.In(r.Lang))
		}
	}
	return shown
}
