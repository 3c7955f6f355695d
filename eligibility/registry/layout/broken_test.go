package layout

import (
	"bytes"
	"compress/gzip"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

var update = flag.Bool("update", false, "write the golden file anew; read what changed")

// sound holds small files of each register that are read without an error. Names and numbers are made up.
var sound = map[string]map[string]string{
	"cms-hospitals": {"hospitals.csv": `"Facility ID","Facility Name","Address","City/Town","State","ZIP Code","County/Parish","Telephone Number","Hospital Type","Hospital Ownership","Emergency Services"
010901,EXAMPLE GENERAL HOSPITAL,1 MAIN ST,SAMPLETON,AL,36301,HOUSTON,(334) 555-0100,Acute Care Hospitals,Proprietary,Yes
01090F,EXAMPLE VA HOSPITAL,2 MAIN ST,SAMPLETON,AL,36301,HOUSTON,(334) 555-0101,Acute Care - Veterans Administration,Veterans Health Administration,Yes
`},
	"cms-cost-report": {"costs.csv": "rpt_rec_num,Provider CCN,Hospital Name,City,State Code,Rural Versus Urban,CCN Facility Type,Fiscal Year Begin Date,Fiscal Year End Date,FTE - Employees on Payroll,Number of Beds\r\n" +
		"1,10901,EXAMPLE GENERAL HOSPITAL,SAMPLETON,AL,R,STH,1/1/2021,12/31/2021,151.5,25\r\n2,10901,EXAMPLE GENERAL HOSPITAL,SAMPLETON,AL,R,STH,1/1/2020,12/31/2020,148.2,24\r\n"},
	"fdic": {"banks.csv": "CERT,NAME,CITY,STNAME,ZIP,BKCLASS,ACTIVE,ASSET\n1,First Example Bank,Sampleton,Ohio,43001,NM,1,100\n2,\"Example, National Association\",Sampleton,Texas,75001,N,1,\n"},
	"ncua": {
		"foicu.csv": `"CU_NUMBER","CYCLE_DATE","CU_TYPE","CU_NAME","CITY","STATE","STATE_CODE","ZIP_CODE","COUNTY_CODE","LIMITED_INC","Peer_Group","IsMDI"` + "\r\n" +
			`7,12/31/2025 0:00:00,"1","EXAMPLE TEACHERS","SAMPLETON","TX",48,"75501",37,1,3,False` + "\r\n",
		"fs220.csv": "CU_NUMBER,CYCLE_DATE,ACCT_010,ACCT_083\r\n7,12/31/2025 0:00:00,13313120,2000\r\n",
	},
	"sdwis": {
		"systems.csv": "SUBMISSIONYEARQUARTER,PWSID,PWS_NAME,PWS_ACTIVITY_CODE,PWS_TYPE_CODE,OWNER_TYPE_CODE,POPULATION_SERVED_COUNT,SERVICE_CONNECTIONS_COUNT,CITY_NAME,STATE_CODE\n2025Q1,GA9990000,SAMPLETON,A,CWS,L,5749,2576,SAMPLETON,GA\n2025Q1,GA9990001,OLD MILL,I,CWS,P,40,12,SAMPLETON,GA\n",
		"areas.csv":   "SUBMISSIONYEARQUARTER,PWSID,GEO_ID,AREA_TYPE_CODE,ANSI_ENTITY_CODE\n2025Q1,GA9990000,1,CN,001\n",
	},
	"epa-cws": {
		"systems.csv": "PWSID\tPWS_Name\tPrimacy_Agency\tPopulation_Served_Count\tService_Connections_Count\tService_Area_Type\nGA9990000\tSampleton \"Water\" System\tGeorgia\t5749\tNA\tMunicipality\n",
		"missing.csv": "\"\",\"PWS ID\",\"PWS Name\",\"Primacy Agency\",\"Population Served Count\",\"Service Connections Count\"\n\"1\",\"NM9990000\",\"DO\xd1A EXAMPLE WATER\",\"New Mexico\",175,67\n",
		"zips.csv":    "PWSID,Zip,State\nGA9990000,31515,Georgia\n",
	},
	"eia861": {
		"sales.csv": "Data Year,Utility Number,Utility Name,Part,Service Type,State,Ownership,BA Code,Short Form,Total Revenue Thousand Dollars,Total Sales Megawatthours,Total Customers Count\n" +
			"2019,34,Town of Sampleton,A,Bundled,SC,Municipal,DUK,Y,7536,58000,3844\n2019,34,Town of Sampleton,C,Delivery,SC,Municipal,DUK,Y,1,500,3\n2019,99999,Adjustment 2019,A,Bundled,SC,,NA,,1,-5,-7\n",
		"territory.csv": "Data Year,Utility Number,Utility Name,Short Form,State,County\n2019,34,Town of Sampleton,Y,SC,Abbeville\n",
	},
	"ruca-zip": {"ruca.csv": "ZIPCode,State,ZIPCodeType,POName,PrimaryRUCA,SecondaryRUCA\r\n00001,AK,ZIP Code Area,N Sampleton,10,10\r\n"},
	"rucc":     {"rucc.csv": "FIPS,State,County_Name,Attribute,Value\n1001,AL,Sample County,Population_2020,58805\n1001,AL,Sample County,RUCC_2023,2\n35013,NM,Do\xf1a Ana County,RUCC_2023,3\n"},
	"kev":      {"kev.csv": "cveID,vendorProject,product,vulnerabilityName,dateAdded,dueDate\nCVE-2025-0001,Example,Sample,\"Example Sample Vulnerability\",2025-08-25,2025-09-15\n"},
}

const soundCatalog = `{"title":"x","catalogVersion":"2025.08.25","count":1,"vulnerabilities":[{"cveID":"CVE-2025-0001","vendorProject":"Example","product":"Sample","vulnerabilityName":"Example Sample Vulnerability","dateAdded":"2025-08-25","dueDate":"2025-09-15","cwes":["CWE-1"]}]}`

// breakage makes a broken release of a sound one: in a file, one text becomes another ("" as the old text: the whole file).
type breakage struct{ source, file, old, new string }

var breakages = []breakage{
	// What no register may be.
	{"fdic", "banks.csv", "", ""},
	{"fdic", "banks.csv", "", " \n \n"},
	{"fdic", "banks.csv", "", "CERT,NAME,CITY,STNAME,ZIP,BKCLASS,ACTIVE,ASSET\n"},
	{"fdic", "banks.csv", "", "PK\x03\x04rest of a workbook"},
	{"fdic", "banks.csv", "", "\xd0\xcf\x11\xe0\xa1\xb1"},
	{"fdic", "banks.csv", "", "%PDF-1.7\n"},
	{"fdic", "banks.csv", "", "\xff\xfeC\x00E\x00"},
	{"fdic", "banks.csv", "", "CERT,NAME\x00\x01\x02"},
	{"fdic", "banks.csv", "", "<!DOCTYPE html><title>Sign in</title>"},
	{"fdic", "banks.csv", "", "<html><body>503</body></html>"},
	{"fdic", "banks.csv", "", "\x1f\x8bnot gzip at all"},
	{"fdic", "banks.csv", "", packed("CERT,NAME,CITY,STNAME,ZIP,BKCLASS,ACTIVE,ASSET\n1,First Example Bank,Sampleton,Ohio,43001,NM,1,100\n", 30)},
	{"fdic", "banks.csv", "", packed("CERT,NAME,CITY,STNAME,ZIP,BKCLASS,ACTIVE,ASSET\n1,First Example Bank,Sampleton,Ohio,43001,NM,1,100\n", 8)},
	{"fdic", "banks.csv", "", "just some text\nof two lines\n"},
	{"fdic", "banks.csv", "", sound["kev"]["kev.csv"]},
	{"fdic", "banks.csv", ",NM,1,100", ",NM"},
	{"fdic", "banks.csv", ",NM,1,100", ",NM,1,100,7"},
	{"fdic", "banks.csv", "\"Example, National Association\"", "\"Example, National Association"},
	{"fdic", "banks.csv", "\"Example, National Association\"", "Example \"National\" Association"},
	{"fdic", "banks.csv", "First Example Bank", strings.Repeat("long ", 300_000)},
	{"fdic", "banks.csv", "First Example Bank", "First \xc9xample Bank"},
	{"fdic", "banks.csv", "First Example Bank", "First\x07Example Bank"},
	// Columns.
	{"fdic", "banks.csv", ",ASSET\n", ",ASSETS\n"},
	{"fdic", "banks.csv", "CERT,NAME,CITY", "CERTIFICATE,BANK,CITY"},
	{"cms-hospitals", "hospitals.csv", "\"Facility ID\"", "\"Facility\""},
	{"cms-hospitals", "hospitals.csv", "\"County/Parish\"", "\"District\""},
	{"rucc", "rucc.csv", "Attribute,Value", "RUCC_2023,Description"},
	// Values of the lists of hospitals.
	{"cms-hospitals", "hospitals.csv", "010901,", "10901,"},
	{"cms-hospitals", "hospitals.csv", "010901,", ","},
	{"cms-hospitals", "hospitals.csv", "010901,", "A10901,"},
	{"cms-hospitals", "hospitals.csv", "010901,", "1.0901E4,"},
	{"cms-hospitals", "hospitals.csv", "01090F,", "010901,"},
	{"cms-hospitals", "hospitals.csv", "EXAMPLE GENERAL HOSPITAL", " "},
	{"cms-cost-report", "costs.csv", ",25\r\n", ",25 beds\r\n"},
	{"cms-cost-report", "costs.csv", ",25\r\n", ",-25\r\n"},
	{"cms-cost-report", "costs.csv", ",25\r\n", ",25.5\r\n"},
	{"cms-cost-report", "costs.csv", "12/31/2021", "31.12.2021"},
	{"cms-cost-report", "costs.csv", "12/31/2020", "12/31/2021"},
	{"cms-cost-report", "costs.csv", "151.5", "-3"},
	{"cms-cost-report", "costs.csv", "151.5", "NaN"},
	// Banks and credit unions.
	{"fdic", "banks.csv", "\n2,", "\n1,"},
	{"fdic", "banks.csv", "\n1,", "\none,"},
	{"fdic", "banks.csv", ",NM,1,", ",NM,2,"},
	{"fdic", "banks.csv", ",1,100", ",1,0x64"},
	{"fdic", "banks.csv", ",1,100", ",1,1e300"},
	{"ncua", "fs220.csv", "", ""},
	{"ncua", "fs220.csv", "12/31/2025", "9/30/2025"},
	{"ncua", "fs220.csv", "13313120", "n/a"},
	{"ncua", "fs220.csv", "7,12/31/2025 0:00:00,13313120,2000\r\n", strings.Repeat("7,12/31/2025 0:00:00,13313120,2000\r\n", 2)},
	{"ncua", "foicu.csv", `"1","EXAMPLE`, `"4","EXAMPLE`},
	{"ncua", "foicu.csv", ",1,3,False", ",2,3,False"},
	{"ncua", "foicu.csv", ",1,3,False", ",1,3,maybe"},
	// Water.
	{"sdwis", "systems.csv", "GA9990000,SAMPLETON", "GA999,SAMPLETON"},
	{"sdwis", "systems.csv", ",A,CWS", ",X,CWS"},
	{"sdwis", "systems.csv", ",A,CWS", ",A,WELL"},
	{"sdwis", "systems.csv", ",5749,", ",many,"},
	{"sdwis", "systems.csv", ",A,CWS", ",I,CWS"},
	{"sdwis", "areas.csv", ",001\n", ",1234\n"},
	{"sdwis", "areas.csv", "", sound["fdic"]["banks.csv"]},
	{"epa-cws", "systems.csv", "GA9990000\t", "GA 999\t"},
	{"epa-cws", "systems.csv", "\t5749\t", "\tabout 5749\t"},
	{"epa-cws", "systems.csv", "", strings.ReplaceAll(sound["epa-cws"]["systems.csv"], "\t", ";")},
	{"epa-cws", "systems.csv", "Sampleton \"Water\" System", "Do\xf1a Example System"},
	{"epa-cws", "zips.csv", "31515", "3151"},
	{"epa-cws", "missing.csv", "\xd1", "\x81"},
	// Electric utilities.
	{"eia861", "sales.csv", ",58000,", ",58 GWh,"},
	{"eia861", "sales.csv", ",58000,", ",-58000,"},
	{"eia861", "sales.csv", ",A,Bundled,SC,Municipal", ",E,Bundled,SC,Municipal"},
	{"eia861", "sales.csv", ",C,Delivery,SC,Municipal", ",C,Delivery,SC,Cooperative"},
	{"eia861", "sales.csv", "2019,34,Town of Sampleton,A", "19,34,Town of Sampleton,A"},
	{"eia861", "sales.csv", "", "-"}, // left out
	{"eia861", "territory.csv", "", sound["eia861"]["sales.csv"]},
	{"eia861", "territory.csv", "", "PK\x03\x04 cut off"},
	{"eia861", "territory.csv", "", workbook("Sheet1", []any{"Data Year", "Utility", "Name"}, []any{2019, 34, "x"})},
	{"eia861", "sales.csv", "", workbook("States", []any{"Utility Characteristics"}, []any{"Data Year", "Utility Number", "Utility Name", "Part", "State", "Ownership", "Total Sales Megawatthours", "Total Customers Count"},
		[]any{2019, 34, "Town of Sampleton", "A", "SC", "Municipal", "lots", 12})},
	// Places and the catalog of vulnerabilities.
	{"ruca-zip", "ruca.csv", "00001,", "1,"},
	{"ruca-zip", "ruca.csv", ",10,10", ",11,11"},
	{"ruca-zip", "ruca.csv", ",10,10", ",,"},
	{"rucc", "rucc.csv", "RUCC_2023,2", "RUCC_2023,12"},
	{"rucc", "rucc.csv", "Population_2020,58805", "RUCC_2023,2"},
	{"rucc", "rucc.csv", "1001,AL", "101,AL"},
	{"kev", "kev.csv", "CVE-2025-0001", "CVE-1"},
	{"kev", "kev.csv", "2025-09-15", "soon"},
	{"kev", "kev.csv", "", `{"title":"x"}`},
	{"kev", "kev.csv", "", `{"vulnerabilities":{}}`},
	{"kev", "kev.csv", "", soundCatalog[:200]},
	{"kev", "kev.csv", "", strings.Replace(soundCatalog, `"count":1`, `"count":2`, 1)},
	{"kev", "kev.csv", "", strings.Replace(soundCatalog, `"cveID":"CVE-2025-0001"`, `"cveID":7`, 1)},
	{"kev", "kev.csv", "", strings.Replace(soundCatalog, "CVE-2025-0001", "CVE 2025", 1)},
}

// packed compresses a text and cuts that many bytes off its end.
func packed(text string, cut int) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	if cut == 8 { // damage the checksum instead
		whole := b.Bytes()
		whole[len(whole)-8] ^= 0xff
		return string(whole)
	}
	return string(b.Bytes()[:b.Len()-cut])
}

// workbook makes an Excel workbook of one sheet.
func workbook(sheet string, rows ...[]any) string {
	book := excelize.NewFile()
	_ = book.SetSheetName("Sheet1", sheet)
	for i, row := range rows {
		_ = book.SetSheetRow(sheet, fmt.Sprintf("A%d", i+1), &row)
	}
	var b bytes.Buffer
	_ = book.Write(&b)
	return b.String()
}

func inMemory(contents map[string]string) []File {
	var files []File
	for name, content := range contents {
		files = append(files, File{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil }})
	}
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	return files
}

// read reads a release and gives its records.
func read(source string, files []File) ([]Record, Report, error) {
	var records []Record
	s, _ := Named(source)
	report, err := s.Read(context.Background(), files, Sink{
		Record: func(r Record) error { records = append(records, r); return nil },
		Place: func(id string, p Place) error {
			at := slices.IndexFunc(records, func(r Record) bool { return r.ID == id })
			if at < 0 {
				return fmt.Errorf("a place of %s, which was not given", id)
			}
			records[at].Places = append(records[at].Places, p)
			return nil
		},
	}, nil)
	return records, report, err
}

func TestSoundFilesAreRead(t *testing.T) {
	for _, name := range Names() {
		if _, _, err := read(name, inMemory(sound[name])); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if records, report, err := read("kev", inMemory(map[string]string{"kev.json": soundCatalog})); err != nil || len(records) != 1 || report.Vintage != "2025-08-25" {
		t.Errorf("catalog: %v %v %v", records, report, err)
	}
}

// TestBrokenFiles holds the message of every broken release to testdata/broken.txt, one line each.
func TestBrokenFiles(t *testing.T) {
	var got strings.Builder
	for i, b := range breakages {
		contents := map[string]string{}
		for name, content := range sound[b.source] {
			contents[name] = content
		}
		switch {
		case b.old == "" && b.new == "-":
			delete(contents, b.file)
		case b.old == "":
			contents[b.file] = b.new
		case !strings.Contains(contents[b.file], b.old):
			t.Fatalf("breakage %d: %q is not in %s", i, b.old, b.file)
		default:
			contents[b.file] = strings.Replace(contents[b.file], b.old, b.new, 1)
		}
		_, _, err := read(b.source, inMemory(contents))
		if err == nil {
			t.Errorf("breakage %d of %s is read: %q for %q", i+1, b.source, shortened(b.new), b.old)
		}
		fmt.Fprintf(&got, "%02d %s: %v\n", i+1, b.source, err)
	}
	const golden = "testdata/broken.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	wanted := strings.Split(string(want), "\n")
	for i, line := range strings.Split(got.String(), "\n") {
		if i >= len(wanted) || line != wanted[i] {
			t.Errorf("got  %s\nwant %s", line, append(wanted, make([]string, i+1)...)[i])
		}
	}
}
