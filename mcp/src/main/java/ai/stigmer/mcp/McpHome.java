package ai.stigmer.mcp;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The user's own servers, and what the user accepted of any server: {@code mcp.json} and {@code
 * mcp-accepted.json} in the folder of the configuration, which no agent can write.
 */
public final class McpHome {
  private static final int LONGEST = 8 << 20;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path servers;
  private final Path accepted;

  /**
   * @param folder the folder of the configuration, see {@code STIGMER_HOME}
   */
  public McpHome(Path folder) {
    this.servers = folder.resolve("mcp.json");
    this.accepted = folder.resolve("mcp-accepted.json");
  }

  /** Where the servers are listed. */
  public Path file() {
    return servers;
  }

  /**
   * The user's servers, by name.
   *
   * @throws ProblemException {@code E707} when the file cannot be read
   */
  public List<McpServer> servers() {
    if (!Files.exists(servers)) {
      return List.of();
    }
    var found = new ArrayList<McpServer>();
    for (var field : read(servers).path("servers").properties()) {
      try {
        found.add(AcceptedServer.server(field.getKey(), field.getValue()));
      } catch (IllegalArgumentException e) {
        throw damaged(servers, field.getKey() + ": " + e.getMessage());
      }
    }
    return List.copyOf(found);
  }

  /** Adds a server, or replaces the one of its name. */
  public void add(McpServer server) {
    ObjectNode json = read(servers);
    json.withObject("/servers").set(server.name(), AcceptedServer.definition(server));
    write(servers, json);
  }

  /** Whether there was one. */
  public boolean remove(String name) {
    ObjectNode json = read(servers);
    boolean there = json.withObject("/servers").remove(name) != null;
    if (there) {
      write(servers, json);
    }
    return there;
  }

  /** The tools of exactly this definition that the user accepted. */
  public Optional<AcceptedServer> accepted(McpServer server) {
    JsonNode found = read(accepted).path(AcceptedServer.fingerprint(server));
    return found.isMissingNode()
        ? Optional.empty()
        : Optional.of(new AcceptedServer(server, ToolList.parse(found.path("tools"))));
  }

  /** Keeps what the user accepted. */
  public void accept(AcceptedServer server) {
    ObjectNode json = read(accepted);
    json.putObject(AcceptedServer.fingerprint(server.server()))
        .put("name", server.server().name())
        .put("place", server.server().place())
        .put("hash", server.tools().hash())
        .set("tools", server.tools().toJson());
    write(accepted, json);
  }

  private static ObjectNode read(Path file) {
    try {
      if (Files.size(file) > LONGEST) {
        throw damaged(file, "it is larger than 8 MiB");
      }
      return JSON.readTree(file.toFile()) instanceof ObjectNode object
          ? object
          : JSON.createObjectNode();
    } catch (NoSuchFileException e) {
      return JSON.createObjectNode();
    } catch (JsonProcessingException e) {
      throw damaged(file, e.getOriginalMessage());
    } catch (IOException e) {
      throw damaged(file, String.valueOf(e.getMessage()));
    }
  }

  private static void write(Path file, ObjectNode json) {
    try {
      Path folder = Files.createDirectories(file.toAbsolutePath().getParent());
      Path fresh = Files.createTempFile(folder, "mcp", ".tmp", privately());
      Files.writeString(fresh, json.toPrettyString() + "\n");
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw damaged(file, "it cannot be written: " + e.getMessage());
    }
  }

  private static FileAttribute<?>[] privately() {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }

  private static ProblemException damaged(Path file, String why) {
    return Problem.of(
            "E707",
            Problem.Category.CONFIGURATION,
            "the list of MCP servers cannot be used: " + why)
        .from(file.toString())
        .help("mend the file, or remove it and add the servers again: stigmer mcp add")
        .asException();
  }
}
