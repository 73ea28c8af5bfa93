#!/usr/bin/env python3
"""Measures exported archives under this machine's PyTorch, without Java: for machines with a GPU.

    ./questream model export MODEL bf16.pt --precision bf16
    ./questream model export MODEL fp16.pt --precision fp16
    ./questream encode --model MODEL --precision fp32 --input questions.txt --output exact.npy --output-format npy
    bench/archive.py --archive bf16.pt fp16.pt --model MODEL --questions questions.txt --exact exact.npy

Questions are laid end to end as the application does it, in batches of each token budget. What is shown for
each: questions and tokens a second, useful work by the formula of docs/performance.md, its share of the machine's
own rate in hot matrix products of the same size and precision, and the worst cosine to the exact vectors.
Tokenizing is not counted, copies to the device and back are.

    ./questream model export MODEL training.pt --training
    bench/archive.py --training --archive training.pt --model MODEL --questions questions.txt

measures distil's steps instead, for each number of questions in a step (--batches), with 32 random candidates; a step
is counted as three times the operations of the forward pass.
"""
import argparse
import json
import os
import pathlib
import statistics
import time

import numpy
import torch
from tokenizers import Tokenizer

from compare import worst_cosine

STEPS, STEP = ((64, 4), (256, 8)), 64  # as in PackedBatch: few different numbers of rows
MAX_TOKENS = 512
HOT_ROWS = {"cuda": 16_384, "cpu": 512}
HOT_SECONDS = 1.0
CANDIDATES, RATE = 32, 1e-6  # of a training step


def packed(texts):
    """(ids, positions, groups) of texts that are sorted by length."""
    tokens = sum(len(text) for text in texts)
    step = next((step for most, step in STEPS if tokens <= most), STEP)
    rows = -(-tokens // step) * step
    ids, positions = numpy.zeros(rows, numpy.int64), numpy.zeros(rows, numpy.int64)
    groups, start = [], 0
    for text in texts:
        ids[start:start + len(text)] = text
        positions[start:start + len(text)] = numpy.arange(len(text))
        start += len(text)
        if groups and groups[-1][0] == len(text):
            groups[-1][1] += 1
        else:
            groups.append([len(text), 1])
    return torch.from_numpy(ids), torch.from_numpy(positions), torch.tensor(groups, dtype=torch.int64)


def plan(texts, budget):
    """Batches in order of arrival, as a stream has them: (order, packed batch)."""
    batch, tokens = [], 0
    for i, text in enumerate(texts):
        if batch and tokens + len(text) > budget:
            yield finished(texts, batch)
            batch, tokens = [], 0
        batch.append(i)
        tokens += len(text)
    yield finished(texts, batch)


def finished(texts, batch):
    order = sorted(batch, key=lambda i: len(texts[i]))
    return order, packed([texts[i] for i in order])


class Encoder:
    """The archive on one device."""

    def __init__(self, archive, config, device):
        self.device = torch.device(device)
        self.module = torch.jit.load(str(archive), map_location=self.device).eval()
        graph = getattr(self.module, "encoder", self.module)  # a training archive has the graph inside
        self.dtype, self.hidden = graph.word_embeddings.dtype, graph.word_embeddings.shape[1]
        self.layers = config.get("num_hidden_layers") or config["n_layers"]
        self.intermediate = config.get("intermediate_size") or config["hidden_dim"]
        self.cls = graph._c.hasattr("last_query")
        self.projection = config.get("projection_dim", 0)

    def run(self, batches):
        with torch.inference_mode():
            return [(order, self.module(*batch)) for order, batch in batches]

    def vectors(self, batches, count):
        found = None
        for order, rows in self.run(batches):
            found = numpy.empty((count, rows.shape[1]), numpy.float32) if found is None else found
            found[order] = rows.numpy()
        return found

    def flop(self, length):
        """Operations of a question, as docs/performance.md counts them."""
        h, f, n = self.hidden, self.intermediate, length
        whole = 2 * n * (4 * h * h + 2 * h * f) + 4 * n * n * h
        last = 4 * n * h * h + 2 * (2 * h * h + 2 * h * f) + 4 * n * h if self.cls else whole
        return (self.layers - 1) * whole + last + 2 * h * self.projection

    def synchronize(self):
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)

    def matrix_rate(self):
        """Operations a second in products of the feed-forward block, weights hot."""
        rows = HOT_ROWS[self.device.type]
        options = {"dtype": self.dtype, "device": self.device}
        x = torch.ones(rows, self.hidden, **options)
        up = torch.full((self.intermediate, self.hidden), 1e-3, **options)
        down = torch.full((self.hidden, self.intermediate), 1e-3, **options)
        done, start = -1, time.perf_counter()  # the first warms up
        with torch.inference_mode():
            while done < 1 or time.perf_counter() - start < HOT_SECONDS:
                for _ in range(8):
                    torch.nn.functional.linear(torch.nn.functional.linear(x, up), down)
                self.synchronize()
                done += 1
                start = time.perf_counter() if done == 0 else start
            seconds = time.perf_counter() - start
        return done * 8 * 4 * rows * self.hidden * self.intermediate / seconds


class Training:
    """Steps as distil takes them, of texts in order of arrival."""

    def __init__(self, encoder, texts, size):
        generator = torch.Generator().manual_seed(1)
        width = encoder.run([finished(texts, [0])])[0][1].shape[1]
        self.encoder, self.steps = encoder, []
        for start in range(0, len(texts), size):
            _, batch = finished(texts, range(start, min(len(texts), start + size)))
            rows = min(size, len(texts) - start)
            scores = torch.randn(rows, CANDIDATES, generator=generator)
            self.steps.append((*batch, torch.randn(rows, CANDIDATES, width, generator=generator), scores,
                               torch.zeros_like(scores), torch.tensor([1, 1 / rows, 0, 1], dtype=torch.float64)))

    def run(self):
        for number, step in enumerate(self.steps):
            self.encoder.module.accumulate(*step)
            corrections = (1 - 0.9 ** (number + 1), 1 - 0.999 ** (number + 1))
            self.encoder.module.update(torch.tensor([RATE, 2, 0.9, 0.999, 1e-8, 0, *corrections], dtype=torch.float64))
        self.encoder.synchronize()


def rates(one_pass, texts, options):
    """Questions a second, one for each round."""
    one_pass()
    found = []
    for _ in range(options.rounds):
        passes, start = 0, time.perf_counter()
        while passes == 0 or time.perf_counter() - start < options.seconds:
            one_pass()
            passes += 1
        found.append(passes * len(texts) / (time.perf_counter() - start))
    return {"questions_per_second": statistics.median(found), "min": min(found), "max": max(found)}


def measure(encoder, texts, budget, options):
    if options.training:
        return {"batch": budget, **rates(Training(encoder, texts, budget).run, texts, options)}
    batches = list(plan(texts, budget))
    row = {"max_batch_tokens": budget, "batches": len(batches), **rates(lambda: encoder.run(batches), texts, options)}
    if options.exact:
        found, exact = encoder.vectors(batches, len(texts)), numpy.load(options.exact)
        if found.shape != exact.shape:
            raise SystemExit(f"the exact vectors are {exact.shape}, the archive's {found.shape}: other questions?")
        row["worst_cosine"] = worst_cosine(found, exact)
    return row


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--archive", type=pathlib.Path, required=True, nargs="+", help="written by `questream model export`")
    parser.add_argument("--model", type=pathlib.Path, required=True, help="their folder, for tokenizer.json and config.json")
    parser.add_argument("--questions", type=pathlib.Path, required=True, help="text, one question a line")
    parser.add_argument("--prefix", default="", help="put before every question")
    parser.add_argument("--exact", type=pathlib.Path, help="vectors in float32 (.npy), for the worst cosine")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--tokens", default="1024,4096,16384,32768,65536", help="token budgets of a batch")
    parser.add_argument("--training", action="store_true", help="the archives are of `model export --training`")
    parser.add_argument("--batches", default="32,128,512", help="with --training, questions of a step")
    parser.add_argument("--fuse", action="store_true", help="CUDA's attention over texts of any lengths")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--out", type=pathlib.Path, help="write everything as JSON")
    options = parser.parse_args()
    for file in [*options.archive, options.model / "tokenizer.json", options.model / "config.json", options.questions]:
        if not file.is_file():
            parser.error(f"{file} is not there")
    if options.out and not options.out.resolve().parent.is_dir():
        parser.error(f"there is no folder for {options.out}")
    return options


def measure_archive(archive, config, texts, options):
    """Prints a table of one archive and gives it as an object."""
    encoder = Encoder(archive, config, options.device)
    if options.training:
        encoder.module.begin(torch.zeros(1))
    if options.fuse:
        encoder.module.fuse(torch.zeros(1))
    name = torch.cuda.get_device_name(encoder.device) if encoder.device.type == "cuda" else "the processor"
    tokens = sum(len(text) for text in texts)
    flop = sum(encoder.flop(len(text)) for text in texts) / len(texts) * (3 if options.training else 1)
    hot = encoder.matrix_rate()
    print(f"{archive.name}: {len(texts)} questions, mean {tokens / len(texts):.1f} tokens, {flop / 1e9:.2f} GFLOP each; "
          f"{name}, torch {torch.__version__}, {str(encoder.dtype).removeprefix('torch.')}, load average "
          f"{os.getloadavg()[0]:.2f}; {hot / 1e12:.3f} TFLOP/s in hot products\n")
    sizes = options.batches if options.training else options.tokens
    print(f"| {'questions of a step' if options.training else 'tokens in a batch'} "
          "| questions/s | min | max | tokens/s | TFLOP/s useful | share | worst cosine |")
    print("|---:|---:|---:|---:|---:|---:|---:|---:|")
    rows = []
    for budget in (int(number) for number in sizes.split(",")):
        row = measure(encoder, texts, budget, options)
        rate = row["questions_per_second"]
        row.update(tokens_per_second=rate * tokens / len(texts), flop_per_second=rate * flop,
                   share_of_matrix_rate=rate * flop / hot)
        rows.append(row)
        cosine = f"{row['worst_cosine']:.6f}" if "worst_cosine" in row else ""
        print(f"| {budget:,} | {rate:,.1f} | {row['min']:,.1f} | {row['max']:,.1f} | "
              f"{row['tokens_per_second']:,.0f} | {rate * flop / 1e12:,.3f} | "
              f"{100 * row['share_of_matrix_rate']:.1f}% | {cosine} |", flush=True)
    print()
    return {"archive": archive.name, "device": name, "torch": torch.__version__, "matrix_rate": hot, "rows": rows}


def main():
    options = arguments()
    tokenizer = Tokenizer.from_file(str(options.model / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    lines = options.questions.read_text("utf-8").rstrip("\n").split("\n")
    texts = [encoding.ids for encoding in tokenizer.encode_batch([options.prefix + line for line in lines])]
    config = json.loads((options.model / "config.json").read_text("utf-8"))
    results = []
    for archive in options.archive:
        results.append(measure_archive(archive, config, texts, options))
        if options.out:  # after each, so that none is lost
            options.out.write_text(json.dumps(results, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
