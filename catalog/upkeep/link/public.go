package link

import (
	"errors"
	"fmt"
	"net/netip"
	"syscall"
)

// errPrivate is that a name leads where the checker never goes.
var errPrivate = errors.New("this address is not in the public internet")

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

// onlyPublic is asked by the dialer right before each connection, with the address that the name was resolved to.
func onlyPublic(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %q", errPrivate, address)
	}
	if !Public(at.Addr()) || at.Port() != 443 {
		return fmt.Errorf("%w: %s", errPrivate, at)
	}
	return nil
}
