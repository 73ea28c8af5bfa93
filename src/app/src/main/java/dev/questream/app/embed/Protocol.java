package dev.questream.app.embed;

import com.fasterxml.jackson.databind.JsonNode;
import dev.questream.app.http.Reply;
import dev.questream.encoder.Embedding;
import dev.questream.encoder.EncoderInfo;
import java.util.List;

/** How a kind of clients asks for vectors and is answered. */
interface Protocol {

  /**
   * What is asked for.
   *
   * @param texts at least one
   * @param dimensions of the vectors, at most those of the encoder
   * @param form how the vectors are to be written
   */
  record Asked(List<String> texts, int dimensions, Form form) {}

  /** Writes vectors as one request wants them. */
  interface Form {
    /**
     * The document.
     *
     * @throws Refusal if they are not what was asked for
     */
    Object of(List<Embedding> embeddings);
  }

  /** The name in metrics. */
  String name();

  /**
   * Reads a request.
   *
   * @throws Refusal if it asks for what is not done
   */
  Asked read(JsonNode body, EncoderInfo encoder);

  /** Words a refusal. */
  Reply refusal(Refusal refusal);

  /** Words a refusal of the server, by its status. */
  Reply refusal(int status, String why);
}
