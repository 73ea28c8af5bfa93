#!/usr/bin/env python3
"""OpenVINO on the exported weights: padded batches of a fixed size in so many streams, row 0 of the last hidden state.

int8 is NNCF's quantisation after training, for transformers, its ranges found on the first questions of the very set.
It is kept beside the input.
"""
import numpy
import openvino

import peer


CALIBRATION_QUESTIONS = 300


def inputs(ids, batch):
    input_ids, mask = peer.padded(ids, batch)
    return {"input_ids": input_ids, "attention_mask": mask, "token_type_ids": numpy.zeros_like(mask)}


def quantised(onnx, input_folder, ids):
    kept = input_folder / "openvino-int8.xml"
    if not kept.exists():
        import nncf

        questions = range(min(CALIBRATION_QUESTIONS, len(ids)))
        model = nncf.quantize(openvino.Core().read_model(str(onnx)), nncf.Dataset(questions, lambda i: inputs(ids, [i])),
                              model_type=nncf.ModelType.TRANSFORMER, subset_size=len(questions))
        openvino.save_model(model, str(kept), compress_to_fp16=False)
    return kept


def main():
    parser = peer.arguments(__doc__, "int8")
    parser.add_argument("--streams", type=int, default=1, help="batches at the same time; one: hint LATENCY")
    options = parser.parse_args()
    ids = peer.ids(options.input)
    model = options.model / "bert" / "onnx" / "model.onnx"
    if options.precision == "int8":
        model = quantised(model, options.input, ids)
    compiled = openvino.Core().compile_model(str(model), "CPU", {
        "PERFORMANCE_HINT": "LATENCY" if options.streams == 1 else "THROUGHPUT",
        "NUM_STREAMS": str(options.streams),
        "INFERENCE_PRECISION_HINT": {"fp32": "f32", "bf16": "bf16", "int8": "f32"}[options.precision]})
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
            queue.start_async(inputs(ids, batch), batch)
        queue.wait_all()
        return numpy.stack(vectors)

    name = f"OpenVINO {options.precision}, batch {options.batch}, {options.order}, {options.streams} streams"
    peer.run(name, options, lengths, encode_all)


if __name__ == "__main__":
    main()
