package fact

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"
)

// FormatProfile writes a profile with everything that is known of each value, as JSON in one canonical form: keys sorted, no
// blanks. Each fact is an object: "value" as in the facts as JSON, "evidence" by name, and "source" and "as_of" where they
// are known:
//
//	{"hospital_type":{"value":"cah","evidence":"register","source":"cms-hospitals","as_of":"2026-02-01"}}
//
// ParseProfile reads it back to the same profile. Errors are *Error.
func (v *Vocabulary) FormatProfile(p Profile) ([]byte, error) {
	text := []byte{'{'}
	for _, id := range slices.Sorted(maps.Keys(p)) {
		value := p[id]
		if !value.Known() {
			continue
		}
		bare, err := v.FormatValue(id, value)
		if err != nil {
			return nil, err
		}
		if expected := backingMismatch(value); expected != "" {
			return nil, &Error{Fact: id, Expected: expected}
		}
		if len(text) > 1 {
			text = append(text, ',')
		}
		text = append(append(text, quoteJSON(string(id))...), `:{"value":`...)
		text = append(append(text, bare...), `,"evidence":`...)
		text = append(text, quoteJSON(value.Evidence.String())...)
		if value.Source != "" {
			text = append(append(text, `,"source":`...), quoteJSON(value.Source)...)
		}
		if value.AsOf != "" {
			text = append(append(text, `,"as_of":`...), quoteJSON(value.AsOf)...)
		}
		text = append(text, '}')
	}
	return append(text, '}'), nil
}

// ParseProfile reads what FormatProfile wrote. A fact may also stand as its bare value, as in the facts as JSON: it is
// stated then and has no source. Errors are *Error.
func (v *Vocabulary) ParseProfile(jsonText []byte) (Profile, error) {
	return parseObject(jsonText, v.parseBacked)
}

// parseBacked reads one fact of a profile.
func (v *Vocabulary) parseBacked(id ID, raw []byte) (Value, error) {
	var members map[string]json.RawMessage
	if raw = bytes.TrimSpace(raw); len(raw) > 0 && raw[0] == '{' && json.Unmarshal(raw, &members) != nil {
		return Value{}, &Error{Fact: id, Expected: backedShape, Got: shortened(string(raw))}
	}
	bare, backed := members["value"]
	if !backed { // a bare value, or a band
		return v.ParseValue(id, raw)
	}
	value, err := v.ParseValue(id, bare)
	if err != nil {
		return Value{}, err
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if name == "value" {
			continue
		}
		var text *string
		known := json.Unmarshal(members[name], &text) == nil && text != nil
		switch {
		case known && name == "evidence":
			value.Evidence, known = ParseEvidence(*text)
		case known && name == "source":
			value.Source = *text
		case known && name == "as_of":
			value.AsOf = *text
		default:
			known = false
		}
		if !known {
			return Value{}, &Error{Fact: id, Expected: backedShape, Got: shortened(name + ": " + string(members[name]))}
		}
	}
	if !value.Known() {
		return Value{}, nil
	}
	if expected := backingMismatch(value); expected != "" {
		return Value{}, &Error{Fact: id, Expected: expected, Got: shortened(string(raw))}
	}
	return value, nil
}

// backedShape says what stands beside the value of a fact in a profile.
var backedShape = "a value alone, or an object with value, evidence (" + strings.Join(evidenceNames[:], ", ") + "), source and as_of"

// backingMismatch says what is wrong with the evidence, source or day of a value; "" when nothing is.
func backingMismatch(value Value) string {
	_, err := time.Parse(time.DateOnly, value.AsOf)
	switch {
	case value.Evidence < Stated || value.Evidence > Verified:
		return "evidence that is one of " + strings.Join(evidenceNames[:], ", ")
	case value.Source != "" && !goodText(value.Source):
		return "a source of valid text, not longer than a text may be"
	case value.AsOf != "" && err != nil:
		return "as_of to be a day like 2026-11-22"
	}
	return ""
}
