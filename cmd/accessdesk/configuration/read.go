package configuration

import (
	"errors"
	"fmt"
	"net"
	"os"
	"reflect"
	"strconv"
	"strings"

	"accessdesk/cmd/accessdesk/spelling"

	"github.com/BurntSushi/toml"
)

// EnvironmentPrefix begins the variables that override the file: ACCESSDESK_SERVER_LISTEN is [server] listen.
const EnvironmentPrefix = "ACCESSDESK_"

// Load reads the file, lays the environment over it and checks the whole. path "" means config.toml if
// there is one, else the defaults.
func Load(path string, environment []string) (Configuration, error) {
	config := Defaults()
	name := path
	if name == "" {
		name = "config.toml"
	}
	text, err := os.ReadFile(name)
	switch {
	case errors.Is(err, os.ErrNotExist) && path == "":
	case err != nil:
		return config, fmt.Errorf("configuration: %w", err)
	default:
		if err := decode(name, string(text), &config); err != nil {
			return config, err
		}
	}
	if err := overlay(&config, environment); err != nil {
		return config, err
	}
	if config.Server.PublicURL == "" {
		config.Server.PublicURL = DefaultPublicURL(config.Server.Listen)
	}
	return config, config.check()
}

// DefaultPublicURL is what a browser on this machine types.
func DefaultPublicURL(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil || host == "" || host == "0.0.0.0" || host == "::" {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

func decode(name, text string, config *Configuration) error {
	contacts := config.Brand.Contacts
	config.Brand.Contacts = nil // a list in the file replaces the default list
	meta, err := toml.Decode(text, config)
	if err != nil {
		var syntax toml.ParseError
		if errors.As(err, &syntax) {
			return fmt.Errorf("%s: line %d: %s", name, syntax.Position.Line, syntax.Message)
		}
		return fmt.Errorf("%s: %v", name, err)
	}
	if !meta.IsDefined("brand", "contacts") {
		config.Brand.Contacts = contacts
	}
	known := append(keys(), sections()...)
	for _, key := range meta.Undecoded() {
		dotted := strings.Join(key, ".")
		return fmt.Errorf("%s: unknown key %q%s", name, dotted, suggestion(dotted, known))
	}
	return nil
}

// suggestion names the nearest known key, or where all of them stand.
func suggestion(word string, known []string) string {
	if nearest := spelling.Nearest(word, known); nearest != "" {
		return fmt.Sprintf(". Did you mean %q?", nearest)
	}
	return ". The known keys stand in config.example.toml"
}

// setting is one key of the configuration: its dotted name, its field, and whether it may come from a secret file.
type setting struct {
	name   string
	field  reflect.Value
	secret bool
}

// settings lists the keys that are single values or lists of words, section by section.
func settings(config *Configuration) []setting {
	var all []setting
	whole := reflect.ValueOf(config).Elem()
	for i := range whole.NumField() {
		section := whole.Field(i)
		prefix := whole.Type().Field(i).Tag.Get("toml")
		for j := range section.NumField() {
			field := section.Type().Field(j)
			all = append(all, setting{prefix + "." + field.Tag.Get("toml"), section.Field(j), field.Tag.Get("secret") == "true"})
		}
	}
	return all
}

func keys() []string {
	config := Defaults()
	var names []string
	for _, s := range settings(&config) {
		names = append(names, s.name)
	}
	contact := reflect.TypeFor[Contact]()
	for i := range contact.NumField() {
		names = append(names, "brand.contacts."+contact.Field(i).Tag.Get("toml"))
	}
	return names
}

func sections() []string {
	var names []string
	config := reflect.TypeFor[Configuration]()
	for i := range config.NumField() {
		names = append(names, config.Field(i).Tag.Get("toml"))
	}
	return names
}

// overlay lays ACCESSDESK_SECTION_KEY over the file. A secret may be given as ACCESSDESK_SECTION_KEY_FILE, the name
// of a file that holds it. A variable with our prefix that names no key is refused like an unknown key.
func overlay(config *Configuration, environment []string) error {
	byName := map[string]setting{}
	var known []string
	for _, s := range settings(config) {
		if s.field.Kind() == reflect.Map || s.field.Kind() == reflect.Slice && s.field.Type().Elem().Kind() != reflect.String {
			continue // tables have no place in a variable
		}
		variable := EnvironmentPrefix + strings.ToUpper(strings.ReplaceAll(s.name, ".", "_"))
		byName[variable] = s
		known = append(known, variable)
		if s.secret {
			known = append(known, variable+"_FILE")
		}
	}
	for _, pair := range environment {
		name, value, _ := strings.Cut(pair, "=")
		if !strings.HasPrefix(name, EnvironmentPrefix) {
			continue
		}
		s, ok := byName[name]
		if file, isFile := strings.CutSuffix(name, "_FILE"); !ok && isFile && byName[file].secret {
			text, err := os.ReadFile(value)
			if err != nil {
				return fmt.Errorf("environment variable %s: %v", name, err)
			}
			s, ok, value = byName[file], true, strings.TrimRight(string(text), "\r\n")
		}
		if !ok {
			return fmt.Errorf("unknown environment variable %s%s", name, suggestion(name, known))
		}
		if err := assign(s.field, value); err != nil {
			return fmt.Errorf("environment variable %s: %v", name, err)
		}
	}
	return nil
}

func assign(field reflect.Value, value string) error {
	switch field.Kind() {
	case reflect.String:
		field.SetString(value)
	case reflect.Bool:
		flag, err := strconv.ParseBool(value)
		if err != nil {
			return fmt.Errorf("%q is neither true nor false", value)
		}
		field.SetBool(flag)
	case reflect.Int:
		number, err := strconv.Atoi(value)
		if err != nil {
			return fmt.Errorf("%q is not a whole number", value)
		}
		field.SetInt(int64(number))
	case reflect.Slice:
		words := strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' })
		field.Set(reflect.ValueOf(words))
	}
	return nil
}
