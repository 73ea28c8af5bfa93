package dev.questream.it;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.LoggerFactory;

/**
 * Everything that any library logs at DEBUG while this is open, the broker's own log excepted;
 * nothing of it is printed.
 */
public final class LogCapture extends AppenderBase<ILoggingEvent> implements AutoCloseable {
  private static final String[] LOGGERS = {
    org.slf4j.Logger.ROOT_LOGGER_NAME, "dev.questream", "org.apache.kafka.streams.KafkaStreams"
  };

  private static final String[] BROKER = {
    "kafka",
    "org.apache.kafka.controller",
    "org.apache.kafka.coordinator",
    "org.apache.kafka.image",
    "org.apache.kafka.metadata",
    "org.apache.kafka.queue",
    "org.apache.kafka.raft",
    "org.apache.kafka.server",
    "org.apache.kafka.storage"
  };

  private final StringBuffer text = new StringBuffer();
  private final Map<Logger, Level> before = new HashMap<>();
  private final Logger root = logger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  private final ch.qos.logback.core.Appender<ILoggingEvent> stderr = root.getAppender("stderr");

  public LogCapture() {
    start();
    root.detachAppender(stderr);
    root.addAppender(this);
    for (String name : LOGGERS) {
      set(name, Level.DEBUG);
    }
    for (String name : BROKER) {
      set(name, Level.WARN);
    }
  }

  private void set(String name, Level level) {
    before.put(logger(name), logger(name).getLevel());
    logger(name).setLevel(level);
  }

  private static Logger logger(String name) {
    return (Logger) LoggerFactory.getLogger(name);
  }

  @Override
  protected void append(ILoggingEvent event) {
    text.append(event.getLoggerName()).append(' ').append(event.getFormattedMessage()).append('\n');
    if (event.getThrowableProxy() != null) {
      text.append(ThrowableProxyUtil.asString(event.getThrowableProxy())).append('\n');
    }
  }

  public String text() {
    return text.toString();
  }

  @Override
  public void close() {
    before.forEach(Logger::setLevel);
    root.detachAppender(this);
    root.addAppender(stderr);
    stop();
  }
}
