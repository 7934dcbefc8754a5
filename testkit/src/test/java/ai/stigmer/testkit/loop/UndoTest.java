package ai.stigmer.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.Agent;
import ai.stigmer.graphton.SubAgent;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.intercept.ToolInterceptor;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolArguments;
import ai.stigmer.graphton.tool.ToolContext;
import ai.stigmer.graphton.tool.builtin.BuiltinTools;
import ai.stigmer.graphton.undo.Undo;
import ai.stigmer.graphton.undo.Undo.Action;
import ai.stigmer.graphton.undo.Undo.Force;
import ai.stigmer.graphton.workspace.Workspace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that a run's tools changed are as they were before. */
class UndoTest extends LoopFixture {
  @TempDir Path folder = Path.of("");

  @Test
  void whatWasEditedIsRestoredAndWhatWasMadeIsRemoved() throws Exception {
    // Given
    write("a", "one\n");
    Files.setPosixFilePermissions(file("a"), PosixFilePermissions.fromString("rwxr-x---"));
    runner(edit("a", "one", "two"), make("sub/b", "new"), edit("a", "two", "three"), says("done"))
        .run(agent(), "go", "r");
    Files.setPosixFilePermissions(file("a"), PosixFilePermissions.fromString("rw-r--r--"));
    // When
    assertThat(actions(undo(1).plan()))
        .isEqualTo(Map.of("a", Action.RESTORE, "sub/b", Action.REMOVE));
    assertThat(file("a")).hasContent("three");
    undo(1).apply("me", Force.NO);
    // Then
    assertThat(Files.readString(file("a"))).isEqualTo("one\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file("a"))))
        .isEqualTo("rwxr-x---");
    assertThat(file("sub/b")).doesNotExist();
    assertThat(actions(undo(1).apply("me", Force.NO)).values()).containsOnly(Action.NONE);
  }

  @Test
  void upToAnEntryTheChangesStay() {
    write("a", "one");
    runner(edit("a", "one", "two"), edit("a", "two", "three"), says("done"))
        .run(agent(), "go", "r");
    undo(4).apply("me", Force.NO);
    assertThat(file("a")).hasContent("two");
    undo(1).apply("me", Force.NO);
    assertThat(file("a")).hasContent("one");
    assertThatThrownBy(() -> undo(3).plan()).hasMessageContaining("E451");
  }

  @Test
  void whatSomebodyElseChangedSinceIsNotLostUnlessForced() {
    // Given
    write("a", "one");
    write("b", "one");
    runner(edit("a", "one", "two"), edit("b", "one", "two"), says("done")).run(agent(), "go", "r");
    write("a", "mine");
    // When, then
    assertThat(actions(undo(1).plan()))
        .isEqualTo(Map.of("a", Action.OVERWRITE, "b", Action.RESTORE));
    assertThatThrownBy(() -> undo(1).apply("me", Force.NO))
        .isInstanceOfSatisfying(
            ProblemException.class,
            e ->
                assertThat(e.problem().from())
                    .containsExactly("a: somebody else changed it since"));
    assertThat(file("a")).hasContent("mine");
    assertThat(file("b")).hasContent("two");
    undo(1).apply("me", Force.YES);
    assertThat(file("a")).hasContent("one");
    assertThat(file("b")).hasContent("one");
  }

  @Test
  void whatSomebodyElseChangedBetweenTwoChangesIsNotLostEither() {
    write("a", "one");
    runner(
            edit("a", "one", "two"),
            request -> {
              write("a", "two and mine");
              return edit("a", "two", "three").apply(request);
            },
            says("done"))
        .run(agent(), "go", "r");
    assertThatThrownBy(() -> undo(1).apply("me", Force.NO)).hasMessageContaining("E450");
    undo(4).apply("me", Force.NO);
    assertThat(file("a")).hasContent("two and mine");
  }

  @Test
  void theModelOfALaterResumeIsToldAndItsNewChangesCanBeUndoneToo() {
    write("a", "one");
    runner(edit("a", "one", "two"), says("done")).run(agent(), "go", "r");
    undo(1).apply("me", Force.NO);
    runner(nothing(), nothing(), edit("a", "one", "four"), says("again")).resume(agent(), "r");
    assertThat(asked.get(2).messages().getLast())
        .isInstanceOfSatisfying(
            Message.User.class,
            said -> assertThat(said.text()).contains("The user has undone changes of yours", "a."));
    assertThat(entries("r")).anyMatch(JournalEntry.UserMessage.class::isInstance);
    undo(1).apply("me", Force.NO);
    assertThat(file("a")).hasContent("one");
  }

  @Test
  void aCallWhoseOutcomeWasLostIsUndoneWhetherItHappenedOrNot() {
    write("a", "one");
    Tool edit =
        tools().stream()
            .filter(tool -> tool.spec().name().equals("edit_file"))
            .findFirst()
            .orElseThrow();
    dieAfter(JournalEntry.ToolIntent.class, edit("a", "one", "two"), edit, "r");
    assertThat(actions(undo(1).plan())).isEqualTo(Map.of("a", Action.NONE));
    write("a", "two");
    undo(1).apply("me", Force.NO);
    assertThat(file("a")).hasContent("one");
    runner(nothing(), says("done")).resume(agent(), "r");
  }

  @Test
  void whatASubAgentChangedIsUndoneWithItsRun() {
    write("a", "one");
    Agent worker = Agent.named("worker").tools(tools()).build();
    var model = new Answers(List.of(edit("a", "one", "two"), says("did it")), new ArrayList<>());
    Agent boss =
        Agent.named("a").subAgents(new SubAgent(worker, "Works.", Optional.of(model))).build();
    runner(calls("task", "{\"description\":\"x\",\"subagent_type\":\"worker\"}"), says("done"))
        .run(boss, "go", "r");
    assertThat(file("a")).hasContent("two");
    undo(1).apply("me", Force.NO);
    assertThat(file("a")).hasContent("one");
  }

  @Test
  void aFileThatIsTooLargeOrMustNotBeKeptIsNamed() {
    write("large", "x".repeat((1 << 20) + 1));
    write("secret", "hidden");
    runner(make("large", "small"), make("secret", "open"), says("done"))
        .aroundTools(new Keeping())
        .run(agent(), "go", "r");
    assertThat(actions(undo(1).plan()).values()).containsOnly(Action.IMPOSSIBLE);
    assertThatThrownBy(() -> undo(1).apply("me", Force.NO)).hasMessageContaining("E450");
    undo(1).apply("me", Force.YES);
    assertThat(file("large")).hasContent("small");
    assertThat(entries("r").toString()).doesNotContain("aGlkZGVu");
  }

  private static final class Keeping implements ToolInterceptor {
    @Override
    public ToolResult around(Tool tool, ToolArguments arguments, ToolContext context, Next next)
        throws Exception {
      return next.run(arguments);
    }

    @Override
    public boolean mayKeep(byte[] content) {
      return !new String(content, StandardCharsets.UTF_8).contains("hidden");
    }
  }

  @Test
  void aLinkThatWasPutInThePlaceOfAFileIsNotFollowed(@TempDir Path elsewhere) throws Exception {
    write("a", "one");
    runner(edit("a", "one", "two"), says("done")).run(agent(), "go", "r");
    Files.writeString(elsewhere.resolve("x"), "two");
    Files.delete(file("a"));
    Files.createSymbolicLink(file("a"), elsewhere.resolve("x"));
    assertThat(actions(undo(1).plan())).isEqualTo(Map.of("a", Action.IMPOSSIBLE));
    undo(1).apply("me", Force.YES);
    assertThat(elsewhere.resolve("x")).hasContent("two");
  }

  private Undo undo(long at) {
    return new Undo(journal, Workspace.open(folder), "r", at);
  }

  private static Map<String, Action> actions(List<Undo.Item> items) {
    return items.stream().collect(Collectors.toMap(Undo.Item::path, Undo.Item::action));
  }

  private Agent agent() {
    return Agent.named("a").tools(tools()).build();
  }

  private List<Tool> tools() {
    return BuiltinTools.over(Workspace.open(folder), Map.of());
  }

  private static Answer edit(String file, String old, String fresh) {
    return calls(
        "edit_file",
        "{\"file_path\":\"%s\",\"old_string\":\"%s\",\"new_string\":\"%s\"}"
            .formatted(file, old, fresh));
  }

  private static Answer make(String file, String content) {
    return calls(
        "write_file", "{\"file_path\":\"%s\",\"content\":\"%s\"}".formatted(file, content));
  }

  private Path file(String name) {
    return folder.resolve(name);
  }

  private void write(String name, String content) {
    try {
      Files.writeString(file(name), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
