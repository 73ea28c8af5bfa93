package dev.questream.checkpoint;

import dev.questream.encoder.EncoderRole;
import dev.questream.encoder.Pooling;
import dev.questream.weights.Checkpoint;
import dev.questream.weights.ModelException;
import dev.questream.weights.Tensor;
import dev.questream.weights.TensorShape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A model that reads a question together with a passage, and says by one number how well they fit:
 * DPR's reader ({@code DPRReader}: its relevance), or a cross-encoder ({@code
 * ...ForSequenceClassification} with one label: its logit).
 *
 * <p>As an encoder it is one whose vector, made of the first token's state, has one element.
 */
public final class ReaderModel {
  /** DPR's readers are evaluated on so many tokens. */
  private static final int DPR_TOKENS = 350;

  private final FolderModel files;
  private final Head head;

  private ReaderModel(FolderModel files, Head head) {
    this.files = files;
    this.head = head;
  }

  /**
   * How the score is made of the first token's state.
   *
   * @param layers by the last parts of their names, with what follows each
   * @param tokens a pair has at most; 0 for what the model takes
   */
  private enum Head {
    DPR(DPR_TOKENS, new Layer("qa_classifier", Activation.IDENTITY)),
    BERT(
        0,
        new Layer("pooler.dense", Activation.TANH),
        new Layer("classifier", Activation.IDENTITY)),
    ROBERTA(
        0,
        new Layer("classifier.dense", Activation.TANH),
        new Layer("classifier.out_proj", Activation.IDENTITY)),
    DISTILBERT(
        0,
        new Layer("pre_classifier", Activation.RELU),
        new Layer("classifier", Activation.IDENTITY));

    private final int tokens;
    private final List<Layer> layers;

    Head(int tokens, Layer... layers) {
      this.tokens = tokens;
      this.layers = List.of(layers);
    }

    private boolean isIn(Checkpoint weights) {
      return layers.stream().allMatch(layer -> layer.in(weights, "weight").isPresent());
    }
  }

  private record Layer(String name, Activation activation) {
    Optional<String> in(Checkpoint weights, String kind) {
      String last = name + "." + kind;
      return weights.names().stream()
          .filter(stored -> stored.equals(last) || stored.endsWith("." + last))
          .findFirst();
    }

    private Tensor read(Checkpoint weights, String kind) {
      return weights.read(
          in(weights, kind)
              .orElseThrow(
                  () ->
                      new ModelException(
                          "%s has no tensor %s.%s".formatted(weights.file(), name, kind))));
    }

    SentenceModule.Dense module(Checkpoint weights) {
      Tensor weight = read(weights, "weight");
      Tensor bias = read(weights, "bias");
      if (weight.shape().rank() != 2 || bias.shape().rank() != 1) {
        throw new ModelException(
            "%s: %s of shape %s with a bias of %s is no linear layer"
                .formatted(weights.file(), name, weight.shape(), bias.shape()));
      }
      return new SentenceModule.Dense(weight, bias, activation);
    }
  }

  /**
   * The reader in a folder.
   *
   * @throws ModelException if the folder holds none
   */
  public static ReaderModel in(Path folder) {
    return of(FolderModel.read(folder));
  }

  /**
   * A model as a reader.
   *
   * @throws ModelException if it is none
   */
  public static ReaderModel of(PublishedModel model) {
    if (!(model instanceof FolderModel files)) {
      throw new ModelException(model.location() + " holds no reader: it is an encoder");
    }
    Checkpoint weights = Checkpoint.open(files.weights());
    Head head =
        Stream.of(Head.values())
            .filter(each -> each.isIn(weights))
            .findFirst()
            .orElseThrow(
                () ->
                    new ModelException(
                        "%s holds no reader: %sneither qa_classifier of DPRReader nor the classifier of a cross-encoder (BERT, RoBERTa or DistilBERT for sequence classification) is there"
                            .formatted(weights.file(), side(weights))));
    return new ReaderModel(files, head);
  }

  /** What the names of the tensors say it is instead. */
  private static String side(Checkpoint weights) {
    Set<String> sides = new TreeSet<>();
    for (String name : weights.names()) {
      EncoderRole role = TensorName.of(name).role();
      if (role != EncoderRole.UNIVERSAL) {
        sides.add(role.label());
      }
    }
    return sides.isEmpty()
        ? ""
        : "it is a %s encoder, which sees no question together with a passage; "
            .formatted(String.join(" and ", sides));
  }

  /** Where it is, for messages. */
  public String location() {
    return files.location();
  }

  /** The name of its folder, or on the hub. */
  public String id() {
    return files.id();
  }

  /** Lower-case hex SHA-256 of the weight file. */
  public String weightsSha256() {
    return files.weightsSha256();
  }

  /** The tokenizer as JSON. */
  public byte[] tokenizerJson() {
    return files.tokenizerJson();
  }

  /** Whether a pair is question and title, and then the text without a token behind it. */
  public boolean isDpr() {
    return head == Head.DPR;
  }

  /** Whether the second text's tokens are of type 1. */
  public boolean hasTypes() {
    return head == Head.BERT;
  }

  /**
   * Tokens of a pair at most.
   *
   * @param positions that the encoder has
   */
  public int maxTokens(int positions) {
    int declared = Math.min(files.maxTokens(), positions);
    return head.tokens == 0 ? declared : Math.min(declared, head.tokens);
  }

  /**
   * The weights, recognised and checked, as an encoder of one dimension.
   *
   * @throws ModelException if they are damaged, of no family that is read, or of several labels
   */
  public EncoderCheckpoint encoder() {
    Checkpoint weights = Checkpoint.open(files.weights());
    List<SentenceModule> modules = new ArrayList<>();
    modules.add(new SentenceModule.Transformer(files.folder()));
    modules.add(SentenceModule.Pool.of(Pooling.CLS));
    Set<String> headNames = new TreeSet<>();
    for (Layer layer : head.layers) {
      modules.add(layer.module(weights));
      headNames.add(layer.in(weights, "weight").orElseThrow());
      headNames.add(layer.in(weights, "bias").orElseThrow());
    }
    EncoderCheckpoint encoder =
        EncoderCheckpoint.of(
            StateDict.of(new Without(weights, headNames), EncoderRole.UNIVERSAL),
            files.config(),
            modules);
    if (encoder.output().dimensions() != 1) {
      throw new ModelException(
          "%s gives %d labels; a reader gives one, a score"
              .formatted(weights.file(), encoder.output().dimensions()));
    }
    return encoder;
  }

  /** A checkpoint but for some tensors. */
  private record Without(Checkpoint all, Set<String> hidden) implements Checkpoint {
    @Override
    public Path file() {
      return all.file();
    }

    @Override
    public Set<String> names() {
      Set<String> names = new TreeSet<>(all.names());
      names.removeAll(hidden);
      return names;
    }

    @Override
    public TensorShape shape(String name) {
      return all.shape(name);
    }

    @Override
    public Tensor read(String name) {
      return all.read(name);
    }
  }
}
