package ui_test

import (
	"net/http"
	"testing"
)

// TestTabOfTheSection: the bar names where one is: the page itself, or the part of the site that a page further in belongs to.
func TestTabOfTheSection(t *testing.T) {
	t.Parallel()
	w := openWorld(t)
	for _, c := range []struct {
		as                      role
		address, link, standing string
	}{
		{manager, "/staff/catalog", "/staff/catalog", "page"},
		{manager, "/staff/catalog/new", "/staff/catalog", "true"},
		{manager, "/staff/listings", "/staff/listings", "page"},
		{owner, "/home", "/home", "page"},
		{owner, "/org/people", "/org", "true"},
		{owner, "/programs/" + webProgram, "/programs", "true"},
		{owner, "/account", "", ""},
	} {
		here := w.visitor(t, c.as).Visit(c.address).Want(http.StatusOK).Find(".tabs a[aria-current]")
		if here.AttrOr("href", "") != c.link || here.AttrOr("aria-current", "") != c.standing || here.Length() > 1 {
			t.Errorf("%s: %d tabs are current, %s is %q; want %s to be %q", c.address, here.Length(), here.AttrOr("href", ""), here.AttrOr("aria-current", ""), c.link, c.standing)
		}
	}
}
