package registry

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"

	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/eligibility/registry/layout"
)

// shareVersion changes whenever the same vintages would give other shares than before.
const shareVersion = 1

// CountShares counts how often each answer is given, over the organizations of the live vintages, and keeps it for the check, if it was
// not counted for these vintages before. It reads every organization: some seconds for the whole country.
func CountShares(ctx context.Context, db *data.DB, v *eligibility.Vocabulary) error {
	var live string
	var counted []eligibility.StoredShare
	err := db.Read(ctx, func(tx *data.Tx) (err error) {
		known, fresh := "", false
		if live, err = liveDigest(tx); err == nil {
			known, fresh, err = countedFrom(tx)
		}
		if err != nil || fresh && known == live {
			live = ""
			return err
		}
		counter := eligibility.NewShareCounter(v)
		err = Each(tx, v, func(m Member) error {
			counter.Add(m.Sector, m.Facts)
			return nil
		})
		if err == nil {
			counted, err = counter.Shares().Stored()
		}
		return err
	})
	if err == nil && live != "" {
		err = db.Write(ctx, func(tx *data.Tx) error { return keepShares(tx, live, counted) })
	}
	if err != nil {
		return fmt.Errorf("shares of answers: %w", err)
	}
	return nil
}

// keepShares stores what was counted, unless other vintages became live meanwhile: whoever made them live counts anew.
func keepShares(tx *data.Tx, live string, counted []eligibility.StoredShare) error {
	now, err := liveDigest(tx)
	if err != nil || now != live {
		return err
	}
	if _, err := tx.Exec(`DELETE FROM registry_share`); err != nil {
		return err
	}
	for _, one := range append(counted, eligibility.StoredShare{Share: "{}"}) {
		if _, err := tx.Exec(`INSERT INTO registry_share (sector, fact, live, share) VALUES ($1, $2, $3, $4)`, one.Sector, string(one.Fact), live, one.Share); err != nil {
			return err
		}
	}
	return nil
}

// liveDigest names the live vintages of organizations by what is in their files, so that the same files in another database have the
// same name.
func liveDigest(tx *data.Tx) (string, error) {
	lines, err := data.Rows(tx, func(s data.Scanner) (string, error) {
		var register, digest string
		var version int64
		err := s.Scan(&register, &digest, &version)
		if source, _ := layout.Named(register); !source.Operators {
			return "", err
		}
		return fmt.Sprintf("%s %s %d\n", register, digest, version), err
	}, `SELECT register, sha256, layout FROM registry_vintage WHERE state = 'live' ORDER BY register`)
	sum := sha256.Sum256([]byte(fmt.Sprintf("%d\n%s", shareVersion, strings.Join(lines, ""))))
	return hex.EncodeToString(sum[:]), err
}

// countedFrom gives the digest of the vintages that the kept shares were counted from; false if none were counted.
func countedFrom(tx *data.Tx) (live string, counted bool, err error) {
	err = tx.Row(`SELECT live FROM registry_share WHERE sector = '' AND fact = ''`).Scan(&live)
	if errors.Is(err, data.ErrNotFound) {
		return "", false, nil
	}
	return live, err == nil, err
}

// ShareCache gives the shares of answers as a transaction sees them, and keeps them in memory. It is safe for concurrent use; nil has
// none.
type ShareCache struct {
	vocabulary *eligibility.Vocabulary

	mutex  sync.Mutex
	live   string
	shares *eligibility.Shares
}

// NewShareCache makes an empty cache; the first Shares fills it.
func NewShareCache(v *eligibility.Vocabulary) *ShareCache { return &ShareCache{vocabulary: v} }

// Shares gives the kept shares, after one look at a single row. Between the end of a loading and the end of the counting they are
// those of the vintages before; nil without registers.
func (c *ShareCache) Shares(tx *data.Tx) (*eligibility.Shares, error) {
	if c == nil {
		return nil, nil
	}
	live, counted, err := countedFrom(tx)
	if err != nil || !counted {
		return nil, err
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.live == live {
		return c.shares, nil
	}
	stored, err := data.Rows(tx, func(s data.Scanner) (eligibility.StoredShare, error) {
		var one eligibility.StoredShare
		err := s.Scan(&one.Sector, &one.Fact, &one.Share)
		return one, err
	}, `SELECT sector, fact, share FROM registry_share WHERE fact <> '' ORDER BY sector, fact`)
	if err != nil {
		return nil, fmt.Errorf("shares of answers: %w", err)
	}
	shares, err := c.vocabulary.ReadShares(stored)
	if err == nil {
		c.live, c.shares = live, shares
	}
	return shares, err
}
