package dev.questream.serde.registry;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A key with a self-made certificate for a name, as servers and clients want it. */
public final class TlsStores {
  public static final String PASSWORD = "store-s3cret";

  private final Path folder;
  private final String name;
  private final KeyStore keys;

  public TlsStores(Path folder, String name) throws Exception {
    this.folder = folder;
    this.name = name;
    Path file = folder.resolve(name + ".p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-alias",
                name,
                "-dname",
                "CN=" + name,
                "-ext",
                "san=dns:" + name,
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                PASSWORD)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("keytool.log").toFile())
            .start();
    if (keytool.waitFor() != 0) {
      throw new AssertionError(Files.readString(folder.resolve("keytool.log")));
    }
    this.keys = KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray());
  }

  /** PKCS12, the key and its certificate. */
  public Path keyStore() {
    return folder.resolve(name + ".p12");
  }

  /** A store of the certificate alone. */
  public Path trustStore(String type) throws IOException, GeneralSecurityException {
    KeyStore trusted = KeyStore.getInstance(type);
    trusted.load(null, null);
    trusted.setCertificateEntry(name, keys.getCertificate(name));
    Path file = folder.resolve(name + "-trusted." + type);
    try (OutputStream out = Files.newOutputStream(file)) {
      trusted.store(out, PASSWORD.toCharArray());
    }
    return file;
  }

  public String certificatePem() throws GeneralSecurityException {
    return pem("CERTIFICATE", keys.getCertificate(name).getEncoded());
  }

  public String keyPem() throws GeneralSecurityException {
    Key key = keys.getKey(name, PASSWORD.toCharArray());
    return pem("PRIVATE KEY", key.getEncoded());
  }

  private static String pem(String kind, byte[] content) {
    String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    return "-----BEGIN %s-----%n%s%n-----END %s-----%n".formatted(kind, base64, kind);
  }

  /** For a server with this key that trusts a client with another. */
  public SSLContext server(TlsStores client) throws GeneralSecurityException, IOException {
    KeyManagerFactory own = KeyManagerFactory.getInstance("PKIX");
    own.init(keys, PASSWORD.toCharArray());
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("client", client.keys.getCertificate(client.name));
    TrustManagerFactory others = TrustManagerFactory.getInstance("PKIX");
    others.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(own.getKeyManagers(), others.getTrustManagers(), null);
    return context;
  }
}
