package staff

import (
	"slices"
	"time"

	"accessdesk/broker"
	"accessdesk/data"
	"accessdesk/ui/web"
)

// QueuePage is the review queue.
type QueuePage struct {
	Waiting, New, OnApplicant, DueSoon, Late int
	Programs, Statuses, Sorts                []choice
	Filtered                                 bool
	Rows                                     []queueRow
}

type queueRow struct {
	ID, Organization, Reference, Program, Rules, Waiting, Due, Reviewer string
	AllMet                                                              bool
	Pill                                                                pill
}

// Queue lists the cases, those that need a decision first.
func Queue(r *web.Request, tx *data.Tx) (web.Reply, error) {
	filter := broker.Filter{Program: r.Query("program"), Status: r.Query("status"), Sort: r.Query("sort")}
	queue, err := broker.ReviewQueue(tx, r.Desk(), r.Actor(), filter)
	if err != nil {
		return web.Reply{}, err
	}
	page := QueuePage{
		Waiting: queue.Waiting, New: queue.New, OnApplicant: queue.OnApplicant, DueSoon: queue.DueSoon, Late: queue.Late,
		Statuses: choices(r, "staff.status_", broker.Statuses(), filter.Status),
		Sorts:    choices(r, "staff.sort_", broker.Sorts(), filter.Sort),
	}
	page.Filtered = filter.Program != "" || filter.Status != "" && filter.Status != broker.Statuses()[0]
	if page.Programs, err = programChoices(r, tx, filter.Program); err != nil {
		return web.Reply{}, err
	}
	for _, row := range queue.Rows {
		page.Rows = append(page.Rows, newQueueRow(r, row, tx.Now))
	}
	return web.Reply{Page: "staff/queue", Data: page}, nil
}

func programChoices(r *web.Request, tx *data.Tx, chosen string) ([]choice, error) {
	snapshot, err := r.Desk().Catalog.Snapshot(tx)
	if err != nil {
		return nil, err
	}
	var all []choice
	for _, program := range snapshot.Offerings {
		if program.InApp() {
			all = append(all, choice{program.Slug, program.Title.In(r.Lang), program.Slug == chosen})
		}
	}
	slices.SortFunc(all, func(a, b choice) int {
		if a.Text < b.Text {
			return -1
		}
		return 1
	})
	return all, nil
}

func newQueueRow(r *web.Request, row broker.QueueRow, now time.Time) queueRow {
	shown := queueRow{
		ID: row.ID, Organization: row.Organization, Reference: row.Reference, Program: row.Program.In(r.Lang),
		Rules: r.L.T("staff.rules_met", "Met", row.RulesMet, "All", row.RulesAll), AllMet: row.RulesMet == row.RulesAll,
		Waiting: r.L.N("staff.waiting_days", days(now.Sub(row.Submitted))), Due: dueText(r, row.Item, now),
		Reviewer: r.L.T("staff.nobody"), Pill: itemPill(r, row.Item, now),
	}
	if row.Reviewer.ID != "" {
		shown.Reviewer = nameOf(r, row.Reviewer)
	}
	return shown
}

func days(d time.Duration) int { return int(d / (24 * time.Hour)) }

func dueText(r *web.Request, item broker.Item, now time.Time) string {
	switch {
	case !item.Paused.IsZero():
		return r.L.T("staff.due_paused", "Date", r.L.DateIn(item.Paused, r.Site.Zone))
	case item.Over() || item.Due.IsZero():
		return ""
	}
	key := "staff.due"
	if item.Due.Before(now) {
		key = "staff.due_passed"
	}
	return r.L.T(key, "Date", r.L.DateIn(item.Due, r.Site.Zone))
}
