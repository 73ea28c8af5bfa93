package dev.questream.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.encoder.EncoderRole;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files beside the weights in a copy of a model. */
class CopiedFilesTest {
  @TempDir Path folder;

  /** The bundled model is in no folder; its copy says by files what the class says. */
  @Test
  void shouldSayInFilesWhatTheBundledModelIs() throws IOException {
    PublishedModel bundled = PublishedModel.bundled(folder.resolve("cache"));
    Path copy = Files.createDirectory(folder.resolve("copy"));
    CopiedFiles.of(bundled).write(copy);
    Files.copy(
        Path.of("src/test/resources/families/weights/bert.safetensors"),
        copy.resolve("model.safetensors"));
    PublishedModel found = PublishedModel.in(copy);
    assertThat(found.pooling()).isEqualTo(bundled.pooling());
    assertThat(found.normalized()).isEqualTo(bundled.normalized());
    assertThat(found.maxTokens()).isEqualTo(bundled.maxTokens());
    assertThat(found.tokenizerJson()).isEqualTo(bundled.tokenizerJson());
    assertThat(found.config()).hasToString(bundled.config().toString());
    for (EncoderRole role : new EncoderRole[] {EncoderRole.QUESTION, EncoderRole.PASSAGE}) {
      assertThat(found.prefix(role)).isEqualTo(bundled.prefix(role));
    }
  }

  @Test
  void shouldLeaveOutWeightsAndWhatIsNoDeclaration() throws IOException {
    Files.copy(
        Path.of("src/test/resources/families/weights/bert.safetensors"),
        folder.resolve("model.safetensors"));
    for (String name :
        new String[] {"vocab.txt", "special_tokens_map.json", "tf_model.h5", ".gitattributes"}) {
      Files.writeString(folder.resolve(name), name.equals("vocab.txt") ? VOCABULARY : "{}");
    }
    assertThat(CopiedFiles.of(PublishedModel.in(folder)).contents())
        .containsOnlyKeys("special_tokens_map.json", "vocab.txt");
  }

  private static final String VOCABULARY = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n";
}
