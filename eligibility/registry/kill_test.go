package registry

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"accessdesk/broker/record"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/eligibility/registry/layout"
)

// loadForKill names the database that this test program, started again, loads a long file into.
const loadForKill = "ACCESSDESK_TEST_LOAD_INTO"

// TestLoadForKill is no test of its own: it is the program that TestKillLeavesTheOldVintage kills.
func TestLoadForKill(t *testing.T) {
	dsn := os.Getenv(loadForKill)
	if dsn == "" {
		t.Skip("runs inside TestKillLeavesTheOldVintage only")
	}
	db, err := data.Open(context.Background(), dsn, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	_, err = Load(context.Background(), db, Import{Source: source(t, "fdic"), Files: []layout.File{text("long.csv", manyBanks(200_000))}, Actor: record.Console})
	t.Fatalf("the loading was not killed: %v", err)
}

// A loading that is killed leaves the old vintage live and whole. While it runs, others can write.
func TestKillLeavesTheOldVintage(t *testing.T) {
	d := datatest.Open(t)
	load(t, d, "fdic", text("good-2026-01.csv", banksHead+bankOne+bankTwo))
	command := exec.Command(os.Args[0], "-test.run", "^TestLoadForKill$")
	command.Env = append(os.Environ(), loadForKill+"="+d.DSN)
	var said strings.Builder
	command.Stdout, command.Stderr = &said, &said
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	const enough = 8000 // rows: the kill comes in the middle
	for stored := 0; stored < enough; stored, _, _ = rows(t, d) {
		select {
		case err := <-ended:
			t.Fatalf("the loading ended by itself: %v\n%s", err, said.String())
		case <-time.After(10 * time.Millisecond):
		}
		d.Write(t, func(tx *data.Tx) error { // the web app goes on
			return record.Append(tx, record.Entry{Chain: record.Desk, Actor: record.System, Act: "meanwhile"})
		})
	}
	if err := command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-ended
	if v, ok := status(t, d, "fdic"); !ok || v.Vintage != "2026-01" || v.Kept != 2 {
		t.Errorf("live after the kill: %+v", v)
	}
	if got := find(t, d, "fdic:2").Name; got != "Second Example Bank" {
		t.Errorf("after the kill fdic:2 is %q", got)
	}
	load(t, d, "fdic", text("next-2026-04.csv", banksHead+bankOne))
	if records, places, vintages := rows(t, d); records != 3 || places != 3 || vintages != 2 {
		t.Errorf("%d records, %d places, %d vintages; want 3, 3, 2: the dead loading was not deleted", records, places, vintages)
	}
}
