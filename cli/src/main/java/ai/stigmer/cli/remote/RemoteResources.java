package ai.stigmer.cli.remote;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.runner.manifest.Manifest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLEncoder;
import java.util.Optional;

/** Resources of users at a server. */
public final class RemoteResources {
  private final RemoteServer server;

  public RemoteResources(RemoteServer server) {
    this.server = requireNonNull(server, "server is null");
  }

  /** What came of a resource. */
  public enum Outcome {
    CREATED,
    CHANGED,
    UNCHANGED
  }

  /**
   * Makes a resource at the server, or puts it in the place of the one of its name.
   *
   * @throws ProblemException as the server says
   */
  public Outcome apply(Manifest manifest) {
    Optional<String> before = server.find(byName(manifest)).map(one -> version(manifest, one));
    String after = version(manifest, sent(manifest));
    return before
        .map(version -> version.equals(after) ? Outcome.UNCHANGED : Outcome.CHANGED)
        .orElse(Outcome.CREATED);
  }

  private JsonNode sent(Manifest manifest) {
    ObjectNode body = manifest.body();
    // A version of a skill is never changed, but another one is pushed.
    String verb = manifest.kind() == Manifest.Kind.SKILL ? "POST" : "PUT";
    return server.send(verb, "/api/" + manifest.kind().collection(), body);
  }

  /** What is another one when the resource is. */
  private static String version(Manifest manifest, JsonNode resource) {
    return manifest.kind() == Manifest.Kind.SKILL
        ? resource.at("/status/versionHash").asText() + " " + resource.at("/spec/tag").asText()
        : resource.at("/metadata/version/id").asText();
  }

  private static String byName(Manifest manifest) {
    String path =
        "/api/by-name/" + manifest.kind().collection() + "?slug=" + encoded(manifest.slug());
    path += manifest.org().isEmpty() ? "" : "&org=" + encoded(manifest.org());
    return path + (manifest.scope().isEmpty() ? "" : "&scope=" + encoded(manifest.scope()));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, UTF_8);
  }
}
