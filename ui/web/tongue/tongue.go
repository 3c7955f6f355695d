// Package tongue finds which of a few languages fits best what browsers ask for, and remembers what it found: the same headers come
// again and again, and to understand one takes longer than the rest of a kept page.
package tongue

import (
	"sync"

	"golang.org/x/text/language"
)

// What is remembered at most: headers, and bytes of each. Browsers send a few dozen different ones, all short.
const (
	mostHeaders   = 256
	longestHeader = 128
)

// Matcher chooses among languages. It is safe for concurrent use.
type Matcher struct {
	codes   []string
	matcher language.Matcher

	mutex sync.RWMutex
	known map[string]string
}

// NewMatcher makes a matcher of languages by their codes, the default first.
func NewMatcher(codes ...string) *Matcher {
	tags := make([]language.Tag, len(codes))
	for i, code := range codes {
		tags[i] = language.MustParse(code)
	}
	return &Matcher{codes: codes, matcher: language.NewMatcher(tags), known: map[string]string{}}
}

// Best gives the language that fits an Accept-Language header best. The header is not kept.
func (m *Matcher) Best(header []byte) string {
	m.mutex.RLock()
	best, ok := m.known[string(header)]
	m.mutex.RUnlock()
	if ok {
		return best
	}
	_, index := language.MatchStrings(m.matcher, string(header))
	best = m.codes[index]
	if len(header) <= longestHeader {
		m.mutex.Lock()
		defer m.mutex.Unlock()
		if len(m.known) >= mostHeaders { // somebody sends ever other ones
			clear(m.known)
		}
		m.known[string(header)] = best
	}
	return best
}
