// Package catalogtest gives tests what is costly to make and never changes, once for a whole test program.
package catalogtest

import (
	"slices"
	"strings"
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

// sample are real programs of every sector, kind, status and way to apply. Tests that count what a page shows, or name what comes
// first, go by them, so that a new listing changes no count.
var sample = []string{
	"anthropic-cvp", "appa-cyber", "cdrlf-cyber", "circuit-rider", "cisa-ci-fortify", "cisa-cpg", "cisa-csa", "cisa-pdns", "cisa-scubagear",
	"cisa-vuln-scanning", "csbs-rsat", "cyber-clinics", "dng-isac", "doe-rmuc", "dotgov", "eo14409-2c3", "eo14409-2e-2f", "epa-midlarge",
	"epa-water-cyber", "ms-isac", "ms-mdash", "ms-rural-hospitals", "ship", "slcgp", "state-cyber-corps",
}

// Sampled tells whether a program of the seed, by its slug, is one of a fixed selection; programs of the demonstration always are.
func Sampled(slug string) bool {
	return strings.HasPrefix(slug, "demo-") || slices.Contains(sample, slug)
}
