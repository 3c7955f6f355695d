package upkeep

import (
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"accessdesk/broker/record"
	"accessdesk/data"
	"accessdesk/notify"
)

// Limits of reports.
const (
	// ReportLength is the most characters of what somebody writes about an error.
	ReportLength = 2000
	// AddressKept is how long the address for an answer is kept after a report was closed: a mistaken close can still be answered.
	AddressKept = 30 * 24 * time.Hour

	sameReport   = 24 * time.Hour // how long a closed report and the same words again are one
	reportsInDay = 50             // of the public about one listing in a day; more help nobody
)

// Wrong is what is wrong with a listing. Its texts are upkeep.wrong_VALUE.
type Wrong string

// What can be wrong with a listing, in the order of the form.
const (
	WrongClosed  Wrong = "closed"
	WrongLink    Wrong = "link"
	WrongWho     Wrong = "who"
	WrongCost    Wrong = "cost"
	WrongWording Wrong = "wording"
	WrongOther   Wrong = "other"
)

// Wrongs lists what can be wrong, in the order of the form.
func Wrongs() []Wrong {
	return []Wrong{WrongClosed, WrongLink, WrongWho, WrongCost, WrongWording, WrongOther}
}

// ReportState is where a report stands.
type ReportState string

// The states of a report.
const (
	ReportOpen   ReportState = "open"   // nobody looks after it
	ReportTaken  ReportState = "taken"  // somebody does
	ReportClosed ReportState = "closed" // with an outcome
)

// Words is what somebody says about a listing.
type Words struct {
	Slug    string
	Wrong   Wrong
	Text    string
	Address string // where an answer goes; may be empty
	Lang    string // in which it is written and answered
	By      string // id of a member of staff; "" for the public
}

// Reported is a report.
type Reported struct {
	ID, VersionID string
	Words
	At       time.Time
	State    ReportState
	Outcome  string // how it was closed: "fixed", "not_error", "duplicate", "spam"; "" before
	TakenBy  string // id of the person who looks after it
	Revision int64
	Closed   time.Time
}

// Step is what was done about a report.
type Step struct {
	Act, Message, Note string
	At                 time.Time
	By                 string
}

// Report keeps what somebody says is wrong with a listing. The same words sent again are the same report. Refusals: at the fields
// "wrong", "text", "email"; "report_many" where the listing has had more of the public than anybody can read.
func Report(tx *data.Tx, d Desk, words Words) (id string, err error) {
	listing, err := d.Catalog.Live(tx, words.Slug)
	if err != nil {
		return "", wrap(err, "report about %s", words.Slug)
	}
	words.Text = strings.TrimSpace(words.Text)
	if err := words.check(); err != nil {
		return "", err
	}
	if words.Address != "" {
		if words.Address, err = notify.Address(words.Address); err != nil {
			return "", err
		}
	}
	digest := data.HashToken(strings.Join([]string{words.Slug, string(words.Wrong), words.Text, words.Address, words.By}, "\x00"))
	err = tx.Row("SELECT id FROM listing_report WHERE digest = $1 AND (state <> 'closed' OR reported_at > $2) ORDER BY reported_at LIMIT 1",
		digest, data.Millis(tx.Now.Add(-sameReport))).Scan(&id)
	if !errors.Is(err, data.ErrNotFound) {
		return id, wrap(err, "report about %s", words.Slug)
	}
	if words.By == "" {
		if err := mayReport(tx, words.Slug); err != nil {
			return "", err
		}
	}
	id = data.NewID()
	_, err = tx.Exec(`INSERT INTO listing_report (id, slug, version_id, wrong, body, address, lang, digest, reported_at, reported_by,
			state, outcome, taken_by, revision, closed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'open', '', '', 1, NULL)`,
		id, words.Slug, listing.VersionID, string(words.Wrong), words.Text, words.Address, words.Lang, digest, data.Millis(tx.Now), words.By)
	if err == nil {
		actor := words.By
		if actor == "" {
			actor = record.System
		}
		err = record.Append(tx, record.Entry{Chain: record.OfferingChain(words.Slug), Actor: actor, Act: "report_received",
			Detail: map[string]any{"report": id, "version_id": listing.VersionID, "wrong": words.Wrong}})
	}
	return id, wrap(err, "report about %s", words.Slug)
}

func (w Words) check() error {
	var problems []error
	if !slices.Contains(Wrongs(), w.Wrong) {
		problems = append(problems, data.Refuse("wrong", "choose_one"))
	}
	used := utf8.RuneCountInString(w.Text)
	switch {
	case used > ReportLength:
		problems = append(problems, data.Refuse("text", "too_long", "Max", ReportLength, "Used", used))
	case w.Wrong == WrongOther && used == 0:
		problems = append(problems, data.Refuse("text", "report_text"))
	}
	if w.Address != "" {
		if _, err := notify.Address(w.Address); err != nil {
			problems = append(problems, err)
		}
	}
	return errors.Join(problems...)
}

// mayReport keeps a flood from filling the queue.
func mayReport(tx *data.Tx, slug string) error {
	var recent int
	err := tx.Row("SELECT count(*) FROM listing_report WHERE slug = $1 AND reported_at > $2 AND reported_by = ''",
		slug, data.Millis(tx.Now.Add(-24*time.Hour))).Scan(&recent)
	if err == nil && recent >= reportsInDay {
		return data.Refuse("", "report_many")
	}
	return wrap(err, "reports about %s", slug)
}

const reportColumns = "id, slug, version_id, wrong, body, address, lang, reported_at, reported_by, state, outcome, taken_by, revision, closed_at"

func scanReport(s data.Scanner) (r Reported, err error) {
	var at int64
	var closed sql.NullInt64
	err = s.Scan(&r.ID, &r.Slug, &r.VersionID, &r.Wrong, &r.Text, &r.Address, &r.Lang, &at, &r.By, &r.State, &r.Outcome, &r.TakenBy, &r.Revision, &closed)
	r.At, r.Closed = data.FromMillis(at), data.FromMillis(closed.Int64)
	return r, err
}

// FindReport finds a report. data.ErrNotFound if there is none.
func FindReport(tx *data.Tx, id string) (Reported, error) {
	r, err := scanReport(tx.Row("SELECT "+reportColumns+" FROM listing_report WHERE id = $1", id))
	return r, wrap(err, "report %s", id)
}

// OpenReports lists what is not closed, the oldest first.
func OpenReports(tx *data.Tx) ([]Reported, error) {
	all, err := data.Rows(tx, scanReport, "SELECT "+reportColumns+" FROM listing_report WHERE state IN ('open', 'taken') ORDER BY reported_at, id")
	return all, wrap(err, "open reports")
}

// ClosedReports lists what was closed last, at most so many.
func ClosedReports(tx *data.Tx, most int) ([]Reported, error) {
	all, err := data.Rows(tx, scanReport, "SELECT "+reportColumns+" FROM listing_report WHERE state = 'closed' ORDER BY closed_at DESC, id LIMIT $1", most)
	return all, wrap(err, "closed reports")
}

// Steps lists what was done about a report, in order.
func Steps(tx *data.Tx, id string) ([]Step, error) {
	all, err := data.Rows(tx, func(s data.Scanner) (step Step, err error) {
		var at int64
		err = s.Scan(&step.Act, &step.Message, &step.Note, &at, &step.By)
		step.At = data.FromMillis(at)
		return step, err
	}, "SELECT act, message, note, taken_at, taken_by FROM listing_report_step WHERE report_id = $1 ORDER BY number", id)
	return all, wrap(err, "steps of report %s", id)
}

// CountOpen counts the reports that are not closed.
func CountOpen(tx *data.Tx) (count int, err error) {
	err = tx.Row("SELECT count(*) FROM listing_report WHERE state IN ('open', 'taken')").Scan(&count)
	return count, wrap(err, "count reports")
}

// CountOpenOf counts the reports about a listing that are not closed.
func CountOpenOf(tx *data.Tx, slug string) (count int, err error) {
	err = tx.Row("SELECT count(*) FROM listing_report WHERE slug = $1 AND state <> 'closed'", slug).Scan(&count)
	return count, wrap(err, "count reports about %s", slug)
}

// Due forgets the addresses of reports that were closed AddressKept ago, and what spam said.
func Due(tx *data.Tx) error {
	before := data.Millis(tx.Now.Add(-AddressKept))
	ids, err := data.Rows(tx, data.Value[string], "SELECT id FROM listing_report WHERE address <> '' AND state = 'closed' AND closed_at <= $1", before)
	if err != nil {
		return wrap(err, "forget addresses of reports")
	}
	for _, id := range ids {
		if err := notify.Forget(tx, MailChain(id)); err != nil {
			return err
		}
	}
	_, err = tx.Exec("UPDATE listing_report SET address = '' WHERE address <> '' AND state = 'closed' AND closed_at <= $1", before)
	if err == nil {
		_, err = tx.Exec("UPDATE listing_report SET body = '' WHERE body <> '' AND outcome = 'spam' AND closed_at <= $1", before)
	}
	return wrap(err, "forget addresses of reports")
}
