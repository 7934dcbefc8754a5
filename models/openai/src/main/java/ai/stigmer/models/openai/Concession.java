package ai.stigmer.models.openai;

import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Something that is not sent any more, because the server refused it by name: deployments and
 * compatible servers do not tell beforehand what they take. A request that was refused for it was
 * not answered and cost nothing, so it is sent again without.
 */
enum Concession {
  /** Reasoning of another account or endpoint cannot be read here. */
  VERBATIM_TURNS(
      "invalid_encrypted_content|items are not persisted|without its required",
      "does not accept the earlier reasoning; the conversation is sent without it"),
  STREAM_OPTIONS("stream_options", "does not take stream_options; tokens are not counted"),
  SUMMARY("summar", "does not show its reasoning"),
  ENCRYPTED_REASONING(
      "encrypted", "does not hand out its reasoning; it begins anew with each turn"),
  ANSWER_SCHEMA(
      "response_format|json_schema|text\\.format",
      "is not held to the JSON Schema; its answer is checked all the same"),
  EFFORT("effort", "does not take this effort; its own is used"),
  TEMPERATURE("temperature", "does not take this temperature; its own is used"),
  OLD_TOKEN_LIMIT("max_completion_tokens", "takes max_completion_tokens in place of max_tokens");

  private static final Pattern REFUSES =
      Pattern.compile(
          "unsupported|not support|invalid schema|unknown|unrecognized|not permitted|not allowed|must be verified"
              + "|only the default|extra (inputs|fields)");

  private final Pattern about;
  private final String effect;

  Concession(String about, String effect) {
    this.about = Pattern.compile(about);
    this.effect = effect;
  }

  /** What a refusal is about, where that was sent at all and can be left out. */
  static Optional<Concession> to(Refusal refusal, Ask ask) {
    int status = refusal.status();
    String words = refusal.error().words();
    return Arrays.stream(values())
        .filter(concession -> concession.isAskedBy(status, words))
        .filter(ask::sends)
        .findFirst();
  }

  private boolean isAskedBy(int status, String words) {
    boolean refuses = this == VERBATIM_TURNS || REFUSES.matcher(words).find();
    boolean fits = status == 400 || status == 422 || (this == VERBATIM_TURNS && status == 404);
    return fits && refuses && about.matcher(words).find();
  }

  /** In words for the user. */
  String notice(String model) {
    return model + " " + effect;
  }
}
