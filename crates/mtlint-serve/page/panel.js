// What was found, beside the text: the score, the curve, a count of each kind and the list.

import { curve } from "./curve.js";
import { draw, make, shown } from "./dom.js";
import { summary } from "./findings.js";
import { counted, kind } from "./words.js";

function gauge([low, high], quality) {
  const at = Math.round((quality - 1) * 10) / 10;
  return draw(
    "svg",
    { class: "gauge", viewBox: "0 0 100 10", role: "img", "aria-label": `quality between ${Math.round(low)} and ${Math.round(high)}` },
    draw("rect", { class: "track", y: 4, width: 100, height: 2 }),
    draw("rect", { class: "span", x: low, y: 2.5, width: Math.max(high - low, 0), height: 5, rx: 2 }),
    draw("rect", { class: "dot", x: at, width: 2, height: 10 }),
  );
}

/** The quality with its interval, and how much there is to edit. */
export function score({ score: measured }) {
  const { quality, quality_interval: interval, post_edit_rate: rate, words } = measured;
  const entry = (name, className, ...content) =>
    make("div", { class: className }, make("dt", {}, name), make("dd", {}, ...content));
  const [low, high] = interval.map(Math.round);
  return make(
    "dl",
    { class: "measures" },
    entry("Quality", "quality", make("b", {}, quality.toFixed(0)), gauge(interval, quality), make("small", {}, `between ${low} and ${high} of 100`)),
    entry("Words to edit", "", make("b", {}, `${(rate * 100).toFixed(0)} %`), make("small", {}, `of ${counted(words, "word")}`)),
  );
}

export class Panel {
  /** `parts` are the elements to fill; `calls` has open(id), place(at), restore(id). */
  constructor(parts, calls) {
    this.parts = parts;
    this.calls = calls;
    /** The category that the list is narrowed to. */
    this.only = null;
    this.rows = new Map();
  }

  /** Shows a report that has just come. */
  report(report, text, findings) {
    const scored = report.status === "scored";
    this.parts.score.replaceChildren(...(scored ? [score(report)] : []));
    const figure = scored ? curve(report, text, findings, this.calls.place) : null;
    this.parts.curve.replaceChildren(...(figure ? [figure] : []));
  }

  /** Shows the findings that are left, and those that were dismissed. */
  list(findings, dismissed, text) {
    this.chips(findings);
    const { list, dismissedBox, dismissedList } = this.parts;
    const kept = new Map();
    for (const finding of findings) {
      if (this.only && finding.category !== this.only) continue;
      const key = JSON.stringify([finding.severity, finding.category, finding.text, finding.suggestions[0]?.replacement]);
      const before = this.rows.get(finding.id);
      kept.set(finding.id, before?.key === key ? before : { key, element: this.row(finding, text) });
    }
    this.rows = kept;
    const rows = new Set([...kept.values()].map((row) => row.element));
    // Rows that stay are left alone, so that the focus in them stays too.
    for (const element of [...list.children]) if (!rows.has(element)) element.remove();
    let next = list.firstElementChild;
    for (const element of rows) {
      if (element === next) next = next.nextElementSibling;
      else list.insertBefore(element, next);
    }
    dismissedBox.hidden = dismissed.length === 0;
    dismissedBox.querySelector("summary").textContent = `${dismissed.length} dismissed`;
    dismissedList.replaceChildren(...dismissed.map((finding) =>
      make("li", {},
        make("span", { class: "phrase" }, shown(finding.text)),
        make("button", { type: "button", "aria-label": `Show again: ${finding.text}`, onclick: () => this.calls.restore(finding.id) }, "Show again"))));
  }

  row(finding, text) {
    const best = finding.suggestions[0];
    const gap = finding.start === finding.end;
    const phrase = gap ? text.slice(Math.max(0, finding.start - 12), finding.start + 12) : finding.text;
    return make("li", {},
      make("button", { type: "button", class: `found ${finding.severity}`, "data-id": finding.id, onclick: () => this.calls.open(finding.id) },
        make("span", { class: `f ${finding.severity}` }, shown(phrase)),
        best && best.applicability !== "display_only"
          ? make("span", { class: "to" }, make("span", { class: "arrow", "aria-label": "becomes" }, " → "), make("ins", {}, best.replacement.trim() ? shown(best.replacement) : "delete"))
          : null,
        make("span", { class: "kind" }, `${finding.severity}: ${kind(finding.category)}`)));
  }

  chips(findings) {
    const entries = summary(findings);
    if (!entries.some((entry) => entry.category === this.only)) this.only = null;
    this.parts.chips.replaceChildren(...entries.map(({ category, count, severity }) =>
      make("li", { class: severity },
        make("button", { type: "button", "data-category": category, "aria-pressed": String(this.only === category), onclick: () => this.narrow(category) },
          make("b", {}, String(count)), ` ${kind(category, count)}`))));
  }

  narrow(category) {
    this.only = this.only === category ? null : category;
    this.calls.narrowed();
    this.parts.chips.querySelector(`[data-category="${CSS.escape(category)}"]`)?.focus();
  }

  /** Shows which finding is open. */
  open(id) {
    for (const { element } of this.rows.values()) {
      const button = element.firstElementChild;
      if (button.dataset.id === id) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
    const row = id && this.rows.get(id)?.element;
    const { list } = this.parts;
    if (!row || list.scrollHeight <= list.clientHeight) return;
    const box = list.getBoundingClientRect();
    const { top, bottom } = row.getBoundingClientRect();
    if (top < box.top) list.scrollTop -= box.top - top;
    else if (bottom > box.bottom) list.scrollTop += bottom - box.bottom;
  }
}
