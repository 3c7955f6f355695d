package staff

import (
	"strconv"
	"strings"

	"accessdesk/catalog"
	"accessdesk/catalog/upkeep"
	"accessdesk/data"
	"accessdesk/ui/web"
)

// ProviderPage is a provider with what is said of all its programs, and each listing to compare with its sources.
type ProviderPage struct {
	web.Problems
	Slug, Name string
	Programs   int
	Write      bool // may write notices and confirm listings
	Notices    []noticeRow
	Day        string
	Listings   []listingRow
}

// noticeRow is a notice in the list of its provider.
type noticeRow struct {
	ID, Text, Period string
	Pill             pill
}

// listingRow is a listing to compare with its sources.
type listingRow struct {
	Slug, Title                string
	Version                    string // that the form is about
	versionID                  string
	Last, DueOn, ReviewBy      string
	Keeper                     string // address, "" if its file names nobody
	Overdue                    bool   // its review day has passed
	LastBy, LastNote           string // of the last confirmation of any version
	Pill                       pill
	Said                       listingText
	Open                       int      // reports that are not closed
	Answers                    []choice // what was found
	Wrongs                     []choice
	Note, Problem, NoteProblem string
}

// What somebody finds who compares a listing with its sources.
const (
	saidNothing = ""
	saidSame    = "same"
	saidWrong   = "wrong"
)

// Provider shows a provider.
func Provider(r *web.Request, tx *data.Tx) (web.Reply, error) {
	page, err := newProviderPage(r, tx)
	return web.Reply{Page: "staff/provider", Data: page}, err
}

// Confirm notes which listings of a provider are still as listed, and reports what is wrong with others.
func Confirm(r *web.Request, tx *data.Tx) (web.Reply, error) {
	page, err := newProviderPage(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	page.Day = r.Form("day")
	same, wrong := 0, 0
	for i := range page.Listings {
		row := &page.Listings[i]
		said := r.Form("said-" + row.Slug)
		choose(row.Answers, said)
		choose(row.Wrongs, r.Form("wrong-"+row.Slug))
		row.Note = r.Form("note-" + row.Slug)
		switch said {
		case saidSame:
			same++
			if r.Form("version-"+row.Slug) != row.Version {
				return web.Reply{}, data.ErrConflict
			}
			err = upkeep.Confirm(tx, upkeepDesk(r), upkeep.Checked{Slug: row.Slug, VersionID: row.versionID, On: catalog.Date(page.Day),
				Note: row.Note, By: r.Person.ID}, today(r, tx))
		case saidWrong:
			wrong++
			_, err = upkeep.Report(tx, upkeepDesk(r), upkeep.Words{Slug: row.Slug, Wrong: upkeep.Wrong(r.Form("wrong-" + row.Slug)), Text: row.Note, Lang: r.Lang, By: r.Person.ID})
		default:
			continue
		}
		if problems, refused := r.Refused(err); refused {
			page.place(row, problems)
		} else if err != nil {
			return web.Reply{}, err
		}
	}
	if len(page.Listings) == 0 { // every program of the provider has ended
		return web.Reply{}, data.ErrNotFound
	}
	if same+wrong == 0 {
		page.Problems = web.Problems{{Field: "said-" + page.Listings[0].Slug, Text: r.L.T("upkeep.confirm_nothing")}}
	}
	if len(page.Problems) > 0 {
		return web.Reply{Status: 422, Page: "staff/provider", Data: page}, nil
	}
	return web.Reply{Redirect: providerAddress(page.Slug), Flash: "upkeep.flash_confirmed", FlashArgs: []any{"Same", same, "Wrong", wrong}}, nil
}

// place puts the problems of a listing at its fields; those of the day are the same for all.
func (p *ProviderPage) place(row *listingRow, problems web.Problems) {
	for _, one := range problems {
		switch one.Field {
		case "day":
			if p.At("day") != "" {
				continue
			}
		case "wrong":
			one.Field += "-" + row.Slug
			row.Problem = one.Text
		default:
			one.Field = "note-" + row.Slug
			row.NoteProblem = one.Text
		}
		p.Problems = append(p.Problems, one)
	}
}

func newProviderPage(r *web.Request, tx *data.Tx) (ProviderPage, error) {
	programs, err := programsOf(r, tx, r.Param("slug"))
	if err != nil {
		return ProviderPage{}, err
	}
	provider := programs[0].Provider
	page := ProviderPage{Slug: provider.Slug, Name: provider.Name, Programs: len(programs), Write: web.Manager.Allows(r.Person), Day: string(today(r, tx))}
	notices, err := upkeep.NoticesOf(tx, provider.Slug)
	if err != nil {
		return page, err
	}
	for _, n := range notices {
		page.Notices = append(page.Notices, noticeRow{ID: n.ID, Text: n.Text.In(r.Lang), Period: periodText(r, n), Pill: noticePill(r, n, tx.Now)})
	}
	return page, page.addListings(r, tx)
}

// addListings adds the listed programs, those that are due first.
func (p *ProviderPage) addListings(r *web.Request, tx *data.Tx) error {
	snapshot, err := r.Desk().Catalog.Snapshot(tx)
	if err != nil {
		return err
	}
	listings, err := r.Listings(tx)
	if err != nil {
		return err
	}
	for _, turn := range upkeep.Queue(snapshot, listings.State, r.Site.Upkeep.Days()) {
		if turn.Provider.Slug != p.Slug {
			continue
		}
		for _, one := range turn.Listings {
			row, err := newListingRow(r, tx, listings, one)
			if err != nil {
				return err
			}
			p.Listings = append(p.Listings, row)
		}
	}
	return nil
}

func newListingRow(r *web.Request, tx *data.Tx, listings web.Listings, one upkeep.ListingTurn) (listingRow, error) {
	row := listingRow{Slug: one.Slug, Title: one.Title.In(r.Lang), versionID: one.VersionID, Last: r.L.Date(one.LastOn.Time()), DueOn: r.L.Date(one.DueOn.Time()),
		Pill: turnPill(r, one.DueOn, today(r, tx)), Said: newListingText(r, listings, one.Published).short(one.Slug), Version: strconv.Itoa(one.Version),
		Answers: []choice{{saidNothing, r.L.T("upkeep.said_nothing"), true}, {saidSame, r.L.T("upkeep.said_same"), false}, {saidWrong, r.L.T("upkeep.said_wrong"), false}}}
	row.Keeper, row.Overdue = upkeep.Keeper(one.Published), listings.Overdue(one.Published, today(r, tx))
	if one.ReviewBy != "" {
		row.ReviewBy = r.L.Date(one.ReviewBy.Time())
	}
	for _, wrong := range upkeep.Wrongs() {
		row.Wrongs = append(row.Wrongs, choice{string(wrong), r.L.T("upkeep.wrong_" + string(wrong)), wrong == upkeep.WrongOther})
	}
	checks, err := upkeep.ChecksOf(tx, one.Slug, 1)
	if err != nil {
		return row, err
	}
	if len(checks) > 0 {
		if row.LastBy, err = staffName(r, tx, checks[0].By); err != nil {
			return row, err
		}
		row.LastNote = strings.TrimSpace(checks[0].Note)
	}
	row.Open, err = upkeep.CountOpenOf(tx, one.Slug)
	return row, err
}
