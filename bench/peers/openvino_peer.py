#!/usr/bin/env python3
"""OpenVINO on the exported weights: padded batches of a fixed size in so many streams, row 0 of the last hidden state."""
import numpy
import openvino

import peer


def main():
    parser = peer.arguments(__doc__)
    parser.add_argument("--streams", type=int, default=1, help="batches at the same time; one: hint LATENCY")
    options = parser.parse_args()
    compiled = openvino.Core().compile_model(str(options.model / "bert" / "onnx" / "model.onnx"), "CPU", {
        "PERFORMANCE_HINT": "LATENCY" if options.streams == 1 else "THROUGHPUT",
        "NUM_STREAMS": str(options.streams),
        "INFERENCE_PRECISION_HINT": {"fp32": "f32", "bf16": "bf16"}[options.precision]})
    ids = peer.ids(options.input)
    lengths = [len(i) for i in ids]
    plan = peer.batches(peer.order(lengths, options.order), options.batch)
    vectors = [None] * len(ids)
    queue = openvino.AsyncInferQueue(compiled, options.streams)

    def keep(request, batch):
        states = request.get_tensor("last_hidden_state").data
        for row, i in enumerate(batch):
            vectors[i] = states[row, 0].astype(numpy.float32)

    queue.set_callback(keep)

    def encode_all():
        for batch in plan:
            input_ids, mask = peer.padded(ids, batch)
            queue.start_async(
                {"input_ids": input_ids, "attention_mask": mask, "token_type_ids": numpy.zeros_like(mask)}, batch)
        queue.wait_all()
        return numpy.stack(vectors)

    name = f"OpenVINO {options.precision}, batch {options.batch}, {options.order}, {options.streams} streams"
    peer.run(name, options, lengths, encode_all)


if __name__ == "__main__":
    main()
