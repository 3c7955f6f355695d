package browsertest

import (
	"context"
	"fmt"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Keyboard works the pages of a tab by keys alone, as somebody without a mouse does. Each step begins where the one
// before left the focus. It fails the test where the Tab key does not lead, or where the focus cannot be seen.
type Keyboard struct{ *Tab }

// Keys gives the tab to somebody without a mouse.
func (b *Tab) Keys() *Keyboard { return &Keyboard{b} }

// element is an expression for what a selector finds first and shows.
func element(selector string) string {
	return fmt.Sprintf(`[...document.querySelectorAll(%q)].find(e => e.checkVisibility())`, selector)
}

// reach presses Tab until the element has the focus. Within radio buttons it stops at whichever of the group takes it.
func (k *Keyboard) reach(expression string) {
	k.t.Helper()
	reached := fmt.Sprintf(`(() => { const wanted = %s, now = document.activeElement;
		return !!wanted && (now == wanted || now.type == "radio" && wanted.type == "radio" && now.name == wanted.name && now.form == wanted.form) })()`, expression)
	for range 2 * mostStops {
		var there bool
		k.Evaluate(reached, &there)
		if there {
			for _, complaint := range k.Focused().Complaints {
				k.t.Errorf("on %s by keyboard: %s %s", k.addressNow(), k.Focused().What, complaint)
			}
			return
		}
		k.Key("\t")
	}
	k.t.Fatalf("on %s the Tab key does not lead to %s\n%s", k.addressNow(), expression, k.textNow())
}

// Click goes to what the selector finds, presses Enter, and waits for the page that follows.
func (k *Keyboard) Click(selector string) {
	k.t.Helper()
	k.reach(element(selector))
	k.run("press Enter at "+selector, follow(chromedp.KeyEvent("\r")))
}

// Press goes to the first button or link with that text and presses Enter.
func (k *Keyboard) Press(text string) {
	k.t.Helper()
	k.reach(fmt.Sprintf(`[...document.querySelectorAll("button, a[href]")].find(e => e.checkVisibility() && e.textContent.trim().replace(/\s+/g, " ").startsWith(%q))`, text))
	k.run("press Enter at "+text, follow(chromedp.KeyEvent("\r")))
}

// Choose ticks a box with the space bar, or walks to a radio button with the arrow keys.
func (k *Keyboard) Choose(id string) {
	k.t.Helper()
	k.reach(fmt.Sprintf(`document.getElementById(%q)`, id))
	var is struct {
		Kind    string
		Checked bool
		Here    bool
	}
	state := fmt.Sprintf(`(e => ({Kind: e.type, Checked: e.checked, Here: e == document.activeElement}))(document.getElementById(%q))`, id)
	k.Evaluate(state, &is)
	if is.Kind == "checkbox" {
		k.Key(" ")
		return
	}
	for range mostStops {
		if is.Here && !is.Checked {
			k.Key(" ")
		} else if !is.Here {
			k.Key(kb.ArrowDown)
		}
		k.Evaluate(state, &is)
		if is.Checked {
			return
		}
	}
	k.t.Fatalf("on %s the arrow keys do not lead to the answer %s", k.addressNow(), id)
}

// Type goes to a field and replaces what stands there.
func (k *Keyboard) Type(selector, text string) {
	k.t.Helper()
	k.reach(element(selector))
	all := chromedp.ActionFunc(func(ctx context.Context) error {
		return input.DispatchKeyEvent(input.KeyDown).WithKey("a").WithCode("KeyA").WithModifiers(input.ModifierCtrl).
			WithCommands([]string{"selectAll"}).Do(ctx)
	})
	k.run("type into "+selector, all, chromedp.KeyEvent(kb.Delete), chromedp.KeyEvent(text))
}

// Select goes to a list and presses the arrow down until the option has come.
func (k *Keyboard) Select(selector, value string) {
	k.t.Helper()
	k.reach(element(selector))
	for range mostStops {
		var now string
		k.Evaluate(fmt.Sprintf(`document.querySelector(%q).value`, selector), &now)
		if now == value {
			return
		}
		k.Key(kb.ArrowDown)
	}
	k.t.Fatalf("on %s the arrow keys do not lead to %s in %s", k.addressNow(), value, selector)
}
