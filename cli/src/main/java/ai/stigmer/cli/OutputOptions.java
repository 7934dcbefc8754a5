package ai.stigmer.cli;

import ai.stigmer.cli.screen.JsonView;
import ai.stigmer.cli.screen.RunView;
import ai.stigmer.cli.screen.StreamJsonView;
import ai.stigmer.cli.screen.TextView;
import ai.stigmer.cli.screen.TextView.Detail;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How a run is shown. */
final class OutputOptions {

  /** The forms of output. */
  enum Format {
    TEXT,
    JSON,
    STREAM_JSON
  }

  @Option(
      names = "--output",
      paramLabel = "FORMAT",
      converter = FormatConverter.class,
      description = {
        "text: the answer on standard output, progress on standard error (default).",
        "json: one object at the end.  stream-json: one object per event."
      })
  private Format format = Format.TEXT;

  @Option(
      names = {"-v", "--verbose"},
      description = "Show thinking and the results of tools as well.")
  private boolean verbose;

  RunView view(Surroundings surroundings) {
    return switch (format) {
      case TEXT ->
          new TextView(
              surroundings.out(),
              surroundings.err(),
              surroundings.terminal(),
              verbose ? Detail.VERBOSE : Detail.NORMAL);
      case JSON -> new JsonView(surroundings.out(), surroundings.err());
      case STREAM_JSON -> new StreamJsonView(surroundings.out(), surroundings.err());
    };
  }

  /** Reads the format's name. */
  static final class FormatConverter implements ITypeConverter<Format> {
    @Override
    public Format convert(String value) {
      return switch (value.toLowerCase(Locale.ROOT)) {
        case "text" -> Format.TEXT;
        case "json" -> Format.JSON;
        case "stream-json" -> Format.STREAM_JSON;
        default ->
            throw new TypeConversionException(
                "expected text, json or stream-json, got \"" + value + "\"");
      };
    }
  }
}
