package dev.questream.config;

import static dev.questream.config.QuestreamConfig.AS_THE_MODEL;
import static dev.questream.config.QuestreamConfig.CACHE_DIR;
import static dev.questream.config.QuestreamConfig.DEVICE;
import static dev.questream.config.QuestreamConfig.MIN_COSINE;
import static dev.questream.config.QuestreamConfig.MODEL;
import static dev.questream.config.QuestreamConfig.PASSAGE_TEMPLATE;
import static dev.questream.config.QuestreamConfig.PRECISION;
import static dev.questream.config.QuestreamConfig.PREFIX;
import static dev.questream.config.QuestreamConfig.ROLE;
import static dev.questream.config.QuestreamConfig.TRUNCATION;
import static org.apache.kafka.common.config.ConfigDef.Importance.HIGH;
import static org.apache.kafka.common.config.ConfigDef.Importance.LOW;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;

import dev.questream.encoder.EncoderRole;
import dev.questream.encoder.PassageTemplate;
import dev.questream.encoder.Precision;
import dev.questream.encoder.Truncation;
import java.util.stream.Stream;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.NonEmptyString;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidString;
import org.apache.kafka.common.config.ConfigException;

/** Which model, in which precision and where, and what it reads of a question. */
final class ModelSettings {
  private static final String DEVICES = "auto|cpu|cuda|cuda:\\d{1,3}(,cuda:\\d{1,3})*";
  private static final String DEVICE_FORM =
      "auto, cpu, cuda (all CUDA devices), or some of them, such as cuda:0,cuda:2";

  private static final String TEMPLATE_FORM = "model, pair, or a text with {text}";

  private static final ConfigDef.Validator DEVICE_LIST =
      ConfigDef.LambdaValidator.with(
          (name, value) -> {
            if (!value.toString().matches(DEVICES)) {
              throw new ConfigException(name, value, "must be " + DEVICE_FORM);
            }
          },
          () -> DEVICE_FORM);

  private static final ConfigDef.Validator TEMPLATE =
      ConfigDef.LambdaValidator.with(
          (name, value) -> {
            String template = value.toString();
            if (!template.equals(AS_THE_MODEL) && !new PassageTemplate(template).isValid()) {
              throw new ConfigException(name, value, "must be " + TEMPLATE_FORM);
            }
          },
          () -> TEMPLATE_FORM);

  private ModelSettings() {}

  static ConfigDef define() {
    return texts(precision(model()));
  }

  private static ConfigDef model() {
    return new ConfigDef()
        .define(
            MODEL,
            Type.STRING,
            "bge-small-en-v1.5",
            new NonEmptyString(),
            HIGH,
            "The encoder: the bundled model's name, a folder with a checkpoint, or a model on the"
                + " hub (owner/name, or owner/name@revision).")
        .define(
            ROLE,
            Type.STRING,
            EncoderRole.QUESTION.label(),
            ValidString.in(EncoderRole.QUESTION.label(), EncoderRole.PASSAGE.label()),
            HIGH,
            "What the texts are, question or passage: which side of DPR the model must be, and whose"
                + " prompt and length a text gets. Passages are read from questions.topic, their"
                + " titles as input.title says, and written as encoder.passage.template says.")
        .define(
            DEVICE,
            Type.STRING,
            "auto",
            DEVICE_LIST,
            HIGH,
            "Where the model runs: "
                + DEVICE_FORM
                + ". auto: all CUDA devices if libtorch is built for CUDA, else the processor.")
        .define(
            CACHE_DIR,
            Type.STRING,
            Folders.cache().toString(),
            new NonEmptyString(),
            MEDIUM,
            "Folder of imported models.");
  }

  private static ConfigDef precision(ConfigDef settings) {
    return settings
        .define(
            PRECISION,
            Type.STRING,
            "auto",
            ValidString.in(
                Stream.concat(Stream.of("auto"), Precision.labels().stream())
                    .toArray(String[]::new)),
            HIGH,
            "Number format of weights and matrix products. auto: bf16 where the processor multiplies"
                + " it in hardware and the vectors stay close to float32, else fp32. fp16 on the"
                + " processor is the format of weights alone: products are float32. int8, for x86"
                + " processors with AVX2, is fast and coarse: a vector depends a little on what else"
                + " is in its batch, and most models need a lower encoder.precision.min.cosine. Each"
                + " record names the precision that ran.")
        .define(
            MIN_COSINE,
            Type.DOUBLE,
            0.999,
            SettingsDefinition.SHARE,
            LOW,
            "The lowest cosine to float32, over a fixed set of probe texts, that a lower precision"
                + " may have. Below it, auto takes fp32, and a fixed precision is refused.");
  }

  private static ConfigDef texts(ConfigDef settings) {
    return settings
        .define(
            TRUNCATION,
            Type.STRING,
            Truncation.TRUNCATE_TAIL.label(),
            ValidString.in(Truncation.labels().toArray(String[]::new)),
            MEDIUM,
            "What happens to a question with more tokens than the model takes: truncate-tail and"
                + " truncate-head leave a part out, and the record says so; reject sends it to the"
                + " dead letters.")
        .define(
            PREFIX,
            Type.STRING,
            AS_THE_MODEL,
            LOW,
            "Text put before every question for the encoder. The word 'model' means what the"
                + " model's authors recommend: the prompt in their config_sentence_transformers.json."
                + " Empty: none.")
        .define(
            PASSAGE_TEMPLATE,
            Type.STRING,
            AS_THE_MODEL,
            TEMPLATE,
            LOW,
            "How a passage with a title is written for the encoder: pair is"
                + " DPR's [CLS] title [SEP] text [SEP]; else a text with {title} and {text}. The word"
                + " 'model' means pair for DPR and '{title} {text}' for other models, as in BEIR and"
                + " MTEB.");
  }
}
