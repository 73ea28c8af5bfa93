#!/usr/bin/env python3
"""ONNX Runtime on the exported weights: padded batches of a fixed size, row 0 of the last hidden state."""
import numpy
import onnxruntime

import peer


def main():
    options = peer.arguments(__doc__).parse_args()
    if options.precision != "fp32":
        raise SystemExit("ONNX Runtime's CPU provider multiplies in fp32; --precision must be fp32")
    session = onnxruntime.InferenceSession(
        str(options.model / "bert" / "onnx" / "model.onnx"), providers=["CPUExecutionProvider"])
    ids = peer.ids(options.input)
    lengths = [len(i) for i in ids]
    plan = peer.batches(peer.order(lengths, options.order), options.batch)

    def encode_all():
        vectors = None
        for batch in plan:
            input_ids, mask = peer.padded(ids, batch)
            feed = {"input_ids": input_ids, "attention_mask": mask, "token_type_ids": numpy.zeros_like(mask)}
            states = session.run(["last_hidden_state"], feed)[0]
            if vectors is None:
                vectors = numpy.empty((len(ids), states.shape[2]), numpy.float32)
            vectors[batch] = states[:, 0]
        return vectors

    peer.run(f"ONNX Runtime fp32, batch {options.batch}, {options.order}", options, lengths, encode_all)


if __name__ == "__main__":
    main()
