"""What Apertium makes of English on its way through Spanish or Catalan and back.

In: right passages. Out: for each the differences between it and its way there and back, as
[`Edit`]s of whole phrases, of which any share can be taken.
"""

import difflib
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor

from garbling.errors import Edit
from wordfreq import zipf_frequency

WAYS = {"es": ("eng-spa", "spa-eng"), "ca": ("eng-cat", "cat-eng")}
TOKEN = re.compile(r"\w+(?:['’]\w+)*|[^\w\s]")
SMALL = set("the a an of in on at to for by with from that which who it its he she his her they their".split())


def apertium(mode, text):
    done = subprocess.run(["apertium", mode], input=text.encode(), capture_output=True, check=True)
    return done.stdout.decode(errors="replace")


def there_and_back(lines, language):
    """Each line, garbled. A line for each is kept by marks that no grammar touches."""
    there, back = WAYS[language]
    text = "".join(line + "\n\n" for line in lines)
    foreign = re.sub(r"[@#]", "", apertium(there, text))
    english = re.sub(r"[*@#]", "", apertium(back, foreign))
    out = [re.sub(r"\s+", " ", line).strip() for line in english.split("\n\n")]
    return out[: len(lines)] if len(out) >= len(lines) else None


def batches(lines, language, size=200):
    parts = [lines[at : at + size] for at in range(0, len(lines), size)]
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda part: there_and_back(part, language), parts))
    out = []
    for part, got in zip(parts, made):
        out += got if got and len(got) == len(part) else [None] * len(part)
    return out


def edits(line, garbled, offset, senses):
    """The differences of one line as edits at `offset`."""
    a, b = list(TOKEN.finditer(line)), list(TOKEN.finditer(garbled))
    left, right = [t[0] for t in a], [t[0] for t in b]
    matcher = difflib.SequenceMatcher(None, [t.lower() for t in left], [t.lower() for t in right], autojunk=False)
    blocks, last = [], None
    for kind, i1, i2, j1, j2 in matcher.get_opcodes():
        if kind == "equal":
            continue
        # Differences a small word apart are one error.
        if last and i1 - last[1] <= 1 and last[1] > last[0]:
            last[1], last[3] = i2, j2
        else:
            last = [i1, i2, j1, j2]
            blocks.append(last)
    out = []
    for i1, i2, j1, j2 in blocks:
        if i1 == i2 or j1 == j2:
            # Room to put something in or leave it out: the word before goes along.
            if not i1 or not j1:
                continue
            i1, j1 = i1 - 1, j1 - 1
        if i2 - i1 > 9 or j2 - j1 > 9:
            continue
        old, new = left[i1:i2], right[j1:j2]
        if not any(t[0].isalnum() for t in new) or old == new:
            continue
        if any(not t[0].isalnum() for t in old + new):
            continue
        start, end = offset + a[i1].start(), offset + a[i2 - 1].end()
        text = garbled[b[j1].start() : b[j2 - 1].end()]
        out.append(Edit(start, end, text, *labels(old, new, senses)))
    return out


def labels(old, new, senses):
    """Category, severity and weight of a difference."""
    lost = [t.lower() for t in old if t.lower() not in SMALL]
    come = [t.lower() for t in new if t.lower() not in SMALL]
    if any(zipf_frequency(t, "en") < 1.6 for t in come if t.isalpha()):
        return "untranslated", "major", 1.0
    if sorted(lost) == sorted(come):
        kind = "word_order" if [t for t in lost] != [t for t in come] else "grammar"
        return kind, "minor" if kind == "grammar" else "major", 0.6
    if len(lost) == 1 and len(come) == 1:
        if lost[0][:4] == come[0][:4]:
            return "grammar", "minor", 0.6
        near = senses.nearness(lost[0], come[0])
        if near > 0.28:
            return "wording", "minor", 0.25
        return "mistranslation", "major", 0.6 if near else 0.7
    return "mistranslation", "major", 0.8
