"""Makes what `src/lexicon` knows of words, from the frequency lists of wordfreq.

Usage: lexicon.py list OUTPUT.tsv
       lexicon.py spelling OUTPUT.safetensors

`list` writes one line a word, in byte order: the word, its English frequency,
the language in which it is most frequent besides English (its place in
LANGUAGES), and its frequency there; frequencies are tenths on the Zipf scale
(the decimal logarithm of occurrences in a billion words), 0 for not listed.
The cargo example `lexicon` packs those lines.

`spelling` trains the model that tells a word's language by its character
n-grams and prints how well it does on a tenth of the words, which it never
saw. Seeds are fixed. `training/lexicon` runs all of it.

wordfreq is by Robyn Speer; its data is under CC BY-SA 4.0, and so is what comes
out here (models/lexicon.LICENSE.md).
"""

import functools
import math
import sys
import unicodedata
import zlib

import numpy as np
import torch
import wordfreq
from safetensors.torch import save_file
from torch import nn

# In the order of `LANGUAGES` in src/lexicon/language.rs. All of wordfreq's
# languages that are written in Latin letters.
LANGUAGES = (
    "ca cs da de es fi fil fr hu id is it lt lv ms nb nl pl pt ro sh sk sl sv tr vi".split()
)
# English words that are rarer are mostly names, misspellings and foreign words.
ENGLISH_LISTED = 1.5
# Other languages' words that are rarer are left to the spelling model.
FOREIGN_LISTED = 3.6
# Words longer than this many characters are not listed.
LONGEST = 24

# The spelling model learns from the most frequent words of each list.
ENGLISH_LEARNED = 120_000
FOREIGN_LEARNED = 40_000
# Must be as in src/lexicon/spelling.rs.
BUCKETS = 1 << 16
WIDTH = 16
HIDDEN = 48
LONGEST_NGRAM = 5
LONGEST_SPELLED = 32
EPOCHS = 5
BATCH = 2048


@functools.cache
def is_latin(character):
    return character.isalpha() and "LATIN" in unicodedata.name(character, "")


def is_word(text):
    """Letters of the Latin script and nothing else."""
    return text != "" and all(map(is_latin, text))


def frequencies(language, most=None):
    """Zipf frequency by word, most frequent first; of plain words only, without
    apostrophe or hyphen, if `most` says how many."""
    lists = wordfreq.get_frequency_dict(language, wordlist="best")
    found = {}
    for word, frequency in sorted(lists.items(), key=lambda item: (-item[1], item[0])):
        if most is not None and len(found) == most:
            break
        word = unicodedata.normalize("NFC", word.lower())
        letters = word if most else word.replace("'", "").replace("-", "")
        if is_word(letters) and len(word) <= LONGEST:
            found.setdefault(word, 9.0 + math.log10(frequency))
    return found


def tenths(zipf):
    return max(1, round(10 * zipf))


def write_list(path):
    english = frequencies("en")
    foreign = {}
    for index, language in enumerate(LANGUAGES):
        for word, zipf in frequencies(language).items():
            if zipf >= FOREIGN_LISTED and zipf > foreign.get(word, (0, 0.0))[1]:
                foreign[word] = (index, zipf)
    listed = {word for word, zipf in english.items() if zipf >= ENGLISH_LISTED}
    # Possessives are looked up without their ending.
    listed = {word for word in listed if not word.endswith("'s")}
    words = sorted(listed | foreign.keys(), key=lambda word: word.encode())
    with open(path, "w") as file:
        for word in words:
            here = tenths(english[word]) if word in english else 0
            language, there = foreign.get(word, (0, 0.0))
            file.write(f"{word}\t{here}\t{language}\t{tenths(there) if there else 0}\n")
    print(f"{len(words):,} words, {len(listed):,} of them by the English list")


def spelled_words():
    """Words with the share of each language in their use; English is column 0."""
    shares = {}
    for column, language in enumerate(("en", *LANGUAGES)):
        learned = ENGLISH_LEARNED if column == 0 else FOREIGN_LEARNED
        for word, zipf in frequencies(language, learned).items():
            shares.setdefault(word, {})[column] = 10.0**zipf
    words = sorted(shares)
    table = np.zeros((len(words), 1 + len(LANGUAGES)), dtype=np.float32)
    for row, word in enumerate(words):
        for column, frequency in shares[word].items():
            table[row, column] = frequency
    return words, table / table.sum(axis=1, keepdims=True)


def ngrams(words):
    """Buckets of the character n-grams of each word between '^' and '$', one
    word after the other, and how many each has: FNV-1a over code points, its
    high bits folded into the low ones."""
    bounded = [f"^{word[:LONGEST_SPELLED]}$" for word in words]
    length = max(map(len, bounded))
    codes = np.zeros((len(words), length), dtype=np.uint32)
    for row, word in enumerate(bounded):
        codes[row, : len(word)] = [ord(c) for c in word]
    columns = []
    for start in range(length):
        hashes = np.full(len(words), 2166136261, dtype=np.uint32)
        for end in range(start, min(start + LONGEST_NGRAM, length)):
            hashes = (hashes ^ codes[:, end]) * np.uint32(16777619)
            bucket = (hashes ^ (hashes >> np.uint32(15))) & np.uint32(BUCKETS - 1)
            columns.append(np.where(codes[:, end] == 0, -1, bucket).astype(np.int32))
    table = np.stack(columns, axis=1)
    return table[table >= 0], (table >= 0).sum(axis=1)


class Spelling(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.EmbeddingBag(BUCKETS, WIDTH, mode="sum")
        nn.init.normal_(self.embedding.weight, std=0.1)
        self.hidden = nn.Linear(WIDTH, HIDDEN)
        self.out = nn.Linear(HIDDEN, 1 + len(LANGUAGES))

    def forward(self, buckets, counts):
        offsets = counts.cumsum(0) - counts
        row = self.embedding(buckets, offsets) / counts[:, None].float().sqrt()
        return self.out(torch.relu(self.hidden(row)))


def area_under_curve(scores, positive):
    order = np.argsort(scores, kind="stable")
    ranks = np.empty(len(scores))
    ranks[order] = np.arange(1, len(scores) + 1)
    positives = int(positive.sum())
    negatives = len(scores) - positives
    return (ranks[positive].sum() - positives * (positives + 1) / 2) / (positives * negatives)


def train_spelling(path):
    torch.manual_seed(1)
    words, shares = spelled_words()
    held_out = np.array([zlib.crc32(word.encode()) % 10 == 0 for word in words])
    flat, counts = ngrams(words)
    starts = counts.cumsum() - counts

    def batch(rows):
        parts = [flat[starts[row] : starts[row] + counts[row]] for row in rows]
        return torch.from_numpy(np.concatenate(parts)).long(), torch.from_numpy(counts[rows])

    targets = torch.from_numpy(shares)
    # English counts as much as all other languages together.
    english = shares[~held_out, 0].sum()
    foreign = shares[~held_out, 1:].sum()
    weights = torch.full((shares.shape[1],), float(english / foreign))
    weights[0] = 1.0
    print(f"{len(words):,} words, {held_out.sum():,} held out", flush=True)

    model = Spelling()
    optimizer = torch.optim.Adam(
        [
            {"params": model.embedding.parameters(), "lr": 0.02},
            {"params": [*model.hidden.parameters(), *model.out.parameters()], "lr": 0.005},
        ]
    )
    learned = np.flatnonzero(~held_out)
    steps = EPOCHS * math.ceil(len(learned) / BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1.0 - step / (steps + 1))
    for epoch in range(EPOCHS):
        total = 0.0
        for chosen in torch.randperm(len(learned)).split(BATCH):
            rows = learned[chosen.numpy()]
            logits = model(*batch(rows))
            loss = -(targets[rows] * weights * logits.log_softmax(1)).sum(1).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * len(rows)
        print(f"epoch {epoch}: loss {total / len(learned):.4f}", flush=True)

    with torch.no_grad():
        weight = model.embedding.weight
        scale = weight.abs().quantile(0.9995, dim=0) / 127.0
        bytes_ = (weight / scale).round().clamp(-127, 127).to(torch.int8)
        model.embedding.weight[:] = bytes_.float() * scale
        rows = np.flatnonzero(held_out)
        parts = np.array_split(rows, 32)
        found = torch.cat([model(*batch(part)).softmax(1) for part in parts]).numpy()
    # The language in which the word is most frequent.
    truth = shares[rows].argmax(1)
    is_english = truth == 0
    print(f"English against foreign, AUC: {area_under_curve(found[:, 0], is_english):.4f}")
    print(f"best language right, {1 + len(LANGUAGES)} languages: {(found.argmax(1) == truth).mean():.4f}")
    best = found[~is_english, 1:].argmax(1) + 1
    print(f"the same of foreign words, English left out: {(best == truth[~is_english]).mean():.4f}")
    for limit in (0.2, 0.1, 0.05, 0.02, 0.01):
        caught = (found[~is_english, 0] < limit).mean()
        wrong = (found[is_english, 0] < limit).mean()
        print(f"p_english below {limit}: {caught:.3f} of foreign words, {wrong:.4f} of English ones")
    save_file(
        {
            "embedding": bytes_.contiguous(),
            "scale": scale.contiguous(),
            "hidden.weight": model.hidden.weight.detach().contiguous(),
            "hidden.bias": model.hidden.bias.detach().contiguous(),
            "out.weight": model.out.weight.detach().contiguous(),
            "out.bias": model.out.bias.detach().contiguous(),
        },
        path,
    )


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["list", path]:
            write_list(path)
        case ["spelling", path]:
            train_spelling(path)
        case _:
            sys.exit(__doc__)
