package questionnaire

import (
	"crypto/sha256"
	"fmt"

	"accessdesk/eligibility"
)

// FactsRevision names the state of the facts that a page of an application shows: a save of the application, which has its own
// revision, is another one, and so is another value of one of them, whoever stored it and on which page.
func FactsRevision(v *eligibility.Vocabulary, application int64, facts eligibility.Profile, shown []eligibility.FactID) (string, error) {
	h := sha256.New()
	for _, id := range shown {
		text := []byte("-")
		if facts[id].Known() {
			var err error
			if text, err = v.FormatValue(id, facts[id]); err != nil {
				return "", fmt.Errorf("revision of the facts: %w", err)
			}
		}
		fmt.Fprintf(h, "%s=%s\n", id, text)
	}
	return fmt.Sprintf("%d.%x", application, h.Sum(nil)[:12]), nil
}
