"""Makes models/dictionary.tsv and models/senses.tsv: what foreign words mean in English, and
which English words share a foreign one.

Usage: dictionary.py WIKTIONARY.tsv.gz DICTIONARY.tsv SENSES.tsv

WIKTIONARY has a line for each word of a language: the language, the word, its English
meanings, parted by "; ". Both outputs are in byte order of the first column.

- DICTIONARY: a word in lower case, the ISO 639-3 code of its language, and up to three
  meanings, the most frequent English word first, parted by ";". Words are left out that are
  hardly used (by wordfreq), or about as frequent in English; of a word that several languages
  have, the two stay in which it is most frequent.
- SENSES: an English word and the words that share a foreign word with it, those first that
  share most: *evidence* and *proof* are both *preuve*. They are what a translator may have
  confused.

Everything is deterministic.
"""

import collections
import gzip
import re
import sys

import wordfreq

# Codes of the list, of wordfreq, and of reports.
LANGUAGES = dict(
    fi="fin", es="spa", de="deu", fr="fra", pt="por", it="ita", nl="nld", sv="swe", pl="pol",
    cs="ces", ro="ron", hu="hun", sh="hbs", no="nob", ca="cat", tr="tur", da="dan", vi="vie",
    ms="msa", id="ind",
)
WORDFREQ = dict(no="nb")
WORD = re.compile(r"[^\W\d_][\w'’-]*[^\W\d_]")
MEANING = re.compile(r"[A-Za-z][A-Za-z' -]*")
# Zipf frequencies: of a word in its language, at least; in English, from which it must be
# this much more frequent in its own.
LEAST, ENGLISH, MORE = 1.4, 2.5, 1.5
MEANINGS, MEANING_WORDS, MEANING_LETTERS = 3, 3, 28
# What each word of a meaning beyond the first costs.
LONGER = 0.4
# Of an English word that has senses, and of one that is a sense; how much the two share.
HEAD, SENSE, SHARED = 3.0, 2.7, 0.4
SENSES = 10


def english(meaning):
    words = meaning.split()
    return min(wordfreq.zipf_frequency(word, "en") for word in words) - LONGER * (len(words) - 1)


def entries(path):
    """Language, word and meanings as they stand."""
    with gzip.open(path, "rt", encoding="utf8") as lines:
        for line in lines:
            if line.startswith("#"):
                continue
            language, word, meanings = line.rstrip("\n").split("\t")
            if language in LANGUAGES and WORD.fullmatch(word) and len(word) > 2:
                if word[0].islower() or language == "de":
                    plain = (re.sub(r"[()]", "", meaning).strip() for meaning in meanings.split("; "))
                    plain = (re.sub(r"^to (?=[a-z])", "", meaning) for meaning in plain)
                    yield language, word.lower(), [m for m in plain if MEANING.fullmatch(m)]


def dictionary(words):
    for word in sorted(words, key=str.encode):
        known = []
        for language, meanings in words[word].items():
            fit = [m for m in meanings if m.lower() != word and len(m) <= MEANING_LETTERS and len(m.split()) <= MEANING_WORDS]
            if fit:
                zipf = wordfreq.zipf_frequency(word, WORDFREQ.get(language, language))
                known.append((zipf, language, sorted(dict.fromkeys(fit), key=lambda m: (-english(m), m))))
        known.sort(reverse=True)
        at_home = known[0][0] if known else 0.0
        abroad = wordfreq.zipf_frequency(word, "en")
        if at_home >= LEAST and (abroad < ENGLISH or abroad < at_home - MORE):
            for _, language, meanings in known[:2]:
                yield word, LANGUAGES[language], ";".join(meanings[:MEANINGS])


def senses(words):
    meant_by = collections.defaultdict(set)
    meanings_of = collections.defaultdict(set)
    for word, languages in words.items():
        for language, meanings in languages.items():
            single = {m for m in meanings if re.fullmatch(r"[a-z]{2,}", m)}
            meanings_of[language, word] |= single
            for meaning in single:
                meant_by[meaning].add((language, word))
    for word in sorted(meant_by, key=str.encode):
        if wordfreq.zipf_frequency(word, "en") < HEAD:
            continue
        shared = collections.Counter()
        for foreign in sorted(meant_by[word]):
            others = meanings_of[foreign]
            for other in sorted(others):
                if other != word:
                    shared[other] += 1 / (len(others) - 1)
        fit = [(n, w) for w, n in shared.items() if n >= SHARED and wordfreq.zipf_frequency(w, "en") >= SENSE]
        fit.sort(key=lambda one: (-one[0], one[1]))
        if fit:
            yield word, " ".join(other for _, other in fit[:SENSES])


def main():
    source, to_dictionary, to_senses = sys.argv[1:]
    words = collections.defaultdict(lambda: collections.defaultdict(list))
    for language, word, meanings in entries(source):
        words[word][language] += meanings
    for path, rows in ((to_dictionary, dictionary(words)), (to_senses, senses(words))):
        with open(path, "w", encoding="utf8", newline="\n") as out:
            count = 0
            for row in rows:
                out.write("\t".join(row) + "\n")
                count += 1
        print(f"{path}: {count} lines")


if __name__ == "__main__":
    main()
