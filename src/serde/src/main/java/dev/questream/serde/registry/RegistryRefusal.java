package dev.questream.serde.registry;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLException;

/** Words what a registry refused, or why it was not reached, and what to do about it. */
final class RegistryRefusal {
  private static final int LONGEST_BODY = 2000;

  private RegistryRefusal() {}

  /**
   * @param known whether the request named who asks
   */
  static SchemaRegistryException of(
      RegistryUrl url, String doing, boolean known, HttpResponse<String> response) {
    int status = response.statusCode();
    return new SchemaRegistryException(
        "the schema registry %s refused while %s: HTTP %d %s%s"
            .formatted(url, doing, status, said(response), advice(status, known)),
        status);
  }

  private static String said(HttpResponse<String> response) {
    String body = response.body().strip();
    return body.length() <= LONGEST_BODY ? body : body.substring(0, LONGEST_BODY) + "...";
  }

  private static String advice(int status, boolean known) {
    return switch (status) {
      case 301, 302, 307, 308 ->
          "; it sends elsewhere: set %s to where it is".formatted(RegistryConfig.URL);
      case 401 ->
          known
              ? "; it does not know this user or token: correct %s or %s"
                  .formatted(RegistryConfig.BASIC_USER_INFO, RegistryConfig.BEARER_TOKEN)
              : "; it asks who this is: set %s or %s"
                  .formatted(RegistryConfig.BASIC_USER_INFO, RegistryConfig.BEARER_TOKEN);
      case 403 -> "; the user lacks a right: reading, and writing if schemas are to be registered";
      default -> "";
    };
  }

  static SchemaRegistryException unreachable(RegistryUrl url, String doing, IOException e) {
    String what =
        "the schema registry %s is not reachable while %s: %s".formatted(url, doing, Causes.of(e));
    if (Causes.include(e, CertificateException.class)) {
      return new SchemaRegistryException(
          what
              + "; its certificate is not trusted: set %sssl.truststore.location (and ssl.truststore.type) to one that holds its authority, and ask under a name that the certificate bears"
                  .formatted(RegistryConfig.PREFIX),
          e);
    }
    if (e instanceof SSLException && Causes.of(e).contains("alert")) {
      return SchemaRegistryException.passing(
          what
              + "; it may want a certificate: set %sssl.keystore.location"
                  .formatted(RegistryConfig.PREFIX),
          e);
    }
    return SchemaRegistryException.passing(what, e);
  }
}
