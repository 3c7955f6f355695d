package registry

import (
	"fmt"
	"strings"
	"unicode"

	"accessdesk/data"

	"golang.org/x/text/unicode/norm"
)

// Hit is an organization that a search found.
type Hit struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Town     string `json:"town,omitempty"`
	State    string `json:"state,omitempty"`
	Register string `json:"register"`
	Sector   string `json:"sector,omitempty"`
}

// SearchLimit is the most that Search gives.
const SearchLimit = 50

// prefixes are the kinds of ids of operators.
var prefixes = []string{"ccn:", "fdic:", "ncua:", "pwsid:", "eia:"}

// Search finds operators by identifier, with or without its kind (141317, ccn:141317), or by the beginning of their name; case,
// accents and signs do not matter. An identifier comes first, then names in order.
func Search(tx *data.Tx, text string) ([]Hit, error) {
	ids := []any{strings.TrimSpace(text)}
	kind, number, typed := strings.Cut(strings.TrimSpace(text), ":")
	if typed {
		ids = append(ids, strings.ToLower(kind)+":"+strings.ToUpper(number))
	}
	for _, prefix := range prefixes {
		ids = append(ids, prefix+strings.ToUpper(strings.TrimSpace(text)))
	}
	hits, err := data.Rows(tx, scanHit, hitColumns+`WHERE r.id IN (`+data.Placeholders(1, 7)+`) ORDER BY r.id`, padded(ids, 7)...)
	if err != nil {
		return nil, fmt.Errorf("search by identifier: %w", err)
	}
	if name := Searchable(text); name != "" {
		named, err := searchName(tx, name)
		if err != nil {
			return nil, fmt.Errorf("search by name: %w", err)
		}
		hits = append(hits, named...)
	}
	return distinct(hits), nil
}

func padded(ids []any, count int) []any {
	for len(ids) < count {
		ids = append(ids, "")
	}
	return ids
}

func searchName(tx *data.Tx, name string) ([]hitRow, error) {
	if len(name) < startLength {
		return data.Rows(tx, scanHit, hitColumns+`WHERE r.search_start LIKE $1 ORDER BY r.search_name, r.id LIMIT $2`, name+"%", 2*SearchLimit)
	}
	return data.Rows(tx, scanHit, hitColumns+`WHERE r.search_start = $1 AND r.search_name LIKE $2 ORDER BY r.search_name, r.id LIMIT $3`,
		start(name), name+"%", 2*SearchLimit)
}

// distinct leaves one hit of each operator, where it stood first.
func distinct(rows []hitRow) []Hit {
	places := map[string]int{}
	var operators [][]hitRow
	for _, r := range rows {
		place, seen := places[r.ID]
		if !seen {
			place = len(operators)
			places[r.ID] = place
			operators = append(operators, nil)
		}
		operators[place] = append(operators[place], r)
	}
	hits := []Hit{}
	for _, rows := range operators[:min(len(operators), SearchLimit)] {
		hits = append(hits, merged(rows))
	}
	return hits
}

// startLength is how many characters of a name the index holds: the same text on both engines, whatever their collation.
const startLength = 3

func start(name string) string { return name[:min(len(name), startLength)] }

// Searchable writes a name as it is looked for: capitals without accents, letters and digits, one blank between words. What is not
// A-Z or 0-9 becomes a blank; apostrophes and dots vanish.
func Searchable(name string) string {
	var b strings.Builder
	for _, c := range norm.NFD.String(strings.ToUpper(name)) {
		switch {
		case c >= 'A' && c <= 'Z' || c >= '0' && c <= '9':
			b.WriteRune(c)
		case unicode.Is(unicode.Mn, c) || c == '\'' || c == '.' || c == '’':
		default:
			b.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
