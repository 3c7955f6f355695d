package ui_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/record"
	"accessdesk/data"
)

// stop is what systemd does: SIGTERM, then wait. The program must end by itself and say that all went well.
func (p *builtProgram) stop(t *testing.T) {
	t.Helper()
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	p.ended(t)
}

func (p *builtProgram) ended(t *testing.T) {
	t.Helper()
	late := time.AfterFunc(30*time.Second, func() { _ = p.command.Process.Kill() })
	defer late.Stop()
	err := p.command.Wait()
	p.command = nil
	if err != nil {
		t.Errorf("the program ended with %v:\n%s", err, p.output)
	}
}

// The signal comes while an application is on its way: it is taken, answered and stored; nobody else is let in; what was done is
// signed before the program ends.
func TestStopFinishesWhatRuns(t *testing.T) {
	t.Parallel()
	p := buildProgram(t)
	form := p.prepare(t, 1)[0][0]
	p.start(t)
	conn := need(net.Dial("tcp", p.address))(t)
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	body := form.values.Encode()
	head := "POST %s HTTP/1.1\r\nHost: %s\r\nOrigin: http://%s\r\nCookie: session=%s\r\nContent-Type: application/x-www-form-urlencoded\r\n" +
		"Content-Length: %d\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
	fmt.Fprintf(conn, head, form.action, p.address, p.address, form.session, len(body))
	answers := bufio.NewReader(conn)
	if line := need(answers.ReadString('\n'))(t); !strings.Contains(line, "100") { // now the program is in the middle of it
		t.Fatalf("it says %q", line)
	}
	need(answers.ReadString('\n'))(t) // the empty line after it
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for { // until nobody is let in any more
		other, err := net.Dial("tcp", p.address)
		if err != nil {
			break
		}
		other.Close()
		time.Sleep(5 * time.Millisecond)
	}
	fmt.Fprint(conn, body)
	answer := need(http.ReadResponse(answers, nil))(t)
	answer.Body.Close()
	if answer.StatusCode != http.StatusSeeOther {
		t.Errorf("the application was answered with %d", answer.StatusCode)
	}
	p.ended(t)
	p.holds(t, []acknowledged{{item: form.item, act: broker.ActSubmit}})
	if said := p.verify(t); !strings.Contains(said, "It covers every act.") || !strings.Contains(said, "Everything fits.") {
		t.Errorf("verify says\n%s", said)
	}
	if notes := need(filepath.Glob(filepath.Join(p.folder, "var", "checkpoints", "*.note")))(t); len(notes) != 1 {
		t.Errorf("notes: %v", notes)
	}
	if strings.Contains(p.output.String(), `"level":"ERROR"`) {
		t.Errorf("it logged an error:\n%s", p.output)
	}
	p.start(t) // and it starts again as if nothing had been
	p.stop(t)
}

// The drill: a backup while people send forms, restored elsewhere: the same rows, the same record, verified.
func TestBackupWhileServing(t *testing.T) {
	t.Parallel()
	p := buildProgram(t)
	ready := p.prepare(t, 1)[0]
	p.start(t)
	var done atomic.Bool
	var people sync.WaitGroup
	var sent atomic.Int64
	for person := range 7 {
		people.Go(func() {
			for n := 0; !done.Load(); n++ {
				if _, ok := p.act(0, person, n, ready); !ok {
					if n == 0 {
						t.Errorf("person %d could do nothing while the backup was made", person)
					}
					return
				}
				sent.Add(1)
			}
		})
	}
	for sent.Load() < 20 {
		time.Sleep(time.Millisecond)
	}
	before := sent.Load()
	said, err := p.run("backup", "backups/")
	after := sent.Load()
	done.Store(true)
	people.Wait()
	if err != nil || after == before {
		t.Fatalf("%d forms before and %d after the backup (%v):\n%s", before, after, err, said)
	}
	backup := filepath.Join(p.folder, strings.SplitN(said, "\n", 2)[0])
	if said, err := p.run("restore", backup, "--db", "elsewhere/desk.db"); err != nil || !strings.Contains(said, "Everything fits.") {
		t.Fatalf("restore: %v\n%s", err, said)
	}
	copied := need(data.OpenCopy(backup, time.Now))(t)
	defer copied.Close()
	restored := need(data.Open(context.Background(), filepath.Join(p.folder, "elsewhere", "desk.db"), time.Now))(t)
	defer restored.Close()
	rows, heads := contents(t, copied)
	var manifest struct{ Rows map[string]int64 }
	if err := json.Unmarshal(need(os.ReadFile(backup+".json"))(t), &manifest); err != nil || fmt.Sprint(manifest.Rows) != fmt.Sprint(rows) {
		t.Errorf("the manifest says %v, the backup holds %v (%v)", manifest.Rows, rows, err)
	}
	rowsThere, headsThere := contents(t, restored)
	rowsThere["record_entry"]-- // "restored"
	if fmt.Sprint(rowsThere) != fmt.Sprint(rows) {
		t.Errorf("restored are %v, the backup holds %v", rowsThere, rows)
	}
	for i, head := range headsThere {
		if head.Chain == record.Desk {
			head.Seq-- // "restored" stands after the last act of the backup
			headsThere[i] = head
		}
		if headsThere[i].Seq != heads[i].Seq || headsThere[i].Chain != heads[i].Chain || head.Chain != record.Desk && headsThere[i].Hash != heads[i].Hash {
			t.Errorf("a chain ends with %+v, in the backup with %+v", head, heads[i])
		}
	}
	err = copied.Read(context.Background(), func(tx *data.Tx) error {
		halves, err := data.Rows(tx, data.Value[string], halfDone)
		if len(halves) > 0 {
			err = errors.Join(err, fmt.Errorf("half done in the backup: %v", halves))
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	p.stop(t)
}

// contents counts the rows of a database and gives the heads of its record.
func contents(t *testing.T, db *data.DB) (rows map[string]int64, heads []record.Head) {
	t.Helper()
	err := db.Read(context.Background(), func(tx *data.Tx) (err error) {
		if rows, err = data.Counts(tx); err == nil {
			heads, err = record.Heads(tx)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows, heads
}
