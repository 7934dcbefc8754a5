package ai.stigmer.graphton.permission;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.permission.ShellLine.Redirection;
import ai.stigmer.graphton.permission.ShellLine.SimpleCommand;
import ai.stigmer.graphton.permission.ShellLine.Understood;
import ai.stigmer.graphton.permission.ShellLine.Word;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ShellLineTest {

  @Test
  void aLineIsItsCommandsWithTheirWords() {
    assertThat(words("git status -s && ls 'a b' | wc -l; echo \"x y\"\ntrue"))
        .containsExactly(
            List.of("git", "status", "-s"),
            List.of("ls", "a b"),
            List.of("wc", "-l"),
            List.of("echo", "x y"),
            List.of("true"));
  }

  @Test
  void quotesAndBackslashesAreTakenAwayAsTheShellDoes() {
    assertThat(words("r\\m 'a'\"b\"c '' \"a\\\"b\\\\c\\d\" \\'"))
        .containsExactly(List.of("rm", "abc", "", "a\"b\\c\\d", "'"));
  }

  @Test
  void wordsThatTheShellExpandsAreNotLiteral() {
    assertThat(ShellLine.parse("ls *.java ~ 'a*'"))
        .isEqualTo(
            new Understood(
                List.of(
                    new SimpleCommand(
                        List.of(
                            new Word("ls", true),
                            new Word("*.java", false),
                            new Word("~", false),
                            new Word("a*", true)),
                        List.of()))));
  }

  @Test
  void redirectionsNameTheirFiles() {
    Understood line = (Understood) ShellLine.parse("sort <in >out 2>>log 2>&1");
    assertThat(line.commands().getFirst().redirections())
        .containsExactly(
            new Redirection("in", false),
            new Redirection("out", true),
            new Redirection("log", true));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "  ",
        ";",
        "a &&",
        "a ;; b",
        "a & b",
        "a &",
        "a |& b",
        "&& a",
        "a | ",
        "> x",
        "echo $HOME",
        "echo `id`",
        "echo \"$(id)\"",
        "(a)",
        "{ a; }",
        "a{b,c}",
        "diff <(a) b",
        "cat << X",
        "cat <<< x",
        "a >| b",
        "a <> b",
        "a &> b",
        "a >& b",
        "a 10> b",
        "a 2>&3",
        "X=1 a",
        "X+=1",
        "if a",
        "for x",
        "while a",
        "! a",
        "[[ a ]]",
        "case x",
        "time a",
        "eval a",
        "exec a",
        ". a",
        "source a",
        "export A",
        "alias a",
        "command a",
        "set a",
        "\\eval a",
        "'eval' a",
        "e\"val\" a",
        "trap a",
        "# x",
        "a # x",
        "'a",
        "\"a",
        "a \\",
        "a \\\n b",
        "*/x",
        "~/x",
        "[ -f x ]",
        "'' a",
        "a \r b",
        "a \u0000",
        "a \u001b[2J",
        "a\u00a0b",
        "a \u202e b",
        "a \u200b",
        "a > *",
        "a > ~/x",
        "a > \"\"",
        "a > > b",
        "f() a",
        "$'a'",
        "a > "
      })
  void whatIsNotSimplyACommandIsUnclear(String line) {
    assertThat(ShellLine.parse(line)).isInstanceOf(ShellLine.Unclear.class);
  }

  @Test
  void aLineOfTooManyCommandsOrCharactersIsUnclear() {
    assertThat(ShellLine.parse("a;".repeat(50))).isInstanceOf(Understood.class);
    assertThat(ShellLine.parse("a;".repeat(51))).isInstanceOf(ShellLine.Unclear.class);
    assertThat(ShellLine.parse("a".repeat(8_193))).isInstanceOf(ShellLine.Unclear.class);
  }

  private static List<List<String>> words(String line) {
    return ((Understood) ShellLine.parse(line))
        .commands().stream()
            .map(command -> command.words().stream().map(Word::text).toList())
            .toList();
  }
}
