package recheck

import (
	"context"
	"io"
	"strings"
	"testing"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/broker/proof"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/eligibility"
	"accessdesk/eligibility/registry"
	"accessdesk/eligibility/registry/layout"
)

// banks loads an edition of the register of banks in which the bank of the test has so many thousand dollars of assets.
func (b *bench) banks(t testing.TB, edition, thousands string) {
	t.Helper()
	const head = "CERT,NAME,CITY,STNAME,ZIP,ADDRESS,BKCLASS,CHARTER,ACTIVE,INSDATE,REGAGENT,ASSET,DEP\n"
	source, _ := layout.Named("fdic")
	_, err := registry.Load(context.Background(), b.DB, registry.Import{Source: source, Actor: "console", Files: []layout.File{{Name: "banks-" + edition + ".csv",
		Open: func() (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader(head + "1,First Example Bank,Sampleton,Ohio,43001,1 Main St,NM,0,1,1/1/1934,," + thousands + ",90\n")), nil
		}}}})
	if err != nil {
		t.Fatal(err)
	}
}

// bank is the check of the bank of the test, its assets from its record in the register or stated.
func (b *bench) bank(t testing.TB, address string, assets eligibility.Value, operator string) {
	t.Helper()
	b.Write(t, func(tx *data.Tx) error {
		s, err := broker.SaveScreening(tx, b.desk.Vocabulary, broker.Screening{Lang: "en", Operator: operator, Asked: map[eligibility.FactID]bool{"sector": true},
			Facts: eligibility.Profile{"sector": eligibility.String("banking"), "state_or_territory": eligibility.String("OH"), "total_assets": assets}})
		if err == nil {
			err = MailCheck(tx, b.desk, s.Token, address, "en", true)
		}
		return err
	})
}

// TestNewEdition: a new edition of a register decides anew what came from the register, and leaves alone what was stated.
func TestNewEdition(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		b.publish(t, grant, `sectors = ["drinking_water", "wastewater", "sltt_government"]`, `sectors = ["banking"]`, "population_served <= 25000", "total_assets <= 1000000",
			`ownership_type in ["government_local", "government_state", "government_tribal", "government_territorial", "cooperative", "nonprofit"]`, "is_us_based")
		b.banks(t, "2026-01", "2500")
		assets := eligibility.Int(2_500_000)
		b.bank(t, "picked@example.org", assets.From(eligibility.Register, "fdic").On("2026-01-01"), "fdic:1")
		b.bank(t, "stated@example.org", assets.From(eligibility.Stated, "check"), "fdic:1")
		b.bank(t, "none@example.org", assets.From(eligibility.Register, "fdic").On("2026-01-01"), "")
		for name, record := range map[string]string{"tied": "fdic:1", "unlisted": proof.NotListed} {
			p := b.person(t, name, "en")
			o := b.system(t, p, 8_000)
			b.Write(t, func(tx *data.Tx) error {
				facts := eligibility.Profile{"sector": eligibility.String("banking"), "state_or_territory": eligibility.String("OH"), "population_served": eligibility.Value{}}
				if record == proof.NotListed {
					facts["total_assets"] = assets
				}
				if err := account.SaveFacts(tx, b.desk.Vocabulary, o.ID, p.ID, facts); err != nil {
					return err
				}
				return proof.TieTo(tx, b.desk.Vocabulary, o.ID, p.ID, record)
			})
			b.choose(t, p, true)
		}
		b.Mails(t)
		b.want(t, "the first decision")
		b.banks(t, "2026-04", "900")
		b.want(t, "the bank is smaller", "picked", "tied")
		b.banks(t, "2026-07", "2600")
		b.want(t, "and larger")
	})
}
