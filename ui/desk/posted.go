package desk

import (
	"regexp"
	"slices"
	"strconv"

	"accessdesk/ui/web"
)

// revisionOf is the revision that the posted form was made from; 0, which nothing has, if it is none.
func revisionOf(r *web.Request) int64 {
	revision, err := strconv.ParseInt(r.Form("revision"), 10, 64)
	if err != nil {
		return 0
	}
	return revision
}

// revisionText is a revision as a form carries it.
func revisionText(revision int64) string { return strconv.FormatInt(revision, 10) }

var rowPattern = regexp.MustCompile(`^[fq]-[a-z0-9_]{1,80}$`)

// rowName gives the row of the check page that a form returns to, "" if the text names none.
func rowName(text string) string {
	if !rowPattern.MatchString(text) {
		return ""
	}
	return text
}

// backToRow is the check page of an application, at a row.
func backToRow(applicationID, row string) string {
	return "/applications/" + applicationID + "/check#row-" + row
}

// onForm tells whether a fact or question stood on the posted form. What did not stand there was not emptied.
func onForm(r *web.Request, key string) bool { return slices.Contains(r.FormAll("shown"), key) }
