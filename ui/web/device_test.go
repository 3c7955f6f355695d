package web

import (
	"slices"
	"strings"
	"testing"
)

func TestDevices(t *testing.T) {
	for header, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0":                                                           "Firefox/Windows",
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                                     "Firefox/Linux",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36":                            "Chrome/Windows",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0":              "Edge/Windows",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15":                      "Safari/Mac",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1":    "Safari/iPhone",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/142.0.0.0 Mobile/15E148 Safari/604.1": "Chrome/iPhone",
		"Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/145.0 Mobile/15E148 Safari/605.1.15":           "Firefox/iPad",
		"Mozilla/5.0 (Linux; Android 15; SM-S921U) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36": "Samsung Internet/Android",
		"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36":                             "Chrome/ChromeOS",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 OPR/124.0.0.0":              "Opera/Windows",
		"Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36 EdgA/142.0.0.0":       "Edge/Android",
		"Lynx/2.9.2 libwww-FM/2.14 SSL-MM/1.4.1": "",
		"Dillo/3.0 (Windows)":                    "/Windows",
		"Firefox/1":                              "Firefox/",
		"":                                       "",
	} {
		if got := deviceOf(header); got != want {
			t.Errorf("%q is %q, want %q", header, got, want)
		}
	}
}

// FuzzDevice: whatever a header holds, only words of the lists are kept.
func FuzzDevice(f *testing.F) {
	for _, header := range []string{"Firefox/1 <script>", "Edg Windows iPhone", strings.Repeat("Chrome/", 1000), "\xff\x00/"} {
		f.Add(header)
	}
	known := func(marks [][2]string, word string) bool {
		return word == "" || slices.ContainsFunc(marks, func(mark [2]string) bool { return mark[1] == word })
	}
	f.Fuzz(func(t *testing.T, header string) {
		browser, system, _ := strings.Cut(deviceOf(header), "/")
		if !known(browserMarks, browser) || !known(systemMarks, system) {
			t.Errorf("%q became %q on %q", header, browser, system)
		}
	})
}
