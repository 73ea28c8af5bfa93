package dev.questream.torchscript;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A TorchScript program with variations.
 *
 * <ul>
 *   <li>{@code #if NAME}, {@code #else} and {@code #end}, each on a line of its own, choose lines
 *       by an option. They may be nested.
 *   <li>{@code $NAME} is a value.
 *   <li>Other lines that begin with {@code # } are comments. They and empty lines are left out, so
 *       an edited comment changes nothing in the source.
 * </ul>
 *
 * <p>The template is strict: the names that it uses and the names that it is given must be the
 * same.
 *
 * <p><b>Threading:</b> immutable.
 */
final class SourceTemplate {
  private static final Pattern IF = Pattern.compile("^#if (\\w+)$");
  private static final Pattern COMMENT = Pattern.compile("\\s*#( .*)?");
  private static final Pattern VALUE = Pattern.compile("\\$([A-Z][A-Z0-9_]*)");

  private final String name;
  private final String text;

  SourceTemplate(String name, String text) {
    this.name = name;
    this.text = text;
  }

  /** Reads {@code torchscript/NAME} from the class path. */
  static SourceTemplate resource(String name) {
    try (InputStream in = SourceTemplate.class.getResourceAsStream("/torchscript/" + name)) {
      if (in == null) {
        throw new IllegalStateException("the class path has no torchscript/" + name);
      }
      return new SourceTemplate(name, new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The program's text.
   *
   * @param options whether each is on
   * @param values without their {@code $}
   * @throws IllegalArgumentException if a name is missing or unused, or the lines do not nest
   */
  String source(Map<String, Boolean> options, Map<String, String> values) {
    requireSame("options", names(IF), options.keySet());
    requireSame("values", names(VALUE), values.keySet());
    return VALUE
        .matcher(chosen(options))
        .replaceAll(found -> Matcher.quoteReplacement(values.get(found.group(1))));
  }

  private String chosen(Map<String, Boolean> options) {
    StringBuilder source = new StringBuilder();
    Deque<Branch> open = new ArrayDeque<>();
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      Matcher condition = IF.matcher(line);
      if (condition.matches()) {
        open.push(new Branch(options.get(condition.group(1)), false));
      } else if (line.equals("#else") && !open.isEmpty() && !open.peek().isElse()) {
        open.push(new Branch(!open.pop().taken(), true));
      } else if (line.equals("#end") && !open.isEmpty()) {
        open.pop();
      } else if (line.strip().startsWith("#") && !COMMENT.matcher(line).matches()) {
        throw new IllegalArgumentException(
            "%s:%d: %s is neither a comment nor fits here".formatted(name, number, line.strip()));
      } else if (isCode(line) && open.stream().allMatch(Branch::taken)) {
        source.append(line).append('\n');
      }
    }
    if (!open.isEmpty()) {
      throw new IllegalArgumentException(name + " lacks an #end");
    }
    return source.toString();
  }

  private record Branch(boolean taken, boolean isElse) {}

  private static boolean isCode(String line) {
    return !line.isBlank() && !COMMENT.matcher(line).matches();
  }

  /** Names in lines of code and in conditions. */
  private Set<String> names(Pattern pattern) {
    return text.lines()
        .filter(line -> !COMMENT.matcher(line).matches())
        .flatMap(line -> pattern.matcher(line).results())
        .map(found -> found.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private void requireSame(String what, Set<String> used, Set<String> given) {
    if (!used.equals(given)) {
      throw new IllegalArgumentException(
          "%s uses the %s %s, but is given %s".formatted(name, what, used, new TreeSet<>(given)));
    }
  }
}
