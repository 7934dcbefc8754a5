package ai.stigmer.runner;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.mcp.McpServer.Connection.Http;
import ai.stigmer.mcp.McpServer.Connection.Stdio;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What counts as a secret in the definition of a server. */
class LiteralSecretsTest {

  @ParameterizedTest
  @CsvSource({
    "HUB_TOKEN, 0123456789abcdef, true",
    "HUB_TOKEN, ${HUB_TOKEN}, false",
    "HUB_TOKEN, /run/secrets/hub-token, false",
    "MAX_TOKENS, 4096, false",
    "AUTH_URL, https://login.example.com/oauth, false",
    "DATABASE, postgresql://me:0123456789@host/db, true",
    "DATABASE, postgresql://me:${PASSWORD}@host/db, false",
    "HARMLESS, sk-ant-api03-0123456789, true",
    "COLOUR, 0123456789abcdef, false"
  })
  void aVariableOfAServerHoldsNone(String name, String value, boolean isSecret) {
    var server = new Stdio("hub", List.of(), Map.of(name, value), Optional.empty());
    assertThat(LiteralSecrets.in(server).isPresent()).isEqualTo(isSecret);
    LiteralSecrets.in(server).ifPresent(why -> assertThat(why).contains(name, "${NAME}"));
  }

  @ParameterizedTest
  @CsvSource({
    "--key=sk-ant-api03-0123456789, true",
    "sk-ant-api03-0123456789, true",
    "postgresql://me:0123456789@host/db, true",
    "--port=8080, false",
    "--token=0123456789abcdef, true",
    "--key-column=identifier, false",
    "ghp_0123456789abcdef0123456789abcdef0123, true"
  })
  void anArgumentOfAServerHoldsNone(String argument, boolean isSecret) {
    var server = new Stdio("hub", List.of("-y", argument), Map.of(), Optional.empty());
    assertThat(LiteralSecrets.in(server).isPresent()).isEqualTo(isSecret);
  }

  @ParameterizedTest
  @CsvSource({
    "--token, 0123456789abcdef, true",
    "--api-key, 0123456789abcdef, true",
    "--token, ${HUB_TOKEN}, false",
    "--token, --verbose-output, false",
    "--tokenizer, 0123456789abcdef, false"
  })
  void anOptionOfAServerIsFollowedByNone(String option, String value, boolean isSecret) {
    var server = new Stdio("hub", List.of(option, value), Map.of(), Optional.empty());
    assertThat(LiteralSecrets.in(server).isPresent()).isEqualTo(isSecret);
  }

  @ParameterizedTest
  @CsvSource({
    "Authorization, Bearer 0123456789, true",
    "Authorization, 0123456789, true",
    "Authorization, Bearer ${HUB_TOKEN}, false",
    "X-Api-Key, 01234567, true",
    "X-Team, 0123456789, false",
    "X-Team, sk-ant-api03-0123456789, true"
  })
  void aHeaderOrParameterHoldsNone(String name, String value, boolean isSecret) {
    String url = "https://hub.example.com/mcp";
    for (Http server :
        List.of(
            new Http(url, Map.of(name, value), Map.of(), false),
            new Http(url, Map.of(), Map.of(name, value), false))) {
      assertThat(LiteralSecrets.in(server).isPresent()).isEqualTo(isSecret);
    }
  }
}
