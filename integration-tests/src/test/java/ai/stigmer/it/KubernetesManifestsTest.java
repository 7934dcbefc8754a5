package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.config.SettingInfo;
import ai.stigmer.server.http.Ready;
import ai.stigmer.testkit.RealComponents;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The manifests of deploy/kubernetes as the real kustomize renders them, against what we serve. */
class KubernetesManifestsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder = Path.of("");

  private static List<JsonNode> rendered(String overlay) throws Exception {
    Process process =
        new ProcessBuilder(
                RealComponents.kustomize().toString(),
                "build",
                HouseRulesTest.root().resolve("deploy/kubernetes").resolve(overlay).toString())
            .redirectErrorStream(true)
            .start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(text).isZero();
    var documents = new ArrayList<JsonNode>();
    for (Object one : new Load(LoadSettings.builder().build()).loadAllFromString(text)) {
      documents.add(JSON.valueToTree(one));
    }
    return documents;
  }

  private static Stream<JsonNode> all(List<JsonNode> documents, String kind) {
    return documents.stream().filter(one -> one.path("kind").asText().equals(kind));
  }

  private static JsonNode container(JsonNode deployment) {
    return deployment.at("/spec/template/spec/containers/0");
  }

  private static JsonNode of(List<JsonNode> documents, String kind, String name) {
    return all(documents, kind)
        .filter(one -> one.at("/metadata/name").asText().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static Map<String, String> variables(List<JsonNode> documents, JsonNode container) {
    var variables = new HashMap<String, String>();
    of(documents, "ConfigMap", "stigmer")
        .path("data")
        .properties()
        .forEach(entry -> variables.put(entry.getKey(), entry.getValue().asText()));
    container
        .path("env")
        .forEach(one -> variables.put(one.path("name").asText(), one.path("value").asText()));
    return variables;
  }

  @ParameterizedTest(name = "{0} is in mode {1}, with {2} deployments")
  @CsvSource({"base, cloud, 2", "prod, cloud, 2", "local, local, 1"})
  void theModeIsSeenAndEveryVariableIsOneOfOurs(String overlay, String mode, int deployments)
      throws Exception {
    List<JsonNode> documents = rendered(overlay);
    Set<String> known =
        SettingInfo.all().stream()
            .flatMap(setting -> setting.variables().stream())
            .map(variable -> variable.name())
            .collect(Collectors.toSet());

    assertThat(all(documents, "Deployment")).hasSize(deployments);
    all(documents, "Deployment")
        .forEach(
            deployment -> {
              Map<String, String> variables = variables(documents, container(deployment));
              assertThat(variables).containsEntry("MODE", mode);
              variables.remove("STIGMER_HOME");
              assertThat(known).containsAll(variables.keySet());
            });
    assertThat(all(documents, "Secret")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"base", "prod", "local"})
  void nobodyIsRootNothingOfTheImageIsWrittenNoServiceBecomesVariablesAndEachHasItsShare(
      String overlay) throws Exception {
    List<JsonNode> documents = rendered(overlay);
    all(documents, "Deployment")
        .forEach(
            deployment -> {
              JsonNode pod = deployment.at("/spec/template/spec");
              JsonNode container = container(deployment);
              assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
              assertThat(pod.at("/securityContext/runAsUser").asInt()).isPositive();
              assertThat(pod.path("enableServiceLinks").asBoolean(true)).isFalse();
              assertThat(container.at("/securityContext/readOnlyRootFilesystem").asBoolean())
                  .isTrue();
              assertThat(container.at("/securityContext/allowPrivilegeEscalation").asBoolean(true))
                  .isFalse();
              assertThat(container.at("/resources/requests/memory").asText()).isNotEmpty();
              assertThat(container.at("/resources/limits/memory").asText()).isNotEmpty();
              String home = variables(documents, container).getOrDefault("STIGMER_HOME", "none");
              assertThat(container.path("volumeMounts"))
                  .anyMatch(mount -> home.startsWith(mount.path("mountPath").asText() + "/"));
              assertThat(selected(deployment)).isTrue();
            });
  }

  private static boolean selected(JsonNode deployment) {
    String selector = deployment.at("/spec/selector/matchLabels/app.kubernetes.io~1name").asText();
    return !selector.isEmpty()
        && deployment
            .at("/spec/template/metadata/labels/app.kubernetes.io~1name")
            .asText()
            .equals(selector);
  }

  @Test
  void onlySomeWorkersOfProdMayBeAwayAtOnce() throws Exception {
    List<JsonNode> documents = rendered("prod");
    JsonNode budget = of(documents, "PodDisruptionBudget", "stigmer-worker");
    JsonNode workers = of(documents, "Deployment", "stigmer-worker");

    assertThat(budget.at("/spec/selector/matchLabels"))
        .isEqualTo(workers.at("/spec/selector/matchLabels"));
    assertThat(workers.at("/spec/replicas").asInt())
        .isGreaterThan(budget.at("/spec/maxUnavailable").asInt());
  }

  @Test
  void theServerOfTheManifestStartsAndAnswersItsProbes() throws Exception {
    List<JsonNode> documents = rendered("local");
    JsonNode container = container(of(documents, "Deployment", "stigmer-server"));
    Map<String, String> variables = variables(documents, container);
    String address = variables.getOrDefault("STIGMER_SERVER_ADDRESS", "none");
    int port = container.at("/ports/0/containerPort").asInt();
    assertThat(address).endsWith(":" + port);
    assertThat(of(documents, "Service", "stigmer-server").at("/spec/ports/0/port").asInt())
        .isEqualTo(port);
    assertThat(container.path("args"))
        .extracting(JsonNode::asText)
        .containsExactly("server", "start");
    try (FakeOllama ollama =
        FakeOllama.start(
            Scenario.of(Answer.text("fine"))
                .models(InstalledModel.withTools("qwen2.5-coder:7b", 32_768)))) {
      StigmerProcess stigmer = StigmerProcess.in(folder).with("HOME", folder.toString());
      for (Map.Entry<String, String> one : variables.entrySet()) {
        stigmer = stigmer.with(one.getKey(), one.getValue());
      }
      stigmer =
          stigmer
              .with("STIGMER_HOME", stigmer.home().toString())
              .with("OLLAMA_BASE_URL", ollama.baseUrl());
      try (ServerProcess server =
          ServerProcess.startAt(address.replace(":" + port, ":0"), stigmer)) {
        for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
          String path = container.at("/" + probe + "/httpGet/path").asText();
          assertThat(status(server, path)).as(probe + " " + path).isEqualTo(200);
          assertThat(container.at("/" + probe + "/timeoutSeconds").asLong(1))
              .as(probe + " waits for an answer that a part holds up")
              .isGreaterThan(path.equals("/readyz") ? Ready.LONGEST.toSeconds() : 0);
        }
      }
    }
  }

  private static int status(ServerProcess server, String path) throws Exception {
    URI at = URI.create("http://127.0.0.1:" + server.uri().getPort() + path);
    return ((HttpURLConnection) at.toURL().openConnection()).getResponseCode();
  }
}
