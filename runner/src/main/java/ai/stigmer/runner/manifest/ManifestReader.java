package ai.stigmer.runner.manifest;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.stigmer.agentic.skill.v1.PushSkillRequest;
import ai.stigmer.agentic.skill.v1.Skill;
import ai.stigmer.commons.apiresource.ApiResourceMetadata;
import ai.stigmer.commons.apiresource.ApiResourceOwnerScope;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.runner.ProjectContext;
import ai.stigmer.runner.contract.SkillArchive;
import ai.stigmer.runner.manifest.Manifest.Kind;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
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

  private final VariableReferences variables;
  private final ManifestCheck check = new ManifestCheck();
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
    } catch (AccessDeniedException e) {
      unreadable(e.getFile(), "the file may not be read by you");
    } catch (IOException | UncheckedIOException e) {
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
    ByteString archive;
    try {
      archive = SkillFolder.zip(folder);
      Optional<String> why = ProjectContext.notASkill(SkillArchive.text(archive));
      if (why.isPresent()) {
        unreadable(folder.resolve(SkillFolder.TEXT).toString(), "it is no skill: " + why.get());
        return;
      }
    } catch (ProblemException e) {
      unreadable(folder.toString(), e.problem().message());
      return;
    }
    String name = folder.toAbsolutePath().normalize().getFileName().toString();
    add(
        folder.toString(),
        Kind.SKILL,
        ApiResourceMetadata.newBuilder().setName(name).build(),
        PushSkillRequest.newBuilder().setName(name).setArtifact(archive).build());
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
    } catch (StackOverflowError e) {
      unreadable(file, "the file is nested too deeply");
    }
  }

  private void document(String file, Node root) {
    var reader = new YamlMessage(file, variables);
    Optional<ScalarNode> named = scalar(root, "kind");
    String id = named.map(ScalarNode::getValue).orElse("");
    Optional<Kind> kind = Kind.named(id);
    if (kind.isEmpty()) {
      reader.refuse(
          named.<Node>map(node -> node).orElse(root),
          "\"kind\" must be one of "
              + String.join(", ", Kind.ids())
              + named.map(one -> ", not \"" + one.getValue() + '"').orElse(""));
      problems.addAll(reader.problems());
      return;
    }
    Message.Builder builder = kind.get().empty().newBuilderForType();
    reader.read(root, builder);
    if (reader.problems().isEmpty()) {
      check.check(builder.build(), reader::bad);
    }
    problems.addAll(reader.problems());
    if (reader.problems().isEmpty()) {
      add(YamlMessage.place(file, root), kind.get(), builder.build());
    }
  }

  private void add(String place, Kind kind, Message resource) {
    ApiResourceMetadata metadata = ManifestCheck.metadata(resource);
    Message body =
        resource instanceof Skill skill
            ? PushSkillRequest.newBuilder()
                .setName(metadata.getName())
                .setScope(metadata.getOwnerScope())
                .setOrg(metadata.getOrg())
                .setTag(skill.getSpec().getTag())
                .setArtifact(SkillFolder.zip(skill.getSpec().getSkillMd()))
                .build()
            : resource;
    add(place, kind, metadata, body);
  }

  private void add(String place, Kind kind, ApiResourceMetadata metadata, Message body) {
    String slug = ManifestCheck.slug(metadata);
    String scope = metadata.getOwnerScopeValue() == 0 ? "" : metadata.getOwnerScope().name();
    var manifest =
        new Manifest(
            place, kind, metadata.getName(), slug, metadata.getOrg(), scope, MessageJson.of(body));
    boolean isPlatforms = metadata.getOwnerScope() == ApiResourceOwnerScope.platform;
    String owner = isPlatforms ? "platform" : "org:" + metadata.getOrg();
    String first = known.putIfAbsent(String.join("/", kind.name(), owner, slug), place);
    if (first != null) {
      problems.add(
          Problem.of(
                  "E122",
                  Problem.Category.CONFIGURATION,
                  "the " + manifest.label() + " is there twice: both are called \"" + slug + '"')
              .from(first, place)
              .help("leave one of them out"));
    } else {
      manifests.add(manifest);
    }
  }

  /** What a key at the top of a document says; empty when that is no text. */
  private static Optional<ScalarNode> scalar(Node root, String key) {
    if (root instanceof MappingNode mapping) {
      for (NodeTuple tuple : mapping.getValue()) {
        if (tuple.getKeyNode() instanceof ScalarNode name
            && name.getValue().equals(key)
            && tuple.getValueNode() instanceof ScalarNode value) {
          return Optional.of(value);
        }
      }
    }
    return Optional.empty();
  }

  private void unreadable(String place, String message) {
    problems.add(
        Problem.of("E120", Problem.Category.CONFIGURATION, message)
            .from(place)
            .help("stigmer apply --help has an example"));
  }
}
