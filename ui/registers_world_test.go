package ui_test

import (
	"context"
	"io"
	"strings"
	"testing"

	"accessdesk/broker/account"
	"accessdesk/broker/proof"
	"accessdesk/broker/record"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/eligibility/registry"
	"accessdesk/eligibility/registry/layout"
	"accessdesk/eligibility/registry/registrytest"
)

// The records of the two organizations of a world. Each differs from what its organization says in one number.
const (
	waterRecord    = "pwsid:NM9990001"
	electricRecord = "eia:99901"
)

// registers loads small editions, in which nothing is real, and ties the organizations to their records. The first one has
// not looked at the difference yet; the other one has explained its answer before it sent anything.
func (w *world) registers(t testing.TB) {
	t.Helper()
	registrytest.Load(t, w.DB)
	w.loadRegister(t, "eia861", "sales-2019.csv", "Data Year,Utility Number,Utility Name,Part,State,Ownership,Total Sales Megawatthours,Total Customers Count\n"+
		"2019,99901,Example Ridge Electric Cooperative,A,NM,Cooperative,198000,4100\n")
	w.tie(t, owner, w.org, waterRecord)
	w.Write(t, func(tx *data.Tx) error {
		return account.SaveFacts(tx, w.desk.Vocabulary, w.other.ID, w.people[outsider].ID, eligibility.Profile{
			"sector": eligibility.String("electric"), "mwh_sold_per_year": eligibility.Int(212_000)})
	})
	w.tie(t, outsider, w.other, electricRecord)
	w.explain(t, outsider, w.other, "Sales grew when a cannery came to town.")
}

// loadRegister loads one file as an edition of a register.
func (w *world) loadRegister(t testing.TB, register, name, content string) {
	t.Helper()
	source, ok := layout.Named(register)
	if !ok {
		t.Fatalf("no register %s", register)
	}
	file := layout.File{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil }}
	if _, err := registry.Load(context.Background(), w.DB, registry.Import{Source: source, Files: []layout.File{file}, Actor: record.Console}); err != nil {
		t.Fatal(err)
	}
}

func (w *world) tie(t testing.TB, as role, o account.Organization, id string) {
	t.Helper()
	w.Write(t, func(tx *data.Tx) error { return proof.TieTo(tx, w.desk.Vocabulary, o.ID, w.people[as].ID, id) })
}

// standing is how an organization stands to its record.
func (w *world) standing(t testing.TB, o account.Organization) (s proof.Standing) {
	t.Helper()
	w.Read(t, func(tx *data.Tx) (err error) {
		s, err = proof.Of(tx, w.desk.Vocabulary, o.ID)
		return err
	})
	return s
}

// explain keeps every answer that differs, with the same explanation.
func (w *world) explain(t testing.TB, as role, o account.Organization, why string) {
	t.Helper()
	var choices []proof.Choice
	for _, d := range w.standing(t, o).Differences {
		choices = append(choices, proof.Choice{Fact: d.Fact, Seen: need(d.Seen(w.desk.Vocabulary))(t), Explanation: why})
	}
	w.Write(t, func(tx *data.Tx) error { return proof.Answer(tx, w.desk.Vocabulary, o.ID, w.people[as].ID, choices) })
}
