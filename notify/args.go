package notify

import (
	"fmt"
	"net/mail"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"accessdesk/data"
)

// Limits of what users' words may add to a mail, in characters. Forms set tighter ones; these keep a mail a mail.
const (
	lineLimit    = 200
	textLimit    = 2000
	listLimit    = 50
	addressLimit = 254 // RFC 5321 section 4.5.3.1.3, without the angle brackets
	localLimit   = 64  // RFC 5321 section 4.5.3.1.1
)

// Markers stand in the stored mail where a secret belongs. They consist of characters that no kind of escaping changes.
const (
	linkMarker = "private-link-"
	codeMarker = "private-code-"
	stopMarker = "private-stop-"
	previewID  = "preview"
)

var (
	localPart = regexp.MustCompile(`^[A-Za-z0-9!#$%&'*+/=?^_{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_{|}~-]+)*$`)
	hostName  = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$`)
)

// Address checks an e-mail address that somebody typed and gives the form in which it is stored: trimmed, its domain in lower case. It
// takes what mail servers deliver to in practice: no quoted local part, no comment, no address literal, ASCII only. The error is a
// *data.Refusal for the field "email".
func Address(text string) (string, error) {
	return address(text, false)
}

// address is Address; local also allows the host name localhost, for the sender of a program that spools its mail.
func address(text string, local bool) (string, error) {
	refused := data.Refuse("email", "invalid_email")
	text = strings.TrimSpace(text)
	name, host, ok := strings.Cut(text, "@")
	if !ok || len(text) > addressLimit || len(name) > localLimit || !localPart.MatchString(name) {
		return "", refused
	}
	host = strings.ToLower(host)
	if !hostName.MatchString(host) && !(local && host == "localhost") {
		return "", refused
	}
	text = name + "@" + host
	if parsed, err := mail.ParseAddress(text); err != nil || parsed.Address != text || parsed.Name != "" {
		return "", refused
	}
	return text, nil
}

// singleLine refuses what would end a header or a line: every control character and the Unicode line separators.
func singleLine(text string) error {
	if !utf8.ValidString(text) {
		return fmt.Errorf("not valid UTF-8")
	}
	for _, r := range text {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return fmt.Errorf("control character %U in a single line", r)
		}
	}
	return nil
}

// bidi are the characters that reorder text; in a mail they serve only to disguise an address.
var bidi = strings.NewReplacer("\u202a", "", "\u202b", "", "\u202c", "", "\u202d", "", "\u202e", "",
	"\u2066", "", "\u2067", "", "\u2068", "", "\u2069", "", "\u200e", "", "\u200f", "")

func cut(text string, limit int) string {
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	return strings.TrimSpace(string([]rune(text)[:limit-1])) + "…"
}

// values are checked arguments: data for the templates, and the secrets that stand as markers in it.
type values struct {
	data    map[string]any
	secrets map[string]string // marker kind to secret: "link", "code"; Enqueue adds "stop"
}

// check turns the arguments of a message into template data. id goes into the markers.
func (c *Composer) check(s spec, m Message, id string) (values, error) {
	v := values{data: map[string]any{"Organization": "", "Reference": ""}, secrets: map[string]string{}}
	known := map[string]bool{}
	for _, p := range s.params {
		known[p.name] = true
		given, ok := m.Args[p.name]
		if !ok || given == nil {
			if !p.optional {
				return v, fmt.Errorf("argument %s is missing", p.name)
			}
			v.data[p.name] = nil
			continue
		}
		value, err := c.value(p, given, m.Lang, id, v.secrets)
		if err != nil {
			return v, fmt.Errorf("argument %s: %w", p.name, err)
		}
		v.data[p.name] = value
	}
	for name := range m.Args {
		if !known[name] {
			return v, fmt.Errorf("argument %s is not known", name)
		}
	}
	return v, nil
}

// value checks one argument. An empty optional one becomes nil, which templates read as absent.
func (c *Composer) value(p param, given any, lang, id string, secrets map[string]string) (any, error) {
	value, err := c.convert(p.kind, given, lang, id, secrets)
	if err != nil {
		return nil, err
	}
	if value == nil && !p.optional {
		return nil, fmt.Errorf("empty")
	}
	return value, nil
}

func (c *Composer) convert(k kind, given any, lang, id string, secrets map[string]string) (any, error) {
	switch given := given.(type) {
	case string:
		return c.convertString(k, given, lang, id, secrets)
	case PrivateLink:
		if k == addressArg || k == privateArg {
			return c.convertString(privateArg, string(given), lang, id, secrets)
		}
	case []string:
		if k == listArg {
			return lines(given)
		}
	case time.Time:
		if k == instantArg && given.IsZero() {
			return nil, nil
		}
		if k == instantArg {
			return given, nil
		}
	case int:
		return c.convert(k, int64(given), lang, id, secrets)
	case int64:
		if k == numberArg && given >= 0 && given <= 1_000_000 {
			return int(given), nil
		}
	}
	return nil, fmt.Errorf("a %T is not accepted here", given)
}

func (c *Composer) convertString(k kind, given, lang, id string, secrets map[string]string) (any, error) {
	if strings.TrimSpace(given) == "" {
		return nil, nil
	}
	switch k {
	case lineArg:
		return line(given)
	case textArg:
		return paragraph(given), nil
	case addressArg:
		return c.link(given, lang)
	case privateArg:
		link, err := c.link(given, lang)
		if err != nil {
			return nil, err
		}
		secrets["link"] = link
		return linkMarker + id, nil
	case codeArg:
		if err := singleLine(given); err != nil {
			return nil, err
		}
		secrets["code"] = given
		return codeMarker + id, nil
	}
	return nil, fmt.Errorf("a string is not accepted here")
}

func line(text string) (any, error) {
	if err := singleLine(text); err != nil {
		return nil, err
	}
	return cut(strings.TrimSpace(bidi.Replace(text)), lineLimit), nil
}

func lines(given []string) (any, error) {
	if len(given) == 0 {
		return nil, nil
	}
	if len(given) > listLimit {
		return nil, fmt.Errorf("more than %d entries", listLimit)
	}
	out := make([]string, 0, len(given))
	for _, one := range given {
		value, err := line(one)
		if err != nil {
			return nil, err
		}
		out = append(out, value.(string))
	}
	return out, nil
}

// paragraph splits words of a person into lines. Line ends become one kind, other control characters go.
func paragraph(text string) []string {
	text = strings.ToValidUTF8(bidi.Replace(text), "")
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n", "\t", " ").Replace(text)
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' {
			return -1
		}
		return r
	}, text)
	return strings.Split(cut(strings.TrimSpace(text), textLimit), "\n")
}

// link gives the whole URL of a page of this site, with the reader's language so that the page opens in it. Foreign addresses are
// refused: no data of a user can put one behind the button of our mail.
func (c *Composer) link(given, lang string) (string, error) {
	if strings.HasPrefix(given, "/") && !strings.HasPrefix(given, "//") {
		given = c.config.PublicURL + given
	}
	rest, ok := strings.CutPrefix(given, c.config.PublicURL)
	if !ok || (rest != "" && rest[0] != '/' && rest[0] != '?') {
		return "", fmt.Errorf("the link does not lead to this site")
	}
	u, err := url.Parse(given)
	if err != nil || strings.ContainsAny(given, " \"'<>\\`") || singleLine(given) != nil {
		return "", fmt.Errorf("the link is not a valid URL")
	}
	if u.Query().Has("lang") {
		return given, nil
	}
	if u.RawQuery != "" {
		u.RawQuery += "&"
	}
	u.RawQuery += "lang=" + c.voice(lang).speak.Lang()
	return u.String(), nil
}
