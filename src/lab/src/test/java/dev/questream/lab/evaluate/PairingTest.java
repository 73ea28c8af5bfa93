package dev.questream.lab.evaluate;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.app.console.FatalException;
import dev.questream.checkpoint.PublishedModel;
import dev.questream.checkpoint.TinyCheckpoint;
import dev.questream.config.QuestreamConfig;
import dev.questream.engine.TinyModelFolder;
import dev.questream.provenance.Provenance;
import dev.questream.provenance.VectorType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which vectors of a topic a question encoder may learn from. */
class PairingTest {
  @TempDir Path folder;
  private PublishedModel encoder;

  @BeforeEach
  void prepare() throws IOException {
    Path model = Files.createDirectory(folder.resolve("dpr-question_encoder"));
    TinyModelFolder.dpr(model, TinyCheckpoint.random(TinyCheckpoint.Layout.QUESTION, 1));
    encoder = PublishedModel.in(model);
  }

  /** Passages' vectors by a model, for an encoder whose passage encoder the user names or not. */
  private void require(String maker, String weights, VectorType type, String named) {
    Provenance made =
        new Provenance(
            new Provenance.Model(maker, "", weights, ""),
            new Provenance.Computation("cls", false, "fp32", "", "pair", 32, type.label()));
    QuestreamConfig config =
        new QuestreamConfig(named.isEmpty() ? Map.of() : Map.of("model", named));
    Pairing.requireWhole(
        encoder,
        new PassageSource(config, true, !named.isEmpty(), Optional.empty()),
        PassageVectors.ofTopic(null, folder, null, made, 0));
  }

  @Test
  void shouldTakeThoseOfTheCompanionOfTheSameWeightsAndOfWhomTheUserNames() {
    assertThatCode(() -> require("dpr-ctx_encoder", "w", VectorType.FLOAT32, ""))
        .doesNotThrowAnyException();
    assertThatCode(() -> require("x", encoder.weightsSha256(), VectorType.FLOAT32, ""))
        .doesNotThrowAnyException();
    assertThatCode(() -> require("other/model", "w", VectorType.FLOAT32, "other/model@r1"))
        .doesNotThrowAnyException();
  }

  @Test
  void shouldRefuseThoseOfAnotherPair() {
    assertThatThrownBy(() -> require("rdr-ctx_encoder", "w", VectorType.FLOAT32, ""))
        .isInstanceOf(FatalException.class)
        .hasMessageContaining("made by dpr-question_encoder")
        .hasMessageContaining("by rdr-ctx_encoder, weights w")
        .hasMessageContaining("name the passage encoder that does with --passage-model");
    assertThatThrownBy(() -> require("rdr-ctx_encoder", "w", VectorType.FLOAT32, "other/model"))
        .hasMessageContaining("not known to belong");
  }

  @Test
  void shouldRefuseSmallerVectors() {
    assertThatThrownBy(() -> require("dpr-ctx_encoder", "w", VectorType.UBINARY, ""))
        .isInstanceOf(FatalException.class)
        .hasMessageContaining("32 dimensions, ubinary")
        .hasMessageContaining("leave --passages-from-topic out");
  }
}
