package access

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"accessdesk/broker/record"
	"accessdesk/data"
	"accessdesk/notify"
)

// The acts on a grant.
const (
	ActActivate = "activate"
	ActEnd      = "end"
	ActRevoke   = "revoke"
)

// The roles that may do something with a grant.
const (
	RoleProgramManager = "program_manager"
	RoleSystem         = "system"
)

// reasonLimit is the length of a reason in characters: what the mail to the holder can quote in full.
const reasonLimit = 2000

// Recipient is somebody to tell about a grant: an e-mail address and the language to write in.
type Recipient struct{ To, Lang string }

// Desk is what acts on grants need from packages that access must not know.
type Desk struct {
	Mail *notify.Composer
	// Title gives what the program of a grant is called in a language.
	Title func(tx *data.Tx, g Grant, lang string) (string, error)
	// Organization gives the name for greetings and the people of the organization who get its mails.
	Organization func(tx *data.Tx, organizationID string) (name string, to []Recipient, err error)
}

// ActRequest asks for a change of a grant. Actor is one of the record, Role what they act as.
type ActRequest struct {
	Act    string
	Reason string // of a revocation: required, at most 2000 characters, shown to the holder; other acts have none
	Actor  string
	Role   string
}

// transition is a row of the table: from which state an act leads where, for whom.
type transition struct {
	From State
	Act  string
	To   State
	Role string
}

var transitions = []transition{
	{Pending, ActActivate, Active, RoleSystem},
	{Active, ActEnd, Ended, RoleSystem},
	{Pending, ActRevoke, Revoked, RoleProgramManager},
	{Active, ActRevoke, Revoked, RoleProgramManager},
}

// words are what an act is called in the record and in the mails.
var words = map[string]struct{ entry, template string }{
	ActActivate: {"grant_activated", "grant_started"},
	ActEnd:      {"grant_ended", "grant_ended"},
	ActRevoke:   {"grant_revoked", "grant_revoked"},
}

// Act is the one door for changes of a grant. data.ErrNotFound if there is no such grant; data.ErrConflict if somebody else
// changed it meanwhile. A *data.Refusal says "grant_state" (the act is not possible in this state), "not_your_role", or for
// the field "reason" "required", "too_long" with Max and Used, or "invalid_text".
func Act(tx *data.Tx, d Desk, grantID string, r ActRequest) (Grant, error) {
	g, err := Find(tx, grantID)
	if err != nil {
		return Grant{}, err
	}
	if g, err = act(tx, d, g, r); err != nil {
		return Grant{}, fmt.Errorf("%s grant %s: %w", r.Act, grantID, err)
	}
	return g, nil
}

// act does what Act promises to a grant that was read in the same transaction.
func act(tx *data.Tx, d Desk, g Grant, r ActRequest) (Grant, error) {
	step, err := find(g.State, r)
	if err != nil {
		return Grant{}, err
	}
	reason, err := reasonOf(r)
	if err != nil {
		return Grant{}, err
	}
	rows, err := tx.Exec(`UPDATE access_grant SET state = $1, reason = $2, changed_at = $3, revision = revision + 1
		WHERE id = $4 AND state = $5 AND revision = $6`,
		string(step.To), reason, data.Millis(tx.Now), g.ID, string(step.From), g.Revision)
	if err != nil {
		return Grant{}, err
	}
	if rows == 0 {
		return Grant{}, data.ErrConflict
	}
	g.State, g.Reason, g.ChangedAt, g.Revision = step.To, reason, tx.Now, g.Revision+1
	err = record.Append(tx, record.Entry{Chain: record.CaseChain(g.ItemID), Actor: r.Actor, Act: words[r.Act].entry,
		Detail: map[string]any{"grant": g.ID, "from": step.From, "to": step.To}})
	if err != nil {
		return Grant{}, err
	}
	return g, tellAct(tx, d, g, r.Act)
}

// find looks the act up in the table. Whether a state allows an act is said before whether a role does.
func find(from State, r ActRequest) (transition, error) {
	for _, t := range transitions {
		if t.From != from || t.Act != r.Act {
			continue
		}
		if t.Role != r.Role {
			return transition{}, data.Refuse("", "not_your_role")
		}
		return t, nil
	}
	return transition{}, data.Refuse("", "grant_state")
}

// reasonOf gives the reason as it is stored.
func reasonOf(r ActRequest) (string, error) {
	if r.Act != ActRevoke {
		return "", nil
	}
	reason := strings.TrimSpace(r.Reason)
	used := utf8.RuneCountInString(reason)
	switch {
	case reason == "":
		return "", data.Refuse("reason", "required")
	case used > reasonLimit:
		return "", data.Refuse("reason", "too_long", "Max", reasonLimit, "Used", used)
	case !utf8.ValidString(reason) || strings.ContainsRune(reason, 0): // PostgreSQL stores neither
		return "", data.Refuse("reason", "invalid_text")
	}
	return reason, nil
}

// tellAct queues the mails about an act.
func tellAct(tx *data.Tx, d Desk, g Grant, act string) error {
	args := map[string]any{}
	switch act {
	case ActActivate:
		if !g.Ends.After(tx.Now) {
			return nil // learned of after the end: "your access is ready" would be untrue, and the mail about the end follows
		}
		args["Starts"], args["Ends"] = g.Starts, g.Ends
	case ActEnd:
		args["EndedAt"] = g.Ends // not the time of a late run: nobody had access after Ends
		if tx.Now.Before(g.Ends) {
			args["EndedAt"] = tx.Now
		}
	case ActRevoke:
		args["RevokedAt"], args["Reason"] = tx.Now, g.Reason
	}
	_, err := tell(tx, d, g, words[act].template, act, args)
	return err
}

// tell queues one mail to each recipient of a grant, in their language, and counts those that were not queued before. occasion
// is the middle of the mail's key.
func tell(tx *data.Tx, d Desk, g Grant, template, occasion string, args map[string]any) (queued int, err error) {
	name, to, err := d.Organization(tx, g.OrganizationID)
	if err != nil {
		return 0, err
	}
	for _, r := range to {
		title, err := d.Title(tx, g, r.Lang)
		if err != nil {
			return 0, err
		}
		all := map[string]any{"Organization": name, "Reference": g.Reference, "Program": title, "Link": "/access/" + g.ID}
		for key, value := range args {
			all[key] = value
		}
		fresh, err := d.Mail.Enqueue(tx, notify.Message{To: r.To, Lang: r.Lang, Template: template, Args: all,
			Key: "grant:" + g.ID + ":" + occasion + ":" + r.To, Chain: record.CaseChain(g.ItemID)})
		if err != nil {
			return 0, err
		}
		if fresh {
			queued++
		}
	}
	return queued, nil
}
