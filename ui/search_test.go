package ui_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"accessdesk/broker/seat"
	"accessdesk/catalog/interest/alert"
	"accessdesk/catalog/search"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/notify"
	"accessdesk/ui/browsertest"
	"accessdesk/ui/webtest"
)

// alerts is what saving a search needs.
func (w *world) alerts() alert.Desk {
	d := w.site.Desk
	return alert.Desk{Vocabulary: d.Vocabulary, Catalog: d.Catalog, Search: d.Search, Mail: d.Mail, Locales: d.Locales, Places: seat.All}
}

// searches are what an address saved.
func (w *world) searches(t testing.TB, address string) (questions []string) {
	t.Helper()
	w.Read(t, func(tx *data.Tx) error {
		all, err := alert.Of(tx, address)
		for _, one := range all {
			questions = append(questions, one.Question)
		}
		return err
	})
	return questions
}

// TestSaveSearchWithoutAccount: from the list to an address, a mail, a button; then a mail about what matches whose stop link also lets
// remove single searches.
func TestSaveSearchWithoutAccount(t *testing.T) {
	t.Parallel()
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		w := openWorldOn(t, db)
		v := webtest.New(t, w.app)
		v.Visit("/programs").Silent("Email me when another program matches")
		page := v.Visit("/programs?q=scan&kind=scanning&fits=1").Follow("Email me when another program matches").Want(http.StatusOK).Says("“scan”; Scanning")
		form := page.Form("/searches/new*")
		form.Send().Want(http.StatusUnprocessableEntity).Says("Enter your email address")
		wrong := form.Set("email", "ana at example").Send().Want(http.StatusUnprocessableEntity)
		if typed := wrong.Form("/searches/new*").Values; typed.Get("email") != "ana at example" || typed.Get("search") != "kind=scanning&q=scan" {
			t.Errorf("typed %v", typed)
		}
		other := webtest.New(t, w.app).Visit("/searches/new?kind=scanning&q=scan").Form("/searches/new*").Set("email", "ana at example").Send()
		other.Follow("Español").Says("«scan»; Escaneo")
		wrong.Follow("Back to the list").At("/programs").Says("“scan”", "Scanning", "Remove all filters")
		form.Set("email", "Ana@example.org").Send().At("/follow/sent")
		link := w.mailed(t, "ana@example.org", "search_confirm")
		before := w.rows(t)
		page = webtest.New(t, w.app).Visit(link).Want(http.StatusOK).Says("Save this search", "ana@example.org", "“scan”; Scanning")
		w.unchanged(t, before, "looking at the link")
		if len(w.searches(t, "ana@example.org")) != 0 {
			t.Error("looking at the link saved the search")
		}
		page.Form("/follow").Send().At("/programs").Says("Your search is saved.")
		v.Visit(link).Want(http.StatusGone).Says("This link no longer works")
		w.Write(t, func(tx *data.Tx) error {
			if err := alert.Save(tx, w.alerts(), w.site.Desk.Search.ParseText("cost=fee"), "ana@example.org", "en"); err != nil {
				return err
			}
			if _, err := tx.Exec("UPDATE saved_search SET seen = '' WHERE address = 'ana@example.org'"); err != nil {
				return err
			}
			_, err := alert.Due(tx, w.alerts())
			return err
		})
		stop := w.stopLink(t, "ana@example.org")
		page = v.Visit(stop).Says("Stop these emails?", "New programs for searches that you saved", "“scan”; Scanning", "There is a fee")
		keep := page.Form("/unsubscribe*")
		keep.Values = url.Values{"keep": {"yes"}, "search": {page.Find("input[name=search]").First().AttrOr("value", "")}}
		keep.Send().Want(http.StatusOK)
		if got := w.searches(t, "ana@example.org"); len(got) != 1 || !w.wants(t, "ana@example.org", notify.KindSearch) {
			t.Errorf("unticking one search left %q", got)
		}
		got := v.Send(http.MethodPost, stop, url.Values{"List-Unsubscribe": {"One-Click"}}, map[string]string{"Origin": "", "Sec-Fetch-Site": ""})
		if got.StatusCode != http.StatusOK || w.wants(t, "ana@example.org", notify.KindSearch) {
			t.Errorf("one click: %d", got.StatusCode)
		}
		v.Visit(stop).Says("These emails are stopped").Form("/unsubscribe*").Press("Get these emails again")
		if !w.wants(t, "ana@example.org", notify.KindSearch) {
			t.Error("the way back does not lead back")
		}
	})
}

// TestSaveSearchSignedIn: one button on, one off; the page of emails lists what is saved and removes it.
func TestSaveSearchSignedIn(t *testing.T) {
	t.Parallel()
	w := openWorld(t)
	v := w.visitor(t, manager)
	const save = "/searches/new?kind=funding&q=water"
	v.Visit(save).Says(manager.email()).Form("/searches/new*").Send().At("/programs").Says("Your search is saved.")
	v.Visit(save).Says("You saved this search.").Form("/searches/new*").Press("Remove this search").At("/programs").Says("The search is removed.")
	if got := w.searches(t, manager.email()); len(got) != 0 {
		t.Errorf("still saved: %q", got)
	}
	v.Visit("/searches/new?kind=martian").At("/programs")
	v = w.visitor(t, owner)
	form := v.Visit("/reminders").Says("New programs for searches that you saved", "AI model access").Form("/reminders")
	if got := form.Values["search"]; len(got) != 1 {
		t.Fatalf("ticked searches %v", got)
	}
	form.Send()
	if len(w.searches(t, owner.email())) != 1 {
		t.Error("saving the page as it is removed a search")
	}
	form.Set("search").Send()
	if len(w.searches(t, owner.email())) != 0 {
		t.Error("unticking did not remove the search")
	}
	w.Write(t, func(tx *data.Tx) error {
		for _, question := range strings.Fields("q=a q=b q=c q=d q=e q=f q=g q=h q=i q=j q=k q=l q=m q=n q=o q=p q=q q=r q=s q=t") {
			if err := alert.Save(tx, w.alerts(), w.site.Desk.Search.ParseText(question), owner.email(), "en"); err != nil {
				return err
			}
		}
		return nil
	})
	v.Visit(save).Form("/searches/new*").Send().Want(http.StatusUnprocessableEntity).Says("You have 20 saved searches.")
}

// TestFitsByOrganization: for who acts for an organization the filter goes by what is on file for it, as its own page does, and nobody
// else gets that page.
func TestFitsByOrganization(t *testing.T) {
	t.Parallel()
	w := openWorld(t)
	v := w.visitor(t, owner)
	page := v.Visit("/programs?fits=1&provider=other").Want(http.StatusOK).Says("By what is on file for " + w.org.Name)
	own := v.Visit("/org/programs").Want(http.StatusOK)
	shown := 0
	for _, slug := range []string{modelProgram, scanProgram, grantProgram} {
		link := `main a[href="/programs/` + slug + `"]`
		inList, inOwn := page.Find(link).Length() > 0, own.Find(`section[aria-labelledby=likely] a[href="/programs/`+slug+`"]`).Length() > 0
		if inOwn && !inList {
			t.Errorf("%s fits the organization and is filtered out", slug)
		}
		if inList {
			shown++
		}
	}
	if shown == 0 {
		t.Error("no demo program fits")
	}
	webtest.New(t, w.app).Visit("/programs?fits=1&provider=other").Silent(w.org.Name).Says("We do not know your organization yet")
}

// TestLongWordsStayInside holds that a word as long as the search takes, as a pasted address is, makes no page wider than a phone.
func TestLongWordsStayInside(t *testing.T) {
	t.Parallel()
	w := listening(t, openWorldOn)
	v := w.view(t, browsertest.Open(t), browsertest.Phone, "en")
	long := strings.Repeat("W", search.WordsMost)
	for _, address := range []string{"/programs?kind=scanning&q=" + long, "/searches/new?q=" + long} {
		v.Visit(w.base + address)
		if !strings.Contains(v.Text(), long) {
			t.Errorf("%s does not show the word", address)
		}
		for _, complaint := range v.TooWide() {
			t.Errorf("%s: %s", address, complaint)
		}
	}
}
