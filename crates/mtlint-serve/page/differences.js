// How a replacement differs from what it replaces, word by word.

/** Above this many pairs of words the whole is shown as replaced: nobody reads such a difference. */
const MAX_PAIRS = 40000;

/** A word or number with the marks inside of it, blanks, or another mark. */
const TOKEN = /[\p{L}\p{N}\p{M}]+(?:[.,:/'’-][\p{L}\p{N}\p{M}]+)*|\s+|./gsu;

/** The parts of both texts in order: `same`, `old` and `new`. */
export function differences(before, after) {
  const old = before.match(TOKEN) ?? [];
  const fresh = after.match(TOKEN) ?? [];
  if (old.length * fresh.length > MAX_PAIRS) return parts([["old", before], ["new", after]]);
  const common = longestCommon(old, fresh);
  const steps = [];
  let i = 0;
  let j = 0;
  while (i < old.length || j < fresh.length) {
    if (i < old.length && j < fresh.length && old[i] === fresh[j]) {
      steps.push(["same", old[i]]);
      i += 1;
      j += 1;
    } else if (j === fresh.length || (i < old.length && common[i + 1][j] >= common[i][j + 1])) {
      steps.push(["old", old[i]]);
      i += 1;
    } else {
      steps.push(["new", fresh[j]]);
      j += 1;
    }
  }
  return parts(steps);
}

/** For each pair of places, how many tokens the rests of both have in common. */
function longestCommon(old, fresh) {
  const common = Array.from({ length: old.length + 1 }, () => new Uint16Array(fresh.length + 1));
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = fresh.length - 1; j >= 0; j -= 1) {
      common[i][j] =
        old[i] === fresh[j] ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1]);
    }
  }
  return common;
}

/** Joins neighbours; blanks alone do not part two changes. */
function parts(steps) {
  const out = [];
  let old = "";
  let fresh = "";
  const flush = () => {
    if (old) out.push({ kind: "old", text: old });
    if (fresh) out.push({ kind: "new", text: fresh });
    old = fresh = "";
  };
  steps.forEach(([kind, text], index) => {
    const next = steps[index + 1]?.[0];
    const between = kind === "same" && !text.trim() && (old || fresh) && next && next !== "same";
    if (between) {
      old += text;
      fresh += text;
    } else if (kind === "old") old += text;
    else if (kind === "new") fresh += text;
    else {
      flush();
      const last = out.at(-1);
      if (last?.kind === "same") last.text += text;
      else out.push({ kind: "same", text });
    }
  });
  flush();
  return out;
}
