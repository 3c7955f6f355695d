package form

import (
	"accessdesk/catalog"
	"accessdesk/data/locale"
)

// limitWords names what the limits of a type of question count, as a part of the key of their texts.
var limitWords = map[catalog.QuestionType]string{catalog.QuestionText: "characters", catalog.QuestionLongText: "characters", catalog.QuestionNumber: "number",
	catalog.QuestionMoney: "money", catalog.QuestionSeveral: "choices", catalog.QuestionCIDRList: "networks", catalog.QuestionDate: "days"}

// SayLimits says in one sentence what an answer has to be; "" if the question has no limits.
func SayLimits(l *locale.Localizer, q catalog.Question) string {
	bounds, args := "", map[string]any{"Min": q.Min, "Max": q.Max}
	least, most := q.Min > 0, q.Max > 0
	if q.Type == catalog.QuestionDate {
		least, most = q.Earliest != "", q.Latest != ""
		args["Min"], args["Max"] = q.Earliest.Time(), q.Latest.Time()
	}
	switch {
	case least && most:
		bounds = "both"
	case least:
		bounds = "min"
	case most:
		bounds = "max"
	}
	key := "answer." + limitWords[q.Type] + "_" + bounds
	if bounds == "" || !l.Has(key) { // a limit that the type does not take is found by package check
		return ""
	}
	return l.Fill(key, args)
}
