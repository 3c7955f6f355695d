package api_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/broker/account"
	"accessdesk/broker/record"
	"accessdesk/catalog"
	"accessdesk/catalog/offeringjson"
	"accessdesk/catalog/publishing"
	"accessdesk/data"
	"accessdesk/ui/web"
)

type draft struct {
	Slug, State, WrittenBy string
	Revision               int
	Ready                  bool
	Problems               []struct{ Pointer, Code, Detail string }
	Offering               map[string]any
	PublishAt              *time.Time `json:"publish_at"`
}

// text is the live text of an offering as JSON, changed.
func (d *desk) text(slug string, change func(map[string]any)) string {
	d.t.Helper()
	o, ok := d.snapshot().Find(slug)
	if !ok {
		d.t.Fatalf("no offering %s", slug)
	}
	var members map[string]any
	decoder := json.NewDecoder(strings.NewReader(string(offeringjson.Encode(o.Offering, true))))
	decoder.UseNumber()
	must(d.t, decoder.Decode(&members))
	change(members)
	text, err := json.Marshal(members)
	must(d.t, err)
	return string(text)
}

func longer(o map[string]any) {
	o["summary"] = map[string]any{"en": "A model for people who defend.", "es": "Un modelo para quienes defienden."}
}

// TestJourney: one person opens a draft, another asks for a change, it is written again, sent and approved; the text is live and kept.
func TestJourney(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		rosa, luis := d.key(d.rosa, "catalog:write"), d.key(d.luis, "catalog:read", "catalog:write")
		opened := d.ask("PUT", "/drafts/"+model, d.text(model, longer), "Authorization", rosa, "If-None-Match", "*").want(201)
		if opened.Header.Get("Location") != origin+"/api/v1/drafts/"+model {
			t.Errorf("Location %q", opened.Header.Get("Location"))
		}
		one := read[draft](opened)
		if one.State != "draft" || one.Revision != 1 || !one.Ready || one.Offering["owner"] == nil {
			t.Fatalf("%+v", one)
		}
		got := d.ask("GET", "/drafts/"+model, "", "Authorization", luis).want(200)
		if got.Header.Get("ETag") != opened.Header.Get("ETag") || string(got.body) != string(opened.body) {
			t.Errorf("read back as %s", got.body)
		}
		d.ask("GET", "/drafts/"+model, "", "Authorization", luis, "If-None-Match", got.Header.Get("ETag")).want(304)
		list := read[struct {
			Total  int
			Drafts []map[string]any
		}](d.ask("GET", "/drafts", "", "Authorization", luis).want(200))
		if list.Total != 1 || list.Drafts[0]["slug"] != model || list.Drafts[0]["written_by"] != "rosa@example.org" {
			t.Errorf("%v", list)
		}
		act := func(what, key, mark, body string) answer {
			return d.ask("POST", "/drafts/"+model+"/"+what, body, "Authorization", key, "If-Match", mark)
		}
		sent := act("submit", rosa, opened.Header.Get("ETag"), `{"words":"Shorter now."}`).want(200)
		if read[draft](sent).State != "in_review" {
			t.Errorf("%s", sent.body)
		}
		act("approve", rosa, sent.Header.Get("ETag"), "").refused(422, "refused", "second_person")
		act("approve", luis, opened.Header.Get("ETag"), "").refused(412, "precondition_failed")
		act("send-back", luis, sent.Header.Get("ETag"), "").refused(422, "refused", "#/words required")
		back := act("send-back", luis, sent.Header.Get("ETag"), `{"words":"Say who decides."}`).want(200)
		if read[map[string]any](back)["reply"] != "Say who decides." {
			t.Errorf("%s", back.body)
		}
		again := d.ask("PUT", "/drafts/"+model, d.text(model, func(o map[string]any) { longer(o); o["minutes_to_apply"] = 45 }), "Authorization", rosa, "If-Match", back.Header.Get("ETag")).want(200)
		sent = act("submit", rosa, again.Header.Get("ETag"), "").want(200)
		done := read[map[string]any](act("approve", luis, sent.Header.Get("ETag"), "{}").want(200))
		if done["state"] != "published" || done["version_id"] == "" {
			t.Errorf("%v", done)
		}
		live := read[map[string]any](d.ask("GET", "/offerings/"+model, "").want(200))
		if live["version"] != 2.0 || live["summary"] != "A model for people who defend." {
			t.Errorf("live is %v", live)
		}
		d.ask("GET", "/drafts/"+model, "", "Authorization", rosa).refused(404, "not_found")
		d.versions(luis)
	})
}

// versions holds that both versions are kept, with who wrote and who approved.
func (d *desk) versions(key string) {
	d.t.Helper()
	got := read[struct{ Versions []map[string]any }](d.ask("GET", "/offerings/"+model+"/versions", "", "Authorization", key).want(200)).Versions
	if len(got) != 2 || got[0]["state"] != "published" || got[0]["approved_by"] != "luis@example.org" || got[0]["written_by"] != "rosa@example.org" ||
		got[1]["state"] != "retired" || got[1]["why"] != "replaced" || got[1]["written_by"] != "seed" {
		d.t.Errorf("versions %v", got)
	}
	first := read[map[string]any](d.ask("GET", "/offerings/"+model+"/versions/1", "", "Authorization", key).want(200))
	if first["offering"].(map[string]any)["minutes_to_apply"] == 45.0 {
		d.t.Errorf("the first version changed: %v", first)
	}
	d.ask("GET", "/offerings/"+model+"/versions/3", "", "Authorization", key).refused(404, "not_found")
	d.ask("GET", "/offerings/"+model+"/versions/x", "", "Authorization", key).refused(404, "not_found")
	d.ask("GET", "/offerings/nothing/versions", "", "Authorization", key).refused(404, "not_found")
}

// TestNotReady: what keeps a draft from being published is refused with a code for each kind and its place.
func TestNotReady(t *testing.T) {
	d := open(t)
	key := d.key(d.rosa, "catalog:write")
	first := func(o map[string]any, list string) map[string]any { return o[list].([]any)[0].(map[string]any) }
	for name, c := range map[string]struct {
		change func(map[string]any)
		want   string
	}{
		"red test":            {func(o map[string]any) { first(o, "tests")["outcome"] = "unknown" }, "#/tests/0/outcome test_failed"},
		"missing translation": {func(o map[string]any) { o["title"] = map[string]any{"en": "Only English"} }, "#/title/es translation_missing"},
		"uncited criterion":   {func(o map[string]any) { delete(first(o, "criteria"), "citation") }, "#/criteria/0/citation citation_missing"},
		"a rule that is none": {func(o map[string]any) { first(o, "criteria")["expr"] = "sectr == 'health'" }, "#/criteria/0/expr rule_wrong"},
		"no tests":            {func(o map[string]any) { delete(o, "tests") }, "#/tests tests_missing"},
		"review overdue":      {func(o map[string]any) { o["checked_on"], o["review_by"] = "2026-01-01", "2026-02-01" }, "#/review_by review_due"},
		"no sources":          {func(o map[string]any) { delete(o, "sources") }, "#/sources missing"},
		"a bad address":       {func(o map[string]any) { o["provider"].(map[string]any)["url"] = "example" }, "#/provider/url invalid"},
	} {
		saved := d.ask("PUT", "/drafts/"+model, d.text(model, c.change), "Authorization", key, "If-None-Match", "*").want(201)
		one := read[draft](saved)
		var shown []string
		for _, p := range one.Problems {
			shown = append(shown, p.Pointer+" "+p.Code)
		}
		if one.Ready || !slices.Contains(shown, c.want) {
			t.Errorf("%s: %q, want %q", name, shown, c.want)
		}
		refused := d.ask("POST", "/drafts/"+model+"/submit", "", "Authorization", key, "If-Match", saved.Header.Get("ETag"))
		document := refused.refused(422, "not_ready", shown...)
		if len(document.Errors) == 0 || document.Errors[0].Detail != one.Problems[0].Detail {
			t.Errorf("%s: %s", name, refused.body)
		}
		d.ask("POST", "/drafts/"+model+"/discard", "", "Authorization", key, "If-Match", saved.Header.Get("ETag")).want(200)
	}
	if live := d.snapshot(); live.Revision != 1 {
		t.Errorf("the catalog moved: %d", live.Revision)
	}
}

// TestPutDraft goes through what a text may be refused for, and holds that nothing is stored then.
func TestPutDraft(t *testing.T) {
	d := open(t)
	key := d.key(d.rosa, "catalog:write")
	put := func(slug, body string, headers ...string) answer {
		return d.ask("PUT", "/drafts/"+slug, body, append([]string{"Authorization", key}, headers...)...)
	}
	put(model, `{}`).refused(428, "precondition_required")
	put(model, `{}`, "If-Match", `"x"`).refused(412, "precondition_failed")
	for body, want := range map[string][]string{
		`[]`:                                   {"# expected"},
		`{"sluug":1,"window":{"opens":"now"}}`: {"#/sluug offering_shape", "#/window/opens offering_shape"},
		`{"title":{"en":1},"title":{}}`:        {"#/title member_twice"},
		`{"tests":[{"facts":{"a":[1]}}]}`:      {"#/tests/0/facts/a/0 offering_shape"},
	} {
		put(model, body, "If-None-Match", "*").refused(400, "body", want...)
	}
	put(model, `{"slug":"other"}`, "If-None-Match", "*").refused(422, "refused", "#/slug slug_fixed")
	put("Not-A-Slug", `{}`, "If-None-Match", "*").refused(422, "refused", "#/slug slug_shape")
	put(model, `{"x":"`+strings.Repeat("x", 2*catalog.MaxFileSize)+`"}`, "If-None-Match", "*").refused(413, "too_large")
	put(model, `{}`, "If-None-Match", "*", "Content-Type", "").refused(415, "media_type")
	d.Read(t, func(tx *data.Tx) error {
		all, err := publishing.Drafts(tx)
		if len(all) != 0 {
			t.Errorf("%d drafts are stored", len(all))
		}
		return err
	})
	made := put("new-program", `{"title":{"en":"New","es":"Nuevo"}}`, "If-None-Match", "*").want(201)
	if one := read[draft](made); one.Ready || one.Offering["slug"] != "new-program" {
		t.Errorf("%+v", one)
	}
	put("new-program", `{}`, "If-None-Match", "*").refused(412, "precondition_failed")
	put("new-program", `{}`).refused(428, "precondition_required")
	mark := made.Header.Get("ETag")
	if now := put("new-program", `{}`, "If-Match", `"other"`); now.refused(412, "precondition_failed").Status == 412 && now.Header.Get("ETag") != mark {
		t.Errorf("412 names %q, the draft is %q", now.Header.Get("ETag"), mark)
	}
	same := put("new-program", `{"title":{"en":"New","es":"Nuevo"}}`, "If-Match", `"zzz", `+mark).want(200)
	if read[draft](same).Revision != 1 {
		t.Error("saving the same text makes a revision")
	}
	packed := put("new-program", `{"title":{"en":"Newer","es":"Nuevo"}}`, "If-Match", strings.TrimSuffix(mark, `"`)+`-gzip"`).want(200)
	if read[draft](packed).Revision != 2 {
		t.Errorf("%s", packed.body)
	}
	put("new-program", `{}`, "If-Match", mark).refused(412, "precondition_failed")
	put("new-program", `{}`, "If-Match", "*").want(200)
}

// TestSchedule: a draft with a time is approved and waits; the time is read strictly.
func TestSchedule(t *testing.T) {
	d := open(t)
	rosa, luis := d.key(d.rosa, "catalog:write"), d.key(d.luis, "catalog:write")
	mark := d.ask("PUT", "/drafts/"+model, d.text(model, longer), "Authorization", rosa, "If-None-Match", "*").want(201).Header.Get("ETag")
	submit := func(body string) answer {
		return d.ask("POST", "/drafts/"+model+"/submit", body, "Authorization", rosa, "If-Match", mark)
	}
	submit(`{"publish_at":"tomorrow"}`).refused(400, "body", "#/publish_at expected")
	submit(`{"publish_at":5}`).refused(400, "body", "#/publish_at expected")
	submit(`{"when":"x"}`).refused(400, "body", "#/when unknown_member")
	submit(`{"words":"`+strings.Repeat("á", 2001)+`"}`).refused(422, "refused", "#/words too_long")
	submit(`{"publish_at":"`+d.Now().Add(-365*24*time.Hour).Format(time.RFC3339)+`"}`).refused(422, "refused", "#/publish_at date_past")
	at := d.Now().Add(48 * time.Hour)
	mark = submit(`{"publish_at":"` + at.Format(time.RFC3339) + `"}`).want(200).Header.Get("ETag")
	d.ask("POST", "/drafts/"+model+"/submit", "", "Authorization", rosa, "If-Match", mark).refused(422, "refused", "act_state")
	approved := d.ask("POST", "/drafts/"+model+"/approve", "", "Authorization", luis, "If-Match", mark).want(200)
	if one := read[draft](approved); one.State != "scheduled" || !one.PublishAt.Equal(at) {
		t.Errorf("%s", approved.body)
	}
}

// TestLiveMoved: a draft whose offering was published by another door meanwhile is a conflict, and nothing is overwritten.
func TestLiveMoved(t *testing.T) {
	d := open(t)
	rosa, luis := d.key(d.rosa, "catalog:write"), d.key(d.luis, "catalog:write")
	mark := d.ask("PUT", "/drafts/"+model, d.text(model, longer), "Authorization", rosa, "If-None-Match", "*").want(201).Header.Get("ETag")
	mark = d.ask("POST", "/drafts/"+model+"/submit", "", "Authorization", rosa, "If-Match", mark).want(200).Header.Get("ETag")
	d.Write(t, func(tx *data.Tx) error {
		live, _ := d.snapshot().Find(model)
		changed := *live.Offering
		changed.MinutesToApply++
		_, err := catalog.Publish(tx, d.desk.Vocabulary, catalog.Release{Offering: &changed, BasedOn: live.VersionID, WrittenBy: d.luis.ID, ApprovedBy: d.luis.ID, Actor: d.luis.ID, Act: "publish"})
		return err
	})
	d.ask("POST", "/drafts/"+model+"/approve", "", "Authorization", luis, "If-Match", mark).refused(409, "conflict")
}

// TestIdempotency: the same request with the same key is done once and answered alike; another one with that key is refused.
func TestIdempotency(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		rosa, luis := d.key(d.rosa, "catalog:write"), d.key(d.luis, "catalog:write")
		put := func(key, name, body string) answer {
			return d.ask("PUT", "/drafts/new-program", body, "Authorization", key, "If-None-Match", "*", "Idempotency-Key", name)
		}
		const body = `{"title":{"en":"New","es":"Nuevo"}}`
		first := put(rosa, "a-1", body).want(201)
		again := put(rosa, "a-1", body).want(201)
		if string(first.body) != string(again.body) || again.Header.Get("ETag") != first.Header.Get("ETag") || again.Header.Get("Idempotency-Replayed") != "true" ||
			again.Header.Get("Location") != first.Header.Get("Location") || first.Header.Get("Idempotency-Replayed") != "" {
			t.Errorf("again: %v\n%s", again.Header, again.body)
		}
		put(rosa, "a-1", `{}`).refused(422, "idempotency_key")
		put(luis, "a-1", body).refused(412, "precondition_failed") // a key of his own
		put(rosa, "a-2", body).refused(412, "precondition_failed")
		put(rosa, "a-2", body).refused(412, "precondition_failed") // a refusal is not remembered
		put(rosa, strings.Repeat("x", 256), body).refused(400, "bad_request", "idempotency_key_shape")
		d.Advance(25 * time.Hour)
		put(rosa, "a-1", body).refused(412, "precondition_failed")
		d.Read(t, func(tx *data.Tx) error {
			all, err := publishing.DraftsOf(tx, "new-program")
			if len(all) != 1 {
				t.Errorf("%d drafts", len(all))
			}
			return err
		})
	})
}

// TestKeys: nothing but a key with the scope opens these routes, whatever the key, and who is let in is told nothing of why others are not.
func TestKeys(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		reads, writes := d.key(d.rosa, "catalog:read"), d.key(d.rosa, "catalog:write")
		ended := d.key(d.luis, "catalog:write")
		d.Write(t, func(tx *data.Tx) error { return account.SetDisabled(tx, d.luis.ID, true, record.Console) })
		wrong := map[string]string{"nothing": "", "another scheme": "Basic " + strings.TrimPrefix(writes, "Bearer "), "no scheme": strings.TrimPrefix(writes, "Bearer "),
			"made up": "Bearer accessdesk_key_" + strings.Repeat("a", 69), "of a closed account": ended}
		for _, route := range routes(d.site) {
			scope := route.Policy.Scope()
			if scope == "" {
				continue
			}
			path := strings.NewReplacer("/api/v1", "", ":slug", model, ":number", "1").Replace(route.Path)
			for name, header := range wrong {
				a := d.ask(route.Method, path, "", "Authorization", header)
				if a.refused(401, "unauthorized").Status == 401 && !strings.HasPrefix(a.Header.Get("WWW-Authenticate"), "Bearer") {
					t.Errorf("%s %s with %s: %v", route.Method, path, name, a.Header)
				}
			}
			a := d.ask(route.Method, path, "", "Authorization", reads)
			if scope == "catalog:write" {
				if a.refused(403, "forbidden").Status == 403 && !strings.Contains(a.Header.Get("WWW-Authenticate"), `scope="catalog:write"`) {
					t.Errorf("%s %s: %v", route.Method, path, a.Header)
				}
			} else if a.StatusCode == 401 || a.StatusCode == 403 {
				t.Errorf("%s %s: %d", route.Method, path, a.StatusCode)
			}
			if a := d.ask(route.Method, path, "", "Authorization", writes); a.StatusCode == 401 || a.StatusCode == 403 {
				t.Errorf("%s %s with the right key: %d", route.Method, path, a.StatusCode)
			}
		}
		if log := d.log.String(); strings.Contains(log, strings.TrimPrefix(writes, "Bearer ")[30:70]) || strings.Contains(log, "accessdesk_key_") {
			t.Error("a key stands in the log")
		}
		d.Read(t, func(tx *data.Tx) error {
			days, err := data.Rows(tx, data.Value[string], "SELECT used_on FROM api_key ORDER BY used_on")
			if fmt.Sprint(days) != "[ 2026-11-23 2026-11-23]" {
				t.Errorf("last used %q", days)
			}
			return err
		})
	})
}

// TestGuessing: wrong keys are counted by network, and the right one has to wait too.
func TestGuessing(t *testing.T) {
	d := open(t, func(c *web.Config) { c.Limits.SignIn = 3 })
	right := d.key(d.rosa, "catalog:read")
	for range 3 {
		d.ask("GET", "/drafts", "", "Authorization", "Bearer guess").refused(401, "unauthorized")
	}
	a := d.ask("GET", "/drafts", "", "Authorization", right)
	if a.refused(429, "too_many"); a.Header.Get("Retry-After") != "600" {
		t.Errorf("Retry-After %q", a.Header.Get("Retry-After"))
	}
	d.Advance(10 * time.Minute)
	d.ask("GET", "/drafts", "", "Authorization", right).want(200)
	for range 5 { // without a key nobody guesses
		d.ask("GET", "/drafts", "").refused(401, "unauthorized")
	}
	d.ask("GET", "/drafts", "", "Authorization", right).want(200)
}
