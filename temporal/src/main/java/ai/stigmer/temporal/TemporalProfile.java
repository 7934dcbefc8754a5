package ai.stigmer.temporal;

import static java.util.Objects.requireNonNull;

import io.temporal.envconfig.ClientConfigProfile;
import io.temporal.envconfig.ClientConfigTLS;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What Temporal's own configuration says beside our settings, for people. Of keys and certificates
 * it tells that they are there, or in which file, and never more.
 */
public final class TemporalProfile {
  private static final String HIDDEN = "(set)";

  private TemporalProfile() {}

  /**
   * One value.
   *
   * @param name as in the file
   * @param origin the variable, or the file and its profile
   */
  public record Line(String name, String value, String origin) {
    public Line {
      requireNonNull(name, "name is null");
      requireNonNull(value, "value is null");
      requireNonNull(origin, "origin is null");
    }
  }

  /**
   * The values that are set, by variables or in the file.
   *
   * @param env the environment
   * @throws ai.stigmer.graphton.error.ProblemException {@code E591} when it cannot be used
   */
  public static List<Line> of(Map<String, String> env) {
    ClientConfigProfile profile = TemporalConnection.profile(env);
    var lines = new Lines(env, new ArrayList<>());
    lines.add("address", profile.getAddress());
    lines.add("namespace", profile.getNamespace());
    lines.hide("api_key", profile.getApiKey());
    ClientConfigTLS tls = profile.getTls();
    if (tls != null) {
      lines.add("tls.server_name", tls.getServerName());
      lines.add("tls.server_ca_cert_path", tls.getServerCACertPath());
      lines.add("tls.client_cert_path", tls.getClientCertPath());
      lines.add("tls.client_key_path", tls.getClientKeyPath());
      lines.hide("tls.server_ca_cert_data", tls.getServerCACertData());
      lines.hide("tls.client_cert_data", tls.getClientCertData());
      lines.hide("tls.client_key_data", tls.getClientKeyData());
    }
    return List.copyOf(lines.all());
  }

  private record Lines(Map<String, String> env, List<Line> all) {
    void add(String name, @Nullable String value) {
      if (value != null && !value.isEmpty()) {
        all.add(new Line(name, value, origin(name)));
      }
    }

    void hide(String name, @Nullable Object value) {
      if (value != null && !value.equals("")) {
        add(name, HIDDEN);
      }
    }

    private String origin(String name) {
      String variable = "TEMPORAL_" + name.replace('.', '_').toUpperCase(Locale.ROOT);
      if (!env.getOrDefault(variable, "").isEmpty()) {
        return variable;
      }
      return env.getOrDefault("TEMPORAL_CONFIG_FILE", "temporal.toml")
          + ", profile "
          + env.getOrDefault("TEMPORAL_PROFILE", "default");
    }
  }
}
