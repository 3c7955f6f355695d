package register

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"accessdesk/broker/doctor"
	"accessdesk/broker/record"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/data/internet"
	"accessdesk/eligibility/registry/download"
)

const banks = "CERT,NAME,CITY,STNAME,ZIP,ADDRESS,BKCLASS,CHARTER,ACTIVE,ASSET\n1,First Example Bank,Sampleton,Ohio,43001,1 Main St,NM,0,1,100\n"

// publishersOf is a configuration of two registers at a local server: one is there, of the other the server knows nothing.
func publishersOf(t *testing.T, missing *bool) Publishers {
	t.Helper()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/banks-2026-01.csv" || *missing {
			http.NotFound(w, r)
			return
		}
		http.ServeContent(w, r, "banks.csv", datatest.Start, strings.NewReader(banks))
	}))
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	return Publishers{Scheduled: true, URLs: map[string][]string{"fdic": {"https://www.example.com/banks-2026-01.csv"}, "ruca-zip": {"https://www.example.com/zips.csv"}},
		Config: download.Config{Hosts: internet.Hosts{"www.example.com"}, Site: "https://desk.example.org", TLS: &tls.Config{RootCAs: roots},
			Limits: download.Limits{File: 1 << 20, Total: 1 << 20, Time: 10 * time.Second},
			Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
				return (&net.Dialer{}).DialContext(ctx, network, server.Listener.Addr().String())
			}}}
}

func registersOf(t *testing.T, p Publishers, names ...string) []download.Register {
	t.Helper()
	registers, err := p.Registers(names)
	if err != nil {
		t.Fatal(err)
	}
	return registers
}

// TestSyncTells holds that one register's failure does not keep the other, and what is said of each.
func TestSyncTells(t *testing.T) {
	db := datatest.Open(t)
	missing := false
	p := publishersOf(t, &missing)
	run := func(json bool, names ...string) (stdout, stderr string, err error) {
		var out, messages bytes.Buffer
		err = Sync(t.Context(), db.DB, p, registersOf(t, p, names...), Output{Out: &out, Err: &messages, JSON: json})
		return out.String(), messages.String(), err
	}
	out, said, err := run(false)
	if err == nil || err.Error() != "1 of 2 registers could not be synced" || out != "" {
		t.Errorf("%v, printed %q", err, out)
	}
	for _, want := range []string{"fdic 2026-01 is loaded: 1 rows read, 1 records kept", "ruca-zip, www.example.com/zips.csv: is not there (404). Look on the publisher's site"} {
		if !strings.Contains(said, want) {
			t.Errorf("said %q, want %q in it", said, want)
		}
	}
	if out, said, err = run(false, "fdic"); err != nil || said != "fdic is as it was when it was last downloaded; nothing was changed.\n" {
		t.Errorf("%q %q %v", out, said, err)
	}
	out, said, err = run(true)
	var synced []syncedRegister
	if jsonErr := json.Unmarshal([]byte(out), &synced); jsonErr != nil || len(synced) != 2 || err == nil {
		t.Fatalf("%q %v %v", out, jsonErr, err)
	}
	if synced[0].Outcome != "unchanged" || synced[1].Outcome != "failed" || !strings.Contains(synced[1].Problem, "404") || strings.Contains(said, "fdic") {
		t.Errorf("%+v, said %q", synced, said)
	}
}

// TestSyncByItself holds the schedule of serve, and what doctor says of it.
func TestSyncByItself(t *testing.T) {
	db := datatest.Open(t)
	missing := false
	p := publishersOf(t, &missing)
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	levels := func() (all []string) {
		for _, f := range Examine(t.Context(), db.DB, p) {
			all = append(all, string(f.Level)+": "+f.Text)
		}
		return all
	}
	says := func(want ...string) {
		t.Helper()
		got := levels()
		if len(got) != len(want) {
			t.Fatalf("doctor says %q, want %q", got, want)
		}
		for i := range want {
			if !strings.HasPrefix(got[i], want[i]) {
				t.Errorf("doctor says %q, want %q", got[i], want[i])
			}
		}
	}
	tick := func() {
		t.Helper()
		if err := SyncDue(t.Context(), db.DB, p, quiet); err != nil {
			t.Fatal(err)
		}
	}
	says("warning: fdic was never synced.", "warning: ruca-zip was never synced.")
	tick() // one register at a time
	says("warning: ruca-zip was never synced.")
	tick()
	says("warning: The sync of ruca-zip failed on " + db.Now().Format(time.DateOnly) + ": www.example.com/zips.csv: is not there (404)")
	var actor string
	db.Read(t, func(tx *data.Tx) error {
		return tx.Row("SELECT actor FROM record_entry WHERE act = 'registry_loaded'").Scan(&actor)
	})
	if actor != record.System {
		t.Errorf("the record names %q", actor)
	}
	delete(p.URLs, "ruca-zip")
	says("ok: Registers with addresses: 1; no sync of them failed.")
	db.Advance(staleAfter + time.Hour)
	says("warning: fdic was last synced on " + datatest.Start.Format(time.DateOnly))
	p.Scheduled = false
	says("ok: ")
	p.Scheduled = true
	tick()
	says("ok: ")
	missing = true
	db.Advance(download.Every)
	tick()
	says("warning: The sync of fdic failed")
	p.URLs = nil
	says("ok: No register is downloaded")
	if got := Examine(t.Context(), nil, p); got != nil || !doctor.Healthy(got) {
		t.Errorf("without a database: %+v", got)
	}
}
