package ai.stigmer.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The document is one that a generator of clients can work with, by the rules of OpenAPI 3.1. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OpenApiTest {
  private static final Set<String> VERBS = Set.of("get", "post", "put", "delete");
  private static final Set<String> TYPES =
      Set.of("string", "integer", "number", "boolean", "object", "array");

  @SuppressWarnings("NullAway.Init") // Made before the first test.
  private JsonNode document;

  @BeforeAll
  void read(@TempDir Path folder) throws Exception {
    try (TestingServer server = TestingServer.in(folder, Map.of("STIGMER_LLM_PROVIDER", "ollama"));
        TestingClient http = new TestingClient(server)) {
      document = http.get("/openapi.json").json();
    }
  }

  /** An operation of the document. */
  private record Operation(String path, String verb, JsonNode json) {
    Set<String> parameters(String in) {
      var names = new TreeSet<String>();
      for (JsonNode parameter : json.path("parameters")) {
        if (parameter.path("in").asText().equals(in)) {
          names.add(parameter.path("name").asText());
        }
      }
      return names;
    }

    JsonNode body() {
      return json.at("/requestBody/content/application~1json/schema");
    }
  }

  private List<Operation> operations() {
    var operations = new ArrayList<Operation>();
    document
        .path("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .properties()
                    .forEach(
                        one ->
                            operations.add(
                                new Operation(path.getKey(), one.getKey(), one.getValue()))));
    assertThat(operations).hasSizeGreaterThan(48);
    return operations;
  }

  @Test
  void everyReferenceLeadsSomewhere() {
    var missing = new ArrayList<String>();
    for (JsonNode reference : document.findValues("$ref")) {
      if (document.at(reference.asText().substring(1)).isMissingNode()) {
        missing.add(reference.asText());
      }
    }

    assertThat(document.findValues("$ref")).hasSizeGreaterThan(100);
    assertThat(missing).isEmpty();
  }

  @Test
  void everyOperationHasWhatAnOperationNeeds() {
    var wrong = new ArrayList<String>();
    for (Operation one : operations()) {
      JsonNode json = one.json();
      boolean isWhole =
          VERBS.contains(one.verb())
              && json.path("operationId").asText().matches("[A-Za-z][A-Za-z0-9.]*")
              && json.path("tags").size() == 1
              && json.path("responses").has("200")
              && json.path("responses").has("default");
      for (JsonNode response : json.path("responses")) {
        isWhole &= !response.path("description").asText().isEmpty();
      }
      if (!isWhole) {
        wrong.add(one.toString());
      }
    }

    assertThat(wrong).isEmpty();
    assertThat(document.findValuesAsText("operationId"))
        .hasSameSizeAs(operations())
        .doesNotHaveDuplicates()
        .contains("AgentCommandController.create", "postRunsByIdCancel");
  }

  @Test
  void everyPathIsThereOnceAndDeclaresTheParametersThatItNames() {
    var wrong = new ArrayList<String>();
    for (Operation one : operations()) {
      Set<String> named =
          Pattern.compile("\\{([^}]*)}")
              .matcher(one.path())
              .results()
              .map((MatchResult result) -> result.group(1))
              .collect(Collectors.toSet());
      boolean isRight = named.equals(one.parameters("path"));
      for (JsonNode parameter : one.json().path("parameters")) {
        isRight &=
            parameter.has("schema")
                && Set.of("path", "query").contains(parameter.path("in").asText())
                && (parameter.path("in").asText().equals("query")
                    || parameter.path("required").asBoolean());
      }
      int declared = one.parameters("path").size() + one.parameters("query").size();
      if (!isRight || declared != one.json().path("parameters").size()) {
        wrong.add(one.toString());
      }
    }
    var paths = new HashSet<String>();
    document
        .path("paths")
        .fieldNames()
        .forEachRemaining(
            path -> {
              if (!paths.add(path.replaceAll("\\{[^}]*}", "{}"))) {
                wrong.add(path + " is another's");
              }
            });

    assertThat(wrong).isEmpty();
  }

  @Test
  void everyOperationThatTakesABodySaysWhich() {
    var wrong = new ArrayList<String>();
    for (Operation one : operations()) {
      boolean takes = Set.of("post", "put").contains(one.verb());
      JsonNode body = one.body();
      boolean tells = body.has("$ref") || !body.path("properties").isEmpty();
      if (takes != tells || takes != one.json().has("requestBody")) {
        wrong.add(one.toString());
      }
    }

    assertThat(wrong).isEmpty();
    JsonNode decision = body("/api/approvals/{id}");
    assertThat(decision.path("required")).extracting(JsonNode::asText).containsExactly("decision");
    assertThat(decision.at("/properties/decision/enum")).hasSize(7);
    assertThat(decision.at("/properties/arguments/type"))
        .extracting(JsonNode::asText)
        .containsExactly("object", "string");
    assertThat(decision.path("additionalProperties").asBoolean(true)).isFalse();
    assertThat(body("/v1/chat/completions").path("additionalProperties").asBoolean()).isTrue();
    assertThat(
            document
                .at("/paths/~1api~1runs~1{id}~1cancel/post/requestBody/required")
                .asBoolean(true))
        .isFalse();
  }

  private JsonNode body(String path) {
    return operations().stream()
        .filter(one -> one.path().equals(path) && one.verb().equals("post"))
        .findFirst()
        .orElseThrow()
        .body();
  }

  @Test
  void onlyTheProbesAreThereForEverybody() {
    var open = new TreeSet<String>();
    for (Operation one : operations()) {
      if (one.json().has("security")) {
        assertThat(one.json().path("security")).isEmpty();
        open.add(one.path());
      }
    }

    assertThat(open).containsExactly("/livez", "/readyz");
    assertThat(document.at("/security/0").has("bearer")).isTrue();
    assertThat(document.at("/components/securitySchemes/bearer/scheme").asText())
        .isEqualTo("bearer");
  }

  @Test
  void everySchemaIsOneAndRequiresOnlyWhatItHas() {
    var wrong = new ArrayList<String>();
    for (JsonNode type : document.findValues("type")) {
      if (type.isTextual() && !TYPES.contains(type.asText()) && !type.asText().equals("http")) {
        wrong.add(type.toString());
      }
    }
    for (JsonNode parent : document.findParents("required")) {
      if (parent.path("required").isArray()) {
        parent
            .path("required")
            .forEach(
                name -> {
                  if (!parent.path("properties").has(name.asText())) {
                    wrong.add(parent.toString());
                  }
                });
      }
    }
    document
        .at("/components/schemas")
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!name.matches("[a-zA-Z0-9._-]+")) {
                wrong.add(name);
              }
            });

    assertThat(wrong).isEmpty();
  }
}
