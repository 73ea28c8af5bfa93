package dev.questream.app.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.eclipse.jetty.io.AbstractEndPoint;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that the client of a request, which has been read to its end, closes the connection
 * before it is answered. Jetty reads nothing meanwhile, and so would not notice.
 *
 * <p>A client that sends its next request already is not watched any longer; what it sent is given
 * to the connection.
 *
 * <p><b>Threading:</b> reading and {@link #end} exclude each other: after it the connection is
 * Jetty's alone.
 */
final class Departure implements Callback {
  private static final Logger LOG = LoggerFactory.getLogger(Departure.class);
  private static final int READ_BYTES = 1024;

  private final AbstractEndPoint endPoint;
  private final Connection connection;
  private final Runnable gone;
  private boolean over; // guarded by this

  private Departure(AbstractEndPoint endPoint, Connection connection, Runnable gone) {
    this.endPoint = endPoint;
    this.connection = connection;
    this.gone = gone;
  }

  /**
   * Begins to watch.
   *
   * @param gone run once, on a thread of the server, if the client goes away before {@link #end}
   */
  static Departure watch(Request request, Runnable gone) {
    Connection connection = request.getConnectionMetaData().getConnection();
    if (!(connection.getEndPoint() instanceof AbstractEndPoint endPoint)) {
      throw new IllegalStateException("no end point of Jetty's: " + connection.getEndPoint());
    }
    Departure departure = new Departure(endPoint, connection, gone);
    endPoint.tryFillInterested(departure); // false: somebody reads, and will notice
    return departure;
  }

  /** Ends the watch; must come before the answer is written. */
  synchronized void end() {
    if (!over) {
      over = true;
      endPoint.getFillInterest().onFail(new IOException("the request is answered"));
    }
  }

  @Override
  public void succeeded() {
    if (hasGone()) {
      gone.run();
    }
  }

  /** A connection that breaks is closed by whoever writes to it next. */
  @Override
  public void failed(Throwable failure) {
    synchronized (this) {
      if (over) {
        return;
      }
      over = true;
    }
    gone.run();
  }

  private synchronized boolean hasGone() {
    if (over) {
      return false;
    }
    ByteBuffer read = BufferUtil.allocate(READ_BYTES);
    int count;
    try {
      count = endPoint.fill(read);
    } catch (IOException e) {
      LOG.debug("A connection broke while its request was answered", e);
      count = -1;
    }
    if (count == 0) {
      endPoint.tryFillInterested(this);
      return false;
    }
    over = true;
    if (count > 0 && connection instanceof Connection.UpgradeTo taking) {
      taking.onUpgradeTo(read);
    }
    return count < 0;
  }
}
