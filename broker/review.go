package broker

import (
	"errors"
	"slices"
	"strings"
	"time"

	"accessdesk/broker/access"
	"accessdesk/broker/account"
	"accessdesk/broker/proof"
	"accessdesk/broker/record"
	"accessdesk/broker/seat"
	"accessdesk/broker/workflow"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/notify"
)

// Filter chooses rows of the review queue.
type Filter struct {
	Program string // slug, "" for all
	Status  string // one of Statuses, "" for those that need a decision
	Sort    string // one of Sorts, "" for the due date
}

// Statuses lists the filters of the queue: everything that needs a decision, one state of it, or what is over.
func Statuses() []string {
	return []string{"open", "new", "in_review", "needs_info", "waitlisted", "decided"}
}

// Sorts lists the orders of the queue.
func Sorts() []string { return []string{"due", "waiting", "organization"} }

// QueueRow is a case as the queue shows it.
type QueueRow struct {
	Item
	Organization, Reference string
	Program                 catalog.Text
	Reviewer                account.Person // zero: nobody yet
}

// Queue is the review queue with its figures over all cases, whatever the filter shows.
type Queue struct {
	Rows                                     []QueueRow
	Waiting, New, OnApplicant, DueSoon, Late int
	OnList                                   int // on waiting lists
}

// dueSoon is what "due soon" means.
const dueSoon = 3 * 24 * time.Hour

// DueSoon tells whether a case that waits for a decision is due within 3 days, or late.
func (i Item) DueSoon(now time.Time) bool {
	return (i.State == Submitted || i.State == InReview) && i.Due.Sub(now) <= dueSoon
}

// Late tells whether a case waits for a decision beyond its due date.
func (i Item) Late(now time.Time) bool { return i.DueSoon(now) && i.Due.Before(now) }

// ReviewQueue lists the cases for staff.
func ReviewQueue(tx *data.Tx, d Desk, actor Actor, f Filter) (Queue, error) {
	if !actor.readsCases() {
		return Queue{}, data.ErrNotFound
	}
	snapshot, err := d.Catalog.Snapshot(tx)
	if err != nil {
		return Queue{}, err
	}
	all, err := data.Rows(tx, func(s data.Scanner) (r QueueRow, err error) {
		return r, r.Item.scan(s, &r.Organization, &r.Reference)
	}, "SELECT "+itemColumns+`, o.name, a.reference FROM application_item i JOIN application a ON a.id = i.application_id
		JOIN organization o ON o.id = a.organization_id WHERE i.kind = $1 AND i.state <> $2 ORDER BY i.due_at, i.id`, string(workflow.InApp), string(Draft))
	if err != nil {
		return Queue{}, wrap(err, "review queue")
	}
	var q Queue
	reviewers := map[string]account.Person{}
	for _, row := range all {
		if row.Submitted.IsZero() {
			continue // withdrawn before it was sent: never a case
		}
		q.count(row, tx.Now)
		if !f.shows(row) {
			continue
		}
		if live, ok := snapshot.Find(row.Slug); ok {
			row.Program = live.Title
		}
		if row.Reviewer, err = reviewer(tx, reviewers, row.AssignedTo); err != nil {
			return q, wrap(err, "review queue")
		}
		q.Rows = append(q.Rows, row)
	}
	sortQueue(q.Rows, f.Sort)
	return q, nil
}

func (q *Queue) count(row QueueRow, now time.Time) {
	if row.Over() {
		return
	}
	switch row.State {
	case NeedsInfo:
		q.OnApplicant++
		return
	case Waitlisted:
		q.OnList++
		return
	}
	q.Waiting++
	if row.AssignedTo == "" {
		q.New++
	}
	if row.DueSoon(now) {
		q.DueSoon++
	}
	if row.Late(now) {
		q.Late++
	}
}

func (f Filter) shows(row QueueRow) bool {
	if f.Program != "" && row.Slug != f.Program {
		return false
	}
	switch f.Status {
	case "new":
		return row.State == Submitted && row.AssignedTo == ""
	case "in_review":
		return row.State == InReview
	case "needs_info":
		return row.State == NeedsInfo
	case "waitlisted":
		return row.State == Waitlisted
	case "decided":
		return row.Over()
	}
	return !row.Over() && row.State != Waitlisted
}

func reviewer(tx *data.Tx, known map[string]account.Person, id string) (account.Person, error) {
	if p, ok := known[id]; ok || id == "" {
		return p, nil
	}
	p, err := account.FindPerson(tx, id)
	known[id] = p
	return p, err
}

func sortQueue(rows []QueueRow, by string) {
	slices.SortStableFunc(rows, func(a, b QueueRow) int {
		switch by {
		case "waiting":
			return a.Submitted.Compare(b.Submitted)
		case "organization":
			return strings.Compare(strings.ToLower(a.Organization), strings.ToLower(b.Organization))
		}
		return a.Due.Compare(b.Due)
	})
}

// Message is what reviewer and applicant wrote.
type Message struct {
	Kind string // ActAsk, ActAnswer, ActMessage, ActReply or ActNote
	Text string
	At   time.Time
	By   account.Person
}

// Messages lists what was written on a case, in order, with the notes among staff.
func Messages(tx *data.Tx, itemID string) ([]Message, error) {
	return data.Rows(tx, func(s data.Scanner) (m Message, err error) {
		var at int64
		err = s.Scan(&m.Kind, &m.Text, &at, &m.By.ID, &m.By.Email, &m.By.Name, &m.By.StaffRole)
		m.At = data.FromMillis(at)
		return m, err
	}, `SELECT m.kind, m.body, m.written_at, p.id, p.email, p.name, p.staff_role FROM item_message m JOIN person p ON p.id = m.written_by
		WHERE m.item_id = $1 ORDER BY m.written_at, m.id`, itemID)
}

// Event is an entry of the record as a case shows it.
type Event struct {
	Act string
	At  time.Time
	By  account.Person // zero: the program itself, or the command line
}

// Case is everything that a reviewer sees.
type Case struct {
	Item
	Application Application
	Program     *catalog.Published // the version that the case is decided on
	Facts       eligibility.Profile
	Proof       proof.Standing // what the registers said of the organization when it was sent
	Decision    eligibility.Decision
	Answers     Answers
	Messages    []Message
	Events      []Event
	Mails       []notify.Queued
	Grant       *access.Grant
	Reviewer    account.Person
	DecidedBy   account.Person
	Language    string         // of the person who sent it
	Own         bool           // the looking person belongs to the organization
	Place       int            // on the waiting list, from 1; 0: not on it
	Places      catalog.Places // of the program now; this case holds one once it left the waiting list
}

// FindCase gives a case to staff. Drafts are nobody's business but the applicant's.
func FindCase(tx *data.Tx, d Desk, actor Actor, itemID string) (Case, error) {
	var c Case
	if !actor.readsCases() {
		return c, data.ErrNotFound
	}
	s, err := newStep(tx, d, actor, itemID, ActRequest{})
	if err == nil && s.item.Submitted.IsZero() {
		err = data.ErrNotFound
	}
	if err != nil {
		return c, wrap(err, "case %s", itemID)
	}
	c.Item, c.Application, c.Program = s.item, s.app, s.program
	if c.Facts, err = d.Vocabulary.ParseProfile([]byte(s.item.Facts)); err != nil {
		return c, wrap(err, "case %s", itemID)
	}
	if c.Proof, err = proof.Frozen(tx, d.Vocabulary, itemID, c.Facts); err != nil {
		return c, wrap(err, "case %s", itemID)
	}
	c.Decision = c.Proof.Decide(c.Program.Rules)
	if c.Place, err = Place(tx, c.Item); err != nil {
		return c, err
	}
	live, err := d.live(tx, c.Program)
	if err == nil {
		c.Places, err = seat.Of(tx, live)
	}
	if err != nil {
		return c, wrap(err, "case %s", itemID)
	}
	return c, wrap(c.load(tx, actor), "case %s", itemID)
}

// load reads what belongs to the case beside the decision.
func (c *Case) load(tx *data.Tx, actor Actor) error {
	chain := record.CaseChain(c.ID)
	var err error
	if c.Answers, err = AnswersOf(tx, c.ID); err != nil {
		return err
	}
	if c.Messages, err = Messages(tx, c.ID); err != nil {
		return err
	}
	if c.Events, err = events(tx, chain); err != nil {
		return err
	}
	if c.Mails, err = notify.Sent(tx, chain); err != nil {
		return err
	}
	people := map[string]account.Person{}
	if c.Reviewer, err = reviewer(tx, people, c.AssignedTo); err != nil {
		return err
	}
	if c.DecidedBy, err = reviewer(tx, people, c.Item.DecidedBy); err != nil {
		return err
	}
	sender, err := reviewer(tx, people, c.SubmittedBy)
	if err != nil {
		return err
	}
	c.Language = sender.Lang
	if c.Grant, err = grantOf(tx, c.ID); err != nil {
		return err
	}
	_, err = account.MayActFor(tx, actor.Person.ID, c.Application.Organization.ID)
	c.Own = err == nil
	if errors.Is(err, data.ErrNotFound) {
		return nil
	}
	return err
}

// grantOf gives the grant of an item, nil if there is none.
func grantOf(tx *data.Tx, itemID string) (*access.Grant, error) {
	grant, err := access.OfItem(tx, itemID)
	if errors.Is(err, data.ErrNotFound) {
		return nil, nil
	}
	return &grant, err
}

func events(tx *data.Tx, chain string) ([]Event, error) {
	entries, err := record.List(tx, chain)
	if err != nil {
		return nil, err
	}
	people := map[string]account.Person{}
	var all []Event
	for _, entry := range entries {
		event := Event{Act: entry.Act, At: entry.At}
		if entry.Actor != record.System && entry.Actor != record.Console && entry.Actor != record.Seed {
			if event.By, err = reviewer(tx, people, entry.Actor); err != nil {
				return nil, err
			}
		}
		all = append(all, event)
	}
	return all, nil
}

// Status is everything that an applicant sees of one item.
type Status struct {
	Item
	Application Application
	Program     *catalog.Published
	Answers     Answers
	Messages    []Message
	Events      []Event
	Grant       *access.Grant
	Changes     []Change // of an unsent item: what is different in the program since it was started
	Place       int      // on the waiting list, from 1; 0: not on it
}

// FindStatus gives an item to the people of its organization.
func FindStatus(tx *data.Tx, d Desk, actor Actor, applicationID, slug string) (Status, error) {
	a, err := FindApplication(tx, actor, applicationID)
	if err != nil {
		return Status{}, err
	}
	item, ok := a.Item(slug)
	if !ok {
		return Status{}, data.ErrNotFound
	}
	s := Status{Item: item, Application: a}
	if s.Program, err = d.program(tx, item); err != nil {
		return s, wrap(err, "status of %s", item.ID)
	}
	if s.Changes, err = DraftChanges(tx, d, item); err != nil {
		return s, err
	}
	if s.Answers, err = AnswersOf(tx, item.ID); err != nil {
		return s, err
	}
	if s.Messages, err = Messages(tx, item.ID); err != nil {
		return s, wrap(err, "status of %s", item.ID)
	}
	if s.Events, err = events(tx, record.CaseChain(item.ID)); err != nil {
		return s, wrap(err, "status of %s", item.ID)
	}
	s.Messages = slices.DeleteFunc(s.Messages, func(m Message) bool { return m.Kind == ActNote })
	s.Events = slices.DeleteFunc(s.Events, func(e Event) bool { return e.Act == ActNote })
	if s.Place, err = Place(tx, item); err != nil {
		return s, err
	}
	s.Grant, err = grantOf(tx, item.ID)
	return s, wrap(err, "status of %s", item.ID)
}

// Reviewers lists the program managers who may decide about an organization, by address.
func Reviewers(tx *data.Tx, organizationID string) ([]account.Person, error) {
	people, err := account.People(tx)
	if err != nil {
		return nil, wrap(err, "reviewers")
	}
	var free []account.Person
	for _, p := range people {
		if p.Disabled || p.StaffRole != account.ProgramManager {
			continue
		}
		_, err := account.MayActFor(tx, p.ID, organizationID)
		if errors.Is(err, data.ErrNotFound) {
			free = append(free, p)
		} else if err != nil {
			return nil, wrap(err, "reviewers")
		}
	}
	return free, nil
}
