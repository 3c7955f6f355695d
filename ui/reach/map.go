package reach

import (
	"fmt"
	"html"
	"html/template"
	"slices"
	"strings"

	"accessdesk/eligibility/registry/impact"
)

// tiles is our own layout of the country: a tile for each state, DC and the territories, in 8 rows of 11, about where they lie.
var tiles = [...]string{
	"AK -- -- -- -- -- -- -- -- -- ME",
	"-- -- -- -- -- WI -- -- -- VT NH",
	"WA ID MT ND MN IL MI -- NY MA --",
	"OR NV WY SD IA IN OH PA NJ CT RI",
	"CA UT CO NE MO KY WV VA MD DE --",
	"-- AZ NM KS AR TN NC SC DC -- --",
	"GU MP -- OK LA MS AL GA -- -- --",
	"HI AS -- TX -- -- -- -- FL PR VI",
}

// shades are the fills of a tile by the share that is eligible: none, up to a quarter, half, three quarters, and all. All are so
// light that the number on them can be read.
var shades = [...]string{"#f5f7fa", "#dde7f6", "#c3d5f0", "#a6c0e8", "#86aae0"}

// noShade is the fill of a state where no register has an organization.
const noShade = "#fff"

// percent is a share in whole percent; what is neither none nor all never shows as such.
func percent(part, all int) int {
	if all == 0 {
		return 0
	}
	p := (100*part + all/2) / all
	switch {
	case p == 0 && part > 0:
		return 1
	case p == 100 && part < all:
		return 99
	}
	return p
}

// shade is the place in shades of a share in percent.
func shade(percent int) int { return (percent + 24) / 25 }

// stateMap draws the tile map: in each tile the state and the share in percent, "–" where nobody is. A line of letters is one text
// with a fixed width, four letters to a tile; that keeps the picture small.
func stateMap(states []impact.Cell, label string) template.HTML {
	fills := map[string]*strings.Builder{}
	var texts strings.Builder
	for y, line := range tiles {
		var names, numbers strings.Builder
		for x, code := range strings.Fields(line) {
			if code == "--" {
				names.WriteString("    ")
				numbers.WriteString("    ")
				continue
			}
			fill, number := noShade, "–"
			if i := slices.IndexFunc(states, func(c impact.Cell) bool { return c.State == code }); i >= 0 {
				p := percent(states[i].Eligible, states[i].Population())
				fill, number = shades[shade(p)], fmt.Sprint(p)
			}
			if fills[fill] == nil {
				fills[fill] = &strings.Builder{}
			}
			fmt.Fprintf(fills[fill], "M%d %dh38v38h-38z", 40*x+1, 40*y+1)
			names.WriteString(" " + code + " ")
			numbers.WriteString(map[int]string{1: " %s  ", 2: " %s ", 3: "%s "}[len([]rune(number))])
			replaced := strings.Replace(numbers.String(), "%s", number, 1)
			numbers.Reset()
			numbers.WriteString(replaced)
		}
		fmt.Fprintf(&texts, `<text class="b" y="%d" textLength="440">%s</text><text y="%d" textLength="440">%s</text>`, 40*y+17, names.String(), 40*y+33, numbers.String())
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="tiles" viewBox="0 0 440 320" xml:space="preserve" role="img" aria-label="%s">`, html.EscapeString(label))
	for _, fill := range append([]string{noShade}, shades[:]...) {
		if path := fills[fill]; path != nil {
			fmt.Fprintf(&b, `<path fill="%s" d="%s"/>`, fill, path)
		}
	}
	b.WriteString(texts.String() + "</svg>")
	return template.HTML(b.String()) //nolint:gosec // numbers, our own letters, and an escaped label
}
