package ai.stigmer.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.mcp.McpServer.Connection.Http;
import ai.stigmer.mcp.McpTools.Looked;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRulesTest {
  @TempDir Path folder = Path.of("");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://169.254.169.254/mcp",
        "http://[fd00:ec2::254]/mcp",
        "http://100.100.100.200/x"
      })
  void theAddressOfACloudMachinesCredentialsIsNeverUsed(String url) {
    assertThatThrownBy(() -> check(url, true, url))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("credentials");
  }

  @Test
  void aPrivateAddressNeedsTheUsersWord() throws Exception {
    assertThatThrownBy(() -> check("https://127.0.0.1/mcp", false, "https://127.0.0.1/mcp"))
        .hasMessageStartingWith("E703");
    check("http://127.0.0.1/mcp", true, "http://127.0.0.1/mcp");
  }

  @Test
  void theFirstHostIsTheOnlyOne() {
    assertThatThrownBy(() -> check("http://127.0.0.1/mcp", true, "http://localhost/mcp"))
        .hasMessageContaining("another host");
  }

  @Test
  void plainHttpToAPublicAddressIsRefused() {
    assertThatThrownBy(() -> check("http://1.1.1.1/mcp", true, "http://1.1.1.1/mcp"))
        .hasMessageContaining("without encryption");
  }

  @Test
  void onlyAnAddressThatSaysSoIsNamedOnPurpose() {
    assertThat(AddressRules.namesPrivate("http://localhost:3000/mcp")).isTrue();
    assertThat(AddressRules.namesPrivate("http://192.168.0.7/mcp")).isTrue();
    assertThat(AddressRules.namesPrivate("http://[::1]/mcp")).isTrue();
    assertThat(AddressRules.namesPrivate("https://intranet.example/mcp")).isFalse();
    assertThat(AddressRules.namesPrivate("https://1.1.1.1/mcp")).isFalse();
  }

  @Test
  void aRefusedAddressIsNeverConnectedTo() throws Exception {
    AtomicInteger hits = new AtomicInteger();
    try (Listening web = new Listening(hits, 200, "")) {
      assertThat(code(web.url(), false)).isEqualTo("E703");
      assertThat(hits).hasValue(0);
    }
  }

  @Test
  void aRedirectIsNotFollowed() throws Exception {
    AtomicInteger first = new AtomicInteger();
    AtomicInteger second = new AtomicInteger();
    try (Listening target = new Listening(second, 200, "");
        Listening web = new Listening(first, 307, target.url())) {
      assertThat(code(web.url(), true)).isEqualTo("E702");
      assertThat(first.get()).isPositive();
      assertThat(second).hasValue(0);
    }
  }

  private String code(String url, boolean privateAllowed) {
    var http = new Http(url, Map.of(), Map.of(), privateAllowed);
    var server = new McpServer("web", http, List.of(), Duration.ofSeconds(5));
    return switch (McpTools.look(List.of(server), Servers.in(folder)).getFirst()) {
      case Looked.Offers found -> throw new AssertionError("it works: " + found);
      case Looked.Failed failed -> failed.problem().code();
    };
  }

  private static void check(String url, boolean privateAllowed, String target) throws Exception {
    AddressRules.check(new Http(url, Map.of(), Map.of(), privateAllowed), URI.create(target));
  }

  private static final class Listening implements AutoCloseable {
    private final HttpServer server;

    Listening(AtomicInteger hits, int status, String location) throws Exception {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext(
          "/",
          exchange -> {
            hits.incrementAndGet();
            if (!location.isEmpty()) {
              exchange.getResponseHeaders().add("Location", location);
            }
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
          });
      server.start();
    }

    String url() {
      return "http://127.0.0.1:" + server.getAddress().getPort() + "/mcp";
    }

    @Override
    public void close() {
      server.stop(0);
    }
  }
}
