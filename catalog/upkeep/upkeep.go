// Package upkeep keeps a listing true after it was published: what the provider's situation is now, what readers say is wrong, when
// somebody last compared it with its sources, and whether its addresses still open.
//
// # Notices
//
// A notice is one text for all programs of a provider ("does not answer until ..."), in both languages, from an instant on and before
// another. Write, Edit and EndNotice are its door; every edition is kept. A provider never has two at one instant.
//
// # Reports
//
// Anybody may say what is wrong with a listing (Report), without an account. The same report sent twice is one. Staff take it,
// answer it and close it through ActOnReport, the one door: open -take-> taken -close-> closed; answering and closing take it first.
// The address for the answer is emptied AddressKept after the report was closed, and with it the text of what was spam.
//
// # Checks
//
// Confirm notes that a version of a listing was compared with its sources on a day. CheckedOn is then the later of that day and
// the one of the file; a new version starts again from its file. Queue says which providers are due for a look.
//
// # Addresses
//
// ClaimAddresses hands out the addresses of listings that are due to be asked, KeepAnswers keeps what they said. Who asks is package
// link; nothing is asked while a transaction is open.
//
// # What pages see
//
// State is all of that which pages for everybody show, as one value that never changes. Cache keeps it by the stamp of the
// catalog's revision, because everything here that pages show moves the revision.
package upkeep

import (
	"errors"
	"fmt"

	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/data/internet"
	"accessdesk/eligibility"
	"accessdesk/notify"
)

// Desk is what this package needs beside the transaction.
type Desk struct {
	Vocabulary *eligibility.Vocabulary
	Catalog    *catalog.Cache
	Mail       *notify.Composer
}

// provider finds a provider by its slug, as one of its published offerings names it. data.ErrNotFound if there is none.
func (d Desk) provider(tx *data.Tx, slug string) (catalog.Provider, error) {
	snapshot, err := d.Catalog.Snapshot(tx)
	if err != nil {
		return catalog.Provider{}, err
	}
	for _, p := range snapshot.Offerings {
		if p.Provider.Slug == slug {
			return p.Provider, nil
		}
	}
	return catalog.Provider{}, data.ErrNotFound
}

// wrap names the operation of an internal error; refusals and the kinds of package data pass as they are.
func wrap(err error, format string, args ...any) error {
	var refusal *data.Refusal
	if err == nil || errors.As(err, &refusal) || errors.Is(err, data.ErrNotFound) || errors.Is(err, data.ErrConflict) {
		return err
	}
	return fmt.Errorf(format+": %w", append(args, err)...)
}

// Settings is how the desk is told to keep its listings.
type Settings struct {
	RecheckDays int  // days after which a listing is due for a look; 0 is DefaultDays
	LinkCheck   bool // addresses are asked
	// LinkHosts are the sites that may be asked: "www.example.org" is that site, ".example.org" all below it too, "listed" every site
	// that a listing names.
	LinkHosts []string
}

// DefaultDays is after how many days a listing is due for a look, unless the desk is told otherwise.
const DefaultDays = 30

// AllListed stands in LinkHosts for every site that a listing names.
const AllListed = "listed"

// Days is after how many days a listing is due for a look.
func (s Settings) Days() int {
	if s.RecheckDays > 0 {
		return s.RecheckDays
	}
	return DefaultDays
}

// Hosts are the sites that may be asked; none while the check is off.
func (s Settings) Hosts(snapshot *catalog.Snapshot) internet.Hosts {
	if !s.LinkCheck {
		return nil
	}
	var hosts internet.Hosts
	for _, host := range s.LinkHosts {
		if host == AllListed {
			hosts = append(hosts, Listed(snapshot)...)
		} else {
			hosts = append(hosts, host)
		}
	}
	return hosts
}
