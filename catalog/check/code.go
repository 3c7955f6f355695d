package check

import (
	"regexp"
	"strings"
)

// codes sort problems by the key that they stand at and the beginning or a part of what they say; the first that fits counts.
var codes = []struct {
	code string
	key  *regexp.Regexp
	says string // part of the text; "" fits every text
}{
	{"translation_missing", nil, "text is missing"},
	{"translation_missing", nil, "translate it"},
	{"translation_missing", nil, missingTextInBoth},
	{"translation_missing", regexp.MustCompile(`\.subject$|^pause\.reason$`), "in en and es"},
	{"citation_missing", regexp.MustCompile(`(^|[._])citation$`), "missing"},
	{"test_failed", regexp.MustCompile(`^tests\[\d+\]\.outcome$`), ""},
	{"threshold_untested", regexp.MustCompile(`\.expr$`), "both sides of it"},
	{"tests_missing", regexp.MustCompile(`^tests$`), "missing"},
	{"rule_wrong", regexp.MustCompile(`^criteria(\[\d+\](\.expr)?)?$|\.when$`), ""},
	{"review_due", regexp.MustCompile(`^review_by$`), "the review was due"},
	{"missing", nil, "missing"},
}

// Code names the kind of a problem for programs: translation_missing, citation_missing, test_failed (a worked example comes out otherwise),
// threshold_untested, tests_missing, rule_wrong, review_due, missing, and invalid for everything else.
func (p Problem) Code() string {
	for _, c := range codes {
		if (c.key == nil || c.key.MatchString(p.Key)) && strings.Contains(p.Text, c.says) {
			return c.code
		}
	}
	return "invalid"
}
