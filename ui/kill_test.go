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
	"accessdesk/data"
	"accessdesk/eligibility"
)

// TestKilledAtAnyMoment kills the real program (kill -9) while people send forms, again and again. Whatever it had
// acknowledged is there after the next start, nothing is half done, and the database is sound.
func TestKilledAtAnyMoment(t *testing.T) {
	t.Parallel()
	kills := 3
	if longTests() {
		kills = 25
	}
	p := buildProgram(t)
	var known []acknowledged
	for n := range kills {
		p.start(t)
		known = append(known, p.hammer(t, n, 40+7*n)...)
		p.start(t)
		p.holds(t, known)
		p.kill(t)
	}
	t.Logf("%d kills, %d acknowledged forms, none lost", kills, len(known))
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

// acknowledged is a form that the program answered as done: an answer of a check, or a question for a link.
type acknowledged struct {
	check, state string // cookie of the check, and the state that was answered
	email        string
}

// hammer sends forms from several people at once and kills the program when a number of them was acknowledged, while
// others are on their way. It gives everything that was acknowledged.
func (p *builtProgram) hammer(t *testing.T, run, enough int) []acknowledged {
	t.Helper()
	said, reached := make(chan acknowledged, 10_000), make(chan struct{})
	var count atomic.Int64
	var people sync.WaitGroup
	for person := range 4 {
		people.Go(func() {
			for n := 0; ; n++ {
				one, ok := p.act(run, person, n)
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

// act is what a person does once: half of them answer a check, half ask for a link.
func (p *builtProgram) act(run, person, n int) (acknowledged, bool) {
	if person%2 == 0 {
		return p.check(states[n%len(states)])
	}
	return p.ask(fmt.Sprintf("person-%d-%d-%d@example.org", run, person, n))
}

// post sends a form without following where it leads; false when the program is gone.
func (p *builtProgram) post(path, cookie string, form url.Values) (token string, ok bool) {
	request, err := http.NewRequest(http.MethodPost, "http://"+p.address+path, strings.NewReader(form.Encode()))
	if err != nil {
		return "", false
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Origin", "http://"+p.address)
	if cookie != "" {
		request.AddCookie(&http.Cookie{Name: "check", Value: cookie})
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
	_, ok = p.post("/check/q/state_or_territory", token, url.Values{"answer": {state}})
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
		if err := tx.Row("SELECT (SELECT count(*) FROM sign_in_ask), (SELECT count(*) FROM outbox WHERE template = 'sign_in')").Scan(&asks, &mails); err != nil || asks != mails {
			t.Errorf("%d questions for a link, but %d mails (%v)", asks, mails, err)
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

func (p *builtProgram) find(tx *data.Tx, v *eligibility.Vocabulary, one acknowledged) error {
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
