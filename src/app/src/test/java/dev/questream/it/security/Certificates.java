package dev.questream.it.security;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Certificates of a test's own authority, made by the JDK's keytool. */
final class Certificates {
  static final String PASSWORD = "changeit-stores";

  private final Path folder;
  private final Path all;

  /** An authority, {@code ca}, and a certificate of localhost, {@code good}. */
  Certificates(Path folder) throws Exception {
    this.folder = Files.createDirectories(folder);
    this.all = folder.resolve("all.p12");
    keytool("ca", List.of("-ext", "bc:c"));
    issue("good", "localhost", List.of());
  }

  /** What must not be trusted: another host, out of date, of another authority. */
  Certificates withBadOnes() throws Exception {
    issue("stranger", "elsewhere.example.com", List.of());
    issue("expired", "localhost", List.of("-startdate", "-20d", "-validity", "10"));
    keytool("other", List.of("-ext", "bc:c"));
    return this;
  }

  private void issue(String alias, String host, List<String> more) throws Exception {
    List<String> options = new ArrayList<>(List.of("-signer", "ca", "-ext", "san=dns:" + host));
    options.addAll(more);
    keytool(alias, options);
  }

  private void keytool(String alias, List<String> more) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-J-XX:TieredStopAtLevel=1",
                "-genkeypair",
                "-keyalg",
                "EC",
                "-alias",
                alias,
                "-dname",
                "CN=" + alias,
                "-storetype",
                "PKCS12",
                "-keystore",
                all.toString(),
                "-storepass",
                PASSWORD));
    command.addAll(more);
    Path log = folder.resolve("keytool.log");
    Process keytool =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    if (keytool.waitFor() != 0) {
      throw new AssertionError(Files.readString(log));
    }
  }

  private KeyStore load() throws IOException, GeneralSecurityException {
    return KeyStore.getInstance(all.toFile(), PASSWORD.toCharArray());
  }

  /** A store with one key and its chain. */
  Path keyStore(String alias) throws IOException, GeneralSecurityException {
    KeyStore from = load();
    KeyStore one = KeyStore.getInstance("PKCS12");
    one.load(null, null);
    char[] password = PASSWORD.toCharArray();
    one.setKeyEntry(alias, from.getKey(alias, password), password, from.getCertificateChain(alias));
    Path file = folder.resolve(alias + ".p12");
    try (OutputStream out = Files.newOutputStream(file)) {
      one.store(out, password);
    }
    return file;
  }

  /** A certificate as a PEM file, as clients trust it. */
  Path trusting(String alias) throws IOException, GeneralSecurityException {
    Certificate certificate = load().getCertificate(alias);
    String base64 =
        Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded());
    return Files.writeString(
        folder.resolve(alias + ".pem"),
        "-----BEGIN CERTIFICATE-----\n" + base64 + "\n-----END CERTIFICATE-----\n");
  }
}
