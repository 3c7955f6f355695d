package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"accessdesk/broker/curation"
	"accessdesk/catalog"
	"accessdesk/catalog/publishing"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/data/locale"
	"accessdesk/ui/webtest"
)

// both has what one reads in each language.
type both map[string]string

// spoiled is a mistake in a text that must not be published, and what each door says of it.
type spoiled struct {
	name    string
	spoil   func(*catalog.Offering)
	page    both   // where, and what to do
	pointer string // the interface: where
	code    string // and what, for programs
	detail  both   // and for people
	file    string // command, file and log: the place by its key, and what to do
}

var textMistakes = []spoiled{
	{"a red example", func(o *catalog.Offering) { o.Tests[0].Outcome = catalog.TestIneligible },
		both{"en": `Examples: "water system with fixed addresses" does not come out as expected. Expected: Not eligible now. It comes out as: Likely eligible`,
			"es": `Ejemplos: «water system with fixed addresses» no sale como se espera. Se espera: Ahora no puede recibirlo. Sale: Probablemente puede recibirlo`},
		"#/tests/0/outcome", "test_failed",
		both{"en": `"water system with fixed addresses" does not come out as expected. Expected: Not eligible now. It comes out as: Likely eligible`,
			"es": `«water system with fixed addresses» no sale como se espera. Se espera: Ahora no puede recibirlo. Sale: Probablemente puede recibirlo`},
		`tests[1].outcome: test "water system with fixed addresses": expected ineligible, got eligible: every criterion is met`},
	{"a missing translation", func(o *catalog.Offering) { o.Summary.Es = "" },
		both{"en": "Text: The Spanish text is missing", "es": "Texto: Falta el texto en español"},
		"#/summary/es", "translation_missing", both{"en": "The Spanish text is missing", "es": "Falta el texto en español"},
		"summary.es: the Spanish text is missing"},
	{"an uncited criterion", func(o *catalog.Offering) { o.Criteria[1].Citation = "" },
		both{"en": "Rules: Say where the provider states this rule", "es": "Reglas: Diga dónde pone el proveedor esta regla"},
		"#/criteria/1/citation", "citation_missing", both{"en": "Say where the provider states this rule", "es": "Diga dónde pone el proveedor esta regla"},
		"criteria[2].citation: missing; say where the provider states this criterion"},
}

var (
	oneMissing = both{"en": "1 thing is missing before this can be published", "es": "Falta 1 cosa para poder publicarlo"}
	notSent    = both{"en": "This draft was not sent for review yet. Send it first, then another program manager can approve it",
		"es": "Este borrador todavía no se mandó a revisión. Mándelo primero; después lo puede aprobar otra persona que administre programas"}
	isWriter = both{"en": "You wrote this text. Ask another program manager to approve it",
		"es": "Usted escribió este texto. Pida a otra persona que administre programas que lo apruebe"}
	isSender = both{"en": "You sent this text for review. Ask another program manager to approve it",
		"es": "Usted mandó este texto a revisión. Pida a otra persona que administre programas que lo apruebe"}
	ownText = both{"en": "You wrote or sent this text, so another program manager has to approve it.",
		"es": "Usted escribió o mandó este texto, así que debe aprobarlo otra persona que administre programas."}
)

// quicker is a change with which nothing is wrong.
func quicker(o *catalog.Offering) { o.MinutesToApply = 7 }

// Whatever must not be published is refused at every door, with words of its own, in the reader's language where there is a reader, and
// nothing is published: not a red example, not a missing translation, not an uncited criterion, and nothing by one person alone.
func TestRefusedAtEveryDoor(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		d := openDoors(t, db)
		before := d.kept()
		cell := func(row, door string, test func(r refusing)) {
			t.Run(row+"/"+door, func(t *testing.T) {
				on := *d
				on.t, on.browsers = t, map[string]*webtest.Visitor{}
				for who, browser := range d.browsers {
					on.browsers[who] = browser.In(t)
				}
				test(refusing{&on})
				if after := on.kept(); after != before {
					t.Errorf("was\n%s\nis\n%s", before, after)
					before = after // the next one is judged by itself
				}
				on.clear()
			})
		}
		for _, m := range textMistakes {
			cell(m.name, "pages", func(r refusing) { r.textAtPages(m) })
			cell(m.name, "interface", func(r refusing) { r.textAtInterface(m) })
			cell(m.name, "command", func(r refusing) { r.textAtCommand(m) })
			cell(m.name, "file", func(r refusing) { r.textInFile(m) })
		}
		for _, m := range []struct {
			name string
			person
			says string // by the command that approves
		}{
			{"the writer approves", person{ana, luis, ana, ownText, isWriter, "second_person"},
				"ana@example.org wrote this text, and nothing is published by one person alone. Name another program manager with --by"},
			{"the sender approves", person{ana, luis, luis, ownText, isSender, "second_person_sent"},
				"luis@example.org sent this text for review, and nothing is published by one person alone. Name another program manager with --by"},
			{"nobody sent it", person{ana, "", olga, nil, notSent, "not_sent"}, notSent["en"]},
		} {
			cell(m.name, "pages", func(r refusing) { r.startedBy(m.writer, m.sender); r.personAtPages(m.person) })
			cell(m.name, "interface", func(r refusing) { r.startedBy(m.writer, m.sender); r.personAtInterface(m.person) })
			cell(m.name, "command", func(r refusing) {
				r.startedBy(m.writer, m.sender)
				r.says(r.command(2, "catalog", "approve", copied, "--by", m.approver).said, fmt.Sprintf("accessdesk: %s: %s; nothing was changed\n", copied, m.says))
			})
			cell(m.name, "file", func(r refusing) { r.renewed(quicker); r.mended(m.writer, m.sender); r.personAtPages(m.person) })
		}
		cell("no approver", "pages", func(r refusing) { r.startedBy(ana, luis); r.waits() })
		cell("no approver", "interface", func(r refusing) { r.startedBy(ana, luis); r.noKey(); r.waits() })
		cell("no approver", "command", func(r refusing) { r.oneFlag() })
		cell("no approver", "file", func(r refusing) { r.renewed(quicker); r.waits() })
	})
}

// person is who may not approve.
type person struct {
	writer, sender, approver string
	seen, refused            both // on the page instead of a button, and when the act is sent nevertheless
	code                     string
}

// refusing is the desk on which somebody tries.
type refusing struct{ *doorDesk }

// kept is what must not change: the versions of the program, the revision of the catalog, what strangers read, and who was told.
func (d *doorDesk) kept() string {
	d.t.Helper()
	var lines []string
	var revision int
	d.Read(d.t, func(tx *data.Tx) (err error) {
		if lines, err = versionLines(tx, copied, func(id string) string { return id }); err != nil {
			return err
		}
		return tx.Row("SELECT revision FROM catalog_revision WHERE id = 1").Scan(&revision)
	})
	return fmt.Sprint(strings.Join(lines, "\n"), "\n", revision, "\n", d.public(copied), "\n", d.ask(ana, "en", http.MethodGet, "/offerings/"+copied, nil).body)
}

// clear discards the open draft.
func (d *doorDesk) clear() {
	d.t.Helper()
	d.Write(d.t, func(tx *data.Tx) error {
		draft, err := publishing.OpenOf(tx, copied)
		if err != nil {
			return err
		}
		_, err = publishing.Do(tx, d.curate(), publishing.Request{DraftID: draft.ID, Revision: draft.Revision, Act: publishing.ActDiscard, Actor: d.person(tx, olga)})
		return err
	})
}

func (d *doorDesk) curate() publishing.Desk { return curation.Desk(d.parts.desk, nil) }

// person is the id of a program manager.
func (d *doorDesk) person(tx *data.Tx, email string) string {
	d.t.Helper()
	people, err := curation.Managers(tx)
	must(d.t, err)
	i := slices.IndexFunc(people, func(m publishing.Manager) bool { return m.Email == email })
	if i < 0 {
		d.t.Fatalf("no program manager %s", email)
	}
	return people[i].ID
}

// changed is the published text with a change.
func (r refusing) changed(change func(*catalog.Offering)) *catalog.Offering {
	r.t.Helper()
	var o *catalog.Offering
	r.Read(r.t, func(tx *data.Tx) error {
		snapshot, err := r.parts.desk.Catalog.Snapshot(tx)
		if err != nil {
			return err
		}
		live, _ := snapshot.Find(copied)
		o, err = catalog.Parse("", catalog.Canonical(live.Offering))
		o.Owner = live.Owner
		return err
	})
	change(o)
	return o
}

// started opens a draft that one person wrote and another one sent; "": nobody did. How a draft comes to be written is no matter here.
func (r refusing) started(change func(*catalog.Offering), writer, sender string) {
	r.t.Helper()
	o := r.changed(change)
	r.Write(r.t, func(tx *data.Tx) error {
		_, err := publishing.Take(tx, r.curate(), r.person(tx, writer), o)
		return err
	})
	r.sent(sender)
}

// sent has somebody send the open draft; "": nobody.
func (r refusing) sent(sender string) {
	r.t.Helper()
	if sender == "" {
		return
	}
	r.Write(r.t, func(tx *data.Tx) error {
		draft, err := publishing.OpenOf(tx, copied)
		if err != nil {
			return err
		}
		_, err = publishing.Do(tx, r.curate(), publishing.Request{DraftID: draft.ID, Revision: draft.Revision, Act: publishing.ActSubmit, Actor: r.person(tx, sender)})
		return err
	})
}

// startedBy is started with nothing wrong.
func (r refusing) startedBy(writer, sender string) {
	r.t.Helper()
	r.started(quicker, writer, sender)
}

// says compares what a door said with what a person should read.
func (r refusing) says(got, want string) {
	r.t.Helper()
	if got != want {
		r.t.Errorf("says\n%s\ninstead of\n%s", got, want)
	}
}

// reads holds that a page names where something is missing, perhaps with the place there, and what to do.
func (r refusing) reads(page *webtest.Page, want string) {
	r.t.Helper()
	where, what, _ := strings.Cut(want, ": ")
	row := page.Find("#wanting").Parent().Find("li")
	if place, said := row.Find("a").Text(), row.Find(".meta").Text(); row.Length() != 1 || !strings.HasPrefix(place, where+" · ") || said != what {
		r.t.Errorf("the page says %q of %q in %d rows, want %q", said, place, row.Length(), want)
	}
}

// problems are the lines of the box that says on top of a page what is wrong.
func problems(p *webtest.Page) (lines []string) {
	for _, line := range p.Find("#problems li").EachIter() {
		lines = append(lines, strings.TrimSpace(line.Text()))
	}
	return lines
}

// refuses sends an act that the page does not offer, and wants the words on top of what comes back.
func (r refusing) refuses(who, lang, act, want string) *webtest.Page {
	r.t.Helper()
	address := "/staff/catalog/" + copied + "/publish"
	page := r.page(who, lang, copied, "/publish")
	if page.Find(`button[value="`+act+`"]`).Length() != 0 {
		r.t.Errorf("%s can %s:\n%s", who, act, page.Text())
	}
	answer := r.post(who, page, address, map[string]string{"act": act}).Want(http.StatusUnprocessableEntity)
	if got := problems(answer); !slices.Equal(got, []string{want}) {
		r.t.Errorf("%s in %s says %q, want %q", act, lang, got, want)
	}
	return answer
}

func (r refusing) textAtPages(m spoiled) {
	r.t.Helper()
	r.started(m.spoil, ana, "")
	for _, lang := range []string{locale.English, locale.Spanish} {
		page := r.refuses(ana, lang, "submit", oneMissing[lang])
		r.reads(page, m.page[lang])
		if link := page.Find("#wanting").Parent().Find("li a").AttrOr("href", ""); r.browsers[ana].Visit(link).Want(http.StatusOK).Find(`[id="`+link[strings.Index(link, "#")+1:]+`"]`).Length() != 1 {
			r.t.Errorf("%s leads to no field", link)
		}
		r.refuses(luis, lang, "approve", notSent[lang])
	}
}

func (r refusing) textAtInterface(m spoiled) {
	r.t.Helper()
	r.started(m.spoil, ana, "")
	for _, lang := range []string{locale.English, locale.Spanish} {
		a := r.ask(ana, lang, http.MethodPost, "/drafts/"+copied+"/submit", nil, "If-Match", r.draft(ana, copied).mark).want(r.t, http.StatusUnprocessableEntity)
		got := fmt.Sprint(a.body["type"], a.body["errors"])
		want := fmt.Sprint(webtest.Origin+"/problems/not_ready", []any{map[string]any{"pointer": m.pointer, "code": m.code, "detail": m.detail[lang]}})
		r.says(got, want)
	}
}

func (r refusing) textAtCommand(m spoiled) {
	r.t.Helper()
	r.write("changed.toml", r.changed(m.spoil))
	text, err := os.ReadFile("changed.toml")
	must(r.t, err)
	got := r.command(2, "catalog", "import", "changed.toml", "--publish", "--by", ana, "--approved-by", luis)
	if !strings.HasSuffix(got.said, "accessdesk: 1 program cannot be imported so; nothing was changed\n") {
		r.t.Errorf("says %q", got.said)
	}
	_, missing, _ := strings.Cut(got.out, "  before it can be published\n    changed.toml:")
	number, missing, _ := strings.Cut(missing, ": ")
	r.says(missing, m.file+"\n")
	var line int
	if _, err := fmt.Sscan(strings.SplitN(number, ":", 2)[0], &line); err != nil || line < 1 || line > strings.Count(string(text), "\n") {
		r.t.Errorf("%q is no line of the file", number)
	}
	r.command(0, "catalog", "import", "changed.toml", "--by", ana)
	r.says(r.command(2, "catalog", "submit", copied, "--by", ana).said,
		"accessdesk: "+copied+": 1 thing to mend before this can be published; nothing was changed\n  "+m.file+"\n")
}

// renewed brings a newer program with the file changed, as its first minute does, and gives what the log says.
func (r refusing) renewed(change func(*catalog.Offering)) (logged []map[string]any) {
	r.t.Helper()
	o := r.changed(change)
	o.DaysToDecide = int(r.Now().Unix()/60%1000) + 10 // what was discarded once does not come back, so that each release has a text of its own
	var log strings.Builder
	logger := slog.New(slog.NewJSONHandler(&log, nil))
	files := fstest.MapFS{"catalog/" + copied + ".toml": {Data: catalog.Canonical(o)}}
	for range 2 { // at the second start everything is done
		if _, err := curation.Renew(r.t.Context(), r.DB, r.parts.desk, files, logger); err != nil {
			r.t.Fatal(err)
		}
	}
	for line := range strings.Lines(log.String()) {
		var one map[string]any
		must(r.t, json.Unmarshal([]byte(line), &one))
		logged = append(logged, one)
	}
	r.Advance(time.Minute)
	return logged
}

// textInFile: a built-in file that is not ready becomes a draft that nobody can approve before it is mended. The log says to whom runs the
// desk what is wrong, the page to program managers.
func (r refusing) textInFile(m spoiled) {
	r.t.Helper()
	logged := r.renewed(m.spoil)
	if len(logged) != 1 || logged[0]["msg"] != "a built-in program is not ready to be published; it waits as a draft until a program manager mends it under Catalog" ||
		logged[0]["program"] != copied || !strings.HasPrefix(fmt.Sprint(logged[0]["problem"]), copied+".toml:") || !strings.HasSuffix(fmt.Sprint(logged[0]["problem"]), ": "+m.file) {
		r.t.Errorf("the log says %v", logged)
	}
	for _, lang := range []string{locale.English, locale.Spanish} {
		page := r.refuses(luis, lang, "submit", oneMissing[lang])
		r.reads(page, m.page[lang])
		r.refuses(luis, lang, "approve", notSent[lang])
	}
}

func (r refusing) personAtPages(m person) {
	r.t.Helper()
	for _, lang := range []string{locale.English, locale.Spanish} {
		page := r.refuses(m.approver, lang, "approve", m.refused[lang])
		if m.seen != nil {
			page.Says(m.seen[lang])
		}
	}
}

func (r refusing) personAtInterface(m person) {
	r.t.Helper()
	for _, lang := range []string{locale.English, locale.Spanish} {
		a := r.ask(m.approver, lang, http.MethodPost, "/drafts/"+copied+"/approve", nil, "If-Match", r.draft(m.approver, copied).mark).want(r.t, http.StatusUnprocessableEntity)
		r.says(fmt.Sprint(a.body["type"], a.body["errors"]), fmt.Sprint(webtest.Origin+"/problems/refused",
			[]any{map[string]any{"code": m.code, "detail": m.refused[lang]}}))
	}
}

// mended has one person change the text of the open draft and another one send it.
func (r refusing) mended(writer, sender string) {
	r.t.Helper()
	r.Write(r.t, func(tx *data.Tx) error {
		draft, err := publishing.OpenOf(tx, copied)
		if err != nil {
			return err
		}
		if draft.State != catalog.StateInReview {
			r.t.Errorf("the file became a draft that is %s", draft.State)
		}
		o, err := draft.Offering()
		if err != nil {
			return err
		}
		o.MinutesToApply++
		_, err = publishing.Save(tx, r.curate(), draft.ID, draft.Revision, r.person(tx, writer), o)
		return err
	})
	r.sent(sender)
}

// waits: nobody approves, and no clock ever does.
func (r refusing) waits() {
	r.t.Helper()
	now := r.Now()
	for range 3 {
		r.Advance(30 * 24 * time.Hour)
		r.Write(r.t, func(tx *data.Tx) error { return curation.Due(tx, r.parts.desk) })
	}
	r.SetNow(now)
	if state := r.draft(olga, copied).body["state"]; state != "in_review" {
		r.t.Errorf("the draft is %v", state)
	}
	for lang, want := range (both{"en": "Waits for review", "es": "Espera revisión"}) {
		r.page(olga, lang, copied, "").Says(want)
	}
}

// noKey: a request without a key is that of nobody.
func (r refusing) noKey() {
	r.t.Helper()
	mark := r.draft(olga, copied).mark
	for lang, want := range (both{"en": "Send a valid key in the Authorization header. The person who runs this site can give you one.",
		"es": "Envíe una clave válida en el encabezado Authorization. Se la puede dar la persona que administra este sitio."}) {
		a := r.ask(olga, lang, http.MethodPost, "/drafts/"+copied+"/approve", nil, "If-Match", mark, "Authorization", "").want(r.t, http.StatusUnauthorized)
		r.says(fmt.Sprint(a.body["type"], " ", a.body["detail"]), webtest.Origin+"/problems/unauthorized "+want)
	}
}

// oneFlag: the flags of the command name two people or nobody.
func (r refusing) oneFlag() {
	r.t.Helper()
	r.startedBy(ana, luis)
	r.write("changed.toml", r.changed(quicker))
	r.says(r.command(2, "catalog", "import", "changed.toml", "--publish", "--by", ana).said,
		"accessdesk: --publish and --approved-by go together: nothing is published by one person alone\n")
	r.says(r.command(2, "catalog", "import", "changed.toml", "--publish", "--by", ana, "--approved-by", strings.ToUpper(ana)).said,
		"accessdesk: --by and --approved-by name the same person, ana@example.org: nothing is published by one person alone. Name another program manager with --approved-by\n")
	if said := r.command(2, "catalog", "import", "changed.toml", "--publish", "--by", ana, "--approved-by", "guest@example.org").said; !strings.HasSuffix(said,
		"accessdesk: --approved-by guest@example.org is no program manager who can sign in (accessdesk user list shows who is)\n") {
		r.t.Errorf("says %q", said)
	}
	if said := r.command(2, "catalog", "approve", copied).said; !strings.HasSuffix(said, "accessdesk: missing flags: --by=EMAIL (accessdesk catalog approve --help says what it takes)\n") {
		r.t.Errorf("says %q", said)
	}
	r.waits()
}
