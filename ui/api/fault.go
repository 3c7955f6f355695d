package api

import (
	"errors"
	"strings"

	"accessdesk/catalog"
	"accessdesk/catalog/check"
	"accessdesk/catalog/publishing"
	"accessdesk/ui/problem"
	"accessdesk/ui/web"
)

// unmoved holds that a change was made from what stands there now: If-Match names the ETag of present. Without the header nothing is changed.
func unmoved(r *web.Request, present func() (web.Reply, error)) error {
	wanted := r.Header("If-Match")
	if wanted == "" {
		return problem.New("precondition_required")
	}
	now, err := present()
	if err != nil {
		return err
	}
	if !names(wanted, now.Document.Mark) {
		return stale(now.Document.Mark)
	}
	return nil
}

// names tells whether an If-Match header names a mark. "*" is any; a mark may carry the name of the packing in which it was read, and of
// another language: a change is made from the text, which is the same in both.
func names(header, mark string) bool {
	for one := range strings.SplitSeq(header, ",") {
		one = strings.TrimSpace(one)
		named := strings.TrimSuffix(strings.Trim(one, `"`), "-gzip")
		if one == "*" || strings.HasPrefix(one, `"`) && plainMark(named) == plainMark(mark) {
			return true
		}
	}
	return false
}

// plainMark is a mark without its language.
func plainMark(mark string) string {
	return strings.TrimSuffix(strings.TrimSuffix(mark, "-en"), "-es")
}

// stale refuses a change that was made from another text; the one that stands there is kept, and named.
func stale(mark string) error {
	fault := problem.New("precondition_failed")
	if mark != "" {
		fault.Header = map[string]string{"ETag": `"` + mark + `"`}
	}
	return fault
}

// faultOf turns what package publishing and the reader of offerings refuse into problems, each with its own code and place. Refusals go
// as they are.
func faultOf(r *web.Request, err error) error {
	var unready *publishing.NotReady
	var unlike catalog.FileErrors
	var other *publishing.Stale
	switch {
	case errors.As(err, &unready):
		return problem.New("not_ready", lacking(r, unready.Problems)...)
	case errors.As(err, &unlike):
		var mistakes []problem.Mistake
		for _, one := range unlike {
			mistakes = append(mistakes, problem.Mistake{Pointer: pointerOf(one.Key), Code: "offering_shape", Detail: one.Problem})
		}
		return problem.New("body", mistakes...)
	case errors.As(err, &other):
		return stale("")
	}
	return err
}

// lacking are the problems of an offering as mistakes, in the reader's language.
func lacking(r *web.Request, problems []check.Problem) []problem.Mistake {
	var mistakes []problem.Mistake
	for _, p := range obstacles(r, problems) {
		mistakes = append(mistakes, problem.Mistake{Pointer: p.Pointer, Code: p.Code, Detail: p.Detail})
	}
	return mistakes
}
