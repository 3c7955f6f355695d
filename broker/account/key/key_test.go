package key_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"accessdesk/broker/account"
	"accessdesk/broker/account/key"
	"accessdesk/broker/record"
	"accessdesk/data"
	"accessdesk/data/datatest"
)

const anywhere = "192.0.2.7"

// bench is a database with a program manager.
type bench struct {
	*datatest.Database
	t    *testing.T
	rosa account.Person
}

func each(t *testing.T, test func(*testing.T, *bench)) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := &bench{Database: db, t: t}
		b.rosa = b.person("rosa@example.org", account.ProgramManager)
		test(t, b)
	})
}

func (b *bench) person(email, role string) (p account.Person) {
	b.t.Helper()
	b.Write(b.t, func(tx *data.Tx) (err error) {
		p, _, err = account.AddPerson(tx, email, role, record.Console)
		return err
	})
	return p
}

// wish is what a good key is made from; change makes it another one.
func (b *bench) wish(change func(*key.Wish)) key.Wish {
	w := key.Wish{Name: "Nightly", Scopes: []string{"catalog:read"}, Expires: b.Now().AddDate(0, 1, 0)}
	if change != nil {
		change(&w)
	}
	return w
}

func (b *bench) make(change func(*key.Wish)) (k key.Key, text string) {
	b.t.Helper()
	b.Write(b.t, func(tx *data.Tx) (err error) {
		k, text, err = key.Make(tx, b.rosa, b.wish(change), record.Console)
		return err
	})
	return k, text
}

func (b *bench) open(text, caller string) (k key.Key, p account.Person, err error) {
	readErr := b.DB.Read(b.t.Context(), func(tx *data.Tx) error {
		k, p, err = key.Open(tx, text, caller)
		return err
	})
	if !errors.Is(readErr, err) {
		b.t.Fatal(readErr)
	}
	return k, p, err
}

func TestOpen(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		made, text := b.make(nil)
		if !regexp.MustCompile("^"+key.Pattern+"$").MatchString(text) || !strings.Contains(text, made.Handle) {
			t.Fatalf("the key is %q", text)
		}
		k, p, err := b.open(text, anywhere)
		if err != nil || k.ID != made.ID || p.Email != "rosa@example.org" || !k.May(key.ReadCatalog) || k.May(key.WriteCatalog) {
			t.Fatalf("%v %v %v", k, p, err)
		}
		_, other := b.make(nil)
		handle := len("accessdesk_key_") + 10
		for name, wrong := range map[string]string{
			"nothing": "", "a word": "secret", "another check": text[:len(text)-1] + swapped(text[len(text)-1]), "upper case": strings.ToUpper(text),
			"a blank": " " + text, "longer": text + "a", "two lines": text + "\n", "handle of another": key.Sealed(other[:handle] + text[handle:len(text)-7]),
			"unknown handle": key.Sealed("accessdesk_key_aaaaaaaaaa" + text[handle:len(text)-7]),
			"guessed secret": key.Sealed(text[:handle] + strings.Repeat("a", 52)),
		} {
			if _, _, err := b.open(wrong, anywhere); err != key.ErrNoKey {
				t.Errorf("%s: %v", name, err)
			}
		}
		for _, stored := range b.stored() {
			if strings.Contains(stored, text[handle:handle+52]) {
				t.Error("the secret is stored")
			}
		}
	})
}

func swapped(c byte) string {
	if c == 'a' {
		return "b"
	}
	return "a"
}

// stored is everything that the database keeps of keys.
func (b *bench) stored() (all []string) {
	b.t.Helper()
	b.Read(b.t, func(tx *data.Tx) error {
		keys, err := data.Rows(tx, data.Value[string], "SELECT id || handle || secret_hash || name || scopes || networks FROM api_key")
		if err != nil {
			return err
		}
		entries, err := data.Rows(tx, data.Value[string], "SELECT detail FROM record_entry WHERE chain = $1", record.Desk)
		all = append(keys, entries...)
		return err
	})
	return all
}

// TestEnds goes through everything that ends a key.
func TestEnds(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		change := func(f func(*data.Tx) error) func() { return func() { b.Write(t, f) } }
		for _, c := range []struct {
			name string
			end  func(k key.Key) func()
		}{
			{"its last day passed", func(k key.Key) func() { return func() { b.SetNow(k.Expires) } }},
			{"revoked by id", func(k key.Key) func() {
				return change(func(tx *data.Tx) error { _, err := key.Revoke(tx, k.ID, record.Console); return err })
			}},
			{"revoked by handle", func(k key.Key) func() {
				return change(func(tx *data.Tx) error { _, err := key.Revoke(tx, k.Handle, record.Console); return err })
			}},
			{"account closed", func(key.Key) func() {
				return change(func(tx *data.Tx) error { return account.SetDisabled(tx, b.rosa.ID, true, record.Console) })
			}},
			{"account closed and opened again", func(key.Key) func() {
				return change(func(tx *data.Tx) error {
					if err := account.SetDisabled(tx, b.rosa.ID, true, record.Console); err != nil {
						return err
					}
					return account.SetDisabled(tx, b.rosa.ID, false, record.Console)
				})
			}},
			{"another role", func(key.Key) func() {
				return change(func(tx *data.Tx) error {
					_, _, err := account.AddPerson(tx, b.rosa.Email, account.Auditor, record.Console)
					return err
				})
			}},
		} {
			b.rosa = b.person(strings.ReplaceAll(c.name, " ", "-")+"@example.org", account.ProgramManager)
			start := b.Now()
			k, text := b.make(nil)
			if _, _, err := b.open(text, anywhere); err != nil {
				t.Fatalf("%s: before: %v", c.name, err)
			}
			c.end(k)()
			if _, _, err := b.open(text, anywhere); err != key.ErrNoKey {
				t.Errorf("%s: %v", c.name, err)
			}
			b.SetNow(start)
		}
	})
}

func TestNetworks(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		_, text := b.make(func(w *key.Wish) { w.Networks = []string{"192.0.2.9/24", "2001:db8::/32", "198.51.100.4"} })
		for caller, opens := range map[string]bool{"192.0.2.255": true, "::ffff:192.0.2.1": true, "192.0.3.1": false, "198.51.100.4": true, "198.51.100.5": false,
			"2001:db8:1::1": true, "2001:db9::1": false, "": false, "nonsense": false, "fe80::1%eth0": false} {
			if _, _, err := b.open(text, caller); (err == nil) != opens {
				t.Errorf("from %q: %v", caller, err)
			}
		}
	})
}

func TestMakeRefuses(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for name, c := range map[string]struct {
			change      func(*key.Wish)
			field, code string
		}{
			"no name":         {func(w *key.Wish) { w.Name = "  " }, "name", "key_name"},
			"a long name":     {func(w *key.Wish) { w.Name = strings.Repeat("á", 81) }, "name", "key_name"},
			"a line break":    {func(w *key.Wish) { w.Name = "a\nb" }, "name", "key_name"},
			"no scope":        {func(w *key.Wish) { w.Scopes = nil }, "scope", "unknown_choice"},
			"unknown scope":   {func(w *key.Wish) { w.Scopes = []string{"catalog:read", "all"} }, "scope", "unknown_choice"},
			"no end":          {func(w *key.Wish) { w.Expires = time.Time{} }, "expires", "key_expiry"},
			"ended":           {func(w *key.Wish) { w.Expires = b.Now() }, "expires", "key_expiry"},
			"far end":         {func(w *key.Wish) { w.Expires = b.Now().Add(key.MaxLife + time.Second) }, "expires", "key_expiry"},
			"no network":      {func(w *key.Wish) { w.Networks = []string{"office"} }, "network", "key_network"},
			"mapped network":  {func(w *key.Wish) { w.Networks = []string{"::ffff:192.0.2.0/120"} }, "network", "key_network"},
			"a zone":          {func(w *key.Wish) { w.Networks = []string{"fe80::1%eth0"} }, "network", "key_network"},
			"many networks":   {func(w *key.Wish) { w.Networks = strings.Fields(strings.Repeat("192.0.2.1 ", 21)) }, "network", "key_network"},
			"to the last day": {func(w *key.Wish) { w.Expires = b.Now().Add(key.MaxLife) }, "", ""},
		} {
			var refusal *data.Refusal
			err := b.DB.Write(t.Context(), func(tx *data.Tx) error {
				_, _, err := key.Make(tx, b.rosa, b.wish(c.change), record.Console)
				return err
			})
			if c.code == "" && err == nil {
				continue
			}
			if !errors.As(err, &refusal) || refusal.Field != c.field || refusal.Code != c.code {
				t.Errorf("%s: %v", name, err)
			}
		}
		for _, role := range []string{account.Administrator, account.Auditor} {
			p := b.person(role+"@example.org", role)
			var refusal *data.Refusal
			err := b.DB.Write(t.Context(), func(tx *data.Tx) error { _, _, err := key.Make(tx, p, b.wish(nil), record.Console); return err })
			if !errors.As(err, &refusal) || refusal.Code != "key_person" {
				t.Errorf("for an %s: %v", role, err)
			}
		}
	})
}

func TestUsedAndListed(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		first, text := b.make(func(w *key.Wish) { w.Scopes = []string{"catalog:write", "catalog:read", "catalog:write"} })
		if len(first.Scopes) != 2 || !first.May(key.ReadCatalog) {
			t.Errorf("scopes %v", first.Scopes)
		}
		b.Advance(time.Hour)
		second, _ := b.make(nil)
		use := func() {
			k, _, err := b.open(text, anywhere)
			if err != nil {
				t.Fatal(err)
			}
			b.Write(t, func(tx *data.Tx) error { return key.Used(tx, k) })
		}
		use()
		b.Advance(24 * time.Hour)
		use()
		use()
		b.Read(t, func(tx *data.Tx) error {
			all, err := key.All(tx)
			if len(all) != 2 || all[0].ID != second.ID || all[1].UsedOn != "2026-11-24" || all[0].UsedOn != "" || !all[1].UsedToday(b.Now()) {
				t.Errorf("%+v", all)
			}
			return err
		})
		b.Write(t, func(tx *data.Tx) error { // twice is once
			if _, err := key.Revoke(tx, first.Handle, record.Console); err != nil {
				return err
			}
			_, err := key.Revoke(tx, first.ID, record.Console)
			return err
		})
		if err := b.DB.Write(t.Context(), func(tx *data.Tx) error { _, err := key.Revoke(tx, "nobody", record.Console); return err }); !errors.Is(err, data.ErrNotFound) {
			t.Errorf("revoke nothing: %v", err)
		}
		b.Read(t, func(tx *data.Tx) error {
			acts, err := data.Rows(tx, data.Value[string], "SELECT act FROM record_entry WHERE chain = $1 AND act LIKE 'key%' ORDER BY seq", record.Desk)
			if strings.Join(acts, " ") != "key_made key_made key_revoked" {
				t.Errorf("the record holds %v", acts)
			}
			return err
		})
	})
}

// FuzzOpen: whatever is sent as a key, the answer is "no" or the one key that there is.
func FuzzOpen(f *testing.F) {
	for _, seed := range []string{"", "accessdesk_key_", key.Sealed("accessdesk_key_aaaaaaaaaa" + strings.Repeat("b", 52)), "\x00", strings.Repeat("a", 10_000)} {
		f.Add(seed)
	}
	db := datatest.Open(f)
	f.Fuzz(func(t *testing.T, text string) {
		db.Read(t, func(tx *data.Tx) error {
			if _, _, err := key.Open(tx, text, anywhere); err != key.ErrNoKey {
				t.Errorf("%q opens: %v", text, err)
			}
			return nil
		})
	})
}
