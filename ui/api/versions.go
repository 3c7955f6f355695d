package api

import (
	"encoding/json"
	"strconv"
	"time"

	"accessdesk/catalog"
	"accessdesk/catalog/offeringjson"
	"accessdesk/data"
	"accessdesk/ui/web"
)

// versions is the history of an offering, the newest first.
type versions struct {
	Slug     string    `json:"slug"`
	Pause    *pause    `json:"pause,omitempty"` // of the live version; absent: it is not paused
	Versions []version `json:"versions"`
}

// pause is why nothing new is taken.
type pause struct {
	Since  time.Time  `json:"since"`
	Until  *time.Time `json:"until,omitempty"` // when it is expected to end
	Reason text       `json:"reason"`
}

// version is one that was published.
type version struct {
	ID          string        `json:"id"`
	Number      int           `json:"number"`
	API         string        `json:"api"`
	State       catalog.State `json:"state"` // published: it is live
	WrittenBy   string        `json:"written_by"`
	ApprovedBy  string        `json:"approved_by,omitempty"`
	PublishedAt time.Time     `json:"published_at"`
	RetiredAt   *time.Time    `json:"retired_at,omitempty"`
	Why         string        `json:"why,omitempty"` // it is not live any more: replaced, taken_off
}

// versionWhole is one with its text, which never changes.
type versionWhole struct {
	version
	Hash     string          `json:"hash"`
	Offering json.RawMessage `json:"offering"`
}

// Versions lists the versions of an offering, with an ETag.
func Versions(r *web.Request, tx *data.Tx) (web.Reply, error) {
	if err := parameters(r).err(); err != nil {
		return web.Reply{}, err
	}
	return versionsAnswer(r, tx, r.Param("slug"))
}

// versionsAnswer are the versions of an offering with the mark of their bytes.
func versionsAnswer(r *web.Request, tx *data.Tx, slug string) (web.Reply, error) {
	all, err := catalog.Versions(tx, slug)
	if err != nil {
		return web.Reply{}, err
	}
	if len(all) == 0 {
		return web.Reply{}, data.ErrNotFound
	}
	found := versions{Slug: all[0].Slug}
	for _, stored := range all {
		one, err := versionOf(r, tx, stored)
		if err != nil {
			return web.Reply{}, err
		}
		found.Versions = append(found.Versions, one)
	}
	snapshot, err := r.Desk().Catalog.Snapshot(tx)
	if err != nil {
		return web.Reply{}, err
	}
	if live, ok := snapshot.Find(slug); ok && !live.Pause.Since.IsZero() {
		p := live.Pause
		found.Pause = &pause{Since: p.Since, Until: instant(p.Until), Reason: text(p.Reason)}
	}
	reply, err := plainAnswer(found)
	if err == nil {
		reply.Document.Mark = markOf(reply.Document.Body)
	}
	return reply, err
}

func versionOf(r *web.Request, tx *data.Tx, v catalog.Stored) (version, error) {
	one := version{ID: v.ID, Number: v.Number, API: r.Site.Absolute(Base + "/offerings/" + v.Slug + "/versions/" + strconv.Itoa(v.Number)), State: v.State,
		PublishedAt: v.Published, RetiredAt: instant(v.Retired), Why: v.Why}
	var err error
	if one.WrittenBy, err = called(tx, v.WrittenBy); err == nil {
		one.ApprovedBy, err = called(tx, v.ApprovedBy)
	}
	return one, err
}

// Version gives one version with its text.
func Version(r *web.Request, tx *data.Tx) (web.Reply, error) {
	if err := parameters(r).err(); err != nil {
		return web.Reply{}, err
	}
	all, err := catalog.Versions(tx, r.Param("slug"))
	if err != nil {
		return web.Reply{}, err
	}
	for _, stored := range all {
		if strconv.Itoa(stored.Number) != r.Param("number") {
			continue
		}
		one, err := versionOf(r, tx, stored)
		if err != nil {
			return web.Reply{}, err
		}
		p, err := catalog.Version(tx, r.Desk().Vocabulary, stored.ID)
		if err != nil {
			return web.Reply{}, err
		}
		return plainAnswer(versionWhole{one, p.Hash, offeringjson.Encode(p.Offering, true)})
	}
	return web.Reply{}, data.ErrNotFound
}
