package packet

import (
	"net/mail"
	"net/url"
	"strings"
	"unicode"
)

// lines makes people's words fit for a text of several lines: valid UTF-8, "\n" at the ends of lines, no other control
// characters, none that reorder or hide text.
func lines(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n", "\t", " ").Replace(text)
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r): // Cf: bidirectional marks, zero-width characters, tags
			return -1
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, text)
	var kept []string
	for line := range strings.SplitSeq(text, "\n") {
		kept = append(kept, strings.TrimRight(line, " "))
	}
	return strings.Trim(strings.Join(kept, "\n"), " \n")
}

// line is lines for a text that stands on one line.
func line(text string) string { return strings.Join(strings.Fields(lines(text)), " ") }

// cut shortens a text to so many characters.
func cut(text string, most int) string {
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return strings.TrimSpace(string(runes[:most-1])) + "…"
}

// addressLimit is the length of an e-mail address in bytes (RFC 5321 section 4.5.3.1.3).
const addressLimit = 254

// mailAddress gives a bare e-mail address, "" if the text is none. Characters that mean something in a mailto link or a
// header are refused even where RFC 5322 allows them.
func mailAddress(text string) string {
	text = strings.TrimSpace(text)
	if len(text) > addressLimit || strings.ContainsAny(text, "\"(),:;<>[]\\?&#%") || strings.Count(text, "@") != 1 ||
		strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r >= unicode.MaxASCII }) {
		return ""
	}
	parsed, err := mail.ParseAddress(text)
	if err != nil || parsed.Name != "" || parsed.Address != text {
		return ""
	}
	return text
}

// pageAddress gives the address of a page on the web, "" if the text is none.
func pageAddress(text string) string {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		return ""
	}
	return u.String()
}

// phoneNumber gives a telephone number, "" if the text is none.
func phoneNumber(text string) string {
	text = line(text)
	digits := 0
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case !strings.ContainsRune("+-(). ", r):
			return ""
		}
	}
	if digits < 3 || digits > 15 { // 3: 911; 15: the longest number of ITU-T E.164
		return ""
	}
	return text
}
