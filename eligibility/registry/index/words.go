package index

import (
	"strings"
	"unicode"

	"accessdesk/eligibility/registry"
)

// shortened are the ways in which registers and people shorten words, with the one that is indexed. Only what can mean one thing in
// the name of an operator stands here.
var shortened = map[string]string{
	"st": "saint", "ste": "sainte", "mt": "mount", "mtn": "mountain", "mtns": "mountains", "ft": "fort", "pt": "point", "hts": "heights", "spg": "spring", "spgs": "springs",
	"jct": "junction", "twp": "township", "vlg": "village", "boro": "borough", "isl": "island", "rvr": "river", "vly": "valley", "crk": "creek", "lk": "lake", "pk": "park",
	"hosp": "hospital", "hsp": "hospital", "hospitals": "hospital", "med": "medical", "ctr": "center", "cntr": "center", "cen": "center", "centre": "center", "hlth": "health",
	"hlthcare": "healthcare", "mem": "memorial", "meml": "memorial", "reg": "regional", "regl": "regional", "gen": "general", "univ": "university", "rehab": "rehabilitation",
	"childrens": "children", "psych": "psychiatric", "behav": "behavioral", "clin": "clinic",
	"dist": "district", "muni": "municipal", "mun": "municipal", "auth": "authority", "dept": "department", "assn": "association", "assoc": "association", "asso": "association",
	"elec": "electric", "coop": "cooperative", "cooperatives": "cooperative", "pwr": "power", "lgt": "light", "util": "utility", "utils": "utility", "utilities": "utility",
	"wtr": "water", "wks": "works", "sys": "system", "syst": "system", "systems": "system", "svc": "service", "svcs": "service", "serv": "service", "services": "service",
	"subd": "subdivision", "subdiv": "subdivision", "apts": "apartments", "ests": "estates", "comm": "community", "cmty": "community", "commun": "community",
	"natl": "national", "nat": "national", "fed": "federal", "svgs": "savings", "bk": "bank", "bancorp": "bank", "tr": "trust", "emp": "employees", "empl": "employees",
	"corp": "corporation", "govt": "government", "intl": "international", "amer": "american", "so": "south", "no": "north", "cnty": "county",
	"hospitales": "hospital", "banco": "bank", "agua": "water", "ciudad": "city", "condado": "county", "santo": "saint", // as people say in Spanish
}

// statesShortened are the words whose short form is the code of a state, too: "mt" is Montana.
var statesShortened = map[string]string{"mount": "mt"}

// spelledOut are initials that stand for several words, in names and in what people type.
var spelledOut = map[string][]string{
	"fcu": {"federal", "credit", "union"}, "cu": {"credit", "union"}, "mhp": {"mobile", "home", "park"}, "rwd": {"rural", "water", "district"},
	"wsc": {"water", "supply", "corporation"}, "mud": {"municipal", "utility", "district"}, "pud": {"public", "utility", "district"},
	"pwsd": {"public", "water", "supply", "district"}, "psd": {"public", "service", "district"}, "hoa": {"homeowners", "association"}, "pws": {"public", "water", "system"},
	"wd": {"water", "district"}, "emc": {"electric", "membership", "corporation"}, "ccu": {"community", "credit", "union"},
}

// others are words that may stand for one another without being the same: "co" is company, county or Colorado.
var others = map[string][]string{
	"co": {"company", "county"}, "company": {"co"}, "county": {"co"}, "n": {"north"}, "north": {"n"}, "s": {"south"}, "south": {"s"}, "e": {"east"}, "east": {"e"},
	"w": {"west"}, "west": {"w"}, "sd": {"district"}, "bank": {"banking"}, "rural": {"rec"}, "rec": {"rural"},
}

// empty are words that say nothing about who is meant.
var empty = map[string]bool{"the": true, "of": true, "and": true, "inc": true, "incorporated": true, "llc": true, "ltd": true}

// nounsOfRegister are the words that people use for the operators of a register although its names leave them out: the list of
// credit unions has "NAVY FEDERAL".
var nounsOfRegister = map[string]string{
	"cms-hospitals": "hospital medical center health", "cms-cost-report": "hospital medical center health", "fdic": "bank", "ncua": "federal credit union",
	"sdwis": "water system utility public department city town", "epa-cws": "water system utility public department city town", "eia861": "electric power light utility cooperative company city",
}

// stateNames are the names of states and territories by code, without blanks.
var stateNames = map[string]string{
	"al": "alabama", "ak": "alaska", "az": "arizona", "ar": "arkansas", "ca": "california", "co": "colorado", "ct": "connecticut", "de": "delaware", "dc": "districtcolumbia",
	"fl": "florida", "ga": "georgia", "hi": "hawaii", "id": "idaho", "il": "illinois", "in": "indiana", "ia": "iowa", "ks": "kansas", "ky": "kentucky", "la": "louisiana",
	"me": "maine", "md": "maryland", "ma": "massachusetts", "mi": "michigan", "mn": "minnesota", "ms": "mississippi", "mo": "missouri", "mt": "montana", "ne": "nebraska",
	"nv": "nevada", "nh": "newhampshire", "nj": "newjersey", "nm": "newmexico", "ny": "newyork", "nc": "northcarolina", "nd": "northdakota", "oh": "ohio", "ok": "oklahoma",
	"or": "oregon", "pa": "pennsylvania", "ri": "rhodeisland", "sc": "southcarolina", "sd": "southdakota", "tn": "tennessee", "tx": "texas", "ut": "utah", "vt": "vermont",
	"va": "virginia", "wa": "washington", "wv": "westvirginia", "wi": "wisconsin", "wy": "wyoming", "pr": "puertorico", "gu": "guam", "vi": "virginislands",
	"as": "americansamoa", "mp": "northernmarianaislands",
}

// statesOfTwoWords are the names above that people write in two words or three.
var statesOfTwoWords = func() map[string]bool {
	names := map[string]bool{}
	for _, name := range stateNames {
		for _, first := range []string{"district", "new", "north", "northern", "rhode", "south", "west", "puerto", "virgin", "american"} {
			if len(name) > len(first) && strings.HasPrefix(name, first) {
				names[name] = true
			}
		}
	}
	return names
}()

// words writes a name, a town or what somebody typed as the words that are indexed and looked for: small letters and digits without
// accents and signs, each word in one form, without the empty ones unless there is nothing else.
func words(text string) []string {
	var all, telling []string
	raw := strings.Fields(strings.ToLower(registry.Searchable(text)))
	for i := 0; i < len(raw); i++ {
		word := raw[i]
		if word == "co" && i+1 < len(raw) && (raw[i+1] == "op" || raw[i+1] == "operative") { // "Co-op"
			word = "cooperative"
			i++
		}
		spelled := spelledOut[word]
		if spelled == nil {
			if long, ok := shortened[word]; ok {
				word = long
			}
			spelled = []string{word}
		}
		all = append(all, spelled...)
		if !empty[word] {
			telling = append(telling, spelled...)
		}
	}
	if len(telling) == 0 {
		return all
	}
	return telling
}

// pairs joins each two neighbors: "health care" is found as "healthcare".
func pairs(words []string) string {
	var joined []string
	for i := 1; i < len(words); i++ {
		joined = append(joined, words[i-1]+words[i])
	}
	return strings.Join(joined, " ")
}

// kinds are what an identifier may begin with, as people say it.
var kinds = map[string]string{"ccn": "ccn", "fdic": "fdic", "cert": "fdic", "ncua": "ncua", "charter": "ncua", "pwsid": "pwsid", "eia": "eia"}

// fillers stand between a kind and its number.
var fillers = map[string]bool{"number": true, "no": true, "nr": true, "id": true, "cert": true, "certificate": true, "charter": true, "utility": true}

// identifiers are the forms in which an id is indexed: with its kind and without, with its leading zeros and without. A few ids of
// the EPA list name two systems, "FL2554343, FL2551004": both together and each alone.
func identifiers(id string) string {
	kind, number, _ := strings.Cut(strings.ToLower(id), ":")
	numbers := strings.Fields(strings.ToLower(registry.Searchable(number)))
	if len(numbers) > 1 {
		numbers = append(numbers, strings.Join(numbers, ""))
	}
	var forms []string
	for _, number := range numbers {
		short := strings.TrimLeft(number, "0")
		forms = append(forms, number, short, kind+number, kind+short)
	}
	return strings.Join(forms, " ")
}

// identifierMost is how many letters and digits an identifier has at most: three numbers of water systems.
const identifierMost = 27

// asIdentifier reads a text as an identifier, in the form that identifiers gives; "" if it can be none.
func asIdentifier(text string) string {
	kind := ""
	var number strings.Builder
	for i, word := range strings.Fields(strings.ToLower(registry.Searchable(text))) {
		switch known, ok := kinds[word]; {
		case ok && i == 0:
			kind = known
		case number.Len() == 0 && fillers[word]:
		default:
			number.WriteString(word)
		}
	}
	typed := number.String()
	if typed == "" || len(typed) > identifierMost || !strings.ContainsFunc(typed, unicode.IsDigit) {
		return ""
	}
	if short := strings.TrimLeft(typed, "0"); short != "" {
		typed = short
	}
	return kind + typed
}
