package ui_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"testing"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/broker/workflow"
	"accessdesk/data"
	"accessdesk/data/datatest"
)

// packetProgram is a real program that is applied for elsewhere, by e-mail.
const packetProgram = "cisa-vuln-scanning"

// actForms says how an act is posted: where, and with which fields. A job's act has no form.
func actForm(item broker.Item, act string) (address string, fields url.Values) {
	base := "/applications/" + item.ApplicationID + "/p/" + item.Slug
	review := "/staff/review/" + item.ID
	if item.IsPacket() && act == broker.ActNote {
		return base + "/stage?act=note", url.Values{"q-on": {"11"}, "q-on-day": {"23"}, "q-on-year": {"2026"}, "note": {"They called."}}
	}
	switch act {
	case broker.ActSubmit:
		fields = url.Values{}
		for _, declaration := range broker.Declarations() {
			fields.Set("declare_"+declaration, "yes")
		}
		return "/applications/" + item.ApplicationID + "/submit", fields
	case broker.ActWithdraw:
		return base + "/withdraw", url.Values{"choice": {"yes"}}
	case broker.ActAnswer:
		return base + "/answer", url.Values{"message": {"The night shift."}}
	case broker.ActMessage:
		return base + "/message", url.Values{"text": {"Thank you."}}
	case broker.ActAssign:
		return review + "/assign", url.Values{}
	case broker.ActNote:
		return review + "/note", url.Values{"note": {"Ask the state first."}}
	case broker.ActAsk, broker.ActApprove, broker.ActDecline, broker.ActPlace, broker.ActReply:
		return review + "/decision", url.Values{"act": {act}, "step": {"confirm"}, "message": {"Who is the second contact?"}, "reason": {"purpose"}}
	case broker.ActUndo:
		return base + "/undo", url.Values{}
	case broker.ActClose, broker.ActNoReply:
		return "", nil
	}
	return base + "/stage?act=" + act, url.Values{"q-on": {"11"}, "q-on-day": {"23"}, "q-on-year": {"2026"}}
}

// TestCells posts every act of the table in every state as everybody: only the cells of the table change a case.
func TestCells(t *testing.T) {
	t.Parallel()
	w := openWorldOn(t, datatest.Open(t))
	roles := []role{stranger, owner, editor, reader, outsider, manager, insider, administrator, auditor}
	tokens := map[role]string{}
	for _, as := range roles[1:] {
		tokens[as] = w.formToken(t, w.visitor(t, as), as)
	}
	lawful, cells := 0, 0
	for _, kind := range workflow.Kinds() {
		cycle := workflow.Of(kind)
		for _, state := range cycle.States {
			item := w.walkTo(t, kind, state)
			for _, act := range cycle.Acts {
				if address, _ := actForm(item, act.ID); address == "" {
					continue
				}
				for _, as := range roles {
					cells++
					may := slices.Contains(act.From, state) && w.mayTake(cycle, act, state, as)
					tried := item
					if may {
						lawful++
						tried = w.walkTo(t, kind, state)
					}
					address, fields := actForm(tried, act.ID)
					fields.Set("form_token", tokens[as])
					fields.Set("revision", fmt.Sprint(tried.Revision))
					before := w.row(t, tried.ID)
					got := w.visitor(t, as).Send(http.MethodPost, address, fields, nil)
					after := w.row(t, tried.ID)
					switch {
					case may && (got.StatusCode != http.StatusSeeOther || after == before):
						t.Errorf("%s %s, %s by %s: status %d, %s to %s: it is in the table", kind, state, act.ID, as, got.StatusCode, before, after)
					case !may && after != before:
						t.Errorf("%s %s, %s by %s: status %d, %s to %s: it is not in the table", kind, state, act.ID, as, got.StatusCode, before, after)
					}
				}
			}
		}
	}
	t.Logf("%d cells, %d of them in the table", cells, lawful)
}

// mayTake tells whether a role may take an act, by the table of acts and that of rights. Staff who belong to the
// organization apply from an account without a staff role.
func (w *world) mayTake(cycle workflow.Cycle, act workflow.Act, state broker.State, as role) bool {
	if act.Back() && as != owner { // only whoever reported a stage takes it back, and the owner reported all of these
		return false
	}
	member := map[role]string{owner: account.Owner, editor: account.Editor, reader: account.Reader}[as]
	switch act.By {
	case workflow.Applicant:
		return account.RoleMay(member, account.Right(cycle.RightIn(act, state)))
	case workflow.Manager:
		return as == manager
	}
	return false
}

// row is the state and the revision of an item as they are stored.
func (w *world) row(t testing.TB, id string) (row string) {
	t.Helper()
	w.Read(t, func(tx *data.Tx) error {
		return tx.Row("SELECT state || ' ' || CAST(revision AS TEXT) FROM application_item WHERE id = $1", id).Scan(&row)
	})
	return row
}

// walkTo makes a case of a fresh organization and brings it into a state.
func (w *world) walkTo(t testing.TB, kind workflow.Kind, state broker.State) (item broker.Item) {
	t.Helper()
	path := map[broker.State][]string{broker.Draft: {}, broker.Submitted: {broker.ActSubmit}, broker.Waitlisted: {broker.ActSubmit},
		broker.InReview: {broker.ActSubmit, broker.ActAssign}, broker.NeedsInfo: {broker.ActSubmit, broker.ActAsk},
		broker.Approved: {broker.ActSubmit, broker.ActApprove}, broker.Declined: {broker.ActSubmit, broker.ActDecline},
		broker.Withdrawn: {broker.ActSubmit, broker.ActWithdraw}, broker.Closed: {broker.ActSubmit, broker.ActAsk, broker.ActClose}}
	slug := modelProgram
	if kind == workflow.Packet {
		slug = packetProgram
		path = map[broker.State][]string{broker.Preparing: {}, broker.Sent: {broker.ActSend}, broker.Acknowledged: {broker.ActAcknowledge},
			broker.Approved: {broker.ActAccept}, broker.SetUp: {broker.ActSetUp}, broker.ReadyToUse: {broker.ActReady}, broker.Refused: {broker.ActRefuse},
			broker.NoReply: {broker.ActSend, broker.ActNoReply}, broker.Withdrawn: {broker.ActWithdraw}}
	} else if state == broker.Waitlisted {
		slug = grantProgram // full, and others wait
	}
	if state == broker.Waitlisted {
		w.freeSeat(t)
	}
	w.Write(t, func(tx *data.Tx) error {
		o, err := account.CreateOrganization(tx, w.people[owner], "Walked Water District")
		if err != nil {
			return err
		}
		for member, as := range map[role]string{editor: account.Editor, reader: account.Reader, insider: account.Editor} {
			if err := account.AddMember(tx, o.ID, w.people[member], as, w.people[owner].ID); err != nil {
				return err
			}
		}
		head := broker.PersonActor(w.people[owner])
		a, err := broker.Start(tx, w.desk, head, o.ID, []string{slug}, fittingFacts(owner))
		if err != nil {
			return err
		}
		if item, err = broker.SaveAnswers(tx, w.desk, head, a, slug, a.Items[0].Revision, fullAnswers(slug)); err != nil {
			return err
		}
		for _, act := range path[state] {
			who := head
			switch act {
			case broker.ActAssign, broker.ActAsk, broker.ActApprove, broker.ActDecline:
				who = broker.PersonActor(w.people[manager])
			case broker.ActClose, broker.ActNoReply:
				who = broker.SystemActor()
			}
			item, err = broker.Act(tx, w.desk, who, item.ID, broker.ActRequest{Act: act, Declared: broker.Declarations(), Message: "Who is the second contact?", ReasonCode: "purpose"})
			if err != nil {
				return fmt.Errorf("%s: %w", act, err)
			}
		}
		return nil
	})
	if item.State != state {
		t.Fatalf("walked to %s, want %s", item.State, state)
	}
	return item
}

// freeSeat takes a case off the grant program, so that the next in line could be placed.
func (w *world) freeSeat(t testing.TB) {
	t.Helper()
	var id string
	w.Read(t, func(tx *data.Tx) error {
		return tx.Row("SELECT coalesce(max(id), '') FROM application_item WHERE slug = $1 AND state IN ('submitted', 'in_review', 'needs_info')", grantProgram).Scan(&id)
	})
	if id != "" {
		w.Write(t, func(tx *data.Tx) error {
			_, err := broker.Act(tx, w.desk, broker.PersonActor(w.people[owner]), id, broker.ActRequest{Act: broker.ActWithdraw})
			return err
		})
	}
}
