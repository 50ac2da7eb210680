"""Errors as machines make them, one at a time.

In: the tagged words of a right text. Out: [`Edit`]s: what to put where, and which part of
it is wrong, with category and severity. Each maker looks at one place and gives an edit or
nothing. None of them looks at a label or at a text that is used for measuring.
"""

import re
from dataclasses import dataclass

from garbling.senses import OTHER, SYNONYM
from wordfreq import zipf_frequency


@dataclass
class Edit:
    start: int
    end: int
    text: str
    category: str
    severity: str
    # How much the label is to be believed: a synonym may be no error.
    weight: float = 1.0


PREPOSITIONS = {
    "of": "from for to by in",
    "in": "on at to into of",
    "on": "in at over upon about",
    "at": "in on to by",
    "by": "from of for with through",
    "for": "of to by during since",
    "to": "at in for of towards",
    "from": "of since by with",
    "with": "by of from to",
    "about": "on of over around",
    "during": "in for along",
    "since": "from for of",
    "into": "in to at",
    "through": "by across for",
    "against": "to with versus contra",
    "until": "to till up to",
    "after": "behind since past",
    "before": "in front of ahead",
    "between": "among in",
    "among": "between in from",
    "under": "below beneath sub",
    "without": "with no outside",
}
CONJUNCTIONS = {
    "that": ("what", "which", "who"),
    "which": ("that", "what", "who", "the which"),
    "who": ("which", "what", "that"),
    "while": ("meanwhile", "during that", "in so much that"),
    "because": ("for what", "since because", "by cause that"),
    "although": ("though that", "even if that", "well that"),
    "but": ("however but", "without that", "more"),
    "also": ("too much", "as well as", "equally"),
    "already": ("yet", "just already"),
    "still": ("yet", "again", "always"),
    "even": ("until", "same", "also"),
    "only": ("alone", "not only", "but"),
    "as": ("like", "how", "so as"),
    "than": ("that", "as", "of"),
    "more": ("plus", "any more", "most"),
    "there": ("it", "here", "thither"),
    "how": ("as", "like"),
    "whether": ("if", "either"),
    "if": ("whether", "when"),
    "so": ("thus", "then so"),
}
PRONOUNS = {
    "it": ("he", "she", "him"),
    "its": ("his", "her", "their", "it"),
    "his": ("her", "its", "your"),
    "her": ("his", "its", "your"),
    "he": ("it", "she"),
    "she": ("it", "he"),
    "they": ("it", "you", "one"),
    "their": ("your", "its", "his"),
    "them": ("him", "you", "to them"),
    "we": ("one", "they"),
    "you": ("one", "they"),
}
MAKE_DO = {"make": "do", "do": "make", "say": "tell", "tell": "say", "take": "make", "have": "take",
           "be": "have", "give": "make", "go": "come", "bring": "carry", "put": "lay", "get": "receive"}


def cased(new, old):
    if old[:1].isupper() and not (old.isupper() and len(old) > 1 and len(new) > 3):
        return new[:1].upper() + new[1:]
    return new


class Errors:
    """The makers of errors for one source language."""

    def __init__(self, language, senses, inflector, names, calques, rng):
        self.language, self.senses, self.inflector = language, senses, inflector
        self.names, self.calques, self.rng = names, calques, rng
        self.places = list(names)

    # Each maker: (text, words, index) -> Edit or None.

    def sense(self, text, words, i):
        word = words[i]
        if not word.has("n", "vblex", "adj", "adv") or len(word.lemma) < 3:
            return None
        found = self.senses.others(word.lemma.lower(), self.language, self.rng)
        if not found or found[1] > 0.6:
            return None
        meaning, near = found
        form = self.inflected(meaning, word.tags)
        if not form or form == word.text.lower():
            return None
        if near > SYNONYM:
            return Edit(word.start, word.end, cased(form, word.text), "wording", "minor", 0.3)
        rare = zipf_frequency(form, "en") < 2.5
        draw = self.rng.random() + (0.25 if near < OTHER else -0.2)
        severity = "critical" if draw > 0.75 else "major" if draw > 0.15 else "minor"
        weight = 0.7 if near > OTHER and not rare else 1.0
        return Edit(word.start, word.end, cased(form, word.text), "mistranslation", severity, weight)

    def inflected(self, meaning, tags):
        """`meaning`, one word or several, with the inflection of `tags` on its head."""
        if re.search(r"<(n><sg|vblex><inf|vblex><pres|adj|adv)", tags) and "<p3>" not in tags:
            plain = "<sint>" not in tags or not re.search("<comp>|<sup>", tags)
            if plain:
                return meaning
        first, *rest = meaning.split(" ")
        if "<n>" in tags:
            *rest, first = meaning.split(" ")
            form = self.inflector.form(first, tags)
            return " ".join([*rest, form]) if form else None
        form = self.inflector.form(first, tags)
        return " ".join([form, *rest]) if form else None

    def untranslated(self, text, words, i):
        word = words[i]
        if not word.has("n", "vblex", "adj", "adv") or len(word.lemma) < 4:
            return None
        foreign = self.senses.untranslated(word.lemma.lower(), self.language, self.rng)
        if not foreign:
            return None
        if word.has("pl") and self.rng.random() < 0.7:
            foreign += {"it": "", "de": "en", "nl": "en", "sv": "er", "ro": "e", "pl": "y"}.get(self.language, "s")
        severity = self.rng.choices(["minor", "major", "critical"], [2, 6, 2])[0]
        return Edit(word.start, word.end, cased(foreign, word.text), "untranslated", severity)

    def name(self, text, words, i):
        word = words[i]
        forms = self.names.get(word.text)
        if not forms and word.has("np", "top", "loc") and i and text[word.start - 1] == " ":
            # Another place: which one does not matter to the reader of one article.
            forms = self.names[self.rng.choice(self.places)]
        if not forms or not word.text[0].isupper():
            return None
        return Edit(word.start, word.end, self.rng.choice(forms), "name", self.rng.choice(["major", "major", "minor"]))

    def calque(self, text, words, i):
        """What machines made of these very words elsewhere."""
        for length in (4, 3, 2, 1):
            if i + length > len(words):
                continue
            last = words[i + length - 1]
            phrase = text[words[i].start : last.end]
            found = self.calques.get(phrase.lower())
            if found and (length > 1 or self.rng.random() < 0.5):
                garbled, category, severity = self.rng.choice(found)
                return Edit(words[i].start, last.end, cased(garbled, phrase), category, severity)
        return None

    def preposition(self, text, words, i):
        word = words[i]
        others = PREPOSITIONS.get(word.text)
        if not others or not word.has("pr"):
            return None
        return Edit(word.start, word.end, self.rng.choice(others.split(" ")), "grammar", self.rng.choice(["minor", "minor", "major"]), 0.8)

    def small_word(self, text, words, i):
        word = words[i]
        others = CONJUNCTIONS.get(word.text)
        if not others:
            return None
        return Edit(word.start, word.end, self.rng.choice(others), "grammar", self.rng.choice(["minor", "major"]), 0.8)

    def pronoun(self, text, words, i):
        word = words[i]
        others = PRONOUNS.get(word.text.lower())
        if not others or not word.has("prn", "det"):
            return None
        return Edit(word.start, word.end, cased(self.rng.choice(others), word.text), "grammar", "major", 0.6)

    def article(self, text, words, i):
        word = words[i]
        if word.text in ("the", "a", "an") and i + 1 < len(words):
            following = words[i + 1]
            if self.rng.random() < 0.6:
                end = following.end
                return Edit(word.start, end, following.text, "grammar", "minor", 0.7)
            new = self.rng.choice([a for a in ("the", "a", "one") if a != word.text])
            return Edit(word.start, word.end, new, "grammar", "minor", 0.7)
        if word.has("n") and i and words[i - 1].has("pr", "vblex", "cnjcoo") and self.rng.random() < 0.5:
            return Edit(word.start, word.end, f"the {word.text}", "grammar", "minor", 0.6)
        return None

    def tense(self, text, words, i):
        word = words[i]
        if not word.has("vblex") or "+" in word.lemma or " " in word.lemma:
            return None
        lemma = word.lemma
        part = self.inflector.form(lemma, "<vblex><pp>")
        going = self.inflector.form(lemma, "<vblex><ger>")
        past = self.inflector.form(lemma, "<vblex><past>")
        does = self.inflector.form(lemma, "<vblex><pres><p3><sg>")
        if not all((part, going, past, does)):
            return None
        if word.has("past"):
            new = self.rng.choice([f"has {part}", f"was {going}", does, lemma, f"had {part}"])
        elif word.has("p3"):
            new = self.rng.choice([lemma, f"is {going}", past, f"does {lemma}"])
        elif word.has("ger", "subs"):
            new = self.rng.choice([f"to {lemma}", lemma, past])
        elif word.has("pp"):
            new = self.rng.choice([lemma, going, does])
        else:
            new = self.rng.choice([f"{going}", f"to {lemma}", does, past])
        severity = self.rng.choice(["minor", "minor", "major"])
        return Edit(word.start, word.end, cased(new, word.text), "grammar", severity, 0.8)

    def number_of(self, text, words, i):
        word = words[i]
        if not word.has("n") or "+" in word.lemma:
            return None
        other = word.tags.replace("<sg>", "<PL>").replace("<pl>", "<sg>").replace("<PL>", "<pl>")
        form = self.inflector.form(word.lemma, other)
        if not form or form == word.text.lower():
            return None
        return Edit(word.start, word.end, cased(form, word.text), "grammar", "minor", 0.7)

    def verb(self, text, words, i):
        word = words[i]
        other = MAKE_DO.get(word.lemma)
        if not other or not word.has("vblex", "vbdo", "vbhaver"):
            return None
        form = self.inflector.form(other, re.sub("<vbdo>|<vbhaver>", "<vblex>", word.tags))
        return form and Edit(word.start, word.end, cased(form, word.text), "mistranslation", "major", 0.8)

    def to_object(self, text, words, i):
        """*asked to the inhabitants*, *discuss about the plan*."""
        word = words[i]
        if not word.has("vblex") or i + 2 >= len(words) or not words[i + 1].has("det"):
            return None
        small = self.rng.choice(["to", "to", "at", "of", "on", "about", "with"])
        end = words[i + 1].end
        return Edit(word.start, end, f"{word.text} {small} {text[words[i + 1].start : end]}", "grammar", "major", 0.9)

    def adjective_after(self, text, words, i):
        if i + 1 >= len(words):
            return None
        a, b = words[i], words[i + 1]
        pair = a.has("adj", "ger", "pp") and b.has("n") or a.has("n") and b.has("n")
        if not pair or text[a.end : b.start] != " " or a.text[:1].isupper() or b.text[:1].isupper():
            return None
        if a.has("n") and self.rng.random() < 0.5:
            of = self.rng.choice(["of", "of the", "for", "of a"])
            return Edit(a.start, b.end, f"{b.text} {of} {a.text}", "wording", self.rng.choice(["minor", "major"]), 0.7)
        return Edit(a.start, b.end, f"{b.text} {a.text}", "word_order", "major", 0.9)

    def moved(self, text, words, i):
        """An adverb, or the words after a verb, before it or after it."""
        if i + 3 >= len(words):
            return None
        run = words[i : i + self.rng.choice([2, 3, 3, 4])]
        cut = self.rng.randrange(1, len(run))
        if any(w.has("cm", "sent", "lpar", "rpar", "guio") or not w.text[0].isalpha() for w in run):
            return None
        if "\n" in text[run[0].start : run[-1].end]:
            return None
        if not run[0].has("vblex", "adv", "vbser", "prn", "n") or run[-1].has("pr", "det", "cnjcoo"):
            return None
        first = text[run[0].start : run[cut - 1].end]
        second = text[run[cut].start : run[-1].end]
        if first.lower() == second.lower() or run[0].text[:1].isupper():
            return None
        return Edit(run[0].start, run[-1].end, f"{second} {first}", "word_order", self.rng.choice(["minor", "major"]), 0.9)

    def genitive(self, text, words, i):
        if i + 2 >= len(words) or not words[i + 1].has("gen") or not words[i + 2].has("n"):
            return None
        a, b = words[i], words[i + 2]
        return Edit(a.start, b.end, f"the {b.text} of {a.text}", "wording", "minor", 0.5)

    def dropped(self, text, words, i):
        word = words[i]
        if not 0 < i < len(words) - 1 or not word.has("vbser", "vblex", "pr", "n", "prn", "vbhaver", "vaux", "adv"):
            return None
        before, after = words[i - 1], words[i + 1]
        if not (before.text[0].isalpha() and after.text[0].isalpha()) or "\n" in text[before.start : after.end]:
            return None
        severity = self.rng.choice(["major", "major", "critical", "minor"])
        return Edit(before.start, after.end, f"{before.text} {after.text}", "omission", severity, 0.7)

    def broken_off(self, text, words, i):
        """The sentence ends before its end."""
        if i < 5 or not words[i].has("pr", "det", "cnjcoo", "rel", "vbser"):
            return None
        rest = words[i + 1 : i + 14]
        stop = next((w for w in rest if w.has("sent")), None)
        if stop is None or stop.start - words[i].end < 12:
            return None
        first = words[i - 2]
        if "\n" in text[first.start : stop.start]:
            return None
        return Edit(first.start, stop.start, text[first.start : words[i].end], "omission", "critical", 0.9)

    def doubled(self, text, words, i):
        word = words[i]
        if not word.text[0].isalpha():
            return None
        times = 2 if self.rng.random() < 0.7 else self.rng.randrange(3, 7)
        if self.rng.random() < 0.2 and i + 1 < len(words) and text[word.end : words[i + 1].start] == " ":
            phrase = text[word.start : words[i + 1].end]
        else:
            phrase = word.text
            if times == 2 and phrase.lower() in ("that", "had"):
                return None
        new = phrase + f" {phrase[0].lower() + phrase[1:]}" * (times - 1)
        severity = "minor" if times == 2 else "critical"
        return Edit(word.start, word.start + len(phrase), new, "wording", severity)

    def number(self, text, words, i):
        word = words[i]
        value = word.text
        after = words[i + 1] if i + 1 < len(words) else None
        if re.fullmatch(r"\d+\.\d+", value):
            return Edit(word.start, word.end, value.replace(".", ","), "number", "minor")
        if re.fullmatch(r"\d{1,3}(,\d{3})+", value):
            return Edit(word.start, word.end, value.replace(",", self.rng.choice([" ", ".", "  ", "'"])), "number", "minor")
        if re.fullmatch(r"[12]?\d|3[01]", value) and after is not None:
            months = "January February March April May June July August September October November December"
            if after.text in months.split():
                new = self.rng.choice([f"the {value} of {after.text}", f"{value} of {after.text}", f"the {value} {after.text.lower()}", f"{value}. {after.text}"])
                return Edit(word.start, after.end, new, "number", "minor")
        scale = {"million": ["millions", "millions of", "milliards"], "billion": ["milliards", "thousand millions", "billions of"],
                 "thousand": ["thousands", "mil", "thousand of"], "percent": ["for cent", "per hundred"], "hundred": ["hundreds", "cents"]}
        if value in scale and i and words[i - 1].has("num"):
            return Edit(word.start, word.end, self.rng.choice(scale[value]), "number", "major")
        return None

    def marks(self, text, words, i):
        """A comma before *that*."""
        word = words[i]
        if i and word.text == "that" and word.has("rel", "cnjsub"):
            return Edit(words[i - 1].start, word.end, f"{words[i - 1].text}, that", "punctuation", "minor", 0.6)
        return None

    # How often each maker is asked, before it may have nothing to say.
    WEIGHTS = {
        "sense": 30, "calque": 26, "untranslated": 8, "name": 30, "preposition": 5, "small_word": 3,
        "pronoun": 4, "article": 3, "tense": 6, "number_of": 1.5, "verb": 3, "to_object": 4, "adjective_after": 6,
        "moved": 3, "genitive": 2, "dropped": 2.5, "broken_off": 1.5, "doubled": 1.2, "number": 8, "marks": 0.3,
    }
