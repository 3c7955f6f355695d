package main

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestKeysAreMadeOnceAndPrivate(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "keys")
	first, err := loadKeys(folder)
	if err != nil {
		t.Fatal(err)
	}
	second, err := loadKeys(folder)
	if err != nil || first.web != second.web || first.mail != second.mail ||
		!reflect.DeepEqual(first.record.Public(), second.record.Public()) || first.web == first.mail || first.web == [32]byte{} {
		t.Errorf("keys differ between starts, or are empty: %v", err)
	}
	if err := os.Chmod(filepath.Join(folder, "web.key"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := loadKeys(folder); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a key that others can read: %v", err)
	}
	if err := os.WriteFile(filepath.Join(folder, "mail.key"), []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(folder, "web.key"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := loadKeys(folder); err == nil || !strings.Contains(err.Error(), "64 hex digits") {
		t.Errorf("a broken key: %v", err)
	}
}
