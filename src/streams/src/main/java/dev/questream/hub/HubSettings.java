package dev.questream.hub;

import dev.questream.weights.ModelException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Where the hub is and how to speak with it, from the environment variables of {@code
 * huggingface_hub}.
 *
 * @param endpoint the hub, without a slash at the end
 * @param cache the folder that holds {@code models--owner--name}
 * @param token the access token, if there is one
 * @param offline whether no request may be made
 * @see <a
 *     href="https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables">
 *     the variables</a>
 */
public record HubSettings(URI endpoint, Path cache, Optional<String> token, boolean offline) {
  private static final Set<String> TRUE = Set.of("1", "true", "yes", "on");
  private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]+");

  /**
   * @throws ModelException if the endpoint or the token cannot be sent over HTTP
   */
  public HubSettings {
    boolean web = "https".equals(endpoint.getScheme()) || "http".equals(endpoint.getScheme());
    if (!web || endpoint.getHost() == null || endpoint.getRawUserInfo() != null) {
      throw badEndpoint(endpoint.toString(), null);
    }
    if (token.isPresent() && !TOKEN.matcher(token.get()).matches()) {
      throw new ModelException(
          "the token of the hub holds spaces, line ends or characters that are not ASCII;"
              + " set HF_TOKEN to the token alone, as the hub's settings page shows it");
    }
  }

  /** Reads {@code System.getenv()}, or a map like it. */
  public static HubSettings of(Map<String, String> environment) {
    Path user = Path.of(System.getProperty("user.home"));
    Path home =
        folder(environment, "HF_HOME", user)
            .orElseGet(
                () ->
                    folder(environment, "XDG_CACHE_HOME", user)
                        .orElse(user.resolve(".cache"))
                        .resolve("huggingface"));
    Path cache = folder(environment, "HF_HUB_CACHE", user).orElse(home.resolve("hub"));
    return new HubSettings(
        endpoint(value(environment, "HF_ENDPOINT").orElse("https://huggingface.co")),
        cache,
        value(environment, "HF_TOKEN").or(() -> tokenFile(home.resolve("token"))),
        value(environment, "HF_HUB_OFFLINE")
            .map(text -> TRUE.contains(text.toLowerCase(Locale.ROOT)))
            .orElse(false));
  }

  private static URI endpoint(String text) {
    try {
      return URI.create(text.replaceAll("/+$", ""));
    } catch (IllegalArgumentException e) {
      throw badEndpoint(text, e);
    }
  }

  private static ModelException badEndpoint(String found, Throwable cause) {
    return new ModelException(
        "HF_ENDPOINT is %s; expected a URL such as https://huggingface.co".formatted(found), cause);
  }

  private static Optional<Path> folder(Map<String, String> environment, String name, Path user) {
    return value(environment, name)
        .map(
            text ->
                text.equals("~") || text.startsWith("~/")
                    ? Path.of(user + text.substring(1))
                    : Path.of(text));
  }

  private static Optional<String> value(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name)).map(String::strip).filter(t -> !t.isEmpty());
  }

  private static Optional<String> tokenFile(Path file) {
    try {
      return Files.isRegularFile(file)
          ? Optional.of(Files.readString(file).strip()).filter(text -> !text.isEmpty())
          : Optional.empty();
    } catch (IOException e) {
      throw new ModelException(
          "the token of the hub cannot be read from %s (%s); make it readable, or set HF_TOKEN"
              .formatted(file, e),
          e);
    }
  }

  /** All but the token. */
  @Override
  public String toString() {
    return "HubSettings[endpoint=%s, cache=%s, token=%s, offline=%s]"
        .formatted(endpoint, cache, token.isPresent() ? "set" : "none", offline);
  }
}
