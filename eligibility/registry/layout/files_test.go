package layout

import (
	"cmp"
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// official gives files of the folder with the public registers, or skips the test loudly.
func official(t testing.TB, names ...string) []File {
	t.Helper()
	folder := cmp.Or(os.Getenv("REGISTRY_DIR"), "../../../../shared/registry")
	if _, err := os.Stat(filepath.Join(folder, "SOURCES.md")); err != nil {
		if os.Getenv("REQUIRE_REGISTRY") != "" {
			t.Fatalf("REQUIRE_REGISTRY is set and the registers are not there: %v (REGISTRY_DIR names their folder)", err)
		}
		t.Skipf("NOT TESTED WITH THE OFFICIAL FILES: %v (REGISTRY_DIR names their folder)", err)
	}
	var files []File
	for _, name := range names {
		path := filepath.Join(folder, name)
		files = append(files, File{Name: filepath.Base(name), Open: func() (io.ReadCloser, error) { return os.Open(path) }})
	}
	return files
}

// releases are the official files, with the counts that SOURCES.md gives or that another program counted; 1,114 rows of the short form are 1,104 utilities.
var releases = []struct {
	source  string
	files   []string
	vintage string
	kept    int
	places  int // that came from files of their own
}{
	{"cms-hospitals", []string{"cms-hospital-general-information-2026-02.csv.gz"}, "", 5421, 0},
	{"cms-hospitals", []string{"cms-hospital-general-information-2025.csv.gz"}, "", 5381, 0},
	{"cms-cost-report", []string{"cms-hospital-cost-report-2021.csv.gz"}, "", 5978, 0},
	{"fdic", []string{"fdic-institutions-2026-01.csv"}, "", 4339, 0},
	{"ncua", []string{"ncua-foicu-2025q4.csv", "ncua-fs220-2025q4.csv.gz"}, "2025q4", 4374, 0},
	{"sdwis", []string{"sdwis-ga-2025q1-geographic-areas.csv", "sdwis-ga-2025q1-pub-water-systems.csv"}, "2025Q1", 2380, -1},
	{"epa-cws", []string{"epa-cws-populations.csv.gz"}, "", 43309, 0},
	{"epa-cws", []string{"epa-pws-zipcodes-v1.2.csv.gz", "epa-missing-cws-v3.csv", "epa-cws-populations.csv.gz"}, "", 43309 + 4756, -1},
	{"eia861", []string{"eia861-sales-ult-cust-2019.csv", "eia861-service-territory-2019.csv", "eia861-utility-data-2019.csv"}, "2019", 3179, -1},
	{"eia861", []string{"eia861-2019/Sales_Ult_Cust_2019.xlsx", "eia861-2019/Service_Territory_2019.xlsx", "eia861-2019/Utility_Data_2019.xlsx"}, "2019", 3179, -1},
	{"eia861", []string{"eia861-2018/Short_Form_2018.xlsx"}, "2018", 1104, 0},
	{"eia861", []string{"eia861s-short-form-2018.csv"}, "2018", 1104, 0},
	{"ruca-zip", []string{"usda-ruca-2020-zip.csv.gz"}, "", 41146, 0},
	{"rucc", []string{"usda-rucc-2023.csv"}, "2023", 3235, 0},
	{"kev", []string{"cisa-kev-2025-08-25.csv"}, "", 1404, 0},
	{"kev", []string{"cisa-kev-2025-08-25.json.gz"}, "2025-08-25", 1404, 0},
}

func TestOfficialFilesAreRead(t *testing.T) {
	for _, release := range releases {
		t.Run(release.source+" "+release.files[0], func(t *testing.T) {
			files := official(t, release.files...)
			source, ok := Named(release.source)
			if !ok {
				t.Fatal("no such register")
			}
			kept, places := 0, 0
			report, err := source.Read(context.Background(), files, Sink{
				Record: func(Record) error { kept++; return nil },
				Place:  func(string, Place) error { places++; return nil },
			}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if kept != release.kept || report.Kept != kept || report.Vintage != release.vintage || (places > 0) != (release.places < 0) {
				t.Errorf("kept %d, want %d; vintage %q, want %q; %d places", kept, release.kept, report.Vintage, release.vintage, places)
			}
			t.Logf("read %d kept %d places %d\nskipped %v\nremarks %v", report.Read, report.Kept, places, report.Skipped, report.Remarks)
		})
	}
}
