#!/usr/bin/env python3
"""Compares Questream with transformers on a BERT-base sized DPR question encoder.

Without --checkpoint a checkpoint of that size with random weights is made, saved in the legacy layout of
torch.save: the layout and the size (438 MB) of the official RDR question encoder. Prints the worst
difference over all texts and elements, relative to the largest element of each vector, and exits with 1 if
it is over 1e-5.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import torch
from transformers import AutoTokenizer, BertTokenizerFast, DPRConfig, DPRQuestionEncoder

TEXTS = [
    "Who wrote Moby-Dick?",
    "capital of mongolia",
    "a",
    "What is the boiling point of water at sea level in degrees Fahrenheit?",
    "Which café in Zürich did the Dadaists meet in?",
    "日本で一番高い山は何ですか?",
    "من كتب ألف ليلة وليلة؟",
    "🤔 what does 👩‍🚀 mean?",
    "How many players does each side have on the field in a game of cricket?",
    "word " * 100,
    "question " * 900,
] + [f"In which year did ship number {i} of the {i * 7} that left harbour come back?" for i in range(50)]


def make_checkpoint(folder, tokenizer_json):
    torch.manual_seed(7)
    tokenizer = BertTokenizerFast(tokenizer_file=str(tokenizer_json))
    config = DPRConfig(vocab_size=len(tokenizer))
    model = DPRQuestionEncoder(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() == 2:
                parameter.mul_(2.0)  # random weights of 0.02 would give vectors that hardly differ
    config.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    torch.save(
        model.state_dict(), folder / "pytorch_model.bin", _use_new_zipfile_serialization=False)


def expected(folder):
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = DPRQuestionEncoder.from_pretrained(folder, attn_implementation="eager").eval()
    vectors = []
    with torch.no_grad():
        for text in TEXTS:
            ids = tokenizer(text)["input_ids"]
            if len(ids) > 512:
                ids = ids[:511] + ids[-1:]
            vectors.append(model(input_ids=torch.tensor([ids])).pooler_output[0].numpy())
    return np.stack(vectors)


def found(folder, launcher, cache):
    texts = folder / "texts.jsonl"
    texts.write_text(
        "".join(json.dumps({"id": str(i), "text": t}) + "\n" for i, t in enumerate(TEXTS)), "utf-8")
    out = folder / "vectors.npy"
    subprocess.run(
        [launcher, "encode", "--model", folder, "--precision", "fp32", "--input", texts,
         "--output", out, "--output-format", "npy", "--set", f"cache.dir={cache}"],
        check=True)
    return np.load(out)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=pathlib.Path, help="a folder with a DPR question encoder")
    parser.add_argument("--tokenizer", type=pathlib.Path, help="tokenizer.json for a random checkpoint")
    parser.add_argument("--keep", type=pathlib.Path, help="keep the random checkpoint in this folder")
    arguments = parser.parse_args()
    launcher = pathlib.Path(__file__).resolve().parents[2] / "questream"
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.checkpoint or arguments.keep or pathlib.Path(temporary) / "random-dpr"
        if not arguments.checkpoint:
            folder.mkdir(parents=True, exist_ok=True)
            make_checkpoint(folder, arguments.tokenizer)
        want = expected(folder)
        have = found(folder, launcher, pathlib.Path(temporary) / "cache")
    scale = np.maximum(1, np.abs(want).max(axis=1, keepdims=True))
    worst = float((np.abs(want - have) / scale).max())
    print(f"{len(TEXTS)} texts, {want.shape[1]} dimensions, worst difference {worst:.2e}")
    return 0 if worst <= 1e-5 else 1


if __name__ == "__main__":
    sys.exit(main())
