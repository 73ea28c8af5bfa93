package dev.questream.lab.retrieval.recall;

import java.util.List;
import java.util.Locale;

/**
 * Draws lines of percentages over 1, 2, 3, ..., n on a logarithmic axis, as a stand-alone SVG
 * document.
 */
final class SvgPlot {
  private static final int WIDTH = 720;
  private static final int HEIGHT = 440;
  private static final int LEFT = 64;
  private static final int RIGHT = 24;
  private static final int TOP = 44;
  private static final int BOTTOM = 52;
  private static final int LEGEND_ROW = 20;
  private static final List<Integer> TICKS =
      List.of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000);

  private final int n;
  private final StringBuilder body = new StringBuilder();
  private int lines;

  SvgPlot(String title, String horizontal, String vertical, int n) {
    this.n = n;
    text(LEFT, 24, "start", 15, title);
    text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 12, "middle", 12, horizontal);
    body.append(
        String.format(
            Locale.ROOT,
            "<text transform=\"translate(16 %d) rotate(-90)\" text-anchor=\"middle\" font-size=\"12\">%s</text>%n",
            (TOP + HEIGHT - BOTTOM) / 2,
            escaped(vertical)));
    for (int percent = 0; percent <= 100; percent += 20) {
      grid(LEFT, y(percent), WIDTH - RIGHT, y(percent));
      text(LEFT - 8, y(percent) + 4, "end", 11, Integer.toString(percent));
    }
    for (int tick : TICKS) {
      if (tick <= n) {
        grid(x(tick), TOP, x(tick), HEIGHT - BOTTOM);
        text(x(tick), HEIGHT - BOTTOM + 18, "middle", 11, Integer.toString(tick));
      }
    }
  }

  private double x(int k) {
    double share = n == 1 ? 0.5 : Math.log(k) / Math.log(n);
    return LEFT + share * (WIDTH - RIGHT - LEFT);
  }

  private static double y(double percent) {
    return HEIGHT - BOTTOM - percent / 100 * (HEIGHT - BOTTOM - TOP);
  }

  private void grid(double x1, double y1, double x2, double y2) {
    body.append(
        String.format(
            Locale.ROOT,
            "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>%n",
            x1,
            y1,
            x2,
            y2));
  }

  private void text(double x, double y, String anchor, int size, String text) {
    body.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" font-size=\"%d\">%s</text>%n",
            x,
            y,
            anchor,
            size,
            escaped(text)));
  }

  /** Adds a line with its name in the legend. */
  void line(String name, String color, double[] percent) {
    StringBuilder points = new StringBuilder();
    for (int k = 1; k <= n; k++) {
      points.append(String.format(Locale.ROOT, "%.2f,%.2f ", x(k), y(percent[k - 1])));
    }
    body.append(
        String.format(
            Locale.ROOT,
            "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" points=\"%s\"/>%n",
            color,
            points.toString().strip()));
    double row = HEIGHT - BOTTOM - 14 - LEGEND_ROW * lines++;
    body.append(
        String.format(
            Locale.ROOT,
            "<rect x=\"%d\" y=\"%.1f\" width=\"14\" height=\"3\" fill=\"%s\"/>%n",
            WIDTH - RIGHT - 20,
            row - 5,
            color));
    text(WIDTH - RIGHT - 26, row, "end", 12, name);
  }

  String svg() {
    return """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif">
    <rect width="100%%" height="100%%" fill="white"/>
    %s</svg>
    """
        .formatted(WIDTH, HEIGHT, body);
  }

  private static String escaped(String text) {
    StringBuilder escaped = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                default -> escaped.appendCodePoint(Character.isISOControl(c) ? ' ' : c);
              }
            });
    return escaped.toString();
  }
}
