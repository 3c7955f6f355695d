package catalog

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"accessdesk/eligibility"
)

// Published is a version of an offering with its compiled rules. It is shared between requests and must not be
// changed.
type Published struct {
	*Offering
	VersionID string // "" when it was read from a file
	Version   int    // 1, 2, ... within the slug
	Hash      string // "sha256:..." of the canonical text
	Rules     *eligibility.Ruleset
	// Questions are the form as it is put: the choice of a tier where there are tiers, then the offering's own questions.
	Questions []Question

	canonical  []byte
	conditions []*condition // by question; nil: always asked
}

// Snapshot is the published catalog at one revision. It never changes and may be read by any number of goroutines.
type Snapshot struct {
	Revision  int64  // counter that every write to the catalog moves; 0 when read from files
	Stamp     string // names the revision and never comes again, also when the write is rolled back; "" when read from files
	Hash      string // "sha256:..." over the canonical texts in slug order: catalog_version of the results
	Offerings []*Published

	bySlug map[string]*Published
	listed []*Published
}

// Find gives the published offering with this slug, also an ended one.
func (s *Snapshot) Find(slug string) (*Published, bool) {
	p, ok := s.bySlug[slug]
	return p, ok
}

// Listed are the offerings that lists and the check show: published and not ended, in slug order. The slice must not
// be changed.
func (s *Snapshot) Listed() []*Published { return s.listed }

// NextTurn is the next instant after now at which some window opens or closes, or a pause begins or was expected to end, that is, until
// when a page made now stays true; false if there is none.
func (s *Snapshot) NextTurn(now time.Time) (time.Time, bool) {
	var next time.Time
	for _, p := range s.Offerings {
		for _, turn := range p.turns(now) {
			if turn.After(now) && (next.IsZero() || turn.Before(next)) {
				next = turn
			}
		}
	}
	return next, !next.IsZero()
}

// FromFiles makes the snapshot of offerings that were read from files, without a database. It has the same Hash as
// a database that holds the same offerings.
func FromFiles(v *eligibility.Vocabulary, offerings []*Offering) (*Snapshot, error) {
	all := make([]*Published, 0, len(offerings))
	for _, o := range offerings {
		p, err := publish(v, o)
		if err != nil {
			return nil, fmt.Errorf("catalog from files: %w", err)
		}
		p.Version = 1
		all = append(all, p)
	}
	s, err := newSnapshot(0, all)
	if err != nil {
		return nil, fmt.Errorf("catalog from files: %w", err)
	}
	return s, nil
}

// Preview is an offering as it would be published, without a version. The error is that of rules that do not compile.
func Preview(v *eligibility.Vocabulary, o *Offering) (*Published, error) { return publish(v, o) }

// publish compiles the rules of an offering and hashes its text.
func publish(v *eligibility.Vocabulary, o *Offering) (*Published, error) {
	rules, err := v.Compile(o.UncompiledRules())
	if err != nil {
		return nil, fmt.Errorf("offering %s: %w", o.Slug, err)
	}
	questions := o.Form()
	conditions, first := make([]*condition, len(questions)), len(questions)-len(o.Questions)
	for i, q := range o.Questions {
		if q.When == "" {
			continue
		}
		if conditions[first+i], err = compileCondition(v, o.Questions, i); err != nil {
			return nil, fmt.Errorf("offering %s: question %s: when: %w", o.Slug, q.ID, err)
		}
	}
	canonical := Canonical(o)
	return &Published{Offering: o, Hash: hash(canonical), Rules: rules, Questions: questions, canonical: canonical, conditions: conditions}, nil
}

func newSnapshot(revision int64, all []*Published) (*Snapshot, error) {
	s := &Snapshot{Revision: revision, Offerings: slices.Clone(all), bySlug: make(map[string]*Published, len(all))}
	slices.SortFunc(s.Offerings, func(a, b *Published) int { return strings.Compare(a.Slug, b.Slug) })
	var texts []byte
	for _, p := range s.Offerings {
		if _, twice := s.bySlug[p.Slug]; twice {
			return nil, fmt.Errorf("two offerings have the slug %q", p.Slug)
		}
		s.bySlug[p.Slug] = p
		if p.listed() {
			s.listed = append(s.listed, p)
		}
		texts = append(texts, p.canonical...)
	}
	s.Hash = hash(texts)
	return s, nil
}

// hash is how the catalog names a text: "sha256:" and the digest in hex.
func hash(text []byte) string {
	sum := sha256.Sum256(text)
	return "sha256:" + hex.EncodeToString(sum[:])
}
