package dev.questream.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.questream.weights.ModelException;
import dev.questream.weights.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Downloads that stop, go on, start anew, or end damaged. */
class HubResumeTest extends HubTest {
  private static final int HALF = CONTENT.length / 2;

  private Path incomplete() throws IOException {
    Path file = model().resolve("blobs").resolve(Sha256.of(CONTENT) + ".incomplete");
    Files.createDirectories(file.getParent());
    return file;
  }

  private void cut(int times) {
    AtomicInteger left = new AtomicInteger(times);
    hub.storeTricks.add(exchange -> left.getAndDecrement() > 0 && hub.cut(exchange, CONTENT, HALF));
  }

  @Test
  void shouldGoOnWhereTheConnectionWasCut() {
    cut(1);

    Path fetched = models().fetch(ID);

    assertThat(fetched.resolve(WEIGHTS)).hasBinaryContent(CONTENT);
    assertThat(hub.gets(WEIGHTS))
        .filteredOn(s -> s.server().equals("store"))
        .extracting(FakeHub.Seen::range)
        .containsExactly(null, "bytes=" + HALF + "-");
    assertThat(hub.bytesStored).hasValue(CONTENT.length);
  }

  @Test
  void shouldGoOnWithWhatAnEarlierRunLeft() throws IOException {
    Files.write(incomplete(), Arrays.copyOf(CONTENT, 1000));

    assertThat(models().fetch(ID).resolve(WEIGHTS)).hasBinaryContent(CONTENT);
    assertThat(hub.bytesStored).hasValue(CONTENT.length - 1000);
  }

  @Test
  void shouldAskForNothingWhenOnlyTheRenameIsMissing() throws IOException {
    Files.write(incomplete(), CONTENT);

    assertThat(models().fetch(ID).resolve(WEIGHTS)).hasBinaryContent(CONTENT);
    assertThat(hub.bytesStored).hasValue(0);
  }

  @Test
  void shouldStartAnewWhereRangesAreIgnored() {
    cut(1);
    hub.ranges = false;

    assertThat(models().fetch(ID).resolve(WEIGHTS)).hasBinaryContent(CONTENT);
    assertThat(hub.bytesStored).hasValue(HALF + CONTENT.length);
  }

  @Test
  void shouldStartAnewWhenTheRangeIsRefused() throws IOException {
    Files.write(incomplete(), Arrays.copyOf(CONTENT, 1000));
    hub.storeTricks.add(hub.statuses(416));

    assertThat(models().fetch(ID).resolve(WEIGHTS)).hasBinaryContent(CONTENT);
    assertThat(hub.bytesStored).hasValue(CONTENT.length);
  }

  @Test
  void shouldStartAnewWhenAnotherRangeComes() throws IOException {
    Files.write(incomplete(), Arrays.copyOf(CONTENT, 1000));
    AtomicInteger left = new AtomicInteger(1);
    hub.storeTricks.add(
        exchange -> {
          if (left.getAndDecrement() <= 0) {
            return false;
          }
          exchange.getResponseHeaders().set("Content-Range", "bytes 5-9/300000");
          return FakeHub.reply(exchange, 206, new byte[5]);
        });

    assertThat(models().fetch(ID).resolve(WEIGHTS)).hasBinaryContent(CONTENT);
  }

  @Test
  void shouldKeepWhatCameWhenItGivesUp() throws IOException {
    hub.ranges = false;
    cut(100);

    assertThatThrownBy(() -> models().fetch(ID))
        .isInstanceOf(ModelException.class)
        .hasMessageMatching( // newer Javas notice the cut themselves
            ".*model\\.safetensors (ended after byte 150000 of 300000|.*Premature EOF).*")
        .hasMessageContaining("what was fetched is kept");
    assertThat(incomplete()).hasSize(HALF);
    assertThat(snapshot().resolve(WEIGHTS)).doesNotExist();
    assertThat(model().resolve("refs/main")).doesNotExist();
  }

  @Test
  void shouldCountAttemptsAnewAfterProgress() {
    AtomicInteger at = new AtomicInteger();
    hub.storeTricks.add(
        exchange -> {
          int start = at.getAndAdd(50_000);
          if (start >= 250_000) {
            return false;
          }
          exchange
              .getResponseHeaders()
              .set("Content-Range", "bytes %d-299999/300000".formatted(start));
          exchange.sendResponseHeaders(start == 0 ? 200 : 206, CONTENT.length - start);
          exchange.getResponseBody().write(CONTENT, start, 50_000);
          exchange.getResponseBody().flush();
          return true;
        });

    assertThat(models().fetch(ID).resolve(WEIGHTS)).hasBinaryContent(CONTENT);
  }

  @Test
  void shouldRefuseAWrongSha256() throws IOException {
    hub.etags.put(WEIGHTS, "0".repeat(64));

    assertThatThrownBy(() -> models().fetch(ID))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("its hash is " + Sha256.of(CONTENT) + ", expected 0000");
    assertThat(model().resolve("blobs/" + "0".repeat(64) + ".incomplete")).doesNotExist();
    assertThat(model().resolve("blobs/" + "0".repeat(64))).doesNotExist();
    assertThat(snapshot().resolve(WEIGHTS)).doesNotExist();
  }

  @Test
  void shouldRefuseAWrongGitHash() {
    hub.etags.put("config.json", "0".repeat(40));

    assertThatThrownBy(() -> models().fetch(ID))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("config.json of owner/tiny@main arrived damaged");
    assertThat(model().resolve("blobs/" + "0".repeat(40) + ".incomplete")).doesNotExist();
    assertThat(snapshot().resolve("config.json")).doesNotExist();
  }

  @Test
  void shouldRefuseMoreBytesThanDeclared() throws IOException {
    hub.sizes.put(WEIGHTS, 1000L);

    assertThatThrownBy(() -> models().fetch(ID))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("more than the 1000 bytes");
    assertThat(incomplete()).doesNotExist();
    assertThat(snapshot().resolve(WEIGHTS)).doesNotExist();
  }

  @Test
  void shouldRefuseFewerBytesThanDeclared() {
    hub.sizes.put(WEIGHTS, CONTENT.length + 1L);

    assertThatThrownBy(() -> models().fetch(ID)).isInstanceOf(ModelException.class);
    assertThat(snapshot().resolve(WEIGHTS)).doesNotExist();
  }

  @Test
  void shouldRefuseMoreThanAnEncoderCanHave() {
    hub.sizes.put(WEIGHTS, 20_000_000_001L);

    assertThatThrownBy(() -> models().fetch(ID))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("has 20000000001 bytes; at most 20000000000");
    assertThat(hub.bytesStored).hasValue(0);
  }

  @Test
  void shouldRefuseAnEtagThatIsNoHash() {
    hub.etags.put(WEIGHTS, "../../../escaped");

    assertThatThrownBy(() -> models().fetch(ID))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("the ETag '../../../escaped'");
  }

  @Test
  void shouldNameTheFolderWhenTheDiskIsFullAndKeepThePart() throws IOException {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full), "only Linux has /dev/full");
    Files.createSymbolicLink(incomplete(), full);

    assertThatThrownBy(() -> models().fetch(ID))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(model().resolve("blobs").toString())
        .hasMessageContaining("HF_HUB_CACHE");
    assertThat(Files.exists(incomplete(), LinkOption.NOFOLLOW_LINKS)).isTrue();
    assertThat(hub.gets(WEIGHTS)).hasSize(2);
    assertThat(slept).isEmpty();
  }
}
