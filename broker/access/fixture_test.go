package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/broker/account"
	"accessdesk/broker/record"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/notify"
)

// The people who get the mails of the organization, one in each language.
const (
	english = "office@example.org"
	spanish = "oficina@example.org"
)

// bench is a database with the people around one grant. The program's live terms can be set.
type bench struct {
	*datatest.Database
	desk Desk
	org  account.Organization
	// owner (English), signer (Spanish) and editor write for the organization, the reader reads. The insider is a program manager who
	// reads for it too. The outsider belongs to another organization, the stranger to none.
	owner, signer, editor, reader, insider, outsider, stranger account.Person
	manager, colleague, administrator, auditor                 account.Person
	liveVersion                                                string
	live                                                       catalog.Terms
}

var fullTerms = catalog.Terms{DurationDays: 365, Renewable: true,
	Safeguards: []catalog.Safeguard{catalog.SafeguardConfidentiality, catalog.SafeguardUseRestriction}}

func newBench(t testing.TB, db *datatest.Database) *bench {
	t.Helper()
	b := &bench{Database: db, liveVersion: "version-1", live: fullTerms}
	b.people(t)
	c, err := notify.NewComposer(notify.ComposerConfig{Brand: "Cyber Access Desk", Operator: "Example Institute",
		PublicURL: "https://desk.example.org", From: "desk@example.org", ReplyTo: "help@example.org", SealKey: [32]byte{1, 2, 3}})
	if err != nil {
		t.Fatal(err)
	}
	b.desk = Desk{
		Mail: c,
		Title: func(_ *data.Tx, _ Grant, lang string) (string, error) {
			return map[string]string{"en": "Example model access", "es": "Acceso al modelo de ejemplo"}[lang], nil
		},
		Live: func(*data.Tx, string, string) (string, catalog.Terms, error) {
			if b.liveVersion == "" {
				return "", catalog.Terms{}, data.ErrNotFound
			}
			return b.liveVersion, b.live, nil
		},
		Safeguard: func(s catalog.Safeguard, lang string) string { return lang + " " + string(s) },
	}
	return b
}

func (b *bench) people(t testing.TB) {
	t.Helper()
	b.Write(t, func(tx *data.Tx) (err error) {
		for email, p := range map[string]*account.Person{english: &b.owner, spanish: &b.signer, "editor@example.org": &b.editor, "reader@example.org": &b.reader,
			"outsider@example.org": &b.outsider, "stranger@example.org": &b.stranger} {
			lang := "en"
			if email == spanish {
				lang = "es"
			}
			if *p, err = account.AddApplicant(tx, email, lang, record.Console); err != nil {
				return err
			}
		}
		for email, p := range map[string]*account.Person{"insider@example.org": &b.insider, "manager@example.org": &b.manager,
			"colleague@example.org": &b.colleague, "administrator@example.org": &b.administrator, "auditor@example.org": &b.auditor} {
			role := account.ProgramManager
			if p == &b.administrator {
				role = account.Administrator
			} else if p == &b.auditor {
				role = account.Auditor
			}
			if *p, _, err = account.AddPerson(tx, email, role, record.Console); err != nil {
				return err
			}
		}
		if b.org, err = account.CreateOrganization(tx, b.owner, "Cedar Flats Water District"); err != nil {
			return err
		}
		if _, err = account.CreateOrganization(tx, b.outsider, "Juniper Ridge Electric Cooperative"); err != nil {
			return err
		}
		for p, role := range map[string]string{b.signer.ID: account.Signer, b.editor.ID: account.Editor, b.reader.ID: account.Reader, b.insider.ID: account.Reader} {
			if err := b.join(tx, p, role); err != nil {
				return err
			}
		}
		return nil
	})
}

func (b *bench) join(tx *data.Tx, person, role string) error {
	_, err := tx.Exec("INSERT INTO membership (person_id, organization_id, role, state, created_at) VALUES ($1, $2, $3, 'active', $4)",
		person, b.org.ID, role, data.Millis(tx.Now))
	return err
}

// everybody lists who may try something, by name; program is the job.
func (b *bench) everybody() map[string]Actor {
	return map[string]Actor{"owner": ByPerson(b.owner), "signer": ByPerson(b.signer), "editor": ByPerson(b.editor), "reader": ByPerson(b.reader), "insider": ByPerson(b.insider),
		"outsider": ByPerson(b.outsider), "stranger": ByPerson(b.stranger), "nobody": ByPerson(account.Person{}), "manager": ByPerson(b.manager),
		"administrator": ByPerson(b.administrator), "auditor": ByPerson(b.auditor), "program": ByProgram()}
}

// request is a grant of some days for the item; starts may be zero.
func (b *bench) request(item string, days int, starts time.Time) OpenRequest {
	terms := fullTerms
	terms.DurationDays = days
	return OpenRequest{ItemID: item, OrganizationID: b.org.ID, Slug: "example-model", VersionID: "version-1", Reference: "CAD-7K2M",
		Terms: terms, Starts: starts, Actor: b.manager.ID}
}

func (b *bench) opened(t testing.TB, r OpenRequest) Grant {
	t.Helper()
	var g Grant
	b.Write(t, func(tx *data.Tx) (err error) {
		g, err = Open(tx, r)
		return err
	})
	return g
}

func (b *bench) act(who Actor, id string, r ActRequest) (g Grant, err error) {
	err = b.DB.Write(context.Background(), func(tx *data.Tx) (err error) {
		g, err = Act(tx, b.desk, who, id, r)
		return err
	})
	return g, err
}

// must takes an act that has to succeed.
func (b *bench) must(t testing.TB, who Actor, id string, r ActRequest) Grant {
	t.Helper()
	g, err := b.act(who, id, r)
	if err != nil {
		t.Fatalf("%s: %v", r.Act, err)
	}
	return g
}

// full is a request with everything that the act needs.
func full(act string) ActRequest {
	r := ActRequest{Act: act}
	switch row, _ := transitionOf(act); {
	case row.Reason:
		r.Reason = "Used by people who were not named."
	case act == ActNamePerson:
		r.Name, r.Email = "Operator on duty", "duty@example.org"
	}
	return r
}

func (b *bench) due(t testing.TB) Report {
	t.Helper()
	var r Report
	b.Write(t, func(tx *data.Tx) (err error) {
		r, err = Due(tx, b.desk)
		return err
	})
	return r
}

func (b *bench) found(t testing.TB, id string) Grant {
	t.Helper()
	var g Grant
	b.Read(t, func(tx *data.Tx) (err error) {
		g, err = Find(tx, id)
		return err
	})
	return g
}

func (b *bench) mails(t testing.TB, item string) []notify.Queued {
	t.Helper()
	var list []notify.Queued
	b.Read(t, func(tx *data.Tx) (err error) {
		list, err = notify.Sent(tx, record.CaseChain(item))
		return err
	})
	return list
}

// entries lists the record of a case: "act actor {detail}".
func (b *bench) entries(t testing.TB, item string) []string {
	t.Helper()
	var list []string
	b.Read(t, func(tx *data.Tx) error {
		if err := record.Check(tx, record.CaseChain(item)); err != nil {
			return err
		}
		stored, err := record.List(tx, record.CaseChain(item))
		for _, e := range stored {
			list = append(list, e.Act+" "+e.Actor+" "+e.Detail)
		}
		return err
	})
	return list
}

// keys gives the occasions of the mails of an item, "TEMPLATE occasion" for the English reader, and fails if the Spanish one
// did not get the same.
func (b *bench) keys(t testing.TB, g Grant) []string {
	t.Helper()
	byReader := map[string][]string{}
	for _, q := range b.mails(t, g.ItemID) {
		occasion := strings.TrimSuffix(strings.TrimPrefix(q.Key, "grant:"+g.ID+":"), ":"+q.To)
		byReader[q.To] = append(byReader[q.To], q.Template+" "+occasion)
	}
	if !slices.Equal(byReader[english], byReader[spanish]) {
		t.Fatalf("readers got different mails: %v", byReader)
	}
	return byReader[english]
}

func alike(a, b Grant) bool { return fmt.Sprintf("%+v", a) == fmt.Sprintf("%+v", b) }

func wantRefusal(t testing.TB, err error, field, code string) *data.Refusal {
	t.Helper()
	var refusal *data.Refusal
	if !errors.As(err, &refusal) || refusal.Field != field || refusal.Code != code {
		t.Fatalf("got %v, want refusal %q %q", err, field, code)
	}
	if errors.Is(err, data.ErrNotFound) || errors.Is(err, data.ErrConflict) {
		t.Fatalf("the refusal also reads as another kind: %v", err)
	}
	return refusal
}
