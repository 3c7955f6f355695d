package doctor

import (
	"io/fs"
	"syscall"
)

// unsynchronized tells whether the kernel says that nothing keeps its clock right (adjtimex(2): STA_UNSYNC).
func unsynchronized() bool {
	const statusUnsynchronized = 0x40
	var state syscall.Timex
	_, err := syscall.Adjtimex(&state)
	return err == nil && state.Status&statusUnsynchronized != 0
}

// sameOwner tells whether two files belong to one user.
func sameOwner(a, b fs.FileInfo) bool {
	one, ok := a.Sys().(*syscall.Stat_t)
	other, known := b.Sys().(*syscall.Stat_t)
	return !ok || !known || one.Uid == other.Uid
}
