#!/usr/bin/env python3
"""transformers, padded batches of a fixed size: DPRQuestionEncoder(...).pooler_output, or of another model the mean of its states."""
import numpy
import torch
from transformers import AutoConfig, AutoModel, DPRQuestionEncoder

import peer


def mean(out, mask):
    weights = mask.unsqueeze(-1)
    return (out.last_hidden_state.float() * weights).sum(1) / weights.sum(1)


def main():
    options = peer.arguments(__doc__).parse_args()
    dtype = torch.bfloat16 if options.precision == "bf16" else torch.float32
    dpr = AutoConfig.from_pretrained(options.model).model_type == "dpr"
    kind = DPRQuestionEncoder if dpr else AutoModel
    model = kind.from_pretrained(options.model, dtype=dtype).eval()
    ids = peer.ids(options.input)
    lengths = [len(i) for i in ids]
    plan = peer.batches(peer.order(lengths, options.order), options.batch)

    def encode_all():
        vectors = numpy.empty((len(ids), model.config.hidden_size), numpy.float32)
        for batch in plan:
            input_ids, mask = map(torch.from_numpy, peer.padded(ids, batch))
            with torch.inference_mode():
                out = model(input_ids=input_ids, attention_mask=mask)
            vectors[batch] = (out.pooler_output if dpr else mean(out, mask)).float().numpy()
        return vectors

    name = f"transformers {options.precision}, batch {options.batch}, {options.order}"
    peer.run(name, options, lengths, encode_all)


if __name__ == "__main__":
    main()
