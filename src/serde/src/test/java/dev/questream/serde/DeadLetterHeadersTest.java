package dev.questream.serde;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class DeadLetterHeadersTest {

  private static List<String> names() throws IllegalAccessException {
    List<String> names = new ArrayList<>();
    for (var field : DeadLetterHeaders.class.getFields()) {
      if (Modifier.isStatic(field.getModifiers()) && !field.getName().equals("ERROR_PREFIX")) {
        names.add((String) field.get(null));
      }
    }
    return names;
  }

  @Test
  void shouldLeaveOutEveryNameThatIsDeclared() throws Exception {
    assertThat(names()).hasSize(11).doesNotHaveDuplicates();
    Headers headers = new RecordHeaders();
    headers.add("own", new byte[] {1});
    for (String name : names()) {
      headers.add(name, new byte[] {2});
      headers.add(name, new byte[] {3});
    }
    headers.add("own", null);
    Headers own = DeadLetterHeaders.withoutAdded(headers);
    assertThat(Arrays.stream(own.toArray()).map(Header::key)).containsExactly("own", "own");
    assertThat(headers.toArray()).as("the original").hasSize(24);
    own.add("more", new byte[0]);
  }
}
