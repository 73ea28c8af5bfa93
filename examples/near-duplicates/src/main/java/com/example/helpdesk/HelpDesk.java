package com.example.helpdesk;

import dev.questream.avro.Question;
import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.EncoderRole;
import dev.questream.encoder.QuestionEncoder;
import dev.questream.model.Encoders;
import dev.questream.topology.EmbeddedStream;
import dev.questream.topology.EmbeddingNodes;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;

/**
 * A help desk's own Kafka Streams application: of the tickets it takes those that are questions,
 * embeds them, and tells new questions from those that repeat the last one of their product.
 *
 * <p>Run with a properties file: settings of Questream and, with their prefixes, of Kafka.
 */
public final class HelpDesk {
  public static final String TICKETS = "tickets";
  public static final String NEW_QUESTIONS = "new-questions";
  public static final String REPEATED_QUESTIONS = "repeated-questions";
  public static final String DEAD_LETTERS = "tickets-dead-letters";

  private HelpDesk() {}

  // docs:topology
  static Topology topology(EmbeddingNodes nodes, QuestionEncoder encoder) {
    StreamsBuilder builder = new StreamsBuilder();
    KStream<String, Question> questions =
        builder.stream(TICKETS, Consumed.with(Serdes.String(), Ticket.serde()))
            .filter((product, ticket) -> product != null && ticket != null && ticket.isQuestion())
            .mapValues(
                (product, ticket) ->
                    new Question(ticket.id(), ticket.text(), Map.of("product", product), 0L));

    EmbeddedStream embedded = nodes.embedQuestions(questions, "ticket-questions", encoder);
    embedded.deadLetters().to(DEAD_LETTERS, Produced.with(Serdes.ByteArray(), Serdes.ByteArray()));

    KStream<String, Verdict> verdicts =
        embedded
            .embeddings()
            .process(new NearDuplicates(nodes.embeddingSerde()), Named.as("near-duplicates"));
    verdicts
        .filter((id, verdict) -> verdict.isNew())
        .mapValues(Verdict::embedding)
        .to(NEW_QUESTIONS, Produced.with(Serdes.String(), nodes.embeddingSerde()));
    verdicts
        .filterNot((id, verdict) -> verdict.isNew())
        .mapValues(Verdict::repeats)
        .to(REPEATED_QUESTIONS, Produced.with(Serdes.String(), Serdes.String()));
    return builder.build();
  }

  // docs:end

  // docs:run
  static void run(QuestreamConfig config) throws InterruptedException {
    EmbeddingNodes nodes = new EmbeddingNodes(config);
    CountDownLatch stopped = new CountDownLatch(1);
    try (QuestionEncoder encoder = Encoders.open(config, EncoderRole.QUESTION);
        KafkaStreams streams = nodes.streams(topology(nodes, encoder), nodes.streamsSettings())) {
      streams.setUncaughtExceptionHandler(failure -> StreamThreadExceptionResponse.SHUTDOWN_CLIENT);
      streams.setStateListener(
          (state, before) -> {
            if (state.hasCompletedShutdown()) {
              stopped.countDown();
            }
          });
      Runtime.getRuntime().addShutdownHook(new Thread(() -> streams.close(Duration.ofSeconds(20))));
      streams.start();
      stopped.await();
    } // Kafka Streams first, then the encoder
  }

  // docs:end

  public static void main(String[] arguments) throws Exception {
    Properties file = new Properties();
    try (Reader reader = Files.newBufferedReader(Path.of(arguments[0]))) {
      file.load(reader);
    }
    Map<String, Object> settings = new HashMap<>();
    file.forEach((key, value) -> settings.put(key.toString(), value));
    run(new QuestreamConfig(settings));
  }
}
