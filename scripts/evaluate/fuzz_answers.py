"""Compares has_answer of Questream with reference.py on random cases.

    python fuzz_answers.py [--cases 200000] [--seed 1]

Writes the cases with what the reference decides, then lets the Java test decide them too.
Code points are drawn from those that both Unicode tables know.
"""

import argparse
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import unicodedata
import warnings

import reference

warnings.simplefilter("ignore")
ROOT = pathlib.Path(__file__).parents[2]
JDK17_UNICODE = "13.0"  # the oldest Java that is supported

# Drawn often: what the rules turn on. Then whole ranges of scripts, marks, symbols, separators, controls.
PIECES = (
    "a b c A B C the The 1 2 1905 10th . , ' - _ \" & $ % \u00e9 e\u0301 \u03a3 \u03c3 \u03c2 \u0130 \u0131 \u00df \u1e9e"
    " \u00a0 \u200b \u00ad \u2019 \u2013 \u0301 \u0345 \u02b0 \u00b7 \u2260 \u212b \ufb01 \u2167 \u00b2 \U0001f681 \u200d"
    " \U00010400 \ue000 \ufffd \u5341 \ud55c \u1112 \u1161"
).split(" ") + [" ", " ", " ", "\t", "\n", "\r", "\u2028", "\x00", "\x1c"]
RANGES = [(0, 0x250), (0x250, 0x600), (0x600, 0x1100), (0x1100, 0x2000), (0x2000, 0x2C00), (0x2C00, 0x3400),
          (0xA000, 0xD7FF), (0xF900, 0x10000), (0x10000, 0x12000), (0x1D000, 0x1D800), (0x1E000, 0x1FB00)]
PATTERNS = ["\\w", "\\W", "\\d", "\\s", "\\S", "\\b", "\\B", "^", "$", "\\A", "\\Z", ".", "[a-c]", "[^a]", "[\\w-]", "(a|b)", "a*",
            "b+?", "c?", "(?:a)", "(?=b)", "(?!c)", "a{1,2}", "\\.", "(", ")", "[", "\\1", "x{", "&&", "#"]


def code_point(chance, known):
    while True:
        start, end = chance.choice(RANGES)
        point = chance.randrange(start, end)
        if point in known:
            return chr(point)


def known_code_points():
    """Those assigned in Unicode 13: older ages are not told by Python, so newer blocks are left out by name."""
    known = set()
    for start, end in RANGES:
        for point in range(start, end):
            if not 0xD800 <= point < 0xE000 and unicodedata.category(chr(point)) != "Cn":
                known.add(point)
    # Assigned after Unicode 13 and known to Python 3.11 to 3.14.
    for newer in ([0x061D, 0x088F, 0x0CDD, 0x0C5D, 0x0B55, 0x20C0, 0x20C1, 0x2C2F, 0x2C5F, 0x1B4C, 0x1B7D, 0x1B7E, 0x1B4E,
                   0x1B4F, 0x1B7F, 0x170D, 0x171F, 0x0C3C, 0x0C5C, 0x0CDC, 0x0CF3, 0x0ECE, 0x1C89, 0x1C8A, 0x1DFA, 0x2427, 0x2428,
                   0x2429, 0x0897, 0xFBC2, 0xFBC3, 0x180F, 0xFDCF, 0xFDFE, 0xFDFF, 0xA7C0, 0xA7C1, 0x16D40],
                  range(0x0870, 0x0898), range(0xFD40, 0xFD50), range(0x0898, 0x08A0), range(0x08B5, 0x08B6), range(0x08C8, 0x08D3), range(0x1ABF, 0x1B00),
                  range(0xA7C0, 0xA7F5), range(0x2E53, 0x2E80), range(0x31E4, 0x31F0), range(0x2FFC, 0x3000), range(0x10D40, 0x10D90),
                  range(0x10EC0, 0x10F00), range(0x10F70, 0x10FB0), range(0x11070, 0x11080), range(0x110C2, 0x110D0),
                  range(0x11240, 0x11250), range(0x11380, 0x11400), range(0x11480, 0x11500), range(0x116B9, 0x116F0),
                  range(0x11740, 0x11800), range(0x11AB0, 0x11AC0), range(0x11B00, 0x11C00), range(0x11F00, 0x11FB0),
                  range(0x10570, 0x105FF), range(0x10780, 0x10800), range(0x1D2C0, 0x1D2E0), range(0x1DF00, 0x1E030),
                  range(0x1E030, 0x1E100), range(0x1E290, 0x1E2C0), range(0x1E4D0, 0x1E800), range(0x1F6D8, 0x1F6E0),
                  range(0x1F774, 0x1F780), range(0x1F7D9, 0x1F7E0), range(0x1F7F0, 0x1F800), range(0x1F8B0, 0x1F900),
                  range(0x1F979, 0x1F97A), range(0x1F9CC, 0x1F9CD), range(0x1FA54, 0x1FAFF), range(0x10E80, 0x10F00),
                  range(0x1CC00, 0x1D000), range(0x105C0, 0x10600), range(0x1DF00, 0x1E000), range(0x1715, 0x1720)):
        known.difference_update(newer)
    return known


def text(chance, known, length):
    return "".join(
        chance.choice(PIECES) if chance.random() < 0.8 else code_point(chance, known) for _ in range(chance.randrange(length))
    )


def string_case(chance, known):
    passage = text(chance, known, 14)
    if chance.random() < 0.7 and passage:
        start = chance.randrange(len(passage))
        answer = passage[start : start + chance.randrange(1, 6)]
        answer = chance.choice([str, str.lower, str.upper, str.title, lambda s: unicodedata.normalize("NFC", s),
                                lambda s: unicodedata.normalize("NFD", s), lambda s: s.replace(" ", "")])(answer)
    else:
        answer = text(chance, known, 4)
    return passage, [answer]


def regex_case(chance, known):
    passage = text(chance, known, 10)
    pattern = "".join(chance.choice(PATTERNS) if chance.random() < 0.6 else chance.choice("abc1 -") for _ in range(chance.randrange(1, 5)))
    return passage, [pattern]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    known = known_code_points()
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", delete=False) as out:
        for _ in range(arguments.cases):
            mode = "regex" if chance.random() < 0.3 else "string"
            passage, answers = (regex_case if mode == "regex" else string_case)(chance, known)
            expected = reference.has_answer(answers, passage, mode)
            out.write(json.dumps(dict(mode=mode, text=passage, answers=answers, expected=expected)) + "\n")
    print(f"{arguments.cases} cases in {out.name}, seed {arguments.seed}", flush=True)
    command = ["mvn", "-q", "test", "-Dtest=AnswerMatcherTest", f"-Dquestream.answer.cases={out.name}"]
    sys.exit(subprocess.run(command, cwd=ROOT).returncode)


if __name__ == "__main__":
    main()
