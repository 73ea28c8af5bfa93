#!/usr/bin/env python3
"""Holds Questream's encoder against its peers: the same weights, the same questions, one run.

Each round runs every contestant once, in an order that shifts from round to round, so that whatever else the
machine does meets all of them. Every contestant warms up, measures whole passes over the questions and is
refused if the token counts that it reports are not those that the tokenizer gave. Writes a table to standard
output, and results.json, results.svg and results.png to --out.
"""
import argparse
import datetime
import hashlib
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys

from tokenizers import Tokenizer

HERE = pathlib.Path(__file__).resolve().parent
LAUNCHER = HERE.parent / "questream"
MAX_TOKENS = 512
QUIET = 0.5
ANY_COSINE = ["--set", "encoder.precision.min.cosine=0"]  # the table shows it; no gate


class Contestant:
    """A name, the reference that it is held against, and the command that measures it."""

    def __init__(self, name, against, command, ours=None, min_cosine=None):
        """ours: our precision; min_cosine: under it a peer's vectors are not the same model's, None if it writes none."""
        self.name, self.against, self.command = name, against, command
        self.ours, self.min_cosine = ours, min_cosine
        self.rounds, self.failure, self.cosine = [], None, None

    def median(self):
        return statistics.median(self.rounds)


def contestants(options):
    python, inputs, model = sys.executable, options.out / "input", options.model
    seconds = str(options.seconds)

    def ours(name, precision, *more):
        return Contestant(name, name, [
            str(LAUNCHER), "bench", "encoder", "--json", "--rounds", "1", "--seconds", seconds,
            "--questions", str(inputs / "texts.txt"), "--model", str(model),
            "--set", f"encoder.precision={precision}", "--set", "encoder.prefix=",
            *[word for setting in options.set for word in ("--set", setting)], *more], ours=precision)

    def peer(name, against, script, *more, interpreter=python, min_cosine=options.min_cosine):
        return Contestant(name, against, [
            interpreter, str(HERE / "peers" / script), "--model", str(model), "--input", str(inputs),
            "--seconds", seconds, *more], min_cosine=min_cosine)

    def java(name, against, mode):
        return Contestant(name, against, [
            str(HERE / "peers" / "one_by_one.sh"), str(model), str(inputs), mode, seconds])

    def openvino(precision, best, single, **bound):
        script = "openvino_peer.py"
        common = ["--precision", precision]
        return [
            peer(f"OpenVINO {precision}, 32, sorted, 1 stream", best, script, *common, **bound),
            peer(f"OpenVINO {precision}, 32, sorted, 2 streams", best, script, *common, "--streams", "2", **bound),
            peer(f"OpenVINO {precision}, one at a time", single, script, *common,
                 "--batch", "1", "--order", "arrival", **bound)]

    def wanted(every):
        return [c for c in every if not options.only or any(word.lower() in c.name.lower() for word in options.only)]

    if (model / "modules.json").exists():  # one family, made with --family
        return wanted([c for precision in ["bf16", "fp32"] for c in (
            ours(f"Questream {precision}", precision),
            peer(f"transformers {precision}, 32, sorted", f"Questream {precision}", "transformers_peer.py",
                 "--precision", precision, "--order", "sorted"))])

    every = []
    for precision in ["bf16", "fp32"]:
        best, single = f"Questream {precision}", f"Questream {precision}, one at a time"
        every.append(ours(best, precision))
        every.append(ours(single, precision, "--mode", "single"))
        for order in ["sorted", "arrival"]:
            every.append(peer(f"transformers {precision}, 32, {order}", best, "transformers_peer.py",
                              "--precision", precision, "--order", order))
        every.append(peer(f"transformers {precision}, one at a time", single, "transformers_peer.py",
                          "--precision", precision, "--batch", "1", "--order", "arrival"))
        every.append(peer(f"sentence-transformers {precision}", best, "sentence_transformers_peer.py",
                          "--precision", precision))
        every.extend(openvino(precision, best, single))
    best, single = "Questream int8", "Questream int8, one at a time"
    every.append(ours(best, "int8", *ANY_COSINE))
    every.append(ours(single, "int8", *ANY_COSINE, "--mode", "single"))
    every.extend(openvino("int8", best, single, min_cosine=-1))
    best, single = "Questream fp32", "Questream fp32, one at a time"
    every.append(peer("ONNX Runtime fp32, 32, sorted", best, "onnxruntime_peer.py"))
    every.append(peer("ONNX Runtime fp32, one at a time", single, "onnxruntime_peer.py",
                      "--batch", "1", "--order", "arrival"))
    every.append(java("LangChain4j fp32, one at a time", best, "embed"))
    every.append(java("LangChain4j fp32 in an SMT", best, "smt"))
    if options.infinity_python:
        every.append(peer("Infinity fp32", best, "infinity_peer.py", interpreter=options.infinity_python))
    return wanted(every)


def prepare(options):
    """Writes texts.txt and ids.json and gives the token counts."""
    try:
        texts = read_questions(options.questions)[:options.limit]
    except (OSError, EOFError, ValueError, KeyError, TypeError) as wrong:
        sys.exit(f"{options.questions} is no file of questions: {wrong!r}")
    if not texts:
        sys.exit(f"there is no question in {options.questions}")
    file = options.model / "tokenizer.json"
    if not file.is_file():
        sys.exit(f"{file} is not there; bench/make_model.py makes such a folder")
    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    ids = [encoding.ids for encoding in tokenizer.encode_batch(texts)]
    too_long = sum(len(i) > MAX_TOKENS for i in ids)
    if too_long:
        sys.exit(f"{too_long} questions have over {MAX_TOKENS} tokens; leave them out, contestants cut differently")
    folder = options.out / "input"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "texts.txt").write_text("\n".join(texts) + "\n", "utf-8")
    (folder / "ids.json").write_text(json.dumps(ids), "utf-8")
    return [len(i) for i in ids]


def read_questions(file):
    """One question a line, each on one line: DPR's qa.csv (first column), JSON lines or text; also .gz."""
    import csv
    import gzip

    with (gzip.open if file.suffix == ".gz" else open)(file, "rt", encoding="utf-8", newline="") as lines:
        name = file.name.removesuffix(".gz")
        if name.endswith((".csv", ".tsv")):
            texts = [row[0] for row in csv.reader(lines, delimiter="\t") if row]
        elif name.endswith(".jsonl"):
            texts = [json.loads(line)["text"] for line in lines if line.strip()]
        else:
            texts = list(lines)
    return [" ".join(text.split()) for text in texts if text.strip()]


def measure(contestant, digest, check, options):
    command = list(contestant.command)
    vectors = options.out / "vectors.npy"
    checked = check and contestant.min_cosine is not None
    if checked:
        command += ["--vectors", str(vectors)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=options.timeout, check=False)
    if done.returncode != 0:
        raise RuntimeError("exit status %d: %s" % (done.returncode, done.stderr.strip()[-500:]))
    lines = done.stdout.strip().splitlines()
    if not lines:
        raise RuntimeError("it printed nothing")
    answer = json.loads(done.stdout if contestant.ours else lines[-1])
    found = answer["work"]["token_counts_sha256"] if contestant.ours else answer["token_counts_sha256"]
    if found != digest:
        raise RuntimeError("its token counts are not those of the tokenizer: it was given other work")
    if checked:
        contestant.cosine = worst_cosine_of_files(vectors, options.out / "ours.npy")
        if not contestant.cosine >= contestant.min_cosine:  # nor not a number
            raise RuntimeError(f"its vectors are not ours: worst cosine {contestant.cosine:.4f} to Questream in fp32")
    rate = answer["questions_per_second"]
    return rate["median"] if contestant.ours else rate


def our_vectors(options, precision, file):
    subprocess.run(
        [str(LAUNCHER), "encode", "--model", str(options.model), "--precision", precision, "--prefix", "",
         "--input", str(options.out / "input" / "texts.txt"), "--output", str(file),
         *ANY_COSINE, "--output-format", "npy"], check=True)


def quality(options, field):
    """Notes the worst cosine of our vectors in each lower precision that took part to those in float32."""
    for precision in ["bf16", "int8"]:
        ours = [c for c in field if c.ours == precision and not c.failure]
        if ours:
            lower = options.out / f"ours-{precision}.npy"
            try:
                our_vectors(options, precision, lower)
            except subprocess.CalledProcessError as failure:  # what has been measured counts
                print(f"no cosine of {precision}: {failure}", file=sys.stderr)
                continue
            worst = worst_cosine_of_files(lower, options.out / "ours.npy")
            for contestant in ours:
                contestant.cosine = worst


def worst_cosine(found, exact):
    """The least cosine between rows of two matrices, in float64."""
    import numpy

    a, b = found.astype(numpy.float64), exact.astype(numpy.float64)
    norms = numpy.linalg.norm(a, axis=1) * numpy.linalg.norm(b, axis=1)
    return float(((a * b).sum(axis=1) / norms).min())


def worst_cosine_of_files(found, exact):
    import numpy

    return worst_cosine(numpy.load(found), numpy.load(exact))


def compare(options, field, counts):
    digest = hashlib.sha256(",".join(map(str, counts)).encode()).hexdigest()
    try:
        our_vectors(options, "fp32", options.out / "ours.npy")
    except subprocess.CalledProcessError as failure:
        sys.exit(f"no vectors to compare with: questream encode ended with status {failure.returncode}")
    for number in range(options.rounds):
        shift = number % len(field)
        for contestant in field[shift:] + field[:shift]:
            if contestant.failure:
                continue
            print(f"round {number + 1} of {options.rounds}: {contestant.name}", file=sys.stderr, flush=True)
            try:
                contestant.rounds.append(measure(contestant, digest, number == 0, options))
            except (RuntimeError, OSError, ValueError, KeyError, subprocess.TimeoutExpired) as failure:
                contestant.failure = str(failure)
                print(f"  left out: {failure}", file=sys.stderr, flush=True)


def rows(field):
    by_name = {c.name: c for c in field}
    for c in field:
        if c.failure:
            yield {"name": c.name, "failure": c.failure}
            continue
        reference = by_name.get(c.against)
        ratio = reference.median() / c.median() if reference and reference.rounds and not reference.failure else None
        yield {"name": c.name, "median": c.median(), "min": min(c.rounds), "max": max(c.rounds),
               "rounds": c.rounds, "against": c.against, "ours_times_faster": ratio, "worst_cosine": c.cosine}


def table(results):
    yield "| contestant | questions/s | min | max | Questream is so many times as fast | worst cosine |"
    yield "|---|---:|---:|---:|---:|---:|"
    for r in results:
        if "failure" in r:
            yield f"| {r['name']} | left out: {r['failure'].splitlines()[-1][:80]} | | | | |"
        else:
            ratio = r["ours_times_faster"]
            shown = "" if ratio is None or r["name"] == r["against"] else f"{ratio:.2f}"
            cosine = "" if r["worst_cosine"] is None else f"{r['worst_cosine']:.6f}"
            yield f"| {r['name']} | {r['median']:,.1f} | {r['min']:,.1f} | {r['max']:,.1f} | {shown} | {cosine} |"


def plot(results, options):
    """Draws last of all, so that nothing measured is lost where it cannot."""
    try:
        import matplotlib
        matplotlib.use("Agg")
        from matplotlib import pyplot
    except ImportError as missing:
        print(f"\nno picture: {missing}", file=sys.stderr)
        return

    shown = [r for r in results if "failure" not in r][::-1]
    if not shown:
        return
    figure, axes = pyplot.subplots(figsize=(9, 1 + 0.32 * len(shown)))
    medians = [r["median"] for r in shown]
    spread = [[r["median"] - r["min"] for r in shown], [r["max"] - r["median"] for r in shown]]
    colours = ["#1f6f8b" if r["name"].startswith("Questream") else "#b8b8b8" for r in shown]
    axes.barh([r["name"] for r in shown], medians, xerr=spread, color=colours, ecolor="#444444", capsize=2)
    axes.set_xlabel("questions/s (median; whiskers from least to greatest round)")
    axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(options.out / "results.svg")
    figure.savefig(options.out / "results.png", dpi=150)


def machine(load_before):
    name = platform.processor()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            name = next((l.split(":")[1].strip() for l in lines if l.startswith("model name")), name)
    except OSError:
        pass
    return {"processor": name, "cores": os.cpu_count(), "os": platform.platform(),
            "load_before": load_before, "load_after": os.getloadavg()[0],
            "date": datetime.date.today().isoformat(), "command": " ".join(sys.argv)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=pathlib.Path, required=True, help="folder made by make_model.py")
    parser.add_argument("--questions", type=pathlib.Path, default=HERE.parent / "src/lab/src/main/resources/demo/questions.jsonl",
                        help="DPR's qa.csv, .jsonl or text; default: the demo's")
    parser.add_argument("--limit", type=int, default=1024, help="the first N questions")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5, help="a round of one contestant takes at least so long")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("bench-results"))
    parser.add_argument("--only", action="append", metavar="WORD", help="contestants whose names contain it; repeatable")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="a setting of Questream")
    parser.add_argument("--infinity-python", help="Python with infinity_emb (it pins other versions of torch)")
    parser.add_argument("--min-cosine", type=float, default=0.99, help="vectors under it are not the same model's")
    parser.add_argument("--timeout", type=float, default=900, help="seconds that one contestant may take")
    options = parser.parse_args()
    if options.rounds < 1 or options.limit < 1 or not 0 <= options.seconds < options.timeout:
        parser.error("--rounds and --limit must be at least 1, --seconds between 0 and --timeout")
    options.model, options.out = options.model.resolve(), options.out.resolve()
    field = contestants(options)
    if not field:
        parser.error(f"no contestant has one of {options.only} in its name; bench/README.md lists them")
    before = os.getloadavg()[0]
    counts = prepare(options)
    compare(options, field, counts)
    quality(options, field)
    results = list(rows(field))
    where = machine(before)
    summary = {"machine": where, "questions": len(counts), "tokens": sum(counts), "model": options.model.name,
               "rounds": options.rounds, "results": results}
    (options.out / "results.json").write_text(json.dumps(summary, indent=2) + "\n", "utf-8")
    print(f"{len(counts)} questions, mean {sum(counts) / len(counts):.1f} tokens, {options.rounds} rounds,"
          f" {where['processor']}, {where['cores']} cores, {where['date']}\n")
    print("\n".join(table(results)))
    print("\nworst cosine: of all questions' vectors to those of Questream in fp32")
    if before > QUIET:
        print(f"\nWARNING: the load average was {before:.2f} at the beginning, over {QUIET}: other programs took part")
    plot(results, options)
    return 1 if any("failure" in r for r in results) else 0


if __name__ == "__main__":
    sys.exit(main())
