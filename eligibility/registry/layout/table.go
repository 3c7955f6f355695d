package layout

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Limits of what is read. The largest official file, the national list of geographic areas of SDWIS, has about 60 MB.
const (
	fileLimit = 1 << 30 // bytes of a file after decompression; a gzip bomb ends here
	rowLimit  = 1 << 20 // bytes of one row; an open quote would swallow the rest of the file
)

// table gives the rows of a file. The slice that next returns is valid until the next call.
type table interface {
	header() []string
	next() (values []string, err error) // io.EOF at the end
	where() (inside string, line, row int)
	close() error
}

// textTable is CSV, or another character between the values.
type textTable struct {
	name   string
	file   io.Closer
	limit  *limitedReader
	reader *csv.Reader
	titles []string
	line   int
	row    int
}

var (
	zipMagic  = []byte("PK\x03\x04")
	oleMagic  = []byte("\xd0\xcf\x11\xe0")
	gzipMagic = []byte("\x1f\x8b")
	byteMark  = []byte("\xef\xbb\xbf")
)

// unpacked is the text of a file, without gzip and byte order mark. begins are its first bytes.
func unpacked(f File) (text *bufio.Reader, file io.Closer, begins []byte, err error) {
	opened, err := f.Open()
	if err != nil {
		return nil, nil, nil, &Error{File: f.Name, Text: fmt.Sprintf("cannot be opened: %v", err)}
	}
	buffered := bufio.NewReaderSize(opened, 64<<10)
	if start, _ := buffered.Peek(2); bytes.Equal(start, gzipMagic) {
		plain, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, nil, nil, errors.Join(&Error{File: f.Name, Text: fmt.Sprintf("is no sound gzip file (%v): download it again", err)}, opened.Close())
		}
		buffered = bufio.NewReaderSize(plain, 64<<10)
	}
	begins, err = buffered.Peek(4096)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, nil, errors.Join(cutOff(f.Name, 0, err), opened.Close())
	}
	begins = bytes.Clone(begins)
	if bytes.HasPrefix(begins, byteMark) {
		_, _ = buffered.Discard(len(byteMark))
		begins = begins[len(byteMark):]
	}
	return buffered, opened, begins, nil
}

// openText opens a file of text and reads its header.
func openText(f File, comma rune, tolerant bool) (*textTable, error) {
	text, file, begins, err := unpacked(f)
	if err != nil {
		return nil, err
	}
	if problem := notText(begins); problem != "" {
		return nil, errors.Join(&Error{File: f.Name, Text: problem}, file.Close())
	}
	limit := &limitedReader{from: text, name: f.Name}
	reader := csv.NewReader(limit)
	reader.ReuseRecord, reader.FieldsPerRecord, reader.LazyQuotes = true, -1, tolerant
	if comma != 0 {
		reader.Comma = comma
	}
	t := &textTable{name: f.Name, file: file, limit: limit, reader: reader}
	titles, err := t.next()
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = &Error{File: f.Name, Text: "is empty: a header and rows were expected"}
		}
		return nil, errors.Join(err, file.Close())
	}
	for _, title := range titles {
		t.titles = append(t.titles, tidyTitle(title))
	}
	return t, nil
}

// notText says what a file is that is no text; "" if it is.
func notText(begins []byte) string {
	switch {
	case len(bytes.TrimSpace(begins)) == 0:
		return "is empty: a header and rows were expected"
	case bytes.HasPrefix(begins, zipMagic):
		return "is a ZIP archive or an Excel workbook: give the file inside it, saved as CSV"
	case bytes.HasPrefix(begins, oleMagic):
		return "is an old Excel workbook (.xls): save it as CSV"
	case bytes.HasPrefix(begins, []byte("%PDF")):
		return "is a PDF document: CSV was expected"
	case bytes.HasPrefix(begins, []byte("\xff\xfe")), bytes.HasPrefix(begins, []byte("\xfe\xff")):
		return "is UTF-16 text: save it as UTF-8"
	case bytes.IndexByte(begins, 0) >= 0:
		return "is a binary file: CSV was expected"
	case bytes.HasPrefix(bytes.ToLower(bytes.TrimSpace(begins)), []byte("<!doctype")), bytes.HasPrefix(bytes.ToLower(bytes.TrimSpace(begins)), []byte("<html")):
		return "is a web page: the download was probably refused; open its address in a browser and look"
	}
	return ""
}

// tidyTitle makes one line of a title, without blanks around it.
func tidyTitle(title string) string { return strings.Join(strings.Fields(title), " ") }

func (t *textTable) header() []string { return t.titles }

func (t *textTable) where() (string, int, int) { return "", t.line, t.row }

func (t *textTable) close() error { return t.file.Close() }

// next reads a row. Blank lines are no rows.
func (t *textTable) next() ([]string, error) {
	t.limit.left = rowLimit
	values, err := t.reader.Read()
	if err != nil {
		return nil, t.problem(err)
	}
	t.row++
	t.line, _ = t.reader.FieldPos(0)
	return values, nil
}

// problem turns an error of the CSV reader into one of ours.
func (t *textTable) problem(err error) error {
	var broken *csv.ParseError
	var ours *Error
	switch {
	case errors.Is(err, io.EOF):
		return io.EOF
	case errors.As(err, &ours):
		ours.Line = t.line + 1
		return ours
	case errors.As(err, &broken) && errors.Is(broken.Err, csv.ErrQuote) && broken.StartLine < broken.Line:
		return &Error{File: t.name, Line: broken.StartLine, Text: fmt.Sprintf(
			"a quoted value begins in this row and does not end soundly (seen in line %d): a quote is missing, or the file was cut off", broken.Line)}
	case errors.As(err, &broken):
		return &Error{File: t.name, Line: broken.Line, Text: fmt.Sprintf(
			"a quote stands where none may be (character %d): the file was cut off or changed by hand; download it again", broken.Column)}
	}
	return cutOff(t.name, t.line+1, err)
}

// cutOff is the error of a file that ends too early, or cannot be read to its end.
func cutOff(name string, line int, err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return &Error{File: name, Line: line, Text: "the compressed file was cut off: download it again"}
	}
	if errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader) {
		return &Error{File: name, Line: line, Text: "the compressed file is damaged: download it again"}
	}
	return &Error{File: name, Line: line, Text: fmt.Sprintf("cannot be read further: %v", err)}
}

// limitedReader refuses a file, or a row, that is longer than any official one.
type limitedReader struct {
	from  io.Reader
	name  string
	left  int // of the row
	total int64
}

func (l *limitedReader) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, &Error{File: l.name, Text: fmt.Sprintf("a row has more than %d bytes: a quote is missing, or this is another kind of file", rowLimit)}
	}
	n, err := l.from.Read(p)
	l.left -= n
	if l.total += int64(n); l.total > fileLimit {
		return n, &Error{File: l.name, Text: fmt.Sprintf("has more than %d MB: no official file is that long", fileLimit>>20)}
	}
	return n, err
}

// windows1252 turns bytes of that encoding into text. ok is false for the five bytes that it leaves undefined.
func windows1252(value string) (text string, ok bool) {
	text, err := charmap.Windows1252.NewDecoder().String(value)
	return text, err == nil && !strings.ContainsRune(text, utf8.RuneError)
}
