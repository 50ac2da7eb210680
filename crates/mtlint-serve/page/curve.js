// How suspect the article is from its beginning to its end, as a small curve.

import { draw, make } from "./dom.js";
import { Bytes } from "./positions.js";

/** So many steps the curve has at most; of longer texts a step stands for several words. */
const MAX_STEPS = 160;

/** Units of the drawing, which is stretched to the width there is. */
const WIDTH = 1000;
const HEIGHT = 60;

/** Below it the findings are marked. */
const FLOOR = 50;

/** The figure, or null where a report has no words; `onPlace` gets a place in the text. */
export function curve(report, text, findings, onPlace) {
  const words = report.words ?? [];
  const steps = Math.min(words.length, MAX_STEPS);
  if (steps === 0) return null;
  const heights = Array.from({ length: steps }, (_, step) => {
    const from = Math.floor((step * words.length) / steps);
    const of = words.slice(from, Math.floor(((step + 1) * words.length) / steps));
    return Math.max(...of.map((word) => word.p_garbled));
  });
  const width = WIDTH / steps;
  const path = heights.map((height, step) => {
    const y = (FLOOR * (1 - height)).toFixed(1);
    return `L${(step * width).toFixed(1)} ${y}L${((step + 1) * width).toFixed(1)} ${y}`;
  });
  const bytes = new Bytes(text);
  const starts = words.map((word) => bytes.place(word.start));
  const marks = findings.map(({ start, severity }) => {
    const before = starts.findIndex((at) => at >= start);
    const x = (WIDTH * (before < 0 ? words.length : before)) / words.length;
    return draw("rect", { class: severity, x: Math.min(Math.round(x), WIDTH - 4), y: FLOOR, width: 4, height: HEIGHT - FLOOR });
  });
  const label = "How likely each part of the article is wrong";
  const svg = draw(
    "svg",
    {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      preserveAspectRatio: "none",
      role: "img",
      "aria-label": label,
      onclick: (event) => {
        const box = svg.getBoundingClientRect();
        const share = (event.clientX - box.left) / box.width;
        onPlace(starts[Math.min(Math.floor(share * words.length), words.length - 1)]);
      },
    },
    draw("path", { d: `M0 ${FLOOR}${path.join("")}L${WIDTH} ${FLOOR}Z` }),
    marks,
  );
  return make("figure", { class: "sparkline" }, svg, make("figcaption", {}, label));
}
