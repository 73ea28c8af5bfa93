package dev.questream.app.kafka;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/**
 * The first words with one broker: a question for the versions of its requests, as every client
 * asks it, or the opening of TLS. Nothing secret is sent.
 *
 * @param host as it was given
 * @param port of a listener
 * @param tls whether TLS is to be spoken
 * @param limitMs for connecting, and for an answer
 */
record Greeting(String host, int port, boolean tls, int limitMs) {
  private static final short API_VERSIONS = 18;
  private static final int CORRELATION = 0x51756573;
  private static final int TLS_ALERT = 0x15;
  private static final int TLS_HANDSHAKE = 0x16;

  /** What is wrong with the address; empty if a broker answers. */
  Optional<String> wrong() {
    String wrong = "unknown host";
    try {
      for (InetAddress address : InetAddress.getAllByName(host)) {
        wrong = wrong(address);
        if (wrong.isEmpty()) {
          return Optional.empty();
        }
      }
    } catch (UnknownHostException e) {
      return Optional.of(wrong);
    }
    return Optional.of(wrong);
  }

  private String wrong(InetAddress address) {
    try {
      if (answers(address, tls)) {
        return "";
      }
      if (!answers(address, !tls)) {
        return "does not answer as Kafka does";
      }
      return tls
          ? "speaks no TLS: set kafka.security.protocol=PLAINTEXT or SASL_PLAINTEXT"
          : "speaks TLS: set kafka.security.protocol=SSL or SASL_SSL";
    } catch (SocketTimeoutException e) {
      return "no answer";
    } catch (ConnectException e) {
      return e.getMessage().replaceFirst(" \\(.*", "").toLowerCase(Locale.ROOT);
    } catch (IOException e) {
      return e.getMessage() == null ? e.toString() : e.getMessage();
    }
  }

  private boolean answers(InetAddress address, boolean inTls) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address, port), limitMs);
      socket.setSoTimeout(limitMs);
      return inTls ? answersTls(socket) : answersPlain(socket);
    } catch (ConnectException | SocketTimeoutException e) {
      throw e;
    } catch (EOFException | SocketException e) { // it does not like what it has read
      return false;
    }
  }

  private static boolean answersPlain(Socket socket) throws IOException {
    ByteBuffer question =
        ByteBuffer.allocate(Integer.BYTES + 10)
            .putInt(10)
            .putShort(API_VERSIONS)
            .putShort((short) 0) // the version that every broker knows
            .putInt(CORRELATION)
            .putShort((short) -1); // no client id
    socket.getOutputStream().write(question.array());
    DataInputStream answer = new DataInputStream(socket.getInputStream());
    answer.readInt(); // its size
    return answer.readInt() == CORRELATION;
  }

  private boolean answersTls(Socket socket) throws IOException {
    socket.getOutputStream().write(clientHello());
    int first = socket.getInputStream().read();
    return first == TLS_HANDSHAKE || first == TLS_ALERT;
  }

  private byte[] clientHello() throws IOException {
    try {
      SSLEngine engine = SSLContext.getDefault().createSSLEngine(host, port);
      engine.setUseClientMode(true);
      ByteBuffer hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
      engine.wrap(ByteBuffer.allocate(0), hello);
      return Arrays.copyOf(hello.array(), hello.position());
    } catch (NoSuchAlgorithmException e) {
      throw new IOException("this Java has no TLS", e);
    }
  }
}
