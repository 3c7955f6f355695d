package checkpoint

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"accessdesk/data"
)

// fileEnding ends the names of the files: the size of the tree in twelve digits, then this.
const fileEnding = ".note"

func fileName(size int64) string { return fmt.Sprintf("%012d%s", size, fileEnding) }

// writeFile writes a note complete or not at all, and never over another one.
func writeFile(folder string, n Note) (err error) {
	path := filepath.Join(folder, fileName(n.Size))
	if there, err := os.ReadFile(path); err == nil {
		if string(there) == n.Text {
			return nil
		}
		return fmt.Errorf("%s holds another note: the database is not the one that wrote it (\"accessdesk verify\" tells more)", path)
	} else if !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	file, err := os.CreateTemp(folder, ".note-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			file.Close()
			os.Remove(file.Name())
		}
	}()
	if _, err := file.WriteString(n.Text); err != nil {
		return err
	}
	if err := errors.Join(file.Sync(), file.Close()); err != nil {
		return err
	}
	if err := os.Rename(file.Name(), path); err != nil {
		return err
	}
	return data.Sync(path)
}

// noteFile is a file of the folder, with what it holds.
type noteFile struct {
	path string
	size int64 // by its name
	text string
}

// readFiles reads the notes of the folder, the smallest tree first. A folder that is not there holds none.
func readFiles(folder string) ([]noteFile, error) {
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	var files []noteFile
	for _, entry := range entries { // in the order of their names, which is that of the sizes
		number, isNote := strings.CutSuffix(entry.Name(), fileEnding)
		size, err := strconv.ParseInt(number, 10, 64)
		if !isNote || err != nil {
			continue
		}
		path := filepath.Join(folder, entry.Name())
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		files = append(files, noteFile{path: path, size: size, text: string(text)})
	}
	return files, nil
}

// SetAside moves the notes that do not belong to a database, because it was restored from an older copy, into a folder of their
// own below the folder, and says how many and where. They still prove what they signed; Verify does not read them.
func SetAside(folder string, belongs map[string]bool, at time.Time) (moved int, where string, err error) {
	files, err := readFiles(folder)
	if err != nil {
		return 0, "", fmt.Errorf("set notes aside: %w", err)
	}
	where = filepath.Join(folder, "before-restore-"+at.UTC().Format("20060102T150405Z"))
	for _, file := range files {
		if belongs[file.text] {
			continue
		}
		if err := os.MkdirAll(where, 0o700); err != nil {
			return moved, where, fmt.Errorf("set notes aside: %w", err)
		}
		if err := os.Rename(file.path, filepath.Join(where, filepath.Base(file.path))); err != nil {
			return moved, where, fmt.Errorf("set notes aside: %w", err)
		}
		moved++
	}
	return moved, where, nil
}

// Texts gives every note in the database, for SetAside.
func Texts(tx *data.Tx) (map[string]bool, error) {
	texts, err := data.Rows(tx, data.Value[string], `SELECT note FROM checkpoint_note`)
	all := map[string]bool{}
	for _, text := range texts {
		all[text] = true
	}
	return all, err
}
