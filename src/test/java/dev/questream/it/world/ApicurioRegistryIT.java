package dev.questream.it.world;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.avro.Question;
import dev.questream.serde.ConfluentRegistryClient;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The registry's client against Apicurio. */
@Tag("world")
class ApicurioRegistryIT {
  @TempDir static Path folder;
  private static ApicurioRegistry registry;

  @BeforeAll
  static void start() {
    registry = ApicurioRegistry.start(folder);
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  @Test
  void shouldFindARegisteredSchemaAgainAfterARestart() {
    int id = client().idFor("registered", Question.getClassSchema());
    registry.restart();
    assertThat(client().byId(id)).isEqualTo(Question.getClassSchema());
    assertThat(client().idFor("registered", Question.getClassSchema())).isEqualTo(id);
  }

  private static ConfluentRegistryClient client() {
    return new ConfluentRegistryClient(registry.confluentUrl());
  }
}
