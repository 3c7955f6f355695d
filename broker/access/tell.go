package access

import (
	"strconv"
	"time"

	"accessdesk/broker/account"
	"accessdesk/broker/record"
	"accessdesk/data"
	"accessdesk/notify"
)

// tell queues the mails about the act that was taken.
func (s *step) tell() error {
	g := s.grant
	if s.row.Mail == "" || s.row.Act == ActActivate && !g.Ends.After(s.tx.Now) {
		return nil // learned of after the end: "your access is ready" would be untrue, and the mail about the end follows
	}
	occasion := s.row.Act
	if s.row.To == same || s.row.Act == ActSuspend || s.row.Act == ActResume { // may come again; the revision tells them apart
		occasion += ":" + strconv.FormatInt(g.Revision, 10)
	}
	if s.row.Tells == "managers" {
		return tellManagers(s.tx, s.desk, g, s.row.Mail, occasion)
	}
	_, err := tellHolders(s.tx, s.desk, g, s.row.Mail, occasion, func(to account.Member) map[string]any { return s.mailArgs(to.Lang) })
	return err
}

// mailArgs gives what the mail about the act says beside what every mail about a grant says.
func (s *step) mailArgs(lang string) map[string]any {
	g, now := s.grant, s.tx.Now
	switch s.row.Act {
	case ActActivate:
		return map[string]any{"Starts": g.Starts, "Ends": g.Ends}
	case ActEnd:
		args := map[string]any{"EndedAt": g.Stopped}
		if g.Renewal == RenewalAsked {
			args["AskedAt"] = g.RenewalAt
		}
		return args
	case ActGiveUp:
		return map[string]any{"EndedAt": now}
	case ActRevoke:
		return map[string]any{"RevokedAt": now, "Reason": g.Reason}
	case ActSuspend:
		return map[string]any{"SuspendedAt": now, "Ends": g.Ends, "Reason": g.Reason}
	case ActResume:
		return map[string]any{"ResumedAt": now, "Ends": g.Ends}
	case ActRefuseRenewal:
		return map[string]any{"Ends": g.Ends, "Reason": g.RenewalReason}
	case ActRenew:
		args := map[string]any{"Ends": g.Ends}
		var terms []string
		for _, safeguard := range g.Safeguards {
			terms = append(terms, s.desk.Safeguard(safeguard, lang))
		}
		if len(terms) > 0 {
			args["Terms"] = terms
		}
		return args
	}
	return nil
}

// tellHolders queues one mail to each person of the holder whom account.Audience names, in their language, and counts those that
// were not queued before. occasion is the middle of the mail's key.
func tellHolders(tx *data.Tx, d Desk, g Grant, template, occasion string, args func(account.Member) map[string]any) (queued int, err error) {
	organization, err := account.FindOrganization(tx, g.OrganizationID)
	if err != nil {
		return 0, err
	}
	to, err := account.Audience(tx, g.OrganizationID, template)
	if err != nil {
		return 0, err
	}
	for _, m := range to {
		fresh, err := tellOne(tx, d, g, organization.Name, m.Person, notify.Message{Template: template, Key: occasion, Args: args(m)}, "/access/"+g.ID)
		if err != nil {
			return 0, err
		}
		if fresh {
			queued++
		}
	}
	return queued, nil
}

// tellManagers queues one mail to each program manager who may decide about the grant: nobody for their own organization.
func tellManagers(tx *data.Tx, d Desk, g Grant, template, occasion string) error {
	organization, err := account.FindOrganization(tx, g.OrganizationID)
	if err != nil {
		return err
	}
	managers, err := managersFor(tx, g.OrganizationID)
	if err != nil {
		return err
	}
	for _, r := range managers {
		args := map[string]any{"AskedAt": g.RenewalAt, "Ends": g.Ends}
		if _, err := tellOne(tx, d, g, organization.Name, r, notify.Message{Template: template, Key: occasion, Args: args}, "/staff/access/"+g.ID); err != nil {
			return err
		}
	}
	return nil
}

// managersFor lists the program managers who can sign in and do not belong to an organization.
func managersFor(tx *data.Tx, organizationID string) ([]account.Person, error) {
	return data.Rows(tx, func(row data.Scanner) (p account.Person, err error) {
		err = row.Scan(&p.Email, &p.Lang)
		return p, err
	}, `SELECT p.email, p.lang FROM person p WHERE p.staff_role = $1 AND p.disabled = $2
		AND NOT EXISTS (SELECT 1 FROM membership m WHERE m.person_id = p.id AND m.organization_id = $3 AND m.state = 'active')
		ORDER BY p.created_at, p.id`, account.ProgramManager, false, organizationID)
}

// tellOne queues a mail to one person. m has its template, its arguments and, as its key, the occasion.
func tellOne(tx *data.Tx, d Desk, g Grant, organization string, to account.Person, m notify.Message, link string) (bool, error) {
	title, err := d.Title(tx, g, to.Lang)
	if err != nil {
		return false, err
	}
	all := map[string]any{"Organization": organization, "Reference": g.Reference, "Program": title, "Link": link}
	for name, value := range m.Args {
		all[name] = value
	}
	m.To, m.Lang, m.Args, m.Chain = to.Email, to.Lang, all, record.CaseChain(g.ItemID)
	m.Key = "grant:" + g.ID + ":" + m.Key + ":" + to.Email
	return d.Mail.Enqueue(tx, m)
}

// endsSoonArgs is what a reminder says to a person: how to keep the access, if it can be kept, and who of them can ask.
func endsSoonArgs(g Grant, now time.Time, role string) map[string]any {
	args := map[string]any{"Ends": g.Ends, "Days": int((g.Ends.Sub(now) + day - 1) / day)}
	switch {
	case g.Renewal == RenewalAsked:
		args["AskedAt"] = g.RenewalAt
	case g.Renewable && g.Renewal == RenewalNone && account.RoleMay(role, account.Withdraw):
		args["RenewBy"] = g.Ends
	case g.Renewable && g.Renewal == RenewalNone:
		args["OthersRenewBy"] = g.Ends
	}
	return args
}
