package eligibility

import _ "embed"

//go:embed facts.toml
var factsFile []byte

//go:embed reasons.toml
var reasonsFile []byte
