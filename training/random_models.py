"""Makes models of the published shapes with random weights, to measure how fast and how
large mtlint's second engine is where the real ones cannot be had. They know no language.

    pip install torch==2.4.0 transformers==4.44.2 tokenizers==0.19.1 numpy==1.26.4
    python training/random_models.py FOLDER

Each is the default configuration that transformers has for its family: gpt2 (124 million
weights), bert-base, roberta-base and distilbert-base. Vocabularies are trained on this
repository's prose and are smaller than the networks'.
"""

import pathlib
import sys

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import (
    BertConfig,
    BertForMaskedLM,
    DistilBertConfig,
    DistilBertForMaskedLM,
    GPT2Config,
    GPT2LMHeadModel,
    RobertaConfig,
    RobertaForMaskedLM,
)

HERE = pathlib.Path(__file__).resolve().parent.parent


def byte_level(texts, special):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(
        vocab_size=8000, special_tokens=special, initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def word_piece(texts):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    trainer = trainers.WordPieceTrainer(
        vocab_size=8000, special_tokens=special, show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def main():
    out = pathlib.Path(sys.argv[1])
    texts = [path.read_text("utf-8") for path in sorted(HERE.glob("examples/*.txt"))]
    texts += [path.read_text("utf-8") for path in sorted(HERE.glob("*.md"))]
    pieces = word_piece(texts)
    roberta = RobertaConfig(
        vocab_size=50265, max_position_embeddings=514, type_vocab_size=1, layer_norm_eps=1e-5
    )
    made = [
        ("gpt2", GPT2LMHeadModel, GPT2Config(), byte_level(texts, ["<|endoftext|>"])),
        ("bert-base", BertForMaskedLM, BertConfig(), pieces),
        (
            "roberta-base",
            RobertaForMaskedLM,
            roberta,
            byte_level(texts, ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]),
        ),
        ("distilbert-base", DistilBertForMaskedLM, DistilBertConfig(), pieces),
    ]
    for name, kind, shape, tokenizer in made:
        torch.manual_seed(20)
        kind(shape).eval().save_pretrained(out / name)
        tokenizer.save(str(out / name / "tokenizer.json"))


if __name__ == "__main__":
    main()
