package reminder

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/access"
	"accessdesk/broker/account"
	"accessdesk/broker/followup"
	"accessdesk/catalog"
	"accessdesk/catalog/interest"
	"accessdesk/data"
	"accessdesk/notify"
)

// Coming is a mail that time alone will bring: it is sent at At, unless somebody acts before.
type Coming struct {
	At       time.Time
	Template string
	About    string // the program, membership or application, in words
	Link     string
	Day      time.Time // what it reminds of: when a program closes, an access ends, a registration expires; zero if that is At itself
	To       []account.Member

	subject string         // what it is about, the same when its day moves
	until   *time.Location // Day or At is the first instant that is too late, in this zone; nil: it is the day itself
}

const followedPrograms = "followed programs"

// collector gathers what comes for an organization, for a reader of one language.
type collector struct {
	tx           *data.Tx
	desk         Desk
	organization string
	lang         string
	reader       account.Person
	snapshot     *catalog.Snapshot
	days         bool // what the mails remind of, also when the last mail has gone
	all          []Coming
}

// ComingTo lists the mails that time will bring to an organization, the next first: with the moments of the functions that send them
// and the audience that they ask (account.Audience), without those who do not want them as things stand. Programs that the
// reader follows are among them; what colleagues follow is theirs. A mail that nobody gets is listed without anybody. Without an
// organization ("") there are the followed programs only.
func ComingTo(tx *data.Tx, d Desk, organizationID string, reader account.Person, lang string) ([]Coming, error) {
	c := &collector{tx: tx, desk: d, organization: organizationID, lang: lang, reader: reader}
	if err := c.collect(); err != nil {
		return nil, err
	}
	slices.SortStableFunc(c.all, func(a, b Coming) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Template, b.Template)) })
	return c.all, nil
}

// collect asks everything that sends.
func (c *collector) collect() (err error) {
	if c.snapshot, err = c.desk.Catalog.Snapshot(c.tx); err != nil {
		return err
	}
	for _, part := range []struct {
		name string
		run  func() error
	}{
		{"drafts", c.drafts}, {"resting drafts", c.resting}, {"questions", c.questions}, {"access", c.access}, {"packets", c.packets},
		{"dates", c.dates}, {followedPrograms, c.followed},
	} {
		if c.organization == "" && part.name != followedPrograms {
			continue
		}
		if err := part.run(); err != nil {
			return fmt.Errorf("coming mails about %s: %w", part.name, err)
		}
	}
	return nil
}

// add adds a mail at each moment that is still to come.
func (c *collector) add(one Coming, moments ...time.Time) error {
	if c.days {
		c.put(one, moments...)
		return nil
	}
	members, err := account.Audience(c.tx, c.organization, one.Template)
	if err != nil {
		return err
	}
	for _, m := range members {
		wanted, err := notify.Wanted(c.tx, m.Email, one.Template)
		if err != nil {
			return err
		}
		if wanted {
			one.To = append(one.To, m)
		}
	}
	c.put(one, moments...)
	return nil
}

func (c *collector) put(one Coming, moments ...time.Time) {
	if c.days {
		if one.Day.IsZero() && len(moments) > 0 {
			one.Day = moments[0]
		}
		c.all = append(c.all, one)
		return
	}
	for _, at := range moments {
		if one.At = at; at.After(c.tx.Now) {
			c.all = append(c.all, one)
		}
	}
}

func (c *collector) drafts() error {
	all, err := draftsOf(c.tx, c.organization)
	for _, one := range all {
		program, ok := c.snapshot.Find(one.slug)
		if err != nil || !ok || program.Window.Closes.IsZero() || !program.OpenAt(c.tx.Now) {
			continue
		}
		closes := program.Window.At(c.tx.Now).Closes
		err = c.add(Coming{Template: "draft_closing", About: program.Title.In(c.lang), Link: "/applications/" + one.application, Day: closes,
			subject: "draft:" + one.item, until: program.Window.Zone()},
			one.closing(closes).moments...)
	}
	return err
}

// resting is the one reminder of an application that nobody saved for a while.
func (c *collector) resting() error {
	if c.days { // a mail, but no day on which anything is due
		return nil
	}
	type unfinished struct {
		id, reference string
		saved         int64
	}
	all, err := data.Rows(c.tx, func(s data.Scanner) (u unfinished, err error) { return u, s.Scan(&u.id, &u.reference, &u.saved) },
		`SELECT a.id, a.reference, a.saved_at FROM application a WHERE a.organization_id = $1 AND a.reminded_at IS NULL
		AND EXISTS (SELECT 1 FROM application_item i WHERE i.application_id = a.id AND i.state IN ('draft', 'preparing')) ORDER BY a.id`, c.organization)
	for _, one := range all {
		if err == nil {
			err = c.add(Coming{Template: "draft_unfinished", About: one.reference, Link: "/applications/" + one.id},
				data.FromMillis(one.saved).Add(broker.DraftReminder))
		}
	}
	return err
}

func (c *collector) questions() error {
	all, err := questionsOf(c.tx, c.organization, c.tx.Now)
	for _, one := range all {
		title, titleErr := one.title(c.tx, c.desk)
		if err = cmp.Or(err, titleErr); err != nil {
			return err
		}
		for step, at := range one.occasion().moments {
			err = cmp.Or(err, c.add(Coming{Template: questionMails[step], About: title.In(c.lang),
				Link: "/applications/" + one.application + "/p/" + one.slug, Day: one.closes(), subject: one.item + ":" + one.occasion().name, until: c.desk.Zone}, at))
		}
	}
	return err
}

func (c *collector) access() error {
	all, err := access.ComingTo(c.tx, c.organization)
	for _, one := range all {
		title, titleErr := c.desk.Grants().Title(c.tx, one.Grant, c.lang)
		if err = cmp.Or(err, titleErr); err != nil {
			return err
		}
		coming := Coming{Template: one.Template, About: title, Link: "/access/" + one.ID, subject: one.Template + ":" + one.ID}
		if one.Template == "grant_ended" {
			coming.until = c.desk.Zone
		}
		if one.Template == "grant_ends_soon" {
			coming.Day = one.Ends
		}
		err = c.add(coming, one.At)
	}
	return err
}

func (c *collector) packets() error {
	all, err := followup.ComingTo(c.tx, c.organization)
	for _, one := range all {
		title, titleErr := matter{slug: one.Slug, version: one.Version}.title(c.tx, c.desk)
		if err = cmp.Or(err, titleErr); err != nil {
			return err
		}
		err = c.add(Coming{Template: one.Template, About: title.In(c.lang), Link: "/applications/" + one.Application + "/p/" + one.Slug, Day: one.Ends,
			subject: one.Template + ":" + one.Application + ":" + one.Slug}, one.At)
	}
	return err
}

func (c *collector) dates() error {
	days, err := daysOf(c.tx, c.desk, c.organization)
	if err != nil {
		return err
	}
	next, err := callsOf(c.tx, c.desk, c.organization, c.tx.Now.In(c.desk.Zone).Year()+1)
	for _, one := range append(days, next...) {
		at, wrong := time.ParseInLocation(time.DateOnly, one.day, c.desk.Zone)
		if err != nil || wrong != nil {
			continue // as datesOf does
		}
		args := one.args(c.lang)
		about, _ := args["Membership"].(string)
		if program, ok := args["Program"].(string); ok {
			about = program
		}
		link, _ := args["Link"].(string)
		err = c.add(Coming{Template: one.template, About: about, Link: link, Day: at, subject: one.subject}, one.moments(at, c.desk.Zone)...)
	}
	return err
}

// followed are the days on which programs that the reader follows open and close by the clock.
func (c *collector) followed() error {
	programs, err := interest.Of(c.tx, interest.Desk{Vocabulary: c.desk.Vocabulary, Catalog: c.desk.Catalog, Mail: c.desk.Mail, Locales: c.desk.Locales}, c.reader.Email)
	for _, one := range programs {
		program, ok := c.snapshot.Find(one.Slug)
		if err != nil || !ok || program.Status != catalog.StatusOpen || program.PausedAt(c.tx.Now) {
			continue
		}
		window := program.Window.At(c.tx.Now)
		for template, at := range map[string]time.Time{"saved_opened": window.Opens, "saved_closed": window.Closes} {
			if at.IsZero() {
				continue
			}
			coming := Coming{Template: template, About: one.Title.In(c.lang), Link: "/programs/" + one.Slug, subject: template + ":" + one.Slug}
			if template == "saved_closed" {
				coming.until = program.Window.Zone()
			}
			wanted, wantedErr := notify.Wanted(c.tx, c.reader.Email, template)
			if err = cmp.Or(err, wantedErr); wanted {
				coming.To = []account.Member{{Person: c.reader}}
			}
			c.put(coming, at)
		}
	}
	return err
}
