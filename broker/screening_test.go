package broker

import (
	"context"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/catalog/catalogtest"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/eligibility"
	"accessdesk/notify"
)

// begin stores a fresh check.
func (b *bench) begin(t testing.TB, facts eligibility.Profile) Screening {
	t.Helper()
	s := Screening{Lang: "es", Facts: facts, Asked: map[eligibility.FactID]bool{"sector": true, "has_it_staff": true, "meters": false}}
	return b.keep(t, s)
}

func (b *bench) keep(t testing.TB, s Screening) Screening {
	t.Helper()
	b.Write(t, func(tx *data.Tx) (err error) {
		s, err = SaveScreening(tx, catalogtest.Vocabulary(), s)
		return err
	})
	return s
}

func (b *bench) screening(token string) (s Screening, err error) {
	err = b.DB.Read(context.Background(), func(tx *data.Tx) error {
		s, err = LoadScreening(tx, catalogtest.Vocabulary(), token)
		return err
	})
	return s, err
}

func TestScreeningComesBack(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		facts := fits()
		facts["employees_fte"] = eligibility.Between(eligibility.AtMost(25))
		facts["additional_sectors"] = eligibility.Set()
		facts["hospital_type"] = eligibility.String("cah").From(eligibility.Register, "cms-hospitals").On("2026-02-28")
		saved := b.keep(t, Screening{Lang: "es", Facts: facts, Operator: "ccn:000001", Kept: []eligibility.FactID{"meters", "has_ot", "meters"},
			Asked: map[eligibility.FactID]bool{"sector": true, "has_it_staff": true, "meters": false}})
		s, err := b.screening(saved.Token)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Facts["hospital_type"]; s.Operator != "ccn:000001" || !slices.Equal(s.Kept, []eligibility.FactID{"has_ot", "meters"}) || got.Evidence != eligibility.Register || got.Source != "cms-hospitals" || got.AsOf != "2026-02-28" {
			t.Errorf("operator %q, hospital type %+v", s.Operator, got)
		}
		if s.Lang != "es" || !maps.EqualFunc(s.Facts, facts, eligibility.Value.Equal) ||
			!maps.Equal(s.Asked, map[eligibility.FactID]bool{"sector": true, "has_it_staff": true}) {
			t.Errorf("%+v", s)
		}
		if n := b.count(t, "SELECT count(*) FROM screening WHERE token_hash = $1", saved.Token); n != 0 {
			t.Error("the token itself is stored")
		}
		for _, token := range []string{"", "guess", data.HashToken(saved.Token)} {
			_, err := b.screening(token)
			wantError(t, err, data.ErrNotFound)
		}
	})
}

// TestOlderScreening: a row from before values had sources reads as stated answers of no picked organization.
func TestOlderScreening(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		s := b.begin(t, fits())
		b.Write(t, func(tx *data.Tx) error {
			_, err := tx.Exec("UPDATE screening SET facts = $1", `{"meters":{"max":5000},"sector":"electric"}`)
			return err
		})
		s, err := b.screening(s.Token)
		if err != nil || s.Operator != "" || len(s.Facts) != 2 || !s.Facts["meters"].Equal(eligibility.Between(eligibility.AtMost(5000))) ||
			s.Facts["sector"].Evidence != eligibility.Stated || s.Facts["sector"].Source != "" {
			t.Errorf("%+v: %v", s, err)
		}
	})
}

// TestScreeningTime: 2 hours from the last answer, to the moment; looking does not lengthen it.
func TestScreeningTime(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		s := b.begin(t, fits())
		b.Advance(time.Hour)
		if _, err := b.screening(s.Token); err != nil {
			t.Fatal(err)
		}
		s.Facts["has_ot"] = eligibility.Bool(true)
		token := s.Token
		if s = b.keep(t, s); s.Token != token {
			t.Error("another answer made another check")
		}
		b.Advance(ScreeningTime - time.Millisecond)
		if _, err := b.screening(token); err != nil {
			t.Errorf("just before the end: %v", err)
		}
		b.Advance(time.Millisecond)
		_, err := b.screening(token)
		wantError(t, err, data.ErrNotFound)
		if s = b.keep(t, s); s.Token == token {
			t.Error("a check that is over came back to life")
		}
		if report := b.due(t); report.Purged != 1 {
			t.Errorf("%+v", report)
		}
		if _, err := b.screening(s.Token); err != nil {
			t.Errorf("the new one: %v", err)
		}
	})
}

// mailScreening asks for the link and gives the secret in the newest mail.
func (b *bench) mailScreening(t testing.TB, token, email string) error {
	t.Helper()
	return b.write(func(tx *data.Tx) error {
		_, err := MailScreening(tx, b.desk, token, email, "es", false)
		return err
	})
}

func TestMailScreening(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		s := b.begin(t, fits())
		wantRefusal(t, b.mailScreening(t, s.Token, "nobody"), "email", "invalid_email")
		wantError(t, b.mailScreening(t, "guess", "clerk@example.org"), data.ErrNotFound)
		if err := b.mailScreening(t, s.Token, " clerk@example.org "); err != nil {
			t.Fatal(err)
		}
		resume := b.secret(t)
		mail := b.resumeMails(t)[0]
		if mail.To != "clerk@example.org" || mail.Lang != "es" || strings.Contains(mail.Text+mail.HTML, resume) || !strings.Contains(mail.Text, "private-link-") {
			t.Errorf("%s to %s holds the secret, or no link at all", mail.Lang, mail.To)
		}
		b.keep(t, s) // one more answer does not cut the 30 days down to 2 hours
		b.Advance(ResumeTime - time.Millisecond)
		if _, err := b.screening(s.Token); err != nil {
			t.Errorf("kept for 30 days: %v", err)
		}
		var copied Screening
		b.Write(t, func(tx *data.Tx) (err error) {
			looked, err := LookScreening(tx, catalogtest.Vocabulary(), resume)
			if err != nil || looked.Token != "" || !maps.EqualFunc(looked.Facts, s.Facts, eligibility.Value.Equal) {
				t.Errorf("%v %+v", err, looked)
			}
			if copied, err = LookScreening(tx, catalogtest.Vocabulary(), resume); err == nil {
				copied, err = SaveScreening(tx, catalogtest.Vocabulary(), copied)
			}
			return err
		})
		if copied.Token == s.Token || copied.Token == resume {
			t.Error("another browser got the first one's token")
		}
		b.Advance(time.Millisecond)
		b.Read(t, func(tx *data.Tx) error {
			_, err := LookScreening(tx, catalogtest.Vocabulary(), resume)
			wantError(t, err, data.ErrNotFound)
			_, err = LookScreening(tx, catalogtest.Vocabulary(), "")
			wantError(t, err, data.ErrNotFound)
			return nil
		})
		if _, err := b.screening(copied.Token); err != nil {
			t.Errorf("the copy lives on its own: %v", err)
		}
	})
}

// TestResumeTokensOpenNothingElse: the mailed secret is no cookie, and the cookie is no mailed secret.
func TestResumeTokensOpenNothingElse(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		s := b.begin(t, fits())
		if err := b.mailScreening(t, s.Token, "clerk@example.org"); err != nil {
			t.Fatal(err)
		}
		_, err := b.screening(b.secret(t))
		wantError(t, err, data.ErrNotFound)
		b.Read(t, func(tx *data.Tx) error {
			_, err := LookScreening(tx, catalogtest.Vocabulary(), s.Token)
			wantError(t, err, data.ErrNotFound)
			return nil
		})
	})
}

// TestMailScreeningLimit: the answer stays the same, the mails do not go on.
func TestMailScreeningLimit(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		s := b.begin(t, fits())
		for i := range mailsPerDay + 3 {
			if err := b.mailScreening(t, s.Token, "clerk@example.org"); err != nil {
				t.Fatalf("ask %d: %v", i, err)
			}
			b.Advance(time.Minute)
		}
		if n := len(b.resumeMails(t)); n != mailsPerDay {
			t.Errorf("%d mails to one address", n)
		}
		if err := b.mailScreening(t, s.Token, "other@example.org"); err != nil || len(b.resumeMails(t)) != mailsPerDay+1 {
			t.Errorf("another address: %v", err)
		}
		b.Advance(24 * time.Hour)
		if err := b.mailScreening(t, s.Token, "clerk@example.org"); err != nil || len(b.resumeMails(t)) != mailsPerDay+2 {
			t.Errorf("the next day: %v", err)
		}
	})
}

// resumeMails lists the mails with links to a check, the oldest first.
func (b *bench) resumeMails(t testing.TB) []notify.Queued {
	t.Helper()
	var list []notify.Queued
	b.Read(t, func(tx *data.Tx) (err error) {
		list, err = data.Rows(tx, func(s data.Scanner) (q notify.Queued, err error) {
			return q, s.Scan(&q.To, &q.Lang, &q.Text, &q.HTML)
		}, "SELECT recipient, lang, body_text, body_html FROM outbox WHERE template = 'resume' ORDER BY queued_at")
		return err
	})
	return list
}

// secret delivers what is queued and gives the token in the newest resume link.
func (b *bench) secret(t testing.TB) string {
	t.Helper()
	folder := t.TempDir()
	if _, err := notify.Deliver(context.Background(), b.DB, b.desk.Mail, notify.Spool{Dir: folder}, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.eml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%v, %d mails", err, len(files))
	}
	for _, file := range slices.Backward(files) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		plain := strings.NewReplacer("=\r\n", "", "=\n", "", "=3D", "=").Replace(string(text)) // quoted-printable
		if _, rest, ok := strings.Cut(plain, "/check/resume?token="); ok {
			return rest[:52]
		}
	}
	t.Fatal("no link was delivered")
	return ""
}
