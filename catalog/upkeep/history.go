package upkeep

import (
	"slices"
	"time"

	"accessdesk/data"
)

// Confirmations lists the confirmations of the live listings by version, the oldest first.
func Confirmations(tx *data.Tx) (map[string][]Checked, error) {
	all, err := data.Rows(tx, func(s data.Scanner) (c Checked, err error) {
		var at int64
		err = s.Scan(&c.Slug, &c.VersionID, &c.On, &at)
		c.At = data.FromMillis(at)
		return c, err
	}, `SELECT slug, version_id, checked_on, checked_at FROM listing_check
		WHERE version_id IN (SELECT id FROM offering_version WHERE state = 'published') ORDER BY checked_at, id`)
	byVersion := map[string][]Checked{}
	for _, c := range all {
		byVersion[c.VersionID] = append(byVersion[c.VersionID], c)
	}
	return byVersion, wrap(err, "confirmations")
}

// NoticeTimes lists by provider the instants at which what is said on its programs changed or will change: notices were written, changed
// or ended, begin and end. Those of notices that are over stay, so that whoever asks what changed since learns that a notice went away.
func NoticeTimes(tx *data.Tx) (map[string][]time.Time, error) {
	byProvider := map[string][]time.Time{}
	_, err := data.Rows(tx, func(s data.Scanner) (none struct{}, err error) {
		var provider string
		var made, from, until int64
		err = s.Scan(&provider, &made, &from, &until)
		for _, at := range []int64{made, from, until} {
			if moment := data.FromMillis(at); at != 0 && !slices.Contains(byProvider[provider], moment) {
				byProvider[provider] = append(byProvider[provider], moment)
			}
		}
		return none, err
	}, `SELECT n.provider, e.made_at, e.from_at, coalesce(e.until_at, 0) FROM provider_notice_edition e
		JOIN provider_notice n ON n.id = e.notice_id ORDER BY n.provider, e.made_at, e.notice_id`)
	return byProvider, wrap(err, "times of notices")
}
