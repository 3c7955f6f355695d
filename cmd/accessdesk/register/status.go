package register

import (
	"context"
	"encoding/json"
	"fmt"

	"accessdesk/data"
	"accessdesk/eligibility/registry"
	"accessdesk/eligibility/registry/layout"
)

// vintageStatus is a vintage as registry status --json prints it.
type vintageStatus struct {
	Register  string         `json:"register"`
	Vintage   string         `json:"vintage"`
	State     string         `json:"state"`
	Publisher string         `json:"publisher"`
	SHA256    string         `json:"sha256"`
	Begun     string         `json:"begun_at"`
	Live      string         `json:"live_at,omitempty"`
	Read      int64          `json:"rows_read"`
	Kept      int64          `json:"rows_kept"`
	Skipped   int64          `json:"rows_skipped"`
	Came      int64          `json:"came"`
	Went      int64          `json:"went"`
	Changed   int64          `json:"changed"`
	Files     []fileStatus   `json:"files"`
	Reasons   []layout.Count `json:"skipped"`
	Remarks   []layout.Count `json:"remarks"`
}

type fileStatus struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
	Bytes  int64  `json:"bytes"`
	Rows   int64  `json:"rows"`
}

func statusOf(v registry.Vintage, files []registry.SourceFile) vintageStatus {
	const instant = "2006-01-02T15:04:05Z07:00"
	s := vintageStatus{Register: v.Register, Vintage: v.Vintage, State: v.State, Publisher: v.Publisher, SHA256: v.SHA256, Begun: v.Begun.Format(instant),
		Read: v.Read, Kept: v.Kept, Skipped: v.Skipped, Came: v.Came, Went: v.Went, Changed: v.Changed,
		Files: []fileStatus{}, Reasons: []layout.Count{}, Remarks: []layout.Count{}}
	if !v.Live.IsZero() {
		s.Live = v.Live.Format(instant)
	}
	for _, f := range files {
		s.Files = append(s.Files, fileStatus(f))
	}
	var reasons registry.Reasons
	if err := json.Unmarshal([]byte(v.Report), &reasons); err == nil {
		s.Reasons, s.Remarks = append(s.Reasons, reasons.Skipped...), append(s.Remarks, reasons.Remarks...)
	}
	return s
}

// Status lists the vintages.
func Status(ctx context.Context, db *data.DB, o Output) error {
	var all []vintageStatus
	err := db.Read(ctx, func(tx *data.Tx) error {
		all = []vintageStatus{}
		vintages, err := registry.Vintages(tx)
		if err != nil {
			return err
		}
		for _, v := range vintages {
			files, err := registry.Files(tx, v.ID)
			if err != nil {
				return err
			}
			all = append(all, statusOf(v, files))
		}
		return nil
	})
	if err != nil {
		return err
	}
	if o.JSON {
		return printJSON(o.Out, all)
	}
	if len(all) == 0 {
		fmt.Fprintln(o.Err, "No register is loaded. accessdesk registry import --help says how.")
	}
	for _, v := range all {
		fmt.Fprintf(o.Out, "%-16s %-12s %-8s %7d kept %7d skipped  %s\n", v.Register, v.Vintage, v.State, v.Kept, v.Skipped, v.SHA256)
		for _, f := range v.Files {
			fmt.Fprintf(o.Out, "  %s: %s, sha256 %s\n", f.Name, rows(int(f.Rows)), f.SHA256)
		}
	}
	return nil
}
