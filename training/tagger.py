"""The word tagger: a small BERT encoder with numbers for each word. `src/tagger` runs it."""

import json
import math

import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn.functional import gelu, layer_norm, scaled_dot_product_attention

TRAITS = "shape:8 accents:2 english:8 foreign:8 spelling:6 gap:4 occurrences:4 place:3 name:6"
OUTPUTS = (
    "error edited joins untranslated name mistranslation wording grammar word_order omission "
    "punctuation number minor major critical"
)
CLS, SEP = 101, 102
WIDTH, HEADS, HIDDEN, EPSILON = 384, 12, 192, 1e-12


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.attention = nn.Linear(WIDTH, WIDTH)
        self.attention_norm = nn.LayerNorm(WIDTH, eps=EPSILON)
        self.up = nn.Linear(WIDTH, 4 * WIDTH)
        self.down = nn.Linear(4 * WIDTH, WIDTH)
        self.output_norm = nn.LayerNorm(WIDTH, eps=EPSILON)

    def forward(self, x, mask, drop):
        rows, length, _ = x.shape
        q, k, v = self.qkv(x).view(rows, length, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        seen = scaled_dot_product_attention(q, k, v, attn_mask=mask)
        seen = seen.transpose(1, 2).reshape(rows, length, WIDTH)
        x = self.attention_norm(x + drop(self.attention(seen)))
        return self.output_norm(x + drop(self.down(gelu(self.up(x)))))


class Tagger(nn.Module):
    def __init__(self, layers=6):
        super().__init__()
        self.word = nn.Embedding(30522, WIDTH)
        self.position = nn.Embedding(512, WIDTH)
        self.traits = nn.ModuleList()
        for part in TRAITS.split():
            table = nn.Embedding(int(part.split(":")[1]), WIDTH)
            nn.init.zeros_(table.weight)
            self.traits.append(table)
        self.norm = nn.LayerNorm(WIDTH, eps=EPSILON)
        self.layers = nn.ModuleList(Layer() for _ in range(layers))
        self.hidden = nn.Linear(WIDTH, HIDDEN)
        self.out = nn.Linear(HIDDEN, len(OUTPUTS.split()))
        self.drop = nn.Dropout(0.1)

    def forward(self, pieces, traits, inside, firsts):
        """`pieces` [rows, length]; `traits` [rows, length, 9], −1 at CLS and SEP; `inside`
        where no padding is; `firsts` indices of the words' first pieces, flat."""
        x = self.word(pieces) + self.position.weight[: pieces.shape[1]]
        real = (traits[..., :1] >= 0).float()
        for at, table in enumerate(self.traits):
            x = x + table(traits[..., at].clamp(min=0)) * real
        x = self.drop(self.norm(x))
        mask = torch.zeros_like(inside, dtype=torch.float32).masked_fill(~inside, -1e9)
        mask = mask[:, None, None, :]
        for layer in self.layers:
            x = layer(x, mask, self.drop)
        words = x.reshape(-1, WIDTH)[firsts]
        return self.out(self.drop(gelu(self.hidden(words))))

    def from_minilm(self, path):
        """Takes the weights of all-MiniLM-L6-v2, a BERT encoder."""
        given = load_file(path)
        given = {name.removeprefix("bert."): value for name, value in given.items()}
        own = self.state_dict()

        def put(name, value):
            assert own[name].shape == value.shape, name
            own[name] = value

        put("word.weight", given["embeddings.word_embeddings.weight"])
        token_type = given["embeddings.token_type_embeddings.weight"][0]
        put("position.weight", given["embeddings.position_embeddings.weight"] + token_type)
        for part in ("weight", "bias"):
            put(f"norm.{part}", given[f"embeddings.LayerNorm.{part}"])
            for at in range(len(self.layers)):
                to, of = f"layers.{at}.", f"encoder.layer.{at}."
                parts = [given[f"{of}attention.self.{name}.{part}"] for name in ("query", "key", "value")]
                put(f"{to}qkv.{part}", torch.cat(parts))
                put(f"{to}attention.{part}", given[f"{of}attention.output.dense.{part}"])
                put(f"{to}attention_norm.{part}", given[f"{of}attention.output.LayerNorm.{part}"])
                put(f"{to}up.{part}", given[f"{of}intermediate.dense.{part}"])
                put(f"{to}down.{part}", given[f"{of}output.dense.{part}"])
                put(f"{to}output_norm.{part}", given[f"{of}output.LayerNorm.{part}"])
        self.load_state_dict(own)
        return self

    def export(self, path, vocabulary, name):
        """Writes the file that `src/tagger` reads: matrices in 8 bits with a scale a row."""
        tensors = {"vocabulary": torch.frombuffer(bytearray("\n".join(vocabulary).encode()), dtype=torch.uint8)}

        def matrix(name, weight):
            scale = weight.abs().amax(1).clamp(min=1e-8) / 127
            tensors[f"{name}.weight"] = (weight / scale[:, None]).round().to(torch.int8).contiguous()
            tensors[f"{name}.scale"] = scale.contiguous()

        def layer(name, weight, bias):
            matrix(name, weight)
            tensors[f"{name}.bias"] = bias.contiguous()

        own = {name: value.detach().float() for name, value in self.state_dict().items()}
        matrix("embeddings.word", own["word.weight"])
        matrix("embeddings.position", own["position.weight"])
        for part in TRAITS.split():
            at = TRAITS.split().index(part)
            tensors[f"traits.{part.split(':')[0]}"] = own[f"traits.{at}.weight"].contiguous()
        for part in ("weight", "bias"):
            tensors[f"embeddings.norm.{part}"] = own[f"norm.{part}"]
        for at in range(len(self.layers)):
            for index, part in enumerate(("query", "key", "value")):
                rows = slice(index * WIDTH, (index + 1) * WIDTH)
                layer(f"layers.{at}.{part}", own[f"layers.{at}.qkv.weight"][rows], own[f"layers.{at}.qkv.bias"][rows])
            for part in ("attention", "up", "down"):
                layer(f"layers.{at}.{part}", own[f"layers.{at}.{part}.weight"], own[f"layers.{at}.{part}.bias"])
            for norm in ("attention_norm", "output_norm"):
                for part in ("weight", "bias"):
                    tensors[f"layers.{at}.{norm}.{part}"] = own[f"layers.{at}.{norm}.{part}"]
        layer("hidden", own["hidden.weight"], own["hidden.bias"])
        layer("out", own["out.weight"], own["out.bias"])
        notes = {"tagger": name, "traits": TRAITS, "outputs": OUTPUTS, "layers": str(len(self.layers)), "heads": str(HEADS)}
        save_file(tensors, path, notes)


def vocabulary_of(tokenizer):
    """The pieces of a `tokenizer.json`, in order of id."""
    with open(tokenizer, encoding="utf8") as file:
        known = json.load(file)["model"]["vocab"]
    return [piece for piece, _ in sorted(known.items(), key=lambda item: item[1])]


def scaled(value, total, last=0.02):
    """A cosine from 1 to `last` after a short rise, at step `value` of `total`."""
    rise = max(1, total // 20)
    if value < rise:
        return (value + 1) / rise
    return last + (1 - last) * 0.5 * (1 + math.cos(math.pi * (value - rise) / max(1, total - rise)))
