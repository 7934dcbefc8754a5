package ai.stigmer.runner.snapshot;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.Problem.Category;
import ai.stigmer.graphton.error.ProblemException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/**
 * Where a bucket is: what {@code workspace.store} says, and the variables that every client of S3
 * reads.
 *
 * @param prefix of the names of objects, empty or with a slash at its end
 * @param endpoint of a store other than that of AWS
 * @param region empty leaves it to the profile of AWS's own files
 */
public record BucketAddress(
    String bucket, String prefix, Optional<URI> endpoint, Optional<String> region) {
  private static final String SCHEME = "s3://";
  private static final List<String> ENDPOINT = List.of("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL");
  private static final List<String> REGION = List.of("AWS_REGION", "AWS_DEFAULT_REGION");
  private static final String KEY_ID = "AWS_ACCESS_KEY_ID";
  private static final String KEY = "AWS_SECRET_ACCESS_KEY";
  private static final String TOKEN = "AWS_SESSION_TOKEN";

  /** What a store wants to hear that has no regions. */
  private static final String ANY_REGION = "us-east-1";

  /** Whether a store is a bucket. */
  public static boolean isMeant(String store) {
    return store.startsWith(SCHEME);
  }

  /**
   * The bucket of a store.
   *
   * @param store {@code s3://bucket} or {@code s3://bucket/prefix}
   * @throws ProblemException {@code E526} when it is none
   */
  static BucketAddress of(String store, Map<String, String> env) {
    String[] parts = store.substring(SCHEME.length()).split("/", 2);
    String rest = parts.length < 2 ? "" : parts[1];
    String prefix = rest.isEmpty() || rest.endsWith("/") ? rest : rest + "/";
    Optional<URI> endpoint = first(env, ENDPOINT).map(name -> uri(name, env));
    if (!parts[0].matches("[a-z0-9][a-z0-9._-]{1,254}")) {
      // What stands there may be a key.
      throw wrong("workspace.store names no bucket", "workspace.store");
    }
    Optional<String> region =
        first(env, REGION).map(env::get).or(() -> endpoint.map(_ -> ANY_REGION));
    return new BucketAddress(parts[0], prefix, endpoint, region);
  }

  private static URI uri(String name, Map<String, String> env) {
    try {
      URI uri = URI.create(env.getOrDefault(name, ""));
      if (uri.getHost() != null && uri.getUserInfo() == null) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      // Told below; what stands there may hold a password.
    }
    throw wrong(name + " is no address like https://minio.example:9000", name);
  }

  private static ProblemException wrong(String what, String origin) {
    return Problem.of("E526", Category.CONFIGURATION, what)
        .from(origin)
        .help("write it as s3://BUCKET/PREFIX; a store other than AWS: AWS_ENDPOINT_URL_S3")
        .asException();
  }

  /** The keys that variables hold; empty leaves them to AWS's files and the machine's role. */
  static Optional<AwsCredentialsProvider> keys(Map<String, String> env) {
    if (first(env, List.of(KEY_ID)).isEmpty() || first(env, List.of(KEY)).isEmpty()) {
      return Optional.empty();
    }
    String id = env.getOrDefault(KEY_ID, "");
    String key = env.getOrDefault(KEY, "");
    AwsCredentials credentials =
        first(env, List.of(TOKEN))
            .map(env::get)
            .<AwsCredentials>map(token -> AwsSessionCredentials.create(id, key, token))
            .orElseGet(() -> AwsBasicCredentials.create(id, key));
    return Optional.of(StaticCredentialsProvider.create(credentials));
  }

  /**
   * One value that the client of S3 reads.
   *
   * @param name of the value
   * @param origin the variable
   */
  public record Line(String name, String value, String origin) {}

  /** What of it is set, for people. Of keys it tells that they are there, and never more. */
  public static List<Line> lines(Map<String, String> env) {
    var lines = new ArrayList<Line>();
    first(env, ENDPOINT).ifPresent(name -> lines.add(line("endpoint", uri(name, env), name)));
    first(env, REGION)
        .ifPresent(name -> lines.add(line("region", env.getOrDefault(name, ""), name)));
    for (String name : List.of(KEY_ID, KEY, TOKEN)) {
      first(env, List.of(name)).ifPresent(_ -> lines.add(line("key", "(set)", name)));
    }
    if (keys(env).isEmpty()) {
      lines.add(
          line("key", "(not set)", "left to AWS's files, AWS_PROFILE, or the machine's role"));
    }
    return lines;
  }

  private static Line line(String name, Object value, String origin) {
    return new Line(name, String.valueOf(value), origin);
  }

  private static Optional<String> first(Map<String, String> env, List<String> names) {
    return names.stream().filter(name -> !env.getOrDefault(name, "").isEmpty()).findFirst();
  }

  /** As people write it. */
  String shown() {
    return SCHEME + bucket + "/" + prefix + endpoint.map(uri -> " at " + uri).orElse("");
  }
}
