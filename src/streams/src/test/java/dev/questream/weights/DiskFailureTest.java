package dev.questream.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import org.junit.jupiter.api.Test;

class DiskFailureTest {

  @Test
  void shouldNotBlameAMissingPermissionOnSpace() {
    assertThat(DiskFailure.advise(new AccessDeniedException("/cache/x"), "cache.dir"))
        .isEqualTo("no permission for /cache/x; set cache.dir to a folder that this user can write")
        .doesNotContain("space");
  }

  @Test
  void shouldSayWhatElseIsWrong() {
    assertThat(
            DiskFailure.advise(
                new FileSystemException("/cache/x", null, "Read-only file system"), "cache.dir"))
        .startsWith("Read-only file system; set cache.dir");
    assertThat(DiskFailure.advise(new IOException("No space left on device"), "cache.dir"))
        .contains("No space left on device", "has space");
  }
}
