package broker

import (
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"accessdesk/broker/account"
	"accessdesk/broker/proof"
	"accessdesk/broker/record"
	"accessdesk/broker/seat"
	"accessdesk/broker/workflow"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/eligibility"
)

// Application is what an organization asks for.
type Application struct {
	ID, Reference string
	Organization  account.Organization
	Created       time.Time
	Saved         time.Time
	SavedBy       string // person
	Revision      int64  // of the facts page
	Items         []Item
}

// State is derived: draft while an item is one or a packet is prepared, open while one is undecided, else closed.
func (a Application) State() string {
	open := false
	for _, item := range a.Items {
		if item.Unsent() {
			return "draft"
		}
		open = open || !item.Over()
	}
	if open {
		return "open"
	}
	return "closed"
}

// Item finds the item for a program.
func (a Application) Item(slug string) (Item, bool) {
	at := slices.IndexFunc(a.Items, func(i Item) bool { return i.Slug == slug })
	if at < 0 {
		return Item{}, false
	}
	return a.Items[at], true
}

// referenceLetters has no letter that is mistaken for another: people read references out on the phone.
const referenceLetters = "ABCDEFGHJKMNPQRTUVWXYZ2346789"

// referenceTries is how often a taken reference is replaced; with 29^6 of them one is enough.
const referenceTries = 5

func newReference() string {
	letters := make([]byte, 6)
	rand.Read(letters)
	for i, b := range letters {
		letters[i] = referenceLetters[int(b)%len(referenceLetters)]
	}
	return "CAD-" + string(letters)
}

// Start begins an application of an organization for programs that take requests now: for those that are decided here, and
// for others, whose packet it prepares. The facts of the check become facts of the organization.
func Start(tx *data.Tx, d Desk, actor Actor, organizationID string, slugs []string, facts eligibility.Profile) (Application, error) {
	member, err := account.MayActFor(tx, actor.Person.ID, organizationID)
	if err != nil {
		return Application{}, err
	}
	if !member.MayWrite() {
		return Application{}, data.Refuse("", "not_your_role")
	}
	programs, err := startable(tx, d, organizationID, slugs)
	if err != nil {
		return Application{}, wrap(err, "start application")
	}
	if err := proof.SaveCheck(tx, d.Vocabulary, organizationID, actor.name, facts); err != nil {
		return Application{}, wrap(err, "start application")
	}
	a := Application{ID: data.NewID(), Organization: member.Organization, Created: tx.Now, Saved: tx.Now, SavedBy: actor.Person.ID, Revision: 1}
	if err := insertApplication(tx, &a, actor); err != nil {
		return a, wrap(err, "start application")
	}
	for _, program := range programs {
		item, err := insertItem(tx, a.ID, program, actor)
		if err != nil {
			return a, wrap(err, "start application")
		}
		a.Items = append(a.Items, item)
	}
	closing := firstToClose(programs, tx.Now)
	err = d.tell(tx, organizationID, "draft_saved", "draft_saved:"+a.ID, record.CaseChain(a.Items[0].ID), func(lang string) map[string]any {
		args := map[string]any{"Reference": a.Reference, "Link": "/applications/" + a.ID}
		if closing != nil {
			args["Program"], args["Closes"] = closing.Title.In(lang), closing.Window.At(tx.Now).LastMoment()
		}
		return args
	})
	return a, wrap(err, "start application")
}

// firstToClose is the program whose window closes first, nil where none closes.
func firstToClose(programs []*catalog.Published, now time.Time) (first *catalog.Published) {
	for _, p := range programs {
		if closes := p.Window.At(now).Closes; !closes.IsZero() && (first == nil || closes.Before(first.Window.At(now).Closes)) {
			first = p
		}
	}
	return first
}

// startable finds the programs and refuses when one of them cannot be started now.
func startable(tx *data.Tx, d Desk, organizationID string, slugs []string) ([]*catalog.Published, error) {
	snapshot, err := d.Catalog.Snapshot(tx)
	if err != nil {
		return nil, err
	}
	var programs []*catalog.Published
	for _, slug := range slugs {
		program, ok := snapshot.Find(slug)
		if !ok {
			return nil, data.Refuse("program", "program_closed")
		}
		places, err := seat.Of(tx, program)
		if err != nil {
			return nil, err
		}
		if next := program.NextStep(tx.Now, places.Full()); next.Step == catalog.StepNone {
			return nil, hindered("program", next)
		}
		if err := refuseTwice(tx, organizationID, slug); err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(programs, func(p *catalog.Published) bool { return p.Slug == slug }) {
			programs = append(programs, program)
		}
	}
	if len(programs) == 0 {
		return nil, data.Refuse("program", "program_none")
	}
	return programs, nil
}

// refuseTwice refuses a program for which the organization has an undecided item. Two starts at the same moment cannot both
// pass: write transactions are serializable.
func refuseTwice(tx *data.Tx, organizationID, slug string) error {
	var reference string
	err := tx.Row(`SELECT a.reference FROM application a JOIN application_item i ON i.application_id = a.id
		WHERE a.organization_id = $1 AND i.slug = $2 AND i.decided_at IS NULL
		ORDER BY a.created_at LIMIT 1`, organizationID, slug).Scan(&reference)
	if errors.Is(err, data.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return data.Refuse("program", "program_twice", "Reference", reference)
}

func insertApplication(tx *data.Tx, a *Application, actor Actor) error {
	for range referenceTries {
		a.Reference = newReference()
		stored, err := tx.Exec(`INSERT INTO application (id, reference, organization_id, created_by, created_at, saved_at, saved_by, revision)
			VALUES ($1, $2, $3, $4, $5, $5, $4, $6) ON CONFLICT DO NOTHING`,
			a.ID, a.Reference, a.Organization.ID, actor.Person.ID, data.Millis(tx.Now), a.Revision)
		if err != nil || stored == 1 {
			return err
		}
	}
	return fmt.Errorf("no free reference after %d tries", referenceTries)
}

func insertItem(tx *data.Tx, applicationID string, program *catalog.Published, actor Actor) (Item, error) {
	item := Item{ID: data.NewID(), ApplicationID: applicationID, Slug: program.Slug, VersionID: program.VersionID, Kind: workflow.InApp,
		State: Draft, Revision: 1, Created: tx.Now, Changed: tx.Now}
	if !program.InApp() {
		item.Kind, item.State = workflow.Packet, Preparing
	}
	_, err := tx.Exec(`INSERT INTO application_item (id, application_id, slug, version_id, kind, state, revision, created_at, changed_at, saved_by,
		submitted_by, assigned_to, decided_by, reason_code, reason_text, facts, declared, version_changed, rules_met, rules_all)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, '', '', '', '', '', '', '', '', $9, 0, 0)`,
		item.ID, applicationID, item.Slug, item.VersionID, string(item.Kind), string(item.State), item.Revision, data.Millis(tx.Now), false)
	if err != nil {
		return item, err
	}
	return item, record.Append(tx, record.Entry{Chain: record.CaseChain(item.ID), Actor: actor.name, Act: "start",
		Detail: map[string]any{"program": item.Slug, "version": item.VersionID}})
}

const applicationColumns = "a.id, a.reference, a.organization_id, o.name, a.created_at, a.saved_at, a.saved_by, a.revision"

func scanApplication(s data.Scanner) (a Application, err error) {
	var created, saved int64
	err = s.Scan(&a.ID, &a.Reference, &a.Organization.ID, &a.Organization.Name, &created, &saved, &a.SavedBy, &a.Revision)
	a.Created, a.Saved = data.FromMillis(created), data.FromMillis(saved)
	return a, err
}

// FindApplication gives an application of an organization that the person acts for. For everybody else there is none.
func FindApplication(tx *data.Tx, actor Actor, id string) (Application, error) {
	a, err := scanApplication(tx.Row("SELECT "+applicationColumns+` FROM application a JOIN organization o ON o.id = a.organization_id
		WHERE a.id = $1`, id))
	if err != nil {
		return Application{}, wrap(err, "application %s", id)
	}
	if _, err := account.MayActFor(tx, actor.Person.ID, a.Organization.ID); err != nil {
		return Application{}, err
	}
	a.Items, err = itemsOf(tx, a.ID)
	return a, wrap(err, "application %s", id)
}

func itemsOf(tx *data.Tx, applicationID string) ([]Item, error) {
	return data.Rows(tx, scanItem, "SELECT "+itemColumns+" FROM application_item i WHERE i.application_id = $1 ORDER BY i.slug", applicationID)
}

// Applications lists what the organizations of a person have applied for, the newest first.
func Applications(tx *data.Tx, actor Actor) ([]Application, error) {
	all, err := data.Rows(tx, scanApplication, "SELECT "+applicationColumns+` FROM application a
		JOIN organization o ON o.id = a.organization_id
		JOIN membership m ON m.organization_id = a.organization_id
		WHERE m.person_id = $1 AND m.state = 'active' ORDER BY a.created_at DESC, a.reference`, actor.Person.ID)
	if err != nil {
		return nil, wrap(err, "applications")
	}
	for n := range all {
		if all[n].Items, err = itemsOf(tx, all[n].ID); err != nil {
			return nil, wrap(err, "applications")
		}
	}
	return all, nil
}

// Program gives the program of an item: the live version while it is prepared, else the version that it was sent on.
func Program(tx *data.Tx, d Desk, item Item) (*catalog.Published, error) {
	program, err := d.program(tx, item)
	return program, wrap(err, "program of %s", item.ID)
}
