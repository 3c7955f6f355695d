// Package publishing is the one door through which an offering reaches the public: from a draft, by way of a second person, to a version
// that never changes again. Pages, the interface for programs, commands and files all come through here, so that what is refused at one
// door is refused at every door.
//
// # Drafts
//
// An offering has at most one open draft. It begins from the live version (Begin), from another offering (Clone), or from a file (New).
// Save replaces its text as a whole and names the revision it was made from; a revision that is not the present one is refused with
// *Stale, which holds the text that is stored now, so that both can be shown. Every text that was ever saved is kept.
//
// # States
//
//	draft     -submit->    in_review    ready, or *NotReady lists what is missing
//	in_review -send_back-> draft        with words for the writer
//	in_review -approve->   published    by a second person; at once, or
//	in_review -approve->   scheduled    at the time that was asked for
//	scheduled -release->   published    by the clock (Due); what is not ready any more, or was approved by somebody who
//	                                   is no program manager any more, goes back to draft, and both people hear of it
//	scheduled -send_back-> draft
//	draft, in_review, scheduled -save->    draft: an approval holds for one text only
//	draft, in_review, scheduled -discard-> discarded
//
// # The second person
//
// Whoever saved the last text or sent it cannot approve it. All who act are program managers who can sign in. Only a pause is one
// person's act: it takes nothing but new applications away, and must be possible at night (Pause). Its end goes through review, as every
// change does that opens something.
//
// # Ready
//
// Ready means that package check, strict, finds nothing: both languages, cited criteria that compile, worked examples that come out as
// stated on both sides of each threshold, a review date to come. It is asked when a draft is sent, when it is approved, and when it is
// released by the clock.
//
// # What approval records
//
// The chain "offering:SLUG" gets an entry for each act. The entry of a published version names version, hash, draft, who wrote and
// who approved it, how many worked examples passed, and whom it makes eligible or not any more, over the loaded registers and over the
// profiles of organizations that use this desk (Effect).
package publishing

import (
	"fmt"
	"slices"
	"time"

	"accessdesk/catalog"
	"accessdesk/catalog/check"
	"accessdesk/data"
	"accessdesk/data/locale"
	"accessdesk/eligibility"
	"accessdesk/eligibility/registry/impact"
	"accessdesk/notify"
)

// Desk is what this package needs beside the transaction. Functions give what stands in rooms above this one.
type Desk struct {
	Vocabulary *eligibility.Vocabulary
	Catalog    *catalog.Cache
	Mail       *notify.Composer
	Locales    *locale.Locales
	Zone       *time.Location // of the site; nil is UTC
	// Managers lists the program managers who can sign in.
	Managers func(*data.Tx) ([]Manager, error)
	// Profiles gives what is known of each organization that uses this desk; nil: none.
	Profiles func(tx *data.Tx, each func(organizationID string, facts eligibility.Profile)) error
	// Population gives the organizations of the loaded registers; nil: none. data.ErrBusy: they are being read, come again.
	Population func(*data.Tx) (*impact.Population, error)
}

// Manager is a program manager.
type Manager struct{ ID, Email, Name, Lang string }

// Called is how others see the manager.
func (m Manager) Called() string {
	if m.Name != "" {
		return m.Name
	}
	return m.Email
}

// Kind is what a draft does when it is approved.
type Kind string

// The kinds of draft.
const (
	KindEdit       Kind = "edit"       // becomes the next version
	KindRetirement Kind = "retirement" // takes the offering off the list
)

// Draft is what somebody works on before it becomes a version.
type Draft struct {
	ID, Slug  string
	Kind      Kind
	State     catalog.State
	BasedOn   string // id of the version it began from; "" for a new offering
	Body      string // canonical TOML
	Owner     string // address of the keeper, which is no part of the canonical text
	Revision  int    // of the text, from 1
	Note      string // from the writer to the reviewer
	Reply     string // from the reviewer, when it was sent back
	Begun     time.Time
	BegunBy   string
	Written   time.Time
	WrittenBy string
	Sent      time.Time // zero unless in review or later
	SentBy    string
	Approved  time.Time
	ApproveBy string
	PublishAt time.Time // zero: as soon as it is approved
	VersionID string    // what it became
}

// Open tells whether the draft can still change.
func (d Draft) Open() bool { return slices.Contains(openStates, d.State) }

var openStates = []catalog.State{catalog.StateDraft, catalog.StateInReview, catalog.StateScheduled}

// Offering reads the text of the draft.
func (d Draft) Offering() (*catalog.Offering, error) {
	o, err := catalog.Parse("", []byte(d.Body))
	if err != nil {
		return nil, fmt.Errorf("text of draft %s: %w", d.ID, err)
	}
	o.Owner = d.Owner
	return o, nil
}

// Stale is the error of a change that was made from a text that is not the present one. It is a data.ErrConflict.
type Stale struct{ Present Draft }

// Error is for logs.
func (s *Stale) Error() string {
	return fmt.Sprintf("draft %s is at revision %d by now", s.Present.ID, s.Present.Revision)
}

// Unwrap makes it a conflict.
func (s *Stale) Unwrap() error { return data.ErrConflict }

// NotReady is the error of a draft that may not be published as it stands.
type NotReady struct{ Problems []check.Problem }

// Error has a line for each problem.
func (n *NotReady) Error() string {
	text := "not ready to be published:"
	for _, p := range n.Problems {
		text += "\n" + p.String()
	}
	return text
}

// Problems lists what keeps an offering from being published on a day; none: it is ready.
func Problems(v *eligibility.Vocabulary, o *catalog.Offering, today time.Time) []check.Problem {
	return check.Offering(v, o, today, true)
}

// today is the time at the desk.
func (d Desk) today(tx *data.Tx) time.Time {
	if d.Zone == nil {
		return tx.Now
	}
	return tx.Now.In(d.Zone)
}

// manager finds a program manager by id. A refusal, manager_only, for anybody else.
func (d Desk) manager(tx *data.Tx, id string) (Manager, error) {
	all, err := d.Managers(tx)
	if err != nil {
		return Manager{}, fmt.Errorf("program managers: %w", err)
	}
	for _, m := range all {
		if m.ID == id {
			return m, nil
		}
	}
	return Manager{}, data.Refuse("", "manager_only")
}

func wrap(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), err)
}
