package ui_test

import (
	"slices"
	"strings"

	"accessdesk/ui/webtest"

	"github.com/PuerkitoBio/goquery"
)

// fill fills in the form of a page that is sent to an address. turn chooses among the answers of a choice, so that a
// form that is sent again is answered otherwise.
func (i *injection) fill(page *webtest.Page, action string, how manner, turn int) *filled {
	i.t.Helper()
	form := page.Form(action)
	f := &filled{i: i, page: page, action: action, method: form.Method, values: form.Values}
	node := page.Find("form").FilterFunction(func(_ int, s *goquery.Selection) bool { return s.AttrOr("action", page.Path) == action }).First()
	fields := node.Find("input, select, textarea")
	if id := node.AttrOr("id", ""); id != "" {
		fields = fields.AddSelection(page.Find(`input[form="` + id + `"]`))
	}
	choices := map[string][]string{}
	fields.Each(func(_ int, s *goquery.Selection) {
		name, kind := s.AttrOr("name", ""), s.AttrOr("type", goquery.NodeName(s))
		switch kind {
		case "radio", "checkbox":
			choices[name] = append(choices[name], s.AttrOr("value", "on"))
		case "select":
			s.Find("option").Each(func(_ int, o *goquery.Selection) { choices[name] = append(choices[name], o.AttrOr("value", "")) })
		case "hidden":
			if how == unseen && name != "form_token" {
				f.values.Set(name, hostile)
			}
		default:
			f.values.Set(name, typed(s, name, kind, how))
		}
	})
	for name, offered := range choices {
		f.choose(name, offered, how, turn)
	}
	if strings.HasSuffix(action, "/decision") && turn%2 == 0 { // past the preview, which changes nothing
		f.values.Set("step", "confirm")
	}
	return f
}

// typed is what goes into a field.
func typed(s *goquery.Selection, name, kind string, how manner) string {
	numeric := slices.Contains([]string{"numeric", "decimal"}, s.AttrOr("inputmode", ""))
	switch {
	case how != plausible:
		return hostile
	case kind == "email", strings.Contains(name, "contact-2"), strings.Contains(name, "reader-2"), name == "email":
		return "someone@example.org"
	case strings.HasSuffix(name, "-year"):
		return "2027"
	case kind == "date":
		return "2026-12-01"
	case numeric:
		return "3"
	case name == "q-ranges":
		return "192.0.2.0/24"
	}
	return hostile
}

// choose answers a choice. What people are asked to agree to they agree to; the facts of the rules are those that fit.
func (f *filled) choose(name string, offered []string, how manner, turn int) {
	fits := map[string]string{"f-sector": "drinking_water", "f-ownership_type": "government_local", "f-state_or_territory": "NM",
		"f-authorised_targets_statement": "yes", "f-has_ot": "yes", "reason": "other"}
	if how == everywhere { // what no form offers
		f.values.Set(name, hostile)
		return
	}
	if value, ok := fits[name]; ok && slices.Contains(offered, value) {
		f.values[name] = []string{value}
		return
	}
	offered = slices.DeleteFunc(slices.Clone(offered), func(value string) bool { return value == "" }) // "choose one"
	f.values[name] = []string{offered[turn%len(offered)]}
}

// send sends the form by its first button, as the Enter key does, and gives the page that follows.
func (f *filled) send() *webtest.Page {
	f.i.t.Helper()
	form := f.page.Form(f.action)
	form.Values = f.values
	return form.Send()
}

// sendTo sends the form and fails the test unless a page with that status follows.
func (f *filled) sendTo(status int) *webtest.Page {
	f.i.t.Helper()
	page := f.send()
	f.i.check(page)
	if page.Status != status || page.Find(".problems").Length() > 0 {
		f.i.t.Fatalf("the form to %s: status %d, want %d\n%s", f.action, page.Status, status, page.Text())
	}
	return page
}
