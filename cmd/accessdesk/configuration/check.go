package configuration

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/go-playground/validator/v10"
)

// check applies the rules of the tags and those between keys. It names the key, what is wrong and how to mend it.
func (config Configuration) check() error {
	rules := validator.New(validator.WithRequiredStructEnabled())
	rules.RegisterTagNameFunc(func(field reflect.StructField) string { return field.Tag.Get("toml") })
	var invalid validator.ValidationErrors
	if err := rules.Struct(config); errors.As(err, &invalid) {
		var all []error
		for _, problem := range invalid {
			_, key, _ := strings.Cut(problem.Namespace(), ".")
			all = append(all, fmt.Errorf("[%s] %s", strings.Replace(key, ".", "] ", 1), ruleText(problem)))
		}
		return fmt.Errorf("configuration: %w", errors.Join(all...))
	} else if err != nil {
		return err
	}
	if _, err := time.LoadLocation(config.Brand.TimeZone); err != nil {
		return fmt.Errorf("configuration: [brand] time_zone: %v", err)
	}
	if config.Mail.TLS == "none" && config.Mail.Delivery == "smtp" && !Loopback(config.Mail.Host) {
		return fmt.Errorf(`configuration: [mail] tls = "none" is allowed only for a mail server on this machine; use "starttls" or "implicit"`)
	}
	if err := errors.Join(config.Security.check(), config.Catalog.check(), config.Registry.check()); err != nil {
		return err
	}
	return checkPublicURL(config.Server.PublicURL)
}

var hostPattern = regexp.MustCompile(`^\.?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$`)

// check wants names of sites. An address, a number or "*" would be a mistake that lets the desk ask where nobody meant.
func (c Catalog) check() error {
	for _, host := range c.LinkHosts {
		if host != "listed" && !hostPattern.MatchString(host) {
			return fmt.Errorf(`configuration: [catalog] link_hosts: %q is no site; write names in small letters like "www.example.gov", ".example.gov" for all below it too, or "listed"`, host)
		}
	}
	if c.LinkCheck && len(c.LinkHosts) == 0 {
		return fmt.Errorf(`configuration: [catalog] link_check is on, but link_hosts names no site; "listed" means every site that a listing names`)
	}
	return nil
}

// Addresses gives the contacts with their scheme, as security.txt names them. Without one it is the address that people write to anyway.
func (s Security) Addresses(replyTo string) []string {
	contacts := s.Contacts
	if len(contacts) == 0 && replyTo != "" {
		contacts = []string{replyTo}
	}
	var all []string
	for _, contact := range contacts {
		if strings.Contains(contact, "@") && !strings.Contains(contact, ":") {
			contact = "mailto:" + contact
		}
		all = append(all, contact)
	}
	return all
}

// check wants contacts and a policy that security.txt may name: RFC 9116 has no address without TLS.
func (s Security) check() error {
	for _, contact := range s.Addresses("") {
		u, err := url.Parse(contact)
		if err != nil || strings.ContainsAny(contact, " \t\r\n") || !(u.Scheme == "https" && u.Host != "" || u.Scheme == "mailto" && emailPattern.MatchString(u.Opaque) || u.Scheme == "tel" && u.Opaque != "") {
			return fmt.Errorf(`configuration: [security] contacts: %q is no contact; write an address like "security@example.org", "https://example.org/report" or "tel:+1-555-0100"`, contact)
		}
	}
	if u, err := url.Parse(s.Policy); s.Policy != "" && (err != nil || u.Scheme != "https" || u.Host == "" || strings.ContainsAny(s.Policy, " \t\r\n")) {
		return fmt.Errorf(`configuration: [security] policy: %q is not an address like https://example.org/security`, s.Policy)
	}
	return nil
}

var emailPattern = regexp.MustCompile(`^[^@\s]+@[^@\s]+$`)

// check wants names of hosts, and addresses if there is something to be done with them. The addresses are read by package register.
func (r Registry) check() error {
	for _, host := range r.Hosts {
		if !hostPattern.MatchString(host) {
			return fmt.Errorf(`configuration: [registry] hosts: %q is no host; write names in small letters like "www.example.gov", or ".example.gov" for all below it too`, host)
		}
	}
	if r.Sync && len(r.URLs) == 0 {
		return fmt.Errorf("configuration: [registry] sync is on, but [registry.urls] names no address")
	}
	return nil
}

func checkPublicURL(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || !slices.Contains([]string{"http", "https"}, u.Scheme) {
		return fmt.Errorf("configuration: [server] public_url %q is not an address like https://desk.example.org", address)
	}
	if u.Scheme == "http" && !Loopback(u.Hostname()) {
		return fmt.Errorf("configuration: [server] public_url must be https (http only on this machine itself): sign-in cookies must not travel in the clear")
	}
	return nil
}

// Loopback tells whether a host is this machine.
func Loopback(host string) bool {
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
