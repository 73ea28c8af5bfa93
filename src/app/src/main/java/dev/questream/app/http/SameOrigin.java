package dev.questream.app.http;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Keeps other sites from making a visitor's browser change something here.
 *
 * <p>A browser says with every such request from which origin its page came. That is not enough: a
 * foreign site can let its own name lead to this address after its page was loaded, and is the same
 * origin then. So the name must be one that can only be ours: {@code localhost}, an IP address, or
 * one that the operator named.
 */
public final class SameOrigin {
  private static final Pattern IP_ADDRESS =
      Pattern.compile("\\[[0-9a-fA-F:.]+]|\\d{1,3}(\\.\\d{1,3}){3}");

  private final Set<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);

  /**
   * @param ownNames names of this server beside {@code localhost} and IP addresses
   */
  public SameOrigin(Collection<String> ownNames) {
    names.add("localhost");
    names.addAll(ownNames);
  }

  /**
   * Why a request that changes something is refused, if it is.
   *
   * @param host the header {@code Host}: name and port
   * @param origin the header {@code Origin}, or null, as from anything but a browser
   * @param fetchSite the header {@code Sec-Fetch-Site}, or null
   */
  public Optional<String> refusal(String host, String origin, String fetchSite) {
    if (host == null || !isOurs(name(host))) {
      return Optional.of(
          "the host %s is not known here; use localhost or an IP address, or name it in http.ask.hosts"
              .formatted(host));
    }
    boolean crossSite = fetchSite != null && !fetchSite.matches("same-origin|none");
    boolean otherOrigin = origin != null && !host.equalsIgnoreCase(authority(origin));
    return crossSite || otherOrigin
        ? Optional.of("a page of another site may not ask here (origin %s)".formatted(origin))
        : Optional.empty();
  }

  private boolean isOurs(String name) {
    return IP_ADDRESS.matcher(name).matches() || names.contains(name);
  }

  private static String name(String host) {
    return host.replaceFirst(":\\d*$", "");
  }

  /** A proxy may have taken the encryption away, so the scheme does not count. */
  private static String authority(String origin) {
    String lower = origin.toLowerCase(Locale.ROOT);
    return lower.startsWith("http://") || lower.startsWith("https://")
        ? origin.substring(origin.indexOf("//") + 2)
        : "";
  }
}
