package dev.questream.lab.plot;

import java.util.List;
import java.util.Locale;

/** Draws lines over two axes, as a stand-alone SVG document. */
public final class SvgPlot {
  private static final int WIDTH = 720;
  private static final int HEIGHT = 440;
  private static final int LEFT = 64;
  private static final int TOP = 44;
  private static final int BOTTOM = 52;
  private static final int LEGEND_ROW = 20;

  private final Axis horizontal;
  private final Axis vertical;
  private final Legend legend;
  private final StringBuilder body = new StringBuilder();
  private int lines;

  /** Where the names of the lines stand. */
  public enum Legend {
    /** In the lower right corner, for lines that rise. */
    INSIDE(24),
    BESIDE(130);

    private final int right;

    Legend(int right) {
      this.right = right;
    }
  }

  public SvgPlot(String title, Axis horizontal, Axis vertical, Legend legend) {
    this.horizontal = horizontal;
    this.vertical = vertical;
    this.legend = legend;
    int end = WIDTH - legend.right;
    text(LEFT, 24, "start", 15, title);
    text((LEFT + end) / 2.0, HEIGHT - 12, "middle", 12, horizontal.label());
    body.append(
        String.format(
            Locale.ROOT,
            "<text transform=\"translate(16 %d) rotate(-90)\" text-anchor=\"middle\" font-size=\"12\">%s</text>%n",
            (TOP + HEIGHT - BOTTOM) / 2,
            escaped(vertical.label())));
    for (double tick : vertical.ticks()) {
      grid(LEFT, y(tick), end, y(tick));
      text(LEFT - 8, y(tick) + 4, "end", 11, Axis.worded(tick));
    }
    for (double tick : horizontal.ticks()) {
      grid(x(tick), TOP, x(tick), HEIGHT - BOTTOM);
      text(x(tick), HEIGHT - BOTTOM + 18, "middle", 11, Axis.worded(tick));
    }
  }

  private double x(double value) {
    return LEFT + horizontal.place().applyAsDouble(value) * (WIDTH - legend.right - LEFT);
  }

  private double y(double value) {
    return HEIGHT - BOTTOM - vertical.place().applyAsDouble(value) * (HEIGHT - BOTTOM - TOP);
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

  /**
   * Adds a line with its name in the legend.
   *
   * @param xs the values of the horizontal axis
   * @param ys as many of the vertical one
   */
  public void line(String name, String color, double[] xs, double[] ys) {
    StringBuilder points = new StringBuilder();
    for (int i = 0; i < xs.length; i++) {
      points.append(String.format(Locale.ROOT, "%.2f,%.2f ", x(xs[i]), y(ys[i])));
    }
    body.append(
        String.format(
            Locale.ROOT,
            "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" points=\"%s\"/>%n",
            color,
            points.toString().strip()));
    if (legend == Legend.INSIDE) {
      double row = HEIGHT - BOTTOM - 14 - LEGEND_ROW * lines++;
      swatch(WIDTH - legend.right - 20, row, color);
      text(WIDTH - legend.right - 26, row, "end", 12, name);
    } else {
      double row = TOP + 14 + LEGEND_ROW * lines++;
      swatch(WIDTH - legend.right + 12, row, color);
      text(WIDTH - legend.right + 32, row, "start", 12, name);
    }
  }

  private void swatch(int x, double row, String color) {
    body.append(
        String.format(
            Locale.ROOT,
            "<rect x=\"%d\" y=\"%.1f\" width=\"14\" height=\"3\" fill=\"%s\"/>%n",
            x,
            row - 5,
            color));
  }

  public String svg() {
    return below(List.of(this));
  }

  /** Several, one below the other, as one document. */
  public static String below(List<SvgPlot> plots) {
    StringBuilder bodies = new StringBuilder();
    for (int i = 0; i < plots.size(); i++) {
      bodies.append("<g transform=\"translate(0 %d)\">\n".formatted(i * HEIGHT));
      bodies.append(plots.get(i).body).append("</g>\n");
    }
    return """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" fill="#222">
    <rect width="100%%" height="100%%" fill="white"/>
    %s</svg>
    """
        .formatted(WIDTH, plots.size() * HEIGHT, bodies);
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
