package ai.stigmer.cli.remote;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.runner.contract.ContractAgent;
import ai.stigmer.runner.manifest.Manifest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLEncoder;
import java.util.Optional;

/** Resources of users at a server. */
public final class RemoteResources {
  private static final String AGENT = "/spec/agentId";
  private static final String ID = "agt_[0-9a-z]+";

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
    Optional<String> before =
        server
            .find(byName(manifest.kind(), manifest.slug(), manifest))
            .map(one -> version(manifest, one));
    String after = version(manifest, sent(manifest));
    return before
        .map(version -> version.equals(after) ? Outcome.UNCHANGED : Outcome.CHANGED)
        .orElse(Outcome.CREATED);
  }

  private JsonNode sent(Manifest manifest) {
    JsonNode body =
        manifest.kind() == Manifest.Kind.AGENT_INSTANCE ? withId(manifest) : manifest.body();
    // A version of a skill is never changed, but another one is pushed.
    String verb = manifest.kind() == Manifest.Kind.SKILL ? "POST" : "PUT";
    return server.send(verb, "/api/" + manifest.kind().collection(), body);
  }

  /** The contract has an agent's id there, which whoever writes a file does not know. */
  private JsonNode withId(Manifest instance) {
    ObjectNode body = instance.body().deepCopy();
    String agent = body.at(AGENT).asText();
    if (!agent.matches(ID)) {
      JsonNode found = server.get(byName(Manifest.Kind.AGENT, ContractAgent.name(agent), instance));
      ((ObjectNode) body.path("spec")).put("agentId", found.at("/metadata/id").asText());
    }
    return body;
  }

  /** What is another one when the resource is. */
  private static String version(Manifest manifest, JsonNode resource) {
    return manifest.kind() == Manifest.Kind.SKILL
        ? resource.at("/status/versionHash").asText() + " " + resource.at("/spec/tag").asText()
        : resource.at("/metadata/version/id").asText();
  }

  /** Where the resource of that kind and name is, with the same owner. */
  private static String byName(Manifest.Kind kind, String slug, Manifest owned) {
    String path = "/api/by-name/" + kind.collection() + "?slug=" + encoded(slug);
    path += owned.org().isEmpty() ? "" : "&org=" + encoded(owned.org());
    return path + (owned.scope().isEmpty() ? "" : "&scope=" + encoded(owned.scope()));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, UTF_8);
  }
}
