package catalog

import (
	"testing"
	"time"

	"accessdesk/eligibility"
)

func TestOpenAt(t *testing.T) {
	opens := time.Date(2026, 12, 1, 13, 0, 0, 0, time.UTC)
	closes := time.Date(2027, 1, 31, 22, 0, 0, 0, time.UTC)
	window := Window{Opens: opens, Closes: closes}
	tests := []struct {
		name   string
		status Status
		window Window
		now    time.Time
		open   bool
	}{
		{"rolling", StatusOpen, Window{}, opens, true},
		{"before", StatusOpen, window, opens.Add(-time.Millisecond), false},
		{"as it opens", StatusOpen, window, opens, true},
		{"last moment", StatusOpen, window, closes.Add(-time.Millisecond), true},
		{"as it closes", StatusOpen, window, closes, false},
		{"no end", StatusOpen, Window{Opens: opens}, closes.AddDate(9, 0, 0), true},
		{"no beginning", StatusOpen, Window{Closes: closes}, opens.AddDate(-9, 0, 0), true},
		{"waiting list", StatusWaitingList, Window{}, opens, false},
		{"by invitation", StatusByInvitation, Window{}, opens, false},
		{"announced", StatusAnnounced, Window{}, opens, false},
		{"lapsed", StatusLapsed, Window{}, opens, false},
		{"ended", StatusEnded, Window{}, opens, false},
		{"unverified", StatusUnverified, Window{}, opens, false},
	}
	for _, test := range tests {
		o := &Offering{Status: test.status, Window: test.window}
		if got := o.OpenAt(test.now); got != test.open {
			t.Errorf("%s: open %v", test.name, got)
		}
	}
}

func TestGroupAt(t *testing.T) {
	now := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	tests := []struct {
		status    Status
		published bool
		outcome   eligibility.Outcome
		want      Group
	}{
		{StatusOpen, true, eligibility.Eligible, GroupLikely},
		{StatusOpen, true, eligibility.Unknown, GroupOneMore},
		{StatusOpen, true, eligibility.Ineligible, GroupNotNow},
		{StatusOpen, false, eligibility.Unknown, GroupNoRules},
		{StatusOpen, false, eligibility.Ineligible, GroupNotNow},
		{StatusUnverified, true, eligibility.Eligible, GroupNotOpen},
		{StatusLapsed, true, eligibility.Unknown, GroupOneMore},
		{StatusByInvitation, false, eligibility.Unknown, GroupNoRules},
		{StatusLapsed, true, eligibility.Ineligible, GroupNotNow},
	}
	for _, test := range tests {
		o := &Offering{Status: test.status, CriteriaPublished: test.published}
		if got := o.GroupAt(test.outcome, now); got != test.want {
			t.Errorf("%s, published %v, %s: %s, want %s", test.status, test.published, test.outcome, got, test.want)
		}
	}
	if got := Groups(); len(got) != 5 || got[0] != GroupLikely || got[4] != GroupNoRules {
		t.Errorf("groups: %v", got)
	}
}

func TestReadingAnOffering(t *testing.T) {
	o := parsed(t)
	if usual, ok := o.Usual(); !ok || usual.Mode != ModeEmail || !o.InApp() {
		t.Errorf("usual route %v %v, in app %v", usual.Mode, ok, o.InApp())
	}
	if _, ok := (&Offering{}).Usual(); ok {
		t.Error("a route out of nothing")
	}
	if q, ok := o.Question("controllers"); !ok || q.Type != QuestionText {
		t.Errorf("question: %v %v", q, ok)
	}
	if _, ok := o.Question("nobody"); ok {
		t.Error("a question out of nothing")
	}
	if !o.Gated() || (&Offering{Sectors: []string{"any"}}).Gated() {
		t.Error("gate")
	}
	if o.Window.Zone().String() != "America/New_York" || (Window{TimeZone: "Nowhere"}).Zone() != time.UTC || (Window{}).Zone() != time.UTC {
		t.Error("zone")
	}
	company := Offering{Kind: KindModelAccess, Apply: []ApplyRoute{{Mode: ModeWeb}}}
	public, ours, other := company, company, company
	public.Provider.Government = true
	ours.Apply = []ApplyRoute{{Mode: ModeInApp}}
	other.Kind = KindScanning
	if !company.Company() || public.Company() || ours.Company() || other.Company() {
		t.Error("company")
	}
}
