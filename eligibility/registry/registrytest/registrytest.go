// Package registrytest fills a database of a test with small releases of the public registers. Every organization in them is made up.
package registrytest

import (
	"context"
	"io"
	"strings"
	"testing"

	"accessdesk/broker/record"
	"accessdesk/data"
	"accessdesk/eligibility/registry"
	"accessdesk/eligibility/registry/layout"
)

// Ids of the organizations that tests pick.
const (
	Hospital = "ccn:360901"      // 47 beds, near the line of 49 that programs draw
	Critical = "ccn:361302"      // a critical access hospital
	Bank     = "fdic:900001"     // in a town of the same name
	Water    = "pwsid:NM9000001" // serves 4,900 people
)

// releases are the files of each register, by its name.
var releases = []struct{ register, name, text string }{
	{"cms-hospitals", "hospitals-2026-02.csv", `Facility ID,Facility Name,City/Town,State,ZIP Code,County/Parish,Hospital Type,Hospital Ownership,Emergency Services
360901,SAMPLETON EXAMPLE HOSPITAL,SAMPLETON,OH,43001,LICKING,Acute Care Hospitals,Voluntary non-profit - Private,Yes
361302,EXAMPLE VALLEY CRITICAL ACCESS HOSPITAL,EXAMPLE VALLEY,OH,43002,LICKING,Critical Access Hospitals,Government - Hospital District or Authority,Yes
`},
	{"cms-cost-report", "costs-2021.csv", `Provider CCN,Hospital Name,City,State Code,Fiscal Year End Date,Number of Beds,FTE - Employees on Payroll
360901,SAMPLETON EXAMPLE HOSPITAL,SAMPLETON,OH,12/31/2021,47,212.4
361302,EXAMPLE VALLEY CRITICAL ACCESS HOSPITAL,EXAMPLE VALLEY,OH,12/31/2021,20,96
`},
	{"fdic", "banks-2026-01.csv", `CERT,NAME,CITY,STNAME,ZIP,ADDRESS,BKCLASS,CHARTER,ACTIVE,INSDATE,REGAGENT,ASSET,DEP
900001,Sampleton Example Bank,Sampleton,Ohio,43001,1 Main St,NM,0,1,1/1/1934,,184000,90
`},
	{"epa-cws", "systems-2026-02.csv", "PWSID\tPWS_Name\tPrimacy_Agency\tPopulation_Served_Count\tService_Connections_Count\n" +
		"NM9990001\tEXAMPLE FLATS WATER DISTRICT\tNew Mexico\t3950\t1610\n" +
		"NM9990002\tEXAMPLE RIDGE WATER\tNew Mexico\t120\t48\n" +
		"NM9000001\tSAMPLETON EXAMPLE WATER\tNew Mexico\t4900\t1900\n"},
}

// Load makes the releases live.
func Load(t testing.TB, db *data.DB) {
	t.Helper()
	for _, release := range releases {
		source, ok := layout.Named(release.register)
		if !ok {
			t.Fatalf("no register %s", release.register)
		}
		file := layout.File{Name: release.name, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(release.text)), nil }}
		if _, err := registry.Load(context.Background(), db, registry.Import{Source: source, Files: []layout.File{file}, Actor: record.Console}); err != nil {
			t.Fatalf("load %s: %v", release.register, err)
		}
	}
}
