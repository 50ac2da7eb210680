// The marks under the text.
//
// The article is edited in a textarea, so that undo, input methods, paste and screen readers
// work as everywhere. Behind it lies the same text in the same type, unseen but for its marks.
// It is kept line by line: a line that reads and is marked as before keeps its elements.

import { make } from "./dom.js";

/** A range's part of a line, as [start, end, finding]; the earlier of two keeps the words. */
function cut(lineStart, lineEnd, findings, from) {
  const pieces = [];
  let done = lineStart;
  for (let at = from; at < findings.length && findings[at].start <= lineEnd; at += 1) {
    const { start, end } = findings[at];
    const first = Math.max(start, done);
    const last = Math.max(first, Math.min(end, lineEnd));
    // What only touches the line from another one is not shown here.
    if (last === first && start !== end) continue;
    if (end < lineStart) continue;
    pieces.push([first - lineStart, last - lineStart, findings[at]]);
    done = last;
  }
  return pieces;
}

function lineElement(text, pieces, edited) {
  const nodes = [];
  let done = 0;
  for (const [start, end, finding] of pieces) {
    if (start > done) nodes.push(text.slice(done, start));
    const gap = start === end ? " gap" : "";
    nodes.push(
      make("span", { class: `f ${finding.severity}${gap}`, "data-id": finding.id }, text.slice(start, end)),
    );
    done = end;
  }
  if (done < text.length) nodes.push(text.slice(done));
  return make("div", { class: edited ? "line edited" : "line" }, nodes.length ? nodes : make("br"));
}

export class Mirror {
  constructor(element) {
    this.element = element;
    /** Of each line: what it shows, so that it is known whether it has changed. */
    this.keys = [];
    this.show("", []);
  }

  /** Shows a text; `edited` marks the lines that change as not read yet. */
  show(text, findings, edited = false) {
    const lines = text.split("\n");
    const keys = [];
    const pieces = [];
    let start = 0;
    let from = 0;
    for (const line of lines) {
      const end = start + line.length;
      while (from < findings.length && findings[from].end < start) from += 1;
      const of = cut(start, end, findings, from);
      pieces.push(of);
      keys.push(of.map(([a, b, finding]) => `${a},${b},${finding.id},${finding.severity};`).join("") + "\n" + line);
      start = end + 1;
    }
    const same = Math.min(keys.length, this.keys.length);
    let head = 0;
    while (head < same && keys[head] === this.keys[head]) head += 1;
    let tail = 0;
    while (tail < same - head && keys.at(-1 - tail) === this.keys.at(-1 - tail)) tail += 1;
    this.replace(head, this.keys.length - tail, (at) => lineElement(lines[at], pieces[at], edited), keys.length - tail);
    this.keys = keys;
  }

  /** Puts new lines, `from` to `to`, in the place of old ones, `from` to `oldEnd`. */
  replace(from, oldEnd, lineAt, to) {
    const old = [...this.element.children].slice(from, oldEnd);
    const behind = this.element.children[oldEnd] ?? null;
    const fresh = [];
    for (let at = from; at < to; at += 1) fresh.push(lineAt(at));
    for (const line of old) line.remove();
    for (let at = 0; at < fresh.length; at += 1000) {
      behind ? behind.before(...fresh.slice(at, at + 1000)) : this.element.append(...fresh.slice(at, at + 1000));
    }
  }

  /** Every line has been read. */
  read() {
    for (const line of this.element.querySelectorAll(".edited")) line.classList.remove("edited");
  }

  /** The pieces of a finding. */
  pieces(id) {
    return [...this.element.querySelectorAll(".f")].filter((piece) => piece.dataset.id === id);
  }

  /** The finding under a point of the window; null where there is none. */
  idAt(x, y) {
    for (const element of document.elementsFromPoint(x, y)) {
      if (element.classList.contains("f") && this.element.contains(element)) return element.dataset.id;
    }
    return null;
  }
}
