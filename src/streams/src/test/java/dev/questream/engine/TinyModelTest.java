package dev.questream.engine;

import static dev.questream.engine.TinyModelFolder.CLS;
import static dev.questream.engine.TinyModelFolder.SEP;
import static dev.questream.engine.TinyModelFolder.word;
import static dev.questream.engine.TinyModelFolder.wordId;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import ai.djl.pytorch.jni.JniUtils;
import dev.questream.checkpoint.PublishedModel;
import dev.questream.checkpoint.TinyCheckpoint;
import dev.questream.checkpoint.TinyCheckpoint.Layout;
import dev.questream.encoder.Cosine;
import dev.questream.encoder.Embedding;
import dev.questream.encoder.EncoderBackend;
import dev.questream.encoder.EncoderException;
import dev.questream.encoder.EncoderException.Reason;
import dev.questream.encoder.EncoderInfo;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.EncoderRole;
import dev.questream.encoder.PassageTemplate;
import dev.questream.encoder.TokenizedText;
import dev.questream.encoder.Truncation;
import dev.questream.encoder.batching.BatchingEncoder;
import dev.questream.encoder.batching.TokenBudget;
import dev.questream.provenance.Provenance;
import dev.questream.weights.ModelException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole way from a folder to vectors, with random weights, against {@link ReferenceBert}. */
class TinyModelTest {
  private static final double TOLERANCE = 1e-5;
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());

  @TempDir Path work;
  private Path cache;
  private Path folder;

  @BeforeEach
  void nameFolders() {
    cache = work.resolve("cache");
    folder = work.resolve("tiny-model");
  }

  private static TinyCheckpoint tiny(Layout layout) {
    return TinyCheckpoint.random(layout, SEED);
  }

  private TorchBackend open(EncoderRole role) {
    return open(role, "fp32", Optional.empty());
  }

  private TorchBackend open(EncoderRole role, String precision, Optional<String> prefix) {
    return TorchBackend.open(
        PublishedModel.in(folder),
        new EngineSettings(
            role,
            new EngineSettings.Text(prefix, Truncation.TRUNCATE_TAIL),
            new EngineSettings.Arithmetic(PrecisionChoice.of(precision), 0.999),
            EngineSettings.Compute.CPU,
            cache));
  }

  @Test
  void shouldLetOneSessionAloneUseSeveralThreads() throws Exception {
    TinyModelFolder.dpr(folder, tiny(Layout.QUESTION));
    EngineSettings settings =
        new EngineSettings(
            EncoderRole.QUESTION,
            EngineSettings.Text.RECOMMENDED,
            new EngineSettings.Arithmetic(PrecisionChoice.of("fp32"), 0.999),
            new EngineSettings.Compute(DeviceChoice.cpu(), 2),
            cache);
    List<int[]> texts = randomIds();
    try (TorchBackend backend = TorchBackend.open(PublishedModel.in(folder), settings);
        EncoderBackend.Session second = secondOfTwo(backend)) {
      assertThat(second.prefersSingles()).as("the other has them").isFalse();
      try (EncoderBackend.Session third = backend.openSession()) {
        assertThat(third.prefersSingles()).as("nobody has them any more").isTrue();
        assertThat(third.encode(texts)).hasSameSizeAs(texts);
      }
    }
  }

  @Test
  void shouldComputeAloneInAThreadThatBeginsDuringACallWithHelpers() throws Exception {
    TinyModelFolder.dpr(folder, tiny(Layout.QUESTION));
    try (TorchBackend backend = open(EncoderRole.QUESTION)) {
      JniUtils.setNumThreads(2); // as such a call does
      try {
        int threads =
            CompletableFuture.supplyAsync(
                    () -> {
                      try (EncoderBackend.Session session = backend.openSession()) {
                        session.encode(randomIds());
                        return JniUtils.getNumThreads();
                      }
                    },
                    task -> new Thread(task).start())
                .get(1, TimeUnit.MINUTES);
        assertThat(threads).isEqualTo(1);
      } finally {
        JniUtils.setNumThreads(1);
      }
    }
  }

  private static EncoderBackend.Session secondOfTwo(TorchBackend backend) {
    try (EncoderBackend.Session first = backend.openSession()) {
      assertThat(first.prefersSingles()).isTrue();
      return backend.openSession();
    }
  }

  /** Id sequences of all lengths, some of them twice, in random order. */
  private static List<int[]> randomIds() {
    Random random = new Random(SEED);
    List<int[]> texts = new ArrayList<>();
    for (int length = 1; length <= TinyCheckpoint.POSITIONS; length++) {
      for (int i = 0; i <= random.nextInt(3); i++) {
        texts.add(random.ints(length, 0, TinyCheckpoint.VOCABULARY).toArray());
      }
    }
    Collections.shuffle(texts, random);
    return texts;
  }

  private static void assertVectors(TorchBackend backend, Function<int[], double[]> reference) {
    List<int[]> texts = randomIds();
    try (EncoderBackend.Session session = backend.openSession()) {
      List<float[]> vectors = session.encode(texts);
      assertThat(vectors).hasSameSizeAs(texts);
      for (int i = 0; i < texts.size(); i++) {
        assertClose(vectors.get(i), reference.apply(texts.get(i)), "text " + i);
      }
    }
  }

  private static void assertClose(float[] found, double[] expected, String what) {
    assertThat(found).as("seed %d, %s", SEED, what).hasSize(expected.length);
    double worst = 0;
    for (int i = 0; i < found.length; i++) {
      double difference = Math.abs(found[i] - expected[i]);
      worst = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(worst, difference);
    }
    assertThat(worst).as("seed %d, %s", SEED, what).isLessThan(TOLERANCE);
  }

  private static double[] doubles(float[] vector) {
    return IntStream.range(0, vector.length).mapToDouble(i -> vector[i]).toArray();
  }

  private static String words(int count) {
    return IntStream.range(0, count).mapToObj(i -> word(i % 140)).collect(Collectors.joining(" "));
  }

  @Test
  void shouldEqualTheReferenceForADprQuestionEncoder() {
    TinyCheckpoint tiny = tiny(Layout.QUESTION).pooler().positionIds();
    TinyModelFolder.dpr(folder, tiny);
    try (TorchBackend backend = open(EncoderRole.QUESTION)) {
      assertVectors(backend, new ReferenceBert(tiny)::cls);
    }
  }

  @Test
  void shouldEqualTheReferenceForADprPassageEncoder() {
    TinyCheckpoint tiny = tiny(Layout.PASSAGE);
    TinyModelFolder.dpr(folder, tiny);
    try (TorchBackend backend = open(EncoderRole.PASSAGE)) {
      assertVectors(backend, new ReferenceBert(tiny)::cls);
    }
  }

  @Test
  void shouldEqualTheReferenceWithAProjection() {
    TinyCheckpoint tiny = tiny(Layout.QUESTION).projection(16);
    TinyModelFolder.dpr(folder, tiny);
    try (TorchBackend backend = open(EncoderRole.QUESTION)) {
      assertThat(backend.info().dimensions()).isEqualTo(16);
      assertVectors(backend, new ReferenceBert(tiny)::cls);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"PLAIN", "PREFIXED"})
  void shouldEqualTheReferenceWithMeanPoolingAndNormalisation(Layout layout) {
    TinyCheckpoint tiny = tiny(layout);
    TinyModelFolder.sentenceTransformer(folder, tiny, 64);
    ReferenceBert reference = new ReferenceBert(tiny);
    try (TorchBackend backend = open(EncoderRole.PASSAGE)) {
      assertVectors(backend, ids -> ReferenceBert.normalized(reference.mean(ids)));
    }
  }

  @Test
  void shouldGiveTheSameVectorAloneAndInAnyBatch() {
    TinyModelFolder.dpr(folder, tiny(Layout.QUESTION));
    Random random = new Random(SEED);
    List<int[]> texts = randomIds();
    try (TorchBackend backend = open(EncoderRole.QUESTION);
        EncoderBackend.Session session = backend.openSession()) {
      List<double[]> alone =
          texts.stream().map(ids -> doubles(session.encode(List.of(ids)).get(0))).toList();
      for (int round = 0; round < 20; round++) {
        int[] chosen = random.ints(1 + random.nextInt(40), 0, texts.size()).toArray();
        List<float[]> batched = session.encode(IntStream.of(chosen).mapToObj(texts::get).toList());
        for (int i = 0; i < chosen.length; i++) {
          assertClose(
              batched.get(i), alone.get(chosen[i]), "round " + round + ", text " + chosen[i]);
        }
      }
    }
  }

  @Test
  void shouldEncodeTextsFromSeveralWorkers() throws Exception {
    TinyCheckpoint tiny = tiny(Layout.QUESTION);
    TinyModelFolder.dpr(folder, tiny);
    ReferenceBert reference = new ReferenceBert(tiny);
    TorchBackend backend = open(EncoderRole.QUESTION);
    try (BatchingEncoder encoder = new BatchingEncoder(backend, new TokenBudget(16, 128, 2))) {
      List<EncoderInput> inputs =
          IntStream.range(0, 60).mapToObj(i -> EncoderInput.question(words(1 + i))).toList();
      List<CompletableFuture<Embedding>> futures = encoder.submit(inputs);
      for (int i = 0; i < inputs.size(); i++) {
        Embedding found = futures.get(i).get(30, TimeUnit.SECONDS);
        assertClose(
            found.vector(), reference.cls(backend.tokenize(inputs.get(i)).ids()), "text " + i);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"bf16", "fp16"})
  void shouldStayCloseToTheReferenceInLowerPrecisions(String precision) {
    TinyCheckpoint tiny = tiny(Layout.QUESTION);
    TinyModelFolder.dpr(folder, tiny);
    ReferenceBert reference = new ReferenceBert(tiny);
    try (TorchBackend backend = open(EncoderRole.QUESTION, precision, Optional.empty());
        EncoderBackend.Session session = backend.openSession()) {
      assertThat(backend.info().precision().label()).isEqualTo(precision);
      List<int[]> texts = randomIds();
      List<float[]> vectors = session.encode(texts);
      for (int i = 0; i < texts.size(); i++) {
        double[] expected = reference.cls(texts.get(i));
        float[] exact = new float[expected.length];
        for (int d = 0; d < exact.length; d++) {
          exact[d] = (float) expected[d];
        }
        assertThat(Cosine.of(vectors.get(i), exact))
            .as("seed %d, text %d", SEED, i)
            .isGreaterThan(0.99);
      }
    }
  }

  @Test
  void shouldReadWeightsThatAreStoredAsBfloat16() {
    TinyCheckpoint tiny = tiny(Layout.QUESTION);
    TinyCheckpoint stored = tiny(Layout.QUESTION);
    String name = "embeddings.LayerNorm.bias";
    byte[] ones = new byte[2 * TinyCheckpoint.HIDDEN];
    for (int i = 0; i < ones.length; i += 2) {
      ones[i] = (byte) 0x80;
      ones[i + 1] = 0x3f;
    }
    stored.with(stored.storedName(name), "BF16", ones, TinyCheckpoint.HIDDEN);
    TinyModelFolder.dpr(folder, stored);
    TinyModelFolder.dpr(work.resolve("wide"), onesAsFloats(tiny, name));
    int[] ids = {CLS, 100, 101, SEP};
    float[] found;
    try (TorchBackend backend = open(EncoderRole.QUESTION);
        EncoderBackend.Session session = backend.openSession()) {
      found = session.encode(List.of(ids)).get(0);
    }
    folder = work.resolve("wide");
    try (TorchBackend backend = open(EncoderRole.QUESTION);
        EncoderBackend.Session session = backend.openSession()) {
      assertThat(found).as("seed %d", SEED).isEqualTo(session.encode(List.of(ids)).get(0));
    }
  }

  private static TinyCheckpoint onesAsFloats(TinyCheckpoint tiny, String name) {
    byte[] ones = new byte[4 * TinyCheckpoint.HIDDEN];
    for (int i = 0; i < ones.length; i += 4) {
      ones[i + 2] = (byte) 0x80;
      ones[i + 3] = 0x3f;
    }
    return tiny.with(tiny.storedName(name), "F32", ones, TinyCheckpoint.HIDDEN);
  }

  @Test
  void shouldTellTheProvenanceOfItsVectors() throws IOException {
    TinyModelFolder.sentenceTransformer(folder, tiny(Layout.PLAIN), 32);
    try (TorchBackend backend = open(EncoderRole.QUESTION)) {
      EncoderInfo info = backend.info();
      assertThat(info.provenance())
          .isEqualTo(
              new Provenance(
                  new Provenance.Model(
                      "tiny-model", "", sha256("model.safetensors"), sha256("tokenizer.json")),
                  new Provenance.Computation("mean", true, "fp32", "", 32)));
      assertThat(info.role()).isEqualTo(EncoderRole.QUESTION);
      assertThat(info.maxTokens()).isEqualTo(32);
    }
  }

  private String sha256(String name) throws IOException {
    return dev.questream.weights.Sha256.of(Files.readAllBytes(folder.resolve(name)));
  }

  @ParameterizedTest
  @CsvSource({"PASSAGE,QUESTION", "QUESTION,PASSAGE"})
  void shouldRefuseTheOtherRoleAndNameBoth(Layout layout, EncoderRole asked) {
    TinyModelFolder.dpr(folder, tiny(layout));
    assertThatThrownBy(() -> open(asked))
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll(
            "tiny-model",
            "is a " + EncoderRole.valueOf(layout.name()).label() + " encoder",
            "a " + asked.label() + " encoder is asked for");
    // and again from the cache, where the role comes from the manifest
    assertThatThrownBy(() -> open(asked)).isInstanceOf(ModelException.class);
  }

  @ParameterizedTest
  @CsvSource({"PASSAGE,QUESTION,ctx,question", "QUESTION,PASSAGE,question,ctx"})
  void shouldNameTheCompanionThatIsMeant(
      Layout layout, EncoderRole asked, String given, String companion) throws IOException {
    folder = Files.createDirectory(work.resolve("dpr-%s_encoder-nq".formatted(given)));
    TinyModelFolder.dpr(folder, tiny(layout));
    assertThatThrownBy(() -> open(asked))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("take dpr-%s_encoder-nq".formatted(companion));
  }

  @Test
  void shouldRefuseAPrecisionThatFallsUnderTheBound() {
    TinyModelFolder.dpr(folder, tiny(Layout.QUESTION));
    EngineSettings impossible =
        new EngineSettings(
            EncoderRole.QUESTION,
            EngineSettings.Text.RECOMMENDED,
            new EngineSettings.Arithmetic(PrecisionChoice.of("bf16"), 1.1),
            EngineSettings.Compute.CPU,
            cache);
    assertThatThrownBy(() -> TorchBackend.open(PublishedModel.in(folder), impossible))
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll("bf16", "worst cosine", "1.1", "encoder.precision.min.cosine");
  }

  @Test
  void shouldTokenizeWholeShortTexts() {
    TinyModelFolder.dpr(folder, tiny(Layout.QUESTION));
    try (TorchBackend backend = open(EncoderRole.QUESTION)) {
      TokenizedText text = backend.tokenize(EncoderInput.question(word(3) + " " + word(7)));
      assertThat(text.ids()).containsExactly(CLS, wordId(3), wordId(7), SEP);
      assertThat(text.originalCount()).isEqualTo(4);
      // tokenizer.json asks for 16 tokens, padded and cut; what the model takes decides
      TokenizedText longer = backend.tokenize(EncoderInput.question(words(40)));
      assertThat(longer.ids()).hasSize(42);
      assertThat(longer.originalCount()).isEqualTo(42);
    }
  }

  @Test
  void shouldCutLongTextsAndEndThemWithTheSeparator() throws Exception {
    TinyModelFolder.dpr(folder, tiny(Layout.QUESTION));
    TorchBackend backend = open(EncoderRole.QUESTION);
    try (BatchingEncoder encoder = new BatchingEncoder(backend, new TokenBudget(64, 64, 1))) {
      assertThat(backend.info().maxTokens()).isEqualTo(64);
      TokenizedText fits = backend.tokenize(EncoderInput.question(words(62)));
      assertThat(fits.ids()).hasSize(64).endsWith(wordId(61), SEP);
      assertThat(fits.originalCount()).isEqualTo(64);
      TokenizedText cut = backend.tokenize(EncoderInput.question(words(63)));
      assertThat(cut.ids()).isEqualTo(fits.ids());
      assertThat(cut.originalCount()).isEqualTo(65);
      TokenizedText far = backend.tokenize(EncoderInput.question(words(5_000)));
      assertThat(far.ids()).hasSize(64).startsWith(CLS, wordId(0)).endsWith(wordId(61), SEP);
      assertThat(far.originalCount()).isEqualTo(5_002);
      Embedding whole = encoder.submit(EncoderInput.question(words(62))).get(30, TimeUnit.SECONDS);
      Embedding truncated =
          encoder.submit(EncoderInput.question(words(100))).get(30, TimeUnit.SECONDS);
      assertThat(whole.truncated()).isFalse();
      assertThat(truncated.truncated()).isTrue();
      assertThat(truncated.tokenCount()).isEqualTo(64);
      assertThat(truncated.originalTokenCount()).isEqualTo(102);
      assertClose(truncated.vector(), doubles(whole.vector()), "a text and its first 62 words");
    }
  }

  @Test
  void shouldPutTheTitleOfAPassageFirst() {
    TinyModelFolder.dpr(folder, tiny(Layout.PASSAGE));
    try (TorchBackend backend = open(EncoderRole.PASSAGE)) {
      assertThat(backend.tokenize(EncoderInput.passage(word(1), word(2))).ids())
          .containsExactly(CLS, wordId(1), SEP, wordId(2), SEP);
      TokenizedText cut = backend.tokenize(EncoderInput.passage(word(1), words(100)));
      assertThat(cut.ids())
          .hasSize(64)
          .startsWith(CLS, wordId(1), SEP, wordId(0))
          .endsWith(wordId(59), SEP);
      assertThat(cut.originalCount()).isEqualTo(104);
    }
  }

  @Test
  void shouldPutTheTitleAndASpaceBeforeTheTextForAUniversalEncoder() {
    TinyModelFolder.sentenceTransformer(folder, tiny(Layout.PLAIN), 64);
    try (TorchBackend backend = open(EncoderRole.PASSAGE)) {
      assertThat(backend.tokenize(EncoderInput.passage(word(1), word(2))).ids())
          .containsExactly(CLS, wordId(1), wordId(2), SEP);
      assertThat(backend.info().provenance().computed().passageTemplate())
          .isEqualTo("{title} {text}");
    }
  }

  @ParameterizedTest
  @CsvSource({"pair", "{text} {title} ab"})
  void shouldWritePassagesInTheTemplateThatIsSet(String template) {
    TinyModelFolder.sentenceTransformer(folder, tiny(Layout.PLAIN), 64);
    EngineSettings settings =
        new EngineSettings(
            EncoderRole.PASSAGE,
            new EngineSettings.Text(
                Optional.empty(),
                Optional.of(new PassageTemplate(template)),
                Truncation.TRUNCATE_TAIL),
            new EngineSettings.Arithmetic(PrecisionChoice.of("fp32"), 0.999),
            EngineSettings.Compute.CPU,
            cache);
    try (TorchBackend backend = TorchBackend.open(PublishedModel.in(folder), settings)) {
      assertThat(backend.tokenize(EncoderInput.passage(word(1), word(2))).ids())
          .containsExactly(
              template.equals("pair")
                  ? new int[] {CLS, wordId(1), SEP, wordId(2), SEP}
                  : new int[] {CLS, wordId(2), wordId(1), wordId(1), SEP});
      assertThat(backend.tokenize(EncoderInput.question(word(2))).ids())
          .as("without a title")
          .containsExactly(CLS, wordId(2), SEP);
      assertThat(backend.info().provenance().computed().passageTemplate()).isEqualTo(template);
    }
  }

  @Test
  void shouldPutThePrefixBeforeEveryText() {
    TinyModelFolder.sentenceTransformer(folder, tiny(Layout.PLAIN), 64);
    try (TorchBackend backend = open(EncoderRole.QUESTION, "fp32", Optional.of(word(9) + " "))) {
      assertThat(backend.info().provenance().computed().prefix()).isEqualTo(word(9) + " ");
      assertThat(backend.tokenize(EncoderInput.question(word(2))).ids())
          .containsExactly(CLS, wordId(9), wordId(2), SEP);
      assertThatThrownBy(() -> backend.tokenize(EncoderInput.question(" ")))
          .isInstanceOf(EncoderException.class);
    }
  }

  @Test
  void shouldRefuseTextsThatHaveNoTokens() {
    TinyModelFolder.dpr(folder, tiny(Layout.QUESTION));
    try (TorchBackend backend = open(EncoderRole.QUESTION)) {
      for (String blank : List.of("", "\t\r\n", "\u3000", "\u00a0\u200b\ufeff\0")) {
        assertReason(backend, blank, Reason.EMPTY_TEXT);
      }
      for (String dropped : List.of("\ufffd", "\u0301", " \ue000 ")) {
        assertReason(backend, dropped, Reason.EMPTY_TEXT);
      }
      assertThat(backend.tokenize(EncoderInput.question("\ud83e\udd14")).ids()).hasSize(3);
      assertThatThrownBy(() -> backend.tokenize(EncoderInput.passage(word(1), "\u0301")))
          .as("a title is no text")
          .hasMessageContaining("nothing to encode");
    }
  }

  @Test
  void shouldRefuseTextsThatAddNoTokenToThePrefix() {
    TinyModelFolder.sentenceTransformer(folder, tiny(Layout.PLAIN), 64);
    try (TorchBackend backend = open(EncoderRole.QUESTION, "fp32", Optional.of(word(9) + " "))) {
      assertReason(backend, "\u200b", Reason.EMPTY_TEXT);
      assertReason(backend, "\u0301", Reason.EMPTY_TEXT);
    }
  }

  @Test
  void shouldRefuseLoneSurrogates() {
    TinyModelFolder.dpr(folder, tiny(Layout.QUESTION));
    try (TorchBackend backend = open(EncoderRole.QUESTION)) {
      for (String malformed :
          List.of(
              "\ud83d", "\ude00", "ab \ud83d", "\ud83d ab", "\ude00\ud83d", "\ud83d\ud83d\ude00")) {
        assertReason(backend, malformed, Reason.MALFORMED_TEXT);
      }
      EncoderException title =
          catchThrowableOfType(
              EncoderException.class,
              () -> backend.tokenize(EncoderInput.passage("\ud83d", "fine")));
      assertThat(title.reason()).isEqualTo(Reason.MALFORMED_TEXT);
      assertThat(backend.tokenize(EncoderInput.question("\ud83d\ude00 ab")).ids())
          .startsWith(CLS)
          .endsWith(SEP);
    }
  }

  private static void assertReason(TorchBackend backend, String text, Reason reason) {
    EncoderException refused =
        catchThrowableOfType(
            EncoderException.class, () -> backend.tokenize(EncoderInput.question(text)));
    assertThat(refused).as("%s", (Object) text.codePoints().toArray()).isNotNull();
    assertThat(refused.reason()).isEqualTo(reason);
  }

  @Test
  void shouldRefuseADamagedTokenizer() throws IOException {
    TinyModelFolder.dpr(folder, tiny(Layout.QUESTION));
    for (String damaged : List.of("", "{", "{}", "[]", "{\"model\": {\"type\": \"Magic\"}}")) {
      Files.writeString(folder.resolve("tokenizer.json"), damaged);
      assertThatThrownBy(() -> open(EncoderRole.QUESTION))
          .as(damaged)
          .isInstanceOf(ModelException.class)
          .hasMessageContaining("tokenizer.json");
    }
  }

  @Test
  void shouldFailOnlyABatchWithAnIdThatTheModelDoesNotKnow() {
    TinyModelFolder.dpr(folder, tiny(Layout.QUESTION));
    try (TorchBackend backend = open(EncoderRole.QUESTION);
        EncoderBackend.Session session = backend.openSession()) {
      int[] good = {CLS, 100, SEP};
      float[] before = session.encode(List.of(good)).get(0);
      assertThatThrownBy(() -> session.encode(List.of(good, new int[] {CLS, 200, SEP})))
          .isInstanceOf(RuntimeException.class);
      assertThat(session.encode(List.of(good)).get(0)).isEqualTo(before);
    }
  }

  @Test
  void shouldImportOnce() throws IOException {
    TinyModelFolder.dpr(folder, tiny(Layout.QUESTION));
    open(EncoderRole.QUESTION).close();
    Path archive = archive();
    assertThat(cacheFiles()).as("no temporary file is left").hasSize(2);
    var imported = Files.getLastModifiedTime(archive);
    Object key =
        Files.readAttributes(archive, java.nio.file.attribute.BasicFileAttributes.class).fileKey();
    open(EncoderRole.QUESTION).close();
    assertThat(Files.getLastModifiedTime(archive)).isEqualTo(imported);
    assertThat(
            Files.readAttributes(archive, java.nio.file.attribute.BasicFileAttributes.class)
                .fileKey())
        .isEqualTo(key);
  }

  /** But for the marks of who uses an archive. */
  private List<Path> cacheFiles() throws IOException {
    try (Stream<Path> files = Files.list(cache)) {
      return files.filter(file -> !file.toString().endsWith(".lock")).toList();
    }
  }

  private Path archive() throws IOException {
    return only(".pt");
  }

  private Path only(String ending) throws IOException {
    List<Path> found =
        cacheFiles().stream().filter(file -> file.toString().endsWith(ending)).toList();
    assertThat(found).hasSize(1);
    return found.get(0);
  }

  private interface Damage {
    void to(Path archive, Path manifest) throws IOException;
  }

  /** Opens, damages the cache, opens again: the vectors are right and the archive is as before. */
  private void assertReimported(Damage damage) throws IOException {
    TinyCheckpoint tiny = tiny(Layout.QUESTION);
    TinyModelFolder.dpr(folder, tiny);
    open(EncoderRole.QUESTION).close();
    Path archive = archive();
    byte[] sound = Files.readAllBytes(archive);
    damage.to(archive, only(".properties"));
    try (TorchBackend backend = open(EncoderRole.QUESTION)) {
      assertVectors(backend, new ReferenceBert(tiny)::cls);
    }
    assertThat(Files.readAllBytes(archive)).as("seed %d", SEED).isEqualTo(sound);
    assertThat(cacheFiles()).hasSize(2);
  }

  @Test
  void shouldImportAgainWhenAByteOfTheArchiveHasFlipped() throws IOException {
    assertReimported(
        (archive, manifest) -> {
          byte[] bytes = Files.readAllBytes(archive);
          int at = new Random(SEED).nextInt(bytes.length);
          bytes[at] ^= 0x40;
          Files.write(archive, bytes);
        });
  }

  @Test
  void shouldImportAgainWhenTheArchiveIsCutOff() throws IOException {
    assertReimported(
        (archive, manifest) -> {
          byte[] bytes = Files.readAllBytes(archive);
          Files.write(archive, java.util.Arrays.copyOf(bytes, bytes.length / 2));
        });
  }

  @Test
  void shouldImportAgainWhenTheArchiveIsGone() throws IOException {
    assertReimported((archive, manifest) -> Files.delete(archive));
  }

  @Test
  void shouldImportAgainWhenTheManifestIsGone() throws IOException {
    assertReimported((archive, manifest) -> Files.delete(manifest));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "role=question", "dimensions=many\n", "\\u12", "\u0000\u0001"})
  void shouldImportAgainWhenTheManifestIsDamaged(String content) throws IOException {
    assertReimported((archive, manifest) -> Files.writeString(manifest, content));
  }

  @Test
  void shouldImportAgainWhenTheManifestIsNoText() throws IOException {
    assertReimported(
        (archive, manifest) -> Files.write(manifest, new byte[] {(byte) 0xff, (byte) 0xfe, 0x7f}));
  }

  @Test
  void shouldRefuseACacheThatIsAFile() throws IOException {
    TinyModelFolder.dpr(folder, tiny(Layout.QUESTION));
    Files.writeString(cache, "a file");
    assertThatThrownBy(() -> open(EncoderRole.QUESTION))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContainingAll("tiny-model", cache.toString());
    assertThat(cache).hasContent("a file");
  }

  @Test
  void shouldRefuseACacheBelowAFile() throws IOException {
    TinyModelFolder.dpr(folder, tiny(Layout.QUESTION));
    Files.writeString(cache, "a file");
    cache = cache.resolve("below");
    assertThatThrownBy(() -> open(EncoderRole.QUESTION))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(cache.toString());
  }

  @Test
  void shouldRefuseACacheThatCannotBeWritten() throws IOException {
    TinyModelFolder.dpr(folder, tiny(Layout.QUESTION));
    Files.createDirectory(cache);
    assumeThat(cache.toFile().setWritable(false)).isTrue();
    try {
      assumeThat(Files.isWritable(cache)).as("root writes everywhere").isFalse();
      assertThatThrownBy(() -> open(EncoderRole.QUESTION))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining(cache.toString());
    } finally {
      assertThat(cache.toFile().setWritable(true)).isTrue();
    }
  }

  @Test
  void shouldLeaveNothingInTheCacheWhenTheWeightsAreDamaged() throws IOException {
    TinyCheckpoint tiny = tiny(Layout.QUESTION).without("encoder.layer.1.output.LayerNorm.bias");
    TinyModelFolder.dpr(folder, tiny);
    assertThatThrownBy(() -> open(EncoderRole.QUESTION))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(
            "missing question_encoder.bert_model.encoder.layer.1.output.LayerNorm.bias");
    assertThat(cacheFiles()).isEmpty();
  }
}
