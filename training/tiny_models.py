"""Makes small models of the families that rust-bert reads, and what PyTorch says of a
text with them, to test mtlint's second engine.

    pip install torch==2.4.0 transformers==4.44.2 tokenizers==0.19.1 numpy==1.26.4
    python training/tiny_models.py crates/mtlint-cli/tests/torch/models

The weights are random (the seed is fixed): they know no language, and a wrong name,
mask or offset changes every number. The vocabularies are trained on this text.
"""

import json
import math
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

TEXT = (
    "The old bridge over the river was closed on Monday after a lorry hit one of its "
    "piers.\n\nEngineers from the county looked at the cracks; they don't expect to open it "
    "before the spring – “we take no risks”, said Zoë Brückner, who leads them. 🚧 Buses "
    "now go by way of the mill."
)
# Longer than a window of the masked models and of the causal one.
LONG = " ".join([TEXT] * 4)
WINDOW = 128


def byte_level(special):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=320,
        special_tokens=special,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator([TEXT], trainer)
    return tokenizer


def word_piece():
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(
        vocab_size=160,
        special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"],
        show_progress=False,
    )
    tokenizer.train_from_iterator([TEXT], trainer)
    return tokenizer


def shaken(model):
    """Random weights with more spread than new ones have, so that numbers differ."""
    generator = torch.Generator().manual_seed(20)
    with torch.no_grad():
        for name, weight in sorted(model.named_parameters()):
            noise = torch.randn(weight.shape, generator=generator)
            norm = "norm" in name.lower() or ".ln_" in name
            weight.copy_(1 + 0.1 * noise if norm and name.endswith("weight") else 0.3 * noise)
    return model.eval()


def windows(tokens, size):
    """mtlint's rule: a later window repeats the last quarter of the one before it."""
    room = max(size - 1, 4)
    overlap = room // 4
    done = min(tokens, room)
    found = [(0, 0, done)]
    while done < tokens:
        start = done - overlap
        end = min(tokens, start + room)
        found.append((start, done, end))
        done = end
    return found


def bits_of(logits, target):
    bits = -torch.log_softmax(logits.double(), -1) / math.log(2)
    chance = torch.exp2(-bits)
    return float(bits[target]), float((chance * bits).sum())


def causal(model, ids, first, size):
    said = []
    with torch.no_grad():
        for start, new, end in windows(len(ids), size):
            logits = model(torch.tensor([[first] + ids[start:end]])).logits[0]
            said += [bits_of(logits[at - start], ids[at]) for at in range(new, end)]
    return said


def masked(model, ids, words, first, last, mask, size):
    parts = windows(len(ids), size)
    said = []
    with torch.no_grad():
        for number, (start, new, end) in enumerate(parts):
            begin = (start + new) // 2 if number else 0
            stop = end
            if number + 1 < len(parts):
                stop = (parts[number + 1][0] + parts[number + 1][1]) // 2
            for at in range(begin, stop):
                hidden = list(ids[start:end])
                for other in range(at, end):
                    if words[other] != words[at]:
                        break
                    hidden[other - start] = mask
                logits = model(torch.tensor([[first] + hidden + [last]])).logits[0]
                said.append(bits_of(logits[at - start + 1], ids[at]))
    return said


def write(folder, model, tokenizer, said):
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    for name, encoding, numbers in said:
        record = {
            "text": {"short": TEXT, "long": LONG}[name],
            "ids": encoding.ids,
            "surprisal_bits": [round(bits, 5) for bits, _ in numbers],
            "entropy_bits": [round(bits, 5) for _, bits in numbers],
        }
        (folder / f"{name}.json").write_text(json.dumps(record) + "\n", encoding="utf-8")


def main():
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)

    tokenizer = byte_level(["<|endoftext|>"])
    shape = GPT2Config(
        vocab_size=tokenizer.get_vocab_size(), n_positions=64, n_embd=16, n_layer=2, n_head=2,
        bos_token_id=0, eos_token_id=0,
    )
    model = shaken(GPT2LMHeadModel(shape))
    encodings = {"short": tokenizer.encode(TEXT), "long": tokenizer.encode(LONG)}
    said = [(name, one, causal(model, one.ids, 0, 64)) for name, one in encodings.items()]
    write(out / "gpt2", model, tokenizer, said)
    tokenizer.model.save(str(out / "gpt2"))

    tokenizer = byte_level(["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    shape = RobertaConfig(
        vocab_size=tokenizer.get_vocab_size(), max_position_embeddings=200, hidden_size=16,
        num_hidden_layers=2, num_attention_heads=2, intermediate_size=32, type_vocab_size=1,
        # rust-bert's is fixed.
        layer_norm_eps=1e-12, pad_token_id=1, bos_token_id=0, eos_token_id=2,
    )
    model = shaken(RobertaForMaskedLM(shape))
    said = []
    for name, text in (("short", TEXT), ("long", LONG)):
        one = tokenizer.encode(text)
        said.append((name, one, masked(model, one.ids, one.word_ids, 0, 2, 4, WINDOW - 1)))
    write(out / "roberta", model, tokenizer, said)
    tokenizer.save(str(out / "roberta" / "tokenizer.json"))

    tokenizer = word_piece()
    first, last, mask = (tokenizer.token_to_id(token) for token in ("[CLS]", "[SEP]", "[MASK]"))
    encodings = {"short": tokenizer.encode(TEXT), "long": tokenizer.encode(LONG)}
    bert = BertConfig(
        vocab_size=tokenizer.get_vocab_size(), max_position_embeddings=48, hidden_size=16,
        num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
    )
    distil = DistilBertConfig(
        vocab_size=tokenizer.get_vocab_size(), max_position_embeddings=48, dim=16, n_layers=2,
        n_heads=2, hidden_dim=32,
    )
    for name, model in (
        ("bert", BertForMaskedLM(bert)),
        ("distilbert", DistilBertForMaskedLM(distil)),
    ):
        model = shaken(model)
        said = [
            (text, one, masked(model, one.ids, one.word_ids, first, last, mask, 47))
            for text, one in encodings.items()
        ]
        write(out / name, model, tokenizer, said)
        words = sorted(tokenizer.get_vocab().items(), key=lambda word: word[1])
        (out / name / "vocab.txt").write_text(
            "".join(f"{word}\n" for word, _ in words), encoding="utf-8"
        )


if __name__ == "__main__":
    main()
