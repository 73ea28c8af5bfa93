package dev.questream.checkpoint;

import dev.questream.encoder.EncoderRole;
import dev.questream.weights.Checkpoint;
import dev.questream.weights.ModelException;
import dev.questream.weights.Tensor;
import dev.questream.weights.TensorShape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tensors of one encoder by their plain names, such as {@code
 * encoder.layer.0.output.dense.weight}, whatever the code that trained it has put around them.
 *
 * <p>An encoder begins where its word embeddings do: what stands before them in their name ({@code
 * bert.}, {@code module.model.}, {@code 0.auto_model.}, {@code question_encoder.bert_model.}) is
 * the prefix of all its tensors. The output projection of DPR is {@code encode_proj}, inside of
 * that prefix or beside it. Heads that an encoder does not use are left out, and the log names
 * them; any other tensor beside the encoder is refused.
 *
 * <p>The names decide the role: {@code question_encoder} and {@code question_model} against {@code
 * ctx_encoder} and {@code ctx_model}. One file of DPR's own training holds both.
 */
public final class StateDict {
  private static final Logger LOG = LoggerFactory.getLogger(StateDict.class);
  private static final int MAX_NAMED = 10;
  private static final String PROJECTION = TensorNames.PROJECTION + ".";

  private final Checkpoint checkpoint;
  private final EncoderRole role;
  private final String prefix;
  private final Map<String, String> storedNames = new TreeMap<>();

  private StateDict(Checkpoint checkpoint, EncoderRole role, String prefix) {
    this.checkpoint = checkpoint;
    this.role = role;
    this.prefix = prefix;
  }

  /**
   * The encoder in a checkpoint; the one that is asked for where it holds both sides.
   *
   * @throws ModelException if it holds no encoder, several, or tensors beside it that are not known
   */
  public static StateDict of(Checkpoint checkpoint, EncoderRole asked) {
    Map<EncoderRole, String> prefixes = prefixes(checkpoint);
    EncoderRole role =
        prefixes.size() == 1
            ? prefixes.keySet().iterator().next()
            : asked == EncoderRole.PASSAGE ? asked : EncoderRole.QUESTION;
    StateDict encoder = new StateDict(checkpoint, role, prefixes.remove(role));
    encoder.collect(prefixes.keySet());
    return encoder;
  }

  /** Whether a checkpoint holds the question side and the passage side of a dual encoder. */
  static boolean holdsBothSides(Checkpoint checkpoint) {
    return prefixes(checkpoint).size() == 2;
  }

  private static Map<EncoderRole, String> prefixes(Checkpoint checkpoint) {
    Set<String> found = new TreeSet<>();
    checkpoint.names().forEach(name -> TensorName.of(name).encoderPrefix().ifPresent(found::add));
    if (found.isEmpty()) {
      throw new ModelException(
          "%s holds no encoder: no tensor is named [prefix.]%s; it has %s"
              .formatted(
                  checkpoint.file(),
                  "embeddings.word_embeddings.weight",
                  some(checkpoint.names())));
    }
    Map<EncoderRole, String> prefixes = new TreeMap<>();
    found.forEach(prefix -> prefixes.put(TensorName.of(prefix).role(), prefix));
    boolean sides = found.size() == 2 && !prefixes.containsKey(EncoderRole.UNIVERSAL);
    if (prefixes.size() < found.size() || found.size() > 1 && !sides) {
      throw new ModelException(
          "%s holds several encoders, with the prefixes %s; save the one that is wanted"
              .formatted(checkpoint.file(), some(found)));
    }
    return prefixes;
  }

  private void collect(Set<EncoderRole> otherSide) {
    Set<String> leftOut = new TreeSet<>();
    List<String> unknown = new ArrayList<>();
    for (String stored : checkpoint.names()) {
      TensorName name = TensorName.of(stored);
      String plain = name.within(prefix);
      boolean inside = name.startsWith(prefix) || plain.startsWith(PROJECTION);
      if (otherSide.contains(name.role()) || TensorName.isBuffer(plain)) {
        continue;
      }
      if (TensorName.head(plain).map(leftOut::add).isPresent()) {
        continue;
      }
      if (!inside) {
        unknown.add(stored);
        continue;
      }
      String earlier = storedNames.put(plain, stored);
      if (earlier != null) {
        throw new ModelException(
            "%s holds one tensor twice, as %s and as %s"
                .formatted(checkpoint.file(), earlier, stored));
      }
    }
    report(leftOut, unknown);
  }

  private void report(Set<String> leftOut, List<String> unknown) {
    if (!unknown.isEmpty()) {
      Collections.sort(unknown);
      throw new ModelException(
          "%s holds tensors beside the encoder %s that no encoder has: %s"
              .formatted(checkpoint.file(), prefix, some(unknown)));
    }
    if (!leftOut.isEmpty()) {
      LOG.info(
          "{}: left out what no vector needs: {}", checkpoint.file(), String.join(", ", leftOut));
    }
  }

  private static String some(Collection<String> all) {
    String shown = String.join(", ", all.stream().limit(MAX_NAMED).toList());
    return all.size() > MAX_NAMED ? shown + " and " + (all.size() - MAX_NAMED) + " more" : shown;
  }

  /** The weight file. */
  public Path file() {
    return checkpoint.file();
  }

  /** What the names say the encoder was trained for. */
  public EncoderRole role() {
    return role;
  }

  /** The plain names of all tensors. */
  public Set<String> names() {
    return Collections.unmodifiableSet(storedNames.keySet());
  }

  /** The name in the file, for messages; where the tensor is missing, the one it would have. */
  public String storedName(String name) {
    return storedNames.getOrDefault(name, prefix + name);
  }

  /** The shape of a tensor. */
  public TensorShape shape(String name) {
    return checkpoint.shape(storedName(name));
  }

  /**
   * Reads a tensor.
   *
   * @throws ModelException if it is not there or the file is damaged
   */
  public Tensor read(String name) {
    return checkpoint.read(storedName(name));
  }
}
