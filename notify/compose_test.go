package notify

import (
	"errors"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode/utf8"

	"accessdesk/data"
	"accessdesk/data/golden"
	"accessdesk/data/locale"
)

func newYork(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func testConfig(t testing.TB) ComposerConfig {
	t.Helper()
	return ComposerConfig{
		Brand: "Cyber Access Desk", Operator: "Example Institute", PublicURL: "https://desk.example.org",
		From: "Cyber Access Desk <desk@example.org>", ReplyTo: "help@example.org", Zone: newYork(t),
		SealKey: [32]byte{1, 2, 3, 4},
	}
}

func composer(t testing.TB) *Composer {
	t.Helper()
	c, err := NewComposer(testConfig(t))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func compose(t testing.TB, c *Composer, lang, template string, args map[string]any) Composed {
	t.Helper()
	got, err := c.Compose(Message{Lang: lang, Template: template, Args: args})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestGoldenMails(t *testing.T) {
	c := composer(t)
	for _, template := range Templates() {
		for _, lang := range locale.Languages() {
			got := compose(t, c, lang, template, Sample(template, lang))
			golden.Check(t, "testdata/"+template+"."+lang+".txt", "Subject: "+got.Subject+"\n\n"+got.Text)
			golden.Check(t, "testdata/"+template+"."+lang+".html", got.HTML)
		}
	}
}

// TestMailShape holds what every mail must have, whatever its words are.
func TestMailShape(t *testing.T) {
	c := composer(t)
	for _, template := range Templates() {
		for _, lang := range locale.Languages() {
			for _, args := range []map[string]any{Sample(template, lang), samples(template, lang, false)} {
				checkShape(t, template, lang, compose(t, c, lang, template, args))
			}
		}
	}
}

var tag = regexp.MustCompile(`<[^>]*>`)

func checkShape(t *testing.T, template, lang string, m Composed) {
	t.Helper()
	name, links := template+" "+lang, 1
	if specs[template].about.Optional() {
		links = 2 // the action, and the stop link
	}
	if n := utf8.RuneCountInString(m.Subject); n > 60 || n < 10 {
		t.Errorf("%s: subject of %d characters: %s", name, n, m.Subject)
	}
	for _, bad := range []string{"Cyber Access Desk", "\n", "\r"} {
		if strings.Contains(m.Subject, bad) {
			t.Errorf("%s: %q in the subject %q", name, bad, m.Subject)
		}
	}
	for _, bad := range []string{"<no value>", "%!", "map[", "private-", "_what", "_do", "_next", "_button", "<nil>", "\n\n\n", " \n", "ZgotmplZ"} {
		if strings.Contains(m.Text, bad) || strings.Contains(m.HTML, bad) {
			t.Errorf("%s: %q in the mail:\n%s", name, bad, m.Text)
		}
	}
	for _, needed := range []string{"help@example.org", "Example Institute", "https://desk.example.org"} {
		if !strings.Contains(m.Text, needed) || !strings.Contains(m.HTML, needed) {
			t.Errorf("%s: %q is missing", name, needed)
		}
	}
	if n := strings.Count(m.HTML, "<a "); n != links {
		t.Errorf("%s: %d links in the HTML, want %d", name, n, links)
	}
	if stops := strings.HasSuffix(m.Text, "]\n"); stops != (links == 2) {
		t.Errorf("%s: the text ends with a stop link: %v", name, stops)
	}
	for _, bad := range []string{"<img", "<script", "<style", "<link", "http-equiv", "url("} {
		if strings.Contains(m.HTML, bad) {
			t.Errorf("%s: %s in the HTML", name, bad)
		}
	}
	if len(m.HTML) > 8_000 {
		t.Errorf("%s: %d bytes of HTML", name, len(m.HTML))
	}
	checkSameWords(t, name, m)
}

// checkSameWords holds that text and HTML say the same: every line of the text stands in the HTML.
func checkSameWords(t *testing.T, name string, m Composed) {
	t.Helper()
	flat := strings.NewReplacer("&#39;", "'", "&#34;", `"`, "&amp;", "&", "&lt;", "<", "&gt;", ">", "&#43;", "+", "\n", " ").Replace(tag.ReplaceAllString(m.HTML, ""))
	for line := range strings.SplitSeq(m.Text, "\n") {
		line = strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(line, "- "), "> "))
		line = strings.TrimSuffix(line, ":")
		if line == "[private link]" || line == "[enlace privado]" { // the stop link is behind its words in the HTML
			continue
		}
		if line != "--" && !strings.Contains(flat, line) {
			t.Errorf("%s: the HTML does not say %q", name, line)
		}
	}
}

func TestGovernmentLineAndOperator(t *testing.T) {
	for _, c := range []struct {
		change        func(*ComposerConfig)
		has, has2, no string
	}{
		{func(*ComposerConfig) {}, "Cyber Access Desk is run by Example Institute. It is not a government site.", "", "sent you"},
		{func(k *ComposerConfig) { k.Government = true }, "Cyber Access Desk is run by Example Institute.", "", "government"},
		{func(k *ComposerConfig) { k.Operator = "" }, "Cyber Access Desk sent you this email. It is not a government site.", "approved by Cyber Access Desk.", "run by"},
	} {
		config := testConfig(t)
		c.change(&config)
		composer, err := NewComposer(config)
		if err != nil {
			t.Fatal(err)
		}
		got := compose(t, composer, "en", "approved", samples("approved", "en", false))
		if !strings.Contains(got.Text, c.has) || !strings.Contains(got.Text, c.has2) || strings.Contains(got.Text, c.no) {
			t.Errorf("want %q and no %q in:\n%s", c.has, c.no, got.Text)
		}
	}
}

func TestLongNamesAreCutInSubjects(t *testing.T) {
	c := composer(t)
	args := Sample("approved", "en")
	args["Program"] = "Joint regional exercise and incident response retainer for small water systems"
	for lang, want := range map[string]string{
		"en": "Approved: Joint regional exercise and incident response ret…",
		"es": "Aprobada: Joint regional exercise and incident response ret…",
	} {
		got := compose(t, c, lang, "approved", args)
		if got.Subject != want {
			t.Errorf("subject %q", got.Subject)
		}
		if !strings.Contains(got.Text, args["Program"].(string)) {
			t.Error("the body must have the whole name")
		}
	}
}

func TestPrivateValuesAreNotShown(t *testing.T) {
	c := composer(t)
	args := map[string]any{"Link": PrivateLink("https://desk.example.org/signin/link?token=abc123&x='<"), "Code": "K7M-2QX"}
	if _, err := c.Compose(Message{Lang: "en", Template: "sign_in", Args: args}); err == nil {
		t.Fatal("a link with quotes must be refused")
	}
	args["Link"] = PrivateLink("https://desk.example.org/signin/link?token=abc123&next=%2Fhome")
	for lang, words := range map[string][]string{"en": {"[private link]", "[private code]"}, "es": {"[enlace privado]", "[código privado]"}} {
		got := compose(t, c, lang, "sign_in", args)
		for _, form := range []string{got.Text, got.HTML} {
			if strings.Contains(form, "abc123") || strings.Contains(form, "K7M") {
				t.Errorf("%s: a secret is shown:\n%s", lang, form)
			}
			for _, word := range words {
				if !strings.Contains(form, word) {
					t.Errorf("%s: no %s", lang, word)
				}
			}
		}
		if !strings.Contains(got.HTML, `<a href="#"`) {
			t.Errorf("%s: the button of a preview must lead nowhere", lang)
		}
	}
	page := samples("withdrawn", "en", false)
	page["Link"] = PrivateLink("/resume/zzz9")
	if got := compose(t, c, "en", "withdrawn", page); strings.Contains(got.Text+got.HTML, "zzz9") {
		t.Error("a PrivateLink is private in every template")
	}
}

func TestLinks(t *testing.T) {
	c := composer(t)
	for given, want := range map[string]string{
		"/applications/1":                       "https://desk.example.org/applications/1?lang=es",
		"/p?a=1":                                "https://desk.example.org/p?a=1&lang=es",
		"/p?lang=en":                            "https://desk.example.org/p?lang=en",
		"/p#row-3":                              "https://desk.example.org/p?lang=es#row-3",
		"https://desk.example.org":              "https://desk.example.org?lang=es",
		"https://desk.example.org/x":            "https://desk.example.org/x?lang=es",
		"https://desk.example.org.evil.test/x":  "",
		"https://desk.example.org@evil.test/x":  "",
		"http://desk.example.org/x":             "",
		"//evil.test/x":                         "",
		"javascript:alert(1)":                   "",
		"x":                                     "",
		"/x y":                                  "",
		"/x\r\nBcc: a@example.org":              "",
		"/x\"onclick=":                          "",
		"https://desk.example.org/%zz":          "",
		"/signin\u2028https://evil.test/signin": "",
	} {
		got, err := c.link(given, "es")
		if (err != nil) != (want == "") || got != want {
			t.Errorf("%q: got %q, %v, want %q", given, got, err, want)
		}
	}
}

func TestArgumentsAreChecked(t *testing.T) {
	c := composer(t)
	change := func(name string, value any) map[string]any {
		args := Sample("question_asked", "en")
		args[name] = value
		return args
	}
	without := Sample("question_asked", "en")
	delete(without, "Program")
	for name, m := range map[string]Message{
		"unknown template":     {Template: "nothing", Args: nil},
		"path as template":     {Template: "../mail", Args: nil},
		"missing":              {Template: "question_asked", Args: without},
		"unknown":              {Template: "question_asked", Args: change("Answer", "secret")},
		"empty":                {Template: "question_asked", Args: change("Organization", "  ")},
		"type":                 {Template: "question_asked", Args: change("Organization", 7)},
		"string for a time":    {Template: "question_asked", Args: change("AnswerBy", "tomorrow")},
		"time for a string":    {Template: "question_asked", Args: change("Program", sampleNow)},
		"list for a string":    {Template: "question_asked", Args: change("Program", []string{"a"})},
		"link for a line":      {Template: "question_asked", Args: change("Program", PrivateLink("/x"))},
		"newline":              {Template: "question_asked", Args: change("Organization", "Cedar\r\nBcc: all@example.org")},
		"lone newline":         {Template: "question_asked", Args: change("Reference", "CAD\nX: y")},
		"null byte":            {Template: "question_asked", Args: change("Program", "a\x00b")},
		"line separator":       {Template: "question_asked", Args: change("Program", "a\u2028b")},
		"not UTF-8":            {Template: "question_asked", Args: change("Program", "a\xffb")},
		"foreign link":         {Template: "question_asked", Args: change("Link", "https://evil.test/")},
		"newline in a code":    {Template: "sign_in", Args: map[string]any{"Link": "/x", "Code": "12\n34"}},
		"zero time":            {Template: "withdrawn", Args: map[string]any{"Organization": "A", "Reference": "R", "Program": "P", "Link": "/x", "WithdrawnAt": time.Time{}}},
		"negative number":      {Template: "sign_in", Args: map[string]any{"Link": "/x", "Minutes": -1}},
		"newline in a list":    {Template: "submitted", Args: map[string]any{"Organization": "A", "Reference": "R", "Link": "/x", "SubmittedAt": sampleNow, "Programs": []string{"a\nb"}}},
		"empty list":           {Template: "submitted", Args: map[string]any{"Organization": "A", "Reference": "R", "Link": "/x", "SubmittedAt": sampleNow, "Programs": []string{}}},
		"a list without limit": {Template: "submitted", Args: map[string]any{"Organization": "A", "Reference": "R", "Link": "/x", "SubmittedAt": sampleNow, "Programs": slices.Repeat([]string{"a"}, 51)}},
	} {
		if got, err := c.Compose(m); err == nil {
			t.Errorf("%s: composed %q", name, got.Subject)
		}
	}
}

// TestUsersWordsAreData holds that nothing a person typed becomes a template, markup or a new line of our own.
func TestUsersWordsAreData(t *testing.T) {
	c := composer(t)
	args := Sample("question_asked", "en")
	args["Organization"] = `<script>alert("x")</script>{{.Link}} ` + "\u202egpj.exe"
	args["Question"] = "First line {{.Brand}}\r\n\r\n<b>bold</b> & more\x07\u2028last" + strings.Repeat(" x", 3000)
	got := compose(t, c, "en", "question_asked", args)
	for _, bad := range []string{"<script", "<b>", "\u202e", "\x07"} {
		if strings.Contains(got.HTML, bad) {
			t.Errorf("%q in the HTML", bad)
		}
	}
	for _, want := range []string{`Hello <script>alert("x")</script>{{.Link}} gpj.exe,`, "> First line {{.Brand}}\n>\n> <b>bold</b> & more\n> last x", "…"} {
		if !strings.Contains(got.Text, want) {
			t.Errorf("%q is not in the text:\n%s", want, got.Text)
		}
	}
	if len(got.Text) > 4000 {
		t.Errorf("text of %d bytes: the question was not cut", len(got.Text))
	}
}

func TestTimesAreThoseOfTheSite(t *testing.T) {
	c := composer(t)
	args := samples("grant_ends_soon", "en", false)
	args["Ends"] = time.Date(2026, 12, 19, 4, 30, 0, 0, time.UTC)
	args["Days"] = 1
	en, es := compose(t, c, "en", "grant_ends_soon", args), compose(t, c, "es", "grant_ends_soon", args)
	if en.Subject != "Your access ends on December 18, 2026" || es.Subject != "Su acceso termina el 18 de diciembre de 2026" {
		t.Errorf("subjects %q, %q", en.Subject, es.Subject)
	}
	if !strings.Contains(en.Text, "ends in 1 day, on December 18, 2026, 11:30 p.m. EST.") ||
		!strings.Contains(es.Text, "termina en 1 día, el 18 de diciembre de 2026, 11:30 p. m. EST.") {
		t.Errorf("texts:\n%s\n%s", en.Text, es.Text)
	}
}

func TestUnknownLanguageIsEnglish(t *testing.T) {
	c := composer(t)
	if got := compose(t, c, "fr", "resume", Sample("resume", "en")); !strings.Contains(got.Text, "Hello,") || !strings.Contains(got.Text, "[private link]") {
		t.Errorf("got:\n%s", got.Text)
	}
}

func TestConfigurationIsChecked(t *testing.T) {
	for name, change := range map[string]func(*ComposerConfig){
		"no brand":         func(k *ComposerConfig) { k.Brand = " " },
		"brand lines":      func(k *ComposerConfig) { k.Brand = "A\nB" },
		"operator lines":   func(k *ComposerConfig) { k.Operator = "A\r\nB" },
		"relative URL":     func(k *ComposerConfig) { k.PublicURL = "/desk" },
		"URL with query":   func(k *ComposerConfig) { k.PublicURL = "https://desk.example.org/?a=1" },
		"URL with user":    func(k *ComposerConfig) { k.PublicURL = "https://a@desk.example.org" },
		"no sender":        func(k *ComposerConfig) { k.From = "" },
		"sender injection": func(k *ComposerConfig) { k.From = "Desk\r\nBcc: a@example.org <desk@example.org>" },
		"sender address":   func(k *ComposerConfig) { k.From = "Desk <desk@-example>" },
		"reply address":    func(k *ComposerConfig) { k.ReplyTo = "Help <help@example.org>" },
		"no key":           func(k *ComposerConfig) { k.SealKey = [32]byte{} },
	} {
		config := testConfig(t)
		change(&config)
		if _, err := NewComposer(config); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	config := testConfig(t)
	config.From, config.ReplyTo, config.PublicURL, config.Zone = "desk@localhost", "desk@localhost", "http://127.0.0.1:8080/", nil
	if _, err := NewComposer(config); err != nil {
		t.Errorf("the defaults of a local program: %v", err)
	}
}

func TestBrokenTemplateStopsTheStart(t *testing.T) {
	for name, broken := range map[string]string{
		"field":    `{{template "top" .}}{{.Nowhere}}{{template "bottom" .}}`,
		"text":     `{{template "para" (t "no_such_text")}}`,
		"value":    `{{template "para" (t "withdrawn_what" "Program" .Program)}}`,
		"block":    `{{template "nothing" .}}`,
		"syntax":   `{{if}}`,
		"function": `{{nothing}}`,
	} {
		files := fstest.MapFS{}
		names, err := fs.Glob(templateFiles, "templates/*")
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range names {
			text, err := fs.ReadFile(templateFiles, path)
			if err != nil {
				t.Fatal(err)
			}
			files[path] = &fstest.MapFile{Data: text}
		}
		files["templates/withdrawn.tmpl"] = &fstest.MapFile{Data: []byte(broken)}
		c, err := newComposer(testConfig(t), files)
		if err == nil {
			err = c.Rehearse()
		}
		if err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestTemplatesAndSpecsAgree(t *testing.T) {
	names, err := fs.Glob(templateFiles, "templates/*.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, path := range names {
		files = append(files, strings.TrimSuffix(filepath.Base(path), ".tmpl"))
	}
	slices.Sort(files)
	if !slices.Equal(files, Templates()) || len(files) < 14 {
		t.Errorf("files %q, templates %q", files, Templates())
	}
	for name, s := range specs {
		secrets := map[kind]int{}
		for _, p := range s.params {
			secrets[p.kind]++
		}
		if secrets[privateArg]+secrets[addressArg] != 1 || secrets[codeArg] > 1 {
			t.Errorf("%s: one link and at most one code have a marker", name)
		}
	}
}

func TestAddress(t *testing.T) {
	for given, want := range map[string]string{
		" name@Example.ORG ":                     "name@example.org",
		"First.Last+tag@mail.example.org":        "First.Last+tag@mail.example.org",
		"o'brien@example.org":                    "o'brien@example.org",
		"a@xn--bcher-kva.example":                "a@xn--bcher-kva.example",
		"":                                       "",
		"name":                                   "",
		"name@":                                  "",
		"@example.org":                           "",
		"a b@example.org":                        "",
		"a@b@example.org":                        "",
		`"a b"@example.org`:                      "",
		`"a@evil.test>"@example.org`:             "",
		"a@example":                              "",
		"a@localhost":                            "",
		"a@[127.0.0.1]":                          "",
		"a@127.0.0.1":                            "",
		"a@-example.org":                         "",
		"a@example..org":                         "",
		".a@example.org":                         "",
		"a..b@example.org":                       "",
		"Name <a@example.org>":                   "",
		"a@example.org, b@example.org":           "",
		"a@example.org\r\nBcc: b@example.org":    "",
		"a@example.org\x00":                      "",
		"ñ@example.org":                          "",
		strings.Repeat("a", 65) + "@example.org": "",
		"a@" + strings.Repeat(strings.Repeat("b", 60)+".", 5) + "x": "",
	} {
		got, err := Address(given)
		var refusal *data.Refusal
		if got != want || (want == "") != errors.As(err, &refusal) {
			t.Errorf("%q: got %q, %v, want %q", given, got, err, want)
		}
		if want == "" && (refusal.Field != "email" || refusal.Code != "invalid_email") {
			t.Errorf("%q: refusal %+v", given, refusal)
		}
	}
}

func FuzzAddress(f *testing.F) {
	for _, seed := range []string{"name@example.org", "a@b@c.de", "\"x\"@y.zz", "a@b.cc\r\nBcc: d@e.ff", "ä@ö.üü"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := Address(text)
		if err != nil {
			return
		}
		if again, err := Address(got); err != nil || again != got {
			t.Errorf("%q became %q, which became %q, %v", text, got, again, err)
		}
		if strings.ContainsAny(got, " \r\n\t<>\",;:()[]\\") || strings.Count(got, "@") != 1 {
			t.Errorf("%q was accepted", got)
		}
	})
}

func FuzzWordsOfPeople(f *testing.F) {
	c := composer(f)
	for _, seed := range []string{"plain", "a\r\nb", "<script>", "{{.Link}}", "\u202e", "private-link-preview", "\x00", "\xff"} {
		f.Add(seed, seed)
	}
	f.Fuzz(func(t *testing.T, organization, question string) {
		args := Sample("question_asked", "en")
		args["Organization"], args["Question"] = organization, question
		got, err := c.Compose(Message{Lang: "es", Template: "question_asked", Args: args})
		if err != nil {
			return
		}
		if strings.ContainsAny(got.Subject, "\r\n") || strings.Contains(got.HTML, "<script") || strings.Contains(got.Text, "\r") {
			t.Errorf("subject %q, text:\n%s", got.Subject, got.Text)
		}
		if strings.Count(got.HTML, "<a ") != 1 || !utf8.ValidString(got.Text) {
			t.Errorf("html:\n%s", got.HTML)
		}
	})
}

// TestRehearse renders every mail of the program, which the start does not.
func TestRehearse(t *testing.T) {
	c, err := NewComposer(testConfig(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Rehearse(); err != nil {
		t.Error(err)
	}
}

// BenchmarkNewComposer is the part that mails have in the start of the program.
func BenchmarkNewComposer(b *testing.B) {
	config := testConfig(b)
	for b.Loop() {
		if _, err := NewComposer(config); err != nil {
			b.Fatal(err)
		}
	}
}
