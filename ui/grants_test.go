package ui_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"accessdesk/broker/access"
	"accessdesk/broker/record"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/notify"
	"accessdesk/ui/webtest"

	"github.com/PuerkitoBio/goquery"
)

// grantLaw says for each act where it leads from which state, written out by hand, and which roles may take it.
var grantLaw = map[string]struct {
	leads map[access.State]access.State
	by    []role
}{
	access.ActSuspend: {map[access.State]access.State{access.Active: access.Suspended}, []role{manager}},
	access.ActResume:  {map[access.State]access.State{access.Suspended: access.Active}, []role{manager}},
	access.ActRevoke: {map[access.State]access.State{access.Pending: access.Revoked, access.Active: access.Revoked, access.Suspended: access.Revoked},
		[]role{manager}},
	access.ActRenew:         {map[access.State]access.State{access.Active: access.Active, access.Suspended: access.Suspended}, []role{manager}},
	access.ActRefuseRenewal: {map[access.State]access.State{access.Active: access.Active, access.Suspended: access.Suspended}, []role{manager}},
	access.ActGiveUp: {map[access.State]access.State{access.Pending: access.Ended, access.Active: access.Ended, access.Suspended: access.Ended},
		[]role{owner}},
	access.ActAskRenewal: {map[access.State]access.State{access.Active: access.Active, access.Suspended: access.Suspended}, []role{owner}},
	access.ActNamePerson: {map[access.State]access.State{access.Pending: access.Pending, access.Active: access.Active, access.Suspended: access.Suspended},
		[]role{owner, editor}},
	access.ActRemovePerson: {map[access.State]access.State{access.Pending: access.Pending, access.Active: access.Active, access.Suspended: access.Suspended},
		[]role{owner, editor}},
}

// grantForms says where the form of an act of the holder is sent, and with what. Acts of managers have one form.
func grantForm(g access.Grant, act, person string) (string, url.Values) {
	address := "/access/" + g.ID
	switch act {
	case access.ActGiveUp:
		return address + "/end", url.Values{"choice": {"yes"}}
	case access.ActAskRenewal:
		return address + "/renew", url.Values{"accept": {"yes"}}
	case access.ActNamePerson:
		return address + "/people", url.Values{"name": {"Operator on duty"}, "email": {"duty@example.org"}}
	case access.ActRemovePerson:
		return address + "/people/remove", url.Values{"person": {person}}
	}
	return "/staff" + address + "/decision", url.Values{"act": {act}, "reason": {"Used by people who were not named."}, "confirmed": {"yes"}}
}

// inState makes a grant of the first organization in a state in which the act would fit.
func (w *world) inState(t testing.TB, state access.State, act string) access.Grant {
	t.Helper()
	starts := w.Now().Add(-20 * wholeDay)
	if state == access.Pending {
		starts = w.Now().Add(10 * wholeDay)
	}
	var g access.Grant
	w.Write(t, func(tx *data.Tx) (err error) {
		g, err = access.Open(tx, access.OpenRequest{ItemID: data.NewID(), OrganizationID: w.org.ID, Slug: modelProgram, VersionID: w.ending.VersionID,
			Reference: "CAD-GRANT", Starts: starts, Actor: w.people[manager].ID,
			Terms: catalog.Terms{DurationDays: 40, Renewable: true, RenewalDays: 30, Safeguards: []catalog.Safeguard{catalog.SafeguardConfidentiality}}})
		return err
	})
	g = w.onGrant(t, owner, g, access.ActRequest{Act: access.ActNamePerson, Name: "First", Email: "first@example.org"})
	if act == access.ActRefuseRenewal && (state == access.Active || state == access.Suspended) {
		g = w.onGrant(t, owner, g, access.ActRequest{Act: access.ActAskRenewal})
	}
	switch state {
	case access.Suspended:
		g = w.onGrant(t, manager, g, access.ActRequest{Act: access.ActSuspend, Reason: "Wait."})
	case access.Revoked:
		g = w.onGrant(t, manager, g, access.ActRequest{Act: access.ActRevoke, Reason: "Over."})
	case access.Ended:
		g = w.onGrant(t, owner, g, access.ActRequest{Act: access.ActGiveUp})
	}
	return g
}

func (w *world) grantNow(t testing.TB, id string) (g access.Grant, person string) {
	t.Helper()
	w.Read(t, func(tx *data.Tx) (err error) {
		if g, err = access.Find(tx, id); err != nil {
			return err
		}
		current, _, err := access.People(tx, id)
		if len(current) > 0 {
			person = current[0].ID
		}
		return err
	})
	return g, person
}

// TestEveryCellOfGrants sends the form of every act in every state as everybody.
func TestEveryCellOfGrants(t *testing.T) {
	t.Parallel()
	w := openWorld(t)
	visitors, tokens := map[role]*webtest.Visitor{}, map[role]string{}
	for _, as := range everyRole[1:] {
		visitors[as] = w.visitor(t, as)
		tokens[as] = w.formToken(t, visitors[as], as)
	}
	cells := 0
	for _, row := range access.Transitions() {
		if row.By == access.System {
			continue // no form leads there
		}
		law, known := grantLaw[row.Act]
		if !known {
			t.Fatalf("the test knows nothing of %s", row.Act)
		}
		for _, state := range access.States() {
			g := w.inState(t, state, row.Act)
			for _, as := range everyRole[1:] {
				cells++
				before, person := w.grantNow(t, g.ID)
				address, form := grantForm(g, row.Act, person)
				form.Set("form_token", tokens[as])
				got := visitors[as].Send(http.MethodPost, address, form, nil)
				after, _ := w.grantNow(t, g.ID)
				target, lawful := law.leads[state]
				name := fmt.Sprintf("%s %s as %s", state, row.Act, as)
				if lawful && slices.Contains(law.by, as) {
					if got.StatusCode != http.StatusSeeOther || after.State != target {
						t.Errorf("%s: status %d, the grant is %s, want %s", name, got.StatusCode, after.State, target)
					}
					g = w.inState(t, state, row.Act)
					continue
				}
				if want := w.refusalOfCell(row.By, as); got.StatusCode != want {
					t.Errorf("%s: status %d, want %d", name, got.StatusCode, want)
				}
				if fmt.Sprintf("%+v", before) != fmt.Sprintf("%+v", after) {
					t.Errorf("%s was refused, but changed %+v to %+v", name, before, after)
				}
			}
		}
	}
	if cells != 9*5*9 {
		t.Errorf("%d cells were tried", cells)
	}
}

// refusalOfCell is the status for somebody who may not: the page is not theirs, the organization does not exist for them, or the
// step is refused on the page.
func (w *world) refusalOfCell(by access.Party, as role) int {
	staff := w.people[as].StaffRole != ""
	switch {
	case by == access.Holder && staff, by == access.Manager && (as != manager && as != insider):
		return http.StatusForbidden
	case as == outsider || as == newcomer:
		return http.StatusNotFound
	}
	return http.StatusUnprocessableEntity
}

// mailsAbout lists the mails of a template on the chain of a grant: recipient to text.
func (w *world) mailsAbout(t testing.TB, g access.Grant, template string) map[string]string {
	t.Helper()
	all := map[string]string{}
	w.Read(t, func(tx *data.Tx) error {
		list, err := notify.Sent(tx, record.CaseChain(g.ItemID))
		for _, m := range list {
			if m.Template == template {
				all[m.To] = m.Text
			}
		}
		return err
	})
	return all
}

// TestPreviewIsWhatHappens: the page before the confirmation shows each mail to the letter and changes nothing.
func TestPreviewIsWhatHappens(t *testing.T) {
	t.Parallel()
	w := openWorld(t)
	templates := map[string]string{access.ActSuspend: "grant_suspended", access.ActResume: "grant_resumed", access.ActRevoke: "grant_revoked",
		access.ActRenew: "grant_renewed", access.ActRefuseRenewal: "grant_renewal_refused"}
	for act, template := range templates {
		state := access.Active
		if act == access.ActResume {
			state = access.Suspended
		}
		g := w.inState(t, state, act)
		address := "/staff/access/" + g.ID
		staff := w.visitor(t, manager)
		form := staff.Visit(address).Want(http.StatusOK).Form(address + "/decision")
		form.Set("act", act).Set("reason", "Two lines\nof <b>reason</b>.")
		before := w.rows(t)
		preview := form.Send().Want(http.StatusOK).Says("These emails are sent")
		if changed := before.differ(w.rows(t), "session"); len(changed) > 0 {
			t.Errorf("the preview of %s changed %v", act, changed)
		}
		shown := map[string]string{}
		heads, texts := preview.Find("ul.mails summary .meta"), preview.Find("ul.mails pre.mail")
		for i := range heads.Length() {
			to, _, _ := strings.Cut(heads.Eq(i).Text(), " · ")
			shown[to] = texts.Eq(i).Text()
		}
		preview.Form(address + "/decision").Send().Want(http.StatusOK).At(address)
		sent := w.mailsAbout(t, g, template)
		if len(sent) != 3 || fmt.Sprint(sent) != fmt.Sprint(shown) { // owner, editor and insider
			t.Errorf("%s: sent %q, shown before %q", act, sent, shown)
		}
		staff.Visit(address).Silent("<b>reason</b></b>")
	}
}

// TestGrantFormsTwice: a double click, a reload and a lost answer do an act once and lead to the same page.
func TestGrantFormsTwice(t *testing.T) {
	t.Parallel()
	w := openWorld(t)
	twice := func(name string, as role, g access.Grant, address string, form url.Values) {
		t.Helper()
		v := w.visitor(t, as)
		form.Set("form_token", w.formToken(t, v, as))
		form.Set("repeat_key", "key-"+name)
		first := v.Send(http.MethodPost, address, form, nil)
		entries := func() (n int) {
			w.Read(t, func(tx *data.Tx) error {
				return tx.Row("SELECT count(*) FROM record_entry WHERE chain = $1", record.CaseChain(g.ItemID)).Scan(&n)
			})
			return n
		}
		before := entries()
		second := v.Send(http.MethodPost, address, form, nil)
		if first.StatusCode != http.StatusSeeOther || second.StatusCode != http.StatusSeeOther || first.Header.Get("Location") != second.Header.Get("Location") {
			t.Errorf("%s: status %d to %s, then %d to %s", name, first.StatusCode, first.Header.Get("Location"), second.StatusCode, second.Header.Get("Location"))
		}
		if after := entries(); after != before {
			t.Errorf("%s was done %d times", name, 1+after-before)
		}
	}
	for _, c := range []struct {
		as  role
		act string
	}{{owner, access.ActGiveUp}, {owner, access.ActAskRenewal}, {owner, access.ActNamePerson}, {manager, access.ActSuspend}, {manager, access.ActRenew}} {
		g := w.inState(t, access.Active, c.act)
		address, form := grantForm(g, c.act, "")
		twice(c.act, c.as, g, address, form)
	}
}

// TestTwoManagers: what one has confirmed meanwhile, the other one learns before anything else happens.
func TestTwoManagers(t *testing.T) {
	t.Parallel()
	w := openWorld(t)
	g := w.inState(t, access.Active, "")
	address := "/staff/access/" + g.ID
	preview := func(v *webtest.Visitor, act string) *webtest.Form {
		form := v.Visit(address).Form(address+"/decision").Set("act", act).Set("reason", "Shared.")
		return form.Send().Want(http.StatusOK).Form(address + "/decision")
	}
	one, other := w.visitor(t, manager), w.visitor(t, manager)
	stale := other.Visit(address).Form(address+"/decision").Set("act", access.ActRevoke).Set("reason", "Shared.")
	late := preview(other, access.ActSuspend)
	preview(one, access.ActSuspend).Send().Want(http.StatusOK).Says("Suspended")
	// The same act does not fit any more, which the page says; another one would, but not unseen.
	late.Send().Want(http.StatusUnprocessableEntity).Says("Suspended", "There is a problem")
	stale.Send().Want(http.StatusConflict)
	if after, _ := w.grantNow(t, g.ID); after.State != access.Suspended || after.Revision != g.Revision+1 {
		t.Errorf("%+v", after)
	}
}

// TestGrantList: each filter shows what it says, and only that.
func TestGrantList(t *testing.T) {
	t.Parallel()
	w := openWorld(t)
	staff := w.visitor(t, auditor)
	all := map[string]access.Grant{"active": w.grants[access.Active], "suspended": w.grants[access.Suspended], "pending": w.grants[access.Pending],
		"ended": w.grants[access.Ended], "revoked": w.grants[access.Revoked], "ending": w.ending, "asked": w.asked, "refused": w.refused, "given up": w.givenUp, "theirs": w.theirGrant}
	for query, want := range map[string][]string{
		"":                         {"active", "asked", "ended", "ending", "given up", "pending", "refused", "revoked", "suspended", "theirs"},
		"?state=active":            {"active", "asked", "ending", "refused", "theirs"},
		"?state=suspended":         {"suspended"},
		"?state=ended":             {"ended", "given up"},
		"?ending=1":                {"asked", "ending", "refused"},
		"?renewal=1":               {"asked"},
		"?program=" + scanProgram:  {"pending", "theirs"},
		"?state=active&renewal=1":  {"asked"},
		"?state=revoked&ending=1":  nil,
		"?state=nonsense&ending=2": {"active", "asked", "ended", "ending", "given up", "pending", "refused", "revoked", "suspended", "theirs"},
	} {
		page := staff.Visit("/staff/access" + query).Want(http.StatusOK)
		var got []string
		for name, g := range all {
			if page.Find(`a[href="/staff/access/`+g.ID+`"]`).Length() == 1 {
				got = append(got, name)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%q shows %v, want %v", query, got, want)
		}
	}
}

// TestHolderPages walks what a holder does with an access: names people, asks for renewal with the terms accepted, ends it.
func TestHolderPages(t *testing.T) {
	t.Parallel()
	w := openWorld(t)
	v := w.visitor(t, owner)
	address := "/access/" + w.ending.ID
	v.Visit(address).Want(http.StatusOK).Says("Ending soon", "Ask for renewal", "Nobody is named yet", "Access approved")
	people := v.Visit(address+"/people").Form(address+"/people").Set("name", "Night operator").Set("email", "no address")
	people.Send().Want(http.StatusUnprocessableEntity).Says("Enter an email address like name@example.org")
	page := v.Visit(address+"/people").Form(address+"/people").Set("name", "Night operator").Set("email", "night@example.org").Send()
	page.Want(http.StatusOK).At(address+"/people").Says("Night operator", "night@example.org")
	v.Visit(address).Says("Night operator").Silent("night@example.org")
	page.Form(address+"/people/remove").Send().Want(http.StatusOK).Says("The person is no longer on the list.", "Nobody is named yet.")

	renew := v.Visit(address+"/renew").Want(http.StatusOK).Says("With a renewal it ends on", "Keep what you learn confidential")
	renew.Form(address + "/renew").Send().Want(http.StatusUnprocessableEntity).Says("Tick the box to go on")
	renew.Form(address+"/renew").Set("accept", "yes").Send().Want(http.StatusOK).At(address).Says("You asked for renewal", "Wait for the answer")
	v.Visit(address + "/renew").At(address) // once in a term
	if told := w.mailsAbout(t, w.ending, "grant_renewal_asked"); len(told) != 1 || told[manager.email()] == "" {
		t.Errorf("managers told: %v, want the one outside of the organization", told)
	}

	end := v.Visit(address + "/end").Want(http.StatusOK)
	end.Form(address + "/end").Send().Want(http.StatusUnprocessableEntity).Says("Choose if you want to end it or keep it")
	end.Form(address+"/end").Set("choice", "no").Send().At(address).Says("Nothing changed. Your access is kept.")
	end = v.Visit(address + "/end") // a fresh form: the answer to the one that was sent is remembered
	end.Form(address+"/end").Set("choice", "yes").Send().At(address).Says("Your organization ended it on November 23, 2026", "Stop using what the program gave you").
		Silent("Ask for renewal", "End this access", "Time left")
	v.Visit(address + "/end").At(address)
	w.visitor(t, manager).Visit("/staff/access/"+w.ending.ID).Says("Ended early by the organization", "There is nothing to decide here now")
}

// TestNoRenewalOfWhatIsOver: staff read of access that can end by itself when it can be renewed, and nothing of the kind once it is over.
func TestNoRenewalOfWhatIsOver(t *testing.T) {
	t.Parallel()
	w := openWorld(t)
	v := w.visitor(t, manager)
	title := w.desk.Locales.In("en").T("grant.staff_renewal")
	for _, state := range []access.State{access.Pending, access.Active, access.Suspended, access.Ended, access.Revoked} {
		page := v.Visit("/staff/access/" + w.inState(t, state, access.ActGiveUp).ID).Want(http.StatusOK)
		says := page.Find("dt").FilterFunction(func(_ int, s *goquery.Selection) bool { return s.Text() == title }).Length() == 1
		if over := state == access.Ended || state == access.Revoked; says == over {
			t.Errorf("%s: says something of a renewal: %t", state, says)
		}
	}
}
