package dev.questream.it.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.questream.testing.Repository;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The script {@code questream}, with a Java and a Maven that are scripts too. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LauncherTest {
  private static final Instant BUILT = Instant.parse("2026-01-01T00:00:00Z");
  private static final int ENVIRONMENT = 5;

  /** What the script may use; there is no {@code mvn} among them. */
  private static final List<String> TOOLS =
      List.of("awk", "cat", "dirname", "find", "grep", "head", "mkdir", "readlink", "sed", "tee");

  @TempDir Path folder;

  private Path home;
  private Path tools;
  private Path javaHome;
  private Path library;
  private Path other;

  private record Result(int status, String out, String err) {}

  @BeforeEach
  void prepare() throws IOException {
    home = Files.createDirectory(folder.resolve("a home"));
    Files.copy(Repository.path("questream"), home.resolve("questream"));
    assertThat(home.resolve("questream").toFile().setExecutable(true)).isTrue();
    source("pom.xml");
    source("src/app/pom.xml");
    source("src/app/src/main/java/Main.java");
    source("src/lab/src/main/resources/data.txt");
    source("schemas/Question.avsc");
    source("topology/topics.yaml");
    tools = Files.createDirectory(folder.resolve("tools"));
    for (String tool : TOOLS) {
      Files.createSymbolicLink(tools.resolve(tool), find(tool));
    }
    javaHome = folder.resolve("a java");
  }

  private static Path find(String tool) {
    for (String entry : System.getenv("PATH").split(File.pathSeparator)) {
      Path candidate = Path.of(entry, tool);
      if (Files.isExecutable(candidate)) {
        return candidate;
      }
    }
    throw new AssertionError("there is no " + tool + " on the PATH");
  }

  private Path source(String name) throws IOException {
    Path file = home.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, name);
    Files.setLastModifiedTime(file, FileTime.from(BUILT.minusSeconds(60)));
    return file;
  }

  private void built() throws IOException {
    Path target = Files.createDirectories(home.resolve("src/lab/target"));
    library = Files.writeString(folder.resolve("a library.jar"), "jar");
    other = Files.writeString(folder.resolve("other.jar"), "jar");
    Files.writeString(target.resolve("questream-lab.jar"), "jar");
    Path classPath = Files.writeString(target.resolve("class-path"), library + ":" + other);
    Files.setLastModifiedTime(classPath, FileTime.from(BUILT));
  }

  private static void script(Path file, String content) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\n" + content);
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  /** A Java that says its version, or one argument a line, and ends with status 6. */
  private void java(String versionLine) throws IOException {
    script(
        javaHome.resolve("bin/java"),
        """
        if [ "$1" = -version ]; then echo '%s' >&2; exit 0; fi
        for argument in "$@"; do printf '<%%s>\\n' "$argument"; done
        exit 6
        """
            .formatted(versionLine));
  }

  private void java17() throws IOException {
    java("openjdk version \"17.0.1\" 2021-10-19");
  }

  /** A Maven that notes its arguments and builds. */
  private void maven() throws IOException {
    script(
        tools.resolve("mvn"),
        """
        printf '%%s\\n' "$@" >'%1$s/mvn-arguments'
        echo '[INFO] Compiling 3 source files'
        mkdir -p '%2$s/src/lab/target'
        : >'%2$s/src/lab/target/questream-lab.jar'
        : >'%2$s/src/lab/target/class-path'
        """
            .formatted(folder, home));
  }

  private boolean mavenWasCalled() {
    return Files.exists(folder.resolve("mvn-arguments"));
  }

  private Result questream(String... arguments) throws IOException, InterruptedException {
    return questream(Map.of(), arguments);
  }

  private Result questream(Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    return launch(home.resolve("questream"), environment, arguments);
  }

  private Result launch(Path launcher, Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    int status = start(launcher, environment, arguments).waitFor();
    return new Result(
        status,
        Files.readString(folder.resolve("out"), UTF_8),
        Files.readString(folder.resolve("err"), UTF_8));
  }

  private Process start(Path launcher, Map<String, String> environment, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(List.of("/bin/sh", launcher.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectInput(new File("/dev/null"))
            .redirectOutput(folder.resolve("out").toFile())
            .redirectError(folder.resolve("err").toFile());
    builder.environment().clear();
    builder.environment().put("PATH", tools.toString());
    builder.environment().put("JAVA_HOME", javaHome.toString());
    builder.environment().putAll(environment);
    return builder.start();
  }

  private static void assertRefused(Result result, String... words) {
    assertThat(result.status()).isEqualTo(ENVIRONMENT);
    assertThat(result.err()).contains("questream: ").contains(words);
    assertThat(result.out()).isEmpty();
  }

  // A release

  @Test
  void shouldRunAReleaseFromAnyFolderWithoutMaven() throws Exception {
    java17();
    Path release = Files.createDirectories(folder.resolve("a release"));
    Files.copy(home.resolve("questream"), release.resolve("questream"));
    Path jar = Files.createDirectory(release.resolve("lib")).resolve("x.jar");
    Files.writeString(jar, "jar");
    Result result = launch(release.resolve("questream"), Map.of(), "tail", "a b");
    assertThat(result.status()).as(result.err()).isEqualTo(6);
    assertThat(result.out())
        .contains("<-cp>\n<" + release.toRealPath() + "/lib/*>\n")
        .endsWith("<tail>\n<a b>\n");
    assertThat(mavenWasCalled()).isFalse();
  }

  // Java

  @ParameterizedTest
  @CsvSource({
    "openjdk version \"11.0.2\" 2019-01-15,Java 11",
    "java version \"1.8.0_292\",Java 1",
    "openjdk version \"16\" 2021-03-16,Java 16",
    "this is no Java,17",
    "openjdk version \"x\",17"
  })
  void shouldRefuseAJavaThatIsTooOld(String version, String found) throws Exception {
    built();
    java(version);
    assertRefused(questream("run"), "17", found);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "openjdk version \"17\" 2021-09-14",
        "openjdk version \"21-ea\" 2023-09-19",
        "java version \"25.0.1\" 2025-10-21 LTS",
        "Picked up JAVA_TOOL_OPTIONS: -Xmx1g'; echo 'openjdk version \"17.0.1\""
      })
  void shouldTakeAJavaThatIsNewEnough(String version) throws Exception {
    built();
    java(version);
    assertThat(questream("run").status()).isEqualTo(6);
  }

  @Test
  void shouldEndWithSuccessWhereItIsStoppedBeforeJavaRuns() throws Exception {
    built();
    Path asked = folder.resolve("asked");
    script(
        javaHome.resolve("bin/java"),
        """
        : >'%s'
        '%s' 1
        echo 'openjdk version "17"' >&2
        """
            .formatted(asked, find("sleep")));
    Process process = start(home.resolve("questream"), Map.of(), "run");
    await().until(() -> Files.exists(asked));
    process.destroy(); // SIGTERM
    assertThat(process.waitFor()).isZero();
  }

  @Test
  void shouldSayThatThereIsNoJava() throws Exception {
    built();
    assertRefused(questream("run"), "no Java", javaHome.toString(), "17", "JAVA_HOME");
    assertRefused(questream(Map.of("JAVA_HOME", ""), "run"), "no Java", "17", "JAVA_HOME");
  }

  @Test
  void shouldTakeTheJavaOnThePathWithoutJavaHome() throws Exception {
    built();
    java17();
    Files.createSymbolicLink(tools.resolve("java"), javaHome.resolve("bin/java"));
    assertThat(questream(Map.of("JAVA_HOME", ""), "run").status()).isEqualTo(6);
  }

  // Arguments

  @Test
  void shouldPassArgumentsOnAsTheyAre() throws Exception {
    built();
    java17();
    String[] arguments = {
      "ask", "Why is  it so?", "", "*", "$HOME", "a'b\"c", "\\n", "--set=a=b c"
    };
    Result result = questream(arguments);
    List<String> lines = result.out().lines().toList();
    List<String> expected = new ArrayList<>(List.of("<dev.questream.app.Main>"));
    for (String argument : arguments) {
      expected.add("<" + argument + ">");
    }
    assertThat(lines.subList(lines.size() - expected.size(), lines.size())).isEqualTo(expected);
    assertThat(lines)
        .containsSequence(
            "<-cp>", "<%s/src/lab/target/questream-lab.jar:%s:%s>".formatted(home, library, other));
    assertThat(lines).contains("<-Dquestream.terminal=false>");
    assertThat(result.status()).as("the program's own exit status").isEqualTo(6);
    assertThat(result.err()).isEmpty();
  }

  @Test
  void shouldPassTheWordsOfJavaOptsToTheVirtualMachine() throws Exception {
    built();
    java17();
    assertThat(questream(Map.of("JAVA_OPTS", "-Xmx3g -Da=b"), "run").out().lines())
        .containsSubsequence("<-Xmx3g>", "<-Da=b>", "<-cp>", "<dev.questream.app.Main>", "<run>");
  }

  @ParameterizedTest
  @CsvSource({"17.0.1,false", "21.0.1,false", "22,true", "25.0.1,true"})
  void shouldEnableNativeAccessWhereJavaAsksForIt(String version, boolean enabled)
      throws Exception {
    built();
    java("openjdk version \"%s\"".formatted(version));
    assertThat(questream("run").out().contains("--enable-native-access=ALL-UNNAMED"))
        .isEqualTo(enabled);
  }

  /** As from {@code ~/bin} or {@code /usr/local/bin}. */
  @Test
  void shouldRunThroughASymbolicLink() throws Exception {
    built();
    java17();
    Path link = Files.createSymbolicLink(folder.resolve("link"), home.resolve("questream"));
    Result result = launch(link, Map.of(), "run");
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).contains(home.resolve("src/lab/target/questream-lab.jar").toString());
  }

  // Build

  @Test
  void shouldSayThatThereIsNoMavenToBuildWith() throws Exception {
    java17();
    assertRefused(questream("demo"), "Maven", "mvn", "3.8");
  }

  @Test
  void shouldBuildWhenNothingIsBuilt() throws Exception {
    java17();
    maven();
    Result result = questream("demo");
    assertThat(result.status()).isEqualTo(6);
    assertThat(Files.readAllLines(folder.resolve("mvn-arguments")))
        .containsSubsequence(
            "-f",
            home.resolve("pom.xml").toString(),
            "-pl",
            "src/lab",
            "-am",
            "-Dmaven.test.skip=true",
            "-P!static-checks",
            "package");
    assertThat(result.err()).contains("Building Questream").contains("compiling");
    assertThat(result.out()).as("only what the program writes").doesNotContain("INFO", "Building");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pom.xml",
        "src/app/pom.xml",
        "src/app/src/main/java/Main.java",
        "src/lab/src/main/resources/data.txt",
        "schemas/Question.avsc",
        "topology/topics.yaml"
      })
  void shouldBuildWhenASourceIsNewerThanTheJar(String name) throws Exception {
    built();
    java17();
    maven();
    assertThat(questream("run").status()).isEqualTo(6);
    assertThat(mavenWasCalled()).as("up to date").isFalse();
    Files.setLastModifiedTime(home.resolve(name), FileTime.from(BUILT.plusSeconds(1)));
    Result result = questream("run", "now");
    assertThat(mavenWasCalled()).isTrue();
    assertThat(result.status()).isEqualTo(6);
    assertThat(result.out()).endsWith("<run>\n<now>\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a home/src/lab/target/class-path", "a library.jar", "other.jar"})
  void shouldBuildWhenALibraryIsMissing(String missing) throws Exception {
    built();
    java17();
    maven();
    Files.delete(folder.resolve(missing));
    assertThat(questream("run").status()).isEqualTo(6);
    assertThat(mavenWasCalled()).isTrue();
  }

  @Test
  void shouldShowWhyABuildFailed() throws Exception {
    java17();
    script(
        tools.resolve("mvn"),
        """
        echo '[INFO] Scanning for projects...'
        echo '[ERROR] Could not resolve dependencies: offline'
        echo '[WARNING] something else'
        for i in 2 3 4 5 6; do echo "[ERROR] line $i"; done
        exit 1
        """);
    Result result = questream("run");
    assertRefused(
        result,
        "[ERROR] Could not resolve dependencies: offline",
        "[ERROR] line 5",
        "the build failed",
        home.resolve("target/build.log").toString());
    assertThat(result.err()).doesNotContain("[ERROR] line 6", "WARNING", "Scanning");
    assertThat(home.resolve("target/build.log")).content().contains("[WARNING] something else");
  }

  @Test
  void shouldShowWhyMavenItselfDidNotRun() throws Exception {
    built();
    java17();
    script(tools.resolve("mvn"), "echo 'Error: JAVA_HOME is not defined correctly' >&2\nexit 1\n");
    Files.setLastModifiedTime(home.resolve("pom.xml"), FileTime.from(BUILT.plusSeconds(1)));
    Result result = questream("run");
    assertRefused(result, "the build failed", "build.log");
    assertThat(home.resolve("target/build.log")).content().contains("JAVA_HOME is not defined");
  }
}
