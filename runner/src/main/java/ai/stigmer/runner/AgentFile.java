package ai.stigmer.runner;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads an agent from YAML: strictly, so that a misspelt key is an error and not a surprise. */
public final class AgentFile {
  /** The format's name and version. */
  public static final String API_VERSION = "agentic.stigmer.ai/v1";

  private static final int MAX_BYTES = 1 << 20;

  private AgentFile() {}

  /**
   * Reads a file of at most 1 MiB.
   *
   * @throws ProblemException {@code E120} when it cannot be read or is not YAML, {@code E121} for
   *     an unknown key, {@code E122} for a missing or wrong value; all with file and line
   */
  public static AgentDefinition read(Path file) {
    return parse(file.toString(), content(file));
  }

  /**
   * Everything that is wrong with a file of an agent or an environment, in the order of the file;
   * empty when it can be used.
   */
  public static List<Problem> check(Path file) {
    try {
      String text = content(file);
      Node root = compose(file.toString(), text);
      if (YamlJson.of(root).path("kind").asText().equals("Environment")) {
        return ShapeCheck.check(file.toString(), root, AgentShape.ENVIRONMENT);
      }
      List<Problem> problems = ShapeCheck.check(file.toString(), root, AgentShape.AGENT);
      return problems.isEmpty() ? AgentReader.check(file.toString(), root) : problems;
    } catch (ProblemException e) {
      return List.of(e.problem());
    }
  }

  static AgentDefinition parse(String file, String text) {
    Node root = compose(file, text);
    List<Problem> problems = ShapeCheck.check(file, root, AgentShape.AGENT);
    if (problems.isEmpty()) {
      problems = AgentReader.check(file, root);
    }
    if (!problems.isEmpty()) {
      throw problems.getFirst().asException();
    }
    return AgentReader.agent(YamlJson.of(root));
  }

  /**
   * Reads the variables of an environment.
   *
   * @throws ProblemException {@code E120} to {@code E122}
   */
  static List<AgentParts.Variable> variables(Path file) {
    Node root = compose(file.toString(), content(file));
    List<Problem> problems = ShapeCheck.check(file.toString(), root, AgentShape.ENVIRONMENT);
    if (!problems.isEmpty()) {
      throw problems.getFirst().asException();
    }
    return AgentReader.variables(YamlJson.of(root).path("spec").path("data"));
  }

  private static Node compose(String file, String text) {
    try {
      Optional<Node> node =
          new Compose(LoadSettings.builder().setLabel(file).build()).composeString(text);
      return node.orElseThrow(() -> unreadable(file, "the agent file is empty"));
    } catch (MarkedYamlEngineException e) {
      String place =
          e.getProblemMark()
              .map(mark -> file + ":" + (mark.getLine() + 1) + ":" + (mark.getColumn() + 1))
              .orElse(file);
      throw unreadable(place, "the agent file is not YAML: " + e.getProblem());
    } catch (YamlEngineException e) {
      throw unreadable(file, "the agent file is not YAML: " + e.getMessage());
    } catch (StackOverflowError e) {
      throw unreadable(file, "the agent file is nested too deeply");
    }
  }

  private static String content(Path file) {
    try {
      if (Files.isDirectory(file)) {
        throw unreadable(file.toString(), "the agent file is a folder");
      }
      try (InputStream in = Files.newInputStream(file)) {
        byte[] bytes = in.readNBytes(MAX_BYTES + 1);
        if (bytes.length > MAX_BYTES) {
          throw unreadable(file.toString(), "the agent file is larger than 1 MiB");
        }
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      }
    } catch (NoSuchFileException e) {
      throw unreadable(file.toString(), "the agent file is not there");
    } catch (CharacterCodingException e) {
      throw unreadable(file.toString(), "the agent file is not UTF-8 text");
    } catch (IOException e) {
      throw unreadable(file.toString(), "the agent file cannot be read: " + e.getMessage());
    }
  }

  private static ProblemException unreadable(String place, String message) {
    return new ProblemException(
        new Problem(
            "E120",
            Problem.Category.CONFIGURATION,
            message,
            List.of(place),
            List.of("stigmer explain E122 shows a whole agent file")));
  }
}
