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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/**
 * The first words with one broker: a question for the versions of its requests, as every client
 * asks it, and whether it wants SASL, or the opening of TLS. Nothing secret is sent.
 *
 * @param host as it was given
 * @param port of a listener
 * @param tls whether TLS is to be spoken
 * @param sasl whether the client is going to authenticate
 * @param limitMs for connecting, and for an answer
 */
record Greeting(String host, int port, boolean tls, boolean sasl, int limitMs) {
  private static final short API_VERSIONS = 18;
  private static final short SASL_HANDSHAKE = 17;
  private static final short UNSUPPORTED_SASL_MECHANISM = 33;
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
        return tls || sasl ? "" : mechanisms(address);
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
    try (Socket socket = connected(address)) {
      return inTls ? answersTls(socket) : answersPlain(socket);
    } catch (ConnectException | SocketTimeoutException e) {
      throw e;
    } catch (EOFException | SocketException e) { // it does not like what it has read
      return false;
    }
  }

  private Socket connected(InetAddress address) throws IOException {
    Socket socket = new Socket();
    try {
      socket.connect(new InetSocketAddress(address, port), limitMs);
      socket.setSoTimeout(limitMs);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private static boolean answersPlain(Socket socket) throws IOException {
    return ask(socket, API_VERSIONS, new byte[0]).correlated();
  }

  /** What a listener says of SASL that is greeted without; empty if it does not ask for it. */
  private String mechanisms(InetAddress address) throws IOException {
    try (Socket socket = connected(address)) {
      Answer answer =
          ask(socket, SASL_HANDSHAKE, new byte[Short.BYTES]); // a mechanism without name
      if (!answer.correlated() || answer.body().readShort() != UNSUPPORTED_SASL_MECHANISM) {
        return "";
      }
      List<String> mechanisms = new ArrayList<>();
      for (int left = answer.body().readInt(); left > 0; left--) {
        mechanisms.add(answer.body().readUTF()); // as Kafka writes names: a length in two bytes
      }
      return "asks for SASL (%s): set kafka.security.protocol=SASL_PLAINTEXT and kafka.sasl.*"
          .formatted(String.join(", ", mechanisms));
    } catch (EOFException | SocketException e) { // too old to know the request
      return "";
    }
  }

  private record Answer(boolean correlated, DataInputStream body) {}

  /** Sends a request of version 0, which every broker knows, without a client id. */
  private static Answer ask(Socket socket, short request, byte[] body) throws IOException {
    int bytes = 2 * Short.BYTES + Integer.BYTES + Short.BYTES + body.length;
    ByteBuffer question =
        ByteBuffer.allocate(Integer.BYTES + bytes)
            .putInt(bytes)
            .putShort(request)
            .putShort((short) 0)
            .putInt(CORRELATION)
            .putShort((short) -1)
            .put(body);
    socket.getOutputStream().write(question.array());
    DataInputStream answer = new DataInputStream(socket.getInputStream());
    answer.readInt(); // its size
    return new Answer(answer.readInt() == CORRELATION, answer);
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
