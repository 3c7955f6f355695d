package notify

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Spool writes each mail as a complete .eml file (RFC 5322) that any mail program opens. It is what serve uses without a mail
// server. The files hold the real sign-in links: folder and files are readable by their owner only.
type Spool struct {
	Dir string // made when missing
}

// Send writes TIME-TEMPLATE-ID.eml. The file appears complete or not at all; the same mail again replaces it.
func (s Spool) Send(_ context.Context, m Mail) error {
	if err := s.write(m); err != nil {
		return &DeliveryError{Class: "spool", Server: true, Err: err}
	}
	return nil
}

// Close does nothing: no file stays open.
func (s Spool) Close() error { return nil }

func (s Spool) write(m Mail) (err error) {
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return err
	}
	name := fmt.Sprintf("%s-%s-%s.eml", m.Date.UTC().Format("20060102T150405Z"), m.Template, m.ID)
	if strings.ContainsAny(name, `/\`) {
		return fmt.Errorf("file name %q", name)
	}
	file, err := os.CreateTemp(s.Dir, ".mail-*") // CreateTemp makes mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			file.Close()
			os.Remove(file.Name())
		}
	}()
	if err := write(file, m); err != nil {
		return err
	}
	if err := file.Sync(); err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	return os.Rename(file.Name(), filepath.Join(s.Dir, name))
}

// try makes a file in the folder and removes it. A folder that is not there yet is made with the first mail.
func (s Spool) try() error {
	if _, err := os.Stat(s.Dir); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	file, err := os.CreateTemp(s.Dir, ".probe-*")
	if err != nil {
		return err
	}
	return errors.Join(file.Close(), os.Remove(file.Name()))
}
