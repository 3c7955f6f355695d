package difference

import "strings"

// Lengths, in letters, of what a sentence quotes. A sentence is read at one glance; the whole texts stand in Before and After.
const (
	nameMost  = 60  // of a name, such as the address of a source
	textMost  = 160 // of a text that is quoted whole
	nearby    = 40  // of what stays the same on either side of a difference
	wordMost  = 20  // of a word that is not cut
	ellipsis  = "…"
	wordSigns = " \n\t"
)

// oneLine writes a text without its line breaks.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// shortened cuts a text at the end of a word.
func shortened(text string, most int) string {
	letters := []rune(text)
	if len(letters) <= most {
		return text
	}
	head := string(letters[:most])
	if at := strings.LastIndexAny(head, wordSigns); at > len(head)/2 {
		head = head[:at]
	}
	return strings.TrimRight(head, wordSigns) + ellipsis
}

// around gives of two texts what is around their difference, if one of them is too long to be quoted whole.
func around(before, after string) (string, string) {
	was, is := []rune(before), []rune(after)
	if len(was) <= textMost && len(is) <= textMost {
		return before, after
	}
	if before == "" || after == "" {
		return shortened(before, textMost), shortened(after, textMost)
	}
	start := 0
	for start < min(len(was), len(is)) && was[start] == is[start] {
		start++
	}
	end := 0
	for end < min(len(was), len(is))-start && was[len(was)-1-end] == is[len(is)-1-end] {
		end++
	}
	return part(was, start, end), part(is, start, end)
}

// part is a text from shortly before a difference to shortly after it, cut between words; start and end are how many letters
// stay the same on either side.
func part(text []rune, start, end int) string {
	from, to := max(0, start-nearby), min(len(text), len(text)-end+nearby)
	first, last := max(0, from-wordMost), min(len(text), to+wordMost)
	for from > first && !strings.ContainsRune(wordSigns, text[from-1]) {
		from--
	}
	for to < last && !strings.ContainsRune(wordSigns, text[to]) {
		to++
	}
	excerpt := shortened(strings.Trim(string(text[from:to]), wordSigns), 2*textMost)
	if from > 0 {
		excerpt = ellipsis + excerpt
	}
	if to < len(text) && !strings.HasSuffix(excerpt, ellipsis) {
		excerpt += ellipsis
	}
	return excerpt
}
