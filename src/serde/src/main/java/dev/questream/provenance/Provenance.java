package dev.questream.provenance;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.questream.avro.QuestionEmbedding;

/**
 * Where a vector comes from. Two vectors may be compared only if their provenances are equal.
 *
 * <p>Labels are strings, as in the records: a program can read those of a later version. As JSON it
 * is flat, under the names of {@code schemas/QuestionEmbedding.avsc}.
 *
 * @param model which model made it
 * @param computed how
 */
public record Provenance(@JsonUnwrapped Model model, @JsonUnwrapped Computation computed) {

  /**
   * A model.
   *
   * @param id a bundled name, or the name of a checkpoint folder
   * @param revision empty if it has none
   * @param weightsSha256 lower-case hex SHA-256 of the checkpoint's weight file
   * @param tokenizerSha256 lower-case hex SHA-256 of {@code tokenizer.json}, as other files of the
   *     model override it
   */
  public record Model(
      @JsonProperty("model_id") String id,
      @JsonProperty("model_revision") String revision,
      @JsonProperty("weights_sha256") String weightsSha256,
      @JsonProperty("tokenizer_sha256") String tokenizerSha256) {
    private static final int SHOWN_HASH = 12;

    /** Name, revision and the beginnings of the hashes. */
    public String describe() {
      return "%s%s, weights %s, tokenizer %s"
          .formatted(
              id,
              revision.isEmpty() ? "" : "@" + revision,
              shortened(weightsSha256),
              shortened(tokenizerSha256));
    }

    private static String shortened(String hash) {
      return hash.isEmpty() ? "-" : hash.substring(0, Math.min(SHOWN_HASH, hash.length()));
    }
  }

  /**
   * The way from a text to a vector.
   *
   * @param pooling how token states become one vector, such as {@code cls} or {@code mean}
   * @param normalized whether the vector was scaled to length one, before it got its type
   * @param precision number format of the matrix products, such as {@code bf16}
   * @param prefix text put before every text before tokenization; empty for none
   * @param passageTemplate how title and text of a passage become one; empty for questions
   * @param dimensions of the vector
   * @param vectorType what the vector's numbers are: the label of a {@link VectorType}
   */
  public record Computation(
      String pooling,
      boolean normalized,
      String precision,
      String prefix,
      @JsonProperty("passage_template") @JsonInclude(JsonInclude.Include.NON_EMPTY)
          String passageTemplate,
      int dimensions,
      @JsonProperty("vector_type") String vectorType) {

    /** Of a question's vector as a model makes it. */
    public Computation(
        String pooling, boolean normalized, String precision, String prefix, int dimensions) {
      this(pooling, normalized, precision, prefix, "", dimensions, VectorType.FLOAT32.label());
    }

    /** The same of vectors that were made of these. */
    public Computation with(int dimensions, VectorType type) {
      return new Computation(
          pooling, normalized, precision, prefix, passageTemplate, dimensions, type.label());
    }

    /** The same of a passage that was written so. */
    public Computation withTemplate(String template) {
      return new Computation(
          pooling, normalized, precision, prefix, template, dimensions, vectorType);
    }

    /** See {@link VectorType#coordinates}. */
    public float[] coordinates(float[] elements) {
      return VectorType.of(vectorType).coordinates(elements, dimensions);
    }

    /** Dimensions, and the type unless it is float32. */
    public String describeVector() {
      String described = dimensions + " dimensions";
      return vectorType.equals(VectorType.FLOAT32.label())
          ? described
          : described + ", " + vectorType;
    }

    /** All but the vector. */
    public String describe() {
      return "%s pooling, %s, %s%s%s"
          .formatted(
              pooling,
              normalized ? "normalized" : "not normalized",
              precision,
              quoted(", prefix ", prefix),
              quoted(", passages as ", passageTemplate));
    }

    private static String quoted(String name, String value) {
      return value.isEmpty() ? "" : name + '"' + value + '"';
    }
  }

  /** What a record says of its vector. */
  public static Provenance of(QuestionEmbedding embedding) {
    return new Provenance(
        new Model(
            embedding.getModelId(),
            embedding.getModelRevision(),
            embedding.getWeightsSha256(),
            embedding.getTokenizerSha256()),
        new Computation(
            embedding.getPooling(),
            embedding.getNormalized(),
            embedding.getPrecision(),
            embedding.getPrefix(),
            embedding.getPassageTemplate(),
            embedding.getDimensions(),
            embedding.getVectorType()));
  }

  /** Fills a record's fields. */
  public QuestionEmbedding.Builder writeTo(QuestionEmbedding.Builder embedding) {
    return embedding
        .setModelId(model.id())
        .setModelRevision(model.revision())
        .setWeightsSha256(model.weightsSha256())
        .setTokenizerSha256(model.tokenizerSha256())
        .setPooling(computed.pooling())
        .setNormalized(computed.normalized())
        .setPrecision(computed.precision())
        .setPrefix(computed.prefix())
        .setDimensions(computed.dimensions())
        .setVectorType(computed.vectorType())
        .setPassageTemplate(computed.passageTemplate());
  }

  /** In one line. */
  public String describe() {
    return "%s, %s, %s".formatted(model.describe(), computed.describe(), computed.describeVector());
  }
}
