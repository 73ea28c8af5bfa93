package dev.questream.serde;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A few bytes neither keep a reader busy nor take its memory. */
class SchemaBoundsTest {
  private static final String NODE =
      "{'type':'record','name':'Node','fields':[{'name':'next','type':['null','Node']}]}";

  private static void check(String field) {
    String record =
        "{'type':'record','name':'R','fields':[{'name':'text','type':'string'},{'name':'f','type':%s}]}"
            .formatted(field);
    SchemaBounds.check(new Schema.Parser().parse(record.replace('\'', '"')));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'type':'array','items':'null'}",
        "{'type':'map','values':{'type':'array','items':'null'}}",
        "{'type':'array','items':{'type':'record','name':'E','fields':[]}}",
        "{'type':'array','items':{'type':'record','name':'N','fields':[{'name':'a','type':'null'}]}}",
        "['null',{'type':'array','items':{'type':'fixed','name':'F','size':0}}]"
      })
  void shouldRefuseItemsWithoutBytes(String field) {
    assertThatThrownBy(() -> check(field))
        .isInstanceOf(WireException.class)
        .hasMessageContaining("items take no bytes");
  }

  @Test
  void shouldRefuseAFixedThatTakesTheMemory() {
    assertThatThrownBy(() -> check("{'type':'fixed','name':'F','size':2000000000}"))
        .isInstanceOf(WireException.class)
        .hasMessageContaining("a fixed of 2,000,000,000 bytes");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'null'",
        "{'type':'array','items':['null','string']}",
        "{'type':'array','items':'boolean'}",
        "{'type':'fixed','name':'F','size':16}",
        NODE
      })
  void shouldTakeAllOthers(String field) {
    assertThatCode(() -> check(field)).doesNotThrowAnyException();
  }
}
