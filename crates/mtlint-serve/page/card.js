// The card of a finding: what is wrong, what to write instead, and who says so.

import { differences } from "./differences.js";
import { make, shown } from "./dom.js";
import { Bytes, sentencesAround } from "./positions.js";
import { caution, counted, kind, percent, source } from "./words.js";

/** So many words of the article stand on each side of a suggestion. */
const CONTEXT_WORDS = 4;

/** A quoted sentence has at most so many characters on each side of the words that count. */
const MAX_QUOTE_SIDE = 200;

/** So long the mouse rests on a phrase before its card opens, and is away before it closes. */
const HOVER_MILLISECONDS = 250;

/** The words just before or after a suggestion, within its line. */
function context(text, at, after) {
  const line = after ? text.slice(at, at + 80).split("\n")[0] : text.slice(Math.max(0, at - 80), at).split("\n").at(-1);
  const words = line.match(/\s*\S+\s*/g) ?? [];
  const some = after ? words.slice(0, CONTEXT_WORDS) : words.slice(-CONTEXT_WORDS);
  const joined = some.join("");
  return after ? joined.trimEnd() : joined.trimStart();
}

/** A suggestion as a difference, with a few words around it. */
function difference(text, { start, end, replacement }) {
  const parts = differences(text.slice(start, end), replacement).map((part) => {
    if (part.kind === "same") return make("span", {}, shown(part.text));
    return make(part.kind === "old" ? "del" : "ins", {}, shown(part.text));
  });
  return make(
    "p",
    { class: "edit" },
    make("span", { class: "around" }, shown(context(text, start, false))),
    parts,
    make("span", { class: "around" }, shown(context(text, end, true))),
  );
}

/** The sibling's sentence with the words that support a suggestion; null without its text. */
function quotation({ sibling }, siblings) {
  const of = sibling && siblings.find((one) => one.id === sibling.id);
  if (!of) return null;
  const bytes = new Bytes(of.text);
  const words = { start: bytes.place(sibling.start), end: bytes.place(sibling.end) };
  const sentence = sentencesAround(of.text, words);
  const start = Math.max(sentence.start, words.start - MAX_QUOTE_SIDE);
  const end = Math.min(sentence.end, words.end + MAX_QUOTE_SIDE);
  return make(
    "blockquote",
    { dir: "auto" },
    start > sentence.start ? "…" : null,
    shown(of.text.slice(start, words.start)),
    make("mark", {}, shown(of.text.slice(words.start, words.end))),
    shown(of.text.slice(words.end, end)),
    end < sentence.end ? "…" : null,
    " ",
    make("cite", {}, "– ", shown(sibling.id)),
  );
}

function numbers({ evidence, confidence }) {
  const rows = [
    ["surprise of the language model", `${evidence.surprisal_bits.toFixed(1)} bits`],
    ["surprise expected there", `${evidence.expected_bits.toFixed(1)} bits`],
    ["chance that a word of it is wrong", percent(confidence)],
  ];
  const list = rows.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value)));
  return make("details", {}, make("summary", {}, "Numbers"), make("dl", {}, list));
}

export class Card {
  /** `calls` has accept(finding, suggestion, click), dismiss(finding, click), step(by), closed(focus). */
  constructor(element, calls) {
    this.element = element;
    this.calls = calls;
    this.finding = null;
    /** Whether it stays open when the mouse leaves. */
    this.kept = false;
    this.timer = 0;
    element.addEventListener("mouseenter", () => clearTimeout(this.timer));
    element.addEventListener("mouseleave", () => this.leave());
    element.addEventListener("keydown", (event) => this.key(event));
  }

  get id() {
    return this.finding?.id ?? null;
  }

  /** Shows the card at a phrase. */
  show(finding, surroundings) {
    clearTimeout(this.timer);
    this.fill(finding, surroundings);
    this.element.hidden = false;
    this.element.scrollTop = 0;
    this.settle();
  }

  /** Shows what the finding has become, and leaves the focus where it is. */
  refresh(finding, surroundings) {
    const parts = () => [...this.element.querySelectorAll("button, summary")];
    const focused = parts().indexOf(document.activeElement);
    const { scrollTop } = this.element;
    this.fill(finding, surroundings);
    this.element.scrollTop = scrollTop;
    parts()[focused]?.focus({ preventScroll: true });
    this.settle();
  }

  /** `place` is the phrase in the text; `number` and `count` tell which of how many it is. */
  fill(finding, { text, siblings, place, number, count }) {
    this.finding = finding;
    this.place = place;
    const { element } = this;
    element.className = `card ${finding.severity}`;
    const title = make("h3", { class: "head", id: "card-title" },
      make("span", { class: "kind" }, `${finding.severity}: ${kind(finding.category)}`),
      make("q", {}, shown(finding.text)),
    );
    const close = make("button", { type: "button", class: "close", "aria-label": "Close", onclick: () => this.close(true) }, "×");
    const fixes = finding.suggestions.map((one) => this.suggestion(one, text, siblings));
    element.replaceChildren(
      close,
      title,
      make("p", { class: "why", id: "card-why", dir: "auto" }, shown(finding.message)),
      ...fixes,
      ...(fixes.length ? [] : [make("p", { class: "note" }, "No correction is known. Edit the text itself, or dismiss this.")]),
      numbers(finding),
      this.actions(finding, number, count),
    );
  }

  suggestion(one, text, siblings) {
    const safe = one.applicability === "safe";
    const label = one.replacement.trim() ? "Accept" : "Delete it";
    const by = source(one);
    const aside = [caution(one), percent(one.confidence), by].filter(Boolean).join(" · ");
    const accept = (event) => this.calls.accept(this.finding, one, event);
    return make(
      "div",
      { class: `fix ${one.applicability}` },
      difference(text, one),
      make("p", { class: "row" },
        make("button", { type: "button", class: safe ? "accept strong" : "accept", onclick: accept,
          "aria-label": `${label}: ${one.replacement}` }, label),
        make("span", { class: "sure" }, aside),
      ),
      quotation(one, siblings),
    );
  }

  actions(finding, number, count) {
    const button = (name, label, words, onclick) =>
      make("button", { type: "button", class: name, "aria-label": label, onclick }, words);
    return make(
      "p",
      { class: "actions" },
      button("dismiss", "Dismiss: it is right as it is", "Dismiss", (event) => this.calls.dismiss(finding, event)),
      make("span", { class: "steps" },
        button("previous", "Previous finding", "‹", () => this.calls.step(-1)),
        make("span", { class: "sure" }, `${number} of ${counted(count, "finding")}`),
        button("next", "Next finding", "›", () => this.calls.step(1)),
      ),
    );
  }

  /** Puts the focus on the first thing to do. */
  focus() {
    this.kept = true;
    (this.element.querySelector(".accept") ?? this.element.querySelector(".dismiss"))?.focus({ preventScroll: true });
  }

  /** Puts the card where it does not cover the phrase; on a phone it is a sheet below. */
  settle() {
    const { element, place } = this;
    if (element.hidden || !place?.isConnected) return;
    element.style.left = element.style.top = element.style.maxHeight = "";
    if (getComputedStyle(element).position === "fixed") {
      const room = innerHeight - element.offsetHeight;
      const { top, bottom } = place.getBoundingClientRect();
      if (top < 24 || bottom > room - 24) scrollBy(0, (top + bottom) / 2 - room / 2);
      return;
    }
    const { clientWidth: width, clientHeight: height } = document.documentElement;
    const box = place.getClientRects()[0] ?? place.getBoundingClientRect();
    const end = place.getBoundingClientRect().bottom;
    const below = height - end - 16;
    const above = box.top - 16;
    const under = element.offsetHeight <= below || below >= above;
    element.style.maxHeight = `${Math.max(under ? below : above, 200)}px`;
    const top = under ? end + 8 : box.top - element.offsetHeight - 8;
    element.style.left = `${Math.max(8, Math.min(box.left, width - element.offsetWidth - 8)) + scrollX}px`;
    element.style.top = `${Math.max(top + scrollY, 8)}px`;
  }

  /** The mouse is over a phrase, or over none: opens, or closes what is not kept. */
  hover(id, open) {
    if (this.kept || id === this.id) {
      if (id) clearTimeout(this.timer);
      else this.leave();
      return;
    }
    clearTimeout(this.timer);
    if (id) this.timer = setTimeout(() => open(id), HOVER_MILLISECONDS);
    else this.leave();
  }

  leave() {
    if (this.kept) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.close(false), HOVER_MILLISECONDS);
  }

  /** Goes away without a word: what it showed is done with. */
  forget() {
    clearTimeout(this.timer);
    this.finding = null;
    this.kept = false;
    this.element.hidden = true;
  }

  /** Closes; `back` takes the focus back to the text. */
  close(back) {
    const { finding } = this;
    this.forget();
    if (finding) this.calls.closed(finding, back);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const first = this.element.querySelector(".accept");
    const does = {
      Escape: () => this.close(true),
      n: () => this.calls.step(1),
      p: () => this.calls.step(-1),
      a: () => first?.click(),
      d: () => this.element.querySelector(".dismiss").click(),
    }[event.key];
    if (!does) return;
    event.preventDefault();
    event.stopPropagation();
    does();
  }
}
