#!/usr/bin/env python3
"""How Questream scales: workers, partitions, processes, length of questions. One command of `questream bench` per row.

`workers` and `lengths` measure the encoder, `partitions` and `processes` the stream; with as many processes as
`processes` says, all cores are shared out among them, a worker for each. Questions of one length are made of one
word, so that the tokens are known; the cost of a question must grow with its tokens and with nothing else:
the column GFLOP/s, useful work, stays level where it does.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

LAUNCHER = pathlib.Path(__file__).resolve().parents[1] / "questream"
SPECIAL_TOKENS = 2
WORD = "time"  # one token in every BERT vocabulary


def bench(kind, options, *more):
    command = [str(LAUNCHER), "bench", kind, "--json", "--rounds", str(options.rounds),
               "--seconds", str(options.seconds), *more]
    if options.model:
        command += ["--model", options.model]
    for setting in options.set:
        command += ["--set", setting]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        sys.exit("%s ended with exit status %d" % (" ".join(command), done.returncode))
    return json.loads(done.stdout)


def questions(options):
    return ["--questions", options.questions] if options.questions else []


def encoder_row(label, found):
    rate, work = found["questions_per_second"], found["work"]
    return {"what": label, "questions_per_second": rate["median"], "min": rate["min"], "max": rate["max"],
            "tokens_per_question": work["tokens"] / work["questions"],
            "tokens_per_second": found["tokens_per_second"]["median"],
            "gflop_per_second": found["gflop_per_second"]["median"],
            "share_of_matrix_rate": found["share_of_matrix_rate"], "load_before": found["machine"]["load_before"]}


def workers(options):
    for count in options.workers:
        found = bench("encoder", options, *questions(options), "--set", f"encoder.workers={count}")
        yield encoder_row(f"{count} workers", found)


def lengths(options):
    for length in options.lengths:
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "questions.txt"
            count = max(64, options.tokens // length)
            file.write_text((" ".join([WORD] * (length - SPECIAL_TOKENS)) + "\n") * count, "utf-8")
            found = bench("encoder", options, "--questions", str(file), "--set", "encoder.prefix=")
        if found["work"]["tokens"] != length * found["work"]["questions"]:
            sys.exit(f"questions of {length} tokens were meant, there are {found['work']}; another tokenizer?")
        yield encoder_row(f"{length} tokens", found)


def stream_row(label, options, *more):
    found = bench("stream", options, *questions(options), "--encoder", options.encoder, *more)
    capacity = found["capacity"]
    rate, last = capacity["questions_per_second"], capacity["rounds"][-1]
    return {"what": label, "questions_per_second": rate["median"], "min": rate["min"], "max": rate["max"],
            "share_of_encoder": capacity.get("share_of_encoder"), "mean_batch_tokens": last["mean_batch_tokens"],
            "stages": last["stages"], "cores": last["cores"], "load_before": found["machine"]["load_before"]}


def partitions(options):
    for count in options.partitions:
        yield stream_row(f"{count} partitions", options, "--partitions", str(count))


def processes(options):
    for count in options.processes:
        workers = max(1, (os.cpu_count() or 1) // count)
        yield stream_row(f"{count} processes, {workers} workers each", options, "--processes", str(count),
                         "--set", f"encoder.workers={workers}")


def show(row):
    share = row.get("share_of_matrix_rate", row.get("share_of_encoder"))
    cells = [row["what"], f"{row['questions_per_second']:,.1f}", f"{row['min']:,.1f}", f"{row['max']:,.1f}",
             f"{row['tokens_per_second']:,.0f}" if "tokens_per_second" in row else "",
             f"{row['gflop_per_second']:,.0f}" if "gflop_per_second" in row else "",
             "" if share is None else f"{100 * share:.1f}%"]
    print("| " + " | ".join(cells) + " |", flush=True)


def numbers(text):
    return [int(number) for number in text.split(",")]


def main():
    kinds = {"workers": workers, "lengths": lengths, "partitions": partitions, "processes": processes}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kinds", nargs="*", metavar="KIND", help="workers, lengths, partitions, processes; default: all")
    parser.add_argument("--model")
    parser.add_argument("--questions", help="file of questions; default: the demo's")
    parser.add_argument("--workers", type=numbers, default=[1, 2])
    parser.add_argument("--lengths", type=numbers, default=[8, 16, 32, 64, 128, 512])
    parser.add_argument("--partitions", type=numbers, default=[1, 4, 16, 64])
    parser.add_argument("--processes", type=numbers, default=[1, 2])
    parser.add_argument("--encoder", choices=["model", "free"], default="model", help="for partitions and processes")
    parser.add_argument("--tokens", type=int, default=16384, help="tokens of a set of questions of one length")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="a setting of Questream")
    parser.add_argument("--out", type=pathlib.Path, help="write all rows as JSON")
    options = parser.parse_args()
    unknown = set(options.kinds) - set(kinds)
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(kinds)}")
    rows = []
    for kind in options.kinds or kinds:
        print(f"\n| {kind} | questions/s | min | max | tokens/s | GFLOP/s | "
              f"{'of the encoder' if kind in ('partitions', 'processes') else 'of the matrix rate'} |")
        print("|---|---:|---:|---:|---:|---:|---:|")
        for row in kinds[kind](options):
            show(row)
            rows.append({"kind": kind, **row})
    if options.out:
        options.out.write_text(json.dumps(rows, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
