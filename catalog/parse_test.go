package catalog

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"accessdesk/eligibility"
)

func TestParseReadsEveryKey(t *testing.T) {
	o := parsed(t)
	if o.Slug != "pump-review" || o.Kind != KindAssessment || o.Status != StatusOpen || o.Cost != CostNoneListed {
		t.Errorf("head: %+v", o)
	}
	if o.CheckedOn != "2026-11-20" || o.ReviewBy != "2027-05-20" || o.Owner != "catalog@example.org" {
		t.Errorf("dates and owner: %q %q %q", o.CheckedOn, o.ReviewBy, o.Owner)
	}
	if want := time.Date(2026, 12, 1, 13, 0, 0, 0, time.UTC); !o.Window.Opens.Equal(want) || o.Window.Opens.Location() != time.UTC {
		t.Errorf("opens: %v", o.Window.Opens)
	}
	if o.Details.En != "The visit takes a day.\nYou get the list on the same day." {
		t.Errorf("details: %q", o.Details.En)
	}
	if len(o.Apply) != 2 || o.Apply[0].Steps[1].Es != "Espere una fecha." || o.Apply[0].NoReplyAfterDays != 14 {
		t.Errorf("apply: %+v", o.Apply)
	}
	if o.Criteria[0].MinEvidence != eligibility.Register || o.Criteria[1].MinEvidence != eligibility.Stated {
		t.Errorf("evidence: %v %v", o.Criteria[0].MinEvidence, o.Criteria[1].MinEvidence)
	}
	if o.Questions[0].Options[1] != (Option{Value: "no", Label: Text{En: "No", Es: "No"}}) {
		t.Errorf("options: %+v", o.Questions[0].Options)
	}
	if band := o.Tests[5].Facts["meters"].(map[string]any); band["over"] != int64(5000) || o.Tests[6].Facts["avg_los_hours"] != 96.0 {
		t.Errorf("facts: %+v", o.Tests)
	}
	if o.Sources[0].ReadOn != "2026-11-20" || !o.Sources[0].Primary {
		t.Errorf("sources: %+v", o.Sources)
	}
}

func TestParseRefuses(t *testing.T) {
	tests := []struct {
		name  string
		edits []string
		want  []string
	}{
		{"not TOML", []string{`kind = "assessment"`, `kind = "assessment`},
			[]string{`example.toml:3: kind: not TOML: strings cannot contain newlines`}},
		{"a key twice", []string{`kind = "assessment"`, "kind = \"tool\"\nkind = \"tool\""},
			[]string{`example.toml:4: kind: not TOML: Key 'kind' has already been defined.`}},
		{"unknown key", []string{`minutes_to_apply`, `minute_to_aply`},
			[]string{`example.toml:13: minute_to_aply: unknown key; did you mean "minutes_to_apply"?`}},
		{"key in capitals", []string{`kind =`, `Kind =`},
			[]string{`example.toml:3: Kind: unknown key; did you mean "kind"?`}},
		{"unknown key far from all", []string{`government = false`, `telegraph = false`},
			[]string{`example.toml:20: provider.telegraph: unknown key; known here are government, name, slug, url`}},
		{"unknown key in a later table", []string{`citation = "Notice 7, section 3"`, `citaton = "Notice 7, section 3"`},
			[]string{`example.toml:75: criteria[2].citaton: unknown key; did you mean "citation"?`}},
		{"unknown key in an inline table", []string{`es = "Espere una fecha."`, `sp = "Espere una fecha."`},
			[]string{`example.toml:54: apply[1].steps[2].sp: unknown key; known here are en, es`}},
		{"unknown language", []string{"[summary]\nen", "[summary]\nfr"},
			[]string{`example.toml:28: summary.fr: unknown key; known here are en, es`}},
		{"kind", []string{`kind = "assessment"`, `kind = "assesment"`},
			[]string{`example.toml:3: kind: "assesment" is not one of assessment, scanning, monitoring, protective_dns, domain, ` +
				`training, tool, information_sharing, incident_response, funding, workforce, ai_tool, model_access, guidance`}},
		{"status", []string{`status = "open"`, `status = "closed"`},
			[]string{`example.toml:4: status: "closed" is not one of open, by_invitation, waiting_list, announced, lapsed, ended, unverified`}},
		{"confidence", []string{`confidence = "seen"`, `confidence = "sure"`},
			[]string{`example.toml:8: confidence: "sure" is not one of seen, partly, known, uncertain`}},
		{"cost", []string{`cost = "none_listed"`, `cost = "free"`},
			[]string{`example.toml:12: cost: "free" is not one of none_listed, fee, match, discount, ask_provider`}},
		{"mode", []string{`mode = "in_app"`, `mode = "fax"`},
			[]string{`example.toml:59: apply[2].mode: "fax" is not one of in_app, web, email, phone, download, via_intermediary, invitation, none`}},
		{"evidence", []string{`min_evidence = "register"`, `min_evidence = "oath"`},
			[]string{`example.toml:65: criteria[1].min_evidence: "oath" is not one of stated, document, register, verified`}},
		{"evidence is no text", []string{`min_evidence = "register"`, `min_evidence = 2`},
			[]string{`example.toml:65: criteria[1].min_evidence: expected a text in quotes, found a whole number`}},
		{"question type", []string{`type = "text"`, `type = "essay"`},
			[]string{`example.toml:92: questions[2].type: "essay" is not one of text, long_text, choice, several, number, money, date, file, address, contact, cidr_list, statement`}},
		{"safeguard", []string{`"nondisclosure"]`, `"secrecy"]`},
			[]string{`example.toml:100: terms.safeguards[2]: "secrecy" is not one of confidentiality, cybersecurity, insider_risk, intellectual_property, use_restriction, nondisclosure`}},
		{"outcome", []string{`outcome = "ineligible"`, `outcome = "no"`},
			[]string{`example.toml:115: tests[2].outcome: "no" is not one of eligible, ineligible, unknown`}},
		{"text", []string{`slug = "pump-review"`, `slug = 7`},
			[]string{`example.toml:2: slug: expected a text in quotes, found a whole number`}},
		{"flag", []string{`criteria_published = true`, `criteria_published = "yes"`},
			[]string{`example.toml:7: criteria_published: expected true or false, found a text`}},
		{"number", []string{`seats = 60`, `seats = 60.5`},
			[]string{`example.toml:43: window.seats: expected a whole number, found a number with a point`}},
		{"negative number", []string{`days_to_decide = 30`, `days_to_decide = -30`},
			[]string{`example.toml:14: days_to_decide: expected a whole number from 0 to 1000000000, found -30`}},
		{"list", []string{`sectors = ["drinking_water", "wastewater", "electric"]`, `sectors = "electric"`},
			[]string{`example.toml:5: sectors: expected a list in [ ], found a text`}},
		{"table", []string{`helper = { name = "Regional line", phone = "+1-555-0100", url = "https://example.org/line" }`, `helper = true`},
			[]string{`example.toml:15: helper: expected a table ({ name = ..., phone = ..., url = ... }), found true or false`}},
		{"list item", []string{`"wastewater"`, `12`},
			[]string{`example.toml:5: sectors[2]: expected a text in quotes, found a whole number`}},
		{"date in quotes", []string{`checked_on = 2026-11-20`, `checked_on = "2026-11-20"`},
			[]string{`example.toml:9: checked_on: expected a date such as 2026-11-22 without quotes, found a text`}},
		{"date with a time", []string{`review_by = 2027-05-20`, `review_by = 2027-05-20T00:00:00Z`},
			[]string{`example.toml:10: review_by: expected a date such as 2026-11-22 without quotes, found a date and time`}},
		{"date of another age", []string{`review_by = 2027-05-20`, `review_by = 0027-05-20`},
			[]string{`example.toml:10: review_by: the year 27 is not between 1950 and 2200`}},
		{"instant without a zone", []string{`2026-12-01T08:00:00-05:00`, `2026-12-01T08:00:00`},
			[]string{`example.toml:40: window.opens: the time has no zone; write it with its offset, such as 2026-12-01T08:00:00-05:00`}},
		{"instant without a time", []string{`2027-01-31T17:00:00-05:00`, `2027-01-31`},
			[]string{`example.toml:41: window.closes: expected a date and time such as 2026-12-01T08:00:00-05:00 without quotes, found a date`}},
		{"instant without a date", []string{`2027-01-31T17:00:00-05:00`, `17:00:00`},
			[]string{`example.toml:41: window.closes: expected a date and time such as 2026-12-01T08:00:00-05:00 without quotes, found a time of day`}},
		{"instant of another age", []string{`2027-01-31T17:00:00-05:00`, `9027-01-31T17:00:00-05:00`},
			[]string{`example.toml:41: window.closes: the year 9027 is not between 1950 and 2200`}},
		{"control character", []string{`name = "Example Institute"`, `name = "Example\u0007Institute"`},
			[]string{`example.toml:19: provider.name: the text holds a control character; only line breaks and tabs are allowed`}},
		{"facts", []string{`facts = { sector = "electric", meters = 10000 }`, `facts = "none"`},
			[]string{`example.toml:118: tests[3].facts: expected a table such as { sector = "electric" }, found a text`}},
		{"fact that is a time", []string{`meters = 10000 }`, `meters = 2026-12-01T08:00:00Z }`},
			[]string{`example.toml:118: tests[3].facts.meters: expected a date such as 2026-11-22, found a date and time`}},
		{"fact that is no number", []string{`avg_los_hours = 96.0`, `avg_los_hours = nan`},
			[]string{`example.toml:134: tests[7].facts.avg_los_hours: expected a number, found NaN`}},
		{"fact with a list of numbers", []string{`additional_sectors = []`, `additional_sectors = ["health", 3]`},
			[]string{`example.toml:126: tests[5].facts.additional_sectors[2]: expected a text in quotes, found a whole number`}},
		{"band with a text", []string{`over = 5000`, `over = "5000"`},
			[]string{`example.toml:130: tests[6].facts.meters.over: expected a number, found a text`}},
		{"all at once, in the order of the file", []string{`slug = "pump-review"`, `slug = 7`, `cost = "none_listed"`, `cost = "gold"`, `renewable = true`, `renewed = true`},
			[]string{`example.toml:2: slug: expected a text in quotes, found a whole number`,
				`example.toml:12: cost: "gold" is not one of none_listed, fee, match, discount, ask_provider`,
				`example.toml:98: terms.renewed: unknown key; known here are access_steps, approvals, duration_days, named_users, renewable, renewal_days, safeguards`}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Parse("example.toml", []byte(changed(t, test.edits...)))
			if err == nil {
				t.Fatal("parsed")
			}
			sameLines(t, strings.Split(err.Error(), "\n"), test.want)
		})
	}
}

// Every value of the example carries its own line, found by looking for the text itself.
func TestParseKnowsTheLineOfEachKey(t *testing.T) {
	o := parsed(t)
	tests := []struct{ path, text string }{
		{"slug", `slug = "pump-review"`},
		{"helper", `helper =`},
		{"helper.url", `helper =`},
		{"provider", `[provider]`},
		{"provider.url", `url = "https://example.org"` + "\n"},
		{"details.en", `en = """`},
		{"details.es", `es = """`},
		{"window.opens", `opens =`},
		{"apply", `[[apply]]`},
		{"apply[1]", `[[apply]]`},
		{"apply[1].subject.es", `subject =`},
		{"apply[1].fields[2]", `fields =`},
		{"apply[1].documents[1].en", `documents =`},
		{"apply[1].steps", `steps = [`},
		{"apply[1].steps[1].en", `{ en = "Send`},
		{"apply[1].steps[2]", `{ en = "Wait`},
		{"apply[2].mode", `mode = "in_app"`},
		{"criteria[1].id", `id = "small"`},
		{"criteria[2].id", `id = "long-stay"`},
		{"criteria[2].expr", `expr = '''`},
		{"criteria[2].citation", `citation = "Notice 7, section 3"`},
		{"questions[1].options[2].label.es", `{ value = "no"`},
		{"questions[2].when", `when =`},
		{"terms.safeguards[2]", `safeguards =`},
		{"tests[2].facts.meters", `facts = { sector = "drinking_water", population_served = 10001`},
		{"tests[6].facts.meters.max", `facts = { sector = "electric", meters = { over`},
		{"sources[1].read_on", `read_on =`},
		{"criteria[2].remedy.en", "[[criteria]]\nid = \"long-stay\""}, // absent: the table around it
		{"nothing", "# An invented offering"},
	}
	for _, test := range tests {
		if got, want := o.places.Line(test.path), lineOf(t, test.text); got != want {
			t.Errorf("%s: line %d, want %d", test.path, got, want)
		}
	}
}

func TestParseErrorIsAFileError(t *testing.T) {
	_, err := Parse("example.toml", []byte(changed(t, `slug =`, `slog =`, `cost =`, `costs =`)))
	var first *FileError
	if !errors.As(err, &first) {
		t.Fatalf("no *FileError in %v", err)
	}
	want := FileError{File: "example.toml", Line: 2, Key: "slog", Problem: `unknown key; did you mean "slug"?`}
	if *first != want {
		t.Errorf("got %+v, want %+v", *first, want)
	}
}

func TestParseFileAsAWhole(t *testing.T) {
	big := "slug = \"" + strings.Repeat("a", MaxFileSize) + "\"\n"
	tests := []struct{ name, file, want string }{
		{"too large", big, `f.toml:1: the file has 262154 bytes; the most is 262144`},
		{"UTF-16", "\xff\xfes\x00l\x00", `f.toml:1: the file is UTF-16; save it as UTF-8`},
		{"not UTF-8", "slug = \"\xff\xff\"\n", `f.toml:1: slug: not TOML: invalid UTF-8 byte: 0xff`},
		{"NUL", "slug = \"a\x00b\"\n", `f.toml:1: slug: not TOML: TOML files cannot contain control characters: '0x00'`},
	}
	deep := `f.toml:2: tables and lists are nested more than 16 deep`
	for name, file := range map[string]string{
		"lists":           "\na = " + strings.Repeat("[", 100_000),
		"inline tables":   "\na = " + strings.Repeat("{a=", 60_000),
		"dotted keys":     "\na" + strings.Repeat(".a", 100_000) + " = 1",
		"table names":     "\n[a" + strings.Repeat(".a", 100_000) + "]",
		"under its table": "[a.a.a.a.a.a.a.a]\na.a.a.a.a.a.a.a.a = 1",
	} {
		tests = append(tests, struct{ name, file, want string }{name, file, deep})
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Parse("f.toml", []byte(test.file))
			if err == nil || err.Error() != test.want {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

func TestParseAcceptsFilesOfOtherEditors(t *testing.T) {
	want := string(Canonical(parsed(t)))
	for name, text := range map[string]string{
		"byte order mark":   "\ufeff" + example[strings.Index(example, "\n")+1:],
		"Windows line ends": strings.ReplaceAll(example, "\n", "\r\n"),
	} {
		o, err := Parse("example.toml", []byte(text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if got := string(Canonical(o)); got != want || !o.places.Has("slug") {
			t.Errorf("%s: reads as\n%s", name, got)
		}
	}
}

// The machine's own time zone must not move a calendar date.
func TestDatesDoNotSlip(t *testing.T) {
	before := time.Local
	t.Cleanup(func() { time.Local = before })
	for _, name := range []string{"Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		time.Local = zone
		if o := parsed(t); o.CheckedOn != "2026-11-20" || o.Sources[0].ReadOn != "2026-11-20" {
			t.Errorf("%s: %s %s", name, o.CheckedOn, o.Sources[0].ReadOn)
		}
	}
	if got := Date("2026-11-20").Time(); !got.Equal(time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("Time: %v", got)
	}
	if got := Date("").Time(); !got.IsZero() {
		t.Errorf("Time of no date: %v", got)
	}
}

func TestParseFiles(t *testing.T) {
	tree := fstest.MapFS{
		"catalog/b.toml":   {Data: []byte(changed(t, `slug = "pump-review"`, `slug = "b"`))},
		"catalog/a.toml":   {Data: []byte(example)},
		"catalog/note.txt": {Data: []byte("not an offering")},
	}
	all, err := ParseFiles(tree)
	if err != nil || len(all) != 2 || all[0].Slug != "pump-review" || all[1].Slug != "b" {
		t.Fatalf("got %v, %v", all, err)
	}
	tree["catalog/b.toml"] = &fstest.MapFile{Data: []byte("slog = 1\n")}
	tree["catalog/c.toml"] = &fstest.MapFile{Data: []byte("kind = 1\n")}
	_, err = ParseFiles(tree)
	if err == nil {
		t.Fatal("parsed")
	}
	sameLines(t, strings.Split(err.Error(), "\n"), []string{
		`b.toml:1: slog: unknown key; did you mean "slug"?`,
		`c.toml:1: kind: expected a text in quotes, found a whole number`,
	})
}

// FuzzParse: no file makes Parse panic or hang; what it accepts survives the canonical text unchanged; and each
// mistake stands at a line that the file has.
func FuzzParse(f *testing.F) {
	f.Add([]byte(example))
	f.Add([]byte(extended(f)))
	f.Add([]byte("[window]\nevery = 'month'\nopens = 2027-01-31T02:30:00-05:00\n[pause]\nreason = {}\n[[tiers]]\n[[tiers]]\nseats = 0"))
	f.Add([]byte("a.b.c = [[1, 2], { x = '''\ny''' }] # end"))
	f.Add([]byte("[[a]]\n[[a.b]]\n[a.b.c]\nd = \"\"\"\\\n  x\\u0041\"\"\"\"\n"))
	f.Add([]byte("[tests]\nfacts = {a = -0.0, b = 1e300, \"\" = \"\"}"))
	f.Add([]byte("[[tests]]\nfacts = {\"a b\" = [], c = {}}\n[[tests]]"))
	f.Fuzz(func(t *testing.T, file []byte) {
		o, err := Parse("f", file)
		if err != nil {
			lines := strings.Count(string(file), "\n") + 1
			var all FileErrors
			if !errors.As(err, &all) || len(all) == 0 {
				t.Fatalf("not FileErrors: %v", err)
			}
			for _, one := range all {
				if one.Line < 1 || one.Line > lines {
					t.Fatalf("line %d of %d: %v", one.Line, lines, one)
				}
			}
			return
		}
		text := Canonical(o)
		again, err := Parse("canonical", text)
		if err != nil {
			t.Fatalf("the canonical text does not parse: %v\n%s", err, text)
		}
		if second := Canonical(again); string(second) != string(text) {
			t.Fatalf("not stable:\n%s\nthen:\n%s", text, second)
		}
	})
}
