package registry

import (
	"cmp"
	"context"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"accessdesk/broker/record"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/eligibility/registry/layout"
)

// folder is the one with the official files; the test is skipped loudly without it.
func folder(t testing.TB) string {
	t.Helper()
	at := cmp.Or(os.Getenv("REGISTRY_DIR"), "../../../shared/registry")
	if _, err := os.Stat(filepath.Join(at, "SOURCES.md")); err != nil {
		if os.Getenv("REQUIRE_REGISTRY") != "" {
			t.Fatalf("REQUIRE_REGISTRY is set and the registers are not there: %v (REGISTRY_DIR names their folder)", err)
		}
		t.Skipf("NOT TESTED WITH THE OFFICIAL FILES: %v (REGISTRY_DIR names their folder)", err)
	}
	return at
}

func official(t testing.TB, names ...string) []layout.File {
	t.Helper()
	at := folder(t)
	var files []layout.File
	for _, name := range names {
		path := filepath.Join(at, name)
		files = append(files, layout.File{Name: filepath.Base(name), Open: func() (io.ReadCloser, error) { return os.Open(path) }})
	}
	return files
}

// text is a file of a test.
func text(name, content string) layout.File {
	return layout.File{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil }}
}

func source(t testing.TB, name string) layout.Source {
	t.Helper()
	s, ok := layout.Named(name)
	if !ok {
		t.Fatalf("no register %s", name)
	}
	return s
}

func load(t testing.TB, d *datatest.Database, name string, files ...layout.File) Outcome {
	t.Helper()
	outcome, err := Load(context.Background(), d.DB, Import{Source: source(t, name), Files: files, Actor: record.Console})
	if err != nil {
		t.Fatalf("load %s: %v", name, err)
	}
	return outcome
}

func find(t testing.TB, d *datatest.Database, id string) Operator {
	t.Helper()
	var o Operator
	d.Read(t, func(tx *data.Tx) (err error) { o, err = Find(tx, id); return err })
	return o
}

const (
	banksHead = "CERT,NAME,CITY,STNAME,ZIP,ADDRESS,BKCLASS,CHARTER,ACTIVE,INSDATE,REGAGENT,ASSET,DEP\n"
	bankOne   = "1,First Example Bank,Sampleton,Ohio,43001,1 Main St,NM,0,1,1/1/1934,,100,90\n"
	bankTwo   = "2,Second Example Bank,Sampleton,Texas,43001,1 Main St,N,0,1,1/1/1934,,2500,90\n"
	bankThree = "3,Example Savings Bank,Sampleton,Guam,96910,1 Main St,SM,0,1,1/1/1934,,,\n"
)

func TestLoadKeepsVintages(t *testing.T) {
	datatest.Each(t, func(t *testing.T, d *datatest.Database) {
		first := load(t, d, "fdic", text("banks-2026-01.csv", banksHead+bankOne+bankTwo))
		if v := first.Vintage; v.Vintage != "2026-01" || v.Kept != 2 || v.Came != 2 || v.Went != 0 {
			t.Errorf("first: %+v", v)
		}
		again := load(t, d, "fdic", text("renamed.csv", banksHead+bankOne+bankTwo))
		if !again.Same || again.Vintage.ID != first.Vintage.ID {
			t.Errorf("the same file again: %+v", again)
		}
		next := load(t, d, "fdic", text("banks-2026-04.csv", banksHead+strings.Replace(bankOne, ",100,", ",200,", 1)+bankThree))
		if v := next.Vintage; v.Came != 1 || v.Went != 1 || v.Changed != 1 {
			t.Errorf("next: came %d, went %d, changed %d; want 1, 1, 1", v.Came, v.Went, v.Changed)
		}
		if got := string(find(t, d, "fdic:1").Facts["total_assets"].Value); got != "200000" {
			t.Errorf("assets %s, want 200000", got)
		}
		back := load(t, d, "fdic", text("banks-2026-01.csv", banksHead+bankOne+bankTwo))
		if !back.Again || back.Vintage.ID != first.Vintage.ID {
			t.Errorf("back to the first: %+v", back)
		}
		var states, acts []string
		d.Read(t, func(tx *data.Tx) error {
			all, err := Vintages(tx)
			for _, v := range all {
				states = append(states, v.Vintage+" "+v.State)
			}
			if err != nil {
				return err
			}
			acts, err = data.Rows(tx, data.Value[string], `SELECT act FROM record_entry WHERE chain = 'desk' ORDER BY seq`)
			return err
		})
		if got := strings.Join(acts, " "); got != "registry_loaded registry_loaded registry_loaded" {
			t.Errorf("record: %s", got)
		}
		if len(states) != 2 || !strings.Contains(strings.Join(states, ";"), "2026-01 live") || !strings.Contains(strings.Join(states, ";"), "2026-04 kept") {
			t.Errorf("vintages: %v", states)
		}
	})
}

// The files of a release may be named in any order, and one of them may be missing from the next one.
func TestLoadOfSeveralFiles(t *testing.T) {
	d := datatest.Open(t)
	list := text("foicu.csv", `"CU_NUMBER","CYCLE_DATE","CU_TYPE","CU_NAME","CITY","STATE","STATE_CODE","ZIP_CODE","COUNTY_CODE","LIMITED_INC","IsMDI"`+"\n"+
		`7,12/31/2025 0:00:00,"1 ","EXAMPLE TEACHERS","SAMPLETON","TX",48,"75501",37,1,False`+"\n")
	accounts := text("fs220.csv", "CU_NUMBER,CYCLE_DATE,ACCT_010\n7,12/31/2025 0:00:00,13313120\n")
	first := load(t, d, "ncua", list, accounts)
	if again := load(t, d, "ncua", accounts, list); !again.Same || again.Vintage.ID != first.Vintage.ID || again.Vintage.Vintage != "2025q4" {
		t.Errorf("in another order: %+v", again)
	}
	_, err := Load(context.Background(), d.DB, Import{Source: source(t, "ncua"), Files: []layout.File{list}, Actor: record.Console})
	if err == nil || !strings.Contains(err.Error(), "foicu.csv: is not enough: ncua needs FS220 as well, with the columns CU_NUMBER, CYCLE_DATE, ACCT_010") {
		t.Errorf("one file of two: %v", err)
	}
	if got := string(find(t, d, "ncua:7").Facts["total_assets"].Value); got != "13313120" {
		t.Errorf("assets %s", got)
	}
}

// Two registers that know one operator: the first in the order of layout.Sources wins, the others add what it does not say.
func TestRegistersOfOneOperatorAreJoined(t *testing.T) {
	datatest.Each(t, func(t *testing.T, d *datatest.Database) {
		load(t, d, "epa-cws", text("cws-2024.csv", "PWSID\tPWS_Name\tPrimacy_Agency\tPopulation_Served_Count\tService_Connections_Count\n"+
			"GA9990000\tSAMPLETON (EPA)\tGeorgia\t4000\t900\n"), text("zips.csv", "PWSID,Zip,State\nGA9990000,31515,Georgia\nGA9990000,31516,Georgia\n"))
		load(t, d, "sdwis", text("systems.csv", "SUBMISSIONYEARQUARTER,PWSID,PWS_NAME,PWS_ACTIVITY_CODE,PWS_TYPE_CODE,OWNER_TYPE_CODE,POPULATION_SERVED_COUNT\n"+
			"2025Q1,GA9990000,SAMPLETON,A,CWS,L,5749\n"))
		o := find(t, d, "pwsid:GA9990000")
		if o.Name != "SAMPLETON" || string(o.Facts["population_served"].Value) != "5749" || o.Facts["population_served"].Source != "sdwis" ||
			string(o.Facts["service_connections"].Value) != "900" || o.Facts["service_connections"].Source != "epa-cws" {
			t.Errorf("%+v", o)
		}
		const head = "ZIPCode,State,PrimaryRUCA\n"
		for _, c := range []struct{ codes, want string }{
			{"31515,GA,7\n31516,GA,5\n", "5"}, {"31515,GA,7\n31516,GA,3\n", ""}, {"31515,GA,1\n31516,GA,3\n", "1"}, {"31515,GA,4\n31516,GA,99\n", "4"},
			{"31515,GA,99\n31516,GA,99\n", ""}, {"99999,GA,4\n", ""},
		} {
			load(t, d, "ruca-zip", text("ruca.csv", head+c.codes))
			o := find(t, d, "pwsid:GA9990000")
			if got := string(o.Facts["ruca_code"].Value); got != c.want {
				t.Errorf("codes %q: got %q, want %q", c.codes, got, c.want)
			}
		}
	})
}

// rows counts what is stored of a register, live or not.
func rows(t testing.TB, d *datatest.Database) (records, places, vintages int) {
	t.Helper()
	d.Read(t, func(tx *data.Tx) error {
		if err := tx.Row(`SELECT count(*) FROM registry_record`).Scan(&records); err != nil {
			return err
		}
		if err := tx.Row(`SELECT count(*) FROM registry_place`).Scan(&places); err != nil {
			return err
		}
		return tx.Row(`SELECT count(*) FROM registry_vintage`).Scan(&vintages)
	})
	return records, places, vintages
}

// manyBanks is a file that takes several transactions.
func manyBanks(count int) string {
	var b strings.Builder
	b.WriteString(banksHead)
	for i := range count {
		b.WriteString(strings.Replace(bankOne, "1,First", strconv.Itoa(i+10)+",First", 1))
	}
	return b.String()
}

func TestBadFileChangesNothing(t *testing.T) {
	datatest.Each(t, func(t *testing.T, d *datatest.Database) {
		load(t, d, "fdic", text("good.csv", banksHead+bankOne))
		records, places, vintages := rows(t, d)
		_, err := Load(context.Background(), d.DB, Import{Source: source(t, "fdic"), Actor: record.Console,
			Files: []layout.File{text("bad.csv", manyBanks(3000)+"77777,Bad Bank,X,Ohio,43001,,NM,0,1,,,12x,\n")}})
		if err == nil || !strings.Contains(err.Error(), `bad.csv, line 3002, column "ASSET": "12x" is not a number`) {
			t.Errorf("error: %v", err)
		}
		if r, p, v := rows(t, d); r != records || p != places || v != vintages {
			t.Errorf("%d records, %d places, %d vintages; before %d, %d, %d", r, p, v, records, places, vintages)
		}
		if got := find(t, d, "fdic:1").Name; got != "First Example Bank" {
			t.Errorf("the old vintage says %q", got)
		}
	})
}

// A loading that died leaves rows that nobody sees; the next one takes over, and deletes them.
func TestDeadLoadingIsCleanedUp(t *testing.T) {
	datatest.Each(t, func(t *testing.T, d *datatest.Database) {
		load(t, d, "fdic", text("good.csv", banksHead+bankOne))
		dead := &loading{db: d.DB, of: Import{Source: source(t, "fdic"), Actor: record.Console}, id: data.NewID(), digest: "dead"}
		if err := dead.begin(context.Background()); err != nil {
			t.Fatal(err)
		}
		dead.records = []layout.Record{{ID: "fdic:9", Name: "Half Loaded Bank"}}
		if err := dead.flush(context.Background(), 1); err != nil {
			t.Fatal(err)
		}
		d.Read(t, func(tx *data.Tx) error {
			if _, err := Find(tx, "fdic:9"); err == nil {
				t.Error("a row of an unfinished loading is seen")
			}
			return nil
		})
		load(t, d, "fdic", text("next.csv", banksHead+bankOne+bankTwo))
		if r, _, v := rows(t, d); r != 3 || v != 2 {
			t.Errorf("%d records in %d vintages, want 3 in 2", r, v)
		}
		dead.records = append(dead.records, layout.Record{ID: "fdic:8"})
		if err := dead.flush(context.Background(), 1); err == nil || !strings.Contains(err.Error(), "took over") {
			t.Errorf("the loading that was taken over goes on: %v", err)
		}
	})
}

// A loading that fell silent is deleted without another one of the same register.
func TestSilentLoadingIsCleanedUp(t *testing.T) {
	d := datatest.Open(t)
	dead := &loading{db: d.DB, of: Import{Source: source(t, "fdic"), Actor: record.Console}, id: data.NewID(), digest: "dead"}
	if err := dead.begin(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, after := range []struct {
		wait time.Duration
		want int
	}{{deadAfter, 1}, {time.Minute, 0}} {
		d.Advance(after.wait)
		if err := CleanUp(context.Background(), d.DB); err != nil {
			t.Fatal(err)
		}
		if _, _, v := rows(t, d); v != after.want {
			t.Errorf("after %v more: %d vintages, want %d", after.wait, v, after.want)
		}
	}
}

func TestSearch(t *testing.T) {
	datatest.Each(t, func(t *testing.T, d *datatest.Database) {
		load(t, d, "fdic", text("good.csv", banksHead+bankOne+bankTwo+strings.Replace(bankThree, "Example Savings", "Peña O'Example & Sons", 1)))
		for _, c := range []struct{ text, want string }{
			{"fdic:2", "fdic:2"}, {"FDIC:2", "fdic:2"}, {"2", "fdic:2"}, {"first", "fdic:1"}, {"First  EXAMPLE bank", "fdic:1"},
			{"se", "fdic:2"}, {"pena oexample", "fdic:3"}, {"Peña O'Example & So", "fdic:3"}, {"example", ""}, {"f%", "fdic:1"}, {"%", ""}, {"_", ""}, {"", ""},
		} {
			var got []string
			d.Read(t, func(tx *data.Tx) error {
				hits, err := Search(tx, c.text)
				for _, h := range hits {
					got = append(got, h.ID)
				}
				return err
			})
			if strings.Join(got, " ") != c.want {
				t.Errorf("%q: got %v, want %q", c.text, got, c.want)
			}
		}
	})
}
