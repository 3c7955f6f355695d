package broker

import (
	"database/sql"
	"slices"
	"time"

	"accessdesk/broker/account"
	"accessdesk/broker/workflow"
	"accessdesk/data"
)

// State is where an item stands; package workflow has the life cycles.
type State = workflow.State

// The states of an item that is decided here.
const (
	Draft      = workflow.Draft
	Submitted  = workflow.Submitted
	Waitlisted = workflow.Waitlisted
	InReview   = workflow.InReview
	NeedsInfo  = workflow.NeedsInfo
	Approved   = workflow.Approved
	Declined   = workflow.Declined
	Withdrawn  = workflow.Withdrawn
	Closed     = workflow.Closed
)

// The states of a packet. Approved and Withdrawn are used in both kinds.
const (
	Preparing    = workflow.Preparing
	Sent         = workflow.Sent
	Acknowledged = workflow.Acknowledged
	SetUp        = workflow.SetUp
	ReadyToUse   = workflow.Ready
	Refused      = workflow.Refused
	NoReply      = workflow.NoReply
)

// States lists the states of an item that is decided here, in the order of a case.
func States() []State { return slices.Clone(workflow.Of(workflow.InApp).States) }

// PacketStates lists the stages of a packet in order.
func PacketStates() []State { return slices.Clone(workflow.Of(workflow.Packet).States) }

// Item is one program of an application: the case.
type Item struct {
	ID, ApplicationID, Slug, VersionID string
	Kind                               workflow.Kind
	State                              State
	Revision                           int64
	Created, Changed                   time.Time // Changed is since when it is in its state
	Saved                              time.Time // last save of its own questions, zero if never
	SavedBy                            string
	Submitted, Due, Decided            time.Time // zero until then; Due of a packet: when an answer is overdue
	SubmittedBy, AssignedTo, DecidedBy string
	ReasonCode, ReasonText             string    // of a decline
	Facts                              string    // as of the submit, with evidence and source
	VersionChanged                     bool      // the program had a newer version at the submit than at the start
	RulesMet, RulesAll                 int       // as of the submit
	Paused                             time.Time // since when the promise clock stands still; zero while it runs
	Waitlisted                         time.Time // since when it has its place on the waiting list
	Route                              int       // of a packet: number of the apply route that it follows
	Tier                               string    // id of the tier that it is about, "" if the program has none, or none was chosen yet
	StageOn, EndsOn                    string    // of a packet: calendar days YYYY-MM-DD of its stage and of the end of the service, "" if none
}

const itemColumns = `i.id, i.application_id, i.slug, i.version_id, i.kind, i.state, i.revision, i.created_at, i.changed_at, i.saved_at, i.saved_by,
	i.submitted_at, i.submitted_by, i.due_at, i.assigned_to, i.decided_at, i.decided_by, i.reason_code, i.reason_text, i.facts,
	i.version_changed, i.rules_met, i.rules_all, i.paused_at, i.waitlisted_at, i.route, i.stage_on, i.ends_on, i.tier`

func scanItem(s data.Scanner) (Item, error) {
	var i Item
	return i, i.scan(s)
}

// scan reads the item's columns, then whatever else the query asked for.
func (i *Item) scan(s data.Scanner, more ...any) error {
	var created, changed int64
	var saved, submitted, due, decided, paused, waitlisted sql.NullInt64
	into := []any{&i.ID, &i.ApplicationID, &i.Slug, &i.VersionID, &i.Kind, &i.State, &i.Revision, &created, &changed, &saved, &i.SavedBy,
		&submitted, &i.SubmittedBy, &due, &i.AssignedTo, &decided, &i.DecidedBy, &i.ReasonCode, &i.ReasonText, &i.Facts,
		&i.VersionChanged, &i.RulesMet, &i.RulesAll, &paused, &waitlisted, &i.Route, &i.StageOn, &i.EndsOn, &i.Tier}
	err := s.Scan(append(into, more...)...)
	i.Created, i.Changed = data.FromMillis(created), data.FromMillis(changed)
	i.Saved, i.Submitted = data.FromMillis(saved.Int64), data.FromMillis(submitted.Int64)
	i.Due, i.Decided = data.FromMillis(due.Int64), data.FromMillis(decided.Int64)
	i.Paused, i.Waitlisted = data.FromMillis(paused.Int64), data.FromMillis(waitlisted.Int64)
	return err
}

// Over tells whether the item has come to its end.
func (i Item) Over() bool { return workflow.Of(i.Kind).IsOver(i.State) }

// Unsent tells whether the applicant still prepares it.
func (i Item) Unsent() bool { return workflow.Of(i.Kind).IsUnsent(i.State) }

// IsPacket tells whether the provider decides about it elsewhere.
func (i Item) IsPacket() bool { return i.Kind == workflow.Packet }

// Editable tells whether its answers may change: an item that is decided here until it is sent, a packet until it is over,
// because a provider may ask for more at any time.
func (i Item) Editable() bool { return i.Unsent() || i.IsPacket() && !i.Over() }

// Allows tells whether the table has this act now, for somebody; who may take it is another question.
func (i Item) Allows(act string) bool {
	_, ok := workflow.Of(i.Kind).Find(i.State, act)
	return ok
}

// AnswerBy is when an unanswered question closes the case, zero while nothing was asked.
func (i Item) AnswerBy() time.Time {
	if i.Paused.IsZero() {
		return time.Time{}
	}
	return i.Paused.Add(AnswerTime)
}

// RightFor is what the role of a member must allow for an act of the applicants on the item as it is.
func (i Item) RightFor(act string) account.Right {
	cycle := workflow.Of(i.Kind)
	named, _ := cycle.Named(act)
	return account.Right(cycle.RightIn(named, i.State))
}
