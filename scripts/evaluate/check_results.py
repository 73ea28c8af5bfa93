"""Recomputes answer recall from DPR's result file with reference.py and compares it with the report.

    python check_results.py results.json report.json
"""

import json
import sys

import reference


def main():
    with open(sys.argv[1], encoding="utf-8") as results_file, open(sys.argv[2], encoding="utf-8") as report_file:
        results, report = json.load(results_file), json.load(report_file)
    mode = report["match"]
    wrong = 0
    first_hits = []
    for question in results:
        first = 0
        for rank, passage in enumerate(question["ctxs"], start=1):
            found = reference.has_answer(question["answers"], passage["text"], mode)
            wrong += found != passage["has_answer"]
            first = first or (rank if found else 0)
        first_hits.append(first)
    if wrong:
        sys.exit(f"{wrong} passages are judged otherwise")
    for k, recall in report["models"][0]["recall"].items():
        expected = sum(0 < first <= int(k) for first in first_hits) / len(results)
        print(f"@{k}: {recall:.4%}, recomputed {expected:.4%}")
        if abs(recall - expected) > 1e-12:
            sys.exit("recall differs")


if __name__ == "__main__":
    main()
