package api

import (
	"bytes"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A list is written as the library writes it, whatever stands in it: every field is drawn.
func TestListIsThatOfTheLibrary(t *testing.T) {
	words := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.SampledFrom([]rune("a\\\"\n\t<&>\u2028\u00f1\x00\x7f"))),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }))
	rapid.Check(t, func(t *rapid.T) {
		given := list{Offerings: []item{}}
		for range rapid.IntRange(0, 3).Draw(t, "offerings") {
			given.Offerings = append(given.Offerings, item{})
		}
		draw(t, reflect.ValueOf(&given).Elem(), words)
		want, err := encode(given)
		if got := given.write(); err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%s\nwant\n%s\n%v", got, want, err)
		}
	})
}

// Whatever stands at whichever place of eight bytes, scan finds what is there and nothing else.
func TestScan(t *testing.T) {
	for place := range 20 {
		for one := range 256 {
			for _, beside := range []byte{' ', '!', '#', '[', ']', '~', 0x7f, 0x80, 0xff} {
				text := bytes.Repeat([]byte{beside}, 20)
				text[place] = byte(one)
				escaped, wide := scan(text)
				if want := one < ' ' || one == '"' || one == '\\'; escaped != want || wide != (one >= 0x80 || beside >= 0x80) {
					t.Fatalf("%q: escaped %t, wide %t", text, escaped, wide)
				}
			}
		}
	}
}

// draw fills a value with what may stand there: texts, numbers, times; pointers or nothing.
func draw(t *rapid.T, value reflect.Value, words *rapid.Generator[string]) {
	switch value.Kind() {
	case reflect.String:
		value.SetString(words.Draw(t, "text"))
	case reflect.Int:
		value.SetInt(int64(rapid.IntRange(-3, 3000).Draw(t, "number")))
	case reflect.Bool:
		value.SetBool(rapid.Bool().Draw(t, "flag"))
	case reflect.Pointer:
		if rapid.Bool().Draw(t, "there") {
			value.Set(reflect.New(value.Type().Elem()))
			draw(t, value.Elem(), words)
		}
	case reflect.Slice:
		if value.Type().Elem().Kind() == reflect.String {
			value.Set(reflect.ValueOf(rapid.SliceOfN(words, 1, 3).Draw(t, "texts")))
			return
		}
		for i := range value.Len() {
			draw(t, value.Index(i), words)
		}
	case reflect.Struct:
		if value.Type() == reflect.TypeFor[time.Time]() {
			value.Set(reflect.ValueOf(time.UnixMilli(rapid.Int64Range(0, 1<<42).Draw(t, "instant")).UTC()))
			return
		}
		for i := range value.NumField() {
			draw(t, value.Field(i), words)
		}
	default:
		t.Fatalf("nothing draws a %s", value.Kind())
	}
}
