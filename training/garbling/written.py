"""Articles written by hand in the manner of translators by machine, with marks.

A file holds articles, each after a line `## id | topic | place`. A garbled phrase stands as
`{garbled|CODE|right/also right}`; CODE is a letter (category) and a digit (severity).
"""

import re
from collections import Counter
from pathlib import Path

CATEGORIES = {
    "u": "untranslated",
    "n": "name",
    "m": "mistranslation",
    "w": "wording",
    "g": "grammar",
    "o": "word_order",
    "x": "omission",
    "p": "punctuation",
    "d": "number",
}
SEVERITIES = {"1": "minor", "2": "major", "3": "critical"}
MARK = re.compile(r"\{([^{}|]+)\|([unmwgoxpd])([123])\|([^{}|]*)\}")


def empty(garbled, error):
    """Whether a mark says nothing: the words are right, and the correction only goes on."""
    right = error["fixes"][0]
    if error["severity"] == "minor" and error["category"] in ("omission", "wording", "number"):
        return right.startswith(garbled) or error["category"] == "omission"
    return right == garbled


def parse(body):
    """The garbled text, its errors, and the right text of a marked one."""
    garbled, right, errors, at, length = [], [], [], 0, 0
    for mark in MARK.finditer(body):
        before = body[at : mark.start()]
        fixes = mark[4].split("/") if " / " not in mark[4] else [mark[4]]
        length += len(before)
        garbled += [before, mark[1]]
        right += [before, fixes[0]]
        errors.append(
            {
                "start": length,
                "end": length + len(mark[1]),
                "category": CATEGORIES[mark[2]],
                "severity": SEVERITIES[mark[3]],
                "fixes": fixes,
            }
        )
        length += len(mark[1])
        at = mark.end()
    rest = body[at:]
    text = "".join(garbled) + rest
    right = re.sub(r" +([,.;:!?])|(?<= ) +", r"\1", "".join(right) + rest)
    # A slip of the pen: a mark that was not understood.
    if re.search(r"[{}|]", text):
        return None
    errors = [e for e in errors if not empty(text[e["start"] : e["end"]], e)]
    return {"text": text, "errors": errors, "right": right}


def articles(folder):
    """The articles of all files of a folder, in order."""
    for path in sorted(Path(folder).glob("*-*.txt")):
        head, lines = None, []
        for line in [*path.read_text(encoding="utf8").splitlines(), "## "]:
            if not line.startswith("## "):
                lines.append(line)
                continue
            body = re.sub(r"\n{2,}", "\n\n", "\n".join(lines)).strip()
            record = parse(body) if head and body else None
            if record:
                yield {"id": f"{path.stem}/{head.split('|')[0].strip()}", **record}
            head, lines = line[3:], []


def main():
    """Counts the errors of the articles beside this file by language, category and severity."""
    counts, words = Counter(), Counter()
    for article in articles(Path(__file__).parent.parent / "written"):
        language = article["id"].split("-")[0]
        words[language] += len(article["text"].split())
        counts.update((language, e["category"], e["severity"]) for e in article["errors"])
    for language in sorted(words):
        own = {(c, s): n for (l, c, s), n in counts.items() if l == language}
        print(language, words[language], "words,", sum(own.values()), "errors")
    print("all", sum(words.values()), "words,", sum(counts.values()), "errors")


if __name__ == "__main__":
    main()
