package ai.stigmer.graphton.tool.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.workspace.GlobPattern;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SearchToolsTest {
  @TempDir Path root = Path.of("");

  @BeforeEach
  void makeAProject() throws IOException {
    write("README.md", "Hello (world)\n");
    write("src/A.java", "class A {}\n// hello\n// hello\n");
    write("src/deep/B.java", "class B extends A {}\n");
    write(".git/config", "hello\n");
    write(".env", "hello\n");
  }

  @Test
  void lsListsOneFolder() {
    assertThat(call("ls").text()).isEqualTo(".env\n.git/\nREADME.md\nsrc/");
    assertThat(call("ls", "path", "src").text()).isEqualTo("src/A.java\nsrc/deep/");
    assertThat(call("ls", "path", "/").text()).isEqualTo(".env\n.git/\nREADME.md\nsrc/");
    assertThat(call("ls", "path", "gone")).isEqualTo(ToolResult.error("\"gone\" is not there"));
    assertThat(call("ls", "path", "README.md"))
        .isEqualTo(ToolResult.error("\"README.md\" is a file; use read_file"));
  }

  @Test
  void aNameWithALineBreakStaysOneLine() throws IOException {
    write("odd/a\nb.txt", "x");
    write("odd/c\u2028d\u001b.txt", "x");
    String both = "\"odd/a\\u000ab.txt\"\n\"odd/c\\u2028d\\u001b.txt\"";
    assertThat(call("ls", "path", "odd").text()).isEqualTo(both);
    assertThat(glob("odd/*.txt")).isEqualTo(both);
  }

  @Test
  void anEmptyFolderHasNoFiles() throws IOException {
    Files.createDirectory(root.resolve("empty"));
    assertThat(call("ls", "path", "empty").text()).isEqualTo("No files found");
  }

  @Test
  void globFindsBareNamesAnywhereAndSkipsDotFolders() {
    assertThat(glob("*.java")).isEqualTo("src/A.java\nsrc/deep/B.java");
    assertThat(glob("**/*.java")).isEqualTo("src/A.java\nsrc/deep/B.java");
    assertThat(glob("src/*.java")).isEqualTo("src/A.java");
    assertThat(glob("/*.md")).isEqualTo("README.md");
    assertThat(glob("**/*.md")).isEqualTo("README.md");
    assertThat(glob("{README,src/A}.*")).isEqualTo("README.md\nsrc/A.java");
    assertThat(glob("[AB].java")).isEqualTo("src/A.java\nsrc/deep/B.java");
    assertThat(glob("config")).isEqualTo("No files found");
    assertThat(call("glob", "pattern", "config", "path", ".git").text()).isEqualTo(".git/config");
    assertThat(call("glob", "pattern", "*.java", "path", "src/deep").text())
        .isEqualTo("src/deep/B.java");
    assertThat(call("glob", "pattern", "[a").text()).contains("is not a well-formed pattern");
  }

  @Test
  void grepTakesItsPatternLiterally() {
    assertThat(grep("hello").text()).isEqualTo("src/A.java");
    assertThat(grep("(world)").text()).isEqualTo("README.md");
    assertThat(grep("w.*d").text())
        .isEqualTo(
            "No matches found\n[the pattern looks like a regular expression, but is taken"
                + " literally]");
    assertThat(grep("nothing").text()).isEqualTo("No matches found");
  }

  @Test
  void grepShowsFilesLinesOrCounts() {
    assertThat(grep("hello", "output_mode", "content", "path", "src").text())
        .isEqualTo("src/A.java:2: // hello\nsrc/A.java:3: // hello");
    assertThat(grep("hello", "output_mode", "count").text()).isEqualTo("src/A.java:2");
    assertThat(grep("class", "glob", "B.*").text()).isEqualTo("src/deep/B.java");
    assertThat(grep("hello", "path", "src/A.java", "output_mode", "count").text())
        .isEqualTo("src/A.java:2");
    assertThat(grep("hello", "output_mode", "content", "max_count", 2).text())
        .isEqualTo(
            "src/A.java:2: // hello\nsrc/A.java:3: // hello\n[stopped after 2 matches; there may be more]");
    assertThat(grep("x", "output_mode", "regex").text()).contains("must be one of");
    assertThat(grep("").text()).contains("must be a text of one line");
  }

  @Test
  void grepStopsAtAThousandMatchesAndCutsLongLines() throws IOException {
    write("many", "needle\n".repeat(1_500));
    List<String> lines =
        grep("needle", "path", "many", "output_mode", "content").text().lines().toList();
    assertThat(lines).hasSize(1_001);
    assertThat(lines.getLast()).isEqualTo("[stopped after 1000 matches; there may be more]");
    write("long", "a".repeat(10_000) + "needle" + "b".repeat(10_000));
    String cut = grep("needle", "path", "long", "output_mode", "content").text();
    assertThat(cut).contains("aneedleb").hasSizeLessThan(400);
  }

  @Test
  void grepPassesOverBinaryAndLargeFilesAndSaysSo() throws IOException {
    Files.write(root.resolve("binary"), new byte[] {'h', 'e', 'l', 'l', 'o', 0});
    write("large", "hello\n".repeat(2_000_000));
    assertThat(grep("hello").text())
        .isEqualTo("src/A.java\n[1 files larger than 10 MiB were not searched]");
  }

  @Test
  void aWalkThatTakesTooLongOrIsCancelledSaysThatThereMayBeMore() throws IOException {
    FileWalk late = new FileWalk(new CancelToken(), Duration.ZERO);
    assertThat(late.files(root, file -> true)).hasSizeLessThan(2);
    assertThat(late.notes()).contains("there may be more");
    CancelToken cancel = new CancelToken();
    cancel.cancel();
    FileWalk cancelled = new FileWalk(cancel, FileWalk.LIMIT);
    assertThat(cancelled.files(root, file -> true)).hasSizeLessThan(2);
  }

  @Test
  void linksAreNotFollowed() throws IOException {
    Files.createSymbolicLink(root.resolve("loop"), root);
    assertThat(glob("*.java")).isEqualTo("src/A.java\nsrc/deep/B.java");
  }

  /** Where the JDK's globs mean the same as ours, both must agree. */
  @Property(tries = 1_000)
  void patternsAgreeWithTheJdksGlobs(
      @ForAll("patterns") String pattern, @ForAll("paths") String path) {
    boolean jdk = FileSystems.getDefault().getPathMatcher("glob:" + pattern).matches(Path.of(path));
    assertThat(new GlobPattern("/" + pattern).test(path)).as(pattern + " " + path).isEqualTo(jdk);
  }

  @Provide
  Arbitrary<String> patterns() {
    return Arbitraries.of("a", "b", "*", "?", "a*", "*b", "[ab]", "[!a]", "{a,b}", "a?b", "**")
        .list()
        .ofMinSize(1)
        .ofMaxSize(3)
        .map(parts -> String.join("/", parts))
        .filter(pattern -> !pattern.contains("**/"));
  }

  @Provide
  Arbitrary<String> paths() {
    return Arbitraries.strings()
        .withChars("ab")
        .ofMinLength(1)
        .ofMaxLength(3)
        .list()
        .ofMinSize(1)
        .ofMaxSize(3)
        .map(parts -> String.join("/", parts));
  }

  private String glob(String pattern) {
    return call("glob", "pattern", pattern).text();
  }

  private ToolResult grep(String pattern, Object... more) {
    Object[] arguments = new Object[more.length + 2];
    arguments[0] = "pattern";
    arguments[1] = pattern;
    System.arraycopy(more, 0, arguments, 2, more.length);
    return call("grep", arguments);
  }

  private ToolResult call(String name, Object... arguments) {
    return new ToolBench(root).call(name, arguments);
  }

  private void write(String name, String text) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(java.util.Objects.requireNonNull(file.getParent()));
    Files.writeString(file, text);
  }
}
