// The findings of a report, as they stand in the text on the page.

import { Bytes, moved } from "./positions.js";
import { SEVERITIES } from "./words.js";

/**
 * The findings of a report on `text`, with places in the string. A finding that stands where one
 * of `before` stood keeps its id: a fingerprint changes with the words next to it.
 */
export function fromReport(report, text, before) {
  const bytes = new Bytes(text);
  const placed = (range) => ({ ...range, start: bytes.place(range.start), end: bytes.place(range.end) });
  const key = ({ start, end, category }) => `${start},${end},${category}`;
  const known = new Map(before.map((finding) => [key(finding), finding.id]));
  const used = new Set();
  return report.findings.map(placed).map((finding) => {
    let id = known.get(key(finding)) ?? finding.fingerprint;
    while (used.has(id)) id += "+";
    used.add(id);
    return { ...finding, id, suggestions: finding.suggestions.map(placed) };
  });
}

/** The findings that are left after edits, at their new places. */
export const afterEdits = (findings, edits) => edits.reduce(afterEdit, findings);

function afterEdit(findings, edit) {
  const follow = (item) => {
    const range = moved(item, edit, edit.text);
    return range && { ...item, ...range };
  };
  const left = findings.map(follow).filter(Boolean);
  return left.map((finding) => ({ ...finding, suggestions: finding.suggestions.map(follow).filter(Boolean) }));
}

/** The first suggestion of a finding that may be applied unasked. */
const safeOne = (finding) => finding.suggestions.find((one) => one.applicability === "safe");

/**
 * The safe suggestions, in text order, none over another: of two that conflict the more confident
 * one, of equals the earlier one. The program's `--fix` chooses alike.
 */
export function allSafe(findings, text) {
  const changes = (one) => text.slice(one.start, one.end) !== one.replacement;
  const wanted = findings.map(safeOne).filter((one) => one && changes(one));
  wanted.sort((a, b) => b.confidence - a.confidence || a.start - b.start || a.end - b.end);
  const taken = [];
  for (const one of wanted) {
    const conflict = (other) =>
      (one.start < other.end && other.start < one.end) ||
      (one.start === other.start && one.end === other.end);
    if (!taken.some(conflict)) taken.push(one);
  }
  return taken.sort((a, b) => a.start - b.start);
}

/** How many findings there are of each category, and the worst severity; worst and most first. */
export function summary(findings) {
  const of = new Map();
  for (const { category, severity } of findings) {
    const rank = SEVERITIES.indexOf(severity);
    const entry = of.get(category) ?? { category, rank, count: 0 };
    entry.rank = Math.min(entry.rank, rank);
    entry.count += 1;
    of.set(category, entry);
  }
  const entries = [...of.values()].sort((a, b) => a.rank - b.rank || b.count - a.count);
  return entries.map((entry) => ({ ...entry, severity: SEVERITIES[entry.rank] }));
}
