package editor

import (
	"slices"
	"strconv"
	"strings"

	"accessdesk/catalog"
	"accessdesk/catalog/question"
	"accessdesk/data"
	"accessdesk/ui/editor/part"
	"accessdesk/ui/form"
	"accessdesk/ui/web"
)

// BankAddress is the address of a question of the question bank, or of the bank itself.
func BankAddress(id string) string {
	if id == "" {
		return "/staff/questions"
	}
	return "/staff/questions/" + id
}

// What the buttons of the questions page say beside the words of package part: "bank" adds the chosen question of the bank, "words
// questions.N" takes the words of the bank over, "own questions.N" makes the question the program's own.
const (
	addFromBank = "bank"
	takeWords   = "words"
	makeOwn     = "own"
)

// shelf is the question bank as the page of questions needs it.
type shelf map[string]question.Question

func newShelf(tx *data.Tx) (shelf, error) {
	all, err := question.All(tx)
	s := shelf{}
	for _, q := range all {
		s[q.ID] = q
	}
	return s, err
}

// offer makes the list of questions that can be added.
func (s shelf) offer(r *web.Request) *form.Field {
	field := &form.Field{ID: "bank", Kind: form.Select, Label: r.L.T("bank.choose"), Hint: r.L.T("bank.choose_hint")}
	var all []question.Question
	for _, q := range s {
		if q.InUse() {
			all = append(all, q)
		}
	}
	if len(all) == 0 {
		return field
	}
	slices.SortFunc(all, func(a, b question.Question) int { return strings.Compare(a.Label.In(r.Lang), b.Label.In(r.Lang)) })
	field.Offer("", r.L.T("edit.choose"), true)
	for _, q := range all {
		field.Offer(q.ID, q.Label.In(r.Lang)+" ("+r.L.T("edit.type_"+string(q.Type))+")", false)
	}
	return field
}

// asides says of each question that came from the bank whether it still says what the bank says.
func (s shelf) asides(r *web.Request, o *catalog.Offering, write bool) map[string]part.Aside {
	all := map[string]part.Aside{}
	for i, own := range o.Questions {
		if own.Bank == "" {
			continue
		}
		path := "questions." + strconv.Itoa(i)
		q, known := s[own.Bank]
		aside := part.Aside{Text: r.L.T("bank.gone", "Question", own.Bank)}
		if known {
			aside = part.Aside{Text: r.L.T("bank.same"), Link: BankAddress(q.ID), LinkText: q.Label.In(r.Lang)}
		}
		if known && !q.Same(own) {
			aside.Text = r.L.T("bank.differs")
			aside.Buttons = append(aside.Buttons, part.Button{Value: takeWords + " " + path, Text: r.L.T("bank.take")})
		}
		if !known || !q.Same(own) {
			aside.Buttons = append(aside.Buttons, part.Button{Value: makeOwn + " " + path, Text: r.L.T("bank.own")})
		}
		if !write {
			aside.Buttons = nil
		}
		all[path] = aside
	}
	return all
}

// do does what a button says about the bank. done is false for all other words.
func (s shelf) do(r *web.Request, o *catalog.Offering, words string) (changed *catalog.Offering, anchor string, done bool, err error) {
	copied := *o
	copied.Questions = slices.Clone(o.Questions)
	if words == addFromBank {
		q, known := s[r.Form("bank")]
		switch {
		case !known:
			return o, "", true, data.Refuse("bank", "choose_one")
		case len(copied.Questions) >= part.MostElements:
			return o, "", true, data.Refuse("bank", "list_long")
		}
		own, err := q.Copy(o)
		if err != nil {
			return o, "", true, err
		}
		copied.Questions = append(copied.Questions, own)
		return &copied, "questions." + strconv.Itoa(len(copied.Questions)-1), true, nil
	}
	verb, path, _ := strings.Cut(words, " ")
	at, err := strconv.Atoi(strings.TrimPrefix(path, "questions."))
	if verb != takeWords && verb != makeOwn {
		return o, "", false, nil
	}
	if err != nil || at < 0 || at >= len(copied.Questions) {
		return o, "", true, data.ErrConflict
	}
	own := &copied.Questions[at]
	if q, known := s[own.Bank]; verb == takeWords && known {
		*own = q.Over(*own)
	} else if verb == makeOwn {
		own.Bank = ""
	}
	return &copied, path, true, nil
}
