package dev.questream.it.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.questream.app.Main;
import dev.questream.app.console.Console;
import dev.questream.app.kafka.TopicScan;
import dev.questream.config.QuestreamConfig;
import dev.questream.it.KafkaFixture;
import dev.questream.serde.DeadLetterHeaders;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** One application's dead letters: writes them, runs commands on them, reads what was replayed. */
final class DeadLetterFixture {
  final QuestreamConfig config;
  final Path file;

  /** What a command ended with. */
  record Result(int status, String out, String err) {}

  DeadLetterFixture(KafkaFixture kafka, Path folder, Map<String, String> more) throws IOException {
    Map<String, String> settings = new HashMap<>(more);
    settings.putIfAbsent(QuestreamConfig.INPUT_FORMAT, "text");
    config = kafka.config(settings);
    StringBuilder text = new StringBuilder();
    kafka.settings(settings).forEach((k, v) -> text.append(k + "=" + v + "\n"));
    file = Files.writeString(folder.resolve("questream.properties"), text);
  }

  Result dlq(String... arguments) {
    List<String> line = new ArrayList<>(List.of("dlq"));
    line.addAll(List.of(arguments));
    line.addAll(List.of("--config", file.toString()));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console =
        new Console(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), false);
    int status = Main.execute(console, line.toArray(String[]::new));
    return new Result(status, out.toString(UTF_8), err.toString(UTF_8));
  }

  String questions() {
    return config.getString(QuestreamConfig.QUESTIONS_TOPIC);
  }

  String deadLetters() {
    return config.getString(QuestreamConfig.DLQ_TOPIC);
  }

  /** A dead letter as the application writes it, of partition {@code number % 6}. */
  ProducerRecord<byte[], byte[]> letter(int number, String reason) {
    ProducerRecord<byte[], byte[]> letter =
        new ProducerRecord<>(
            deadLetters(),
            0,
            System.currentTimeMillis(),
            ("k" + number).getBytes(UTF_8),
            ("question " + number).getBytes(UTF_8));
    letter.headers().add("own", Integer.toString(number).getBytes(UTF_8));
    letter.headers().add(DeadLetterHeaders.REASON, reason.getBytes(UTF_8));
    letter.headers().add(DeadLetterHeaders.MESSAGE, "made for a test".getBytes(UTF_8));
    letter.headers().add(DeadLetterHeaders.SOURCE_TOPIC, questions().getBytes(UTF_8));
    letter
        .headers()
        .add(DeadLetterHeaders.SOURCE_PARTITION, Integer.toString(number % 6).getBytes(UTF_8));
    letter
        .headers()
        .add(DeadLetterHeaders.SOURCE_OFFSET, Integer.toString(number / 6).getBytes(UTF_8));
    return letter;
  }

  void produce(List<ProducerRecord<byte[], byte[]>> records) {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            config.producerSettings(), new ByteArraySerializer(), new ByteArraySerializer())) {
      for (ProducerRecord<byte[], byte[]> record : records) {
        producer.send(
            record,
            (metadata, failure) -> {
              if (failure != null) {
                throw new AssertionError(failure);
              }
            });
      }
    }
  }

  /** What is committed in a topic. */
  List<ConsumerRecord<byte[], byte[]>> read(String topic) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (TopicScan scan = new TopicScan(config, topic)) {
      scan.forEachRemaining(records::add);
    }
    return records;
  }

  /** The values of what is committed in the questions topic, as text. */
  List<String> replayed() {
    return read(questions()).stream().map(record -> new String(record.value(), UTF_8)).toList();
  }
}
