package ai.stigmer.server.http;

import com.google.api.HttpRule;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.protobuf.ProtoFileDescriptorSupplier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Under which path and verb a method of the contract is called over HTTP. A rule by the names of
 * methods, so that a new kind of resource needs the name of its collection only.
 */
public final class Paths {
  private static final Map<String, String> COLLECTIONS =
      Map.of(
          "Agent", "agents",
          "AgentInstance", "agent-instances",
          "Session", "sessions",
          "AgentExecution", "executions",
          "Environment", "environments",
          "ExecutionContext", "execution-contexts",
          "Skill", "skills",
          "McpServer", "mcp-servers");

  private static final Pattern IN_BRACES = Pattern.compile("\\{([^}]*)}");

  private Paths() {}

  /**
   * A method and where it is.
   *
   * @param verb for example {@code GET}
   * @param path with the request's fields in braces, by their names in the contract
   * @param body {@code *} for the whole request, the name of a field, or empty for none
   */
  public record Operation(MethodDescriptor method, String verb, String path, String body) {

    /** The fields that the path names. */
    List<String> parameters() {
      return IN_BRACES.matcher(path).results().map(one -> one.group(1)).toList();
    }

    /** As Armeria wants it told. */
    public HttpRule rule() {
      HttpRule.Builder rule = HttpRule.newBuilder().setSelector(method.getFullName()).setBody(body);
      switch (verb) {
        case "GET" -> rule.setGet(path);
        case "PUT" -> rule.setPut(path);
        case "POST" -> rule.setPost(path);
        case "DELETE" -> rule.setDelete(path);
        default -> throw new IllegalArgumentException("no verb of ours: " + verb);
      }
      return rule.build();
    }
  }

  /** Where the methods with one answer are; a stream of answers is told as events instead. */
  public static List<Operation> of(List<ServerServiceDefinition> services) {
    var operations = new ArrayList<Operation>();
    for (ServerServiceDefinition service : services) {
      var source =
          (ProtoFileDescriptorSupplier) service.getServiceDescriptor().getSchemaDescriptor();
      if (source == null) {
        continue;
      }
      FileDescriptor file = source.getFileDescriptor();
      for (ServiceDescriptor one : file.getServices()) {
        if (one.getFullName().equals(service.getServiceDescriptor().getName())) {
          one.getMethods().forEach(method -> of(method).ifPresent(operations::add));
        }
      }
    }
    return List.copyOf(operations);
  }

  private static Optional<Operation> of(MethodDescriptor method) {
    if (method.isServerStreaming() || method.isClientStreaming()) {
      return Optional.empty();
    }
    String kind = method.getService().getName().replaceAll("(Command|Query)Controller$", "");
    String name = COLLECTIONS.get(kind);
    if (name == null) {
      throw new IllegalStateException("no collection for " + method.getFullName());
    }
    String all = "/api/" + name;
    return Optional.of(
        switch (method.getName()) {
          case "create", "push" -> new Operation(method, "POST", all, "*");
          case "apply" -> new Operation(method, "PUT", all, "*");
          case "update" -> new Operation(method, "PUT", all + "/{metadata.id}", "*");
          case "delete" -> new Operation(method, "DELETE", all + "/{" + id(method) + "}", "");
          case "get" -> new Operation(method, "GET", all + "/{" + id(method) + "}", "");
          case "list" -> new Operation(method, "GET", all, "");
          case "getByReference" -> new Operation(method, "GET", "/api/by-name/" + name, "");
          case "getArtifact" -> new Operation(method, "GET", "/api/skill-artifacts", "");
          case "getByAgent", "listByAgent" ->
              new Operation(method, "GET", "/api/agents/{agent_id}/" + name, "");
          case "listBySession" ->
              new Operation(method, "GET", "/api/sessions/{session_id}/" + name, "");
          case "updateStatus" ->
              new Operation(method, "PUT", all + "/{execution_id}/status", "status");
          default -> throw new IllegalStateException("no path for " + method.getFullName());
        });
  }

  /** The field that names the resource. */
  private static String id(MethodDescriptor method) {
    return method.getInputType().findFieldByName("value") != null ? "value" : "resource_id";
  }
}
