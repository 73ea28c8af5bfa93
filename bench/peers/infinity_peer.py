#!/usr/bin/env python3
"""Infinity: its asynchronous engine in this process, every question a request of its own, batched by it."""
import asyncio

from infinity_emb import AsyncEmbeddingEngine, EngineArgs
from transformers import AutoTokenizer

import peer


def main():
    options = peer.arguments(__doc__).parse_args()
    texts = peer.texts(options.input)
    folder = str(options.model / "bert")
    counts = [len(i) for i in AutoTokenizer.from_pretrained(folder)(texts)["input_ids"]]
    engine = AsyncEmbeddingEngine.from_args(
        EngineArgs(model_name_or_path=folder, engine="torch", device="cpu", batch_size=options.batch,
                   dtype="bfloat16" if options.precision == "bf16" else "float32", bettertransformer=False,
                   compile=False, lengths_via_tokenize=False))
    loop = asyncio.new_event_loop()
    loop.run_until_complete(engine.astart())

    async def ask_all():
        answers = await asyncio.gather(*(engine.embed(sentences=[text]) for text in texts))
        return [answer[0][0] for answer in answers]

    peer.run(f"Infinity {options.precision}, batch {options.batch}", options, counts,
             lambda: loop.run_until_complete(ask_all()))
    loop.run_until_complete(engine.astop())


if __name__ == "__main__":
    main()
