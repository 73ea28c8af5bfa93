package dev.questream.app.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.app.http.Reply;
import dev.questream.app.http.Resource;
import dev.questream.app.io.Json;
import dev.questream.encoder.EncoderInput;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;

/** The files of the page, and the documents that it asks for. */
public final class LivePage {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern FROM = Pattern.compile("(?:^|&)from=(\\d{1,18})(?:&|$)");
  private static final int SERVICE_UNAVAILABLE = 503;

  private final Figures figures;
  private final RecentAnswers recent;
  private final Supplier<Map<String, Object>> state;
  private final Optional<Asking> asking;
  private final Neighbours neighbours;

  /**
   * @param state what {@code /info} says, for the top of the page
   * @param asking asks questions; empty if nobody may ask
   */
  public LivePage(
      Figures figures,
      RecentAnswers recent,
      Supplier<Map<String, Object>> state,
      Optional<Asking> asking,
      Neighbours neighbours) {
    this.figures = figures;
    this.recent = recent;
    this.state = state;
    this.asking = asking;
    this.neighbours = neighbours;
  }

  /** What is served, by path. */
  public Map<String, Resource> resources() {
    Map<String, Resource> resources = new LinkedHashMap<>();
    resources.put("/", file("index.html", "text/html; charset=utf-8"));
    resources.put("/page.css", file("page.css", "text/css; charset=utf-8"));
    resources.put("/page.js", file("page.js", "text/javascript; charset=utf-8"));
    resources.put("/chart.js", file("chart.js", "text/javascript; charset=utf-8"));
    resources.put("/journey.js", file("journey.js", "text/javascript; charset=utf-8"));
    resources.put("/favicon.svg", file("favicon.svg", "image/svg+xml"));
    resources.put(
        "/api/figures",
        Resource.of("GET", call -> CompletableFuture.completedFuture(figures(call.query()))));
    asking.ifPresent(
        ask -> resources.put("/api/ask", Resource.of("POST", call -> ask(ask, call.body()))));
    return resources;
  }

  private static Resource file(String name, String contentType) {
    try (InputStream in = LivePage.class.getResourceAsStream("/page/" + name)) {
      Reply reply = new Reply(200, contentType, in.readAllBytes());
      return Resource.of(() -> reply);
    } catch (IOException e) {
      throw new UncheckedIOException("the page's file %s cannot be read".formatted(name), e);
    }
  }

  private Reply figures(String query) {
    Matcher from = FROM.matcher(query);
    History.Part part = figures.history().from(from.find() ? Long.parseLong(from.group(1)) : 0);
    Map<String, Object> now = new LinkedHashMap<>(state.get());
    now.put("ask", asking.isPresent());
    now.put("dead_letters", figures.deadLetters());
    return reply(
        200,
        new FiguresJson(
            now,
            Figures.INTERVAL_MS,
            Figures.KEPT,
            part.next(),
            recent.latest(),
            Sample.COLUMNS,
            part.samples().stream().map(LivePage::row).toList()));
  }

  /**
   * Samples as rows.
   *
   * @param next the number that the next sample will have
   * @param recent the last answers
   * @param rows values in the order of the columns; null where there is none
   */
  private record FiguresJson(
      Map<String, Object> state,
      long intervalMs,
      int kept,
      long next,
      RecentAnswers.Part recent,
      List<String> columns,
      List<List<Number>> rows) {}

  private static List<Number> row(Sample sample) {
    return DoubleStream.of(sample.values()).mapToObj(LivePage::shortened).toList();
  }

  /** Whole numbers as such, two decimals elsewhere; null for NaN. */
  private static Number shortened(double value) {
    if (Double.isNaN(value)) {
      return null;
    }
    return value == Math.rint(value)
        ? (Number) (long) value
        : (Number) (Math.round(value * 100) / 100.0);
  }

  private CompletableFuture<Reply> ask(Asking ask, byte[] body) {
    Optional<String> text = text(body);
    if (text.isEmpty()) {
      return CompletableFuture.completedFuture(
          error(400, "the body must be {\"text\": \"a question\"}"));
    }
    return ask.ask(text.get())
        .handle(
            (journey, failure) ->
                failure == null
                    ? reply(200, JourneyJson.of(journey, neighbours))
                    : failed(failure));
  }

  private static Optional<String> text(byte[] body) {
    try {
      JsonNode json = JSON.readTree(body);
      JsonNode text = json == null ? null : json.get("text");
      return text == null || !text.isTextual() || EncoderInput.question(text.textValue()).isBlank()
          ? Optional.empty()
          : Optional.of(text.textValue());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Reply failed(Throwable thrown) {
    Throwable failure =
        thrown instanceof CompletionException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    if (failure instanceof Asking.TooManyException) {
      return error(429, failure.getMessage());
    }
    return failure instanceof TimeoutException
        ? error(
            504,
            "No answer yet: the question is in the topic and will be answered, but the page no longer"
                + " waits for it.")
        : error(SERVICE_UNAVAILABLE, "The question could not be asked: " + failure.getMessage());
  }

  private static Reply error(int status, String message) {
    return reply(status, Map.of("error", message));
  }

  private static Reply reply(int status, Object document) {
    return Reply.json(status, Json.bytes(document));
  }
}
