package standing

import (
	"strings"

	"accessdesk/broker/proof"
	"accessdesk/data"
	"accessdesk/ui/web"
)

// RecordPage is where an organization says which record of the public registers is its own.
type RecordPage struct {
	web.Problems
	Organization string // id
	Name         string
	Edit         bool
	Tied         *tied
	NotListed    bool   // they said that no register lists them
	Gone         string // id of a record that no edition has any more
	Differences  int
	Text         string // what was searched for
	Searched     bool
	Hits         []hit
	More         bool // there are more than are shown
	Earlier      []string
}

// tied is the record of the organization.
type tied struct {
	ID, Name, Place string
	Rows            []Row
}

// hit is a record that a search found.
type hit struct{ ID, Record, Name, Place, Number string }

// mostHits is how many records a search shows: people who see more should say more.
const mostHits = 20

// Record shows the record of the organization and finds others.
func Record(r *web.Request, tx *data.Tx) (web.Reply, error) {
	s, redirect, err := acting(r, tx)
	if err != nil || redirect != "" {
		return web.Reply{Redirect: redirect}, err
	}
	page, err := newRecordPage(r, tx, s, r.Query("q"))
	return web.Reply{Page: "standing/record", Data: page}, err
}

// SaveRecord ties the organization to a record, or says that no register lists it.
func SaveRecord(r *web.Request, tx *data.Tx) (web.Reply, error) {
	s, redirect, err := acting(r, tx)
	if err != nil || redirect != "" {
		return web.Reply{Redirect: redirect}, err
	}
	if err := needEdit(r, tx, s); err != nil {
		return web.Reply{}, err
	}
	record, flash := r.Form("record"), "standing.tied"
	switch {
	case r.Has("none"):
		record, flash = proof.NotListed, "standing.not_listed_saved"
	case record == "":
		return recordAgain(r, tx, s, web.Problems{{Field: "record", Text: r.L.T("standing.choose_record")}})
	}
	err = proof.TieTo(tx, r.Desk().Vocabulary, s.Organization.ID, r.Person.ID, record)
	if problems, refused := r.Refused(err); refused {
		return recordAgain(r, tx, s, problems)
	}
	return web.Reply{Redirect: "/org/record", Flash: flash}, err
}

func recordAgain(r *web.Request, tx *data.Tx, s subject, problems web.Problems) (web.Reply, error) {
	page, err := newRecordPage(r, tx, s, r.Query("q"))
	if len(page.Hits) == 0 && len(problems) > 0 {
		problems[0].Field = "q" // without a list there is the search only
	}
	page.Problems = problems
	return web.Reply{Status: 422, Page: "standing/record", Data: page}, err
}

func newRecordPage(r *web.Request, tx *data.Tx, s subject, text string) (RecordPage, error) {
	page := RecordPage{Organization: s.Organization.ID, Name: s.Organization.Name, Edit: needEdit(r, tx, s) == nil, Text: strings.TrimSpace(text)}
	now, err := proof.Of(tx, r.Desk().Vocabulary, s.Organization.ID)
	if err != nil {
		return page, err
	}
	page.Differences = len(now.Differences)
	switch {
	case now.Record.ID != "":
		page.Tied = &tied{ID: now.Record.ID, Name: now.Record.Name, Place: Place(now.Record.Town, now.Record.State), Rows: Rows(r, now.Record)}
	case now.Named && now.Tie.Record == proof.NotListed:
		page.NotListed = true
	case now.Named:
		page.Gone = now.Tie.Record
	}
	if err := page.earlier(r, tx, s.Organization.ID); err != nil || page.Text == "" || !page.Edit {
		return page, err
	}
	page.Searched = true
	found, err := r.Desk().Registers.Search(tx, page.Text, mostHits+1)
	for i, h := range found {
		if i == mostHits {
			page.More = true
			break
		}
		one := hit{ID: "record", Record: h.ID, Name: h.Name, Place: Place(h.Town, h.State), Number: numberOf(r, h.ID)}
		if i > 0 {
			one.ID = "record-" + h.ID
		}
		page.Hits = append(page.Hits, one)
	}
	return page, err
}

// earlier lists the records that were named before.
func (page *RecordPage) earlier(r *web.Request, tx *data.Tx, organizationID string) error {
	ties, err := proof.Ties(tx, organizationID)
	for _, t := range ties {
		if t.Until.IsZero() {
			continue
		}
		name := r.L.T("standing.none_named")
		if t.Record != proof.NotListed {
			name = numberOf(r, t.Record)
		}
		page.Earlier = append(page.Earlier, r.L.T("standing.earlier_line", "Record", name, "From", r.L.DateIn(t.Since, r.Site.Zone), "To", r.L.DateIn(t.Until, r.Site.Zone)))
	}
	return err
}

// numberOf writes the id of a record as people know it: "CCN 141317".
func numberOf(r *web.Request, id string) string {
	kind, number, _ := strings.Cut(id, ":")
	if key := "standing.number_" + kind; r.L.Has(key) {
		return r.L.T(key, "Number", number)
	}
	return id
}
