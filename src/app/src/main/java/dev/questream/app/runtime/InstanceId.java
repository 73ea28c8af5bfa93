package dev.questream.app.runtime;

import static org.apache.kafka.clients.consumer.ConsumerConfig.GROUP_INSTANCE_ID_CONFIG;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.config.QuestreamConfig;
import dev.questream.weights.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * The name of this instance in the consumer group. Kept beside the state, so that a process that
 * was killed comes back as the same static member and need not wait until its former self is given
 * up.
 */
final class InstanceId {

  private InstanceId() {}

  /**
   * The configured id, or the one kept for this application in the state folder, made if missing.
   *
   * @throws FatalException if the state folder cannot be written
   */
  static String of(QuestreamConfig config) {
    String configured = config.getString(QuestreamConfig.INSTANCE_ID);
    return configured.isBlank() ? kept(config) : configured;
  }

  /** What the group knows the instance by: the id, or what the user gave the consumers directly. */
  static String inUse(QuestreamConfig config) {
    return config.streamsSettings().entrySet().stream()
        .filter(entry -> entry.getKey().toString().endsWith(GROUP_INSTANCE_ID_CONFIG))
        .map(entry -> entry.getValue().toString())
        .findFirst()
        .orElseGet(() -> of(config));
  }

  private static String kept(QuestreamConfig config) {
    Path folder = Path.of(config.getString(QuestreamConfig.STATE_DIR));
    Path file = folder.resolve(config.getString(QuestreamConfig.APPLICATION_ID) + ".instance-id");
    try {
      Files.createDirectories(folder);
      if (!Files.exists(file)) {
        create(file);
      }
      String id = Files.readString(file).strip();
      if (!id.matches("[A-Za-z0-9._-]{1,100}")) {
        throw new FatalException(
            ExitCode.ENVIRONMENT,
            "%s holds no instance id; delete it, a new one is made".formatted(file));
      }
      return id;
    } catch (IOException e) {
      throw new FatalException(
          ExitCode.ENVIRONMENT, "the state folder %s cannot be used: %s".formatted(folder, e), e);
    }
  }

  /** Whole or not at all: a process may be killed here too. */
  private static void create(Path file) throws IOException {
    String id = "questream-" + UUID.randomUUID().toString().substring(0, 18);
    AtomicFile.write(file, part -> Files.writeString(part, id + "\n"));
  }
}
