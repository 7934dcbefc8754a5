package ai.stigmer.graphton.permission;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.permission.Examination.Part;
import ai.stigmer.graphton.permission.ShellLine.Redirection;
import ai.stigmer.graphton.permission.ShellLine.SimpleCommand;
import ai.stigmer.graphton.tool.EffectClass;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.workspace.Workspace;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A policy over tools, paths and commands: deny before ask before allow, over all parts of a call,
 * then what the mode says. A command line that is not understood is asked for, unless no rule could
 * object to any command.
 *
 * <p>In mode {@code plan} a rule that allows edits, or every command, does not count.
 *
 * <p>Patterns of commands are a help against mistakes and not a wall: a program has many names.
 *
 * <p>Thread contract: immutable.
 */
public final class Permissions {
  private static final String SHELL = "execute";
  private static final Set<String> EDITS = Set.of("write_file", "edit_file");
  private static final Set<String> FOLDERS = Set.of("ls", "glob", "grep");
  private static final Set<String> FILES =
      Set.of("read_file", "ls", "glob", "grep", "write_file", "edit_file");
  private static final Set<String> HARMLESS = Set.of("write_todos", "task");
  private static final Set<String> MOVING = Set.of("cd", "pushd", "popd");
  private static final Set<String> SHELLS =
      Set.of("ash", "bash", "csh", "dash", "fish", "ksh", "mksh", "sh", "tcsh", "zsh");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Mode mode;
  private final List<Rule> rules;
  private final Workspace workspace;

  public Permissions(Mode mode, List<Rule> rules, Workspace workspace) {
    this.mode = requireNonNull(mode, "mode is null");
    this.rules = rules.stream().filter(rule -> mode != Mode.PLAN || !rule.opensAll()).toList();
    this.workspace = requireNonNull(workspace, "workspace is null");
  }

  /** Looks at one call. */
  public Examination examine(Tool tool, ToolCall call) {
    String name = tool.spec().name();
    if (name.equals(SHELL)) {
      return command(argument(call, "command"));
    }
    if (FILES.contains(name)) {
      return file(name, call);
    }
    return Examination.of(List.of(decided(name, rules(name), tool.effect() == EffectClass.READ)));
  }

  /** Looks at a command line. */
  public Examination command(String line) {
    return switch (ShellLine.parse(line)) {
      case ShellLine.Unclear(String reason) -> Examination.of(List.of(unclear(line, reason)));
      case ShellLine.Understood(List<SimpleCommand> commands) -> {
        boolean moves =
            commands.stream()
                .anyMatch(one -> MOVING.contains(CommandPattern.name(one.words().getFirst())));
        var parts = new ArrayList<Part>();
        for (SimpleCommand one : commands) {
          parts.add(command(one));
          one.redirections().forEach(to -> parts.add(redirection(to, moves)));
        }
        yield Examination.of(parts);
      }
    };
  }

  private Part command(SimpleCommand one) {
    List<Rule> all = rules(SHELL);
    Part part = decided(one.text(), all.stream().filter(rule -> rule.isAbout(one)).toList(), false);
    boolean blind =
        SHELLS.contains(CommandPattern.name(one.words().getFirst()))
            && all.stream().anyMatch(rule -> rule.verdict() != Verdict.ALLOW);
    return blind && part.verdict() == Verdict.ALLOW
        ? new Part(one.text(), Verdict.ASK, "the rules cannot see what the other shell runs")
        : part;
  }

  private Part unclear(String line, String reason) {
    String why = "it is not clear what it does: " + reason;
    List<Rule> about = rules(SHELL);
    boolean objects = about.stream().anyMatch(rule -> rule.verdict() != Verdict.ALLOW);
    List<Rule> whole = about.stream().filter(rule -> rule.isAboutAllOf(SHELL)).toList();
    Optional<Rule> strictest = strictest(whole);
    if (strictest.isPresent() && (strictest.get().verdict() != Verdict.ALLOW || !objects)) {
      return by(line, strictest.get());
    }
    return uncertain(line, why);
  }

  /** Somebody has to look at it, where the mode lets anybody be asked. */
  private Part uncertain(String text, String why) {
    boolean asks = mode == Mode.ASK || mode == Mode.ALLOW_EDITS;
    return new Part(text, asks ? Verdict.ASK : Verdict.DENY, why);
  }

  /**
   * To a shell a leading slash is the machine's root; to the tools of files it is the workspace.
   */
  private boolean isElsewhere(String file) {
    return file.startsWith("/") && !Path.of(file).normalize().startsWith(workspace.root());
  }

  private Part redirection(Redirection to, boolean moves) {
    String text = (to.writes() ? "> " : "< ") + to.file();
    if (to.file().equals("/dev/null")) {
      return new Part(text, Verdict.ALLOW, "it is discarded");
    }
    String tool = to.writes() ? "write_file" : "read_file";
    Optional<Rule> open =
        strictest(rules(SHELL).stream().filter(rule -> rule.isAboutAllOf(SHELL)).toList())
            .filter(rule -> rule.verdict() == Verdict.ALLOW);
    if (open.isPresent() && rules(tool).stream().allMatch(r -> r.verdict() == Verdict.ALLOW)) {
      return by(text, open.get());
    }
    if (moves && !to.file().startsWith("/")) {
      return uncertain(text, "the line changes its folder, so the file is not known");
    }
    if (isElsewhere(to.file())) {
      return uncertain(text, "it lies outside of the workspace");
    }
    Part part = file(tool, to.file()).withText(text);
    return part.verdict() == Verdict.ALLOW
        ? guarded(to).map(why -> uncertain(text, why)).orElse(part)
        : part;
  }

  /** Why the tools of files would refuse; a shell does not know what is protected. */
  private Optional<String> guarded(Redirection to) {
    try {
      Path file = workspace.resolve(to.file());
      if (to.writes()) {
        workspace.requireWritable(file);
      } else {
        workspace.requireVisible(file);
      }
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private Examination file(String tool, ToolCall call) {
    String given = argument(call, FOLDERS.contains(tool) ? "path" : "file_path");
    try {
      workspace.resolve(given);
    } catch (IOException e) {
      return Examination.of(given, Verdict.ALLOW, "the tool itself refuses it: " + e.getMessage());
    }
    Part part = file(tool, given.isEmpty() ? "." : given);
    boolean searches = tool.equals("grep") && part.verdict() == Verdict.ALLOW;
    Optional<Rule> asking =
        rules(tool).stream()
            .filter(rule -> rule.verdict() == Verdict.ASK && !rule.isAboutAllOf(tool))
            .findFirst();
    return searches && asking.isPresent()
        ? Examination.of(
            part.text(), Verdict.ASK, "it may find what this speaks of: rule " + asking.get())
        : Examination.of(List.of(part));
  }

  private Part file(String tool, String given) {
    List<String> names;
    try {
      names = names(given);
    } catch (IOException e) {
      return uncertain(given, String.valueOf(e.getMessage()));
    }
    List<Rule> about = rules(tool).stream().filter(rule -> rule.isAboutFile(names)).toList();
    Part part = decided(tool, about, !EDITS.contains(tool));
    return part.withText(given);
  }

  private List<String> names(String given) throws IOException {
    var names = new ArrayList<String>();
    names.add(workspace.show(workspace.resolve(given)));
    workspace.lexical(given).map(workspace::show).ifPresent(names::add);
    return names;
  }

  private Part decided(String text, List<Rule> about, boolean reads) {
    return strictest(about)
        .map(rule -> by(text, rule))
        .orElseGet(() -> new Part(text, byMode(text, reads), "mode " + mode.id()));
  }

  private Verdict byMode(String tool, boolean reads) {
    if (reads || HARMLESS.contains(tool)) {
      return Verdict.ALLOW;
    }
    return switch (mode) {
      case ASK -> Verdict.ASK;
      case ALLOW_EDITS -> EDITS.contains(tool) ? Verdict.ALLOW : Verdict.ASK;
      case PLAN, DENY -> Verdict.DENY;
    };
  }

  private static Part by(String text, Rule rule) {
    return new Part(text, rule.verdict(), "rule " + rule, Optional.of(rule));
  }

  private static Optional<Rule> strictest(List<Rule> about) {
    return about.stream().reduce((a, b) -> b.verdict().compareTo(a.verdict()) > 0 ? b : a);
  }

  private List<Rule> rules(String tool) {
    return rules.stream().filter(rule -> rule.isAbout(tool)).toList();
  }

  /** A text among the arguments; empty when there is none, for the tool to complain about. */
  private static String argument(ToolCall call, String name) {
    try {
      return JSON.readTree(call.arguments()).path(name).asText("");
    } catch (JsonProcessingException e) {
      return "";
    }
  }

  /** Whether a rule forbids to read the file, by whichever name; for {@link Workspace#hiding}. */
  public boolean hides(String path) {
    return rules("read_file").stream()
        .anyMatch(rule -> rule.verdict() == Verdict.DENY && rule.isAboutFile(List.of(path)));
  }
}
