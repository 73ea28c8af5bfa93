package dev.questream.topology;

import dev.questream.avro.Question;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.QuestionEncoder;
import dev.questream.processor.Delivery;
import dev.questream.processor.EmbedClients;
import dev.questream.processor.EmbedNodes;
import dev.questream.processor.EmbedObserver;
import dev.questream.processor.EmbedProcessorSupplier;
import dev.questream.processor.StoreMemory;
import dev.questream.serde.QuestionEmbeddingDeserializer;
import dev.questream.serde.QuestionEmbeddingSerializer;
import dev.questream.serde.QuestionSerializer;
import dev.questream.serde.SerdeConfig;
import dev.questream.serde.fields.InputConfig;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.TopologyException;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;

/**
 * Embeds questions in the middle of somebody else's Kafka Streams application, with the guarantee
 * of the whole application: the questions of a node are kept in a changelogged store until their
 * answers are forwarded, and answers leave in the order of their questions.
 *
 * <p>One object belongs to one {@link KafkaStreams}. It may add several nodes, of several encoders;
 * each has its name and its store, {@code NAME-pending-questions}, with {@code unchanged=skip} also
 * {@code NAME-question-digests}. Names are for ever: a renamed store loses its changelog, and what
 * is pending in it.
 *
 * <p>Deletions (null values) pass through, in order. Dead letters must be taken too: {@link
 * #streams} refuses a topology in which nobody does.
 *
 * <p><b>Threading:</b> build on one thread. Processors run on the stream threads; encoders are
 * shared, and closed by the caller when Kafka Streams is closed.
 */
public final class EmbeddingNodes {
  private final QuestreamConfig config;
  private final EmbedObserver observer;
  private final EmbedClients clients = new EmbedClients();
  private final List<EmbedNodes> added = new ArrayList<>();
  private final List<EmbedProcessorSupplier> suppliers = new ArrayList<>();

  /**
   * Takes the settings that {@code docs/library.md} lists; topics are the caller's.
   *
   * @param config windows, bounds, formats, {@code application.id} and the guarantee
   */
  public EmbeddingNodes(QuestreamConfig config) {
    this(config, EmbedObserver.NONE);
  }

  /**
   * The same with an observer.
   *
   * @param observer told what becomes of questions, of all nodes
   */
  public EmbeddingNodes(QuestreamConfig config, EmbedObserver observer) {
    this.config = config;
    this.observer = observer;
  }

  /**
   * Embeds a stream of records in the configured {@code input.format}.
   *
   * @param questions records that come of topics, not of punctuators
   * @param name of the node, and what the names of its store and children begin with
   * @param encoder shared by all tasks
   */
  public EmbeddedStream embed(
      KStream<byte[], byte[]> questions, String name, QuestionEncoder encoder) {
    return embed(questions, name, encoder, config.serdeSettings());
  }

  /**
   * Embeds a stream of questions. One without an id gets the record's key as its id.
   *
   * @param questions keys are ids; a null value deletes
   */
  public EmbeddedStream embedQuestions(
      KStream<String, Question> questions, String name, QuestionEncoder encoder) {
    QuestionSerializer serializer = new QuestionSerializer();
    KStream<byte[], byte[]> records =
        questions.map(
            (id, question) ->
                KeyValue.pair(
                    id == null ? null : id.getBytes(StandardCharsets.UTF_8),
                    serializer.serialize(name, question)),
            Named.as(name + "-questions"));
    Map<String, Object> settings = new HashMap<>(config.serdeSettings());
    settings.keySet().removeAll(InputConfig.CONFIG.names()); // these are records of our own
    settings.put(SerdeConfig.INPUT_FORMAT, "avro");
    return embed(records, name, encoder, settings);
  }

  private EmbeddedStream embed(
      KStream<byte[], byte[]> questions,
      String name,
      QuestionEncoder encoder,
      Map<String, Object> serdeSettings) {
    EmbedNodes nodes = nodes(name);
    KStream<byte[], Object> answers =
        questions.process(supplier(nodes, encoder, serdeSettings), Named.as(name));
    return new EmbeddedStream(
        answers.process(Outlets::embeddings, Named.as(nodes.embeddings())),
        answers.process(Outlets::deadLetters, Named.as(nodes.deadLetters())));
  }

  /**
   * Adds a node to a topology that is built of processors.
   *
   * @param parents nodes that forward records with keys and values as bytes, in the configured
   *     {@code input.format}
   * @return the names to take as parents: {@link EmbedNodes#embeddings} forwards {@code
   *     Record<String, QuestionEmbedding>}, {@link EmbedNodes#deadLetters} forwards {@code
   *     Record<byte[], byte[]>}
   */
  public EmbedNodes addTo(
      Topology topology, String name, QuestionEncoder encoder, String... parents) {
    EmbedNodes nodes = nodes(name);
    topology.addProcessor(name, supplier(nodes, encoder, config.serdeSettings()), parents);
    topology.addProcessor(nodes.embeddings(), Outlets::embeddings, name);
    topology.addProcessor(nodes.deadLetters(), Outlets::deadLetters, name);
    return nodes;
  }

  private static EmbedNodes nodes(String name) {
    return new EmbedNodes(
        name,
        name + "-pending-questions",
        name + "-question-digests",
        name + "-embeddings",
        name + "-dead-letters");
  }

  private EmbedProcessorSupplier supplier(
      EmbedNodes nodes, QuestionEncoder encoder, Map<String, Object> serdeSettings) {
    EmbedProcessorSupplier supplier =
        new EmbedProcessorSupplier(
            EmbeddingTopology.settings(config),
            nodes,
            encoder,
            serdeSettings,
            observer,
            clients,
            Delivery.toNodes());
    added.add(nodes);
    suppliers.add(supplier);
    return supplier;
  }

  /**
   * The settings of Kafka Streams that belong to the configuration, to be added to. Keep what they
   * say of {@code application.id} and {@code processing.guarantee}.
   */
  public Properties streamsSettings() {
    return config.streamsSettings();
  }

  /** Embeddings for stores and topics, as {@code output.format} and the registry say. */
  public Serde<QuestionEmbedding> embeddingSerde() {
    QuestionEmbeddingSerializer serializer = new QuestionEmbeddingSerializer();
    QuestionEmbeddingDeserializer deserializer = new QuestionEmbeddingDeserializer();
    serializer.configure(config.serdeSettings(), false);
    deserializer.configure(config.serdeSettings(), false);
    return Serdes.serdeFrom(serializer, deserializer);
  }

  /** The clients that Kafka Streams must run with; {@link #streams} sees to it. */
  public KafkaClientSupplier clients() {
    return clients;
  }

  /**
   * Makes the Kafka Streams client, not yet started.
   *
   * @param topology with all nodes that were added here
   * @param settings {@link #streamsSettings} and what the caller adds
   * @throws ConfigException if a question could be lost with these settings
   * @throws TopologyException if a node is not in the topology, or nobody takes its embeddings or
   *     dead letters
   */
  public KafkaStreams streams(Topology topology, Properties settings) {
    suppliers.forEach(supplier -> supplier.requireSettings(settings));
    added.forEach(nodes -> Outlets.requireTaken(topology, nodes));
    return new KafkaStreams(topology, StoreMemory.in(settings), clients);
  }
}
