package ai.stigmer.graphton.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobPatternTest {

  @ParameterizedTest(name = "{0} {1} is {2}")
  @CsvSource(
      delimiter = ' ',
      value = {
        "*.java A.java true",
        "*.java a/b/A.java true",
        "*.java A.javac false",
        "/*.java a/A.java false",
        "src/*.java src/A.java true",
        "src/*.java src/a/A.java false",
        "src/**/*.java src/A.java true",
        "src/**/*.java src/a/b/A.java true",
        "**/x x true",
        "**/x a/b/x true",
        "a/** a/b/c true",
        "a?c abc true",
        "a?c a/c false",
        "[a-c]x bx true",
        "[!a-c]x bx false",
        "[!a-c]x dx true",
        "[^a]/b c/b true",
        "[]]x ]x true",
        "{a,bc}d bcd true",
        "{a,bc}d bd false",
        "{a,{b,c}}d cd true",
        "{,x}y y true",
        "a,b a,b true",
        "a.b axb false",
        "(a|b)+ (a|b)+ true",
      })
  void takesWhatItSays(String glob, String path, boolean taken) {
    assertThat(new GlobPattern(glob).test(path)).isEqualTo(taken);
  }

  @Test
  void whatIsNotWellFormedIsNamed() {
    for (String glob :
        List.of(
            "[a", "{a,b", "a}", "{a", "x".repeat(2_000), "*".repeat(9_000), "{".repeat(3_000))) {
      assertThatThrownBy(() -> new GlobPattern(glob))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("is not a well-formed pattern: ");
    }
  }

  /** A matcher that goes back and tries again needs longer for this than the sun will shine. */
  @Test
  @Timeout(20)
  void noNameMakesItTryForEver() {
    String name = "a".repeat(200);
    assertThat(new GlobPattern("*a".repeat(30) + "b").test(name)).isFalse();
    assertThat(new GlobPattern("**/".repeat(30) + "b").test("a/".repeat(90) + "c")).isFalse();
    assertThat(new GlobPattern("{a,a,{a,a}}".repeat(40) + "b").test(name)).isFalse();
  }

  @Property(tries = 2_000)
  void agreesWithTheFileSystemsOwnPatterns(
      @ForAll("globs") String glob, @ForAll("paths") String path) {
    boolean theirs = FileSystems.getDefault().getPathMatcher("glob:" + glob).matches(Path.of(path));
    assertThat(new GlobPattern("/" + glob).test(path)).as(glob + " " + path).isEqualTo(theirs);
  }

  /** Without double stars, which the JDK reads in another way. */
  @Provide
  Arbitrary<String> globs() {
    return Arbitraries.of("a", "b", "/", "*", "?", "[ab]", "[!a]", "{a,bb}", "{a/b,*}", ".")
        .list()
        .ofMinSize(1)
        .ofMaxSize(7)
        .map(parts -> String.join("", parts))
        .filter(glob -> !glob.contains("**") && !glob.contains("//"))
        .filter(glob -> !glob.startsWith("/") && !glob.endsWith("/"));
  }

  @Provide
  Arbitrary<String> paths() {
    return Arbitraries.of("a", "b", "ab", "bb", ".", "a.b")
        .list()
        .ofMinSize(1)
        .ofMaxSize(3)
        .map(parts -> String.join("/", parts));
  }
}
