package ai.stigmer.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.stigmer.agentic.agent.v1.Agent;
import ai.stigmer.agentic.agent.v1.AgentCommandControllerGrpc.AgentCommandControllerBlockingStub;
import ai.stigmer.agentic.agent.v1.AgentId;
import ai.stigmer.agentic.agent.v1.AgentQueryControllerGrpc.AgentQueryControllerBlockingStub;
import ai.stigmer.agentic.agentinstance.v1.AgentInstanceId;
import ai.stigmer.agentic.agentinstance.v1.AgentInstanceQueryControllerGrpc.AgentInstanceQueryControllerBlockingStub;
import ai.stigmer.agentic.environment.v1.Environment;
import ai.stigmer.agentic.environment.v1.EnvironmentCommandControllerGrpc.EnvironmentCommandControllerBlockingStub;
import ai.stigmer.agentic.environment.v1.EnvironmentQueryControllerGrpc.EnvironmentQueryControllerBlockingStub;
import ai.stigmer.agentic.environment.v1.EnvironmentSpec;
import ai.stigmer.agentic.environment.v1.EnvironmentValue;
import ai.stigmer.agentic.skill.v1.GetArtifactRequest;
import ai.stigmer.agentic.skill.v1.PushSkillRequest;
import ai.stigmer.agentic.skill.v1.Skill;
import ai.stigmer.agentic.skill.v1.SkillCommandControllerGrpc.SkillCommandControllerBlockingStub;
import ai.stigmer.agentic.skill.v1.SkillQueryControllerGrpc.SkillQueryControllerBlockingStub;
import ai.stigmer.commons.apiresource.ApiResourceId;
import ai.stigmer.commons.apiresource.ApiResourceMetadata;
import ai.stigmer.commons.apiresource.ApiResourceReference;
import ai.stigmer.commons.apiresource.apiresourcekind.ApiResourceKind;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Resources through the port. */
class ResourceTest {
  private static final String CANARY = "canary-0123456789";

  @TempDir Path folder = Path.of("");

  @SuppressWarnings("NullAway.Init") // Started before each test.
  private TestingServer server;

  @BeforeEach
  void start() throws IOException {
    server = TestingServer.in(folder, Map.of());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void anAgentGetsAnIdAVersionAndADefaultInstance() {
    Agent made = agents().create(ExecutionTest.agent());

    assertThat(made.getMetadata().getId()).startsWith("agt_");
    assertThat(made.getMetadata().getSlug()).isEqualTo("helper");
    assertThat(made.getApiVersion()).isEqualTo("agentic.stigmer.ai/v1");
    assertThat(made.getKind()).isEqualTo("Agent");
    assertThat(made.getStatus().getAudit().getSpecAudit().getEvent()).isIn("created", "updated");
    assertThat(
            server
                .client(AgentInstanceQueryControllerBlockingStub.class)
                .get(
                    AgentInstanceId.newBuilder()
                        .setValue(made.getStatus().getDefaultInstanceId())
                        .build())
                .getSpec()
                .getAgentId())
        .isEqualTo(made.getMetadata().getId());
  }

  @Test
  void anAgentIsFoundByReferenceAndGoneWhenItIsDeleted() {
    Agent made = agents().apply(ExecutionTest.agent());
    var queries = server.client(AgentQueryControllerBlockingStub.class);
    ApiResourceReference reference =
        ApiResourceReference.newBuilder().setKind(ApiResourceKind.agent).setSlug("helper").build();

    assertThat(queries.getByReference(reference).getMetadata().getId())
        .isEqualTo(made.getMetadata().getId());
    var _ = agents().delete(AgentId.newBuilder().setValue(made.getMetadata().getId()).build());

    assertThat(code(() -> queries.getByReference(reference))).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(
            code(
                () ->
                    queries.getByReference(
                        reference.toBuilder().setKind(ApiResourceKind.skill).build())))
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void applyingAgainUpdatesAndAnOldVersionIsRefused() {
    Agent first = agents().apply(ExecutionTest.agent());
    Agent changed =
        agents()
            .apply(
                first.toBuilder()
                    .setSpec(first.getSpec().toBuilder().setDescription("new"))
                    .build());

    assertThat(changed.getMetadata().getId()).isEqualTo(first.getMetadata().getId());
    assertThat(changed.getSpec().getDescription()).isEqualTo("new");
    assertThat(changed.getStatus().getDefaultInstanceId())
        .isEqualTo(first.getStatus().getDefaultInstanceId());
    assertThat(code(() -> agents().update(first))).isEqualTo(Status.Code.ABORTED);
  }

  @Test
  void aSecretOfAnEnvironmentIsNeverGivenBackAndStaysWhenItsMaskIsSentBack() throws IOException {
    // Given
    var environments = server.client(EnvironmentCommandControllerBlockingStub.class);
    Environment made =
        environments.create(
            Environment.newBuilder()
                .setMetadata(ApiResourceMetadata.newBuilder().setName("prod"))
                .setSpec(
                    EnvironmentSpec.newBuilder()
                        .putData("TOKEN", value(CANARY, true))
                        .putData("REGION", value("eu", false)))
                .build());
    String mask = made.getSpec().getDataOrThrow("TOKEN").getValue();

    // When
    Environment changed =
        environments.apply(
            made.toBuilder()
                .setSpec(made.getSpec().toBuilder().putData("REGION", value("us", false)))
                .build());

    // Then
    assertThat(mask).isEqualTo("********");
    assertThat(changed.getSpec().getDataOrThrow("REGION").getValue()).isEqualTo("us");
    var queries = server.client(EnvironmentQueryControllerBlockingStub.class);
    ApiResourceId id = ApiResourceId.newBuilder().setValue(made.getMetadata().getId()).build();
    assertThat(queries.get(id).toString() + changed + made).doesNotContain(CANARY);
    assertThat(server.shelves().environments().clear(id.getValue()).getSpec())
        .isEqualTo(
            EnvironmentSpec.newBuilder()
                .putData("TOKEN", value(CANARY, true))
                .putData("REGION", value("us", false))
                .build());
    try (Stream<Path> files = Files.list(server.home())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
            .as(file.toString())
            .doesNotContain(CANARY);
      }
    }
  }

  @Test
  void aMaskWithoutAStoredSecretIsRefused() {
    var environments = server.client(EnvironmentCommandControllerBlockingStub.class);
    Environment masked =
        Environment.newBuilder()
            .setMetadata(ApiResourceMetadata.newBuilder().setName("prod"))
            .setSpec(EnvironmentSpec.newBuilder().putData("TOKEN", value("********", true)))
            .build();

    assertThat(code(() -> environments.create(masked))).isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void aSkillIsKeptByContentAndFoundByTagAndHash() {
    // Given
    var skills = server.client(SkillCommandControllerBlockingStub.class);
    ByteString first = archive("SKILL.md", "---\nname: count\ndescription: Counts.\n---\nOne.");
    ByteString second = archive("SKILL.md", "---\nname: count\ndescription: Counts.\n---\nTwo.");

    // When
    Skill one = skills.push(push(first, "v1"));
    Skill two = skills.push(push(second, "v2"));

    // Then
    assertThat(one.getStatus().getVersionHash()).matches("[a-f0-9]{64}");
    assertThat(two.getMetadata().getId()).isEqualTo(one.getMetadata().getId());
    var queries = server.client(SkillQueryControllerBlockingStub.class);
    ApiResourceReference reference = ApiResourceReference.newBuilder().setSlug("count").build();
    assertThat(queries.getByReference(reference).getSpec().getSkillMd()).endsWith("Two.");
    for (String version : new String[] {"v1", one.getStatus().getVersionHash()}) {
      Skill old = queries.getByReference(reference.toBuilder().setVersion(version).build());
      assertThat(old.getSpec().getSkillMd()).endsWith("One.");
      assertThat(
              queries
                  .getArtifact(
                      GetArtifactRequest.newBuilder()
                          .setArtifactStorageKey(old.getStatus().getArtifactStorageKey())
                          .build())
                  .getArtifact())
          .isEqualTo(first);
    }
  }

  @Test
  void aTagStandsForTheVersionThatWasPushedWithItLast() {
    // Given
    var skills = server.client(SkillCommandControllerBlockingStub.class);
    ByteString first = archive("SKILL.md", "---\nname: count\ndescription: Counts.\n---\nOne.");
    ByteString second = archive("SKILL.md", "---\nname: count\ndescription: Counts.\n---\nTwo.");
    ByteString third = archive("SKILL.md", "---\nname: count\ndescription: Counts.\n---\nThree.");

    // When the tag goes back to the first one
    var _ = skills.push(push(first, "stable"));
    var _ = skills.push(push(second, "stable"));
    Skill back = skills.push(push(first, "stable"));
    Skill again = skills.push(push(first, "stable"));
    var _ = skills.push(push(third, "next"));

    // Then
    var queries = server.client(SkillQueryControllerBlockingStub.class);
    ApiResourceReference stable =
        ApiResourceReference.newBuilder().setSlug("count").setVersion("stable").build();
    assertThat(queries.getByReference(stable).getSpec().getSkillMd()).endsWith("One.");
    assertThat(again).isEqualTo(back);
    assertThat(code(() -> skills.push(push(first, "t".repeat(201)))))
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void anArchiveThatLeadsOutOfItsFolderIsRefused() {
    var skills = server.client(SkillCommandControllerBlockingStub.class);
    for (String name : new String[] {"../evil", "/evil", "a/../../evil", "C:\\evil", "..\\evil"}) {
      assertThat(code(() -> skills.push(push(archive(name, "x"), ""))))
          .as(name)
          .isEqualTo(Status.Code.INVALID_ARGUMENT);
    }
    assertThat(code(() -> skills.push(push(ByteString.copyFromUtf8("no zip"), ""))))
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  private AgentCommandControllerBlockingStub agents() {
    return server.client(AgentCommandControllerBlockingStub.class);
  }

  private static EnvironmentValue value(String text, boolean secret) {
    return EnvironmentValue.newBuilder().setValue(text).setIsSecret(secret).build();
  }

  private static PushSkillRequest push(ByteString archive, String tag) {
    return PushSkillRequest.newBuilder().setName("count").setArtifact(archive).setTag(tag).build();
  }

  static ByteString archive(String name, String text) {
    var bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry(name));
      zip.write(text.getBytes(StandardCharsets.UTF_8));
      if (!name.equals("SKILL.md")) {
        // Nothing else must be wrong with it.
        zip.putNextEntry(new ZipEntry("SKILL.md"));
        zip.write("---\nname: count\ndescription: Counts.\n---\n".getBytes(StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return ByteString.copyFrom(bytes.toByteArray());
  }

  private static Status.Code code(Runnable call) {
    StatusRuntimeException failure = catchThrowableOfType(StatusRuntimeException.class, call::run);
    return failure == null ? Status.Code.OK : failure.getStatus().getCode();
  }
}
