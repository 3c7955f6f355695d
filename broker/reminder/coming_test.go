package reminder

import (
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/access"
	"accessdesk/broker/account"
	"accessdesk/broker/followup"
	"accessdesk/catalog/catalogtest"
	"accessdesk/catalog/interest"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/eligibility"
	"accessdesk/notify"
)

// everything works once, as the program does every minute, and gives all mails of the run.
func (b *bench) everything(t testing.TB) (mails []notify.Queued) {
	t.Helper()
	b.Write(t, func(tx *data.Tx) error {
		mark, err := notify.Begin(tx)
		if err == nil {
			err = broker.Work(tx, b.desk.Desk)
		}
		if err == nil {
			_, err = followup.Due(tx, b.desk.Desk)
		}
		if err == nil {
			_, err = Due(tx, b.desk)
		}
		if err == nil {
			_, err = interest.Due(tx, b.interests())
		}
		if err == nil {
			mails, err = notify.Since(tx, mark)
		}
		return err
	})
	return mails
}

func (b *bench) interests() interest.Desk {
	return interest.Desk{Vocabulary: b.desk.Vocabulary, Catalog: b.desk.Catalog, Mail: b.desk.Mail, Locales: b.desk.Locales}
}

func (b *bench) coming(t testing.TB) (all []Coming) {
	t.Helper()
	b.Read(t, func(tx *data.Tx) (err error) {
		all, err = ComingTo(tx, b.desk, b.org.ID, b.owner, "en")
		return err
	})
	return all
}

// full makes everything of which an organization can be reminded.
func (b *bench) full(t testing.TB) {
	t.Helper()
	b.start(t) // a draft, whose program closes on January 20
	b.save(t, b.org, eligibility.Profile{"sam_expires_on": eligibility.String("2027-03-20"), "hospital_type": eligibility.String("cah"),
		"sector": eligibility.String("health"), "state_or_territory": eligibility.String("NM"), "memberships": eligibility.Set("ms_isac")})
	b.choose(t, b.owner, notify.KindSAM, true)
	b.choose(t, b.reader, notify.KindSAM, true)
	b.choose(t, b.reader, notify.KindStateCall, true)
	b.choose(t, b.editor, notify.KindMembership, true)
	b.choose(t, b.editor, notify.KindDraft, false)
	b.Write(t, func(tx *data.Tx) error {
		actor := broker.PersonActor(b.owner)
		packet, err := broker.Start(tx, b.desk.Desk, actor, b.org.ID, []string{"ship"}, nil)
		if err == nil {
			_, err = broker.Act(tx, b.desk.Desk, actor, packet.Items[0].ID, broker.ActRequest{Act: broker.ActSend})
		}
		if err != nil {
			return err
		}
		asked, err := broker.Start(tx, b.desk.Desk, actor, b.org.ID, []string{"demo-scanning"}, nil)
		if err != nil {
			return err
		}
		if _, err := tx.Exec("UPDATE application_item SET state = 'needs_info', paused_at = $1 WHERE id = $2", data.Millis(tx.Now), asked.Items[0].ID); err != nil {
			return err
		}
		snapshot, err := b.desk.Catalog.Snapshot(tx)
		if err != nil {
			return err
		}
		program, _ := snapshot.Find("demo-scanning")
		terms := program.Terms
		terms.DurationDays = 90
		if _, err := access.Open(tx, access.OpenRequest{ItemID: "renewed", OrganizationID: b.org.ID, Slug: "demo-scanning", VersionID: program.VersionID, Reference: "CAD-7K2M",
			Terms: terms, Starts: tx.Now.Add(5 * day), Actor: b.manager.ID}); err != nil {
			return err
		}
		if err := interest.Follow(tx, b.interests(), model, b.owner.Email, "en"); err != nil {
			return err
		}
		return account.SaveRenewal(tx, catalogtest.Vocabulary(), b.org.ID, b.owner.ID, account.Date{Subject: "ms_isac", Day: "2027-02-15"})
	})
}

// TestComingIsWhatIsSent: the list of coming mails is what the clock then brings, nothing more and nothing less: at a moment of the list
// exactly its mails leave, to its people; a millisecond before, none.
func TestComingIsWhatIsSent(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		b.full(t)
		b.everything(t)
		said := map[time.Time][]string{}
		var moments []time.Time
		kinds := map[string]bool{}
		for _, one := range b.coming(t) {
			if one.About == "" && one.Template != "date_sam" || !strings.HasPrefix(one.Link, "/") {
				t.Errorf("says nothing: %+v", one)
			}
			kinds[one.Template] = true
			if !slices.Contains(moments, one.At) {
				moments = append(moments, one.At)
			}
			for _, m := range one.To {
				said[one.At] = append(said[one.At], one.Template+" "+m.Email)
			}
		}
		for _, template := range []string{"draft_closing", "draft_unfinished", "question_waiting", "question_closing", "grant_started", "grant_ends_soon",
			"grant_ended", "packet_no_reply", "date_sam", "date_membership", "state_call", "saved_closed"} {
			if !kinds[template] {
				t.Errorf("no %s is coming: %v", template, kinds)
			}
		}
		watched := func(mails []notify.Queued) (lines []string) {
			for _, m := range mails {
				if kinds[m.Template] {
					lines = append(lines, m.Template+" "+m.To)
				}
			}
			slices.Sort(lines)
			return lines
		}
		for _, at := range moments {
			b.SetNow(at.Add(-time.Millisecond))
			if early := watched(b.everything(t)); len(early) > 0 {
				t.Errorf("before %v: %q", at, early)
			}
			b.SetNow(at)
			slices.Sort(said[at])
			if got := watched(b.everything(t)); !slices.Equal(got, said[at]) {
				t.Errorf("%v: %q, the list says %q", at, got, said[at])
			}
		}
	})
}

// TestComingFollowsWhatPeopleDo: what was done, switched off or decided is not announced any more.
func TestComingFollowsWhatPeopleDo(t *testing.T) {
	b := open(t, datatest.Open(t))
	b.full(t)
	to := func(template string) string {
		var lines []string
		for _, one := range b.coming(t) {
			for _, m := range one.To {
				if one.Template == template {
					lines = append(lines, strings.TrimSuffix(m.Email, "@example.org"))
				}
			}
			if one.Template == template && len(one.To) == 0 {
				lines = append(lines, "nobody")
			}
		}
		return strings.Join(lines, " ")
	}
	if got := to("date_sam"); got != "owner reader owner reader owner reader" {
		t.Errorf("SAM.gov: %s", got)
	}
	b.choose(t, b.reader, notify.KindSAM, false)
	b.choose(t, b.owner, notify.KindSAM, false)
	if got := to("date_sam"); got != "nobody nobody nobody" {
		t.Errorf("SAM.gov, switched off: %s", got)
	}
	if got := to("saved_closed"); got != "owner" {
		t.Errorf("a followed program: %s", got)
	}
	b.Read(t, func(tx *data.Tx) error {
		theirs, err := ComingTo(tx, b.desk, b.org.ID, b.editor, "en")
		if slices.ContainsFunc(theirs, func(c Coming) bool { return c.Template == "saved_closed" }) {
			t.Error("the editor sees what the owner follows")
		}
		other, otherErr := ComingTo(tx, b.desk, b.other.ID, b.stranger, "en")
		for _, one := range other {
			for _, m := range one.To {
				if m.Email != b.stranger.Email {
					t.Errorf("another organization: %+v", one)
				}
			}
		}
		if err == nil {
			err = otherErr
		}
		return err
	})
	if got := to("grant_ends_soon"); got != "editor insider owner editor insider owner" {
		t.Errorf("access: %s", got)
	}
}
