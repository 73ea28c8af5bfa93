#!/usr/bin/env python3
"""Makes a file for `distil --teacher-scores` of what other encoders say, without a reader.

    ./questream evaluate --questions qa.csv --passages psgs.tsv --top-k 200 --question-model A --question-model B \\
        --results a.json --results b.json --report report.json
    python3 bench/distil/teacher_scores.py --results a.json --results b.json --out scores.jsonl

The score of a passage is a logit: the mean, over the encoders and BM25, of scores with mean 0 and deviation 1 among the
passages of a question that all encoders found; times --scale. With --answers X a passage that holds an answer gets X more:
a teacher that knows the answers, as a reader that was trained on them does.

--shuffle SEED deals the scores of each question out anew among its passages: a teacher who knows nothing.
"""
import argparse
import collections
import json
import math
import pathlib
import random
import re
import statistics

K1, B = 1.2, 0.75


def words(text):
    return re.findall(r"\w+", text.lower())


class Bm25:
    """Over the passages that were found for any question."""

    def __init__(self, texts):
        self.counts = {key: collections.Counter(words(text)) for key, text in texts.items()}
        self.lengths = {key: sum(counts.values()) for key, counts in self.counts.items()}
        self.mean = statistics.fmean(self.lengths.values())
        frequency = collections.Counter(word for counts in self.counts.values() for word in counts)
        self.weights = {word: math.log(1 + (len(texts) - n + 0.5) / (n + 0.5)) for word, n in frequency.items()}

    def score(self, asked, key):
        counts, length = self.counts[key], self.lengths[key]
        saturation = K1 * (1 - B + B * length / self.mean)
        return sum(self.weights[word] * counts[word] * (K1 + 1) / (counts[word] + saturation)
                   for word in asked if word in counts)


def standard(scores):
    mean, deviation = statistics.fmean(scores), statistics.pstdev(scores)
    return [(score - mean) / deviation if deviation else 0.0 for score in scores]


def teacher(found, bm25, options, generator):
    """Scores of a question by passage id, of what each encoder found for it."""
    scores = [{passage["id"]: float(passage["score"]) for passage in each["ctxs"]} for each in found]
    ids = [key for key in scores[0] if all(key in other for other in scores)]
    columns = [standard([each[key] for key in ids]) for each in scores]
    asked = words(found[0]["question"])
    columns.append(standard([bm25.score(asked, key) for key in ids]))
    hits = {passage["id"] for passage in found[0]["ctxs"] if passage["has_answer"]}
    values = [options.scale * statistics.fmean(row) + options.answers * (key in hits)
              for key, *row in zip(ids, *columns)]
    if options.shuffle is not None:
        generator.shuffle(values)
    return dict(zip(ids, values)), hits


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=pathlib.Path, action="append", required=True, help="of evaluate, one an encoder")
    parser.add_argument("--scale", type=float, default=3)
    parser.add_argument("--answers", type=float, default=0, help="more for a passage with an answer")
    parser.add_argument("--shuffle", type=int, metavar="SEED")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    options = parser.parse_args()
    results = [json.loads(file.read_text("utf-8")) for file in options.results]
    texts = {passage["id"]: f"{passage['title']} {passage['text']}" for each in results[0] for passage in each["ctxs"]}
    bm25, generator, first = Bm25(texts), random.Random(options.shuffle), 0
    with options.out.open("w", encoding="utf-8") as out:
        for found in zip(*results):
            if len({each["question"] for each in found}) > 1:
                raise SystemExit("the results are of other questions, or in another order")
            scores, hits = teacher(found, bm25, options, generator)
            first += max(scores, key=scores.get) in hits
            for key, score in scores.items():
                out.write(json.dumps({"question": found[0]["question"], "passage": key, "score": round(score, 4)}) + "\n")
    print(f"the passage that it likes most has an answer for {100 * first / len(results[0]):.2f}% of the questions")


if __name__ == "__main__":
    main()
