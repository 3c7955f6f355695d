package wording

import (
	"regexp"
	"strings"
	"unicode"
)

// The levels that public sentences of the desk keep to: English as read in grade 9 of school at most, Spanish "normal" or
// easier on the scale of Fernández Huerta.
const (
	HardestGrade = 9.0  // Grade at most
	LeastEase    = 60.0 // Ease at least
)

// Grade is the grade of a US school in which an English text is read: the formula of Flesch and Kincaid (1975), 0.39 x words per
// sentence + 11.8 x syllables per word - 15.59. It is below 0 for very easy texts, and 0 for a text without words.
func Grade(text string) float64 {
	length, syllables := averages(text, englishSyllables)
	if length == 0 {
		return 0
	}
	return 0.39*length + 11.8*syllables - 15.59
}

// Ease is how easily a Spanish text is read: the formula of Fernández Huerta (1959), 206.84 - 60 x syllables per word - 1.02 x
// words per sentence. 60 to 70 is normal, 70 to 80 fairly easy; 206.84 for a text without words.
func Ease(text string) float64 {
	length, syllables := averages(text, spanishSyllables)
	return 206.84 - 60*syllables - 1.02*length
}

// averages gives words per sentence and syllables per word; 0 and 0 for a text without words.
func averages(text string, count func(word string) int) (length, syllables float64) {
	words, sentences := words(text)
	if len(words) == 0 {
		return 0, 0
	}
	total := 0
	for _, word := range words {
		total += count(word)
	}
	return float64(len(words)) / float64(sentences), float64(total) / float64(len(words))
}

var (
	// A sentence ends with its mark before a blank, a quotation mark or the end, and with a line; a point within a number or an
	// address ends none.
	sentenceEnd = regexp.MustCompile(`[.!?;:]["')\]]*(\s+|$)|\n+`)
	// A word is letters and digits with what joins them: "it's", "third-party", "10,000", "example.org".
	word = regexp.MustCompile(`[\p{L}\p{N}]+(['’.,/-][\p{L}\p{N}]+)*`)
)

// words splits a text and counts its sentences, at least one.
func words(text string) (all []string, sentences int) {
	for _, sentence := range sentenceEnd.Split(text, -1) {
		found := word.FindAllString(sentence, -1)
		if len(found) == 0 {
			continue
		}
		sentences++
		for _, one := range found {
			all = append(all, strings.FieldsFunc(one, func(r rune) bool { return r == '-' || r == '/' })...)
		}
	}
	return all, max(sentences, 1)
}

// oneSyllable tells whether a word counts as one: numbers, and the letters of an acronym, which a reader takes in at a glance.
func oneSyllable(word string) bool {
	letters := 0
	for _, r := range word {
		if unicode.IsLower(r) {
			return false
		}
		if unicode.IsLetter(r) {
			letters++
		}
	}
	return letters != 1 || len(word) > 1
}

var (
	englishVowels = regexp.MustCompile(`[aeiouy]+`)
	// Endings that are written with a vowel and not spoken: "made", "times", "asked".
	silentEnding = regexp.MustCompile(`([^aeiouy]e|[^aeiouylr]es|[^aeiouytd]ed|[^aeiouy]ely|[^aeiouy]ement)$`)
	// Endings of a consonant and l that are spoken: "table", "people", "angles".
	spokenEnding = regexp.MustCompile(`([^aeiouy]les?|[sxz]es|[cs]hes|[cg]es)$`)
	// Vowels side by side that are two syllables: "media", "create", "science", "doing", "via".
	hiatus = regexp.MustCompile(`i[ao]([^u]|$)|[^cqst]ien|creat|[aeo]ing|uou|eo[nl]|ua[lr]|iu|uity`)
	// and those that are one after all: "special", "action".
	noHiatus = regexp.MustCompile(`[cst]i[ao]|gi[ao]n`)
)

// englishSyllables counts by the groups of vowels, less what is silent. It is right for nearly all common words and near for the
// rest, which is what the formula was made with.
func englishSyllables(word string) int {
	if oneSyllable(word) {
		return 1
	}
	word = strings.ToLower(word)
	count := len(englishVowels.FindAllString(word, -1))
	switch {
	case spokenEnding.MatchString(word):
	case silentEnding.MatchString(word):
		count--
	}
	count += len(hiatus.FindAllString(word, -1)) - len(noHiatus.FindAllString(word, -1))
	return max(count, 1)
}

// spanishSyllables counts by the rules of spelling: each strong or stressed vowel is a syllable of its own, weak ones (i, u, ü, y at
// the end) join the vowel beside them, and the u of gue, gui, que, qui is silent.
func spanishSyllables(word string) int {
	if oneSyllable(word) {
		return 1
	}
	letters := []rune(strings.ToLower(word))
	count, before := 0, rune(0) // before: the vowel of the syllable at hand, 0 after a consonant
	for i, r := range letters {
		next := rune(0)
		if i+1 < len(letters) {
			next = letters[i+1]
		}
		switch {
		case r == 'y' && next != 0 || !strings.ContainsRune("aeiouáéíóúüy", r):
			if r != 'h' { // h parts no vowels: "prohibir"
				before = 0
			}
			continue
		case r == 'u' && i > 0 && (letters[i-1] == 'q' || letters[i-1] == 'g') && strings.ContainsRune("eiéí", next):
			continue
		}
		if before == 0 || !joins(before, r) {
			count++
		}
		before = r
	}
	return max(count, 1)
}

// joins tells whether two vowels side by side are one syllable: unless both are strong, or a weak one carries the accent.
func joins(a, b rune) bool {
	strong := func(r rune) bool { return strings.ContainsRune("aeoáéó", r) }
	accented := func(r rune) bool { return r == 'í' || r == 'ú' }
	return !(strong(a) && strong(b)) && !accented(a) && !accented(b)
}
