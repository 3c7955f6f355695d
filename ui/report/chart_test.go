package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Whatever the texts and figures, a chart is whole XML, small, without style, and stays within its width.
func TestChartsAreSmallAndWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var rows []row
		text := rapid.OneOf(rapid.StringN(0, 120, 400), rapid.SampledFrom([]string{`<b onload="x">&`, strings.Repeat("ñ", 90), strings.Repeat("&", 80)}))
		dotted := rapid.Bool().Draw(t, "dotted")
		for range rapid.IntRange(0, 30).Draw(t, "rows") {
			first := rapid.IntRange(0, 1000).Draw(t, "first")
			r := row{label: clean(text.Draw(t, "label")), more: clean(text.Draw(t, "more")), value: clean(text.Draw(t, "value")), first: first,
				second: rapid.IntRange(0, 1000-first).Draw(t, "second"), apart: rapid.Bool().Draw(t, "apart")}
			if dotted {
				r.dots = rapid.SliceOfN(rapid.IntRange(-1, 1000), 3, 3).Draw(t, "dots")
			}
			rows = append(rows, r)
		}
		picture := string(chart(clean(text.Draw(t, "name")), rows))
		if len(picture) > chartBytes || strings.Contains(picture, "style=") || strings.Contains(picture, "<b ") {
			t.Fatalf("%d bytes: %s", len(picture), picture)
		}
		reader := xml.NewDecoder(strings.NewReader(picture))
		for {
			_, err := reader.Token()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				t.Fatalf("%v in %s", err, picture)
			}
		}
	})
}

// clean leaves out what XML cannot hold and no text of ours has.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
}

// The first rows stand in the chart, ten at most.
func TestChartRows(t *testing.T) {
	rows := make([]row, 12)
	for i := range rows {
		rows[i] = row{label: "Row", value: "5", first: 1000}
	}
	picture := string(chart("Rows", rows))
	if got := strings.Count(picture, ">Row<"); got != mostRows || !strings.Contains(picture, "M0 37h340v12h-340z") {
		t.Errorf("%d rows: %s", got, picture)
	}
	if chart("None", nil) != "" {
		t.Error("a chart without rows")
	}
}

func TestPeriods(t *testing.T) {
	zone := time.FixedZone("", -5*3600)
	now := time.Date(2026, 2, 28, 23, 30, 0, 0, zone)
	began := time.Date(2025, 11, 20, 0, 0, 0, 0, zone)
	for name, want := range map[string]string{"month": "2026-02-01 2026-03-01", "last": "2026-01-01 2026-02-01", "quarter": "2025-12-01 2026-03-01",
		"year": "2025-03-01 2026-03-01", "all": "2025-11-01 2026-03-01", "nonsense": "2025-03-01 2026-03-01"} {
		from, to := period(name, now, began)
		if got := from.Format(time.DateOnly) + " " + to.Format(time.DateOnly); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if from, _ := period("all", now, time.Time{}); from.Format(time.DateOnly) != "2025-03-01" {
		t.Errorf("before counting began: %s", from)
	}
}

// No cell of a sheet is read as a formula.
func TestSheetsAreHarmless(t *testing.T) {
	body, err := Section{Head: []string{"=1"}, Rows: [][]cell{{text("@x"), text("-1"), text("+1"), text("a,b"), text("\tx")}}}.sheet()
	if err != nil || !bytes.Equal(body, []byte("'=1\n'@x,'-1,'+1,\"a,b\",'\tx\n")) {
		t.Errorf("%q %v", body, err)
	}
}
