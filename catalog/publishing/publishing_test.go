package publishing

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"accessdesk/catalog"
	"accessdesk/catalog/catalogtest"
	"accessdesk/catalog/check"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/eligibility"
)

func cheaper(o *catalog.Offering) { o.MinutesToApply = 7 }

func TestFromDraftToVersion(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		before := b.live(t, scan)
		b.profiles["yes"] = fitting(t)
		b.Advance(hours(1))
		d := b.edited(t, ana, func(o *catalog.Offering) {
			cheaper(o)
			o.Sectors = []string{"wastewater"}
			o.SectorsCitation = "Example Institute, Program notice D-2 (fictional), section 1"
			dropTestsOutside(t, b, o)
		})
		if d.State != catalog.StateDraft || d.Revision != 2 || d.BasedOn != before.VersionID || b.live(t, scan) != before {
			t.Fatalf("draft %+v", d)
		}
		effect := b.effect(t, d)
		if effect.Profiles != 1 || !slices.Equal(effect.Lost, []string{"yes"}) || len(effect.Gained) != 0 || effect.New {
			t.Errorf("effect %+v", effect)
		}
		d = b.do(t, b.act(d, ActSubmit, ana, "The notice changed."))
		if d.State != catalog.StateInReview || d.Note != "The notice changed." || d.SentBy != ana {
			t.Errorf("after submit %+v", d)
		}
		d = b.do(t, b.act(d, ActApprove, luis, ""))
		after := b.live(t, scan)
		if d.State != catalog.StatePublished || d.VersionID != after.VersionID || after.Version != 2 || after.MinutesToApply != 7 || d.ApproveBy != luis {
			t.Errorf("after approval %+v, version %d", d, after.Version)
		}
		versions := b.versions(t, scan)
		if len(versions) != 2 || versions[0].State != catalog.StatePublished || versions[0].WrittenBy != ana || versions[0].ApprovedBy != luis ||
			versions[1].State != catalog.StateRetired || versions[1].Why != catalog.RetiredReplaced || !versions[1].Retired.Equal(b.Now()) {
			t.Errorf("versions %+v", versions)
		}
		if acts := b.acts(t, scan); !slices.Equal(acts, []string{"ana draft_begun", "ana draft_saved", "ana draft_submit", "luis publish", "luis draft_approve"}) {
			t.Errorf("record %q", acts)
		}
		if mails := b.mails(t); !slices.Equal(mails, []string{"listing_published ana@example.org", "listing_review luis@example.org", "listing_review olga@example.org"}) {
			t.Errorf("mails %q", mails)
		}
		// The version that was live can still be read as it was.
		b.Read(t, func(tx *data.Tx) error {
			old, err := catalog.Version(tx, b.desk.Vocabulary, before.VersionID)
			if err == nil && old.Hash != before.Hash {
				t.Errorf("version 1 changed")
			}
			return err
		})
	})
}

// fitting is an organization that the scanning program fits.
func fitting(t testing.TB) eligibility.Profile {
	t.Helper()
	for _, o := range files(t) {
		for _, test := range o.Tests {
			if o.Slug == scan && test.Outcome == catalog.TestEligible {
				return profileOf(t, test)
			}
		}
	}
	t.Fatal("no worked example comes out as eligible")
	return nil
}

func profileOf(t testing.TB, test catalog.Test) eligibility.Profile {
	t.Helper()
	text, err := json.Marshal(test.Facts)
	if err != nil {
		t.Fatal(err)
	}
	profile, err := catalogtest.Vocabulary().ParseFacts(text)
	if err != nil {
		t.Fatal(err)
	}
	return profile
}

// dropTestsOutside makes the worked examples say what comes out now.
func dropTestsOutside(t testing.TB, b *bench, o *catalog.Offering) {
	t.Helper()
	rules, err := b.desk.Vocabulary.Compile(o.UncompiledRules())
	if err != nil {
		t.Fatal(err)
	}
	for i := range o.Tests {
		o.Tests[i].Outcome = catalog.TestOutcome(rules.Decide(profileOf(t, o.Tests[i])).Outcome)
	}
}

func (b *bench) effect(t testing.TB, d Draft) (e Effect) {
	t.Helper()
	b.Read(t, func(tx *data.Tx) (err error) {
		e, err = EffectOf(tx, b.desk, d)
		return err
	})
	return e
}

// TestRefused walks what no door lets through, each with its own message.
func TestRefused(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		for name, refused := range map[string]struct {
			change func(*catalog.Offering)
			key    string
			text   string
		}{
			"a red test":            {func(o *catalog.Offering) { o.Tests[0].Outcome = catalog.TestUnknown }, "tests[1].outcome", "expected unknown, got eligible"},
			"a missing translation": {func(o *catalog.Offering) { o.Summary.Es = "" }, "summary.es", "the Spanish text is missing"},
			"an uncited criterion":  {func(o *catalog.Offering) { o.Criteria[0].Citation = "" }, "criteria[1].citation", "say where the provider states this criterion"},
			"a rule that is none":   {func(o *catalog.Offering) { o.Criteria[0].Expr = "is_us_basd" }, "criteria[1].expr", "is_us_basd"},
			"an old review date":    {func(o *catalog.Offering) { o.CheckedOn, o.ReviewBy = "2025-01-01", "2025-06-01" }, "review_by", "the review was due"},
		} {
			t.Run(name, func(t *testing.T) {
				d := b.edited(t, ana, refused.change)
				err := b.try(t, b.act(d, ActSubmit, ana, ""))
				var missing *NotReady
				if !errors.As(err, &missing) {
					t.Fatalf("submit: %v", err)
				}
				found := slices.ContainsFunc(missing.Problems, func(p check.Problem) bool { return p.Key == refused.key && strings.Contains(p.Text, refused.text) })
				if !found {
					t.Errorf("problems %v", missing.Problems)
				}
				// The same through the door for files, and with the state forced.
				if err := b.try(t, func(tx *data.Tx) (Draft, error) {
					o, err := d.Offering()
					if err != nil {
						return d, err
					}
					return Publish(tx, b.desk, ana, luis, o)
				}); !errors.As(err, &missing) {
					t.Errorf("publish: %v", err)
				}
				if err := b.try(t, func(tx *data.Tx) (Draft, error) {
					if _, err := tx.Exec("UPDATE offering_draft SET state = 'in_review' WHERE id = $1", d.ID); err != nil {
						return d, err
					}
					return b.act(d, ActApprove, luis, "")(tx)
				}); !errors.As(err, &missing) {
					t.Errorf("approve: %v", err)
				}
				b.do(t, b.act(d, ActDiscard, ana, ""))
			})
		}
		if b.live(t, scan).Version != 1 || len(b.versions(t, scan)) != 1 {
			t.Error("something was published")
		}
	})
}

func TestSecondPerson(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		d := b.edited(t, ana, cheaper)
		expect := func(what, want string, act func(*data.Tx) (Draft, error)) {
			t.Helper()
			if got := code(b.try(t, act)); got != want {
				t.Errorf("%s: %s, want %s", what, got, want)
			}
		}
		expect("no manager submits", ":manager_only", b.act(d, ActSubmit, guest, ""))
		expect("the system acts", ":manager_only", b.act(d, ActSubmit, "system", ""))
		expect("a draft that nobody sent", ":not_sent", b.act(d, ActApprove, luis, ""))
		sent := b.do(t, b.act(d, ActSubmit, luis, "")) // Luis sends what Ana wrote
		expect("the writer approves", ":second_person", b.act(sent, ActApprove, ana, ""))
		expect("the sender approves", ":second_person_sent", b.act(sent, ActApprove, luis, ""))
		expect("no manager approves", ":manager_only", b.act(sent, ActApprove, guest, ""))
		expect("sent twice", ":act_state", b.act(sent, ActSubmit, ana, ""))
		expect("back without words", "words:required", b.act(sent, ActSendBack, olga, "  "))
		expect("too many words", "words:too_long", b.act(sent, ActSendBack, olga, strings.Repeat("x", WordsLength+1)))
		// A change takes the draft out of review: what is approved is what was read.
		changed := b.edited(t, olga, func(o *catalog.Offering) { o.MinutesToApply = 8 })
		if changed.State != catalog.StateDraft || changed.SentBy != "" || changed.WrittenBy != olga {
			t.Errorf("after a change in review: %+v", changed)
		}
		var stale *Stale
		if err := b.try(t, b.act(sent, ActApprove, olga, "")); !errors.As(err, &stale) || stale.Present.MustOffering(t).MinutesToApply != 8 || !errors.Is(err, data.ErrConflict) {
			t.Errorf("approval of a text that is gone: %v", err)
		}
		back := b.do(t, func(tx *data.Tx) (Draft, error) {
			d, err := b.act(changed, ActSubmit, olga, "")(tx)
			if err != nil {
				return d, err
			}
			return b.act(d, ActSendBack, ana, "Seven was right.")(tx)
		})
		if back.State != catalog.StateDraft || back.Reply != "Seven was right." {
			t.Errorf("sent back: %+v", back)
		}
		b.do(t, b.act(back, ActDiscard, olga, ""))
		expect("a closed draft", ":draft_over", b.act(back, ActSubmit, olga, ""))
		unchanged := b.edited(t, ana, func(*catalog.Offering) {})
		expect("nothing changed", ":nothing_changed", b.act(unchanged, ActSubmit, ana, ""))
	})
}

// MustOffering reads the text of a draft in a test.
func (d Draft) MustOffering(t testing.TB) *catalog.Offering {
	t.Helper()
	o, err := d.Offering()
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestTwoEditors(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		first := b.edited(t, ana, cheaper)
		b.do(t, func(tx *data.Tx) (Draft, error) { // Luis saves meanwhile
			o := first.MustOffering(t)
			o.DaysToDecide = 9
			return Save(tx, b.desk, first.ID, first.Revision, luis, o)
		})
		err := b.try(t, func(tx *data.Tx) (Draft, error) {
			o := first.MustOffering(t)
			o.DaysToDecide = 3
			return Save(tx, b.desk, first.ID, first.Revision, ana, o)
		})
		var stale *Stale
		if !errors.As(err, &stale) || stale.Present.WrittenBy != luis || stale.Present.MustOffering(t).DaysToDecide != 9 {
			t.Fatalf("saved over another text: %v", err)
		}
		b.Read(t, func(tx *data.Tx) error {
			mine, err := TextAt(tx, first.ID, first.Revision)
			if err == nil && (mine.Body != first.Body || mine.WrittenBy != ana) {
				t.Errorf("the text that was overwritten is gone: %+v", mine)
			}
			savings, err2 := Savings(tx, first.ID)
			if len(savings) != 3 || savings[0].By != luis || savings[2].Revision != 1 {
				t.Errorf("savings %+v", savings)
			}
			return errors.Join(err, err2)
		})
	})
}

func TestSchedule(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		scheduled := func(change func(*catalog.Offering), in int) Draft {
			d := b.edited(t, ana, change)
			d = b.do(t, func(tx *data.Tx) (Draft, error) {
				return Do(tx, b.desk, Request{DraftID: d.ID, Revision: d.Revision, Act: ActSubmit, Actor: ana, At: tx.Now.Add(hours(in))})
			})
			return b.do(t, b.act(d, ActApprove, luis, ""))
		}
		due := func() (count int) {
			b.Write(t, func(tx *data.Tx) (err error) {
				count, err = Due(tx, b.desk)
				return err
			})
			return count
		}
		d := b.edited(t, ana, cheaper)
		for _, gone := range []int{-24 * 365, 0} { // a slip in the year must not publish at once
			err := b.try(t, func(tx *data.Tx) (Draft, error) {
				return Do(tx, b.desk, Request{DraftID: d.ID, Revision: d.Revision, Act: ActSubmit, Actor: ana, At: tx.Now.Add(hours(gone))})
			})
			if refusals := data.Refusals(err); len(refusals) != 1 || refusals[0].Code != "date_past" || refusals[0].Field != "publish_at" {
				t.Errorf("a time that is over: %v", err)
			}
		}
		b.do(t, b.act(d, ActDiscard, ana, ""))
		d = scheduled(cheaper, 24)
		if d.State != catalog.StateScheduled || b.live(t, scan).Version != 1 {
			t.Fatalf("scheduled: %+v", d)
		}
		b.Advance(hours(23))
		if due() != 0 || b.live(t, scan).Version != 1 {
			t.Fatal("released before its time")
		}
		b.Advance(hours(1))
		if due() != 1 || b.live(t, scan).Version != 2 || due() != 0 {
			t.Fatal("not released at its time, or twice")
		}
		if versions := b.versions(t, scan); versions[0].ApprovedBy != luis || versions[0].WrittenBy != ana {
			t.Errorf("versions %+v", versions)
		}
		acts := b.acts(t, scan)
		if !slices.Equal(acts[len(acts)-2:], []string{"system publish", "system draft_release"}) {
			t.Errorf("record %q", acts)
		}
		// Its review date passes while it waits.
		d = scheduled(func(o *catalog.Offering) { o.MinutesToApply, o.ReviewBy = 9, "2026-11-26" }, 72)
		b.Advance(hours(96))
		if due() != 0 || b.live(t, scan).Version != 2 {
			t.Fatal("published although it is not ready")
		}
		b.Read(t, func(tx *data.Tx) (err error) {
			d, err = Find(tx, d.ID)
			return err
		})
		if d.State != catalog.StateDraft || !d.PublishAt.IsZero() || d.ApproveBy != "" {
			t.Errorf("stopped: %+v", d)
		}
		if mails := b.mails(t); !slices.Equal(mails[len(mails)-2:], []string{"listing_stopped ana@example.org", "listing_stopped luis@example.org"}) {
			t.Errorf("mails %q", mails)
		}
	})
}

// TestScheduleIsStopped: nothing goes live by the word of somebody who is no program manager any more, and a text that cannot be read keeps
// no other one from its time.
func TestScheduleIsStopped(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		scheduled := func(d Draft) Draft {
			d = b.do(t, func(tx *data.Tx) (Draft, error) {
				return Do(tx, b.desk, Request{DraftID: d.ID, Revision: d.Revision, Act: ActSubmit, Actor: ana, At: tx.Now.Add(hours(24))})
			})
			return b.do(t, b.act(d, ActApprove, luis, ""))
		}
		d := scheduled(b.edited(t, ana, cheaper))
		broken := scheduled(b.do(t, func(tx *data.Tx) (Draft, error) { return Clone(tx, b.desk, ana, scan, "a-first-one") }))
		b.Write(t, func(tx *data.Tx) error {
			_, err := tx.Exec("UPDATE offering_draft SET body = 'kind = \"unheard_of\"' WHERE id = $1", broken.ID)
			return err
		})
		b.Advance(hours(24))
		all := b.desk.Managers
		b.desk.Managers = func(tx *data.Tx) ([]Manager, error) {
			managers, err := all(tx)
			return slices.DeleteFunc(managers, func(m Manager) bool { return m.ID == luis }), err
		}
		due := func() (count int) {
			b.Write(t, func(tx *data.Tx) (err error) {
				count, err = Due(tx, b.desk)
				return err
			})
			return count
		}
		if due() != 0 || b.live(t, scan).Version != 1 {
			t.Fatal("published by the word of somebody who left")
		}
		b.Read(t, func(tx *data.Tx) error {
			for _, one := range []*Draft{&d, &broken} {
				found, err := Find(tx, one.ID)
				if err != nil {
					return err
				}
				if *one = found; one.State != catalog.StateDraft || one.ApproveBy != "" {
					t.Errorf("stopped: %+v", one)
				}
			}
			return nil
		})
		if mails := b.mails(t); !slices.Contains(mails, "listing_stopped ana@example.org") || slices.Contains(mails, "listing_stopped luis@example.org") {
			t.Errorf("mails %q", mails)
		}
		b.desk.Managers = all
		scheduled(d)
		b.Advance(hours(24))
		if due() != 1 || b.live(t, scan).Version != 2 {
			t.Error("approved again and not released")
		}
	})
}

func TestRetirement(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		d := b.do(t, func(tx *data.Tx) (Draft, error) { return BeginRetirement(tx, b.desk, ana, scan) })
		d = b.do(t, b.act(d, ActSubmit, ana, "The provider stopped."))
		if got := code(b.try(t, b.act(d, ActApprove, ana, ""))); got != ":second_person" {
			t.Errorf("alone: %s", got)
		}
		b.do(t, b.act(d, ActApprove, luis, ""))
		if b.live(t, scan) != nil {
			t.Fatal("still listed")
		}
		if versions := b.versions(t, scan); versions[0].Why != catalog.RetiredTakenOff || versions[0].Retired.IsZero() {
			t.Errorf("versions %+v", versions)
		}
		if got := b.try(t, func(tx *data.Tx) (Draft, error) { return Begin(tx, b.desk, ana, scan) }); !errors.Is(got, data.ErrNotFound) {
			t.Errorf("a draft of what is off the list: %v", got)
		}
		// It can come back, as its next version.
		var old *catalog.Offering
		for _, o := range files(t) {
			if o.Slug == scan {
				old = o
			}
		}
		b.do(t, func(tx *data.Tx) (Draft, error) { return Publish(tx, b.desk, ana, luis, old) })
		if p := b.live(t, scan); p == nil || p.Version != 2 {
			t.Errorf("back: %+v", p)
		}
	})
}

func TestCloneAndNew(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		d := b.do(t, func(tx *data.Tx) (Draft, error) { return Clone(tx, b.desk, ana, scan, "scanning-two") })
		if o := d.MustOffering(t); o.Slug != "scanning-two" || o.Title.En == "" || d.BasedOn != "" {
			t.Errorf("clone %+v", d)
		}
		if e := b.effect(t, d); !e.New {
			t.Error("the effect compares a new listing with an old one")
		}
		d = b.do(t, b.act(d, ActSubmit, ana, ""))
		b.do(t, b.act(d, ActApprove, olga, ""))
		if p := b.live(t, "scanning-two"); p == nil || p.Version != 1 {
			t.Errorf("new version %+v", p)
		}
		for slug, want := range map[string]string{"scanning-two": "slug:slug_taken", "Not A Slug": "slug:slug_shape", strings.Repeat("a", 61): "slug:slug_shape"} {
			if got := code(b.try(t, func(tx *data.Tx) (Draft, error) { return Clone(tx, b.desk, ana, scan, slug) })); got != want {
				t.Errorf("clone as %q: %s", slug, got)
			}
		}
		bare := b.do(t, func(tx *data.Tx) (Draft, error) { return New(tx, b.desk, ana, &catalog.Offering{Slug: "begun-today"}) })
		var missing *NotReady
		if err := b.try(t, b.act(bare, ActSubmit, ana, "")); !errors.As(err, &missing) || len(missing.Problems) < 10 {
			t.Errorf("an empty draft: %v", err)
		}
		if got := code(b.try(t, func(tx *data.Tx) (Draft, error) { return New(tx, b.desk, luis, &catalog.Offering{Slug: "begun-today"}) })); got != "slug:draft_open" {
			t.Errorf("a second draft: %s", got)
		}
		other := bare.MustOffering(t)
		other.Slug = "else"
		if got := code(b.try(t, func(tx *data.Tx) (Draft, error) { return Save(tx, b.desk, bare.ID, 1, ana, other) })); got != "slug:slug_fixed" {
			t.Errorf("another slug: %s", got)
		}
	})
}

func TestPause(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		draft := b.edited(t, luis, cheaper)
		draft = b.do(t, b.act(draft, ActSubmit, luis, ""))
		reason := catalog.Text{En: "The provider moves its office.", Es: "El proveedor cambia de oficina."}
		pause := func(actor string, br Break) error {
			return b.DB.Write(t.Context(), func(tx *data.Tx) error {
				_, err := Pause(tx, b.desk, actor, scan, br)
				return err
			})
		}
		if got := code(pause(guest, Break{Reason: reason})); got != ":manager_only" {
			t.Errorf("by a guest: %s", got)
		}
		if got := code(pause(ana, Break{Reason: catalog.Text{En: "Only English."}})); got != "reason_es:required" {
			t.Errorf("in one language: %s", got)
		}
		if got := code(pause(ana, Break{Reason: reason, Until: b.Now()})); got != "until:date_past" {
			t.Errorf("until now: %s", got)
		}
		if err := pause(ana, Break{Reason: reason, Until: b.Now().Add(hours(48))}); err != nil {
			t.Fatal(err)
		}
		p := b.live(t, scan)
		if p.Version != 2 || !p.PausedAt(b.Now()) || p.NextStep(b.Now(), false).Hindrance != catalog.HinderedPaused || p.MinutesToApply != 10 {
			t.Errorf("paused %+v", p.Offering)
		}
		if got := code(pause(ana, Break{Reason: reason})); got != ":paused_already" {
			t.Errorf("twice: %s", got)
		}
		// The draft that waited has the pause too, and waits no longer.
		b.Read(t, func(tx *data.Tx) (err error) {
			draft, err = Find(tx, draft.ID)
			return err
		})
		if o := draft.MustOffering(t); draft.State != catalog.StateDraft || draft.BasedOn != p.VersionID || draft.WrittenBy != luis || o.Pause.Reason != reason || o.MinutesToApply != 7 {
			t.Errorf("draft %+v", draft)
		}
		if mails := b.mails(t); !slices.Contains(mails, "listing_paused luis@example.org") || slices.Contains(mails, "listing_paused ana@example.org") {
			t.Errorf("mails %q", mails)
		}
		// A copy of it does not begin paused.
		clone := b.do(t, func(tx *data.Tx) (Draft, error) { return Clone(tx, b.desk, ana, scan, "not-paused") })
		if o := clone.MustOffering(t); o.Pause != (catalog.Pause{}) {
			t.Errorf("the copy has the pause %+v", o.Pause)
		}
		// To open again takes two.
		draft = b.do(t, func(tx *data.Tx) (Draft, error) { return Reopen(tx, b.desk, ana, scan) })
		draft = b.do(t, b.act(draft, ActSubmit, ana, ""))
		if got := code(b.try(t, b.act(draft, ActApprove, ana, ""))); got != ":second_person" {
			t.Errorf("reopened alone: %s", got)
		}
		b.do(t, b.act(draft, ActApprove, olga, ""))
		if p := b.live(t, scan); p.PausedAt(b.Now()) || p.Version != 3 || p.MinutesToApply != 7 {
			t.Errorf("reopened %+v", p)
		}
	})
}

func TestRenew(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		newer := files(t)
		for _, o := range newer {
			o.DaysToDecide++
		}
		b.published(t, cheaper) // somebody here edited the scanning program
		read := 0
		renew := func(digest string) (count int) {
			b.Write(t, func(tx *data.Tx) (err error) {
				made, err := Renew(tx, b.desk, digest, func() ([]*catalog.Offering, error) { read++; return newer, nil })
				count = len(made)
				return err
			})
			return count
		}
		if count := renew("one"); count != len(newer)-1 {
			t.Errorf("%d drafts of %d files", count, len(newer))
		}
		if count := renew("one"); count != 0 || read != 1 {
			t.Errorf("%d more drafts at the second start, files read %d times", count, read)
		}
		if count := renew("two"); count != 0 || read != 2 {
			t.Errorf("%d more drafts from the same texts, files read %d times", count, read)
		}
		var drafts []Draft
		b.Read(t, func(tx *data.Tx) (err error) {
			drafts, err = Drafts(tx)
			return err
		})
		d := drafts[0]
		if d.State != catalog.StateInReview || d.WrittenBy != "seed" {
			t.Fatalf("draft %+v", d)
		}
		before := b.live(t, d.Slug)
		b.do(t, b.act(d, ActApprove, ana, ""))
		if p := b.live(t, d.Slug); p.DaysToDecide != before.DaysToDecide+1 {
			t.Error("not published")
		}
		b.do(t, b.act(drafts[1], ActDiscard, ana, ""))
		if count := renew("three"); count != 0 {
			t.Errorf("what was discarded came back: %d", count)
		}
	})
}
