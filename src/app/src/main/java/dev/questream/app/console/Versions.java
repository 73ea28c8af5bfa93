package dev.questream.app.console;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The versions of what runs. */
public final class Versions {
  private static final String KAFKA = "/kafka/kafka-version.properties"; // in Kafka's clients

  private Versions() {}

  /** Of Questream, as its jar says; {@code development} where there is no jar. */
  public static String questream() {
    String version = Versions.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  /** Of Kafka's clients, which is Kafka Streams' too. */
  public static String kafka() {
    Properties properties = new Properties();
    try (InputStream in = Versions.class.getResourceAsStream(KAFKA)) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(KAFKA + " cannot be read", e);
    }
    return properties.getProperty("version");
  }
}
