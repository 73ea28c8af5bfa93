#!/usr/bin/env python3
"""Latency of the stream over a matrix of settings and loads.

Each --axis names a group of alternatives, separated by `/`; an alternative is a list of settings separated by
commas, or the word none. Every combination is one run of `questream bench stream`, which measures the capacity
first, then one question at a time on an idle stream, then each share of the capacity. Example, profile by guarantee:

  stream_matrix.py --axis profile=throughput/profile=latency \\
                   --axis processing.guarantee=exactly_once_v2/processing.guarantee=at_least_once \\
                   --load 0.2,0.5,0.8
"""
import argparse
import itertools
import json
import pathlib
import subprocess
import sys

LAUNCHER = pathlib.Path(__file__).resolve().parents[1] / "questream"


def axis(text):
    return [[] if option == "none" else option.split(",") for option in text.split("/")]


def bench(options, settings):
    command = [str(LAUNCHER), "bench", "stream", "--json", "--rate", "single", "--load", options.load, "--rounds", str(options.rounds),
               "--seconds", str(options.seconds), "--partitions", str(options.partitions),
               "--encoder", options.encoder]
    for flag, value in [("--model", options.model), ("--questions", options.questions),
                        ("--bootstrap-server", options.bootstrap_server)]:
        command += [flag, value] if value else []
    for setting in options.set + settings:
        command += ["--set", setting]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    return json.loads(done.stdout) if done.returncode == 0 else None


def show(label, found, options):
    capacity = found["capacity"]["questions_per_second"]["median"]
    shares = [f"{100 * float(share):.0f}% of {capacity:,.0f}" for share in options.load.split(",")]
    for share, load in zip(["one at a time", *shares], found["loads"]):
        latency = load["latency"]
        cells = [label, share, f"{load['questions_per_second']:,.0f}",
                 *[f"{latency[p]:,.0f}" for p in ("p50", "p99", "p999", "max")],
                 f"{load['commits_per_second']:.0f}"]
        print("| " + " | ".join(cells) + " |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--axis", type=axis, action="append", default=[], metavar="A/B")
    parser.add_argument("--load", default="0.2,0.5,0.8", help="shares of the capacity")
    parser.add_argument("--model")
    parser.add_argument("--questions")
    parser.add_argument("--bootstrap-server", help="default: an embedded broker")
    parser.add_argument("--encoder", choices=["model", "free"], default="model")
    parser.add_argument("--partitions", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="a setting for every run")
    parser.add_argument("--out", type=pathlib.Path, help="write everything that was found as JSON")
    options = parser.parse_args()
    print("| settings | load | questions/s | p50 ms | p99 ms | p99.9 ms | max ms | commits/s |")
    print("|---|---|---:|---:|---:|---:|---:|---:|", flush=True)
    runs, failed = [], 0
    for combination in itertools.product(*options.axis):
        settings = list(itertools.chain(*combination))
        label = ", ".join(settings) or "defaults"
        found = bench(options, settings)
        if found is None:
            failed += 1
            print(f"| {label} | failed, see above | | | | | | |", flush=True)
            continue
        show(label, found, options)
        runs.append({"settings": settings, "result": found})
    if options.out:
        options.out.write_text(json.dumps(runs, indent=2) + "\n", "utf-8")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
