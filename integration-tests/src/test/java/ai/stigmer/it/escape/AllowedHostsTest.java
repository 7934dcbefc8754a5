package ai.stigmer.it.escape;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.egress.HostRule;
import ai.stigmer.graphton.sandbox.CommandEnvironment;
import ai.stigmer.graphton.sandbox.ConfinedCommand;
import ai.stigmer.graphton.sandbox.Confinement;
import ai.stigmer.graphton.sandbox.Limits;
import ai.stigmer.graphton.sandbox.Network;
import ai.stigmer.graphton.sandbox.Sandbox;
import ai.stigmer.graphton.sandbox.SandboxPolicy;
import ai.stigmer.testkit.RealComponents;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs of others that reach an allowed host from within the sandbox. */
class AllowedHostsTest {
  @TempDir Path folder = Path.of("");
  private HttpServer server;
  private Path workspace;

  /**
   * @param output what it printed
   * @param refused what the user and the model are told
   */
  private record Ran(int status, String output, List<String> refused) {}

  @BeforeEach
  void begin() throws IOException {
    RealComponents.requireBubblewrap();
    workspace = Files.createDirectory(folder.resolve("ws")).toRealPath();
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::file);
    server.start();
  }

  @AfterEach
  void end() {
    server.stop(0);
  }

  /** A folder of the machine, as a plain web server gives it away. */
  private void file(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (exchange.getRequestMethod().equals("POST")) {
        byte[] body = exchange.getRequestBody().readAllBytes();
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        return;
      }
      Path file = folder.resolve(exchange.getRequestURI().getPath().substring(1));
      boolean there = Files.isRegularFile(file);
      byte[] bytes = there ? Files.readAllBytes(file) : new byte[0];
      exchange.sendResponseHeaders(there ? 200 : 404, there ? bytes.length : -1);
      exchange.getResponseBody().write(bytes);
    }
  }

  private int port() {
    return server.getAddress().getPort();
  }

  private Ran run(String script) throws IOException, InterruptedException {
    String here = ":" + port();
    var network =
        new Network.Hosts(
            HostRule.list("files.test" + here + ",*.mirror.test" + here + ",127.0.0.1" + here),
            AllowedHostsTest::loopback);
    var policy =
        new SandboxPolicy(
            workspace,
            Path.of("/root"),
            List.of(),
            List.of(),
            network,
            Limits.DEFAULT,
            CommandEnvironment.of(Map.of("PATH", "/usr/bin:/bin"), workspace));
    Confinement sandbox =
        switch (Sandbox.on(policy)) {
          case Sandbox.Found.Works(Confinement works) -> works;
          case Sandbox.Found.Missing missing -> throw new AssertionError(missing.reason());
        };
    ConfinedCommand command =
        sandbox.wrap(List.of("/bin/sh", "-c", script.replace("@P@", String.valueOf(port()))));
    command.builder().redirectErrorStream(true);
    Process process = command.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int status = process.waitFor();
    return new Ran(status, output, command.settle());
  }

  private static InetAddress[] loopback(String name) {
    return new InetAddress[] {InetAddress.ofLiteral("127.0.0.1")};
  }

  @Test
  void curlReachesAnAllowedHostAndASubdomainPlainlyAndThroughATunnel() throws Exception {
    Files.writeString(folder.resolve("greeting"), "hello from outside");

    Ran ran =
        run(
            "curl -sS http://files.test:@P@/greeting; curl -sS http://a.mirror.test:@P@/greeting;"
                + " curl -sS -p http://files.test:@P@/greeting");

    assertThat(ran).isEqualTo(new Ran(0, "hello from outside".repeat(3), List.of()));
  }

  @Test
  void alsoAnUploadAndABigAnswerComeThroughWhole() throws Exception {
    Ran ran =
        run(
            "head -c 5000000 /dev/zero > big; curl -sS --data-binary @big http://files.test:@P@/ |"
                + " cmp - big && curl -sS -H 'Transfer-Encoding: chunked' --data-binary @big"
                + " http://files.test:@P@/ | cmp - big && echo same");

    assertThat(ran).isEqualTo(new Ran(0, "same\n", List.of()));
  }

  @Test
  void gitClonesOverHttp() throws Exception {
    Path made = Files.createDirectory(folder.resolve("made"));
    ran(made, "git init -q . && echo text > file && git add file");
    ran(made, "git -c user.name=a -c user.email=a@b commit -qm first");
    ran(folder, "git clone -q --bare made made.git && cd made.git && git update-server-info");

    Ran ran = run("git clone -q http://files.test:@P@/made.git copy && cat copy/file");

    assertThat(ran).isEqualTo(new Ran(0, "text\n", List.of()));
  }

  private static void ran(Path where, String script) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("/bin/sh", "-c", script).directory(where.toFile()).inheritIO().start();
    assertThat(process.waitFor()).isZero();
  }

  @Test
  void aHostThatIsNotOnTheListIsRefusedWithWhatToType() throws Exception {
    Ran ran = run("curl -s http://other.test/; curl -s https://other.test:8443/; echo ended");

    assertThat(ran.output())
        .isEqualTo("host other.test is not on the allow-list: --allow-host other.test\nended\n");
    assertThat(ran.refused())
        .containsExactly(
            "host other.test is not on the allow-list: --allow-host other.test",
            "host other.test:8443 is not on the allow-list: --allow-host other.test:8443");
  }

  @Test
  void manyConnectionsAtOnceAreServed() throws Exception {
    Files.writeString(folder.resolve("greeting"), "x");

    Ran ran =
        run(
            "for i in $(seq 200); do curl -sS http://files.test:@P@/greeting >> out & done; wait;"
                + " wc -c < out");

    assertThat(ran).isEqualTo(new Ran(0, "200\n", List.of()));
  }

  @Test
  void whatACommandListensAtItselfIsReachedWithoutTheProxy() throws Exception {
    Ran ran =
        run(
            "perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(Listen => 1, LocalPort => 8080,"
                + " ReuseAddr => 1); open R, \">ready\"; close R; $c = $s->accept; do { $_ = <$c> }"
                + " until $_ eq \"\\r\\n\"; print $c"
                + " \"HTTP/1.0 200 OK\\r\\n\\r\\nown\"' & while [ ! -e ready ]; do sleep 0.01; done;"
                + " curl -sS http://localhost:8080/");

    assertThat(ran).isEqualTo(new Ran(0, "own", List.of()));
  }
}
