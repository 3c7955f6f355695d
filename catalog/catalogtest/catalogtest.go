// Package catalogtest gives tests what is costly to make and never changes, once for a whole test program.
package catalogtest

import (
	"sync"

	"accessdesk/eligibility"
)

var vocabulary = sync.OnceValue(func() *eligibility.Vocabulary {
	v, err := eligibility.Standard()
	if err != nil {
		panic(err)
	}
	return v
})

// Vocabulary is the standard vocabulary, compiled once. It panics if it does not compile, which the tests of package
// eligibility say better.
func Vocabulary() *eligibility.Vocabulary { return vocabulary() }
