"""What English words become by way of a foreign word.

In: the list of foreign words with their English meanings. Out: for an English lemma and a
language its foreign words, and the other meanings of those: words that a machine takes for
the right one. How near two meanings are is seen from the foreign words they share over all
languages: *road* and *way* share many, *proof* and *test* some, *spring* and *source* few.
"""

import gzip
import random
import re
from collections import defaultdict

from wordfreq import zipf_frequency

# Languages that news is translated from, of those the list has.
LANGUAGES = "fr es de it pt nl sv ro pl cs hu ca no da tr fi sh vi id".split()
# A meaning this near is a synonym, one below the second number another sense.
SYNONYM, OTHER = 0.28, 0.10
MEANING = re.compile(r"[a-z][a-z' -]{1,24}")


class Senses:
    def __init__(self, path):
        self.foreign = {language: defaultdict(list) for language in LANGUAGES}
        self.meanings = defaultdict(list)
        shared = defaultdict(set)
        with gzip.open(path, "rt", encoding="utf8") as lines:
            for line in lines:
                if line.startswith("#"):
                    continue
                language, word, english = line.rstrip("\n").split("\t")[:3]
                english = [m.strip().removeprefix("to ") for m in english.split(";")]
                english = [m for m in english if MEANING.fullmatch(m)]
                for meaning in english:
                    shared[meaning].add((language, word))
                    if language in self.foreign:
                        self.foreign[language][meaning].append(word)
                if language in self.foreign and len(english) > 1:
                    self.meanings[(language, word)] = english
        self.shared = shared

    def nearness(self, a, b):
        """The share of foreign words that two meanings have in common, of the fewer."""
        a, b = self.shared.get(a, ()), self.shared.get(b, ())
        return len(a & b) / max(1.0, min(len(a), len(b)) + 2.0) if a and b else 0.0

    def others(self, lemma, language, rng):
        """Another meaning of a foreign word for `lemma`, with its nearness; or nothing."""
        words = self.foreign[language].get(lemma)
        if not words:
            return None
        meanings = self.meanings.get((language, rng.choice(words)), ())
        meanings = [m for m in meanings if m != lemma and lemma not in m.split()]
        if not meanings:
            return None
        # Machines choose the frequent meaning, mostly.
        weights = [max(0.05, zipf_frequency(m, "en") - 1.5) for m in meanings]
        meaning = rng.choices(meanings, weights)[0]
        return meaning, self.nearness(lemma, meaning)

    def untranslated(self, lemma, language, rng):
        """A foreign word for `lemma` that is no English word; or nothing."""
        words = self.foreign[language].get(lemma, ())
        words = [w for w in words if " " not in w and len(w) > 2 and not w[0].isupper()]
        words = [w for w in words if zipf_frequency(w, "en") < 2.4]
        return rng.choice(words) if words else None


def self_test(path):
    senses, rng = Senses(path), random.Random(1)
    for lemma in "proof judge balance road spring charge chair plan".split():
        for language in ("fr", "de", "es", "it"):
            print(lemma, language, senses.others(lemma, language, rng), senses.untranslated(lemma, language, rng))


if __name__ == "__main__":
    import sys

    self_test(sys.argv[1])
