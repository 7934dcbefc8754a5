package ai.stigmer.cli.chat;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.error.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.Reference;
import org.jline.reader.UserInterruptException;
import org.jline.reader.Widget;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Attributes;
import org.jline.terminal.Attributes.ControlChar;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;

/*
 * One thread reads. Whoever has a question, or changes the prompt, interrupts it: the read ends, what was typed becomes
 * the draft that the next read begins with. The interrupt is sent only while a read is in progress, and not within a
 * paste, so that it can break off nothing else.
 *
 * Between two reads too the terminal only collects keys: in its own way of reading it would show them, make them lines
 * and swallow Ctrl-D. Ctrl-C is a key like others: as a signal it overtakes what was typed before it, and the terminal
 * throws that away.
 */
/**
 * The line at the foot of a terminal, with a history in a file. What is printed meanwhile is
 * printed above it; a question takes its place and gives it back.
 *
 * <p>Thread contract: {@link #read} belongs to one thread; everything else is thread-safe.
 */
public final class LineEditor implements AutoCloseable {
  private static final String HISTORY_SIZE = "1000";
  private static final String INTERRUPT = "interrupt";
  private static final int CTRL_C = 3;

  private final Terminal terminal;
  private final LineReader reader;
  private final Queue<Question> questions = new ArrayDeque<>();
  private String prompt = "";
  private String draft = "";
  private @Nullable Thread reading;
  private boolean woken;
  private boolean interrupted;
  private boolean pasting;
  private boolean pressed;

  private record Question(String text, CompletableFuture<Optional<String>> answer) {}

  private LineEditor(Terminal terminal, LineReader reader) {
    this.terminal = terminal;
    this.reader = reader;
  }

  /**
   * Takes over the terminal of this process.
   *
   * @param history the file of what was typed, made with access for its owner only; lines that
   *     begin with a space are not kept
   * @throws ai.stigmer.graphton.error.ProblemException {@code E008} when the terminal or the file
   *     cannot be used
   */
  public static LineEditor open(Path history) {
    try {
      makePrivate(history);
      Terminal terminal =
          TerminalBuilder.builder().system(true).dumb(false).nativeSignals(true).build();
      var editor = new LineEditor(terminal, reader(terminal, history));
      editor.takeKeys();
      var _ = terminal.handle(Terminal.Signal.INT, _ -> editor.interrupted());
      return editor;
    } catch (IOException | IllegalStateException e) {
      throw Problem.of(
              "E008", Problem.Category.USAGE, "this terminal cannot be used: " + e.getMessage())
          .help("stigmer run \"a task\" needs none")
          .asException();
    }
  }

  private static void makePrivate(Path history) throws IOException {
    Files.createDirectories(history.toAbsolutePath().getParent());
    var owner = PosixFilePermissions.fromString("rw-------");
    if (Files.notExists(history)) {
      Files.createFile(history, PosixFilePermissions.asFileAttribute(owner));
    }
    Files.setPosixFilePermissions(history, owner);
  }

  private static LineReader reader(Terminal terminal, Path history) {
    // What is typed is text: no quotes, no escapes, no "!" that repeats a command.
    DefaultParser words = new DefaultParser();
    words.setQuoteChars(new char[0]);
    words.setEscapeChars(new char[0]);
    return LineReaderBuilder.builder()
        .terminal(terminal)
        .appName("stigmer")
        .parser(words)
        .variable(LineReader.HISTORY_FILE, history)
        .variable(LineReader.HISTORY_SIZE, HISTORY_SIZE)
        .variable(LineReader.HISTORY_FILE_SIZE, HISTORY_SIZE)
        .option(LineReader.Option.HISTORY_IGNORE_SPACE, true)
        .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
        .option(LineReader.Option.BRACKETED_PASTE, true)
        .option(LineReader.Option.ERASE_LINE_ON_FINISH, true)
        .build();
  }

  private void takeKeys() {
    int interrupt = terminal.enterRawMode().getControlChar(ControlChar.VINTR);
    Attributes keys = terminal.getAttributes();
    keys.setControlChar(ControlChar.VINTR, 0);
    terminal.setAttributes(keys);
    Widget paste = requireNonNull(reader.getBuiltinWidgets().get(LineReader.BEGIN_PASTE));
    reader
        .getWidgets()
        .putAll(
            Map.of(
                INTERRUPT,
                () -> {
                  pressed = true;
                  throw new UserInterruptException(reader.getBuffer().toString());
                },
                LineReader.BEGIN_PASTE,
                () -> {
                  pasting(true);
                  try {
                    return paste.apply();
                  } finally {
                    pasting(false);
                  }
                }));
    requireNonNull(reader.getKeyMaps().get(LineReader.MAIN))
        .bind(new Reference(INTERRUPT), Character.toString(interrupt > 0 ? interrupt : CTRL_C));
  }

  /** Waits for a line; questions are asked and answered meanwhile. */
  public Typed read() {
    while (true) {
      Question question = begin();
      try {
        String line =
            reader.readLine(
                question == null ? prompt() : question.text() + " > ",
                null,
                (Character) null,
                question == null ? draft : "");
        if (question == null) {
          draft = "";
          return new Typed.Line(line);
        }
        answered(question, line);
      } catch (UserInterruptException e) {
        String typed = question == null ? e.getPartialLine() : draft;
        if (!pressed && wasWoken()) {
          draft = typed;
          continue;
        }
        draft = question == null ? "" : draft;
        return new Typed.Interrupted(typed);
      } catch (EndOfFileException e) {
        return new Typed.Ended();
      } finally {
        finish();
      }
    }
  }

  private synchronized @Nullable Question begin() {
    Question question = questions.peek();
    // A question's answer is no message; it does not belong in the history.
    reader.setVariable(LineReader.DISABLE_HISTORY, question != null);
    reading = Thread.currentThread();
    if (interrupted) {
      interrupted = false;
      reading.interrupt();
    }
    woken = false;
    pressed = false;
    return question;
  }

  private synchronized boolean wasWoken() {
    return woken;
  }

  private synchronized void finish() {
    reading = null;
    var _ = Thread.interrupted();
  }

  private synchronized void wake() {
    woken = true;
    if (reading != null && !pasting) {
      reading.interrupt();
    }
  }

  private synchronized void pasting(boolean begins) {
    pasting = begins;
    if (!begins && woken) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ctrl-C between two reads counts for the next one. */
  private synchronized void interrupted() {
    interrupted = true;
  }

  /** What stands before the line from now on; what was typed stays. */
  public synchronized void prompt(String text) {
    prompt = text;
    wake();
  }

  private synchronized String prompt() {
    return prompt;
  }

  /** Prints a line above the one that is edited. */
  public void above(String line) {
    reader.printAbove(line + "\n");
  }

  /**
   * Asks in the place of the line, and gives it back as it was.
   *
   * @return what was typed; empty when the question was withdrawn first
   */
  public Optional<String> ask(String text, CancelToken until) {
    var question = new Question(text, new CompletableFuture<>());
    synchronized (this) {
      questions.add(question);
      wake();
    }
    try (CancelToken.Registration _ =
        until.onCancel(() -> question.answer().complete(Optional.empty()))) {
      Optional<String> answer = question.answer().join();
      synchronized (this) {
        if (questions.remove(question)) {
          wake();
        }
      }
      return answer;
    }
  }

  private void answered(Question question, String line) {
    synchronized (this) {
      questions.remove(question);
    }
    above(question.text() + " > " + line);
    question.answer().complete(Optional.of(line.strip()));
  }

  @Override
  public void close() {
    try {
      reader.getHistory().save();
      terminal.close();
    } catch (IOException e) {
      above("note: what was typed could not be kept: " + e.getMessage());
    }
  }
}
