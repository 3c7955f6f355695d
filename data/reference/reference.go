// Package reference ships what the public pages /definitions and /order say: the words that laws and programs use with their
// exact lines, and what is known of the order, each statement with its sources and how sure it is. The package is texts only;
// package catalog/reference parses and checks them.
package reference

import _ "embed"

// Definitions is definitions.toml: words such as "critical access hospital", in sections.
//
//go:embed definitions.toml
var Definitions []byte

// Order is order.toml: what Executive Order 14409 asks, and what is known of it.
//
//go:embed order.toml
var Order []byte
