package web

import (
	"strings"
	"time"
	"unicode/utf8"

	"accessdesk/catalog"
	"accessdesk/catalog/upkeep"
	"accessdesk/data"
)

// Listings is what pages say about listings beside their text: the notice on a provider's programs, when a listing was looked at last,
// and which addresses open.
type Listings struct {
	*upkeep.State
	r     *Request
	now   time.Time
	today catalog.Date
	said  map[said]string // already: most listings were looked at on a few days
}

// Listings gives the upkeep of the listings as the transaction sees it.
func (r *Request) Listings(tx *data.Tx) (Listings, error) {
	snapshot, err := r.snapshot, error(nil)
	if snapshot == nil {
		snapshot, err = r.Desk().Catalog.Snapshot(tx)
	}
	if err != nil {
		return Listings{}, err
	}
	state, err := r.Site.upkeep.State(tx, snapshot)
	return Listings{state, r, tx.Now, catalog.DateOf(tx.Now.In(r.Site.Zone)), map[said]string{}}, err
}

// Notice is the notice on the programs of a provider, in the reader's language.
type Notice struct {
	Provider, Text string
	Short          string // its first sentence, for lists
	Since          string // the day from which it holds
	Source         string // page that says so, "" if none is named
	Read           string // "Read on December 1, 2026."
}

// shortNotice is how many characters of a notice a list shows at most.
const shortNotice = 160

// On gives the notice that stands on a program now, nil if there is none.
func (l Listings) On(program *catalog.Published) *Notice {
	n, ok := l.Notice(program.Provider.Slug, l.now)
	if !ok {
		return nil
	}
	shown := &Notice{Provider: program.Provider.Name, Text: n.Text.In(l.r.Lang), Since: l.r.L.DateIn(n.From, l.r.Site.Zone), Source: n.SourceURL}
	shown.Short = firstSentence(shown.Text, shortNotice)
	if n.SourceURL != "" {
		shown.Read = l.r.L.T("upkeep.notice_read", "Date", l.r.L.Date(n.SourceOn.Time()))
	}
	return shown
}

// Link gives an address of a listing that a page may link to: one that somebody read, or that the link check opened, and that is
// not gone as far as anybody knows. "" for any other; it is shown as text.
func (l Listings) Link(o *catalog.Offering, address string) string {
	opened := l.Opened(address)
	if !strings.HasPrefix(address, "https://") || opened.GoneOn != "" || opened.ReachedOn == "" && !o.Read(address) {
		return ""
	}
	return address
}

// OpensText says in words whether an address opens, "" if nobody knows.
func (l Listings) OpensText(address string) string {
	switch opened := l.Opened(address); {
	case opened.GoneOn != "":
		return l.GoneText(address)
	case opened.ReachedOn != "":
		return l.r.L.T("upkeep.opened_on", "Date", l.r.L.Date(opened.ReachedOn.Time()))
	}
	return ""
}

// GoneText says since when an address does not open, "" for one that does or of which nobody knows.
func (l Listings) GoneText(address string) string {
	if gone := l.Opened(address).GoneOn; gone != "" {
		return l.r.L.T("upkeep.not_opened", "Date", l.r.L.Date(gone.Time()))
	}
	return ""
}

// Stale tells whether nobody compared a listing with its sources in time.
func (l Listings) Stale(p *catalog.Published) bool { return l.Overdue(p, l.today) }

// CheckedText is the day on which somebody last compared a listing with its sources.
func (l Listings) CheckedText(p *catalog.Published) string { return l.r.L.Date(l.CheckedOn(p).Time()) }

// said is a text with a day in it, by its key.
type said struct{ key, on string }

// Checked is the text of a key that says something of a listing as of CheckedText, which is its Date.
func (l Listings) Checked(key string, p *catalog.Published) string {
	what := said{key, string(l.CheckedOn(p))}
	text, ok := l.said[what]
	if !ok {
		text = l.r.L.T(key, "Date", l.CheckedText(p))
		l.said[what] = text
	}
	return text
}

// NoticeOn gives the notice that stands on the program of a case now: nil if there is none, or if the case is over.
func (r *Request) NoticeOn(tx *data.Tx, program *catalog.Published, over bool) (*Notice, error) {
	if over {
		return nil, nil
	}
	listings, err := r.Listings(tx)
	if err != nil {
		return nil, err
	}
	return listings.On(program), nil
}

// firstSentence gives a text up to its first period that ends a sentence, and no more than so many characters of it, cut between words.
func firstSentence(text string, most int) string {
	text = strings.Join(strings.Fields(text), " ")
	if end := strings.Index(text, ". "); end > 0 {
		text = text[:end+1]
	}
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	cut := string([]rune(text)[:most])
	if space := strings.LastIndexByte(cut, ' '); space > 0 {
		cut = cut[:space]
	}
	return cut + "…"
}
