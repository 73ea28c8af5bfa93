package dev.questream.app.command;

import dev.questream.app.console.Console;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.provenance.Provenance;
import dev.questream.provenance.VectorType;
import dev.questream.serde.FloatVector;
import java.util.Locale;

/** An embedding as a person wants to see it. */
final class EmbeddingText {
  private static final int SHOWN_ELEMENTS = 4;

  private EmbeddingText() {}

  /** Several lines: the question, the vector in short, the provenance. */
  static String describe(QuestionEmbedding embedding) {
    Provenance provenance = Provenance.of(embedding);
    return String.format(
        Locale.ROOT,
        """
        id          %s
        text        %s
        vector      %s %s
        tokens      %s
        model       %s
        computed    %s
        source      %s-%d offset %d
        """,
        Console.printable(embedding.getId()),
        Console.printable(embedding.getText()),
        head(embedding),
        vector(embedding, provenance),
        tokens(embedding),
        provenance.model().describe(),
        provenance.computed().describe(),
        embedding.getSourceTopic(),
        embedding.getSourcePartition(),
        embedding.getSourceOffset());
  }

  /** One line. */
  static String line(QuestionEmbedding embedding) {
    return String.format(
        Locale.ROOT,
        "%s-%d@%d  %s  %d dims%s %s %s, %s  %s",
        embedding.getSourceTopic(),
        embedding.getSourcePartition(),
        embedding.getSourceOffset(),
        Console.printable(embedding.getId()),
        embedding.getDimensions(),
        isFloat(embedding) ? "" : " " + embedding.getVectorType(),
        embedding.getModelId(),
        embedding.getPrecision(),
        tokens(embedding),
        Console.printable(embedding.getText()));
  }

  private static String tokens(QuestionEmbedding embedding) {
    return embedding.getTruncated()
        ? "%d tokens (truncated from %d)"
            .formatted(embedding.getTokenCount(), embedding.getOriginalTokenCount())
        : embedding.getTokenCount() + " tokens";
  }

  private static boolean isFloat(QuestionEmbedding embedding) {
    return embedding.getVectorType().equals(VectorType.FLOAT32.label());
  }

  /** The length says something of float32 only. */
  private static String vector(QuestionEmbedding embedding, Provenance provenance) {
    String described = provenance.computed().describeVector();
    return isFloat(embedding)
        ? String.format(Locale.ROOT, "%s, norm %.6f", described, norm(embedding))
        : described;
  }

  private static String head(QuestionEmbedding embedding) {
    String format = isFloat(embedding) ? "%.5f, " : "%.0f, ";
    StringBuilder head = new StringBuilder("[");
    for (int i = 0; i < Math.min(SHOWN_ELEMENTS, embedding.getEmbedding().size()); i++) {
      head.append(String.format(Locale.ROOT, format, embedding.getEmbedding().get(i)));
    }
    return head.append("...]").toString();
  }

  private static double norm(QuestionEmbedding embedding) {
    double square = 0;
    for (float value : FloatVector.toArray(embedding.getEmbedding())) {
      square += (double) value * value;
    }
    return Math.sqrt(square);
  }
}
