"""Makes the good inputs of fuzz/corpus, from the articles in examples/ and a model that says
nothing: python fuzz/seeds.py [MTLINT]. Needs pyarrow and zstandard, and a build of mtlint with
the feature test-stub. Inputs that were added by hand stay."""

import gzip
import json
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import pyarrow
import pyarrow.parquet
import zstandard

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "fuzz/corpus"
MTLINT = sys.argv[1] if len(sys.argv) > 1 else ROOT / "target/release/mtlint"
ARTICLE = (ROOT / "examples/dam.garbled.txt").read_text()
SIBLING = (ROOT / "examples/dam.sibling.txt").read_text()
OTHER = (ROOT / "examples/hospital.garbled.txt").read_text()


def write(target, name, contents):
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    contents = contents.encode() if isinstance(contents, str) else contents
    (folder / name).write_bytes(contents)


def mtlint(*arguments):
    done = subprocess.run([MTLINT, *arguments], check=True, capture_output=True, text=True)
    return done.stdout


def texts():
    markdown = f"# A dam\n\n> {SIBLING[:200]}\n\n* *one* [two](#three \"four\")\n* `five`\n\n" \
        "| a | b |\n|--|--|\n| c | <i>d</i> |\n\n```\ncode\n```\n\n" \
        "<!-- mtlint-disable-next-line -->\n" + ARTICLE[:400] + "\n\n[^1]: A note &amp; more.\n"
    html = f"<!doctype html><html lang=en><head><title>A dam</title><style>p{{}}</style></head>" \
        f"<body><h1>A &#8220;dam&quot;</h1><p lang='fr'>Le barrage</p><p>{ARTICLE[:400]}<br>" \
        "<script>if (a < b) {}</script><!-- mtlint-disable name --><table><tr><td>1" \
        "<td>2</table><pre>three</pre><q>four</q><br/></body></html>"
    for name, text in [("page.md", markdown), ("page.html", html)]:
        write("markup", name, text)
    for number, text in enumerate([ARTICLE[:900], markdown, html]):
        write("lint", f"article-{number}", bytes([number]) + f"{text}\x1e{SIBLING[:900]}".encode())
    write("pool", "articles", "\x1e".join([ARTICLE, SIBLING, OTHER, SIBLING[:500]]))
    write("tokenizer", "scripts", ARTICLE[:300] + "“Zażółć” Ελλάδα Киев 北京 مرحبا नमस्ते 👩‍👩‍👧 é\u0004\t \n")


def records():
    siblings = [SIBLING[:200], {"id": "wire", "text": SIBLING[200:400]}]
    lines = [{"id": "night/1", "text": ARTICLE[:300], "siblings": siblings, "date": "2026-03-01"},
             {"id": 2, "text": OTHER[:200], "sibling": "It rained."}, {"text": ""}, {"id": "3"}]
    lines = "".join(json.dumps(line) + "\n" for line in lines)
    rows = 'id,text,siblings,date\n1,"Rain ""fell"".","[""It rained.""]",2026-03-01\n2,Fog\n'
    write("records", "night.jsonl", lines)
    write("records", "night.csv", rows)
    for name, text in [("night.jsonl", lines), ("night.csv", rows)]:
        write("packed", name + ".gz", gzip.compress(text.encode(), mtime=0))
    write("packed", "night.jsonl.zst", zstandard.compress(lines.encode()))
    write("packed", "two.gz", 2 * gzip.compress(lines.encode(), mtime=0))
    table = pyarrow.table({"id": ["1", "2", None], "text": [ARTICLE[:200], OTHER[:200], ""],
                           "siblings": [[SIBLING[:200]], [], None],
                           "date": ["2026-03-01", None, "x"]})
    for packing in ["none", "snappy", "zstd", "gzip", "lz4", "brotli"]:
        path = CORPUS / "parquet" / packing
        path.parent.mkdir(parents=True, exist_ok=True)
        pyarrow.parquet.write_table(table, path, compression=packing, use_dictionary=packing != "none")
    labels = [{"mt": "The dam broke .", "tokens": ["The", "dam", "broke", "."],
               "tags": ["OK", "OK", "BAD", "OK"], "hter": 0.25},
              {"text": "Fog lay over the bay."}]
    write("labels", "words.jsonl", "".join(json.dumps(line) + "\n" for line in labels))


def files():
    with tempfile.TemporaryDirectory() as folder:
        article, sibling = Path(folder, "dam.txt"), Path(folder, "wire.txt")
        article.write_text(ARTICLE)
        sibling.write_text(SIBLING)
        model = ["--model", "stub", "--quiet"]
        write("baseline", "dam.json", mtlint("baseline", article, *model, "--output", "-"))
        state = Path(folder, "night.state")
        for _ in range(2):
            mtlint("batch", article, *model, "--state", state, "--output", Path(folder, "out.jsonl"))
        write("state", "night.state", state.read_bytes())


def calibration():
    """A calibration of the right layout, whose numbers say nothing. The number of features is
    that of src/detect/features.rs."""
    features = 32
    fields = {"schema": "mtlint.calibration/1", "model": "tiny", "model_sha256": 64 * "0",
              "detector": "surprisal-1", "texts": 1000, "words": 20000,
              "feature_mean": features * [0.5], "feature_deviation": features * [1.25],
              "calibration": {"slope": 1.0, "level": -0.5, "shift": 0.25},
              "thresholds": {"precise": 0.7, "balanced": 0.4, "thorough": 0.2},
              "post_edit_rate": {"base": 0.1, "gain": 1.0, "lasting": 0.01, "falling": 0.2}}
    write("calibration", "tiny.json", json.dumps(fields, indent=2) + "\n")


def text(value):
    return struct.pack("<Q", len(value.encode())) + value.encode()


def model():
    """A model of one block, whose vocabulary are the bytes, in every way its rows can be stored
    that has few of them."""
    width, printable = 32, list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))
    rest = [byte for byte in range(256) if byte not in printable]
    letters = [chr(byte if byte in printable else 256 + rest.index(byte)) for byte in range(256)]
    tokens = letters + ["th", "the", "<|endoftext|>"]
    strings = lambda values: struct.pack("<IQ", 8, len(values)) + b"".join(map(text, values))
    integer = lambda value: struct.pack("<II", 4, value)
    metadata = {
        "general.architecture": struct.pack("<I", 8) + text("llama"),
        "tokenizer.ggml.model": struct.pack("<I", 8) + text("gpt2"),
        "tokenizer.ggml.pre": struct.pack("<I", 8) + text("smollm"),
        "tokenizer.ggml.tokens": struct.pack("<I", 9) + strings(tokens),
        "tokenizer.ggml.merges": struct.pack("<I", 9) + strings(["t h", "th e"]),
        "llama.embedding_length": integer(width),
        "llama.attention.head_count": integer(2),
        "llama.attention.head_count_kv": integer(1),
        "llama.block_count": integer(1),
        "llama.feed_forward_length": integer(width),
        "llama.context_length": integer(64),
        "llama.attention.layer_norm_rms_epsilon": struct.pack("<If", 6, 1e-5),
    }
    shapes = {"token_embd": (len(tokens), width), "output_norm": (1, width),
              "blk.0.attn_norm": (1, width), "blk.0.ffn_norm": (1, width),
              "blk.0.attn_q": (width, width), "blk.0.attn_k": (width // 2, width),
              "blk.0.attn_v": (width // 2, width), "blk.0.attn_output": (width, width),
              "blk.0.ffn_gate": (width, width), "blk.0.ffn_up": (width, width),
              "blk.0.ffn_down": (width, width)}
    header = struct.pack("<4sIQQ", b"GGUF", 3, len(shapes), len(metadata))
    header += b"".join(text(key) + value for key, value in metadata.items())
    for name, storage in [("f32", 0), ("f16", 1), ("q4_1", 3), ("q8_0", 8)]:
        offset, infos, data = 0, b"", b""
        for tensor, (rows, columns) in shapes.items():
            kind = 0 if rows == 1 else storage
            numbers = [(place * 7 % 13 - 6) / 8 for place in range(rows * columns)]
            if kind == 0:
                part = struct.pack(f"<{len(numbers)}f", *numbers)
            elif kind == 1:
                part = struct.pack(f"<{len(numbers)}e", *numbers)
            elif kind == 3:
                block = struct.pack("<ee16B", 0.1, -0.8, *(place * 37 % 256 for place in range(16)))
                part = block * (len(numbers) // 32)
            else:
                block = struct.pack("<e32b", 0.01, *(place * 5 % 120 - 60 for place in range(32)))
                part = block * (len(numbers) // 32)
            part += bytes(-len(part) % 32)
            infos += text(tensor + ".weight") + struct.pack("<IQQIQ", 2, columns, rows, kind, offset)
            offset, data = offset + len(part), data + part
        head = header + infos
        whole = head + bytes(-len(head) % 32) + data
        write("weights", name, whole)
        if name in ("f32", "q4_1"):
            write("gguf", name, whole)


if __name__ == "__main__":
    texts()
    records()
    files()
    calibration()
    model()
