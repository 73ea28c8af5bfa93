import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.onnx.OnnxEmbeddingModel;
import dev.langchain4j.model.embedding.onnx.PoolingMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;

/**
 * LangChain4j's embedding model in this process, one text after the other: as a program calls it
 * ({@code embed}), and as a Kafka Connect transformation calls it for every record ({@code smt}):
 * the pattern of Debezium's embedding transformation, with a record's field in and a record with one
 * more field out.
 *
 * <p>Run by {@code one_by_one.sh MODEL_FOLDER INPUT_FOLDER embed|smt SECONDS}.
 */
class OneByOne {
  private static final Schema BEFORE =
      SchemaBuilder.struct().field("id", Schema.STRING_SCHEMA).field("text", Schema.STRING_SCHEMA).build();
  private static final Schema AFTER =
      SchemaBuilder.struct()
          .field("id", Schema.STRING_SCHEMA)
          .field("text", Schema.STRING_SCHEMA)
          .field("embedding", SchemaBuilder.array(Schema.FLOAT32_SCHEMA).build())
          .build();

  private final EmbeddingModel model;
  private float sink; // so that no work can be left out

  OneByOne(EmbeddingModel model) {
    this.model = model;
  }

  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]).resolve("bert");
    List<String> texts = Files.readAllLines(Path.of(arguments[1]).resolve("texts.txt"));
    boolean smt = arguments[2].equals("smt");
    double seconds = Double.parseDouble(arguments[3]);
    EmbeddingModel model =
        new OnnxEmbeddingModel(
            folder.resolve("onnx/model.onnx"), folder.resolve("tokenizer.json"), PoolingMode.CLS);
    OneByOne run = new OneByOne(model);
    List<Integer> counts = texts.stream().map(run::tokens).toList(); // the warm-up, too
    Consumer<String> one = smt ? run::transform : run::embed;
    int passes = 0;
    long start = System.nanoTime();
    do {
      texts.forEach(one);
      passes++;
    } while (System.nanoTime() - start < seconds * 1e9);
    double took = (System.nanoTime() - start) / 1e9;
    System.out.printf(
        Locale.ROOT,
        "{\"peer\":\"%s\",\"questions\":%d,\"tokens\":%d,\"seconds\":%f,\"passes\":%d,"
            + "\"questions_per_second\":%f,\"token_counts_sha256\":\"%s\"}%n",
        smt ? "LangChain4j fp32 in a transformation (SMT)" : "LangChain4j fp32, one by one",
        texts.size(),
        counts.stream().mapToInt(Integer::intValue).sum(),
        took,
        passes,
        passes * texts.size() / took,
        digest(counts));
    System.exit(run.sink == 42 ? 1 : 0);
  }

  /** Special tokens are no usage to LangChain4j. */
  private int tokens(String text) {
    return model.embed(text).tokenUsage().inputTokenCount() + 2;
  }

  private void embed(String text) {
    sink += model.embed(text).content().vector()[0];
  }

  private void transform(String text) {
    SourceRecord record =
        new SourceRecord(null, null, "questions", BEFORE, new Struct(BEFORE).put("id", "1").put("text", text));
    Struct value = (Struct) record.value();
    Embedding embedding = model.embed(value.getString("text")).content();
    Struct extended =
        new Struct(AFTER)
            .put("id", value.get("id"))
            .put("text", value.get("text"))
            .put("embedding", embedding.vectorAsList());
    SourceRecord after =
        record.newRecord(
            record.topic(), null, record.keySchema(), record.key(), AFTER, extended, record.timestamp());
    sink += ((Struct) after.value()).<Float>getArray("embedding").get(0);
  }

  private static String digest(List<Integer> counts) throws Exception {
    String joined = counts.stream().map(String::valueOf).collect(Collectors.joining(","));
    byte[] sha = MessageDigest.getInstance("SHA-256").digest(joined.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(sha);
  }
}
