package access

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"accessdesk/broker/account"
	"accessdesk/broker/record"
	"accessdesk/broker/seat"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/notify"
)

// ReasonLimit is the length of a reason in characters: what the mail to the holder can quote in full.
const ReasonLimit = 2000

// Desk is what acts on grants need from packages that access must not know.
type Desk struct {
	Mail *notify.Composer
	// Title gives what the program of a grant is called in a language.
	Title func(tx *data.Tx, g Grant, lang string) (string, error)
	// Live gives the version of a program that holds now and its terms for a tier, "" if it has none. data.ErrNotFound: it is not published
	// any more.
	Live func(tx *data.Tx, slug, tier string) (versionID string, terms catalog.Terms, err error)
	// Safeguard says a safeguard in a language, as one line.
	Safeguard func(s catalog.Safeguard, lang string) string
}

// Actor is who does something with a grant: a signed-in person, or the program itself.
type Actor struct {
	person  account.Person
	program bool
}

// ByPerson is a signed-in person.
func ByPerson(p account.Person) Actor { return Actor{person: p} }

// ByProgram is the program itself, in a job.
func ByProgram() Actor { return Actor{program: true} }

// name is the actor as the record has it.
func (a Actor) name() string {
	if a.program {
		return record.System
	}
	return a.person.ID
}

// ActRequest asks for a change of a grant.
type ActRequest struct {
	Act      string
	Revision int64  // of the page that the actor saw; 0 is not compared
	Reason   string // where the table asks for one: at most ReasonLimit characters, shown to the holder
	Name     string // of the person, for name_person
	Email    string // of the person, for name_person
	PersonID string // of the person, for remove_person
}

// step is a running act.
type step struct {
	tx      *data.Tx
	desk    Desk
	actor   Actor
	request ActRequest
	row     Transition
	grant   Grant
	live    struct { // the terms that a renewal brings
		versionID string
		terms     catalog.Terms
	}
	detail map[string]any
}

// Act is the one door for changes of a grant. data.ErrNotFound if there is no such grant, or the actor may not know of it;
// data.ErrConflict if somebody else changed it meanwhile, or the program comes too early. A *data.Refusal says "grant_state"
// (not possible in this state), "not_your_role", "own_organization"; for the field "reason" "required", "too_long" with Max and
// Used, or "invalid_text"; and what ask_renewal, renew, refuse_renewal, name_person and remove_person say for themselves.
func Act(tx *data.Tx, d Desk, actor Actor, grantID string, r ActRequest) (Grant, error) {
	g, err := Find(tx, grantID)
	if err != nil {
		return Grant{}, err
	}
	if g, err = act(tx, d, actor, g, r); err != nil {
		return Grant{}, fmt.Errorf("%s grant %s: %w", r.Act, grantID, err)
	}
	return g, nil
}

// act does what Act promises to a grant that was read in the same transaction.
func act(tx *data.Tx, d Desk, actor Actor, g Grant, r ActRequest) (Grant, error) {
	s, err := newStep(tx, d, actor, g, r)
	if err != nil {
		return Grant{}, err
	}
	if err := s.settle(); err != nil {
		return Grant{}, err
	}
	if err := s.may(); err != nil {
		return Grant{}, err
	}
	if r.Revision != 0 && r.Revision != g.Revision {
		return Grant{}, data.ErrConflict
	}
	next, err := s.prepare()
	if err != nil {
		return Grant{}, err
	}
	if err := s.move(next); err != nil {
		return Grant{}, err
	}
	return s.grant, s.tell()
}

// Possible lists the acts of people that an actor could take on a grant now, in the order of the table: for pages, so that
// they offer nothing that would be refused. data.ErrNotFound if the actor may not know of the grant.
func Possible(tx *data.Tx, d Desk, actor Actor, g Grant) ([]string, error) {
	var acts []string
	g.State = g.StateAt(tx.Now)
	for _, row := range life.Acts {
		s, err := newStep(tx, d, actor, g, ActRequest{Act: row.Act})
		if err == nil {
			err = s.may()
		}
		var refusal *data.Refusal
		switch {
		case err == nil:
			acts = append(acts, row.Act)
		case !errors.As(err, &refusal) && !errors.Is(err, data.ErrConflict):
			return nil, fmt.Errorf("acts on grant %s: %w", g.ID, err)
		}
	}
	return acts, nil
}

// newStep looks the act up and checks the party. Who may not know of the grant learns nothing of it.
func newStep(tx *data.Tx, d Desk, actor Actor, g Grant, r ActRequest) (*step, error) {
	s := &step{tx: tx, desk: d, actor: actor, request: r, grant: g, detail: map[string]any{"grant": g.ID}}
	row, known := transitionOf(r.Act)
	s.row = row
	if err := s.authorize(); err != nil {
		return nil, err
	}
	if !known {
		return nil, data.Refuse("act", "unknown_choice")
	}
	return s, nil
}

func (s *step) authorize() error {
	if s.actor.program {
		if s.row.By != System {
			return data.Refuse("", "not_your_role")
		}
		return nil
	}
	p := s.actor.person
	member, err := account.MayActFor(s.tx, p.ID, s.grant.OrganizationID)
	belongs := err == nil
	if !belongs && !errors.Is(err, data.ErrNotFound) {
		return err
	}
	switch {
	case !belongs && p.StaffRole == "":
		return data.ErrNotFound
	case s.row.By == Holder && belongs && member.May(s.row.Right):
		return nil
	case s.row.By == Manager && p.StaffRole == account.ProgramManager && belongs:
		return data.Refuse("", "own_organization")
	case s.row.By == Manager && p.StaffRole == account.ProgramManager:
		return nil
	case s.row.By == "": // an act that does not exist
		return nil
	}
	return data.Refuse("", "not_your_role")
}

// settle does what is due for the grant before a person acts on it: a start or an end that has come at this very instant is
// not undone because the run of the minute has not been there yet.
func (s *step) settle() error {
	if s.actor.program {
		return nil
	}
	for _, due := range []string{ActActivate, ActEnd} {
		row, _ := transitionOf(due)
		if !slices.Contains(row.From, s.grant.State) || early(s.grant, due, s.tx.Now) {
			continue
		}
		settled, err := act(s.tx, s.desk, ByProgram(), s.grant, ActRequest{Act: due})
		if err != nil {
			return err
		}
		s.grant = settled
	}
	return nil
}

// early tells whether the instant of an act of the program has not come.
func early(g Grant, act string, now time.Time) bool {
	return act == ActActivate && now.Before(g.Starts) || act == ActEnd && now.Before(g.Ends)
}

// may checks the state, the time and what else the act depends on, but nothing that was typed.
func (s *step) may() error {
	if !slices.Contains(s.row.From, s.grant.State) {
		return data.Refuse("", "grant_state")
	}
	if early(s.grant, s.row.Act, s.tx.Now) {
		return data.ErrConflict
	}
	switch s.row.Act {
	case ActAskRenewal:
		return s.mayAskRenewal()
	case ActRenew:
		return s.mayRenew()
	case ActRefuseRenewal:
		if s.grant.Renewal != RenewalAsked {
			return data.Refuse("", "renewal_not_asked")
		}
	}
	return nil
}

// prepare checks what was typed and gives the grant as it will be.
func (s *step) prepare() (Grant, error) {
	next := s.grant
	next.State = s.row.target(s.grant.State)
	if next.State != s.grant.State {
		next.ChangedAt, next.Reason = s.tx.Now, ""
	}
	if !s.row.Quiet {
		next.Revision++
	}
	reason, err := s.reason()
	if err != nil {
		return next, err
	}
	switch s.row.Act {
	case ActSuspend:
		next.Reason = reason
	case ActRevoke:
		next.Reason, next.Stopped = reason, s.tx.Now
	case ActGiveUp:
		next.Stopped = s.tx.Now
	case ActEnd:
		next.Stopped = s.grant.Ends // nobody had access after it, however late this run is
	case ActAskRenewal:
		next.Renewal, next.RenewalAt = RenewalAsked, s.tx.Now
	case ActRefuseRenewal:
		next.Renewal, next.RenewalAt, next.RenewalReason = RenewalRefused, s.tx.Now, reason
	case ActRenew:
		s.renew(&next)
	case ActNamePerson:
		err = s.namePerson(&next)
	case ActRemovePerson:
		err = s.removePerson(&next)
	}
	return next, err
}

// reason gives the reason as it is stored, "" for an act without one.
func (s *step) reason() (string, error) {
	if !s.row.Reason {
		return "", nil
	}
	reason := strings.TrimSpace(s.request.Reason)
	used := utf8.RuneCountInString(reason)
	switch {
	case reason == "":
		return "", data.Refuse("reason", "required")
	case used > ReasonLimit:
		return "", data.Refuse("reason", "too_long", "Max", ReasonLimit, "Used", used)
	case !utf8.ValidString(reason) || strings.ContainsRune(reason, 0): // PostgreSQL stores neither
		return "", data.Refuse("reason", "invalid_text")
	}
	return reason, nil
}

// move does the guarded update and writes the record entry. The quota of people and the terms were read in this transaction,
// which is serializable; the guard holds whatever the engine does.
func (s *step) move(next Grant) error {
	rows, err := s.tx.Exec(`UPDATE access_grant SET state = $4, version_id = $5, ends = $6, stopped_at = $7, renewable = $8, renewal_days = $9,
		user_limit = $10, safeguards = $11, reason = $12, renewal = $13, renewal_at = $14, renewal_reason = $15, renewals = $16, people = $17,
		changed_at = $18, revision = $19 WHERE id = $1 AND state = $2 AND revision = $3 AND people = $20`,
		s.grant.ID, string(s.grant.State), s.grant.Revision, string(next.State), next.VersionID, data.Millis(next.Ends), nullTime(next.Stopped),
		next.Renewable, next.RenewalDays, next.UserLimit, joinSafeguards(next.Safeguards), next.Reason, string(next.Renewal),
		nullTime(next.RenewalAt), next.RenewalReason, next.Renewals, next.People, data.Millis(next.ChangedAt), next.Revision, s.grant.People)
	if err != nil {
		return err
	}
	if rows == 0 {
		return data.ErrConflict
	}
	if next.Renewals != s.grant.Renewals {
		if err := s.remindAnew(next); err != nil {
			return err
		}
	}
	if next.State != s.grant.State {
		s.detail["from"], s.detail["to"] = s.grant.State, next.State
	}
	s.grant = next
	if next.State.Over() {
		if err := seat.Free(s.tx, next.ItemID); err != nil {
			return err
		}
	}
	return record.Append(s.tx, record.Entry{Chain: record.CaseChain(s.grant.ItemID), Actor: s.actor.name(), Act: s.row.Entry, Detail: s.detail})
}

// remindAnew lets the reminders of a new term come again, but for those that the term is too short for.
func (s *step) remindAnew(next Grant) error {
	var passed sql.NullInt64 = passedAtStart(next.Ends.Sub(s.tx.Now))
	_, err := s.tx.Exec("UPDATE access_grant SET reminded_days = $2 WHERE id = $1", next.ID, passed)
	return err
}
