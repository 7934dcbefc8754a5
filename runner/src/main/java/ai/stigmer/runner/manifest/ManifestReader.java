package ai.stigmer.runner.manifest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import ai.stigmer.agentic.agent.v1.Agent;
import ai.stigmer.agentic.environment.v1.Environment;
import ai.stigmer.agentic.mcpserver.v1.McpServer;
import ai.stigmer.agentic.skill.v1.PushSkillRequest;
import ai.stigmer.agentic.skill.v1.Skill;
import ai.stigmer.commons.apiresource.ApiResourceMetadata;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.runner.AgentFile;
import ai.stigmer.runner.contract.ContractAgent;
import ai.stigmer.runner.contract.MessageRules;
import ai.stigmer.runner.manifest.Manifest.Kind;
import com.google.protobuf.Message;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Reads resources from files of YAML with any number of documents, and from the folders of skills.
 * Nothing is thrown for what is wrong with them: everything is, all at once, {@link #problems}.
 *
 * <p>Thread contract: for one thread.
 */
public final class ManifestReader {
  private static final int MAX_BYTES = 1 << 20;
  private static final Map<String, Kind> KINDS = new LinkedHashMap<>();

  static {
    KINDS.put("Agent", Kind.AGENT);
    KINDS.put("Environment", Kind.ENVIRONMENT);
    KINDS.put("McpServer", Kind.MCP_SERVER);
    KINDS.put("Skill", Kind.SKILL);
  }

  private final VariableReferences variables;
  private final MessageRules rules = new MessageRules();
  private final List<Manifest> manifests = new ArrayList<>();
  private final List<Problem> problems = new ArrayList<>();
  private final Map<String, String> known = new HashMap<>();

  /**
   * @param env fills {@code ${NAME}} in the values of variables
   */
  public ManifestReader(Map<String, String> env) {
    this.variables = new VariableReferences(env);
  }

  /** What was read, in its order; those with problems are left out. */
  public List<Manifest> manifests() {
    return List.copyOf(manifests);
  }

  /**
   * Everything that is wrong, each with file and line: {@code E120}, {@code E121}, {@code E122}.
   */
  public List<Problem> problems() {
    return List.copyOf(problems);
  }

  /** The secret values that the environment gave. */
  public Set<String> secrets() {
    return variables.secrets();
  }

  /**
   * Reads a file of at most 1 MiB; of a folder with a SKILL.md the skill of its name; of another
   * folder every file in it that ends in .yaml or .yml, by name.
   */
  public void read(Path path) {
    try {
      if (!Files.isDirectory(path)) {
        try (InputStream in = Files.newInputStream(path)) {
          read(path.toString(), in);
        }
      } else if (Files.exists(path.resolve(SkillFolder.TEXT))) {
        skillFolder(path);
      } else {
        for (Path file : resources(path)) {
          read(file);
        }
      }
    } catch (NoSuchFileException e) {
      unreadable(path.toString(), "there is no such file");
    } catch (IOException e) {
      unreadable(path.toString(), "the file cannot be read: " + e.getMessage());
    }
  }

  private List<Path> resources(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      List<Path> files =
          all.filter(file -> file.toString().matches(".*\\.ya?ml") && Files.isRegularFile(file))
              .sorted()
              .toList();
      if (files.isEmpty()) {
        unreadable(folder.toString(), "the folder has no .yaml file and no " + SkillFolder.TEXT);
      }
      return files;
    }
  }

  private void skillFolder(Path folder) throws IOException {
    String name = folder.toAbsolutePath().normalize().getFileName().toString();
    PushSkillRequest push =
        PushSkillRequest.newBuilder().setName(name).setArtifact(SkillFolder.zip(folder)).build();
    add(
        folder.toString(),
        Kind.SKILL,
        ApiResourceMetadata.newBuilder().setName(name).build(),
        push);
  }

  /**
   * Reads a stream of at most 1 MiB.
   *
   * @param file what it is called in messages
   */
  public void read(String file, InputStream in) throws IOException {
    byte[] bytes = in.readNBytes(MAX_BYTES + 1);
    if (bytes.length > MAX_BYTES) {
      unreadable(file, "the file is larger than 1 MiB");
      return;
    }
    try {
      String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      int before = manifests.size() + problems.size();
      for (Node document :
          new Compose(LoadSettings.builder().setLabel(file).build()).composeAllFromString(text)) {
        if (!document.getTag().equals(Tag.NULL)) {
          document(file, document);
        }
      }
      if (manifests.size() + problems.size() == before) {
        unreadable(file, "there is no resource in it");
      }
    } catch (CharacterCodingException e) {
      unreadable(file, "the file is not UTF-8 text");
    } catch (MarkedYamlEngineException e) {
      unreadable(
          e.getProblemMark()
              .map(mark -> file + ":" + (mark.getLine() + 1) + ":" + (mark.getColumn() + 1))
              .orElse(file),
          "the file is not YAML: " + e.getProblem());
    } catch (YamlEngineException e) {
      unreadable(file, "the file is not YAML: " + e.getMessage());
    }
  }

  private void document(String file, Node root) {
    var reader = new YamlMessage(file, variables);
    Message.Builder builder = builder(KINDS.get(scalar(root, "kind")));
    if (!(root instanceof MappingNode) || builder == null) {
      reader.refuse(root, "\"kind\" must be one of " + String.join(", ", KINDS.keySet()));
    } else {
      reader.read(root, builder);
      check(reader, builder.build());
    }
    problems.addAll(reader.problems());
    if (reader.problems().isEmpty() && builder != null) {
      add(YamlMessage.place(file, root), builder.build());
    }
  }

  private static Message.@Nullable Builder builder(@Nullable Kind kind) {
    return switch (kind) {
      case AGENT -> Agent.newBuilder();
      case ENVIRONMENT -> Environment.newBuilder();
      case MCP_SERVER -> McpServer.newBuilder();
      case SKILL -> Skill.newBuilder();
      case null -> null;
    };
  }

  private void check(YamlMessage reader, Message message) {
    if (!reader.problems().isEmpty()) {
      return;
    }
    String version = text(message, "api_version");
    if (!version.equals(AgentFile.API_VERSION)) {
      reader.bad("api_version", "must be " + AgentFile.API_VERSION);
    }
    if (metadata(message).getName().isBlank()) {
      reader.bad("metadata.name", "is missing");
    }
    if (has(message, "status")) {
      reader.bad("status", "is the server's to say; leave it out");
    }
    if (!has(message, "spec")) {
      reader.bad("spec", "is missing");
    } else if (message instanceof Skill skill && skill.getSpec().getSkillMd().isBlank()) {
      reader.bad("spec.skill_md", "is missing");
    }
    rules.broken(message).forEach(broken -> reader.bad(broken.path(), broken.rule()));
  }

  private void add(String place, Message message) {
    ApiResourceMetadata metadata = metadata(message);
    if (message instanceof Skill skill) {
      add(
          place,
          Kind.SKILL,
          metadata,
          PushSkillRequest.newBuilder()
              .setName(metadata.getName())
              .setScope(metadata.getOwnerScope())
              .setOrg(metadata.getOrg())
              .setTag(skill.getSpec().getTag())
              .setArtifact(SkillFolder.zip(skill.getSpec().getSkillMd()))
              .build());
    } else {
      Kind kind = KINDS.get(message.getDescriptorForType().getName());
      add(place, requireNonNull(kind), metadata, message);
    }
  }

  private void add(String place, Kind kind, ApiResourceMetadata metadata, Message body) {
    String slug =
        metadata.getSlug().isEmpty() ? ContractAgent.name(metadata.getName()) : metadata.getSlug();
    String scope = metadata.getOwnerScopeValue() == 0 ? "" : metadata.getOwnerScope().name();
    var manifest =
        new Manifest(
            place, kind, metadata.getName(), slug, metadata.getOrg(), scope, MessageJson.of(body));
    String first =
        known.putIfAbsent(String.join("/", kind.name(), scope, metadata.getOrg(), slug), place);
    if (first != null) {
      problems.add(
          Problem.of(
                  "E122",
                  Problem.Category.CONFIGURATION,
                  "the " + manifest.label() + " is there twice")
              .from(first, place)
              .help("leave one of them out"));
    } else {
      manifests.add(manifest);
    }
  }

  private static ApiResourceMetadata metadata(Message message) {
    return (ApiResourceMetadata)
        message.getField(message.getDescriptorForType().findFieldByName("metadata"));
  }

  private static String text(Message message, String field) {
    return (String) message.getField(message.getDescriptorForType().findFieldByName(field));
  }

  private static boolean has(Message message, String field) {
    return message.hasField(message.getDescriptorForType().findFieldByName(field));
  }

  /** The text of a key at the top of a document; empty when there is none. */
  private static String scalar(Node root, String key) {
    if (root instanceof MappingNode mapping) {
      for (NodeTuple tuple : mapping.getValue()) {
        if (tuple.getKeyNode() instanceof ScalarNode name
            && name.getValue().equals(key)
            && tuple.getValueNode() instanceof ScalarNode value) {
          return value.getValue();
        }
      }
    }
    return "";
  }

  private void unreadable(String place, String message) {
    problems.add(
        Problem.of("E120", Problem.Category.CONFIGURATION, message)
            .from(place)
            .help("stigmer apply --help has an example"));
  }
}
