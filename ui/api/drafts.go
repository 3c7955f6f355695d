package api

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"accessdesk/broker/account"
	"accessdesk/catalog"
	"accessdesk/catalog/check"
	"accessdesk/catalog/offeringjson"
	"accessdesk/catalog/publishing"
	"accessdesk/data"
	"accessdesk/ui/api/body"
	"accessdesk/ui/curate"
	"accessdesk/ui/problem"
	"accessdesk/ui/web"
)

// draftMost is the most bytes of an offering as JSON; package publishing bounds its canonical text.
const draftMost = 2 * catalog.MaxFileSize

// wordsMost is the most bytes of the body of an act.
const wordsMost = 16 << 10

// drafts is a page of the open drafts.
type drafts struct {
	Total      int          `json:"total"`
	Drafts     []draftShort `json:"drafts"`
	NextCursor string       `json:"next_cursor,omitempty"`
}

// draftShort is a draft as lists show it.
type draftShort struct {
	Slug      string          `json:"slug"`
	API       string          `json:"api"`
	Kind      publishing.Kind `json:"kind"`
	State     catalog.State   `json:"state"`
	Revision  int             `json:"revision"`
	BasedOn   string          `json:"based_on,omitempty"` // id of the version that it changes; absent for a new offering
	BegunAt   time.Time       `json:"begun_at"`
	WrittenAt time.Time       `json:"written_at"`
	WrittenBy string          `json:"written_by"` // address of the person
	SentAt    *time.Time      `json:"sent_at,omitempty"`
	SentBy    string          `json:"sent_by,omitempty"`
	PublishAt *time.Time      `json:"publish_at,omitempty"` // absent: as soon as it is approved
	Note      string          `json:"note,omitempty"`       // from the writer to the reviewer
	Reply     string          `json:"reply,omitempty"`      // from the reviewer, when it was sent back
	VersionID string          `json:"version_id,omitempty"` // what it became
}

// draft is the whole of one.
type draft struct {
	draftShort
	Ready    bool            `json:"ready"`    // nothing keeps it from being published
	Problems []obstacle      `json:"problems"` // what does
	Offering json.RawMessage `json:"offering"`
}

// obstacle is what keeps a draft from being published, at its place in the offering.
type obstacle struct {
	Pointer string `json:"pointer"`
	Code    string `json:"code"`
	Detail  string `json:"detail"` // in the language of the answer
}

// Drafts lists the open drafts in the order of slugs.
func Drafts(r *web.Request, tx *data.Tx) (web.Reply, error) {
	q := parameters(r, "limit", "cursor")
	limit := q.number("limit", 1, listMost, listUsual)
	after, ok := slugAfter(q.values.Get("cursor"))
	if !ok {
		q.wrong("cursor", "cursor")
	}
	if err := q.err(); err != nil {
		return web.Reply{}, err
	}
	all, err := publishing.Drafts(tx)
	if err != nil {
		return web.Reply{}, err
	}
	found := drafts{Total: len(all), Drafts: []draftShort{}}
	for _, d := range all {
		switch {
		case d.Slug <= after:
		case len(found.Drafts) < limit:
			short, err := shortDraft(r, tx, d)
			if err != nil {
				return web.Reply{}, err
			}
			found.Drafts = append(found.Drafts, short)
		case found.NextCursor == "":
			found.NextCursor = cursorAfter(found.Drafts[limit-1].Slug)
		}
	}
	return plainAnswer(found)
}

// plainAnswer is an answer that says the same in every language.
func plainAnswer(value any) (web.Reply, error) {
	reply, err := answer(value)
	if err == nil {
		reply.Document.Plain = true
	}
	return reply, err
}

func shortDraft(r *web.Request, tx *data.Tx, d publishing.Draft) (draftShort, error) {
	short := draftShort{Slug: d.Slug, API: r.Site.Absolute(Base + "/drafts/" + d.Slug), Kind: d.Kind, State: d.State, Revision: d.Revision, BasedOn: d.BasedOn,
		BegunAt: d.Begun, WrittenAt: d.Written, SentAt: instant(d.Sent), PublishAt: instant(d.PublishAt), Note: d.Note, Reply: d.Reply, VersionID: d.VersionID}
	var err error
	if short.WrittenBy, err = called(tx, d.WrittenBy); err == nil {
		short.SentBy, err = called(tx, d.SentBy)
	}
	return short, err
}

// called is the address of a person who acted, or the word for an actor that is none (seed, console).
func called(tx *data.Tx, actor string) (string, error) {
	if actor == "" {
		return "", nil
	}
	person, err := account.FindPerson(tx, actor)
	if errors.Is(err, data.ErrNotFound) {
		return actor, nil
	}
	return person.Email, err
}

// Draft gives the open draft of an offering, with its ETag.
func Draft(r *web.Request, tx *data.Tx) (web.Reply, error) {
	if err := parameters(r).err(); err != nil {
		return web.Reply{}, err
	}
	d, err := publishing.OpenOf(tx, r.Param("slug"))
	if err != nil {
		return web.Reply{}, err
	}
	return draftAnswer(r, tx, d)
}

// draftAnswer is a draft with its mark: that of what it says in every language, and the language of the answer.
func draftAnswer(r *web.Request, tx *data.Tx, d publishing.Draft) (web.Reply, error) {
	short, err := shortDraft(r, tx, d)
	if err != nil {
		return web.Reply{}, err
	}
	o, err := d.Offering()
	if err != nil {
		return web.Reply{}, err
	}
	one := draft{draftShort: short, Problems: []obstacle{}, Offering: offeringjson.Encode(o, true)}
	if d.Kind == publishing.KindEdit {
		zone := r.Site.Zone
		one.Problems = obstacles(r, publishing.Problems(r.Desk().Vocabulary, o, tx.Now.In(zone)))
	}
	one.Ready = len(one.Problems) == 0
	reply, err := answer(one)
	if err != nil {
		return reply, err
	}
	for i := range one.Problems {
		one.Problems[i].Detail = ""
	}
	same, err := encode(one)
	reply.Document.Mark = markOf(same) + "-" + r.Lang
	return reply, err
}

// markOf names the bytes of an answer.
func markOf(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

func obstacles(r *web.Request, problems []check.Problem) []obstacle {
	all := []obstacle{}
	for _, p := range problems {
		all = append(all, obstacle{Pointer: pointerOf(p.Key), Code: p.Code(), Detail: p.In(r.L)})
	}
	return all
}

// pointerOf is the place of a key of the offering file in its JSON.
func pointerOf(key string) string { return body.Pointer(offeringjson.Pointer(key)...) }

// PutDraft writes the whole text of a draft. With If-Match it replaces the open one; with "If-None-Match: *" it opens one, of a new
// offering or as a change to the live version.
func PutDraft(r *web.Request, tx *data.Tx) (web.Reply, error) {
	if err := parameters(r).err(); err != nil {
		return web.Reply{}, err
	}
	slug := r.Param("slug")
	open, err := publishing.OpenOf(tx, slug)
	exists := err == nil
	if err != nil && !errors.Is(err, data.ErrNotFound) {
		return web.Reply{}, err
	}
	create := r.Header("If-None-Match") == "*"
	switch {
	case create && exists, !create && !exists && r.Header("If-Match") != "":
		return web.Reply{}, stale("")
	case !create && !exists:
		return web.Reply{}, problem.New("precondition_required")
	case exists:
		if err := unmoved(r, func() (web.Reply, error) { return draftAnswer(r, tx, open) }); err != nil {
			return web.Reply{}, err
		}
	}
	o, err := offeringOf(r, slug)
	if err != nil {
		return web.Reply{}, err
	}
	if !exists {
		made, err := publishing.New(tx, curate.Desk(r), r.Person.ID, o)
		if err != nil {
			return web.Reply{}, faultOf(r, err)
		}
		return opened(r, tx, made)
	}
	saved, err := publishing.Save(tx, curate.Desk(r), open.ID, open.Revision, r.Person.ID, o)
	if err != nil {
		return web.Reply{}, faultOf(r, err)
	}
	return draftAnswer(r, tx, saved)
}

// offeringOf reads the offering of a body, whose slug is that of the address.
func offeringOf(r *web.Request, slug string) (*catalog.Offering, error) {
	if err := sized(r, draftMost); err != nil {
		return nil, err
	}
	value, err := body.Parse(r.Body())
	if err != nil {
		return nil, wrongBody(err)
	}
	members, ok := value.(map[string]any)
	if !ok {
		return nil, wrongBody(&body.Problem{Pointer: "#", Code: "kind", Want: "an object"})
	}
	if members["slug"] == nil {
		members["slug"] = slug
	}
	o, err := offeringjson.Decode(members)
	if err == nil && o.Slug != slug {
		err = data.Refuse("slug", "slug_fixed")
	}
	return o, faultOf(r, err)
}

// Act gives the handler of an act on a draft. What was done is answered with the draft as it is afterwards.
func Act(act publishing.Act) web.Handler {
	return func(r *web.Request, tx *data.Tx) (web.Reply, error) {
		if err := parameters(r).err(); err != nil {
			return web.Reply{}, err
		}
		d, err := publishing.OpenOf(tx, r.Param("slug"))
		if err != nil {
			return web.Reply{}, err
		}
		if err := unmoved(r, func() (web.Reply, error) { return draftAnswer(r, tx, d) }); err != nil {
			return web.Reply{}, err
		}
		request := publishing.Request{DraftID: d.ID, Revision: d.Revision, Act: act, Actor: r.Person.ID}
		if err := wordsOf(r, &request); err != nil {
			return web.Reply{}, err
		}
		done, err := publishing.Do(tx, curate.Desk(r), request)
		if err != nil {
			return web.Reply{}, faultOf(r, err)
		}
		return draftAnswer(r, tx, done)
	}
}

// wordsOf reads what an act takes: words, and when to publish. An empty body is one without members.
func wordsOf(r *web.Request, request *publishing.Request) error {
	var known []string
	switch request.Act {
	case publishing.ActSubmit:
		known = []string{"words", "publish_at"}
	case publishing.ActSendBack:
		known = []string{"words"}
	}
	members, err := membersOf(r, known...)
	if err != nil {
		return err
	}
	if request.Words, err = body.Text(members, "words"); err != nil {
		return wrongBody(err)
	}
	request.At, err = instantOf(members, "publish_at")
	return err
}
