package rules

import (
	"slices"
	"strings"

	"accessdesk/catalog"
	"accessdesk/eligibility/builder"
)

// The acts of the buttons. The value of a button is its act, a space, and the name of what it acts on.
const (
	actAdd    = "add"    // a row to a group
	actGroup  = "group"  // a group to a group
	actUp     = "up"     // a row, group or criterion one place up
	actDown   = "down"   // one place down
	actRemove = "remove" // a row, group or criterion
	actShow   = "show"   // only keeps the form, so that a row shows what fits its fact
	actText   = "text"   // edits a criterion as text
	actRows   = "rows"   // edits it as rows
	actNew    = "new"    // a criterion
)

// do does what a button says, and gives the id of the element to return to; "" for an unknown act.
func (e *edits) do(button string) (anchor string) {
	act, key, _ := strings.Cut(button, " ")
	if act == actNew && len(e.criteria) < mostCriteria {
		e.criteria = append(e.criteria, edited{tree: builder.Tree{Nodes: []builder.Node{{}}}})
		return criterionKey(len(e.criteria) - 1)
	}
	at, path, ok := readKey(key)
	if !ok || at >= len(e.criteria) {
		return ""
	}
	c := &e.criteria[at]
	switch act {
	case actText:
		c.toText(e)
		return criterionKey(at)
	case actRows:
		c.toRows(e)
		return criterionKey(at)
	case actUp, actDown, actRemove:
		if !strings.Contains(key, rowsName) {
			return e.move(act, at)
		}
	case actAdd, actGroup, actShow:
	default:
		return ""
	}
	if c.expert {
		return criterionKey(at)
	}
	return c.rows(at, act, path)
}

// toText and toRows change how a criterion is edited. Text that rows cannot show stays text.
func (c *edited) toText(e *edits) {
	if !c.expert {
		c.Expr, c.expert = builder.Write(e.vocabulary.Vocabulary, c.tree), true
	}
}

func (c *edited) toRows(e *edits) {
	if !c.expert {
		return
	}
	if tree, simple := builder.ParseDraft(e.vocabulary.Vocabulary, c.Expr); simple {
		c.tree, c.expert = tree, false
	}
}

// move moves or removes a criterion.
func (e *edits) move(act string, at int) string {
	to := at
	switch {
	case act == actRemove:
		e.criteria = slices.Delete(e.criteria, at, at+1)
		if at > 0 {
			return criterionKey(at - 1)
		}
		return listName
	case act == actUp:
		to = max(0, at-1)
	default:
		to = min(len(e.criteria)-1, at+1)
	}
	e.criteria[at], e.criteria[to] = e.criteria[to], e.criteria[at]
	return criterionKey(to)
}

// rows does an act on the rows of a criterion.
func (c *edited) rows(at int, act string, path builder.Path) string {
	group, ok := find(&c.tree, path)
	if act == actAdd || act == actGroup {
		if !ok || group == nil || len(group.Nodes) >= mostRows {
			return criterionKey(at)
		}
		node := builder.Node{}
		if act == actGroup && len(path) < builder.Deepest {
			node.Group = &builder.Group{Any: !group.Any, Nodes: make([]builder.Node, 2)}
		}
		group.Nodes = append(group.Nodes, node)
		return c.settle(at, append(slices.Clone(path), len(group.Nodes)-1))
	}
	if !ok || len(path) == 0 {
		return criterionKey(at)
	}
	parent, _ := find(&c.tree, path[:len(path)-1])
	place := path[len(path)-1]
	switch act {
	case actRemove:
		parent.Nodes = slices.Delete(parent.Nodes, place, place+1)
		path = append(slices.Clone(path[:len(path)-1]), max(0, place-1))
	case actUp:
		path = c.up(parent, path)
	case actDown:
		path = c.down(parent, path)
	}
	return c.settle(at, path)
}

// settle brings the tree into the form in which it will be read again, and names the element at a path or the nearest around it.
func (c *edited) settle(at int, path builder.Path) string {
	c.tree = builder.Normal(c.tree)
	for len(path) > 0 {
		if _, ok := find(&c.tree, path); ok {
			return rowKey(at, path)
		}
		path = path[:len(path)-1]
	}
	return criterionKey(at)
}

// find gives the group at a path, nil for a row; false when there is nothing.
func find(t *builder.Tree, path builder.Path) (*builder.Group, bool) {
	group := t
	for _, place := range path {
		if group == nil || place < 0 || place >= len(group.Nodes) {
			return nil, false
		}
		group = group.Nodes[place].Group
	}
	return group, true
}

// up moves a node one place up: past a row, into the end of a group before it, or out of its own group.
func (c *edited) up(parent *builder.Group, path builder.Path) builder.Path {
	place := path[len(path)-1]
	node := parent.Nodes[place]
	outer := path[:len(path)-1]
	switch {
	case place > 0 && node.Group == nil && parent.Nodes[place-1].Group != nil:
		inner := parent.Nodes[place-1].Group
		inner.Nodes = append(inner.Nodes, node)
		parent.Nodes = slices.Delete(parent.Nodes, place, place+1)
		return append(slices.Clone(outer), place-1, len(inner.Nodes)-1)
	case place > 0:
		parent.Nodes[place-1], parent.Nodes[place] = node, parent.Nodes[place-1]
		return append(slices.Clone(outer), place-1)
	case len(outer) > 0:
		parent.Nodes = slices.Delete(parent.Nodes, 0, 1)
		around, _ := find(&c.tree, outer[:len(outer)-1])
		around.Nodes = slices.Insert(around.Nodes, outer[len(outer)-1], node)
		return slices.Clone(outer)
	}
	return path
}

// down moves a node one place down: past a row, into the start of a group behind it, or out of its own group.
func (c *edited) down(parent *builder.Group, path builder.Path) builder.Path {
	place := path[len(path)-1]
	node := parent.Nodes[place]
	outer := path[:len(path)-1]
	last := place == len(parent.Nodes)-1
	switch {
	case !last && node.Group == nil && parent.Nodes[place+1].Group != nil:
		inner := parent.Nodes[place+1].Group
		inner.Nodes = slices.Insert(inner.Nodes, 0, node)
		parent.Nodes = slices.Delete(parent.Nodes, place, place+1)
		return append(slices.Clone(outer), place, 0)
	case !last:
		parent.Nodes[place], parent.Nodes[place+1] = parent.Nodes[place+1], node
		return append(slices.Clone(outer), place+1)
	case len(outer) > 0:
		parent.Nodes = slices.Delete(parent.Nodes, place, place+1)
		around, _ := find(&c.tree, outer[:len(outer)-1])
		after := outer[len(outer)-1] + 1
		around.Nodes = slices.Insert(around.Nodes, after, node)
		return append(slices.Clone(outer[:len(outer)-1]), after)
	}
	return path
}

// criterionName is how a criterion is called in a list: its title, or its place.
func criterionName(c catalog.Criterion, lang, otherwise string) string {
	if text := c.Title.In(lang); text != "" {
		return text
	}
	return otherwise
}
