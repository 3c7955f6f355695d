package api_test

import (
	"os"
	"strings"
	"testing"
)

// TestGuide runs every curl command of docs/interfaces.md that is about this interface, as it stands there.
func TestGuide(t *testing.T) {
	text, err := os.ReadFile("../../docs/interfaces.md")
	must(t, err)
	_, section, _ := strings.Cut(string(text), "\n## The interface for programs: /api/v1\n")
	section, _, _ = strings.Cut(section, "\n## ")
	d := open(t)
	key := d.key(d.rosa, "catalog:write")
	ready := d.text(model, func(o map[string]any) { o["slug"], o["known_as"] = "example-scanning", nil })
	mark := d.ask("PUT", "/drafts/example-scanning", ready, "Authorization", key, "If-None-Match", "*").want(201).Header.Get("ETag")
	changed := strings.Replace(ready, `"minutes_to_apply":`, `"minutes_to_apply":1`, 1)
	count := 0
	for line := range strings.Lines(strings.ReplaceAll(section, "\\\n", " ")) {
		words := shell(strings.TrimSpace(line))
		if len(words) == 0 || words[0] != "curl" {
			continue
		}
		count++
		method, body, path, headers := "GET", "", "", []string{}
		for i := 1; i < len(words); i++ {
			switch word := words[i]; word {
			case "-X":
				i++
				method = words[i]
			case "-d":
				i++
				method, body = "POST", words[i]
			case "--data":
				if i++; words[i] == "@example-scanning.json" {
					body = changed
				}
			case "-H":
				i++
				name, value, _ := strings.Cut(strings.Replace(words[i], "$KEY", "Authorization: "+key, 1), ": ")
				headers = append(headers, name, strings.Replace(value, `"0123456789abcdef"`, mark, 1))
			case "-s", "-si":
			default:
				path = strings.TrimPrefix(word, "https://desk.example.org/api/v1")
			}
		}
		if a := d.ask(method, path, body, headers...).want(200); method == "PUT" {
			mark = a.Header.Get("ETag")
		}
	}
	if count != 9 {
		t.Errorf("%d commands found", count)
	}
}

// shell splits a line into words as a shell does, as far as the guide goes: blanks, single and double quotes.
func shell(line string) (words []string) {
	var word strings.Builder
	var quote rune
	inside := false
	for _, c := range line {
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '\'' || c == '"'):
			quote, inside = c, true
		case quote == 0 && c == ' ':
			if inside {
				words = append(words, word.String())
			}
			word.Reset()
			inside = false
		default:
			word.WriteRune(c)
			inside = true
		}
	}
	if inside {
		words = append(words, word.String())
	}
	return words
}
