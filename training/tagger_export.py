"""Writes the trained word tagger as the file that is built into mtlint.

Usage: tagger_export.py CHECKPOINT.pt TOKENIZER.json OUTPUT.safetensors
"""

import sys

import torch
from tagger import Tagger, vocabulary_of

if __name__ == "__main__":
    checkpoint, tokenizer, output = sys.argv[1:4]
    model = Tagger()
    model.load_state_dict(torch.load(checkpoint, weights_only=True)["model"])
    model.export(output, vocabulary_of(tokenizer), "tagger-1")
