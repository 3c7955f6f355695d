package main

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/go-playground/validator/v10"
)

// configuration is config.toml. Every key has a default, so that an empty file, or none, is a working desk on this
// machine. Unknown keys are refused. config.example.toml documents each key; a test holds the two together.
type configuration struct {
	Server   serverConfig   `toml:"server"`
	Database databaseConfig `toml:"database"`
	Brand    brandConfig    `toml:"brand"`
	Mail     mailConfig     `toml:"mail"`
	Limits   limitsConfig   `toml:"limits"`
	Keys     keysConfig     `toml:"keys"`
}

type serverConfig struct {
	Listen         string   `toml:"listen" validate:"required,hostname_port"`
	PublicURL      string   `toml:"public_url" validate:"omitempty,url"`
	TrustedProxies []string `toml:"trusted_proxies" validate:"dive,ip|cidr"`
	ProxyHeader    string   `toml:"proxy_header"`
}

type databaseConfig struct {
	DSN         string `toml:"dsn" validate:"required" secret:"true"`
	Checkpoints string `toml:"checkpoints" validate:"required"`
}

type brandConfig struct {
	Name       string          `toml:"name" validate:"required,max=60"`
	TaglineEn  string          `toml:"tagline_en" validate:"required,max=80"`
	TaglineEs  string          `toml:"tagline_es" validate:"required,max=80"`
	Operator   string          `toml:"operator" validate:"max=120"`
	Government bool            `toml:"government"`
	TimeZone   string          `toml:"time_zone" validate:"required,timezone"`
	Contacts   []contactConfig `toml:"contacts" validate:"dive"`
}

type contactConfig struct {
	Name  string `toml:"name" validate:"required"`
	En    string `toml:"en" validate:"required"`
	Es    string `toml:"es" validate:"required"`
	Phone string `toml:"phone"`
	URL   string `toml:"url" validate:"omitempty,url"`
}

type mailConfig struct {
	Delivery string `toml:"delivery" validate:"oneof=spool smtp"`
	Spool    string `toml:"spool" validate:"required"`
	From     string `toml:"from" validate:"required,email"`
	ReplyTo  string `toml:"reply_to" validate:"omitempty,email"`
	Host     string `toml:"host" validate:"required_if=Delivery smtp"`
	Port     int    `toml:"port" validate:"min=1,max=65535"`
	Username string `toml:"username"`
	Password string `toml:"password" secret:"true"`
	TLS      string `toml:"tls" validate:"oneof=starttls implicit none"`
}

type limitsConfig struct {
	BodyKB         int `toml:"body_kb" validate:"min=64,max=4096"`
	SignIn         int `toml:"sign_in" validate:"min=1"`
	Check          int `toml:"check" validate:"min=1"`
	TimeoutSeconds int `toml:"timeout_seconds" validate:"min=1,max=60"`
}

type keysConfig struct {
	Folder string `toml:"folder" validate:"required"`
}

// defaults is the configuration of an empty file.
func defaults() configuration {
	return configuration{
		Server:   serverConfig{Listen: "127.0.0.1:8080"},
		Database: databaseConfig{DSN: "var/accessdesk.db", Checkpoints: "var/checkpoints"},
		Brand: brandConfig{Name: "Cyber Access Desk", TaglineEn: "Security help for small operators",
			TaglineEs: "Ayuda de seguridad para operadores pequeños",
			TimeZone:  "America/New_York",
			Contacts: []contactConfig{
				{Name: "CISA", En: "Report an attack and ask for help, day or night.", Es: "Reporte un ataque y pida ayuda, de día o de noche.",
					Phone: "1-844-729-2472", URL: "https://www.cisa.gov/report"},
				{Name: "FBI", En: "Report the crime to the Internet Crime Complaint Center, or call your local FBI office.",
					Es: "Denuncie el delito ante el Centro de Denuncias de Delitos en Internet o llame a la oficina local del FBI.", URL: "https://www.ic3.gov"},
			}},
		Mail:   mailConfig{Delivery: "spool", Spool: "var/mail", From: "desk@localhost.localdomain", Port: 587, TLS: "starttls"},
		Limits: limitsConfig{BodyKB: 256, SignIn: 20, Check: 120, TimeoutSeconds: 10},
		Keys:   keysConfig{Folder: "var/keys"},
	}
}

// usageError is a mistake of the caller: exit 2.
type usageError struct{ err error }

func (e usageError) Error() string { return e.err.Error() }
func (e usageError) Unwrap() error { return e.err }

func misuse(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// environmentPrefix begins the variables that override the file: ACCESSDESK_SERVER_LISTEN is [server] listen.
const environmentPrefix = "ACCESSDESK_"

// loadConfiguration reads the file, lays the environment over it and checks the whole. path "" means config.toml if
// there is one, else the defaults.
func loadConfiguration(path string, environment []string) (configuration, error) {
	config := defaults()
	name := path
	if name == "" {
		name = "config.toml"
	}
	text, err := os.ReadFile(name)
	switch {
	case errors.Is(err, os.ErrNotExist) && path == "":
	case err != nil:
		return config, usageError{fmt.Errorf("configuration: %w", err)}
	default:
		if err := decodeConfiguration(name, string(text), &config); err != nil {
			return config, err
		}
	}
	if err := overlay(&config, environment); err != nil {
		return config, err
	}
	if config.Server.PublicURL == "" {
		config.Server.PublicURL = defaultPublicURL(config.Server.Listen)
	}
	return config, checkConfiguration(config)
}

// defaultPublicURL is what a browser on this machine types.
func defaultPublicURL(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil || host == "" || host == "0.0.0.0" || host == "::" {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

func decodeConfiguration(name, text string, config *configuration) error {
	contacts := config.Brand.Contacts
	config.Brand.Contacts = nil // a list in the file replaces the default list
	meta, err := toml.Decode(text, config)
	if err != nil {
		var syntax toml.ParseError
		if errors.As(err, &syntax) {
			return misuse("%s: line %d: %s", name, syntax.Position.Line, syntax.Message)
		}
		return misuse("%s: %v", name, err)
	}
	if !meta.IsDefined("brand", "contacts") {
		config.Brand.Contacts = contacts
	}
	known := append(configurationKeys(), configurationSections()...)
	for _, key := range meta.Undecoded() {
		dotted := strings.Join(key, ".")
		return misuse("%s: unknown key %q%s", name, dotted, suggest(dotted, known))
	}
	return nil
}

// suggest names the nearest known key, if one is near.
func suggest(word string, known []string) string {
	best, distance := "", len(word)/2+1
	for _, k := range known {
		if d := editDistance(word, k); d < distance {
			best, distance = k, d
		}
	}
	if best == "" {
		return ". The known keys stand in config.example.toml"
	}
	return fmt.Sprintf(". Did you mean %q?", best)
}

// editDistance is Levenshtein's distance in runes.
func editDistance(a, b string) int {
	from, to := []rune(a), []rune(b)
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range from {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range to {
			cost := diagonal
			if x != y {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(to)]
}

// setting is one key of the configuration: its dotted name, its field, and whether it may come from a secret file.
type setting struct {
	name   string
	field  reflect.Value
	secret bool
}

// settings lists the keys that are single values or lists of words, section by section.
func settings(config *configuration) []setting {
	var all []setting
	sections := reflect.ValueOf(config).Elem()
	for i := range sections.NumField() {
		section := sections.Field(i)
		prefix := sections.Type().Field(i).Tag.Get("toml")
		for j := range section.NumField() {
			field := section.Type().Field(j)
			all = append(all, setting{prefix + "." + field.Tag.Get("toml"), section.Field(j), field.Tag.Get("secret") == "true"})
		}
	}
	return all
}

func configurationKeys() []string {
	config := defaults()
	var names []string
	for _, s := range settings(&config) {
		names = append(names, s.name)
	}
	contact := reflect.TypeFor[contactConfig]()
	for i := range contact.NumField() {
		names = append(names, "brand.contacts."+contact.Field(i).Tag.Get("toml"))
	}
	return names
}

func configurationSections() []string {
	var names []string
	config := reflect.TypeFor[configuration]()
	for i := range config.NumField() {
		names = append(names, config.Field(i).Tag.Get("toml"))
	}
	return names
}

// overlay lays ACCESSDESK_SECTION_KEY over the file. A secret may be given as ACCESSDESK_SECTION_KEY_FILE, the name
// of a file that holds it. A variable with our prefix that names no key is refused like an unknown key.
func overlay(config *configuration, environment []string) error {
	byName := map[string]setting{}
	var known []string
	for _, s := range settings(config) {
		if s.field.Kind() == reflect.Slice && s.field.Type().Elem().Kind() != reflect.String {
			continue // tables have no place in a variable
		}
		variable := environmentPrefix + strings.ToUpper(strings.ReplaceAll(s.name, ".", "_"))
		byName[variable] = s
		known = append(known, variable)
		if s.secret {
			known = append(known, variable+"_FILE")
		}
	}
	for _, pair := range environment {
		name, value, _ := strings.Cut(pair, "=")
		if !strings.HasPrefix(name, environmentPrefix) {
			continue
		}
		s, ok := byName[name]
		if file, isFile := strings.CutSuffix(name, "_FILE"); !ok && isFile && byName[file].secret {
			text, err := os.ReadFile(value)
			if err != nil {
				return misuse("environment variable %s: %v", name, err)
			}
			s, ok, value = byName[file], true, strings.TrimRight(string(text), "\r\n")
		}
		if !ok {
			return misuse("unknown environment variable %s%s", name, suggest(name, known))
		}
		if err := assign(s.field, value); err != nil {
			return misuse("environment variable %s: %v", name, err)
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

// checkConfiguration applies the rules of the tags and those between keys. It names the key, what is wrong and how to mend it.
func checkConfiguration(config configuration) error {
	check := validator.New(validator.WithRequiredStructEnabled())
	check.RegisterTagNameFunc(func(field reflect.StructField) string { return field.Tag.Get("toml") })
	var invalid validator.ValidationErrors
	if err := check.Struct(config); errors.As(err, &invalid) {
		var all []error
		for _, problem := range invalid {
			_, key, _ := strings.Cut(problem.Namespace(), ".")
			all = append(all, fmt.Errorf("[%s] %s", strings.Replace(key, ".", "] ", 1), ruleText(problem)))
		}
		return usageError{fmt.Errorf("configuration: %w", errors.Join(all...))}
	} else if err != nil {
		return err
	}
	if _, err := time.LoadLocation(config.Brand.TimeZone); err != nil {
		return misuse("configuration: [brand] time_zone: %v", err)
	}
	if config.Mail.TLS == "none" && config.Mail.Delivery == "smtp" && !loopbackHost(config.Mail.Host) {
		return misuse(`configuration: [mail] tls = "none" is allowed only for a mail server on this machine; use "starttls" or "implicit"`)
	}
	return checkPublicURL(config.Server.PublicURL)
}

func checkPublicURL(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || !slices.Contains([]string{"http", "https"}, u.Scheme) {
		return misuse("configuration: [server] public_url %q is not an address like https://desk.example.org", address)
	}
	if u.Scheme == "http" && !loopbackHost(u.Hostname()) {
		return misuse("configuration: [server] public_url must be https (http only on this machine itself): sign-in cookies must not travel in the clear")
	}
	return nil
}

func loopbackHost(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

// ruleText says a broken rule in words.
func ruleText(problem validator.FieldError) string {
	value := fmt.Sprintf("%v", problem.Value())
	if problem.Field() == "password" || problem.Field() == "dsn" {
		value = "(hidden)"
	}
	need := map[string]string{
		"required": "must not be empty", "required_if": "is needed when delivery is smtp",
		"hostname_port": "must be an address and port like 127.0.0.1:8080", "url": "must be an address like https://desk.example.org",
		"email": "must be an e-mail address", "timezone": "must be a time zone like America/New_York",
		"ip|cidr": "must be an IP address or a network like 10.0.0.0/8",
		"oneof":   "must be one of: " + strings.ReplaceAll(problem.Param(), " ", ", "),
		"min":     "must be at least " + problem.Param(), "max": "must be at most " + problem.Param(),
	}[problem.Tag()]
	if need == "" {
		need = "is not valid (" + problem.Tag() + ")"
	}
	return fmt.Sprintf("= %q %s", value, need)
}
