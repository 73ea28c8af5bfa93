package dev.questream.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The image of the profile {@code image} says the same as {@code deploy/Dockerfile}. */
class ImageWithoutDockerTest {
  private static final String DOCKERFILE = DeployFiles.text("deploy/Dockerfile");
  private static final String POM = DeployFiles.text("src/app/pom.xml");

  private static Map<String, String> pairs(String pattern, String text) {
    Map<String, String> pairs = new TreeMap<>();
    Pattern.compile(pattern)
        .matcher(text)
        .results()
        .forEach(pair -> pairs.put(pair.group(1), pair.group(2)));
    return pairs;
  }

  private static String between(String start, String end, String text) {
    Matcher found =
        Pattern.compile(Pattern.quote(start) + "(.*?)" + Pattern.quote(end), Pattern.DOTALL)
            .matcher(text);
    assertThat(found.find()).as(start).isTrue();
    return found.group(1);
  }

  @Test
  void shouldHaveTheEnvironmentOfTheDockerfile() {
    String variables = between("ENV ", "EXPOSE", DOCKERFILE);
    assertThat(pairs("<(\\w+)>([^<]*)</", between("<environment>", "</environment>", POM)))
        .isNotEmpty()
        .isEqualTo(pairs("(\\w+)=(\\S+)", variables));
  }

  @Test
  void shouldHaveTheBaseUserAndFlagsOfTheDockerfile() {
    String base = between("ARG RUNTIME_IMAGE=", "\n", DOCKERFILE);
    assertThat(POM).contains("<image>" + base + "</image>");
    assertThat(POM).contains("<user>" + between("USER ", "\n", DOCKERFILE) + "</user>");
    assertThat(POM)
        .contains("<workingDirectory>" + between("USER 10001:10001\nWORKDIR ", "\n", DOCKERFILE));
    String entry = between("ENTRYPOINT [", "]", DOCKERFILE);
    assertThat(Pattern.compile("\"(-XX:[^\"]+)\"").matcher(entry).results().map(MatchResult::group))
        .isNotEmpty()
        .allSatisfy(
            flag -> assertThat(POM).contains("<jvmFlag>" + flag.replace("\"", "") + "</jvmFlag>"));
  }
}
