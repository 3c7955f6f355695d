package broker

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"

	"accessdesk/broker/proof"
	"accessdesk/broker/record"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/eligibility"
	"accessdesk/eligibility/registry"
	"accessdesk/eligibility/registry/layout"
)

// loadSystem loads an edition in which the organization's record serves so many people.
func (b *bench) loadSystem(t testing.TB, vintage, people string) {
	t.Helper()
	source, _ := layout.Named("epa-cws")
	text := "PWSID\tPWS_Name\tPrimacy_Agency\tPopulation_Served_Count\tService_Connections_Count\nNM9990001\tEXAMPLE FLATS\tNew Mexico\t" + people + "\t1610\n"
	file := layout.File{Name: "systems-" + vintage + ".csv", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}
	if _, err := registry.Load(context.Background(), b.DB, registry.Import{Source: source, Files: []layout.File{file}, Actor: record.Console}); err != nil {
		t.Fatal(err)
	}
}

// TestSubmitKeepsWhatTheRegistersSay: an item whose answer the record contradicts is sent all the same; the criterion that demands a
// register stays open; the reviewer sees what the registers said then, which the record entry of the submit seals.
func TestSubmitKeepsWhatTheRegistersSay(t *testing.T) {
	for name, c := range map[string]struct {
		people string
		result eligibility.Result
		differ int
	}{
		"the record says so":             {"4200", eligibility.Met, 0},
		"the record says something else": {"3950", eligibility.Unknown, 1},
	} {
		t.Run(name, func(t *testing.T) {
			datatest.Each(t, func(t *testing.T, db *datatest.Database) {
				b := open(t, db)
				b.publish(t, model, func(text string) string {
					return strings.ReplaceAll(text, `min_evidence = "stated"`, `min_evidence = "register"`)
				})
				b.loadSystem(t, "2026-02", c.people)
				a := b.draft(t, model)
				b.Write(t, func(tx *data.Tx) error {
					return proof.TieTo(tx, b.desk.Vocabulary, b.org.ID, b.owner.ID, "pwsid:NM9990001")
				})
				item := b.must(t, b.owner, a.Items[0].ID, full(ActSubmit))
				b.loadSystem(t, "2026-05", "90000") // another edition changes nothing of the case
				b.Read(t, func(tx *data.Tx) error {
					seen, err := FindCase(tx, b.desk, PersonActor(b.manager), item.ID)
					if err != nil {
						return err
					}
					at := slices.IndexFunc(seen.Decision.Criteria, func(r eligibility.CriterionResult) bool { return slices.Contains(r.Facts, "population_served") })
					if got := seen.Decision.Criteria[at]; got.Result != c.result || got.NeedsEvidence || len(seen.Proof.Differences) != c.differ {
						t.Errorf("criterion %+v, differences %+v", got, seen.Proof.Differences)
					}
					if source, ok := seen.Proof.Row(seen.Facts["state_or_territory"]); !ok || source.Vintage != "2026-02" || source.Row != 2 {
						t.Errorf("row of the state: %+v", source)
					}
					entries, err := record.List(tx, record.CaseChain(item.ID))
					if err != nil {
						return err
					}
					var detail struct {
						Record string `json:"record"`
						Digest string `json:"register_sha256"`
					}
					var said string
					err = tx.Row("SELECT said FROM item_register WHERE item_id = $1", item.ID).Scan(&said)
					sum := sha256.Sum256([]byte(said))
					last := entries[len(entries)-1]
					if json.Unmarshal([]byte(last.Detail), &detail) != nil || detail.Record != "pwsid:NM9990001" || detail.Digest != hex.EncodeToString(sum[:]) {
						t.Errorf("record %s %s", last.Act, last.Detail)
					}
					return err
				})
			})
		})
	}
}
