// Package seed ships the catalog that a new installation starts with: one offering file (contract.md section 5)
// for each real program. The files are texts only; package catalog parses, checks and imports them.
package seed

import "embed"

// Files holds catalog/SLUG.toml for each seed offering. The program reads them into an empty catalog once and
// uses them directly where no database is at hand.
//
//go:embed catalog/*.toml
var Files embed.FS
