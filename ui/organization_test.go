package ui_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/eligibility"
	"accessdesk/ui/webtest"
)

// TestInvitationWalk follows an invitation from the form to the membership, past a mail scanner that opens every link and
// presses every button, on both engines.
func TestInvitationWalk(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		w := openWorldOn(t, db)
		const guest = "guest@example.org"
		page := w.visitor(t, owner).Visit("/org/people").Form("/org/people").Set("email", guest).Set("role", account.Signer).Set("lang", "es").Send()
		page.Want(http.StatusOK).At("/org/people").Says("guest@example.org", "Signer")
		link := w.mailed(t, guest, "invitation")
		scanner := webtest.New(t, w.app)
		before := w.rows(t)
		scanner.Send(http.MethodHead, link, nil, nil)
		landing := scanner.Visit(link).Want(http.StatusOK).Says("Cedar Flats Water District", "owner@example.org")
		w.unchanged(t, before, "looking at the invitation")
		landing.Form("/signin").Send().Want(http.StatusOK).At("/signin/code") // the scanner presses the button
		scanner.Visit(w.mailed(t, guest, "sign_in")).Want(http.StatusOK)      // it reads the guest's mail, so it opens this one too
		w.Advance(time.Minute)

		v := webtest.New(t, w.app) // the guest, whose asking ends the older link
		v.Visit(link).Want(http.StatusOK).Form("/signin").Send().At("/signin/code")
		signIn := w.mailed(t, guest, "sign_in")
		scanner.Visit(signIn).Want(http.StatusOK).Says(w.desk.Locales.In("es").T("signin.other_title"))
		offer := v.Visit(signIn).Want(http.StatusOK).Form("/signin/link").Send().Want(http.StatusOK)
		if !strings.HasPrefix(offer.Path, "/invitation/") {
			t.Fatalf("after signing in the guest is on %s", offer.Path)
		}
		offer.Form(offer.Path).Press("accept").Want(http.StatusOK).At("/org").Says("Cedar Flats Water District", "Firmante")
		v.Visit(offer.Path).Want(http.StatusOK).Says(w.desk.Locales.In("es").T("account.accepted_title"))
		w.Read(t, func(tx *data.Tx) error {
			p, err := account.FindPersonByEmail(tx, guest)
			if err == nil {
				_, err = account.Need(tx, p.ID, w.org.ID, account.Send)
			}
			return err
		})
		scanner.Visit(link).Want(http.StatusGone)
		if scanner.Visit("/home"); strings.Contains(strings.Join(scanner.Cookies(), " "), "session") {
			t.Error("the scanner has a session")
		}
	})
}

// TestManyClientsSpendOnce: 50 clients press the button of one sign-in link, and of one invitation, at the same moment. One
// session, one membership, and nobody sees an error of the program.
func TestManyClientsSpendOnce(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		w := openWorldOn(t, db)
		w.log.expectBusy()
		count := func(query string, args ...any) (n int) {
			w.Read(t, func(tx *data.Tx) error { return tx.Row(query, args...).Scan(&n) })
			return n
		}
		race := func(v func() *webtest.Visitor, action string, form url.Values) map[int]int {
			statuses := map[int]int{}
			var mu sync.Mutex
			var group sync.WaitGroup
			start := make(chan struct{})
			for range 50 {
				client := v()
				group.Go(func() {
					<-start
					begin := time.Now()
					got := client.Send(http.MethodPost, action, form, nil)
					for range 20 { // a slow machine may need longer for the crowd than one of them is made to wait
						if got.StatusCode != http.StatusServiceUnavailable || got.Header.Get("Retry-After") == "" {
							break
						}
						if waited := time.Since(begin); waited < answerTime {
							t.Errorf("turned away after %s, before the %s for which a request waits", waited, answerTime)
						}
						begin = time.Now()
						got = client.Send(http.MethodPost, action, form, nil)
					}
					mu.Lock()
					defer mu.Unlock()
					statuses[got.StatusCode]++
				})
			}
			close(start)
			group.Wait()
			return statuses
		}
		asking := webtest.New(t, w.app)
		asking.Visit("/signin").Form("/signin").Set("email", "visitor@example.org").Send()
		form := asking.Visit(w.mailed(t, "visitor@example.org", "sign_in")).Form("/signin/link")
		nonce := asking.Cookie("browser")
		got := race(func() *webtest.Visitor {
			v := webtest.New(t, w.app)
			v.SetCookie("browser", nonce)
			return v
		}, "/signin/link", form.Values)
		sessions := count("SELECT count(*) FROM session s JOIN person p ON p.id = s.person_id WHERE p.email = 'visitor@example.org'")
		if got[http.StatusSeeOther] != 1 || got[http.StatusUnprocessableEntity] != 49 || sessions != 1 {
			t.Errorf("one sign-in link: %v, %d sessions", got, sessions)
		}

		address := "/invitation/" + w.invited.ID
		accept := w.visitor(t, newcomer).Visit(address).Form(address)
		accept.Values.Set("act", "accept")
		got = race(func() *webtest.Visitor { return w.visitor(t, newcomer) }, address, accept.Values)
		if members := count("SELECT count(*) FROM membership WHERE person_id = $1", w.people[newcomer].ID); got[http.StatusSeeOther] != 50 || members != 1 {
			t.Errorf("one invitation: %v, %d memberships", got, members)
		}
		if joined := count("SELECT count(*) FROM record_entry WHERE chain = $1 AND act = 'member_joined' AND actor = $2", "organization:"+w.org.ID, w.people[newcomer].ID); joined != 1 {
			t.Errorf("the record has %d entries about joining", joined)
		}
	})
}

// TestStaleTopic: two people save the same topic. The second one gets both texts, has to choose, and loses nothing.
func TestStaleTopic(t *testing.T) {
	t.Parallel()
	bothLanguages(t, func(t *testing.T, lang string) {
		w := openWorld(t)
		const address = "/org/edit/size"
		mine, theirs := w.speaker(t, owner, lang), w.speaker(t, editor, lang)
		mineForm, theirForm := mine.Visit(address).Form(address), theirs.Visit(address).Form(address)
		theirForm.Set("f-employees_fte", "12").Send().Want(http.StatusOK).At("/org")
		before := w.rows(t)
		page := mineForm.Set("f-employees_fte", "14").Set("f-annual_revenue", "250000").Send().Want(http.StatusConflict)
		page.Says("12", "14", editor.email())
		w.unchanged(t, before, "the stale form")
		again := page.Form(address).Send().Want(http.StatusConflict) // nothing chosen
		if again.Find(".problems a").Length() == 0 {
			t.Error("a conflict page without a choice does not say what to choose")
		}
		form := again.Form(address)
		for name := range choicesOf(again) {
			form.Set(name, "mine")
		}
		form.Send().Want(http.StatusOK).At("/org")
		saved := mine.Visit(address).Form(address).Values
		if saved.Get("f-employees_fte") != "14" || saved.Get("f-annual_revenue") != "250,000" {
			t.Errorf("saved %v", saved)
		}
		mine.Visit("/org").Says("12") // their value is in the history
	})
}

// TestStaleName: the same for the name.
func TestStaleName(t *testing.T) {
	w := openWorld(t)
	w.Write(t, func(tx *data.Tx) error {
		return account.SaveFacts(tx, w.desk.Vocabulary, w.org.ID, w.people[owner].ID, eligibility.Profile{"legal_name": eligibility.String(w.org.Name)})
	})
	v := w.visitor(t, owner)
	first, second := v.Visit("/org/name").Form("/org/name"), v.Visit("/org/name").Form("/org/name")
	first.Set("name", "Cedar Flats Utilities").Send().Want(http.StatusOK).At("/org").Says("Cedar Flats Utilities")
	page := second.Set("name", "Cedar Flats Water and Sewer").Send().Want(http.StatusConflict).Says("Cedar Flats Utilities", "Cedar Flats Water and Sewer")
	page.Form("/org/name").Set("take-name", "theirs").Send().Want(http.StatusOK).At("/org").Says("Cedar Flats Utilities")
	v.Visit("/org").Silent("Cedar Flats Water and Sewer")
	w.Read(t, func(tx *data.Tx) error {
		facts, err := account.Facts(tx, w.desk.Vocabulary, w.org.ID)
		if legal, _ := facts["legal_name"].Text(); legal != "Cedar Flats Utilities" {
			t.Errorf("the legal name, which was the same, is now %q", legal)
		}
		return err
	})
}

// TestFormsKeepTheirOrganization: a form is about the organization that it was made for, whatever was chosen meanwhile.
func TestFormsKeepTheirOrganization(t *testing.T) {
	w := openWorld(t)
	v := w.visitor(t, owner)
	form := v.Visit("/org/edit/size").Form("/org/edit/size").Set("f-employees_fte", "33")
	invite := v.Visit("/org/people").Form("/org/people").Set("email", "tab@example.org")
	w.Advance(time.Minute)
	v.Visit("/org/choose").Form("/org/choose").Send().Want(http.StatusOK).At("/home").Says("Cedar Flats Sewer Authority")
	form.Send().Want(http.StatusOK)
	invite.Send().Want(http.StatusOK)
	w.Read(t, func(tx *data.Tx) error {
		for _, c := range []struct {
			o    account.Organization
			want bool
		}{{w.org, true}, {w.sister, false}} {
			facts, err := account.Facts(tx, w.desk.Vocabulary, c.o.ID)
			if err != nil {
				return err
			}
			open, err := account.Invitations(tx, c.o.ID)
			if err != nil {
				return err
			}
			invited := len(open) > 0 && open[0].Email == "tab@example.org"
			if n, _ := facts["employees_fte"].Number(); (n == 33) != c.want || invited != c.want {
				t.Errorf("%s: %v employees, invited %t", c.o.Name, n, invited)
			}
		}
		return nil
	})
	// An id of somebody else's organization in the form is not known.
	form.Values.Set("organization", w.other.ID)
	form.Send().Want(http.StatusNotFound)
}

// freeProgram is one for which the first organization has nothing under way.
const freeProgram = "appa-cyber"

// TestStartKeepsItsOrganization: an application starts for the organization that the page was made for, from each form that starts
// one, also when the choice has to be looked at once more.
func TestStartKeepsItsOrganization(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		page string
		also []string // programs that cannot be started
	}{
		"program": {"/programs/" + freeProgram, nil}, "start": {"/applications/new", nil}, "shown once more": {"/programs/" + freeProgram, []string{"ended-long-ago"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := openWorld(t)
			v := w.visitor(t, owner)
			v.SetCookie("start", freeProgram)
			form := v.Visit(c.page).Want(http.StatusOK).Form("/applications")
			if got := form.Values.Get("organization"); got != w.org.ID {
				t.Fatalf("the form is about %q, want %q", got, w.org.ID)
			}
			for _, slug := range c.also {
				form.Values.Add("program", slug)
			}
			w.Advance(time.Minute)
			v.Visit("/org/choose").Form("/org/choose").Send().Want(http.StatusOK).Says("Cedar Flats Sewer Authority")
			page := form.Send().Want(http.StatusOK)
			if c.also != nil {
				again := page.At("/applications/new").Says(w.org.Name).Form("/applications")
				again.Values.Set("repeat_key", "of the page that was shown")
				page = again.Send().Want(http.StatusOK)
			}
			page.Says(w.org.Name)
			var owners []string
			w.Read(t, func(tx *data.Tx) (err error) {
				owners, err = data.Rows(tx, data.Value[string], `SELECT a.organization_id FROM application a
					JOIN application_item i ON i.application_id = a.id WHERE i.slug = $1`, freeProgram)
				return err
			})
			if len(owners) != 1 || owners[0] != w.org.ID {
				t.Errorf("started for %v, want one for %s", owners, w.org.ID)
			}
			form.Values.Set("organization", w.other.ID) // of strangers
			form.Values.Set("repeat_key", "of a stranger")
			form.Send().Want(http.StatusNotFound)
		})
	}
}

// TestRegistersAreNamed: where a fact comes from a public register, the profile, the case and the packet say which one and its edition, in
// the language of the reader, never its id.
func TestRegistersAreNamed(t *testing.T) {
	t.Parallel()
	bothLanguages(t, func(t *testing.T, lang string) {
		w := openWorld(t)
		read := func(id, day string, v eligibility.Value) eligibility.Value {
			return v.From(eligibility.Register, id).On(day)
		}
		w.Write(t, func(tx *data.Tx) error {
			err := account.SaveFacts(tx, w.desk.Vocabulary, w.other.ID, "console", eligibility.Profile{
				"sector":             read("eia861", "2019-12-31", eligibility.String("electric")),
				"state_or_territory": read("nowhere-861", "", eligibility.String("NM"))})
			if err != nil {
				return err
			}
			return account.SaveFacts(tx, w.desk.Vocabulary, w.org.ID, "console", eligibility.Profile{
				"legal_name": read("sdwis", "2025-03-31", eligibility.String("CEDAR FLATS WATER DISTRICT"))})
		})
		w.must(t, outsider, w.theirs[broker.NeedsInfo], broker.ActRequest{Act: broker.ActWithdraw})
		item := w.send(t, outsider, w.other, scanProgram)
		named := map[string]string{"en": "electric utilities (EIA), edition of December 2019", "es": "empresas eléctricas (EIA), edición de diciembre de 2019"}[lang]
		unnamed := map[string]string{"en": "one that has no name here", "es": "uno que no tiene nombre aquí"}[lang]
		water := map[string]string{"en": "drinking water systems (EPA), edition of March 2025", "es": "sistemas de agua potable (EPA), edición de marzo de 2025"}[lang]
		w.speaker(t, outsider, lang).Visit("/org").Want(http.StatusOK).Says(named, unnamed).Silent("eia861", "nowhere-861")
		w.speaker(t, manager, lang).Visit("/staff/review/"+item.ID).Want(http.StatusOK).Says(named).Silent("eia861", "nowhere-861")
		packet := w.packets[emailProgram]
		w.speaker(t, owner, lang).Visit("/applications/" + packet.ApplicationID + "/p/" + packet.Slug).Want(http.StatusOK).Says(water).Silent("sdwis")
	})
}

// TestOwnAccount: name and language are kept, another session is ended from the list.
func TestOwnAccount(t *testing.T) {
	w := openWorld(t)
	v, other := webtest.New(t, w.app), webtest.New(t, w.app)
	v.SetCookie("session", w.signIn(t, editor.email()))
	other.SetCookie("session", w.signIn(t, editor.email()))
	v.Visit("/account").Form("/account").Set("name", "Luis Example").Set("lang", "es").Send().Want(http.StatusOK).At("/account")
	w.visitor(t, owner).Visit("/org/people").Says("Luis Example", editor.email())
	page := v.Visit("/account")
	if lines := page.Find("#sessions ~ ul li").Length(); lines != 2 {
		t.Errorf("%d sessions are listed", lines)
	}
	form := page.Form("/account")
	form.Values.Set("act", "others")
	v.Send(http.MethodPost, "/account", form.Values, nil)
	if got := other.Visit("/account"); !strings.HasPrefix(got.Path, "/signin") {
		t.Errorf("the other session is on %s", got.Path)
	}
	v.Visit("/account").Want(http.StatusOK).At("/account")
}
