package wording

import (
	"math"
	"strings"
	"testing"
)

func TestEnglishSyllables(t *testing.T) {
	for count, words := range map[int]string{
		1: "the times made asked help firms give sends type plan weak checked CISA writes 10,000 a I who",
		2: "system table people water rural program apply support create doing never cities lion",
		3: "hospital services government media example radio quantity",
		4: "community utility security authority vulnerable",
		5: "cybersecurity vulnerability organization",
	} {
		for word := range strings.FieldsSeq(words) {
			got := englishSyllables(word)
			// The heuristics may miss by one on long words, as a reader may; never on short ones.
			if got != count && (count < 4 || got < count-1 || got > count+1) {
				t.Errorf("%s: %d syllables, want %d", word, got, count)
			}
		}
	}
}

func TestSpanishSyllables(t *testing.T) {
	for count, words := range map[int]string{
		1: "el que quien muy ley DNS 3,300",
		2: "agua guía ciudad veces usted muchos bueno prohibir",
		3: "sistema hospital países servicio gratuito poeta pingüino escriba",
		4: "organismo seguridad teoría federales vergonzoso pingüineras",
		5: "organización electricidad comunitario",
	} {
		for word := range strings.FieldsSeq(words) {
			if got := spanishSyllables(word); got != count {
				t.Errorf("%s: %d syllables, want %d", word, got, count)
			}
		}
	}
}

// Counted by hand: words, sentences, syllables.
func TestLevels(t *testing.T) {
	english := "You get a small grant each year. Ask your state about it." // 12 words, 2 sentences, 13 syllables
	if got, want := Grade(english), 0.39*6+11.8*13/12-15.59; math.Abs(got-want) > 1e-9 {
		t.Errorf("grade %.2f, want %.2f", got, want)
	}
	spanish := "Usted recibe un aviso cada semana. Pregunte a su estado." // 10 words, 2 sentences, 22 syllables
	if got, want := Ease(spanish), 206.84-60*22.0/10-1.02*5; math.Abs(got-want) > 1e-9 {
		t.Errorf("ease %.2f, want %.2f", got, want)
	}
	if Grade("") != 0 || Ease("…") != 206.84 {
		t.Error("a text without words has a level")
	}
	hard := "Notwithstanding organizational interoperability considerations, administrative authorities operationalize cybersecurity."
	if Grade(hard) <= HardestGrade {
		t.Errorf("grade %.1f for a hard sentence", Grade(hard))
	}
	if duro := "La interoperabilidad organizacional condiciona administrativamente la ciberseguridad institucional."; Ease(duro) >= LeastEase {
		t.Errorf("ease %.1f for a hard sentence", Ease(duro))
	}
}

func TestSentences(t *testing.T) {
	for text, want := range map[string]int{
		"One. Two? \"Three.\" Four": 4, "Pay $1.5 million at example.org today.": 1, "A list:\n- one\n- two": 3, "": 1,
	} {
		if _, got := words(text); got != want {
			t.Errorf("%q: %d sentences, want %d", text, got, want)
		}
	}
}
