package dev.questream.app.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import dev.questream.encoder.Embedding;
import dev.questream.provenance.VectorType;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** One JSON object a line; whole numbers, where the type of vectors has no others. */
public final class JsonlWriter implements EmbeddingWriter {
  private final OutputTarget target;
  private final OutputStream out;
  private final JsonGenerator json;
  private final boolean whole;

  /**
   * @param type of the vectors
   */
  public JsonlWriter(OutputTarget target, VectorType type) throws IOException {
    this.target = target;
    this.whole = type != VectorType.FLOAT32;
    this.out = new BufferedOutputStream(target.stream(), 1 << 16);
    this.json =
        JsonFactory.builder()
            .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
            .build()
            .createGenerator(out);
    json.setRootValueSeparator(null);
    json.disable(JsonGenerator.Feature.FLUSH_PASSED_TO_STREAM);
  }

  @Override
  public void write(String id, Embedding embedding) throws IOException {
    json.writeStartObject();
    json.writeStringField("id", id);
    json.writeArrayFieldStart("embedding");
    for (float value : embedding.vector()) {
      if (whole) {
        json.writeNumber((int) value);
      } else {
        json.writeNumber(value);
      }
    }
    json.writeEndArray();
    json.writeNumberField("token_count", embedding.tokenCount());
    json.writeNumberField("original_token_count", embedding.originalTokenCount());
    json.writeBooleanField("truncated", embedding.truncated());
    endLine();
  }

  @Override
  public boolean reject(String id, String reason, String message) throws IOException {
    json.writeStartObject();
    json.writeStringField("id", id);
    json.writeStringField("error", reason);
    json.writeStringField("message", message);
    endLine();
    return true;
  }

  private void endLine() throws IOException {
    json.writeEndObject();
    json.writeRaw('\n');
  }

  @Override
  public void commit() throws IOException {
    json.flush();
    out.flush();
    target.commit(null);
  }

  @Override
  public void close() throws IOException {
    target.closeStream(out);
    target.close();
  }
}
