package ai.stigmer.runner;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.mcp.AcceptedServer;
import ai.stigmer.mcp.McpServer;
import ai.stigmer.mcp.ToolList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KnownSecretsTest {

  @Test
  void aVariableIsSecretByItsNameUnlessItHoldsAWordOrAPath() {
    assertThat(
            KnownSecrets.in(
                    Map.of(
                        "HUB_TOKEN", "a-token-of-the-hub",
                        "TOKENIZERS_PARALLELISM", "disabled",
                        "SSH_AUTH_SOCK", "/tmp/agent.socket.1",
                        "PATH", "usr-bin-usr-local-bin"))
                .text("a-token-of-the-hub disabled /tmp/agent.socket.1 usr-bin-usr-local-bin"))
        .isEqualTo("[redacted] disabled /tmp/agent.socket.1 usr-bin-usr-local-bin");
  }

  @Test
  void ourOwnVariablesTheirFilesVendorsKeysAndPasswordsInAddressesAreSecret(@TempDir Path folder)
      throws IOException {
    Path file = Files.writeString(folder.resolve("key"), "from-a-file\n");
    assertThat(
            KnownSecrets.in(
                    Map.of(
                        "OLLAMA_API_KEY", "eight-ch",
                        "STIGMER_LLM_API_KEY_FILE", file.toString(),
                        "STIGMER_SERVER_KEY", "server-key",
                        "WHATEVER", "sk-ant-0123456789",
                        "STIGMER_DATABASE", "postgresql://me:pass-word@db/stigmer"))
                .text("eight-ch from-a-file server-key sk-ant-0123456789 me pass-word db " + file))
        .isEqualTo("[redacted] [redacted] [redacted] [redacted] me [redacted] db " + file);
  }

  @Test
  void whatTheConfigurationFileHoldsIsSecretWhetherItIsUsedOrNot(@TempDir Path home)
      throws IOException {
    Files.writeString(
        home.resolve("config.yaml"),
        """
        database:
          url: postgresql://me:pass%2Bword@db/stigmer
        llm:
          model: openai/gpt-5.4
          api_key: of-the-file
        """);
    var env = Map.of("STIGMER_HOME", home.toString(), "STIGMER_LLM_API_KEY", "of-the-variable");
    assertThat(
            KnownSecrets.in(env)
                .text("pass%2Bword pass+word of-the-file of-the-variable me gpt-5.4"))
        .isEqualTo("[redacted] [redacted] [redacted] [redacted] me gpt-5.4");
  }

  @Test
  void aSettingOfOursThatOnlySoundsLikeASecretIsNone(@TempDir Path home) throws IOException {
    Files.writeString(
        home.resolve("config.yaml"), "temporal:\n  fairness_key: the-payments-department\n");
    var env = Map.of("STIGMER_HOME", home.toString(), "STIGMER_TEMPORAL_FAIRNESS_KEY", "payments");
    String text = "payments of the-payments-department";
    assertThat(KnownSecrets.in(env).text(text)).isEqualTo(text);
  }

  @Test
  void whatAServerIsGivenUnderASecretNameIsSecret() {
    var server =
        new McpServer(
            "docs",
            McpServer.Connection.Http.named(
                "https://docs.example/mcp",
                Map.of("Authorization", "Bearer ${HUB}", "X-Region", "${REGION}"),
                false),
            List.of(),
            McpServer.DEFAULT_TIMEOUT);
    var context =
        new RunContext(
            List.of(new AcceptedServer(server, new ToolList(List.of()))),
            new RunVariables(List.of(), List.of(), List.of("HUB", "REGION")),
            List.of());
    assertThat(
            KnownSecrets.of(
                    Map.of(), List.of(), context, Map.of("HUB", "hub-0123", "REGION", "eu-west-1"))
                .text("hub-0123 eu-west-1"))
        .isEqualTo("[redacted] eu-west-1");
  }
}
