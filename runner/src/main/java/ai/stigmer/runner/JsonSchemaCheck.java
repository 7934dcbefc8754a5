package ai.stigmer.runner;

import ai.stigmer.config.ModelCatalog;
import ai.stigmer.graphton.answer.AnswerCheck;
import ai.stigmer.graphton.answer.StrictSchema;
import ai.stigmer.graphton.error.Problem;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaException;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaId;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import com.networknt.schema.resource.AllowSchemaLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/*
 * A schema may point at others by their addresses. None is fetched: whoever wrote the schema must not choose where this
 * process connects to, and a run must not depend on it. The drafts themselves are in the library.
 */
/**
 * Takes an answer that is one JSON value which fits a JSON Schema, of draft 2020-12 unless it names
 * another. The fence that models like to put around JSON is taken off.
 *
 * <p>Thread contract: thread-safe.
 */
public final class JsonSchemaCheck implements AnswerCheck {
  /** The largest schema, in characters; it goes into the prompt. */
  private static final int LARGEST = 64_000;

  private static final int MOST_FAULTS = 10;
  private static final int LONGEST_FAULT = 300;
  private static final Pattern FENCED =
      Pattern.compile("```(?:json)?\\s*\\n(.*)\\n\\s*```", Pattern.DOTALL);
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private final JsonSchema schema;
  private final Optional<String> strict;

  private JsonSchemaCheck(JsonSchema schema, Optional<String> strict) {
    this.schema = schema;
    this.strict = strict;
  }

  /**
   * Reads a schema from a file.
   *
   * @return its text
   * @throws ai.stigmer.graphton.error.ProblemException {@code E007} when it cannot be used
   */
  public static String read(Path file) {
    String text;
    try {
      text = Files.readString(file);
    } catch (IOException e) {
      throw unusable("it cannot be read").from(file.toString()).asException();
    }
    var _ = of(text);
    return text;
  }

  /**
   * A check by the schema of this text.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E007} when it is no JSON Schema
   */
  public static JsonSchemaCheck of(String text) {
    if (text.length() > LARGEST) {
      throw unusable("it has more than " + LARGEST + " characters").asException();
    }
    try {
      JsonNode tree = JSON.readTree(text);
      String draft = tree.path("$schema").asText(SchemaId.V202012);
      Set<ValidationMessage> faults = factory().getSchema(SchemaLocation.of(draft)).validate(tree);
      if (!faults.isEmpty()) {
        throw unusable("it is no JSON Schema")
            .from(inWords(faults).toArray(String[]::new))
            .asException();
      }
      JsonSchema schema = factory().getSchema(tree);
      schema.initializeValidators();
      return new JsonSchemaCheck(schema, StrictSchema.of(text));
    } catch (JsonProcessingException e) {
      throw unusable("it is not JSON: " + e.getOriginalMessage()).asException();
    } catch (JsonSchemaException e) {
      throw unusable(String.valueOf(e.getMessage())).asException();
    }
  }

  private static JsonSchemaFactory factory() {
    return JsonSchemaFactory.getInstance(
        VersionFlag.V202012,
        builder ->
            builder.schemaLoaders(
                loaders ->
                    loaders.add(
                        new AllowSchemaLoader(
                            iri -> iri.toString().startsWith("classpath:draft")))));
  }

  @Override
  public Verdict check(String answer) {
    Matcher fence = FENCED.matcher(answer.strip());
    String json = fence.matches() ? fence.group(1).strip() : answer.strip();
    JsonNode tree;
    try {
      tree = JSON.readTree(json);
    } catch (JsonProcessingException e) {
      return new Verdict.Unfit(List.of(cut("it is not one JSON value: " + e.getOriginalMessage())));
    }
    Set<ValidationMessage> faults = schema.validate(tree);
    return faults.isEmpty() ? new Verdict.Fits(json) : new Verdict.Unfit(inWords(faults));
  }

  @Override
  public Optional<String> schemaFor(String provider, String model) {
    return strict.filter(_ -> ModelCatalog.writesBySchema(provider, model));
  }

  private static List<String> inWords(Set<ValidationMessage> faults) {
    return faults.stream().limit(MOST_FAULTS).map(fault -> cut(fault.getMessage())).toList();
  }

  private static String cut(String text) {
    return text.length() <= LONGEST_FAULT ? text : text.substring(0, LONGEST_FAULT) + "…";
  }

  private static Problem unusable(String why) {
    return Problem.of("E007", Problem.Category.USAGE, "the JSON Schema cannot be used: " + why)
        .help("for example: {\"type\": \"object\", \"properties\": {…}, \"required\": […]}");
  }
}
