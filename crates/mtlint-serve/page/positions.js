// Where things stand in a text.
//
// Reports count in bytes of UTF-8, JavaScript in units of UTF-16. A text that is sent must be
// well formed: half of a pair of surrogates has no bytes.

/** The bytes of a text as places in its string. */
export class Bytes {
  constructor(text) {
    // Behind each character that is not ASCII: its byte, and how many more bytes than units
    // stand before it.
    this.bytes = [];
    this.surplus = [];
    let byte = 0;
    let surplus = 0;
    for (const character of text.matchAll(/[^\x00-\x7f]/gu)) {
      const code = character[0].codePointAt(0);
      const length = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
      byte = character.index + surplus + length;
      surplus += length - character[0].length;
      this.bytes.push(byte);
      this.surplus.push(surplus);
    }
  }

  /** The place in the string of a byte at which a character begins. */
  place(byte) {
    let low = 0;
    let high = this.bytes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.bytes[middle] <= byte) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? byte : byte - this.surplus[low - 1];
  }
}

/**
 * The one place in which two texts differ: `removed` units of the first, from `start` on, became
 * `inserted` units. Where that can be told in several ways, the caret stands behind what was put
 * in; without a caret the place is as late as it can be.
 */
export function change(before, after, caret = after.length) {
  const shorter = Math.min(before.length, after.length);
  let suffix = 0;
  const most = Math.min(shorter, after.length - caret);
  while (suffix < most && before[before.length - 1 - suffix] === after[after.length - 1 - suffix]) {
    suffix += 1;
  }
  let start = 0;
  while (start < shorter - suffix && before[start] === after[start]) start += 1;
  // A caret that does not stand where the text was changed says nothing.
  while (
    suffix < shorter - start &&
    before[before.length - 1 - suffix] === after[after.length - 1 - suffix]
  ) {
    suffix += 1;
  }
  return { start, removed: before.length - start - suffix, inserted: after.length - start - suffix };
}

const inWord = (character) => character !== undefined && /[\p{L}\p{N}]/u.test(character);

/**
 * A range after a change of the text around it; null where the change touched it, or went on
 * with a word of it.
 */
export function moved({ start, end }, edit, after) {
  const editEnd = edit.start + edit.removed;
  const by = edit.inserted - edit.removed;
  if (edit.start >= end) {
    const joined = edit.start === end && inWord(after[end - 1]) && inWord(after[end]);
    return joined ? null : { start, end };
  }
  if (editEnd <= start) {
    const at = start + by;
    const joined = editEnd === start && inWord(after[at - 1]) && inWord(after[at]);
    return joined ? null : { start: at, end: end + by };
  }
  return null;
}

/** The sentences of a text that a range lies in, as a range; without the paragraphs around. */
export function sentencesAround(text, { start, end }) {
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const stop = text.indexOf("\n", end);
  const paragraph = text.slice(from, stop < 0 ? text.length : stop);
  const sentences = new Intl.Segmenter("en", { granularity: "sentence" }).segment(paragraph);
  const first = sentences.containing(start - from);
  const last = sentences.containing(Math.max(end - from - 1, start - from)) ?? first;
  if (!first) return { start, end };
  return {
    start: from + first.index,
    end: from + last.index + last.segment.trimEnd().length,
  };
}
