package account

import (
	"net/url"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

// FuzzLocalPath holds that whatever passes leads to this site, as a browser resolves it.
func FuzzLocalPath(f *testing.F) {
	for _, seed := range []string{"/", "/a/b?c=//d#e", "//evil.example", "/\\evil.example", "/\t/evil.example", "/.//evil.example",
		"/a/..//evil.example", "/%2e%2e/%2f", "https://evil.example", "javascript:alert(1)", "/%zz", "/\u2028x", "///", "/./", "/@evil.example", "/%2f"} {
		f.Add(seed)
	}
	site, err := url.Parse("https://desk.example.org/signin/link")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, next string) {
		path := localPath(next)
		if path == "" {
			return
		}
		if path != next {
			t.Fatalf("%q became another path: %q", next, path)
		}
		// Browsers drop tabs and line ends and take "\" for "/" (WHATWG URL), which net/url does not.
		browser := strings.NewReplacer("\t", "", "\n", "", "\r", "", "\\", "/").Replace(path)
		target, err := site.Parse(browser)
		if err != nil || target.Host != site.Host || target.Scheme != site.Scheme || target.User != nil || strings.HasPrefix(target.Path, "//") {
			t.Fatalf("%q leads to %v (%v)", next, target, err)
		}
		if strings.ContainsFunc(path, unicode.IsControl) {
			t.Fatalf("%q has control characters", next)
		}
	})
}

// FuzzNormalizeEmail holds that a normalized address is its own normal form and fits into one header line.
func FuzzNormalizeEmail(f *testing.F) {
	for _, seed := range []string{"office@example.org", " Office@EXAMPLE.org ", "a@b", "\"a b\"@example.org", "a@example.org\r\nBcc: x@example.org", "ü@example.org", "a@xn--bcher-kva.example"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		email, err := NormalizeEmail(typed)
		if err != nil {
			return
		}
		again, err := NormalizeEmail(strings.ToUpper(email))
		if err != nil || again != email {
			t.Fatalf("%q became %q, and that %q (%v)", typed, email, again, err)
		}
		if strings.ContainsFunc(email, func(r rune) bool { return r <= ' ' || r >= 0x7f }) || strings.Count(email, "@") != 1 {
			t.Fatalf("%q became %q", typed, email)
		}
	})
}

// TestCodeHashIgnoresSpelling holds that a code is recognized however it is typed, and that the same code of another ask
// has another hash.
func TestCodeHashIgnoresSpelling(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		code := newCode()
		spelled := rapid.SliceOfN(rapid.SampledFrom([]string{"", " ", "-", "–", "\t", "."}), 9, 9).Draw(r, "between")
		var typed strings.Builder
		for i, letter := range code {
			typed.WriteString(spelled[i])
			if rapid.Bool().Draw(r, "lower") {
				letter = unicode.ToLower(letter)
			}
			typed.WriteRune(letter)
		}
		if codeHash("ask", typed.String()) != codeHash("ask", code) {
			r.Fatalf("%q is not taken for %q", typed.String(), code)
		}
		if codeHash("ask", code) == codeHash("other", code) || codeHash("ask", code) == codeHash("ask", code+"A") {
			r.Fatalf("the hash of %q fits too much", code)
		}
	})
}
