package staff

import (
	"accessdesk/catalog/upkeep"
	"accessdesk/data"
	"accessdesk/ui/web"
)

// ProviderPage is a provider with what is said of all its programs.
type ProviderPage struct {
	Slug, Name string
	Programs   int
	Write      bool // may write notices
	Notices    []noticeRow
}

// noticeRow is a notice in the list of its provider.
type noticeRow struct {
	ID, Text, Period string
	Pill             pill
}

// Provider shows a provider.
func Provider(r *web.Request, tx *data.Tx) (web.Reply, error) {
	page, err := newProviderPage(r, tx)
	return web.Reply{Page: "staff/provider", Data: page}, err
}

func newProviderPage(r *web.Request, tx *data.Tx) (ProviderPage, error) {
	programs, err := programsOf(r, tx, r.Param("slug"))
	if err != nil {
		return ProviderPage{}, err
	}
	provider := programs[0].Provider
	page := ProviderPage{Slug: provider.Slug, Name: provider.Name, Programs: len(programs), Write: web.Manager.Allows(r.Person)}
	notices, err := upkeep.NoticesOf(tx, provider.Slug)
	if err != nil {
		return page, err
	}
	for _, n := range notices {
		page.Notices = append(page.Notices, noticeRow{ID: n.ID, Text: n.Text.In(r.Lang), Period: periodText(r, n), Pill: noticePill(r, n, tx.Now)})
	}
	return page, nil
}
