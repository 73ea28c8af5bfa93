package dev.questream.app.log;

import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.EncoderBase;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes an event as a JSON object on a line: {@code time} (ISO 8601, UTC), {@code level}, {@code
 * logger}, {@code thread}, {@code message}, and where there are any {@code mdc}, {@code fields} and
 * {@code stack_trace}.
 *
 * <p>Logback's own JsonEncoder writes times as numbers, messages without their arguments, and stack
 * traces as arrays of objects, which hardly any viewer of logs can show.
 */
public final class JsonLogEncoder extends EncoderBase<ILoggingEvent> {
  private static final ObjectMapper JSON = new ObjectMapper();
  private final ThrowableProxyConverter stackTraces = new ThrowableProxyConverter();

  @Override
  public void start() {
    stackTraces.setOptionList(List.of("full"));
    stackTraces.start();
    super.start();
  }

  @Override
  public byte[] headerBytes() {
    return new byte[0];
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    ObjectNode json =
        JSON.createObjectNode()
            .put("time", event.getInstant().toString())
            .put("level", event.getLevel().toString())
            .put("logger", event.getLoggerName())
            .put("thread", event.getThreadName())
            .put("message", event.getFormattedMessage());
    if (!event.getMDCPropertyMap().isEmpty()) {
      json.set("mdc", JSON.valueToTree(event.getMDCPropertyMap()));
    }
    if (event.getKeyValuePairs() != null) {
      ObjectNode fields = json.putObject("fields");
      event.getKeyValuePairs().forEach(pair -> fields.put(pair.key, String.valueOf(pair.value)));
    }
    if (event.getThrowableProxy() != null) {
      json.put("stack_trace", stackTraces.convert(event));
    }
    return line(json);
  }

  private static byte[] line(ObjectNode json) {
    try {
      return (JSON.writeValueAsString(json) + "\n").getBytes(StandardCharsets.UTF_8);
    } catch (IOException e) { // a tree can always be written
      throw new IllegalStateException(e);
    }
  }

  @Override
  public byte[] footerBytes() {
    return new byte[0];
  }
}
