#!/usr/bin/env python3
"""transformers: DPRQuestionEncoder(...).pooler_output, padded batches of a fixed size."""
import numpy
import torch
from transformers import DPRQuestionEncoder

import peer


def main():
    options = peer.arguments(__doc__).parse_args()
    dtype = torch.bfloat16 if options.precision == "bf16" else torch.float32
    model = DPRQuestionEncoder.from_pretrained(options.model, dtype=dtype, attn_implementation="sdpa").eval()
    ids = peer.ids(options.input)
    lengths = [len(i) for i in ids]
    plan = peer.batches(peer.order(lengths, options.order), options.batch)

    def encode_all():
        vectors = numpy.empty((len(ids), model.config.hidden_size), numpy.float32)
        for batch in plan:
            width = max(lengths[i] for i in batch)
            input_ids = torch.zeros(len(batch), width, dtype=torch.int64)
            mask = torch.zeros(len(batch), width, dtype=torch.int64)
            for row, i in enumerate(batch):
                input_ids[row, :lengths[i]] = torch.tensor(ids[i])
                mask[row, :lengths[i]] = 1
            with torch.inference_mode():
                out = model(input_ids=input_ids, attention_mask=mask).pooler_output
            vectors[batch] = out.float().numpy()
        return vectors

    name = f"transformers {options.precision}, batch {options.batch}, {options.order}"
    peer.run(name, options, lengths, encode_all)


if __name__ == "__main__":
    main()
