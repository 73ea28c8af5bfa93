/**
 * Weight files become named tensors: {@link dev.questream.weights.Checkpoint} over safetensors,
 * {@code torch.save} and ONNX. A format is a row of {@link dev.questream.weights.WeightFormat}.
 *
 * <p>Readers are lazy: a file is mapped into memory and a tensor is read when it is asked for.
 * Every file is untrusted; damage is a {@link dev.questream.weights.ModelException}. May import
 * Jackson and protobuf's wire-format reader.
 *
 * <p><b>Threading:</b> single-threaded use while a model is imported.
 */
package dev.questream.weights;
