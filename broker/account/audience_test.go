package account_test

import (
	"slices"
	"strings"
	"testing"

	"accessdesk/broker/account"
	"accessdesk/data"
	"accessdesk/notify"
)

// audienceTable is who gets which mail, by role: the whole rule, spelled out.
var audienceTable = map[string]string{
	"owner signer editor": `draft_saved draft_unfinished draft_closing packet_no_reply packet_renewal message_received
		submitted waitlisted placed withdrawn approved declined case_closed
		grant_started grant_ends_soon grant_ended grant_given_up grant_suspended grant_resumed grant_revoked grant_renewed grant_renewal_refused`,
	"owner signer":               "question_asked question_waiting question_closing",
	"owner":                      "member_left",
	"owner signer editor reader": "owner_appointed date_sam date_awia_risk date_awia_plan date_membership state_call fits_now",
	// To one person or address, or to staff: the queuing package knows whom.
	"": `sign_in resume invitation member_added member_joined member_role_changed member_removed saved_confirm saved_opened saved_full saved_closed
		saved_changed saved_gone search_confirm search_found report_answered check_fits answer_received message_to_staff due_soon digest grant_renewal_asked
		listing_review listing_returned listing_scheduled listing_published listing_taken_off listing_stopped listing_paused listing_overdue`,
}

// TestAudience: every mail there is has its readers, on both engines; people who cannot sign in and people who left are none.
func TestAudience(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		people := map[string]account.Person{}
		for _, name := range []string{"owner", "signer", "editor", "reader", "gone", "closed"} {
			people[name] = b.applicant(t, name+"@example.org")
		}
		o := b.owned(t, "Walnut Bank", people["owner"], map[string]account.Person{account.Signer: people["signer"], account.Editor: people["editor"],
			account.Reader: people["reader"]})
		b.join(t, people["gone"], o, account.Owner, "left")
		b.add(t, people["closed"], o, account.Owner)
		b.disable(t, people["closed"], true)
		var listed []string
		for roles, templates := range audienceTable {
			for _, template := range strings.Fields(templates) {
				listed = append(listed, template)
				var got []string
				var err error
				b.Read(t, func(tx *data.Tx) error {
					members, failed := account.Audience(tx, o.ID, template)
					for _, m := range members {
						got = append(got, strings.TrimSuffix(m.Email, "@example.org"))
						if got[len(got)-1] != m.Role {
							t.Errorf("%s has the role %s", m.Email, m.Role)
						}
					}
					err = failed
					return nil
				})
				want := strings.Fields(roles)
				slices.Sort(want)
				if !slices.Equal(got, want) || (err != nil) != (roles == "") {
					t.Errorf("%s goes to %v (%v), want %v", template, got, err, want)
				}
			}
		}
		slices.Sort(listed)
		if !slices.Equal(listed, notify.Templates()) {
			t.Errorf("the table has %v\nthe mails are %v", listed, notify.Templates())
		}
	})
}
