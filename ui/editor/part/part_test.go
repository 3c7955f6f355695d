package part

import (
	"net/url"
	"strconv"
	"testing"

	"accessdesk/catalog"
	"accessdesk/catalog/catalogtest"
	"accessdesk/data/demo"
	"accessdesk/data/locale"
	"accessdesk/data/seed"
	"accessdesk/ui/form"
)

// every lists the parts that the pages of the editor make forms of.
var every = []string{"kind", "title", "summary", "details", "known_as", "replaced_by", "cost", "questions", "status", "window", "pause", "tiers", "apply",
	"minutes_to_apply", "days_to_decide", "terms", "provider", "requirements", "sources", "confidence", "checked_on", "review_by", "owner", "helper"}

type values url.Values

func (v values) Form(name string) string      { return url.Values(v).Get(name) }
func (v values) FormAll(name string) []string { return v[name] }
func (v values) Has(name string) bool         { return url.Values(v).Has(name) }

// send collects what a browser posts of a form that nobody touched.
func send(nodes []Node, to url.Values) {
	for _, n := range nodes {
		switch {
		case n.Field != nil:
			sendField(*n.Field, to)
		case n.Pair != nil:
			sendField(n.Pair.En, to)
			sendField(n.Pair.Es, to)
		case n.Group != nil:
			send(n.Group.Nodes, to)
		case n.List != nil:
			to.Set(n.List.CountName, strconv.Itoa(len(n.List.Items)))
			for _, item := range n.List.Items {
				send(item.Nodes, to)
			}
		}
	}
}

func sendField(f form.Field, to url.Values) {
	switch {
	case f.IsGroup():
		for _, p := range f.Parts {
			to.Set(p.ID, p.Value)
		}
	case f.IsSelect() || f.IsTicks() || f.IsRadios():
		for _, c := range f.Choices {
			if c.Checked {
				to.Add(f.ID, c.Value)
			}
		}
	case f.IsStatement():
		if f.Value != "" {
			to.Set(f.ID, form.Yes)
		}
	default:
		to.Set(f.ID, f.Value)
	}
}

// TestUntouched holds for every listing that ships with the program, in both languages, that a form which nobody touched changes nothing.
func TestUntouched(t *testing.T) {
	locales, err := locale.Bundle()
	if err != nil {
		t.Fatal(err)
	}
	all, err := catalog.ParseFiles(seed.Files)
	if err != nil {
		t.Fatal(err)
	}
	more, err := catalog.ParseFiles(demo.Files)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range append(all, more...) {
		for _, lang := range locale.Languages() {
			f := Form{L: locales.In(lang), Offering: o, Facts: FactChoices(catalogtest.Vocabulary(), lang)}
			posted := url.Values{}
			send(f.Nodes(every), posted)
			read := Read(o, every, values(posted))
			if len(read.Order) > 0 || string(catalog.Canonical(read.Offering)) != string(catalog.Canonical(o)) || read.Offering.Owner != o.Owner {
				t.Errorf("%s in %s: %v\n%s\nbecame\n%s", o.Slug, lang, read.Problems, catalog.Canonical(o), catalog.Canonical(read.Offering))
			}
		}
	}
	for _, missing := range locales.Missing() {
		t.Errorf("missing text: %s", missing)
	}
}

// TestDo: the buttons change one list and leave the offering that was given as it is.
func TestDo(t *testing.T) {
	o := &catalog.Offering{Apply: []catalog.ApplyRoute{{Steps: []catalog.Text{{En: "a"}, {En: "b"}, {En: "c"}}}}}
	for _, one := range []struct{ words, anchor, steps string }{
		{"up apply.0.steps.1", "apply.0.steps.0", "bac"}, {"down apply.0.steps.1", "apply.0.steps.2", "acb"}, {"remove apply.0.steps.1", "apply.0.steps.1", "ac"},
		{"add apply.0.steps", "apply.0.steps.3", "abc"}, {"up apply.0.steps.0", "", "abc"}, {"down apply.0.steps.2", "", "abc"}, {"remove apply.0.steps.9", "", "abc"},
		{"add criteria", "", "abc"}, {"add apply.7.steps", "", "abc"}, {"remove apply.0.steps.-1", "", "abc"}, {"nonsense", "", "abc"},
	} {
		changed, anchor := Do(o, []string{"apply"}, one.words)
		steps := ""
		for _, s := range changed.Apply[0].Steps {
			steps += s.En
		}
		if anchor != one.anchor || steps != one.steps {
			t.Errorf("%s: %q at %q, want %q at %q", one.words, steps, anchor, one.steps, one.anchor)
		}
	}
	if len(o.Apply[0].Steps) != 3 || o.Apply[0].Steps[1].En != "b" {
		t.Error("the offering that was given changed")
	}
}
