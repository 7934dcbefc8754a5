package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Rules of the house that need the sources. */
class HouseRulesTest {
  private static final int LONGEST_FILE = 600;
  private static final int LONGEST_METHOD = 60;
  private static final Path ROOT = root();
  private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:|#)([^)#\\s]+)[^)]*\\)");

  @Test
  void everyPackageSaysWhatItIsForAndIsNullMarked() {
    var wrong = new ArrayList<String>();
    for (Path folder : new TreeSet<>(mainSources().map(Path::getParent).toList())) {
      Path info = folder.resolve("package-info.java");
      if (!Files.isRegularFile(info)
          || !read(info).contains("@NullMarked")
          || !read(info).startsWith("/**")) {
        wrong.add(ROOT.relativize(folder).toString());
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void noPackageStandsInTwoModules() {
    var seen = new TreeSet<String>();
    var twice = new ArrayList<String>();
    mainSources()
        .map(Path::getParent)
        .distinct()
        .map(folder -> ROOT.relativize(folder).toString().replaceFirst(".*src/main/java/", ""))
        .filter(name -> !seen.add(name))
        .forEach(twice::add);
    assertThat(twice).isEmpty();
    assertThat(seen).hasSizeGreaterThan(15);
  }

  @Test
  void filesAndMethodsStaySmall() {
    var tooLong = new ArrayList<String>();
    List<Path> sources = mainSources().toList();
    assertThat(sources).hasSizeGreaterThan(100);
    for (Path source : sources) {
      List<String> lines = read(source).lines().toList();
      if (lines.size() > LONGEST_FILE) {
        tooLong.add(ROOT.relativize(source) + ": " + lines.size() + " lines");
      }
      for (Methods.Method method : Methods.in(lines)) {
        if (method.length() > LONGEST_METHOD) {
          tooLong.add(ROOT.relativize(source) + ":" + method.line() + ": " + method.length());
        }
      }
    }
    assertThat(tooLong).isEmpty();
  }

  @Test
  void nineOfTenMethodsHaveAtMostSeventeenLines() {
    List<Integer> lengths =
        mainSources()
            .flatMap(source -> Methods.in(read(source).lines().toList()).stream())
            .map(Methods.Method::length)
            .sorted()
            .toList();
    assertThat(lengths).hasSizeGreaterThan(500);
    assertThat(lengths.get(lengths.size() * 9 / 10)).isLessThanOrEqualTo(17);
  }

  @Test
  void theMethodRuleSeesALongMethod() {
    var lines = new ArrayList<>(List.of("class A {", "  int long() {"));
    for (int i = 0; i < 70; i++) {
      lines.add("    work();");
    }
    lines.addAll(List.of("  }", "}"));
    assertThat(Methods.in(lines)).containsExactly(new Methods.Method(2, 72));
  }

  @Test
  void theGuideForDevelopersStaysShort() {
    assertThat(read(ROOT.resolve("AGENTS.md")).lines().count()).isLessThanOrEqualTo(120);
  }

  @Test
  void nothingIsLeftForLaterAndNoMachineIsNamed() {
    String later = "TO" + "DO";
    String fix = "FIX" + "ME";
    String place = "/wo" + "rk/";
    var wrong = new ArrayList<String>();
    for (Path source : sources(".java", ".md", ".xml", ".sh", ".yaml", ".txt").toList()) {
      String text = read(source);
      for (String word : List.of(later, fix, place, "System.getenv(\"HO")) {
        // The contract has names that begin so.
        if (text.replace(later + "_", "").contains(word)) {
          wrong.add(ROOT.relativize(source) + ": " + word);
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void everyLinkBetweenPagesLeadsSomewhere() {
    var wrong = new ArrayList<String>();
    int links = 0;
    for (Path page : sources(".md").toList()) {
      Matcher link = LINK.matcher(read(page));
      while (link.find()) {
        links++;
        if (!Files.exists(page.resolveSibling(link.group(1)))) {
          wrong.add(ROOT.relativize(page) + ": " + link.group(1));
        }
      }
    }
    assertThat(links).isGreaterThan(50);
    assertThat(wrong).isEmpty();
  }

  private static Stream<Path> mainSources() {
    return sources(".java").filter(path -> path.toString().contains("/src/main/java/"));
  }

  private static Stream<Path> sources(String... endings) {
    try (Stream<Path> files = Files.walk(ROOT)) {
      return files
          .filter(Files::isRegularFile)
          .filter(path -> !path.toString().contains("/target/"))
          .filter(path -> !path.toString().contains("/.git/"))
          .filter(path -> Stream.of(endings).anyMatch(path.toString()::endsWith))
          .toList()
          .stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.isRegularFile(folder.resolve("mvnw"))) {
      folder = Objects.requireNonNull(folder.getParent());
    }
    return folder;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
