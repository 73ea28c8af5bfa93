package dev.questream.it;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.questream.testing.Repository;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * An example as a stranger gets it: Maven compiles it, in a process of its own, with nothing but
 * the artifacts of this build and what their poms ask for, from an empty local repository.
 *
 * @param classPath the example's classes, then the jars that Maven resolved
 */
record ResolvedExample(List<Path> classPath) {
  private static final String PLUGINS = "org.apache.maven.plugins:";
  private static final long LIMIT_MINUTES = 5;

  /**
   * Resolves and compiles an example.
   *
   * @param folder to work in
   */
  static ResolvedExample of(String example, Path folder) throws Exception {
    String maven = System.getProperty("questream.maven.home");
    assumeTrue(maven != null, "run by mvn verify, which says where Maven is");
    Path staged = Files.createDirectories(folder.resolve("staged"));
    stage(staged, "questream-parent", Repository.path(""));
    stage(staged, "questream-serde", Repository.path("src/serde"));
    stage(staged, "questream-streams", Repository.path("src/streams"));
    Path project = folder.resolve(example);
    copy(Repository.path("examples").resolve(example), project);
    Path log = folder.resolve("maven.log");
    Process process =
        new ProcessBuilder(
                Path.of(maven, "bin", "mvn").toString(),
                "-B",
                "-ntp",
                "-s",
                settings(folder, staged).toString(),
                "-Dmaven.repo.local=" + folder.resolve("repository"),
                "-Dmdep.outputFile=" + project.resolve("class-path"),
                PLUGINS + "maven-compiler-plugin:3.15.0:compile",
                PLUGINS + "maven-dependency-plugin:3.11.0:build-classpath")
            .directory(project.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    if (!process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new AssertionError("Maven did not build " + example + ":\n" + Files.readString(log));
    }
    List<Path> classPath = new ArrayList<>(List.of(project.resolve("target/classes")));
    for (String jar :
        Files.readString(project.resolve("class-path")).strip().split(File.pathSeparator, -1)) {
      classPath.add(Path.of(jar));
    }
    return new ResolvedExample(classPath);
  }

  /** What this build made, as a repository has it. */
  private static void stage(Path staged, String artifact, Path module) throws IOException {
    Path folder =
        Files.createDirectories(staged.resolve("dev/questream").resolve(artifact).resolve("0.1.0"));
    String name = artifact + "-0.1.0";
    Files.copy(module.resolve("pom.xml"), folder.resolve(name + ".pom"));
    Path jar = module.resolve("target").resolve(name + ".jar");
    if (Files.exists(jar)) {
      Files.copy(jar, folder.resolve(name + ".jar"));
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (var files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copy = to.resolve(from.relativize(file).toString());
        Files.createDirectories(copy.getParent());
        Files.copy(file, copy);
      }
    }
  }

  /** Everything comes from this build and from what it has fetched; no network is needed. */
  private static Path settings(Path folder, Path staged) throws IOException {
    Path fetched = Path.of(System.getProperty("questream.maven.repository"));
    return Files.writeString(
        folder.resolve("settings.xml"),
        """
        <settings>
          <mirrors>
            <mirror><id>fetched</id><mirrorOf>central</mirrorOf><url>%s</url></mirror>
          </mirrors>
          <profiles>
            <profile>
              <id>staged</id>
              <repositories>
                <repository>
                  <id>staged</id><url>%s</url>
                  <releases><checksumPolicy>ignore</checksumPolicy></releases>
                </repository>
              </repositories>
            </profile>
          </profiles>
          <activeProfiles><activeProfile>staged</activeProfile></activeProfiles>
        </settings>
        """
            .formatted(fetched.toUri(), staged.toUri()));
  }

  /** Names of the jars, without versions: {@code kafka-clients}. */
  List<String> libraries() {
    return classPath.stream()
        .map(path -> path.getFileName().toString())
        .filter(name -> name.endsWith(".jar"))
        .map(name -> name.replaceFirst("-\\d.*", ""))
        .toList();
  }

  /** Starts the example on Java. */
  Process start(Path log, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx700m");
    command.add("-cp");
    command.add(String.join(File.pathSeparator, classPath.stream().map(Path::toString).toList()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
        .start();
  }
}
