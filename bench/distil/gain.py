#!/usr/bin/env python3
"""Measures what distillation gains: held-out answer recall before and after, over splits, with a control.

    python3 bench/distil/gain.py --questions qa.csv --passages psgs.tsv --student minilm --teacher e5 --teacher bge \\
        --out /tmp/gain --recipe "--epochs 4 --learning-rate 2e-5" --recipe "--epochs 6 --learning-rate 6e-5"

See README.md beside this file for what is measured, and on which questions. Needs Python and NumPy.
"""
import argparse
import collections
import csv
import json
import pathlib
import random
import re
import shlex
import subprocess
import sys
import time

import numpy

HERE = pathlib.Path(__file__).resolve().parent
LAUNCHER = HERE.parent.parent / "questream"
SAMPLES = 10_000


class Split:
    """Numbers of the questions that are learnt from, and of those that are asked in the end."""

    def __init__(self, name, learnt, test):
        self.name, self.learnt, self.test = name, learnt, test


class Task:
    """Questions with the ranks that every model gives the first passage with an answer."""

    def __init__(self, options):
        self.options = options
        self.lines = options.questions.read_text("utf-8").splitlines(keepends=True)
        with options.passages.open(newline="", encoding="utf-8") as rows:
            self.depth = min(options.depth, sum(1 for _ in csv.reader(rows, delimiter="\t")) - 1)
        options.out.mkdir(parents=True, exist_ok=True)
        models = [options.student, *options.teacher]
        self.found = [self.evaluate(model, options.questions, f"full-{number}") for number, model in enumerate(models)]
        self.before = ranks(self.found[0])
        for model, found in zip(models, self.found):
            print(f"{model}: {worded(ranks(found))}", flush=True)
        self.teacher = f"teacher-{options.teacher_scale:g}-{options.answers:g}"
        self.teach(self.teacher, "--answers", options.answers)
        if options.control:
            self.teach("shuffled", "--shuffle", options.seed)

    def teach(self, name, *words):
        """Writes the scores NAME.jsonl."""
        results = [word for number in range(1, len(self.found)) for word in ("--results", self.path(f"full-{number}.json"))]
        said = pathlib.Path(self.path(f"{name}.log"))
        if not said.exists():
            run([sys.executable, HERE / "teacher_scores.py", *results, "--scale", self.options.teacher_scale, "--out",
                 self.path(f"{name}.jsonl"), *words], said)
        print(f"{name}: {said.read_text('utf-8').strip()}", flush=True)

    def path(self, name):
        return str(self.options.out / name)

    def evaluate(self, model, questions, name):
        """DPR's results of a question encoder; those of the student and its pupils over the student's passage vectors."""
        results = pathlib.Path(self.path(f"{name}.json"))
        if not results.exists():
            passages = [] if model in self.options.teacher else ["--passage-model", str(self.options.student)]
            run([LAUNCHER, "evaluate", "--questions", questions, "--passages", self.options.passages, "--top-k",
                 self.depth, "--question-model", model, *passages, "--results", results,
                 "--set", "cache.dir=" + self.path("cache"), "--set", "encoder.precision=fp32"], self.path(f"{name}.log"))
        return json.loads(results.read_text("utf-8"))

    def subset(self, name, numbers):
        file = pathlib.Path(self.path(f"{name}.csv"))
        file.write_text("".join(self.lines[number] for number in numbers), "utf-8")
        return file

    def article(self, number):
        """The title of the first passage with an answer that a teacher finds."""
        return next((p["title"] for p in self.found[-1][number]["ctxs"] if p["has_answer"]), "")

    def distil(self, split, held_out, scores, recipe):
        """The folder of what was learnt, absent if no epoch was better, and what the command printed."""
        name = "-".join([split.name, scores, *re.findall(r"[\w.]+", recipe)])
        folder, printed = pathlib.Path(self.path(name)), pathlib.Path(self.path(f"{name}.log"))
        if not printed.exists():
            begin = time.time()
            run([LAUNCHER, "distil", "--questions", self.subset(f"{split.name}-learnt", split.learnt), "--passages",
                 self.options.passages, "--question-model", self.options.student, "--passage-model", self.options.student,
                 "--held-out", self.subset("development", held_out), "--teacher-scores", self.path(f"{scores}.jsonl"),
                 "--set", "cache.dir=" + self.path("cache"), "--set", "encoder.precision=fp32",
                 "--output", folder, *shlex.split(recipe)], printed, allowed=(0, 8))
            print(f"{name}: {time.time() - begin:.0f} s", flush=True)
        return folder, printed.read_text("utf-8")

    def after(self, split, folder):
        """Ranks of the test questions by what was learnt."""
        if not folder.exists():
            return self.before[split.test]
        return ranks(self.evaluate(folder, self.subset(f"{split.name}-test", split.test), folder.name + "-test"))


def run(command, log, allowed=(0,)):
    part = pathlib.Path(f"{log}.part")
    with part.open("w", encoding="utf-8") as out:
        status = subprocess.run([str(word) for word in command], stdout=out, stderr=subprocess.STDOUT).returncode
    if status not in allowed:
        raise SystemExit(f"status {status}, see {part}: {shlex.join(str(word) for word in command)}")
    part.rename(log)


def ranks(results):
    """Of the first passage with an answer; infinity for none."""
    return numpy.array([next((rank for rank, passage in enumerate(each["ctxs"], 1) if passage["has_answer"]), numpy.inf)
                        for each in results])


def recall(values, k):
    return 100 * float(numpy.mean(values <= k))


def worded(values):
    return f"@1 {recall(values, 1):.2f} @5 {recall(values, 5):.2f} MRR {float(numpy.mean(1 / values)):.4f}"


def splits(task, development, options):
    """Folds by chance, then by article; development questions are in none of them."""
    rest = [number for number in range(len(task.lines)) if number not in set(development)]
    shuffled = rest[:]
    random.Random(options.seed).shuffle(shuffled)
    groups = [(f"random-{fold + 1}", sorted(shuffled[fold::options.folds])) for fold in range(options.folds)]
    articles = collections.defaultdict(list)
    for number in rest:
        articles[task.article(number)].append(number)
    sizes = collections.Counter()  # the largest articles first, each to the fold that has the fewest questions
    folds = collections.defaultdict(list)
    for title in sorted(articles, key=lambda title: -len(articles[title])):
        smallest = min(range(options.folds), key=lambda fold: sizes[fold])
        sizes[smallest] += len(articles[title])
        folds[smallest] += articles[title]
    groups += [(f"article-{fold + 1}", sorted(folds[fold])) for fold in sorted(folds) if folds[fold]]
    return [Split(name, [n for n in rest if n not in set(test)], numpy.array(test)) for name, test in groups]


def interval(samples):
    return tuple(float(bound) for bound in numpy.percentile(samples, [2.5, 97.5]))


def bootstrap(differences, generator):
    """Paired: of the questions of one split."""
    return interval(100 * generator.choice(differences, (SAMPLES, len(differences))).mean(axis=1))


def hierarchical(groups, generator):
    """Splits are drawn first, and then questions within each."""
    sums, sizes = numpy.zeros(SAMPLES), numpy.zeros(SAMPLES)
    for _ in groups:
        drawn = generator.integers(0, len(groups), SAMPLES)
        for number, group in enumerate(groups):
            chosen = numpy.flatnonzero(drawn == number)
            sums[chosen] += generator.choice(group, (len(chosen), len(group))).sum(axis=1)
            sizes[chosen] += len(group)
    return interval(100 * sums / sizes)


def row(name, before, after, bounds):
    cells = [f"{name} | {len(before)}"]
    for k in (1, 5):
        low, high = bounds[k]
        cells.append(f"{recall(before, k):.2f} | {recall(after, k):.2f} | "
                     f"{recall(after, k) - recall(before, k):+.2f} | {low:+.2f} to {high:+.2f}")
    print("| " + " | ".join(cells) + " |", flush=True)


def table(title, measured, generator):
    print(f"\n{title}\n\n| split | questions | @1 before | after | gain | 95% | @5 before | after | gain | 95% |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    groups = {1: [], 5: []}
    for name, before, after in measured:
        for k in groups:
            groups[k].append((after <= k).astype(float) - (before <= k))
        row(name, before, after, {k: bootstrap(groups[k][-1], generator) for k in groups})
    before, after = (numpy.concatenate([each[part] for each in measured]) for part in (1, 2))
    row("all", before, after, {k: hierarchical(groups[k], generator) for k in groups})


def chosen(task, development, recipes):
    """The recipe after whose best epoch the development questions have the best mean reciprocal rank."""
    if len(recipes) == 1:
        return recipes[0]
    rest = [number for number in range(len(task.lines)) if number not in set(development)]
    found = {}
    for recipe in recipes:
        printed = task.distil(Split("development", rest, None), development, task.teacher, recipe)[1]
        found[recipe] = max(float(rank) for rank in re.findall(r"MRR ([\d.]+)", printed))
        print(f"development, {recipe}: MRR {found[recipe]:.4f} in the best epoch, {validation(printed)}", flush=True)
    best = max(found, key=found.get)
    print(f"recipe: {best}", flush=True)
    return best


def validation(printed):
    """@1 of the development questions before and after the last epoch."""
    found = re.findall(r"recall @1 ([\d.]+)", printed)
    return f"@1 {found[0]} to {found[-1]}" + ("" if "wrote" in printed else ", nothing written")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=pathlib.Path, required=True, help="qa.csv, plain")
    parser.add_argument("--passages", type=pathlib.Path, required=True, help="psgs.tsv")
    parser.add_argument("--student", type=pathlib.Path, required=True, help="folder of the encoder that learns")
    parser.add_argument("--teacher", type=pathlib.Path, action="append", required=True, help="folder of another encoder")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="what is there already is not measured again")
    parser.add_argument("--recipe", action="append", required=True,
                        help="options of distil, in one word; of several the best on the development questions is taken")
    parser.add_argument("--by", action="append", choices=["random", "article"], help="kinds of splits; default: both")
    parser.add_argument("--control", action="store_true", help="also with shuffled scores, on the first kind")
    parser.add_argument("--teacher-scale", type=float, default=3)
    parser.add_argument("--answers", type=float, default=3, help="what an answer adds to the teacher's score")
    parser.add_argument("--depth", type=int, default=200, help="passages of a question that the teacher scores")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--development-share", type=float, default=0.15)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    task = Task(options)
    count = len(task.lines)
    development = sorted(random.Random(options.seed).sample(range(count), round(options.development_share * count)))
    recipe = chosen(task, development, options.recipe)
    every = splits(task, development, options)
    generator = numpy.random.default_rng(options.seed)
    kinds = options.by or ["random", "article"]
    for kind, scores in [(kind, task.teacher) for kind in kinds] + [(kind, "shuffled") for kind in kinds[:options.control]]:
        measured, notes = [], []
        for split in (each for each in every if each.name.startswith(kind)):
            # the teacher of the control knows nothing of answers, and neither may the loss
            words = re.sub(r"--supervised\S*\s+\S+", "", recipe) if scores == "shuffled" else recipe
            folder, printed = task.distil(split, development, scores, words)
            measured.append((split.name, task.before[split.test], task.after(split, folder)))
            notes.append(f"{split.name}: {validation(printed)}")
        table(f"Splits by {kind}, scores: {scores}", measured, generator)
        print("\ndevelopment questions, before and after the last epoch: " + "; ".join(notes), flush=True)


if __name__ == "__main__":
    main()
