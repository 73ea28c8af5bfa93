package dev.questream.testing;

import dev.questream.encoder.Embedding;
import dev.questream.encoder.EncoderInfo;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.QuestionEncoder;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** An encoder that answers at once, with {@link ManualEncoder#embedding} of each text. */
public final class InstantEncoder implements QuestionEncoder {

  @Override
  public EncoderInfo info() {
    return ManualEncoder.INFO;
  }

  @Override
  public List<CompletableFuture<Embedding>> submit(String source, List<EncoderInput> texts) {
    return texts.stream()
        .map(text -> CompletableFuture.completedFuture(ManualEncoder.embedding(text.text())))
        .toList();
  }

  @Override
  public void close() {
    // holds nothing
  }
}
