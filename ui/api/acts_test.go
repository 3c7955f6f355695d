package api_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/broker/record"
	"accessdesk/data"
)

type history struct {
	Pause *struct {
		Since  time.Time
		Until  *time.Time
		Reason map[string]string
	}
	Versions []struct {
		Number     int
		State, Why string
		WrittenBy  string `json:"written_by"`
		ApprovedBy string `json:"approved_by"`
	}
}

// on does an act on an offering, of the versions that mark names.
func (d *desk) on(slug, act, key, mark, body string, headers ...string) answer {
	d.t.Helper()
	return d.ask("POST", "/offerings/"+slug+"/"+act, body, append([]string{"Authorization", key, "If-Match", mark}, headers...)...)
}

// mark reads the ETag of the versions of an offering.
func (d *desk) mark(slug, key string) string {
	d.t.Helper()
	return d.ask("GET", "/offerings/"+slug+"/versions", "", "Authorization", key).want(200).Header.Get("ETag")
}

// through sends a draft that was begun and has it approved by another person.
func (d *desk) through(slug, writer, reviewer string, begun answer) {
	d.t.Helper()
	act := func(what, key, mark string) answer {
		return d.ask("POST", "/drafts/"+slug+"/"+what, "", "Authorization", key, "If-Match", mark)
	}
	sent := act("submit", writer, begun.Header.Get("ETag")).want(200)
	act("approve", writer, sent.Header.Get("ETag")).refused(422, "refused", "second_person")
	act("approve", reviewer, sent.Header.Get("ETag")).want(200)
}

// acts lists the acts that the record of an offering has, as "who act", without those of the seed.
func (d *desk) acts(slug string) (all []string) {
	d.t.Helper()
	d.Read(d.t, func(tx *data.Tx) error {
		entries, err := record.List(tx, record.OfferingChain(slug))
		for _, e := range entries {
			if name, ok := map[string]string{d.rosa.ID: "rosa", d.luis.ID: "luis"}[e.Actor]; ok {
				all = append(all, name+" "+e.Act)
			}
		}
		return err
	})
	return all
}

const paused = `{"reason":{"en":"We work through what came in.","es":"Estamos revisando lo que llegó."},"until":"2027-01-11T08:00:00-05:00"}`

// TestPauseAndReopen: one person pauses at once; opening again takes two; the record says the same as after the pages.
func TestPauseAndReopen(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		rosa, luis := d.key(d.rosa, "catalog:write"), d.key(d.luis, "catalog:write")
		before := d.mark(model, rosa)
		d.ask("GET", "/offerings/"+model+"/versions", "", "Authorization", luis, "If-None-Match", before).want(304)
		d.on(model, "reopen", rosa, before, "").refused(422, "refused", "not_paused")
		d.ask("GET", "/drafts/"+model, "", "Authorization", rosa).want(404) // nothing was begun

		after := d.on(model, "pause", rosa, before, paused).want(200)
		one := read[history](after)
		if one.Pause == nil || !one.Pause.Since.Equal(d.Now().Truncate(time.Second)) || !one.Pause.Until.Equal(time.Date(2027, 1, 11, 13, 0, 0, 0, time.UTC)) ||
			one.Pause.Reason["es"] != "Estamos revisando lo que llegó." || len(one.Versions) != 2 || one.Versions[0].WrittenBy != "rosa@example.org" ||
			one.Versions[0].ApprovedBy != "rosa@example.org" {
			t.Errorf("%s", after.body)
		}
		mark := after.Header.Get("ETag")
		if got := d.mark(model, luis); got != mark || mark == before {
			t.Errorf("ETag %s, then %s, before %s", mark, got, before)
		}
		if live := read[map[string]any](d.ask("GET", "/offerings/"+model, "").want(200)); live["open_now"] == true {
			t.Errorf("still open: %v", live)
		}
		d.on(model, "pause", luis, mark, paused).refused(422, "refused", "paused_already")
		d.on(model, "reopen", luis, before, "").refused(412, "precondition_failed")

		begun := d.on(model, "reopen", luis, mark, "{}").want(201)
		if o := read[draft](begun); begun.Header.Get("Location") != origin+"/api/v1/drafts/"+model || o.State != "draft" || o.Offering["pause"] != nil {
			t.Errorf("%s", begun.body)
		}
		d.on(model, "reopen", luis, mark, "").refused(422, "refused", "not_paused") // the draft has no pause any more
		d.through(model, luis, rosa, begun)
		open := read[history](d.ask("GET", "/offerings/"+model+"/versions", "", "Authorization", rosa).want(200))
		if open.Pause != nil || len(open.Versions) != 3 || open.Versions[0].ApprovedBy != "rosa@example.org" {
			t.Errorf("%+v", open)
		}
		if got := d.acts(model); !slices.Equal(got, []string{"rosa pause", "luis draft_begun", "luis draft_saved", "luis draft_submit", "rosa publish", "rosa draft_approve"}) {
			t.Errorf("record %q", got)
		}
	})
}

// TestPauseWithDraft: a draft in review gets the pause and has to be sent again; to reopen goes on with that draft.
func TestPauseWithDraft(t *testing.T) {
	d := open(t)
	rosa, luis := d.key(d.rosa, "catalog:write"), d.key(d.luis, "catalog:write")
	written := d.ask("PUT", "/drafts/"+model, d.text(model, longer), "Authorization", rosa, "If-None-Match", "*").want(201)
	sent := d.ask("POST", "/drafts/"+model+"/submit", "", "Authorization", rosa, "If-Match", written.Header.Get("ETag")).want(200)
	d.on(model, "pause", luis, "*", paused).want(200)
	d.ask("POST", "/drafts/"+model+"/approve", "", "Authorization", luis, "If-Match", sent.Header.Get("ETag")).refused(412, "precondition_failed")
	carried := read[draft](d.ask("GET", "/drafts/"+model, "", "Authorization", luis).want(200))
	if carried.State != "draft" || carried.Offering["pause"] == nil || carried.Offering["summary"].(map[string]any)["en"] != "A model for people who defend." {
		t.Errorf("%+v", carried)
	}
	again := d.on(model, "reopen", luis, d.mark(model, luis), "").want(200)
	if o := read[draft](again); again.Header.Get("Location") != "" || o.Offering["pause"] != nil || o.Revision != 3 {
		t.Errorf("%s", again.body)
	}
	d.on(model, "retire", luis, "*", "").refused(422, "refused", "draft_open")
}

// TestPauseRefused goes through what a pause may be refused for, each at its place in the body; nothing is paused.
func TestPauseRefused(t *testing.T) {
	d := open(t)
	key := d.key(d.rosa, "catalog:write")
	mark := d.mark(model, key)
	reason := func(en, es, more string) string {
		return `{"reason":{"en":"` + en + `","es":"` + es + `"}` + more + `}`
	}
	for body, want := range map[string][]string{
		"":                                {"422", "refused", "#/reason/en required", "#/reason/es required"},
		`{"reason":null}`:                 {"422", "refused", "#/reason/en required", "#/reason/es required"},
		`{"reason":{"en":"Until noon."}}`: {"422", "refused", "#/reason/es required"},
		reason(strings.Repeat("x", 301), "y", ""):           {"422", "refused", "#/reason/en too_long"},
		reason("a", "b", `,"until":"2020-01-01T00:00:00Z"`): {"422", "refused", "#/until date_past"},
		reason("We guarantee to be back.", "Volvemos.", ""): {"422", "not_ready", "#/reason/en invalid"},
		reason("The same words.", "The same words.", ""):    {"422", "not_ready", "#/reason/es translation_missing"},
		reason("a", "b", `,"until":"soon"`):                 {"400", "body", "#/until expected"},
		reason("a", "b", `,"since":"2026-12-01T00:00:00Z"`): {"400", "body", "#/since unknown_member"},
		`{"reason":"a"}`:        {"400", "body", "#/reason expected"},
		`{"reason":{"en":1}}`:   {"400", "body", "#/reason/en expected"},
		`{"reason":{"fr":"x"}}`: {"400", "body", "#/reason/fr unknown_member"},
		`[]`:                    {"400", "body", "# expected"},
	} {
		status := 422
		if want[0] == "400" {
			status = 400
		}
		d.on(model, "pause", key, mark, body).refused(status, want[1], want[2:]...)
	}
	d.on(model, "pause", key, mark, paused, "Content-Type", "text/plain").refused(415, "media_type")
	if got := d.mark(model, key); got != mark || d.snapshot().Revision != 1 {
		t.Errorf("the versions are %s, were %s", got, mark)
	}
}

// TestRetire: taking an offering off the list takes two people; what it was stays readable, and there is nothing to do with it any more.
func TestRetire(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		rosa, luis := d.key(d.rosa, "catalog:write"), d.key(d.luis, "catalog:write")
		mark := d.mark(model, rosa)
		begun := d.on(model, "retire", rosa, mark, "").want(201)
		if one := read[map[string]any](begun); one["kind"] != "retirement" || one["ready"] != true || begun.Header.Get("Location") != origin+"/api/v1/drafts/"+model {
			t.Errorf("%s", begun.body)
		}
		if same := d.on(model, "retire", luis, mark, "").want(200); same.Header.Get("ETag") != begun.Header.Get("ETag") {
			t.Errorf("another draft: %s", same.body)
		}
		d.ask("PUT", "/drafts/"+model, d.text(model, longer), "Authorization", luis, "If-Match", begun.Header.Get("ETag")).refused(422, "refused", "retirement_text")
		d.through(model, rosa, luis, begun)
		d.ask("GET", "/offerings/"+model, "").refused(404, "not_found")
		gone := read[history](d.ask("GET", "/offerings/"+model+"/versions", "", "Authorization", rosa).want(200))
		if len(gone.Versions) != 1 || gone.Versions[0].State != "retired" || gone.Versions[0].Why != "taken_off" {
			t.Errorf("%+v", gone)
		}
		for act, body := range map[string]string{"pause": paused, "reopen": "", "retire": "", "clone": `{"slug":"new-program"}`} {
			d.on(model, act, luis, "*", body).refused(404, "not_found")
		}
		if got := d.acts(model); !slices.Equal(got, []string{"rosa draft_begun", "rosa draft_submit", "luis retire", "luis draft_approve"}) {
			t.Errorf("record %q", got)
		}
	})
}

// TestClone: a copy is the draft of an offering of its own, whose name nobody else has or had.
func TestClone(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		rosa, luis := d.key(d.rosa, "catalog:write"), d.key(d.luis, "catalog:write")
		clone := func(key, slug string, headers ...string) answer {
			return d.on(model, "clone", key, "", `{"slug":"`+slug+`"}`, headers...)
		}
		made := clone(rosa, "new-program", "Idempotency-Key", "copy").want(201)
		one := read[draft](made)
		source := read[draft](d.on(model, "retire", rosa, "*", "").want(201))
		if one.Slug != "new-program" || made.Header.Get("Location") != origin+"/api/v1/drafts/new-program" || one.Offering["slug"] != "new-program" ||
			one.Offering["known_as"] != nil || one.Offering["title"].(map[string]any)["es"] != source.Offering["title"].(map[string]any)["es"] {
			t.Errorf("%s", made.body)
		}
		if again := clone(rosa, "new-program", "Idempotency-Key", "copy").want(201); again.Header.Get("Idempotency-Replayed") != "true" || string(again.body) != string(made.body) {
			t.Errorf("again: %s", again.body)
		}
		clone(luis, "new-program").refused(422, "refused", "#/slug slug_taken")
		clone(luis, model).refused(422, "refused", "#/slug slug_taken")
		clone(luis, "Not A Slug").refused(422, "refused", "#/slug slug_shape")
		clone(luis, "").refused(422, "refused", "#/slug slug_shape")
		d.on(model, "clone", luis, "", `{"slug":7}`).refused(400, "body", "#/slug expected")
		d.on(model, "clone", luis, "", `{"slug":"x","title":"y"}`).refused(400, "body", "#/title unknown_member")
		d.on("new-program", "clone", luis, "", `{"slug":"newer"}`).refused(404, "not_found") // a draft is no offering yet
		d.through("new-program", rosa, luis, made)
		if live := read[map[string]any](d.ask("GET", "/offerings/new-program", "").want(200)); live["version"] != 1.0 {
			t.Errorf("%v", live)
		}
	})
}

// TestActsRefused: without If-Match, with an old one, of an offering that is not there, with a key that only reads, nothing is done.
func TestActsRefused(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		writes, reads := d.key(d.rosa, "catalog:write"), d.key(d.luis, "catalog:read")
		for act, body := range map[string]string{"pause": paused, "reopen": "", "retire": "", "clone": `{"slug":"new-program"}`} {
			if act != "clone" {
				d.on(model, act, writes, "", body).refused(428, "precondition_required")
				old := d.on(model, act, writes, `"0123456789abcdef"`, body)
				if old.refused(412, "precondition_failed"); old.Header.Get("ETag") != d.mark(model, writes) {
					t.Errorf("%s: 412 names %q", act, old.Header.Get("ETag"))
				}
				d.on(model, act, writes, "*", `{"more":1}`).refused(400, "body", "#/more unknown_member")
			}
			d.on("nothing", act, writes, "*", body).refused(404, "not_found")
			d.on(model, act, reads, "*", body).refused(403, "forbidden")
			d.ask("POST", "/offerings/"+model+"/"+act+"?x=1", body, "Authorization", writes, "If-Match", "*").refused(400, "parameters", "x unknown_parameter")
		}
		if got := d.acts(model); len(got) != 0 || d.snapshot().Revision != 1 {
			t.Errorf("done all the same: %q", got)
		}
	})
}

// TestReaderLanguage: what keeps a draft from being published is said in the reader's language; codes, places and what If-Match names
// are the same in both.
func TestReaderLanguage(t *testing.T) {
	d := open(t)
	key := d.key(d.rosa, "catalog:write")
	d.ask("PUT", "/drafts/"+model, d.text(model, func(o map[string]any) {
		delete(o, "sources")
		o["tests"].([]any)[0].(map[string]any)["outcome"] = "unknown"
		delete(o["criteria"].([]any)[0].(map[string]any), "citation")
	}), "Authorization", key, "If-None-Match", "*").want(201)
	get := func(lang string, headers ...string) answer {
		return d.ask("GET", "/drafts/"+model, "", append([]string{"Authorization", key, "Accept-Language", lang}, headers...)...)
	}
	english, spanish := get("en-US").want(200), get("es-US,es;q=0.9").want(200)
	en, es := read[draft](english), read[draft](spanish)
	if len(en.Problems) < 3 || len(en.Problems) != len(es.Problems) || spanish.Header.Get("Content-Language") != "es" ||
		!strings.Contains(spanish.Header.Get("Vary"), "Accept-Language") || english.Header.Get("ETag") == spanish.Header.Get("ETag") {
		t.Fatalf("%v %s\n%v %s", english.Header, english.body, spanish.Header, spanish.body)
	}
	said := map[string]string{}
	for i, p := range es.Problems {
		if q := en.Problems[i]; q.Code != p.Code || q.Pointer != p.Pointer || q.Detail == p.Detail {
			t.Errorf("%+v in English, %+v in Spanish", q, p)
		}
		said[p.Code] = p.Detail
	}
	if said["missing"] != "Agregue al menos una fuente, con para qué y cuándo se leyó" {
		t.Errorf("%v", said)
	}
	get("es", "If-None-Match", spanish.Header.Get("ETag")).want(304)
	get("en", "If-None-Match", spanish.Header.Get("ETag")).want(200)
	submit := func(path string, headers ...string) answer {
		return d.ask("POST", "/drafts/"+model+path, "", append([]string{"Authorization", key}, headers...)...)
	}
	refused := submit("/submit", "If-Match", english.Header.Get("ETag"), "Accept-Language", "es").want(422)
	if document := read[struct{ Errors []struct{ Detail string } }](refused); len(document.Errors) != len(es.Problems) || document.Errors[0].Detail != es.Problems[0].Detail {
		t.Errorf("%s", refused.body)
	}
	if stood := submit("/discard", "If-Match", spanish.Header.Get("ETag")).want(200); !strings.HasSuffix(stood.Header.Get("ETag"), `-en"`) {
		t.Errorf("ETag %s", stood.Header.Get("ETag"))
	}
}
