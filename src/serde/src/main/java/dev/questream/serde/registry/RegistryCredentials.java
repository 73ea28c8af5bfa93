package dev.questream.serde.registry;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.types.Password;

/** Who asks the registry: a user with a password, the bearer of a token, or nobody. */
final class RegistryCredentials {

  /** What RFC 6750 lets a token consist of. */
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

  private final Optional<String> fixed;
  private final boolean fromUrl;

  private RegistryCredentials(Optional<String> fixed, boolean fromUrl) {
    this.fixed = fixed;
    this.fromUrl = fromUrl;
  }

  /**
   * The configured ones.
   *
   * @throws ConfigException if the settings contradict each other or lack something; without a
   *     secret in it
   */
  static RegistryCredentials of(RegistryConfig config) {
    Optional<String> bearer = bearer(config);
    Optional<String> basic = basic(config);
    boolean inUrl = config.urls().stream().anyMatch(url -> url.userInfo().isPresent());
    if (bearer.isPresent() && (basic.isPresent() || inUrl)) {
      throw new ConfigException(
          "the schema registry takes a user or a token, not both: set one of %s (or user:password in %s) and %s"
              .formatted(
                  RegistryConfig.BASIC_USER_INFO, RegistryConfig.URL, RegistryConfig.BEARER_TOKEN));
    }
    return new RegistryCredentials(bearer.or(() -> basic), bearer.isEmpty() && basic.isEmpty());
  }

  private static Optional<String> basic(RegistryConfig config) {
    String source = config.getString(RegistryConfig.BASIC_SOURCE);
    Optional<String> userInfo = secret(config, RegistryConfig.BASIC_USER_INFO);
    if (source == null) {
      return userInfo.map(RegistryCredentials::basicHeader);
    }
    return switch (source.strip()) {
      case RegistryConfig.FROM_URL, "" -> Optional.empty();
      case RegistryConfig.FROM_USER_INFO ->
          Optional.of(
              basicHeader(
                  userInfo.orElseThrow(
                      () ->
                          missing(
                              RegistryConfig.BASIC_SOURCE,
                              source,
                              RegistryConfig.BASIC_USER_INFO))));
      default ->
          throw new ConfigException(
              RegistryConfig.BASIC_SOURCE,
              source,
              "must be URL or USER_INFO; with any other, set USER_INFO and "
                  + RegistryConfig.BASIC_USER_INFO);
    };
  }

  private static Optional<String> bearer(RegistryConfig config) {
    String source = config.getString(RegistryConfig.BEARER_SOURCE);
    Optional<String> token = secret(config, RegistryConfig.BEARER_TOKEN);
    boolean named = source != null && !source.isBlank();
    if (named && !source.strip().equals(RegistryConfig.STATIC_TOKEN)) {
      throw new ConfigException(
          RegistryConfig.BEARER_SOURCE,
          source,
          "must be STATIC_TOKEN, with the token in " + RegistryConfig.BEARER_TOKEN);
    }
    if (named && token.isEmpty()) {
      throw missing(RegistryConfig.BEARER_SOURCE, source, RegistryConfig.BEARER_TOKEN);
    }
    return token.map(RegistryCredentials::bearerHeader);
  }

  private static Optional<String> secret(RegistryConfig config, String key) {
    Password password = config.getPassword(key);
    return Optional.ofNullable(password).map(Password::value).filter(text -> !text.isBlank());
  }

  private static ConfigException missing(String key, String value, String needed) {
    return new ConfigException(key, value, "needs " + needed + ", which is not set");
  }

  private static String basicHeader(String userInfo) {
    if (userInfo.indexOf(':') < 0) {
      throw new ConfigException(
          RegistryConfig.BASIC_USER_INFO + " must be user:password; it has no colon");
    }
    return "Basic " + Base64.getEncoder().encodeToString(userInfo.getBytes(StandardCharsets.UTF_8));
  }

  private static String bearerHeader(String token) {
    if (!TOKEN.matcher(token.strip()).matches()) {
      throw new ConfigException(
          RegistryConfig.BEARER_TOKEN
              + " is no bearer token: it must consist of letters, digits and ._~+/-=");
    }
    return "Bearer " + token.strip();
  }

  /** The value of the Authorization header for requests to {@code url}, if there is to be one. */
  Optional<String> header(RegistryUrl url) {
    return fromUrl ? url.userInfo().map(RegistryCredentials::basicHeader) : fixed;
  }
}
