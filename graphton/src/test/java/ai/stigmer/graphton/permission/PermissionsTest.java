package ai.stigmer.graphton.permission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.builtin.BuiltinTools;
import ai.stigmer.graphton.workspace.Workspace;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PermissionsTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '¦',
      value = {
        "git status                    ¦ ALLOW",
        "git status -s                 ¦ ALLOW",
        "git log --oneline             ¦ ALLOW",
        "git push                      ¦ ASK",
        "git                           ¦ ASK",
        "gitstatus                     ¦ ASK",
        "git status && git push        ¦ ASK",
        "git status; rm -rf /          ¦ DENY",
        "ls && /bin/rm -r x            ¦ DENY",
        "env rm x                      ¦ DENY",
        "xargs -0 rm                   ¦ DENY",
        "find . -name x -exec rm {} +  ¦ ASK",
        "timeout 5 rm x                ¦ DENY",
        "sh -c 'rm x'                  ¦ ASK",
        "git status $(rm x)            ¦ ASK",
        "git status > out.txt          ¦ ALLOW",
        "git status > /etc/x           ¦ ASK",
        "git status > ../x             ¦ ASK",
        "git status > .env             ¦ DENY",
        "git status < .env             ¦ DENY",
        "cd / && git status > x        ¦ ASK",
        "git status 2>/dev/null        ¦ ALLOW",
        "git status > .git/hooks/x     ¦ ASK",
        "git status >> sub/.GIT/config ¦ ASK",
        "git status > .vscode/x.json   ¦ ASK",
        "git status > src/.env.local   ¦ DENY",
        "npm run test:unit             ¦ ALLOW",
        "npm run build                 ¦ ASK",
        "npm run test:unit extra       ¦ ASK",
        "git log *                     ¦ ALLOW",
        "git * x                       ¦ ASK"
      })
  void aCommandLineIsAsStrictAsItsStrictestPart(String line, Verdict wanted) {
    // Given
    Permissions permissions =
        with(
            Mode.ALLOW_EDITS,
            "allow execute(git status *)",
            "allow shell(git log *)",
            "allow execute(npm run test:*)",
            "deny execute(rm *)",
            "deny edit(.env*)",
            "deny read(.env*)");
    // When
    Examination seen = permissions.command(line);
    // Then
    assertThat(seen.verdict()).as(seen.toString()).isEqualTo(wanted);
  }

  @ParameterizedTest
  @CsvSource({".env", ".env.local", ".bashrc", ".git/config"})
  void aShellIsNotLetWhereTheToolsOfFilesAreNot(String file) throws IOException {
    if (file.startsWith(".env")) {
      Files.writeString(folder.resolve(file), "secret");
      assertThat(with(Mode.ALLOW_EDITS, "allow execute(cat *)").command("cat < " + file).verdict())
          .isEqualTo(Verdict.ASK);
    }
    Permissions permissions = with(Mode.ALLOW_EDITS, "allow execute(echo *)");
    assertThat(permissions.command("echo x > " + file).verdict()).isEqualTo(Verdict.ASK);
    assertThat(with(Mode.PLAN, "allow execute(echo *)").command("echo x > " + file).verdict())
        .isEqualTo(Verdict.DENY);
  }

  @Test
  void allowingTheWholeToolAllowsAlsoWhatIsUnclearUnlessARuleCouldObject() {
    assertThat(with(Mode.ASK, "allow execute").command("echo $(id)").verdict())
        .isEqualTo(Verdict.ALLOW);
    assertThat(with(Mode.ASK, "allow execute", "deny execute(rm *)").command("echo $X").verdict())
        .isEqualTo(Verdict.ASK);
    assertThat(with(Mode.ASK, "allow execute", "deny execute").command("echo $X").verdict())
        .isEqualTo(Verdict.DENY);
  }

  @Test
  void aWordThatTheShellExpandsMayBeWhatIsDenied() {
    Permissions permissions = with(Mode.ASK, "allow execute", "deny execute(git push --force *)");
    assertThat(permissions.command("git push -?orce").verdict()).isEqualTo(Verdict.DENY);
    assertThat(permissions.command("git push origin").verdict()).isEqualTo(Verdict.ALLOW);
  }

  @ParameterizedTest
  @CsvSource({
    "ASK, ASK, ASK, ALLOW, ALLOW",
    "ALLOW_EDITS, ASK, ALLOW, ALLOW, ALLOW",
    "PLAN, DENY, DENY, ALLOW, ALLOW",
    "DENY, DENY, DENY, ALLOW, ALLOW"
  })
  void withoutARuleTheModeDecides(
      Mode mode, Verdict execute, Verdict edit, Verdict read, Verdict todos) {
    Permissions permissions = with(mode);
    assertThat(call(permissions, "execute", "command", "ls")).isEqualTo(execute);
    assertThat(call(permissions, "write_file", "file_path", "a.txt")).isEqualTo(edit);
    assertThat(call(permissions, "read_file", "file_path", "a.txt")).isEqualTo(read);
    assertThat(call(permissions, "write_todos", "todos", "")).isEqualTo(todos);
  }

  @Test
  void aFileIsMeantByEveryNameItHas() throws Exception {
    // Given
    Files.createDirectories(folder.resolve("docs"));
    Files.writeString(folder.resolve(".env"), "KEY=1");
    Files.createSymbolicLink(folder.resolve("docs/innocent"), folder.resolve(".env"));
    Permissions permissions = with(Mode.ASK, "deny read(.env)", "allow edit(docs/**)");
    // Then
    assertThat(call(permissions, "read_file", "file_path", "docs/innocent"))
        .isEqualTo(Verdict.DENY);
    assertThat(call(permissions, "write_file", "file_path", "docs/innocent"))
        .isEqualTo(Verdict.ASK);
    assertThat(call(permissions, "write_file", "file_path", "docs/new.md"))
        .isEqualTo(Verdict.ALLOW);
    assertThat(call(permissions, "write_file", "file_path", "docs/../src/A.java"))
        .isEqualTo(Verdict.ASK);
    assertThat(call(permissions, "read_file", "file_path", folder.resolve(".env").toString()))
        .isEqualTo(Verdict.DENY);
  }

  @Test
  void aSearchThatCouldFindWhatIsAskedForIsAskedFor() {
    assertThat(call(with(Mode.ASK, "ask read(secrets/**)"), "grep", "pattern", "key"))
        .isEqualTo(Verdict.ASK);
  }

  @Test
  void toolsOfAServerAreNamedByAWildcard() {
    Tool push = Tool.named("github__push").describedAs("pushes").calling(arguments -> "");
    Permissions permissions = with(Mode.ASK, "allow github__*", "deny github__delete_*");
    assertThat(permissions.examine(push, new ToolCall("1", "github__push", "{}")).verdict())
        .isEqualTo(Verdict.ALLOW);
    assertThat(with(Mode.ASK).examine(push, new ToolCall("1", "github__push", "{}")).verdict())
        .isEqualTo(Verdict.ASK);
  }

  @Test
  void aRuleThatIsNotOneSaysWhy() {
    assertThatThrownBy(() -> Rule.parse(Verdict.ALLOW, "execute(git status"))
        .hasMessageContaining("tool(pattern)");
    assertThatThrownBy(() -> Rule.parse(Verdict.ALLOW, "execute(a && b)"))
        .hasMessageContaining("one command");
    assertThatThrownBy(() -> Rule.parse(Verdict.ALLOW, "execute(echo $X)"))
        .hasMessageContaining("$");
    assertThatThrownBy(() -> Rule.parse(Verdict.ALLOW, "edit([a)"))
        .hasMessageContaining("well-formed");
    assertThatThrownBy(() -> Rule.parse(Verdict.ALLOW, "write_todos(x)"))
        .hasMessageContaining("only commands and files");
  }

  @Test
  void whatARuleDeniesToReadNoToolReads() throws Exception {
    // Given
    Files.writeString(folder.resolve("plan.txt"), "needle");
    Permissions permissions = with(Mode.ASK, "deny read(plan.txt)");
    Workspace hiding = Workspace.open(folder).hiding(permissions::hides);
    // Then
    assertThatThrownBy(() -> hiding.read(hiding.resolve("plan.txt")))
        .hasMessageContaining("not to be read, by the user's rules");
  }

  @Test
  void allowingEveryCommandAllowsItsRedirectionsUnlessARuleSpeaksOfSuchFiles() {
    assertThat(with(Mode.ASK, "allow execute").command("date > /tmp/x").verdict())
        .isEqualTo(Verdict.ALLOW);
    assertThat(
            with(Mode.ASK, "allow execute", "deny edit(src/**)").command("date > /tmp/x").verdict())
        .isEqualTo(Verdict.ASK);
  }

  @Test
  void whatIsUncertainIsDeniedWhereTheModeAsksNobody() {
    for (Mode mode : List.of(Mode.PLAN, Mode.DENY)) {
      Permissions permissions = with(mode, "allow execute(date)", "allow edit(out/**)");
      assertThat(permissions.command("date > /etc/x").verdict()).isEqualTo(Verdict.DENY);
      assertThat(permissions.command("date > ../x").verdict()).isEqualTo(Verdict.DENY);
      assertThat(permissions.command("date $(id)").verdict()).isEqualTo(Verdict.DENY);
    }
  }

  @Test
  void inModePlanNoRuleOpensEditsOrEveryCommand() {
    // Given
    Permissions permissions =
        with(Mode.PLAN, "allow execute", "allow *", "allow edit(docs/**)", "allow execute(date)");
    // Then
    assertThat(call(permissions, "execute", "command", "rm x")).isEqualTo(Verdict.DENY);
    assertThat(call(permissions, "write_file", "file_path", "docs/a.md")).isEqualTo(Verdict.DENY);
    assertThat(call(permissions, "execute", "command", "date")).isEqualTo(Verdict.ALLOW);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '¦',
      value = {
        "allow execute(git log *) ¦ git log -1           ¦ true",
        "allow execute(git log *) ¦ git log -1; rm x     ¦ false",
        "allow execute(git log *) ¦ git log $(id)        ¦ false",
        "deny execute(rm *)       ¦ ls && sudo rm x      ¦ true",
        "deny execute(rm *)       ¦ ls                   ¦ false",
        "deny execute             ¦ echo $(id)           ¦ true",
        "allow edit(src/**)       ¦ src/a/B.java         ¦ true",
        "allow edit(src/**)       ¦ docs/a.md            ¦ false",
        "deny github__*           ¦ github__create_issue ¦ true",
        "deny github__*           ¦ jira__create_issue   ¦ false"
      })
  void aRuleTellsWhetherItSpeaksOfAnExample(String rule, String example, boolean speaks) {
    String[] parts = rule.split(" ", 2);
    Verdict verdict = Verdict.valueOf(parts[0].toUpperCase(java.util.Locale.ROOT));
    assertThat(Rule.parse(verdict, parts[1]).speaksOf(example)).isEqualTo(speaks);
  }

  private Permissions with(Mode mode, String... rules) {
    List<Rule> parsed =
        Arrays.stream(rules)
            .map(
                rule -> {
                  String[] parts = rule.split(" ", 2);
                  return Rule.parse(
                      Verdict.valueOf(parts[0].toUpperCase(java.util.Locale.ROOT)), parts[1]);
                })
            .toList();
    return new Permissions(mode, parsed, Workspace.open(folder));
  }

  private Verdict call(Permissions permissions, String tool, String argument, String value) {
    Tool found =
        BuiltinTools.over(Workspace.open(folder), Map.of()).stream()
            .filter(one -> one.spec().name().equals(tool))
            .findFirst()
            .orElseThrow();
    String arguments = JsonNodeFactory.instance.objectNode().put(argument, value).toString();
    return permissions.examine(found, new ToolCall("1", tool, arguments)).verdict();
  }
}
