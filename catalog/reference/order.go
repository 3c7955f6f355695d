package reference

import (
	"fmt"
	"slices"
)

// Order is what the page about Executive Order 14409 says.
type Order struct {
	CheckedOn  Day      `toml:"checked_on"`  // last day on which a person looked for news
	KnownUntil Day      `toml:"known_until"` // about the last day that the main sources cover
	Programs   []string `toml:"programs"`    // slugs of programs that the order itself announces; their pages link here
	Title      Text     `toml:"title"`
	Lede       Text     `toml:"lede"`
	Read       []Text   `toml:"read"`    // which texts of the order were read, and which could not be opened
	Asks       []Ask    `toml:"asks"`    // section by section
	Dates      []Event  `toml:"dates"`   // what is known of its implementation, by day
	Unknown    []Text   `toml:"unknown"` // what was looked for and not found
	Claims     []Text   `toml:"claims"`  // what nobody may claim from it
	Windows    []Text   `toml:"windows"` // the 30 and the 90 days
	Steps      []Step   `toml:"steps"`   // what a small operator can do now
	Sources    []Source `toml:"sources"`
}

// Ask is one section of the order in plain words.
type Ask struct {
	Section string `toml:"section"` // "2(c)(iii)"
	Text    Text   `toml:"text"`
}

// Event is something that happened, or was due, on a day.
type Event struct {
	On      Day      `toml:"on"`
	Sure    Sure     `toml:"sure"`
	Text    Text     `toml:"text"`
	Sources []string `toml:"sources"` // their ids
}

// Step is something that an operator can do.
type Step struct {
	Text     Text     `toml:"text"`
	Link     string   `toml:"link"`     // page of this site, or absent
	Label    Text     `toml:"label"`    // of the link
	Programs []string `toml:"programs"` // slugs; only those that are listed are shown
}

// Source finds a source by its id.
func (o *Order) Source(id string) (Source, bool) {
	for _, s := range o.Sources {
		if s.ID == id {
			return s, true
		}
	}
	return Source{}, false
}

// Announces tells whether the order itself announces a program.
func (o *Order) Announces(slug string) bool { return slices.Contains(o.Programs, slug) }

func (l *Library) addOrder(text []byte) error {
	l.Order = &Order{}
	if err := decode("order.toml", text, l.Order); err != nil {
		return err
	}
	r := reader{ids: map[string]bool{}}
	o := l.Order
	if o.CheckedOn == (Day{}) || o.KnownUntil == (Day{}) {
		r.refuse("the file", "checked_on or known_until is missing")
	}
	r.text("title", o.Title)
	r.text("lede", o.Lede)
	r.texts("read", o.Read)
	r.texts("unknown", o.Unknown)
	r.texts("claims", o.Claims)
	r.texts("windows", o.Windows)
	for at, source := range o.Sources {
		r.anchor(fmt.Sprintf("sources[%d]", at+1), source.ID)
		r.source(fmt.Sprintf("sources[%d]", at+1), source)
	}
	r.asks(o.Asks)
	r.events(o)
	r.steps(o.Steps)
	return r.problem("order.toml")
}

// texts wants at least one, each in both languages.
func (r *reader) texts(name string, list []Text) {
	if len(list) == 0 {
		r.refuse(name, "nothing stands there")
	}
	for at, text := range list {
		r.text(fmt.Sprintf("%s[%d]", name, at+1), text)
	}
}

func (r *reader) asks(asks []Ask) {
	if len(asks) == 0 {
		r.refuse("asks", "nothing stands there")
	}
	for at, ask := range asks {
		where := fmt.Sprintf("asks[%d]", at+1)
		if ask.Section == "" {
			r.refuse(where, "the section is missing")
		}
		r.text(where+".text", ask.Text)
	}
}

func (r *reader) events(o *Order) {
	if len(o.Dates) == 0 {
		r.refuse("dates", "nothing stands there")
	}
	for at, event := range o.Dates {
		where := fmt.Sprintf("dates[%d]", at+1)
		if event.On == (Day{}) {
			r.refuse(where, "the day is missing")
		}
		if at > 0 && event.On.String() < o.Dates[at-1].On.String() {
			r.refuse(where, "it stands after a later day")
		}
		r.sure(where, event.Sure)
		r.text(where+".text", event.Text)
		if len(event.Sources) == 0 {
			r.refuse(where, "it has no source")
		}
		for _, id := range event.Sources {
			if _, ok := o.Source(id); !ok {
				r.refuse(where, "there is no source %q", id)
			}
		}
	}
}

func (r *reader) steps(steps []Step) {
	if len(steps) == 0 {
		r.refuse("steps", "nothing stands there")
	}
	for at, step := range steps {
		where := fmt.Sprintf("steps[%d]", at+1)
		r.text(where+".text", step.Text)
		r.perhaps(where+".label", step.Label)
		if (step.Link == "") != step.Label.Empty() {
			r.refuse(where, "link and label belong together")
		}
		if step.Link == "" && len(step.Programs) == 0 {
			r.refuse(where, "it leads nowhere: it needs a link or programs")
		}
	}
}
