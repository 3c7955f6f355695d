package main

import (
	"context"
	"crypto/tls"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"accessdesk/catalog"
	"accessdesk/catalog/upkeep"
	"accessdesk/catalog/upkeep/link"
	"accessdesk/data"
	"accessdesk/data/datatest"
)

// listed is a desk with the built-in catalog on a database of either engine.
func listed(t *testing.T, d *datatest.Database) *parts {
	t.Helper()
	t.Chdir(t.TempDir())
	p, _, _ := session(t, "")
	config, err := p.configure(&commands{})
	if err != nil {
		t.Fatal(err)
	}
	config.Catalog.LinkCheck, config.Catalog.LinkHosts = true, []string{"www.cisa.gov"}
	b, err := build(config, d.DB)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.fillCatalog(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	return b
}

// TestLinkRun runs the link check against a server that plays the listed site, and writes to the database whenever it is asked: no
// transaction may be open then. Each run takes a few addresses; after enough of them all are known, and nothing is asked again.
func TestLinkRun(t *testing.T) {
	datatest.Each(t, func(t *testing.T, d *datatest.Database) {
		b := listed(t, d)
		var mu sync.Mutex
		asked := map[string]int{}
		site := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
			defer cancel()
			if err := d.DB.Write(ctx, catalog.MoveRevision); err != nil {
				t.Errorf("a transaction is open while %s is asked: %v", r.URL, err)
			}
			mu.Lock()
			defer mu.Unlock()
			asked[r.Host+r.URL.Path]++
			if r.URL.Path == "/robots.txt" {
				http.NotFound(w, r)
			}
		}))
		defer site.Close()
		config := link.Config{TLS: &tls.Config{InsecureSkipVerify: true}, // the test's server has not the name that it plays
			Wait: func(context.Context, time.Duration) error { return nil },
			Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
				if address != "www.cisa.gov:443" {
					t.Errorf("%s is dialed", address)
				}
				return (&net.Dialer{}).DialContext(ctx, network, site.Listener.Addr().String())
			}}
		quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
		want := map[string]bool{}
		var state *upkeep.State
		read := func() {
			if err := d.DB.Read(t.Context(), func(tx *data.Tx) error {
				snapshot, err := b.desk.Catalog.Snapshot(tx)
				if err != nil {
					return err
				}
				for address := range upkeep.Uses(snapshot) {
					if strings.HasPrefix(address, "https://www.cisa.gov/") || address == "https://www.cisa.gov" {
						want[address] = true
					}
				}
				state, err = upkeep.Load(tx)
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		read()
		if len(want) <= linksInRun {
			t.Fatalf("only %d addresses: the test does not see several runs", len(want))
		}
		for range len(want)/linksInRun + 1 {
			if err := b.checkLinks(t.Context(), config, quiet); err != nil {
				t.Fatal(err)
			}
		}
		read()
		for address := range want {
			if state.Opened(address).ReachedOn == "" {
				t.Errorf("%s is not known", address)
			}
		}
		before := len(asked)
		if err := b.checkLinks(t.Context(), config, quiet); err != nil || len(asked) != before {
			t.Errorf("asked again at once: %d more (%v)", len(asked)-before, err)
		}
		for address, times := range asked {
			if times > 1 && !strings.HasSuffix(address, "/robots.txt") && address != "www.cisa.gov/" {
				t.Errorf("%s was asked %d times", address, times)
			}
		}
	})
}

// TestLinkRunEnds holds that a run that is out of time keeps what it learned and hands back the rest later.
func TestLinkRunEnds(t *testing.T) {
	b := listed(t, datatest.Open(t))
	b.config.Catalog.LinkHosts = []string{upkeep.AllListed}
	ctx, cancel := context.WithCancel(t.Context())
	count := 0
	config := link.Config{Dial: func(context.Context, string, string) (net.Conn, error) {
		if count++; count == 3 {
			cancel()
		}
		return nil, &net.DNSError{IsNotFound: true}
	}, Wait: func(context.Context, time.Duration) error { return nil }}
	if err := b.checkLinks(ctx, config, slog.New(slog.NewTextHandler(io.Discard, nil))); err != nil {
		t.Fatal(err)
	}
	var known, failed int
	if err := b.db.Read(t.Context(), func(tx *data.Tx) error {
		return tx.Row("SELECT count(*), coalesce(sum(failures), 0) FROM link_check").Scan(&known, &failed)
	}); err != nil || known == 0 || failed >= linksInRun {
		t.Errorf("%d addresses, %d failures (%v)", known, failed, err)
	}
}

// TestLinksFinding holds that doctor says whether the link check is on.
func TestLinksFinding(t *testing.T) {
	b := listed(t, datatest.Open(t))
	if on := linksFinding(b.config.Catalog); !strings.Contains(on.Text, "about once a week") {
		t.Errorf("on: %+v", on)
	}
	b.config.Catalog.LinkCheck = false
	if off := linksFinding(b.config.Catalog); !strings.Contains(off.Text, "off") {
		t.Errorf("off: %+v", off)
	}
}

// TestDemoAsksNothing holds that a demonstration sends nothing out, whatever the configuration says.
func TestDemoAsksNothing(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("config.toml", []byte("[catalog]\nlink_check = true\nlink_hosts = [\"listed\"]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p, _, _ := session(t, "")
	for _, demo := range []bool{false, true} {
		config, err := serveCommand{Demo: demo}.configure(p, &commands{})
		if err != nil || config.Catalog.LinkCheck == demo {
			t.Errorf("demo %v: link check %v (%v)", demo, config.Catalog.LinkCheck, err)
		}
	}
}
