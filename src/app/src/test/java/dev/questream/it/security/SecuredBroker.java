package dev.questream.it.security;

import static org.awaitility.Awaitility.await;

import dev.questream.broker.EmbeddedBroker;
import dev.questream.testing.Acls.Acl;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * A broker with Kafka's own authorizer behind SASL over TLS. A plain listener, whose nameless user
 * is the only super user, is for setting up; another one has SASL without TLS.
 */
final class SecuredBroker implements AutoCloseable {
  private static final int SCRAM_ITERATIONS = 4096;

  private final List<String> secured;
  private final Map<String, Integer> ports = new HashMap<>();
  private final EmbeddedBroker broker;
  private final Admin admin;

  /**
   * @param secured the listeners with TLS, by the certificate that each shows
   * @param more settings of the broker
   */
  SecuredBroker(
      Path folder, Certificates certificates, List<String> secured, Map<String, String> more)
      throws Exception {
    this.secured = secured;
    for (String listener : List.of("plain", "controller", "open")) {
      ports.put(listener, freePort());
    }
    for (String listener : secured) {
      ports.put(listener, freePort());
    }
    Map<String, String> settings = new HashMap<>(listeners());
    for (String listener : secured) {
      String prefix = "listener.name." + listener + ".";
      settings.put(prefix + "ssl.keystore.type", "PKCS12");
      settings.put(prefix + "ssl.keystore.location", certificates.keyStore(listener).toString());
      settings.put(prefix + "ssl.keystore.password", Certificates.PASSWORD);
      settings.putAll(sasl(prefix));
    }
    settings.putAll(sasl("listener.name.open."));
    settings.put(
        "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
    settings.put("super.users", "User:ANONYMOUS");
    settings.putAll(more);
    broker = EmbeddedBroker.start(folder, ports.get("plain"), settings);
    admin = Admin.create(Map.of("bootstrap.servers", plain()));
  }

  private Map<String, String> listeners() {
    List<String> listeners = new ArrayList<>();
    List<String> advertised = new ArrayList<>();
    List<String> protocols = new ArrayList<>();
    ports.forEach(
        (name, port) -> {
          String listener = name.toUpperCase(java.util.Locale.ROOT);
          listeners.add(listener + "://localhost:" + port);
          if (!name.equals("controller")) {
            advertised.add(listener + "://localhost:" + port);
          }
          protocols.add(listener + ":" + protocol(name));
        });
    return Map.of(
        "controller.quorum.voters", "1@localhost:" + ports.get("controller"),
        "listeners", String.join(",", listeners),
        "advertised.listeners", String.join(",", advertised),
        "listener.security.protocol.map", String.join(",", protocols),
        "inter.broker.listener.name", "PLAIN");
  }

  private static Map<String, String> sasl(String prefix) {
    return Map.of(
        prefix + "sasl.enabled.mechanisms",
        "SCRAM-SHA-512,PLAIN,OAUTHBEARER",
        prefix + "scram-sha-512.sasl.jaas.config",
        "org.apache.kafka.common.security.scram.ScramLoginModule required;",
        prefix + "plain.sasl.jaas.config",
        "org.apache.kafka.common.security.plain.PlainLoginModule required"
            + " user_questream=\"plain-secret\";",
        prefix + "oauthbearer.sasl.jaas.config",
        "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required;");
  }

  private String protocol(String listener) {
    if (listener.equals("open")) {
      return "SASL_PLAINTEXT";
    }
    return secured.contains(listener) ? "SASL_SSL" : "PLAINTEXT";
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Where the super user connects. */
  String plain() {
    return "localhost:" + ports.get("plain");
  }

  /** Where users connect without TLS. */
  String open() {
    return "localhost:" + ports.get("open");
  }

  /** Where users connect. */
  String secured(String listener) {
    return "localhost:" + ports.get(listener);
  }

  Admin admin() {
    return admin;
  }

  void user(String name, String password) throws Exception {
    admin
        .alterUserScramCredentials(
            List.of(
                new UserScramCredentialUpsertion(
                    name,
                    new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, SCRAM_ITERATIONS),
                    password)))
        .all()
        .get();
  }

  /** Lets a user do exactly this from now on. */
  void allow(String user, Collection<Acl> acls) throws Exception {
    AclBindingFilter his =
        new AclBindingFilter(
            org.apache.kafka.common.resource.ResourcePatternFilter.ANY,
            new org.apache.kafka.common.acl.AccessControlEntryFilter(
                "User:" + user, null, AclOperation.ANY, AclPermissionType.ANY));
    List<AclBinding> bindings = acls.stream().map(acl -> binding(user, acl)).toList();
    admin.deleteAcls(List.of(his)).all().get();
    admin.createAcls(bindings).all().get();
    await() // the authorizer hears of it through the metadata log
        .until(
            () ->
                new java.util.HashSet<>(admin.describeAcls(his).values().get())
                    .equals(new java.util.HashSet<>(bindings)));
  }

  private static AclBinding binding(String user, Acl acl) {
    return new AclBinding(
        new ResourcePattern(
            ResourceType.valueOf(Acl.constant(acl.resource())),
            acl.name(),
            PatternType.valueOf(Acl.constant(acl.pattern()))),
        new AccessControlEntry(
            "User:" + user,
            "*",
            AclOperation.valueOf(Acl.constant(acl.operation())),
            AclPermissionType.ALLOW));
  }

  @Override
  public void close() {
    admin.close();
    broker.close();
  }
}
