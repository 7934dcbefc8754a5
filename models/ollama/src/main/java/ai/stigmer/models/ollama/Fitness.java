package ai.stigmer.models.ollama;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What is known of models by their names, as of Ollama 0.33. */
public final class Fitness {
  /** What to pull where memory is no question. */
  public static final String RECOMMENDED = "qwen3.5";

  /** What to pull for a machine with little memory. */
  public static final String RECOMMENDED_SMALL = "qwen3:8b";

  private static final long LITTLE_MEMORY = 12L << 30;

  /** What Ollama's own launcher lists as not working well with agents. */
  private static final Pattern UNFIT =
      Pattern.compile(
          "(.*/)?(codellama|qwen2\\.5|llama3|mistral|starcoder|deepseek-r1:(1\\.5|7|8)b).*");

  /** The best first: what Ollama recommends for agents, then what is known to do well. */
  private static final List<Pattern> BEST =
      Stream.of(
              "qwen3\\.5",
              "gemma4",
              "gpt-oss",
              "qwen3(?!-coder)",
              "qwen3-coder",
              "devstral|ministral|granite4|glm")
          .map(family -> Pattern.compile("(.*/)?(" + family + ").*"))
          .toList();

  private Fitness() {}

  /** Whether the model's family is known not to work well with agents. */
  public static boolean isUnfit(String model) {
    return UNFIT.matcher(model.toLowerCase(Locale.ROOT)).matches();
  }

  /**
   * The model to pull.
   *
   * @param memory of the server's machine in bytes, where it is known
   */
  public static String recommended(OptionalLong memory) {
    return memory.isPresent() && memory.getAsLong() < LITTLE_MEMORY
        ? RECOMMENDED_SMALL
        : RECOMMENDED;
  }

  /**
   * The installed models that may serve an agent, the best first: they can call tools, run on the
   * server's own machine, fit into its memory, and their family is not known to be unfit.
   *
   * @param memory of the server's machine in bytes, where it is known
   */
  public static List<OllamaServer.Installed> candidates(
      List<OllamaServer.Installed> installed, OptionalLong memory) {
    return installed.stream()
        .filter(model -> model.capabilities().contains("tools"))
        .filter(model -> !model.isRemote() && !isUnfit(model.name()))
        .filter(model -> memory.isEmpty() || model.size() < memory.getAsLong())
        .sorted(
            Comparator.comparingInt((OllamaServer.Installed model) -> rank(model.name()))
                .thenComparing(OllamaServer.Installed::size, Comparator.reverseOrder())
                .thenComparing(OllamaServer.Installed::name))
        .toList();
  }

  private static int rank(String model) {
    String name = model.toLowerCase(Locale.ROOT);
    for (int i = 0; i < BEST.size(); i++) {
      if (BEST.get(i).matcher(name).matches()) {
        return i;
      }
    }
    return BEST.size();
  }

  /** How to get a better model than this one: by naming an installed one, or by pulling one. */
  static String better(List<OllamaServer.Installed> installed, String than) {
    Optional<String> known =
        candidates(installed, OptionalLong.empty()).stream()
            .map(OllamaServer.Installed::name)
            .filter(name -> !name.equals(than) && !name.equals(than + ":latest"))
            .findFirst();
    return known
        .map(name -> name + " is installed and does: --model " + name)
        .orElse(RECOMMENDED + " does: ollama pull " + RECOMMENDED);
  }
}
