// Package broker carries a case from the public check to the decision.
//
// # Screening
//
// The check of a browser without an account is a row found by the hash of a cookie: facts and which questions were put.
// It lives 2 hours from the last answer, or 30 days once its owner asked for the link by mail.
//
// # Application
//
// An application has one item for each program; the item is the case, with its own state, answers, messages, record
// chain ("case:ITEM") and, when approved, its grant. Facts belong to the organization and are shared by all items.
// Drafts are saved always: what is missing is reported, not refused, until the item is sent.
//
// # The one door
//
// Every change of an item's state goes through Act. It looks the step up in the transition table, checks who may take
// it, does the guarded UPDATE (state and revision; nothing changed means that somebody else was faster), writes the
// record entry and queues the mail, all in the transaction of the caller. Sending decides again on the version that is
// live at that moment; approving opens the grant.
//
// The table is broker/workflow/workflow.toml. Ask, approve and decline on a submitted item assign it to the actor first.
// Nobody decides for an organization that they belong to.
//
// # Packets
//
// Most programs are applied for elsewhere. Their items are packets: the desk prepares what the provider asks for, the
// applicant sends it and reports each stage with its day, which may be taken back for 7 days by whoever reported it. What
// was sent is kept as it was then (package progress). Nothing is ever sent to a provider by the program.
//
// A note may be kept at any time. It moves nothing and no reminder: who called and reached nobody still has no answer. That
// the provider got in touch without an answer is an act of its own (ActHeard), from which the days without an answer count
// anew; whoever was marked as silent before is waited for again. Once the provider has the request no clock runs.
//
// # The promise clock
//
// A case is due so many days after it was sent. While the applicant is asked the clock stands still, and on the waiting
// list it does not run yet. An unanswered question closes the case after AnswerTime.
//
// # Seats
//
// Sending takes a seat of a program that has a number of them; a decline, a withdrawal, a close and the end of the grant
// free it. When none is left and the program keeps a waiting list, sending takes a place there; the first in line moves
// up when a seat is free.
package broker

import (
	"errors"
	"fmt"
	"time"

	"accessdesk/broker/access"
	"accessdesk/broker/account"
	"accessdesk/broker/record"
	"accessdesk/catalog"
	"accessdesk/catalog/search"
	"accessdesk/data"
	"accessdesk/data/locale"
	"accessdesk/eligibility"
	"accessdesk/eligibility/registry"
	"accessdesk/eligibility/registry/index"
	"accessdesk/notify"
)

// Desk is what the domain functions need beside the transaction. It never changes after the start.
type Desk struct {
	Vocabulary *eligibility.Vocabulary
	Catalog    *catalog.Cache
	Search     *search.Cache        // finds programs; the site makes one if there is none
	Registers  *index.Index         // finds organizations; nil asks the database only
	Shares     *registry.ShareCache // how often answers are given; nil: all are alike
	Mail       *notify.Composer
	Locales    *locale.Locales
	Zone       *time.Location // of the site; nil is UTC
}

// Actor is who does something: a signed-in person, or the program itself.
type Actor struct {
	Person account.Person
	name   string // as the record has it
}

// PersonActor is a signed-in person.
func PersonActor(p account.Person) Actor { return Actor{Person: p, name: p.ID} }

// SystemActor is the program itself, in a job.
func SystemActor() Actor { return Actor{name: record.System} }

// manages tells whether the actor decides about applications.
func (a Actor) manages() bool { return a.Person.StaffRole == account.ProgramManager }

// readsCases tells whether the actor may look at every case.
func (a Actor) readsCases() bool { return a.Person.StaffRole != "" }

// program gives the program as an item knows it: the version that it was sent on. An unsent one is on the live version, the one
// that it will be sent on, so that its pages ask what the submit wants to know.
func (d Desk) program(tx *data.Tx, item Item) (*catalog.Published, error) {
	if item.Unsent() {
		snapshot, err := d.Catalog.Snapshot(tx)
		if err != nil {
			return nil, err
		}
		if live, ok := snapshot.Find(item.Slug); ok {
			return live, nil
		}
	}
	return d.version(tx, item.Slug, item.VersionID)
}

// live gives the version of a program that is live now, the one given if none is.
func (d Desk) live(tx *data.Tx, p *catalog.Published) (*catalog.Published, error) {
	snapshot, err := d.Catalog.Snapshot(tx)
	if err != nil {
		return nil, err
	}
	if live, ok := snapshot.Find(p.Slug); ok {
		return live, nil
	}
	return p, nil
}

// version gives a version of a program.
func (d Desk) version(tx *data.Tx, slug, versionID string) (*catalog.Published, error) {
	snapshot, err := d.Catalog.Snapshot(tx)
	if err != nil {
		return nil, err
	}
	if live, ok := snapshot.Find(slug); ok && live.VersionID == versionID {
		return live, nil
	}
	return catalog.Version(tx, d.Vocabulary, versionID)
}

// tell queues a mail to those of an organization whom account.Audience names, each in their language. args makes the arguments for a
// language; the organization's name is added.
func (d Desk) tell(tx *data.Tx, organizationID, template, key, chain string, args func(lang string) map[string]any) error {
	organization, err := account.FindOrganization(tx, organizationID)
	if err != nil {
		return err
	}
	people, err := account.Audience(tx, organizationID, template)
	if err != nil {
		return err
	}
	for _, p := range people {
		values := args(p.Lang)
		values["Organization"] = organization.Name
		_, err := d.Mail.Enqueue(tx, notify.Message{To: p.Email, Lang: p.Lang, Template: template, Args: values,
			Key: key + ":" + p.ID, Chain: chain})
		if err != nil {
			return err
		}
	}
	return nil
}

// Access is what the grants need to know of people and programs.
func (d Desk) Access() access.Desk {
	return access.Desk{
		Mail: d.Mail,
		Title: func(tx *data.Tx, g access.Grant, lang string) (string, error) {
			program, err := d.version(tx, g.Slug, g.VersionID)
			if err != nil {
				return "", err
			}
			return program.TitleOf(g.Tier, lang), nil
		},
	}
}

// isRefusal tells an error that a person may read from one of the machine.
func isRefusal(err error) bool {
	var refusal *data.Refusal
	return errors.As(err, &refusal)
}

// wrap names the operation of an internal error; refusals and the kinds of package data pass as they are.
func wrap(err error, format string, args ...any) error {
	if err == nil || isRefusal(err) || errors.Is(err, data.ErrNotFound) || errors.Is(err, data.ErrConflict) {
		return err
	}
	return fmt.Errorf(format+": %w", append(args, err)...)
}
