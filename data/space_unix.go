//go:build linux || darwin || freebsd

package data

import "syscall"

// Free is the room that a program without special rights has on the disk of a folder, in bytes.
func Free(folder string) (bytes int64, known bool) {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(folder, &disk); err != nil {
		return 0, false
	}
	return int64(disk.Bavail) * int64(disk.Bsize), true
}
