package account

import (
	"cmp"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"accessdesk/broker/record"
	"accessdesk/data"
	"accessdesk/eligibility"
)

// Entry is one value of a fact, with the time for which it held.
type Entry struct {
	Fact eligibility.FactID
	// Value with its evidence, its source and the day of that, if it was said; not known where somebody said that they are not sure any more.
	Value eligibility.Value
	From  time.Time
	Until time.Time // zero: it holds now
	By    string    // who said so, an actor of the record: a person's id, or record.Console, Seed or System
}

// FactHistory gives every value that was ever known of an organization, by fact, the newest first. What the vocabulary
// does not accept any more is left out.
func FactHistory(tx *data.Tx, v *eligibility.Vocabulary, organizationID string) (map[eligibility.FactID][]Entry, error) {
	type stored struct {
		Entry
		value, evidence, source, asOf string
	}
	rows, err := data.Rows(tx, func(s data.Scanner) (e stored, err error) {
		var from int64
		var until sql.NullInt64
		err = s.Scan(&e.Fact, &e.value, &e.evidence, &e.source, &e.asOf, &from, &e.By, &until)
		e.From, e.Until = data.FromMillis(from), data.FromMillis(until.Int64)
		return e, err
	}, `SELECT fact, value, evidence, source, as_of, stated_at, stated_by, superseded_at FROM organization_fact WHERE organization_id = $1`, organizationID)
	if err != nil {
		return nil, fmt.Errorf("history of organization %s: %w", organizationID, err)
	}
	history := map[eligibility.FactID][]Entry{}
	for _, r := range rows {
		if r.value != "" {
			value, err := v.ParseValue(r.Fact, []byte(r.value))
			var unfit *eligibility.FactError
			if errors.As(err, &unfit) {
				continue
			}
			if err != nil {
				return nil, fmt.Errorf("history of organization %s: %w", organizationID, err)
			}
			evidence, _ := eligibility.ParseEvidence(r.evidence)
			r.Value = value.From(evidence, r.source).On(r.asOf)
		}
		history[r.Fact] = append(history[r.Fact], r.Entry)
	}
	for _, entries := range history {
		slices.SortStableFunc(entries, func(a, b Entry) int {
			if a.Until.IsZero() != b.Until.IsZero() { // saved twice in one millisecond: what holds now is first
				return cmp.Compare(zeroFirst(a.Until), zeroFirst(b.Until))
			}
			return b.From.Compare(a.From)
		})
	}
	return history, nil
}

func zeroFirst(t time.Time) int {
	if t.IsZero() {
		return 0
	}
	return 1
}

// FormerName is a name that an organization had.
type FormerName struct {
	Name  string
	Until time.Time
	By    string // who renamed it, an actor of the record
}

// FormerNames lists the names that an organization had before, the newest first.
func FormerNames(tx *data.Tx, organizationID string) ([]FormerName, error) {
	all, err := data.Rows(tx, func(s data.Scanner) (n FormerName, err error) {
		var until int64
		err = s.Scan(&n.Name, &until, &n.By)
		n.Until = data.FromMillis(until)
		return n, err
	}, "SELECT name, until, changed_by FROM organization_name WHERE organization_id = $1 ORDER BY until DESC", organizationID)
	if err != nil {
		return nil, fmt.Errorf("former names of organization %s: %w", organizationID, err)
	}
	return all, nil
}

// Rename gives an organization a new name and keeps the old one in FormerNames. seen is the name that the actor had before
// them: another one now means that somebody was faster, data.ErrConflict. Refusals as for CreateOrganization.
func Rename(tx *data.Tx, organizationID, actor, seen, name string) error {
	name, err := organizationName(name)
	if err != nil || name == seen {
		return err
	}
	rows, err := tx.Exec("UPDATE organization SET name = $3 WHERE id = $1 AND name = $2", organizationID, seen, name)
	if err == nil && rows == 0 {
		return data.ErrConflict
	}
	if err == nil {
		_, err = tx.Exec("INSERT INTO organization_name (id, organization_id, name, until, changed_by) VALUES ($1, $2, $3, $4, $5)",
			data.NewID(), organizationID, seen, data.Millis(tx.Now), actor)
	}
	if err == nil {
		err = recordOrganization(tx, organizationID, actor, "organization_renamed", nil)
	}
	if err != nil {
		return fmt.Errorf("rename organization %s: %w", organizationID, err)
	}
	return nil
}

// SetProfile changes what a person says about themselves: their name, "" for none, and the language of their mails. The
// language stays from then on, whatever the language of the page on which they sign in. Refusals at the field "name":
// too_long, invalid_text, name_link; at the field "lang": unknown_choice.
func SetProfile(tx *data.Tx, personID, name, lang string) error {
	name, err := plainName(name)
	if lang != "en" && lang != "es" {
		err = errors.Join(err, data.Refuse("lang", "unknown_choice"))
	}
	if err != nil {
		return err
	}
	rows, err := tx.Exec("UPDATE person SET name = $2, lang = $3, lang_chosen = $4 WHERE id = $1", personID, name, lang, true)
	if err == nil && rows == 0 {
		err = data.ErrNotFound
	}
	if err == nil {
		err = recordPerson(tx, personID, "person_changed", map[string]any{"person": personID, "lang": lang})
	}
	if err != nil {
		return fmt.Errorf("profile of person %s: %w", personID, err)
	}
	return nil
}

// plainName tidies the name of a person or an organization. Names stand in mails to people who do not know their author
// yet, so they hold no address of a page, which would make a mail of ours carry somebody's advertisement.
func plainName(name string) (string, error) {
	if !plainText(name) {
		return "", data.Refuse("name", "invalid_text")
	}
	name = strings.Join(strings.Fields(name), " ")
	lower := strings.ToLower(name)
	switch length := utf8.RuneCountInString(name); {
	case length > nameLimit:
		return "", data.Refuse("name", "too_long", "Max", nameLimit, "Used", length)
	case strings.Contains(lower, "://") || strings.Contains(lower, "www."):
		return "", data.Refuse("name", "name_link")
	}
	return name, nil
}

// plainText tells whether a text can be stored and shown in a line: valid UTF-8, no control characters but blanks.
func plainText(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && !unicode.IsSpace(r) })
}

func recordOrganization(tx *data.Tx, organizationID, actor, act string, detail map[string]any) error {
	e := record.Entry{Chain: record.OrganizationChain(organizationID), Actor: actor, Act: act}
	if detail != nil {
		e.Detail = detail
	}
	return record.Append(tx, e)
}
