"""Makes models/names.tsv: names in foreign form with the English name.

Usage: names.py PLACES.tsv.gz PEOPLE.tsv FORMS.tsv OUTPUT.tsv

One line a form, in byte order of the first column: the form in lower case, the English
name, a letter for what it names (`l` a place, `p` a person, `o` an organisation, `d` a
day or month), the ISO 639-3 code of the language or `-`, how well known the English name
is in tenths on the Zipf scale, and flags or `-`: `a` ambiguous, `c` counts in capitals
only, `r` the right English name itself.

- PLACES: form, English name, languages, other English names (GeoNames and iso-codes).
- PEOPLE: English name, surnames in foreign form, given names in foreign form. The last
  word of the English name is the surname; names that are not to be split have `=` in
  front. Forms are parted by commas; `fr:` in front of a form names its language.
- FORMS: kind, English name, forms as above. The kind `keep` lists forms that English uses.

A form is left out if it is about as frequent in English as the English name (frequencies
are those of wordfreq), if it differs in marks on letters only, or if it is itself an
English name. Everything is deterministic.
"""

import collections
import gzip
import math
import re
import sys
import unicodedata

import wordfreq

# Two-letter codes of places and forms, and the codes of reports, the languages that are
# translated from most first. Where two of these have a form, no language is named.
MAJOR = dict(
    fr="fra", de="deu", es="spa", it="ita", pt="por", nl="nld", pl="pol", ro="ron",
    tr="tur", sv="swe", ru="rus", uk="ukr",
)
OTHERS = dict(
    ca="cat", cs="ces", da="dan", et="est", fi="fin", hu="hun", id="ind", lt="lit",
    lv="lav", nb="nob", nn="nob", hr="hbs", bs="hbs", sr="hbs", sk="slk", sl="slv",
    tl="tgl", az="aze",
)  # fmt: skip
CODES = MAJOR | OTHERS

# Names rarer than this in English, on the Zipf scale, are known to hardly any reader.
KNOWN = 3.0
# How much more frequent the English name must be than a form of one word.
CLEAR, UNCLEAR = 1.2, 0.8
# How much more frequent a form that English has too must be in its own language.
AT_HOME = 2.0
# A form that is a word of English this often may be meant as such.
WORD = 3.0
# How much more frequent a word of a longer form is elsewhere than in English.
FOREIGN_WORD = 1.2

# Words that say what a place is, or where: no names by themselves.
GENERIC = set(
    "east west north south central centre northern southern eastern western province region "
    "district county city town state island islands department governorate republic of the "
    "and municipality capital upper lower new great greater saint st san santa port grand "
    "royal prefecture borough township kingdom federal democratic people's".split()
)

ENGLISH = wordfreq.get_frequency_dict("en", wordlist="best")
ELSEWHERE = {
    code: wordfreq.get_frequency_dict(code, wordlist="best")
    for code in "ca cs da de es fi fr hu it nl pl pt ro sv tr sh sk sl lt lv nb id".split()
}

BETTER = {
    "Viet Nam": "Vietnam",
    "United States of America": "United States",
    "Russian Federation": "Russia",
    "Syrian Arab Republic": "Syria",
    "Islamic Republic of Iran": "Iran",
    "Türkiye": "Turkey",
    "Czechia": "Czech Republic",
    "Québec": "Quebec",
    "Luxembourg City": "Luxembourg",
    "Kuwait City": "Kuwait",
}


def folded(name):
    """Lower case without marks on letters, hyphens for blanks."""
    name = name.lower().translate(str.maketrans("ıøłđœæ", "ioldoa")).replace("ß", "ss")
    plain = unicodedata.normalize("NFD", name)
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    plain = re.sub(r"[\s\-'’.]+", " ", plain).strip()
    return re.sub(r"\bst\b", "saint", plain)


def key(form):
    """A form as the text is looked up: composed, lower case, single blanks."""
    form = unicodedata.normalize("NFC", form.replace("’", "'"))
    return unicodedata.normalize("NFC", " ".join(form.lower().split()))


def words(name):
    return [word for word in re.split(r"[\s\-]+", name.lower().replace("’", "'")) if word]


def zipf(word, language=None):
    lists = ELSEWHERE[language] if language else ENGLISH
    frequency = lists.get(word)
    return 9 + math.log10(frequency) if frequency else 0.0


def known(name):
    """How frequent the rarest word of a name is."""
    return min((zipf(word) for word in words(name)), default=0.0)


def frequent(name):
    """About how frequent a name is as a whole."""
    return known(name) - 0.7 * (len(words(name)) - 1)


def is_foreign_word(word):
    elsewhere = max(zipf(word, code) for code in ELSEWHERE)
    english = zipf(word)
    return english < 1.5 or (english < 5.5 and elsewhere - english >= FOREIGN_WORD)


def language_of(codes):
    major = sorted({MAJOR[code] for code in codes if code in MAJOR})
    other = sorted({OTHERS[code] for code in codes if code in OTHERS})
    named = major or other
    return named[0] if len(named) == 1 else "-"


class Table:
    def __init__(self, keep):
        self.keep = {key(form) for form in keep}
        self.rows = {}
        self.clashes = collections.Counter()

    def add(self, form, english, kind, language, prominence, flags=""):
        """Adds a form; what stands for two English names is ambiguous."""
        at = key(form)
        if at in self.keep or len(at) < 3 and "c" not in flags:
            return
        row = (english, kind, language, min(79, round(prominence * 10)), flags)
        old = self.rows.get(at)
        if old is None:
            self.rows[at] = row
            return
        if old[0] == english or "r" in old[4]:
            return
        # The better known one, unless they are about as well known.
        first, second = sorted([old, row], key=lambda one: (-one[3], one))
        close = first[3] - second[3] < 10 and first[1] == second[1]
        flags = first[4] if not close or "a" in first[4] else first[4] + "a"
        self.rows[at] = first[:4] + (flags,)


def is_form_of_marks(form, english):
    """Whether a form differs from the English name in nothing that a reader would mind."""
    a, b = folded(form), folded(english)
    return a == b or a.replace(" ", "") == b.replace(" ", "")


def usable(form, english, codes=None):
    """The flags of a form of one word or more; None where it is no foreign form. `codes`
    are the languages that have it."""
    if is_form_of_marks(form, english):
        return None
    parts = words(form)
    if len(parts) == 1:
        use = zipf(parts[0])
        plain = zipf(folded(form))
        # A mark on a letter is lost in many English texts.
        use = max(use, plain if plain < 2.5 else use)
        margin = known(english) - use
        if use and margin < UNCLEAR:
            return None
        if use and margin < CLEAR or use >= WORD:
            return "a"
        # What English has too must be far more at home elsewhere.
        lists = {"nn": "nb", "hr": "sh", "bs": "sh", "sr": "sh"}
        at_home = [zipf(parts[0], lists.get(code, code)) for code in codes or ()
                   if lists.get(code, code) in ELSEWHERE]  # fmt: skip
        doubtful = codes is not None and use >= 1.5
        use = zipf(parts[0])
        return "a" if doubtful and max(at_home, default=0.0) - use < AT_HOME else ""
    # "Sankt Petersburg", "Isla Baker": some word must not be English.
    if not any(map(is_foreign_word, parts)):
        return None
    return ""


def places(path, table):
    rows = []
    for line in gzip.open(path, "rt", encoding="utf-8"):
        columns = line.rstrip("\n").split("\t")
        if len(columns) == 4:
            rows.append(columns)
    names = {
        folded(name)
        for _, english, _, others in rows
        for name in [english]
        if known(name) >= 2.5 and english.isascii()
    }
    for form, english, codes, others in rows:
        codes = [code for code in codes.split() if code in CODES]
        candidates = [BETTER.get(name, name) for name in [english, *others.split("; ")] if name]
        candidates = [name for name in candidates if not re.search(r"[\[(,]", name)]
        if not codes or not candidates or re.search(r"[(),;/0-9]", form):
            continue
        best = max(candidates, key=lambda name: (frequent(name), name))
        told = [word for word in words(best) if word not in GENERIC]
        if not told or len(words(form)) > 4 or len(words(best)) > 4 or len(folded(form)) < 4:
            continue
        if any(is_form_of_marks(form, name) for name in candidates if frequent(name) > 2.5):
            continue
        prominence = known(best)
        if prominence < KNOWN or min(zipf(word) for word in told) > 6.0:
            continue
        # Names of one word for several, "Syrienne", are parts of names.
        if len(words(form)) == 1 and len(words(best)) > 2:
            continue
        # "Aberdeen" for Aberdeen City.
        a, b = set(folded(form).split()), set(folded(best).split())
        if a < b or b < a:
            continue
        if folded(form) in names and frequent(form) > 2.0:
            continue
        flags = usable(form, best, codes)
        if flags is None:
            continue
        table.add(form, best, "l", language_of(codes), prominence, flags)
        plain = unicodedata.normalize("NFD", form)
        plain = "".join(c for c in plain if not unicodedata.combining(c))
        if plain != form and len(plain) >= 5 and prominence >= 3.4:
            flags = usable(plain, best, codes)
            if flags is not None and zipf(plain.lower()) < 2.2:
                table.add(plain, best, "l", language_of(codes), prominence, flags)


def listed(column):
    """The forms of a column with their languages."""
    found = []
    for form in filter(None, (one.strip() for one in column.split(","))):
        match = re.fullmatch(r"([a-z]{2}(?:\+[a-z]{2})*):(.+)", form)
        codes = match[1].split("+") if match else []
        found.append((match[2].strip() if match else form, language_of(codes)))
    return found


def lines(path):
    for line in open(path, encoding="utf-8"):
        line = line.rstrip("\n")
        if line and not line.startswith("#"):
            yield line.split("\t")


def people(path, table):
    rows = []
    for columns in lines(path):
        english, surnames, givens = (columns + ["", ""])[:3]
        whole = english.startswith("=")
        rows.append((english.lstrip("="), whole, listed(surnames), listed(givens)))
    # Right names first: no form may take their place.
    for english, whole, _, _ in rows:
        table.add(english, english, "p", "-", 0.1 + known(english), "r")
    for english, whole, surnames, givens in rows:
        if whole:
            prominence = max(known(english), KNOWN)
            for form, language in surnames:
                flags = usable(form, english)
                if flags is not None:
                    table.add(form, english, "p", language, prominence, flags)
            continue
        named = english.split()
        first = first_of_surname(named)
        surname = " ".join(named[first:])
        prominence = max(zipf(named[-1].lower()), 2.5)
        for form, language in surnames:
            # As many words stand for each other: "ben Laden" for bin Laden.
            right = " ".join(named[-len(form.split()) :])
            if right == english or is_form_of_marks(form, right):
                continue
            use = max(map(zipf, words(form)))
            alone = "" if use < 1.7 and len(form) >= 5 else "a"
            if use > 0 and zipf(named[-1].lower()) - use < 1.0:
                alone = "a"
            table.add(form, right, "p", language, prominence, alone)
        given = " ".join(named[:first])
        if given:
            for one, language in [(given, "-"), *givens]:
                for last, other in [(surname, "-"), *surnames]:
                    both = f"{one} {last}"
                    if not is_form_of_marks(both, english):
                        tongues = {language, other} - {"-"}
                        tongue = tongues.pop() if len(tongues) == 1 else "-"
                        table.add(both, english, "p", tongue, prominence + 0.5)


def first_of_surname(named):
    """Where the surname begins in a name: with a particle, or with the last word."""
    for place, word in enumerate(named[1:], 1):
        if word[0].islower() or word == "Le":
            return place
    return len(named) - 1


KINDS = {"place": "l", "people": "l", "organisation": "o", "date": "d"}


def forms(path, table):
    for kind, english, column in lines(path):
        if kind == "keep":
            continue
        for form, language in listed(column):
            letter = KINDS[kind]
            capitals = letter == "o" and form.upper() == form
            prominence = max(known(english), 3.4)
            if capitals:
                # In capitals it is no word, but it may be some other abbreviation.
                flags = "c" + ("a" if form.startswith("?") else "")
                form = form.lstrip("?")
            else:
                flags = usable(form, english)
            if flags is not None:
                table.add(form, english, letter, language, prominence, flags)


def main():
    place_list, people_list, form_list, output = sys.argv[1:]
    keep = [
        form for kind, _, column in lines(form_list) if kind == "keep"
        for form, _ in listed(column)
    ]  # fmt: skip
    table = Table(keep)
    people(people_list, table)
    forms(form_list, table)
    places(place_list, table)
    with open(output, "w", encoding="utf-8", newline="\n") as out:
        for at in sorted(table.rows, key=lambda one: one.encode()):
            english, kind, language, prominence, flags = table.rows[at]
            out.write(f"{at}\t{english}\t{kind}\t{language}\t{prominence}\t{flags or '-'}\n")
    kinds = collections.Counter(row[1] for row in table.rows.values())
    print(f"{len(table.rows)} forms: {dict(sorted(kinds.items()))}")


if __name__ == "__main__":
    main()
