// What a person would complain about on the page that is open, as sentences. Package browsertest evaluates this object
// in the page; it works with the page's own JavaScript off.
({
	// action is what one presses to do something; it needs 44 px. Other targets need 24 px (WCAG 2.5.8).
	action: "button, summary, select, textarea, a.usa-button, .lang, .back, .tabs a, .top-end a, .usa-radio__label, .usa-checkbox__label, input:not([type=hidden]):not([type=radio]):not([type=checkbox])",

	name(e) {
		const text = (e.getAttribute("aria-label") || e.innerText || e.value || e.name || "").trim().replace(/\s+/g, " ").slice(0, 50);
		return "<" + e.localName + (e.id ? "#" + e.id : "") + (e.classList.length ? "." + e.classList[0] : "") + "> " + JSON.stringify(text);
	},

	seen(e) {
		const box = e.getBoundingClientRect();
		return e.checkVisibility({visibilityProperty: true}) && box.width > 1 && box.height > 1;
	},

	// inSentence tells whether a link stands within running text, where WCAG asks no size of it.
	inSentence(e) {
		if (getComputedStyle(e).display != "inline") return false;
		let block = e.parentElement;
		while (getComputedStyle(block).display == "inline") block = block.parentElement;
		return block.innerText.trim().length > e.innerText.trim().length + 3;
	},

	targets() {
		const found = [];
		for (const e of document.querySelectorAll("a[href], " + this.action)) {
			if (!this.seen(e) || e.matches(".usa-skipnav") || e.closest("svg")) continue;
			const box = e.getBoundingClientRect(), action = e.matches(this.action);
			if (!action && this.inSentence(e)) continue;
			const least = action ? 44 : 24;
			if (box.height < least - .5 || box.width < Math.min(least, 24) - .5)
				found.push(this.name(e) + " is " + Math.round(box.width) + " x " + Math.round(box.height) + " px, " + least + " are needed");
		}
		return found;
	},

	// cut lists what hides a part of its content at its right edge.
	cut() {
		const found = [];
		for (const e of document.body.querySelectorAll("*")) {
			if (!["hidden", "clip"].includes(getComputedStyle(e).overflowX) || e.scrollWidth <= e.clientWidth + 1 || !this.seen(e) || e.matches("input, select, .vh") || e.closest("svg")) continue;
			const edge = e.getBoundingClientRect().right;
			const out = [...e.querySelectorAll("*")].filter(i => this.seen(i) && !i.closest(".vh, svg") && i.getBoundingClientRect().right > edge + .5);
			if (out.length) found.push(this.name(out.at(-1)) + " is cut off by " + Math.round(out.at(-1).getBoundingClientRect().right - edge) + " px");
		}
		return found;
	},

	// wide lists what reaches beyond the window and is no strip that scrolls by itself, and what is cut off.
	wide() {
		const width = document.documentElement.clientWidth, found = this.cut();
		if (document.documentElement.scrollWidth <= width) return found;
		for (const e of document.body.querySelectorAll("*")) {
			const box = e.getBoundingClientRect();
			if (box.right > width + .5 && this.seen(e) && !e.closest(".tabs, svg")) found.push(this.name(e) + " reaches to " + Math.round(box.right) + " of " + width + " px");
		}
		return found.length ? found.slice(-4) : ["the page is " + document.documentElement.scrollWidth + " px wide in a window of " + width];
	},

	// ticks lists ticked boxes and chosen buttons that look like the others, which forced colors easily bring about.
	ticks() {
		const found = [];
		for (const e of document.querySelectorAll("input:checked")) {
			const label = e.labels[0];
			if (!label || !this.seen(label)) continue;
			const box = getComputedStyle(label, "::before"), tick = getComputedStyle(label, "::after");
			const other = document.querySelector("input[type=" + e.type + "]:not(:checked) + label");
			const ticked = tick.content != "none" && tick.display != "none" && parseFloat(tick.borderBottomWidth) > 1;
			const filled = other && getComputedStyle(other, "::before").backgroundColor != box.backgroundColor;
			if (!ticked && !filled) found.push(this.name(e) + " is chosen and does not look so");
		}
		return found;
	},

	frame() {
		const found = [], all = s => [...document.querySelectorAll(s)];
		const want = (holds, text) => { if (!holds) found.push(text); };
		const heading = all("h1"), title = document.title, first = heading.length ? heading[0].textContent.trim().replace(/\s+/g, " ") : "";
		want(heading.length == 1, "there are " + heading.length + " h1");
		const plain = title.replace(/^Error: /, "");
		want(plain.startsWith(first + " – ") || plain.startsWith(first + " · "), "the title is " + JSON.stringify(title) + ", the heading " + JSON.stringify(first));
		const skip = document.querySelector("body > a:first-of-type");
		want(skip && skip.matches(".usa-skipnav[href='#main']") && skip == document.querySelector("a, button, input:not([type=hidden])"), "the skip link does not come first");
		want(document.querySelectorAll("main#main").length == 1, "there is no main#main for the skip link");
		const help = document.querySelector("footer ul a");
		want(help && help.getAttribute("href") == "/help", "help is not the first link of the footer");
		want(all("[style]").length == 0, "there is an inline style");
		want(all("script:not([type='application/ld+json']), style, img, iframe, object, embed, link[rel=preload]").length == 0, "there is a script, style sheet or picture within the page");
		const levels = all("h1, h2, h3, h4, h5, h6").filter(e => e.checkVisibility()).map(e => +e.localName[1]);
		levels.forEach((level, i) => want(i == 0 || level <= levels[i - 1] + 1, "a heading jumps from level " + levels[i - 1] + " to " + level));
		const ids = all("[id]").map(e => e.id);
		want(new Set(ids).size == ids.length, "an id stands twice: " + ids.filter((id, i) => ids.indexOf(id) != i));
		for (const e of all("[aria-describedby], [aria-labelledby]"))
			for (const id of ((e.getAttribute("aria-describedby") || "") + " " + (e.getAttribute("aria-labelledby") || "")).trim().split(/\s+/))
				want(document.getElementById(id), this.name(e) + " is described by #" + id + ", which is nowhere");
		const other = document.querySelector(".lang");
		want(other && other.lang && other.lang == other.hreflang && other.lang != document.documentElement.lang, "the link to the other language does not say its language");
		return found.concat(this.problems());
	},

	// problems holds the error summary to its promises: first, focused, a link to each field, the same text there.
	problems() {
		const found = [], summary = document.querySelector(".problems");
		const marked = document.title.startsWith("Error: ");
		if (!summary) {
			if (marked) found.push("the title says Error, but there is no error summary");
			for (const e of document.querySelectorAll(".usa-error-message")) found.push(this.name(e) + " stands in no error summary");
			return found;
		}
		if (!marked) found.push("the title of a page with problems is " + JSON.stringify(document.title));
		if (document.activeElement != summary) found.push("the focus is on " + this.name(document.activeElement) + ", not on the error summary");
		const before = [...document.querySelectorAll("main h1, main p, main input")].filter(e => this.seen(e) && !summary.contains(e));
		if (before.some(e => e.compareDocumentPosition(summary) & Node.DOCUMENT_POSITION_FOLLOWING && !e.closest(".attack") && !e.querySelector(".back")))
			found.push("something stands before the error summary");
		for (const entry of summary.querySelectorAll("li")) {
			const link = entry.querySelector("a"), text = entry.innerText.trim();
			if (!link) { found.push("the problem " + JSON.stringify(text) + " leads to no field"); continue; }
			const field = document.getElementById(link.hash.slice(1));
			if (!field) { found.push("the problem " + JSON.stringify(text) + " leads to " + link.hash + ", which is nowhere"); continue; }
			if (field.tabIndex < 0) found.push("the problem " + JSON.stringify(text) + " leads to " + this.name(field) + ", which takes no focus");
			if (![...document.querySelectorAll(".usa-error-message")].some(e => e.innerText.trim() == text))
				found.push("the problem " + JSON.stringify(text) + " does not stand at its field");
		}
		return found;
	},

	contrast(a, b) {
		const light = color => {
			const [r, g, bl] = color.match(/[\d.]+/g).map(Number).map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
			return .2126 * r + .7152 * g + .0722 * bl;
		};
		const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
		return (x + .05) / (y + .05);
	},

	behind(e) {
		for (let at = e.parentElement; at; at = at.parentElement) {
			const color = getComputedStyle(at).backgroundColor;
			if (!/, 0\)$|transparent/.test(color)) return color;
		}
		return "rgb(255, 255, 255)";
	},

	// focus describes where the focus is: its place on the page, and what a person with a keyboard would complain about.
	focus() {
		const e = document.activeElement;
		if (!e || e == document.body || e == document.documentElement) return {Nowhere: true, Complaints: []};
		const found = [], label = e.labels && e.labels[0], hidden = /radio|checkbox/.test(e.type);
		const shown = hidden && label ? label : e;
		const marks = shown == e ? [[e, null]] : [[label, null], [label, "::before"]]; // USWDS puts the button itself out of sight
		const mark = marks.map(([m, part]) => [m, getComputedStyle(m, part)]).find(([, s]) => s.outlineStyle != "none" && parseFloat(s.outlineWidth) >= 2);
		if (!mark) found.push("the focus cannot be seen");
		else if (this.contrast(mark[1].outlineColor, this.behind(mark[0])) < 3)
			found.push("the mark of the focus (" + mark[1].outlineColor + ") is hardly seen on " + this.behind(mark[0]));
		const box = shown.getBoundingClientRect();
		if (box.height < innerHeight && (box.top < -1 || box.bottom > innerHeight + 1)) found.push("reaches out of the window (" + Math.round(box.top) + " to " + Math.round(box.bottom) + ")");
		for (const part of [...shown.getClientRects()].slice(0, 3)) {
			const x = part.left + part.width / 2, y = Math.min(part.top + part.height / 2, innerHeight - 2), hit = document.elementFromPoint(x, y);
			if (!hit || !(shown.contains(hit) || hit.contains(shown) || e.contains(hit))) found.push("is covered by " + (hit ? this.name(hit) : "nothing that can be hit"));
		}
		let floats = false;
		for (let at = e; at; at = at.parentElement) floats = floats || /sticky|fixed|absolute/.test(getComputedStyle(at).position) && !hidden;
		return {What: this.name(e), Place: this.place(e), Top: Math.round(box.top + scrollY), Parts: e.type == "date" ? 4 : 1, Floats: floats, Complaints: found};
	},

	place(e) { return [...document.querySelectorAll("*")].indexOf(e); },

	// last is the place of the last element that takes the focus.
	last() {
		const all = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")].filter(e => e.checkVisibility());
		return this.place(all[all.length - 1]);
	},
})
