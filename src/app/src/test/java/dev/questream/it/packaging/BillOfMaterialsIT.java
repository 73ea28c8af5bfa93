package dev.questream.it.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The list of libraries in the jar: all that are shipped, with licence and hash, and no time. */
class BillOfMaterialsIT {

  private static JsonNode bill() throws Exception {
    try (JarFile jar = new JarFile("target/questream-app.jar");
        InputStream in = jar.getInputStream(jar.getEntry("META-INF/sbom/questream.cdx.json"))) {
      return new ObjectMapper().readTree(in);
    }
  }

  @Test
  void shouldListEveryLibraryThatIsShipped() throws Exception {
    List<String> listed = new ArrayList<>();
    for (JsonNode component : bill().path("components")) {
      String purl = component.path("purl").asText();
      String classifier =
          purl.contains("classifier=") ? "-" + purl.replaceAll(".*classifier=([^&]*).*", "$1") : "";
      listed.add(
          component.path("name").asText()
              + "-"
              + component.path("version").asText()
              + classifier
              + ".jar");
      assertThat(component.path("licenses")).as(purl).isNotEmpty();
      assertThat(component.path("hashes")).as(purl).isNotEmpty();
    }
    try (Stream<Path> shipped = Files.list(Path.of("target/lib"))) {
      assertThat(listed)
          .containsExactlyInAnyOrderElementsOf(
              shipped.map(jar -> jar.getFileName().toString()).toList());
    }
  }

  @Test
  void shouldBeTheSameForTheSameSources() throws Exception {
    JsonNode bill = bill();
    assertThat(bill.has("serialNumber")).isFalse();
    assertThat(bill.at("/metadata").has("timestamp")).isFalse();
  }
}
