// Package demo ships the three offerings of a plainly fictional provider that only a demo installation gets
// in addition to the seed. They exist so that one can walk a case from question to grant; none of them is real.
package demo

import "embed"

// Files holds catalog/SLUG.toml for each demo offering, in the same shape as data/seed.
//
//go:embed catalog/*.toml
var Files embed.FS
