#!/usr/bin/env python3
"""sentence-transformers: model.encode(texts), which tokenizes and sorts by length itself."""
import torch
from sentence_transformers import SentenceTransformer

import peer


def main():
    options = peer.arguments(__doc__).parse_args()
    dtype = torch.bfloat16 if options.precision == "bf16" else torch.float32
    model = SentenceTransformer(str(options.model / "bert"), device="cpu", model_kwargs={"dtype": dtype})
    texts = peer.texts(options.input)
    counts = [len(i) for i in model.tokenizer(texts)["input_ids"]]

    def encode_all():
        return model.encode(texts, batch_size=options.batch, show_progress_bar=False, convert_to_numpy=True)

    peer.run(f"sentence-transformers {options.precision}, batch {options.batch}", options, counts, encode_all)


if __name__ == "__main__":
    main()
