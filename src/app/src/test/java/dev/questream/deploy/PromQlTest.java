package dev.questream.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PromQlTest {
  @Test
  void shouldFindMetricsAndLabelsAndNothingElse() {
    PromQl query =
        PromQl.parse(
            "histogram_quantile(0.99, sum by (le, instance) (rate(a_bucket{job=\"b\",pod=~\"c_d\"}[5m])))"
                + " / on(pod) group_left(version) max(e_total offset 1h) > 1e3 and absent(up)");
    assertThat(query.metrics()).containsExactly("a_bucket", "e_total", "up");
    assertThat(query.labels()).containsExactly("instance", "job", "le", "pod", "version");
  }

  @Test
  void shouldTakeAMisspeltMetricForAMetric() {
    assertThat(PromQl.parse("rate(quastream_texts_total[1m])").metrics())
        .containsExactly("quastream_texts_total");
  }
}
