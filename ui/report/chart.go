package report

import (
	"fmt"
	"html"
	"html/template"
	"strings"
)

// The measures of a chart, in units of its picture. A sign of its text is about 7 wide.
const (
	chartWidth = 360
	barMost    = 340
	lineSigns  = 48 // signs that fit into a line
	mostRows   = 10
	chartBytes = 3 << 10
)

// Colors of a chart. Parts are told apart by filled and outlined too, and each has its words beside it.
const chartInk = "#1a4480"

// row is a line of a chart: what it is about, a second line where that needs one, and its figure in words. A bar has two parts, in thousandths
// of the longest bar, one after the other, or one below the other where they are no parts of a whole (apart); dots stand on a line, in thousandths
// of it, below 0 for none.
type row struct {
	label, more, value string
	first, second      int
	apart              bool
	dots               []int
}

// chart draws rows: 10, or as many as fit into the size that a picture may have. The table has all. name is what it is called for who does not
// see it.
func chart(name string, rows []row) template.HTML {
	for most := min(len(rows), mostRows); most > 0; most-- {
		if picture := draw(name, rows[:most]); len(picture) <= chartBytes {
			return template.HTML(picture) //nolint:gosec // numbers, our own letters, and escaped texts
		}
	}
	return ""
}

func draw(name string, rows []row) string {
	var texts, solid, hollow, lines strings.Builder
	y := 0
	for _, r := range rows {
		y += 15
		fmt.Fprintf(&texts, `<text y="%d">%s</text>`, y, html.EscapeString(shortened(r.label)))
		if r.more != "" {
			y += 16
			fmt.Fprintf(&texts, `<text class="m" y="%d">%s</text>`, y, html.EscapeString(shortened(r.more)))
		}
		y += 16
		fmt.Fprintf(&texts, `<text class="v" y="%d">%s</text>`, y, html.EscapeString(shortened(r.value)))
		y += 6
		if r.dots == nil {
			r.bar(y, &solid, &hollow)
			y += 24
		} else {
			r.points(y+6, &solid, &hollow, &lines)
			y += 26
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="chart" viewBox="0 0 %d %d" role="img" aria-label="%s">`, chartWidth, y, html.EscapeString(name))
	for _, path := range []struct{ attributes, d string }{{`stroke="#8a94a3"`, lines.String()},
		{`fill="#fff" stroke="` + chartInk + `" stroke-width="1.5"`, hollow.String()}, {`fill="` + chartInk + `"`, solid.String()}} {
		if path.d != "" {
			fmt.Fprintf(&b, `<path %s d="%s"/>`, path.attributes, path.d)
		}
	}
	b.WriteString(texts.String() + "</svg>")
	return b.String()
}

// bar draws both parts.
func (r row) bar(y int, solid, hollow *strings.Builder) {
	first, second := r.first*barMost/1000, r.second*barMost/1000
	x, below, high, solidHigh := first, y+1, 10, 12
	if r.apart {
		x, below, high, solidHigh = 1, y+8, 5, 6
	}
	if first > 0 {
		fmt.Fprintf(solid, "M0 %dh%dv%dh-%dz", y, first, solidHigh, first)
	}
	if second > 1 {
		fmt.Fprintf(hollow, "M%d %dh%dv%dh-%dz", x, below, second-1, high, second-1)
	}
}

// points draws a line with a hollow square, a disc and a diamond, in this order.
func (r row) points(y int, solid, hollow, lines *strings.Builder) {
	const most = chartWidth - 20
	fmt.Fprintf(lines, "M6 %dh%d", y, most)
	for i, dot := range r.dots {
		x := 6 + dot*most/1000
		switch {
		case dot < 0:
		case i == 0:
			fmt.Fprintf(hollow, "M%d %dh12v12h-12z", x-6, y-6)
		case i == 1:
			fmt.Fprintf(solid, "M%d %da4 4 0 1 0 8 0a4 4 0 1 0-8 0", x-4, y)
		default:
			fmt.Fprintf(solid, "M%d %dl5 5-5 5-5-5z", x, y-5)
		}
	}
}

// shortened cuts a text that does not fit into a line. The table has all of it.
func shortened(text string) string {
	if signs := []rune(text); len(signs) > lineSigns {
		return strings.TrimRight(string(signs[:lineSigns-1]), " ,;:") + "…"
	}
	return text
}
