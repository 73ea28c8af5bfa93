"""What every Python peer shares: its input, its rounds, its answer.

The input is made by compare.py: `texts.txt` (one question a line) and `ids.json` (their token ids, special
tokens included, in the same order). The answer is one JSON object on the last line of standard output.
"""
import argparse
import hashlib
import json
import pathlib
import time


def arguments(description, *more_precisions):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--model", type=pathlib.Path, required=True, help="folder made by make_model.py")
    parser.add_argument("--input", type=pathlib.Path, required=True, help="folder with texts.txt and ids.json")
    parser.add_argument("--precision", choices=["fp32", "bf16", *more_precisions], default="fp32")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--order", choices=["sorted", "arrival"], default="sorted",
                        help="sorted: by length over all questions, as an offline job can")
    parser.add_argument("--seconds", type=float, default=5, help="a round takes at least so long")
    parser.add_argument("--vectors", type=pathlib.Path, help="write the vectors of all questions (.npy)")
    return parser


def texts(folder):
    return (folder / "texts.txt").read_text("utf-8").rstrip("\n").split("\n")


def ids(folder):
    return json.loads((folder / "ids.json").read_text("utf-8"))


def order(lengths, how):
    """Indices in the order in which questions are put into batches."""
    return sorted(range(len(lengths)), key=lambda i: -lengths[i]) if how == "sorted" else range(len(lengths))


def batches(indices, size):
    indices = list(indices)
    return [indices[i:i + size] for i in range(0, len(indices), size)]


def padded(ids, batch):
    """Token ids and attention mask of a batch, as wide as its longest text."""
    import numpy

    width = max(len(ids[i]) for i in batch)
    input_ids = numpy.zeros((len(batch), width), numpy.int64)
    mask = numpy.zeros((len(batch), width), numpy.int64)
    for row, i in enumerate(batch):
        input_ids[row, :len(ids[i])] = ids[i]
        mask[row, :len(ids[i])] = 1
    return input_ids, mask


def counts_digest(counts):
    """The same digest as in `questream bench encoder --json`."""
    return hashlib.sha256(",".join(map(str, counts)).encode()).hexdigest()


def run(peer, options, counts, encode_all):
    """Warms up with one pass, then measures whole passes; `encode_all` encodes every question once."""
    vectors = encode_all()
    passes, start = 0, time.perf_counter()
    while passes == 0 or time.perf_counter() - start < options.seconds:
        encode_all()
        passes += 1
    seconds = time.perf_counter() - start
    if options.vectors:
        import numpy
        numpy.save(options.vectors, vectors)
    print(json.dumps({
        "peer": peer, "questions": len(counts), "tokens": sum(counts), "seconds": seconds, "passes": passes,
        "questions_per_second": passes * len(counts) / seconds,
        "token_counts_sha256": counts_digest(counts)}))
