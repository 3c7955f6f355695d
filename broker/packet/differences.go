package packet

import "slices"

// Difference is an answer that is not what it was, in the reader's words. "" is one that does not stand in the packet.
type Difference struct{ Label, Before, Now string }

// Differences compares the answers of a packet with those of the same packet later: what a person may want to tell the
// provider. Where an answer comes from makes no difference, and what is held back is not shown.
func Differences(before, now Packet) []Difference {
	var all []Difference
	for _, field := range now.Fields {
		was := ""
		if at := slices.IndexFunc(before.Fields, func(one Field) bool { return one.ID == field.ID }); at >= 0 {
			was = before.Fields[at].said()
		}
		if is := field.said(); is != was {
			all = append(all, Difference{Label: field.Label.Read, Before: was, Now: is})
		}
	}
	for _, field := range before.Fields { // asked no more, because another answer changed
		if was := field.said(); was != "" && !slices.ContainsFunc(now.Fields, func(one Field) bool { return one.ID == field.ID }) {
			all = append(all, Difference{Label: field.Label.Read, Before: was})
		}
	}
	return all
}

// said is what the field says for the reader, "" while it says nothing.
func (f Field) said() string {
	if f.State != Known {
		return ""
	}
	return f.Value.Read
}
