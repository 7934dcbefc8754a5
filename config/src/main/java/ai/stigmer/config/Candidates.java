package ai.stigmer.config;

import ai.stigmer.config.Setting.Form;
import ai.stigmer.config.Setting.Variable;
import ai.stigmer.graphton.error.Problem;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Gathers what every layer offers for every setting, highest first. */
final class Candidates {
  private final ConfigInput input;
  private final Map<String, Candidate> file;
  private final Report report;

  Candidates(ConfigInput input, Map<String, Candidate> file, Report report) {
    this.input = input;
    this.file = file;
    this.report = report;
  }

  /** The offers for one setting. A value whose emptiness means "not set" is no offer. */
  List<Candidate> of(Setting setting) {
    var found = new ArrayList<Candidate>();
    for (ConfigInput.Given given : input.requests()) {
      if (given.key().equals(setting.key())) {
        found.add(new Candidate(given.value().strip(), Layer.REQUEST, given.location(), ""));
      }
    }
    for (ConfigInput.Given given : input.flags()) {
      if (given.key().equals(setting.key())) {
        found.add(flag(setting, given));
      }
    }
    for (Variable variable : setting.variables()) {
      String value = input.env().get(variable.name());
      if (value != null) {
        found.add(variable(setting, variable, value.strip()));
      }
    }
    Candidate written = file.get(setting.key());
    if (written != null) {
      found.add(written);
    }
    if (setting.kind() == Setting.Kind.RULES) {
      found.replaceAll(Candidate::asRules);
    } else if (setting.kind() == Setting.Kind.HOOKS) {
      found.replaceAll(Candidate::asHooks);
    }
    found.removeIf(candidate -> candidate.text().isEmpty() && !setting.kind().emptyClears());
    return found;
  }

  private Candidate flag(Setting setting, ConfigInput.Given given) {
    String text = given.value().strip();
    if (setting.kind() == Setting.Kind.DATABASE && DatabaseUrl.holdsPassword(text)) {
      report.problem(setting.key(), passwordOnTheCommandLine(setting, given.location()));
      text = "";
    }
    return new Candidate(
        setting.kind() == Setting.Kind.SECRET && !text.isEmpty()
            ? contents(setting, text, given.location())
            : text,
        Layer.FLAG,
        given.location(),
        "");
  }

  private static Problem passwordOnTheCommandLine(Setting setting, String location) {
    return Problems.of("E138", "a password must not be given on the command line", location)
        .help(
            "other users can see it there; put the address into "
                + setting.variables().getFirst().name(),
            "or leave the password out: it is looked for in ~/.pgpass, as psql does");
  }

  private Candidate variable(Setting setting, Variable variable, String value) {
    String text = value;
    if (variable.form() == Form.FILE_NAME && !value.isEmpty()) {
      text = contents(setting, value, variable.name());
    } else if (variable.name().equals("OLLAMA_HOST") && !value.isEmpty()) {
      text = OllamaHost.toUrl(value);
    } else if (variable.name().equals("MODE") && !value.isEmpty() && Mode.of(value).isEmpty()) {
      report.note("MODE=" + value + " is neither local nor cloud and is ignored");
      text = "";
    } else if (variable.name().equals("LOG_LEVEL") && !value.isEmpty()) {
      // Half the programs of a machine read this one, and each has its own words for it.
      text = LogLevel.ofAnybody(value).map(LogLevel::id).orElse("");
    }
    return new Candidate(text, Layer.ENV, variable.name(), variable.provider());
  }

  private String contents(Setting setting, String name, String location) {
    try {
      return SmallFile.read(name).strip();
    } catch (IOException e) {
      report.problem(
          setting.key(),
          Problems.of("E127", setting.key() + " cannot be read from the file " + name, location)
              .help("check its name, that you may read it and that it is a small text file"));
      return "";
    }
  }
}
