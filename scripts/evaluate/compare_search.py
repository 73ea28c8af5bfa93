"""The same exact search with Questream, NumPy and faiss flat in one run.

    python compare_search.py [--passages 100000] [--questions 1000] [--dimensions 768] [--top-k 100] [--threads 2]

Random float32 vectors from a seed. Questream runs as the lab's SearchComparison (in its tests) in a process of its own, from the
vectors as a .npy file. What it finds must be what NumPy finds: the same passages, except where the scores of two
neighbours differ by less than 1e-4.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import time

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--passages", type=int, default=100_000)
parser.add_argument("--questions", type=int, default=1000)
parser.add_argument("--dimensions", type=int, default=768)
parser.add_argument("--top-k", type=int, default=100)
parser.add_argument("--threads", type=int, default=os.cpu_count())
parser.add_argument("--seed", type=int, default=1)
arguments = parser.parse_args()
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = str(arguments.threads)

import numpy as np  # noqa: E402  after the number of threads is set

ROOT = pathlib.Path(__file__).parents[2]
BLOCK = 8192


def numpy_search(questions, passages, k):
    best_scores = np.full((len(questions), 0), 0, "float32")
    best = np.zeros((len(questions), 0), "int64")
    for start in range(0, len(passages), BLOCK):
        scores = questions @ passages[start : start + BLOCK].T
        positions = np.broadcast_to(np.arange(start, start + scores.shape[1]), scores.shape)
        scores, positions = np.hstack([best_scores, scores]), np.hstack([best, positions])
        kept = np.argpartition(-scores, k - 1, axis=1)[:, :k] if scores.shape[1] > k else np.argsort(-scores, axis=1)
        best_scores, best = np.take_along_axis(scores, kept, 1), np.take_along_axis(positions, kept, 1)
    order = np.lexsort((best, -best_scores), axis=1)
    return np.take_along_axis(best, order, 1), np.take_along_axis(best_scores, order, 1)


def faiss_search(questions, passages, k):
    import faiss

    faiss.omp_set_num_threads(arguments.threads)
    index = faiss.IndexFlatIP(passages.shape[1])
    index.add(passages)
    start = time.perf_counter()
    scores, positions = index.search(questions, k)
    return positions, scores, time.perf_counter() - start


def questream_search(folder, k):
    lab = ROOT / "src/lab/target"
    classpath = f"{lab}/test-classes:{lab}/questream-lab.jar:{(lab / 'class-path').read_text()}"
    command = ["java", "-cp", classpath, "dev.questream.lab.retrieval.search.SearchComparison", str(folder), str(k), str(arguments.threads)]
    seconds = float(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split()[-1])
    positions = np.fromfile(folder / "positions.bin", "<i4").reshape(-1, k)
    scores = np.fromfile(folder / "scores.bin", "<f4").reshape(-1, k)
    return positions, scores, seconds


def require_same(name, positions, scores, expected, expected_scores):
    if not np.allclose(scores, expected_scores, atol=1e-4, rtol=1e-5):
        sys.exit(f"{name}: scores differ")
    for row in np.nonzero((positions != expected).any(axis=1))[0]:
        for rank in np.nonzero(positions[row] != expected[row])[0]:
            near = np.abs(expected_scores[row] - expected_scores[row][rank]) < 1e-4
            if near.sum() < 2 and rank < positions.shape[1] - 1:
                sys.exit(f"{name}: question {row} has another passage at rank {rank + 1}")


def main():
    random = np.random.default_rng(arguments.seed)
    passages = random.standard_normal((arguments.passages, arguments.dimensions), dtype="float32")
    questions = random.standard_normal((arguments.questions, arguments.dimensions), dtype="float32")
    k = arguments.top_k
    results = {}
    numpy_search(questions[:8], passages[: 2 * BLOCK], k)
    start = time.perf_counter()
    expected, expected_scores = numpy_search(questions, passages, k)
    results["numpy"] = time.perf_counter() - start
    try:
        positions, scores, results["faiss flat"] = faiss_search(questions, passages, k)
        require_same("faiss", positions, scores, expected, expected_scores)
    except ImportError:
        print("faiss is not installed; pip install faiss-cpu")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        np.save(folder / "passages.npy", passages)
        np.save(folder / "questions.npy", questions)
        positions, scores, results["questream"] = questream_search(folder, k)
    require_same("questream", positions, scores, expected, expected_scores)
    pairs = arguments.passages * arguments.questions
    print(f"{arguments.questions:,} questions, {arguments.passages:,} passages, {arguments.dimensions} dimensions, "
          f"top {k}, {arguments.threads} threads; the same passages found")
    for name, seconds in results.items():
        print(f"{name:<12}{seconds:8.2f} s {pairs / seconds:12.3g} scores/s")


if __name__ == "__main__":
    main()
