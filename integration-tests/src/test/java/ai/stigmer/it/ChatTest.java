package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.it.StigmerProcess.Ended;
import ai.stigmer.testkit.RealComponents;
import ai.stigmer.testkit.http.Fault;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Somebody talks with an agent at a real terminal, a pseudo-terminal of script(1). */
class ChatTest {
  private static final InstalledModel MODEL = InstalledModel.withTools("qwen3:8b", 32_768);
  private static final String QUESTION = "run it? [y]es";
  private static final String READY = "type a message, or /help";

  @TempDir Path folder = Path.of("");

  @BeforeEach
  void needsAPseudoTerminal() {
    RealComponents.require(
        "script", () -> RealComponents.runs(List.of("script", "-qec", "true", "/dev/null")));
  }

  @Test
  void theSecondTurnHasTheFirstAsItsPrefixAndTheEndSaysHowToGoOn() throws Exception {
    try (FakeOllama ollama = answering(body -> Answer.text("answer " + users(body)));
        TypedTerminal terminal = chat(begin(ollama))) {
      terminal.await(READY);
      terminal.line("first question");
      terminal.await("answer 1");
      terminal.await("in this session");
      terminal.line(" second question");
      terminal.await("answer 2");
      terminal.await("in this session", 2);
      terminal.line("/cost");
      terminal.await("2 model calls");
      terminal.line("/model");
      terminal.await("model from --model");
      terminal.line("/context");
      terminal.await("tokens  100 %");
      terminal.type(TypedTerminal.CTRL_D);
      // Then
      assertThat(terminal.ended()).as(terminal.screen()).isZero();
      assertThat(terminal.screen())
          .containsPattern("go on with: stigmer chat --resume \\d{6}-\\w+");
      JsonNode first = ollama.chats().getFirst().body();
      JsonNode second = ollama.chats().getLast().body();
      assertThat(ollama.chats()).hasSize(2);
      assertThat(second.path("tools")).isEqualTo(first.path("tools"));
      List<JsonNode> before = list(first.path("messages"));
      List<JsonNode> after = list(second.path("messages"));
      assertThat(after.subList(0, before.size())).isEqualTo(before);
      assertThat(after).hasSize(before.size() + 2);
      assertThat(after.getLast().path("content").asText()).isEqualTo("second question");
    }
    Path history = folder.resolve("home").resolve("history");
    assertThat(Files.readString(history)).contains("first question").doesNotContain("second");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(history)))
        .isEqualTo("rw-------");
  }

  @Test
  void aLineThatIsTypedWhileAToolRunsIsHeardAtTheNextStep() throws Exception {
    try (FakeOllama ollama = answering(ChatTest::untilToldToGo);
        TypedTerminal terminal = chat(begin(ollama, "--allow-shell"))) {
      terminal.await(READY);
      terminal.line("work");
      awaitFile("started");
      terminal.await("working >");
      terminal.line("leave the tests alone");
      terminal.await("leave the tests alone  (heard at its next step)");
      Files.createFile(workspace().resolve("go"));
      terminal.await("heard at this step: the user said: leave the tests alone");
      terminal.await("in this session");
      terminal.line("/exit");
      assertThat(terminal.ended()).as(terminal.screen()).isZero();
      assertThat(lastMessage(ollama)).isEqualTo("leave the tests alone");
      assertThat(ollama.chats()).hasSize(2);
    }
  }

  @Test
  void ctrlCBreaksOffAnAnswerThatStallsAndTheSessionGoesOn() throws Exception {
    Function<JsonNode, Answer> answers =
        body ->
            users(body) == 1
                ? Answer.text("half of it ").with(new Fault.StallAt(60))
                : Answer.text("whole");
    try (FakeOllama ollama = answering(answers);
        TypedTerminal terminal = chat(begin(ollama))) {
      terminal.await(READY);
      terminal.line("first");
      while (ollama.chats().isEmpty()) {
        Thread.sleep(20);
      }
      // What is said before the turn has ended is no less heard than what is said later.
      terminal.line(TypedTerminal.CTRL_C + "second");
      terminal.await("broken off; everything up to here is journaled");
      terminal.await("whole");
      terminal.await("10 out in this session");
      // A line that was begun is thrown away, as fast as it may have been typed.
      terminal.type("half a line" + TypedTerminal.CTRL_C);
      terminal.line("/cost");
      terminal.await("1 model call");
      terminal.type(TypedTerminal.CTRL_C);
      assertThat(terminal.ended()).as(terminal.screen()).isZero();
      assertThat(lastMessage(ollama)).isEqualTo("second");
    }
  }

  @Test
  void aSessionThatIsKilledGoesOnWhereItWasAndHearsTheNextMessage() throws Exception {
    try (FakeOllama ollama = answering(ChatTest::untilToldToGo)) {
      try (TypedTerminal terminal = chat(begin(ollama, "--allow-shell"))) {
        terminal.await(READY);
        terminal.line("work");
        awaitFile("started");
        terminal.line("said before the crash");
        terminal.await("(heard at its next step)");
        long pid = Long.parseLong(StigmerProcess.read(folder.resolve("pid")).strip());
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        terminal.ended();
      }
      // When
      try (TypedTerminal terminal = chat("chat", "--resume", "last", "--unknown", "tell-model")) {
        terminal.await("it goes on where it was broken off");
        terminal.await("in this session");
        terminal.line("one more");
        terminal.await("in this session", 2);
        terminal.line("/exit");
        assertThat(terminal.ended()).as(terminal.screen()).isZero();
      }
      // Then
      List<String> said =
          list(ollama.chats().getLast().body().path("messages")).stream()
              .filter(message -> message.path("role").asText().equals("user"))
              .map(message -> message.path("content").asText())
              .toList();
      assertThat(said).containsExactly("work", "said before the crash", "one more");
    }
  }

  @Test
  void anApprovalIsAskedForInlineAndGivesBackWhatWasBeingTyped() throws Exception {
    try (FakeOllama ollama =
            answering(
                body -> {
                  awaitQuietly("typed");
                  return WorkingRun.assistants(body) == 0
                      ? WorkingRun.call("execute", "command", "echo one >> log")
                      : Answer.text("done");
                });
        TypedTerminal terminal = chat(begin(ollama))) {
      terminal.await(READY);
      terminal.line("work");
      terminal.await("working >");
      terminal.type("and then sum");
      terminal.await("and then sum");
      Files.createFile(workspace().resolve("typed"));
      terminal.await(QUESTION);
      terminal.line("y");
      terminal.await("and then sum", 2);
      terminal.await("in this session");
      terminal.line(" it up");
      terminal.await("in this session", 2);
      terminal.line("/exit");
      assertThat(terminal.ended()).as(terminal.screen()).isZero();
      assertThat(workspace().resolve("log")).hasContent("one");
      assertThat(lastMessage(ollama)).isEqualTo("and then sum it up");
      assertThat(Files.readAllLines(folder.resolve("home").resolve("history")))
          .noneMatch(line -> line.endsWith(":y"));
    }
  }

  @Test
  void aPasteOfSeveralLinesIsOneMessageAndUndoPutsItsFilesBack() throws Exception {
    Function<JsonNode, Answer> answers =
        body ->
            WorkingRun.assistants(body) == 0
                ? WorkingRun.call("write_file", "file_path", "/a", "content", "new\n")
                : Answer.text("done");
    try (FakeOllama ollama = answering(answers);
        TypedTerminal terminal = chat(begin(ollama))) {
      terminal.await(READY);
      terminal.type("\u001b[200~one \"quote\nand two!!\u001b[201~");
      terminal.line("");
      terminal.await("in this session");
      assertThat(workspace().resolve("a")).hasContent("new");
      terminal.line("/undo");
      terminal.await("what commands changed is not known");
      assertThat(workspace().resolve("a")).doesNotExist();
      terminal.type(TypedTerminal.CTRL_D);
      assertThat(terminal.ended()).isZero();
      assertThat(lastUser(ollama)).isEqualTo("one \"quote\nand two!!");
    }
  }

  @Test
  void limitsHoldOverTheSessionAndCanBeRaisedWhenItGoesOn() throws Exception {
    try (FakeOllama ollama = answering(body -> Answer.text("answer " + users(body)))) {
      try (TypedTerminal terminal = chat(begin(ollama, "--max-turns", "1"))) {
        terminal.await(READY);
        terminal.line("first");
        terminal.await("in this session");
        terminal.line("second");
        terminal.await("error[E801]");
        terminal.await("stigmer chat --resume");
        terminal.line("/exit");
        assertThat(terminal.ended()).isZero();
        assertThat(ollama.chats()).hasSize(1);
      }
      try (TypedTerminal terminal = chat("chat", "--resume", "last", "--max-turns", "2")) {
        terminal.await(READY);
        terminal.line("third");
        terminal.await("answer 3");
        terminal.await("in this session");
        terminal.line("/exit");
        assertThat(terminal.ended()).isZero();
      }
    }
  }

  @Test
  void withoutATerminalItIsRefusedAndRunIsNamed() {
    Ended ended = StigmerProcess.in(folder).run("chat");
    assertThat(ended.status()).isEqualTo(2);
    assertThat(ended.err())
        .startsWith("error[E008]: a chat needs a terminal")
        .contains("stigmer run");
  }

  @Test
  void aSessionThatGoesOnTakesNoOptionThatWouldDoNothing() throws Exception {
    try (TypedTerminal terminal = chat("chat", "--resume", "last", "--allow-shell")) {
      assertThat(terminal.ended()).isEqualTo(2);
      assertThat(terminal.screen()).contains("--allow-shell cannot be given with --resume");
    }
  }

  private static FakeOllama answering(Function<JsonNode, Answer> answers) {
    return FakeOllama.start(Scenario.answering(answers).models(MODEL));
  }

  private TypedTerminal chat(String... words) throws Exception {
    StigmerProcess stigmer =
        StigmerProcess.in(folder).with("STIGMER_EXECUTION_MODE", "local").tracedBy(List.of());
    return new TypedTerminal(stigmer, folder.resolve("pid"), words);
  }

  private String[] begin(FakeOllama ollama, String... more) throws Exception {
    Files.createDirectories(workspace());
    var words = new ArrayList<String>();
    words.addAll(List.of("chat", "--base-url", ollama.baseUrl(), "-m", "qwen3:8b"));
    words.addAll(List.of("--context-length", "32768", "--workspace", workspace().toString()));
    words.addAll(Arrays.asList(more));
    return words.toArray(String[]::new);
  }

  private Path workspace() {
    return folder.resolve("workspace");
  }

  private void awaitFile(String name) throws InterruptedException {
    while (!Files.exists(workspace().resolve(name))) {
      Thread.sleep(20);
    }
  }

  private void awaitQuietly(String name) {
    try {
      awaitFile(name);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Answer untilToldToGo(JsonNode body) {
    return WorkingRun.assistants(body) == 0
        ? WorkingRun.call(
            "execute", "command", "touch started; while [ ! -e go ]; do sleep 0.05; done")
        : Answer.text("done");
  }

  private static List<JsonNode> list(JsonNode array) {
    var list = new ArrayList<JsonNode>();
    array.forEach(list::add);
    return list;
  }

  private static Stream<JsonNode> ofUser(JsonNode body) {
    return list(body.path("messages")).stream()
        .filter(message -> message.path("role").asText().equals("user"));
  }

  private static long users(JsonNode body) {
    return ofUser(body).count();
  }

  private static String lastUser(FakeOllama ollama) {
    return ofUser(ollama.chats().getLast().body())
        .reduce((first, second) -> second)
        .orElseThrow()
        .path("content")
        .asText();
  }

  private static String lastMessage(FakeOllama ollama) {
    return list(ollama.chats().getLast().body().path("messages"))
        .getLast()
        .path("content")
        .asText();
  }
}
