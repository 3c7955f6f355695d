package access

import (
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/data/datatest"
	"accessdesk/notify"
)

// TestMails reads the mails of several lives as their readers get them: program, dates, words, link, and the language.
func TestMails(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := newBench(t, db)
		manager, owner := ByPerson(b.manager), ByPerson(b.owner)
		g := b.opened(t, b.request("mails", 365, time.Date(2026, 12, 1, 14, 0, 0, 0, time.UTC)))
		db.SetNow(g.Starts)
		b.due(t)
		db.Advance(30 * day)
		b.must(t, manager, g.ID, full(ActSuspend))
		db.Advance(2 * day)
		b.must(t, manager, g.ID, full(ActResume))
		db.SetNow(g.Ends.Add(-30 * day))
		b.due(t)
		b.must(t, owner, g.ID, full(ActAskRenewal))
		b.must(t, manager, g.ID, full(ActRefuseRenewal))
		b.must(t, manager, g.ID, full(ActRenew))
		b.must(t, manager, g.ID, full(ActRevoke))
		given := b.opened(t, b.request("mails-given-up", 40, time.Time{}))
		b.must(t, owner, given.ID, full(ActGiveUp))
		ended := b.opened(t, b.request("mails-ended", 3, time.Time{}))
		db.SetNow(ended.Ends)
		b.due(t)
		list := slices.Concat(b.mails(t, "mails"), b.mails(t, "mails-given-up"), b.mails(t, "mails-ended"))
		link := "https://desk.example.org/access/" + g.ID
		checkMails(t, list, map[string][]string{
			"grant_started en":         {"Example model access", "December 1, 2026", "December 1, 2027", link},
			"grant_started es":         {"Acceso al modelo de ejemplo", "1 de diciembre de 2026", "1 de diciembre de 2027", link},
			"grant_suspended en":       {"December 31, 2026", "December 1, 2027", "Used by people who were not named.", link},
			"grant_suspended es":       {"31 de diciembre de 2026", "1 de diciembre de 2027", "Used by people who were not named.", link},
			"grant_resumed en":         {"January 2, 2027", "December 1, 2027", link},
			"grant_resumed es":         {"2 de enero de 2027", "1 de diciembre de 2027", link},
			"grant_ends_soon en":       {"ends in 30 days", "December 1, 2027", "ask for renewal", link},
			"grant_ends_soon es":       {"30 días", "1 de diciembre de 2027", "pida la renovación", link},
			"grant_renewal_asked en":   {"November 1, 2027", "December 1, 2027", "https://desk.example.org/staff/access/" + g.ID},
			"grant_renewal_refused en": {"December 1, 2027", "Used by people who were not named.", link},
			"grant_renewal_refused es": {"1 de diciembre de 2027", "Used by people who were not named.", link},
			"grant_renewed en":         {"November 30, 2028", "en confidentiality", "en use_restriction", link},
			"grant_renewed es":         {"30 de noviembre de 2028", "es confidentiality", "es use_restriction", link},
			"grant_revoked en":         {"November 1, 2027", "Used by people who were not named.", link},
			"grant_revoked es":         {"1 de noviembre de 2027", "Used by people who were not named.", link},
			"grant_given_up en":        {"November 1, 2027", "before its end date", "/access/" + given.ID},
			"grant_given_up es":        {"1 de noviembre de 2027", "antes de su fecha final", "/access/" + given.ID},
			"grant_ended en":           {"Example model access", "November 4, 2027", "/access/" + ended.ID},
			"grant_ended es":           {"Acceso al modelo de ejemplo", "4 de noviembre de 2027", "/access/" + ended.ID},
		})
	})
}

func checkMails(t *testing.T, list []notify.Queued, want map[string][]string) {
	t.Helper()
	seen := map[string]int{}
	for _, q := range list {
		name := q.Template + " " + q.Lang
		if q.To == "editor@example.org" {
			continue // reads what the owner reads
		}
		seen[name]++
		if want[name] == nil || seen[name] > 1 && q.Template != "grant_renewal_asked" {
			t.Errorf("%s: not expected, or twice", name)
		}
		if staff := q.Template == "grant_renewal_asked"; staff != strings.HasSuffix(q.To, "@example.org") && q.To != english && q.To != spanish {
			t.Errorf("%s went to %s", name, q.To)
		}
		for _, part := range append(want[name], "Cedar Flats Water District", "CAD-7K2M") {
			if !strings.Contains(q.Text, part) || !strings.Contains(q.HTML, part) {
				t.Errorf("%s lacks %q:\n%s", name, part, q.Text)
			}
		}
	}
	if len(seen) != len(want) || seen["grant_renewal_asked en"] != 2 {
		t.Errorf("got %v", seen)
	}
}

// TestReminderSaysHowToKeepTheAccess: what the holder can do about the end depends on what became of the renewal.
func TestReminderSaysHowToKeepTheAccess(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := newBench(t, db)
		begin := db.Now()
		for name, c := range map[string]struct {
			renewable bool
			before    []string
			want      string
		}{
			"open":    {true, nil, "ask for renewal on its page"},
			"asked":   {true, []string{ActAskRenewal}, "Your organization asked to renew it on November 3, 2027"},
			"refused": {true, []string{ActAskRenewal, ActRefuseRenewal}, "It is not renewed."},
			"never":   {false, nil, "It is not renewed."},
		} {
			db.SetNow(begin)
			r := b.request("keep-"+name, 365, time.Time{})
			r.Terms.Renewable = c.renewable
			g := b.opened(t, r)
			db.SetNow(g.Ends.Add(-20 * day))
			for _, act := range c.before {
				who := ByPerson(b.owner)
				if act == ActRefuseRenewal {
					who = ByPerson(b.manager)
				}
				b.must(t, who, g.ID, full(act))
			}
			b.due(t)
			for _, q := range b.mails(t, g.ItemID) {
				if name == "open" && q.Template == "grant_ends_soon" && q.To == b.editor.Email { // who may not ask is not asked to
					if !strings.Contains(q.Text, "an owner or a signer can ask for renewal") || strings.Contains(q.Text, "If you need it longer") {
						t.Errorf("the editor reads:\n%s", q.Text)
					}
				}
				if q.Template == "grant_ends_soon" && q.To == english && !strings.Contains(q.Text, c.want) {
					t.Errorf("%s: the mail lacks %q:\n%s", name, c.want, q.Text)
				}
			}
			if !slices.Contains(b.keys(t, g), "grant_ends_soon ends:30:0") {
				t.Errorf("%s: mails %v", name, b.keys(t, g))
			}
			b.must(t, ByPerson(b.manager), g.ID, full(ActRevoke)) // out of the way of the next one, whose clock is set back
		}
	})
}
