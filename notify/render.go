package notify

import (
	"bytes"
	"fmt"
	htmltemplate "html/template"
	"io/fs"
	"maps"
	"regexp"
	"strings"
	texttemplate "text/template"
	"time"
	"unicode/utf8"

	"accessdesk/data/locale"
)

// subjectLimit is the length at which the name of a program in a subject is shortened: phones cut off what is longer.
const subjectLimit = 60

// defaultMinutes is how long a sign-in link works.
const defaultMinutes = 15

// voice is all templates in one language. Its functions are bound to the language once, so nothing is shared that changes.
type voice struct {
	speak *locale.Localizer
	zone  *time.Location
	text  *texttemplate.Template
	html  *htmltemplate.Template
}

// labeled is a caption and what stands behind it: a fact, or a button and its address.
type labeled struct{ Label, Value string }

func newVoice(files fs.FS, speak *locale.Localizer, zone *time.Location) (*voice, error) {
	v := &voice{speak: speak, zone: zone}
	functions := v.functions()
	var err error
	v.text, err = texttemplate.New("text").Funcs(functions).Option("missingkey=error").ParseFS(files, "templates/blocks.txt", "templates/*.tmpl")
	if err != nil {
		return nil, err
	}
	v.html, err = htmltemplate.New("html").Funcs(functions).Option("missingkey=error").ParseFS(files, "templates/blocks.html", "templates/*.tmpl")
	if err != nil {
		return nil, err
	}
	return v, nil
}

func (v *voice) functions() map[string]any {
	return map[string]any{
		"t":         v.sentence,
		"datetime":  func(t time.Time) string { return v.speak.DateTime(t, v.zone) },
		"day":       func(t time.Time) string { return v.speak.DateIn(t, v.zone) },
		"days":      v.speak.Days,
		"minutes":   func(n int) string { return v.speak.N("mail.minutes", n) },
		"labeled":   func(label, value string) labeled { return labeled{label, value} },
		"facts":     func(all ...labeled) []labeled { return all },
		"sentences": func(all ...string) string { return strings.Join(all, " ") },
		"without": func(data map[string]any, name string) map[string]any {
			data = maps.Clone(data)
			data[name] = ""
			return data
		},
	}
}

// sentence gives a text of the area mail. An unknown key is an error here: a mail must not go out with a hole.
func (v *voice) sentence(key string, args ...any) (string, error) {
	key = "mail." + key
	if !v.speak.Has(key) {
		return "", fmt.Errorf("no text %s in %s", key, v.speak.Lang())
	}
	return v.speak.T(key, args...), nil
}

// rendered is a mail with markers, and the secrets that belong there.
type rendered struct {
	Composed
	secrets map[string]string
}

// render checks the arguments and runs the templates. id is the outbox row that the markers are made for.
func (c *Composer) render(m Message, id string) (rendered, error) {
	s, ok := specs[m.Template]
	if !ok {
		return rendered{}, fmt.Errorf("no such template")
	}
	v, err := c.check(s, m, id)
	if err != nil {
		return rendered{}, err
	}
	voice := c.voice(m.Lang)
	if s.about.Optional() {
		v.data["StopLink"] = stopMarker + id
	}
	if err := c.complete(v.data, s, voice); err != nil {
		return rendered{}, err
	}
	r := rendered{secrets: v.secrets}
	if r.Subject, err = voice.subject(m.Template, v.data); err != nil {
		return rendered{}, err
	}
	v.data["Subject"] = r.Subject
	var text, html bytes.Buffer
	if err := voice.text.ExecuteTemplate(&text, m.Template+".tmpl", v.data); err != nil {
		return rendered{}, err
	}
	if err := voice.html.ExecuteTemplate(&html, m.Template+".tmpl", v.data); err != nil {
		return rendered{}, err
	}
	r.Text, r.HTML = tidy(text.String()), tidyHTML(html.String())
	return r, nil
}

// complete adds what every mail says: who runs the site, where to reply, why it came and how it stops.
func (c *Composer) complete(data map[string]any, s spec, v *voice) error {
	if data["StopLink"] == nil {
		data["StopLink"] = ""
	}
	data["Lang"] = v.speak.Lang()
	data["Brand"] = c.config.Brand
	data["PublicURL"] = c.config.PublicURL
	data["ReplyTo"] = c.replyTo
	if data["By"] == nil {
		data["By"] = c.config.Brand
		if c.config.Operator != "" {
			data["By"] = c.config.Operator
		}
	}
	if data["Minutes"] == nil {
		data["Minutes"] = defaultMinutes
	}
	runBy, err := v.sentence("sent_by", "Brand", c.config.Brand)
	if c.config.Operator != "" {
		runBy, err = v.sentence("run_by", "Brand", c.config.Brand, "Operator", c.config.Operator)
	}
	if err != nil {
		return err
	}
	if !c.config.Government {
		not, err := v.sentence("not_government")
		if err != nil {
			return err
		}
		runBy += " " + not
	}
	data["RunBy"], data["Why"] = runBy, ""
	if s.closing() != "" {
		data["Why"], err = v.sentence(s.closing())
	}
	return err
}

// subject fills in the subject line. The name of a program or an organization is shortened when the line would be cut off
// by phones.
func (v *voice) subject(template string, data map[string]any) (string, error) {
	values := map[string]any{"Reference": data["Reference"], "Program": data["Program"], "OrganizationName": data["OrganizationName"]}
	if minutes, ok := data["Minutes"].(int); ok {
		values["Minutes"] = v.speak.N("mail.minutes", minutes)
	}
	for name, value := range data {
		if at, ok := value.(time.Time); ok {
			values[name+"Date"] = v.speak.DateIn(at, v.zone)
		}
	}
	key := "mail." + template + "_subject"
	if !v.speak.Has(key) {
		return "", fmt.Errorf("no text %s in %s", key, v.speak.Lang())
	}
	subject := v.speak.Fill(key, values)
	for _, long := range []string{"Program", "OrganizationName"} {
		over := utf8.RuneCountInString(subject) - subjectLimit
		name, ok := values[long].(string)
		if over > 0 && ok && strings.Contains(subject, name) {
			values[long] = cut(name, max(utf8.RuneCountInString(name)-over, 12))
			subject = v.speak.Fill(key, values)
		}
	}
	return subject, singleLine(subject)
}

var (
	trailing = regexp.MustCompile(`[ \t]+\n`)
	gaps     = regexp.MustCompile(`\n{3,}`)
	blank    = regexp.MustCompile(`\n\s*\n`)
)

// tidy takes out the empty lines that the templates' own line ends leave.
func tidy(text string) string {
	text = trailing.ReplaceAllString(text, "\n")
	return strings.TrimSpace(gaps.ReplaceAllString(text, "\n\n")) + "\n"
}

func tidyHTML(text string) string {
	return strings.TrimSpace(blank.ReplaceAllString(text, "\n")) + "\n"
}

// What stands in the place of a secret for everybody who may see the mail but not its secrets. Not in data/locale, so that a
// listing needs no more than the transaction.
var (
	linkWords = map[string]string{locale.English: "[private link]", locale.Spanish: "[enlace privado]"}
	codeWords = map[string]string{locale.English: "[private code]", locale.Spanish: "[código privado]"}
)

// shown replaces the markers of a mail by words. lang is the language of the mail.
func shown(id, lang string, m Composed) Composed {
	m.HTML = strings.NewReplacer(`href="`+linkMarker+id+`"`, `href="#"`, `href="`+stopMarker+id+`"`, `href="#"`).Replace(m.HTML)
	words := strings.NewReplacer(linkMarker+id, linkWords[lang], codeMarker+id, codeWords[lang], stopMarker+id, linkWords[lang])
	m.Text, m.HTML = words.Replace(m.Text), words.Replace(m.HTML)
	return m
}

// opened replaces the markers by the secrets themselves: the mail as it leaves the house.
func opened(id string, m Composed, secrets map[string]string) Composed {
	var plain, escaped []string
	for kind, marker := range map[string]string{"link": linkMarker, "code": codeMarker, "stop": stopMarker} {
		plain = append(plain, marker+id, secrets[kind])
		escaped = append(escaped, marker+id, htmltemplate.HTMLEscapeString(secrets[kind]))
	}
	m.Text, m.HTML = strings.NewReplacer(plain...).Replace(m.Text), strings.NewReplacer(escaped...).Replace(m.HTML)
	return m
}
