package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// deployed is a file of deploy/ without its comments.
func deployed(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../../deploy", name))
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile(`(?m)^\s*#.*$`).ReplaceAllString(string(text), "")
}

// The commands of the units are ones that this program takes.
func TestUnitsStartRealCommands(t *testing.T) {
	command := regexp.MustCompile(`(?m)^ExecStart=/usr/local/bin/accessdesk (.+)$`)
	for _, unit := range []string{"accessdesk.service", "accessdesk-backup.service"} {
		found := command.FindStringSubmatch(deployed(t, unit))
		if found == nil {
			t.Errorf("%s does not start the program", unit)
			continue
		}
		parser, err := kong.New(&commands{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parser.Parse(strings.Fields(found[1])); err != nil {
			t.Errorf("%s: %q: %v", unit, found[1], err)
		}
	}
}

// The proxies overwrite the visitor's address in the header that the program is told to read, and never add to it.
func TestProxiesOverwriteTheAddress(t *testing.T) {
	for name, wants := range map[string][]string{
		"Caddyfile":  {"header_up X-Real-IP {remote_host}", "header_up X-Forwarded-For {remote_host}", "header_up -Forwarded"},
		"nginx.conf": {"proxy_set_header X-Real-IP $remote_addr;", "proxy_set_header X-Forwarded-For $remote_addr;", `proxy_set_header Forwarded "";`},
	} {
		text := deployed(t, name)
		for _, want := range wants {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %q", name, want)
			}
		}
		if strings.Contains(text, "proxy_add_x_forwarded_for") || strings.Contains(text, "header_up +") {
			t.Errorf("%s adds to what the visitor sends", name)
		}
	}
}
