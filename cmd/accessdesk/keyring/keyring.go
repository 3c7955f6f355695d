// Package keyring is the commands key add, key list and key revoke: what they take, do in a transaction, and print.
package keyring

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"accessdesk/broker/account"
	"accessdesk/broker/account/key"
	"accessdesk/broker/record"
	"accessdesk/data"
)

// Add is what key add takes.
type Add struct {
	Email   string   `arg:"" help:"Address of the program manager in whose name the program works."`
	Name    string   `required:"" placeholder:"TEXT" help:"What the key is for, as the list shows it."`
	Scope   []string `required:"" placeholder:"SCOPE" help:"What it opens: catalog:read (drafts and former versions) or catalog:write (also edit, submit, approve, publish). May stand twice."`
	Expires string   `required:"" placeholder:"DATE" help:"Last day on which it works, like 2027-05-31; at most a year away."`
	Network []string `placeholder:"CIDR" help:"Network from which it may be used, like 192.0.2.0/24; may stand several times. None: from anywhere."`
}

// LastDay reads the last day of the key, in a time zone. The error says what is wrong with what was typed.
func (a Add) LastDay(zone *time.Location) (time.Time, error) {
	last, err := time.ParseInLocation(time.DateOnly, a.Expires, zone)
	if err != nil {
		return last, fmt.Errorf("--expires: %q is not a day like 2027-05-31", a.Expires)
	}
	for _, scope := range a.Scope {
		if !slices.Contains(key.Scopes(), key.Scope(scope)) {
			return last, fmt.Errorf("--scope: %q is not one of catalog:read, catalog:write", scope)
		}
	}
	return last, nil
}

// Make makes the key of a person, good to the end of the last day.
func (a Add) Make(tx *data.Tx, person account.Person, last time.Time) (key.Key, string, error) {
	return key.Make(tx, person, key.Wish{Name: a.Name, Scopes: a.Scope, Networks: a.Network, Expires: last.AddDate(0, 0, 1)}, record.Console)
}

// Print prints a new key: the key alone to out, so that a script can pass it on, and what to know about it to messages.
func (a Add) Print(out, messages io.Writer, made key.Key, text string, last time.Time) {
	fmt.Fprintf(messages, "The key %q of %s works until the end of %s. It is shown only now; keep it as you keep a password.\nTo end it earlier: accessdesk key revoke %s\n",
		made.Name, a.Email, last.Format("January 2, 2006"), made.Handle)
	fmt.Fprintln(out, text)
}

// List is what key list takes.
type List struct {
	JSON bool `name:"json" help:"Print JSON for programs."`
}

// Listed is a key as key list prints it.
type Listed struct {
	ID       string      `json:"id"` // short, as revoke takes it
	Name     string      `json:"name"`
	Person   string      `json:"person"` // address
	Scopes   []key.Scope `json:"scopes"`
	Networks []string    `json:"networks"`
	Made     time.Time   `json:"made_at"`
	Expires  time.Time   `json:"expires_at"` // the first instant at which it does not work
	UsedOn   string      `json:"used_on"`    // "" if never
	State    string      `json:"state"`      // works, expired, revoked
}

// Read reads every key, also those that ended.
func (List) Read(tx *data.Tx) ([]Listed, error) {
	all, err := key.All(tx)
	listed := []Listed{}
	for _, one := range all {
		person, err := account.FindPerson(tx, one.PersonID)
		if err != nil {
			return nil, err
		}
		listed = append(listed, newListed(one, person, tx.Now))
	}
	return listed, err
}

// Print prints the keys as a table, or as JSON. Where there is none, a person hears how to make one. zone is the time zone of the desk.
func (l List) Print(out, messages io.Writer, keys []Listed, zone string) error {
	if l.JSON {
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(keys)
	}
	if len(keys) == 0 {
		fmt.Fprintln(messages, `No keys yet. "accessdesk key add --help" tells how to make one.`)
		return nil
	}
	clock, err := time.LoadLocation(zone)
	if err != nil {
		return err
	}
	printTable(out, keys, clock)
	return nil
}

func newListed(k key.Key, person account.Person, now time.Time) Listed {
	shown := Listed{ID: k.Handle, Name: k.Name, Person: person.Email, Scopes: k.Scopes, Networks: []string{}, Made: k.MadeAt,
		Expires: k.Expires, UsedOn: k.UsedOn, State: "works"}
	for _, network := range k.Networks {
		shown.Networks = append(shown.Networks, network.String())
	}
	switch {
	case !k.Revoked.IsZero():
		shown.State = "revoked"
	case !k.Works(now):
		shown.State = "expired"
	case person.Disabled || person.StaffRole != account.ProgramManager:
		shown.State = "its person is no program manager any more"
	}
	return shown
}

// printTable prints a table. The last day is the one that key add took: the day before the instant at which the key stops.
func printTable(out io.Writer, keys []Listed, clock *time.Location) {
	rows := [][]string{{"ID", "STATE", "LAST DAY", "LAST USED", "SCOPES", "PERSON", "NAME"}}
	for _, one := range keys {
		scopes := make([]string, len(one.Scopes))
		for i, scope := range one.Scopes {
			scopes[i] = string(scope)
		}
		used := one.UsedOn
		if used == "" {
			used = "never"
		}
		rows = append(rows, []string{one.ID, one.State, one.Expires.Add(-1).In(clock).Format(time.DateOnly), used, strings.Join(scopes, " "), one.Person, one.Name})
	}
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			fmt.Fprintf(&line, "%-*s  ", widths[i], cell)
		}
		fmt.Fprintln(out, strings.TrimRight(line.String(), " "))
	}
}

// Revoke is what key revoke takes.
type Revoke struct {
	ID string `arg:"" help:"The key, as \"key list\" prints it."`
}

// End ends the key; data.ErrNotFound if there is none.
func (r Revoke) End(tx *data.Tx) (key.Key, error) { return key.Revoke(tx, r.ID, record.Console) }
