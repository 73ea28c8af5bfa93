package dev.questream.it.lab;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.app.Main;
import dev.questream.app.console.Console;
import dev.questream.app.kafka.TopicScan;
import dev.questream.app.runtime.QuestreamApplication;
import dev.questream.checkpoint.TinyCheckpoint;
import dev.questream.config.QuestreamConfig;
import dev.questream.engine.TinyModelFolder;
import dev.questream.it.KafkaFixture;
import dev.questream.testing.Repository;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * "From a live topic" of docs/distil.md, and the comparison of docs/rollover.md, command by command
 * as it stands there, with a small DPR pair of random weights: an application that answers
 * questions and one of the passages run, and judgements are on a topic.
 */
@Timeout(400)
class DistilFromTopicIT {
  private static final Duration LIMIT = Duration.ofSeconds(120);
  private static final int PASSAGES = 40;
  private static final int QUESTIONS = 12;
  private static final String PAIR = "facebook/dpr-%s_encoder-single-nq-base";

  /** What a small model of random weights needs to learn something in a second. */
  private static final List<String> QUICKLY =
      List.of(
          "--epochs",
          "10",
          "--batch",
          "4",
          "--learning-rate",
          "0.003",
          "--dropout",
          "0",
          "--top-k",
          "40");

  @TempDir Path folder;
  private final Map<String, String> named = new HashMap<>(); // by what the page calls it
  private final List<QuestreamApplication> running = new ArrayList<>();
  private final List<String> texts = new ArrayList<>();
  private final Map<String, String> questions = new LinkedHashMap<>();
  private final List<String> judgements = new ArrayList<>();
  private final List<String> later = new ArrayList<>(); // of questions that are asked later
  private KafkaFixture kafka;
  private Map<String, String> before;

  @AfterEach
  void stop() {
    running.forEach(QuestreamApplication::close);
  }

  private static String section() throws IOException {
    String page = Files.readString(Repository.path("docs/distil.md"));
    return page.substring(page.indexOf("## From a live topic"));
  }

  private static String comparison() throws IOException {
    String page = Files.readString(Repository.path("docs/rollover.md"));
    int from = page.indexOf("### Which one is better");
    return page.substring(from, page.indexOf("\n## ", from));
  }

  private static String block(String language) throws IOException {
    String begin = "\n```" + language + "\n";
    int from = section().indexOf(begin) + begin.length();
    return section().substring(from, section().indexOf("\n```", from) + 1);
  }

  /** Each as its words. */
  private static List<List<String>> commands(String section) {
    return Pattern.compile("(?m)^(?:\\./questream|kafka-\\S+\\.sh) (?:.*\\\\\n)*.*$")
        .matcher(section)
        .results()
        .map(MatchResult::group)
        .map(command -> List.of(command.replace("\\\n", " ").split("\\s+")))
        .toList();
  }

  @Test
  void shouldLeadFromJudgementsToARollover() throws Exception {
    prepare();
    List<String> said = new ArrayList<>();
    for (List<String> command : commands(section())) {
      said.add(command.get(0).endsWith(".sh") ? consume(command) : questream(command));
    }
    assertThat(said).hasSize(8);
    assertThat(said.get(1)).contains("wrote ").contains("held out");
    String encoded = said.get(2);
    String streamed = said.get(7);
    assertThat(encoded).startsWith("recall of judged passages in %, 12 questions, 40 passages");
    assertThat(rows(streamed))
        .as("both applications wrote what evaluate encodes")
        .isEqualTo(rows(encoded));
    assertThat(streamed)
        .contains("A = question_encoder (fp32), topic " + named.get("embeddings"))
        .contains("B = distilled (fp32), topic " + named.get("embeddings-v2"))
        .contains("95% interval");
    String compared = questream(commands(comparison()).get(0));
    assertThat(rows(compared)).as("with passages encoded here").isEqualTo(rows(encoded));
  }

  /** The figures of both models. */
  private static List<String> rows(String table) {
    return table.lines().filter(line -> line.matches("(question_encoder|distilled) .*")).toList();
  }

  private void prepare() throws Exception {
    Random random = new Random(5);
    StringBuilder tsv = new StringBuilder("id\ttext\ttitle\n");
    for (int i = 1; i <= PASSAGES; i++) {
      texts.add(words(random, 12));
      tsv.append(i).append('\t').append(texts.get(i - 1)).append("\ttitle\n");
    }
    for (int i = 0; i < QUESTIONS; i++) {
      String question = words(random, 5) + "?";
      questions.put("early-" + i, question);
      questions.put("late-" + i, question + " or");
      for (int passage = 1; passage <= PASSAGES; passage++) {
        boolean clicked = passage == 3 * i + 1;
        judgements.add(judgement(question, passage, clicked));
        later.add(judgement(question + " or", passage, clicked));
      }
    }
    kafka = new KafkaFixture(KafkaFixture.broker().bootstrapServers(), folder).createTopics();
    KafkaFixture ofPassages =
        new KafkaFixture(KafkaFixture.broker().bootstrapServers(), folder).createTopics();
    before = kafka.settings(exact());
    String application = before.get("application.id");
    named.put("psgs.tsv", file("psgs.tsv", tsv.toString()));
    for (String side : List.of("question", "ctx")) {
      named.put(PAIR.formatted(side), model(side).toString());
    }
    before.put("model", named.get(PAIR.formatted("question")));
    named.put("old.properties", properties("old.properties", before));
    named.put("embeddings", before.get("embeddings.topic"));
    for (String name : List.of("questream-v2", "embeddings-v2", "questions-dlq-v2", "judgements")) {
      named.put(name, application + "-" + name);
    }
    for (String name : List.of("judged.jsonl", "later.jsonl", "distilled", "new.properties")) {
      named.put(name, folder.resolve(name).toString());
    }
    named.put("/models/distilled", named.get("distilled"));
    named.put("qa.csv", named.get("later.jsonl"));
    named.put("OLD", named.get(PAIR.formatted("ctx")));
    named.put("NEW", named.get(PAIR.formatted("ctx")));
    file("later.jsonl", String.join("\n", later));

    Map<String, String> passages = ofPassages.settings(exact());
    passages.put("model", named.get(PAIR.formatted("ctx")));
    passages.putAll(
        Map.of("encoder.role", "passage", "input.format", "json", "input.title", "title"));
    named.put("passage-embeddings", passages.get("embeddings.topic"));
    named.put("passages.properties", properties("passages.properties", passages));
    start(before);
    start(passages);
    kafka.ask(kafka.config(exact()), questions);
    send();
    questream(
        List.of(
            "./questream", "produce", "--config", "passages.properties", "--input", "psgs.tsv"));
    assertThat(kafka.read(new QuestreamConfig(before), 2 * QUESTIONS, LIMIT))
        .hasSize(2 * QUESTIONS);
    assertThat(ofPassages.read(new QuestreamConfig(passages), PASSAGES, LIMIT)).hasSize(PASSAGES);
  }

  private Map<String, String> exact() {
    return new HashMap<>(
        Map.of(
            "encoder.precision", "fp32",
            "encoder.deterministic", "true",
            "encoder.device", "cpu",
            "http.port", "-1",
            "cache.dir", folder.resolve("cache").toString()));
  }

  private static String words(Random random, int count) {
    return String.join(" ", random.ints(count, 0, 140).mapToObj(TinyModelFolder::word).toList());
  }

  /** In the form of the page's example. */
  private static String judgement(String question, int passage, boolean clicked)
      throws IOException {
    String example = block("json").lines().toList().get(clicked ? 0 : 1);
    assertThat(new ObjectMapper().readTree(example).path("score").asInt())
        .isEqualTo(clicked ? 5 : 0);
    return example
        .replace("Who wrote Hamlet?", question)
        .replaceFirst("\"passage\": \"\\d+\"", "\"passage\": \"%d\"".formatted(passage));
  }

  private Path model(String side) throws IOException {
    boolean question = side.equals("question");
    return TinyModelFolder.dpr(
        Files.createDirectory(folder.resolve(side + "_encoder")),
        TinyCheckpoint.random(
            question ? TinyCheckpoint.Layout.QUESTION : TinyCheckpoint.Layout.PASSAGE,
            question ? 1 : 2));
  }

  private String file(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content).toString();
  }

  private String properties(String name, Map<String, String> settings) throws IOException {
    StringBuilder text = new StringBuilder();
    settings.forEach((key, value) -> text.append(key).append('=').append(value).append('\n'));
    return file(name, text.toString());
  }

  private void send() throws Exception {
    try (Admin admin = Admin.create(new QuestreamConfig(before).adminSettings())) {
      NewTopic topic = new NewTopic(named.get("judgements"), 1, (short) 1);
      admin.createTopics(List.of(topic)).all().get();
    }
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            new QuestreamConfig(before).producerSettings(),
            new StringSerializer(),
            new StringSerializer())) {
      judgements.forEach(
          line -> producer.send(new ProducerRecord<>(named.get("judgements"), "k", line)));
    }
  }

  private void start(Map<String, String> settings) {
    QuestreamApplication application = QuestreamApplication.start(new QuestreamConfig(settings));
    running.add(application);
    application.awaitRunning(LIMIT);
  }

  /** Kafka's own program is not here: the values of the topic's records, a line each. */
  private String consume(List<String> command) throws IOException {
    String topic = named.get(command.get(command.indexOf("--topic") + 1));
    StringBuilder values = new StringBuilder();
    try (var scan = new TopicScan(new QuestreamConfig(before), topic)) {
      while (scan.hasNext()) {
        ConsumerRecord<byte[], byte[]> record = scan.next();
        values.append(new String(record.value(), UTF_8)).append('\n');
      }
    }
    return file(command.get(command.size() - 1), values.toString());
  }

  private String questream(List<String> command) throws IOException {
    List<String> arguments = new ArrayList<>(command.stream().skip(1).map(this::replaced).toList());
    if (arguments.contains("topics")) {
      writeNewSettings();
    }
    if (arguments.contains("run")) {
      start(new HashMap<>(settings(Files.readString(Path.of(named.get("new.properties"))))));
      return "";
    }
    if (arguments.contains("distil")) {
      arguments.addAll(QUICKLY);
      arguments.addAll(List.of("--held-out", named.get("later.jsonl")));
    }
    if (arguments.contains("status")) {
      await().atMost(LIMIT).until(() -> execute(arguments).status() == 0);
    }
    Result result = execute(arguments);
    assertThat(result.status()).as(arguments + "\n" + result.out() + result.err()).isZero();
    return result.out();
  }

  private String replaced(String word) {
    int value = word.startsWith("--") ? word.indexOf('=') + 1 : 0;
    return word.substring(0, value)
        + named.getOrDefault(word.substring(value), word.substring(value));
  }

  /** The old ones, and what the page changes. */
  private void writeNewSettings() throws IOException {
    Map<String, String> after = new HashMap<>(before);
    settings(block("properties")).forEach((key, value) -> after.put(key, replaced(value)));
    properties("new.properties", after);
  }

  private static Map<String, String> settings(String text) throws IOException {
    Properties properties = new Properties();
    properties.load(new StringReader(text));
    Map<String, String> settings = new HashMap<>();
    properties.forEach((key, value) -> settings.put(key.toString(), value.toString()));
    return settings;
  }

  private record Result(int status, String out, String err) {}

  private static Result execute(List<String> arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console =
        new Console(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), false);
    int status = Main.execute(console, arguments.toArray(String[]::new));
    return new Result(status, out.toString(UTF_8), err.toString(UTF_8));
  }
}
