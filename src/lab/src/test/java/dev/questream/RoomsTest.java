package dev.questream;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rooms of the house: which package may know which, and that no two know each other. */
class RoomsTest {
  private static final JavaClasses MAIN =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages("dev.questream");

  private static final List<String> EVERYWHERE = List.of("java..", "org.slf4j..");

  /** For each room, the packages that it may import beside its own and the JDK. */
  private static final Map<String, List<String>> ALLOWED =
      Map.ofEntries(
          Map.entry(
              "encoder", List.of("dev.questream.provenance", "com.github.benmanes.caffeine..")),
          Map.entry(
              "checkpoint",
              List.of("dev.questream.encoder", "dev.questream.weights", "com.fasterxml.jackson..")),
          Map.entry("weights", List.of("com.fasterxml.jackson..", "com.google.protobuf..")),
          Map.entry(
              "hub",
              List.of(
                  "dev.questream.checkpoint", "dev.questream.weights", "com.fasterxml.jackson..")),
          Map.entry(
              "torchscript",
              List.of(
                  "dev.questream.checkpoint", "dev.questream.weights", "dev.questream.encoder")),
          Map.entry(
              "engine",
              List.of(
                  "dev.questream.encoder",
                  "dev.questream.provenance",
                  "dev.questream.checkpoint",
                  "dev.questream.weights",
                  "dev.questream.torchscript",
                  "ai.djl..")),
          Map.entry("avro", List.of("org.apache.avro..")),
          Map.entry("provenance", List.of("dev.questream.avro", "com.fasterxml.jackson..")),
          Map.entry(
              "serde",
              List.of(
                  "dev.questream.avro",
                  "dev.questream.provenance",
                  "org.apache.avro..",
                  "com.fasterxml.jackson..",
                  "org.apache.kafka.common..",
                  "javax.net.ssl..")),
          Map.entry(
              "processor",
              List.of(
                  "dev.questream.avro",
                  "dev.questream.encoder",
                  "dev.questream.provenance",
                  "dev.questream.serde..",
                  "org.apache.kafka..",
                  "org.rocksdb..")),
          Map.entry(
              "config",
              List.of(
                  "dev.questream.encoder",
                  "dev.questream.provenance",
                  "dev.questream.serde..",
                  "org.apache.kafka..")),
          Map.entry(
              "model",
              List.of(
                  "dev.questream.config",
                  "dev.questream.encoder..",
                  "dev.questream.provenance",
                  "dev.questream.checkpoint",
                  "dev.questream.weights",
                  "dev.questream.hub",
                  "dev.questream.engine",
                  "org.apache.kafka.common.config")),
          Map.entry(
              "topology",
              List.of(
                  "dev.questream.avro",
                  "dev.questream.processor",
                  "dev.questream.serde..",
                  "dev.questream.config",
                  "dev.questream.encoder",
                  "com.fasterxml.jackson..",
                  "org.apache.kafka..")),
          Map.entry("broker", List.of("kafka..", "org.apache.kafka..")));

  @TestFactory
  Stream<DynamicTest> shouldImportOnlyWhatTheRoomMay() {
    return ALLOWED.entrySet().stream()
        .map(
            room -> {
              List<String> allowed = new ArrayList<>(EVERYWHERE);
              allowed.add("dev.questream." + room.getKey() + "..");
              allowed.addAll(room.getValue());
              return DynamicTest.dynamicTest(
                  room.getKey(),
                  () ->
                      classes()
                          .that()
                          .resideInAPackage("dev.questream." + room.getKey() + "..")
                          .should()
                          .onlyDependOnClassesThat()
                          .resideInAnyPackage(allowed.toArray(String[]::new))
                          .check(MAIN));
            });
  }

  @Test
  void shouldHaveARuleForEveryRoom() {
    assertThat(
            MAIN.stream()
                .map(type -> type.getPackageName().split("\\.", -1)[2])
                .filter(room -> !room.equals("app") && !room.equals("lab"))
                .distinct())
        .containsExactlyInAnyOrderElementsOf(ALLOWED.keySet());
  }

  @Test
  void shouldHaveNoCycleBetweenPackages() {
    slices().matching("dev.questream.(**)").should().beFreeOfCycles().check(MAIN);
  }

  @Test
  void shouldKeepDjlInItsRoom() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.questream.engine..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("ai.djl..")
        .check(MAIN);
  }

  @ParameterizedTest
  @CsvSource({
    "io.opentelemetry, dev.questream.app.tracing",
    "org.eclipse.jetty, dev.questream.app.http",
    "ch.qos.logback, dev.questream.app.log"
  })
  void shouldKeepLibrariesOfTheApplicationInOneRoom(String library, String room) {
    noClasses()
        .that()
        .resideOutsideOfPackage(room + "..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library + "..")
        .check(MAIN);
  }

  @Test
  void shouldKeepKafkasServerInItsRoom() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.questream.broker..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("kafka..", "org.apache.kafka.metadata..", "org.apache.kafka.server..")
        .check(MAIN);
  }

  @Test
  void shouldRunTheApplicationWithoutTheLab() {
    noClasses()
        .that()
        .resideInAPackage("dev.questream.app..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.questream.lab..", "dev.questream.broker..")
        .check(MAIN);
  }

  @ParameterizedTest
  @CsvSource({
    "console, command kafka runtime http page embed io deadletter rollover tracing",
    "kafka, command runtime http page embed io deadletter rollover tracing",
    "embed, command console kafka runtime page deadletter rollover tracing",
    "runtime, command deadletter rollover"
  })
  void shouldKeepTheRoomsOfTheApplicationInOrder(String room, String above) {
    noClasses()
        .that()
        .resideInAPackage("dev.questream.app." + room + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            Stream.of(above.split(" ")).map(it -> "dev.questream.app." + it).toArray(String[]::new))
        .check(MAIN);
  }

  /** What is served without Kafka knows none. */
  @Test
  void shouldKeepKafkaOutOfEmbedding() {
    noClasses()
        .that()
        .resideInAPackage("dev.questream.app.embed..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.apache.kafka..")
        .check(MAIN);
  }

  /** Retrieval is arithmetic on files: it knows no Kafka. */
  @Test
  void shouldKeepKafkaOutOfRetrieval() {
    classes()
        .that()
        .resideInAPackage("dev.questream.lab.retrieval..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..",
            "org.slf4j..",
            "com.fasterxml.jackson..", // reads judgements
            "dev.questream.lab.retrieval..",
            "dev.questream.lab.plot",
            "dev.questream.encoder",
            "dev.questream.engine",
            "dev.questream.provenance",
            "dev.questream.weights", // reads pickles
            "dev.questream.app.io")
        .check(MAIN);
  }
}
