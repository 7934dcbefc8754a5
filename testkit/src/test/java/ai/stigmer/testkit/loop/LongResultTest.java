package ai.stigmer.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.Agent;
import ai.stigmer.graphton.Fork;
import ai.stigmer.graphton.Graphton;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.journal.EntryCodec;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalEntry.ResultKept;
import ai.stigmer.graphton.journal.JournalEntry.ToolOutcome;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.builtin.BuiltinTools;
import ai.stigmer.graphton.workspace.Workspace;
import ai.stigmer.testkit.crash.JournalLaws;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LongResultTest extends LoopFixture {
  private static final int LINES = 400_000;

  @TempDir Path folder = Path.of("");

  @Test
  void aResultOfMegabytesIsCutForTheModelAndReadableToItsLastLinePageByPage() {
    // Given
    var result =
        runner(
                calls("long_one", "{}"),
                calls("read_file", page("/large_tool_results/1-c0-0", 399_990)),
                says("done"))
            .run(agent(), "go", "r");
    // Then
    assertThat(result.end()).isEqualTo(new RunEnd.Completed("done"));
    List<ToolOutcome> outcomes = of("r", ToolOutcome.class);
    assertThat(outcomes.getFirst().result().text().length()).isLessThan(80_300);
    assertThat(outcomes.getFirst().result().text())
        .startsWith("line 0\n")
        .contains("characters were cut here; the whole is there, page by page: read_file")
        .contains("file_path=/large_tool_results/1-c0-0 …]")
        .endsWith("line 399999\n");
    assertThat(outcomes.get(1).result())
        .isEqualTo(
            ToolResult.ok(
                """
                399991  line 399990
                399992  line 399991
                399993  line 399992
                [Read 3 lines (lines 399991-399993 of 400000 total). 7 lines remaining from offset \
                399993.]
                """));
    assertThat(of("r", ResultKept.class)).hasSize(1);
    assertThat(of("r", ResultKept.class).getFirst().text()).isEqualTo(text());
    assertThat(JournalLaws.broken(entries("r"))).isEmpty();
  }

  @Test
  void aResumedRunAndAForkReadTheWholeTextThatAnotherProcessKept() {
    // Given
    dieAfter(ToolOutcome.class, calls("long_one", "{}"), longOne(), "r");
    // When
    RunResult resumed =
        runner(nothing(), calls("read_file", page("/large_tool_results/1-c0-0", 7)), says("done"))
            .resume(agent(), "r");
    RunResult forked =
        runner(nothing(), calls("read_file", page("/large_tool_results/1-c0-0", 7)), says("done"))
            .fork(agent(), new Fork("r", 4, "f", Optional.empty()));
    // Then
    assertThat(resumed.end()).isEqualTo(new RunEnd.Completed("done"));
    assertThat(forked.end()).isEqualTo(new RunEnd.Completed("done"));
    for (String run : List.of("r", "f")) {
      assertThat(of(run, ToolOutcome.class).getLast().result().text()).startsWith("8  line 7\n");
    }
  }

  @Test
  void aTextWithoutLineBreaksCanBeReadFromItsMiddle() {
    Tool wide =
        Tool.named("wide")
            .readOnly()
            .calling(args -> "x".repeat(99_000) + "middle" + "y".repeat(99_000));
    runner(
            calls("wide", "{}"),
            calls("read_file", page("/large_tool_results/1-c0-0", 49)),
            says("done"))
        .run(agent(wide), "go", "r");

    assertThat(of("r", ToolOutcome.class).getLast().result().text()).contains("xmiddley");
  }

  @Test
  void anAgentWithoutTheToolForFilesIsNotSentThereAndAPageIsNotKeptAgain() {
    var bare = Agent.named("bare").tools(longOne()).build();
    runner(calls("long_one", "{}"), says("done")).run(bare, "go", "bare");
    runner(
            calls("long_one", "{}"),
            calls("read_file", "{\"file_path\":\"/large_tool_results/1-c0-0\",\"limit\":100000}"),
            says("done"))
        .run(agent(), "go", "r");

    assertThat(of("bare", ToolOutcome.class).getFirst().result().text())
        .contains("characters were cut here …]");
    assertThat(of("bare", ResultKept.class)).hasSize(1);
    assertThat(of("r", ResultKept.class)).hasSize(1);
  }

  @Test
  void theResultsOfOneTurnShareTheWindow() {
    var model = new WindowedModel(9_000, 2, 1, turn -> new ToolCall("c" + turn, "long_one", "{}"));
    Graphton.with(model).journal(journal).listener(laws).run(agent(), "go", "r");

    assertThat(of("r", ToolOutcome.class).getFirst().result().text().length())
        .isBetween(5_900, 6_200);
    assertThat(model.largest).isLessThan(9_000);
  }

  @Test
  void threeHundredTurnsWithFiveMegabytesOfResultsStayInTheWindowAndTheJournalGrowsLinearly() {
    // Given
    int turns = 300;
    var model =
        new WindowedModel(
            32_768, 4, turns, turn -> new ToolCall("c" + turn, "chapter", "{\"n\":" + turn + "}"));
    Tool chapter =
        Tool.named("chapter")
            .integer("n", "which")
            .calling(args -> ("chapter " + effects.incrementAndGet() + " word ").repeat(1_100));
    // When
    RunResult result =
        Graphton.with(model)
            .journal(journal)
            .listener(laws)
            .run(
                Agent.named("reader").tools(chapter).maxTurns(1_000).build(),
                "read all of it",
                "r");
    // Then
    assertThat(result.end()).isEqualTo(new RunEnd.Completed("the end"));
    List<ToolOutcome> outcomes = of("r", ToolOutcome.class);
    assertThat(outcomes.stream().mapToLong(each -> each.result().text().length()).sum())
        .isGreaterThan(5_000_000);
    assertThat(model.refused).isZero();
    assertThat(model.largest).isLessThanOrEqualTo(32_768);
    assertThat(model.turns)
        .allSatisfy(request -> assertThat(request.messages()).hasSizeLessThan(30));
    assertThat(JournalLaws.broken(entries("r"))).isEmpty();
    List<JournalEntry> entries = entries("r");
    long first = bytes(entries.subList(0, entries.size() / 2));
    long second = bytes(entries.subList(entries.size() / 2, entries.size()));
    assertThat(second).isBetween(first * 9 / 10, first * 11 / 10);
  }

  private static long bytes(List<JournalEntry> entries) {
    return entries.stream().mapToLong(entry -> EntryCodec.encode(entry).length()).sum();
  }

  private <T extends JournalEntry> List<T> of(String run, Class<T> kind) {
    return entries(run).stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  private static String page(String name, int offset) {
    return "{\"file_path\":\"" + name + "\",\"offset\":" + offset + ",\"limit\":3}";
  }

  private Agent agent(Tool... more) {
    Workspace workspace = Workspace.open(folder);
    var tools = new ArrayList<>(BuiltinTools.over(workspace, Map.of()));
    tools.add(longOne());
    tools.addAll(List.of(more));
    return Agent.named("a").tools(tools).maxTurns(1_000).build();
  }

  private static Tool longOne() {
    return Tool.named("long_one").readOnly().calling(args -> text());
  }

  private static String text() {
    var text = new StringBuilder();
    for (int i = 0; i < LINES; i++) {
      text.append("line ").append(i).append('\n');
    }
    return text.toString();
  }
}
