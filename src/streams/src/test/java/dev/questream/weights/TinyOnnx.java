package dev.questream.weights;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** A small ONNX file: one named weight, and one that only its MatMul node names. */
public final class TinyOnnx {

  private TinyOnnx() {}

  private interface Fields {
    void write(CodedOutputStream out) throws IOException;
  }

  private static ByteString message(Fields fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      fields.write(out);
      out.flush();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return ByteString.copyFrom(bytes.toByteArray());
  }

  private static ByteString tensor(String name, int rows, int columns) {
    return message(
        out -> {
          out.writeInt64(1, rows);
          out.writeInt64(1, columns);
          out.writeInt32(2, 1);
          out.writeString(8, name);
          out.writeBytes(9, ByteString.copyFrom(new byte[rows * columns * 4]));
        });
  }

  public static byte[] bytes() {
    ByteString node =
        message(
            out -> {
              out.writeString(1, "x");
              out.writeString(1, "onnx::MatMul_1");
              out.writeString(2, "y");
              out.writeString(3, "/encoder/layer.0/output/dense/MatMul");
              out.writeString(4, "MatMul");
            });
    ByteString graph =
        message(
            out -> {
              out.writeBytes(1, node);
              out.writeBytes(5, tensor("embeddings.word_embeddings.weight", 3, 4));
              out.writeBytes(5, tensor("onnx::MatMul_1", 2, 3));
            });
    return message(
            out -> {
              out.writeInt64(1, 6);
              out.writeBytes(7, graph);
            })
        .toByteArray();
  }
}
