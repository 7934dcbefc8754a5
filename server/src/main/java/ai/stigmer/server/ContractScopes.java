package ai.stigmer.server;

import ai.stigmer.server.guard.RouteScopes;
import ai.stigmer.server.guard.Scope;
import ai.stigmer.server.http.OpenApi.Extra;
import ai.stigmer.server.http.Paths.Operation;
import com.google.protobuf.Descriptors.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import java.util.List;
import java.util.Set;

/** What each method and each path asks of its caller, by a rule of one line each. */
final class ContractScopes {
  private static final Set<String> QUERIES =
      Set.of(
          "get",
          "getByReference",
          "getByAgent",
          "getArtifact",
          "list",
          "listByAgent",
          "listBySession",
          "subscribe");

  /** What is begun and ended, and does not change what anything is made of. */
  private static final Set<String> OF_RUNS = Set.of("AgentExecution", "Session");

  private ContractScopes() {}

  /**
   * Fills the table.
   *
   * @param services every service, those of gRPC itself included
   * @param operations the paths of methods
   * @param extras every other path: what is read asks for {@code read}, all else for {@code run}
   */
  static void fill(
      RouteScopes table,
      List<ServerServiceDefinition> services,
      List<Operation> operations,
      Set<Extra> extras) {
    for (ServerServiceDefinition service : services) {
      String name = service.getServiceDescriptor().getName();
      service
          .getServiceDescriptor()
          .getMethods()
          .forEach(
              method ->
                  table.put(
                      "POST",
                      "/" + method.getFullMethodName(),
                      name.startsWith("grpc.")
                          ? Scope.READ
                          : scope(
                              name.substring(name.lastIndexOf('.') + 1),
                              String.valueOf(method.getBareMethodName()))));
    }
    for (Operation operation : operations) {
      MethodDescriptor method = operation.method();
      table.put(
          operation.verb(),
          operation.path(),
          scope(method.getService().getName(), method.getName()));
    }
    for (Extra extra : extras) {
      table.put(extra.verb(), extra.path(), extra.verb().equals("GET") ? Scope.READ : Scope.RUN);
    }
  }

  private static Scope scope(String service, String method) {
    if (QUERIES.contains(method)) {
      return Scope.READ;
    }
    return OF_RUNS.contains(service.replaceAll("CommandController$", "")) ? Scope.RUN : Scope.ADMIN;
  }
}
