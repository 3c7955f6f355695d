package web

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"accessdesk/broker/account"
	"accessdesk/broker/record"
	"accessdesk/data"
)

// OwnSession is a session as its person sees it in the list of theirs.
type OwnSession struct {
	// Handle names the session in a form of its person. It opens nothing and does not tell the token.
	Handle string
	// Browser and System say what signed in, in product names; "" if unknown.
	Browser, System string
	Started, Used   time.Time // Used is the last posted form: looking at pages does not count
	Ends            time.Time // if nothing is posted until then
	This            bool      // the session that asks
}

// Sessions lists the live sessions of the signed-in person, this one first, then the one used last.
func (r *Request) Sessions(tx *data.Tx) ([]OwnSession, error) {
	generation, err := account.Generation(tx, r.Person.ID)
	if err != nil {
		return nil, err
	}
	all, err := data.Rows(tx, func(s data.Scanner) (o OwnSession, err error) {
		var hash, device string
		var staff bool
		var started, used, limit int64
		err = s.Scan(&hash, &device, &staff, &started, &used, &limit)
		o.Handle, o.This = r.Site.sessionHandle(hash), hash == r.Session.hash
		o.Browser, o.System, _ = strings.Cut(device, "/")
		o.Started, o.Used = data.FromMillis(started), data.FromMillis(used)
		o.Ends = sessionEnd(staff, o.Used, data.FromMillis(limit))
		return o, err
	}, "SELECT token_hash, device, staff, created_at, used_at, ends_at FROM session WHERE person_id = $1 AND generation = $2", r.Person.ID, generation)
	if err != nil {
		return nil, fmt.Errorf("sessions of person %s: %w", r.Person.ID, err)
	}
	all = slices.DeleteFunc(all, func(o OwnSession) bool { return !tx.Now.Before(o.Ends) })
	slices.SortStableFunc(all, func(a, b OwnSession) int {
		if a.This != b.This {
			if a.This {
				return -1
			}
			return 1
		}
		return b.Used.Compare(a.Used)
	})
	return all, nil
}

// EndOtherSession ends one session of the signed-in person and records it. data.ErrNotFound for a handle that names none of
// theirs, for this session, which SignOut is for, and for one that has ended.
func (r *Request) EndOtherSession(tx *data.Tx, handle string) error {
	hashes, err := r.otherSessions(tx)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(hashes, func(hash string) bool { return r.Site.sessionHandle(hash) == handle })
	if at < 0 {
		return data.ErrNotFound
	}
	return r.endSessions(tx, hashes[at:at+1])
}

// EndOtherSessions ends every session of the signed-in person but this one, tells how many that were, and records it.
func (r *Request) EndOtherSessions(tx *data.Tx) (count int, err error) {
	hashes, err := r.otherSessions(tx)
	if err != nil || len(hashes) == 0 {
		return 0, err
	}
	return len(hashes), r.endSessions(tx, hashes)
}

func (r *Request) otherSessions(tx *data.Tx) ([]string, error) {
	hashes, err := data.Rows(tx, data.Value[string], "SELECT token_hash FROM session WHERE person_id = $1 AND token_hash <> $2", r.Person.ID, r.Session.hash)
	if err != nil {
		return nil, fmt.Errorf("other sessions of person %s: %w", r.Person.ID, err)
	}
	return hashes, nil
}

func (r *Request) endSessions(tx *data.Tx, hashes []string) error {
	for _, hash := range hashes {
		if _, err := tx.Exec("DELETE FROM session WHERE token_hash = $1 AND person_id = $2", hash, r.Person.ID); err != nil {
			return fmt.Errorf("end sessions of person %s: %w", r.Person.ID, err)
		}
	}
	return record.Append(tx, record.Entry{Chain: record.Desk, Actor: r.Person.ID, Act: "sessions_ended",
		Detail: map[string]any{"person": r.Person.ID, "count": len(hashes)}})
}

// sessionHandle makes a name for a session that only this site can relate to it.
func (s *Site) sessionHandle(hash string) string {
	return base64.RawURLEncoding.EncodeToString(s.mac("session handle", hash)[:16])
}

// The browsers and systems that a session is recognized by, each with what its header holds; the first that fits counts,
// because most browsers also claim to be older ones. Nothing of the header itself is stored.
var (
	browserMarks = [][2]string{{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"}, {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"},
		{"Chrome/", "Chrome"}, {"CriOS/", "Chrome"}, {"Safari/", "Safari"}}
	systemMarks = [][2]string{{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"CrOS", "ChromeOS"},
		{"Macintosh", "Mac"}, {"Linux", "Linux"}}
)

// deviceOf reads a User-Agent header: "Firefox/Windows", "/Windows" or "Firefox/" if half of it is unknown, else "".
func deviceOf(userAgent string) string {
	find := func(marks [][2]string) string {
		for _, mark := range marks {
			if strings.Contains(userAgent, mark[0]) {
				return mark[1]
			}
		}
		return ""
	}
	if device := find(browserMarks) + "/" + find(systemMarks); device != "/" {
		return device
	}
	return ""
}
