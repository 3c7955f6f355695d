package ui_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/eligibility"
)

// TestKilledAtAnyMoment kills the real program (kill -9) while people send forms, again and again: answers of a check, questions
// for a link, applications and decisions. Whatever it had acknowledged is there after the next start, nothing is half done, and
// verify finds database and record sound.
func TestKilledAtAnyMoment(t *testing.T) {
	t.Parallel()
	kills := 3
	if longTests() {
		kills = 25
	}
	p := buildProgram(t)
	rounds := p.prepare(t, kills)
	var known []acknowledged
	for n := range kills {
		p.start(t)
		known = append(known, p.hammer(t, n, rounds[n], 40+4*n)...)
		p.start(t)
		p.holds(t, known)
		p.verify(t)
		p.kill(t)
	}
	count := map[string]int{}
	for _, one := range known {
		count[one.what()]++
	}
	t.Logf("%d kills, acknowledged and none lost: %v", kills, count)
	for _, what := range []string{"check", "link", broker.ActSubmit, broker.ActDecline} {
		if count[what] < kills {
			t.Errorf("only %d times %s in %d rounds: the test does not test what it says", count[what], what, kills)
		}
	}
}

// builtProgram is the program as it is installed, with a folder of its own.
type builtProgram struct {
	path, folder, address string
	command               *exec.Cmd
	output                *bytes.Buffer
}

func buildProgram(t *testing.T) *builtProgram {
	t.Helper()
	folder := t.TempDir()
	p := &builtProgram{path: filepath.Join(folder, "accessdesk"), folder: folder}
	if output, err := exec.Command("go", "build", "-o", p.path, "accessdesk/cmd/accessdesk").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, output)
	}
	listener := need(net.Listen("tcp", "127.0.0.1:0"))(t)
	p.address = listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if p.command != nil {
			_ = p.command.Process.Kill()
			_ = p.command.Wait()
		}
	})
	return p
}

// start starts the program and waits until it is ready.
func (p *builtProgram) start(t *testing.T) {
	t.Helper()
	p.output = &bytes.Buffer{}
	p.command = exec.Command(p.path, "serve", "--listen", p.address)
	p.command.Dir, p.command.Stdout, p.command.Stderr = p.folder, p.output, p.output
	p.command.Env = append(os.Environ(), "ACCESSDESK_LIMITS_SIGN_IN=1000000", "ACCESSDESK_LIMITS_CHECK=1000000")
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(30 * time.Second)
	for time.Now().Before(deadline) {
		if answer, err := http.Get("http://" + p.address + "/readyz"); err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
	p.kill(t)
	t.Fatalf("the program is not ready after 30 s:\n%s", p.output)
}

// kill is kill -9: the program gets no chance to finish anything.
func (p *builtProgram) kill(t *testing.T) {
	t.Helper()
	if err := p.command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.command.Wait()
	p.command = nil
}

// prepared is a form that somebody has filled in and not sent yet: an application or a decision.
type prepared struct {
	session, action string
	values          url.Values
	item, act       string
}

// How many forms lie ready for each round: more than can be sent before the kill, with what the other people send.
const (
	applicationsReady = 24
	decisionsReady    = 12
)

// prepare makes the database before the first start, with people who are signed in and forms that they filled in, for each round.
func (p *builtProgram) prepare(t *testing.T, rounds int) [][]prepared {
	t.Helper()
	keys := filepath.Join(p.folder, "var", "keys")
	if err := os.MkdirAll(keys, 0o700); err != nil {
		t.Fatal(err)
	}
	// The same keys as those of openSite, so that its forms are good for the program.
	for name, key := range map[string]string{"web.key": "040506", "mail.key": "010203"} {
		if err := os.WriteFile(filepath.Join(keys, name), []byte(key+strings.Repeat("0", 58)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	db := &datatest.Database{DSN: filepath.Join(p.folder, "var", "accessdesk.db")}
	db.SetNow(time.Now())
	db.DB = need(data.Open(context.Background(), db.DSN, db.Now))(t)
	defer db.DB.Close()
	need(db.DB.Migrate(context.Background()))(t)
	w := openSite(t, db, at("http://"+p.address))
	w.settle(t)
	all := make([][]prepared, rounds)
	for n := range all {
		for i := range applicationsReady + decisionsReady {
			r := role(fmt.Sprintf("applicant-%d-%d", n, i))
			if i < applicationsReady {
				all[n] = append(all[n], w.readyToSend(t, r))
			} else {
				all[n] = append(all[n], w.readyToDecide(t, r))
			}
		}
	}
	return all
}

// founder makes a person with an organization of their own.
func (w *world) founder(t *testing.T, r role) (o account.Organization) {
	t.Helper()
	w.Write(t, func(tx *data.Tx) (err error) {
		if w.people[r], err = account.AddApplicant(tx, r.email(), "en", "console"); err == nil {
			o, err = account.CreateOrganization(tx, w.people[r], "Cedar Flats Water District, "+string(r))
		}
		return err
	})
	return o
}

// readyToSend is the last page of an application, everything answered and declared.
func (w *world) readyToSend(t *testing.T, r role) prepared {
	t.Helper()
	o := w.founder(t, r)
	a := w.begin(t, r, o, scanProgram)
	w.save(t, r, a, scanProgram, fullAnswers(scanProgram))
	address := "/applications/" + a.ID
	form := w.visitor(t, r).Visit(address + "/check").Want(http.StatusOK).Form(address + "/submit")
	for _, declaration := range broker.Declarations() {
		form.Set("declare_"+declaration, "yes")
	}
	return prepared{session: w.session(t, r), action: form.Action, values: form.Values, item: a.Items[0].ID, act: broker.ActSubmit}
}

// readyToDecide is the page of a case, with a decision filled in.
func (w *world) readyToDecide(t *testing.T, r role) prepared {
	t.Helper()
	item := w.send(t, r, w.founder(t, r), scanProgram)
	address := "/staff/review/" + item.ID
	form := w.visitor(t, manager).Visit(address).Want(http.StatusOK).Form(address+"/decision").
		Set("act", broker.ActDecline).Set("reason", "other").Set("message", "Another program covers this address already.")
	form.Values.Set("step", "confirm") // past the preview
	return prepared{session: w.session(t, manager), action: form.Action, values: form.Values, item: item.ID, act: broker.ActDecline}
}

// acknowledged is a form that the program answered as done: an answer of a check, a question for a link, an application, a
// decision.
type acknowledged struct {
	check, state string // cookie of the check, and the state that was answered
	email        string
	item, act    string
}

func (a acknowledged) what() string {
	switch {
	case a.act != "":
		return a.act
	case a.email != "":
		return "link"
	}
	return "check"
}

// hammer sends forms from several people at once and kills the program when a number of them was acknowledged, while
// others are on their way. It gives everything that was acknowledged.
func (p *builtProgram) hammer(t *testing.T, run int, ready []prepared, enough int) []acknowledged {
	t.Helper()
	said, reached := make(chan acknowledged, 10_000), make(chan struct{})
	var count atomic.Int64
	var people sync.WaitGroup
	for person := range 7 {
		people.Go(func() {
			for n := 0; ; n++ {
				one, ok := p.act(run, person, n, ready)
				if !ok {
					return
				}
				said <- one
				if count.Add(1) == int64(enough) {
					close(reached)
				}
			}
		})
	}
	select {
	case <-reached:
	case <-time.After(30 * time.Second):
		t.Errorf("only %d forms were acknowledged in 30 s", count.Load())
	}
	p.kill(t)
	people.Wait()
	close(said)
	var all []acknowledged
	for one := range said {
		all = append(all, one)
	}
	return all
}

// act is what a person does once: two answer checks, one asks for links, three send applications, one decides. False when there
// is nothing more to do, or the program is gone.
func (p *builtProgram) act(run, person, n int, ready []prepared) (acknowledged, bool) {
	switch person {
	case 0, 1:
		return p.check(states[n%len(states)])
	case 2:
		return p.ask(fmt.Sprintf("person-%d-%d@example.org", run, n))
	case 6:
		return p.send(ready[applicationsReady:], n)
	}
	return p.send(ready[:applicationsReady], 3*n+person-3)
}

func (p *builtProgram) send(ready []prepared, n int) (acknowledged, bool) {
	if n >= len(ready) {
		return acknowledged{}, false
	}
	form := ready[n]
	_, ok := p.post(form.action, "session="+form.session, form.values)
	return acknowledged{item: form.item, act: form.act}, ok
}

// post sends a form without following where it leads; false when the program is gone. token is that of a check.
func (p *builtProgram) post(path, cookies string, form url.Values) (token string, ok bool) {
	request, err := http.NewRequest(http.MethodPost, "http://"+p.address+path, strings.NewReader(form.Encode()))
	if err != nil {
		return "", false
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Origin", "http://"+p.address)
	if cookies != "" {
		request.Header.Set("Cookie", cookies)
	}
	answer, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return "", false
	}
	defer answer.Body.Close()
	for _, k := range answer.Cookies() {
		if k.Name == "check" {
			token = k.Value
		}
	}
	return token, answer.StatusCode == http.StatusSeeOther
}

func (p *builtProgram) ask(email string) (acknowledged, bool) {
	_, ok := p.post("/signin", "", url.Values{"email": {email}})
	return acknowledged{email: email}, ok
}

func (p *builtProgram) check(state string) (acknowledged, bool) {
	token, ok := p.post("/check", "", url.Values{"answer": {"drinking_water"}})
	if !ok || token == "" {
		return acknowledged{}, false
	}
	_, ok = p.post("/check/q/state_or_territory", "check="+token, url.Values{"answer": {state}})
	return acknowledged{check: token, state: state}, ok
}

// holds looks into the database that the restarted program uses.
func (p *builtProgram) holds(t *testing.T, known []acknowledged) {
	t.Helper()
	db := need(data.Open(context.Background(), filepath.Join(p.folder, "var", "accessdesk.db"), time.Now))(t)
	defer db.Close()
	vocabulary := need(worldVocabulary())(t)
	err := db.Read(context.Background(), func(tx *data.Tx) error {
		var sound string
		if err := tx.Row("PRAGMA integrity_check").Scan(&sound); err != nil || sound != "ok" {
			t.Errorf("the database is not sound: %s (%v)", sound, err)
		}
		var asks, mails int
		if err := tx.Row("SELECT (SELECT count(*) FROM sign_in_ask WHERE kind <> 'invitation'), (SELECT count(*) FROM outbox WHERE template = 'sign_in')").Scan(&asks, &mails); err != nil || asks != mails {
			t.Errorf("%d questions for a link, but %d mails (%v)", asks, mails, err)
		}
		halves, err := data.Rows(tx, data.Value[string], halfDone)
		if err != nil || len(halves) > 0 {
			t.Errorf("half done: %v (%v)", halves, err)
		}
		for _, one := range known {
			if err := p.find(tx, vocabulary, one); err != nil {
				t.Errorf("acknowledged and lost: %+v: %v", one, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// halfDone lists the items whose state, record and mails do not tell the same story.
const halfDone = `SELECT i.id || ' ' || i.state FROM application_item i
	WHERE (i.state = 'draft') = EXISTS (SELECT 1 FROM record_entry e WHERE e.chain = 'case:' || i.id AND e.act = 'submit')
	OR (i.state = 'draft') = EXISTS (SELECT 1 FROM outbox o WHERE o.chain = 'case:' || i.id AND o.template = 'submitted')
	OR (i.state = 'declined') <> EXISTS (SELECT 1 FROM record_entry e WHERE e.chain = 'case:' || i.id AND e.act = 'decline')
	OR (i.state = 'declined') <> EXISTS (SELECT 1 FROM outbox o WHERE o.chain = 'case:' || i.id AND o.template = 'declined')`

// verify runs the command that a person would run, while the program serves.
func (p *builtProgram) verify(t *testing.T) string {
	t.Helper()
	output, err := p.run("verify")
	if err != nil {
		t.Errorf("verify: %v\n%s", err, output)
	}
	return output
}

// run runs another command of the program in its folder and gives what it prints.
func (p *builtProgram) run(args ...string) (string, error) {
	command := exec.Command(p.path, args...)
	command.Dir = p.folder
	output, err := command.CombinedOutput()
	return string(output), err
}

func (p *builtProgram) find(tx *data.Tx, v *eligibility.Vocabulary, one acknowledged) error {
	if one.act != "" {
		var entries, mails int
		err := tx.Row(`SELECT (SELECT count(*) FROM record_entry WHERE chain = 'case:' || $1 AND act = $2),
			(SELECT count(*) FROM outbox WHERE chain = 'case:' || $1 AND template = $3)`, one.item, one.act,
			map[string]string{broker.ActSubmit: "submitted", broker.ActDecline: "declined"}[one.act]).Scan(&entries, &mails)
		if err != nil || entries != 1 || mails != 1 {
			return fmt.Errorf("%d entries in the record, %d mails (%w)", entries, mails, err)
		}
		return nil
	}
	if one.email != "" {
		var count int
		if err := tx.Row("SELECT count(*) FROM outbox WHERE recipient = $1", one.email).Scan(&count); err != nil || count != 1 {
			return fmt.Errorf("%d mails (%w)", count, err)
		}
		return nil
	}
	screening, err := broker.LoadScreening(tx, v, one.check)
	if err != nil {
		return err
	}
	if state, _ := screening.Facts["state_or_territory"].Text(); state != one.state {
		return fmt.Errorf("the state is %q", state)
	}
	return nil
}
