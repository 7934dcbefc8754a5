package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.it.StigmerProcess.Ended;
import ai.stigmer.testkit.RealComponents;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server with a certificate of its own, called by clients that are not ours. */
class TlsTest {
  @TempDir Path folder = Path.of("");

  private Ended other(String... line) {
    return StigmerProcess.in(folder).runOther(List.of(line));
  }

  private void certify() {
    RealComponents.require("openssl", () -> RealComponents.runs(List.of("openssl", "version")));
    Ended made =
        other(
            ("openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out certificate.pem"
                    + " -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1")
                .split(" ", -1));
    assertThat(made.status()).as(made.err()).isZero();
  }

  private Ended curl(String... more) {
    var line = new ArrayList<>(List.of("curl", "-sS", "--max-time", "60"));
    line.addAll(List.of(more));
    return StigmerProcess.in(folder).runOther(line);
  }

  /** As the message says. */
  private void assertTrusted(String url, String certificate, String token) {
    String store = folder.resolve("trust.p12").toString();
    String keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    var words = new ArrayList<>(List.of(keytool, "-importcert", "-noprompt"));
    words.addAll(List.of("-file", certificate, "-keystore", store, "-storepass", "changeit"));
    Ended made = StigmerProcess.in(folder).runOther(words);
    assertThat(made.status()).as(made.err()).isZero();
    Ended trusting =
        StigmerProcess.in(folder.resolve("client"))
            .with("STIGMER_API_KEY", token)
            .with(
                "JAVA_TOOL_OPTIONS",
                "-Djavax.net.ssl.trustStore="
                    + store
                    + " -Djavax.net.ssl.trustStorePassword=changeit")
            .run("sessions", "list", "--server", url);
    assertThat(trusting.status()).as(trusting.err()).isZero();
  }

  @Test
  void aCertificateThatCannotBeUsedIsToldAsOne() throws Exception {
    certify();
    StigmerProcess stigmer = StigmerProcess.in(folder);
    String certificate = folder.resolve("certificate.pem").toString();
    Path garbage = Files.writeString(folder.resolve("garbage.pem"), "garbage");
    for (String key : List.of("/nowhere/key.pem", garbage.toString())) {
      Ended ended =
          stigmer.run("server", "start", "--tls-certificate", certificate, "--tls-key", key);
      assertThat(ended.status()).as(ended.err()).isEqualTo(3);
      assertThat(ended.err()).contains("E168", key, "openssl").doesNotContain("E900");
    }
  }

  @Test
  void othersSpeakToItWithItsCertificateAndNobodyWithout() throws Exception {
    RealComponents.require("curl", () -> RealComponents.runs(List.of("curl", "--version")));
    RealComponents.require("node", () -> RealComponents.runs(List.of("node", "--version")));
    certify();
    try (FakeOllama ollama =
            FakeOllama.start(
                Scenario.of(Answer.text("Hello."))
                    .models(InstalledModel.withTools("qwen2.5-coder:7b", 32_768)));
        ServerProcess server =
            ServerProcess.start(
                ServerProcess.stigmer(folder, ollama),
                "--tls-certificate",
                folder.resolve("certificate.pem").toString(),
                "--tls-key",
                folder.resolve("key.pem").toString())) {
      String url = server.uri().toString();
      String trusted = folder.resolve("certificate.pem").toString();
      String bearer = "authorization: Bearer " + server.token();
      assertThat(url).startsWith("https://127.0.0.1:");

      assertThat(curl("--cacert", trusted, url + "/livez").out()).isEqualTo("ok\n");
      Ended known =
          curl(
              "--cacert",
              trusted,
              "--http2",
              "-H",
              bearer,
              "-w",
              "%{http_version}",
              url + "/healthz/live");
      assertThat(known.status()).as(known.err()).isZero();
      assertThat(known.out()).endsWith("2");
      assertThat(curl("--cacert", trusted, url + "/healthz/live").out()).contains("E576");
      assertThat(curl(url + "/livez").status()).as("an unknown certificate").isEqualTo(60);
      assertThat(curl(url.replace("https:", "http:") + "/livez").status()).isNotZero();
      assertThat(curl("--cacert", trusted, "--tls-max", "1.1", url + "/livez").status())
          .isNotZero();

      String script =
          "fetch('%s/api/runs', {headers: {authorization: process.env.BEARER}})".formatted(url)
              + ".then(answer => console.log(answer.status), why => console.log(why.cause.code))";
      StigmerProcess node = StigmerProcess.in(folder).with("BEARER", "Bearer " + server.token());
      assertThat(
              node.with("NODE_EXTRA_CA_CERTS", trusted)
                  .runOther(List.of("node", "-e", script))
                  .out())
          .isEqualTo("200\n");
      assertThat(node.runOther(List.of("node", "-e", script)).out()).contains("CERT");
      Ended ours =
          StigmerProcess.in(folder.resolve("client"))
              .with("STIGMER_API_KEY", server.token())
              .run("sessions", "list", "--server", url);
      assertThat(ours.err())
          .contains("E580", "certificate", "keytool -importcert", "JAVA_TOOL_OPTIONS")
          .doesNotContain(server.token());
      assertTrusted(url, trusted, server.token());
      Ended status = StigmerProcess.in(folder).run("server", "status");
      assertThat(status.out()).startsWith("ready: " + url);
    }
  }
}
