package dev.questream.serde.registry;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigException;

/**
 * An address of a registry.
 *
 * @param base without user info and without a slash at its end; fit to be shown
 * @param userInfo what stood before the host, decoded; a secret
 */
record RegistryUrl(String base, Optional<String> userInfo) {
  private static final String APICURIO_COMPATIBLE = "/apis/ccompat/";
  private static final String APICURIO_OWN = "/apis/registry/v2";

  /**
   * Reads addresses that are separated by commas; none from a blank text.
   *
   * @throws ConfigException if one is no http or https URL
   */
  static List<RegistryUrl> list(String setting) {
    List<RegistryUrl> urls = new ArrayList<>();
    if (!setting.isBlank()) {
      for (String url : setting.split(",", -1)) {
        urls.add(parse(url.strip()));
      }
    }
    return List.copyOf(urls);
  }

  private static RegistryUrl parse(String url) {
    URI uri;
    try {
      uri = new URI(url);
    } catch (URISyntaxException e) { // its message holds the URL, password and all
      throw invalid(url, "is no URL: " + e.getReason());
    }
    boolean http =
        "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
    if (!http || uri.getHost() == null) {
      throw invalid(url, "must be a URL such as http://localhost:8081, or several with commas");
    }
    if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
      throw invalid(url, "must be a URL without ? and #");
    }
    String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
    String path = uri.getRawPath().replaceAll("/+$", "");
    return new RegistryUrl(
        uri.getScheme() + "://" + uri.getHost() + port + path,
        Optional.ofNullable(uri.getUserInfo()));
  }

  private static ConfigException invalid(String url, String why) {
    return new ConfigException(RegistryConfig.URL, withoutSecret(url), why);
  }

  /** Everything up to the last at sign may be a password. */
  private static String withoutSecret(String url) {
    return url.replaceFirst("(?s)^([a-zA-Z]+://)?.*@", "$1[hidden]@");
  }

  /** Where Apicurio's own API lies, if this is its compatible one; empty of other registries. */
  Optional<String> apicurio() {
    int compatible = base.indexOf(APICURIO_COMPATIBLE);
    return compatible < 0
        ? Optional.empty()
        : Optional.of(base.substring(0, compatible) + APICURIO_OWN);
  }

  boolean encrypted() {
    return base.regionMatches(true, 0, "https:", 0, "https:".length());
  }

  @Override
  public String toString() {
    return base;
  }
}
