package hsds

import (
	"slices"
	"strconv"
	"time"

	"accessdesk/catalog"
	"accessdesk/catalog/upkeep"
	"accessdesk/data"
)

// Changes is when what is said about the offerings changed, as far as the database tells. It depends on the revision of the catalog only.
type Changes struct {
	versions  map[string][]catalog.Stored // by slug, the newest first
	confirmed map[string][]upkeep.Checked // by version, the oldest first
	notices   map[string][]time.Time      // by provider: when notices were written, begin and end
}

// LoadChanges reads the changes.
func LoadChanges(tx *data.Tx) (Changes, error) {
	versions, err := catalog.Histories(tx)
	if err != nil {
		return Changes{}, err
	}
	confirmed, err := upkeep.Confirmations(tx)
	if err != nil {
		return Changes{}, err
	}
	notices, err := upkeep.NoticeTimes(tx)
	return Changes{versions, confirmed, notices}, err
}

// modified is when an offering changed last by now: a new version, a confirmation, a notice, a window or a place.
func (r *Reading) modified(p *catalog.Published) time.Time {
	window := p.Window.At(r.Now)
	times := []time.Time{window.Opens, window.Closes, p.Pause.Since, p.Pause.Until, r.places(p).Moved}
	if closed, ok := p.Window.LastClosed(r.Now); ok {
		times = append(times, closed.Closes)
	}
	times = append(times, r.Changes.notices[p.Provider.Slug]...)
	for _, v := range r.Changes.versions[p.Slug] {
		times = append(times, v.Published)
	}
	for _, c := range r.Changes.confirmed[p.VersionID] {
		times = append(times, c.At)
	}
	var last time.Time
	for _, at := range times {
		if !at.After(r.Now) && at.After(last) {
			last = at
		}
	}
	return last
}

// metadata is the history of an offering: its versions, and the days on which somebody found it as listed. Who did so stays inside.
func (r *Reading) metadata(p *catalog.Published) []Metadata {
	var all []Metadata
	entry := func(key string, at time.Time, act, field, before, after string) {
		all = append(all, Metadata{ID: ID("metadata", p.Slug, key), ResourceID: ServiceID(p.Slug), ResourceType: "service",
			LastActionDate: at.UTC().Format(time.DateOnly), LastActionType: act, FieldName: field, PreviousValue: before, ReplacementValue: after, UpdatedBy: r.Operator})
	}
	versions := slices.Clone(r.Changes.versions[p.Slug])
	slices.Reverse(versions)
	for i, v := range versions {
		if v.Number > p.Version {
			break
		}
		act, before := "create", ""
		if i > 0 {
			act, before = "update", strconv.Itoa(versions[i-1].Number)
		}
		entry("version-"+strconv.Itoa(v.Number), v.Published, act, "accessdesk.version", before, strconv.Itoa(v.Number))
	}
	on := p.CheckedOn
	for _, c := range r.Changes.confirmed[p.VersionID] {
		if c.On > on {
			entry("checked-"+string(c.On), c.At, "update", "assured_date", string(on), string(c.On))
			on = c.On
		}
	}
	return all
}
