// Package doctor looks at an installation from all sides and says what is wrong and how to mend it. It changes nothing that a
// person would notice: it tries a write of the database that changes no row, a file that is removed again, a connection to the
// mail server that sends nothing, and one mail if an address for it is given.
//
// Every check stands alone: one that fails does not keep the others from being made.
package doctor

import (
	"context"
	"time"

	"accessdesk/data"
	"accessdesk/notify"
)

// Level is how bad a finding is.
type Level string

// The levels. Only a problem needs somebody now.
const (
	OK      Level = "ok"
	Warning Level = "warning"
	Problem Level = "problem"
)

// Finding is the result of one check, in English: it is read by whoever runs the program.
type Finding struct {
	Area  string `json:"area"`
	Level Level  `json:"level"`
	Text  string `json:"text"`
	// Mend says what to do; empty when nothing need be done.
	Mend string `json:"mend,omitempty"`
}

// Healthy tells whether there is no problem among the findings; warnings do not count.
func Healthy(findings []Finding) bool {
	for _, f := range findings {
		if f.Level == Problem {
			return false
		}
	}
	return true
}

func fine(area, text string) Finding { return Finding{Area: area, Level: OK, Text: text} }

func warning(area, text, mend string) Finding {
	return Finding{Area: area, Level: Warning, Text: text, Mend: mend}
}

func problem(area, text, mend string) Finding {
	return Finding{Area: area, Level: Problem, Text: text, Mend: mend}
}

// Mail is a way in which mails leave that can be tried without a mail: notify.SMTP and notify.Spool.
type Mail interface {
	notify.Mailer
	Probe(context.Context) error
}

// Installation is what is examined.
type Installation struct {
	DSN   string // of the database
	Keys  string // folder
	Notes string // folder of the signed notes over the record
	Zone  string // time zone of the desk
	// Listen is the address on which serve listens.
	Listen string
	// Parts are checks of the caller: what the program is built of. The key is the area; nil means that all is fine.
	Parts []Part

	Mail     Mail
	MailName string // where Mail leads to
	Spooled  bool   // mails are written to files, nothing is sent
	// Canary is the address that gets a mail; empty: none is sent.
	Canary, From, ReplyTo string

	Now func() time.Time
}

// Part is a check of the caller.
type Part struct {
	Area, Fine string
	Check      func(db *data.DB) error // db is nil if there is no usable database
	Mend       string
	// Look, if set, stands instead of the rest: it gives the findings itself.
	Look func(db *data.DB) []Finding
}

// Examine makes every check, in an order that leads from the ground up.
func Examine(ctx context.Context, in Installation) []Finding {
	e := examination{ctx: ctx, in: in}
	e.keys()
	e.database()
	if e.db != nil {
		defer e.db.Close()
	}
	e.clock()
	for _, part := range in.Parts {
		e.part(part)
	}
	e.mail()
	e.outbox()
	e.record()
	e.backup()
	e.server()
	return e.findings
}

func (e *examination) part(part Part) {
	if part.Look != nil {
		e.findings = append(e.findings, part.Look(e.db)...)
	} else if err := part.Check(e.db); err != nil {
		e.add(problem(part.Area, err.Error(), part.Mend))
	} else {
		e.add(fine(part.Area, part.Fine))
	}
}

// examination is one visit.
type examination struct {
	ctx      context.Context
	in       Installation
	findings []Finding
	db       *data.DB // nil: none that can be used
	health   data.Health
}

func (e *examination) add(f ...Finding) { e.findings = append(e.findings, f...) }
