package doctor

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"accessdesk/data"
)

// keyFiles are the files of the keys that must be there and private once serve has run.
var keyFiles = []string{"web.key", "mail.key", "record.key"}

// keys looks at the files without reading the secrets.
func (e *examination) keys() {
	const area = "keys"
	folder, err := os.Stat(e.in.Keys)
	if errors.Is(err, os.ErrNotExist) {
		e.add(warning(area, fmt.Sprintf("There are no keys in %s.", e.in.Keys),
			"On a new desk, serve makes them at its first start. If this desk had keys, put back your copy before you start it."))
		return
	}
	if err != nil {
		e.add(problem(area, fmt.Sprintf("The keys cannot be reached: %v", err), "Run this command as the user who runs serve."))
		return
	}
	before := len(e.findings)
	if folder.Mode().Perm()&0o077 != 0 {
		e.add(warning(area, fmt.Sprintf("%s can be entered by others (mode %v).", e.in.Keys, folder.Mode().Perm()), "chmod 700 "+e.in.Keys))
	}
	for _, name := range keyFiles {
		e.key(area, filepath.Join(e.in.Keys, name), folder)
	}
	if len(e.findings) == before {
		e.add(fine(area, fmt.Sprintf("The keys in %s are there and private.", e.in.Keys)))
	}
}

func (e *examination) key(area, path string, folder fs.FileInfo) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		e.add(warning(area, path+" is missing.", "serve makes a new one at its next start. If you have a copy of the old one, put it back before."))
		return
	case err != nil:
		e.add(problem(area, fmt.Sprintf("A key cannot be reached: %v", err), "Run this command as the user who runs serve."))
		return
	case info.Mode().Perm()&0o077 != 0:
		e.add(problem(area, fmt.Sprintf("%s can be read by others (mode %v); serve will not start.", path, info.Mode().Perm()),
			"chmod 600 "+path+", and think about who may have read it."))
	}
	if !sameOwner(info, folder) {
		e.add(problem(area, fmt.Sprintf("%s belongs to another user than its folder: a command was run as the wrong user.", path),
			fmt.Sprintf("chown --reference=%s %s", e.in.Keys, path)))
	}
	file, err := os.Open(path)
	if err != nil {
		e.add(problem(area, fmt.Sprintf("A key cannot be read: %v", err), "Run this command as the user who runs serve."))
		return
	}
	_ = file.Close()
}

// Room on the disk, below which somebody should act. A backup and the copy before a migration each need as much as the database.
const (
	littleFree = 512 << 20
	leastFree  = 64 << 20
)

// database opens it as serve would, but makes none.
func (e *examination) database() {
	const area = "database"
	name := "PostgreSQL"
	if !data.IsPostgres(e.in.DSN) {
		name = "SQLite file " + e.in.DSN
		if _, err := os.Stat(e.in.DSN); err != nil {
			e.add(problem(area, fmt.Sprintf("There is no database %s.", e.in.DSN), `Start "accessdesk serve" once, or bring back a backup with "accessdesk restore".`))
			return
		}
	}
	db, err := data.Open(e.ctx, e.in.DSN, e.in.Now)
	if err == nil {
		if err = db.Ready(e.ctx); err != nil {
			_ = db.Close()
		}
	}
	if err != nil {
		mend := `Is the server running, are name and password right? "accessdesk verify" tells whether a file is damaged.`
		switch {
		case errors.Is(err, data.ErrNewerSchema):
			mend = "Install the program that ran here last, or a newer one."
		case errors.Is(err, data.ErrSchemaBehind):
			mend = `Make a backup, then run "accessdesk migrate", or start serve.`
		}
		e.add(problem(area, fmt.Sprintf("The database cannot be used: %v", err), mend))
		return
	}
	e.db = db
	if e.health, err = db.Examine(e.ctx); err != nil {
		e.add(problem(area, fmt.Sprintf("Nothing can be stored in it: %v", err), "Is the disk full, may this user write to the file and its folder?"))
		return
	}
	e.add(fine(area, fmt.Sprintf("%s, %s, can be written.", name, size(e.health.Size))))
	for _, text := range e.health.Warnings {
		e.add(warning(area, text, "See the words above."))
	}
	e.room(area)
}

func (e *examination) room(area string) {
	free := e.health.Free
	switch {
	case free < 0:
	case free < leastFree:
		e.add(problem(area, fmt.Sprintf("Only %s are free on its disk; soon nothing can be stored.", size(free)), "Make room: remove old backups and logs, or move to a larger disk."))
	case free < max(littleFree, 2*e.health.Size):
		e.add(warning(area, fmt.Sprintf("%s are free on its disk.", size(free)), "A backup and an upgrade each need as much room as the database has. Make room in time."))
	default:
		e.add(fine(area, fmt.Sprintf("%s are free on its disk.", size(free))))
	}
}

// size writes a number of bytes for people.
func size(bytes int64) string {
	const unit = 1024
	value, units := float64(bytes), []string{"bytes", "KiB", "MiB", "GiB", "TiB"}
	for len(units) > 1 && value >= unit {
		value, units = value/unit, units[1:]
	}
	if units[0] == "bytes" {
		return fmt.Sprintf("%d bytes", bytes)
	}
	return fmt.Sprintf("%.1f %s", value, units[0])
}

// clockMost is how far two clocks may be apart: sign-in links and grants end to the minute.
const clockMost = 10 * time.Second

// clock compares the clock with that of the database, and with the last act: time must not run backwards.
func (e *examination) clock() {
	const area = "clock"
	before := len(e.findings)
	now := e.in.Now()
	if _, err := time.LoadLocation(e.in.Zone); err != nil {
		e.add(problem(area, fmt.Sprintf("The time zone %s is not known: %v", e.in.Zone, err), "Install the Debian package tzdata."))
	}
	if !e.health.Clock.IsZero() {
		if apart := now.Sub(e.health.Clock); apart.Abs() > clockMost {
			e.add(problem(area, fmt.Sprintf("The clock here and that of the database are %s apart.", apart.Abs().Round(time.Second)), "Set both by the network: timedatectl set-ntp true"))
		}
	}
	if unsynchronized() {
		e.add(warning(area, "The clock of this machine is not kept by the network.", "timedatectl set-ntp true (Debian package systemd-timesyncd or chrony)"))
	}
	if e.db != nil {
		newest, err := e.newestAct()
		if err == nil && newest.Sub(now) > clockMost {
			e.add(problem(area, fmt.Sprintf("The last act was done at %s, which is in the future: the clock was set back.", newest.Format(time.RFC1123)),
				"Set the clock by the network: timedatectl set-ntp true. Deadlines that ended meanwhile stay ended."))
		}
	}
	if len(e.findings) == before {
		e.add(fine(area, fmt.Sprintf("%s; time zone %s.", now.UTC().Format(time.RFC1123), e.in.Zone)))
	}
}

// serverLimit is how long serve may take to answer.
const serverLimit = 3 * time.Second

// server asks serve on this machine whether it is ready. It need not run while somebody looks after the machine.
func (e *examination) server() {
	const area = "serve"
	host, port, err := net.SplitHostPort(e.in.Listen)
	if err != nil {
		return // the configuration says so
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	address := "http://" + net.JoinHostPort(host, port) + "/readyz"
	client := http.Client{Timeout: serverLimit}
	answer, err := client.Get(address)
	if err != nil {
		e.add(warning(area, fmt.Sprintf("serve does not answer on %s.", e.in.Listen), "If it should run: systemctl status accessdesk, journalctl -u accessdesk"))
		return
	}
	defer answer.Body.Close()
	said := make([]byte, 100)
	n, _ := answer.Body.Read(said)
	if answer.StatusCode != http.StatusOK || string(said[:n]) != "ready\n" {
		e.add(problem(area, fmt.Sprintf("Who answers on %s is not ready: %d, %.60q", e.in.Listen, answer.StatusCode, said[:n]), "journalctl -u accessdesk tells why; or another program has the port."))
		return
	}
	e.add(fine(area, fmt.Sprintf("serve answers on %s and is ready.", e.in.Listen)))
}
