#!/usr/bin/env python3
"""Times mtlint's reading beside PyTorch and llama.cpp, in one run.

In: the default model's own file and the garbled articles of `examples/` (or
the texts named). Every engine reads the same token ids with the same number of
threads and makes the logits of every position and their log-sum-exp; PyTorch
gets the weights dequantized, in float32 and in bfloat16. The engines take
turns, so that a busy machine slows them all. Out: a table on standard output,
and exit status 1 if mtlint's mean surprisal is not that of PyTorch in float32
within 0.5 %: figures for different work are no figures.

    python3 -m venv .venv-peers
    .venv-peers/bin/pip install -r benches/peers/requirements.txt
    .venv-peers/bin/python benches/peers/peers.py
"""

import argparse
import json
import math
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent.parent
# A longer text is read by mtlint in windows, which the peers do not do.
MAX_TOKENS = 2047
# Rows whose logits are turned into float32 at once; the fastest of those tried.
ROWS = 128
# Worker threads of the engine before spin for a while; let them go to sleep.
PAUSE_SECONDS = 0.5
TOLERANCE = 5e-3


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("texts", nargs="*", type=Path, metavar="TEXT",
                        help="text files, read as one [default: examples/*.garbled.txt]")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--throughput", type=Path, metavar="PROGRAM",
                        help="a built 'throughput' example [default: cargo builds one]")
    return parser.parse_args()


class Mtlint:
    """The `throughput` example, which reads once for every line it is sent."""

    name = "mtlint"

    def __init__(self, texts, threads, program):
        command = [str(program)] if program else [
            "cargo", "run", "--release", "--quiet", "-p", "mtlint-cli", "--example", "throughput",
            "--"]
        command += ["--threads", str(threads), *(str(text.resolve()) for text in texts)]
        self.process = subprocess.Popen(
            command, cwd=REPOSITORY, text=True, bufsize=1,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.first = self.answer()
        self.mean_bits = self.first["mean_surprisal_bits"]

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"error: mtlint's part ended with status {self.process.wait()}")
        return json.loads(line)

    def read(self):
        self.process.stdin.write("\n")
        return self.answer()["seconds"]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Weights:
    """The tensors of a GGUF file in float32, and the numbers that shape them."""

    def __init__(self, path):
        import gguf
        import numpy
        import torch

        reader = gguf.GGUFReader(path)
        self.fields = {name: field.contents() for name, field in reader.fields.items()
                       if name.startswith("llama.")}
        self.start = self.start_token(reader)
        self.tensors = {}
        for tensor in reader.tensors:
            values = gguf.dequantize(tensor.data, tensor.tensor_type)
            self.tensors[tensor.name] = torch.from_numpy(
                numpy.array(values, dtype=numpy.float32))

    @staticmethod
    def start_token(reader):
        """The token a document starts with, by mtlint's rule: instruction-tuned
        models name a chat marker as their start, so it comes second."""
        tokens = reader.fields["tokenizer.ggml.tokens"].contents()
        if "<|endoftext|>" in tokens:
            return tokens.index("<|endoftext|>")
        return reader.fields["tokenizer.ggml.bos_token_id"].contents()

    def number(self, name):
        return self.fields["llama." + name]


class PyTorch:
    """The same forward pass in PyTorch; norms, rotation and log-sum-exp in
    float32 as usual, products in `kind`."""

    def __init__(self, weights, kind, ids, start):
        import torch

        self.torch = torch
        self.name = f"PyTorch {torch.__version__.split('+')[0]} {kind}"
        self.kind = getattr(torch, kind)
        self.tensors = {
            name: values if "norm" in name else values.to(self.kind)
            for name, values in weights.tensors.items()}
        self.blocks = weights.number("block_count")
        self.heads = weights.number("attention.head_count")
        self.key_heads = weights.number("attention.head_count_kv")
        self.epsilon = weights.number("attention.layer_norm_rms_epsilon")
        width = weights.number("rope.dimension_count")
        # GGUF stores Llama's heads so that neighbours are rotated as a pair.
        speeds = weights.number("rope.freq_base") ** (
            -torch.arange(0, width, 2, dtype=torch.float64) / width)
        angles = torch.arange(len(ids), dtype=torch.float64)[:, None] * speeds
        self.cosines, self.sines = angles.cos().float(), angles.sin().float()
        self.input = torch.tensor([start] + ids[:-1])
        self.targets = torch.tensor(ids)
        self.read()
        self.mean_bits = self.bits.mean().item()

    def norm(self, rows, name):
        rows = rows.float()
        scale = self.torch.rsqrt(rows.pow(2).mean(-1, keepdim=True) + self.epsilon)
        return (rows * scale * self.tensors[name]).to(self.kind)

    def heads_of(self, rows, count, rotate):
        rows = rows.view(len(rows), count, -1).transpose(0, 1)
        if rotate:
            a, b = rows.float().unflatten(-1, (-1, 2)).unbind(-1)
            rows = self.torch.stack(
                (a * self.cosines - b * self.sines, a * self.sines + b * self.cosines),
                -1).flatten(-2).to(self.kind)
        return rows

    def attention(self, rows, block):
        functional = self.torch.nn.functional
        linear = lambda part: functional.linear(rows, self.tensors[f"{block}attn_{part}.weight"])
        query = self.heads_of(linear("q"), self.heads, rotate=True)
        shared = self.heads // self.key_heads
        key = self.heads_of(linear("k"), self.key_heads, rotate=True)
        value = self.heads_of(linear("v"), self.key_heads, rotate=False)
        mixed = functional.scaled_dot_product_attention(
            query[None], key.repeat_interleave(shared, 0)[None],
            value.repeat_interleave(shared, 0)[None], is_causal=True)[0]
        mixed = mixed.transpose(0, 1).flatten(1)
        return functional.linear(mixed, self.tensors[f"{block}attn_output.weight"])

    def forward(self):
        functional = self.torch.nn.functional
        rows = self.tensors["token_embd.weight"][self.input]
        for number in range(self.blocks):
            block = f"blk.{number}."
            rows = rows + self.attention(self.norm(rows, block + "attn_norm.weight"), block)
            normed = self.norm(rows, block + "ffn_norm.weight")
            gate = functional.linear(normed, self.tensors[block + "ffn_gate.weight"])
            up = functional.linear(normed, self.tensors[block + "ffn_up.weight"])
            rows = rows + functional.linear(
                functional.silu(gate) * up, self.tensors[block + "ffn_down.weight"])
        rows = self.norm(rows, "output_norm.weight")
        output = self.tensors.get("output.weight", self.tensors["token_embd.weight"])
        bits = []
        for some, targets in zip(rows.split(ROWS), self.targets.split(ROWS)):
            logits = functional.linear(some, output).float()
            actual = logits.gather(1, targets[:, None])[:, 0]
            bits.append((logits.logsumexp(-1) - actual) / math.log(2))
        return self.torch.cat(bits)

    def read(self):
        with self.torch.inference_mode():
            started = time.perf_counter()
            self.bits = self.forward()
            return time.perf_counter() - started

    def close(self):
        pass


class LlamaCpp:
    """llama.cpp on the file as it is, without dequantizing."""

    def __init__(self, path, ids, start, threads):
        import llama_cpp
        import numpy

        self.numpy = numpy
        self.name = f"llama.cpp (llama-cpp-python {llama_cpp.__version__})"
        self.input, self.targets = [start] + ids[:-1], numpy.array(ids)
        self.model = llama_cpp.Llama(
            model_path=path, n_ctx=len(ids), n_batch=len(ids), n_ubatch=len(ids),
            n_threads=threads, n_threads_batch=threads, logits_all=True, verbose=False)
        self.read()
        self.mean_bits = float(self.bits.mean())

    def read(self):
        numpy = self.numpy
        self.model.reset()
        started = time.perf_counter()
        self.model.eval(self.input)
        logits = self.model.scores[: len(self.input)]
        most = logits.max(-1, keepdims=True)
        total = numpy.log(numpy.exp(logits - most).sum(-1)) + most[:, 0]
        actual = logits[numpy.arange(len(self.targets)), self.targets]
        self.bits = (total - actual) / math.log(2)
        return time.perf_counter() - started

    def close(self):
        pass


def processor():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def main():
    arguments = parse_arguments()
    texts = arguments.texts or sorted((REPOSITORY / "examples").glob("*.garbled.txt"))
    # Libraries read these when they are imported.
    os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = str(arguments.threads)
    try:
        import gguf  # noqa: F401
        import torch
    except ImportError as problem:
        sys.exit(f"error: {problem}; install benches/peers/requirements.txt first")
    torch.set_num_threads(arguments.threads)

    ours = Mtlint(texts, arguments.threads, arguments.throughput)
    ids, path = ours.first["ids"], ours.first["model"]
    if not 0 < len(ids) <= MAX_TOKENS:
        sys.exit(f"error: the texts have {len(ids)} tokens; 1 to {MAX_TOKENS} can be compared")
    weights = Weights(path)
    single = PyTorch(weights, "float32", ids, weights.start)
    half = PyTorch(weights, "bfloat16", ids, weights.start)
    engines = [ours, half, single]
    try:
        engines.append(LlamaCpp(path, ids, weights.start, arguments.threads))
    except ImportError:
        print("llama.cpp is left out: llama-cpp-python is not installed "
              "(see benches/peers/requirements.txt)\n")
    except (AttributeError, OSError, RuntimeError, ValueError) as problem:
        print(f"llama.cpp is left out: {problem}\n")

    seconds = {engine.name: [] for engine in engines}
    for _ in range(arguments.rounds):
        for engine in engines:
            time.sleep(PAUSE_SECONDS)
            seconds[engine.name].append(engine.read())
    for engine in engines:
        engine.close()

    print(f"{processor()}, {arguments.threads} threads; {len(ids)} tokens, "
          f"median of {arguments.rounds} rounds\n")
    speed = {name: len(ids) / statistics.median(times) for name, times in seconds.items()}
    print(f"| engine | tokens/s | of {half.name} | bits a token |\n|---|---|---|---|")
    for engine in engines:
        ratio = speed[engine.name] / speed[half.name]
        print(f"| {engine.name} | {speed[engine.name]:.0f} | {ratio:.2f} | {engine.mean_bits:.4f} |")

    off = abs(ours.mean_bits / single.mean_bits - 1)
    print(f"\nmean surprisal against {single.name}: off by {off:.4%}")
    if off > TOLERANCE:
        sys.exit(f"error: more than {TOLERANCE:.1%}; the engines did not do the same work")


if __name__ == "__main__":
    main()
