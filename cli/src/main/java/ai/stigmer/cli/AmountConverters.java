package ai.stigmer.cli;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads ages, sizes and waits as people write them. */
final class AmountConverters {
  private static final Pattern AMOUNT = Pattern.compile("(\\d{1,9}) ?([a-z]+)");
  private static final Map<String, Duration> AGES =
      Map.of(
          "s", Duration.ofSeconds(1),
          "m", Duration.ofMinutes(1),
          "h", Duration.ofHours(1),
          "d", Duration.ofDays(1),
          "w", Duration.ofDays(7));
  private static final Map<String, Long> SIZES =
      Map.of("b", 1L, "kb", 1L << 10, "mb", 1L << 20, "gb", 1L << 30, "tb", 1L << 40);

  private AmountConverters() {}

  /** {@code 30d}. */
  static final class Age implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String value) {
      Matcher amount = AMOUNT.matcher(value.strip().toLowerCase(Locale.ROOT));
      Duration unit = amount.matches() ? AGES.get(amount.group(2)) : null;
      if (unit == null) {
        throw new TypeConversionException("expected an age like 30d or 12h, got \"" + value + "\"");
      }
      return unit.multipliedBy(Long.parseLong(amount.group(1)));
    }
  }

  /** {@code 1GB}, in steps of 1,024. */
  static final class Size implements ITypeConverter<Long> {
    @Override
    public Long convert(String value) {
      Matcher amount = AMOUNT.matcher(value.strip().toLowerCase(Locale.ROOT));
      Long unit = amount.matches() ? SIZES.get(amount.group(2)) : null;
      if (unit == null || Long.parseLong(amount.group(1)) > Long.MAX_VALUE / unit) {
        throw new TypeConversionException(
            "expected a size like 500MB or 1GB, got \"" + value + "\"");
      }
      return Long.parseLong(amount.group(1)) * unit;
    }
  }

  /** {@code 30}: whole seconds of at most a day. */
  static final class Seconds implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String value) {
      long seconds = value.matches("\\d{1,5}") ? Long.parseLong(value) : Long.MAX_VALUE;
      if (seconds > Duration.ofDays(1).toSeconds()) {
        throw new TypeConversionException(
            "expected whole seconds from 0 to 86400, got \"" + value + "\"");
      }
      return Duration.ofSeconds(seconds);
    }
  }

  /** {@code 20}: how many lines. */
  static final class Lines implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String value) {
      if (!value.matches("\\d{1,9}")) {
        throw new TypeConversionException(
            "expected a whole number of lines, 0 or more, got \"" + value + "\"");
      }
      return Integer.valueOf(value);
    }
  }
}
