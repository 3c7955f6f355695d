package editor

import (
	"slices"

	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/notify"
	"accessdesk/ui/public"
	"accessdesk/ui/web"
)

// PreviewPage is the draft as applicants will see it: the page of the program, what the check says to each worked example, and the mails.
type PreviewPage struct {
	Frame
	Program  public.ProgramPage
	Compiles bool
	Said     []said
	Mails    []mail
}

// said is what the check says to a worked example.
type said struct {
	Name, Outcome string
	Reasons       []string
}

// mail is a mail about the program.
type mail struct{ Subject, Text string }

// Preview shows the draft, or the live version if there is no draft, in the language of the reader.
func Preview(r *web.Request, tx *data.Tx) (web.Reply, error) {
	f, err := NewFrame(r, tx, "preview")
	if err != nil {
		return web.Reply{}, err
	}
	page := PreviewPage{Frame: f}
	snapshot, err := r.Desk().Catalog.Snapshot(tx)
	if err != nil {
		return web.Reply{}, err
	}
	if shown, err := catalog.Preview(r.Desk().Vocabulary, f.offering); err == nil {
		page.Compiles = true
		if page.Program, err = public.NewProgramPage(r, tx, snapshot, shown); err != nil {
			return web.Reply{}, err
		}
		page.Program.Way.Button = "" // nothing is started from a preview
		page.addSaid(r, shown)
	}
	return web.Reply{Page: "editor/preview", Data: page}, page.addMails(r)
}

func (p *PreviewPage) addSaid(r *web.Request, shown *catalog.Published) {
	for _, test := range shown.Tests {
		profile, ok := profileOf(r, test.Facts)
		if !ok {
			continue
		}
		decision := shown.Rules.Decide(profile)
		one := said{Name: test.Name, Outcome: r.L.T("edit.outcome_" + outcomeWord(decision.Outcome))}
		for _, reason := range eligibility.Explain(shown.Rules, decision, r.Lang) {
			one.Reasons = append(one.Reasons, reason.Sentence)
		}
		p.Said = append(p.Said, one)
	}
}

// The mails in which a program is named: of programs that are applied for here, and of those for which a packet is prepared.
var (
	mailsHere      = []string{"draft_closing", "submitted", "question_asked", "approved", "declined", "grant_started", "grant_ends_soon"}
	mailsElsewhere = []string{"packet_no_reply", "packet_renewal"}
	mailsAnyway    = []string{"saved_opened", "saved_changed"}
)

func (p *PreviewPage) addMails(r *web.Request) error {
	names := mailsElsewhere
	if p.offering.InApp() {
		names = mailsHere
	}
	for _, name := range slices.Concat(names, mailsAnyway) {
		args := notify.Sample(name, r.Lang)
		if _, ok := args["Program"]; ok {
			args["Program"] = p.Title
		}
		if _, ok := args["Programs"]; ok {
			args["Programs"] = []string{p.Title}
		}
		composed, err := r.Desk().Mail.Compose(notify.Message{To: "applicant@example.org", Lang: r.Lang, Template: name, Args: args, Key: "preview"})
		if err != nil {
			return err
		}
		p.Mails = append(p.Mails, mail{composed.Subject, composed.Text})
	}
	return nil
}
