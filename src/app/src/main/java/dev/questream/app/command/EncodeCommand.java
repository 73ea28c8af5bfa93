package dev.questream.app.command;

import dev.questream.app.console.Console;
import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.io.EmbeddingWriter;
import dev.questream.app.io.InputReader;
import dev.questream.app.io.JsonlWriter;
import dev.questream.app.io.NpyWriter;
import dev.questream.app.io.OutputTarget;
import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.EncoderInfo;
import dev.questream.encoder.QuestionEncoder;
import dev.questream.encoder.batching.BatchingEncoder;
import dev.questream.model.Encoders;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The encoder without Kafka: texts in, vectors out, in the order of the input. */
@Command(
    name = "encode",
    description = "Encode a file of texts without Kafka, with the same encoder.",
    sortOptions = false)
public final class EncodeCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private LocalOptions settings;
  @Mixin private InputOptions input;
  @Mixin private GeneralOptions general;

  @Option(
      names = "--model",
      paramLabel = "M",
      description =
          "Bundled model, checkpoint folder, or owner/name on the hub."
              + " Default: bge-small-en-v1.5.")
  private String model;

  @Option(
      names = "--output",
      defaultValue = "-",
      paramLabel = "FILE|-",
      description = "Where vectors go; - for standard output, the default.")
  private String output;

  @Option(
      names = "--output-format",
      defaultValue = "jsonl",
      paramLabel = "FORMAT",
      description = "jsonl or npy (one matrix). Default: jsonl.")
  private OutputFormat outputFormat;

  @Option(
      names = "--precision",
      paramLabel = "P",
      description = "fp32, bf16, fp16, int8 or auto. Default: auto.")
  private String precision;

  @Option(
      names = "--role",
      paramLabel = "ROLE",
      description = "question or passage. Default: question.")
  private String role;

  @Option(
      names = "--prefix",
      paramLabel = "STR",
      description = "Put before every text. Default: what the model's authors recommend.")
  private String prefix;

  /** How vectors are written. */
  enum OutputFormat {
    JSONL,
    NPY
  }

  public EncodeCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    QuestreamConfig config = settings.config(flags());
    try (InputReader reader = input.reader(input.open(), config.role(), "");
        OutputTarget target = OutputTarget.of(output, console.out());
        BatchingEncoder encoder = Encoders.open(HubModel.local(config, console), config.role());
        EmbeddingWriter writer = writer(target, encoder)) {
      EncodeRun run = new EncodeRun(encoder, writer, console.progress("encoding", 0));
      run.encode(reader);
      writer.commit();
      console.err().println(run.summary());
      return (run.rejected() == 0 ? ExitCode.OK : ExitCode.REJECTED).status();
    } catch (CharacterCodingException e) {
      throw new FatalException(ExitCode.ENVIRONMENT, input + " is not valid UTF-8", e);
    } catch (IOException e) {
      throw new FatalException(
          ExitCode.ENVIRONMENT, "%s could not be encoded to %s: %s".formatted(input, output, e), e);
    }
  }

  private EmbeddingWriter writer(OutputTarget target, QuestionEncoder encoder) throws IOException {
    EncoderInfo info = encoder.info();
    return switch (outputFormat) {
      case JSONL -> new JsonlWriter(target, info.vectorType());
      case NPY -> new NpyWriter(target, info.vectorType(), info.dimensions());
    };
  }

  private Map<String, String> flags() {
    Map<String, String> flags = new HashMap<>();
    putUnlessNull(flags, QuestreamConfig.MODEL, model);
    putUnlessNull(flags, QuestreamConfig.PRECISION, precision);
    putUnlessNull(flags, QuestreamConfig.ROLE, role);
    putUnlessNull(flags, QuestreamConfig.PREFIX, prefix);
    return flags;
  }

  private static void putUnlessNull(Map<String, String> flags, String key, String value) {
    if (value != null) {
      flags.put(key, value);
    }
  }
}
