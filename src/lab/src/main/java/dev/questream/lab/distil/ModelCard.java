package dev.questream.lab.distil;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.questream.app.console.Versions;
import dev.questream.app.io.Json;
import dev.questream.checkpoint.Dropout;
import dev.questream.checkpoint.ModelFiles;
import dev.questream.checkpoint.PublishedModel;
import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.EncoderRole;
import dev.questream.engine.AdamW;
import dev.questream.engine.Platform;
import dev.questream.lab.retrieval.recall.RecallComparison;
import dev.questream.provenance.Provenance;
import dev.questream.weights.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The {@code README.md} of a model that has been learnt, as the hub shows it: what it is, what it
 * was made of and how, and what was measured. It names files without their folders.
 *
 * @param passageEncoder that made the passages' vectors; empty where they do not say
 * @param dropout that it learnt with
 */
record ModelCard(
    DistilOptions options,
    DistilInputs inputs,
    Optional<Provenance> passageEncoder,
    Distillation.Recipe recipe,
    Dropout dropout,
    TrainingReport report) {
  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .build();

  /** Writes it into the folder of the model, whose weights are there. */
  void write(Path folder) throws IOException {
    boolean sentences = Files.exists(folder.resolve(ModelFiles.MODULES));
    String name = options.output.toAbsolutePath().normalize().getFileName().toString();
    StringBuilder text = new StringBuilder("---\n");
    text.append(YAML.writeValueAsString(frontMatter(sentences))).append("---\n\n# ");
    text.append(plain(name)).append("\n\n").append(introduction()).append('\n');
    use(text, name, sentences);
    measured(text);
    data(text);
    recipe(text);
    weights(text, folder);
    Files.writeString(folder.resolve("README.md"), text);
  }

  private ObjectNode frontMatter(boolean sentences) throws IOException {
    PublishedModel student = inputs.student();
    FrontMatter source = FrontMatter.of(student);
    ObjectNode yaml = JsonNodeFactory.instance.objectNode();
    yaml.put("library_name", sentences ? "sentence-transformers" : "transformers");
    yaml.put("pipeline_tag", sentences ? "sentence-similarity" : "feature-extraction");
    base(student)
        .ifPresent(base -> yaml.put("base_model", base).put("base_model_relation", "finetune"));
    if (!source.languages().isEmpty()) {
      source.languages().forEach(yaml.putArray("language")::add);
    }
    if (!source.license().isEmpty()) {
      yaml.put("license", source.license());
    }
    List.of("question-encoder", "dense-retrieval", "distillation", "questream")
        .forEach(yaml.putArray("tags")::add);
    return yaml;
  }

  /** The student on the hub, if it is from there. */
  private static Optional<String> base(PublishedModel student) {
    if (student.id().equals(PublishedModel.BUNDLED)) {
      return Optional.of("BAAI/" + student.id());
    }
    return student.revision().isEmpty() ? Optional.empty() : Optional.of(student.id());
  }

  private String introduction() {
    return """
    A question encoder: %s, taught by %s to tell good passages for a question from others, with fixed passage vectors (`questream distil`).
    Passages are encoded by %s, as before.
    The recipe is Questream's. It is not that of RDR (Yang and Seo 2020), whose idea it follows.
    """
        .formatted(
            named(inputs.student().id()),
            inputs.reader().map(reader -> named(reader.id())).orElse("the scores of a file"),
            passageEncoder
                .map(made -> named(made.model().id()))
                .orElse("the encoder of the published vectors, which do not name it"));
  }

  private static void use(StringBuilder text, String name, boolean sentences) {
    text.append("## Use\n\n```python\n")
        .append(
            sentences
                ? """
                from sentence_transformers import SentenceTransformer

                model = SentenceTransformer("%1$s")
                vectors = model.encode(["who painted the ceiling of the sistine chapel"])
                """
                    .formatted(plain(name))
                : """
                from transformers import AutoModel, AutoTokenizer

                tokenizer = AutoTokenizer.from_pretrained("%1$s")
                model = AutoModel.from_pretrained("%1$s")
                """
                    .formatted(plain(name)))
        .append("```\n\n`questream run --model ")
        .append(plain(name))
        .append("` embeds a topic of questions with it.\n\n");
  }

  private void measured(StringBuilder text) {
    text.append(
        """
        ## Measured

        The %s in %% of %,d questions that were held out, over %,d passages (%s match). The interval is that of the difference
        in %,d paired bootstrap samples. Epoch %d of %d is this model: it has the best mean reciprocal rank of the held-out questions
        (%.4f, before %.4f), which therefore flatter it a little.

        | | %s |
        |---|%s
        """
            .formatted(
                inputs.splits().heldOut().measure(),
                report.before().recall().questions(),
                inputs.passages().size(),
                inputs.splits().heldOut().match(options.match),
                RecallComparison.SAMPLES,
                report.best().epoch(),
                recipe.epochs(),
                report.best().reciprocalRank(),
                report.before().reciprocalRank(),
                String.join(" | ", report.depths().stream().map(k -> "@" + k).toList()),
                "---|".repeat(report.depths().size())));
    row(
        text,
        "before",
        report.depths().stream()
            .map(k -> TrainingReport.percent(report.before().recall().at(k)))
            .toList());
    row(
        text,
        "after",
        report.depths().stream()
            .map(k -> TrainingReport.percent(report.best().recall().at(k)))
            .toList());
    row(
        text,
        "difference",
        report.difference().stream()
            .map(each -> TrainingReport.signed(each.difference()))
            .toList());
    row(
        text,
        "95% interval",
        report.difference().stream()
            .map(
                each ->
                    "%s to %s"
                        .formatted(
                            TrainingReport.signed(each.low()), TrainingReport.signed(each.high())))
            .toList());
    text.append(
        "\n![loss and recall](training.svg)\n\n`training.csv`: each step. `recall.csv`: each epoch.\n\n");
  }

  private static void row(StringBuilder text, String name, List<String> cells) {
    text.append("| ").append(name).append(" | ").append(String.join(" | ", cells)).append(" |\n");
  }

  private void data(StringBuilder text) {
    text.append("## Data\n\n| | | bytes | SHA-256 |\n|---|---|---|---|\n");
    Splits splits = inputs.splits();
    row(text, "%,d questions learnt from".formatted(report.questions()), inputs.questionFile());
    inputs
        .heldOutFile()
        .ifPresentOrElse(
            file -> row(text, "%,d questions held out".formatted(splits.heldOut().size()), file),
            () ->
                text.append(
                    "| %,d questions held out | of the same file, by the seed | | |%n"
                        .formatted(splits.heldOut().size())));
    row(text, "%,d passages".formatted(inputs.passages().size()), inputs.passageFile());
    inputs.scoreFile().ifPresent(file -> row(text, "the teacher's scores", file));
    inputs
        .reader()
        .ifPresent(
            reader ->
                text.append(
                    "| the teacher's weights | %s | | `%s` |%n"
                        .formatted(named(reader.id()), reader.weightsSha256())));
    text.append(
        "| the student's weights | %s | | `%s` |%n"
            .formatted(
                named(inputs.student().id(), inputs.student().revision()),
                inputs.student().weightsSha256()));
    passageEncoder.ifPresent(
        made ->
            text.append(
                "| the passage encoder's weights | %s, %s | | `%s` |%n"
                    .formatted(
                        named(made.model().id(), made.model().revision()),
                        made.computed().precision(),
                        made.model().weightsSha256())));
    text.append(
        "\nOf questions and passages the digest is that of the plain content. %,d questions that are held out too were not learnt from; %,d were repetitions.\n\n"
            .formatted(splits.common(), splits.repeated()));
  }

  private static void row(StringBuilder text, String what, DataFile file) {
    text.append(
        "| %s | %s | %,d | `%s` |%n"
            .formatted(what, named(file.name()), file.bytes(), file.sha256()));
  }

  private void recipe(StringBuilder text) {
    ObjectNode all = JsonNodeFactory.instance.objectNode();
    all.put("candidates", options.topK);
    all.put("match", inputs.splits().heldOut().match(options.match));
    if (options.heldOut == null) {
      all.put("held_out_share", options.heldOutShare);
    }
    all.set("recipe", Json.tree(recipe));
    all.set("adam_w", Json.tree(AdamW.DPR));
    all.set("dropout", Json.tree(dropout));
    all.put(
        "prefix", inputs.config().prefix().orElse(inputs.student().prefix(EncoderRole.QUESTION)));
    all.put("device", inputs.config().getString(QuestreamConfig.DEVICE));
    Platform platform = Platform.current();
    all.put("questream", Versions.questream());
    all.put("libtorch", platform.libtorch());
    all.put("processor", platform.processor());
    all.put("java", Runtime.version().toString());
    text.append("## Recipe\n\n| | |\n|---|---|\n");
    flatten("", all, text);
    text.append('\n');
  }

  private static void flatten(String prefix, JsonNode node, StringBuilder text) {
    for (Map.Entry<String, JsonNode> each : node.properties()) {
      if (each.getValue().isObject()) {
        flatten(prefix + each.getKey() + ".", each.getValue(), text);
      } else {
        text.append(
            "| %s | %s |%n".formatted(prefix + each.getKey(), named(each.getValue().asText())));
      }
    }
  }

  private static void weights(StringBuilder text, Path folder) throws IOException {
    text.append("## Weights\n\n| file | SHA-256 |\n|---|---|\n");
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file :
          files.filter(each -> each.toString().endsWith(".safetensors")).sorted().toList()) {
        text.append(
            "| %s | `%s` |%n"
                .formatted(named(folder.relativize(file).toString()), Sha256.of(file)));
      }
    }
  }

  private static String named(String name, String revision) {
    return named(revision.isEmpty() ? name : name + "@" + revision);
  }

  /** As code, which no character leaves. */
  private static String named(String text) {
    return text.isEmpty() ? "" : "`" + plain(text) + "`";
  }

  private static String plain(String text) {
    return text.replaceAll("[`|<>\\p{Cntrl}\"\\\\]", "_");
  }
}
