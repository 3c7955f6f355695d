package publishing

import (
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"accessdesk/broker/record"
	"accessdesk/catalog"
	"accessdesk/data"
)

// Act is what a program manager does with a draft beside writing it.
type Act string

// The acts.
const (
	ActSubmit   Act = "submit"    // asks a second person for review
	ActSendBack Act = "send_back" // gives it back to the writer, with words
	ActApprove  Act = "approve"   // publishes it, or has it published at its time
	ActDiscard  Act = "discard"   // ends it without a version
	actRelease  Act = "release"   // the clock publishes what was approved
)

// table says from which states an act is possible.
var table = map[Act][]catalog.State{
	ActSubmit:   {catalog.StateDraft},
	ActSendBack: {catalog.StateInReview, catalog.StateScheduled},
	ActApprove:  {catalog.StateInReview},
	ActDiscard:  openStates,
	actRelease:  {catalog.StateScheduled},
}

// WordsLength is the most characters of what writer and reviewer say to each other.
const WordsLength = 2000

// Request is an act on a draft.
type Request struct {
	DraftID  string
	Revision int // the one that the actor saw
	Act      Act
	Actor    string    // id of a program manager
	Words    string    // submit: to the reviewer; send back: to the writer, required
	At       time.Time // submit: when it is to go live; zero or past: as soon as it is approved
}

// Do does what a program manager asks for: the one function behind page, interface, command and file. Errors: *NotReady lists what is
// missing, *Stale that another text stands there by now, data.ErrConflict that the live version is another one by now. Refusals:
// manager_only, second_person (the writer approves), second_person_sent (the sender does), not_sent (nobody sent what is to be approved),
// draft_over, act_state, too_long, required at the field "words", date_past at the field "publish_at".
func Do(tx *data.Tx, d Desk, r Request) (Draft, error) {
	actor, err := d.manager(tx, r.Actor)
	if err != nil {
		return Draft{}, err
	}
	draft, err := present(tx, r.DraftID, r.Revision)
	if err != nil {
		return draft, err
	}
	r.Words = strings.TrimSpace(r.Words)
	if err := r.check(draft); err != nil {
		return draft, err
	}
	if r.Act == ActSubmit && !r.At.IsZero() && !r.At.After(tx.Now) { // a slip in the year must not publish at once
		return draft, data.Refuse("publish_at", "date_past")
	}
	switch r.Act {
	case ActSubmit:
		return draft, again(tx, &draft, d.submit(tx, draft, actor, r))
	case ActSendBack:
		return draft, again(tx, &draft, d.sendBack(tx, draft, actor, r.Words))
	case ActApprove:
		return draft, again(tx, &draft, d.approve(tx, draft, actor))
	case ActDiscard:
		return draft, again(tx, &draft, draft.move(tx, actor.ID, ActDiscard, catalog.StateDiscarded, nil))
	}
	return draft, errors.New("publishing: no such act: " + string(r.Act))
}

// again reads a draft as it is after an act.
func again(tx *data.Tx, d *Draft, err error) error {
	if err != nil {
		return err
	}
	*d, err = Find(tx, d.ID)
	return err
}

func (r Request) check(d Draft) error {
	possible := false
	for _, state := range table[r.Act] {
		possible = possible || state == d.State
	}
	used := utf8.RuneCountInString(r.Words)
	switch {
	case r.Act == ActApprove && d.State == catalog.StateDraft:
		return data.Refuse("", "not_sent")
	case !possible:
		return data.Refuse("", "act_state")
	case used > WordsLength:
		return data.Refuse("words", "too_long", "Max", WordsLength, "Used", used)
	case r.Act == ActSendBack && used == 0:
		return data.Refuse("words", "required")
	}
	return nil
}

// move changes the state of a draft that is still as it was found, and writes the record.
func (d Draft) move(tx *data.Tx, actor string, act Act, to catalog.State, detail map[string]any) error {
	moved, err := tx.Exec("UPDATE offering_draft SET state = $1 WHERE id = $2 AND state = $3 AND revision = $4", string(to), d.ID, string(d.State), d.Revision)
	if err == nil && moved != 1 {
		err = data.ErrConflict
	}
	if err != nil {
		return wrap(err, "%s draft %s", act, d.ID)
	}
	return d.note(tx, actor, "draft_"+string(act), detail)
}

// ready tells what is missing, if anything is. A draft that takes an offering off the list needs nothing.
func (d Desk) ready(tx *data.Tx, draft Draft) (*catalog.Offering, error) {
	o, err := draft.Offering()
	if err != nil || draft.Kind == KindRetirement {
		return o, err
	}
	if problems := Problems(d.Vocabulary, o, d.today(tx)); len(problems) > 0 {
		return o, &NotReady{Problems: problems}
	}
	return o, nil
}

func (d Desk) submit(tx *data.Tx, draft Draft, actor Manager, r Request) error {
	if _, err := d.ready(tx, draft); err != nil {
		return err
	}
	if draft.Kind == KindEdit && draft.BasedOn != "" {
		live, err := d.Catalog.Live(tx, draft.Slug)
		if err == nil && string(catalog.Canonical(live.Offering)) == draft.Body && live.Owner == draft.Owner {
			return data.Refuse("", "nothing_changed")
		}
	}
	detail := map[string]any{}
	var at any
	if !r.At.IsZero() {
		at, detail["publish_at"] = data.Millis(r.At), r.At.UTC().Format(time.RFC3339)
	}
	if err := draft.move(tx, actor.ID, ActSubmit, catalog.StateInReview, detail); err != nil {
		return err
	}
	_, err := tx.Exec("UPDATE offering_draft SET sent_at = $1, sent_by = $2, note = $3, reply = '', publish_at = $4 WHERE id = $5",
		data.Millis(tx.Now), actor.ID, r.Words, at, draft.ID)
	if err != nil {
		return wrap(err, "submit draft %s", draft.ID)
	}
	return d.askForReview(tx, draft, actor, r.Words)
}

func (d Desk) sendBack(tx *data.Tx, draft Draft, actor Manager, words string) error {
	if err := draft.move(tx, actor.ID, ActSendBack, catalog.StateDraft, nil); err != nil {
		return err
	}
	_, err := tx.Exec("UPDATE offering_draft SET reply = $1, sent_at = NULL, approved_at = NULL, approved_by = '', publish_at = NULL WHERE id = $2", words, draft.ID)
	if err != nil {
		return wrap(err, "send draft %s back", draft.ID)
	}
	return d.tellWriters(tx, draft, actor, "listing_returned", words)
}

func (d Desk) approve(tx *data.Tx, draft Draft, actor Manager) error {
	switch actor.ID {
	case draft.WrittenBy:
		return data.Refuse("", "second_person")
	case draft.SentBy:
		return data.Refuse("", "second_person_sent")
	}
	if !draft.PublishAt.After(tx.Now) {
		return d.publish(tx, draft, actor.ID, ActApprove)
	}
	o, err := d.ready(tx, draft)
	if err != nil {
		return err
	}
	detail := map[string]any{"publish_at": draft.PublishAt.Format(time.RFC3339)}
	if draft.Kind == KindEdit {
		effect, err := d.effect(tx, draft, o)
		if err != nil {
			return err
		}
		detail["effect"] = effect.Figures()
	}
	if err := draft.move(tx, actor.ID, ActApprove, catalog.StateScheduled, detail); err != nil {
		return err
	}
	_, err = tx.Exec("UPDATE offering_draft SET approved_at = $1, approved_by = $2 WHERE id = $3", data.Millis(tx.Now), actor.ID, draft.ID)
	if err != nil {
		return wrap(err, "approve draft %s", draft.ID)
	}
	return d.tellWriters(tx, draft, actor, "listing_scheduled", "")
}

// publish makes a draft the live version, or takes the offering off the list. approver is who approved it.
func (d Desk) publish(tx *data.Tx, draft Draft, approver string, act Act) error {
	o, err := d.ready(tx, draft)
	if err != nil {
		return err
	}
	detail := map[string]any{"draft": draft.ID, "revision": draft.Revision, "written_by": draft.WrittenBy, "sent_by": draft.SentBy, "approved_by": approver}
	actor := approver
	if act == actRelease {
		actor = record.System
	}
	var versionID string
	if draft.Kind == KindRetirement {
		if err := catalog.TakeOff(tx, draft.Slug, draft.BasedOn, actor, detail); err != nil {
			return err
		}
	} else {
		effect, err := d.effect(tx, draft, o)
		if err != nil {
			return err
		}
		detail["tests"], detail["effect"] = len(o.Tests), effect.Figures()
		p, err := catalog.Publish(tx, d.Vocabulary, catalog.Release{Offering: o, BasedOn: draft.BasedOn, WrittenBy: draft.WrittenBy, ApprovedBy: approver, Actor: actor, Act: "publish", Detail: detail})
		if err != nil {
			return err
		}
		versionID = p.VersionID
	}
	if err := draft.move(tx, actor, act, catalog.StatePublished, map[string]any{"version_id": versionID}); err != nil {
		return err
	}
	_, err = tx.Exec("UPDATE offering_draft SET approved_at = coalesce(approved_at, $1), approved_by = $2, version_id = $3 WHERE id = $4",
		data.Millis(tx.Now), approver, versionID, draft.ID)
	if err != nil {
		return wrap(err, "publish draft %s", draft.ID)
	}
	return d.tellPublished(tx, draft, approver)
}
