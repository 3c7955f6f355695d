package catalog

import (
	"bytes"

	"accessdesk/catalog/tree"
)

// Canonical writes an offering in the one spelling that is stored and hashed: the keys in the order of the fields of
// Offering, basic strings on one line, instants in UTC, facts of tests by name, no comments. Left out are the owner,
// which is internal, and whatever is empty: texts, lists, tables, and numbers that are 0. True or false and
// min_evidence are always written within a table that is not empty. Parse reads it back to the same offering.
func Canonical(o *Offering) []byte {
	var b bytes.Buffer
	for _, pair := range Tree(o) {
		switch value := pair.Value.(type) {
		case tree.Table:
			if pair.Key == "helper" { // stands among the plain keys
				writePair(&b, pair)
				continue
			}
			b.WriteString("\n[" + pair.Key + "]\n")
			writeTable(&b, value)
		case []any:
			if _, tables := value[0].(tree.Table); !tables {
				writePair(&b, pair)
				continue
			}
			for _, element := range value {
				b.WriteString("\n[[" + pair.Key + "]]\n")
				writeTable(&b, element.(tree.Table))
			}
		default:
			if pair.Key != "owner" {
				writePair(&b, pair)
			}
		}
	}
	return b.Bytes()
}

func writeTable(b *bytes.Buffer, table tree.Table) {
	for _, pair := range table {
		writePair(b, pair)
	}
}

func writePair(b *bytes.Buffer, pair tree.Pair) {
	pair.Write(b)
	b.WriteByte('\n')
}
