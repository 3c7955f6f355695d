package notify

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/json"
	"fmt"
)

// newSeal gives AES-256-GCM with a random nonce of its own for each value. At 96 bits of nonce, 2^32 values under one key keep the
// chance of a repeated nonce under 2^-32 (NIST SP 800-38D section 8.3): more mails than this program sends.
func newSeal(key [32]byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// place binds a sealed value to its table, column and row: moved to another row it does not open.
func place(id string) []byte { return []byte("outbox/sealed/" + id) }

// seal encrypts the secrets of a row; none give the empty text.
func (c *Composer) seal(id string, secrets map[string]string) (string, error) {
	if len(secrets) == 0 {
		return "", nil
	}
	plain, err := json.Marshal(secrets)
	if err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(c.aead.Seal(nil, nil, plain, place(id))), nil
}

// unseal is the reverse of seal. It fails when the key is another one, or the row was changed.
func (c *Composer) unseal(id, sealed string) (map[string]string, error) {
	if sealed == "" {
		return nil, nil
	}
	box, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil {
		return nil, fmt.Errorf("sealed value of %s: %w", id, err)
	}
	plain, err := c.aead.Open(nil, nil, box, place(id))
	if err != nil {
		return nil, fmt.Errorf("sealed value of %s: %w", id, err)
	}
	var secrets map[string]string
	if err := json.Unmarshal(plain, &secrets); err != nil {
		return nil, fmt.Errorf("sealed value of %s: %w", id, err)
	}
	return secrets, nil
}
