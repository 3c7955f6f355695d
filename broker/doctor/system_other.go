//go:build !linux

package doctor

import "io/fs"

// unsynchronized is not known on this system.
func unsynchronized() bool { return false }

// sameOwner is not known on this system.
func sameOwner(fs.FileInfo, fs.FileInfo) bool { return true }
