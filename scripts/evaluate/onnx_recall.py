"""Recall of a folder with model.onnx, by ONNX Runtime and NumPy alone: what `./questream evaluate --precision fp32` must print.

    python scripts/evaluate/onnx_recall.py FOLDER QUESTIONS.csv PASSAGES.tsv

Needs numpy, onnxruntime, tokenizers and regex. Passages are "title text". Prompts, pooling and length are those of the folder's
sentence-transformers files; vectors have length one.
"""

import csv
import json
import pathlib
import sys

import numpy as np
import onnxruntime
import tokenizers
from reference import answer_list, has_answer

TOP = (1, 5, 20, 50, 100)


class Model:
    def __init__(self, folder):
        self.session = onnxruntime.InferenceSession(str(folder / "model.onnx"))
        self.inputs = [each.name for each in self.session.get_inputs()]
        self.tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(json.loads((folder / "sentence_bert_config.json").read_text())["max_seq_length"])
        self.pooling = json.loads((folder / "1_Pooling/config.json").read_text())["pooling_mode"]
        self.prompts = json.loads((folder / "config_sentence_transformers.json").read_text())["prompts"]

    def vector(self, text):
        ids = np.array([self.tokenizer.encode(text).ids], dtype=np.int64)
        every = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        states = self.session.run(None, {name: every[name] for name in self.inputs})[0][0]
        pooled = states[0] if self.pooling == "cls" else states.mean(axis=0)
        return pooled / np.linalg.norm(pooled)

    def vectors(self, texts, role):
        return np.stack([self.vector(self.prompts.get(role, "") + text) for text in texts])


def main(folder, questions, passages):
    model = Model(pathlib.Path(folder))
    with open(passages, newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file, delimiter="\t"))[1:]
    with open(questions, newline="", encoding="utf-8") as file:
        asked = [(row[0], answer_list(row[1])) for row in csv.reader(file, delimiter="\t")]
    scores = model.vectors([question for question, _ in asked], "query") @ model.vectors(
        [f"{title} {text}" for _, text, title in rows], "passage"
    ).T
    ranks = []
    for (_, answers), row in zip(asked, scores):
        order = np.argsort(-row, kind="stable")
        hits = (rank for rank, at in enumerate(order, 1) if has_answer(answers, rows[at][1], "string"))
        ranks.append(next(hits, len(rows) + 1))
    print(len(asked), "questions,", len(rows), "passages:", " / ".join(f"{100 * np.mean([r <= k for r in ranks]):.2f}" for k in TOP))


if __name__ == "__main__":
    main(*sys.argv[1:])
