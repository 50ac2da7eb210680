// What the page says: names of kinds and measures, reasons, troubles.

/** For each category of a finding: what one of them is called, and several. */
const KINDS = {
  untranslated: ["not translated", "not translated"],
  name: ["misspelt name", "misspelt names"],
  mistranslation: ["wrong word", "wrong words"],
  wording: ["odd wording", "odd wordings"],
  grammar: ["grammar", "grammar"],
  word_order: ["word order", "word order"],
  omission: ["something missing", "places where something is missing"],
  inconsistency: ["contradicted", "contradicted"],
  punctuation: ["punctuation", "punctuation"],
  number: ["number", "numbers"],
};

export const SEVERITIES = ["critical", "major", "minor"];

/** What a category is called for so many of them. A category of a later version is its name. */
export function kind(category, count = 1) {
  const [one, several] = KINDS[category] ?? [category, category];
  return count === 1 ? one : several;
}

/** "1 finding", "3 findings". */
export const counted = (count, one, several = `${one}s`) => `${count} ${count === 1 ? one : several}`;

/** A chance as people read it; never 100 % for what is not certain. */
export function percent(chance) {
  const rounded = Math.round(chance * 100);
  return chance < 1 && rounded >= 100 ? "over 99\u00a0%" : `${rounded}\u00a0%`;
}

export const SENSITIVITIES = {
  precise: "False alarms are rare.",
  balanced: "Agrees best with human editors.",
  thorough: "Misses little, and flags more that is right.",
};

/** How freely a suggestion may be applied. */
export function caution(suggestion) {
  if (suggestion.applicability === "safe") return "safe";
  const how = suggestion.applicability === "unsafe" ? "look before you accept it" : "only an idea";
  return suggestion.in_quotation ? `${how}; it changes a quotation` : how;
}

const SOURCES = {
  gazetteer: "from the list of names",
  dictionary: "from a dictionary",
  model: "from the language model",
  rule: "by a rule of writing",
};

/** Who proposes a suggestion that no sibling supports. */
export const source = (suggestion) => SOURCES[suggestion.source] ?? "";

const languages = new Intl.DisplayNames(["en"], { type: "language" });

function language(report) {
  const code = report.language?.code;
  if (!code || code === "und") return null;
  try {
    return languages.of(code);
  } catch {
    return code;
  }
}

/** Why an article was not judged. */
export function abstained(report) {
  switch (report.reason) {
    case "empty":
      return "There is nothing to read yet.";
    case "too_short":
      return "Not judged: there is no word in it yet.";
    case "not_text":
      return "Not judged: it holds hardly any words, only symbols, numbers, emoji or data.";
    case "language_unsupported": {
      const seems = language(report);
      const why = seems ? `it seems to be in ${seems}` : "it does not seem to be in English";
      return `Not judged: ${why}. mtlint judges English articles only; this says nothing about its quality.`;
    }
    case "language_uncertain":
      return "Not judged: nothing in it shows that it is in English, the only language that mtlint judges.";
    default:
      return "Not judged.";
  }
}

const DOUBTS = {
  not_judged: "it is empty or not in English",
  other_story: "it seems to tell another story",
  copy: "it is a copy of the article, which confirms nothing",
  garbled: "it is garbled itself",
};

/** Why a sibling is not trusted in full; null where it is. */
export function doubt(sibling) {
  if (!sibling.reason) return null;
  const counts = sibling.weight > 0 ? `Counts by ${percent(sibling.weight)} only` : "Does not count";
  return `${counts}: ${DOUBTS[sibling.reason] ?? sibling.reason}.`;
}

/** What is wrong with the last request, and what happens next. */
export function trouble({ kind: what, message, seconds }) {
  const again = seconds ? ` Trying again in ${counted(seconds, "second")}.` : "";
  switch (what) {
    case "away":
      return `The server cannot be reached. Your text is still here.${again}`;
    case "busy":
      return `The server is busy.${again}`;
    case "token":
      return "This server asks for an access token.";
    default:
      return `Not read: ${message}${again}`;
  }
}
