package dev.questream.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.questream.weights.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What is used of the cache, when, and with which words. */
class HubCachedTest extends HubTest {
  private static final HubId PINNED = HubId.parse(FakeHub.MODEL + "@" + FakeHub.COMMIT);

  private final Logger logger = (Logger) LoggerFactory.getLogger(HubModels.class);
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  @BeforeEach
  void listen() {
    log.start();
    logger.addAppender(log);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(log);
  }

  @Test
  void shouldFindWhatPythonFetched() throws IOException {
    layOutAsPythonDoes();

    assertThat(offline().fetch(ID)).isEqualTo(snapshot());
    assertThat(offline().fetch(PINNED)).isEqualTo(snapshot());
    assertThat(hub.seen).isEmpty();
    assertThat(models().fetch(ID)).isEqualTo(snapshot());
    assertThat(hub.seen).hasSize(1);
    assertThat(log.list).isEmpty();
  }

  @Test
  void shouldFetchOnlyWhatPythonLeftOut() throws IOException {
    layOutAsPythonDoes();
    Files.delete(snapshot().resolve("tokenizer.json"));

    models().fetch(ID);

    assertThat(hub.seen).extracting(FakeHub.Seen::method).containsExactly("GET", "HEAD");
    assertThat(snapshot().resolve("tokenizer.json")).exists();
  }

  @Test
  void shouldUseACompleteCommitWithoutAnyRequest() throws IOException {
    layOutAsPythonDoes();

    assertThat(models().fetch(PINNED)).isEqualTo(snapshot());
    assertThat(hub.seen).isEmpty();
  }

  @Test
  void shouldUseACommitThatItFetchedWithoutAnyRequest() {
    hub.files.remove("modules.json");
    hub.files.remove("sentence_bert_config.json");
    models().fetch(PINNED);
    hub.seen.clear();

    assertThat(models().fetch(PINNED)).isEqualTo(snapshot());
    assertThat(hub.seen).isEmpty();
    assertThat(model().resolve("refs")).doesNotExist();
    assertThat(model().resolve(".no_exist/" + FakeHub.COMMIT + "/modules.json")).isEmptyFile();
  }

  @Test
  void shouldAskForTheModulesThatPythonMayHaveLeftOut() throws IOException {
    layOutAsPythonDoes();
    Files.delete(snapshot().resolve("modules.json"));

    models().fetch(PINNED);

    assertThat(snapshot().resolve("modules.json")).exists();
  }

  @Test
  void shouldWarnOfModulesThatMayBeMissingOffline() throws IOException {
    layOutAsPythonDoes();
    Files.delete(snapshot().resolve("modules.json"));

    assertThat(offline().fetch(PINNED)).isEqualTo(snapshot());
    assertThat(log.list)
        .singleElement()
        .satisfies(e -> assertThat(e.getFormattedMessage()).contains("modules.json"));
  }

  @Test
  void shouldWarnWhenTheHubCannotBeReached() throws IOException {
    layOutAsPythonDoes();

    assertThat(unreachable().fetch(ID)).isEqualTo(snapshot());
    assertThat(slept).isEmpty();
    assertThat(log.list)
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.getLevel()).isEqualTo(Level.WARN);
              assertThat(event.getFormattedMessage()).contains("owner/tiny@main from the cache");
            });
  }

  @Test
  void shouldUseTheOldSnapshotWhenTheNewOneDoesNotArrive() {
    models().fetch(ID);
    hub.commit = "f".repeat(40);
    hub.files.put(WEIGHTS, bytes(1000));
    hub.storeTricks.add(hub.statuses(503, 503, 503));

    assertThat(models().fetch(ID)).isEqualTo(snapshot());
    assertThat(offline().fetch(ID)).isEqualTo(snapshot());
  }

  @Test
  void shouldFailWhenTheHubCannotBeReachedAndNothingIsCached() {
    assertThatThrownBy(() -> unreachable().fetch(ID))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("cannot be reached")
        .hasMessageContaining(cache.toString());
    assertThat(slept).hasSize(2);
  }

  @Test
  void shouldFailOfflineWithoutTheModel() {
    assertThatThrownBy(() -> offline().fetch(ID))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("HF_HUB_OFFLINE")
        .hasMessageContaining("owner/tiny@main");
    assertThat(hub.seen).isEmpty();
  }

  @Test
  void shouldNotTakeAnIncompleteSnapshotOffline() throws IOException {
    layOutAsPythonDoes();
    Path pooling = snapshot().resolve("1_Pooling/config.json");
    Files.delete(pooling.toRealPath());

    assertThatThrownBy(() -> offline().fetch(ID)).isInstanceOf(ModelException.class);
    assertThatThrownBy(() -> offline().fetch(PINNED)).isInstanceOf(ModelException.class);
    assertThat(models().fetch(ID).resolve("1_Pooling/config.json")).exists();
  }

  @Test
  void shouldNotFallBackWhenTheHubSaysNo() throws IOException {
    layOutAsPythonDoes();
    hub.hubTricks.add(hub.statuses(403));

    assertThatThrownBy(() -> models().fetch(ID)).isInstanceOf(ModelException.class);
  }
}
