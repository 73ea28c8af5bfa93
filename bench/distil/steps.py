#!/usr/bin/env python3
"""Holds distil's steps against the same in PyTorch: the same weights, questions and threads, processes in turn.

    venv/bin/python bench/make_model.py /tmp/dpr-base
    venv/bin/python bench/distil/steps.py --model /tmp/dpr-base --questions qa.csv.gz --limit 256

What is shown of each: questions learnt a second (median, least and greatest of the rounds), and the most memory that
a process had. PyTorch's batches are padded: in order of arrival, which is what people run, and sorted by length over all
questions. Tokenizing is not counted. Writes results.json to --out.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import compare  # noqa: E402
sys.path.insert(0, str(HERE.parent / "peers"))
import peer  # noqa: E402


def contestants(options):
    seconds = ["--seconds", str(options.seconds), "--batch", str(options.batch), "--top-k", str(options.top_k)]
    inputs = options.out / "input"
    yield "Questream", [compare.LAUNCHER, "bench", "distil", "--json", "--rounds", "1", "--model", options.model,
                        "--questions", inputs / "texts.txt", "--set", "encoder.prefix=", "--set", "encoder.device=cpu",
                        *seconds]
    for order in ("arrival", "sorted"):
        yield f"PyTorch, padded, {order}", [sys.executable, HERE.parent / "peers" / "training_peer.py", "--model", options.model,
                                            "--input", inputs, "--order", order, *seconds]


def measure(command, digest):
    """Questions a second, and the largest resident memory in GB."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        process = subprocess.Popen([str(word) for word in command], stdout=out, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
        out.seek(0)
        err.seek(0)
        if status:
            raise SystemExit(f"{command[0]} failed: {err.read()[-800:]}")
        text = out.read()
    answer = json.loads(text if text.lstrip().startswith("{\n") else text.strip().splitlines()[-1])
    if answer.get("work", answer)["token_counts_sha256"] != digest:
        raise SystemExit("the token counts are not those of the tokenizer")
    rate = answer["questions_per_second"]
    return rate["median"] if isinstance(rate, dict) else rate, usage.ru_maxrss * 1024 / 1e9


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=pathlib.Path, required=True, help="folder made by make_model.py")
    parser.add_argument("--questions", type=pathlib.Path, required=True, help="DPR's qa.csv, .jsonl or text")
    parser.add_argument("--limit", type=int, default=256, help="the first N questions")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--top-k", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=30, help="a round takes at least so long")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("bench-results"))
    options = parser.parse_args()
    options.model, options.out = options.model.resolve(), options.out.resolve()
    before = os.getloadavg()[0]
    counts = compare.prepare(options)
    os.environ["OMP_NUM_THREADS"] = str(os.cpu_count())
    every = list(contestants(options))
    rates, memory = {name: [] for name, _ in every}, {name: 0.0 for name, _ in every}
    for turn in range(options.rounds):
        for name, command in every[turn % len(every):] + every[:turn % len(every)]:
            print(f"  round {turn + 1} of {options.rounds}: {name}", file=sys.stderr)
            rate, resident = measure(command, peer.counts_digest(counts))
            rates[name].append(rate)
            memory[name] = max(memory[name], resident)
    ours = statistics.median(rates["Questream"])
    where = compare.machine(before)
    print(f"{len(counts)} questions, mean {sum(counts) / len(counts):.1f} tokens, {options.batch} a step, {options.rounds} rounds, "
          f"{where['processor']}, {where['cores']} cores, {where['date']}, load average {before:.2f} before\n")
    print("| | questions/s | min | max | Questream's rate by it | peak memory, GB |\n|---|---:|---:|---:|---:|---:|")
    for name, found in rates.items():
        print(f"| {name} | {statistics.median(found):.1f} | {min(found):.1f} | {max(found):.1f} | "
              f"{ours / statistics.median(found):.2f} | {memory[name]:.2f} |")
    (options.out / "results.json").write_text(
        json.dumps({"machine": where, "rates": rates, "peak_memory_gb": memory}, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
