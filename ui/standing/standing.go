// Package standing holds the pages on which an organization names its record in the public registers, and settles where an answer
// and the record differ. It also says differences in words for the pages of others: the facts of an organization, the tasks of
// an application, the case of a reviewer.
//
// What a register says is public. Which record an organization named is its own business: the pages are about the
// organization that the person acts for, or that of an application, and are not found by anybody else.
package standing

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/broker/proof"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/eligibility/registry"
	"accessdesk/ui/web"
)

// Said is a difference in words.
type Said struct {
	Fact        string // id
	Label       string // what the fact is called
	Stated      string // "You said: 45 beds."
	Record      string // "The CMS hospital list of February 2026 (row 123) says: 25 beds."
	Kept        string // who kept the answer and when, "" while nobody has looked at it
	Explanation string
}

// Words says how an organization's answer and its record differ, for its own people.
func Words(r *web.Request, tx *data.Tx, d proof.Difference) (Said, error) {
	return say(r, tx, d, "standing.you_said")
}

// WordsForReviewer says the same for staff.
func WordsForReviewer(r *web.Request, tx *data.Tx, d proof.Difference) (Said, error) {
	return say(r, tx, d, "standing.they_said")
}

func say(r *web.Request, tx *data.Tx, d proof.Difference, key string) (Said, error) {
	v := r.Desk().Vocabulary
	fact, _ := v.Fact(d.Fact)
	said := Said{Fact: string(d.Fact), Label: fact.Label.In(r.Lang), Stated: r.L.T(key, "Value", v.Display(d.Fact, d.Stated, r.Lang)),
		Record: r.L.T("standing.record_says", "Register", Named(r, d.Source), "Value", v.Display(d.Fact, d.Register, r.Lang))}
	if d.Stated.Evidence == eligibility.Register {
		said.Stated = r.L.T("standing.on_file", "Register", r.L.Register(d.Stated.Source, d.Stated.AsOf), "Value", v.Display(d.Fact, d.Stated, r.Lang))
	}
	if d.Kept == nil {
		return said, nil
	}
	by, err := account.FindPerson(tx, d.Kept.By)
	if err != nil && !errors.Is(err, data.ErrNotFound) {
		return said, err
	}
	said.Explanation = d.Kept.Explanation
	said.Kept = r.L.T("standing.kept", "Who", account.Called(by), "Date", r.L.DateIn(d.Kept.At, r.Site.Zone))
	return said, nil
}

// Told is what a page says of every difference, with the page where it is settled.
type Told struct {
	Said []Said
	Link string
}

// Tell says every difference, for the organization's own people.
func Tell(r *web.Request, tx *data.Tx, s proof.Standing, link string) (Told, error) {
	told := Told{Link: link}
	for _, d := range s.Differences {
		one, err := Words(r, tx, d)
		if err != nil {
			return told, err
		}
		told.Said = append(told.Said, one)
	}
	return told, nil
}

// Named says which row of which edition of a register something stands in: "The CMS hospital list of February 2026 (row 123)".
func Named(r *web.Request, s registry.Source) string {
	list := r.L.T("standing.list_other")
	if key := "standing.list_" + s.Register; r.L.Has(key) {
		list = r.L.T(key)
	}
	return r.L.T("standing.row", "List", list, "Edition", Edition(r, s.Vintage), "Row", r.L.Number(s.Row))
}

// Edition writes an edition of a register: 2026-02 is February 2026, 2025q4 the fourth quarter of 2025.
func Edition(r *web.Request, vintage string) string {
	if day, err := time.Parse(time.DateOnly, vintage); err == nil {
		return r.L.Date(day)
	}
	if month, err := time.Parse("2006-01", vintage); err == nil {
		return r.L.T("standing.month", "Month", r.L.T("format.month_"+strconv.Itoa(int(month.Month()))), "Year", strconv.Itoa(month.Year()))
	}
	var year, quarter int
	if n, err := fmt.Sscanf(vintage, "%4dq%1d", &year, &quarter); err == nil && n == 2 {
		return r.L.T("standing.quarter", "Quarter", strconv.Itoa(quarter), "Year", strconv.Itoa(year))
	}
	return vintage
}

// Row is a row of a register for people who want to look it up.
type Row struct{ Text, File, Number, SHA256 string }

// Rows lists the rows that a record rests on.
func Rows(r *web.Request, o registry.Operator) []Row {
	var rows []Row
	for _, s := range o.Sources {
		rows = append(rows, NewRow(r, s))
	}
	return rows
}

// NewRow says where a row stands.
func NewRow(r *web.Request, s registry.Source) Row {
	return Row{Text: Named(r, s), File: s.File, Number: r.L.Number(s.Row), SHA256: s.SHA256}
}

// Place writes town and state.
func Place(town, state string) string {
	if town == "" || state == "" {
		return town + state
	}
	return town + ", " + state
}

// subject is the organization that a page is about.
type subject struct {
	account.Membership
	back string // where the page leads back
}

// acting finds the organization that a form names, else that which the person acts for. redirect leads who acts for none on.
func acting(r *web.Request, tx *data.Tx) (s subject, redirect string, err error) {
	id := r.Form("organization")
	if id == "" {
		id = r.Acting().Organization.ID
	}
	if id == "" {
		return s, "/org/new", nil
	}
	s.back = "/org"
	if s.Membership, err = account.MayActFor(tx, r.Person.ID, id); err == nil {
		r.About(s.Organization)
	}
	return s, "", err
}

// applying finds the organization of the application that the address names.
func applying(r *web.Request, tx *data.Tx) (s subject, err error) {
	a, err := broker.FindApplication(tx, r.Actor(), r.Param("id"))
	if err != nil {
		return s, err
	}
	s.back = "/applications/" + a.ID
	r.About(a.Organization)
	s.Membership, err = account.MayActFor(tx, r.Person.ID, a.Organization.ID)
	return s, err
}

// needEdit refuses who may only read.
func needEdit(r *web.Request, tx *data.Tx, s subject) error {
	_, err := account.Need(tx, r.Person.ID, s.Organization.ID, account.EditProfile)
	return err
}
