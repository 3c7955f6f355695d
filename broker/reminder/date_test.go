package reminder

import (
	"strings"
	"testing"
	"time"

	"accessdesk/broker/account"
	"accessdesk/catalog/catalogtest"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/eligibility"
	"accessdesk/notify"
)

var dated = []string{"date_sam", "date_awia_risk", "date_awia_plan", "date_membership", "state_call"}

func map1(fact eligibility.FactID, value string) eligibility.Profile {
	return eligibility.Profile{fact: eligibility.String(value).From(eligibility.Stated, "test")}
}

// TestDates: each kind of day at each of its distances, in the morning of the site, at the second, once, to those who asked for it.
func TestDates(t *testing.T) {
	for name, c := range map[string]struct {
		kind     notify.Kind
		template string
		facts    eligibility.Profile
		renews   string
		day      string
		days     []int
		says     string
	}{
		"sam": {notify.KindSAM, "date_sam", map1("sam_expires_on", "2027-03-20"), "", "2027-03-20", []int{60, 30, 7}, "SAM.gov ends on March 20, 2027. That is in"},
		// 4,200 people: 2021-12-31 and then every five years.
		"awia": {notify.KindAWIA, "date_awia_plan", eligibility.Profile{"sector": eligibility.String("drinking_water"), "population_served": eligibility.Int(4200)}, "",
			"2031-12-31", []int{90, 30, 7}, "by December 31, 2031 that its emergency response plan"},
		"membership": {notify.KindMembership, "date_membership", eligibility.Profile{"memberships": eligibility.Set("ms_isac")}, "2027-02-15", "2027-02-15", []int{30, 7},
			"MS-ISAC (state and local governments) renews on February 15, 2027"},
	} {
		t.Run(name, func(t *testing.T) {
			datatest.Each(t, func(t *testing.T, db *datatest.Database) {
				b := open(t, db)
				if name == "awia" {
					b.SetNow(time.Date(2031, 1, 5, 15, 0, 0, 0, time.UTC))
				}
				b.save(t, b.org, c.facts)
				if c.renews != "" {
					b.Write(t, func(tx *data.Tx) error {
						return account.SaveRenewal(tx, catalogtest.Vocabulary(), b.org.ID, b.owner.ID, account.Date{Subject: "ms_isac", Day: c.renews})
					})
				}
				b.choose(t, b.owner, c.kind, true)
				b.choose(t, b.reader, c.kind, true)   // reads only, and asked
				b.choose(t, b.stranger, c.kind, true) // of another organization
				at, err := time.ParseInLocation(time.DateOnly, c.day, b.desk.Zone)
				if err != nil {
					t.Fatal(err)
				}
				for _, days := range c.days {
					b.SetNow(b.at(at.Year(), at.Month(), at.Day()-days, 6, 59, 59))
					b.want(t, "a second before", dated)
					b.Advance(time.Second)
					mails := b.want(t, "the morning", dated, c.template+" owner", c.template+" reader")
					if len(mails) == 2 && (!strings.Contains(mails[0].Text, c.says) || !strings.Contains(mails[0].Text, "That is in "+locales().In("en").Days(days)+".") ||
						!strings.Contains(mails[0].Text, b.org.Name) || !strings.Contains(mails[0].Text, "Stop these emails")) {
						t.Errorf("%d days before:\n%s", days, mails[0].Text)
					}
				}
				b.SetNow(b.at(at.Year(), at.Month(), at.Day()+2, 12, 0, 0))
				b.want(t, "the day has passed", dated)
			})
		})
	}
}

// TestDatesMustBeAskedFor: nobody gets a date reminder before asking for it, and none for moments before that.
func TestDatesMustBeAskedFor(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		b.save(t, b.org, map1("sam_expires_on", "2027-03-20"))
		b.SetNow(b.at(2027, 1, 19, 12, 0, 0)) // 60 days before
		b.want(t, "nobody asked", dated)
		b.choose(t, b.editor, notify.KindSAM, true)
		b.Advance(day)
		b.want(t, "asked a day ago", dated)
		b.SetNow(b.at(2027, 2, 18, 7, 0, 0)) // 30 days before
		mails := b.want(t, "the next moment", dated, "date_sam editor")
		if len(mails) == 1 && !strings.Contains(mails[0].Text, "vence el 20 de marzo de 2027. Eso es dentro de 30 días.") {
			t.Errorf("text:\n%s", mails[0].Text)
		}
		b.choose(t, b.editor, notify.KindSAM, false)
		b.SetNow(b.at(2027, 3, 13, 7, 0, 0))
		b.want(t, "switched off", dated)
	})
}

// TestDatesCaughtUp: after days without a run one reminder comes, of the newest moment; another date is another occasion.
func TestDatesCaughtUp(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		b.choose(t, b.owner, notify.KindSAM, true)
		b.save(t, b.org, map1("sam_expires_on", "2027-03-20"))
		b.SetNow(b.at(2027, 3, 16, 15, 0, 0))
		mails := b.want(t, "weeks later", dated, "date_sam owner")
		if len(mails) == 1 && !strings.Contains(mails[0].Text, "That is in 4 days.") {
			t.Errorf("text:\n%s", mails[0].Text)
		}
		b.save(t, b.org, map1("sam_expires_on", "2028-03-19"))
		b.SetNow(b.at(2027, 3, 20, 8, 0, 0))
		b.want(t, "renewed", dated)
		b.SetNow(b.at(2028, 1, 19, 7, 0, 0))
		b.want(t, "the year after", dated, "date_sam owner")
	})
}

// TestStateCalls: once a year on the first of November, to hospitals that the program does not rule out.
func TestStateCalls(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		hospital := eligibility.Profile{"sector": eligibility.String("health"), "hospital_type": eligibility.String("cah"), "state_or_territory": eligibility.String("NM")}
		b.save(t, b.org, hospital)
		b.save(t, b.other, eligibility.Profile{"sector": eligibility.String("electric")})
		b.SetNow(b.at(2027, 10, 1, 12, 0, 0))
		b.choose(t, b.owner, notify.KindStateCall, true)
		b.choose(t, b.stranger, notify.KindStateCall, true)
		b.SetNow(b.at(2027, 11, 1, 6, 59, 59))
		b.want(t, "a second before", dated)
		b.SetNow(b.at(2027, 11, 1, 7, 0, 0))
		mails := b.want(t, "the first of November", dated, "state_call owner")
		if len(mails) == 1 && (!strings.Contains(mails[0].Text, "SHIP") || !strings.Contains(mails[0].Text, "/programs/ship")) {
			t.Errorf("text:\n%s", mails[0].Text)
		}
		b.SetNow(b.at(2028, 11, 20, 12, 0, 0))
		b.want(t, "a missed run in the next year", dated, "state_call owner")
		b.SetNow(b.at(2029, 12, 20, 12, 0, 0))
		b.want(t, "too late to help", dated)
	})
}
