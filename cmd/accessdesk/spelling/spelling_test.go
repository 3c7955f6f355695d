package spelling

import (
	"testing"

	"pgregory.net/rapid"
)

func TestNearest(t *testing.T) {
	known := []string{"server.listen", "server.public_url", "mail.host", "mail.port", "señal"}
	for word, want := range map[string]string{"server.lissten": "server.listen", "mail.prot": "mail.port", "senal": "señal",
		"mail.host": "mail.host", "weather": "", "": "", "x": ""} {
		if got := Nearest(word, known); got != want {
			t.Errorf("%q is taken for %q, want %q", word, got, want)
		}
	}
}

// TestEdits: the distance is one of a metric, and at most the longer word.
func TestEdits(t *testing.T) {
	word := rapid.StringMatching(`[a-cñ]{0,6}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := word.Draw(t, "a"), word.Draw(t, "b"), word.Draw(t, "c")
		if ab := edits(a, b); ab != edits(b, a) || (ab == 0) != (a == b) || ab > max(len([]rune(a)), len([]rune(b))) || ab > edits(a, c)+edits(c, b) {
			t.Fatalf("%q to %q is %d, back %d, by %q %d and %d", a, b, ab, edits(b, a), c, edits(a, c), edits(c, b))
		}
	})
}
