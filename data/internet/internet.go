// Package internet keeps what the program asks for in the public internet, and on the sites that were named: it tells which
// addresses are public, gives a dialer that reaches no other, and knows lists of sites.
//
// A dialer with OnlyPublic looks at the address right before it connects, after the name was resolved: private, loopback, link-local,
// shared, reserved and embedded addresses are refused whatever the name says, so neither a name that points inward nor one that
// changes between two look-ups leads there.
package internet

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
)

// ErrPrivate is that a name leads where the program never goes.
var ErrPrivate = errors.New("this address is not in the public internet")

// notPublic are the networks that are not the public internet, beside those that package netip knows by name. From the registries of
// special purposes (IANA, RFC 6890 and what came after it).
var notPublic = prefixes(
	"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
	"::/8", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "64:ff9b:1::/48", "fec0::/10",
)

// translated is the network of IPv4 addresses in IPv6 (RFC 6052): what counts is the address within.
var translated = netip.MustParsePrefix("64:ff9b::/96")

func prefixes(all ...string) []netip.Prefix {
	parsed := make([]netip.Prefix, len(all))
	for i, text := range all {
		parsed[i] = netip.MustParsePrefix(text)
	}
	return parsed
}

// Public tells whether an address lies in the public internet.
func Public(ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	if translated.Contains(ip) {
		bytes := ip.As16()
		return Public(netip.AddrFrom4([4]byte(bytes[12:])))
	}
	if !ip.IsValid() || !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() || ip.IsMulticast() || ip.IsUnspecified() {
		return false
	}
	for _, network := range notPublic {
		if network.Contains(ip) {
			return false
		}
	}
	return true
}

// OnlyPublic is the Control of a net.Dialer: it is asked right before each connection, with the address that the name was resolved to,
// and lets it go to the usual port of https in the public internet only.
func OnlyPublic(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %q", ErrPrivate, address)
	}
	if !Public(at.Addr()) || at.Port() != 443 {
		return fmt.Errorf("%w: %s", ErrPrivate, at)
	}
	return nil
}

// Hosts are the sites that may be asked: a name alone is that site, a name with a point before it is all below it too.
type Hosts []string

// Parse parses an address if it may be asked: https, the usual port, no user, a name on the list.
func (h Hosts) Parse(address string) (*url.URL, bool) {
	at, err := url.Parse(address)
	if err != nil || at.Scheme != "https" || at.User != nil || at.Hostname() == "" || at.Port() != "" && at.Port() != "443" {
		return nil, false
	}
	host := strings.ToLower(strings.TrimSuffix(at.Hostname(), "."))
	at.Host = host
	return at, net.ParseIP(host) == nil && slices.ContainsFunc(h, func(listed string) bool {
		below, all := strings.CutPrefix(strings.ToLower(listed), ".")
		return host == below || all && strings.HasSuffix(host, "."+below)
	})
}

// Allows tells whether an address may be asked.
func (h Hosts) Allows(address string) bool {
	_, ok := h.Parse(address)
	return ok
}
