package dev.questream.encoder;

/**
 * The provenance of an encoder's vectors. It stands in every embedding record.
 *
 * @param modelId the name of the model: a bundled name, or the name of a checkpoint folder
 * @param revision the revision of the model, or empty when it has none
 * @param weightsSha256 lower-case hex SHA-256 of the checkpoint's weight file
 * @param tokenizerSha256 lower-case hex SHA-256 of {@code tokenizer.json}
 * @param role which side of a dual encoder the weights are
 * @param pooling how token states become one vector
 * @param normalized whether vectors have length one
 * @param precision the number format that the matrix products run in; vectors are float32 in any
 *     case
 * @param prefix text put before every text before tokenization; empty for none
 * @param dimensions elements of a vector
 * @param maxTokens tokens that the model takes at most, special tokens included
 */
public record EncoderInfo(
    String modelId,
    String revision,
    String weightsSha256,
    String tokenizerSha256,
    EncoderRole role,
    Pooling pooling,
    boolean normalized,
    Precision precision,
    String prefix,
    int dimensions,
    int maxTokens) {}
