package desk

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/broker/seat"
	"accessdesk/catalog"
	"accessdesk/catalog/status"
	"accessdesk/data"
	"accessdesk/ui/standing"
	"accessdesk/ui/web"
)

// StartPage shows for which programs an application is about to start.
type StartPage struct {
	web.Problems
	Organization string
	Programs     []chosen
	Open         []chosen // there is an application for them already
	Left         []chosen // chosen, but nothing can be started for them now
	Facts        int      // answers of the check that are carried over
}

// chosen is a program that was ticked.
type chosen struct {
	Slug, Title, Provider, Closes string
	How                           string // who decides, and what the desk does
	Notice                        *web.Notice
	Link                          string // address of the application that is under way
}

// startCookie remembers the chosen programs while a person signs in and names their organization.
const (
	startCookie = "start"
	startTime   = time.Hour
	mostChosen  = 20 // programs of one application
)

var slugPattern = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// Start starts an application for the chosen programs. A stranger is led to sign in first and a person without an
// organization to name it; the choice is remembered. When a chosen program cannot be started, the person sees which and
// decides.
func Start(r *web.Request, tx *data.Tx) (web.Reply, error) {
	slugs := cleanSlugs(r.FormAll("program"))
	if !r.SignedIn() {
		return remember(r, slugs, "/signin?next=/applications/new"), nil
	}
	if !web.Applicant.Allows(r.Person) {
		return web.Reply{Redirect: "/applications/new"}, nil // whose policy says why not
	}
	member, err := startsFor(r, tx, r.Form("organization"))
	if err != nil {
		return web.Reply{}, err
	}
	if member.PersonID == "" {
		return remember(r, slugs, "/org/new?next=/applications/new"), nil
	}
	page, err := newStartPage(r, tx, member.Organization, slugs)
	if err != nil {
		return web.Reply{}, err
	}
	startable := page.slugs()
	if len(startable) == 0 || len(startable) < len(slugs) && !r.Has("confirmed") {
		return remember(r, slugs, startAddress(r, member.Organization)), nil
	}
	check, err := standing.OfCheck(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	a, err := broker.Start(tx, r.Desk(), r.Actor(), member.Organization.ID, startable, check.Facts)
	if err == nil {
		err = standing.TieCheck(r, tx, member.Organization, check)
	}
	if err != nil {
		return web.Reply{}, err
	}
	r.DropCookie(startCookie)
	return web.Reply{Redirect: "/applications/" + a.ID, Flash: "desk.started"}, nil
}

// New shows the remembered choice and one button that starts the application.
func New(r *web.Request, tx *data.Tx) (web.Reply, error) {
	slugs := cleanSlugs(strings.Split(r.Cookie(startCookie), "."))
	member, err := startsFor(r, tx, r.Query("organization"))
	if err != nil {
		return web.Reply{}, err
	}
	if member.PersonID == "" && len(slugs) > 0 {
		return web.Reply{Redirect: "/org/new?next=/applications/new"}, nil
	}
	page, err := newStartPage(r, tx, member.Organization, slugs)
	return web.Reply{Page: "desk/start", Data: page}, err
}

// startsFor gives the membership in the organization that a form was made for, which need not be the one that the person acts for
// by now; without an id it is the latter. data.ErrNotFound for an organization of others.
func startsFor(r *web.Request, tx *data.Tx, organizationID string) (account.Membership, error) {
	if organizationID == "" {
		return r.Acting(), nil
	}
	member, err := account.MayActFor(tx, r.Person.ID, organizationID)
	if err == nil {
		r.About(member.Organization)
	}
	return member, err
}

// startAddress is the page with the choice, about an organization.
func startAddress(r *web.Request, o account.Organization) string {
	if o.ID == r.Acting().Organization.ID {
		return "/applications/new"
	}
	return "/applications/new?" + url.Values{"organization": {o.ID}}.Encode()
}

func remember(r *web.Request, slugs []string, next string) web.Reply {
	r.SetCookie(startCookie, strings.Join(slugs, "."), startTime)
	return web.Reply{Redirect: next}
}

// cleanSlugs keeps what can be a slug, once each.
func cleanSlugs(posted []string) []string {
	var slugs []string
	for _, slug := range posted {
		if len(slugs) < mostChosen && len(slug) <= 100 && slugPattern.MatchString(slug) && !slices.Contains(slugs, slug) {
			slugs = append(slugs, slug)
		}
	}
	return slugs
}

func newStartPage(r *web.Request, tx *data.Tx, organization account.Organization, slugs []string) (StartPage, error) {
	page := StartPage{Organization: organization.Name}
	snapshot, err := r.Desk().Catalog.Snapshot(tx)
	if err != nil {
		return page, err
	}
	applications, err := applicationsOf(r, tx, organization.ID)
	if err != nil {
		return page, err
	}
	for _, slug := range slugs {
		program, ok := snapshot.Find(slug)
		if !ok {
			continue
		}
		one := chosen{Slug: slug, Title: program.Title.In(r.Lang), Provider: program.Provider.Name, Closes: status.Deadline(r.L, program.Offering, tx.Now)}
		one.Link = underWay(applications, slug)
		if one.Notice, err = r.NoticeOn(tx, program, false); err != nil {
			return page, err
		}
		places, err := seat.Of(tx, program)
		if err != nil {
			return page, err
		}
		next := program.NextStep(tx.Now, places.Full()).Step
		switch {
		case one.Link != "":
			page.Open = append(page.Open, one)
		case next == catalog.StepNone:
			page.Left = append(page.Left, one)
		default:
			one.How = r.L.T("packet.start_" + string(next))
			page.Programs = append(page.Programs, one)
		}
	}
	check, err := standing.OfCheck(r, tx)
	page.Facts = len(check.Facts)
	return page, err
}

// underWay finds the address of an undecided item for a program.
func underWay(applications []broker.Application, slug string) string {
	for _, a := range applications {
		if item, ok := a.Item(slug); ok && !item.Over() {
			if item.Unsent() {
				return "/applications/" + a.ID
			}
			return itemAddress(item)
		}
	}
	return ""
}

func (p StartPage) slugs() []string {
	var slugs []string
	for _, one := range p.Programs {
		slugs = append(slugs, one.Slug)
	}
	return slugs
}
