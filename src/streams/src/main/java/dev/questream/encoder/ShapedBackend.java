package dev.questream.encoder;

import dev.questream.provenance.Provenance;
import java.util.List;

/**
 * A model whose vectors get another shape, before anybody sees them.
 *
 * <p><b>Threading:</b> as the model's own.
 */
public final class ShapedBackend implements EncoderBackend {
  private final EncoderBackend model;
  private final VectorShape shape;
  private final boolean normalized;
  private final EncoderInfo info;

  /**
   * @param model gives vectors of float32; closed with this backend
   * @param sizes dimensions that the model was trained to be cut to
   */
  public ShapedBackend(EncoderBackend model, VectorShape shape, List<Integer> sizes) {
    this.model = model;
    this.shape = shape;
    EncoderInfo own = model.info();
    Provenance.Computation computed = own.provenance().computed();
    this.normalized = computed.normalized();
    this.info =
        new EncoderInfo(
            new Provenance(own.provenance().model(), shape.of(computed)),
            own.role(),
            own.maxTokens(),
            sizes);
  }

  @Override
  public EncoderInfo info() {
    return info;
  }

  @Override
  public TokenizedText tokenize(EncoderInput input) {
    return model.tokenize(input);
  }

  @Override
  public Hardware hardware() {
    return model.hardware();
  }

  @Override
  public Session openSession() {
    Session session = model.openSession();
    return new Session() {
      @Override
      public List<float[]> encode(List<int[]> tokenIds) {
        return session.encode(tokenIds).stream()
            .map(vector -> shape.of(vector, normalized))
            .toList();
      }

      @Override
      public boolean prefersSingles() {
        return session.prefersSingles();
      }

      @Override
      public void close() {
        session.close();
      }
    };
  }

  @Override
  public void close() {
    model.close();
  }
}
