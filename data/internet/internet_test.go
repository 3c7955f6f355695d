package internet

import (
	"errors"
	"net/netip"
	"net/url"
	"strings"
	"testing"
)

func TestPublic(t *testing.T) {
	for _, address := range []string{"127.0.0.1", "127.8.9.10", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "0.1.2.3",
		"192.0.0.8", "192.0.2.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
		"::", "::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "::127.0.0.1", "fe80::1", "fc00::1", "fd12:3456::1", "ff02::1", "2001:db8::1", "2002:7f00:1::", "2001::1", "fec0::1",
		"64:ff9b::127.0.0.1", "64:ff9b::10.1.2.3", "64:ff9b::192.168.0.1", "64:ff9b:1::1", "100::1", "3fff::1", "5f00::1"} {
		if Public(netip.MustParseAddr(address)) {
			t.Errorf("%s is taken for public", address)
		}
	}
	for _, address := range []string{"1.1.1.1", "8.8.8.8", "172.15.0.1", "172.32.0.1", "100.63.255.255", "100.128.0.1", "192.167.1.1", "198.17.0.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::8.8.8.8"} {
		if !Public(netip.MustParseAddr(address)) {
			t.Errorf("%s is not taken for public", address)
		}
	}
	if Public(netip.Addr{}) {
		t.Error("no address is taken for public")
	}
	if err := OnlyPublic("tcp", "1.1.1.1:443", nil); err != nil {
		t.Error(err)
	}
	for _, address := range []string{"1.1.1.1:22", "1.1.1.1:80", "not an address", "1.1.1.1"} {
		if err := OnlyPublic("tcp", address, nil); !errors.Is(err, ErrPrivate) {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// FuzzHosts holds that only https addresses of listed names pass, whatever the spelling.
func FuzzHosts(f *testing.F) {
	for _, seed := range []string{"https://www.example.com/", "https://WWW.EXAMPLE.COM./a", "https://www.example.com@evil.example/", "https://www.example.com:443/", "https://[::1]/", "https://www.example.com%2f.evil/", "//www.example.com", "https:www.example.com"} {
		f.Add(seed)
	}
	hosts := Hosts{"www.example.com", ".example.org"}
	f.Fuzz(func(t *testing.T, address string) {
		at, ok := hosts.Parse(address)
		if !ok {
			return
		}
		if at.Scheme != "https" || at.User != nil || at.Port() != "" || at.Host != "www.example.com" && at.Host != "example.org" && !strings.HasSuffix(at.Host, ".example.org") {
			t.Errorf("%q passes as %q", address, at)
		}
		again, err := url.Parse(at.String())
		if err == nil && again.Hostname() != at.Host {
			t.Errorf("%q is asked at %q", address, again.Hostname())
		}
	})
}
