package ai.stigmer.runner.manifest;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Fills {@code ${NAME}} in the values of variables from the environment of whoever applies them; a
 * second dollar sign in front of it keeps it as it is. So a file needs no secret in it, and may not
 * have one.
 */
final class VariableReferences {
  private static final Pattern REFERENCE =
      Pattern.compile("\\$\\$\\{|\\$\\{([A-Za-z_][A-Za-z0-9_]*)}|\\$\\{");

  /** What a server gives in the place of a secret, and takes for the one that it has. */
  private static final String MASK = "********";

  private final Map<String, String> env;
  private final Set<String> secrets = new HashSet<>();

  VariableReferences(Map<String, String> env) {
    this.env = Map.copyOf(env);
  }

  /** The secret values that were filled in. */
  Set<String> secrets() {
    return Set.copyOf(secrets);
  }

  /**
   * Fills the value of a variable.
   *
   * @return what is wrong with it, without the value; empty when nothing is
   */
  Optional<String> resolve(Message.Builder variable) {
    FieldDescriptor value = variable.getDescriptorForType().findFieldByName("value");
    FieldDescriptor flag = variable.getDescriptorForType().findFieldByName("is_secret");
    boolean isSecret = (Boolean) variable.getField(flag);
    String text = (String) variable.getField(value);
    Matcher matcher = REFERENCE.matcher(text);
    boolean refers = matcher.results().anyMatch(VariableReferences::isReference);
    if (isSecret && !refers && !text.isEmpty() && !text.equals(MASK)) {
      return Optional.of("is a secret and stands in the file; write ${NAME} and export NAME");
    }
    var missing = new HashSet<String>();
    String filled =
        REFERENCE
            .matcher(text)
            .replaceAll(found -> Matcher.quoteReplacement(replacement(found, missing)));
    if (!missing.isEmpty()) {
      return Optional.of(
          "needs variables that are not set: "
              + String.join(", ", missing.stream().sorted().toList()));
    }
    variable.setField(value, filled);
    if (isSecret && refers) {
      secrets.add(filled);
    }
    return Optional.empty();
  }

  private static boolean isReference(MatchResult found) {
    return found.group(1) != null;
  }

  private String replacement(MatchResult found, Set<String> missing) {
    if (!isReference(found)) {
      return "${";
    }
    String name = found.group(1);
    String value = env.getOrDefault(name, "");
    if (value.isEmpty()) {
      missing.add(name);
    }
    return value;
  }
}
