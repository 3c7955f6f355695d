package packet

import (
	"net/netip"
	"regexp"
	"strings"
	"unicode"
)

// Risk names what must not leave the house in a message or a form.
type Risk string

// The risks. Their texts are packet.risk_RISK.
const (
	NoRisk       Risk = ""
	RiskPassword Risk = "password" // a password, a PIN, an address with one in it
	RiskKey      Risk = "key"      // a private key or a token of a service
	RiskNetwork  Risk = "network"  // an internal address: part of a map of the network
	RiskWeakness Risk = "weakness" // an open weakness, named by its number
)

// Risks lists the risks.
func Risks() []Risk { return []Risk{RiskPassword, RiskKey, RiskNetwork, RiskWeakness} }

var (
	privateKey = regexp.MustCompile(`-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----`)
	// Tokens as their makers document them: AWS, GitHub, Slack, keys that begin with "sk-", JSON Web Tokens, Google API keys.
	serviceToken = regexp.MustCompile(`\b(?:(?:AKIA|ASIA)[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,}|xox[abprs]-[A-Za-z0-9-]{10,}|sk-[A-Za-z0-9_-]{20,}|AIza[A-Za-z0-9_-]{35}|eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*)`)
	// The word; what stands behind it is not part of the pattern, since it may be the word again.
	passwordWord  = regexp.MustCompile(`(?i)\b(?:pass(?:word|code|phrase)|pwd|contraseña|clave|PIN)s?\s*(:|=|\bis\b|\bes\b)`)
	addressSecret = regexp.MustCompile(`(?i)\b[a-z][a-z0-9+.-]{1,20}://[^/\s:@]{1,200}:[^/\s@]{1,200}@`)
	weakness      = regexp.MustCompile(`(?i)\bCVE-(?:19|20)\d{2}-\d{4,}\b`)
	address       = regexp.MustCompile(`(?:\d{1,3}\.){3}\d{1,3}(?:/\d{1,2})?|(?i)\bf[cd][0-9a-f]{2}:[0-9a-f:]{2,}(?:/\d{1,3})?`)
)

// plainWords stand behind "password:" in an honest sentence.
var plainWords = []string{"no", "none", "never", "not", "yes", "we", "the", "our", "they", "kept", "manager", "policy", "ninguna", "nunca", "sí", "nuestra", "la", "las"}

// RiskOf tells what in somebody's words must not be sent to anybody, NoRisk if there is nothing. It knows what can be known
// by its form; it is a net under the sentence "leave out passwords", not in place of it.
func RiskOf(text string) Risk {
	text = lines(text)
	switch {
	case privateKey.MatchString(text), serviceToken.MatchString(text):
		return RiskKey
	case addressSecret.MatchString(text), givesPassword(text):
		return RiskPassword
	case weakness.MatchString(text):
		return RiskWeakness
	case namesInside(text):
		return RiskNetwork
	}
	return NoRisk
}

// givesPassword tells "password: Summer2026" from "password policy: none" and "the password is kept by the clerk".
func givesPassword(text string) bool {
	for _, found := range passwordWord.FindAllStringSubmatchIndex(text, -1) {
		word := text[found[2]:found[3]]
		rest := strings.Fields(text[found[1]:])
		if len(rest) == 0 {
			continue
		}
		value := strings.Trim(rest[0], `.,;"'()`)
		if len(value) < 3 {
			continue
		}
		if word == ":" || word == "=" {
			if !containsFold(plainWords, value) {
				return true
			}
			continue
		}
		if strings.ContainsFunc(value, unicode.IsDigit) || strings.ContainsAny(value, "!#$%&*@^_") {
			return true
		}
	}
	return false
}

func containsFold(words []string, word string) bool {
	for _, one := range words {
		if strings.EqualFold(one, word) {
			return true
		}
	}
	return false
}

// namesInside tells whether a text names an address inside of a network (RFC 1918, RFC 4193).
func namesInside(text string) bool {
	for _, found := range address.FindAllString(text, -1) {
		bare, _, _ := strings.Cut(found, "/")
		if addr, err := netip.ParseAddr(bare); err == nil && addr.IsPrivate() {
			return true
		}
	}
	return false
}
