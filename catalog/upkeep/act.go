package upkeep

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"accessdesk/broker/record"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/notify"
)

// The acts on a report. The last four close it; their names are its outcomes.
const (
	ActTake      = "take"
	ActAnswer    = "answer"
	ActFixed     = "fixed"
	ActNotError  = "not_error"
	ActDuplicate = "duplicate"
	ActSpam      = "spam"
)

// Outcomes lists how a report can be closed, in the order of the form.
func Outcomes() []string { return []string{ActFixed, ActNotError, ActDuplicate, ActSpam} }

// Answerable tells whether an answer would reach whoever reported it.
func (r Reported) Answerable() bool { return r.Address != "" && r.State != ReportClosed }

// Acts lists what can be done about the report now.
func (r Reported) Acts() []string {
	if r.State == ReportClosed {
		return nil
	}
	acts := Outcomes()
	if r.Answerable() {
		acts = append([]string{ActAnswer}, acts...)
	}
	return acts
}

// ActRequest is what a member of staff does about a report.
type ActRequest struct {
	Act      string
	Message  string // to who reported it, by mail
	Note     string // among staff
	Revision int64  // of the report that the person had before them
}

// noteLength is the most characters of a note or a message.
const noteLength = 4000

// ActOnReport is the one door to a report: it takes, answers or closes it. Answering and closing take it for the actor first if nobody
// had it. A message goes out with an answer and, if there is one, with a close; spam is never answered. data.ErrConflict if the
// report changed since the person saw it. Refusals at the fields "act", "message", "note".
func ActOnReport(tx *data.Tx, d Desk, id, actor string, request ActRequest) (Reported, error) {
	r, err := FindReport(tx, id)
	if err != nil {
		return r, err
	}
	request.Message, request.Note = strings.TrimSpace(request.Message), strings.TrimSpace(request.Note)
	if r.Revision != request.Revision || r.State == ReportClosed {
		return r, data.ErrConflict
	}
	if err := r.refuse(request); err != nil {
		return r, err
	}
	if request.Act == ActSpam {
		request.Message = ""
	}
	next := r
	next.Revision++
	next.State = ReportTaken
	if r.TakenBy == "" || request.Act == ActTake {
		next.TakenBy = actor
	}
	if slices.Contains(Outcomes(), request.Act) {
		next.State, next.Outcome, next.Closed = ReportClosed, request.Act, tx.Now
	}
	changed, err := tx.Exec(`UPDATE listing_report SET state = $1, outcome = $2, taken_by = $3, revision = $4, closed_at = $5 WHERE id = $6 AND revision = $7 AND state = $8`,
		string(next.State), next.Outcome, next.TakenBy, next.Revision, nullMillis(next.Closed), id, r.Revision, string(r.State))
	if err == nil && changed == 0 {
		err = data.ErrConflict
	}
	if err == nil {
		err = next.keep(tx, d, actor, request)
	}
	return next, wrap(err, "%s report %s", request.Act, id)
}

// refuse gives everything that is wrong with a request at once.
func (r Reported) refuse(request ActRequest) error {
	if request.Act != ActTake && !slices.Contains(r.Acts(), request.Act) {
		return data.Refuse("act", "choose_one")
	}
	for field, text := range map[string]string{"message": request.Message, "note": request.Note} {
		if used := utf8.RuneCountInString(text); used > noteLength {
			return data.Refuse(field, "too_long", "Max", noteLength, "Used", used)
		}
	}
	switch {
	case request.Act == ActAnswer && request.Message == "":
		return data.Refuse("message", "report_answer")
	case request.Message != "" && !r.Answerable():
		return data.Refuse("message", "report_no_address")
	}
	return nil
}

// keep adds the step to the history and the record, and queues the mail.
func (r Reported) keep(tx *data.Tx, d Desk, actor string, request ActRequest) error {
	_, err := tx.Exec(`INSERT INTO listing_report_step (report_id, number, act, message, note, taken_at, taken_by) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		r.ID, r.Revision, request.Act, request.Message, request.Note, data.Millis(tx.Now), actor)
	if err != nil {
		return err
	}
	act := map[string]string{ActTake: "report_taken", ActAnswer: "report_answered"}[request.Act]
	if act == "" {
		act = "report_closed"
	}
	detail := map[string]any{"report": r.ID, "answered": request.Message != ""}
	if r.Outcome != "" {
		detail["outcome"] = r.Outcome
	}
	if err := record.Append(tx, record.Entry{Chain: record.OfferingChain(r.Slug), Actor: actor, Act: act, Detail: detail}); err != nil {
		return err
	}
	if request.Message == "" {
		return nil
	}
	title, err := Title(tx, d, r.VersionID)
	if err != nil {
		return err
	}
	_, err = d.Mail.Enqueue(tx, notify.Message{To: r.Address, Lang: r.Lang, Template: "report_answered", Chain: MailChain(r.ID),
		Key:  fmt.Sprintf("report_answered:%s:%d", r.ID, r.Revision),
		Args: map[string]any{"Program": title.In(r.Lang), "Link": "/programs/" + r.Slug, "ReportedAt": r.At, "Message": request.Message}})
	return err
}

// MailChain is under which name the outbox keeps the answers to a report.
func MailChain(reportID string) string { return "report:" + reportID }

// Title is the name of a listing as a version has it, also when it is not published any more.
func Title(tx *data.Tx, d Desk, versionID string) (catalog.Text, error) {
	p, err := Version(tx, d, versionID)
	if err != nil {
		return catalog.Text{}, err
	}
	return p.Title, nil
}

// Version is a listing as a version has it. The live one is not read again.
func Version(tx *data.Tx, d Desk, versionID string) (*catalog.Published, error) {
	snapshot, err := d.Catalog.Snapshot(tx)
	if err != nil {
		return nil, err
	}
	if at := slices.IndexFunc(snapshot.Offerings, func(p *catalog.Published) bool { return p.VersionID == versionID }); at >= 0 {
		return snapshot.Offerings[at], nil
	}
	return catalog.Version(tx, d.Vocabulary, versionID)
}
