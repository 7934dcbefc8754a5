package ai.stigmer.config;

import ai.stigmer.graphton.context.ContextPolicy;
import ai.stigmer.graphton.model.ModelRef;
import ai.stigmer.graphton.model.ModelSettings.Dialect;
import ai.stigmer.graphton.model.ModelSettings.Effort;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads the texts of settings. */
final class Values {
  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9._:/\\-]{1,200}");
  private static final Pattern DURATION = Pattern.compile("(\\d{1,7})(ms|s|m|h)");
  private static final int MOST_RETRIES = 20;
  private static final int MOST_FALLBACKS = 8;
  private static final int MOST_DEPTH = 5;
  private static final int LAST_PRIORITY = 5;
  private static final Pattern MONEY = Pattern.compile("[0-9]{1,9}(\\.[0-9]{1,6})?");
  private static final Duration LONGEST = Duration.ofHours(24);

  /** Without the signs, suffixes and foreign digits that Java's own parsers let through. */
  private static final Pattern COUNT = Pattern.compile("[0-9]{1,10}");

  private static final Pattern NUMBER = Pattern.compile("[0-9]*\\.?[0-9]+([eE]-?[0-9]{1,3})?");

  private static final Pattern SHARE = Pattern.compile("0?\\.[0-9]{1,6}");

  private Values() {}

  /** A whole number from 1 to 2,147,483,647. */
  static Optional<Integer> count(String text) {
    if (!COUNT.matcher(text).matches()) {
      return Optional.empty();
    }
    try {
      int number = Integer.parseInt(text);
      return number >= 1 ? Optional.of(number) : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** A number from 0.1 to 0.95. */
  static Optional<Double> share(String text) {
    return SHARE.matcher(text).matches()
        ? Optional.of(Double.parseDouble(text))
            .filter(share -> share >= ContextPolicy.LEAST && share <= ContextPolicy.MOST)
        : Optional.empty();
  }

  /** A whole number from 0 to 20. */
  static Optional<Integer> retries(String text) {
    return text.equals("0") ? Optional.of(0) : count(text).filter(number -> number <= MOST_RETRIES);
  }

  /** A value that has more and less, as a number to compare; empty when it is none. */
  static Optional<BigDecimal> size(Setting setting, String text) {
    return switch (setting.kind()) {
      case COUNT -> count(text).map(BigDecimal::valueOf);
      case DEPTH -> depth(text).map(BigDecimal::valueOf);
      case MONEY -> money(text);
      case DURATION -> duration(text).map(Duration::toMillis).map(BigDecimal::valueOf);
      case MODE, PROVIDER, MODEL, URL, SECRET, TEMPERATURE, RETRIES, MODELS, EFFORT, API, PULL ->
          Optional.empty();
      case SHARE,
          EXECUTION,
          NETWORK,
          PROCESSES,
          SIZE,
          FOLDERS,
          PRIORITY,
          WHEN_ABSENT,
          UNKNOWN_EFFECTS,
          PERMISSION_MODE,
          ENGINE,
          WORD,
          LOG_LEVEL,
          RULES,
          HOOKS,
          DATABASE,
          WEB,
          HOSTS,
          LISTEN,
          FILE,
          SWITCH ->
          Optional.empty();
    };
  }

  /** Whether it can name a host with a port, a namespace or a queue. */
  static boolean isWord(String text) {
    return WORD.matcher(text).matches();
  }

  /** A whole number from 0 to 5. */
  static Optional<Integer> depth(String text) {
    return text.equals("0") ? Optional.of(0) : count(text).filter(number -> number <= MOST_DEPTH);
  }

  /** A whole number from 1 to 5. */
  static Optional<Integer> priority(String text) {
    return count(text).filter(number -> number <= LAST_PRIORITY);
  }

  /** An amount above 0, with at most nine digits before the point and six behind it. */
  static Optional<BigDecimal> money(String text) {
    return MONEY.matcher(text).matches()
        ? Optional.of(new BigDecimal(text)).filter(amount -> amount.signum() > 0)
        : Optional.empty();
  }

  /** At most eight models that name their provider or belong to one, separated by commas. */
  static Optional<List<ModelRef>> models(String text) {
    var models = new ArrayList<ModelRef>();
    for (String name : text.split(",", -1)) {
      try {
        ModelRef model = ModelRef.parse(name);
        if (model.provider().isEmpty()) {
          return Optional.empty();
        }
        models.add(model);
      } catch (IllegalArgumentException e) {
        return Optional.empty();
      }
    }
    return models.size() <= MOST_FALLBACKS ? Optional.of(models) : Optional.empty();
  }

  /** A permission mode as {@code allow-edits} is written. */
  static Optional<ai.stigmer.graphton.permission.Mode> permissionMode(String text) {
    return Stream.of(ai.stigmer.graphton.permission.Mode.values())
        .filter(mode -> mode.id().equals(text))
        .findFirst();
  }

  /** An effort by its name in small letters. */
  static Optional<Effort> effort(String text) {
    return Stream.of(Effort.values())
        .filter(effort -> effort.name().toLowerCase(Locale.ROOT).equals(text))
        .findFirst();
  }

  /** Whether it names an API, or leaves the choice open. */
  static boolean isApi(String text) {
    return text.equals("auto") || dialect(text).isPresent();
  }

  /** An API by its name in small letters; empty for {@code auto}. */
  static Optional<Dialect> dialect(String text) {
    return Stream.of(Dialect.values())
        .filter(dialect -> dialect.name().toLowerCase(Locale.ROOT).equals(text))
        .findFirst();
  }

  /** A number from 0.0 to 2.0. */
  static Optional<Double> temperature(String text) {
    if (!NUMBER.matcher(text).matches()) {
      return Optional.empty();
    }
    double number = Double.parseDouble(text);
    return number <= 2 ? Optional.of(number) : Optional.empty();
  }

  /** A positive duration of at most 24 hours: a whole number and ms, s, m or h. */
  static Optional<Duration> duration(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches() || Long.parseLong(matcher.group(1)) == 0) {
      return Optional.empty();
    }
    long amount = Long.parseLong(matcher.group(1));
    Duration duration =
        switch (matcher.group(2)) {
          case "ms" -> Duration.ofMillis(amount);
          case "s" -> Duration.ofSeconds(amount);
          case "m" -> Duration.ofMinutes(amount);
          default -> Duration.ofHours(amount);
        };
    return duration.compareTo(LONGEST) <= 0 ? Optional.of(duration) : Optional.empty();
  }
}
