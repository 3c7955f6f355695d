package configuration

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func writeConfiguration(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// The example must hold every key with its default, so that nobody has to read the code.
func TestExampleIsTheDefaults(t *testing.T) {
	const example = "../../../config.example.toml"
	got, err := Load(example, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := Defaults()
	want.Server.PublicURL = "http://127.0.0.1:8080"
	want.Security.Contacts = []string{}
	want.Server.TrustedProxies, want.Catalog.LinkHosts, want.Registry.Hosts, want.Registry.URLs = []string{}, []string{}, []string{}, map[string][]string{}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("config.example.toml says\n%+v\nthe defaults are\n%+v", got, want)
	}
	text, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range keys() {
		name := key[strings.LastIndex(key, ".")+1:]
		if key != "brand.contacts" && key != "registry.urls" && !strings.Contains(string(text), "\n"+name+" = ") {
			t.Errorf("config.example.toml does not mention %s", key)
		}
	}
}

func TestConfigurationIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		text        string
		environment []string
		want        []string
	}{
		"unknown key":      {"[server]\nlissten = \"x\"\n", nil, []string{`unknown key "server.lissten"`, `Did you mean "server.listen"?`}},
		"unknown section":  {"[sever]\nlisten = \"x\"\n", nil, []string{`unknown key "sever"`, `Did you mean "server"?`}},
		"syntax":           {"[server]\nlisten = \n", nil, []string{"config.toml: line 2"}},
		"wrong type":       {"[mail]\nport = \"many\"\n", nil, []string{"config.toml", "port"}},
		"no port":          {"[server]\nlisten = \"localhost\"\n", nil, []string{"[server] listen", "127.0.0.1:8080"}},
		"clear text":       {"[server]\npublic_url = \"http://desk.example.org\"\n", nil, []string{"public_url must be https"}},
		"no mail server":   {"[mail]\ndelivery = \"smtp\"\n", nil, []string{"[mail] host", "is needed when delivery is smtp"}},
		"mail without TLS": {"[mail]\ndelivery = \"smtp\"\nhost = \"mail.example.org\"\ntls = \"none\"\n", nil, []string{"only for a mail server on this machine"}},
		"time zone":        {"[brand]\ntime_zone = \"Mars/Olympus\"\n", nil, []string{"[brand] time_zone", "America/New_York"}},
		"contact":          {"[security]\ncontacts = [\"call us\"]\n", nil, []string{"[security] contacts", "call us", "tel:+1-555-0100"}},
		"clear contact":    {"[security]\ncontacts = [\"http://example.org/report\"]\n", nil, []string{"[security] contacts", "http://example.org/report"}},
		"line in contact":  {"[security]\ncontacts = [\"a@example.org\\nExpires: never\"]\n", nil, []string{"[security] contacts"}},
		"clear policy":     {"[security]\npolicy = \"http://example.org\"\n", nil, []string{"[security] policy", "http://example.org"}},
		"days":             {"[catalog]\nrecheck_days = 0\n", nil, []string{"[catalog] recheck_days", "at least 1"}},
		"site":             {"[catalog]\nlink_hosts = [\"https://example.org/\"]\n", nil, []string{"link_hosts", "https://example.org/", "www.example.gov"}},
		"every site":       {"[catalog]\nlink_hosts = [\"*\"]\n", nil, []string{"link_hosts", "\"listed\""}},
		"machine":          {"[catalog]\nlink_hosts = [\"127.0.0.1\"]\n", nil, []string{"link_hosts", "127.0.0.1"}},
		"local name":       {"[catalog]\nlink_hosts = [\"localhost\"]\n", nil, []string{"link_hosts", "localhost"}},
		"no site":          {"[catalog]\nlink_check = true\n", nil, []string{"link_check is on", "link_hosts"}},
		"host of files":    {"[registry]\nhosts = [\"10.0.0.1\"]\n", nil, []string{"[registry] hosts", "10.0.0.1", "www.example.gov"}},
		"nothing to sync":  {"[registry]\nsync = true\n", nil, []string{"[registry] sync is on", "[registry.urls]"}},
		"no list of urls":  {"[registry.urls]\nfdic = 7\n", nil, []string{"config.toml", "urls"}},
		"urls in variable": {"", []string{"ACCESSDESK_REGISTRY_URLS=x"}, []string{"unknown environment variable ACCESSDESK_REGISTRY_URLS"}},
		"variable":         {"", []string{"ACCESSDESK_SERVER_LISTN=x"}, []string{"unknown environment variable ACCESSDESK_SERVER_LISTN", `"ACCESSDESK_SERVER_LISTEN"`}},
		"variable value":   {"", []string{"ACCESSDESK_MAIL_PORT=many"}, []string{"ACCESSDESK_MAIL_PORT", "not a whole number"}},
		"missing secret":   {"", []string{"ACCESSDESK_MAIL_PASSWORD_FILE=/nowhere/at/all"}, []string{"ACCESSDESK_MAIL_PASSWORD_FILE"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Load(writeConfiguration(t, c.text), c.environment)
			if err == nil {
				t.Fatal("it was taken")
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got %q, want %q in it", err, want)
				}
			}
		})
	}
}

func TestEnvironmentOverrides(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("hush\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	config, err := Load(writeConfiguration(t, "[server]\nlisten = \"127.0.0.1:9000\"\n"), []string{
		"PATH=/bin", "ACCESSDESK_SERVER_LISTEN=127.0.0.1:9001", "ACCESSDESK_MAIL_PASSWORD_FILE=" + secret,
		"ACCESSDESK_SERVER_TRUSTED_PROXIES=127.0.0.1, 10.0.0.0/8", "ACCESSDESK_BRAND_GOVERNMENT=true",
	})
	if err != nil {
		t.Fatal(err)
	}
	if config.Server.Listen != "127.0.0.1:9001" || config.Mail.Password != "hush" || !config.Brand.Government ||
		!reflect.DeepEqual(config.Server.TrustedProxies, []string{"127.0.0.1", "10.0.0.0/8"}) {
		t.Errorf("got %+v", config)
	}
	if config.Server.PublicURL != "http://127.0.0.1:9001" {
		t.Errorf("public_url is %q", config.Server.PublicURL)
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	_, err := Load(writeConfiguration(t, "[database]\ndsn = \"\"\n"), nil)
	if err == nil || !strings.Contains(err.Error(), "(hidden)") {
		t.Errorf("got %v", err)
	}
}

// FuzzConfiguration holds that whatever stands in the file is read or refused, with the name of the file or of the key, and that no
// secret stands in the message.
func FuzzConfiguration(f *testing.F) {
	example, err := os.ReadFile("../../../config.example.toml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(example))
	f.Add("[server]\nlisten = \"127.0.0.1:8081\"\n[registry.urls]\nfdic = [\"https://www.example.gov/a.csv\"]\n")
	f.Add("[mail]\nport = -1\npassword = \"hidden-here\"\n[[brand.contacts]]\nname = 7\n")
	f.Add("a.b.c = {d = [1, 'x', {}]}\n")
	f.Fuzz(func(t *testing.T, text string) {
		config := Defaults()
		err := decode("config.toml", text, &config)
		if err == nil {
			if config.Server.PublicURL == "" {
				config.Server.PublicURL = DefaultPublicURL(config.Server.Listen)
			}
			err = config.check()
			if err != nil && !strings.HasPrefix(err.Error(), "configuration: ") {
				t.Errorf("the message does not say that it is about the configuration: %v", err)
			}
			if password := config.Mail.Password; err != nil && len(password) > 8 && strings.Count(text, password) == 1 && strings.Contains(err.Error(), password) {
				t.Errorf("the password stands in %v", err)
			}
		} else if !strings.HasPrefix(err.Error(), "config.toml: ") {
			t.Errorf("the message does not name the file: %v", err)
		}
	})
}

// TestSecurityContacts holds what security.txt names: what is configured, else the address that people write to, else nothing.
func TestSecurityContacts(t *testing.T) {
	for _, c := range []struct{ text, replyTo, want string }{
		{"", "", ""}, {"", "help@example.org", "mailto:help@example.org"},
		{"[security]\ncontacts = [\"security@example.org\", \"https://example.org/report\", \"tel:+1-555-0100\", \"mailto:a@example.org\"]\n", "help@example.org",
			"mailto:security@example.org https://example.org/report tel:+1-555-0100 mailto:a@example.org"},
	} {
		config, err := Load(writeConfiguration(t, c.text), nil)
		if got := strings.Join(config.Security.Addresses(c.replyTo), " "); err != nil || got != c.want {
			t.Errorf("%q: %q, %v; want %q", c.text, got, err, c.want)
		}
	}
}
